// Package crmtest is for tests of the domain and of the conversation that take many
// thousands of steps: a store in memory and random edits of the configuration.
package crmtest

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"cartable/internal/crm"
)

// Store is a crm.Store of a configuration, staff and customers in memory. A command
// that fails is rolled back, as by a database. Commands run one at a time. Whatever it
// does not have panics.
type Store struct {
	crm.Store
	rows rows
}

// rows is what a transaction can change.
type rows struct {
	crm.Tx
	tables
	undo []func() // takes the changes of the transaction back, the last one first
}

type tables struct {
	next      int64
	settings  crm.Settings
	staff     map[crm.StaffID]crm.Staff
	statuses  map[crm.StatusID]crm.Status // without their fields
	fields    map[crm.FieldID]crm.Field
	sources   map[crm.SourceID]crm.Source
	versions  []crm.ConfigVersion
	left      [][]byte // the configuration after each version, as JSON
	drafts    map[crm.StaffID][]byte
	customers map[crm.CustomerID]crm.Customer
	events    []crm.Event
	forms     map[crm.CustomerID]bool // somebody has one open about them
	night     crm.RetentionNight
	done      map[string]json.RawMessage
}

// firstID is above every ID that the configuration of a test has.
const firstID = 1000

// NewStore is a store with a configuration in force, and with staff.
func NewStore(c crm.Config, staff map[crm.StaffID]crm.Staff) *Store {
	s := &Store{rows: rows{tables: tables{next: firstID, settings: c.Settings, staff: staff, statuses: map[crm.StatusID]crm.Status{},
		fields: map[crm.FieldID]crm.Field{}, sources: map[crm.SourceID]crm.Source{}, drafts: map[crm.StaffID][]byte{},
		customers: map[crm.CustomerID]crm.Customer{}, forms: map[crm.CustomerID]bool{}, done: map[string]json.RawMessage{}}}}
	for _, st := range c.Statuses {
		for _, f := range slices.Concat(st.Fields, st.RetiredFields) {
			s.rows.fields[f.ID] = f
		}
		s.rows.statuses[st.ID] = bare(st)
	}
	for _, f := range c.Fields {
		s.rows.fields[f.ID] = f
	}
	for _, src := range c.Sources {
		s.rows.sources[src.ID] = src
	}
	return s
}

// PutCustomer writes a customer past the domain.
func (s *Store) PutCustomer(c crm.Customer) { s.rows.customers[c.ID] = c }

// InTx takes what fn wrote back where it fails.
func (s *Store) InTx(_ context.Context, fn func(crm.Tx) error) error {
	r := &s.rows
	before := r.tables // the numbers and the lists; maps are taken back by undo
	r.undo = r.undo[:0]
	err := fn(r)
	if err != nil {
		for _, undo := range slices.Backward(r.undo) {
			undo()
		}
		r.tables = before
	}
	return err
}

// put writes a row so that it can be taken back.
func put[K comparable, V any](r *rows, table map[K]V, key K, row V) {
	was, had := table[key]
	r.undo = append(r.undo, func() {
		if had {
			table[key] = was
		} else {
			delete(table, key)
		}
	})
	table[key] = row
}

func (r *rows) id() int64 { r.next++; return r.next }

func (r *rows) Once(_ context.Context, key string) (json.RawMessage, bool, error) {
	out, done := r.done[key]
	return out, done, nil
}

func (r *rows) Settle(_ context.Context, key string, _ crm.StaffID, _ time.Time, out json.RawMessage) error {
	put(r, r.done, key, out)
	return nil
}

// InTxAhead is InTx: nothing here is far away.
func (s *Store) InTxAhead(ctx context.Context, _ crm.Ahead, fn func(crm.Tx) error) (tells bool, err error) {
	return true, s.InTx(ctx, fn)
}

// Directory is as a transaction would read it, and so is all that follows.
func (s *Store) Directory(ctx context.Context) (crm.Directory, error) { return s.rows.Directory(ctx) }

// ConfigAt is the configuration as a version left it.
func (s *Store) ConfigAt(ctx context.Context, v int64) (crm.Config, error) {
	return s.rows.ConfigAt(ctx, v)
}

// ConfigLog returns the newest first.
func (s *Store) ConfigLog(ctx context.Context, before int64, limit int) ([]crm.ConfigVersion, error) {
	return s.rows.ConfigLog(ctx, before, limit)
}

// StoredDraft is what a manager has not published.
func (s *Store) StoredDraft(ctx context.Context, id crm.StaffID) (crm.StoredDraft, bool, error) {
	return s.rows.StoredDraft(ctx, id)
}

// Customer answers KeyNoCustomer where there is none.
func (s *Store) Customer(ctx context.Context, id crm.CustomerID) (crm.Customer, error) {
	return s.rows.LockCustomer(ctx, id)
}

