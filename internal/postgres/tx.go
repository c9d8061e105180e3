package postgres

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"cartable/internal/crm"
	"cartable/internal/failpoint"
)

// querier is what statements need: a pool or a transaction.
type querier interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// Store implements crm.Store.
type Store struct {
	reader
	pool *pgxpool.Pool
}

// NewStore returns a store on an open pool.
func NewStore(pool *pgxpool.Pool) *Store {
	return &Store{reader: reader{q: pool, last: &atomic.Pointer[lastDirectory]{}}, pool: pool}
}

// reader implements crm.Reader on a pool or a transaction.
type reader struct {
	q    querier
	last *atomic.Pointer[lastDirectory] // of the store
}

// tx implements crm.Tx.
type tx struct{ reader }

var (
	_ crm.Store = (*Store)(nil)
	_ crm.Tx    = tx{}
)

// attempts bounds how often a transaction is tried that lost against another, or its
// connection.
const attempts = 5

// InTx implements crm.Store.
func (s *Store) InTx(ctx context.Context, fn func(crm.Tx) error) error {
	foresightOf(ctx).end()
	var err error
	for range attempts {
		var cut bool
		if cut, err = s.once(ctx, fn); !cut && !lostRace(err) || ctx.Err() != nil {
			return err
		}
	}
	return err
}

// once runs fn in one transaction. pgx.BeginFunc rolls back on error and on panic. cut says
// that the connection ended before its outcome was known: on an idle connection of a server
// that was restarted, or with the answer to COMMIT on its way.
func (s *Store) once(ctx context.Context, fn func(crm.Tx) error) (cut bool, err error) {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return false, fmt.Errorf("connect: %w", err)
	}
	defer conn.Release()
	err = pgx.BeginFunc(ctx, conn, func(t pgx.Tx) error {
		failpoint.Reach(failpoint.CommandBegun)
		err := fn(tx{reader{q: t, last: s.last}})
		failpoint.Reach(failpoint.CommandDone)
		return err
	})
	if err == nil {
		failpoint.Reach(failpoint.CommandCommitted)
	}
	return err != nil && conn.Conn().IsClosed(), err
}

// SQLSTATEs. Source: PostgreSQL 15, appendix A.
const (
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
	uniqueViolation      = "23505"
)

func lostRace(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == serializationFailure || pg.Code == deadlockDetected)
}

// violates says whether err is the violation of this unique constraint.
func violates(err error, constraint string) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == uniqueViolation && pg.ConstraintName == constraint
}

// found turns the absence of a row into an error for people.
func found(err error, doing, key string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, pgx.ErrNoRows):
		return &crm.Error{Code: crm.NotFound, Key: key}
	default:
		return fmt.Errorf("%s: %w", doing, err)
	}
}

func wrap(err error, doing string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// null turns the zero ID into NULL.
func null[T ~int64](id T) *int64 {
	if id == 0 {
		return nil
	}
	n := int64(id)
	return &n
}

// id turns NULL into the zero ID.
func id[T ~int64](n *int64) T {
	if n == nil {
		return 0
	}
	return T(*n)
}

// nullTime turns the zero instant into NULL.
func nullTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// orZero turns NULL into the zero instant.
func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
