package outbox

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"cartable/bot/chat"
	"cartable/internal/crm"
	"cartable/internal/lease"
)

const (
	firstPause = time.Second
	maxPause   = time.Minute
)

// pauseAfter is how long to wait after the n-th attempt: doubled each time, up
// to a minute, and less by up to a half, so that those who failed together do
// not all come back together.
func pauseAfter(n int) time.Duration {
	pause := maxPause
	if n < 7 {
		pause = min(maxPause, firstPause<<max(0, n-1))
	}
	return pause - rand.N(pause/2)
}

// cannotSend settles rows whose message was not accepted.
func (o *Outbox) cannotSend(ctx context.Context, rs []row, err error) {
	switch chat.ClassOf(err) {
	case chat.TooMany:
		o.postpone(ctx, rs, o.pausedUntil(rs[0], err), err)
	case chat.Unreachable:
		o.unreachable(ctx, rs, err)
	case chat.Migrated: // a group, see send
		o.moved(ctx, rs)
	case chat.Rejected, chat.Gone:
		o.fail(ctx, rs, err)
	default:
		o.later(ctx, rs, err)
	}
}

// pausedUntil honours a 429 for all of the chat.
func (o *Outbox) pausedUntil(r row, err error) time.Time {
	var e *chat.Error
	errors.As(err, &e)
	until := o.opt.Clock.Now().Add(max(e.RetryAfter, firstPause))
	o.keepQuiet(r.chat, until)
	return until
}

// later has rows tried again after a pause; at once where the attempt was broken
// off from outside.
func (o *Outbox) later(ctx context.Context, rs []row, err error) {
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, lease.ErrLost):
		o.opt.Log.Warn("lost the lease of a notification", "notification", rs[0].id(), "rows", len(rs))
	case cause != nil:
		o.settle(ctx, rs, Left, func(ctx context.Context) error { return o.rows.giveBack(ctx, rs) })
	default:
		o.postpone(ctx, rs, o.opt.Clock.Now().Add(pauseAfter(rs[0].attempts)), err)
	}
}

func (o *Outbox) postpone(ctx context.Context, rs []row, until time.Time, cause error) {
	o.settle(ctx, rs, Retried, func(ctx context.Context) error { return o.rows.postpone(ctx, rs, until, cause) })
}

// fail gives rows up, with an alert.
func (o *Outbox) fail(ctx context.Context, rs []row, cause error) {
	for _, r := range rs {
		o.opt.Log.Error("notification failed for good", "notification", r.id(), "kind", r.item.Notification.Kind, "error", cause)
	}
	o.settle(ctx, rs, Failed, func(ctx context.Context) error { return o.rows.fail(ctx, rs, cause) })
}

// cannotRender has rows tried again, and gives them up when it goes on.
func (o *Outbox) cannotRender(ctx context.Context, rs []row, err error) {
	if ctx.Err() == nil && o.countFault(rs[0].id()) >= maxFaults {
		o.fail(ctx, rs, fmt.Errorf("render: %w", err))
		return
	}
	o.opt.Log.Warn("cannot render a notification", "notification", rs[0].id(), "error", err)
	o.later(ctx, rs, err)
}

func (o *Outbox) countFault(id crm.NotificationID) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.faults[id]++
	return o.faults[id]
}

// unreachable notes that the reader's chat takes no messages. The rows go back:
// leads are cancelled by the next sweep and inquiries passed on, the others wait. A
// group that takes none was left: what was offered there is routed anew.
func (o *Outbox) unreachable(ctx context.Context, rs []row, cause error) {
	if err := o.reportUnreachable(ctx, rs[0]); err != nil {
		o.opt.Log.Error("cannot note that a chat cannot be reached", "notification", rs[0].id(), "error", err)
		o.later(ctx, rs, cause)
		return
	}
	o.settle(ctx, rs, Unreachable, func(ctx context.Context) error {
		if err := o.rows.giveBack(ctx, rs); err != nil {
			return err
		}
		return o.rows.sweep(ctx)
	})
}

// moved gives rows back whose group is another chat by now, to be sent there. Mostly the
// move itself has done so.
func (o *Outbox) moved(ctx context.Context, rs []row) {
	o.settle(ctx, rs, Retried, func(ctx context.Context) error {
		if err := o.rows.giveBack(ctx, rs); !errors.Is(err, errTaken) {
			return err
		}
		return nil
	})
}

// reportUnreachable is one command for each attempt: the same again when its
// answer got lost, another one when the reader came back and left again.
func (o *Outbox) reportUnreachable(ctx context.Context, r row) error {
	ctx, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	key := fmt.Sprintf("unreachable:%d:%d", r.id(), r.attempts)
	if r.item.Notification.Group != 0 {
		return o.opt.Domain.LeaveGroup(ctx, crm.Command{Key: key}, r.chat)
	}
	return o.opt.Domain.Reachable(ctx, crm.Command{Key: key}, r.item.Notification.To, false)
}

// settle writes an outcome down, also when ctx has ended: what was sent and is
// not noted would be sent again.
func (o *Outbox) settle(ctx context.Context, rs []row, outcome Outcome, write func(context.Context) error) {
	ctx = context.WithoutCancel(ctx)
	var err error
	for try := range settleTries {
		if try > 0 {
			<-time.After(settlePause)
		}
		if err = limited(ctx, settleTimeout, write); err == nil || errors.Is(err, errTaken) {
			break
		}
	}
	if err != nil {
		o.opt.Log.Error("cannot settle a notification, it may be repeated",
			"notification", rs[0].id(), "rows", len(rs), "outcome", outcome, "error", err)
		return
	}
	o.observe(rs, outcome)
}

func limited(ctx context.Context, timeout time.Duration, fn func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return fn(ctx)
}

func (o *Outbox) observe(rs []row, outcome Outcome) {
	if outcome != Retried && outcome != Left {
		o.mu.Lock()
		for _, r := range rs {
			delete(o.faults, r.id())
		}
		o.mu.Unlock()
	}
	now := o.opt.Clock.Now()
	for _, r := range rs {
		o.opt.Observe(outcome, now.Sub(r.item.Notification.CreatedAt))
	}
}
