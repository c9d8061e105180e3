package inbox_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"cartable/internal/inbox"
	"cartable/internal/pgtest"
)

// slowDisk is a tracer that, once it is slow, has the wait for the disk begin only when it is told to.
type slowDisk struct {
	slow  atomic.Bool
	begin chan struct{}
}

func (d *slowDisk) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	if d.slow.Load() && strings.Contains(q.SQL, "pg_logical_emit_message") {
		<-d.begin
	}
	return ctx
}

func (*slowDisk) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// An update is handled while the disk is waited for, and confirmed only when the disk has it.
func TestHandledWhileTheDiskIsWaitedFor(t *testing.T) {
	cfg, err := pgxpool.ParseConfig(pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	disk := &slowDisk{begin: make(chan struct{})}
	cfg.ConnConfig.Tracer = disk
	cfg.ConnConfig.RuntimeParams["synchronous_commit"] = "on" // as servers have it, but for those of tests
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	handled := make(chan string, 2)
	o := officeOn(t, pool, func(ctx context.Context, _ update) error {
		var written string // the log up to here, with the update in it
		err := pool.QueryRow(ctx, `SELECT pg_current_wal_insert_lsn()::text`).Scan(&written)
		handled <- written
		return err
	})
	o.run()
	o.store(update{ID: 1, Chat: 7})
	o.expect(inbox.Done) // it runs
	<-handled
	disk.slow.Store(true)
	begin := sync.OnceFunc(func() { close(disk.begin) })
	t.Cleanup(begin) // before the end of Run, which waits for it
	stored := make(chan error, 1)
	go func() { stored <- o.Store(t.Context(), []inbox.Raw{{UpdateID: 2, ChatID: 7, JSON: []byte(`{}`)}}) }()
	var written string
	select {
	case written = <-handled:
	case <-time.After(patience):
		t.Fatal("not handled")
	}
	if len(stored) > 0 {
		t.Error("confirmed before the disk had it")
	}
	o.expect(inbox.Done)
	begin()
	if err := <-stored; err != nil {
		t.Fatal(err)
	}
	var kept bool
	if err := pool.QueryRow(t.Context(), `SELECT pg_current_wal_flush_lsn() >= $1::text::pg_lsn`, written).Scan(&kept); err != nil || !kept {
		t.Errorf("on disk: %v, %v", kept, err)
	}
}
