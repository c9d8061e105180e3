package telegram

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"slices"
	"sync"
	"time"

	"cartable/bot/chat"
)

// Lane is the queue in which a message waits for its turn.
type Lane int

// Replies go before announcements, whenever they came.
const (
	Reply    Lane = iota // to a person who waits for it
	Announce             // everything that the bot says of itself
	lanes
)

// Limits are the rates that Telegram tolerates. It publishes no exact figures;
// the zero value of a field means the one in DefaultLimits.
type Limits struct {
	PerSecond      float64       // messages of the whole bot, evenly spaced
	ChatEvery      time.Duration // messages of one chat in the long run
	ChatBurst      int           // messages that a rested chat takes at once
	GroupPerMinute int           // messages of one group in any minute
}

// DefaultLimits stay a little below what the bots FAQ states (30 a second, 1 a
// second in a chat, 20 a minute in a group). Evenly spaced sends at 29.5/s drain
// a queue faster than bursts do, since a refusal costs more than a pause.
func DefaultLimits() Limits {
	return Limits{PerSecond: 29.5, ChatEvery: time.Second, ChatBurst: 3, GroupPerMinute: 20}
}

// NoLimits let everything go at once; a 429 is obeyed all the same.
func NoLimits() Limits {
	return Limits{PerSecond: 1e9, ChatEvery: time.Nanosecond, ChatBurst: math.MaxInt32, GroupPerMinute: math.MaxInt32}
}

const (
	// patience is how long a call waits for the end of a 429. Beyond it the call
	// is refused, so that a flood of hours does not hold a worker for hours.
	patience = 30 * time.Second
	// together: 429s in two chats within this time mean that the bot as a whole
	// is too fast, not one chat.
	together = time.Second
	// catchUp is how much of a timer's lateness the next send may make up for.
	catchUp = 5 * time.Millisecond
	// sweepEvery is the number of sends after which rested chats are forgotten.
	sweepEvery = 1024
	groupSpan  = time.Minute
)

// pacer spaces sends so that Telegram's limits are not hit, and keeps quiet
// where they were hit all the same. Waiting calls are let go one by one, each at
// a moment when its chat may be written to: the earliest of the first lane that
// has one. Nothing is reserved ahead, so a chat that has to wait, or a caller that
// gives up, costs the others nothing.
type pacer struct {
	clock  Clock
	limits Limits
	log    *slog.Logger

	mu      sync.Mutex
	free    time.Time // the whole bot's next send
	paused  time.Time // end of a 429 that concerns all chats
	flood   flood     // the latest 429
	chats   map[int64]*chatPace
	waiting [lanes][]*waiter // in order of arrival
	timer   *time.Timer      // lets the next one go; nil before its first use
	sends   int
}

// chatPace is what is remembered of a chat.
type chatPace struct {
	// full is when the chat's burst is whole again; each send puts it off by
	// ChatEvery (the generic cell rate algorithm).
	full   time.Time
	sent   []time.Time // a group's sends of the last minute, in order
	paused time.Time   // end of the chat's 429
}

type flood struct {
	chatID    int64
	at, until time.Time
}

type waiter struct {
	chatID int64
	method string
	turn   chan error // capacity 1; nil: go
	at     time.Time  // set before turn
}

// slot is a send that was let go.
type slot struct {
	chatID int64
	at     time.Time
}

func newPacer(clock Clock, l Limits, log *slog.Logger) *pacer {
	d := DefaultLimits()
	return &pacer{
		clock: clock,
		log:   log,
		chats: make(map[int64]*chatPace),
		limits: Limits{
			PerSecond:      cmp.Or(l.PerSecond, d.PerSecond),
			ChatEvery:      cmp.Or(l.ChatEvery, d.ChatEvery),
			ChatBurst:      cmp.Or(l.ChatBurst, d.ChatBurst),
			GroupPerMinute: cmp.Or(l.GroupPerMinute, d.GroupPerMinute),
		},
	}
}

