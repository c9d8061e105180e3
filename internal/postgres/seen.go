package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"cartable/internal/crm"
	"cartable/internal/failpoint"
	"cartable/internal/pgplan"
)

// basis is what one command on a customer decides on where its handler has them foreseen.
type basis struct {
	customer crm.Customer
	row      string // the version of their row: xmin
	mark     int64  // of the directory
	dir      crm.Directory
	ids      freeIDs
}

// errUnforeseen ends a command that asks for something that was not foreseen.
var errUnforeseen = errors.New("not foreseen")

// basis returns what a command may decide on; ok is false where not all of it was foreseen.
func (s *Store) basis(ctx context.Context, ahead crm.Ahead) (on basis, ok bool) {
	a := foresightOf(ctx)
	if !a.holds() || len(ahead.Keys) != 1 || len(ahead.Customers) != 1 {
		return on, false
	}
	last := s.last.Load()
	if last == nil || last.mark != a.read.mark {
		return on, false
	}
	on.dir, on.mark = last.dir, last.mark
	on.customer, on.row, on.ids, ok = a.decideOn(ahead.Customers[0])
	return on, ok
}

// onceSeen is onceAhead in a single round trip: fn decides on what was seen, and what it decides is
// written and committed if, under the locks, all of that is found to be as it was. Where it is not, where fn
// asks for more, and where it refuses, nothing is done, and done is false: what is true now decides.
// tells is of a try whose commit was not answered, too. The time of the command is before its locks, and can be
// before that of a note which was written while they were waited for.
func (s *Store) onceSeen(ctx context.Context, ahead crm.Ahead, on basis, fn func(crm.Tx) error) (done, tells bool) {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return false, false
	}
	defer conn.Release()
	l := &late{}
	t := newAheadTx(reader{q: l, last: s.last}, l)
	t.read, t.dir, t.actor, t.ids = true, on.dir, on.dir.Staff[ahead.Actor], on.ids
	t.keys[ahead.Keys[0]] = true
	t.customers[on.customer.ID] = on.customer
	failpoint.Reach(failpoint.CommandBegun)
	if err := fn(t); err != nil || l.refused {
		return false, false
	}
	failpoint.Reach(failpoint.CommandDone)
	l.conn = conn
	b := &pgx.Batch{}
	on.queue(b, ahead.Actor)
	if err := l.commitAfter(ctx, b); err != nil {
		l.rollback(ctx)
		return false, true
	}
	failpoint.Reach(failpoint.CommandCommitted)
	return true, l.tells
}

const (
	lockActor = `SELECT FROM staff` + sharedStaff
	// asSeen fails, with a division by zero, unless the customer with what is read of their reminders (which does
	// not change without their row) and the directory are as they were, and no event of theirs has a later ID than
	// the one that is to come.
	asSeen = `SELECT 1 / count(*) FROM customers c WHERE c.id = $1 AND c.xmin::text = $2 AND (` + directoryMark + `) = $3
		AND NOT EXISTS (SELECT FROM events e WHERE e.customer_id = c.id AND e.id > $4)`
)

// queue begins the transaction, locks as beginAbout does, and looks whether all is as it was seen.
func (on basis) queue(b *pgx.Batch, actor crm.StaffID) {
	b.Queue(`BEGIN`)
	b.Queue(pgplan.ByIndex)
	if actor != 0 {
		b.Queue(lockActor, int64(actor))
	}
	b.Queue(lockOwners, []crm.CustomerID{on.customer.ID})
	b.Queue(asSeen, on.customer.ID, on.row, on.mark, on.ids.events[0])
}
