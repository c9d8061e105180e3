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
	// together: 429s in several chats, each within this time of the one before, with nothing
	// accepted in between, may mean that the bot as a whole is too fast, not one chat.
	together = time.Second
	// probeAfter is how long all chats pause when that is so with two chats; with each more
	// twice as long.
	probeAfter = time.Second
	// catchUp is how much of its own lateness, on a busy machine, the pacer makes up for.
	catchUp = 500 * time.Millisecond
	// closest is the least time in which as many messages as a second takes may arrive.
	// The rest of a second is for what delays some of them on the way.
	closest = 960 * time.Millisecond
	// lostAfter is how long a message without an answer is thought to be on its way.
	lostAfter = 2 * time.Second
	// mostInWindow bounds how many sends are remembered to be counted.
	mostInWindow = 1000
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
	due     time.Time     // when the next send would go if everything was on time
	free    time.Time     // when it may go
	last    time.Time     // when the latest one went
	window  []sent        // the latest sends, a second's; a ring
	trip    time.Duration // to Telegram and back, when nothing delays it
	paused  time.Time     // end of a 429 that concerns all chats
	flood   flood         // the latest 429
	passed  time.Time     // when the latest of the accepted messages was let go
	chats   map[int64]*chatPace
	waiting [lanes][]*waiter // in order of arrival
	timer   *time.Timer      // lets the next one go; nil before its first use
	sends   int
}

// sent is a send of the whole bot.
type sent struct {
	number   int
	at       time.Time // when it was let go
	arrived  time.Time // at the latest, by when its answer came
	answered bool
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
	chats     int // refused one after the other, with nothing accepted in between
}

type waiter struct {
	chatID int64
	method string
	came   time.Time
	turn   chan error // capacity 1; nil: go
	at     time.Time  // set before turn, as number is
	number int
}

// slot is a send that was let go.
type slot struct {
	chatID int64
	number int
	at     time.Time
}

func newPacer(clock Clock, l Limits, log *slog.Logger) *pacer {
	d := DefaultLimits()
	l = Limits{
		PerSecond:      cmp.Or(l.PerSecond, d.PerSecond),
		ChatEvery:      cmp.Or(l.ChatEvery, d.ChatEvery),
		ChatBurst:      cmp.Or(l.ChatBurst, d.ChatBurst),
		GroupPerMinute: cmp.Or(l.GroupPerMinute, d.GroupPerMinute),
	}
	aSecond := int(math.Ceil(min(l.PerSecond, mostInWindow)))
	return &pacer{clock: clock, log: log, chats: make(map[int64]*chatPace), limits: l, window: make([]sent, aSecond)}
}

// wait blocks until a message may go to the chat. The caller sends it at once
// and reports the outcome to settle.
func (p *pacer) wait(ctx context.Context, lane Lane, chatID int64, method string) (slot, error) {
	w := &waiter{chatID: chatID, method: method, turn: make(chan error, 1)}
	p.mu.Lock()
	w.came = p.clock.Now()
	if left := p.quietUntil(chatID).Sub(w.came); left > patience {
		p.mu.Unlock()
		return slot{}, tooLong(method, left)
	}
	p.waiting[lane] = append(p.waiting[lane], w)
	p.advance()
	p.mu.Unlock()
	select {
	case err := <-w.turn:
		return slot{chatID: chatID, number: w.number, at: w.at}, err
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
		p.take(w, now)
		w.at = now
		w.turn <- nil
	}
}

