package main

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"cartable/bot"
	"cartable/internal/crm"
	"cartable/internal/failpoint"
	"cartable/internal/inbox"
	"cartable/internal/outbox"
	"cartable/internal/postgres"
	"cartable/internal/schedule"
	"cartable/internal/telegram"
)

const (
	ringEvery    = time.Second / 2
	ringBatch    = 100
	routeEvery   = time.Second
	routeBatch   = 100
	routineEvery = 5 * time.Second
	// Retention erases so few at a time, and so seldom, that nobody waits for it: 36,000 in an hour.
	retainEvery = 10 * time.Second
	retainBatch = 100
	gaugesEvery = 15 * time.Second
	purgeEvery  = time.Hour

	commandLife = 7 * 24 * time.Hour // how long a repetition of a command is known
	formLife    = 7 * 24 * time.Hour // how long an untouched form can be gone on with
	noticeLife  = 60 * 24 * time.Hour
	routineLife = 60 * 24 * time.Hour // how long it is known what of the daily routine came, and by what a night erased

	webhookTimeout = 15 * time.Second
	webhookRetry   = 10 * time.Second
)

// lead is the work of the one leading instance: receive, handle, deliver and tick.
// Ticks need no Telegram; the rest begins when Telegram has told who the bot is,
// whose name stands in links.
func (a *app) lead(ctx context.Context) error {
	a.metrics.Leading(true)
	defer a.metrics.Leading(false)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return a.tick(ctx) })
	g.Go(func() error {
		select {
		case <-a.met:
		case <-ctx.Done():
			return nil // stopped before Telegram answered
		}
		talk := a.talk.Load()
		a.handler.Store(newHandler(talk))
		a.announceSetup(ctx, talk)
		return a.converse(ctx, a.newOutbox(talk))
	})
	return g.Wait()
}

func (a *app) conversation(username string) *bot.Bot {
	return bot.New(bot.Options{
		Domain: a.domain, Messenger: replies{a.client}, Drafts: drafts{a.drafts}, Forms: a.forms,
		Catalogue: a.catalogue, Clock: a.clock, Log: a.log, Username: username, PublicURL: a.cfg.PublicURL,
		FormEnded: a.metrics.FormEnded,
	})
}

func (a *app) newOutbox(talk *bot.Bot) *outbox.Outbox {
	return outbox.New(a.pool, outbox.Options{
		Clock: a.clock, Log: a.log, Sender: announcements{a.client}, Renderer: renderer{talk}, Domain: a.service,
		Observe: func(o outbox.Outcome, waited time.Duration) { a.metrics.Notification(string(o), waited) },
	})
}

// converse receives and handles updates and delivers notifications until ctx ends.
func (a *app) converse(ctx context.Context, o *outbox.Outbox) error {
	a.outbox.Store(o)
	defer a.outbox.Store(nil)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return o.Run(ctx) })
	g.Go(func() error { return a.inbox.Run(ctx) })
	g.Go(func() error { return a.listenTelegram(ctx) })
	g.Go(func() error {
		return postgres.Listen(ctx, postgres.ListenConfig{
			URL: a.cfg.DatabaseURL, Schema: a.cfg.Schema, Channel: wakeChannel, Log: a.log,
		}, func() { o.Wake(); a.inbox.Wake() })
	})
	return g.Wait()
}

