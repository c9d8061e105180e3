package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"cartable/internal/crm"
	"cartable/internal/persian"
)

// EventsAbout implements crm.Tx.
func (t tx) EventsAbout(ctx context.Context, id crm.CustomerID) ([]crm.Event, error) {
	return t.events(ctx, ` WHERE e.customer_id = $1 ORDER BY e.id`, id)
}

// BlankEvents implements crm.Tx. The keys stay distinct, since the events of one
// command are found by theirs.
func (t tx) BlankEvents(ctx context.Context, es []crm.Event) error {
	b := &pgx.Batch{}
	for _, e := range es {
		b.Queue(`UPDATE events SET key = 'erased:' || id, delta = $2, detail = $3 WHERE id = $1`, e.ID, e.Delta, e.Detail)
	}
	return wrap(t.q.SendBatch(ctx, b).Close(), "blank events")
}

// EraseTraces implements crm.Tx. Of an inquiry stay its time, its source and the
// campaign, which reports count by. Messages that the conversation took over are the
// outbox's again, so that it edits them too.
func (t tx) EraseTraces(ctx context.Context, id crm.CustomerID) error {
	b := &pgx.Batch{}
	b.Queue(`UPDATE inquiries SET phone = '', name = '', email = '', city = '', message = '', page = '', field_values = '{}',
		extra = '{}', utm = coalesce((SELECT jsonb_object_agg(key, value) FROM jsonb_each(utm)
			WHERE key IN ('source', 'medium', 'campaign')), '{}')
		WHERE customer_id = $1`, id)
	b.Queue(`UPDATE reminders SET reason = '', next_ring = NULL WHERE customer_id = $1`, id)
	b.Queue(`UPDATE notifications SET state = 'cancelled', error = '' WHERE customer_id = $1 AND state = 'pending'`, id)
	b.Queue(`UPDATE notifications SET message_id = coalesce(message_id, taken_over), final = false, stale = true, error = ''
		WHERE customer_id = $1 AND state = 'sent'`, id)
	b.Queue(`UPDATE notifications SET error = '' WHERE customer_id = $1 AND error <> ''`, id)
	return wrap(t.q.SendBatch(ctx, b).Close(), "erase traces")
}

// LockHiddenWith implements crm.Tx. Such a row is as empty as before its creation;
// its inquiries know the number. customers_undone keeps the look short.
func (t tx) LockHiddenWith(ctx context.Context, ps []crm.PhoneNumber) ([]crm.CustomerID, error) {
	numbers := make([]string, len(ps))
	for i, p := range ps {
		numbers[i] = string(p.Phone)
	}
	return t.ids(ctx, `SELECT id FROM customers c WHERE `+undoneWith+` ORDER BY id FOR NO KEY UPDATE`, numbers)
}

// undoneWith holds for a customers row c whose creation was undone and who came by
// one of the numbers $1.
const undoneWith = `hidden AND erased_at IS NULL
	AND EXISTS (SELECT FROM inquiries i WHERE i.customer_id = c.id AND i.phone = ANY ($1))`

// HiddenWith implements crm.Store.
func (s *Store) HiddenWith(ctx context.Context, p persian.Phone) (found bool, err error) {
	err = s.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM customers c WHERE `+undoneWith+`)`, []string{string(p)}).Scan(&found)
	return found, wrap(err, "look for what was undone of a number")
}
