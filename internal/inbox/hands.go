package inbox

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// hands are what Run has in hand. Only its goroutine uses them; handlers send to done.
type hands struct {
	inbox    *Inbox
	busy     map[int64]bool // chats in hand, until what was done in them is settled
	waiting  *waiting
	look     bool           // there may be updates that nobody here knows of
	claimed  chan update    // for the workers; has room for all
	done     chan finished  // likewise
	finished []finished     // not settled yet
	storing  sync.WaitGroup // waits for the disk
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

func newHands(b *Inbox) *hands {
	n := b.opt.Workers
	return &hands{inbox: b, busy: make(map[int64]bool, n), waiting: newWaiting(), look: true,
		claimed: make(chan update, n), done: make(chan finished, n)}
}

// work starts the workers. Each handles many updates, on a stack that has grown to what that takes.
func (h *hands) work(handling context.Context) {
	for range h.inbox.opt.Workers {
		go func() {
			for u := range h.claimed {
				h.done <- h.inbox.handle(handling, u)
			}
		}()
	}
}

// turn stores what has arrived, writes down what is finished and takes up as many updates as
// there are free workers, at most one a chat, in one transaction: so the next update of a chat
// is taken up only with the one before settled. What cannot be written down is tried again at the next turn. The end of Run does not
// cut the transaction short: it might be committed, and nobody would know of what it took up.
func (h *hands) turn(handling context.Context) {
	b := h.inbox
	ctx, cancel := context.WithTimeout(handling, queryTimeout)
	defer cancel()
	if h.look {
		ready, err := b.rows.ready(ctx, b.opt.Clock.Now())
		b.noteRead(err)
		if err != nil {
			answer(b.arrived(), err)
			return
		}
		for _, chat := range ready {
			h.waiting.add(chat, unknown)
		}
		h.look = false
	}
	arrivals := b.arrived()
	batch := h.waitFor(arrivals)
	free := b.opt.Workers - (len(h.busy) - len(h.finished))
	chats := h.waiting.first(claimedFrom*free, h.inHand())
	if len(batch) == 0 && len(h.finished) == 0 && len(chats) == 0 {
		return
	}
	settled, us, err := b.rows.turn(ctx, b.opt.Clock.Now(), h.finished, batch, chats, free, h.waiting.decoded(chats, free)...)
	b.noteRead(err)
	if err != nil {
		clear(h.waiting.known) // should it be what they have read alongside, it is not asked again
		b.insertEach(ctx, arrivals, err)
		return
	}
	h.settled(settled)
	h.takeUp(us, chats, free)
	if len(arrivals) > 0 {
		h.storing.Go(func() { b.keep(handling, arrivals) })
	}
}

// claimedFrom is among how many chats for each free worker a turn looks for updates.
const claimedFrom = 4

// waitFor notes the chats of what arrived, and returns all of it.
func (h *hands) waitFor(arrivals []*arrival) (batch []Raw) {
	for _, a := range arrivals {
		batch = append(batch, a.batch...)
	}
	for _, u := range batch {
		h.waiting.add(u.ChatID, 1, Raw{UpdateID: u.UpdateID, Decoded: u.Decoded})
	}
	return batch
}

// takeUp has updates handled that were claimed among those of some chats, so many at most.
func (h *hands) takeUp(us []update, chats []int64, free int) {
	for _, u := range us {
		h.busy[u.ChatID] = true
		u.Decoded = h.waiting.took(u.ChatID, u.UpdateID)
		h.claimed <- u
	}
	if len(us) == free {
		return // others may have to wait for a worker
	}
	for _, chat := range chats {
		if !h.busy[chat] {
			h.waiting.forget(chat)
		}
	}
}

// inHand are the chats whose updates are being handled.
func (h *hands) inHand() map[int64]bool {
	out := maps.Clone(h.busy)
	for _, f := range h.finished {
		delete(out, f.ChatID)
	}
	return out
}

// pressing says whether somebody waits for what is finished to be written down.
func (h *hands) pressing() bool {
	return len(h.waiting.first(1, h.inHand())) > 0 || slices.ContainsFunc(h.finished, func(f finished) bool { return f.outcome != Done })
}

// company is how long what is done waits for other things to be written down with it, where
// nobody waits for that, or most of the workers are at work: a turn would take the processors from them.
const company = 5 * time.Millisecond

// wait waits until there is something to do.
func (h *hands) wait(ctx context.Context, poll <-chan time.Time) {
	var soon <-chan time.Time
	for {
		select {
		case <-ctx.Done():
		case <-soon:
		case <-h.inbox.arrival:
		case <-poll:
			h.look = true
		case <-h.inbox.wake:
			h.look = true
		case f := <-h.done:
			h.finished = append(h.finished, f)
			h.gather()
			if working := len(h.busy) - len(h.finished); working > h.inbox.opt.Workers/2 || !h.pressing() {
				if soon == nil {
					soon = time.After(company)
				}
				continue
			}
		}
		h.gather()
		return
	}
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
		delete(h.busy, f.ChatID)
		if !seqs[f.seq] {
			b.opt.Log.Error("cannot settle update", "update", f.UpdateID, "outcome", f.outcome, "error", errTaken)
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
	h.storing.Wait()
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
	settled, _, err := h.inbox.rows.turn(ctx, h.inbox.opt.Clock.Now(), h.finished, nil, nil, 0)
	if err != nil {
		h.inbox.opt.Log.Error("cannot settle updates, they will be handled again", "updates", len(h.finished), "error", err)
		for _, f := range h.finished {
			f.release()
		}
		return
	}
	h.settled(settled)
}
