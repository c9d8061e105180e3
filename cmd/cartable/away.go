package main

import (
	"context"
	"sync"
	"time"

	"cartable/bot"
	"cartable/bot/chat"
	"cartable/internal/telegram"
)

const (
	tellTimeout = 10 * time.Second
	tellers     = 8      // people told at the same time; the messenger paces them
	maxAwaited  = 10_000 // updates; what is beyond is answered like all others, when it is handled
	awayLimit   = 100    // updates that Telegram gives out at a time
	awayPause   = 400 * time.Millisecond
)

// awaited are the updates whose senders wait for an answer: received, and not handled
// yet. When the database does not answer they are told so, once for each tap and once
// for each chat in which something was written. Nothing is settled by that: what was not
// stored is not confirmed to Telegram either, and comes again.
type awaited struct {
	telling sync.WaitGroup
	slots   chan struct{}

	mu      sync.Mutex
	updates map[int64]chat.Update
	queries map[string]bool // taps that were told of this outage
	chats   map[int64]bool  // likewise chats
	over    chan struct{}   // closed when the database is back
}

func newAwaited() awaited {
	return awaited{slots: make(chan struct{}, tellers), updates: map[int64]chat.Update{},
		queries: map[string]bool{}, chats: map[int64]bool{}, over: make(chan struct{})}
}

// add notes what was received.
func (w *awaited) add(batch []telegram.Raw) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, raw := range batch {
		if bot.Awaits(raw.Update) && len(w.updates) < maxAwaited {
			w.updates[raw.UpdateID] = raw.Update
		}
	}
}

// settle notes that an update was answered.
func (w *awaited) settle(id int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.updates, id)
}

// forget leaves updates to the instance that handles them.
func (w *awaited) forget(batch []telegram.Raw) {
	for _, raw := range batch {
		w.settle(raw.UpdateID)
	}
}

// untold are the updates whose senders are to be told now.
func (w *awaited) untold() []chat.Update {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []chat.Update
	for _, up := range w.updates {
		switch {
		case up.Query != "" && !w.queries[up.Query]:
			w.queries[up.Query] = true
		case up.Query == "" && !w.chats[up.ChatID]:
			w.chats[up.ChatID] = true
		default:
			continue
		}
		out = append(out, up)
	}
	return out
}

// back begins anew: what is still waited for is handled now, and no outage has been
// told of.
func (w *awaited) back() {
	w.mu.Lock()
	defer w.mu.Unlock()
	clear(w.updates)
	clear(w.queries)
	clear(w.chats)
	close(w.over)
	w.over = make(chan struct{})
}

// whileAway ends with ctx or when the database is back.
func (w *awaited) whileAway(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	w.mu.Lock()
	over := w.over
	w.mu.Unlock()
	w.telling.Go(func() {
		select {
		case <-over:
			cancel()
		case <-ctx.Done():
		}
	})
	return ctx, cancel
}

// databaseAway follows the pulse.
func (a *app) databaseAway(ctx context.Context, away bool) {
	if away {
		a.tellAway(ctx)
		return
	}
	a.awaited.back()
}

// tellAway tells those who wait for an answer that the database does not answer. It
// does not wait for Telegram.
func (a *app) tellAway(ctx context.Context) {
	talk := a.talk.Load()
	if talk == nil {
		return
	}
	for _, up := range a.awaited.untold() {
		a.awaited.telling.Go(func() {
			select {
			case a.awaited.slots <- struct{}{}:
			case <-ctx.Done():
				return
			}
			defer func() { <-a.awaited.slots }()
			ctx, cancel := context.WithTimeout(ctx, tellTimeout)
			defer cancel()
			if err := talk.TellAway(ctx, up); err != nil {
				a.log.WarnContext(ctx, "a person could not be told that the database does not answer", "update", up.ID, "error", err)
			}
		})
	}
}

// listenWhileAway goes on telling those who write or tap when this instance has stopped
// leading because the database does not answer. It confirms nothing to Telegram, and
// ends when the database is back. Where only this instance lost the database, another
// leads soon and polls. Telegram ends a poll when a second one comes, and the other
// leader would pause; so this one asks how many updates wait, which disturbs nobody, and
// fetches them only when they go on waiting.
func (a *app) listenWhileAway(ctx context.Context) {
	ctx, cancel := a.awaited.whileAway(ctx)
	defer cancel()
	looks := 0 // in a row that found updates
	for !a.cfg.Webhook && a.pulse.Away() && ctx.Err() == nil {
		looks++
		if n, err := a.client.Pending(ctx); err != nil || n == 0 {
			looks = 0
		}
		if looks > 1 {
			batch, err := a.client.GetUpdates(ctx, 0, awayLimit, 0, telegram.AllowedUpdates())
			if chat.ClassOf(err) == chat.Conflict {
				return
			}
			a.awaited.add(batch)
			a.tellAway(ctx)
		}
		if !sleep(ctx, awayPause) {
			return
		}
	}
}
