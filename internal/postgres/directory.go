package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"cartable/internal/crm"
)

// directoryMark is a statement that tells which state of the directory's tables is committed,
// or made by the transaction. Triggers give a new version to every change, so that nobody has to
// remember to.
const directoryMark = `SELECT version FROM directory_version`

// lastDirectory is the directory as it was read last, with its mark. It decides nothing
// by itself: whoever wants it asks the database for the mark first. All who want it share it.
type lastDirectory struct {
	mark int64
	dir  crm.Directory
}

// Directory implements crm.Reader: what is committed now, or seen by the transaction. While
// nothing of it changed it costs one small statement; else one round trip more.
func (r reader) Directory(ctx context.Context) (crm.Directory, error) {
	var mark int64
	if err := r.q.QueryRow(ctx, directoryMark).Scan(&mark); err != nil {
		return crm.Directory{}, wrap(err, "look whether the directory changed")
	}
	return r.directoryOf(ctx, mark)
}

// Directory implements crm.Reader. It asks for nothing where the context carries a mark: see Foresee.
func (s *Store) Directory(ctx context.Context) (crm.Directory, error) {
	if mark, ok := foresightOf(ctx).takeMark(); ok {
		return s.directoryOf(ctx, mark)
	}
	return s.reader.Directory(ctx)
}

// directoryOf is the directory with this mark, or a later one where it has changed since.
func (r reader) directoryOf(ctx context.Context, mark int64) (crm.Directory, error) {
	if last := r.last.Load(); last != nil && last.mark == mark {
		return last.dir, nil
	}
	for {
		d, first, err := r.directory(ctx)
		if err != nil {
			return d.dir, err
		}
		// Each statement sees what is committed when it begins: where a change came in
		// between, fields might be read without their status, so all is read again.
		if d.mark == first {
			r.last.Store(&d)
			return d.dir, nil
		}
	}
}

// directory reads the directory with the mark after it, and the mark before it.
func (r reader) directory(ctx context.Context) (last lastDirectory, first int64, err error) {
	d := &last.dir
	*d = crm.Directory{Staff: map[crm.StaffID]crm.Staff{}, Sources: map[crm.SourceID]crm.Source{},
		Groups: map[crm.GroupID]crm.Group{}}
	var fields []crm.Field
	b := &pgx.Batch{}
	b.Queue(directoryMark).QueryRow(func(row pgx.Row) error { return row.Scan(&first) })
	b.Queue(`SELECT coalesce(max(id), 0) FROM config_versions`).QueryRow(func(row pgx.Row) error { return row.Scan(&d.Version) })
	b.Queue(`SELECT business, zone, language, agents_see_all, retention, digests, hours, days_off, holidays,
		windows, digest_at FROM settings`).QueryRow(func(row pgx.Row) error {
		s := &d.Settings
		return row.Scan(&s.Business, &s.Zone, &s.Language, &s.AgentsSeeAll, &s.Retention, &s.Digests, &s.Hours, &s.DaysOff, &s.Holidays,
			&s.Windows, &s.DigestAt)
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
	b.Queue(`SELECT id, status_id, key, title, help, type, required, choices, derived, hidden, front, position, retired_at
		FROM fields ORDER BY position, id`).Query(func(rows pgx.Rows) (err error) {
		fields, err = pgx.CollectRows(rows, scanField)
		return err
	})
	b.Queue(`SELECT id, version, title, emoji, cartable, next_rule, reminder, offers, ends, comes_after, position,
			appointment_date, appointment_time, retired_at
		FROM statuses ORDER BY position, id`).Query(func(rows pgx.Rows) (err error) {
		d.Statuses, err = pgx.CollectRows(rows, scanStatus)
		return err
	})
	b.Queue(directoryMark).QueryRow(func(row pgx.Row) error { return row.Scan(&last.mark) })
	if err := r.q.SendBatch(ctx, b).Close(); err != nil {
		return lastDirectory{}, 0, wrap(err, "read directory")
	}
	place(d, fields)
	return last, first, nil
}

// place puts the fields under their statuses and the customer.
func place(d *crm.Directory, fields []crm.Field) {
	for _, f := range fields {
		if f.Status == 0 {
			d.Fields = append(d.Fields, f)
			continue
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
}

func scanField(row pgx.CollectableRow) (f crm.Field, err error) {
	var status, derived *int64
	var retired *time.Time
	err = row.Scan(&f.ID, &status, &f.Key, &f.Title, &f.Help, &f.Type, &f.Required, &f.Choices, &derived,
		&f.Hidden, &f.Front, &f.Position, &retired)
	f.Status, f.Derived, f.Retired = id[crm.StatusID](status), id[crm.FieldID](derived), retired != nil
	return f, err
}

func scanStatus(row pgx.CollectableRow) (s crm.Status, err error) {
	var date, clock *int64
	var retired *time.Time
	err = row.Scan(&s.ID, &s.Version, &s.Title, &s.Emoji, &s.Cartable, &s.Next, &s.Reminder, &s.Offers, &s.Ends, &s.After, &s.Position,
		&date, &clock, &retired)
	s.AppointmentDate, s.AppointmentTime, s.Retired = id[crm.FieldID](date), id[crm.FieldID](clock), retired != nil
	return s, err
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
