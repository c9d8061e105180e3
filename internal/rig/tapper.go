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

// tap does the next step and returns how long its answer took: the message, and for a
// button that it is not busy any more.
func (w atWork) tap(ctx context.Context) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerLimit)
	defer cancel()
	var err error
	if step := w.step % 4; step == 0 {
		w.person.Type("/cartable")
	} else {
		err = w.person.TapOn(w.person.Last().ID, []string{"", "Customer", "History", "Back"}[step])
	}
	var input tgsim.Input
	if err == nil {
		err = w.person.Wait(ctx, func(v *tgsim.View) bool {
			input = v.Input
			return input.Done()
		})
	}
	if err != nil {
		return 0, fmt.Errorf("tap %d: %w", w.step%4, err)
	}
	return input.Took(), nil
}
