package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"cartable/internal/crm"
)

// Notify implements crm.Tx.
func (t tx) Notify(ctx context.Context, ns []crm.Notification) error {
	b := &pgx.Batch{}
	for _, n := range ns {
		b.Queue(`INSERT INTO notifications (staff_id, group_chat, kind, customer_id, event_id, reminder_id, due_at,
			ring, about_id, batch_id, about_group, count, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
			null(n.To), null(n.Group), n.Kind, null(n.Customer), null(n.Event), null(n.Reminder), nullTime(n.Due), n.Ring, null(n.About),
			null(n.Batch), null(n.AboutGroup), n.Count, n.CreatedAt)
	}
	return wrap(t.q.SendBatch(ctx, b).Close(), "notify")
}

// WithdrawNotifications implements crm.Tx.
func (t tx) WithdrawNotifications(ctx context.Context, e crm.EventID) error {
	_, err := t.q.Exec(ctx, `UPDATE notifications SET withdrawn = true, stale = NOT final,
		state = CASE WHEN state = 'pending' AND (leased_until IS NULL OR leased_until < now()) THEN 'cancelled' ELSE state END
		WHERE event_id = $1 AND state IN ('pending', 'sent')`, e)
	return wrap(err, "withdraw notifications")
}

// RefreshCards implements crm.Tx.
func (t tx) RefreshCards(ctx context.Context, c crm.CustomerID) error {
	_, err := t.q.Exec(ctx, `UPDATE notifications SET stale = true WHERE customer_id = $1 AND state IN ('pending', 'sent') AND NOT final`, c)
	return wrap(err, "refresh cards")
}
