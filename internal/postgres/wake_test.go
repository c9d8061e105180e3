package postgres_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"cartable/internal/pgtest"
	"cartable/internal/postgres"
)

// listen returns the signals of a channel.
func listen(t *testing.T, url, schema string) <-chan struct{} {
	ctx, cancel := context.WithCancel(t.Context())
	heard, ended := make(chan struct{}, 1000), make(chan error, 1)
	cfg := postgres.ListenConfig{URL: url, Schema: schema, Channel: "outbox", Log: slog.New(slog.DiscardHandler), RetryEvery: 20 * time.Millisecond}
	go func() { ended <- postgres.Listen(ctx, cfg, func() { heard <- struct{}{} }) }()
	t.Cleanup(func() {
		cancel()
		if err := await(t, ended); err != nil {
			t.Errorf("Listen: %v", err)
		}
	})
	await(t, heard) // connected
	return heard
}

func notifier(t *testing.T, pool *pgxpool.Pool, schema string) *postgres.Notifier {
	ctx, cancel := context.WithCancel(t.Context())
	n := postgres.NewNotifier(pool, schema, "outbox", slog.New(slog.DiscardHandler))
	ended := make(chan error, 1)
	go func() { ended <- n.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := await(t, ended); err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return n
}

func TestSignalsAreHeardBySchema(t *testing.T) {
	pool := pgtest.New(t)
	url := pool.Config().ConnString()
	here, there := listen(t, url, "public"), listen(t, url, "another")
	a, b := notifier(t, pool, "public"), notifier(t, pool, "another")
	a.Wake()
	await(t, here)
	b.Wake()
	await(t, there)
	if n := len(here) + len(there); n != 0 {
		t.Errorf("%d signals too many", n)
	}
}

func TestSignalsCoalesce(t *testing.T) {
	pool := pgtest.New(t)
	heard := listen(t, pool.Config().ConnString(), "public")
	n := notifier(t, pool, "public")
	start := time.Now()
	for time.Since(start) < 500*time.Millisecond {
		n.Wake()
	}
	sent := 0
	for quiet := false; !quiet; {
		select {
		case <-heard:
			sent++
		case <-time.After(300 * time.Millisecond):
			quiet = true
		}
	}
	if most := int(time.Since(start)/(50*time.Millisecond)) + 1; sent == 0 || sent > most {
		t.Errorf("%d signals, want at most %d", sent, most)
	}
}

func TestListenReconnects(t *testing.T) {
	pool := pgtest.New(t)
	heard := listen(t, pool.Config().ConnString(), "public")
	n := notifier(t, pool, "public")
	if _, err := pool.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND query LIKE 'LISTEN%'`); err != nil {
		t.Fatal(err)
	}
	await(t, heard) // connected again: something may have been missed
	n.Wake()
	await(t, heard)
}
