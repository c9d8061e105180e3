package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	notifyEvery   = 50 * time.Millisecond
	notifyTimeout = 5 * time.Second
	listenCheck   = 20 * time.Second // how long silence is trusted
)

// Notifier tells other instances that there is something to do. Signals are
// lossy: whoever listens must also poll. They are sent outside of transactions,
// since a NOTIFY inside of one has all such commits wait for each other, and
// coalesced to one in 50 ms.
type Notifier struct {
	pool    *pgxpool.Pool
	channel string
	log     *slog.Logger
	wake    chan struct{}
}

// NewNotifier returns a notifier on a channel of the schema; Run makes it send.
func NewNotifier(pool *pgxpool.Pool, schema, channel string, log *slog.Logger) *Notifier {
	return &Notifier{pool: pool, channel: channelName(schema, channel), log: log, wake: make(chan struct{}, 1)}
}

// channelName keeps the businesses of one database apart.
func channelName(schema, channel string) string { return schema + "." + channel }

// Wake has a signal sent soon. It never blocks.
func (n *Notifier) Wake() {
	select {
	case n.wake <- struct{}{}:
	default: // one is about to be sent
	}
}

// Run sends signals until ctx ends.
func (n *Notifier) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-n.wake:
		}
		err := bounded(ctx, notifyTimeout, func(ctx context.Context) error {
			_, err := n.pool.Exec(ctx, `SELECT pg_notify($1, '')`, n.channel)
			return err
		})
		if err != nil && ctx.Err() == nil {
			n.log.Warn("cannot wake the other instances, they will poll", "error", err)
		}
		if !pause(ctx, notifyEvery) {
			return nil
		}
	}
}

// ListenConfig says to what an instance listens. All but RetryEvery are required.
type ListenConfig struct {
	URL        string // of the server itself, as for LeaderConfig
	Schema     string
	Channel    string
	Log        *slog.Logger
	RetryEvery time.Duration // between attempts to connect; 0 for 1 s
}

// Listen calls fn at each signal of a Notifier, and whenever it has connected,
// since signals may have been lost before. It returns nil when ctx ends.
func Listen(ctx context.Context, cfg ListenConfig, fn func()) error {
	if cfg.RetryEvery == 0 {
		cfg.RetryEvery = defaultRetry
	}
	troubled := false
	for {
		err := listen(ctx, cfg, func() {
			if troubled {
				troubled = false
				cfg.Log.Info("signals arrive again", "channel", cfg.Channel)
			}
			fn()
		})
		if ctx.Err() != nil {
			return nil
		}
		if !troubled {
			troubled = true
			cfg.Log.Warn("signals do not arrive, polling instead", "channel", cfg.Channel, "error", err)
		}
		if !pause(ctx, cfg.RetryEvery) {
			return nil
		}
	}
}

// listen is Listen on one connection. It returns that connection's error.
func listen(ctx context.Context, cfg ListenConfig, fn func()) error {
	conn, err := connectAlone(ctx, cfg.URL, cfg.Schema, nil)
	if err != nil {
		return err
	}
	defer closeAlone(conn)
	name := pgx.Identifier{channelName(cfg.Schema, cfg.Channel)}.Sanitize()
	if _, err := conn.Exec(ctx, "LISTEN "+name); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	fn()
	for {
		err := bounded(ctx, listenCheck, func(ctx context.Context) error {
			_, err := conn.WaitForNotification(ctx)
			return err
		})
		switch {
		case err == nil:
			fn()
		case ctx.Err() != nil:
			return ctx.Err()
		case !errors.Is(err, context.DeadlineExceeded) || conn.IsClosed():
			return fmt.Errorf("wait for a signal: %w", err)
		default: // silence: is the server still there?
			if err := bounded(ctx, pingTimeout, conn.Ping); err != nil {
				return fmt.Errorf("wait for a signal: %w", err)
			}
		}
	}
}
