package pgtest

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Statement is one that was sent.
type Statement struct {
	SQL  string
	Args []any
}

// Recorder is a tracer that notes statements, those of batches too.
type Recorder struct {
	mu  sync.Mutex
	all []Statement
}

// Take returns what was noted since the last time.
func (r *Recorder) Take() []Statement {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.all
	r.all = nil
	return all
}

func (r *Recorder) note(sql string, args []any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, Statement{sql, args})
}

// TraceQueryStart implements pgx.QueryTracer.
func (r *Recorder) TraceQueryStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	r.note(d.SQL, d.Args)
	return ctx
}

// TraceQueryEnd implements pgx.QueryTracer.
func (r *Recorder) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// TraceBatchStart implements pgx.BatchTracer.
func (r *Recorder) TraceBatchStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceBatchStartData) context.Context {
	for _, q := range d.Batch.QueuedQueries {
		r.note(q.SQL, q.Arguments)
	}
	return ctx
}

// TraceBatchQuery implements pgx.BatchTracer.
func (r *Recorder) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

// TraceBatchEnd implements pgx.BatchTracer.
func (r *Recorder) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

// Recorded returns a pool like New's, and what notes its statements.
func Recorded(t testing.TB) (*pgxpool.Pool, *Recorder) {
	t.Helper()
	cfg, err := pgxpool.ParseConfig(URL(t))
	if err != nil {
		t.Fatal(err)
	}
	rec := &Recorder{}
	cfg.ConnConfig.Tracer = rec
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool, rec
}

// Plans explains statements as PostgreSQL carries them out: those that have others planned in some way (see
// pgplan) hold for what follows, and are not explained. Nor is what begins and ends transactions.
func Plans(t testing.TB, pool *pgxpool.Pool, statements []Statement, settings ...string) (plans []string) {
	t.Helper()
	tx, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(t.Context()) }()
	exec := func(sql string) {
		if _, err := tx.Exec(t.Context(), sql, pgx.QueryExecModeSimpleProtocol); err != nil {
			t.Fatalf("%v: %s", err, sql)
		}
	}
	for _, s := range settings {
		exec(`SET LOCAL ` + s)
	}
	generic := false
	for _, s := range statements {
		switch {
		case s.SQL == "BEGIN" || s.SQL == "COMMIT":
			continue
		case strings.Contains(s.SQL, "set_config('plan_cache_mode'"):
			exec(s.SQL)
			generic = true
			continue
		case !generic:
			plans = append(plans, explain(t, tx, s.SQL, s.Args...))
			continue
		}
		// EXPLAIN itself takes arguments into account; what was prepared does not.
		exec(`PREPARE explained AS ` + s.SQL)
		values := make([]string, len(s.Args))
		for i := range values {
			values[i] = "NULL"
		}
		sql := "explained"
		if len(values) > 0 {
			sql += "(" + strings.Join(values, ", ") + ")"
		}
		plans = append(plans, explain(t, tx, "EXECUTE "+sql))
		exec(`DEALLOCATE explained`)
	}
	return plans
}

func explain(t testing.TB, tx pgx.Tx, sql string, args ...any) string {
	t.Helper()
	rows, err := tx.Query(t.Context(), `EXPLAIN `+sql, args...)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatalf("%v: %s", err, sql)
	}
	return strings.Join(lines, "\n")
}
