package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"cartable/bot/callback"
	"cartable/internal/rig"
	"cartable/internal/tgsim"
)

// saveLabel is the button's of a form's summary.
const saveLabel = "✅ Save"

// measureSaves has every agent save a status: first one after the other, then all at once.
func measureSaves(ctx context.Context, o *rig.Office, s *tapSide) (t tapTimes, err error) {
	const rounds = 3
	for range rounds {
		saves, err := openForms(ctx, o, s)
		if err != nil {
			return t, err
		}
		from := len(s.sim.Inputs())
		tick := time.NewTicker(pacedEvery)
		for who, save := range saves {
			<-tick.C
			if err := save(); err != nil {
				tick.Stop()
				return t, fmt.Errorf("save of %d: %w", who, err)
			}
		}
		tick.Stop()
		took, err := s.took(ctx, from, len(saves))
		if err != nil {
			return t, err
		}
		t.paced = append(t.paced, took...)
	}
	var rates []float64
	for range rounds {
		saves, err := openForms(ctx, o, s)
		if err != nil {
			return t, err
		}
		err = s.burst(ctx, &t, len(saves), func() error {
			for _, save := range saves {
				if err := save(); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return t, err
		}
		rates = append(rates, t.rate)
	}
	t.rate = rig.Median(rates)
	return t, nil
}

// openForms has everybody go as far as the summary of the form, and returns the taps that save.
func openForms(ctx context.Context, o *rig.Office, s *tapSide) ([]func() error, error) {
	ctx, cancel := context.WithTimeout(ctx, tapsTimeout)
	defer cancel()
	if err := s.beginForms(ctx, o); err != nil {
		return nil, err
	}
	saves := make([]func() error, len(s.people))
	for who, p := range s.people {
		err := p.Wait(ctx, func(v *tgsim.View) bool { return slices.Contains(v.Last().Labels(), saveLabel) && v.Input.Seen() })
		if err != nil {
			return nil, fmt.Errorf("the form of %d: %w", who, err)
		}
		if last := p.Last().ID; last != s.on[who] {
			return nil, fmt.Errorf("a form begun on message %d is in message %d", s.on[who], last)
		}
		saves[who] = func() error { return p.TapOn(s.on[who], saveLabel) }
	}
	return saves, nil
}

// beginForms has everybody begin the form of the newest status, about a customer of theirs.
func (s *tapSide) beginForms(ctx context.Context, o *rig.Office) error {
	dir, err := o.Domain.Directory(ctx)
	if err != nil {
		return err
	}
	status := dir.Statuses[len(dir.Statuses)-1]
	for who, p := range s.people {
		ref, err := callback.Decode(s.data(who, 0))
		if err != nil {
			return fmt.Errorf("the tap's own data: %w", err)
		}
		begin := callback.MustEncode(callback.Ref{Action: callback.ChooseStat, Record: ref.Record, Arg: int64(status.ID)})
		if err := p.TapData(s.on[who], begin); err != nil {
			return err
		}
	}
	return nil
}