// wait blocks until a message may go to the chat. The caller sends it at once
// and reports the outcome to settle.
func (p *pacer) wait(ctx context.Context, lane Lane, chatID int64, method string) (slot, error) {
	w := &waiter{chatID: chatID, method: method, turn: make(chan error, 1)}
	p.mu.Lock()
	if left := p.quietUntil(chatID).Sub(p.clock.Now()); left > patience {
		p.mu.Unlock()
		return slot{}, tooLong(method, left)
	}
	p.waiting[lane] = append(p.waiting[lane], w)
	p.advance()
	p.mu.Unlock()
	select {
	case err := <-w.turn:
		return slot{chatID: chatID, at: w.at}, err
	case <-ctx.Done():
		p.leave(lane, w)
		return slot{}, ended(ctx, method)
	}
}

// ended is the error of a call that its context ended before it was made.
func ended(ctx context.Context, method string) *chat.Error {
	err := ctx.Err()
	return &chat.Error{Method: method, Class: chat.Unavailable, Text: "not sent: " + err.Error(), Err: err}
}

func (p *pacer) leave(lane Lane, w *waiter) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.Index(p.waiting[lane], w); i >= 0 {
		p.waiting[lane] = slices.Delete(p.waiting[lane], i, i+1)
	}
}

// advance lets go whoever may go now and sets the timer for the next one. The
// lock is held.
func (p *pacer) advance() {
	now := p.clock.Now()
	for {
		lane, i, next := p.pick(now)
		if i < 0 {
			if !next.IsZero() {
				p.wake(next.Sub(now))
			}
			return
		}
		w := p.waiting[lane][i]
		p.waiting[lane] = slices.Delete(p.waiting[lane], i, i+1)
		p.take(w.chatID, now)
		w.at = now
		w.turn <- nil
	}
}

// pick returns the place of the waiter whose turn it is; where there is none,
// -1 and when to look again, zero for never.
func (p *pacer) pick(now time.Time) (lane Lane, i int, next time.Time) {
	for lane := range lanes {
		for i, w := range p.waiting[lane] {
			at := later(p.chatReady(w.chatID, now), p.free)
			if !at.After(now) {
				return lane, i, time.Time{}
			}
			if next.IsZero() || at.Before(next) {
				next = at
			}
			if p.free.After(now) {
				break // nobody can go before that; one look at each lane will do
			}
		}
	}
	if !next.IsZero() && p.free.After(now) {
		next = p.free
	}
	return 0, -1, next
}

// refuse ends the waiting of those whom a new 429 holds beyond patience.
func (p *pacer) refuse(now time.Time) {
	for lane := range p.waiting {
		p.waiting[lane] = slices.DeleteFunc(p.waiting[lane], func(w *waiter) bool {
			left := p.quietUntil(w.chatID).Sub(now)
			if left <= patience {
				return false
			}
			w.turn <- tooLong(w.method, left)
			return true
		})
	}
}

func tooLong(method string, left time.Duration) *chat.Error {
	return &chat.Error{
		Method: method, Class: chat.TooMany, Code: http.StatusTooManyRequests,
		Text: "not sent: an earlier retry_after still holds", RetryAfter: left,
	}
}

func (p *pacer) wake(after time.Duration) {
	after = max(after, time.Millisecond)
	if p.timer != nil {
		p.timer.Reset(after)
		return
	}
	p.timer = time.AfterFunc(after, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.advance()
	})
}

// take charges a send to the bot and to the chat. What the chat is charged
// counts from now, when the message really goes.
func (p *pacer) take(chatID int64, now time.Time) {
	interval := time.Duration(float64(time.Second) / p.limits.PerSecond)
	p.free = later(p.free, now.Add(-catchUp)).Add(interval)
	c := p.chat(chatID)
	c.full = later(c.full, now).Add(p.limits.ChatEvery)
	if chatID < 0 {
		c.sent = append(c.sent, now)
	}
	if p.sends++; p.sends%sweepEvery == 0 {
		p.sweep(now)
	}
}

