package crm_test

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"cartable/internal/crm"
)

// memory is a store of configurations and customers in memory, rolled back as a
// database is, for courses of thousands of steps. What it does not have panics.
type memory struct {
	crm.Store
	rows rows
}

// rows is what a transaction can change.
type rows struct {
	crm.Tx
	next      int64
	settings  crm.Settings
	staff     map[crm.StaffID]crm.Staff
	statuses  map[crm.StatusID]crm.Status
	fields    map[crm.FieldID]crm.Field
	sources   map[crm.SourceID]crm.Source
	versions  []crm.ConfigVersion
	left      []string // the configuration after each version, as JSON
	drafts    map[crm.StaffID]string
	customers map[crm.CustomerID]crm.Customer
}

func newMemory(c crm.Config) *memory {
	m := &memory{rows: rows{next: 1000, settings: c.Settings, staff: staffed().Staff, statuses: map[crm.StatusID]crm.Status{},
		fields: map[crm.FieldID]crm.Field{}, sources: map[crm.SourceID]crm.Source{}, drafts: map[crm.StaffID]string{},
		customers: map[crm.CustomerID]crm.Customer{}}}
	for _, s := range c.Statuses {
		m.rows.statuses[s.ID] = s
		for _, f := range s.Fields {
			m.rows.fields[f.ID] = f
		}
	}
	for _, f := range c.Fields {
		m.rows.fields[f.ID] = f
	}
	for _, s := range c.Sources {
		m.rows.sources[s.ID] = s
	}
	return m
}

func (m *memory) InTx(_ context.Context, fn func(crm.Tx) error) error {
	before := m.rows
	before.statuses, before.fields, before.sources = maps.Clone(m.rows.statuses), maps.Clone(m.rows.fields), maps.Clone(m.rows.sources)
	before.drafts, before.customers = maps.Clone(m.rows.drafts), maps.Clone(m.rows.customers)
	err := fn(&m.rows)
	if err != nil {
		m.rows = before
	}
	return err
}

func (m *memory) Directory(ctx context.Context) (crm.Directory, error) { return m.rows.Directory(ctx) }

func (m *memory) ConfigAt(ctx context.Context, v int64) (crm.Config, error) {
	return m.rows.ConfigAt(ctx, v)
}

func (m *memory) ConfigLog(ctx context.Context, before int64, limit int) ([]crm.ConfigVersion, error) {
	return m.rows.ConfigLog(ctx, before, limit)
}

func (m *memory) StoredDraft(ctx context.Context, id crm.StaffID) (crm.StoredDraft, bool, error) {
	return m.rows.StoredDraft(ctx, id)
}

func (m *memory) StatusUse(context.Context, []crm.StatusID, time.Time) ([]crm.Impact, error) {
	return nil, nil
}

func (r *rows) id() int64 { r.next++; return r.next }

func (r *rows) Once(context.Context, string) (json.RawMessage, bool, error) { return nil, false, nil }

func (r *rows) Settle(context.Context, string, crm.StaffID, time.Time, json.RawMessage) error {
	return nil
}

func (r *rows) LockStaff(_ context.Context, id crm.StaffID) (crm.Staff, error) {
	return r.staff[id], nil
}

func (r *rows) Directory(context.Context) (crm.Directory, error) {
	d := crm.Directory{Version: int64(len(r.versions)), Settings: r.settings, Staff: r.staff, Sources: maps.Clone(r.sources)}
	for _, s := range r.statuses {
		s.Fields, s.RetiredFields = nil, nil
		d.Statuses = append(d.Statuses, s)
	}
	slices.SortFunc(d.Statuses, func(a, b crm.Status) int {
		return cmp.Or(a.Position-b.Position, int(a.ID-b.ID))
	})
	for _, f := range slices.SortedFunc(maps.Values(r.fields), func(a, b crm.Field) int {
		return cmp.Or(a.Position-b.Position, int(a.ID-b.ID))
	}) {
		if f.Status == 0 {
			d.Fields = append(d.Fields, f)
		}
		for i := range d.Statuses {
			switch s := &d.Statuses[i]; {
			case s.ID != f.Status:
			case f.Retired:
				s.RetiredFields = append(s.RetiredFields, f)
			default:
				s.Fields = append(s.Fields, f)
			}
		}
	}
	return d, nil
}