// CustomerWithEvents is Customer and the newest events.
func (s *Store) CustomerWithEvents(ctx context.Context, id crm.CustomerID, limit int) (crm.Customer, []crm.Event, error) {
	c, err := s.Customer(ctx, id)
	if err != nil {
		return c, nil, err
	}
	es, err := s.Events(ctx, id, 0, limit)
	return c, es, err
}

// LastHolder is who gave the customer to the present holder.
func (s *Store) LastHolder(ctx context.Context, id crm.CustomerID, present crm.StaffID) (crm.StaffID, error) {
	return s.rows.LastHolder(ctx, id, present)
}

// StaffByTelegramID answers KeyNotActive where there is none.
func (s *Store) StaffByTelegramID(_ context.Context, telegram int64) (crm.Staff, error) {
	for _, st := range s.rows.staff {
		if st.TelegramID == telegram {
			return st, nil
		}
	}
	return crm.Staff{}, &crm.Error{Code: crm.Forbidden, Key: crm.KeyNotActive}
}

// Events returns the newest first.
func (s *Store) Events(_ context.Context, id crm.CustomerID, before crm.EventID, limit int) ([]crm.Event, error) {
	var out []crm.Event
	for _, e := range slices.Backward(s.rows.events) {
		if e.Customer == id && (before == 0 || e.ID < before) && len(out) < limit {
			out = append(out, e)
		}
	}
	return out, nil
}

// Event answers KeyTooLate where there is none.
func (s *Store) Event(_ context.Context, id crm.EventID) (crm.Event, error) {
	i := slices.IndexFunc(s.rows.events, func(e crm.Event) bool { return e.ID == id })
	if i < 0 {
		return crm.Event{}, &crm.Error{Code: crm.Gone, Key: crm.KeyTooLate}
	}
	return s.rows.events[i], nil
}

// StatusUse counts nothing.
func (s *Store) StatusUse(context.Context, []crm.StatusID, time.Time) ([]crm.Impact, error) {
	return nil, nil
}

func (r *rows) LockStaff(_ context.Context, id crm.StaffID) (crm.Staff, error) {
	st, ok := r.staff[id]
	if !ok {
		return st, &crm.Error{Code: crm.Forbidden, Key: crm.KeyNotActive}
	}
	return st, nil
}

func (r *rows) LockCustomer(_ context.Context, id crm.CustomerID) (crm.Customer, error) {
	c, ok := r.customers[id]
	if !ok {
		return c, &crm.Error{Code: crm.NotFound, Key: crm.KeyNoCustomer}
	}
	return c, nil
}

func (r *rows) SaveCustomer(_ context.Context, c crm.Customer) error {
	put(r, r.customers, c.ID, c)
	return nil
}

func (r *rows) AppendEvent(_ context.Context, e crm.Event) (crm.EventID, error) {
	e.ID = crm.EventID(r.id())
	r.events = append(r.events, e)
	return e.ID, nil
}

func (r *rows) LastHolder(_ context.Context, id crm.CustomerID, present crm.StaffID) (crm.StaffID, error) {
	for _, e := range slices.Backward(r.events) {
		if h := e.Delta.Holder; e.Customer == id && h != nil && h.To == present {
			return h.From, nil
		}
	}
	return 0, nil
}

// Reminders are a part of the customer here, and nobody is told of anything.

func (r *rows) InsertReminder(context.Context, crm.CustomerID, crm.Reminder, time.Time) (crm.ReminderID, error) {
	return crm.ReminderID(r.id()), nil
}

func (r *rows) ApplyReminders(context.Context, crm.CustomerID, crm.Delta, time.Time) error {
	return nil
}

func (r *rows) Notify(context.Context, []crm.Notification) error                    { return nil }
func (r *rows) RefreshCards(context.Context, crm.CustomerID, time.Time, bool) error { return nil }
func (r *rows) WakeRoute(context.Context, crm.CustomerID, time.Time) error          { return nil }
func (r *rows) WakeRoutes(context.Context, time.Time, bool) error                   { return nil }
func (r *rows) RunningRoutes(context.Context) ([]crm.Route, error)                  { return nil, nil }
func (r *rows) SaveWorked(context.Context, []crm.Route) error                       { return nil }

// Nobody proposes anything.

func (r *rows) LockShapedBy(context.Context, crm.StaffID) ([]crm.Proposal, error) { return nil, nil }

func (r *rows) LockProposalsOf(context.Context, int64) ([]crm.Proposal, error) { return nil, nil }

func (r *rows) ConfigLog(_ context.Context, before int64, limit int) ([]crm.ConfigVersion, error) {
	var out []crm.ConfigVersion
	for _, v := range slices.Backward(r.versions) {
		if (before == 0 || v.Version < before) && len(v.Changes) > 0 && len(out) < limit {
			out = append(out, v)
		}
	}
	return out, nil
}

// sorted is the rows of a table in an order.
func sorted[K comparable, V any](table map[K]V, compare func(a, b V) int) []V {
	return slices.SortedFunc(maps.Values(table), compare)
}
