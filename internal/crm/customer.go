package crm

import (
	"slices"
	"strings"
	"time"

	"cartable/internal/persian"
)

// Bounds of text, in runes.
const (
	MaxName  = 200
	MaxLine  = 500
	MaxLong  = 3000
	MaxPhone = 8 // numbers of one customer
)

// Customer is a person with a phone number, and everything about them that the
// timeline replays to.
type Customer struct {
	ID        CustomerID
	Version   int64 // bumped by a change of holder, status or answers alone
	Hidden    bool  // its creation was undone; a new inquiry brings it back
	Name      string
	City      string
	Email     string
	Phones    []PhoneNumber
	Values    Values // of the customer fields that managers define
	Status    StatusState
	Holder    StaffID    // whose cartable it is in; 0 for nobody's
	HandedBy  StaffID    // who handed it over, until the holder accepts or acts; 0 for nobody
	Attempts  int        // calls without an answer since the last status
	Reminders []Reminder // the open ones, by due time

	LastInquiryAt time.Time
	ErasedAt      time.Time // zero, but for a customer who was erased

	// Not part of the replayed state: facts of the row.
	Source         SourceID
	CreatedBy      StaffID
	CreatedAt      time.Time
	FirstInquiryAt time.Time
	HeldSince      time.Time
}

// PhoneNumber is one of a customer's numbers. The first is called first.
type PhoneNumber struct {
	Phone persian.Phone `json:"phone"`
	Wrong bool          `json:"wrong,omitempty"` // somebody else answered, or it does not exist
}

// StatusState is the status of a customer with what was answered to it.
type StatusState struct {
	Status      StatusID   `json:"status,omitempty"`
	Definition  int        `json:"definition,omitempty"` // the version of the definition
	Answers     Values     `json:"answers,omitempty"`
	Appointment *time.Time `json:"appointment,omitempty"`
	By          StaffID    `json:"by,omitempty"`
	At          time.Time  `json:"at,omitzero"`
}

// Phone is the number to call: the first that is not known to be wrong, else
// the first.
func (c Customer) Phone() persian.Phone {
	for _, p := range c.Phones {
		if !p.Wrong {
			return p.Phone
		}
	}
	if len(c.Phones) > 0 {
		return c.Phones[0].Phone
	}
	return ""
}

// Due is when the customer next asks for attention: the earliest of the open
// reminders and the appointment; zero when nothing is due.
func (c Customer) Due() time.Time {
	var due time.Time
	if c.Status.Appointment != nil {
		due = *c.Status.Appointment
	}
	for _, r := range c.Reminders {
		if due.IsZero() || r.Due.Before(due) {
			due = r.Due
		}
	}
	return due
}

// Waiting says whether the customer waits to be taken: in nobody's cartable,
// and without a status since the latest inquiry.
func (c Customer) Waiting() bool {
	return !c.Hidden && c.Holder == 0 && (c.Status.Status == 0 || c.LastInquiryAt.After(c.Status.At))
}

// Reminder returns the open reminder with this ID.
func (c Customer) Reminder(id ReminderID) (Reminder, bool) {
	for _, r := range c.Reminders {
		if r.ID == id {
			return r, true
		}
	}
	return Reminder{}, false
}

// clone returns a copy that shares nothing that a command changes.
func (c Customer) clone() Customer {
	c.Phones = slices.Clone(c.Phones)
	c.Reminders = slices.Clone(c.Reminders)
	c.Values = cloneValues(c.Values)
	c.Status.Answers = cloneValues(c.Status.Answers)
	return c
}

func cloneValues(v Values) Values {
	out := make(Values, len(v))
	for k, x := range v {
		out[k] = x
	}
	return out
}

// SearchText is what the customer is found by, beside the phone numbers: name and city
// by persian.CompactKey, in which whoever is found by separate words is found too, and
// the e-mail as it is written, but in small letters. One a line.
func (c Customer) SearchText() string {
	return strings.Join([]string{persian.CompactKey(c.Name), persian.CompactKey(c.City), strings.ToLower(c.Email)}, "\n")
}

func sortStaff(s []Staff) {
	slices.SortFunc(s, func(a, b Staff) int { return int(a.ID - b.ID) })
}
