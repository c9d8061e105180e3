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

// handle makes one attempt at u and settles it.
func (b *Inbox) handle(ctx context.Context, u update) {
	ctx, release := b.leases.Hold(ctx, lease.Claim{ID: u.seq, Token: u.attempts})
	defer release()
	failpoint.Reach(failpoint.InboxClaimed)
	outcome, err := b.attempt(ctx, u)
	failpoint.Reach(failpoint.InboxHandled)
	if b.settle(ctx, u, outcome, err) {
		b.opt.Observe(outcome, b.opt.Clock.Now().Sub(u.receivedAt))
	}
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

// settle writes the outcome down, also when ctx has ended. It returns false when
// that was not possible; then the update is handled again after its lease.
func (b *Inbox) settle(ctx context.Context, u update, outcome Outcome, cause error) bool {
	log := b.opt.Log.With("update", u.updateID, "attempt", u.attempts)
	settled, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	var err error
	switch outcome {
	case Done:
		err = b.rows.done(settled, u)
	case Retried:
		log.Warn("update failed, will be tried again", "error", cause)
		err = b.rows.retry(settled, u, b.opt.Clock.Now().Add(retryAfter[u.attempts-1]), cause)
	case Failed:
		log.Error("update failed and was put aside", "error", cause)
		err = b.rows.fail(settled, u, cause)
	case Left:
		log.Info("update left for later", "reason", cause)
		err = b.rows.leave(settled, u)
	}
	if err != nil {
		log.Error("cannot settle update, it will be handled again", "outcome", outcome, "error", err)
	}
	failpoint.Reach(failpoint.InboxSettled)
	return err == nil
}
