package outbox

import (
	"context"

	"cartable/bot/chat"
	"cartable/bot/view"
)

// edit makes one attempt to bring a sent message up to date.
func (o *Outbox) edit(ctx context.Context, r row) {
	rs := []row{r}
	ctx, release := o.leases.Hold(ctx, claims(rs)...)
	defer release()
	notice, err := o.render(ctx, rs)
	if err != nil {
		if ctx.Err() == nil && o.countFault(r.id()) >= maxFaults {
			o.giveUpEdit(ctx, r, err)
			return
		}
		o.opt.Log.Warn("cannot render a message anew", "notification", r.id(), "error", err)
		o.later(ctx, rs, err)
		return
	}
	if !notice.Skip {
		err = o.replace(ctx, r, notice.Message)
	}
	switch chat.ClassOf(err) {
	case "":
		if err != nil {
			o.later(ctx, rs, err)
			return
		}
		o.settle(ctx, rs, Edited, func(ctx context.Context) error {
			return o.rows.shown(ctx, r, r.message, notice, o.opt.Clock.Now())
		})
	case chat.TooMany:
		o.postpone(ctx, rs, o.pausedUntil(r, err), err)
	case chat.Unreachable:
		o.unreachable(ctx, rs, err)
	case chat.Gone, chat.Migrated:
		o.settle(ctx, rs, Unedited, func(ctx context.Context) error { return o.rows.uneditable(ctx, r, err) })
	case chat.Rejected:
		o.giveUpEdit(ctx, r, err)
	default:
		o.later(ctx, rs, err)
	}
}

// replace edits the message. One of a group that moved is gone: its ID may be
// another message's in the new chat.
func (o *Outbox) replace(ctx context.Context, r row, m view.Message) (err error) {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	defer o.caught(&err)
	err = o.opt.Sender.Edit(ctx, r.chat, r.message, m)
	if moved := migratedTo(err); moved != 0 {
		if err := o.opt.Domain.MoveGroup(ctx, r.chat, moved); err != nil {
			return err
		}
	}
	o.noteTrouble(ctx, r.chat, err)
	return err
}

// giveUpEdit leaves a message as it is until it grows old again, with an alert.
func (o *Outbox) giveUpEdit(ctx context.Context, r row, cause error) {
	o.opt.Log.Error("message cannot be brought up to date", "notification", r.id(), "kind", r.item.Notification.Kind, "error", cause)
	o.settle(ctx, []row{r}, Unedited, func(ctx context.Context) error { return o.rows.uneditable(ctx, r, cause) })
}
