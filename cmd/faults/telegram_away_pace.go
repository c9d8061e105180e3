package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"syscall"
	"time"

	"cartable/internal/rig"
)

// The comparison of an intake whose Telegram is away with one whose Telegram is there. The
// stretches of a pair are short, one after the other, and while one instance is measured the
// other stands still and takes nothing from the machine.
//
// On a machine that others use too a p99 of some hundred inquiries says little: the tenth of the
// pairs in which something took longest is left out, and lower quantiles are looked at as well,
// by the same measure. Intake is slower where one of them is later by more than a fifth of the
// p99, with 99 % confidence. Whatever delays all inquiries, or a tenth of them, by that much
// shows there; what delays fewer shows in the p99 alone, where it is plain.
const (
	mostDelay = 0.2 // of the p99
	stalled   = 0.1 // of the pairs

	stretchLeads = 40
	stretchEvery = 7 * time.Millisecond
	stretchWarm  = 8 // leads before, that nobody counts: the instance stood still
)

// delays are those that are judged.
func delays(pairs []rig.Pair) []rig.Delay {
	return rig.Delays(rig.Calm(pairs, stalled), 0.5, 0.9, 0.99)
}

// slow says that one of them exceeds the limit.
func slow(ds []rig.Delay) bool {
	return slices.ContainsFunc(ds, func(d rig.Delay) bool { return d.Low > mostDelay })
}

// compare measures so many pairs of stretches.
func (a *absence) compare(ctx context.Context, n int) (pairs []rig.Pair, err error) {
	for _, in := range []*intake{a.here, a.away} {
		if err := in.program.Signal(syscall.SIGSTOP); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, in.program.Signal(syscall.SIGCONT)) }()
	}
	pairs = make([]rig.Pair, n)
	for i := range pairs {
		if pairs[i], err = a.pair(ctx, i%2 == 1); err != nil {
			return nil, err
		}
	}
	return pairs, nil
}

// pair is a stretch of both, each the first in half of the pairs.
func (a *absence) pair(ctx context.Context, awayFirst bool) (p rig.Pair, err error) {
	if awayFirst {
		if p.Other, err = a.away.stretch(ctx); err != nil {
			return p, err
		}
		p.Base, err = a.here.stretch(ctx)
		return p, err
	}
	if p.Base, err = a.here.stretch(ctx); err != nil {
		return p, err
	}
	p.Other, err = a.away.stretch(ctx)
	return p, err
}

// stretch wakes an instance, which stands still before and after, and has leads come in.
func (in *intake) stretch(ctx context.Context) (took []time.Duration, err error) {
	if err := in.program.Signal(syscall.SIGCONT); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, in.program.Signal(syscall.SIGSTOP)) }()
	if _, err := in.post(ctx, stretchWarm, stretchEvery, noTurn); err != nil {
		return nil, err
	}
	return in.post(ctx, stretchLeads, stretchEvery, noTurn)
}

// pace words the delays: each with Telegram, without, and by what share of the p99 it is later.
func pace(pairs int, ds []rig.Delay) string {
	text := fmt.Sprintf("intake in %d pairs of stretches", pairs)
	for _, d := range ds {
		text += fmt.Sprintf(", p%.0f %.1f ms with Telegram and %.1f without (%+.0f %%, %+.0f to %+.0f)",
			100*d.Quantile, ms(d.Base), ms(d.Other), 100*d.Share, 100*d.Low, 100*d.High)
	}
	return text
}
