package form

import (
	"time"

	"cartable/internal/crm"
	"cartable/internal/persian"
)

// ReminderID is the ID of the question that Reminder makes.
const ReminderID = "rem"

// maxOffers keeps the offers on one screen.
const maxOffers = 6

// Reminder asks when to remind. appointment tells the instant that the answers
// so far have agreed on; nil where there can be none.
func Reminder(env Env, required bool, appointment func(Answers) (time.Time, bool)) Question {
	return Question{
		ID: ReminderID, Emoji: "🔔", Title: env.Printer.T("form.reminder"),
		Type: crm.DateTime, Required: required,
		Offers: func(answers Answers, env Env) []Option {
			if appointment != nil {
				if at, ok := appointment(answers); ok {
					return env.offers(env.beforeAppointment(at.In(env.Zone)))
				}
			}
			return env.offers(env.soon(env.local()))
		},
	}
}

// offer is an instant with the words that name it.
type offer struct {
	at    time.Time
	label string
}

// beforeAppointment are the moments at which to think of an appointment.
func (e Env) beforeAppointment(at time.Time) []offer {
	day := persian.CivilOf(at)
	return []offer{
		{at.Add(-time.Hour), e.Printer.T("form.offer_hour_before")},
		{at.Add(-3 * time.Hour), e.Printer.T("form.offer_three_hours_before")},
		{day.At(persian.Clock{Hour: 9}, at.Location()), e.Printer.T("form.offer_that_morning")},
		{day.AddDays(-1).At(persian.Clock{Hour: 18}, at.Location()), e.Printer.T("form.offer_evening_before")},
		{at.Add(-30 * time.Minute), e.Printer.T("form.offer_half_hour_before")},
		{at, e.Printer.T("form.offer_at_the_time")},
	}
}

// soon are the moments at which to follow up.
func (e Env) soon(now time.Time) []offer {
	today := persian.CivilOf(now)
	ten := persian.Clock{Hour: 10}
	return []offer{
		{now.Add(time.Hour).Round(5 * time.Minute), e.Printer.T("form.offer_in_an_hour")},
		{today.At(persian.Clock{Hour: 18}, now.Location()), e.Printer.T("form.offer_this_evening")},
		{today.AddDays(1).At(ten, now.Location()), e.Printer.T("form.offer_tomorrow")},
		{today.AddDays(2).At(ten, now.Location()), e.Printer.T("form.offer_in_two_days")},
		{today.AddDays(3).At(ten, now.Location()), e.Printer.T("form.offer_in_three_days")},
		{today.AddDays(7).At(ten, now.Location()), e.Printer.T("form.offer_in_a_week")},
	}
}

// offers are the options of those that are still ahead, each instant once.
func (e Env) offers(all []offer) []Option {
	var out []Option
	seen := map[crm.Value]bool{}
	for _, o := range all {
		v := InstantValue(o.at)
		// A minute's grace: an offer is still to be ahead when it is tapped.
		if seen[v] || !o.at.After(e.Now.Add(time.Minute)) || len(out) == maxOffers {
			continue
		}
		seen[v] = true
		label := o.label + " · " + persian.FormatShort(o.at, e.local(), e.lang())
		out = append(out, Option{Value: v, Label: label})
	}
	return out
}

// offerLabel names an offer that managers made.
func (e Env) offerLabel(o crm.Offer) string {
	switch {
	case o.Kind == crm.OfferEvening:
		return e.Printer.T("form.offer_evening_before")
	case o.Kind == crm.OfferMorning:
		return e.Printer.T("form.offer_that_morning")
	case o.Kind == crm.OfferDays:
		return e.Printer.T("form.offer_in", "Span", e.Printer.N("form.span_days", o.Days))
	case o.Kind == crm.OfferMinutes:
		return e.Printer.T("form.offer_in", "Span", e.span(o.Minutes))
	case o.Minutes == 0:
		return e.Printer.T("form.offer_at_the_time")
	}
	return e.Printer.T("form.offer_before", "Span", e.span(o.Minutes))
}

// span words a number of minutes in the largest unit that divides it.
func (e Env) span(minutes int) string {
	const hour, day = 60, 24 * 60
	switch {
	case minutes%day == 0:
		return e.Printer.N("form.span_days", minutes/day)
	case minutes%hour == 0:
		return e.Printer.N("form.span_hours", minutes/hour)
	}
	return e.Printer.N("form.span_minutes", minutes)
}
