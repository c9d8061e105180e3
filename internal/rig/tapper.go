package rig

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"cartable/internal/tgsim"
)

// answerLimit is how long a tap is waited for.
const answerLimit = 30 * time.Second

// Tapper is people at work: by turns each of them asks for their cartable, opens a
// customer in it, looks at the history, and goes back. The first two are answered by a
// message, the others by a change of one.
type Tapper struct {
	stop context.CancelFunc
	busy sync.WaitGroup

	mu   sync.Mutex
	took []time.Duration
	errs []error
}

// atWork is one of the people and what they do next.
type atWork struct {
	person *tgsim.Person
	step   int
}

// StartTapping has one of the people tap every so often, until Stop. Each of them needs a
// customer of their own. Nobody taps again before their last tap is answered.
func StartTapping(ctx context.Context, every time.Duration, people []Member) *Tapper {
	ctx, stop := context.WithCancel(ctx)
	t := &Tapper{stop: stop}
	idle := make(chan atWork, len(people))
	for _, p := range people {
		idle <- atWork{person: p.Person}
	}
	t.busy.Go(func() {
		turn := time.NewTicker(every)
		defer turn.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-turn.C:
			}
			select {
			case <-ctx.Done():
				return
			case next := <-idle:
				t.busy.Go(func() {
					t.note(next.tap(ctx))
					next.step++
					idle <- next
				})
			}
		}
	})
	return t
}

func (t *Tapper) note(took time.Duration, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err != nil {
		t.errs = append(t.errs, err)
		return
	}
	t.took = append(t.took, took)
}

// Stop ends the tapping when the taps under way are answered, and returns how long each
// answer took. A tap that got none is an error.
func (t *Tapper) Stop() ([]time.Duration, error) {
	t.stop()
	t.busy.Wait()
	return t.took, errors.Join(t.errs...)
}

// tap does the next step and returns when its answer is there: the message, and for a
// button that it is not busy any more.
func (w atWork) tap(ctx context.Context) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerLimit)
	defer cancel()
	before := w.person.Last()
	began := time.Now()
	newer := func(v *tgsim.View) bool { return v.Waiting == 0 && v.Last().ID > before.ID }
	answered := func(v *tgsim.View) bool { return v.Waiting == 0 }
	var err error
	switch w.step % 4 {
	case 0:
		w.person.Type("/cartable")
		err = w.person.Wait(ctx, newer)
	case 1:
		if err = w.person.TapOn(before.ID, "Customer"); err == nil {
			err = w.person.Wait(ctx, newer)
		}
	case 2:
		if err = w.person.TapOn(before.ID, "History"); err == nil {
			err = w.person.Wait(ctx, answered)
		}
	default:
		if err = w.person.TapOn(before.ID, "Back"); err == nil {
			err = w.person.Wait(ctx, answered)
		}
	}
	if err != nil {
		return 0, fmt.Errorf("tap %d: %w", w.step%4, err)
	}
	return time.Since(began), nil
}
