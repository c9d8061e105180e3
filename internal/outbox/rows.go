package outbox

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"cartable/internal/crm"
	"cartable/internal/lease"
	"cartable/internal/persian"
)

// rows is the table notifications.
type rows struct{ pool *pgxpool.Pool }

// row is a claimed notification.
type row struct {
	item     Item
	chat     int64 // of its reader
	message  int   // of a sent one
	attempts int   // this one included; the token of its lease
}

func (r row) id() crm.NotificationID { return r.item.Notification.ID }

// waiting returns for whom something waits, whoever has waited longest first, except those
// whose next one is in hand. since is when a form must have been touched for its reader to
// count as answering. Readers are found one by one in the index, and of each only what comes
// next is looked at, so a long queue costs no more than a short one.
func (r rows) waiting(ctx context.Context, since time.Time) ([]reader, error) {
	found, err := r.pool.Query(ctx, `
		WITH RECURSIVE queue AS (
			(SELECT reader FROM notifications WHERE state = 'pending' ORDER BY reader LIMIT 1)
			UNION ALL
			SELECT n.reader FROM queue q CROSS JOIN LATERAL (
				SELECT reader FROM notifications WHERE state = 'pending' AND reader > q.reader ORDER BY reader LIMIT 1) n
		)
		SELECT r.reader, r.chat_id, head.id, head.retry_at, head.kind = ANY ($2) AND $4 = (
			SELECT count(*) FROM (
				SELECT FROM notifications n
				WHERE n.reader = r.reader AND n.state = 'pending' AND NOT n.withdrawn AND n.kind = ANY ($2) LIMIT $4) alike)
		FROM queue q JOIN readers r ON r.reader = q.reader AND (r.listens OR NOT r.silent)
		CROSS JOIN LATERAL (
			SELECT EXISTS (
				SELECT FROM forms f
				WHERE f.staff_id = r.reader AND f.chat_id = r.chat_id AND NOT f.parked AND f.touched_at > $1) AS answering) form
		CROSS JOIN LATERAL (
			SELECT n.id, n.kind, n.retry_at, n.leased_until FROM notifications n
			WHERE n.reader = q.reader AND n.state = 'pending' AND NOT n.withdrawn AND `+mayRead+`
				AND (NOT form.answering OR n.kind = ANY ($3))
			ORDER BY n.id LIMIT 1) head
		WHERE head.leased_until IS NULL OR head.leased_until < clock_timestamp()
		ORDER BY head.id`, since, crm.SummarisableKinds(), crm.UrgentKinds(), separately+1)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(found, func(row pgx.CollectableRow) (w reader, err error) {
		var notBefore *time.Time
		err = row.Scan(&w.id, &w.chat, &w.next, &notBefore, &w.many)
		if notBefore != nil {
			w.notBefore = *notBefore
		}
		return w, err
	})
}

// mayRead holds for a notifications row n that its reader r is told: suspended or
// removed, they are told just that.
const mayRead = `(r.listens OR n.kind = '` + string(crm.NotifyAccess) + `' AND NOT r.silent)`

// claimed are the columns of a claimed row n and its reader r, as scanRow reads them.
const claimed = `n.id, COALESCE(n.staff_id, 0), COALESCE(n.group_chat, 0), n.kind, COALESCE(n.customer_id, 0), COALESCE(n.event_id, 0),
	COALESCE(n.reminder_id, 0), n.due_at, n.ring, COALESCE(n.about_id, 0), COALESCE(n.batch_id, 0),
	COALESCE(n.about_group, 0), COALESCE(n.proposal_id, 0), n.count, n.created_at, n.day, n.since,
	n.state = 'sent', n.sent_at, n.withdrawn, COALESCE(n.message_id, 0), n.attempts, r.chat_id`

func scanRow(from pgx.CollectableRow) (row, error) {
	var r row
	var due, sent, day, since *time.Time
	n := &r.item.Notification
	err := from.Scan(&n.ID, &n.To, &n.Group, &n.Kind, &n.Customer, &n.Event, &n.Reminder, &due, &n.Ring, &n.About, &n.Batch,
		&n.AboutGroup, &n.Proposal, &n.Count, &n.CreatedAt, &day, &since, &r.item.Sent, &sent, &r.item.Withdrawn, &r.message, &r.attempts, &r.chat)
	if due != nil {
		n.Due = *due
	}
	if day != nil {
		n.Day = persian.CivilOf(*day)
	}
	if since != nil {
		n.Since = persian.CivilOf(*since)
	}
	if sent != nil {
		r.item.SentAt = *sent
	}
	return r, err
}

