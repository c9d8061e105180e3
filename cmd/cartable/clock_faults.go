//go:build faults

package main

import (
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/jonboulle/clockwork"
	"go.uber.org/goleak"
)

// machineClock is the machine's clock, set to another time by what the file says that
// CARTABLE_CLOCK_FILE names: a duration such as -1h or 72h. It is read again every
// few milliseconds, so that a fault rig can set the clock while the program runs.
//
// As on a machine whose clock is set, the wall clock jumps and the monotonic one goes
// on: timers, and what is measured between two moments of one process, do not notice.
func machineClock() clockwork.Clock {
	file := os.Getenv("CARTABLE_CLOCK_FILE")
	if file == "" {
		return clockwork.NewRealClock()
	}
	checkSetting()
	c := &setClock{Clock: clockwork.NewRealClock(), file: file}
	c.read()
	go func() {
		for range time.Tick(5 * time.Millisecond) {
			c.read()
		}
	}()
	return c
}

type setClock struct {
	clockwork.Clock
	file   string
	offset atomic.Int64
}

func (c *setClock) read() {
	content, err := os.ReadFile(c.file)
	if err != nil {
		return // not written yet
	}
	if d, err := time.ParseDuration(strings.TrimSpace(string(content))); err == nil {
		c.offset.Store(int64(d))
	}
}

func (c *setClock) Now() time.Time {
	return setTo(time.Now(), time.Duration(c.offset.Load()))
}

func (c *setClock) Since(t time.Time) time.Duration { return c.Now().Sub(t) }

func (c *setClock) Until(t time.Time) time.Duration { return t.Sub(c.Now()) }

// setTo moves the wall clock's part of t by whole seconds, and leaves the monotonic
// reading alone. Package time moves both or drops one, so this knows how it keeps them:
// with a monotonic reading the upper bits of wall are a flag and seconds, the lower 30
// nanoseconds.
func setTo(t time.Time, by time.Duration) time.Time {
	const nanoseconds = 30
	seconds := int64(by / time.Second)
	wall := (*uint64)(unsafe.Pointer(&t)) //nolint:gosec // the layout is checked at the start
	*wall += uint64(seconds << nanoseconds)
	return t
}

// checkSetting ends the program where package time keeps its times in another way.
func checkSetting() {
	now := time.Now()
	for _, by := range []time.Duration{time.Hour, -time.Hour} {
		set := setTo(now, by)
		if set.Sub(now) != 0 || set.Round(0).Sub(now.Round(0)) != by || !set.Round(0).Equal(now.Round(0).Add(by)) {
			panic("a time is not kept as this build expects; the clock cannot be set")
		}
	}
}

// checkLeaks fails when the program leaves goroutines behind at its end.
func checkLeaks() error {
	err := goleak.Find(goleak.IgnoreTopFunction("main.machineClock.func1"),
		goleak.IgnoreTopFunction("os/signal.NotifyContext.func1"), goleak.IgnoreTopFunction("os/signal.loop"))
	if err != nil {
		return fmt.Errorf("leaked: %w", err)
	}
	return nil
}
