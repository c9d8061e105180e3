package inbox

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"

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
	log := b.opt.Log.With("update", u.updateID, "attempt", u.attempts)
	switch outcome {
	case Retried:
		log.Warn("update failed, will be tried again", "error", err)
		f.retryAt = b.opt.Clock.Now().Add(retryAfter[u.attempts-1])
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
	err := b.call(limited, u)
	switch {
	case err == nil:
		return Done, nil
	case ctx.Err() != nil: // stopped, or the lease is lost: that is not the update's fault
		return Left, context.Cause(ctx)
	case u.attempts >= maxAttempts:
		return Failed, err
	}
	return Retried, err
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
		b.opt.Log.Error("handler panicked", "update", u.updateID, "stack", string(debug.Stack()))
		var fault runtime.Error
		if e, ok := p.(error); ok && errors.As(e, &fault) {
			err = fmt.Errorf("panic: %w", fault)
			return
		}
		err = fmt.Errorf("panic with a %T", p)
	}()
	return b.opt.Handle(ctx, u.payload)
}
