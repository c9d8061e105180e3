package bot

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"

	"cartable/bot/callback"
	"cartable/bot/form"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// beginning is what a form is begun with.
type beginning struct {
	kind     formKind
	customer crm.CustomerID
	version  int64 // of the customer, as the person saw it
	subject  int64
	message  int // shown in place of this message; 0 for below
	args     map[string]string
	prefill  form.Answers
	notice   view.HTML // said above the first question
}

// draftID is the draft that this update begins. It follows from the update, so
// that one that is handled again continues what it began.
func (r *request) draftID() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d:%d:%d:%s", r.staff.ID, r.up.ChatID, r.up.Message, r.up.Query))
	return base32.StdEncoding.EncodeToString(sum[:])[:callback.MaxDraft]
}

// begin opens a form in a message of its own. The one that was open is parked.
func (r *request) begin(ctx context.Context, b beginning) error {
	d := form.Draft{
		ID: r.draftID(), Kind: string(b.kind), Staff: r.staff.ID, ChatID: r.up.ChatID, Message: b.message,
		Customer: b.customer, CustomerVersion: b.version, Subject: b.subject, Args: b.args, Prefill: b.prefill,
		Answers: form.Answers{}, LastInput: r.inputKey(), OpenedAt: r.now, TouchedAt: r.now,
	}
	if before, ok, err := r.Forms.Find(ctx, d.ID); err != nil {
		return err
	} else if ok {
		d.Message = before.Message
	}
	def, err := r.define(ctx, d)
	if err != nil {
		return err
	}
	d.DefinitionVersion = def.Version
	d = form.Open(def, d, r.env())
	d.Notice = b.notice
	if old, err := r.Drafts.Load(ctx, d.ID); err == nil {
		d = old
	} else if !errors.Is(err, ErrDraftGone) {
		return err
	}
	// Announcements wait from here on, and those on their way arrive first, so that
	// none comes below the question.
	if err := r.Forms.Open(ctx, openForm(d)); err != nil {
		return err
	}
	if err := r.Forms.Hush(ctx, r.staff.ID); err != nil {
		return err
	}
	known := d.Message
	if err := r.ask(ctx, def, &d); err != nil {
		return err
	}
	return r.afterwards(ctx, func(ctx context.Context) error {
		if d.Message == known {
			return nil
		}
		return r.Forms.Open(ctx, openForm(d))
	})
}

func openForm(d form.Draft) OpenForm {
	return OpenForm{ID: d.ID, Staff: d.Staff, ChatID: d.ChatID, Kind: formKind(d.Kind), Customer: d.Customer,
		Subject: d.Subject, Message: d.Message, TouchedAt: d.TouchedAt}
}

// inputKey names the input of this update: a draft does not take it twice.
func (r *request) inputKey() string {
	if r.up.Query != "" {
		return r.up.Query
	}
	return fmt.Sprintf("%d:%d", r.up.ChatID, r.up.Message)
}

// step is one input of a draft.
type step func(form.Definition, form.Draft) (form.Draft, form.Outcome)

// advance feeds one input to a draft and shows what came of it. An input that
// answers a question counts only where its person has seen the question as it is now;
// others (go on, give up) count anyway.
func (r *request) advance(ctx context.Context, id string, answers bool, take step) (toast string, err error) {
	d, err := r.Drafts.Load(ctx, id)
	if errors.Is(err, ErrDraftGone) {
		return r.draftGone(ctx, id)
	}
	if err != nil {
		return "", err
	}
	if d.Staff != r.staff.ID || d.ChatID != r.up.ChatID {
		r.Log.Warn("refused: somebody else's form", "staff", r.staff.ID)
		return r.p.T("form_bot.over"), nil
	}
	open, _, err := r.Forms.Find(ctx, d.ID)
	if err != nil {
		return "", err
	}
	def, err := r.define(ctx, d)
	if err != nil && !open.Saved {
		return r.undefined(ctx, d, err)
	}
	repeated := d.LastInput == r.inputKey()
	var out form.Outcome
	switch {
	case open.Saved:
		// It broke off before that was shown. What the command would be now does not matter: its key
		// answers with what it was.
		out.Submit = true
	case d.DefinitionVersion != def.Version:
		d, out = r.taken(def, d, answers, take)
	case !repeated:
		d, out = take(def, d)
	}
	d.LastInput, d.TouchedAt = r.inputKey(), r.now
	switch {
	case out.Cancel:
		return "", r.drop(ctx, d)
	case out.Submit:
		return r.submit(ctx, def, d)
	}
	return out.Toast, r.keep(ctx, def, d)
}

