package screen_test

import (
	"time"

	"cartable/bot/screen"
	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

func (w world) digests() []story {
	today := persian.CivilOf(w.now)
	n := func(kind crm.NotificationKind, late time.Duration, missed int) screen.Notice {
		x := screen.Notice{Notification: crm.Notification{Kind: kind, Day: today, Due: w.ago(late)}}
		if missed > 0 {
			x.Since = today.AddDays(-missed)
		}
		return x
	}
	meet := func(in time.Duration) crm.Customer {
		c := w.met()
		c.Status.Appointment = w.in(in)
		return c
	}
	overdue := w.entries()[:1]
	agenda := crm.Agenda{Meetings: []crm.Customer{meet(25 * time.Minute), meet(6 * time.Hour)}, Overdue: overdue,
		Counts: crm.Counts{Overdue: 4, Today: 3, Fresh: 2, Rest: 30}}
	full := crm.Agenda{More: true, Counts: crm.Counts{Today: 40}}
	for range 20 {
		full.Meetings = append(full.Meetings, meet(time.Hour))
	}
	report := crm.DayReport{New: 14, Again: 1, Won: 2, Waiting: 3, Erased: 21, People: []crm.PersonReport{
		{Staff: sara, Statuses: 1}, {Staff: omid, Statuses: 9, NoAnswer: 5, Taken: 6, Won: 2, Overdue: 4}, {Staff: lena, Overdue: 1}}}
	return []story{
		{"Morning", omid, func(r screen.Reader) view.Message { return r.Morning(n(crm.NotifyMorning, 0, 0), agenda) }},
		{"Morning_late_after_days", omid, func(r screen.Reader) view.Message {
			return r.Morning(n(crm.NotifyMorning, 2*time.Hour, 3), agenda)
		}},
		{"Morning_full", omid, func(r screen.Reader) view.Message { return r.Morning(n(crm.NotifyMorning, 0, 0), full) }},
		{"Morning_new_alone", omid, func(r screen.Reader) view.Message {
			return r.Morning(n(crm.NotifyMorning, 0, 0), crm.Agenda{Counts: crm.Counts{Fresh: 1}})
		}},
		{"Evening", sara, func(r screen.Reader) view.Message { return r.Evening(n(crm.NotifyEvening, 0, 0), report) }},
		{"Evening_late_after_days", sara, func(r screen.Reader) view.Message {
			return r.Evening(n(crm.NotifyEvening, 17*time.Hour, 2), report)
		}},
		{"Evening_nothing_done", sara, func(r screen.Reader) view.Message {
			return r.Evening(n(crm.NotifyEvening, 0, 0), crm.DayReport{New: 1})
		}},
		{"Nudge_entering", omid, func(r screen.Reader) view.Message { return r.Nudge(n(crm.NotifyEntering, 0, 0)) }},
		{"Nudge_calling", omid, func(r screen.Reader) view.Message { return r.Nudge(n(crm.NotifyCalling, 0, 0)) }},
	}
}
