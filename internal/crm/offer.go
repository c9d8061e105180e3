package crm

import (
	"time"

	"cartable/internal/persian"
)

// OfferKind is how an Offer finds its moment.
type OfferKind string

// The kinds of offer.
const (
	OfferBefore  OfferKind = "before"         // Minutes before the appointment
	OfferEvening OfferKind = "evening_before" // the evening before its day
	OfferMorning OfferKind = "morning_of"     // the morning of its day
	OfferDays    OfferKind = "days"           // in Days days at At
	OfferMinutes OfferKind = "minutes"        // in Minutes minutes
)

// When evening and morning are, for offers.
const (
	eveningHour = 18
	morningHour = 9
)

// Bounds of an offer.
const (
	MaxOffers       = 6
	maxOfferDays    = 365
	maxOfferMinutes = 31 * 24 * 60
)

// Offer is a moment that a status proposes for its reminder.
type Offer struct {
	Kind    OfferKind `json:"kind"`
	Minutes int       `json:"minutes,omitempty"`
	Days    int       `json:"days,omitempty"`
	At      string    `json:"at,omitempty"` // "15:04"
}

// Relative says whether the offer needs an appointment, or at least a date.
func (o Offer) Relative() bool {
	return o.Kind == OfferBefore || o.Kind == OfferEvening || o.Kind == OfferMorning
}

// valid says whether the parts that the kind needs are there and in bounds.
func (o Offer) valid() bool {
	switch o.Kind {
	case OfferBefore:
		return o.Minutes >= 0 && o.Minutes <= maxOfferMinutes
	case OfferMinutes:
		return o.Minutes > 0 && o.Minutes <= maxOfferMinutes
	case OfferDays:
		_, err := time.Parse("15:04", o.At)
		return o.Days > 0 && o.Days <= maxOfferDays && err == nil
	default:
		return o.Kind == OfferEvening || o.Kind == OfferMorning
	}
}

// Moment is when the offer is, given the answers so far. now is in the zone of
// the business. ok is false where what it is relative to was not answered.
func (o Offer) Moment(s Status, answers Values, now time.Time) (at time.Time, ok bool) {
	zone := now.Location()
	on := func(day persian.Civil, hour int) time.Time { return day.At(persian.Clock{Hour: hour}, zone) }
	switch o.Kind {
	case OfferBefore:
		at, ok = s.moment(answers, zone)
		return at.Add(-time.Duration(o.Minutes) * time.Minute), ok
	case OfferEvening, OfferMorning:
		day, ok := s.day(answers, zone)
		if o.Kind == OfferEvening {
			return on(day.AddDays(-1), eveningHour), ok
		}
		return on(day, morningHour), ok
	case OfferDays:
		clock, err := time.Parse("15:04", o.At)
		at := persian.CivilOf(now).AddDays(o.Days).At(persian.Clock{Hour: clock.Hour(), Min: clock.Minute()}, zone)
		return at, err == nil
	default:
		return now.Add(time.Duration(o.Minutes) * time.Minute), o.Kind == OfferMinutes
	}
}

// moment is the appointment, or the answer to the first date and time field.
func (s Status) moment(answers Values, zone *time.Location) (time.Time, bool) {
	if at, ok := s.Appointment(answers, zone); ok {
		return at.In(zone), true
	}
	for _, f := range s.Fields {
		if f.Type != DateTime {
			continue
		}
		if at, err := time.Parse(time.RFC3339, string(answers[f.ID])); err == nil {
			return at.In(zone), true
		}
	}
	return time.Time{}, false
}

// day is that of moment, or the answer to the first date field.
func (s Status) day(answers Values, zone *time.Location) (persian.Civil, bool) {
	if at, ok := s.moment(answers, zone); ok {
		return persian.CivilOf(at), true
	}
	for _, f := range s.Fields {
		if day, err := persian.ParseCivil(string(answers[f.ID])); err == nil && f.Type == Date {
			return day, true
		}
	}
	return persian.Civil{}, false
}

// Dates says whether the status has what an offer of the kind is relative to.
func (s Status) Dates(kind OfferKind) bool {
	if s.AppointmentDate != 0 {
		return true
	}
	for _, f := range s.Fields {
		if f.Type == DateTime || f.Type == Date && kind != OfferBefore {
			return true
		}
	}
	return false
}
