package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"cartable/internal/intake"
	"cartable/internal/telegram"
)

const (
	headerTimeout   = 10 * time.Second
	readTimeout     = 30 * time.Second
	writeTimeout    = 60 * time.Second
	idleTimeout     = 2 * time.Minute
	shutdownTimeout = 10 * time.Second // for requests under way
	readyTimeout    = 1500 * time.Millisecond
)

// routes is everything that HTTP offers. Only the hosted forms are exempt from
// cross-origin protection: they are meant to be posted from other sites.
func (a *app) routes() (http.Handler, error) {
	trusted, err := a.cfg.trusted()
	if err != nil {
		return nil, err
	}
	customers, err := intake.New(intake.Options{
		Domain: a.domain, Clock: a.clock, Log: a.log, Catalogue: a.catalogue, Secret: a.store.Secret,
		TrustedProxies: trusted, PublicURL: a.cfg.PublicURL, Observe: a.metrics.Request, Limits: a.cfg.intakeLimits(),
	})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/api/", customers)
	mux.Handle("/f/", customers)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = fmt.Fprintln(w, "ok") // whoever asked may be gone
	})
	mux.HandleFunc("GET /readyz", a.ready)
	mux.Handle("GET /metrics", a.metrics.Handler())
	path, secret := telegram.WebhookSecret(a.cfg.TelegramToken)
	mux.Handle("/telegram/"+path, telegram.WebhookHandler(secret, a.receive, a.log))

	protection := http.NewCrossOriginProtection()
	protection.AddInsecureBypassPattern("/f/")
	return protection.Handler(mux), nil
}

// readiness is the answer to GET /readyz.
type readiness struct {
	Status   string `json:"status"` // ready, degraded (something is away that is not needed to store), unavailable
	Database string `json:"database"`
	Redis    string `json:"redis"`
	Telegram string `json:"telegram"`
	Leading  bool   `json:"leading"`
}

// ready says what this instance can do. It is 503 only without the database: forms
// and the API need nothing else, and what Telegram and Redis are for can wait.
func (a *app) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	up := func(err error) string {
		if err != nil {
			return "down"
		}
		return stateUp
	}
	out := readiness{Status: "ready", Telegram: a.telegram.now(), Leading: a.outbox.Load() != nil}
	redis := make(chan error, 1)
	go func() { redis <- a.drafts.Ping(ctx) }()
	out.Database = up(a.pool.Ping(ctx)) // fails at once while it is known to be away
	out.Redis = up(<-redis)
	code := http.StatusOK
	switch {
	case out.Database != stateUp:
		out.Status, code = "unavailable", http.StatusServiceUnavailable
	case out.Redis != stateUp || out.Telegram != stateUp:
		out.Status = "degraded"
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(out) // whoever asked may be gone
}

// serveHTTP serves until ctx ends, and then finishes the requests under way.
func serveHTTP(ctx context.Context, listener net.Listener, handler http.Handler, log *slog.Logger) error {
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		finishing, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
		defer cancel()
		err := server.Shutdown(finishing)
		if err != nil {
			err = server.Close() // they had their time
		}
		stopped <- err
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve HTTP: %w", err)
	}
	return <-stopped
}

func listen(addr string) (net.Listener, error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("CARTABLE_LISTEN: %w", err)
	}
	return listener, nil
}
