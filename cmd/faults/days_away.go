package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"cartable/internal/crm"
	"cartable/internal/persian"
	"cartable/internal/rig"
	"cartable/internal/tgsim"
)

// daysAway has the program down for three days in which things are due.
func daysAway() experiment {
	return experiment{
		number: 15, fault: "down for 72 hours across reminders, repetitions, escalations, an untaken lead, digests, three changes of day",
		holds: "each once, marked late; none missing", counted: true,
		run: func(ctx context.Context, b *breaker) (figures string, err error) {
			office, err := b.NewOffice(ctx, "daysaway", 3, tgsim.Options{Limits: tgsim.Limits{Off: true}})
			if err != nil {
				return "", err
			}
			defer func() { err = errors.Join(err, office.Close()) }()
			a := &away{setBack: &setBack{Office: office, file: filepath.Join(b.Dir, "clock-away")}, reminders: b.times(240, 30)}
			if err := a.set(0); err != nil {
				return "", err
			}
			if a.program, err = office.NewProgram(rig.Settings{"CLOCK_FILE": a.file, "SEND_RATE": "0"}); err != nil {
				return "", err
			}
			defer func() { err = errors.Join(err, a.program.Kill()) }()
			err = a.course(ctx)
			return a.figures(), err
		},
	}
}

const (
	threeDays = 72 * time.Hour
	awayLimit = 40 * time.Second // for all that was due meanwhile
	awayLead  = "Nobody's lead"
)

// away is a business whose program is down.
type away struct {
	*setBack

	program   *rig.Program
	noon      time.Duration // how far off the program's clock is at first
	today     persian.Civil // by it
	reminders int
	rung      [3]int // first rings, repetitions, escalations
	late      int    // messages that say so
	offered   int    // the lead offered again
	untaken   int    // told to managers
	digests   awayDigests
}

func (a *away) figures() string {
	return fmt.Sprintf("%d reminders due meanwhile: %d rang, %d marked late, %d repeated, %d escalated; the lead offered again to %d of 4, told to managers %d time; %s",
		a.reminders, a.rung[0], a.late, a.rung[1], a.rung[2], a.offered, a.untaken, a.digests)
}

func (a *away) course(ctx context.Context) error {
	if err := a.before(ctx); err != nil {
		return fmt.Errorf("before: %w", err)
	}
	if err := a.program.Kill(); err != nil {
		return err
	}
	for _, at := range []time.Duration{threeDays, threeDays + crm.RepeatAfter + time.Minute,
		threeDays + crm.RepeatAfter + crm.EscalateAfter + 2*time.Minute} {
		if err := a.set(a.noon + at); err != nil {
			return err
		}
		if at == threeDays {
			if err := a.program.Run(ctx, nil); err != nil {
				return err
			}
		}
		if err := a.step(ctx, at); err != nil {
			return err
		}
	}
	return a.judge(ctx)
}

// before leaves reminders of three days behind, spread over everybody, and a lead that was offered.
func (a *away) before(ctx context.Context) error {
	if err := a.beginAtNoon(ctx); err != nil {
		return err
	}
	now := time.Now().Add(a.noon)
	for i := range a.reminders {
		phone, err := persian.ParsePhone(rig.Phone(i))
		if err != nil {
			return err
		}
		by := a.Agents[i%len(a.Agents)]
		in := crm.Inquiry{Source: a.Source.ID, Phone: phone, Name: awayName(i)}
		arrival, err := a.Domain.RecordInquiry(ctx, a.Command(rig.Member{}), in)
		if err != nil {
			return err
		}
		if _, err := a.Domain.Take(ctx, a.Command(by), arrival.Customer); err != nil {
			return err
		}
		due := now.Add(time.Hour + time.Duration(i)*(threeDays-2*time.Hour)/time.Duration(a.reminders))
		if _, err := a.Domain.Remind(ctx, a.Command(by), arrival.Customer, due, "Call"); err != nil {
			return err
		}
	}
	if err := a.program.Run(ctx, nil); err != nil {
		return err
	}
	if err := a.digestsBegun(ctx); err != nil {
		return err
	}
	poster := rig.NewPoster(a.program, a.Source.Key, 1)
	defer poster.Close()
	if _, err := poster.Insist(ctx, "untaken", rig.Phone(a.reminders), awayLead); err != nil {
		return err
	}
	return a.Settled(ctx, awayLimit)
}

