package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"cartable/internal/failpoint"
	"cartable/internal/rig"
	"cartable/internal/tgsim"
)

const (
	intakeOffices = 4 // at once: most of an experiment is waiting for what dead programs had reserved
	intakeCallers = 4
	intakeEvery   = 60 * time.Millisecond // slow enough for most leads to have a message of their own
	pointLimit    = 45 * time.Second      // within which an armed point is reached
	settleLimit   = time.Minute
)

// killedIntake are the rows on inquiries during which the program is killed. One
// run of it serves both.
func killedIntake() []experiment {
	var leads leadCount
	var sends sendCount
	var failure error
	ran := false
	var mu sync.Mutex // the second row waits for the first
	row := func(verdict func() (string, error)) func(context.Context, *breaker) (string, error) {
		return func(ctx context.Context, b *breaker) (string, error) {
			mu.Lock()
			defer mu.Unlock()
			if _, late := rig.OnlyLate(failure); !ran || late {
				ran, leads, sends = true, leadCount{}, sendCount{}
				failure = killIntakes(ctx, b, &leads, &sends)
			}
			if failure != nil {
				return "", failure
			}
			return verdict()
		}
	}
	return []experiment{
		{1, "kill -9 at every named point that an inquiry passes",
			"no acknowledged lead lost, no customer twice, every notification at least once", true, row(leads.verdict)},
		{2, "the same, counting what Telegram was sent",
			"at most one duplicate for each send in flight at a kill; none without a kill", true, row(sends.verdict)},
	}
}

// intakePoints are the places at which the program of each office dies.
func intakePoints() [intakeOffices][]failpoint.Point {
	return [intakeOffices][]failpoint.Point{
		{failpoint.OutboxClaimed, failpoint.IntakeRead, failpoint.CommandBegun, failpoint.InboxStored},
		{failpoint.OutboxSent, failpoint.CommandDone, failpoint.CommandCommitted, failpoint.InboxClaimed},
		{failpoint.OutboxRendered, failpoint.IntakeRecorded, failpoint.IntakeAnswered, failpoint.InboxHandled},
		{failpoint.OutboxSettled, failpoint.InboxSettled},
	}
}

// killIntakes runs all offices at once and adds up what came of them.
func killIntakes(ctx context.Context, b *breaker, leads *leadCount, sends *sendCount) (err error) {
	var g errgroup.Group
	var mu sync.Mutex
	for i, points := range intakePoints() {
		office, err := b.NewOffice(ctx, fmt.Sprintf("kill_intake_%d", i+1), b.times(8, 2), tgsim.Options{Limits: tgsim.Limits{Off: true}})
		if err != nil {
			return errors.Join(err, g.Wait())
		}
		g.Go(func() error {
			k, err := killIntake(ctx, b, office, points)
			if err = errors.Join(err, office.Close()); err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			leads.add(k.leads)
			sends.add(k.sends)
			return nil
		})
	}
	return g.Wait()
}

// intakeKills is one office's course: inquiries that never cease, and a program that dies under them.
type intakeKills struct {
	office  *rig.Office
	program *rig.Program
	poster  *rig.Poster
	pace    *time.Ticker

	answers []rig.Answer // by inquiry
	leads   leadCount
	sends   sendCount
}

func killIntake(ctx context.Context, b *breaker, office *rig.Office, points []failpoint.Point) (_ *intakeKills, err error) {
	inquiries, rounds := b.times(1000, 88)/intakeOffices, b.times(6, 1)
	program, err := office.NewProgram(rig.Settings{"SEND_RATE": "0"})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, program.Kill()) }()
	k := &intakeKills{office: office, program: program, pace: time.NewTicker(intakeEvery),
		poster: rig.NewPoster(program, office.Source.Key, intakeCallers), answers: make([]rig.Answer, inquiries)}
	defer k.poster.Close()
	defer k.pace.Stop()
	calm := inquiries / 10
	if err := k.calm(ctx, calm); err != nil {
		return nil, err
	}
	if err := k.storm(ctx, calm, rounds, points); err != nil {
		return nil, err
	}
	if err := office.Settled(ctx, settleLimit); err != nil {
		return nil, err
	}
	if err := k.sends.finish(ctx, office); err != nil {
		return nil, err
	}
	return k, k.leads.count(ctx, office, k.answers)
}

