// Package schedule asks the database, at regular intervals, what is due. The rows
// are the truth: a tick carries nothing, remembers nothing and decides nothing. A
// tick that is late, missed or repeated, a change of leader, and a clock that jumps
// are therefore all the same to it.
package schedule

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/go-co-op/gocron/v2"
	"github.com/jonboulle/clockwork"
)

// stopTimeout is how long a tick under way is waited for at the end. Its context
// has ended by then.
const stopTimeout = 10 * time.Second

// Options of a Schedule; both are required. Clock measures the intervals, by what it says
// has passed since the start: a machine's clock that is set changes nothing. One of
// tests and the demo may jump forward: a tick whose times have passed meanwhile runs once.
type Options struct {
	Clock clockwork.Clock
	Log   *slog.Logger
}

// Schedule is a set of ticks.
type Schedule struct {
	opt   Options
	ticks []*tick
}

// New returns a schedule without ticks.
func New(opt Options) *Schedule { return &Schedule{opt: opt} }

// Every adds a tick, before Run: fn is called at Run's start and then every d,
// never twice at a time; a call that lasts longer than d has the next one skipped.
func (s *Schedule) Every(name string, d time.Duration, fn func(context.Context) error) {
	s.ticks = append(s.ticks, &tick{name: name, every: d, fn: fn, log: s.opt.Log.With("tick", name)})
}

// Run ticks until ctx ends, and returns when the calls under way have. Failed
// calls are logged: once, until the error is another one or the tick succeeds.
func (s *Schedule) Run(ctx context.Context) error {
	cron, err := gocron.NewScheduler(gocron.WithClock(newSteady(s.opt.Clock)), gocron.WithStopTimeout(stopTimeout),
		gocron.WithGlobalJobOptions(gocron.WithContext(ctx), gocron.WithSingletonMode(gocron.LimitModeReschedule)))
	if err != nil {
		return fmt.Errorf("make scheduler: %w", err)
	}
	for _, t := range s.ticks {
		_, err := cron.NewJob(gocron.DurationJob(t.every), gocron.NewTask(t.call), gocron.WithName(t.name),
			gocron.WithStartAt(gocron.WithStartImmediately()))
		if err != nil {
			return errors.Join(fmt.Errorf("schedule %s: %w", t.name, err), cron.Shutdown())
		}
	}
	cron.Start()
	<-ctx.Done()
	if err := cron.Shutdown(); err != nil {
		return fmt.Errorf("stop scheduler: %w", err)
	}
	return nil
}

type tick struct {
	name  string
	every time.Duration
	fn    func(context.Context) error
	log   *slog.Logger

	mu     sync.Mutex
	failed string // the error that was logged last; "" after a success
}

// steady is a clock that is not set while it runs. gocron plans by the wall clock, since it
// gives its times a zone, which drops their monotonic reading: set back by an hour, it
// would not tick for an hour.
type steady struct {
	clockwork.Clock
	origin time.Time
}

func newSteady(c clockwork.Clock) steady { return steady{Clock: c, origin: c.Now()} }

// Now is what the clock would say had nobody set it.
func (s steady) Now() time.Time { return s.origin.Add(s.Since(s.origin)) }

// call makes one call; gocron passes the context that it was given.
func (t *tick) call(ctx context.Context) {
	err := t.guarded(ctx)
	if ctx.Err() != nil {
		return // whatever it says, it was told to stop
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case err == nil && t.failed != "":
		t.failed = ""
		t.log.Info("tick works again")
	case err != nil && err.Error() != t.failed:
		t.failed = err.Error()
		t.log.Error("tick failed", "error", err)
	}
}

// guarded turns a panic into an error. gocron would recover too, but only to end
// the process. The value may repeat a person's data, so only its type is told.
func (t *tick) guarded(ctx context.Context) (err error) {
	defer func() {
		if p := recover(); p != nil {
			t.log.Error("tick panicked", "stack", string(debug.Stack()))
			err = fmt.Errorf("panic with a %T", p)
		}
	}()
	return t.fn(ctx)
}
