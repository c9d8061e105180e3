package crm

import (
	"context"

	"cartable/internal/persian"
)

// Erase forgets who a customer is, when they ask for it; managers alone may, and it
// is not undone. RetentionDue does the same by itself. Their values go from the record, the inquiries, the timeline and the
// reminders; their numbers are nobody's any more. What kind of thing happened when,
// and who did it, stays, and so does the row, which lists leave out and statistics
// count. What was announced of them is withdrawn from its readers' chats.
//
// What others wrote of them elsewhere, in a note on another customer, is not found.
func (s *Service) Erase(ctx context.Context, cmd Command, id CustomerID) (Outcome, error) {
	out, repeated, err := run(ctx, s, cmd, func(w *work) (Outcome, error) {
		if err := mustManage(w); err != nil {
			return Outcome{}, err
		}
		c, err := w.lockVisible(ctx, id)
		if err != nil {
			return Outcome{}, err
		}
		return w.forget(ctx, c)
	})
	out.Repeated = repeated
	return out, err
}

// forget erases a customer, and a record of the same person whose creation was undone: it
// tells of them still, where the number went to this one.
func (w *work) forget(ctx context.Context, c Customer) (Outcome, error) {
	if _, err := w.eraseUndone(ctx, c.Phones); err != nil {
		return Outcome{}, err
	}
	return w.erase(ctx, c)
}

// EraseUndone is Erase for who came by a number and whose record was undone: nobody
// sees it, and it tells of them still. KeyNoCustomer where there is none.
func (s *Service) EraseUndone(ctx context.Context, cmd Command, p persian.Phone) (Outcome, error) {
	out, repeated, err := run(ctx, s, cmd, func(w *work) (Outcome, error) {
		if err := mustManage(w); err != nil {
			return Outcome{}, err
		}
		out, err := w.eraseUndone(ctx, []PhoneNumber{{Phone: p}})
		if err == nil && out.Customer == 0 {
			err = fail(NotFound, KeyNoCustomer)
		}
		return out, err
	})
	out.Repeated = repeated
	return out, err
}

// Undone says whether EraseUndone would find somebody; only for managers.
func (s *Service) Undone(ctx context.Context, actor Staff, p persian.Phone) (bool, error) {
	if !actor.Active() || !actor.Manages() {
		return false, fail(Forbidden, KeyManagers)
	}
	return s.store.HiddenWith(ctx, p)
}

// eraseUndone returns the outcome of the last one; the zero Outcome for none.
func (w *work) eraseUndone(ctx context.Context, ps []PhoneNumber) (out Outcome, err error) {
	undone, err := w.LockHiddenWith(ctx, ps)
	if err != nil {
		return Outcome{}, err
	}
	for _, id := range undone {
		c, err := w.LockCustomer(ctx, id)
		if err != nil {
			return Outcome{}, err
		}
		if out, err = w.erase(ctx, c); err != nil {
			return Outcome{}, err
		}
	}
	return out, nil
}

// erase blanks the timeline first, so that it leads to the blank state that the last
// event goes on from.
func (w *work) erase(ctx context.Context, c Customer) (Outcome, error) {
	events, err := w.EventsAbout(ctx, c.ID)
	if err != nil {
		return Outcome{}, err
	}
	for i, e := range events {
		events[i] = e.blank()
	}
	if err := w.BlankEvents(ctx, events); err != nil {
		return Outcome{}, err
	}
	before := c.blank()
	after := before.clone()
	after.Hidden, after.ErasedAt, after.Holder, after.HandedBy, after.Reminders = true, w.now, 0, 0, nil
	e := Event{Customer: c.ID, Kind: EventErased, Actor: w.actor.ID, At: w.now, Key: w.key}
	_, after, err = w.record(ctx, before, after, e)
	if err != nil {
		return Outcome{}, err
	}
	return Outcome{Customer: c.ID, Version: after.Version}, w.EraseTraces(ctx, c.ID)
}

// blank is c without what tells who it is. Replaying blank events leads to it.
func (c Customer) blank() Customer {
	c = c.clone()
	c.Name, c.City, c.Email, c.Phones, c.Values = "", "", "", nil, Values{}
	c.Status = c.Status.blank()
	c.Reminders = blankReminders(c.Reminders)
	return c
}

// blank is st without the answers: which status it is, since when, who set it and
// the appointment stay.
func (st StatusState) blank() StatusState {
	st.Answers = nil
	return st
}

func (r Reminder) blank() Reminder {
	r.Reason = ""
	return r
}

func blankReminders(rs []Reminder) []Reminder {
	var out []Reminder
	for _, r := range rs {
		out = append(out, r.blank())
	}
	return out
}

// blank is e without the person's values: what kind of thing happened, when, by whom,
// and which fields it changed stay.
func (e Event) blank() Event {
	d := &e.Detail
	d.Text, d.Phone, d.Message, d.Differs = "", "", "", nil
	e.Delta = e.Delta.blank()
	return e
}

func (d Delta) blank() Delta {
	if d.Record != nil {
		record := make(map[string]Change[string], len(d.Record))
		for name := range d.Record {
			record[name] = Change[string]{}
		}
		d.Record = record
	}
	if d.Values != nil {
		values := make(map[FieldID]Change[Value], len(d.Values))
		for id := range d.Values {
			values[id] = Change[Value]{}
		}
		d.Values = values
	}
	if d.Phones != nil {
		d.Phones = &Change[[]PhoneNumber]{}
	}
	if d.Status != nil {
		d.Status = &Change[StatusState]{d.Status.From.blank(), d.Status.To.blank()}
	}
	d.Opened, d.Closed = blankReminders(d.Opened), blankReminders(d.Closed)
	moved := d.Moved
	d.Moved = nil
	for _, m := range moved {
		d.Moved = append(d.Moved, Change[Reminder]{m.From.blank(), m.To.blank()})
	}
	return d
}
