package bot

import (
	"context"
	"errors"
	"strconv"
	"time"

	"cartable/bot/callback"
	"cartable/bot/chat"
	"cartable/bot/form"
	"cartable/bot/screen"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// card shows a customer's card at last, in place of a message, or below for message 0.
func (r *request) card(ctx context.Context, message int, id crm.CustomerID) error {
	c, err := r.Domain.Card(ctx, r.dir, r.staff, id, screen.CardEvents)
	if err != nil {
		return err
	}
	return r.place(ctx, message, r.reader().Card(c))
}

// actOnCustomer carries out a button of a card.
func (r *request) actOnCustomer(ctx context.Context, ref callback.Ref) (string, error) {
	id := crm.CustomerID(ref.Record)
	b := beginning{customer: id, version: ref.Version, args: map[string]string{argCard: strconv.Itoa(r.up.Message)}}
	switch ref.Action {
	case callback.Open:
		message := 0
		if ref.Value != "" {
			message = r.up.Message
		}
		return "", r.card(ctx, message, id)
	case callback.Take:
		return r.take(ctx, id)
	case callback.Timeline:
		return "", r.timeline(ctx, id, crm.EventID(ref.Arg))
	case callback.Note:
		if _, err := r.Domain.Card(ctx, r.dir, r.staff, id, 0); err != nil {
			return "", err
		}
		b.kind = formNote
		return "", r.begin(ctx, b)
	case callback.AskHolder:
		_, err := r.Domain.AskHolder(ctx, r.command(), id)
		return r.p.T("toast.asked"), err
	case callback.EditField:
		b.args = map[string]string{argCard: strconv.FormatInt(ref.Arg, 10)}
		return r.editField(ctx, b, ref.Question)
	default:
		return r.actAsHolder(ctx, ref, b)
	}
}

// actAsHolder carries out what only the holder and managers may. Whoever may not,
// or sees an older version, is shown the card as it is now instead.
func (r *request) actAsHolder(ctx context.Context, ref callback.Ref, b beginning) (string, error) {
	c, err := r.Domain.Card(ctx, r.dir, r.staff, b.customer, 0)
	if err != nil {
		return "", err
	}
	if !crm.Changes(r.staff, c.Customer) {
		return "", &crm.Error{Code: crm.Forbidden, Key: crm.KeyNotYours, Staff: c.Customer.Holder, Customer: b.customer}
	}
	if ref.Version != 0 && ref.Version != c.Customer.Version {
		return r.p.T("toast.refreshed"), r.card(ctx, r.up.Message, b.customer)
	}
	b.version = c.Customer.Version
	switch ref.Action {
	case callback.SetStatus:
		b.kind = formChoose
		err = r.begin(ctx, b)
	case callback.ChooseStat:
		b.kind, b.subject, b.message = formStatus, ref.Arg, r.up.Message
		b.args = nil
		err = r.begin(ctx, b)
	case callback.Reschedule:
		b.kind, b.subject = formStatus, int64(c.Customer.Status.Status)
		b.prefill = prefill(c.Customer)
		err = r.begin(ctx, b)
	case callback.HandOver:
		b.kind = formHandOver
		err = r.begin(ctx, b)
	case callback.Remind:
		if len(c.Customer.Reminders) > 0 && ref.Arg == 0 {
			_, err = r.send(ctx, r.reader().Reminders(c.Customer))
			return "", err
		}
		b.kind = formRemind
		if ref.Arg != 0 {
			b.message = r.up.Message
		}
		err = r.begin(ctx, b)
	case callback.EditFields:
		_, err = r.send(ctx, r.reader().EditMenu(c.Customer, r.up.Message))
	case callback.NoAnswer:
		return "", r.noAnswer(ctx, c.Customer, ref.Arg != 0)
	case callback.WrongPhone:
		return "", r.wrongNumber(ctx, c.Customer, ref.Value, int(ref.Arg))
	default: // WrongNumber
		return "", r.whichNumber(ctx, c.Customer)
	}
	return "", err
}

// prefill is what stands now, offered to keep.
func prefill(c crm.Customer) form.Answers {
	out := form.Answers{form.NextID: crm.Value(strconv.FormatInt(int64(c.Holder), 10))}
	for id, v := range c.Status.Answers {
		out[form.FieldQuestion(id)] = v
	}
	return out
}

func (r *request) editField(ctx context.Context, b beginning, field string) (string, error) {
	c, err := r.Domain.Card(ctx, r.dir, r.staff, b.customer, 0)
	if err != nil {
		return "", err
	}
	b.kind, b.message = formEdit, r.up.Message
	b.args[argField] = field
	b.prefill = form.Answers{}
	switch field {
	case "name":
		b.prefill[field] = crm.Value(c.Customer.Name)
	case "city":
		b.prefill[field] = crm.Value(c.Customer.City)
	case "email":
		b.prefill[field] = crm.Value(c.Customer.Email)
	case "phone":
		b.message = 0
	case "":
		return r.p.T("error.old_button"), nil
	default:
		id := crm.FieldID(number36(field[1:]))
		b.prefill[form.FieldQuestion(id)] = c.Customer.Values[id]
	}
	return "", r.begin(ctx, b)
}

// take brings a customer into the person's cartable; the card shows it, or who
// was quicker.
func (r *request) take(ctx context.Context, id crm.CustomerID) (string, error) {
	_, err := r.Domain.Take(ctx, r.command(), id)
	if err != nil && !crm.IsKey(err, crm.KeyTaken) && !crm.IsKey(err, crm.KeyYours) {
		return "", err
	}
	toast := r.p.T("toast.taken")
	if err != nil {
		toast, _ = r.words(err)
	}
	return toast, r.card(ctx, r.up.Message, id)
}

func (r *request) takeNext(ctx context.Context) error {
	out, err := r.Domain.TakeNext(ctx, r.command())
	if err != nil {
		return err
	}
	return r.card(ctx, 0, out.Customer)
}

// recount brings the summary whose button was tapped up to date, after the tap took a
// lead or found none; it returns err. A button of an older version says not what its
// message tells of: it is left as it is.
func (r *request) recount(ctx context.Context, ref callback.Ref, err error, summary func(t screen.Tally, waiting int) view.Message) error {
	if err != nil && !crm.IsKey(err, crm.KeyNoLead) || ref.Arg+ref.Version+ref.Record == 0 {
		return err
	}
	waiting, failed := r.Domain.WaitingLeads(ctx)
	if failed == nil {
		_, failed = r.show(ctx, r.up.Message, summary(screen.Tally{Leads: int(ref.Arg), Untaken: int(ref.Version), Inquiries: int(ref.Record)}, waiting))
	}
	if chat.ClassOf(failed) == chat.Rejected { // the lead is theirs all the same
		return err
	}
	return errors.Join(err, failed)
}

func (r *request) timeline(ctx context.Context, id crm.CustomerID, before crm.EventID) error {
	c, err := r.Domain.Timeline(ctx, r.dir, r.staff, id, before, screen.TimelinePage+1)
	if err != nil {
		return err
	}
	more := len(c.Events) > screen.TimelinePage
	if more {
		c.Events = c.Events[:screen.TimelinePage]
	}
	return r.inPlace(ctx, r.reader().Timeline(c, more, before == 0))
}

// noAnswer counts a call without an answer; in place of a reminder's question,
// below a card, which shows it too.
func (r *request) noAnswer(ctx context.Context, c crm.Customer, asked bool) error {
	out, err := r.Domain.NoAnswer(ctx, r.command(), c.ID, c.Version)
	if err != nil {
		return err
	}
	m := r.reader().TriedEnough(c, out)
	if out.Next != nil {
		m = r.reader().Saved(r.reader().NoAnswerSaved(c, out), out, "")
	}
	if asked {
		return r.inPlace(ctx, m)
	}
	return r.belowCard(ctx, r.up.Message, c.ID, m)
}

// belowCard says what came of a card's button, and brings the card up to date.
func (r *request) belowCard(ctx context.Context, card int, id crm.CustomerID, m view.Message) error {
	if _, err := r.send(ctx, m); err != nil || card == 0 {
		return err
	}
	return r.card(ctx, card, id)
}

func (r *request) whichNumber(ctx context.Context, c crm.Customer) error {
	var good []crm.PhoneNumber
	for _, p := range c.Phones {
		if !p.Wrong {
			good = append(good, p)
		}
	}
	if len(good) == 1 {
		return r.wrongNumber(ctx, c, string(good[0].Phone), 0)
	}
	if len(good) == 0 {
		return &crm.Error{Code: crm.Gone, Key: crm.KeyNoPhone}
	}
	_, err := r.send(ctx, r.reader().WhichNumber(c, r.up.Message))
	return err
}

// wrongNumber marks a number: by a button of the card, or in place of the question
// which one, which knows the card that it was asked from.
func (r *request) wrongNumber(ctx context.Context, c crm.Customer, phone string, card int) error {
	out, err := r.Domain.WrongNumber(ctx, r.command(), c.ID, c.Version, phone)
	if err != nil {
		return err
	}
	if card == 0 {
		return r.belowCard(ctx, r.up.Message, c.ID, r.reader().NumberWrong(c, out, r.up.Message))
	}
	if err := r.inPlace(ctx, r.reader().NumberWrong(c, out, card)); err != nil {
		return err
	}
	return r.card(ctx, card, c.ID)
}

// actOnHandoff answers a hand-off, or a colleague who asked for a customer.
func (r *request) actOnHandoff(ctx context.Context, ref callback.Ref) (string, error) {
	id := crm.CustomerID(ref.Record)
	switch ref.Action {
	case callback.Accept:
		if _, err := r.Domain.Accept(ctx, r.command(), id); err != nil {
			return "", err
		}
		return r.p.T("toast.accepted"), r.card(ctx, r.up.Message, id)
	case callback.Return:
		return "", r.begin(ctx, beginning{kind: formReturn, customer: id, args: map[string]string{argCard: strconv.Itoa(r.up.Message)}})
	case callback.GiveHolder:
		if _, err := r.Domain.HandOver(ctx, r.command(), id, ref.Version, crm.StaffID(ref.Arg), ""); err != nil {
			return "", err
		}
		return r.p.T("toast.given"), r.card(ctx, r.up.Message, id)
	default: // KeepHolder
		if _, err := r.Domain.Keep(ctx, r.command(), id, crm.StaffID(ref.Arg)); err != nil {
			return "", err
		}
		return r.p.T("toast.kept"), r.card(ctx, r.up.Message, id)
	}
}

// undo takes a command back and says so in its message.
func (r *request) undo(ctx context.Context, id crm.EventID) (string, error) {
	out, err := r.Domain.Undo(ctx, r.command(), id)
	if err != nil {
		return "", err
	}
	m := r.reader().Saved(r.p.H("saved.undone"), crm.Outcome{}, "")
	c, err := r.Domain.Card(ctx, r.dir, r.staff, out.Customer, 0)
	if err == nil {
		m = r.reader().Saved(r.p.H("saved.undone"), crm.Outcome{Customer: c.Customer.ID}, "")
	}
	return r.p.T("toast.undone"), r.inPlace(ctx, m)
}

// actOnReminder reacts to a ring: done asks what came of it in the same message.
func (r *request) actOnReminder(ctx context.Context, ref callback.Ref) (string, error) {
	id := crm.ReminderID(ref.Record)
	customer, err := r.Domain.ReminderCustomer(ctx, id)
	if err != nil {
		return "", err
	}
	c, err := r.Domain.Card(ctx, r.dir, r.staff, customer, 0)
	if err != nil {
		return "", err
	}
	if err := r.Domain.React(ctx, r.staff.ID, id); err != nil {
		return "", err
	}
	if ref.Value != laterOpen && ref.Value != laterPick {
		if err := r.Forms.TakeOver(ctx, r.staff.ID, r.up.Message); err != nil {
			return "", err
		}
	}
	if ref.Action == callback.Done {
		if !crm.Settles(r.staff, c.Customer, id) {
			return "", &crm.Error{Code: crm.Forbidden, Key: crm.KeyNotYours, Staff: c.Customer.Holder}
		}
		return "", r.inPlace(ctx, r.reader().WhatCame(c.Customer, id))
	}
	if ref.Action == callback.DoneNothing {
		out, err := r.Domain.Done(ctx, r.command(), id)
		if err != nil {
			return "", err
		}
		return "", r.inPlace(ctx, r.reader().Saved(r.p.H("saved.done"), out, ""))
	}
	return r.later(ctx, c.Customer, id, ref.Value)
}

// What a button of a ring says of when, beside a span of time.
const (
	laterOpen = "open" // not at all: the customer's card
	laterPick = "pick" // ask, below
	laterDate = "date" // ask, in this message
)

// later puts a reminder off, or opens the card of its customer.
func (r *request) later(ctx context.Context, c crm.Customer, id crm.ReminderID, choice string) (string, error) {
	var at time.Time
	switch choice {
	case laterOpen:
		return "", r.card(ctx, 0, c.ID)
	case "15m":
		at = r.now.Add(15 * time.Minute)
	case "1h":
		at = r.now.Add(time.Hour)
	case "tomorrow":
		at = r.now.AddDate(0, 0, 1)
	case laterDate:
		return "", r.begin(ctx, beginning{kind: formLater, customer: c.ID, subject: int64(id), message: r.up.Message})
	default:
		return "", r.begin(ctx, beginning{kind: formLater, customer: c.ID, subject: int64(id)})
	}
	out, err := r.Domain.Postpone(ctx, r.command(), id, at)
	if err != nil {
		return "", err
	}
	words := r.p.H("saved.later", "When", r.reader().When(at))
	return "", r.inPlace(ctx, r.reader().Saved(words, out, ""))
}
