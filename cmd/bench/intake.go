package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"cartable/internal/crm"
	"cartable/internal/persian"
	"cartable/internal/rig"
	"cartable/internal/tgsim"
)

const (
	intakeTurn  = 4 * time.Second // how long one side is measured at a time
	knownPeople = 2000            // customers that both sides have before
	knownEvery  = 5               // every so many inquiries are of one of them
	intakeStall = 50 * time.Millisecond
	maxTail     = 3 // our p99 in theirs
)

// intakeGoals are the callers, and the least ratio of our throughput to pgbench's.
var intakeGoals = []struct {
	callers int
	ratio   float64
}{{1, 1.0}, {4, 0.7}, {16, 1.3}, {32, 1.8}}

// intakeRow is the row on accepting inquiries.
func intakeRow() measurement {
	return measurement{1, "intake over HTTP against pgbench", measureIntake}
}

// side is what one turn of one side came to.
type side struct {
	perSecond float64
	took      []time.Duration
}

// turns are what one side did in all of its turns.
type turns struct {
	perSecond, p99 []float64 // one a turn; p99 in milliseconds
	longest        time.Duration
	worst          []float64 // the longest of each turn, in milliseconds
}

func (t *turns) add(s side) {
	const ms = float64(time.Millisecond)
	longest := rig.Quantile(s.took, 1)
	t.perSecond = append(t.perSecond, s.perSecond)
	t.p99 = append(t.p99, float64(rig.Quantile(s.took, 0.99))/ms)
	t.worst = append(t.worst, float64(longest)/ms)
	t.longest = max(t.longest, longest)
}

func (t *turns) String() string {
	return fmt.Sprintf("%.0f/s, p99 %.1f ms, longest %.0f ms", rig.Median(t.perSecond), rig.Median(t.p99), float64(t.longest)/float64(time.Millisecond))
}

// intakeSide is one that accepts inquiries, in tables of its own, so that none pays for another's.
type intakeSide struct {
	office *rig.Office
	run    func(ctx context.Context, callers int, d time.Duration) (side, error)
}

// intakeSides are the program; pgbench, which makes the same inserts on the same server; and a bare
// handler, which tells what of the difference is the program's.
type intakeSides struct {
	program     *rig.Program
	ours, plain intakeSide
	bare        intakeSide
	closing     []func() error
}

func newIntakeSides(ctx context.Context, s *setting) (i *intakeSides, err error) {
	i = &intakeSides{}
	defer func() {
		if err != nil {
			err = errors.Join(err, i.close())
		}
	}()
	for _, of := range []struct {
		schema string
		side   *intakeSide
	}{{"bench_intake", &i.ours}, {"bench_plain", &i.plain}, {"bench_bare", &i.bare}} {
		if of.side.office, err = knownOffice(ctx, s, of.schema); err != nil {
			return i, err
		}
		i.closing = append(i.closing, of.side.office.Close)
	}
	bench, err := newPgbench(ctx, i.plain.office)
	if err != nil {
		return i, err
	}
	bare, stop, err := startBareHandler(ctx, i.bare.office)
	if err != nil {
		return i, err
	}
	i.closing = append(i.closing, stop)
	if i.program, err = i.ours.office.NewProgram(rig.Settings{"INTAKE_RATE": "1000000"}); err != nil {
		return i, err
	}
	i.closing = append(i.closing, i.program.Kill)
	if err := i.program.Run(ctx, nil); err != nil {
		return i, err
	}
	ours := &load{address: i.program.Base, key: i.ours.office.Source.Key}
	i.ours.run, i.plain.run, i.bare.run = ours.run, bench.run, bare.run
	for _, l := range []*load{ours, bare} {
		if _, err := l.run(ctx, 4, time.Second); err != nil { // warms the connections
			return i, err
		}
	}
	return i, nil
}

func (i *intakeSides) close() (err error) {
	for _, f := range slices.Backward(i.closing) {
		err = errors.Join(err, f())
	}
	return err
}

