package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"cartable/internal/rig"
	"cartable/internal/tgsim"
)

// restartedIDs is a Telegram that numbers its updates anew: after a quiet week the first ID
// is a random one, and half of the time lower than all before.
func restartedIDs() experiment {
	const within, perSecond = 5 * time.Second, 2
	return experiment{
		number: 5, fault: "update IDs start again lower",
		holds: fmt.Sprintf("what is written then is answered within %s, at most %d polls in any second", within, perSecond),
		run: func(ctx context.Context, b *breaker) (string, error) {
			r, err := b.restartIDs(ctx, b.times(25, 5))
			figures := fmt.Sprintf("%d restarts, each lower; answered after %s in the median, %s at most; %d polls, at most %d in a second",
				len(r.took), rig.Quantile(r.took, 0.5).Round(time.Millisecond), rig.Quantile(r.took, 1).Round(time.Millisecond), r.polls, r.busiest)
			if r.busiest > perSecond {
				err = errors.Join(err, fmt.Errorf("%d polls within a second", r.busiest))
			}
			return figures, errors.Join(err, rig.Within("an answer", rig.Quantile(r.took, 1), within))
		},
	}
}

type restarts struct {
	took           []time.Duration // from what was written to its answer
	polls, busiest int             // in all, and within any second
}

// restartIDs has somebody write after each restart. Every fifth one comes while the
// program is not there, so that its first poll meets it.
func (b *breaker) restartIDs(ctx context.Context, times int) (out restarts, err error) {
	const first = 900_000_000
	office, err := b.NewOffice(ctx, "ids", 2, tgsim.Options{FirstUpdateID: first})
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, office.Close()) }()
	program, err := office.NewProgram(nil)
	if err != nil {
		return out, err
	}
	if err := program.Run(ctx, nil); err != nil {
		return out, err
	}
	defer func() {
		_, stopErr := program.Stop()
		err = errors.Join(err, stopErr)
	}()
	var quiet []time.Time // between a stop and the next start, polls of two processes are not of one
	id := int64(first)
	for i := range times {
		who := office.Agents[i%len(office.Agents)].Person
		id = id/2 + rand.Int64N(id/4) //nolint:gosec // as random as Telegram's
		if i%5 == 4 {
			if _, err := program.Stop(); err != nil {
				return out, err
			}
			quiet = append(quiet, time.Now())
			office.Sim.RestartUpdateIDs(id)
			if err := program.Run(ctx, nil); err != nil {
				return out, err
			}
		} else {
			office.Sim.RestartUpdateIDs(id)
		}
		took, err := answered(ctx, who)
		if err != nil {
			return out, fmt.Errorf("restart %d, at ID %d: %w", i+1, id, err)
		}
		out.took = append(out.took, took)
		// Long enough to see a program that asks again and again.
		if err := await(ctx, 1100*time.Millisecond); err != nil {
			return out, err
		}
	}
	polls := office.Sim.Polls()
	out.polls, out.busiest = len(polls), busiestSecond(polls, quiet)
	return out, strays(ctx, office, times)
}

// answered has somebody write and waits for the bot's answer.
func answered(ctx context.Context, who *tgsim.Person) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, stepLimit)
	defer cancel()
	before := who.Last().ID
	began := time.Now()
	who.Type("/help")
	if err := who.Wait(ctx, func(v *tgsim.View) bool { return v.Last().ID > before }); err != nil {
		return 0, err
	}
	return time.Since(began), nil
}

// busiestSecond is the largest number of polls that began within a second, not across a
// restart of the program.
func busiestSecond(polls []tgsim.Poll, restarted []time.Time) int {
	most := 0
	for i, first := range polls {
		n := 0
		for _, p := range polls[i:] {
			across := slices.ContainsFunc(restarted, func(t time.Time) bool { return first.At.Before(t) && p.At.After(t) })
			if p.At.Sub(first.At) < time.Second && !across {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

// strays is an error where updates were not handled exactly once.
func strays(ctx context.Context, office *rig.Office, want int) error {
	done, err := office.Count(ctx, `SELECT count(*) FROM updates WHERE state = 'done'`)
	if err != nil {
		return err
	}
	if done != want || office.Sim.Pending() != 0 || len(office.Sim.Violations()) != 0 {
		return fmt.Errorf("%d updates handled of %d, %d not fetched, refused by Telegram: %v",
			done, want, office.Sim.Pending(), office.Sim.Violations())
	}
	return nil
}
