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
		b.Queue(`INSERT INTO notifications (staff_id, kind, customer_id, event_id, reminder_id, due_at, ring, about_id,
			batch_id, count, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			n.To, n.Kind, null(n.Customer), null(n.Event), null(n.Reminder), nullTime(n.Due), n.Ring, null(n.About),
			null(n.Batch), n.Count, n.CreatedAt)
	}
	return wrap(t.q.SendBatch(ctx, b).Close(), "notify")
}

// StuckInquiries implements crm.Tx.
func (t tx) StuckInquiries(ctx context.Context, limit int) ([]crm.Notification, error) {
	rows, err := t.q.Query(ctx, `SELECT n.id, n.customer_id, n.event_id FROM notifications n JOIN staff s ON s.id = n.staff_id
		WHERE n.state = 'pending' AND NOT n.withdrawn AND n.kind = $1 AND (s.state <> 'active' OR s.unreachable)
			AND n.customer_id IS NOT NULL AND n.event_id IS NOT NULL AND `+notInHand+`
		ORDER BY n.customer_id, n.id LIMIT $2`, crm.NotifyInquiry, limit)
	if err != nil {
		return nil, wrap(err, "read stuck inquiries")
	}
	ns, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (n crm.Notification, err error) {
		err = row.Scan(&n.ID, &n.Customer, &n.Event)
		return n, err
	})
	return ns, wrap(err, "read stuck inquiries")
}

// notInHand holds for a notifications row n that nobody is sending or editing.
const notInHand = `(n.leased_until IS NULL OR n.leased_until < clock_timestamp())`

// CancelNotification implements crm.Tx.
func (t tx) CancelNotification(ctx context.Context, id crm.NotificationID) (bool, error) {
	tag, err := t.q.Exec(ctx, `UPDATE notifications n SET state = 'cancelled' WHERE id = $1 AND state = 'pending' AND `+notInHand, id)
	return tag.RowsAffected() > 0, wrap(err, "cancel notification")
}

// WithdrawNotifications implements crm.Tx.
func (t tx) WithdrawNotifications(ctx context.Context, e crm.EventID) error {
	_, err := t.q.Exec(ctx, `UPDATE notifications SET withdrawn = true, stale = true,
		state = CASE WHEN state = 'pending' AND (leased_until IS NULL OR leased_until < now()) THEN 'cancelled' ELSE state END
		WHERE event_id = $1 AND state IN ('pending', 'sent')`, e)
	return wrap(err, "withdraw notifications")
}

// RefreshCards implements crm.Tx.
func (t tx) RefreshCards(ctx context.Context, c crm.CustomerID) error {
	_, err := t.q.Exec(ctx, `UPDATE notifications SET stale = true WHERE customer_id = $1 AND state IN ('pending', 'sent')`, c)
	return wrap(err, "refresh cards")
}
