package bot

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"

	"cartable/bot/callback"
	"cartable/bot/chat"
	"cartable/bot/screen"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// handleTap answers a tap.
func (r *request) handleTap(ctx context.Context) error {
	toast, alert, err := r.tapped(ctx)
	if err != nil && chat.ClassOf(err) != chat.Unreachable {
		words, known := r.words(err)
		if !known {
			return err
		}
		toast, alert = words, true
	}
	if err := r.answerTap(ctx, toast, alert); err != nil {
		return err
	}
	for _, do := range r.rest {
		if err := do(ctx); err != nil {
			return err
		}
	}
	return nil
}

// answerTap shows what a tap is to show at last, all of it at once, and has its button busy no longer.
// What is said above the button comes after what is shown, or nobody would look there.
func (r *request) answerTap(ctx context.Context, toast string, alert bool) error {
	answer := func(ctx context.Context) error {
		return r.Messenger.Answer(ctx, r.up.Query, view.Clip(toast, view.MaxAnswer), alert)
	}
	if toast == "" {
		return together(ctx, append(r.last, answer))
	}
	if err := together(ctx, r.last); err != nil {
		return err
	}
	return reached(answer(ctx))
}

// together does all of it at once, the first of it here. That somebody cannot be reached is no error.
func together(ctx context.Context, all []func(context.Context) error) error {
	if len(all) == 0 {
		return nil
	}
	var others errgroup.Group
	for _, do := range all[1:] {
		others.Go(func() error { return reached(do(ctx)) })
	}
	first := all[0](ctx)
	return errors.Join(reached(first), others.Wait())
}

// reached is err, unless it is that somebody blocked the bot, which is nobody's fault.
func reached(err error) error {
	if chat.ClassOf(err) == chat.Unreachable {
		return nil
	}
	return err
}

func (r *request) tapped(ctx context.Context) (toast string, alert bool, err error) {
	if !r.staff.Active() {
		r.Log.Warn("refused: tap by somebody who is not active", "staff", r.staff.ID)
		return r.p.T("stranger.tap"), true, nil
	}
	ref, err := callback.Decode(r.up.Data)
	if err != nil {
		r.Log.Warn("refused: malformed button", "staff", r.staff.ID)
		return r.p.T("error.old_button"), true, nil
	}
	toast, err = r.act(ctx, ref)
	return toast, false, err
}

// actOnList opens and pages lists, and settles what was pasted.
func (r *request) actOnList(ctx context.Context, ref callback.Ref) (string, error) {
	switch ref.Action {
	case callback.Cartable:
		if ref.Value == screen.Below {
			return "", r.cartable(ctx, 0, crm.InboxCursor{})
		}
		section, _ := screen.SectionOf(ref.Value)
		return "", r.cartable(ctx, r.up.Message, crm.InboxCursor{Section: section, Order: ref.Version, ID: crm.CustomerID(ref.Arg)})
	case callback.Customers:
		if ref.Value == screen.Below {
			return "", r.customers(ctx, 0, "", crm.Cursor{})
		}
		return "", r.customers(ctx, r.up.Message, screen.Filters(ref.Value), cursorOf(ref))
	case callback.Found:
		return "", r.turnSearch(ctx, ref.Draft, cursorOf(ref))
	case callback.Filters:
		return "", r.inPlace(ctx, r.reader().FilterMenu(screen.Filters(ref.Value)))
	case callback.FilterBy:
		if len(ref.Question) != 1 {
			return r.p.T("error.old_button"), nil
		}
		return "", r.inPlace(ctx, r.reader().FilterChoices(screen.Filters(ref.Value), ref.Question[0]))
	case callback.TakeNext:
		err := r.takeNext(ctx)
		return "", r.recount(ctx, ref, err, r.reader().Summary)
	case callback.AddCustomer:
		if ref.Value == "" {
			return "", r.begin(ctx, beginning{kind: formCustomer})
		}
		return "", r.begin(ctx, beginning{kind: formCustomer, args: map[string]string{argPhone: ref.Value}})
	case callback.ImportList:
		return "", r.importList(ctx, ref.Draft)
	case callback.DropList:
		return "", r.inPlace(ctx, r.reader().FormCancelled(0, ""))
	case callback.Language:
		if ref.Value == "" {
			return "", r.inPlace(ctx, r.reader().Languages())
		}
		return "", r.chooseLanguage(ctx, crm.Language(ref.Value))
	case callback.Back:
		return "", r.inPlace(ctx, r.reader().FormCancelled(crm.CustomerID(ref.Record), ""))
	case callback.Menu:
		return "", r.menu(ctx)
	default: // Help
		_, err := r.send(ctx, r.reader().Help())
		return "", err
	}
}

// actOnBatch shares the customers of a list out.
func (r *request) actOnBatch(ctx context.Context, ref callback.Ref) (string, error) {
	batch := crm.BatchID(ref.Record)
	switch ref.Action {
	case callback.ShareOut:
		return "", r.share(ctx, batch, r.everyoneElse(), 0)
	case callback.ShareWith:
		return "", r.share(ctx, batch, screen.Chosen(ref.Value), r.up.Message)
	default: // ShareNow
		return r.shareNow(ctx, batch, ref.Value)
	}
}

// inPlace shows m where the tapped button is, at last.
func (r *request) inPlace(ctx context.Context, m view.Message) error {
	return r.place(ctx, r.up.Message, m)
}