// claim leases what comes next for a reader, if it still waits and is in nobody's hands: a
// single row, or the summarisable ones of the reader. It takes their marks off: what is
// rendered from now on shows what they stood for. What comes after a row that somebody has
// just locked is left too: it would be told before it.
func (r rows) claim(ctx context.Context, w reader) ([]row, error) {
	if !w.many {
		return r.claimWhere(ctx, `id = $3`, 1, w.next)
	}
	return r.claimWhere(ctx, `reader = $3 AND kind = ANY ($4)`, together, w.id, crm.SummarisableKinds())
}

func (r rows) claimWhere(ctx context.Context, which string, limit int, args ...any) ([]row, error) {
	const free = `state = 'pending' AND NOT withdrawn AND (leased_until IS NULL OR leased_until < clock_timestamp())`
	return r.collect(ctx, `
		WITH next AS (
			SELECT id FROM notifications WHERE `+which+` AND `+free+` ORDER BY id LIMIT $2
		), locked AS (
			SELECT id FROM notifications WHERE id IN (SELECT id FROM next) AND `+free+` FOR UPDATE SKIP LOCKED
		)
		UPDATE notifications n
		SET leased_until = clock_timestamp() + make_interval(secs => $1), attempts = n.attempts + 1, stale = false
		FROM readers r
		WHERE n.id IN (SELECT id FROM locked) AND r.reader = n.reader AND `+mayRead+`
			AND n.id < ALL (SELECT id FROM next WHERE id NOT IN (SELECT id FROM locked))
		RETURNING `+claimed, append([]any{lease.For.Seconds(), limit}, args...)...)
}

// claimStale leases up to limit messages that show an old state, or whose edit
// was broken off, except those of quiet chats: the newest first, which are looked at.
// One that is put off further than by any pause is not waited for, as by mustWait.
// Who is not active any more gets no edits but those that erase somebody from their chat.
func (r rows) claimStale(ctx context.Context, now time.Time, quiet []int64, limit int) ([]row, error) {
	return r.collect(ctx, `
		UPDATE notifications n
		SET leased_until = clock_timestamp() + make_interval(secs => $2), attempts = n.attempts + 1, stale = false
		FROM readers r, (
			SELECT o.id FROM notifications o JOIN readers whose ON whose.reader = o.reader
			WHERE o.state = 'sent' AND o.message_id IS NOT NULL AND (o.stale OR o.leased_until IS NOT NULL)
				AND (o.leased_until IS NULL OR o.leased_until < clock_timestamp())
				AND (o.retry_at IS NULL OR o.retry_at <= $1 OR o.retry_at > $5)
				AND NOT whose.silent AND whose.chat_id <> ALL ($3) AND (whose.listens OR o.staff_id IS NOT NULL
					AND EXISTS (SELECT FROM customers c WHERE c.id = o.customer_id AND c.erased_at IS NOT NULL))
			ORDER BY o.id DESC LIMIT $4
			FOR UPDATE OF o SKIP LOCKED
		) free
		WHERE n.id = free.id AND r.reader = n.reader
		RETURNING `+claimed, now, lease.For.Seconds(), quiet, limit, now.Add(maxPause))
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
// failed, what waits for the removed and for groups that were left, and for those who
// cannot be reached what is of no use later: leads, and how they stand. Inquiries and
// untaken leads are passed on by the domain instead. Rows in hand are left to whoever has them.
func (r rows) sweep(ctx context.Context) error {
	_, err := r.pool.Exec(ctx, `
		UPDATE notifications SET state = 'cancelled' WHERE id IN (
			SELECT n.id FROM notifications n JOIN readers r ON r.reader = n.reader
			WHERE n.state = 'pending' AND (n.withdrawn OR r.gone AND n.kind NOT IN ($1, $3, $4) OR r.silent AND n.kind IN ($2, $3))
				AND (n.leased_until IS NULL OR n.leased_until < clock_timestamp())
			FOR UPDATE OF n SKIP LOCKED)`, crm.NotifyInquiry, crm.NotifyLead, crm.NotifyAccess, crm.NotifyUntaken)
	return err
}

// depth returns the zero time when nothing waits.
func (r rows) depth(ctx context.Context) (n int, since time.Time, err error) {
	var oldest *time.Time
	err = r.pool.QueryRow(ctx, `SELECT count(*), min(n.created_at) FROM notifications n JOIN readers r ON r.reader = n.reader
		WHERE n.state = 'pending' AND r.listens`).Scan(&n, &oldest)
	if err != nil || oldest == nil {
		return 0, time.Time{}, err
	}
	return n, *oldest, nil
}
