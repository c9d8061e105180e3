package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"cartable/internal/crm"
)

// Once implements crm.Tx. The insert waits for a concurrent command with the
// same key and then finds its outcome.
func (t tx) Once(ctx context.Context, key string) (json.RawMessage, bool, error) {
	var claimed string
	err := t.q.QueryRow(ctx, `INSERT INTO commands (key) VALUES ($1) ON CONFLICT DO NOTHING RETURNING key`, key).Scan(&claimed)
	if err == nil {
		return nil, false, nil
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return nil, false, wrap(err, "claim command key")
	}
	var out json.RawMessage
	err = t.q.QueryRow(ctx, `SELECT outcome FROM commands WHERE key = $1`, key).Scan(&out)
	return out, true, wrap(err, "read command outcome")
}

// Settle implements crm.Tx.
func (t tx) Settle(ctx context.Context, key string, actor crm.StaffID, at time.Time, out json.RawMessage) error {
	_, err := t.q.Exec(ctx, `UPDATE commands SET actor_id = $2, at = $3, outcome = $4 WHERE key = $1`, key, null(actor), at, out)
	return wrap(err, "settle command")
}

// insertOutcomes claims keys with their outcomes, in one order for all.
var insertOutcomes = givenRows(`INSERT INTO commands (key, actor_id, at, outcome)
	SELECT key, actor_id, at, outcome::jsonb FROM %s AS u (key, actor_id, at, outcome) ORDER BY key`,
	"text", "bigint", "timestamptz", "text")

func outcomeColumns(os []outcome) []any {
	return []any{
		column(os, func(o outcome) string { return o.key }),
		column(os, func(o outcome) *int64 { return null(o.actor) }),
		column(os, func(o outcome) time.Time { return o.at }),
		column(os, func(o outcome) string { return string(o.out) }),
	}
}

// PurgeCommands forgets the keys of commands before at.
func (s *Store) PurgeCommands(ctx context.Context, before time.Time) error {
	_, err := s.pool.Exec(ctx, `DELETE FROM commands WHERE at < $1`, before)
	return wrap(err, "purge commands")
}