// calm sends the first inquiries to a program that lives.
func (k *intakeKills) calm(ctx context.Context, n int) error {
	if err := k.program.Run(ctx, nil); err != nil {
		return err
	}
	gate := newGate(ctx, k.send)
	gate.open(0, n)
	if err := gate.close(); err != nil {
		return err
	}
	if err := k.office.Settled(ctx, settleLimit); err != nil {
		return err
	}
	if _, err := k.program.Stop(); err != nil {
		return err
	}
	return k.sends.calm(ctx, k.office)
}

// storm sends the others while the program dies at one point after the other.
func (k *intakeKills) storm(ctx context.Context, from, rounds int, points []failpoint.Point) error {
	kills := rounds * len(points)
	gate := newGate(ctx, k.send)
	for i := range kills {
		point := points[i%len(points)]
		if err := k.program.Start(rig.Settings{"FAILPOINT": fmt.Sprintf("%s:%d", point, 1+i%3)}); err != nil {
			return errors.Join(err, gate.close())
		}
		to := from + (len(k.answers)-from)/(kills-i)
		gate.open(from, to)
		from = to
		if err := k.death(ctx); err != nil {
			return errors.Join(fmt.Errorf("%s: %w", point, err), gate.close())
		}
		k.leads.kills++
	}
	return errors.Join(k.program.Run(ctx, nil), gate.close())
}

// death waits until the program has died at its point, and counts what was in flight.
func (k *intakeKills) death(ctx context.Context) error {
	limit := time.NewTimer(pointLimit)
	defer limit.Stop()
	select {
	case <-k.program.Done():
	case <-limit.C:
		return errors.Join(fmt.Errorf("was not reached: %s", k.program.Tail()), k.program.Kill())
	case <-ctx.Done():
		return ctx.Err()
	}
	return k.sends.killed(ctx, k.office)
}

// send sends one inquiry, in its turn, until it is accepted, and a message of a stranger, which
// passes the points of the inbox and leaves the chats of the staff to what is announced there.
func (k *intakeKills) send(ctx context.Context, i int) (err error) {
	select {
	case <-k.pace.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	k.office.Sim.Person(tgsim.Profile{FirstName: "Stranger"}).Type("Hello?")
	k.answers[i], err = k.poster.Insist(ctx, fmt.Sprintf("inquiry-%d", i), rig.Phone(i), leadName(i))
	return err
}

// leadName is unlike any other lead's.
func leadName(i int) string { return fmt.Sprintf("Lead %05d", i) }

// gate lets callers at numbers as far as it is open.
type gate struct {
	numbers chan int
	cancel  context.CancelFunc
	callers sync.WaitGroup
	failed  atomic.Pointer[error]
}

func newGate(ctx context.Context, call func(context.Context, int) error) *gate {
	const most = 100_000
	ctx, cancel := context.WithCancel(ctx)
	g := &gate{numbers: make(chan int, most), cancel: cancel}
	for range intakeCallers {
		g.callers.Go(func() {
			for i := range g.numbers {
				if err := call(ctx, i); err != nil {
					g.failed.CompareAndSwap(nil, &err)
					cancel()
				}
			}
		})
	}
	return g
}

// open lets callers at the numbers before to.
func (g *gate) open(from, to int) {
	for i := from; i < to; i++ {
		g.numbers <- i
	}
}

// close waits until all that was let through is done, and returns the first failure.
func (g *gate) close() error {
	close(g.numbers)
	g.callers.Wait()
	g.cancel()
	if err := g.failed.Load(); err != nil {
		return *err
	}
	return nil
}