// settle reports the outcome of a send. Telegram counts a message from when it
// arrives, which is at the latest now: a slow connection must not bring two
// messages closer together than they were let go.
func (p *pacer) settle(s slot, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock.Now()
	c := p.chat(s.chatID)
	c.full = later(c.full, now.Add(p.limits.ChatEvery))
	if i := slices.IndexFunc(c.sent, s.at.Equal); i >= 0 {
		c.sent[i] = now
		slices.SortFunc(c.sent, time.Time.Compare)
	}
	p.obeyFlood(s.chatID, err, now)
}

// note reports the outcome of a call that is not counted.
func (p *pacer) note(chatID int64, err error) {
	if err == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.obeyFlood(chatID, err, p.clock.Now())
}

// obeyFlood keeps quiet after a 429. One in a single chat is taken to concern
// that chat, since Telegram does not say. Where a second chat is refused within a
// second, the bot as a whole is too fast: then all chats pause, for the shorter of
// the two times, because one of them may be a chat's own of hours.
func (p *pacer) obeyFlood(chatID int64, err error, now time.Time) {
	var e *chat.Error
	if !errors.As(err, &e) || e.Class != chat.TooMany {
		return
	}
	until := now.Add(e.RetryAfter)
	c := p.chat(chatID)
	c.paused = later(c.paused, until)
	last := p.flood
	p.flood = flood{chatID: chatID, at: now, until: until}
	all := last.chatID != chatID && now.Sub(last.at) <= together
	if all {
		shorter := until
		if last.until.Before(until) {
			shorter = last.until
		}
		p.paused = later(p.paused, shorter)
	}
	p.log.Warn("telegram asks for a pause", "method", e.Method, "chat", chatID, "retry_after", e.RetryAfter, "all_chats", all)
	p.refuse(now)
	p.advance()
}

// obey blocks while a 429 holds for the chat, for calls that are not counted.
func (p *pacer) obey(ctx context.Context, chatID int64, method string) error {
	for {
		p.mu.Lock()
		left := p.quietUntil(chatID).Sub(p.clock.Now())
		p.mu.Unlock()
		switch {
		case left <= 0:
			return nil
		case left > patience:
			return tooLong(method, left)
		}
		timer := time.NewTimer(left)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ended(ctx, method)
		}
	}
}

// Ready is Client.Ready.
func (p *pacer) Ready(chatID int64) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock.Now()
	return later(now, p.chatReady(chatID, now))
}

// chatReady is when the chat may be written to, the whole bot's rate aside.
func (p *pacer) chatReady(chatID int64, now time.Time) time.Time {
	at := p.quietUntil(chatID)
	c, known := p.chats[chatID]
	if !known {
		return at
	}
	at = later(at, c.full.Add(-time.Duration(p.limits.ChatBurst-1)*p.limits.ChatEvery))
	c.forget(now)
	if n := len(c.sent); n >= p.limits.GroupPerMinute {
		at = later(at, c.sent[n-p.limits.GroupPerMinute].Add(groupSpan))
	}
	return at
}

func (p *pacer) quietUntil(chatID int64) time.Time {
	if c, known := p.chats[chatID]; known {
		return later(p.paused, c.paused)
	}
	return p.paused
}

// chat returns the chat's state, new where there is none.
func (p *pacer) chat(chatID int64) *chatPace {
	c, known := p.chats[chatID]
	if !known {
		c = &chatPace{}
		p.chats[chatID] = c
	}
	return c
}

// sweep forgets chats that have rested, so that memory follows the chats in use.
func (p *pacer) sweep(now time.Time) {
	for id, c := range p.chats {
		c.forget(now)
		if !c.full.After(now) && !c.paused.After(now) && len(c.sent) == 0 {
			delete(p.chats, id)
		}
	}
}

// forget drops sends that no longer count against the minute.
func (c *chatPace) forget(now time.Time) {
	old := 0
	for old < len(c.sent) && !c.sent[old].Add(groupSpan).After(now) {
		old++
	}
	c.sent = slices.Delete(c.sent, 0, old)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
