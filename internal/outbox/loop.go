package outbox

import (
	"context"
	"errors"
	"slices"
	"time"
)

// sendLoop hands out what is to be sent, one job a reader, until ctx ends. Jobs
// run in working.
func (o *Outbox) sendLoop(ctx, working context.Context) {
	h := newHandout(o)
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	turn := time.NewTimer(pollEvery) // when a chat that is paced may be written to
	defer turn.Stop()
	rested := time.NewTimer(pollEvery) // when the database may be asked again
	defer rested.Stop()
	o.sweep(ctx)
	for {
		pause, rest := h.step(ctx, working)
		turn.Reset(pause)
		if rest > 0 {
			rested.Reset(rest)
		}
		select {
		case <-ctx.Done():
			return
		case p := <-h.progress:
			h.note(p)
		case <-o.wakeSend:
			h.woken = true
		case <-turn.C:
		case <-rested.C:
			h.resting = false
		case <-poll.C:
			o.sweep(ctx)
			h.woken = true
		}
	}
}

// rest keeps a loop that is woken again and again from looking all the time: it is deaf after
// a look, for a moment, and for so long that looking takes a twentieth of the time at most. A
// signal meanwhile is heard afterwards.
type rest struct {
	wake <-chan struct{} // nil while it lasts
	over *time.Timer
}

func newRest(wake <-chan struct{}) rest {
	over := time.NewTimer(0)
	over.Stop()
	return rest{wake: wake, over: over}
}

// after begins the rest after a look that took so long.
func (r *rest) after(look time.Duration) {
	const times, atLeast = 19, 50 * time.Millisecond
	if look > 0 {
		r.wake = nil
		r.over.Reset(min(max(times*look, atLeast), pollEvery))
	}
}

// mustWait says whether a message is put off beyond now. Only a 429 puts one off further
// than maxPause, and keepQuiet knows of it. Anything else that far off was noted before the
// clock was set back: it would wait for as long as the clock was set.
func (o *Outbox) mustWait(chat int64, until, now time.Time) bool {
	if !until.After(now) {
		return false
	}
	return until.Sub(now) <= maxPause || slices.Contains(o.quietChats(), chat)
}

// sweep cancels what nobody is going to be told, and has others told of inquiries
// that wait for somebody whom nothing reaches.
func (o *Outbox) sweep(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	err := o.rows.sweep(ctx)
	if err == nil {
		_, err = o.opt.Domain.PassOn(ctx, together)
	}
	o.noteRead(err)
}

// editLoop hands out messages that show an old state, until ctx ends.
func (o *Outbox) editLoop(ctx, working context.Context) {
	busy := 0
	done := make(chan struct{}, o.opt.Editors)
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	rest := newRest(o.wakeEdit)
	defer rest.over.Stop()
	for ctx.Err() == nil {
		began := o.opt.Clock.Now()
		for _, r := range o.stale(working, o.opt.Editors-busy) {
			busy++
			o.jobs.Go(func() {
				defer func() { done <- struct{}{} }()
				o.edit(working, r)
			})
		}
		rest.after(o.opt.Clock.Now().Sub(began))
		for waits := true; waits; {
			waits = false
			select {
			case <-ctx.Done():
			case <-done:
				busy--
			case <-rest.wake:
			case <-rest.over.C:
				rest.wake, waits = o.wakeEdit, true
			case <-poll.C:
			}
		}
	}
}

// stale claims up to limit messages that are to be edited. The end of the loop does not cut it
// short: nobody would know of what it claimed.
func (o *Outbox) stale(ctx context.Context, limit int) []row {
	if limit == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	rs, err := o.rows.claimStale(ctx, o.opt.Clock.Now(), o.quietChats(), limit)
	o.noteRead(err)
	return rs
}

// noteRead logs when the database stops answering, and when it answers again.
func (o *Outbox) noteRead(err error) {
	if errors.Is(err, context.Canceled) {
		return // told to stop
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.blind == (err != nil) {
		return
	}
	o.blind = err != nil
	if o.blind {
		o.opt.Log.Error("cannot read the outbox", "error", err)
		return
	}
	o.opt.Log.Info("the outbox can be read again")
}

// ready is when a chat may be written to.
func (o *Outbox) ready(chat int64) time.Time {
	at := o.opt.Sender.Ready(chat)
	o.mu.Lock()
	defer o.mu.Unlock()
	if until, ok := o.quiet[chat]; ok && until.After(at) {
		return until
	}
	return at
}

// keepQuiet notes that a chat asked for a pause.
func (o *Outbox) keepQuiet(chat int64, until time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if until.After(o.quiet[chat]) {
		o.quiet[chat] = until
	}
}

// quietChats returns the chats whose pause lasts, and forgets the others.
func (o *Outbox) quietChats() []int64 {
	now := o.opt.Clock.Now()
	o.mu.Lock()
	defer o.mu.Unlock()
	out := []int64{}
	for chat, until := range o.quiet {
		if until.After(now) {
			out = append(out, chat)
			continue
		}
		delete(o.quiet, chat)
	}
	return out
}
