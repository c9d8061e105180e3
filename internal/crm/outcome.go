package crm

import (
	"context"
	"slices"
	"strings"
	"time"
)

// StatusChange is what came of a contact.
type StatusChange struct {
	Customer   CustomerID
	Version    int64 // of the customer, as the actor saw it
	Status     StatusID
	Definition int // the version of the status that the answers were given to; 0 when it does not matter
	Answers    Values
	Next       StaffID    // whose cartable is next, for CartableNext
	Remind     *time.Time // for a status that asks for a reminder
	Reason     string     // of the reminder, or the message to the colleague
}

// SetStatus records the outcome of a contact: status, answers, the next
// cartable and the reminder, all of it or nothing. The reminders of the status
// before are closed.
func (s *Service) SetStatus(ctx context.Context, cmd Command, sc StatusChange) (Outcome, error) {
	return s.change(ctx, cmd, sc.Customer, change{
		kind: EventStatus, version: sc.Version, right: mustChange,
		alter: func(w *work, c *Customer, e *Event) error { return w.setStatus(ctx, c, e, sc) },
		tell:  tellOfStatus,
	})
}

func (w *work) setStatus(ctx context.Context, c *Customer, e *Event, sc StatusChange) error {
	status, ok := w.dir.Status(sc.Status)
	if !ok || status.Retired {
		return fail(NotFound, KeyNoStatus)
	}
	if sc.Definition != 0 && sc.Definition != status.Version {
		return &Error{Code: Conflict, Key: KeyDefinition, Customer: c.ID, Title: status.Title}
	}
	if !status.MayFollow(c.Status.Status) {
		return &Error{Code: Conflict, Key: KeyNotAfter, Customer: c.ID, Title: status.Title}
	}
	answers := Values{}
	for id, v := range sc.Answers {
		if v = Value(strings.TrimSpace(string(v))); v != "" {
			answers[id] = v
		}
	}
	if err := status.checkAnswers(answers, w.dir); err != nil {
		return err
	}
	reason, err := longText("reason", sc.Reason)
	if err != nil {
		return err
	}
	answers = status.Derive(answers)
	was := c.Status
	before := c.clone()
	c.Status = StatusState{Status: status.ID, Definition: status.Version, Answers: answers, By: w.actor.ID, At: w.now}
	if at, ok := status.Appointment(answers, w.zone()); ok {
		c.Status.Appointment = &at
	}
	e.Detail.Text = reason
	e.Detail.Reschedule = was.Status == status.ID && was.Appointment != nil && c.Status.Appointment != nil
	c.Attempts = 0
	c.HandedBy = 0 // whoever sets a status has accepted
	if err := w.moveCartable(ctx, before, c, e, status, sc.Next); err != nil {
		return err
	}
	return w.remindOfStatus(c, status, sc.Remind, reason)
}

// moveCartable does what the status's rule says.
func (w *work) moveCartable(ctx context.Context, before Customer, c *Customer, e *Event, status Status, next StaffID) error {
	switch status.Cartable {
	case CartableNone:
		c.Holder = 0
	case CartableStay:
		if c.Holder == 0 {
			c.Holder = w.actor.ID
		}
	case CartableNext:
		if next == 0 {
			return &Error{Code: Invalid, Key: KeyRequired, Field: "next"}
		}
		if err := w.mustBeNext(ctx, before, status, next); err != nil {
			return err
		}
		// Left with a colleague who holds it already, it needs no right to receive.
		if next != c.Holder {
			if err := w.mustBeActive(ctx, next); err != nil {
				return err
			}
			c.giveTo(next, w.actor.ID)
		}
		e.Detail.To = next
	}
	return nil
}

