package crm

import (
	"encoding/json"
	"time"
)

// EventKind says what happened to a customer.
type EventKind string

// What can happen. Each is one line of the timeline.
const (
	EventInquiry     EventKind = "inquiry"   // an arrival; the first one creates the customer
	EventTaken       EventKind = "taken"     // out of the pool into a cartable
	EventStatus      EventKind = "status"    // a status was set, with its answers
	EventHandOver    EventKind = "hand_over" // from one cartable to another
	EventAccepted    EventKind = "accepted"  // the receiver of a hand-off accepted it
	EventReturned    EventKind = "returned"  // … or returned it, with a reason
	EventShared      EventKind = "shared"    // shared out by a manager
	EventNote        EventKind = "note"
	EventEdit        EventKind = "edit" // fields or numbers changed
	EventNoAnswer    EventKind = "no_answer"
	EventWrongNumber EventKind = "wrong_number"
	EventRemind      EventKind = "remind" // a reminder was set
	EventLater       EventKind = "later"  // a reminder was put off
	EventDone        EventKind = "done"   // a reminder is done, with nothing more
	EventAsked       EventKind = "asked"  // a colleague asked the holder for the customer
	EventLeft        EventKind = "left"   // its holder was removed
	EventUndone      EventKind = "undone" // Undoes names the event
	EventErased      EventKind = "erased" // the person was erased, without an actor by retention; the last event of a timeline
)

// Event is one line of a customer's timeline. It is never changed, except that
// erasing the person blanks its values: see Event.blank.
type Event struct {
	ID       EventID
	Customer CustomerID
	Kind     EventKind
	Actor    StaffID // 0 when nobody's hand did it
	At       time.Time
	Version  int64  // of the customer, after it
	Key      string // of the command; events of one command share it
	Undoes   EventID
	UndoneBy EventID // derived: the event that undid this one
	Delta    Delta
	Detail   Detail
}

// Detail is what an event says beside its delta. Which parts are filled depends
// on the kind.
type Detail struct {
	Text       string     `json:"text,omitempty"` // a note, a message, a reason
	To         StaffID    `json:"to,omitempty"`   // who receives, who was asked
	Inquiry    InquiryID  `json:"inquiry,omitempty"`
	Source     SourceID   `json:"source,omitempty"`
	Returning  bool       `json:"returning,omitempty"` // an inquiry of a customer known before
	Created    bool       `json:"created,omitempty"`
	Reminder   ReminderID `json:"reminder,omitempty"`
	Next       *time.Time `json:"next,omitempty"` // the next try, the new due time
	Attempt    int        `json:"attempt,omitempty"`
	Phone      string     `json:"phone,omitempty"`
	Batch      BatchID    `json:"batch,omitempty"`
	Reschedule bool       `json:"reschedule,omitempty"` // a status set again with another appointment
	Message    string     `json:"message,omitempty"`    // what the customer wrote
	Differs    []Differs  `json:"differs,omitempty"`    // what an inquiry said other than the record
}

// Differs is a part of an inquiry that is not what the record says.
type Differs struct {
	Field string `json:"field"` // "name", "city", "email", or a customer field's key
	Value string `json:"value"`
}

// Change is an old and a new value.
type Change[T any] struct {
	From T `json:"from"`
	To   T `json:"to"`
}

// Delta is what an event changed of a customer. The zero Delta changes nothing.
type Delta struct {
	Hidden   *Change[bool]             `json:"hidden,omitempty"`
	Record   map[string]Change[string] `json:"record,omitempty"` // name, city, email
	Phones   *Change[[]PhoneNumber]    `json:"phones,omitempty"`
	Values   map[FieldID]Change[Value] `json:"values,omitempty"`
	Status   *Change[StatusState]      `json:"status,omitempty"`
	Holder   *Change[StaffID]          `json:"holder,omitempty"`
	HandedBy *Change[StaffID]          `json:"handed_by,omitempty"`
	Attempts *Change[int]              `json:"attempts,omitempty"`
	Inquired *Change[time.Time]        `json:"inquired,omitempty"` // when the latest inquiry came
	Opened   []Reminder                `json:"opened,omitempty"`
	Closed   []Reminder                `json:"closed,omitempty"`
	Moved    []Change[Reminder]        `json:"moved,omitempty"`
	Erased   *Change[time.Time]        `json:"erased,omitempty"`
}

// Shows says whether the delta changes what cards show of who the customer is and
// who holds them.
func (d Delta) Shows() bool {
	return d.Bumps() || d.Hidden != nil || d.Phones != nil || len(d.Record) > 0 || len(d.Values) > 0
}

// Empty says whether the delta changes nothing.
func (d Delta) Empty() bool {
	b, err := json.Marshal(d)
	return err == nil && string(b) == "{}"
}
