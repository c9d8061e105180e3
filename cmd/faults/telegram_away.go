package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"cartable/internal/crm"
	"cartable/internal/rig"
	"cartable/internal/tgsim"
)

const (
	awayAgents  = 8
	awayMinutes = 30
	// awayEvery is between two leads; every tenth goes to one agent in turn, which is told
	// by a message of its own.
	awayEvery = 20 * time.Millisecond
	inTurn    = 10
	// backLimit is how long everything may take to be told afterwards.
	backLimit = 2 * time.Minute
	// singly is how many leads a chat may be told of one by one after an absence: those that
	// come while the summary is on its way.
	singly = 4
)

// telegramAway is the row on a Telegram that cannot be reached at all.
func telegramAway() experiment {
	return experiment{
		10, "Telegram away for 30 minutes of the program's clock, while 50 leads a second come in",
		"intake's p99 within 20 % (or 5 ms), backlog drains in order, floods are summaries", false, stayAway,
	}
}

// absence is one run of the row.
type absence struct {
	office    *rig.Office
	program   *rig.Program
	proxy     *rig.Proxy
	all, turn *rig.Poster
	clock     string        // the file that moves the program's clock
	moved     time.Duration // by how much it is moved
	posted    int
	apart     []absenceSpan
}

// absenceSpan is when Telegram was away, by the program's clock.
type absenceSpan struct{ from, to time.Time }

func stayAway(ctx context.Context, b *breaker) (figures string, err error) {
	office, err := b.NewOffice(ctx, "telegram_away", awayAgents, tgsim.Options{})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, office.Close()) }()
	a := &absence{office: office, clock: filepath.Join(b.Dir, "telegram_away.clock")}
	second, err := office.Domain.AddSource(ctx, office.Command(rig.Member{}), "In turn", crm.SourceAPI)
	if err != nil {
		return "", err
	}
	if err := office.Route(ctx, second.ID, crm.Routing{Mode: crm.RouteTurn}); err != nil {
		return "", err
	}
	if err := os.WriteFile(a.clock, []byte("0s"), 0o600); err != nil {
		return "", fmt.Errorf("set the program's clock: %w", err)
	}
	if a.proxy, err = office.TelegramProxy(); err != nil {
		return "", err
	}
	defer a.proxy.Stop()
	a.program, err = office.NewProgram(rig.Settings{"INTAKE_RATE": "100000", "TELEGRAM_API": a.proxy.URL, "CLOCK_FILE": a.clock})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, a.program.Kill()) }()
	if err := a.program.Run(ctx, nil); err != nil {
		return "", err
	}
	a.all, a.turn = rig.NewPoster(a.program, office.Source.Key, 8), rig.NewPoster(a.program, second.Key, 8)
	defer a.all.Close()
	defer a.turn.Close()
	return a.run(ctx, b)
}

// run takes turns: Telegram is there, and is away, refusing connections or leaving them
// without an answer. Away it stays for half an hour by the program's clock, leads coming in
// all the while; intake is measured at the end of it, when most waits.
func (a *absence) run(ctx context.Context, b *breaker) (string, error) {
	rounds, leads := b.times(4, 1), b.times(400, 150)
	if _, err := a.post(ctx, leads/3); err != nil { // the first ones find everything cold
		return "", err
	}
	var there, away, drains []time.Duration
	for round := range rounds {
		if err := a.office.Settled(ctx, backLimit); err != nil {
			return "", fmt.Errorf("before the absence: %w", err)
		}
		took, err := a.post(ctx, leads)
		if err != nil {
			return "", err
		}
		there = append(there, took...)
		back, err := a.leave(ctx, !b.quick && round%2 == 1)
		if err != nil {
			return "", err
		}
		span := absenceSpan{from: a.now()}
		for range 3 {
			if _, err := a.post(ctx, leads/3); err != nil {
				return "", err
			}
			if err := a.forward(ctx, awayMinutes*time.Minute/3); err != nil {
				return "", err
			}
		}
		if took, err = a.post(ctx, leads); err != nil {
			return "", err
		}
		away = append(away, took...)
		span.to = a.now()
		a.apart = append(a.apart, span)
		if err := back(); err != nil {
			return "", err
		}
		returned := time.Now()
		if err := a.office.Settled(ctx, backLimit); err != nil {
			return "", fmt.Errorf("after the absence: %w", err)
		}
		drains = append(drains, time.Since(returned))
	}
	return a.judge(ctx, there, away, drains)
}

// now is the time by the program's clock.
func (a *absence) now() time.Time { return time.Now().Add(a.moved) }

