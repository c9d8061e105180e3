package main

import (
	"context"
	"errors"
	"fmt"
)

type serveCmd struct{}

// Run runs the program until ctx ends.
func (serveCmd) Run(c *command) (err error) {
	if c.TelegramToken == "" {
		return errors.New("CARTABLE_TELEGRAM_TOKEN is not set: get a token from @BotFather, or try `cartable demo`")
	}
	cfg, log := c.Config, c.logger(c.stderr)
	listener, err := listen(cfg.Listen)
	if err != nil {
		return err
	}
	private := &servers{log: log, dir: cfg.DataDir}
	defer func() { err = errors.Join(err, private.close()) }()
	if err := private.fill(c.ctx, &cfg); err != nil {
		return errors.Join(err, listener.Close())
	}
	a, err := newApp(c.ctx, cfg, machineClock(), log)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer a.close()
	a.onSetup = func(link, _ string) {
		fmt.Fprintf(c.stdout, "Nobody owns this bot yet. Whoever opens this link first becomes the owner:\n%s\n", link)
	}
	log.Info("serving", "address", listener.Addr().String(), "schema", cfg.Schema, "version", version())
	defer log.Info("stopped")
	return a.run(c.ctx, listener)
}

// fill starts private servers for the addresses that are not configured.
func (s *servers) fill(ctx context.Context, cfg *Config) (err error) {
	if cfg.DatabaseURL == "" {
		if cfg.DatabaseURL, err = s.startPostgres(ctx); err != nil {
			return err
		}
	}
	if cfg.RedisURL == "" {
		cfg.RedisURL, err = s.startRedis(ctx)
	}
	return err
}
