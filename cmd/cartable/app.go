package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jonboulle/clockwork"
	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"cartable/bot"
	"cartable/bot/text"
	"cartable/internal/crm"
	"cartable/internal/inbox"
	"cartable/internal/metrics"
	"cartable/internal/outbox"
	"cartable/internal/postgres"
	"cartable/internal/session"
	"cartable/internal/telegram"
)

const (
	migrateTimeout = 10 * time.Minute // an index on a large table takes its time
	draftLife      = 7 * 24 * time.Hour
	wakeChannel    = "wake"
)

// app is the running program: one instance of the bot.
type app struct {
	cfg   Config // with the addresses of the servers filled in
	log   *slog.Logger
	clock clockwork.Clock

	pulse     *postgres.Pulse
	pool      *pgxpool.Pool
	redis     *redis.Client
	store     *postgres.Store
	forms     *postgres.Forms
	service   *crm.Service
	domain    metrics.Domain
	drafts    *session.Store
	catalogue *text.Catalogue
	client    *telegram.Client
	telegram  *telegramState
	inbox     *inbox.Inbox
	outbox    atomic.Pointer[outbox.Outbox] // while this instance leads
	handler   atomic.Pointer[handler]       // likewise
	talk      atomic.Pointer[bot.Bot]       // once Telegram has told who the bot is
	met       chan struct{}                 // closed then
	awaited   awaited
	notifier  *postgres.Notifier
	metrics   *metrics.Metrics

	// onSetup is given the one-time link, and its token, that makes its opener the
	// owner, while there is none.
	onSetup func(link, token string)
}

// newApp brings the database up to date and wires the parts. Nothing runs yet; the
// caller closes the app.
func newApp(ctx context.Context, cfg Config, clock clockwork.Clock, log *slog.Logger) (_ *app, err error) {
	a := &app{cfg: cfg, log: log, clock: clock, telegram: newTelegramState(), metrics: metrics.New(),
		met: make(chan struct{}), awaited: newAwaited()}
	defer func() {
		if err != nil {
			a.close()
		}
	}()
	if a.client, err = telegram.New(telegram.Config{
		Token: cfg.TelegramToken, API: cfg.TelegramAPI, Proxy: cfg.Proxy, Clock: clock, Log: log, Limits: cfg.sendLimits(),
	}); err != nil {
		return nil, fmt.Errorf("telegram: %w", err)
	}
	if a.catalogue, err = text.Load(); err != nil {
		return nil, err
	}
	if err := migrate(ctx, cfg); err != nil {
		return nil, err
	}
	a.pulse = postgres.NewPulse(cfg.DatabaseURL, cfg.Schema, log)
	if a.pool, err = a.pulse.Open(ctx); err != nil {
		return nil, err
	}
	redisOptions, err := session.Options(cfg.RedisURL)
	if err != nil {
		return nil, fmt.Errorf("CARTABLE_REDIS_URL: %w", err)
	}
	a.redis = redis.NewClient(redisOptions)
	a.drafts = session.New(a.redis, cfg.Schema, draftLife)
	a.store, a.forms = postgres.NewStore(a.pool), postgres.NewForms(a.pool)
	if err := a.store.FirstSettings(ctx, cfg.Timezone, cfg.language()); err != nil {
		return nil, err
	}
	a.notifier = postgres.NewNotifier(a.pool, cfg.Schema, wakeChannel, log)
	a.service = crm.NewService(a.store, clock, a.wakeOutbox)
	a.domain = a.metrics.Counting(a.service)
	a.inbox = inbox.New(a.pool, inbox.Options{
		Clock: clock, Log: log, Handle: a.handle, Alongside: a.foresee,
		Observe: func(o inbox.Outcome, _ time.Duration) { a.metrics.Attempt(string(o)) },
	})
	return a, nil
}

// openDatabase migrates the business's schema and connects to it.
func openDatabase(ctx context.Context, cfg Config) (*pgxpool.Pool, error) {
	if err := migrate(ctx, cfg); err != nil {
		return nil, err
	}
	return postgres.Open(ctx, cfg.DatabaseURL, cfg.Schema)
}

func migrate(ctx context.Context, cfg Config) error {
	ctx, cancel := context.WithTimeout(ctx, migrateTimeout)
	defer cancel()
	return postgres.Migrate(ctx, cfg.DatabaseURL, cfg.Schema)
}

// close releases what newApp opened.
func (a *app) close() {
	if a.client != nil {
		a.client.Close()
	}
	if a.redis != nil {
		_ = a.redis.Close() // closed twice at most
	}
	if a.pool != nil {
		a.pool.Close()
	}
}

// run serves HTTP on listener, and leads while no other instance does, until ctx
// ends. What is in hand then is finished, within 20 seconds.
func (a *app) run(ctx context.Context, listener net.Listener) error {
	handler, err := a.routes()
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return serveHTTP(ctx, listener, handler, a.log) })
	g.Go(func() error { return a.pulse.Run(ctx, func(away bool) { a.databaseAway(ctx, away) }) })
	g.Go(func() error { return a.notifier.Run(ctx) })
	g.Go(func() error { return a.watchTelegram(ctx) })
	g.Go(func() error { return a.meet(ctx) })
	g.Go(func() error {
		cfg := postgres.LeaderConfig{URL: a.cfg.DatabaseURL, Schema: a.cfg.Schema, Log: a.log}
		return postgres.Lead(ctx, cfg, func(leading context.Context) error {
			a.awaited.back() // others may have led since
			err := a.lead(leading)
			a.listenWhileAway(ctx)
			return err
		})
	})
	defer a.awaited.telling.Wait()
	if err := g.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// wakeOutbox has notifications delivered: by this instance, or by the one that leads.
func (a *app) wakeOutbox() {
	if o := a.outbox.Load(); o != nil {
		o.Wake()
		return
	}
	a.notifier.Wake()
}

// receive stores updates that Telegram delivered.
func (a *app) receive(ctx context.Context, batch []telegram.Raw) error {
	a.awaited.add(batch)
	if a.pulse.Away() {
		a.tellAway(ctx)
		return postgres.ErrAway
	}
	if err := a.inbox.Store(ctx, received(batch)); err != nil {
		return err
	}
	if a.outbox.Load() == nil { // another instance leads, and handles
		a.awaited.forget(batch)
		a.notifier.Wake()
	}
	return nil
}

// meet makes the conversation once Telegram has told who the bot is, whose name stands
// in links.
func (a *app) meet(ctx context.Context) error {
	me, err := a.telegram.bot(ctx)
	if err != nil {
		return nil //nolint:nilerr // stopped before Telegram answered
	}
	a.talk.Store(a.conversation(me.Username))
	close(a.met)
	return nil
}
