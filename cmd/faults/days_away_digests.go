package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cartable/internal/crm"
	"cartable/internal/persian"
	"cartable/internal/rig"
)

// awayDigests is what became of the digests of the days in which the program was down.
type awayDigests struct {
	settled  int    // mornings of days that were missed, or came late
	mornings [2]int // messages, and how many of them say that they are late, and since which day
	reports  [2]int // likewise, of the evenings
}

func (d awayDigests) String() string {
	return fmt.Sprintf("3 days' digests of 4 people told in %d messages, %d marked late and naming the days, those of 3 evenings in %d, %d marked",
		d.mornings[0], d.mornings[1], d.reports[0], d.reports[1])
}

// beginAtNoon has the business open from 9 to 17 each day, and its clock begin at noon: digests
// are due at the beginning and the end, so that three of each are missed. Everybody has work.
func (a *away) beginAtNoon(ctx context.Context) error {
	var week crm.Week
	for day := range week {
		week[day] = []crm.Span{{From: 9 * 60, To: 17 * 60}}
	}
	if err := a.Domain.SetHours(ctx, a.Command(a.Owner), week, nil); err != nil {
		return err
	}
	dir, err := a.Domain.Directory(ctx)
	if err != nil {
		return err
	}
	now := time.Now()
	today := persian.CivilOf(now.In(dir.Settings.Location()))
	noon := today.At(persian.Clock{Hour: 12}, dir.Settings.Location())
	if noon.Before(now) {
		today = today.AddDays(1)
		noon = today.At(persian.Clock{Hour: 12}, dir.Settings.Location())
	}
	a.noon, a.today = noon.Sub(now), today
	phone, err := persian.ParsePhone(rig.Phone(a.reminders + 1))
	if err != nil {
		return err
	}
	arrival, err := a.Domain.RecordInquiry(ctx, a.Command(rig.Member{}), crm.Inquiry{Source: a.Source.ID, Phone: phone})
	if err != nil {
		return err
	}
	if _, err := a.Domain.Take(ctx, a.Command(a.Owner), arrival.Customer); err != nil {
		return err
	}
	return a.set(a.noon)
}

// digestsBegun waits until the digest of the day on which the program goes down is settled.
func (a *away) digestsBegun(ctx context.Context) error {
	return rig.Await(ctx, "the digests of the first day", awayLimit, a.counts(len(a.Everybody()),
		`SELECT count(*) FROM routine_days WHERE kind = $1 AND day = $2::date`, crm.RoutineMorning, a.today.String()))
}

func (a *away) judgeDigests(ctx context.Context) (err error) {
	if a.digests.settled, err = a.Count(ctx, `SELECT count(*) FROM routine_days WHERE kind = $1 AND day > $2::date`,
		crm.RoutineMorning, a.today.String()); err != nil {
		return err
	}
	last := a.today.AddDays(3)
	for _, m := range a.Everybody() {
		days := []string{persian.FormatDate(last, "en"), "Late; it was due", "It did not come on the days before, from " + persian.FormatDate(a.today.AddDays(1), "en")}
		n, whole := said(m, "Your day", last, days)
		a.digests.mornings[0], a.digests.mornings[1] = a.digests.mornings[0]+n, a.digests.mornings[1]+whole
		if n != 1 || whole != 1 {
			err = errors.Join(err, fmt.Errorf("%s is told of the day %d times, %d of them late and whole", m.Name, n, whole))
		}
		n, whole = said(m, "Report of the day", last.AddDays(-1), []string{"Late; it was due", "from " + persian.FormatDate(a.today, "en")})
		want := 0
		if m.ID == a.Owner.ID {
			want = 1
		}
		a.digests.reports[0], a.digests.reports[1] = a.digests.reports[0]+n, a.digests.reports[1]+whole
		if n != want || whole != want {
			err = errors.Join(err, fmt.Errorf("%s gets %d reports, %d of them late and whole", m.Name, n, whole))
		}
	}
	if want := 3 * len(a.Everybody()); a.digests.settled != want {
		err = errors.Join(err, fmt.Errorf("%d mornings are settled instead of %d", a.digests.settled, want))
	}
	return err
}

// said is how many digests with this title, of days after the first, somebody got, and how many
// of them are of a day and show all of these texts.
func said(m rig.Member, title string, day persian.Civil, texts []string) (n, whole int) {
	for _, message := range m.Person.Messages() {
		if !message.FromBot() || !message.Shows(title) || !message.Shows("days before") {
			continue
		}
		n++
		all := message.Shows(persian.FormatDate(day, "en"))
		for _, text := range texts {
			all = all && message.Shows(text)
		}
		if all {
			whole++
		}
	}
	return n, whole
}