func (r *rows) LockConfig(context.Context) error                                    { return nil }
func (r *rows) LockDraft(context.Context, crm.StaffID) error                        { return nil }
func (r *rows) SaveSettings(_ context.Context, s crm.Settings) error                { r.settings = s; return nil }
func (r *rows) RefreshCards(context.Context, crm.CustomerID, time.Time, bool) error { return nil }
func (r *rows) WakeRoutes(context.Context, time.Time, bool) error                   { return nil }
func (r *rows) RunningRoutes(context.Context) ([]crm.Route, error)                  { return nil, nil }
func (r *rows) SaveWorked(context.Context, []crm.Route) error                       { return nil }
func (r *rows) WakeRoute(context.Context, crm.CustomerID, time.Time) error          { return nil }
func (r *rows) Notify(context.Context, []crm.Notification) error                    { return nil }
func (r *rows) InsertStatus(context.Context) (crm.StatusID, error)                  { return crm.StatusID(r.id()), nil }
func (r *rows) AppendEvent(context.Context, crm.Event) (crm.EventID, error) {
	return crm.EventID(r.id()), nil
}

func (r *rows) ApplyReminders(context.Context, crm.CustomerID, crm.Delta, time.Time) error {
	return nil
}

func (r *rows) InsertReminder(context.Context, crm.CustomerID, crm.Reminder, time.Time) (crm.ReminderID, error) {
	return crm.ReminderID(r.id()), nil
}

func (r *rows) LastHolder(context.Context, crm.CustomerID, crm.StaffID) (crm.StaffID, error) {
	return 0, nil
}

func (r *rows) SaveStatus(_ context.Context, s crm.Status, _ time.Time) error {
	r.statuses[s.ID] = s
	return nil
}

func (r *rows) InsertField(_ context.Context, f crm.Field) (crm.FieldID, error) {
	id := crm.FieldID(r.id())
	r.fields[id] = crm.Field{ID: id, Status: f.Status, Key: f.Key, Type: f.Type}
	return id, nil
}

// SaveField leaves what the statement of the database leaves.
func (r *rows) SaveField(_ context.Context, f crm.Field, _ time.Time) error {
	was := r.fields[f.ID]
	f.Status, f.Key, f.Type = was.Status, was.Key, was.Type
	r.fields[f.ID] = f
	return nil
}

func (r *rows) InsertSource(_ context.Context, s crm.Source, _ []byte, _ time.Time) (crm.SourceID, error) {
	s.ID = crm.SourceID(r.id())
	r.sources[s.ID] = s
	return s.ID, nil
}

func (r *rows) SaveSource(_ context.Context, s crm.Source, _ time.Time) error {
	r.sources[s.ID] = s
	return nil
}

func (r *rows) AppendVersion(_ context.Context, v crm.ConfigVersion, left crm.Config) (int64, error) {
	b, err := json.Marshal(left)
	v.Version = int64(len(r.versions) + 1)
	r.versions, r.left = append(r.versions, v), append(r.left, string(b))
	return v.Version, err
}

func (r *rows) ConfigAt(_ context.Context, v int64) (c crm.Config, err error) {
	return c, json.Unmarshal([]byte(r.left[v-1]), &c)
}

func (r *rows) ConfigLog(_ context.Context, before int64, limit int) ([]crm.ConfigVersion, error) {
	var out []crm.ConfigVersion
	for _, v := range slices.Backward(r.versions) {
		if (before == 0 || v.Version < before) && len(v.Changes) > 0 && len(out) < limit {
			out = append(out, v)
		}
	}
	return out, nil
}

func (r *rows) StoredDraft(_ context.Context, id crm.StaffID) (d crm.StoredDraft, ok bool, err error) {
	s, ok := r.drafts[id]
	if ok {
		err = json.Unmarshal([]byte(s), &d)
	}
	return d, ok && d.Base != 0, err
}

func (r *rows) DeleteDraft(ctx context.Context, id crm.StaffID) error {
	d, _, err := r.StoredDraft(ctx, id)
	if err != nil {
		return err
	}
	return r.SaveDraft(ctx, id, crm.StoredDraft{Made: d.Made})
}

func (r *rows) SaveDraft(_ context.Context, id crm.StaffID, d crm.StoredDraft) error {
	b, err := json.Marshal(d)
	r.drafts[id] = string(b)
	return err
}

func (r *rows) LockCustomer(_ context.Context, id crm.CustomerID) (crm.Customer, error) {
	return r.customers[id], nil
}

func (r *rows) SaveCustomer(_ context.Context, c crm.Customer) error {
	r.customers[c.ID] = c
	return nil
}

// Nobody proposes anything in a course.
func (r *rows) LockShapedBy(context.Context, crm.StaffID) ([]crm.Proposal, error) { return nil, nil }

func (r *rows) LockProposalsOf(context.Context, int64) ([]crm.Proposal, error) { return nil, nil }
