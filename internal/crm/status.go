package crm

import (
	"slices"
	"time"

	"cartable/internal/persian"
)

// CartableRule is what setting a status does to the cartable that the customer
// is in.
type CartableRule string

// The three rules.
const (
	CartableNone CartableRule = "none" // the customer leaves every cartable
	CartableNext CartableRule = "next" // the actor chooses the colleague whose cartable is next
	CartableStay CartableRule = "stay" // unchanged; nobody's becomes the actor's
)

// ReminderRule says whether a status asks for a reminder.
type ReminderRule string

// The three rules.
const (
	ReminderNo       ReminderRule = "no"
	ReminderYes      ReminderRule = "yes"
	ReminderOptional ReminderRule = "optional"
)

// Ending is how a status ends the follow-up, if it does.
type Ending string

// The endings.
const (
	Open    Ending = ""
	Won     Ending = "won"
	Lost    Ending = "lost"
	Blocked Ending = "blocked"
)

// Status is what came of a contact, as managers define it.
type Status struct {
	ID       StatusID     `json:"id"`
	Version  int          `json:"version,omitempty"` // of the definition; answers keep the version they were given to
	Title    Title        `json:"title"`
	Emoji    string       `json:"emoji,omitempty"`
	Cartable CartableRule `json:"cartable"`
	Next     NextRule     `json:"next"` // who may be chosen, for CartableNext
	Reminder ReminderRule `json:"reminder"`
	Offers   []Offer      `json:"offers,omitempty"` // of the reminder; none for the built-in ones
	Ends     Ending       `json:"ends,omitempty"`
	After    []StatusID   `json:"after,omitempty"`    // which may come before, 0 for no status yet; none for all
	Position int          `json:"position,omitempty"` // its place as it is stored; lists are in order without it
	Retired  bool         `json:"retired,omitempty"`
	// The fields that make the appointment; 0 for none. AppointmentDate may be a
	// DateTime field, then AppointmentTime is 0.
	AppointmentDate FieldID `json:"appointment_date,omitempty"`
	AppointmentTime FieldID `json:"appointment_time,omitempty"`
	Fields          []Field `json:"fields,omitempty"`         // in order, those that are asked
	RetiredFields   []Field `json:"retired_fields,omitempty"` // those that history answered
}

// Field returns the status's field with this ID.
func (s Status) Field(id FieldID) (Field, bool) {
	for _, f := range s.Fields {
		if f.ID == id {
			return f, true
		}
	}
	return Field{}, false
}

// AnyField is Field with the retired ones, for what history answered.
func (s Status) AnyField(id FieldID) (Field, bool) {
	for _, f := range s.RetiredFields {
		if f.ID == id {
			return f, true
		}
	}
	return s.Field(id)
}

// MayFollow says whether the status may be set for a customer whose status is
// before; 0 is none yet. Every status may be set again, to reschedule.
func (s Status) MayFollow(before StatusID) bool {
	return len(s.After) == 0 || before == s.ID || slices.Contains(s.After, before)
}

// Derive returns the answers with every derived field computed from the field
// that it follows.
func (s Status) Derive(answers Values) Values {
	out := make(Values, len(answers))
	for id, v := range answers {
		out[id] = v
	}
	for _, f := range s.Fields {
		if f.Derived == 0 {
			continue
		}
		delete(out, f.ID)
		if day, err := persian.ParseCivil(string(out[f.Derived])); err == nil {
			out[f.ID] = WeekdayValue(day.Weekday())
		}
	}
	return out
}

// Appointment is the instant that the answers agree on, in the zone of the
// business; ok is false when the status has none or it was not answered.
func (s Status) Appointment(answers Values, zone *time.Location) (at time.Time, ok bool) {
	date := answers[s.AppointmentDate]
	if s.AppointmentDate == 0 || date == "" {
		return time.Time{}, false
	}
	if at, err := time.Parse(time.RFC3339, string(date)); err == nil {
		return at.UTC(), true
	}
	day, err := persian.ParseCivil(string(date))
	if err != nil {
		return time.Time{}, false
	}
	clock, err := time.Parse("15:04", string(answers[s.AppointmentTime]))
	if err != nil {
		return time.Time{}, false
	}
	return time.Date(day.Year, day.Month, day.Day, clock.Hour(), clock.Minute(), 0, 0, zone).UTC(), true
}

// WeekdayValue is the value of a Weekday field.
func WeekdayValue(d time.Weekday) Value { return Value([]byte{'0' + byte(d)}) }
