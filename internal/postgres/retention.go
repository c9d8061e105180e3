package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"cartable/internal/crm"
	"cartable/internal/persian"
)

// LastRetentionNight implements crm.Tx.
func (t tx) LastRetentionNight(ctx context.Context) (n crm.RetentionNight, ok bool, err error) {
	var day time.Time
	err = t.q.QueryRow(ctx, `SELECT day, keep FROM retention_nights ORDER BY day DESC LIMIT 1`).Scan(&day, &n.Keep)
	if errors.Is(err, pgx.ErrNoRows) {
		return crm.RetentionNight{}, false, nil
	}
	n.Day = persian.CivilOf(day)
	return n, err == nil, wrap(err, "read night of retention")
}

// SettleRetentionNight implements crm.Tx. The update changes nothing, and returns what is there.
func (t tx) SettleRetentionNight(ctx context.Context, n crm.RetentionNight, at time.Time) (crm.RetentionNight, error) {
	err := t.q.QueryRow(ctx, `INSERT INTO retention_nights AS n (day, keep, settled_at) VALUES ($1::date, $2, $3)
		ON CONFLICT (day) DO UPDATE SET keep = n.keep RETURNING keep`, n.Day.String(), n.Keep, at).Scan(&n.Keep)
	return n, wrap(err, "settle night of retention")
}

// PurgeRetention forgets the nights before one.
func (s *Store) PurgeRetention(ctx context.Context, before time.Time) error {
	_, err := s.pool.Exec(ctx, `DELETE FROM retention_nights WHERE day < $1::date`, persian.CivilOf(before).String())
	return wrap(err, "purge nights of retention")
}

// FormAbout implements crm.Tx.
func (t tx) FormAbout(ctx context.Context, id crm.CustomerID) (open bool, err error) {
	err = t.q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM forms WHERE customer_id = $1)`, id).Scan(&open)
	return open, wrap(err, "look for forms")
}

// textMoment is a moment as it stands in JSON, without its fraction and its zone: what is
// earlier is less, since moments of JSON are in UTC too.
const textMoment = "2006-01-02T15:04:05"

// Ended implements crm.Reader. customers_ended leads to those of each status, the oldest first;
// what is open, or happened later, is looked for one by one, for which OFFSET 0 is there. Who
// does not wait to be taken did not come after their status.
func (r reader) Ended(ctx context.Context, by []crm.StatusID, before time.Time, limit int) ([]crm.CustomerID, error) {
	rows, err := r.q.Query(ctx, `SELECT c.id FROM unnest($1::bigint[]) s (id) CROSS JOIN LATERAL (
			SELECT c.id FROM customers c
			WHERE c.status_id = s.id AND (c.status->>'at') COLLATE "C" < $2
				AND NOT c.hidden AND NOT c.waiting AND c.holder_id IS NULL
				AND (c.due_at IS NULL OR c.due_at < $3)
				AND (SELECT e.at FROM events e WHERE e.customer_id = c.id ORDER BY e.id DESC LIMIT 1) < $3
				AND NOT EXISTS (SELECT FROM reminders r WHERE r.customer_id = c.id AND r.closed_at IS NULL OFFSET 0)
				AND NOT EXISTS (SELECT FROM forms f WHERE f.customer_id = c.id OFFSET 0)
			ORDER BY (c.status->>'at') COLLATE "C", c.id LIMIT $4) c
		LIMIT $4`, by, before.UTC().Format(textMoment), before, limit)
	if err != nil {
		return nil, wrap(err, "find customers who ended")
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[crm.CustomerID])
	return ids, wrap(err, "find customers who ended")
}
