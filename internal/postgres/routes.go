package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"cartable/internal/crm"
	"cartable/internal/persian"
)

// LockRoute implements crm.Tx. Beside the customer's lock it takes the row's: what
// wakes all routes at once holds no customer.
func (t tx) LockRoute(ctx context.Context, customer crm.CustomerID) (r crm.Route, ok bool, err error) {
	var source *int64
	var next *time.Time
	err = t.q.QueryRow(ctx, `SELECT customer_id, event_id, source_id, came_at, since, worked, state, next_at FROM routes
		WHERE customer_id = $1 FOR UPDATE`, customer).Scan(&r.Customer, &r.Event, &source, &r.CameAt, &r.Since, &r.Worked, &r.State, &next)
	if errors.Is(err, pgx.ErrNoRows) {
		return crm.Route{}, false, nil
	}
	r.Source, r.NextAt = id[crm.SourceID](source), orZero(next)
	return r, err == nil, wrap(err, "lock route")
}

// SaveRoute implements crm.Tx.
func (t tx) SaveRoute(ctx context.Context, r crm.Route) error {
	sql, args := saveRoutes.of(routeColumns([]crm.Route{r}))
	_, err := t.q.Exec(ctx, sql, args...)
	return wrap(err, "save route")
}

// saveRoutes writes the routes of customers.
var saveRoutes = givenRows(`INSERT INTO routes (customer_id, event_id, source_id, came_at, since, worked, state, next_at)
	SELECT * FROM %s AS u ON CONFLICT (customer_id) DO UPDATE SET event_id = excluded.event_id,
		source_id = excluded.source_id, came_at = excluded.came_at, since = excluded.since, worked = excluded.worked,
		state = excluded.state, next_at = excluded.next_at`,
	"bigint", "bigint", "bigint", "timestamptz", "timestamptz", "interval", "text", "timestamptz")

func routeColumns(rs []crm.Route) []any {
	return []any{
		column(rs, func(r crm.Route) int64 { return int64(r.Customer) }),
		column(rs, func(r crm.Route) int64 { return int64(r.Event) }),
		column(rs, func(r crm.Route) *int64 { return null(r.Source) }),
		column(rs, func(r crm.Route) time.Time { return r.CameAt }),
		column(rs, func(r crm.Route) time.Time { return r.Since }),
		column(rs, func(r crm.Route) time.Duration { return r.Worked }),
		column(rs, func(r crm.Route) string { return string(r.State) }),
		column(rs, func(r crm.Route) *time.Time { return nullTime(r.NextAt) }),
	}
}

// WakeRoute implements crm.Tx.
func (t tx) WakeRoute(ctx context.Context, customer crm.CustomerID, at time.Time) error {
	_, err := t.q.Exec(ctx, `UPDATE routes SET next_at = $2 WHERE customer_id = $1`, customer, at)
	return wrap(err, "wake route")
}

// RunningRoutes implements crm.Tx. It returns only what SaveWorked writes.
func (t tx) RunningRoutes(ctx context.Context) ([]crm.Route, error) {
	rows, err := t.q.Query(ctx, `SELECT customer_id, since, worked FROM routes
		WHERE next_at IS NOT NULL AND state IN ('offered', 'again') ORDER BY customer_id FOR UPDATE`)
	if err != nil {
		return nil, wrap(err, "read running routes")
	}
	rs, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r crm.Route, err error) {
		err = row.Scan(&r.Customer, &r.Since, &r.Worked)
		return r, err
	})
	return rs, wrap(err, "read running routes")
}

// SaveWorked implements crm.Tx.
func (t tx) SaveWorked(ctx context.Context, rs []crm.Route) error {
	ids, since, worked := make([]int64, len(rs)), make([]time.Time, len(rs)), make([]time.Duration, len(rs))
	for i, r := range rs {
		ids[i], since[i], worked[i] = int64(r.Customer), r.Since, r.Worked
	}
	_, err := t.q.Exec(ctx, `UPDATE routes r SET since = w.since, worked = w.worked
		FROM unnest($1::bigint[], $2::timestamptz[], $3::interval[]) AS w (id, since, worked) WHERE r.customer_id = w.id`,
		ids, since, worked)
	return wrap(err, "save what was worked")
}

// WakeRoutes implements crm.Tx. Those that are due are written too: one that somebody
// looks at this moment goes by what was before, and is looked at again.
func (t tx) WakeRoutes(ctx context.Context, at time.Time, ended bool) error {
	b := &pgx.Batch{}
	b.Queue(`UPDATE routes SET next_at = least(next_at, $1) WHERE next_at IS NOT NULL`, at)
	if ended {
		b.Queue(`UPDATE routes r SET next_at = $1 FROM customers c
			WHERE c.id = r.customer_id AND c.waiting AND r.next_at IS NULL AND r.state <> 'told'`, at)
	}
	return wrap(t.q.SendBatch(ctx, b).Close(), "wake routes")
}

// DueRoutes implements crm.Reader.
func (r reader) DueRoutes(ctx context.Context, now time.Time, limit int) ([]crm.CustomerID, error) {
	rows, err := r.q.Query(ctx, `SELECT customer_id FROM routes WHERE next_at <= $1 ORDER BY next_at, customer_id LIMIT $2`, now, limit)
	if err != nil {
		return nil, wrap(err, "read due routes")
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[crm.CustomerID])
	return ids, wrap(err, "read due routes")
}

// LockTurns implements crm.Tx. One lock for the business: turns are taken one after
// the other, and each sees what those before it gave. What somebody holds is counted
// as far as their limit only.
func (t tx) LockTurns(ctx context.Context, among []crm.Staff, day persian.Civil) ([]crm.Turn, error) {
	ids, limits := make([]int64, len(among)), make([]int, len(among))
	for i, s := range among {
		ids[i], limits[i] = int64(s.ID), s.Limit
	}
	var turns []crm.Turn
	b := &pgx.Batch{}
	b.Queue(`SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ':turn', 0))`)
	b.Queue(`SELECT p.id, coalesce(d.received, 0), l.last_at, h.held
		FROM unnest($1::bigint[], $2::int[]) WITH ORDINALITY AS p (id, most, place)
		LEFT JOIN turns d ON d.staff_id = p.id AND d.day = $3::date
		LEFT JOIN LATERAL (SELECT last_at FROM turns WHERE staff_id = p.id ORDER BY day DESC LIMIT 1) l ON true
		CROSS JOIN LATERAL (SELECT count(*) AS held FROM (
			SELECT FROM customers WHERE holder_id = p.id AND NOT hidden LIMIT p.most) x) h
		ORDER BY p.place`, ids, limits, day.String()).Query(func(rows pgx.Rows) (err error) {
		turns, err = pgx.CollectRows(rows, scanTurn)
		return err
	})
	err := t.q.SendBatch(ctx, b).Close()
	return turns, wrap(err, "lock turns")
}

func scanTurn(row pgx.CollectableRow) (u crm.Turn, err error) {
	var last *time.Time
	err = row.Scan(&u.Staff, &u.Received, &last, &u.Held)
	u.Last = orZero(last)
	return u, err
}

// CountTurn implements crm.Tx.
func (t tx) CountTurn(ctx context.Context, staff crm.StaffID, day persian.Civil, n int, at time.Time) error {
	_, err := t.q.Exec(ctx, `INSERT INTO turns (staff_id, day, received, last_at) VALUES ($1, $2::date, $3, $4)
		ON CONFLICT (staff_id, day) DO UPDATE SET received = turns.received + $3, last_at = greatest(turns.last_at, $4)`,
		staff, day.String(), n, at)
	return wrap(err, "count turn")
}
