//go:build faults

package main

import (
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jonboulle/clockwork"
	"go.uber.org/goleak"
)

// machineClock is the machine's clock, put off by what the file says that
// CARTABLE_CLOCK_FILE names: a duration such as -1h or 72h. It is read again every
// few milliseconds, so that a fault rig can move the clock while the program runs.
func machineClock() clockwork.Clock {
	file := os.Getenv("CARTABLE_CLOCK_FILE")
	if file == "" {
		return clockwork.NewRealClock()
	}
	c := &movedClock{Clock: clockwork.NewRealClock(), file: file}
	c.read()
	go func() {
		for range time.Tick(5 * time.Millisecond) {
			c.read()
		}
	}()
	return c
}

type movedClock struct {
	clockwork.Clock
	file   string
	offset atomic.Int64
}

func (c *movedClock) read() {
	content, err := os.ReadFile(c.file)
	if err != nil {
		return // not written yet
	}
	if d, err := time.ParseDuration(strings.TrimSpace(string(content))); err == nil {
		c.offset.Store(int64(d))
	}
}

func (c *movedClock) Now() time.Time { return time.Now().Add(time.Duration(c.offset.Load())) }

func (c *movedClock) Since(t time.Time) time.Duration { return c.Now().Sub(t) }

func (c *movedClock) Until(t time.Time) time.Duration { return t.Sub(c.Now()) }

// checkLeaks fails when the program leaves goroutines behind at its end.
func checkLeaks() error {
	err := goleak.Find(goleak.IgnoreTopFunction("cartable/cmd/cartable.machineClock.func1"),
		goleak.IgnoreTopFunction("os/signal.NotifyContext.func1"), goleak.IgnoreTopFunction("os/signal.loop"))
	if err != nil {
		return fmt.Errorf("leaked: %w", err)
	}
	return nil
}
