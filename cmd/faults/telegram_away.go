package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"cartable/internal/crm"
	"cartable/internal/rig"
	"cartable/internal/tgsim"
)

const (
	awayAgents  = 8
	awayMinutes = 30
	// awayEvery is between two leads that come in meanwhile.
	awayEvery = 20 * time.Millisecond
	// inTurn is every which of them goes to one agent in turn, which is told by a message of its own.
	inTurn, noTurn = 10, 0
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
		"intake no slower than a second instance's that has Telegram, by 20 % of the p99, backlog drains in order, floods are summaries", false, stayAway,
	}
}

// intake is a business of its own with one instance, whose Telegram can be made unreachable.
type intake struct {
	office    *rig.Office
	program   *rig.Program
	proxy     *rig.Proxy
	all, turn *rig.Poster
	clock     string        // the file that moves the program's clock
	moved     time.Duration // by how much it is moved
	posted    int
	longest   time.Duration // that one of them took to be accepted
}

// absence is one run of the row: Telegram is away from one business, and there for the other.
type absence struct {
	here, away *intake
	apart      []absenceSpan
	pairs      []rig.Pair
	drains     []time.Duration
}

// absenceSpan is when Telegram was away, by the program's clock.
type absenceSpan struct{ from, to time.Time }

func stayAway(ctx context.Context, b *breaker) (figures string, err error) {
	here, end, err := newIntake(ctx, b, "telegram_here")
	defer func() { err = errors.Join(err, end()) }()
	if err != nil {
		return "", err
	}
	away, end2, err := newIntake(ctx, b, "telegram_away")
	defer func() { err = errors.Join(err, end2()) }()
	if err != nil {
		return "", err
	}
	return (&absence{here: here, away: away}).run(ctx, b)
}

// newIntake starts one; end ends what was started, also after an error.
func newIntake(ctx context.Context, b *breaker, schema string) (in *intake, end func() error, err error) {
	var ends []func() error
	end = func() (err error) {
		for _, e := range slices.Backward(ends) {
			err = errors.Join(err, e())
		}
		return err
	}
	office, err := b.NewOffice(ctx, schema, awayAgents, tgsim.Options{})
	if err != nil {
		return nil, end, err
	}
	ends = append(ends, office.Close)
	in = &intake{office: office, clock: filepath.Join(b.Dir, schema+".clock")}
	second, err := office.Domain.AddSource(ctx, office.Command(rig.Member{}), "In turn", crm.SourceAPI)
	if err != nil {
		return nil, end, err
	}
	if err := office.Route(ctx, second.ID, crm.Routing{Mode: crm.RouteTurn}); err != nil {
		return nil, end, err
	}
	if err := os.WriteFile(in.clock, []byte("0s"), 0o600); err != nil {
		return nil, end, fmt.Errorf("set the program's clock: %w", err)
	}
	if in.proxy, err = office.TelegramProxy(); err != nil {
		return nil, end, err
	}
	ends = append(ends, func() error { in.proxy.Stop(); return nil })
	in.program, err = office.NewProgram(rig.Settings{"INTAKE_RATE": "100000", "TELEGRAM_API": in.proxy.URL, "CLOCK_FILE": in.clock})
	if err != nil {
		return nil, end, err
	}
	ends = append(ends, in.program.Kill)
	if err := in.program.Run(ctx, nil); err != nil {
		return nil, end, err
	}
	in.all, in.turn = rig.NewPoster(in.program, office.Source.Key, 8), rig.NewPoster(in.program, second.Key, 8)
	ends = append(ends, func() error { in.all.Close(); in.turn.Close(); return nil })
	return in, end, nil
}

// run has Telegram stay away from one of them for half an hour by the programs' clock, refusing
// connections or, in every other round, leaving them without an answer. Leads come in at both
// all the while; intake is compared at the end of it, when most waits.
func (a *absence) run(ctx context.Context, b *breaker) (string, error) {
	for round := range b.times(2, 1) {
		if err := a.office().Settled(ctx, backLimit); err != nil {
			return "", fmt.Errorf("before the absence: %w", err)
		}
		back, err := a.away.leave(ctx, !b.quick && round%2 == 1)
		if err != nil {
			return "", err
		}
		span := absenceSpan{from: a.away.now()}
		var both errgroup.Group
		for _, in := range []*intake{a.here, a.away} {
			both.Go(func() error { return in.halfAnHour(ctx, b.times(130, 50)) })
		}
		if err := both.Wait(); err != nil {
			return "", err
		}
		pairs, err := a.compare(ctx, b.times(60, 20))
		if err != nil {
			return "", err
		}
		a.pairs = append(a.pairs, pairs...)
		span.to = a.away.now()
		a.apart = append(a.apart, span)
		if err := back(); err != nil {
			return "", err
		}
		returned := time.Now()
		if err := a.office().Settled(ctx, backLimit); err != nil {
			return "", fmt.Errorf("after the absence: %w", err)
		}
		a.drains = append(a.drains, time.Since(returned))
	}
	return a.judge(ctx)
}

