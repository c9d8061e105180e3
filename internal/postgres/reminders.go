package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"cartable/internal/crm"
)

// InsertReminder implements crm.Tx.
func (t tx) InsertReminder(ctx context.Context, c crm.CustomerID, r crm.Reminder, at time.Time) (id crm.ReminderID, err error) {
	err = t.q.QueryRow(ctx, insertReminder+` RETURNING id`, reminderValues(c, r, at)...).Scan(&id)
	return id, wrap(err, "insert reminder")
}

// insertReminder writes a reminder. One without an ID gets one.
const insertReminder = `INSERT INTO reminders (id, customer_id, kind, due_at, reason, for_id, made_at, next_ring) OVERRIDING SYSTEM VALUE
	VALUES (coalesce($1, nextval('reminders_id_seq')), $2, $3, $4::timestamptz, $5, $6, $7, $4::timestamptz)`

func reminderValues(c crm.CustomerID, r crm.Reminder, at time.Time) []any {
	return []any{null(r.ID), c, r.Kind, r.Due, r.Reason, null(r.For), at}
}

// ApplyReminders implements crm.Tx.
func (t tx) ApplyReminders(ctx context.Context, c crm.CustomerID, d crm.Delta, at time.Time) error {
	b := &pgx.Batch{}
	if queueReminders(b, c, d, at); b.Len() == 0 {
		return nil
	}
	return wrap(t.q.SendBatch(ctx, b).Close(), "apply reminders")
}

// queueReminders writes what a change of a customer does to their reminders.
func queueReminders(b *pgx.Batch, c crm.CustomerID, d crm.Delta, at time.Time) {
	for _, r := range d.Closed {
		b.Queue(`UPDATE reminders SET closed_at = $2, next_ring = NULL WHERE id = $1`, r.ID, at)
	}
	// Opened ones were just inserted, or come back by an undo: then a ring that
	// passed meanwhile is not repeated.
	for _, r := range d.Opened {
		b.Queue(`UPDATE reminders SET closed_at = NULL, due_at = $2::timestamptz,
			next_ring = CASE WHEN rings = 0 THEN $2::timestamptz END
			WHERE id = $1 AND closed_at IS NOT NULL`, r.ID, r.Due)
	}
	for _, m := range d.Moved {
		b.Queue(`UPDATE reminders SET due_at = $2::timestamptz, reason = $3, rings = 0, rung_at = NULL, reacted_at = NULL,
			next_ring = CASE WHEN closed_at IS NULL THEN $2::timestamptz END WHERE id = $1`, m.To.ID, m.To.Due, m.To.Reason)
	}
	// What rang for one holder, or was reacted to by them, rings for the next one.
	if d.Holder != nil && d.Holder.To != 0 {
		b.Queue(`UPDATE reminders SET rings = 0, rung_at = NULL, reacted_at = NULL, next_ring = due_at
			WHERE customer_id = $1 AND closed_at IS NULL AND rings > 0`, c)
	}
	// A ring that is not told yet and is not true any more is not told.
	if ids := over(d); len(ids) > 0 {
		b.Queue(`UPDATE notifications SET state = 'cancelled' WHERE customer_id = $1 AND state = 'pending'
			AND reminder_id = ANY ($2)`, c, ids)
		b.Queue(`UPDATE notifications SET stale = true WHERE customer_id = $1 AND state = 'sent' AND NOT final
			AND reminder_id = ANY ($2)`, c, ids)
	}
}

func over(d crm.Delta) []int64 {
	var ids []int64
	for _, r := range d.Closed {
		ids = append(ids, int64(r.ID))
	}
	for _, m := range d.Moved {
		ids = append(ids, int64(m.To.ID))
	}
	return ids
}

// ReminderOf implements crm.Tx.
func (t tx) ReminderOf(ctx context.Context, id crm.ReminderID) (c crm.CustomerID, err error) {
	err = t.q.QueryRow(ctx, `SELECT customer_id FROM reminders WHERE id = $1`, id).Scan(&c)
	return c, found(err, "read reminder", crm.KeyNoReminder)
}

