package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/jonboulle/clockwork"

	"cartable/internal/crm"
	"cartable/internal/postgres"
	"cartable/internal/telegram"
)

const healthTimeout = 4 * time.Second

type migrateCmd struct{}

// Run brings the schema up to date.
func (migrateCmd) Run(c *command) error {
	return c.withService(func(context.Context, *crm.Service) error {
		_, err := fmt.Fprintf(c.stdout, "schema %s is up to date\n", c.Schema)
		return err
	})
}

// withService runs fn on the business's data, migrated, without anything that runs.
func (c *command) withService(fn func(context.Context, *crm.Service) error) (err error) {
	url, done, err := c.database()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	cfg := c.Config
	cfg.DatabaseURL = url
	pool, err := openDatabase(c.ctx, cfg)
	if err != nil {
		return err
	}
	defer pool.Close()
	store := postgres.NewStore(pool)
	if err := store.FirstSettings(c.ctx, c.Timezone, c.language()); err != nil {
		return err
	}
	return fn(c.ctx, crm.NewService(store, clockwork.NewRealClock(), nil))
}

type ownerLinkCmd struct{}

// Run prints a link, or what to send to the bot while Telegram is not reached.
func (ownerLinkCmd) Run(c *command) error {
	if c.TelegramToken == "" {
		return errors.New("CARTABLE_TELEGRAM_TOKEN is not set: the link leads to the bot")
	}
	return c.withService(func(ctx context.Context, s *crm.Service) error {
		invite, err := s.NewInvite(ctx, crm.Command{Key: "owner-link:" + rand.Text()}, crm.Owner, crm.InviteLife)
		if crm.IsKey(err, crm.KeyLastOwner) {
			return errors.New("there is an owner already: only they can pass ownership on")
		}
		if err != nil {
			return err
		}
		username, err := c.username(ctx)
		if err != nil {
			fmt.Fprintln(c.stderr, "Telegram does not say the bot's name:", err)
			_, err = fmt.Fprintf(c.stdout, "Send this to the bot, it works once:\n/start %s\n", invite.Token)
			return err
		}
		_, err = fmt.Fprintf(c.stdout, "https://t.me/%s?start=%s\n", username, invite.Token)
		return err
	})
}

func (c *command) username(ctx context.Context) (string, error) {
	client, err := telegram.New(telegram.Config{
		Token: c.TelegramToken, API: c.TelegramAPI, Proxy: c.Proxy, Clock: clockwork.NewRealClock(),
	})
	if err != nil {
		return "", err
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(ctx, meTimeout)
	defer cancel()
	me, err := client.Me(ctx)
	return me.Username, err
}

type sourceCmd struct {
	Add sourceAddCmd `cmd:"" help:"Make a source; prints its URL and key."`
}

type sourceAddCmd struct {
	Title string `required:"" help:"What the source is called."`
	Kind  string `required:"" enum:"form,api,signup,call" help:"form, api, signup or call."`
	JSON  bool   `name:"json" help:"Print one JSON object."`
}

// addedSource is what `source add --json` prints. Key is shown this once, and empty
// for a form, which needs none.
type addedSource struct {
	ID    crm.SourceID   `json:"id"`
	Kind  crm.SourceKind `json:"kind"`
	Title string         `json:"title"`
	URL   string         `json:"url"`
	Key   string         `json:"key"`
}

// Run makes a source.
func (s sourceAddCmd) Run(c *command) error {
	return c.withService(func(ctx context.Context, service *crm.Service) error {
		src, err := service.AddSource(ctx, crm.Command{Key: "source-add:" + rand.Text()}, s.Title, crm.SourceKind(s.Kind))
		if err != nil {
			return fmt.Errorf("make source: %w", err)
		}
		out := addedSource{ID: src.ID, Kind: src.Kind, Title: src.Title.In(c.language()), URL: c.base() + "/api/v1/inquiries", Key: src.Key}
		if src.Kind == crm.SourceForm {
			out.URL, out.Key = c.base()+"/f/"+src.Slug, ""
		}
		if s.JSON {
			encoder := json.NewEncoder(c.stdout)
			encoder.SetEscapeHTML(false)
			return encoder.Encode(out)
		}
		if _, err = fmt.Fprintf(c.stdout, "URL: %s\n", out.URL); err == nil && out.Key != "" {
			_, err = fmt.Fprintf(c.stdout, "Key (shown this once): %s\n", out.Key)
		}
		return err
	})
}

type healthcheckCmd struct{}

// Run fails when the program on this machine is not alive.
func (healthcheckCmd) Run(c *command) error {
	ctx, cancel := context.WithTimeout(c.ctx, healthTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+local(c.Listen)+"/healthz", http.NoBody)
	if err != nil {
		return fmt.Errorf("health check: %w", err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // of this machine: through no proxy
	res, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("health check: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("health check: %s", res.Status)
	}
	return nil
}
