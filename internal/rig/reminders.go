package rig

import (
	"context"
	"fmt"
	"time"

	"cartable/internal/crm"
)

// Remind fills the members' cartables: n customers, by turns, each with a reminder that
// is due at the same time. It writes the rows as the domain would, in one statement,
// since thousands of commands would take minutes.
func (o *Office) Remind(ctx context.Context, members []Member, n int, due time.Time) error {
	holders := make([]int64, len(members))
	for i, m := range members {
		holders[i] = int64(m.ID)
	}
	const sql = `WITH made AS (
			INSERT INTO customers (hidden, name, phones, holder_id, held_since, due_at, source_id,
				created_at, first_inquiry_at, last_inquiry_at)
			SELECT false, 'Customer ' || i, jsonb_build_array(jsonb_build_object('phone', '+98935' || lpad(i::text, 7, '0'))),
				($1::bigint[])[1 + i % cardinality($1::bigint[])], $4, $3, $5, $4, $4, $4
			FROM generate_series(1, $2::int) AS i
			RETURNING id, holder_id, name, phones, last_inquiry_at),
		found AS (
			INSERT INTO customer_search (customer_id, last_inquiry_at, words, numbers)
			SELECT id, last_inquiry_at, replace(lower(name), ' ', ''), '0' || substr(phones->0->>'phone', 4) || ' ' || substr(phones->0->>'phone', 2)
			FROM made)
		INSERT INTO reminders (customer_id, kind, due_at, reason, for_id, made_at, next_ring)
		SELECT id, $6, $3, 'Call again', holder_id, $4, $3 FROM made ORDER BY id`
	_, err := o.Pool.Exec(ctx, sql, holders, n, due, due.Add(-time.Hour), o.Source.ID, crm.ReminderByHand)
	if err != nil {
		return fmt.Errorf("make reminders: %w", err)
	}
	return nil
}

// OutOfOrder counts the announcements that came into their chat before one that was made
// earlier for it. Of two that were made within the overlap, by transactions that may have
// gone on at once, neither is the earlier one.
func (o *Office) OutOfOrder(ctx context.Context, overlap time.Duration) (int, error) {
	return o.Count(ctx, `WITH told AS (SELECT id, reader, message_id, created_at FROM notifications
			WHERE state IN ('sent', 'summarised') AND message_id IS NOT NULL)
		SELECT count(*) FROM told t WHERE EXISTS (SELECT FROM told e WHERE e.reader = t.reader AND e.id < t.id
			AND e.message_id > t.message_id AND e.created_at <= t.created_at - $1::interval)`, overlap)
}
