package crmtest

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"time"

	"cartable/internal/crm"
)

// bare is a status as its own row is.
func bare(s crm.Status) crm.Status {
	s.Fields, s.RetiredFields = nil, nil
	return s
}

// Directory puts the rows together, in order.
func (r *rows) Directory(context.Context) (crm.Directory, error) {
	d := crm.Directory{Version: int64(len(r.versions)), Settings: r.settings, Staff: r.staff, Sources: maps.Clone(r.sources)}
	d.Statuses = sorted(r.statuses, func(a, b crm.Status) int { return cmp.Or(a.Position-b.Position, int(a.ID-b.ID)) })
	at := make(map[crm.StatusID]*crm.Status, len(d.Statuses))
	for i := range d.Statuses {
		at[d.Statuses[i].ID] = &d.Statuses[i]
	}
	for _, f := range sorted(r.fields, func(a, b crm.Field) int { return cmp.Or(a.Position-b.Position, int(a.ID-b.ID)) }) {
		switch s := at[f.Status]; {
		case s == nil:
			d.Fields = append(d.Fields, f)
		case f.Retired:
			s.RetiredFields = append(s.RetiredFields, f)
		default:
			s.Fields = append(s.Fields, f)
		}
	}
	return d, nil
}

func (r *rows) LockConfig(context.Context) error             { return nil }
func (r *rows) LockDraft(context.Context, crm.StaffID) error { return nil }

func (r *rows) SaveSettings(_ context.Context, s crm.Settings) error {
	r.settings = s
	return nil
}

func (r *rows) InsertStatus(context.Context) (crm.StatusID, error) { return crm.StatusID(r.id()), nil }

func (r *rows) SaveStatus(_ context.Context, s crm.Status, _ time.Time) error {
	put(r, r.statuses, s.ID, bare(s))
	return nil
}

func (r *rows) InsertField(_ context.Context, f crm.Field) (crm.FieldID, error) {
	id := crm.FieldID(r.id())
	put(r, r.fields, id, crm.Field{ID: id, Status: f.Status, Key: f.Key, Type: f.Type})
	return id, nil
}

// SaveField leaves what the statement of the database leaves.
func (r *rows) SaveField(_ context.Context, f crm.Field, _ time.Time) error {
	was := r.fields[f.ID]
	f.Status, f.Key, f.Type = was.Status, was.Key, was.Type
	put(r, r.fields, f.ID, f)
	return nil
}

func (r *rows) InsertSource(_ context.Context, s crm.Source, _ []byte, _ time.Time) (crm.SourceID, error) {
	s.ID = crm.SourceID(r.id())
	put(r, r.sources, s.ID, s)
	return s.ID, nil
}

func (r *rows) SaveSource(_ context.Context, s crm.Source, _ time.Time) error {
	put(r, r.sources, s.ID, s)
	return nil
}

func (r *rows) AppendVersion(_ context.Context, v crm.ConfigVersion, left crm.Config) (int64, error) {
	b, err := json.Marshal(left)
	v.Version = int64(len(r.versions) + 1)
	r.versions, r.left = append(r.versions, v), append(r.left, b)
	return v.Version, err
}

func (r *rows) ConfigAt(_ context.Context, v int64) (c crm.Config, err error) {
	return c, json.Unmarshal(r.left[v-1], &c)
}

func (r *rows) StoredDraft(_ context.Context, id crm.StaffID) (d crm.StoredDraft, ok bool, err error) {
	b, ok := r.drafts[id]
	if ok {
		err = json.Unmarshal(b, &d)
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
	put(r, r.drafts, id, b)
	return err
}
