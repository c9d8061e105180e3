package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"cartable/internal/crm"
)

const eventColumns = `SELECT e.id, e.customer_id, e.kind, e.actor_id, e.at, e.version, e.key, e.undoes,
	(SELECT u.id FROM events u WHERE u.undoes = e.id), e.delta, e.detail FROM events e`

func scanEvent(row pgx.CollectableRow) (e crm.Event, err error) {
	var actor, undoes, undone *int64
	err = row.Scan(&e.ID, &e.Customer, &e.Kind, &actor, &e.At, &e.Version, &e.Key, &undoes, &undone, &e.Delta, &e.Detail)
	e.Actor, e.Undoes, e.UndoneBy = id[crm.StaffID](actor), id[crm.EventID](undoes), id[crm.EventID](undone)
	return e, err
}

// AppendEvent implements crm.Tx.
func (t tx) AppendEvent(ctx context.Context, e crm.Event) (id crm.EventID, err error) {
	e.ID = 0
	sql, args := insertEvents.of(eventValues([]crm.Event{e}))
	err = t.q.QueryRow(ctx, sql+` RETURNING id`, args...).Scan(&id)
	if violates(err, "events_undoes_key") {
		return 0, &crm.Error{Code: crm.Gone, Key: crm.KeyUndone, Customer: e.Customer}
	}
	return id, wrap(err, "append event")
}

// insertEvents writes events. Those without an ID get one.
var insertEvents = givenRows(`INSERT INTO events (id, customer_id, kind, actor_id, at, version, key, undoes, delta, detail) OVERRIDING SYSTEM VALUE
	SELECT coalesce(u.id, nextval('events_id_seq')), u.customer_id, u.kind, u.actor_id, u.at, u.version, u.key, u.undoes,
		u.delta::jsonb, u.detail::jsonb
	FROM %s AS u (id, customer_id, kind, actor_id, at, version, key, undoes, delta, detail)`,
	"bigint", "bigint", "text", "bigint", "timestamptz", "bigint", "text", "bigint", "text", "text")

func eventValues(es []crm.Event) []any {
	return []any{
		column(es, func(e crm.Event) *int64 { return null(e.ID) }),
		column(es, func(e crm.Event) int64 { return int64(e.Customer) }),
		column(es, func(e crm.Event) string { return string(e.Kind) }),
		column(es, func(e crm.Event) *int64 { return null(e.Actor) }),
		column(es, func(e crm.Event) time.Time { return e.At }),
		column(es, func(e crm.Event) int64 { return e.Version }),
		column(es, func(e crm.Event) string { return e.Key }),
		column(es, func(e crm.Event) *int64 { return null(e.Undoes) }),
		jsonColumn(es, func(e crm.Event) crm.Delta { return e.Delta }),
		jsonColumn(es, func(e crm.Event) crm.Detail { return e.Detail }),
	}
}

func (r reader) events(ctx context.Context, where string, args ...any) ([]crm.Event, error) {
	rows, err := r.q.Query(ctx, eventColumns+where, args...)
	if err != nil {
		return nil, wrap(err, "read events")
	}
	es, err := pgx.CollectRows(rows, scanEvent)
	return es, wrap(err, "read events")
}

// Events implements crm.Reader.
func (r reader) Events(ctx context.Context, id crm.CustomerID, before crm.EventID, limit int) ([]crm.Event, error) {
	if limit == 0 {
		return []crm.Event{}, nil
	}
	return r.events(ctx, lastEvents, id, int64(before), limit)
}

// lastEvents are those of customer $1 before event $2, 0 for the newest, at most $3.
const lastEvents = ` WHERE e.customer_id = $1 AND ($2 = 0 OR e.id < $2) ORDER BY e.id DESC LIMIT $3`

// Event implements crm.Reader.
func (r reader) Event(ctx context.Context, id crm.EventID) (crm.Event, error) {
	es, err := r.events(ctx, ` WHERE e.id = $1`, id)
	if err == nil && len(es) == 0 {
		err = &crm.Error{Code: crm.NotFound, Key: crm.KeyNoCustomer}
	}
	if err != nil {
		return crm.Event{}, err
	}
	return es[0], nil
}

// LockEvent implements crm.Tx. Events never change; what must not happen twice is
// guarded by the unique undoes.
func (t tx) LockEvent(ctx context.Context, id crm.EventID) (crm.Event, error) {
	return t.Event(ctx, id)
}

// EventsOf implements crm.Tx.
func (t tx) EventsOf(ctx context.Context, key string) ([]crm.Event, error) {
	return t.events(ctx, ` WHERE e.key = $1 ORDER BY e.id`, key)
}

// LastEvent implements crm.Tx.
func (t tx) LastEvent(ctx context.Context, customer crm.CustomerID) (id crm.EventID, err error) {
	err = t.q.QueryRow(ctx, `SELECT id FROM events WHERE customer_id = $1 ORDER BY id DESC LIMIT 1`, customer).Scan(&id)
	return id, found(err, "read last event", crm.KeyNoCustomer)
}

// InsertBatch implements crm.Tx.
func (t tx) InsertBatch(ctx context.Context, b crm.Batch, customers []crm.CustomerID) (id crm.BatchID, err error) {
	err = t.q.QueryRow(ctx, `WITH b AS (INSERT INTO batches (made_by, made_at, key) VALUES ($1, $2, $3) RETURNING id),
		c AS (INSERT INTO batch_customers (batch_id, customer_id) SELECT b.id, x FROM b, unnest($4::bigint[]) x)
		SELECT id FROM b`, null(b.By), b.At, b.Key, customers).Scan(&id)
	return id, wrap(err, "insert batch")
}

// EmptyBatch implements crm.Tx.
func (t tx) EmptyBatch(ctx context.Context, key string) error {
	_, err := t.q.Exec(ctx, `DELETE FROM batch_customers WHERE batch_id IN (SELECT id FROM batches WHERE key = $1)`, key)
	return wrap(err, "empty batch")
}

// ofBatch are the customers of a batch who wait to be taken: who was finished or
// blocked meanwhile is not for anybody.
const ofBatch = ` FROM customers c JOIN batch_customers b ON b.customer_id = c.id WHERE b.batch_id = $1 AND ` + toTake

// LockBatch implements crm.Tx.
func (t tx) LockBatch(ctx context.Context, batch crm.BatchID) ([]crm.CustomerID, error) {
	return t.ids(ctx, `SELECT c.id`+ofBatch+` ORDER BY c.id FOR NO KEY UPDATE OF c`, batch)
}

// BatchWaiting implements crm.Reader.
func (r reader) BatchWaiting(ctx context.Context, batch crm.BatchID) (n int, err error) {
	err = r.q.QueryRow(ctx, `SELECT count(*)`+ofBatch, batch).Scan(&n)
	return n, wrap(err, "count batch")
}