// halfAnHour goes by, and leads come in in each third of it.
func (in *intake) halfAnHour(ctx context.Context, leads int) error {
	for range 3 {
		if _, err := in.post(ctx, leads, awayEvery, inTurn); err != nil {
			return err
		}
		if err := in.forward(ctx, awayMinutes*time.Minute/3); err != nil {
			return err
		}
	}
	return nil
}

// office is the one that Telegram leaves.
func (a *absence) office() *rig.Office { return a.away.office }

// now is the time by the program's clock.
func (in *intake) now() time.Time { return time.Now().Add(in.moved) }

// leave makes Telegram unreachable; back ends that.
func (in *intake) leave(ctx context.Context, silently bool) (back func() error, err error) {
	if silently {
		release, err := in.proxy.Hang(ctx)
		return func() error { release(); return nil }, err
	}
	in.proxy.Stop()
	return in.proxy.Start, nil
}

// forward moves the program's clock, and waits until what is due by then was looked at.
func (in *intake) forward(ctx context.Context, by time.Duration) error {
	in.moved += by
	if err := os.WriteFile(in.clock, []byte(in.moved.String()), 0o600); err != nil {
		return fmt.Errorf("move the program's clock: %w", err)
	}
	return rig.Await(ctx, "the leads' routes to be looked at", backLimit, func(ctx context.Context) (bool, error) {
		n, err := in.office.Count(ctx, `SELECT count(*) FROM routes WHERE next_at <= $1`, in.now())
		return n == 0, err
	})
}

// post has leads come in at an even pace, whatever becomes of the ones before, and
// returns how long each took to be accepted.
func (in *intake) post(ctx context.Context, leads int, every time.Duration, turn int) ([]time.Duration, error) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	took := make([]time.Duration, leads)
	errs := make([]error, leads)
	var wg sync.WaitGroup
	for i := range leads {
		n := in.posted
		in.posted++
		poster := in.all
		if turn > 0 && n%turn == 0 {
			poster = in.turn
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
	in.longest = max(in.longest, rig.Quantile(took, 1))
	return took, errors.Join(errs...)
}

func (a *absence) judge(ctx context.Context) (string, error) {
	early, err := a.office().OutOfOrder(ctx, a.away.longest)
	if err != nil {
		return "", err
	}
	untold, err := a.office().Count(ctx, `SELECT count(*) FROM customers c WHERE NOT EXISTS (
		SELECT FROM notifications n WHERE n.customer_id = c.id AND n.state IN ('sent', 'summarised'))`)
	if err != nil {
		return "", err
	}
	customers, err := a.office().Count(ctx, `SELECT count(*) FROM customers`)
	if err != nil {
		return "", err
	}
	var alone, summed int
	for _, span := range a.apart {
		row := a.office().Pool.QueryRow(ctx, `SELECT coalesce(max(alone), 0), coalesce(sum(summed), 0) FROM (
			SELECT count(*) FILTER (WHERE state = 'sent') AS alone, count(*) FILTER (WHERE state = 'summarised') AS summed
			FROM notifications WHERE kind = 'lead' AND created_at BETWEEN $1 AND $2 GROUP BY reader) x`, span.from, span.to)
		var most, sums int
		if err := row.Scan(&most, &sums); err != nil {
			return "", fmt.Errorf("count what was summarised: %w", err)
		}
		alone, summed = max(alone, most), summed+sums
	}
	// What a summary went out as may be a notification of before, or of another kind.
	summaries, err := a.office().Count(ctx, `SELECT count(*) FROM notifications WHERE state = 'summarised' AND message_id IS NOT NULL`)
	if err != nil {
		return "", err
	}
	ds := delays(a.pairs)
	figures := fmt.Sprintf("%d leads, %d untold; %s; %d offers in %d summaries, at most %d one by one in a chat; %d out of order; drained in %.1f s at most",
		a.away.posted, untold, pace(len(a.pairs), ds), summed, summaries, alone, early, rig.Quantile(a.drains, 1).Seconds())
	switch {
	case customers != a.away.posted || untold > 0:
		err = errors.New("leads were lost or not told of")
	case early > 0:
		err = errors.New("the backlog came out of order")
	case alone > singly || summed == 0 || summaries < len(a.apart):
		err = errors.New("the backlog was not summarised")
	case slow(ds):
		err = errors.New("intake is slower without Telegram")
	}
	return figures, err
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
