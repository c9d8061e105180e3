package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"cartable/internal/crm"
)

// Notify implements crm.Tx.
func (t tx) Notify(ctx context.Context, ns []crm.Notification) error {
	sql, args := insertNotifications.of(notificationColumns(ns))
	_, err := t.q.Exec(ctx, sql, args...)
	return wrap(err, "notify")
}

var insertNotifications = givenRows(`INSERT INTO notifications (staff_id, group_chat, kind, customer_id, event_id, reminder_id, due_at,
		ring, about_id, batch_id, about_group, count, created_at, proposal_id, day, since)
	SELECT * FROM %s AS u`, "bigint", "bigint", "text", "bigint", "bigint", "bigint", "timestamptz",
	"int", "bigint", "bigint", "bigint", "int", "timestamptz", "bigint", "date", "date")

func notificationColumns(ns []crm.Notification) []any {
	return []any{
		column(ns, func(n crm.Notification) *int64 { return null(n.To) }),
		column(ns, func(n crm.Notification) *int64 { return null(n.Group) }),
		column(ns, func(n crm.Notification) string { return string(n.Kind) }),
		column(ns, func(n crm.Notification) *int64 { return null(n.Customer) }),
		column(ns, func(n crm.Notification) *int64 { return null(n.Event) }),
		column(ns, func(n crm.Notification) *int64 { return null(n.Reminder) }),
		column(ns, func(n crm.Notification) *time.Time { return nullTime(n.Due) }),
		column(ns, func(n crm.Notification) int { return n.Ring }),
		column(ns, func(n crm.Notification) *int64 { return null(n.About) }),
		column(ns, func(n crm.Notification) *int64 { return null(n.Batch) }),
		column(ns, func(n crm.Notification) *int64 { return null(n.AboutGroup) }),
		column(ns, func(n crm.Notification) int { return n.Count }),
		column(ns, func(n crm.Notification) time.Time { return n.CreatedAt }),
		column(ns, func(n crm.Notification) *int64 { return null(n.Proposal) }),
		column(ns, func(n crm.Notification) *time.Time { return nullDay(n.Day) }),
		column(ns, func(n crm.Notification) *time.Time { return nullDay(n.Since) }),
	}
}

// StuckArrivals implements crm.Tx. What routing brought to the removed is told with the
// rest of their cartable.
func (t tx) StuckArrivals(ctx context.Context, limit int) ([]crm.Notification, error) {
	rows, err := t.q.Query(ctx, `SELECT n.id, n.kind, n.staff_id, n.customer_id, n.event_id
		FROM notifications n JOIN staff s ON s.id = n.staff_id
		WHERE n.state = 'pending' AND NOT n.withdrawn AND n.kind IN ($1, $2, $3) AND (s.state <> 'active' OR s.unreachable)
			AND (n.kind <> $2 OR s.state <> 'removed')
			AND n.customer_id IS NOT NULL AND n.event_id IS NOT NULL AND `+notInHand+`
		ORDER BY n.customer_id, n.id LIMIT $4`, crm.NotifyInquiry, crm.NotifyRouted, crm.NotifyUntaken, limit)
	if err != nil {
		return nil, wrap(err, "read stuck arrivals")
	}
	ns, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (n crm.Notification, err error) {
		err = row.Scan(&n.ID, &n.Kind, &n.To, &n.Customer, &n.Event)
		return n, err
	})
	return ns, wrap(err, "read stuck arrivals")
}

// ToldOf implements crm.Tx.
func (t tx) ToldOf(ctx context.Context, e crm.EventID, kind crm.NotificationKind) ([]crm.StaffID, error) {
	rows, err := t.q.Query(ctx, `SELECT staff_id FROM notifications
		WHERE event_id = $1 AND kind = $2 AND staff_id IS NOT NULL AND state IN ('pending', 'sent', 'summarised')`, e, kind)
	if err != nil {
		return nil, wrap(err, "read who was told")
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[crm.StaffID])
	return ids, wrap(err, "read who was told")
}

// OfferOnItsWay implements crm.Tx.
func (t tx) OfferOnItsWay(ctx context.Context, e crm.EventID, ring int) (yes bool, err error) {
	err = t.q.QueryRow(ctx, `SELECT coalesce(bool_or(n.state = 'pending' AND r.listens) AND NOT bool_or(n.state IN ('sent', 'summarised')), false)
		FROM notifications n JOIN readers r ON r.reader = n.reader
		WHERE n.event_id = $1 AND n.kind = $2 AND n.ring = $3`, e, crm.NotifyLead, ring).Scan(&yes)
	return yes, wrap(err, "read whether an offer arrived")
}