// keep shows the draft where it is now and stores it.
func (r *request) keep(ctx context.Context, def form.Definition, d form.Draft) error {
	former := 0
	if r.up.Query == "" {
		// What was typed stands below the form's message: the next question has to
		// come below it, or nobody would see it.
		former, d.Message = d.Message, 0
	}
	if err := r.ask(ctx, def, &d); err != nil {
		return err
	}
	r.closeFormer(ctx, former) // after the question, which somebody waits for
	return r.afterwards(ctx, func(ctx context.Context) error { return r.Forms.Open(ctx, openForm(d)) })
}

// ask stores a draft and shows it where it is, at last; where it has no message yet, or the one it has
// is gone, the draft is stored with the new one. Whatever breaks off, the update is handled again, and
// what it says counts once.
func (r *request) ask(ctx context.Context, def form.Definition, d *form.Draft) error {
	m := form.Show(def, *d, r.env())
	if d.Message != 0 {
		if err := r.Drafts.Save(ctx, *d); err != nil {
			return err
		}
		d.Revision++
	}
	show := func(ctx context.Context) error {
		message, err := r.show(ctx, d.Message, m)
		if err != nil || message == d.Message {
			return err
		}
		d.Message = message
		return r.Drafts.Save(ctx, *d)
	}
	if d.Message == 0 {
		return show(ctx)
	}
	return r.atLast(ctx, show)
}

// moveDown closes the message that a form stood in, since it goes on below.
func (r *request) moveDown(ctx context.Context, d form.Draft) form.Draft {
	r.closeFormer(ctx, d.Message)
	d.Message = 0
	return d
}

// closeFormer marks the message of a question as answered; 0 is none.
func (r *request) closeFormer(ctx context.Context, message int) {
	if message == 0 {
		return
	}
	closed := view.Message{HTML: r.p.H("form_bot.answered")}
	if err := r.Messenger.Edit(ctx, r.up.ChatID, message, closed); err != nil {
		r.Log.Debug("close former question", "error", err)
	}
}

// submit makes the domain call of a form that is filled in.
func (r *request) submit(ctx context.Context, def form.Definition, d form.Draft) (string, error) {
	if r.up.Query == "" {
		d = r.moveDown(ctx, d)
	}
	switch formKind(d.Kind) {
	case formChoose:
		return r.chosen(ctx, d)
	case formFind:
		return r.find(ctx, d)
	}
	m, err := r.save(ctx, def, d)
	if crm.IsKey(err, crm.KeyChanged) || crm.IsKey(err, crm.KeyNotYours) {
		return "", r.changedMeanwhile(ctx, d)
	}
	if formKind(d.Kind) == formStatus && (crm.IsKey(err, crm.KeyDefinition) || crm.IsKey(err, crm.KeyNoStatus)) {
		return r.redefined(ctx, d)
	}
	words, known := r.words(err)
	if crm.IsKey(err, crm.KeyNoStatus) || crm.IsKey(err, crm.KeyNoField) { // what a manager shapes is gone
		return view.Clip(words, view.MaxAnswer), r.giveUp(ctx, d, words)
	}
	if err != nil && known {
		var e *crm.Error
		wrong := errors.As(err, &e) && e.Code == crm.Invalid
		d = form.Refuse(def, d, view.Text(words), wrong, r.env())
		return view.Clip(words, view.MaxAnswer), r.keep(ctx, def, d)
	}
	if err != nil {
		return "", err
	}
	return r.finish(ctx, d, m)
}

