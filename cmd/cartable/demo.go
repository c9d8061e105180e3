package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"time"

	"github.com/jonboulle/clockwork"
	"golang.org/x/sync/errgroup"

	"cartable/internal/crm"
	"cartable/internal/embedded"
	"cartable/internal/postgres"
	"cartable/internal/tgsim"
)

const (
	demoPage     = "127.0.0.1:8081" // of the simulated Telegram, when it is free
	anyPort      = "127.0.0.1:0"
	openingLimit = time.Minute // for the staff to join and the leads to come
)

type demoCmd struct{}

// demo is the program on private servers and a simulated Telegram.
type demo struct {
	*app
	stdout io.Writer
	sim    *tgsim.Server
	form   crm.Source
	setup  chan string // the token of the first owner
}

// Run runs the demo until ctx ends.
func (demoCmd) Run(c *command) (err error) {
	cfg := c.Config
	cfg.DataDir = filepath.Join(cfg.DataDir, "demo")
	if cfg.Log == "" {
		cfg.Log = "text"
	}
	if cfg.LogLevel == "info" {
		cfg.LogLevel = "warn" // what a visitor is to read is printed
	}
	cfg.TelegramToken, cfg.Proxy, cfg.Webhook = tgsim.DefaultToken, "", false
	log := cfg.logger(c.stderr)
	private := &servers{log: log, dir: cfg.DataDir}
	defer func() { err = errors.Join(err, private.close()) }()
	if err := private.fillDemo(c.ctx, &cfg, c.stdout); err != nil {
		return err
	}
	clock, err := newDemoClock(cfg.DataDir, log)
	if err != nil {
		return err
	}
	listener, err := listenDemo(cfg.Listen)
	if err != nil {
		return err
	}
	cfg.Listen = listener.Addr().String()
	cfg.PublicURL = "http://" + local(cfg.Listen)
	form, err := demoForm(c.ctx, cfg, clock)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	sim, err := startSim(cfg, clock, form)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer func() { err = errors.Join(err, sim.Close()) }()
	cfg.TelegramAPI = sim.URL()
	a, err := newApp(c.ctx, cfg, clock, log)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer a.close()
	if err := a.forgetChats(c.ctx); err != nil {
		return errors.Join(fmt.Errorf("begin the chats anew: %w", err), listener.Close())
	}
	d := &demo{app: a, stdout: c.stdout, sim: sim, form: form, setup: make(chan string, 1)}
	a.onSetup = func(_, token string) {
		select {
		case d.setup <- token:
		default: // the first one has not been opened yet
		}
	}
	return d.run(c.ctx, listener)
}

// run runs the program beside the people of the demo.
func (d *demo) run(ctx context.Context, listener net.Listener) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return d.app.run(ctx, listener) })
	g.Go(func() error {
		opening, cancel := context.WithTimeout(ctx, openingLimit)
		defer cancel()
		err := d.open(opening)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("prepare the demo: %w", err)
		}
		d.printAddresses()
		return nil
	})
	return g.Wait()
}

func (d *demo) printAddresses() {
	fmt.Fprintf(d.stdout, `
Cartable runs on a simulated Telegram. Open:

  Chats of the staff   %s/
  Hosted form          %s
  Metrics              %s/metrics

Ctrl-C ends it. The data stays in %s.
`, d.sim.URL(), d.formURL(), d.cfg.base(), d.cfg.DataDir)
}

func (d *demo) formURL() string { return d.cfg.base() + "/f/" + d.form.Slug }

// fillDemo starts the demo's servers, whatever else is configured, so that nothing of
// a real business is touched.
func (s *servers) fillDemo(ctx context.Context, cfg *Config, stdout io.Writer) (err error) {
	if cfg.DatabaseURL, err = s.startPostgres(ctx); err != nil {
		return err
	}
	cfg.RedisURL, err = s.startRedis(ctx)
	var missing *embedded.MissingError
	if !errors.As(err, &missing) {
		return err
	}
	fmt.Fprintf(stdout, "%s; the demo imitates it, and forgets unfinished forms when it ends.\n", missing)
	cfg.RedisURL, err = s.imitateRedis()
	return err
}

// listenDemo takes another port where the default one is busy.
func listenDemo(addr string) (net.Listener, error) {
	listener, err := listen(addr)
	if err != nil && addr == defaultListen {
		return listen(anyPort)
	}
	return listener, err
}

// startSim starts the simulated Telegram. Its updates are numbered by the machine's
// clock, since the inbox still knows those of the last demo.
func startSim(cfg Config, clock *demoClock, form crm.Source) (*tgsim.Server, error) {
	zone, err := time.LoadLocation(cfg.Timezone)
	if err != nil {
		return nil, fmt.Errorf("CARTABLE_TIMEZONE: %w", err)
	}
	sim := tgsim.New(tgsim.Options{
		Token: cfg.TelegramToken, Username: "CartableDemoBot", Name: demoBotName, Clock: clock, Wall: time.Now,
		FirstUpdateID: time.Now().UnixMilli(), Zone: zone, Advance: clock.advance,
		Links: []tgsim.Link{{Title: form.Title.Text, URL: cfg.base() + "/f/" + form.Slug}, {Title: "Metrics", URL: cfg.base() + "/metrics"}},
	})
	if err := sim.Start(demoPage); err == nil {
		return sim, nil
	}
	if err := sim.Start(anyPort); err != nil {
		return nil, errors.Join(err, sim.Close())
	}
	return sim, nil
}

// demoForm is the demo's hosted form, made at the first start.
func demoForm(ctx context.Context, cfg Config, clock clockwork.Clock) (crm.Source, error) {
	pool, err := openDatabase(ctx, cfg)
	if err != nil {
		return crm.Source{}, err
	}
	defer pool.Close()
	service := crm.NewService(postgres.NewStore(pool), clock, nil)
	dir, err := service.Directory(ctx)
	if err != nil {
		return crm.Source{}, err
	}
	for _, src := range dir.Sources {
		if src.Kind == crm.SourceForm && src.Title.Text == demoFormTitle && !src.Retired {
			return src, nil
		}
	}
	made, err := service.AddSource(ctx, crm.Command{Key: "demo:form:" + rand.Text()}, demoFormTitle, crm.SourceForm)
	return made.Source, err
}
