package crm

import (
	"context"
	"time"
)

// Remind sets a reminder by hand.
func (s *Service) Remind(ctx context.Context, cmd Command, id CustomerID, at time.Time, reason string) (Outcome, error) {
	return s.change(ctx, cmd, id, change{
		kind: EventRemind, right: mustChange,
		alter: func(w *work, c *Customer, e *Event) error {
			text, err := line("reason", reason, MaxLine)
			if err != nil {
				return err
			}
			if at.Before(w.now) {
				return &Error{Code: Invalid, Key: KeyPast, Field: "reminder"}
			}
			c.Reminders = append(c.Reminders, Reminder{Kind: ReminderByHand, Due: *instant(at), Reason: text, For: w.actor.ID})
			e.Detail.Text, e.Detail.Next = text, instant(at)
			return nil
		},
	})
}

// Postpone puts an open reminder off to at.
func (s *Service) Postpone(ctx context.Context, cmd Command, id ReminderID, at time.Time) (Outcome, error) {
	return s.onReminder(ctx, cmd, id, EventLater, func(w *work, c *Customer, e *Event) error {
		if at.Before(w.now) {
			return &Error{Code: Invalid, Key: KeyPast, Field: "reminder"}
		}
		for i, r := range c.Reminders {
			if r.ID == id {
				c.Reminders[i].Due = *instant(at)
			}
		}
		e.Detail.Next = instant(at)
		return nil
	})
}

// Done closes a reminder with nothing more to record.
func (s *Service) Done(ctx context.Context, cmd Command, id ReminderID) (Outcome, error) {
	return s.onReminder(ctx, cmd, id, EventDone, func(_ *work, c *Customer, _ *Event) error {
		c.Reminders = without(c.Reminders, id)
		return nil
	})
}

// React notes that somebody reacted to the ring of a reminder, so that it is
// neither repeated nor told to a manager. Only whoever may settle the reminder
// reacts to it; a look of anybody else changes nothing.
func (s *Service) React(ctx context.Context, actor StaffID, id ReminderID) error {
	return s.store.InTx(ctx, func(tx Tx) (err error) {
		w := &work{Tx: tx, now: s.now()}
		if w.actor, err = tx.LockStaff(ctx, actor); err != nil {
			return err
		}
		if !w.actor.Active() {
			return fail(Forbidden, KeyNotActive)
		}
		customer, err := tx.ReminderOf(ctx, id)
		if err != nil {
			return err
		}
		c, err := tx.LockCustomer(ctx, customer)
		if err != nil {
			return err
		}
		if !Settles(w.actor, c, id) {
			return nil
		}
		return tx.Reacted(ctx, id, w.now)
	})
}

// ReminderCustomer returns the customer of a reminder, whether it is open or not.
func (s *Service) ReminderCustomer(ctx context.Context, id ReminderID) (c CustomerID, err error) {
	err = s.store.InTx(ctx, func(tx Tx) error {
		c, err = tx.ReminderOf(ctx, id)
		return err
	})
	return c, err
}

func (s *Service) onReminder(ctx context.Context, cmd Command, id ReminderID, kind EventKind,
	alter func(*work, *Customer, *Event) error,
) (Outcome, error) {
	out, repeated, err := run(ctx, s, cmd, func(w *work) (Outcome, error) {
		customer, err := w.ReminderOf(ctx, id)
		if err != nil {
			return Outcome{}, err
		}
		before, err := w.lockVisible(ctx, customer)
		if err != nil {
			return Outcome{}, err
		}
		return w.apply(ctx, before, change{
			kind: kind, right: maySettle(id),
			alter: func(w *work, c *Customer, e *Event) error {
				r, ok := c.Reminder(id)
				if !ok {
					return &Error{Code: Gone, Key: KeyNoReminder, Customer: c.ID}
				}
				e.Detail.Reminder, e.Detail.Text = id, r.Reason
				return alter(w, c, e)
			},
		})
	})
	out.Repeated = repeated
	return out, err
}

// maySettle is Settles as the right of a command.
func maySettle(id ReminderID) func(*work, Customer) error {
	return func(w *work, c Customer) error {
		if Settles(w.actor, c, id) {
			return nil
		}
		return mustChange(w, c)
	}
}

// RingDue rings up to limit reminders that are due, repeats those that nobody
// reacted to and tells managers of those that nobody reacted to twice. It
// returns how many rows it settled and how late the latest first ring was.
func (s *Service) RingDue(ctx context.Context, limit int) (settled int, late time.Duration, err error) {
	err = s.store.InTx(ctx, func(tx Tx) error {
		settled, late = 0, 0
		w := &work{Tx: tx, now: s.now()}
		rings, err := tx.DueRings(ctx, w.now, limit)
		if err != nil || len(rings) == 0 {
			return err
		}
		if w.dir, err = tx.Directory(ctx); err != nil {
			return err
		}
		var ns []Notification
		for i, r := range rings {
			if r.Rings == 0 {
				late = max(late, w.now.Sub(r.Reminder.Due))
			}
			var told []Notification
			told, rings[i].Rings = w.ring(r)
			ns = append(ns, told...)
		}
		settled = len(rings)
		if err := w.SaveRings(ctx, rings, w.now); err != nil {
			return err
		}
		if len(ns) == 0 {
			return nil
		}
		return w.Notify(ctx, ns)
	})
	if err == nil && settled > 0 {
		s.wake()
	}
	return settled, late, err
}

// ring says whom the step concerns, the holder twice, then the managers, and which step
// it was.
func (w *work) ring(r Ring) (ns []Notification, step int) {
	n := Notification{Kind: NotifyReminder, Customer: r.Customer, Event: r.Event, Reminder: r.Reminder.ID,
		Due: r.Reminder.Due, Ring: r.Rings + 1, CreatedAt: w.now}
	to := r.Holder
	if to == 0 {
		to = r.Reminder.For
	}
	if holder, ok := w.dir.Staff[to]; r.Rings < 2 && ok && holder.Active() && !holder.Unreachable {
		n.To = to
		ns = []Notification{n}
	} else {
		n.Kind, n.About, r.Rings = NotifyEscalated, to, 2
		for _, m := range w.managers() {
			// The one who did not react is not told again unless nobody else could be.
			if n.To = m.ID; m.ID != to || len(w.managers()) == 1 {
				ns = append(ns, n)
			}
		}
	}
	return ns, r.Rings + 1
}
