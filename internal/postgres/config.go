package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"cartable/internal/crm"
)

// LockConfig implements crm.ConfigTx.
func (t tx) LockConfig(ctx context.Context) error {
	_, err := t.q.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ':config', 0))`)
	return wrap(err, "lock configuration")
}

// SaveSettings implements crm.ConfigTx.
func (t tx) SaveSettings(ctx context.Context, s crm.Settings) error {
	_, err := t.q.Exec(ctx, `UPDATE settings SET business = $1, zone = $2, language = $3, agents_see_all = $4, retention = $5, digests = $6,
		hours = $7, days_off = $8, holidays = $9, windows = $10, digest_at = $11`, s.Business, s.Zone, s.Language, s.AgentsSeeAll, s.Retention, array(s.Digests),
		s.Hours, array(s.DaysOff), array(s.Holidays), array(s.Windows), s.DigestAt)
	return wrap(err, "save settings")
}

// InsertStatus implements crm.ConfigTx.
func (t tx) InsertStatus(ctx context.Context) (id crm.StatusID, err error) {
	err = t.q.QueryRow(ctx, `INSERT INTO statuses (title, cartable, reminder, position)
		VALUES ('{"text": ""}', 'none', 'no', 0) RETURNING id`).Scan(&id)
	return id, wrap(err, "insert status")
}

// SaveStatus implements crm.ConfigTx: the row alone, not the fields.
func (t tx) SaveStatus(ctx context.Context, s crm.Status, at time.Time) error {
	_, err := t.q.Exec(ctx, `UPDATE statuses SET version = $2, title = $3, emoji = $4, cartable = $5, next_rule = $6, reminder = $7,
			offers = $8, ends = $9, comes_after = $10, position = $11, appointment_date = $12, appointment_time = $13,
			retired_at = CASE WHEN $14 THEN coalesce(retired_at, $15) END
		WHERE id = $1`,
		s.ID, s.Version, s.Title, s.Emoji, s.Cartable, s.Next, s.Reminder, array(s.Offers), s.Ends, array(s.After), s.Position,
		null(s.AppointmentDate), null(s.AppointmentTime), s.Retired, at)
	return wrap(err, "save status")
}

// InsertField implements crm.ConfigTx.
func (t tx) InsertField(ctx context.Context, f crm.Field) (id crm.FieldID, err error) {
	err = t.q.QueryRow(ctx, `INSERT INTO fields (status_id, key, title, type, required, position)
		VALUES ($1, $2, '{"text": ""}', $3, false, 0) RETURNING id`, null(f.Status), f.Key, f.Type).Scan(&id)
	return id, wrap(err, "insert field")
}

// SaveField implements crm.ConfigTx.
func (t tx) SaveField(ctx context.Context, f crm.Field, at time.Time) error {
	_, err := t.q.Exec(ctx, `UPDATE fields SET title = $2, help = $3, required = $4, choices = $5, derived = $6, hidden = $7, front = $8,
			position = $9, retired_at = CASE WHEN $10 THEN coalesce(retired_at, $11) END
		WHERE id = $1`,
		f.ID, f.Title, f.Help, f.Required, array(f.Choices), null(f.Derived), f.Hidden, f.Front, f.Position, f.Retired, at)
	return wrap(err, "save field")
}

// AppendVersion implements crm.ConfigTx.
func (t tx) AppendVersion(ctx context.Context, v crm.ConfigVersion, left crm.Config) (id int64, err error) {
	err = t.q.QueryRow(ctx, `INSERT INTO config_versions (at, actor_id, changes, config, undoes)
		VALUES ($1, $2, $3, $4, $5) RETURNING id`, v.At, null(v.Actor), array(v.Changes), left, null(v.Undoes)).Scan(&id)
	return id, wrap(err, "save version of the configuration")
}

// ConfigAt implements crm.ConfigReader: the newest version up to this one.
func (r reader) ConfigAt(ctx context.Context, version int64) (c crm.Config, err error) {
	err = r.q.QueryRow(ctx, `SELECT config FROM config_versions WHERE id <= $1 ORDER BY id DESC LIMIT 1`, version).Scan(&c)
	return c, found(err, "read configuration", crm.KeyConfigUndo)
}

// ConfigLog implements crm.ConfigReader.
func (r reader) ConfigLog(ctx context.Context, before int64, limit int) ([]crm.ConfigVersion, error) {
	rows, err := r.q.Query(ctx, `SELECT id, at, actor_id, changes, undoes FROM config_versions
		WHERE ($1 = 0 OR id < $1) AND changes <> '[]' ORDER BY id DESC LIMIT $2`, before, limit)
	if err != nil {
		return nil, wrap(err, "read log of the configuration")
	}
	log, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (v crm.ConfigVersion, err error) {
		var actor, undoes *int64
		err = row.Scan(&v.Version, &v.At, &actor, &v.Changes, &undoes)
		v.At, v.Actor, v.Undoes = v.At.UTC(), id[crm.StaffID](actor), id[int64](undoes)
		return v, err
	})
	return log, wrap(err, "read log of the configuration")
}

// LockDraft implements crm.ConfigTx. There may be no row to lock yet.
func (t tx) LockDraft(ctx context.Context, staff crm.StaffID) error {
	_, err := t.q.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ':config:' || $1::bigint, 0))`, int64(staff))
	return wrap(err, "lock draft of the configuration")
}