// notInHand holds for a notifications row n that nobody is sending or editing.
const notInHand = `(n.leased_until IS NULL OR n.leased_until < clock_timestamp())`

// CancelNotification implements crm.Tx.
func (t tx) CancelNotification(ctx context.Context, id crm.NotificationID) (bool, error) {
	tag, err := t.q.Exec(ctx, `UPDATE notifications n SET state = 'cancelled' WHERE id = $1 AND state = 'pending' AND `+notInHand, id)
	return tag.RowsAffected() > 0, wrap(err, "cancel notification")
}

// CancelNotificationsTo implements crm.Tx.
func (t tx) CancelNotificationsTo(ctx context.Context, to crm.StaffID, kind crm.NotificationKind) error {
	_, err := t.q.Exec(ctx, `UPDATE notifications n SET state = 'cancelled' WHERE staff_id = $1 AND state = 'pending'
		AND (kind = $2 OR $2 = '' AND kind <> $3) AND `+notInHand, to, kind, crm.NotifyInquiry)
	return wrap(err, "cancel notifications")
}

// WithdrawNotifications implements crm.Tx.
func (t tx) WithdrawNotifications(ctx context.Context, e crm.EventID) error {
	_, err := t.q.Exec(ctx, `UPDATE notifications SET withdrawn = true, stale = true,
		state = CASE WHEN state = 'pending' AND (leased_until IS NULL OR leased_until < now()) THEN 'cancelled' ELSE state END
		WHERE event_id = $1 AND state IN ('pending', 'sent')`, e)
	return wrap(err, "withdraw notifications")
}

// RefreshCards implements crm.Tx. Those that wait are marked whoever they are for:
// they may be in hand.
func (t tx) RefreshCards(ctx context.Context, c crm.CustomerID, since time.Time, undone bool) error {
	_, err := t.q.Exec(ctx, refreshCards, c, since, undone)
	return wrap(err, "refresh cards")
}

const refreshCards = `UPDATE notifications n SET stale = true FROM readers r
	WHERE n.customer_id = $1 AND r.reader = n.reader AND (n.state = 'pending' OR ` + refreshed + `)`

// refreshed holds for a notifications row n of reader r whose message is worth an edit:
// sent after $2, its reader there to see it, and not final, where $3 is false.
const refreshed = `n.state = 'sent' AND n.message_id IS NOT NULL AND n.sent_at >= $2 AND (NOT n.final OR $3::boolean)
	AND r.listens`

// RefreshCardsOf implements crm.Tx.
func (t tx) RefreshCardsOf(ctx context.Context, reader crm.StaffID, since time.Time) error {
	_, err := t.q.Exec(ctx, refreshLeft+`n.staff_id = $1`, reader, since, false)
	return wrap(err, "refresh somebody's cards")
}

// RefreshCardsIn implements crm.Tx.
func (t tx) RefreshCardsIn(ctx context.Context, id crm.GroupID, since time.Time) error {
	_, err := t.q.Exec(ctx, refreshLeft+`n.group_chat = $1`, id, since, false)
	return wrap(err, "refresh the cards in a group")
}

// refreshLeft has the cards edited that show less than is known, where the rest of the
// condition says whose.
const refreshLeft = `UPDATE notifications n SET stale = true FROM readers r, customers c
	WHERE r.reader = n.reader AND c.id = n.customer_id AND c.version > n.shown_version AND ` + refreshed + ` AND `

// purgeBatch is how many rows one statement deletes, so that none locks for long.
const purgeBatch = 1000

// PurgeNotifications forgets what was told, or was not to be told any more, before at,
// and returns how many rows that were. What still waits stays.
func (s *Store) PurgeNotifications(ctx context.Context, before time.Time) (int64, error) {
	var purged int64
	for {
		tag, err := s.pool.Exec(ctx, `DELETE FROM notifications WHERE id IN (
			SELECT n.id FROM notifications n WHERE n.state <> 'pending' AND n.created_at < $1 AND `+notInHand+`
			ORDER BY n.created_at LIMIT $2 FOR UPDATE SKIP LOCKED)`, before, purgeBatch)
		if err != nil {
			return purged, wrap(err, "purge notifications")
		}
		if purged += tag.RowsAffected(); tag.RowsAffected() < purgeBatch {
			return purged, nil
		}
	}
}

// ForgetMessages takes all messages that were sent for gone: nothing edits them any
// more, and no other message that has their number by now.
func (s *Store) ForgetMessages(ctx context.Context) error {
	_, err := s.pool.Exec(ctx, `UPDATE notifications SET message_id = NULL, taken_over = NULL, final = true, stale = false,
		leased_until = NULL
		WHERE state IN ('sent', 'summarised')`)
	return wrap(err, "forget messages")
}
