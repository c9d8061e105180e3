package crmtest

import (
	"context"
	"slices"
	"time"

	"cartable/internal/crm"
	"cartable/internal/persian"
)

// AppendEvent writes an event past the domain.
func (s *Store) AppendEvent(ctx context.Context, e crm.Event) (crm.EventID, error) {
	return s.rows.AppendEvent(ctx, e)
}

// OpenForm has somebody fill in a form about a customer.
func (s *Store) OpenForm(id crm.CustomerID) { s.rows.forms[id] = true }

// Ended looks at everybody.
func (s *Store) Ended(ctx context.Context, by []crm.StatusID, before time.Time, limit int) (ids []crm.CustomerID, err error) {
	for _, c := range sorted(s.rows.customers, func(a, b crm.Customer) int { return int(a.ID - b.ID) }) {
		es, err := s.rows.EventsAbout(ctx, c.ID)
		if err != nil {
			return nil, err
		}
		if slices.Contains(by, c.Status.Status) && !c.Hidden && !c.Waiting() && c.Holder == 0 && len(c.Reminders) == 0 && !s.rows.forms[c.ID] &&
			c.Status.At.Before(before) && c.Due().Before(before) &&
			len(es) > 0 && es[len(es)-1].At.Before(before) && len(ids) < limit {
			ids = append(ids, c.ID)
		}
	}
	return ids, nil
}

func (r *rows) LastRetentionNight(context.Context) (n crm.RetentionNight, ok bool, err error) {
	return r.night, r.night.Day != persian.Civil{}, nil
}

func (r *rows) SettleRetentionNight(_ context.Context, n crm.RetentionNight, _ time.Time) (crm.RetentionNight, error) {
	r.night = n
	return n, nil
}

func (r *rows) FormAbout(_ context.Context, id crm.CustomerID) (bool, error) { return r.forms[id], nil }

func (r *rows) EventsAbout(_ context.Context, id crm.CustomerID) (es []crm.Event, err error) {
	for _, e := range r.events {
		if e.Customer == id {
			es = append(es, e)
		}
	}
	return es, nil
}

func (r *rows) LastEvent(ctx context.Context, id crm.CustomerID) (crm.EventID, error) {
	es, err := r.EventsAbout(ctx, id)
	if err != nil || len(es) == 0 {
		return 0, &crm.Error{Code: crm.NotFound, Key: crm.KeyNoCustomer}
	}
	return es[len(es)-1].ID, nil
}

func (r *rows) LockEvent(_ context.Context, id crm.EventID) (crm.Event, error) {
	i := slices.IndexFunc(r.events, func(e crm.Event) bool { return e.ID == id })
	if i < 0 {
		return crm.Event{}, &crm.Error{Code: crm.NotFound, Key: crm.KeyNoCustomer}
	}
	return r.events[i], nil
}

// BlankEvents leaves the events that were there to whoever rolls back.
func (r *rows) BlankEvents(_ context.Context, es []crm.Event) error {
	r.events = slices.Clone(r.events)
	for _, e := range es {
		if i := slices.IndexFunc(r.events, func(old crm.Event) bool { return old.ID == e.ID }); i >= 0 {
			r.events[i] = e
		}
	}
	return nil
}

// There are no inquiries and no announcements here, and nobody is hidden whose number is another's.

func (r *rows) EraseTraces(context.Context, crm.CustomerID) error { return nil }

func (r *rows) LockHiddenWith(context.Context, []crm.PhoneNumber) ([]crm.CustomerID, error) {
	return nil, nil
}
