package postgres_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"cartable/internal/crm"
	"cartable/internal/pgtest"
	"cartable/internal/postgres"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// recorder notes the statements of a pool.
type recorder struct {
	mu   sync.Mutex
	last statement
}

type statement struct {
	sql  string
	args []any
}

func (r *recorder) TraceQueryStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last = statement{d.SQL, d.Args}
	return ctx
}

func (r *recorder) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// base is a database of its own, with a service on it.
type base struct {
	*postgres.Store
	crm   *crm.Service
	pool  *pgxpool.Pool
	clock *clock
	rec   *recorder
}

func newBase(t *testing.T) base {
	t.Helper()
	cfg, err := pgxpool.ParseConfig(pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	b := base{rec: &recorder{}, clock: &clock{now: time.Date(2026, 11, 23, 6, 30, 0, 0, time.UTC)}}
	cfg.ConnConfig.Tracer = b.rec
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	if b.pool, err = pgxpool.NewWithConfig(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.pool.Close)
	b.Store = postgres.NewStore(b.pool)
	b.crm = crm.NewService(b.Store, b.clock, nil)
	return b
}

func (b base) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := b.pool.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

// fill puts n customers in, one a minute, whom 5 agents hold in turn, one in
// seven nobody.
func (b base) fill(t *testing.T, n int) {
	t.Helper()
	b.exec(t, `INSERT INTO staff (telegram_id, name, role, state, language, joined_at)
		SELECT g, 'agent ' || g, 'agent', 'active', 'fa', now() FROM generate_series(1, 5) g`)
	b.exec(t, `INSERT INTO customers (hidden, name, search, phone_search, status_id, holder_id, held_since, due_at, waiting,
			source_id, created_by, created_at, first_inquiry_at, last_inquiry_at)
		SELECT g % 50 = 0, 'name ' || g, 'name ' || md5(g::text), '0912' || lpad(g::text, 7, '0'),
			CASE WHEN g % 3 = 0 THEN NULL ELSE 1 + g % 9 END, CASE WHEN g % 7 > 0 THEN 1 + g % 5 END, $2,
			CASE WHEN g % 2 = 0 THEN $2::timestamptz + (g - $1 / 2) * interval '1 minute' END, g % 7 = 0 AND g % 50 > 0,
			1, CASE WHEN g % 11 = 0 THEN 1 + g % 5 END, $2, $2, $2::timestamptz + g * interval '1 minute'
		FROM generate_series(1, $1::int) g`, n, b.clock.Now())
	b.exec(t, `ANALYZE`)
}

func (b base) directory(t *testing.T) crm.Directory {
	t.Helper()
	d, err := b.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// explain returns the plan of the last statement, with sequential scans only where
// there is no other way.
func (b base) explain(t *testing.T) string {
	t.Helper()
	s := b.rec.last
	conn, err := b.pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	if _, err := conn.Exec(t.Context(), `SET enable_seqscan = off`); err != nil {
		t.Fatal(err)
	}
	rows, err := conn.Query(t.Context(), `EXPLAIN `+s.sql, s.args...)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), `RESET enable_seqscan`); err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}
