package postgres

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
)

// The times of leadership. The server ends the session of a leader from whom it has
// heard nothing for sessionIdle. A leader sends a ping every pingEvery and steps
// down when one is not answered within pingTimeout. The latest that it does so
// after the server heard from it is pingTimeout (the answer was slow) + pingEvery
// + pingTimeout, which has to be less than sessionIdle.
const (
	sessionIdle     = 8 * time.Second
	pingEvery       = time.Second
	pingTimeout     = 3 * time.Second
	closeTimeout    = 2 * time.Second
	defaultRetry    = time.Second
	keepAliveCount  = "3"
	keepAliveSecond = "1"
)

// ErrLeadershipLost is the cause of a leader's context when another instance may
// lead by now.
var ErrLeadershipLost = errors.New("leadership lost")

// LeaderConfig says for what an instance wants to be the leader. URL, Schema and
// Log are required.
type LeaderConfig struct {
	URL        string // of the server itself: a lock does not survive a pooler that shares sessions
	Schema     string // of the business
	Log        *slog.Logger
	RetryEvery time.Duration // between attempts to lead; 0 for 1 s
}

// Lead runs work while this instance is the one leader of its schema. It waits
// until it is, however long that takes. It returns what work returned, or nil
// when ctx ended before it came to that; where leadership was lost it waits for
// work's end and begins again.
//
// # How a leader is found
//
// The leader is the instance whose session holds an advisory lock. PostgreSQL gives
// the lock up when the session ends, so there is no row to expire and no clock to
// compare. A leader that is killed loses its session at once. A leader that was
// suspended, whose machine lost power, or to whom the network is cut, keeps it;
// therefore the session has an idle time-out, and a ping is the leader's
// heartbeat: the server itself ends the session of a leader that went silent, after
// 8 seconds. Another instance, trying every second, follows within 10.
//
// # What a leader may rely on
//
// work's context ends, with ErrLeadershipLost as its cause, when a ping is not
// answered in time, by which moment the session is not older than the idle
// time-out; so two leaders do not overlap as long as both processes run. A process that
// was suspended and wakes up is late by nature: in the first moments it does not know
// yet. Nothing that leads may therefore harm when it happens twice. The inbox and
// the outbox lease each row (internal/lease), ticks settle rows in transactions, and
// Telegram refuses a second poller.
func Lead(ctx context.Context, cfg LeaderConfig, work func(context.Context) error) error {
	if cfg.RetryEvery == 0 {
		cfg.RetryEvery = defaultRetry
	}
	c := candidate{cfg: cfg, key: lockKey(cfg.Schema)}
	for {
		led, err := c.stand(ctx, work)
		switch {
		case ctx.Err() != nil && !led:
			return nil
		case errors.Is(err, ErrLeadershipLost):
			cfg.Log.Warn("leadership lost", "schema", cfg.Schema, "error", err)
		case led:
			return err
		case !c.troubled:
			c.troubled = true
			cfg.Log.Error("cannot stand for leadership", "schema", cfg.Schema, "error", err)
		}
		if !pause(ctx, cfg.RetryEvery) {
			return nil
		}
	}
}

// lockKey is the advisory lock of a schema's leader. Advisory locks are one
// numbering for a whole database.
func lockKey(schema string) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte("cartable leader of " + schema)) // never fails
	return int64(h.Sum64())
}

type candidate struct {
	cfg      LeaderConfig
	key      int64
	troubled bool // the last attempt failed, and that was logged
}

// stand connects, waits for the lock and leads. led says whether it came to that.
// The error is ErrLeadershipLost, the work's, or the connection's.
func (c *candidate) stand(ctx context.Context, work func(context.Context) error) (led bool, err error) {
	conn, err := connectAlone(ctx, c.cfg.URL, c.cfg.Schema, map[string]string{
		"idle_session_timeout": fmt.Sprint(sessionIdle.Milliseconds()),
	})
	if err != nil {
		return false, err
	}
	defer closeAlone(conn)
	if err := c.acquire(ctx, conn); err != nil {
		return false, err
	}
	c.cfg.Log.Info("leading", "schema", c.cfg.Schema)
	return true, lead(ctx, conn, work)
}

// acquire asks for the lock until it has it.
func (c *candidate) acquire(ctx context.Context, conn *pgx.Conn) error {
	for {
		var ours bool
		err := bounded(ctx, pingTimeout, func(ctx context.Context) error {
			return conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, c.key).Scan(&ours)
		})
		if err != nil {
			return fmt.Errorf("ask for leadership: %w", err)
		}
		if c.troubled {
			c.troubled = false
			c.cfg.Log.Info("standing for leadership again", "schema", c.cfg.Schema)
		}
		if ours {
			return nil
		}
		if !pause(ctx, min(c.cfg.RetryEvery, sessionIdle/2)) {
			return ctx.Err()
		}
	}
}

// lead runs work beside the watch over conn. The watch goes on until work has
// returned, also when ctx has ended, so that the lock is held to the last.
func lead(ctx context.Context, conn *pgx.Conn, work func(context.Context) error) error {
	working, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	watching, unwatch := context.WithCancel(context.WithoutCancel(ctx))
	watched := make(chan error, 1)
	go func() {
		err := watch(watching, conn)
		if err != nil {
			stop(err)
		}
		watched <- err
	}()
	// Also on panic: the connection may only be closed when nobody uses it.
	var lost error
	err := func() error {
		defer func() { unwatch(); lost = <-watched }()
		return work(working)
	}()
	if lost != nil && ctx.Err() == nil {
		return lost
	}
	return err
}

// watch sends the heartbeat until ctx ends; it returns ErrLeadershipLost when one
// is not answered.
func watch(ctx context.Context, conn *pgx.Conn) error {
	tick := time.NewTicker(pingEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		err := bounded(ctx, pingTimeout, conn.Ping)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrLeadershipLost, err)
		}
	}
}

// connectAlone opens a connection outside of the pool, whose server gives it up
// soon when the client's machine is gone.
func connectAlone(ctx context.Context, url, schema string, params map[string]string) (*pgx.Conn, error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, errors.New("database URL cannot be read: expected postgres://user:password@host:port/database")
	}
	if err := configure(cfg, schema); err != nil {
		return nil, err
	}
	cfg.RuntimeParams["tcp_keepalives_idle"] = keepAliveSecond
	cfg.RuntimeParams["tcp_keepalives_interval"] = keepAliveSecond
	cfg.RuntimeParams["tcp_keepalives_count"] = keepAliveCount
	cfg.RuntimeParams["tcp_user_timeout"] = fmt.Sprint(sessionIdle.Milliseconds())
	for name, value := range params {
		cfg.RuntimeParams[name] = value
	}
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("connect to database: %w", err)
	}
	return conn, nil
}

// closeAlone ends the session; the server notices even when the goodbye is lost.
func closeAlone(conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	_ = conn.Close(ctx)
}

func bounded(ctx context.Context, timeout time.Duration, fn func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return fn(ctx)
}

// pause returns false when ctx ends before the pause does.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
