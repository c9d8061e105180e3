package outbox

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"cartable/internal/crm"
	"cartable/internal/lease"
)

// rows is the table notifications.
type rows struct{ pool *pgxpool.Pool }

// row is a claimed notification.
type row struct {
	item     Item
	message  int // of a sent one
	attempts int // this one included; the token of its lease
}

func (r row) id() crm.NotificationID { return r.item.Notification.ID }

// waiting returns for whom something waits, whoever has waited longest first,
// except those with a row in hand. since is when a form must have been touched
// for its reader to count as answering.
func (r rows) waiting(ctx context.Context, since time.Time) ([]reader, error) {
	found, err := r.pool.Query(ctx, `
		SELECT s.id, s.telegram_id, EXISTS (
				SELECT FROM forms f
				WHERE f.staff_id = s.id AND f.chat_id = s.telegram_id AND NOT f.parked AND f.touched_at > $1),
			n.kind, n.ids, n.not_before
		FROM staff s CROSS JOIN LATERAL (
			SELECT kind, (array_agg(id ORDER BY id))[1:$2] AS ids, (array_agg(retry_at ORDER BY id))[1] AS not_before
			FROM notifications WHERE staff_id = s.id AND state = 'pending' AND NOT withdrawn
			GROUP BY kind
		) n
		WHERE s.state = 'active' AND NOT s.unreachable AND NOT EXISTS (
			SELECT FROM notifications h
			WHERE h.staff_id = s.id AND h.state = 'pending' AND h.leased_until >= clock_timestamp())
		ORDER BY s.id`, since, together)
	if err != nil {
		return nil, err
	}
	var out []reader
	var cur reader
	var q queue
	var notBefore *time.Time
	_, err = pgx.ForEachRow(found, []any{&cur.staff, &cur.chat, &cur.answering, &q.kind, &q.ids, &notBefore}, func() error {
		if len(out) == 0 || out[len(out)-1].staff != cur.staff {
			out = append(out, cur)
		}
		q.notBefore = time.Time{}
		if notBefore != nil {
			q.notBefore = *notBefore
		}
		last := &out[len(out)-1]
		last.queues = append(last.queues, queue{kind: q.kind, ids: slices.Clone(q.ids), notBefore: q.notBefore})
		return nil
	})
	slices.SortStableFunc(out, func(a, b reader) int { return int(a.oldest() - b.oldest()) })
	return out, err
}

func (r reader) oldest() crm.NotificationID {
	oldest := r.queues[0].ids[0]
	for _, q := range r.queues {
		oldest = min(oldest, q.ids[0])
	}
	return oldest
}

// claimed are the columns of a claimed row n and its reader s, as scanRow reads them.
const claimed = `n.id, n.kind, COALESCE(n.customer_id, 0), COALESCE(n.event_id, 0), COALESCE(n.reminder_id, 0),
	n.due_at, n.ring, COALESCE(n.about_id, 0), COALESCE(n.batch_id, 0), n.count, n.created_at,
	n.state = 'sent', n.sent_at, n.withdrawn, COALESCE(n.message_id, 0), n.attempts,
	s.id, s.telegram_id, s.name, s.role, s.state, s.language, s.unreachable, s.joined_at`

func scanRow(from pgx.CollectableRow) (row, error) {
	var r row
	var due, sent *time.Time
	n, s := &r.item.Notification, &r.item.Staff
	err := from.Scan(&n.ID, &n.Kind, &n.Customer, &n.Event, &n.Reminder, &due, &n.Ring, &n.About, &n.Batch, &n.Count,
		&n.CreatedAt, &r.item.Sent, &sent, &r.item.Withdrawn, &r.message, &r.attempts,
		&s.ID, &s.TelegramID, &s.Name, &s.Role, &s.State, &s.Language, &s.Unreachable, &s.JoinedAt)
	if due != nil {
		n.Due = *due
	}
	if sent != nil {
		r.item.SentAt = *sent
	}
	n.To = s.ID
	return r, err
}

