package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"cartable/internal/rig"
	"cartable/internal/tgsim"
)

const (
	stopSeed  = 0x57095               // of the moments at which the program is told to stop
	stopEvery = 25 * time.Millisecond // between two inquiries of a caller
	firstLead = 90_000                // of those that come meanwhile; the customers of courses are before
)

// stoppedUnderLoad is the row on the program's end in order.
func stoppedUnderLoad() []experiment {
	return []experiment{{17, "SIGTERM while people work and inquiries come, also while Telegram and a client hang",
		"ends within 20 s with no goroutine left, every stored update handled once", true, stopUnderLoad}}
}

// stops is what is counted of it.
type stops struct {
	*work
	program *rig.Program
	number  int
	longest time.Duration
	leads   atomic.Int64
}

func stopUnderLoad(ctx context.Context, b *breaker) (_ string, err error) {
	rounds, courses := b.times(12, 3), b.times(36, 12)
	w, err := newWork(ctx, b, "stop_under_load", 12, courses)
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
	s := &stops{work: w, program: program}
	g, working := errgroup.WithContext(ctx)
	w.begin(working, g, 0, courses)
	over := make(chan struct{})
	poster := rig.NewPoster(program, w.office.Source.Key, intakeCallers)
	defer poster.Close()
	for range intakeCallers {
		g.Go(func() error { return s.post(working, poster, over) })
	}
	g.Go(func() error {
		defer close(over)
		return s.stopOften(working, b, rounds)
	})
	if err := g.Wait(); err != nil {
		return s.figures(), err
	}
	if err := w.office.Settled(ctx, settleLimit); err != nil {
		return s.figures(), err
	}
	return s.verdict(ctx, courses)
}

// post sends inquiries until all is over.
func (s *stops) post(ctx context.Context, poster *rig.Poster, over <-chan struct{}) error {
	for {
		select {
		case <-over:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(stopEvery):
		}
		i := firstLead + int(s.leads.Add(1))
		if _, err := poster.Insist(ctx, fmt.Sprintf("inquiry-%d", i), rig.Phone(i), leadName(i)); err != nil {
			return err
		}
	}
}

// stopOften stops the program and starts it again; in the full form it ends by a time when
// Telegram and a client hang.
func (s *stops) stopOften(ctx context.Context, b *breaker, rounds int) error {
	random := rand.New(rand.NewPCG(stopSeed, 0)) //nolint:gosec // to be repeatable
	for range rounds {
		select {
		case <-time.After(time.Duration(100+random.IntN(700)) * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := s.stop(); err != nil {
			return err
		}
		if err := s.program.Run(ctx, nil); err != nil {
			return err
		}
	}
	if b.quick {
		return nil
	}
	if err := s.stopHung(ctx); err != nil {
		return err
	}
	return s.program.Run(ctx, nil)
}

// stopHung stops the program while neither Telegram nor a client comes to an end.
func (s *stops) stopHung(ctx context.Context) error {
	client, err := hangingClient(ctx, s.program.Base)
	if err != nil {
		return err
	}
	defer client.Close()
	release := s.office.Sim.Fault(tgsim.Fault{Times: -1, Kind: tgsim.Hang})
	defer release()
	s.office.Owner.Person.Type("/menu") // the others may have done all of their work
	err = rig.Await(ctx, "sends that hang", patience, func(ctx context.Context) (bool, error) {
		n, err := s.office.Count(ctx, `SELECT count(*) FROM updates WHERE state = 'new' AND leased_until IS NOT NULL`)
		return n > 0, err
	})
	if err != nil {
		return err
	}
	return s.stop()
}

func (s *stops) stop() error {
	took, err := s.program.Stop()
	if err != nil {
		return err
	}
	s.number++
	s.longest = max(s.longest, took)
	return rig.Within("the program's end", took, rig.StopTimeout)
}

// hangingClient begins an inquiry and never ends it.
func hangingClient(ctx context.Context, base string) (net.Conn, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		return nil, fmt.Errorf("connect to the program: %w", err)
	}
	if _, err := fmt.Fprint(conn, "POST /api/v1/inquiries HTTP/1.1\r\nHost: rig\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"); err != nil {
		return nil, errors.Join(fmt.Errorf("begin an inquiry: %w", err), conn.Close())
	}
	return conn, nil
}

func (s *stops) figures() string {
	return fmt.Sprintf("%d stops, the longest %s; %s", s.number, s.longest.Round(time.Millisecond), s.work.figures())
}

func (s *stops) verdict(ctx context.Context, courses int) (string, error) {
	effects, err := s.judge(ctx, courses)
	leads := int(s.leads.Load())
	stored, countErr := s.office.Count(ctx, `SELECT count(*) FROM customers WHERE name >= $1`, leadName(firstLead))
	figures := fmt.Sprintf("%s; %s; %d of %d inquiries stored once", s.figures(), effects, stored, leads)
	if stored != leads {
		err = errors.Join(err, errors.New("an inquiry was lost or doubled"))
	}
	return figures, errors.Join(err, countErr)
}