// leave makes Telegram unreachable; back ends that.
func (a *absence) leave(ctx context.Context, silently bool) (back func() error, err error) {
	if silently {
		release, err := a.proxy.Hang(ctx)
		return func() error { release(); return nil }, err
	}
	a.proxy.Stop()
	return a.proxy.Start, nil
}

// forward moves the program's clock, and waits until what is due by then was looked at.
func (a *absence) forward(ctx context.Context, by time.Duration) error {
	a.moved += by
	if err := os.WriteFile(a.clock, []byte(a.moved.String()), 0o600); err != nil {
		return fmt.Errorf("move the program's clock: %w", err)
	}
	return rig.Await(ctx, "the leads' routes to be looked at", backLimit, func(ctx context.Context) (bool, error) {
		n, err := a.office.Count(ctx, `SELECT count(*) FROM routes WHERE next_at <= $1`, a.now())
		return n == 0, err
	})
}

// post has leads come in at an even pace, whatever becomes of the ones before, and
// returns how long each took to be accepted.
func (a *absence) post(ctx context.Context, leads int) ([]time.Duration, error) {
	tick := time.NewTicker(awayEvery)
	defer tick.Stop()
	took := make([]time.Duration, leads)
	errs := make([]error, leads)
	var wg sync.WaitGroup
	for i := range leads {
		n := a.posted
		a.posted++
		poster := a.all
		if n%inTurn == 0 {
			poster = a.turn
		}
		wg.Go(func() {
			answer := poster.Post(ctx, rig.Phone(n), rig.Phone(n), fmt.Sprintf("Lead %d", n))
			took[i] = answer.Took
			if !answer.Accepted() {
				errs[i] = fmt.Errorf("a lead was answered with %d", answer.Code)
			}
		})
		<-tick.C
	}
	wg.Wait()
	return took, errors.Join(errs...)
}

func (a *absence) judge(ctx context.Context, there, away, drains []time.Duration) (string, error) {
	early, err := a.office.OutOfOrder(ctx, max(rig.Quantile(there, 1), rig.Quantile(away, 1)))
	if err != nil {
		return "", err
	}
	untold, err := a.office.Count(ctx, `SELECT count(*) FROM customers c WHERE NOT EXISTS (
		SELECT FROM notifications n WHERE n.customer_id = c.id AND n.state IN ('sent', 'summarised'))`)
	if err != nil {
		return "", err
	}
	customers, err := a.office.Count(ctx, `SELECT count(*) FROM customers`)
	if err != nil {
		return "", err
	}
	var alone, summed int
	for _, span := range a.apart {
		row := a.office.Pool.QueryRow(ctx, `SELECT coalesce(max(alone), 0), coalesce(sum(summed), 0) FROM (
			SELECT count(*) FILTER (WHERE state = 'sent') AS alone, count(*) FILTER (WHERE state = 'summarised') AS summed
			FROM notifications WHERE kind = 'lead' AND created_at BETWEEN $1 AND $2 GROUP BY reader) x`, span.from, span.to)
		var most, sums int
		if err := row.Scan(&most, &sums); err != nil {
			return "", fmt.Errorf("count what was summarised: %w", err)
		}
		alone, summed = max(alone, most), summed+sums
	}
	// What a summary went out as may be a notification of before, or of another kind.
	summaries, err := a.office.Count(ctx, `SELECT count(*) FROM notifications WHERE state = 'summarised' AND message_id IS NOT NULL`)
	if err != nil {
		return "", err
	}
	before, during := rig.Quantile(there, 0.99), rig.Quantile(away, 0.99)
	figures := fmt.Sprintf("%d leads, %d untold; intake's p99 %.1f ms with Telegram, %.1f ms without (medians %.1f and %.1f); %d offers in %d summaries, at most %d one by one in a chat; %d out of order; drained in %.1f s at most",
		a.posted, untold, ms(before), ms(during), ms(rig.Quantile(there, 0.5)), ms(rig.Quantile(away, 0.5)),
		summed, summaries, alone, early, rig.Quantile(drains, 1).Seconds())
	switch {
	case customers != a.posted || untold > 0:
		err = errors.New("leads were lost or not told of")
	case early > 0:
		err = errors.New("the backlog came out of order")
	case alone > singly || summed == 0 || summaries < len(a.apart):
		err = errors.New("the backlog was not summarised")
	default:
		err = rig.Within("intake's p99 without Telegram", during, max(before*6/5, before+5*time.Millisecond))
	}
	return figures, err
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
