package bot

import (
	"context"
	"errors"
	"strings"

	"cartable/bot/callback"
	"cartable/bot/chat"
	"cartable/bot/screen"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// handleGroup answers what happens in a group. What people write to one another
// there is not listened to; leads are taken there, and nothing else is done.
func (b *Bot) handleGroup(ctx context.Context, up chat.Update) error {
	if up.Migrated != 0 {
		return b.Domain.MoveGroup(ctx, up.ChatID, up.Migrated)
	}
	r, err := b.request(ctx, up)
	if err != nil {
		return err
	}
	switch {
	case up.Kind == chat.Added:
		return r.addedToGroup(ctx)
	case up.Kind == chat.Removed:
		return r.Domain.LeaveGroup(ctx, crm.Command{Key: r.command().Key}, up.ChatID)
	case up.From.Bot || up.Edited || up.From.ID == 0:
		return nil
	case up.Kind == chat.Tap:
		return r.handleGroupTap(ctx)
	case up.Kind == chat.Text && (up.Command == "start" || r.mentioned()):
		return r.greetGroup(ctx)
	default:
		return nil
	}
}

// addedToGroup remembers the group, where a manager added the bot, and offers them
// in private to choose it for a source. Everybody else's group is left.
func (r *request) addedToGroup(ctx context.Context) error {
	g, err := r.Domain.AddGroup(ctx, r.command(), r.up.ChatID, r.up.Title)
	var refusal *crm.Error
	if errors.As(err, &refusal) && refusal.Code == crm.Forbidden {
		return r.leaveGroup(ctx)
	}
	if err != nil {
		return err
	}
	if r.dir, err = r.Domain.Directory(ctx); err != nil {
		return err
	}
	_, err = r.Messenger.Send(ctx, r.staff.TelegramID, r.reader().GroupAdded(g))
	if err != nil && chat.ClassOf(err) != chat.Unreachable {
		return err
	}
	return r.tellGroup(ctx, r.groupReader().GroupHello())
}

func (r *request) leaveGroup(ctx context.Context) error {
	r.Log.Warn("refused: added to a group by somebody who is no manager", "staff", r.staff.ID)
	if err := r.tellGroup(ctx, r.groupReader().GroupSorry()); err != nil {
		return err
	}
	return r.Messenger.Leave(ctx, r.up.ChatID)
}

// greetGroup says what the bot is for. A group that the program did not hear of,
// since it was away too long, is made known by a manager in this way.
func (r *request) greetGroup(ctx context.Context) error {
	if _, known := r.dir.GroupOf(r.up.ChatID); known {
		return r.tellGroup(ctx, r.groupReader().GroupHello())
	}
	if r.staff.Manages() {
		return r.addedToGroup(ctx)
	}
	return nil
}

// mentioned says whether the text calls the bot by its name.
func (r *request) mentioned() bool {
	return strings.Contains(strings.ToLower(r.up.Text), "@"+strings.ToLower(r.Username))
}

// tellGroup says something in the group, where it may. One that became a supergroup
// meanwhile is followed to its new chat.
func (r *request) tellGroup(ctx context.Context, m view.Message) error {
	_, err := r.everyones().send(ctx, m)
	var e *chat.Error
	if errors.As(err, &e) && e.Class == chat.Migrated {
		if err := r.Domain.MoveGroup(ctx, r.up.ChatID, e.MigratedTo); err != nil {
			return err
		}
		r.up.ChatID = e.MigratedTo
		_, err = r.everyones().send(ctx, m)
	}
	if class := chat.ClassOf(err); class == chat.Unreachable || class == chat.Rejected {
		return nil
	}
	return err
}

// groupReader reads for everyone in a group: the business's language, nobody's rights.
func (r *request) groupReader() screen.Reader {
	return screen.Reader{Dir: r.dir, P: r.Catalogue.Printer(r.dir.Settings.Language), Now: r.now}
}

// everyones is the request with the language of everyone in a group, in which lines get
// their direction.
func (r *request) everyones() *request {
	out := *r
	out.p = r.groupReader().P
	return &out
}

// handleGroupTap answers a tap in a group, always with a box, which only the tapper sees.
func (r *request) handleGroupTap(ctx context.Context) error {
	answer, err := r.tappedInGroup(ctx)
	if err != nil {
		words, known := r.words(err)
		if !known {
			return err
		}
		answer = words
	}
	return r.Messenger.Answer(ctx, r.up.Query, view.Clip(answer, view.MaxAnswer), true)
}

// tappedInGroup takes a lead, by the right of whoever tapped, and shows them its
// card in their own chat. The group's card changes by the outbox.
func (r *request) tappedInGroup(ctx context.Context) (answer string, err error) {
	if !r.staff.Active() {
		r.Log.Warn("refused: tap in a group by somebody who is not active", "staff", r.staff.ID)
		return r.p.T("stranger.tap"), nil
	}
	ref, malformed := callback.Decode(r.up.Data)
	_, known := r.dir.GroupOf(r.up.ChatID)
	var out crm.Outcome
	switch {
	case malformed == nil && known && ref.Action == callback.Take:
		out, err = r.Domain.Take(ctx, r.command(), crm.CustomerID(ref.Record))
	case malformed == nil && known && ref.Action == callback.TakeNext:
		out, err = r.Domain.TakeNext(ctx, r.command())
		err = r.everyones().recount(ctx, ref, err, func(t screen.Tally, waiting int) view.Message { return r.groupReader().GroupSummary(t.Leads, waiting) })
	default:
		r.Log.Warn("refused: button that is none of a group's", "staff", r.staff.ID, "action", string(ref.Action))
		return r.p.T("group.only_take"), nil
	}
	if err != nil {
		return "", err
	}
	own := *r
	own.up.ChatID, own.up.Private = r.staff.TelegramID, true
	err = own.card(ctx, 0, out.Customer)
	if chat.ClassOf(err) == chat.Unreachable {
		return r.p.T("group.write_first"), nil
	}
	return r.p.T("group.taken"), err
}

// actOnGroup shows, in private, which sources are offered in a group, and changes it.
func (r *request) actOnGroup(ctx context.Context, ref callback.Ref) (toast string, err error) {
	g, ok := r.dir.Groups[crm.GroupID(ref.Record)]
	if !ok || g.Left {
		return "", &crm.Error{Code: crm.Gone, Key: crm.KeyNoGroup}
	}
	id := crm.SourceID(ref.Arg)
	switch ref.Action {
	case callback.GroupSource:
		err = r.Domain.OfferInGroup(ctx, r.command(), id, g.ID)
		toast = r.p.T("group.offered", "Source", r.reader().SourceTitle(id))
	case callback.GroupPrivate:
		err = r.Domain.OfferInGroup(ctx, r.command(), id, 0)
		toast = r.p.T("group.private", "Source", r.reader().SourceTitle(id))
	}
	if err != nil {
		return "", err
	}
	if r.dir, err = r.Domain.Directory(ctx); err != nil {
		return "", err
	}
	return toast, r.inPlace(ctx, r.reader().GroupAdded(g))
}
