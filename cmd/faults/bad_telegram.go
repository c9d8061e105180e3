package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"cartable/internal/crm"
	"cartable/internal/rig"
	"cartable/internal/tgsim"
)

const (
	badChats  = 14 // whose messages go wrong, two for each kind of fault
	goodChats = 14
	leadEvery = 80 * time.Millisecond
	// badLimit is how long the last of what went wrong may take to arrive: a 429 of a
	// minute, and what was put off for as long before it.
	badLimit = 3 * time.Minute
	// mostLate is what the other chats may notice.
	mostLate = 5 * time.Second
)

// badTelegram is the row on a Telegram that answers, but not well.
func badTelegram() experiment {
	return experiment{
		8, "Telegram answers 502 in HTML, 429 of 1–60 s, hangs, resets, does it but drops the answer, 403, migrates a group",
		"nothing lost; no send inside a retry_after; other chats' p99 under 5 s", false, answerBadly,
	}
}

// badDay is one run of the row.
type badDay struct {
	office  *rig.Office
	program *rig.Program
	bad     []rig.Member
	good    []rig.Member
	groups  []rig.OfferGroup
	pauses  map[int64][]time.Duration // of the 429s that a chat is given, in order
	unsure  int                       // messages of which the program cannot know whether they arrived
	posted  int
}

func answerBadly(ctx context.Context, b *breaker) (figures string, err error) {
	office, err := b.NewOffice(ctx, "bad_telegram", badChats+goodChats, tgsim.Options{})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, office.Close()) }()
	d := &badDay{office: office, bad: office.Agents[:badChats], good: office.Agents[badChats:], pauses: map[int64][]time.Duration{}}
	if d.groups, err = office.Groups(ctx, 2); err != nil {
		return "", err
	}
	if err := office.Route(ctx, office.Source.ID, crm.Routing{Mode: crm.RouteTurn}); err != nil {
		return "", err
	}
	if d.program, err = office.NewProgram(rig.Settings{"INTAKE_RATE": "100000"}); err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, d.program.Kill()) }()
	if err := d.program.Run(ctx, nil); err != nil {
		return "", err
	}
	if err := office.Settled(ctx, time.Minute); err != nil {
		return "", err
	}
	d.spoil(b.quick)
	if err := d.work(ctx, b.times(600, 80)); err != nil {
		return "", err
	}
	return d.judge(ctx)
}

// spoil scripts what goes wrong: in each of the bad chats one kind of fault, in two chats
// at the same time.
func (d *badDay) spoil(quick bool) {
	long := []time.Duration{time.Second, 7 * time.Second, 60 * time.Second}
	if quick {
		long = []time.Duration{time.Second, 4 * time.Second}
	}
	for i, m := range d.bad {
		chat := m.Person.ID()
		switch i % 7 {
		case 0:
			d.fault(tgsim.Fault{ChatID: chat, Kind: tgsim.BadGateway, Times: 3})
		case 1:
			d.fault(tgsim.Fault{ChatID: chat, Kind: tgsim.Reset, Times: 2})
		case 2:
			d.fault(tgsim.Fault{ChatID: chat, Kind: tgsim.DropAnswer})
		case 3:
			d.fault(tgsim.Fault{ChatID: chat, Kind: tgsim.Hang})
		case 4:
			d.fault(tgsim.Fault{ChatID: chat, Kind: tgsim.Forbidden})
		default:
			d.pause(chat, long...)
		}
	}
	d.fault(tgsim.Fault{Method: "sendMessage", ChatID: d.groups[0].ID(), Kind: tgsim.Migrate})
	d.pause(d.groups[1].ID(), long...)
}

func (d *badDay) fault(f tgsim.Fault) {
	f.Method = "sendMessage"
	d.office.Sim.Fault(f)
	if f.Kind == tgsim.DropAnswer || f.Kind == tgsim.Hang {
		d.unsure += max(f.Times, 1)
	}
}

func (d *badDay) pause(chat int64, long ...time.Duration) {
	for _, p := range long {
		d.fault(tgsim.Fault{ChatID: chat, Kind: tgsim.TooMany, RetryAfter: p})
	}
	d.pauses[chat] = long
}

