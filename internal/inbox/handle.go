package inbox

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"time"

	"cartable/internal/failpoint"
	"cartable/internal/lease"
)

var errCrashed = errors.New("the program ended while handling it")

// handle makes one attempt at u, and says what is to be written down of it.
func (b *Inbox) handle(ctx context.Context, u update) finished {
	ctx, release := b.leases.Hold(ctx, lease.Claim{ID: u.seq, Token: u.attempts})
	failpoint.Reach(failpoint.InboxClaimed)
	outcome, err := b.attempt(ctx, u)
	failpoint.Reach(failpoint.InboxHandled)
	f := finished{update: u, outcome: outcome, cause: err, release: release}
	if outcome != Retried || askedFor(err) > 0 {
		defer b.forget(u)
	}
	log := b.opt.Log.With("update", u.UpdateID, "attempt", u.attempts)
	switch outcome {
	case Retried:
		log.Warn("update failed, will be tried again", "error", err)
		pause := askedFor(err)
		if f.uncounted = pause > 0; !f.uncounted {
			pause = b.pause(u)
		}
		f.retryAt = b.opt.Clock.Now().Add(pause)
	case Failed:
		log.Error("update failed and was put aside", "error", err)
	case Left:
		log.Info("update left for later", "reason", err)
	}
	return f
}

// attempt calls the handler, and says what follows from how it went.
func (b *Inbox) attempt(ctx context.Context, u update) (Outcome, error) {
	if u.attempts > maxAttempts {
		return Failed, errCrashed
	}
	limited, cancel := context.WithTimeout(ctx, handleTimeout)
	defer cancel()
	err := b.call(u.give(limited), u)
	switch {
	case err == nil:
		return Done, nil
	case ctx.Err() != nil: // stopped, or the lease is lost: that is not the update's fault
		return Left, context.Cause(ctx)
	case askedFor(err) > 0:
		return Retried, err
	case b.failed(u) >= maxFailures:
		return Failed, err
	}
	return Retried, err
}

// failed counts a failure of the handler and returns how many there were. Attempts are not: those in
// hand when the program ended may have had no part in its end.
func (b *Inbox) failed(u update) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failures[u.seq]++
	return b.failures[u.seq]
}

// pause is how long an update waits that failed.
func (b *Inbox) pause(u update) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return retryAfter[b.failures[u.seq]-1]
}

// forget is for an update that is not attempted again by this process.
func (b *Inbox) forget(u update) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.failures, u.seq)
}

// askedFor is the pause that an error asks for; 0 for none, or none that is waited for.
func askedFor(err error) time.Duration {
	var e interface{ RetryIn() time.Duration }
	if errors.As(err, &e) && e.RetryIn() <= longestAsked {
		return e.RetryIn()
	}
	return 0
}

// call is the handler with its panics turned into errors. What was panicked with
// may repeat what the person wrote, so only its type is told, or the text of
// the runtime's own errors.
func (b *Inbox) call(ctx context.Context, u update) (err error) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		b.opt.Log.Error("handler panicked", "update", u.UpdateID, "stack", string(debug.Stack()))
		var fault runtime.Error
		if e, ok := p.(error); ok && errors.As(e, &fault) {
			err = fmt.Errorf("panic: %w", fault)
			return
		}
		err = fmt.Errorf("panic with a %T", p)
	}()
	return b.opt.Handle(ctx, u.Raw)
}