// measureIntake has each side accept inquiries, in turn.
func measureIntake(ctx context.Context, s *setting) (figures []figure, err error) {
	sides, err := newIntakeSides(ctx, s)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, sides.close()) }()
	for _, goal := range intakeGoals {
		var ours, theirs, bare turns
		for range s.Rounds {
			for _, of := range []struct {
				side  intakeSide
				turns *turns
			}{{sides.ours, &ours}, {sides.plain, &theirs}, {sides.bare, &bare}} {
				got, err := of.side.run(ctx, goal.callers, intakeTurn)
				if err != nil {
					return nil, fmt.Errorf("%w\n%s", err, sides.program.Tail())
				}
				of.turns.add(got)
				if err := calm(ctx, of.side.office); err != nil {
					return nil, err
				}
			}
		}
		ratio := rig.Median(ours.perSecond) / rig.Median(theirs.perSecond)
		tail := rig.Median(ours.p99) / rig.Median(theirs.p99)
		figures = append(figures, figure{
			Row:  1,
			What: fmt.Sprintf("intake over HTTP, acknowledged after commit (customer, inquiry, event, notification), callers: %d", goal.callers),
			Ours: ours.String(), Against: theirs.String() + " (pgbench, the same inserts as separate statements in one transaction); a bare handler: " + bare.String(),
			Ratio: ratio,
			Goal:  fmt.Sprintf("at least %.1f times the throughput, p99 at most %d times (%.1f), no stall over %s", goal.ratio, maxTail, tail, intakeStall),
			Met:   ratio >= goal.ratio && tail <= maxTail && ours.longest <= intakeStall,
		})
	}
	return figures, nil
}

// knownOffice is one whose owner alone is on shift and that knows some people already.
func knownOffice(ctx context.Context, s *setting, schema string) (*rig.Office, error) {
	office, err := s.NewOffice(ctx, schema, 0, tgsim.Options{})
	if err != nil {
		return nil, err
	}
	for n := range knownPeople {
		phone, err := persian.ParsePhone(rig.Phone(n))
		if err != nil {
			return nil, errors.Join(fmt.Errorf("invented number: %w", err), office.Close())
		}
		in := crm.Inquiry{Source: office.Source.ID, Phone: phone, Name: inventedName(n)}
		if _, err := office.Domain.RecordInquiry(ctx, office.Command(rig.Member{}), in); err != nil {
			return nil, errors.Join(err, office.Close())
		}
	}
	return office, calm(ctx, office)
}

// calm leaves nothing to be told, so that no delivery goes on while the other side is measured,
// and tables that the planner knows.
func calm(ctx context.Context, o *rig.Office) error {
	for _, sql := range []string{`UPDATE notifications SET state = 'cancelled' WHERE state = 'pending'`, `ANALYZE`} {
		if _, err := o.Pool.Exec(ctx, sql); err != nil {
			return fmt.Errorf("calm the office: %w", err)
		}
	}
	return nil
}

// Many share a first or a last name, as people do.
var (
	firstNames = []string{"سارا", "علی", "زهرا", "محمد", "فاطمه", "حسین", "مریم", "رضا", "نرگس", "امیر", "لیلا", "مهدی"}
	lastNames  = []string{"احمدی", "محمدی", "حسینی", "کریمی", "رضایی", "موسوی", "جعفری", "صادقی", "رحیمی", "قاسمی", "اکبری", "نوری", "شریفی"}
)

// inventedName is that of the nth invented customer.
func inventedName(n int) string {
	return firstNames[n%len(firstNames)] + " " + lastNames[n/len(firstNames)%len(lastNames)]
}

// together runs fn for each of n callers at once and returns what all of them took.
func together(ctx context.Context, n int, d time.Duration, fn func(ctx context.Context, caller int) ([]time.Duration, error)) (side, error) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	var mu sync.Mutex
	var all side
	var failed error
	var callers sync.WaitGroup
	began := time.Now()
	for caller := range n {
		callers.Go(func() {
			took, err := fn(ctx, caller)
			mu.Lock()
			defer mu.Unlock()
			all.took = append(all.took, took...)
			failed = errors.Join(failed, err)
		})
	}
	callers.Wait()
	all.perSecond = float64(len(all.took)) / time.Since(began).Seconds()
	return all, failed
}