// find looks up what was asked for, below the question.
func (r *request) find(ctx context.Context, d form.Draft) (string, error) {
	if err := r.lookUp(ctx, string(d.Answers["find"])); err != nil {
		return "", err
	}
	r.FormEnded("saved")
	return "", r.forget(ctx, d.ID)
}

// finish shows the outcome in the form's message and forgets the draft.
func (r *request) finish(ctx context.Context, d form.Draft, m view.Message) (string, error) {
	if err := r.place(ctx, d.Message, m); err != nil {
		return "", err
	}
	if err := r.refreshCard(ctx, d); err != nil {
		return "", err
	}
	return "", r.afterwards(ctx, func(ctx context.Context) error {
		if err := r.forget(ctx, d.ID); err != nil {
			return err
		}
		r.FormEnded("saved") // counted once, even where the outcome had to be shown again
		return nil
	})
}

// refreshCard brings the card up to date from which the form was begun.
func (r *request) refreshCard(ctx context.Context, d form.Draft) error {
	message := number(d.Args[argCard])
	if message == 0 || message == d.Message || d.Customer == 0 {
		return nil
	}
	return r.card(ctx, message, d.Customer)
}

// forget ends a form. Wherever this breaks off, the update that ends it is handled again: while the
// form is open it still has its draft, with which it ends the same way, and once it is closed what was
// typed is known to be no new question. While the drafts' store is away the form ends all the same:
// nothing leads to its answers any more, and they expire.
func (r *request) forget(ctx context.Context, id string) error {
	if r.up.Query == "" {
		if err := r.Drafts.NoteInput(ctx, r.inputKey()); err != nil && !errors.Is(err, ErrDraftsAway) {
			return err
		}
	}
	if err := r.Forms.Close(ctx, id); err != nil {
		return err
	}
	if err := r.Drafts.Delete(ctx, id); err != nil && !errors.Is(err, ErrDraftsAway) {
		return err
	}
	return nil
}

// overtaken forgets a form in whose place another one goes on, once that is shown: before, the update
// that began it needs the draft to come to the same again.
func (r *request) overtaken(ctx context.Context, d form.Draft) error {
	return r.afterwards(ctx, func(ctx context.Context) error { return r.forget(ctx, d.ID) })
}

// current is the form that is open, if one is. over says that none is any more, since this very
// input has ended it.
func (r *request) current(ctx context.Context) (open OpenForm, ok, over bool, err error) {
	open, ok, err = r.Forms.Current(ctx, r.staff.ID, r.up.ChatID)
	if ok || err != nil {
		return open, ok, false, err
	}
	over, err = r.Drafts.KnowsInput(ctx, r.inputKey())
	if errors.Is(err, ErrDraftsAway) {
		return open, false, false, nil // what needs no form goes on without Redis
	}
	return open, false, over, err
}

// parked is the draft that waits since another form was begun; "" for none.
func (r *request) parked(ctx context.Context, but string) (string, error) {
	f, ok, err := r.Forms.Parked(ctx, r.staff.ID, r.up.ChatID)
	if err != nil || !ok || f.ID == but {
		return "", err
	}
	return f.ID, nil
}

// giveUp ends a form that cannot be gone on with, and says why.
func (r *request) giveUp(ctx context.Context, d form.Draft, why string) error {
	if r.up.Query == "" {
		d = r.moveDown(ctx, d)
	}
	if _, err := r.show(ctx, d.Message, r.reader().FormOver(why)); err != nil {
		return err
	}
	r.FormEnded("lost")
	return r.forget(ctx, d.ID)
}