// work has leads come in, in turn to everybody and to the groups.
func (d *badDay) work(ctx context.Context, leads int) error {
	posters := []*rig.Poster{rig.NewPoster(d.program, d.office.Source.Key, 4)}
	for _, g := range d.groups {
		posters = append(posters, rig.NewPoster(d.program, g.Source.Key, 4))
	}
	turn := time.NewTicker(leadEvery)
	defer turn.Stop()
	var wg sync.WaitGroup
	var mu sync.Mutex
	var failed error
	for i := range leads {
		poster := posters[0]
		if i%20 == 0 { // a group takes 20 a minute
			poster = posters[1+i/20%len(d.groups)]
		}
		wg.Go(func() {
			if _, err := poster.Insist(ctx, rig.Phone(i), rig.Phone(i), fmt.Sprintf("Lead %d", i)); err != nil {
				mu.Lock()
				defer mu.Unlock()
				failed = errors.Join(failed, err)
			}
		})
		<-turn.C
	}
	wg.Wait()
	for _, p := range posters {
		p.Close()
	}
	d.posted = leads
	return failed
}

func (d *badDay) judge(ctx context.Context) (string, error) {
	// Whoever could not be reached is there again.
	for _, m := range d.bad {
		m.Person.Type("/cartable")
	}
	waited := d.office.Settled(ctx, badLimit)
	untold, err := d.office.Count(ctx, `SELECT count(*) FROM customers c WHERE NOT EXISTS (
		SELECT FROM notifications n WHERE n.customer_id = c.id AND n.state IN ('sent', 'summarised'))`)
	if err != nil {
		return "", err
	}
	customers, err := d.office.Count(ctx, `SELECT count(*) FROM customers`)
	if err != nil {
		return "", err
	}
	failed, err := d.office.Count(ctx, `SELECT (SELECT count(*) FROM notifications WHERE state = 'failed') +
		(SELECT count(*) FROM updates WHERE state = 'failed')`)
	if err != nil {
		return "", err
	}
	arrivals, err := d.office.Arrivals(ctx)
	if err != nil {
		return "", err
	}
	var others []time.Duration
	for _, a := range arrivals {
		for _, m := range d.good {
			if a.Chat == m.Person.ID() {
				others = append(others, a.Took())
			}
		}
	}
	inside, pauses := d.insidePauses()
	doubled := d.doubled()
	late := rig.Quantile(others, 0.99)
	figures := fmt.Sprintf("%d of %d leads stored, %d untold, %d given up; %d messages doubled (%d of which nobody could know); %d sends inside %d pauses; %d to other chats, p99 %d ms",
		customers, d.posted, untold, failed, doubled, d.unsure, inside, pauses, len(others), late.Milliseconds())
	wanted := 0
	for _, p := range d.pauses {
		wanted += len(p)
	}
	switch {
	case customers != d.posted || untold > 0 || failed > 0:
		return figures, errors.New("something was lost")
	case doubled > d.unsure:
		return figures, errors.New("messages were doubled without need")
	case inside > 0:
		return figures, errors.New("a pause that Telegram asked for was not kept")
	case len(others) == 0:
		return figures, errors.New("no other chat was told anything: the row does not test what it says")
	case pauses != wanted:
		return figures, fmt.Errorf("%d pauses were asked for, want %d: the row does not test what it says", pauses, wanted)
	}
	return figures, errors.Join(waited, rig.Within("other chats' p99", late, mostLate))
}

// insidePauses counts what was sent to a chat while its retry_after lasted, and the pauses.
func (d *badDay) insidePauses() (inside, pauses int) {
	left := map[int64][]time.Duration{}
	for chat, p := range d.pauses {
		left[chat] = p
	}
	until := map[int64]time.Time{}
	for _, s := range d.office.Sim.Sends() {
		if s.At.Before(until[s.ChatID]) {
			inside++
		}
		if s.Code == 429 && len(left[s.ChatID]) > 0 {
			until[s.ChatID] = s.At.Add(left[s.ChatID][0])
			left[s.ChatID] = left[s.ChatID][1:]
			pauses++
		}
	}
	return inside, pauses
}

// doubled counts leads' cards that stand twice in a chat.
func (d *badDay) doubled() (n int) {
	for _, m := range d.office.Agents {
		seen := map[string]bool{}
		for _, message := range m.Person.Messages() {
			if text := message.Plain(); message.FromBot() && message.Shows("Lead ") && !message.Shows("In your cartable") {
				if seen[text] {
					n++
				}
				seen[text] = true
			}
		}
	}
	return n
}
