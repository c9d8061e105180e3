package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"cartable/internal/crm"
)

// Directory implements crm.Reader in one round trip.
func (r reader) Directory(ctx context.Context) (crm.Directory, error) {
	d := crm.Directory{Staff: map[crm.StaffID]crm.Staff{}, Sources: map[crm.SourceID]crm.Source{},
		Groups: map[crm.GroupID]crm.Group{}}
	var fields []crm.Field
	b := &pgx.Batch{}
	b.Queue(`SELECT business, zone, language, agents_see_all FROM settings`).QueryRow(func(row pgx.Row) error {
		return row.Scan(&d.Settings.Business, &d.Settings.Zone, &d.Settings.Language, &d.Settings.AgentsSeeAll)
	})
	b.Queue(staffColumns).Query(func(rows pgx.Rows) error {
		all, err := pgx.CollectRows(rows, scanStaff)
		for _, s := range all {
			d.Staff[s.ID] = s
		}
		return err
	})
	b.Queue(sourceColumns).Query(func(rows pgx.Rows) error {
		all, err := pgx.CollectRows(rows, scanSource)
		for _, s := range all {
			d.Sources[s.ID] = s
		}
		return err
	})
	b.Queue(groupColumns).Query(func(rows pgx.Rows) error {
		all, err := pgx.CollectRows(rows, scanGroup)
		for _, g := range all {
			d.Groups[g.ID] = g
		}
		return err
	})
	b.Queue(`SELECT id, status_id, key, title, help, type, required, choices, derived, position, retired_at
		FROM fields ORDER BY position, id`).Query(func(rows pgx.Rows) (err error) {
		fields, err = pgx.CollectRows(rows, scanField)
		return err
	})
	b.Queue(`SELECT id, version, title, emoji, cartable, reminder, ends, position, appointment_date, appointment_time, retired_at
		FROM statuses ORDER BY position, id`).Query(func(rows pgx.Rows) (err error) {
		d.Statuses, err = pgx.CollectRows(rows, scanStatus)
		return err
	})
	if err := r.q.SendBatch(ctx, b).Close(); err != nil {
		return crm.Directory{}, wrap(err, "read directory")
	}
	place(&d, fields)
	return d, nil
}

// place puts the fields under their statuses and the customer.
func place(d *crm.Directory, fields []crm.Field) {
	for _, f := range fields {
		if f.Status == 0 {
			d.Fields = append(d.Fields, f)
			continue
		}
		for i := range d.Statuses {
			if d.Statuses[i].ID == f.Status && !f.Retired {
				d.Statuses[i].Fields = append(d.Statuses[i].Fields, f)
			}
		}
	}
}

func scanField(row pgx.CollectableRow) (f crm.Field, err error) {
	var status, derived *int64
	var retired *time.Time
	err = row.Scan(&f.ID, &status, &f.Key, &f.Title, &f.Help, &f.Type, &f.Required, &f.Choices, &derived, &f.Position, &retired)
	f.Status, f.Derived, f.Retired = id[crm.StatusID](status), id[crm.FieldID](derived), retired != nil
	return f, err
}

func scanStatus(row pgx.CollectableRow) (s crm.Status, err error) {
	var date, clock *int64
	var retired *time.Time
	err = row.Scan(&s.ID, &s.Version, &s.Title, &s.Emoji, &s.Cartable, &s.Reminder, &s.Ends, &s.Position, &date, &clock, &retired)
	s.AppointmentDate, s.AppointmentTime, s.Retired = id[crm.FieldID](date), id[crm.FieldID](clock), retired != nil
	return s, err
}

// SaveSettings implements crm.Tx.
func (t tx) SaveSettings(ctx context.Context, s crm.Settings) error {
	_, err := t.q.Exec(ctx, `UPDATE settings SET business = $1, zone = $2, language = $3, agents_see_all = $4`,
		s.Business, s.Zone, s.Language, s.AgentsSeeAll)
	return wrap(err, "save settings")
}

// Secret is what the program signs with: random, made with the schema.
func (s *Store) Secret(ctx context.Context) (secret []byte, err error) {
	err = s.pool.QueryRow(ctx, `SELECT secret FROM settings`).Scan(&secret)
	return secret, wrap(err, "read secret")
}

// FirstSettings sets zone and language as configured, while nobody has joined.
func (s *Store) FirstSettings(ctx context.Context, zone string, lang crm.Language) error {
	_, err := s.pool.Exec(ctx, `UPDATE settings SET zone = $1, language = $2 WHERE NOT EXISTS (SELECT FROM staff)`, zone, lang)
	return wrap(err, "first settings")
}