// drop gives a form up, and shows in its place what it was begun from, or that it is
// cancelled; with the form that was parked for it, where there is one.
func (r *request) drop(ctx context.Context, d form.Draft) error {
	parked, err := r.parked(ctx, d.ID)
	if err != nil {
		return err
	}
	m := r.reader().FormCancelled(d.Customer, parked)
	if parked == "" {
		if back, ok, err := r.backFrom(ctx, d); err != nil {
			return err
		} else if ok {
			m = back
		}
	}
	if _, err := r.show(ctx, d.Message, m); err != nil {
		return err
	}
	r.FormEnded("cancelled")
	return r.forget(ctx, d.ID)
}

// cancelOpen is /cancel: it gives up the form that is open.
func (r *request) cancelOpen(ctx context.Context) error {
	open, ok, err := r.Forms.Current(ctx, r.staff.ID, r.up.ChatID)
	if err != nil {
		return err
	}
	if !ok {
		_, err = r.send(ctx, view.Message{HTML: r.p.H("form_bot.nothing_open"), Reply: r.reader().Menu()})
		return err
	}
	// Below what was typed, so that it is seen.
	d := form.Draft{ID: open.ID, Customer: open.Customer, Message: open.Message}
	return r.drop(ctx, r.moveDown(ctx, d))
}

// draftGone answers an input for a form whose answers are not there any more:
// lost with Redis, when PostgreSQL still knows the form; else over.
func (r *request) draftGone(ctx context.Context, id string) (string, error) {
	open, ok, err := r.Forms.Find(ctx, id)
	if err != nil {
		return "", err
	}
	if !ok || open.Staff != r.staff.ID {
		return r.p.T("form_bot.over"), nil
	}
	message := open.Message
	if r.up.Query == "" {
		message = 0
	}
	if _, err := r.show(ctx, message, r.reader().FormLost(open.again())); err != nil {
		return "", err
	}
	r.FormEnded("lost")
	return r.p.T("form_bot.lost_short"), r.Forms.Close(ctx, id)
}

// changedMeanwhile shows what happened to the customer since the person saw it,
// and lets them decide.
func (r *request) changedMeanwhile(ctx context.Context, d form.Draft) error {
	card, err := r.Domain.Card(ctx, r.dir, r.staff, d.Customer, 10)
	if err != nil {
		return r.explain(ctx, err)
	}
	var since []crm.Event
	for _, e := range card.Events {
		if e.Version > d.CustomerVersion {
			since = append(since, e)
		}
	}
	c := card.Customer
	message, err := r.show(ctx, d.Message, r.reader().Changed(c, since, d.ID, crm.Changes(r.staff, c)))
	if err != nil {
		return err
	}
	d.Message = message
	if err := r.Drafts.Save(ctx, d); err != nil {
		return err
	}
	return r.Forms.Open(ctx, openForm(d))
}

// tapForm takes a tap on a form's button.
func (r *request) tapForm(ctx context.Context, ref callback.Ref) (string, error) {
	if ref.Action == callback.FormCancel {
		if open, ok, err := r.Forms.Find(ctx, ref.Draft); err == nil && ok && open.Staff == r.staff.ID {
			d := form.Draft{ID: open.ID, Kind: string(open.Kind), Customer: open.Customer, Subject: open.Subject, Message: open.Message}
			if kept, err := r.Drafts.Load(ctx, open.ID); err == nil { // where it was begun, if that is still known
				d.Args = kept.Args
			}
			return "", r.drop(ctx, d)
		}
	}
	answers := ref.Action != callback.FormResume && ref.Action != callback.FormAccept && ref.Action != callback.FormCancel
	return r.advance(ctx, ref.Draft, answers, func(def form.Definition, d form.Draft) (form.Draft, form.Outcome) {
		switch ref.Action {
		case callback.FormResume:
			d.Message = 0 // below, where the person is now
			return d, form.Outcome{}
		case callback.FormAccept:
			d.CustomerVersion = ref.Version
			return d, form.Outcome{Submit: true}
		default:
			return form.Tap(def, d, ref, r.env())
		}
	})
}
