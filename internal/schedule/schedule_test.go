package schedule_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"go.uber.org/goleak"

	"cartable/internal/schedule"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 10 * time.Second

type log struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *log) count(s string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.b.String(), s)
}

type office struct {
	*schedule.Schedule
	t     *testing.T
	clock *clockwork.FakeClock
	log   *log
}

func newOffice(t *testing.T) office {
	o := office{t: t, clock: clockwork.NewFakeClock(), log: &log{}}
	o.Schedule = schedule.New(schedule.Options{Clock: o.clock, Log: slog.New(slog.NewTextHandler(o.log, nil))})
	return o
}

func (o office) run() (stop func()) {
	ctx, cancel := context.WithCancel(o.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- o.Run(ctx) }()
	return func() {
		o.t.Helper()
		cancel()
		if err := <-ended; err != nil {
			o.t.Error(err)
		}
	}
}

// until lets d go by, again and again until done is closed or takes a value. A
// single time may not do: a tick that comes while the call before it is still
// returning is skipped.
func (o office) until(d time.Duration, done <-chan struct{}) {
	o.t.Helper()
	end := time.After(patience)
	for {
		o.clock.Advance(d)
		select {
		case <-done:
			return
		case <-end:
			o.t.Fatal("no tick")
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func await(t *testing.T, c <-chan struct{}) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(patience):
		t.Fatal("no tick")
	}
}

func TestTicksAtOnceAndThenEvery(t *testing.T) {
	o := newOffice(t)
	ticked := make(chan struct{})
	o.Every("ring", time.Minute, func(context.Context) error { ticked <- struct{}{}; return nil })
	defer o.run()()
	await(t, ticked)
	for range 3 {
		o.until(time.Minute, ticked)
	}
}

func TestJumpOfTheClockTicksOnce(t *testing.T) {
	o := newOffice(t)
	ticked := make(chan struct{}, 1000)
	o.Every("ring", time.Minute, func(context.Context) error { ticked <- struct{}{}; return nil })
	stop := o.run()
	await(t, ticked)
	o.until(72*time.Hour, ticked)
	o.until(time.Minute, ticked)
	stop()
	if n := len(ticked); n != 0 {
		t.Errorf("%d ticks more", n)
	}
}

// setBack is the machine's clock, which somebody sets back by an hour: the wall clock's part of
// a time jumps, what has passed since a moment of this process does not.
type setBack struct {
	clockwork.Clock
	start time.Time
	set   atomic.Bool
}

func (c *setBack) Now() time.Time {
	if c.set.Load() {
		return time.Now().Round(0).Add(-time.Hour)
	}
	return time.Now().Round(0)
}

func (c *setBack) Since(time.Time) time.Duration { return time.Since(c.start) }

func TestTicksGoOnWhenTheClockIsSetBack(t *testing.T) {
	c := &setBack{Clock: clockwork.NewRealClock(), start: time.Now()}
	s := schedule.New(schedule.Options{Clock: c, Log: slog.New(slog.DiscardHandler)})
	ticked := make(chan struct{})
	s.Every("ring", 10*time.Millisecond, func(ctx context.Context) error {
		select {
		case ticked <- struct{}{}:
		case <-ctx.Done():
		}
		return nil
	})
	defer office{Schedule: s, t: t}.run()()
	await(t, ticked)
	c.set.Store(true)
	for range 5 {
		await(t, ticked)
	}
}

func TestErrorsAreLoggedOncePerChange(t *testing.T) {
	o := newOffice(t)
	results := make(chan error)
	ticked := make(chan struct{})
	o.Every("ring", time.Minute, func(ctx context.Context) error {
		select {
		case ticked <- struct{}{}:
			return <-results
		case <-ctx.Done(): // a tick too many, while the test ends
			return nil
		}
	})
	stop := o.run()
	await(t, ticked)
	down, full := errors.New("database is down"), errors.New("disk is full")
	for _, err := range []error{down, down, down, full, nil, nil, down, nil} {
		results <- err
		o.until(time.Minute, ticked)
	}
	results <- nil
	stop()
	if d, f := o.log.count("database is down"), o.log.count("disk is full"); d != 2 || f != 1 {
		t.Errorf("logged %d and %d times, want 2 and 1:\n%s", d, f, o.log.b.String())
	}
	if n := o.log.count("works again"); n != 2 {
		t.Errorf("recovery logged %d times, want 2", n)
	}
}

func TestPanicEndsNeitherTickNorProgram(t *testing.T) {
	o := newOffice(t)
	ticked := make(chan struct{})
	first := true
	o.Every("ring", time.Minute, func(context.Context) error {
		if first {
			first = false
			panic("about a person")
		}
		ticked <- struct{}{}
		return nil
	})
	defer o.run()()
	o.until(time.Minute, ticked)
	if o.log.count("about a person") != 0 || o.log.count("schedule_test.go") == 0 {
		t.Errorf("want the stack and no content in:\n%s", o.log.b.String())
	}
}

func TestNeverTwiceAtATime(t *testing.T) {
	o := newOffice(t)
	begun, goOn := make(chan struct{}, 10), make(chan struct{})
	o.Every("slow", time.Minute, func(context.Context) error {
		begun <- struct{}{}
		<-goOn
		return nil
	})
	other := make(chan struct{})
	o.Every("quick", time.Minute, func(context.Context) error { other <- struct{}{}; return nil })
	stop := o.run()
	await(t, begun)
	await(t, other)
	for range 3 { // meanwhile the other one ticks on
		o.until(time.Minute, other)
	}
	if n := len(begun); n != 0 {
		t.Errorf("begun %d times more while it was running", n)
	}
	close(goOn)
	stop()
}

func TestRunWaitsForTheTickUnderWay(t *testing.T) {
	o := newOffice(t)
	begun := make(chan struct{})
	finished := false
	o.Every("slow", time.Minute, func(ctx context.Context) error {
		close(begun)
		<-ctx.Done()
		finished = true
		return ctx.Err()
	})
	stop := o.run()
	await(t, begun)
	stop()
	if !finished {
		t.Error("Run returned before the tick did")
	}
	if o.log.count("level=ERROR") != 0 {
		t.Errorf("being stopped was logged as a failure:\n%s", o.log.b.String())
	}
}