func awayName(i int) string { return fmt.Sprintf("Absentee %03d.", i) }

// step waits until what is due at this time is told, and then a little for what should not be.
func (a *away) step(ctx context.Context, at time.Duration) error {
	ring, kind := 1, crm.NotifyReminder
	switch {
	case at > threeDays+crm.RepeatAfter+crm.EscalateAfter:
		ring, kind = 3, crm.NotifyEscalated
	case at > threeDays:
		ring = 2
	}
	what := fmt.Sprintf("ring %d of every reminder", ring)
	err := rig.Await(ctx, what, awayLimit, a.counts(a.reminders, `SELECT count(*) FROM notifications
		WHERE kind = $1 AND ring = $2 AND state = 'sent'`, kind, ring))
	if err != nil {
		return err
	}
	const looks = 2500 * time.Millisecond // two ticks
	select {
	case <-time.After(looks):
	case <-ctx.Done():
		return ctx.Err()
	}
	return a.Settled(ctx, awayLimit)
}

func (a *away) judge(ctx context.Context) (err error) {
	count := func(to *int, sql string, args ...any) {
		n, countErr := a.Count(ctx, sql, args...)
		*to, err = n, errors.Join(err, countErr)
	}
	const each = `SELECT count(*) FROM notifications WHERE kind = $1 AND ring = $2 AND state = 'sent'`
	count(&a.rung[0], each, crm.NotifyReminder, 1)
	count(&a.rung[1], each, crm.NotifyReminder, 2)
	count(&a.rung[2], each, crm.NotifyEscalated, 3)
	count(&a.offered, each, crm.NotifyLead, 2)
	count(&a.untaken, `SELECT count(*) FROM notifications WHERE kind = $1 AND state = 'sent'`, crm.NotifyUntaken)
	var twice int
	count(&twice, `SELECT count(*) FROM (SELECT FROM notifications WHERE reminder_id IS NOT NULL
		GROUP BY reminder_id, ring, kind HAVING count(*) > 1) t`)
	if err != nil {
		return err
	}
	a.late = a.saidLate()
	for _, n := range []int{a.rung[0], a.rung[1], a.rung[2], a.late} {
		if n != a.reminders {
			err = fmt.Errorf("%d instead of %d", n, a.reminders)
		}
	}
	if twice > 0 || a.offered != len(a.Everybody()) || a.untaken != 1 {
		err = errors.Join(err, fmt.Errorf("%d rings twice; the lead is offered again to %d and told of %d times", twice, a.offered, a.untaken))
	}
	err = errors.Join(err, a.judgeDigests(ctx))
	if v := a.Sim.Violations(); len(v) > 0 {
		err = errors.Join(err, fmt.Errorf("refused by Telegram: %v", v))
	}
	return err
}

// saidLate is for how many reminders exactly one ring stands in its holder's chat that says that it is
// late, as a first one does.
func (a *away) saidLate() (n int) {
	said := make(map[string]int, a.reminders)
	for _, m := range a.Agents {
		for _, message := range m.Person.Messages() {
			if message.FromBot() && message.Shows("Reminder") && message.Shows("Late; it was due") {
				_, rest, _ := strings.Cut(message.Plain(), "Absentee ")
				name, _, _ := strings.Cut(rest, ".")
				said[name]++
			}
		}
	}
	for _, times := range said {
		if times == 1 {
			n++
		}
	}
	return n
}
