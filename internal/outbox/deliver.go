package outbox

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"cartable/bot/chat"
	"cartable/bot/view"
	"cartable/internal/failpoint"
	"cartable/internal/lease"
)

// deliver claims what is due to one reader and makes one attempt to send it: a
// single notification, or several as a summary. left is called when the message leaves.
func (o *Outbox) deliver(ctx context.Context, to reader, left func()) {
	rs := o.claim(ctx, to)
	if len(rs) == 0 {
		return // cancelled, or taken up by somebody else meanwhile
	}
	if rest := rs[1:]; len(rest) > 0 && len(rs) <= separately { // too few are left for a summary
		o.settle(ctx, rest, Left, func(ctx context.Context) error { return o.rows.giveBack(ctx, rest) })
		rs = rs[:1]
	}
	ctx, release := o.leases.Hold(ctx, claims(rs)...)
	defer release()
	failpoint.Reach(failpoint.OutboxClaimed)
	notice, err := o.render(ctx, rs)
	failpoint.Reach(failpoint.OutboxRendered)
	if err != nil {
		o.cannotRender(ctx, rs, err)
		return
	}
	if notice.Skip {
		o.settle(ctx, rs, Cancelled, func(ctx context.Context) error { return o.rows.cancel(ctx, rs) })
		return
	}
	message, err := o.send(ctx, rs[0], notice.Message, left)
	failpoint.Reach(failpoint.OutboxSent)
	if err != nil {
		o.cannotSend(ctx, rs, err)
		return
	}
	if len(rs) > 1 {
		o.settle(ctx, rs, Summarised, func(ctx context.Context) error {
			return o.rows.summarised(ctx, rs, message, o.opt.Clock.Now())
		})
		failpoint.Reach(failpoint.OutboxSettled)
		return
	}
	o.settle(ctx, rs, Sent, func(ctx context.Context) error {
		return o.rows.shown(ctx, rs[0], message, notice, o.opt.Clock.Now())
	})
	failpoint.Reach(failpoint.OutboxSettled)
	signal(o.wakeEdit) // it may have grown old on the way
}

func (o *Outbox) claim(ctx context.Context, to reader) []row {
	ctx, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	rs, err := o.rows.claim(ctx, to)
	o.noteRead(err)
	return rs
}

func claims(rs []row) []lease.Claim {
	out := make([]lease.Claim, len(rs))
	for i, r := range rs {
		out[i] = lease.Claim{ID: int64(r.id()), Token: r.attempts}
	}
	return out
}

// render words the rows of one message.
func (o *Outbox) render(ctx context.Context, rs []row) (n Notice, err error) {
	ctx, cancel := context.WithTimeout(ctx, renderTimeout)
	defer cancel()
	defer o.caught(&err)
	if len(rs) == 1 {
		return o.opt.Renderer.Notice(ctx, rs[0].item)
	}
	items := make([]Item, len(rs))
	for i, r := range rs {
		items[i] = r.item
	}
	return o.opt.Renderer.Summary(ctx, items)
}

// send delivers m to the reader of r, following a chat that moved. A group's new chat
// is noted instead, and what waits for the group goes there.
func (o *Outbox) send(ctx context.Context, r row, m view.Message, left func()) (message int, err error) {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	defer o.caught(&err)
	message, err = o.opt.Sender.Send(ctx, r.chat, m, left)
	switch moved := migratedTo(err); {
	case moved == 0:
	case r.item.Notification.Group == 0:
		message, err = o.opt.Sender.Send(ctx, moved, m, left)
	default:
		if err := o.opt.Domain.MoveGroup(ctx, r.chat, moved); err != nil {
			return 0, err
		}
	}
	o.noteTrouble(ctx, r.chat, err)
	return message, err
}

func migratedTo(err error) int64 {
	var e *chat.Error
	if errors.As(err, &e) && e.Class == chat.Migrated {
		return e.MigratedTo
	}
	return 0
}

// caught turns a panic into an error. What was panicked with may repeat a
// person's data, so only its type is told.
func (o *Outbox) caught(err *error) {
	if p := recover(); p != nil {
		o.opt.Log.Error("delivery panicked", "stack", string(debug.Stack()))
		*err = fmt.Errorf("panic with a %T", p)
	}
}

// awayChats is how many chats have to be left without an answer, one after the other, for
// the messenger to count as away.
const awayChats = 2

// noteTrouble logs when the messenger stops answering, and when it answers again. After it
// was away for everybody, all that was put off for that is sent at once.
func (o *Outbox) noteTrouble(ctx context.Context, chatID int64, err error) {
	class := chat.ClassOf(err)
	trouble := class == chat.Unavailable || class == chat.Unauthorized
	o.mu.Lock()
	before := len(o.trouble)
	if trouble {
		o.trouble[chatID] = true
	} else {
		clear(o.trouble)
	}
	o.mu.Unlock()
	switch {
	case trouble && before == 0:
		o.opt.Log.Warn("messages cannot be delivered", "error", err)
	case !trouble && before > 0:
		o.opt.Log.Info("messages are delivered again")
		if before >= awayChats {
			o.noteRead(o.rows.resume(ctx))
			signal(o.wakeSend)
		}
	}
}
