package postgres_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"cartable/internal/crm"
	"cartable/internal/pgtest"
	"cartable/internal/postgres"

	"github.com/jackc/pgx/v5/pgxpool"
)

// beating is a pool whose pulse runs, behind a gate.
func beating(t *testing.T) (g *gate, pool *pgxpool.Pool, pulse *postgres.Pulse, changes chan bool) {
	t.Helper()
	g = newGate(t, pgtest.URL(t))
	pulse = postgres.NewPulse(g.URL, "public", slog.New(slog.DiscardHandler))
	pool, err := pulse.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	ctx, cancel := context.WithCancel(t.Context())
	changes = make(chan bool, 10)
	ended := make(chan error, 1)
	go func() { ended <- pulse.Run(ctx, func(away bool) { changes <- away }) }()
	t.Cleanup(func() {
		cancel()
		if err := await(t, ended); err != nil {
			t.Error(err)
		}
	})
	return g, pool, pulse, changes
}

func TestHangingDatabaseIsNotWaitedFor(t *testing.T) {
	g, pool, pulse, changes := beating(t)
	if _, err := pool.Exec(t.Context(), `SELECT 1`); err != nil {
		t.Fatal(err)
	}
	for range 2 { // it may hang more than once
		g.hold(true)
		began := time.Now()
		if _, err := pool.Exec(t.Context(), `SELECT 1`); err == nil {
			t.Fatal("a statement went through a closed gate")
		}
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("a statement under way was waited for %s", took)
		}
		if away := await(t, changes); !away || !pulse.Away() {
			t.Fatal("the database is not noticed to be away")
		}
		began = time.Now()
		if _, err := pool.Exec(t.Context(), `SELECT 1`); !errors.Is(err, postgres.ErrAway) {
			t.Errorf("a statement meanwhile: %v, want ErrAway", err)
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("a statement meanwhile was waited for %s", took)
		}
		g.hold(false)
		if away := await(t, changes); away || pulse.Away() {
			t.Fatal("the database is not noticed to be back")
		}
		if _, err := pool.Exec(t.Context(), `SELECT 1`); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	}
}

func TestBusyDatabaseIsNotAway(t *testing.T) {
	_, pool, _, changes := beating(t)
	if _, err := pool.Exec(t.Context(), `SELECT pg_sleep(2.5)`); err != nil {
		t.Errorf("a slow statement was cut: %v", err)
	}
	select {
	case <-changes:
		t.Error("a slow statement was taken for a hanging database")
	default:
	}
}

func TestEndedHeartbeatIsTakenUpAgain(t *testing.T) {
	_, pool, _, changes := beating(t)
	for range 3 {
		// All sessions but the one that asks: the heartbeat's among them.
		if _, err := pool.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid()`); err != nil {
			t.Fatal(err)
		}
		if _, err := pool.Exec(t.Context(), `SELECT pg_sleep(0.5)`); err != nil {
			t.Errorf("another's end cut this statement: %v", err)
		}
	}
	select {
	case <-changes:
		t.Error("one session's end was taken for the server's")
	default:
	}
}

func TestTransactionOutlivesItsConnection(t *testing.T) {
	g := newGate(t, pgtest.URL(t))
	pool, err := postgres.Open(t.Context(), g.URL, "public")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	store := postgres.NewStore(pool)
	service := crm.NewService(store, &clock{now: time.Date(2026, 11, 23, 6, 30, 0, 0, time.UTC)}, nil)
	g.loseCommits(2)
	source, err := service.AddSource(t.Context(), crm.Command{Key: "once"}, "Site", crm.SourceAPI)
	if err != nil {
		t.Fatalf("the answer to COMMIT was lost: %v", err)
	}
	if _, err := service.SourceByKey(t.Context(), source.Key); err != nil {
		t.Errorf("the key that was told is not the key that is stored: %v", err)
	}
	var n int
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM sources WHERE title::text LIKE '%Site%'`).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d sources, %v; want 1", n, err)
	}
	if again, err := service.AddSource(t.Context(), crm.Command{Key: "once"}, "Site", crm.SourceAPI); err != nil || again.ID != source.ID || again.Key != "" {
		t.Errorf("another call with this key: %+v, %v; want the same source, without its key", again, err)
	}
	// It is tried again, and not for ever.
	g.loseCommits(1000)
	if _, err := service.AddSource(t.Context(), crm.Command{Key: "twice"}, "Site", crm.SourceAPI); err == nil {
		t.Error("no answer to COMMIT ever came, and there is no error")
	}
}
