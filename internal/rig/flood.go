package rig

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"cartable/internal/tgsim"
)

// Flood is a morning on which everything is due at once, under Telegram's limits:
// reminders, which cannot be summarised, in many chats; leads, which are what the
// program tells groups of, in a few groups; and people who tap meanwhile.
type Flood struct {
	Schema    string
	Reminders int
	Chats     int           // the reminders' holders have one each
	Groups    int           // each is offered a source's leads
	Leads     int           // for each group, one a second
	Head      time.Duration // how long before the reminders are due the leads begin
	TapEvery  time.Duration
	Distance  time.Duration // to Telegram and back
	ToTheEnd  bool          // wait for the groups, too
}

// Flooded is what came of a flood.
type Flooded struct {
	Due, First, Last time.Time // the minute itself, and the reminders' first and last arrival at Telegram
	Sent             int       // messages that Telegram took from First to Last, of all kinds
	Waited           int       // reminders and leads that were not told of in the end
	ToGroups         int       // those of them to groups
	Reminders        int       // arrived
	Doubled          int       // reminders that arrived more than once
	OutOfOrder       int
	Refused          int // with 429
	Violations       []tgsim.Violation
	Taps             []time.Duration
	Fullest          int // reminders in the fullest chat
	CPU              time.Duration
}

const (
	tappers    = 4
	floodExtra = 30 * time.Second // beyond twice the ideal
)

// Run plays it with one instance of the program.
func (f Flood) Run(ctx context.Context, s *Servers) (out Flooded, err error) {
	office, err := s.NewOffice(ctx, f.Schema, f.Chats+tappers, tgsim.Options{})
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, office.Close()) }()
	settings := Settings{"INTAKE_RATE": "100000"}
	if f.Distance > 0 {
		proxy, err := office.TelegramProxy()
		if err != nil {
			return out, err
		}
		defer proxy.Stop()
		if _, err := proxy.Distance(ctx, f.Distance); err != nil {
			return out, err
		}
		settings["TELEGRAM_API"] = proxy.URL
	}
	program, err := office.NewProgram(settings)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, program.Kill()) }()
	return f.play(ctx, office, program)
}

func (f Flood) play(ctx context.Context, office *Office, program *Program) (out Flooded, err error) {
	holders, taps := office.Agents[:f.Chats], office.Agents[f.Chats:]
	if err := office.Remind(ctx, taps, 2*tappers, time.Now().Add(100*time.Hour)); err != nil {
		return out, err
	}
	groups, err := office.Groups(ctx, f.Groups)
	if err != nil {
		return out, err
	}
	if err := program.Run(ctx, nil); err != nil {
		return out, err
	}
	if err := office.Settled(ctx, readyTimeout); err != nil {
		return out, err
	}
	before := len(office.Sim.Sends())
	out.Due = time.Now().Add(f.Head + time.Second)
	if err := office.Remind(ctx, holders, f.Reminders, out.Due); err != nil {
		return out, err
	}
	tapper := StartTapping(ctx, f.TapEvery, taps)
	var leads sync.WaitGroup
	var lost sync.Map
	for i, g := range groups {
		leads.Go(func() {
			if err := f.lead(ctx, program, g, i); err != nil {
				lost.Store(i, err)
			}
		})
	}
	cpu := program.CPU()
	limit := f.Head + 2*time.Duration(f.Reminders)*time.Second/30 + floodExtra
	told := `SELECT count(*) FROM notifications WHERE kind = 'reminder' AND state = 'sent'`
	waited := Await(ctx, "every reminder to arrive", limit, func(ctx context.Context) (bool, error) {
		n, err := office.Count(ctx, told)
		return n >= f.Reminders, err
	})
	out.CPU = program.CPU() - cpu
	var tapped error
	out.Taps, tapped = tapper.Stop()
	if quickest := Quantile(out.Taps, 0); quickest < f.Distance {
		tapped = errors.Join(tapped, fmt.Errorf("a tap was answered after %s: Telegram was nearer than %s", quickest, f.Distance))
	}
	leads.Wait()
	lost.Range(func(_, err any) bool { waited = errors.Join(waited, err.(error)); return true })
	if f.ToTheEnd && waited == nil {
		waited = office.Settled(ctx, 2*time.Minute)
	}
	return out, errors.Join(waited, tapped, f.judge(ctx, office, holders, before, &out))
}

// lead posts the leads of one group.
func (f Flood) lead(ctx context.Context, program *Program, g OfferGroup, nth int) error {
	poster := NewPoster(program, g.Source.Key, 1)
	defer poster.Close()
	turn := time.NewTicker(time.Second)
	defer turn.Stop()
	for i := range f.Leads {
		select {
		case <-turn.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		phone := Phone(1_000_000*(nth+1) + i)
		if _, err := poster.Insist(ctx, phone, phone, fmt.Sprintf("Lead %d", i)); err != nil {
			return err
		}
	}
	return nil
}

func (f Flood) judge(ctx context.Context, office *Office, holders []Member, before int, out *Flooded) (err error) {
	for _, m := range holders {
		seen := map[string]bool{}
		for _, message := range m.Person.Messages() {
			if !message.FromBot() {
				continue
			}
			out.Reminders++
			name := message.Plain()
			if seen[name] {
				out.Doubled++
			}
			seen[name] = true
		}
		out.Fullest = max(out.Fullest, len(seen))
	}
	people := map[int64]bool{}
	for _, m := range holders {
		people[m.Person.ID()] = true
	}
	for _, send := range office.Sim.Sends()[before:] {
		switch {
		case send.Code == 429:
			out.Refused++
			continue
		case send.MessageID == 0:
			continue
		case people[send.ChatID]:
			if out.First.IsZero() {
				out.First = send.At
			}
			out.Last = send.At
		case send.ChatID < 0:
			out.ToGroups++
		}
	}
	for _, send := range office.Sim.Sends()[before:] {
		if send.MessageID != 0 && !send.At.Before(out.First) && !send.At.After(out.Last) {
			out.Sent++
		}
	}
	out.Violations = office.Sim.Violations()
	if out.Waited, err = office.Count(ctx, `SELECT count(*) FROM notifications WHERE state IN ('pending', 'failed')
		OR state = 'cancelled' AND kind = 'reminder'`); err != nil {
		return err
	}
	out.OutOfOrder, err = office.OutOfOrder(ctx, 0)
	return err
}

// Ideal is how long the limits alone take: 30 a second in all, a second between two of one
// chat, whose first ones may go in a burst.
func (r Flooded) Ideal() time.Duration {
	return max(time.Duration(r.Sent)*time.Second/30, time.Duration(r.Fullest-1)*time.Second)
}
