package postgres_test

import (
	"sync"
	"testing"
	"time"

	"cartable/internal/crm"
	"cartable/internal/pgtest"
	"cartable/internal/postgres"

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

// base is a database of its own, with a service on it.
type base struct {
	*postgres.Store
	crm   *crm.Service
	pool  *pgxpool.Pool
	clock *clock
	rec   *pgtest.Recorder
}

func newBase(t *testing.T) base {
	t.Helper()
	b := base{clock: &clock{now: time.Date(2026, 11, 23, 6, 30, 0, 0, time.UTC)}}
	b.pool, b.rec = pgtest.Recorded(t)
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
	b.exec(t, `INSERT INTO customers (hidden, name, status_id, holder_id, held_since, due_at, waiting,
			source_id, created_by, created_at, first_inquiry_at, last_inquiry_at)
		SELECT g % 50 = 0, 'name ' || g, CASE WHEN g % 3 = 0 THEN NULL ELSE 1 + g % 9 END, CASE WHEN g % 7 > 0 THEN 1 + g % 5 END, $2,
			CASE WHEN g % 2 = 0 THEN $2::timestamptz + (g - $1 / 2) * interval '1 minute' END, g % 7 = 0 AND g % 50 > 0,
			1, CASE WHEN g % 11 = 0 THEN 1 + g % 5 END, $2, $2, $2::timestamptz + g * interval '1 minute'
		FROM generate_series(1, $1::int) g`, n, b.clock.Now())
	b.withoutIndex(t, "customer_search_text", func() {
		b.exec(t, `INSERT INTO customer_search (customer_id, last_inquiry_at, words, numbers)
			SELECT id, last_inquiry_at, 'name' || left(md5(id::text), 12), '0912' || lpad(id::text, 7, '0') FROM customers WHERE NOT hidden`)
	})
	b.exec(t, `INSERT INTO phones (phone, customer_id) SELECT '+98912' || lpad(id::text, 7, '0'), id FROM customers`)
	b.exec(t, `VACUUM ANALYZE`)
}

// withoutIndex fills a table without an index, which is quicker made than grown.
func (b base) withoutIndex(t *testing.T, index string, fill func()) {
	t.Helper()
	var definition string
	if err := b.pool.QueryRow(t.Context(), `SELECT pg_get_indexdef($1::text::regclass)`, index).Scan(&definition); err != nil {
		t.Fatal(err)
	}
	b.exec(t, `DROP INDEX `+index)
	fill()
	b.exec(t, definition)
}

func (b base) directory(t *testing.T) crm.Directory {
	t.Helper()
	d, err := b.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// explain returns the plans of what do asks the database, with these settings.
func (b base) explain(t *testing.T, do func() error, settings ...string) []string {
	t.Helper()
	b.rec.Take()
	if err := do(); err != nil {
		t.Fatal(err)
	}
	return pgtest.Plans(t, b.pool, b.rec.Take(), settings...)
}