// StoredDraft implements crm.ConfigReader.
func (r reader) StoredDraft(ctx context.Context, staff crm.StaffID) (d crm.StoredDraft, ok bool, err error) {
	var target *crm.Config
	err = r.q.QueryRow(ctx, `SELECT base, target, touched_at, made FROM config_drafts WHERE staff_id = $1`, int64(staff)).
		Scan(&d.Base, &target, &d.TouchedAt, &d.Made)
	if errors.Is(err, pgx.ErrNoRows) {
		return crm.StoredDraft{}, false, nil
	}
	if err != nil || target == nil {
		return crm.StoredDraft{Made: d.Made}, false, wrap(err, "read draft of the configuration")
	}
	d.Target, d.TouchedAt = *target, d.TouchedAt.UTC()
	return d, true, nil
}

// SaveDraft implements crm.ConfigTx.
func (t tx) SaveDraft(ctx context.Context, staff crm.StaffID, d crm.StoredDraft) error {
	_, err := t.q.Exec(ctx, `INSERT INTO config_drafts (staff_id, base, target, touched_at, made) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (staff_id) DO UPDATE SET base = $2, target = $3, touched_at = $4, made = $5`,
		int64(staff), d.Base, d.Target, d.TouchedAt, d.Made)
	return wrap(err, "save draft of the configuration")
}

// DeleteDraft implements crm.ConfigTx. The row stays for the IDs that it gave.
func (t tx) DeleteDraft(ctx context.Context, staff crm.StaffID) error {
	_, err := t.q.Exec(ctx, `UPDATE config_drafts SET target = NULL WHERE staff_id = $1`, int64(staff))
	return wrap(err, "delete draft of the configuration")
}

// StatusUse implements crm.ConfigReader.
func (r reader) StatusUse(ctx context.Context, ids []crm.StatusID, since time.Time) ([]crm.Impact, error) {
	if len(ids) == 0 {
		return nil, nil //nolint:nilnil // of no statuses there is nothing to count
	}
	numbers := make([]int64, len(ids))
	for i, id := range ids {
		numbers[i] = int64(id)
	}
	rows, err := r.q.Query(ctx, `SELECT s.id,
			(SELECT count(*) FROM customers c WHERE c.status_id = s.id AND NOT c.hidden),
			(SELECT count(*) FROM forms f WHERE f.kind = 'status' AND f.subject = s.id AND NOT f.parked AND f.touched_at > $2)
		FROM unnest($1::bigint[]) WITH ORDINALITY s (id, place) ORDER BY s.place`, numbers, since)
	if err != nil {
		return nil, wrap(err, "count the use of statuses")
	}
	use, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (i crm.Impact, err error) {
		err = row.Scan(&i.Status, &i.Customers, &i.Forms)
		return i, err
	})
	return use, wrap(err, "count the use of statuses")
}

// LastHolder implements crm.ConfigReader. What was undone does not count.
func (r reader) LastHolder(ctx context.Context, customer crm.CustomerID, present crm.StaffID) (last crm.StaffID, err error) {
	err = r.q.QueryRow(ctx, `SELECT (e.delta->'holder'->>'from')::bigint FROM events e
		WHERE e.customer_id = $1 AND (e.delta->'holder'->>'from')::bigint NOT IN (0, $2)
			AND e.kind <> 'undone' AND NOT EXISTS (SELECT FROM events u WHERE u.undoes = e.id)
		ORDER BY e.id DESC LIMIT 1`, int64(customer), int64(present)).Scan(&last)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return last, wrap(err, "find former holder")
}

// array has no elements stored as [] and not as null.
func array[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