// listenTelegram polls, or has Telegram call.
func (a *app) listenTelegram(ctx context.Context) error {
	if !a.cfg.Webhook {
		err := telegram.Poll(ctx, telegram.PollerConfig{Client: a.client, Store: a.receive, Log: a.log})
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	path, secret := telegram.WebhookSecret(a.cfg.TelegramToken)
	for {
		setting, cancel := context.WithTimeout(ctx, webhookTimeout)
		err := a.client.SetWebhook(setting, a.cfg.PublicURL+"/telegram/"+path, secret, telegram.AllowedUpdates())
		cancel()
		if err == nil || ctx.Err() != nil {
			return nil
		}
		a.log.Warn("the webhook could not be set, trying on", "error", err)
		if !sleep(ctx, webhookRetry) {
			return nil
		}
	}
}

// announceSetup gives out the link of the first owner, while there is none. Where the
// database fails meanwhile, the next to lead does it; there is `owner-link` too.
func (a *app) announceSetup(ctx context.Context, talk *bot.Bot) {
	invite, err := a.service.NewInvite(ctx, crm.Command{Key: "setup:" + rand.Text()}, crm.Owner, crm.InviteLife)
	switch {
	case crm.IsKey(err, crm.KeyLastOwner) || ctx.Err() != nil:
	case err != nil:
		a.log.Error("the set-up link could not be made", "error", err)
	default:
		a.onSetup(talk.StartLink(invite.Token), invite.Token)
	}
}

// tick runs what is due by the clock.
func (a *app) tick(ctx context.Context) error {
	s := schedule.New(schedule.Options{Clock: a.clock, Log: a.log})
	s.Every("ring", ringEvery, a.ring)
	s.Every("route", routeEvery, a.route)
	s.Every("routine", routineEvery, a.routine)
	s.Every("retain", retainEvery, a.retain)
	s.Every("gauges", gaugesEvery, a.gauges)
	s.Every("purge", purgeEvery, a.purge)
	return s.Run(ctx)
}

// ring rings the reminders that are due, however many they are.
func (a *app) ring(ctx context.Context) error {
	for {
		settled, late, err := a.service.RingDue(ctx, ringBatch)
		if err != nil {
			return err
		}
		if settled > 0 {
			failpoint.Reach(failpoint.ReminderRung)
			a.metrics.Rang(late)
		}
		if settled < ringBatch {
			return nil
		}
	}
}

// route takes the leads one step on that wait for it, however many they are.
func (a *app) route(ctx context.Context) error {
	for {
		looked, err := a.service.RouteDue(ctx, routeBatch)
		if err != nil {
			return err
		}
		if looked < routeBatch {
			return nil
		}
	}
}

// routine tells of what is due of the daily routine.
func (a *app) routine(ctx context.Context) error {
	_, err := a.service.RoutineDue(ctx)
	return err
}

// retain erases some of the customers whose follow-up ended longer ago than they are kept.
func (a *app) retain(ctx context.Context) error {
	erased, err := a.service.RetentionDue(ctx, retainBatch)
	if erased > 0 {
		a.log.Info("customers erased whose time of retention is over", "count", erased)
	}
	return err
}

func (a *app) gauges(ctx context.Context) error {
	depth, oldest, err := a.inbox.Depth(ctx)
	if err != nil {
		return err
	}
	a.metrics.Queue("inbox", depth, oldest)
	o := a.outbox.Load()
	if o == nil {
		return nil
	}
	if depth, oldest, err = o.Depth(ctx); err != nil {
		return err
	}
	a.metrics.Queue("outbox", depth, oldest)
	return nil
}

// purge forgets what nobody needs any more.
func (a *app) purge(ctx context.Context) error {
	_, inboxErr := a.inbox.Purge(ctx, inbox.Keep)
	now := a.clock.Now()
	_, noticesErr := a.store.PurgeNotifications(ctx, now.Add(-noticeLife))
	return errors.Join(inboxErr, noticesErr, a.purgeForms(ctx, now), a.store.PurgeRoutine(ctx, now.Add(-routineLife)),
		a.store.PurgeRetention(ctx, now.Add(-routineLife)),
		a.store.PurgeCommands(ctx, now.Add(-commandLife)))
}

// purgeForms forgets the forms that nobody goes on with, which were abandoned.
func (a *app) purgeForms(ctx context.Context, now time.Time) error {
	expired, err := a.forms.Purge(ctx, now.Add(-formLife))
	for range expired {
		a.metrics.FormEnded("expired")
	}
	return err
}
