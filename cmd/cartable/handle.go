package main

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"

	"cartable/bot"
	"cartable/bot/chat"
	"cartable/internal/inbox"
	"cartable/internal/telegram"
)

// lastAttempt is the attempt after which the inbox puts an update aside.
const lastAttempt = 3

// handler brings updates to the conversation. It counts the failures of each, so
// that a person is told of the last one.
type handler struct {
	talk *bot.Bot

	mu     sync.Mutex
	failed map[int64]int // by update ID; bounded by what the inbox has in hand
}

func newHandler(talk *bot.Bot) *handler {
	return &handler{talk: talk, failed: map[int64]int{}}
}

// handle carries out one update for the inbox.
func (a *app) handle(ctx context.Context, raw inbox.Raw) error {
	h := a.handler.Load()
	if h == nil {
		return errors.New("no conversation yet")
	}
	up, err := understood(raw)
	if err != nil {
		return err
	}
	began := a.clock.Now()
	err = h.talk.Handle(ctx, up)
	a.metrics.Update(up.Kind, a.clock.Now().Sub(began))
	last := h.exhausted(up.ID, err)
	if last || err == nil {
		a.awaited.settle(up.ID)
	}
	if !last || ctx.Err() != nil {
		return err
	}
	id := rand.Text()[:8]
	a.log.Error("update failed for good, the person is told", "id", id, "update", up.ID, "kind", string(up.Kind), "error", err)
	if apology := h.talk.Apologise(ctx, up, id); apology != nil && chat.ClassOf(apology) != chat.Unreachable {
		a.log.Warn("the person could not be told", "id", id, "error", apology)
	}
	return err
}

// understood is the update as it was decoded when it arrived, or decoded now.
func understood(raw inbox.Raw) (chat.Update, error) {
	if up, ok := raw.Decoded.(chat.Update); ok {
		return up, nil
	}
	return telegram.Decode(raw.JSON)
}

// exhausted counts a failure and says whether it was the last one allowed.
func (h *handler) exhausted(update int64, err error) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err == nil {
		delete(h.failed, update)
		return false
	}
	if chat.ClassOf(err) == chat.TooMany { // the inbox waits as long as Telegram asks for
		delete(h.failed, update)
		return false
	}
	h.failed[update]++
	if h.failed[update] < lastAttempt {
		return false
	}
	delete(h.failed, update)
	return true
}
