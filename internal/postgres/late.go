package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"cartable/internal/crm"
)

// late is a transaction on a connection whose rows are written late: all of a table by one
// statement, when something else is asked of the database, or with the commit.
type late struct {
	conn    *pgxpool.Conn // nil where nothing can be asked yet
	rows    lateRows
	passing func() // before anything else is asked
	tells   bool   // there may be something to be told
	refused bool   // something was asked while nothing could be
}

var _ querier = (*late)(nil)

// mayAsk fails while nothing can be asked.
func (l *late) mayAsk() error {
	if l.conn == nil {
		l.refused = true
		return errUnforeseen
	}
	return nil
}

// pass writes what was put off, so that what is asked next finds it.
func (l *late) pass(ctx context.Context) error {
	if err := l.mayAsk(); err != nil {
		return err
	}
	l.passing()
	l.tells = true // whatever it is that passes
	b := &pgx.Batch{}
	if l.rows.queue(b); b.Len() == 0 {
		return nil
	}
	return wrap(l.conn.SendBatch(ctx, b).Close(), "write")
}

// Exec implements querier.
func (l *late) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	if err := l.pass(ctx); err != nil {
		return pgconn.CommandTag{}, err
	}
	return l.conn.Exec(ctx, sql, args...)
}

// Query implements querier.
func (l *late) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if err := l.pass(ctx); err != nil {
		return nil, err
	}
	return l.conn.Query(ctx, sql, args...)
}

// QueryRow implements querier.
func (l *late) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	if err := l.pass(ctx); err != nil {
		return noRow{err}
	}
	return l.conn.QueryRow(ctx, sql, args...)
}

// SendBatch implements querier.
func (l *late) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	if err := l.pass(ctx); err != nil {
		return noResults{err}
	}
	return l.conn.SendBatch(ctx, b)
}

// commit writes what was put off and commits, in one round trip.
func (l *late) commit(ctx context.Context) error { return l.commitAfter(ctx, &pgx.Batch{}) }

// commitAfter is commit, in the round trip of what b has queued.
func (l *late) commitAfter(ctx context.Context, b *pgx.Batch) error {
	l.rows.queue(b)
	var tag pgconn.CommandTag
	b.Queue(`COMMIT`).Exec(func(t pgconn.CommandTag) error { tag = t; return nil })
	if err := l.conn.SendBatch(ctx, b).Close(); err != nil {
		return wrap(err, "commit")
	}
	if tag.String() != "COMMIT" { // a statement had failed before
		return pgx.ErrTxCommitRollback
	}
	return nil
}

// rollback ends the transaction. A connection on which it does not succeed is closed when it
// is released.
func (l *late) rollback(ctx context.Context) {
	if !l.conn.Conn().IsClosed() && l.conn.Conn().PgConn().TxStatus() != 'I' {
		_, _ = l.conn.Exec(ctx, `ROLLBACK`)
	}
}

// noRow and noResults are what is returned where nothing could be asked.
type noRow struct{ err error }

func (n noRow) Scan(...any) error { return n.err }

type noResults struct{ err error }

func (n noResults) Exec() (pgconn.CommandTag, error) { return pgconn.CommandTag{}, n.err }
func (n noResults) Query() (pgx.Rows, error)         { return nil, n.err }
func (n noResults) QueryRow() pgx.Row                { return noRow(n) }
func (n noResults) Close() error                     { return n.err }
func (n noResults) Tx() pgx.Tx                       { return nil }

// lateRows are rows to be written.
type lateRows struct {
	newCustomers, customers ordered[crm.Customer]
	renumbered, sought      []crm.CustomerID // of customers: whose numbers, or what they are found by, are others now
	routes                  ordered[crm.Route]
	changes                 []func(*pgx.Batch) // of other tables, in their order
	inquiries               []crm.Inquiry
	events                  []crm.Event
	notifications           []crm.Notification
	outcomes                []outcome
}

// outcome is what a command answered.
type outcome struct {
	key   string
	actor crm.StaffID
	at    time.Time
	out   json.RawMessage
}

// ordered keeps one value for each customer, in the order in which they came.
type ordered[T any] struct {
	values []T
	at     map[crm.CustomerID]int
}

func (o *ordered[T]) get(id crm.CustomerID) (v T, ok bool) {
	i, ok := o.at[id]
	if ok {
		v = o.values[i]
	}
	return v, ok
}

func (o *ordered[T]) put(id crm.CustomerID, v T) {
	if i, ok := o.at[id]; ok {
		o.values[i] = v
		return
	}
	if o.at == nil {
		o.at = map[crm.CustomerID]int{}
	}
	o.at[id] = len(o.values)
	o.values = append(o.values, v)
}

// of returns the values of these customers, once each.
func (o *ordered[T]) of(ids []crm.CustomerID) (out []T) {
	for _, id := range slices.Compact(slices.Sorted(slices.Values(ids))) {
		if v, ok := o.get(id); ok {
			out = append(out, v)
		}
	}
	return out
}

// queue adds the statements that write the rows, referenced ones first, and leaves none.
func (r *lateRows) queue(b *pgx.Batch) {
	rows := *r
	*r = lateRows{}
	queueNew(b, rows.newCustomers.values)
	queueChanged(b, rows.customers.values)
	queueNewSearch(b, rows.newCustomers.values)
	queueSearch(b, rows.customers.of(rows.sought))
	queueNumbers(b, rows.newCustomers.values)
	for _, c := range rows.customers.of(rows.renumbered) {
		queueNumbersOf(b, c)
	}
	for _, change := range rows.changes {
		change(b)
	}
	if len(rows.inquiries) > 0 {
		insertInquiries.queue(b, inquiryColumns(rows.inquiries))
	}
	if len(rows.events) > 0 {
		insertEvents.queue(b, eventValues(rows.events))
	}
	if len(rows.routes.values) > 0 {
		saveRoutes.queue(b, routeColumns(rows.routes.values))
	}
	if len(rows.notifications) > 0 {
		insertNotifications.queue(b, notificationColumns(rows.notifications))
	}
	if len(rows.outcomes) > 0 {
		insertOutcomes.queue(b, outcomeColumns(rows.outcomes))
	}
}

// column gathers one value of each row, as the statements with unnest take them.
func column[R, T any](rows []R, value func(R) T) []T {
	out := make([]T, len(rows))
	for i, r := range rows {
		out[i] = value(r)
	}
	return out
}

// jsonColumn likewise, encoded.
func jsonColumn[R, T any](rows []R, value func(R) T) []string {
	return column(rows, func(r R) string {
		b, err := json.Marshal(value(r))
		if err != nil {
			// The domain's records consist of what can be encoded.
			panic(fmt.Sprintf("encode a column: %v", err))
		}
		return string(b)
	})
}