// claim leases those of the rows that still wait and are in nobody's hands, and
// takes their marks off: what is rendered from now on shows what they stood for.
func (r rows) claim(ctx context.Context, ids []crm.NotificationID) ([]row, error) {
	return r.collect(ctx, `
		UPDATE notifications n
		SET leased_until = clock_timestamp() + make_interval(secs => $2), attempts = n.attempts + 1, stale = false
		FROM staff s, (
			SELECT id FROM notifications
			WHERE id = ANY ($1) AND state = 'pending' AND NOT withdrawn
				AND (leased_until IS NULL OR leased_until < clock_timestamp())
			FOR UPDATE SKIP LOCKED
		) free
		WHERE n.id = free.id AND s.id = n.staff_id AND s.state = 'active' AND NOT s.unreachable
		RETURNING `+claimed, ids, lease.For.Seconds())
}

// claimStale leases up to limit messages that show an old state, or whose edit
// was broken off, except those of quiet chats: the newest first, which are looked at.
// Who is not active any more gets no edits but those that erase somebody from their chat.
func (r rows) claimStale(ctx context.Context, now time.Time, quiet []int64, limit int) ([]row, error) {
	return r.collect(ctx, `
		UPDATE notifications n
		SET leased_until = clock_timestamp() + make_interval(secs => $2), attempts = n.attempts + 1, stale = false
		FROM staff s, (
			SELECT o.id FROM notifications o JOIN staff reader ON reader.id = o.staff_id
			WHERE o.state = 'sent' AND o.message_id IS NOT NULL AND (o.stale OR o.leased_until IS NOT NULL)
				AND (o.leased_until IS NULL OR o.leased_until < clock_timestamp())
				AND (o.retry_at IS NULL OR o.retry_at <= $1)
				AND NOT reader.unreachable AND reader.telegram_id <> ALL ($3)
				AND (reader.state = 'active' OR EXISTS (SELECT FROM customers c WHERE c.id = o.customer_id AND c.erased_at IS NOT NULL))
			ORDER BY o.id DESC LIMIT $4
			FOR UPDATE OF o SKIP LOCKED
		) free
		WHERE n.id = free.id AND s.id = n.staff_id
		RETURNING `+claimed, now, lease.For.Seconds(), quiet, limit)
}

// collect returns claimed rows in their order.
func (r rows) collect(ctx context.Context, sql string, args ...any) ([]row, error) {
	found, err := r.pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	rs, err := pgx.CollectRows(found, scanRow)
	slices.SortFunc(rs, func(a, b row) int { return int(a.id() - b.id()) })
	return rs, err
}

// renew implements lease.Renew. Settled rows have no lease to renew.
func (r rows) renew(ctx context.Context, held []lease.Claim) ([]int64, error) {
	ids, tokens := make([]int64, len(held)), make([]int, len(held))
	for i, c := range held {
		ids[i], tokens[i] = c.ID, c.Token
	}
	found, err := r.pool.Query(ctx, `
		UPDATE notifications n SET leased_until = clock_timestamp() + make_interval(secs => $3)
		FROM unnest($1::bigint[], $2::int[]) AS held (id, token)
		WHERE n.id = held.id AND n.attempts = held.token AND n.leased_until IS NOT NULL
		RETURNING n.id`, ids, tokens, lease.For.Seconds())
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(found, pgx.RowTo[int64])
}

// sweep cancels what nobody is going to be told: what was withdrawn while its sending
// failed, what waits for the removed, and leads for those who cannot be reached.
// Inquiries are passed on by the domain instead. Rows in hand are left to whoever has
// them.
func (r rows) sweep(ctx context.Context) error {
	_, err := r.pool.Exec(ctx, `
		UPDATE notifications SET state = 'cancelled' WHERE id IN (
			SELECT n.id FROM notifications n JOIN staff s ON s.id = n.staff_id
			WHERE n.state = 'pending' AND (n.withdrawn OR s.state = 'removed' AND n.kind <> $1 OR s.unreachable AND n.kind = $2)
				AND (n.leased_until IS NULL OR n.leased_until < clock_timestamp())
			FOR UPDATE OF n SKIP LOCKED)`, crm.NotifyInquiry, crm.NotifyLead)
	return err
}

// depth returns the zero time when nothing waits.
func (r rows) depth(ctx context.Context) (n int, since time.Time, err error) {
	var oldest *time.Time
	err = r.pool.QueryRow(ctx, `SELECT count(*), min(n.created_at) FROM notifications n JOIN staff s ON s.id = n.staff_id
		WHERE n.state = 'pending' AND s.state = 'active' AND NOT s.unreachable`).Scan(&n, &oldest)
	if err != nil || oldest == nil {
		return 0, time.Time{}, err
	}
	return n, *oldest, nil
}
