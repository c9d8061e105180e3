package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"cartable/internal/embedded"
)

const (
	serverStartTimeout = 2 * time.Minute // a first start makes a cluster
	serverStopTimeout  = 15 * time.Second
)

// servers are the private servers that this process started.
type servers struct {
	log  *slog.Logger
	dir  string
	stop []func(context.Context) error // in the order of the starts
}

// startPostgres starts the private PostgreSQL of the data directory, and leaves its
// address there for the commands that are run beside it.
func (s *servers) startPostgres(ctx context.Context) (url string, err error) {
	ctx, cancel := context.WithTimeout(ctx, serverStartTimeout)
	defer cancel()
	pg, err := embedded.StartPostgres(ctx, embedded.Options{Dir: s.dir, Log: s.log})
	if err != nil {
		return "", remedied(err, "CARTABLE_DATABASE_URL")
	}
	s.stop = append(s.stop, pg.Stop)
	if err := os.WriteFile(addressFile(s.dir), []byte(pg.URL()), 0o600); err != nil {
		return "", fmt.Errorf("note the address of the private PostgreSQL: %w", err)
	}
	return pg.URL(), nil
}

// startRedis starts the private Redis of the data directory.
func (s *servers) startRedis(ctx context.Context) (url string, err error) {
	ctx, cancel := context.WithTimeout(ctx, serverStartTimeout)
	defer cancel()
	r, err := embedded.StartRedis(ctx, embedded.Options{Dir: s.dir, Log: s.log})
	if err != nil {
		return "", remedied(err, "CARTABLE_REDIS_URL")
	}
	s.stop = append(s.stop, r.Stop)
	return r.URL(), nil
}

// imitateRedis is for a demo without Redis.
func (s *servers) imitateRedis() (url string, err error) {
	m, err := embedded.StartMiniredis()
	if err != nil {
		return "", err
	}
	s.stop = append(s.stop, m.Stop)
	return m.URL(), nil
}

// close stops what was started, the last first.
func (s *servers) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), serverStopTimeout)
	defer cancel()
	var errs []error
	for i := len(s.stop) - 1; i >= 0; i-- {
		errs = append(errs, s.stop[i](ctx))
	}
	s.stop = nil
	return errors.Join(errs...)
}

// remedied adds the other way out to an error that says what to install.
func remedied(err error, variable string) error {
	var missing *embedded.MissingError
	if errors.As(err, &missing) {
		return fmt.Errorf("%w; or set %s to a server that runs", err, variable)
	}
	return err
}

func addressFile(dir string) string { return filepath.Join(dir, "postgres.url") }

// database is where the business's data is, for a command that needs nothing else:
// the configured server, the private one that runs already, or one of its own.
func (c *command) database() (url string, done func() error, err error) {
	if c.DatabaseURL != "" {
		return c.DatabaseURL, func() error { return nil }, nil
	}
	s := &servers{log: c.discard(), dir: c.DataDir}
	url, err = s.startPostgres(c.ctx)
	if isHeld(err) {
		noted, readErr := os.ReadFile(addressFile(c.DataDir))
		if readErr != nil {
			return "", nil, err
		}
		return strings.TrimSpace(string(noted)), func() error { return nil }, nil
	}
	if err != nil {
		return "", nil, errors.Join(err, s.close())
	}
	return url, s.close, nil
}

// isHeld says whether a private server runs already, for another process.
func isHeld(err error) bool {
	var held *embedded.HeldError
	return errors.As(err, &held)
}

// discard is the log of commands that end at once: what goes wrong is their error.
func (c *command) discard() *slog.Logger { return slog.New(slog.DiscardHandler) }
