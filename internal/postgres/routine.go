package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"cartable/internal/crm"
	"cartable/internal/persian"
)

// LastRoutineDays implements crm.Tx.
func (t tx) LastRoutineDays(ctx context.Context, from, to persian.Civil) ([]crm.RoutineDay, error) {
	rows, err := t.q.Query(ctx, `SELECT staff_id, kind, part, max(day) FROM routine_days WHERE day >= $1::date AND day <= $2::date
		GROUP BY staff_id, kind, part`, from.String(), to.String())
	if err != nil {
		return nil, wrap(err, "read routine")
	}
	days, err := pgx.CollectRows(rows, scanRoutineDay)
	return days, wrap(err, "read routine")
}

func scanRoutineDay(row pgx.CollectableRow) (d crm.RoutineDay, err error) {
	var day time.Time
	err = row.Scan(&d.Staff, &d.Kind, &d.Part, &day)
	d.Day = persian.CivilOf(day)
	return d, err
}

// SettleRoutineDays implements crm.Tx.
func (t tx) SettleRoutineDays(ctx context.Context, days []crm.RoutineDay, at time.Time) ([]crm.RoutineDay, error) {
	rows, err := t.q.Query(ctx, `INSERT INTO routine_days (staff_id, kind, part, day, settled_at)
		SELECT u.*, $5 FROM unnest($1::bigint[], $2::text[], $3::int[], $4::date[]) u (staff_id, kind, part, day)
		ORDER BY u.staff_id, u.kind, u.part, u.day
		ON CONFLICT DO NOTHING RETURNING staff_id, kind, part, day`,
		column(days, func(d crm.RoutineDay) int64 { return int64(d.Staff) }),
		column(days, func(d crm.RoutineDay) string { return string(d.Kind) }),
		column(days, func(d crm.RoutineDay) int { return d.Part }),
		column(days, func(d crm.RoutineDay) time.Time { return d.Day.In(time.UTC) }), at)
	if err != nil {
		return nil, wrap(err, "settle routine")
	}
	fresh, err := pgx.CollectRows(rows, scanRoutineDay)
	return fresh, wrap(err, "settle routine")
}

// PurgeRoutine forgets what was settled of the days before one.
func (s *Store) PurgeRoutine(ctx context.Context, before time.Time) error {
	_, err := s.pool.Exec(ctx, `DELETE FROM routine_days WHERE day < $1::date`, persian.CivilOf(before).String())
	return wrap(err, "purge routine")
}

// nullDay is the zero day as NULL.
func nullDay(d persian.Civil) *time.Time {
	if d == (persian.Civil{}) {
		return nil
	}
	t := d.In(time.UTC)
	return &t
}

// Meetings implements crm.Reader.
func (r reader) Meetings(ctx context.Context, holder crm.StaffID, from, to time.Time, limit int) ([]crm.Customer, error) {
	rows, err := r.q.Query(ctx, `SELECT `+customerColumns+` FROM customers c
		WHERE c.holder_id = $1 AND NOT c.hidden AND c.status ? 'appointment'
			AND (c.status->>'appointment')::timestamptz >= $2 AND (c.status->>'appointment')::timestamptz < $3
		ORDER BY (c.status->>'appointment')::timestamptz, c.id LIMIT $4`, holder, from, to, limit)
	if err != nil {
		return nil, wrap(err, "read meetings")
	}
	cs, err := pgx.CollectRows(rows, scanCustomer)
	return cs, wrap(err, "read meetings")
}

// Doings implements crm.Reader.
func (r reader) Doings(ctx context.Context, from, to time.Time) ([]crm.Doing, error) {
	rows, err := r.q.Query(ctx, `SELECT coalesce(e.actor_id, 0), e.kind, coalesce((e.delta->'status'->'to'->>'status')::bigint, 0),
			coalesce((e.detail->>'created')::boolean, false), count(*)
		FROM events e WHERE e.at >= $1 AND e.at < $2 AND NOT EXISTS (SELECT FROM events u WHERE u.undoes = e.id)
		GROUP BY 1, 2, 3, 4`, from, to)
	if err != nil {
		return nil, wrap(err, "count doings")
	}
	ds, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d crm.Doing, err error) {
		err = row.Scan(&d.Actor, &d.Kind, &d.Status, &d.Created, &d.Count)
		return d, err
	})
	return ds, wrap(err, "count doings")
}

// OverdueByHolder implements crm.Reader.
func (r reader) OverdueByHolder(ctx context.Context, now time.Time) (map[crm.StaffID]int, error) {
	rows, err := r.q.Query(ctx, `SELECT c.holder_id, count(*) FROM customers c
		WHERE c.holder_id IS NOT NULL AND NOT c.hidden AND c.due_at < $1 GROUP BY c.holder_id`, now)
	if err != nil {
		return nil, wrap(err, "count overdue")
	}
	out := map[crm.StaffID]int{}
	var id crm.StaffID
	var n int
	_, err = pgx.ForEachRow(rows, []any{&id, &n}, func() error {
		out[id] = n
		return nil
	})
	return out, wrap(err, "count overdue")
}