// Reacted implements crm.Tx.
func (t tx) Reacted(ctx context.Context, id crm.ReminderID, at time.Time) error {
	_, err := t.q.Exec(ctx, `UPDATE reminders SET reacted_at = $2, next_ring = NULL WHERE id = $1 AND rings > 0`, id, at)
	return wrap(err, "react to reminder")
}

// heardOfRing are the notifications of the last ring of reminder r that
// its reader has not had the time to react to: it is still on its way, or arrived
// after $3, the second one after $4. What is on its way to somebody who gets nothing
// does not count.
const heardOfRing = `SELECT FROM notifications n JOIN staff s ON s.id = n.staff_id
	WHERE n.reminder_id = r.id AND n.due_at = r.due_at AND n.ring = r.rings AND n.staff_id = coalesce(` + ringHolder + `, r.for_id)
		AND s.state = 'active' AND NOT s.unreachable
		AND (n.state = 'pending' OR n.sent_at > CASE r.rings WHEN 1 THEN $3::timestamptz ELSE $4::timestamptz END)`

// ringHolder is the holder of the customer of reminder r. It is no join, which would be made
// for all that are due before the first of them are chosen.
const ringHolder = `(SELECT c.holder_id FROM customers c WHERE c.id = r.customer_id)`

// DueRings implements crm.Tx. Those that have never rung are asked nothing more; written so,
// what is asked of the others is looked up one by one in an index. As a join it was planned
// as every reminder by every notification, before the tables had statistics.
func (t tx) DueRings(ctx context.Context, now time.Time, limit int) ([]crm.Ring, error) {
	rows, err := t.q.Query(ctx, `SELECT r.id, r.kind, r.due_at, r.reason, r.for_id, r.customer_id, `+ringHolder+`, r.rings,
		coalesce(r.rung_at, r.due_at),
		coalesce((SELECT max(e.id) FROM events e WHERE e.customer_id = r.customer_id AND (e.detail->>'reminder')::bigint = r.id), 0)
		FROM reminders r
		WHERE r.next_ring <= $1 AND (r.rings = 0 OR NOT EXISTS (`+heardOfRing+`))
		ORDER BY r.next_ring, r.id LIMIT $2 FOR UPDATE OF r SKIP LOCKED`,
		now, limit, now.Add(-crm.RepeatAfter), now.Add(-crm.EscalateAfter))
	if err != nil {
		return nil, wrap(err, "read due reminders")
	}
	rings, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (g crm.Ring, err error) {
		var forID, holder *int64
		r := &g.Reminder
		err = row.Scan(&r.ID, &r.Kind, &r.Due, &r.Reason, &forID, &g.Customer, &holder, &g.Rings, &g.RungAt, &g.Event)
		r.For, g.Holder = id[crm.StaffID](forID), id[crm.StaffID](holder)
		return g, err
	})
	return rings, wrap(err, "read due reminders")
}

// SaveRings implements crm.Tx: when the next step is due follows from how often it rang.
func (t tx) SaveRings(ctx context.Context, rs []crm.Ring, at time.Time) error {
	ids, steps := make([]int64, len(rs)), make([]int, len(rs))
	for i, r := range rs {
		ids[i], steps[i] = int64(r.Reminder.ID), r.Rings
	}
	_, err := t.q.Exec(ctx, `UPDATE reminders r SET rings = rung.step, rung_at = $3,
		next_ring = CASE rung.step WHEN 1 THEN $4::timestamptz WHEN 2 THEN $5::timestamptz END
		FROM unnest($1::bigint[], $2::int[]) AS rung (id, step) WHERE r.id = rung.id`,
		ids, steps, at, at.Add(crm.RepeatAfter), at.Add(crm.EscalateAfter))
	return wrap(err, "save rings")
}
