package inbox

import (
	"context"
	"fmt"
	"time"
)

// hands are what Run has in hand. Only its goroutine uses them; handlers send to done.
type hands struct {
	inbox    *Inbox
	busy     map[int64]bool // chats in hand, until what was done in them is settled
	done     chan finished  // has room for all
	finished []finished     // not settled yet
}

// finished is an attempt that is over, and whose outcome is to be written down.
type finished struct {
	update
	outcome Outcome
	cause   error
	retryAt time.Time // of Retried
	// uncounted says of a Retried one that the attempt was none: somebody asked for a pause.
	uncounted bool
	release   func() // ends the renewal of the lease
}

// turn writes down what is finished and takes up as many updates as there are free workers,
// at most one a chat, in one transaction: so many chats share one wait for the disk, and the
// next update of a chat is taken up only after the one before is settled for good. What
// cannot be written down is tried again at the next turn. The end of Run does not cut the
// transaction short: it might be committed, and nobody would know of what it took up.
func (h *hands) turn(handling context.Context) {
	b := h.inbox
	free := b.opt.Workers - (len(h.busy) - len(h.finished))
	if free == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(handling, queryTimeout)
	defer cancel()
	settled, us, err := b.rows.turn(ctx, b.opt.Clock.Now(), h.finished, h.inHand(), free)
	b.noteRead(err)
	if err != nil {
		return
	}
	h.settled(settled)
	for _, u := range us {
		h.busy[u.chatID] = true
		go func() { h.done <- b.handle(handling, u) }()
	}
}

// inHand are the chats whose updates are being handled.
func (h *hands) inHand() []int64 {
	over := make(map[int64]bool, len(h.finished))
	for _, f := range h.finished {
		over[f.chatID] = true
	}
	out := make([]int64, 0, len(h.busy))
	for chat := range h.busy {
		if !over[chat] {
			out = append(out, chat)
		}
	}
	return out
}

// gather takes what else is finished, without waiting.
func (h *hands) gather() {
	for {
		select {
		case f := <-h.done:
			h.finished = append(h.finished, f)
		default:
			return
		}
	}
}

// settled frees the chats of what is written down; of what is not, somebody else has the lease.
func (h *hands) settled(seqs map[int64]bool) {
	b := h.inbox
	for _, f := range h.finished {
		f.release()
		delete(h.busy, f.chatID)
		if !seqs[f.seq] {
			b.opt.Log.Error("cannot settle update", "update", f.updateID, "outcome", f.outcome, "error", errTaken)
			continue
		}
		b.opt.Observe(f.outcome, b.opt.Clock.Now().Sub(f.receivedAt))
	}
	h.finished = nil
}

// finish waits for the chats in hand: first for their work, then for its end, and settles
// what is finished.
func (h *hands) finish(stop context.CancelCauseFunc) error {
	for _, patience := range []time.Duration{finishTimeout, abandonTimeout} {
		timer := time.NewTimer(patience)
		defer timer.Stop()
		for expired := false; len(h.busy) > len(h.finished) && !expired; {
			select {
			case f := <-h.done:
				h.finished = append(h.finished, f)
			case <-timer.C:
				expired = true
			}
		}
		stop(errStopped)
	}
	left := len(h.busy) - len(h.finished)
	h.settleLast()
	if left > 0 {
		return fmt.Errorf("%d updates are still being handled", left)
	}
	return nil
}

// settleLast writes down what is finished, also when Run has been told to stop. Where it cannot,
// the updates are handled again.
func (h *hands) settleLast() {
	if len(h.finished) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), settleTimeout)
	defer cancel()
	settled, _, err := h.inbox.rows.turn(ctx, h.inbox.opt.Clock.Now(), h.finished, nil, 0)
	if err != nil {
		h.inbox.opt.Log.Error("cannot settle updates, they will be handled again", "updates", len(h.finished), "error", err)
		for _, f := range h.finished {
			f.release()
		}
		return
	}
	h.settled(settled)
}
