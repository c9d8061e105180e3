package crm

import (
	"maps"
	"slices"
	"time"
)

// Diff is what leads from one state of a customer to another.
func Diff(before, after Customer) Delta {
	d := Delta{
		Hidden:   changed(before.Hidden, after.Hidden),
		Holder:   changed(before.Holder, after.Holder),
		HandedBy: changed(before.HandedBy, after.HandedBy),
		Attempts: changed(before.Attempts, after.Attempts),
	}
	if !before.LastInquiryAt.Equal(after.LastInquiryAt) {
		d.Inquired = &Change[time.Time]{before.LastInquiryAt, after.LastInquiryAt}
	}
	if !before.ErasedAt.Equal(after.ErasedAt) {
		d.Erased = &Change[time.Time]{before.ErasedAt, after.ErasedAt}
	}
	for name, pair := range map[string]Change[string]{
		"name": {before.Name, after.Name}, "city": {before.City, after.City}, "email": {before.Email, after.Email},
	} {
		if pair.From != pair.To {
			if d.Record == nil {
				d.Record = map[string]Change[string]{}
			}
			d.Record[name] = pair
		}
	}
	if !slices.Equal(before.Phones, after.Phones) {
		d.Phones = &Change[[]PhoneNumber]{before.Phones, after.Phones}
	}
	d.Values = diffValues(before.Values, after.Values)
	if !sameStatus(before.Status, after.Status) {
		d.Status = &Change[StatusState]{before.Status, after.Status}
	}
	d.Opened, d.Closed, d.Moved = diffReminders(before.Reminders, after.Reminders)
	return d
}

// Apply changes c as the event did.
func (d Delta) Apply(c *Customer) {
	set(&c.Hidden, d.Hidden)
	set(&c.Holder, d.Holder)
	set(&c.HandedBy, d.HandedBy)
	set(&c.Attempts, d.Attempts)
	set(&c.LastInquiryAt, d.Inquired)
	set(&c.ErasedAt, d.Erased)
	set(&c.Phones, d.Phones)
	set(&c.Status, d.Status)
	for name, ch := range d.Record {
		*c.column(name) = ch.To
	}
	if c.Values == nil {
		c.Values = Values{}
	}
	for id, ch := range d.Values {
		if ch.To == "" {
			delete(c.Values, id)
		} else {
			c.Values[id] = ch.To
		}
	}
	for _, r := range d.Closed {
		c.Reminders = without(c.Reminders, r.ID)
	}
	for _, m := range d.Moved {
		c.Reminders = append(without(c.Reminders, m.To.ID), m.To)
	}
	c.Reminders = append(c.Reminders, d.Opened...)
	sortReminders(c.Reminders)
}

// Inverse is the delta that undoes d.
func (d Delta) Inverse() Delta {
	inv := Delta{
		Hidden: flip(d.Hidden), Holder: flip(d.Holder), HandedBy: flip(d.HandedBy), Attempts: flip(d.Attempts),
		Inquired: flip(d.Inquired), Phones: flip(d.Phones), Status: flip(d.Status), Opened: d.Closed, Closed: d.Opened,
		Erased: flip(d.Erased),
	}
	if d.Record != nil {
		inv.Record = map[string]Change[string]{}
	}
	for k, ch := range d.Record {
		inv.Record[k] = *flip(&ch)
	}
	if d.Values != nil {
		inv.Values = map[FieldID]Change[Value]{}
	}
	for k, ch := range d.Values {
		inv.Values[k] = *flip(&ch)
	}
	for _, m := range d.Moved {
		inv.Moved = append(inv.Moved, *flip(&m))
	}
	return inv
}

// Bumps says whether the delta changes what the version that buttons carry
// stands for: holder, status or answers.
func (d Delta) Bumps() bool { return d.Holder != nil || d.Status != nil }

// Replay folds a timeline, oldest event first, to the state that it leads to.
func Replay(events []Event) Customer {
	c := Customer{Hidden: true, Values: Values{}}
	for _, e := range events {
		e.Delta.Apply(&c)
		c.ID, c.Version = e.Customer, e.Version
	}
	return c
}

func (c *Customer) column(name string) *string {
	switch name {
	case "city":
		return &c.City
	case "email":
		return &c.Email
	default:
		return &c.Name
	}
}

func changed[T comparable](from, to T) *Change[T] {
	if from == to {
		return nil
	}
	return &Change[T]{from, to}
}

func set[T any](field *T, ch *Change[T]) {
	if ch != nil {
		*field = ch.To
	}
}

func flip[T any](ch *Change[T]) *Change[T] {
	if ch == nil {
		return nil
	}
	return &Change[T]{ch.To, ch.From}
}

func diffValues(before, after Values) map[FieldID]Change[Value] {
	var out map[FieldID]Change[Value]
	note := func(id FieldID) {
		if before[id] != after[id] {
			if out == nil {
				out = map[FieldID]Change[Value]{}
			}
			out[id] = Change[Value]{before[id], after[id]}
		}
	}
	for id := range before {
		note(id)
	}
	for id := range after {
		note(id)
	}
	return out
}

func sameStatus(a, b StatusState) bool {
	return a.Status == b.Status && a.Definition == b.Definition && a.By == b.By && a.At.Equal(b.At) &&
		maps.Equal(a.Answers, b.Answers) && (a.Appointment == nil) == (b.Appointment == nil) &&
		(a.Appointment == nil || a.Appointment.Equal(*b.Appointment))
}

func diffReminders(before, after []Reminder) (opened, closed []Reminder, moved []Change[Reminder]) {
	old := map[ReminderID]Reminder{}
	for _, r := range before {
		old[r.ID] = r
	}
	for _, r := range after {
		was, known := old[r.ID]
		delete(old, r.ID)
		switch {
		case !known:
			opened = append(opened, r)
		case !was.Due.Equal(r.Due) || was.Reason != r.Reason:
			moved = append(moved, Change[Reminder]{was, r})
		}
	}
	for _, r := range before {
		if _, gone := old[r.ID]; gone {
			closed = append(closed, r)
		}
	}
	return opened, closed, moved
}

func without(rs []Reminder, id ReminderID) []Reminder {
	return slices.DeleteFunc(slices.Clone(rs), func(r Reminder) bool { return r.ID == id })
}

func sortReminders(rs []Reminder) {
	slices.SortFunc(rs, func(a, b Reminder) int {
		if c := a.Due.Compare(b.Due); c != 0 {
			return c
		}
		return int(a.ID - b.ID)
	})
}
