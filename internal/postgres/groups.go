package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"cartable/internal/crm"
)

const groupColumns = `SELECT id, chat_id, title, added_by, added_at, left_at FROM groups`

func scanGroup(row pgx.CollectableRow) (g crm.Group, err error) {
	var left *time.Time
	err = row.Scan(&g.ID, &g.Chat, &g.Title, &g.AddedBy, &g.AddedAt, &left)
	g.Left = left != nil
	return g, err
}

func (r reader) oneGroup(ctx context.Context, where string, arg any) (crm.Group, error) {
	rows, err := r.q.Query(ctx, groupColumns+where, arg)
	if err != nil {
		return crm.Group{}, wrap(err, "read group")
	}
	g, err := pgx.CollectExactlyOneRow(rows, scanGroup)
	return g, found(err, "read group", crm.KeyNoGroup)
}

// LockGroup implements crm.Tx. The lock is shared: many leads may be offered at
// once, but the group is not left under them.
func (t tx) LockGroup(ctx context.Context, id crm.GroupID) (crm.Group, error) {
	return t.oneGroup(ctx, ` WHERE id = $1 FOR SHARE`, int64(id))
}

// LockGroupChat implements crm.Tx.
func (t tx) LockGroupChat(ctx context.Context, chat int64) (crm.Group, error) {
	return t.oneGroup(ctx, ` WHERE chat_id = $1 FOR UPDATE`, chat)
}

// InsertGroup implements crm.Tx.
func (t tx) InsertGroup(ctx context.Context, g crm.Group) (id crm.GroupID, err error) {
	err = t.q.QueryRow(ctx, `INSERT INTO groups (chat_id, title, added_by, added_at) VALUES ($1, $2, $3, $4) RETURNING id`,
		g.Chat, g.Title, g.AddedBy, g.AddedAt).Scan(&id)
	return id, wrap(err, "save group")
}

// SaveGroup implements crm.Tx.
func (t tx) SaveGroup(ctx context.Context, g crm.Group, at time.Time) error {
	_, err := t.q.Exec(ctx, `UPDATE groups SET title = $2, added_by = $3, added_at = $4,
		left_at = CASE WHEN $5 THEN COALESCE(left_at, $6) END WHERE id = $1`,
		g.ID, g.Title, g.AddedBy, g.AddedAt, g.Left, at)
	return wrap(err, "save group")
}

// MoveGroup implements crm.Tx.
func (t tx) MoveGroup(ctx context.Context, id crm.GroupID, chat int64) error {
	b := &pgx.Batch{}
	// The message IDs are those of the old chat.
	b.Queue(`UPDATE notifications SET message_id = NULL, final = true, stale = false WHERE group_chat = $1 AND state = 'sent'`, id)
	// What is being sent goes to the old chat: its lease is worth nothing any more.
	b.Queue(`UPDATE notifications SET attempts = attempts + 1, leased_until = NULL WHERE group_chat = $1 AND state = 'pending'`, id)
	for _, sql := range []string{
		`UPDATE notifications SET group_chat = $1 FROM groups g WHERE g.chat_id = $2 AND group_chat = g.id`,
		`UPDATE notifications SET about_group = $1 FROM groups g WHERE g.chat_id = $2 AND about_group = g.id`,
		`DELETE FROM groups WHERE chat_id = $2 AND id <> $1`,
		`UPDATE groups SET chat_id = $2 WHERE id = $1`,
	} {
		b.Queue(sql, id, chat)
	}
	return wrap(t.q.SendBatch(ctx, b).Close(), "move group")
}

// GroupOffers implements crm.Tx. The outbox may be noting that one was sent: that is
// waited for, since only a statement begun afterwards sees it.
func (t tx) GroupOffers(ctx context.Context, id crm.GroupID) ([]crm.GroupOffer, error) {
	if _, err := t.q.Exec(ctx, `SELECT FROM notifications WHERE group_chat = $1 AND state = 'pending' ORDER BY id FOR UPDATE`, id); err != nil {
		return nil, wrap(err, "hold the offers of a group")
	}
	rows, err := t.q.Query(ctx, `SELECT DISTINCT ON (n.customer_id) n.customer_id, COALESCE(n.event_id, 0), n.state <> 'pending'
		FROM notifications n JOIN customers c ON c.id = n.customer_id
		WHERE n.group_chat = $1 AND n.kind = 'lead' AND n.state IN ('pending', 'sent', 'summarised')
			AND NOT n.withdrawn AND c.waiting
		ORDER BY n.customer_id, n.id DESC`, id)
	if err != nil {
		return nil, wrap(err, "read the offers of a group")
	}
	os, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (o crm.GroupOffer, err error) {
		err = row.Scan(&o.Customer, &o.Event, &o.Sent)
		return o, err
	})
	return os, wrap(err, "read the offers of a group")
}

// RouteOffersAnew implements crm.Tx. A route that is about a later arrival than the
// group was told of goes on as it is.
func (t tx) RouteOffersAnew(ctx context.Context, id crm.GroupID, at time.Time) error {
	_, err := t.q.Exec(ctx, `UPDATE routes r SET state = 'waits', next_at = CASE WHEN c.waiting THEN $2 ELSE r.next_at END
		FROM customers c WHERE c.id = r.customer_id AND EXISTS (SELECT FROM notifications n
			WHERE n.group_chat = $1 AND n.customer_id = r.customer_id AND n.event_id = r.event_id AND n.kind = 'lead'
				AND n.state IN ('pending', 'sent', 'summarised') AND NOT n.withdrawn)`, id, at)
	return wrap(err, "route the offers of a group anew")
}
