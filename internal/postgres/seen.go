package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"cartable/internal/crm"
	"cartable/internal/failpoint"
	"cartable/internal/pgplan"
)

// seen is what one command on a customer decides on where its handler has them foreseen.
type seen struct {
	customer crm.Customer
	row      string // the version of their row: xmin
	mark     int64  // of the directory
	dir      crm.Directory
	ids      freeIDs
}

// errUnforeseen ends a command that asks for something that was not foreseen.
var errUnforeseen = errors.New("not foreseen")

// seen returns what a command may decide on; ok is false where not all of it was foreseen. It is
// given once: afterwards something was changed.
func (s *Store) seen(ctx context.Context, ahead crm.Ahead) (w seen, ok bool) {
	a := foresightOf(ctx)
	if !a.holds() || len(ahead.Keys) != 1 || len(ahead.Customers) != 1 {
		return w, false
	}
	last := s.last.Load()
	if last == nil || last.mark != a.read.mark {
		return w, false
	}
	if _, known := last.dir.Staff[ahead.Actor]; !known && ahead.Actor != 0 {
		return w, false
	}
	w.dir, w.mark = last.dir, last.mark
	w.customer, w.row, w.ids, ok = a.decideOn(ahead.Customers[0])
	return w, ok
}

// onceSeen is onceAhead in a single round trip: fn decides on what was seen, and what it decides is
// written and committed if, under the locks, all of that is found to be as it was. Where it is not, where fn
// asks for more, and where it refuses, nothing is done, and done is false: what is true now decides.
// tells is of a try whose commit was not answered, too.
func (s *Store) onceSeen(ctx context.Context, ahead crm.Ahead, w seen, fn func(crm.Tx) error) (done, tells bool) {
	l := &late{}
	t := newAheadTx(reader{q: l, last: s.last}, l)
	t.read, t.dir, t.actor, t.ids = true, w.dir, w.dir.Staff[ahead.Actor], w.ids
	t.keys[ahead.Keys[0]] = true
	t.customers[w.customer.ID] = w.customer
	failpoint.Reach(failpoint.CommandBegun)
	if err := fn(t); err != nil {
		return false, false
	}
	failpoint.Reach(failpoint.CommandDone)
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return false, false
	}
	defer conn.Release()
	l.conn = conn
	b := &pgx.Batch{}
	w.queue(b, ahead.Actor)
	if err := l.commitAfter(ctx, b); err != nil {
		l.rollback(ctx)
		return false, true
	}
	failpoint.Reach(failpoint.CommandCommitted)
	return true, l.tells
}

const (
	lockActor = `SELECT FROM staff WHERE id = $1 FOR SHARE`
	// asSeen fails, with a division by zero, unless the customer, their reminders (whose changes touch
	// their row) and the directory are as they were, and no event of theirs has a later ID than the one that is
	// to come.
	asSeen = `SELECT 1 / count(*) FROM customers c WHERE c.id = $1 AND c.xmin::text = $2 AND (` + directoryMark + `) = $3
		AND NOT EXISTS (SELECT FROM events e WHERE e.customer_id = c.id AND e.id > $4)`
)

// queue begins the transaction, locks as beginAbout does, and looks whether all is as it was seen.
func (w seen) queue(b *pgx.Batch, actor crm.StaffID) {
	b.Queue(`BEGIN`)
	b.Queue(pgplan.ByIndex)
	if actor != 0 {
		b.Queue(lockActor, int64(actor))
	}
	b.Queue(lockOwners, []crm.CustomerID{w.customer.ID})
	b.Queue(asSeen, w.customer.ID, w.row, w.mark, w.ids.events[0])
}