// pick returns the place of the waiter whose turn it is; where there is none,
// -1 and when to look again, zero for never.
func (p *pacer) pick(now time.Time) (lane Lane, i int, next time.Time) {
	soonest := func(at time.Time) {
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	for lane := range lanes {
		if free := p.freeFor(lane, now); len(p.waiting[lane]) > 0 && free.After(now) {
			soonest(free)
			continue
		}
		for i, w := range p.waiting[lane] {
			at := p.chatReady(w.chatID, now)
			if !at.After(now) {
				return lane, i, time.Time{}
			}
			soonest(at)
		}
	}
	return 0, -1, next
}

// freeFor is when the bot may send something of a lane. A reply need not wait for the
// very end of the even pause: it may come early by most of what the pace leaves of a
// second, in which there may be as many messages as are remembered.
func (p *pacer) freeFor(lane Lane, now time.Time) time.Time {
	spare := time.Duration(len(p.window))*p.interval() - time.Second
	if spare <= 0 {
		return p.free
	}
	free := p.free
	if lane == Reply {
		free = later(free.Add(-spare*2/3), p.last.Add(p.interval()/2))
	}
	return later(free, p.uncrowded(now))
}

// uncrowded is when one more message would not make too many arrive together. What
// matters is when they arrive: some of them may have been held up on the way, and then
// come with those that were let go after them.
func (p *pacer) uncrowded(now time.Time) time.Time {
	first := now
	for _, s := range p.window {
		arrived := s.arrived
		if !s.answered {
			// If it had arrived before, it would have been answered. What gets no answer for
			// long is taken for lost: one that hangs holds up nobody.
			if arrived = s.at; now.Sub(s.at) < lostAfter {
				arrived = later(s.at, now.Add(-p.trip))
			}
		}
		if arrived.Before(first) {
			first = arrived
		}
	}
	return first.Add(closest)
}

func (p *pacer) interval() time.Duration {
	return time.Duration(float64(time.Second) / p.limits.PerSecond)
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
//
// The bot's sends follow one another evenly. One that goes later than it could have, since
// the machine was busy, does not put off the others: they go at up to twice the pace until
// the lateness is made up for, but never more of them than evenly spaced ones in a second.
// Idle time is not made up for.
func (p *pacer) take(w *waiter, now time.Time) {
	interval := p.interval()
	could := later(p.due, later(w.came, p.chatReady(w.chatID, now)))
	p.due = later(could, now.Add(-catchUp)).Add(interval)
	p.free = later(p.due, now.Add(interval/2))
	p.last = now
	n := len(p.window)
	w.number = p.sends
	p.window[p.sends%n] = sent{number: p.sends, at: now}
	p.sends++
	if oldest := p.window[p.sends%n].at; !oldest.IsZero() {
		p.free = later(p.free, oldest.Add(time.Duration(n)*interval))
	}
	c := p.chat(w.chatID)
	c.full = later(c.full, now).Add(p.limits.ChatEvery)
	if w.chatID < 0 {
		c.sent = append(c.sent, now)
	}
	if p.sends%sweepEvery == 0 {
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
	p.noteTrip(s, now)
	if err == nil {
		p.passed = later(p.passed, s.at)
	}
	p.obeyFlood(s.chatID, err, now)
}

// noteTrip notes when a message arrived at the latest: as long before its answer as the
// way takes that nothing delays.
func (p *pacer) noteTrip(s slot, now time.Time) {
	took := now.Sub(s.at)
	if p.trip == 0 || took < p.trip {
		p.trip = took
	} else {
		p.trip += (took - p.trip) / 100 // the way may have become longer
	}
	if w := &p.window[s.number%len(p.window)]; w.number == s.number {
		w.arrived, w.answered = later(s.at, now.Add(-p.trip)), true
	}
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

// obeyFlood keeps quiet after a 429. One in a single chat is taken to concern that
// chat, since Telegram does not say. Where chats are refused one after the other, and
// nothing that was let go after the first refusal is accepted, the bot as a whole may be
// too fast: then all pause, but only so long that the next message shows whether it is,
// each time twice as long, and no longer than the shorter of the last two times, one of
// which may be a chat's own of hours.
func (p *pacer) obeyFlood(chatID int64, err error, now time.Time) {
	var e *chat.Error
	if !errors.As(err, &e) || e.Class != chat.TooMany {
		return
	}
	until := now.Add(e.RetryAfter)
	c := p.chat(chatID)
	c.paused = later(c.paused, until)
	last := p.flood
	p.flood = flood{chatID: chatID, at: now, until: until, chats: 1}
	if now.Sub(later(last.at, p.paused)) <= together && !p.passed.After(last.at) {
		p.flood.chats = last.chats
		if last.chatID != chatID {
			p.flood.chats++
		}
	}
	all := p.flood.chats > 1 && last.chatID != chatID
	if all {
		pause := min(until.Sub(now), last.until.Sub(now), probeAfter<<min(p.flood.chats-2, 12))
		p.paused = later(p.paused, now.Add(pause))
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