// mustBeNext refuses a colleague whom the status's rule leaves out. Whether the
// others may receive is asked where they do.
func (w *work) mustBeNext(ctx context.Context, before Customer, status Status, next StaffID) error {
	st, ok := w.dir.Staff[next]
	if !ok || !st.Active() || status.Next.Mode == NextAnyone {
		return nil
	}
	some, err := nextFor(ctx, w, w.dir, status, before)
	if err != nil || slices.ContainsFunc(some, func(s Staff) bool { return s.ID == next }) {
		return err
	}
	return &Error{Code: Invalid, Key: KeyNotNext, Staff: next, Title: status.Title}
}

func (w *work) remindOfStatus(c *Customer, status Status, at *time.Time, reason string) error {
	c.Reminders = nil
	if at == nil || status.Reminder == ReminderNo {
		if status.Reminder == ReminderYes {
			return &Error{Code: Invalid, Key: KeyRequired, Field: "reminder"}
		}
		return nil
	}
	if at.Before(w.now) {
		return &Error{Code: Invalid, Key: KeyPast, Field: "reminder"}
	}
	c.Reminders = []Reminder{{Kind: ReminderOfStatus, Due: *instant(*at), Reason: reason, For: w.actor.ID}}
	return nil
}

// tellOfStatus tells the colleague who receives the customer, or with whom it
// stays, and whoever held it and did not do this; where an appointment moved, everybody whom it concerned and concerns.
func tellOfStatus(_ *work, before, after Customer, e Event) []Notification {
	moved := e.Detail.Reschedule && !before.Status.Appointment.Equal(*after.Status.Appointment)
	var ns []Notification
	if after.Holder != before.Holder || !moved {
		ns = append(ns, Notification{To: after.Holder, Kind: NotifyHandOver})
	}
	if after.Holder != before.Holder && !moved {
		ns = append(ns, Notification{To: before.Holder, Kind: NotifyAway})
	}
	if moved {
		for _, id := range []StaffID{after.Holder, before.Holder, before.Status.By} {
			ns = append(ns, Notification{To: id, Kind: NotifyMoved})
		}
	}
	return ns // notify drops nobody, the actor and whoever is told already
}

// NoAnswer counts a call without an answer and schedules the next by NextTry.
// After MaxAttempts there is no next: Outcome.Next is nil, and the agent is to be
// asked what to do.
func (s *Service) NoAnswer(ctx context.Context, cmd Command, id CustomerID, version int64) (Outcome, error) {
	return s.change(ctx, cmd, id, change{
		kind: EventNoAnswer, version: version, right: mustChange,
		alter: func(w *work, c *Customer, e *Event) error {
			c.Attempts++
			c.HandedBy = 0
			e.Detail.Attempt = c.Attempts
			c.closeCallsDue(w.now)
			if c.Attempts >= MaxAttempts {
				return nil
			}
			e.Detail.Next = instant(NextTry(c.Attempts, w.now.In(w.zone())))
			c.Reminders = append(c.Reminders, Reminder{Kind: ReminderNextTry, Due: *e.Detail.Next, For: w.actor.ID})
			return nil
		},
	})
}

// closeCallsDue closes what a call has settled: tries, and whatever is due.
func (c *Customer) closeCallsDue(now time.Time) {
	kept := c.Reminders[:0:0]
	for _, r := range c.Reminders {
		if r.Kind != ReminderNextTry && r.Due.After(now) {
			kept = append(kept, r)
		}
	}
	c.Reminders = kept
}

// WrongNumber notes that a number is not the customer's. The next good number,
// if there is one, is called from now on.
func (s *Service) WrongNumber(ctx context.Context, cmd Command, id CustomerID, version int64, phone string) (Outcome, error) {
	return s.change(ctx, cmd, id, change{
		kind: EventWrongNumber, version: version, right: mustChange,
		alter: func(w *work, c *Customer, e *Event) error {
			for i, p := range c.Phones {
				if string(p.Phone) != phone {
					continue
				}
				c.Phones[i].Wrong = true
				e.Detail.Phone = phone
				c.closeCallsDue(w.now)
				return nil
			}
			return &Error{Code: NotFound, Key: KeyNoPhone, Field: "phone"}
		},
	})
}
