package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"cartable/internal/failpoint"
	"cartable/internal/rig"
)

const updateSeed = 0x5eed // of the moments at which the program is killed

// killedUpdates is the row on people's work during which the program is killed.
func killedUpdates() []experiment {
	return []experiment{{3, "kill -9 at random moments while people tap, answer and save",
		"each of their effects exactly once, no form lost", true, killUpdates}}
}

func killUpdates(ctx context.Context, b *breaker) (_ string, err error) {
	kills, courses := b.times(50, 3), b.times(48, 12)
	w, err := newWork(ctx, b, "kill_updates", b.times(24, 12), courses)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, w.office.Close()) }()
	program, err := w.office.NewProgram(rig.Settings{"SEND_RATE": "0"})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, program.Kill()) }()
	if err := program.Run(ctx, nil); err != nil {
		return "", err
	}
	g, working := errgroup.WithContext(ctx)
	w.begin(working, g, 0, courses)
	g.Go(func() error { return killAtRandom(working, w, program, kills, courses*courseLength) })
	if err := g.Wait(); err != nil {
		return w.figures(), err
	}
	if err := w.office.Settled(ctx, settleLimit); err != nil {
		return w.figures(), err
	}
	effects, err := w.judge(ctx, courses)
	return fmt.Sprintf("%s, %d of them at a point of the code; %s; seed %#x", w.figures(), w.atPoints.Load(), effects, updateSeed), err
}

// killAtRandom kills the program and starts it again: after a random number of updates and some random
// time, or, when that comes first, at a random point of the code after a random number of passes.
func killAtRandom(ctx context.Context, w *work, program *rig.Program, kills, updates int) error {
	random := rand.New(rand.NewPCG(updateSeed, 0)) //nolint:gosec // to be repeatable
	points := []failpoint.Point{failpoint.InboxStored, failpoint.InboxClaimed, failpoint.CommandDone, failpoint.CommandCommitted,
		failpoint.DraftSaved, failpoint.InboxHandled, failpoint.InboxSettled}
	moments := make([]int, kills)
	for i := range moments {
		moments[i] = 1 + random.IntN(updates-1)
	}
	slices.Sort(moments)
	for _, moment := range moments {
		err := rig.Await(ctx, "people to go on", giveUpAll, func(context.Context) (bool, error) {
			return int(w.did.Load()) >= moment || program.Ended(), nil
		})
		if err != nil {
			return err
		}
		select {
		case <-time.After(time.Duration(random.IntN(40_000)) * time.Microsecond):
		case <-program.Done():
		case <-ctx.Done():
			return ctx.Err()
		}
		if program.Ended() {
			w.atPoints.Add(1)
		}
		if err := program.Kill(); err != nil {
			return err
		}
		w.kills.Add(1)
		armed := fmt.Sprintf("%s:%d", points[random.IntN(len(points))], 1+random.IntN(2*updates/kills))
		if err := program.Start(rig.Settings{"FAILPOINT": armed}); err != nil {
			return err
		}
	}
	if err := program.Kill(); err != nil { // whatever it is armed with
		return err
	}
	return program.Run(ctx, nil)
}
