package screen

import (
	"strconv"

	"cartable/bot/callback"
	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

// Saved says what a command did, with undo, and what to do next: the customer's
// card, and the form that waits since another one was begun.
func (r Reader) Saved(what view.HTML, out crm.Outcome, parked string) view.Message {
	var rows [][]view.Button
	var row []view.Button
	if out.Customer != 0 {
		row = append(row, r.OpenButton(out.Customer))
	}
	if out.Event != 0 {
		row = append(row, r.undoButton(out.Event))
	}
	rows = append(rows, row)
	if parked != "" {
		rows = append(rows, []view.Button{r.button("form_bot.continue", callback.Ref{Action: callback.FormResume, Draft: parked})})
	}
	return view.Message{HTML: what, Inline: r.keyboard(rows...)}
}

// Recorded words the event of a saved form: what stands on the timeline now.
func (r Reader) Recorded(c crm.Customer, e crm.Event) view.HTML {
	return r.fit(func(r Reader) view.HTML {
		return view.Lines(r.P.H("saved.title", "Name", words(r.clip(r.Name(c), 100))), r.eventWords(e, 300))
	})
}

// TriedEnough asks what to do after too many calls without an answer.
func (r Reader) TriedEnough(c crm.Customer, out crm.Outcome) view.Message {
	id, v := int64(c.ID), c.Version
	status := r.button("button.status", callback.Ref{Action: callback.SetStatus, Record: id, Version: v})
	status.Style = view.Primary
	return view.Message{HTML: r.P.H("no_answer.enough", "Name", words(r.clip(r.Name(c), 100)), "Attempt", out.Attempt),
		Inline: r.keyboard(
			[]view.Button{status, r.button("button.remind", callback.Ref{Action: callback.Remind, Record: id, Version: v})},
			[]view.Button{r.button("button.wrong_number", callback.Ref{Action: callback.WrongNumber, Record: id, Version: v}),
				r.button("button.hand_over", callback.Ref{Action: callback.HandOver, Record: id, Version: v})},
			[]view.Button{r.undoButton(out.Event)})}
}

// NoAnswerSaved says when the next try is.
func (r Reader) NoAnswerSaved(c crm.Customer, out crm.Outcome) view.HTML {
	return r.P.H("no_answer.saved", "Name", words(r.clip(r.Name(c), 100)), "Attempt", out.Attempt, "When", r.When(*out.Next))
}

// Reminders lists the open reminders of a customer, each to be settled or moved, and
// offers a new one.
func (r Reader) Reminders(c crm.Customer) view.Message {
	var rows [][]view.Button
	lines := []view.HTML{r.P.H("reminders.title", "Name", words(r.clip(r.Name(c), 100)))}
	for i, rem := range c.Reminders {
		if i == maxReminders {
			break
		}
		line := "• " + r.When(rem.Due)
		if rem.Due.Before(r.Now) {
			line += " " + view.Text(r.P.T("card.overdue"))
		}
		if rem.Reason != "" {
			line += " — " + words(r.clip(rem.Reason, 80))
		}
		lines = append(lines, line)
		at := persian.FormatShort(rem.Due.In(r.Now.Location()), r.Now, r.lang())
		rows = append(rows, []view.Button{
			{Label: r.P.T("reminders.done", "When", at), Data: callback.MustEncode(callback.Ref{Action: callback.Done, Record: int64(rem.ID)})},
			{Label: r.P.T("reminders.move"), Data: callback.MustEncode(callback.Ref{Action: callback.Later, Record: int64(rem.ID), Value: "date"})},
		})
	}
	more := r.button("reminders.new", callback.Ref{Action: callback.Remind, Record: int64(c.ID), Version: c.Version, Arg: 1})
	return view.Message{HTML: view.Lines(lines...), Inline: r.keyboard(append(rows, []view.Button{more})...)}
}

// maxReminders is how many open reminders of a customer are listed.
const maxReminders = 10

// WhichNumber asks which of several numbers is wrong.
// card is the message of the card that it is asked from.
func (r Reader) WhichNumber(c crm.Customer, card int) view.Message {
	var rows [][]view.Button
	for _, p := range c.Phones {
		if !p.Wrong {
			rows = append(rows, []view.Button{{Label: "☎️ " + p.Phone.Local(), Data: callback.MustEncode(callback.Ref{
				Action: callback.WrongPhone, Record: int64(c.ID), Version: c.Version, Arg: int64(card), Value: string(p.Phone)})}})
		}
	}
	return view.Message{HTML: r.P.H("wrong_number.which", "Name", words(r.clip(r.Name(c), 100))), Inline: r.keyboard(rows...)}
}

// NumberWrong says that a number was marked, and offers to add the right one. card
// is the message of the customer's card.
func (r Reader) NumberWrong(c crm.Customer, out crm.Outcome, card int) view.Message {
	m := r.Saved(r.P.H("wrong_number.saved", "Name", words(r.clip(r.Name(c), 100))), out, "")
	add := r.button("wrong_number.add", callback.Ref{Action: callback.EditField, Record: int64(c.ID), Arg: int64(card), Question: "phone"})
	m.Inline = append(r.keyboard([]view.Button{add}), m.Inline...)
	return m
}

// Unknown offers to add a number that no customer has; where a record of it was
// undone, also to erase that.
func (r Reader) Unknown(p persian.Phone, undone bool) view.Message {
	add := r.button("unknown.add", callback.Ref{Action: callback.AddCustomer, Value: string(p)})
	add.Style = view.Success
	rows := [][]view.Button{{add}, {r.button("menu.customers", callback.Ref{Action: callback.Customers})}}
	if undone {
		rows = append(rows, []view.Button{r.button("erase.undone", callback.Ref{Action: callback.EraseUndone, Value: string(p)})})
	}
	return view.Message{HTML: r.P.H("unknown.number", "Phone", phone(p)), Inline: r.keyboard(rows...)}
}

// EditMenu asks which field of a customer to edit. card is the message of the
// customer's card.
func (r Reader) EditMenu(c crm.Customer, card int) view.Message {
	field := func(label, question string) view.Button {
		return view.Button{Label: view.Clip(label, 40), Data: callback.MustEncode(callback.Ref{Action: callback.EditField, Record: int64(c.ID), Arg: int64(card), Question: question})}
	}
	rows := [][]view.Button{
		{field(r.P.T("field.name"), "name"), field(r.P.T("field.phone_add"), "phone")},
		{field(r.P.T("field.city"), "city"), field(r.P.T("field.email"), "email")},
	}
	var row []view.Button
	for _, f := range r.Dir.Fields {
		if f.Retired {
			continue
		}
		row = append(row, field(f.Title.In(r.P.Lang()), "f"+base36(int64(f.ID))))
		if len(row) == 2 {
			rows, row = append(rows, row), nil
		}
	}
	rows = append(rows, row, r.eraseButton(c, card), []view.Button{r.button("common.cancel", callback.Ref{Action: callback.Back, Record: int64(c.ID), Value: "close"})})
	return view.Message{HTML: r.P.H("edit.which", "Name", words(r.clip(r.Name(c), 100))), Inline: r.keyboard(rows...)}
}

// Changed tells somebody in the middle of a form what happened to the customer
// meanwhile, and lets them decide.
func (r Reader) Changed(c crm.Customer, since []crm.Event, draft string, mayGoOn bool) view.Message {
	lines := []view.HTML{r.P.H("changed.title", "Name", words(r.clip(r.Name(c), 100)))}
	for _, e := range since {
		lines = append(lines, r.EventLine(e, 200))
	}
	var row []view.Button
	if mayGoOn {
		row = append(row, r.button("changed.go_on", callback.Ref{Action: callback.FormAccept, Draft: draft, Version: c.Version}))
		lines = append(lines, r.P.H("changed.decide"))
	} else {
		lines = append(lines, r.P.H("changed.not_yours", "Name", words(r.StaffName(c.Holder))))
	}
	row = append(row, r.button("changed.drop", callback.Ref{Action: callback.FormCancel, Draft: draft}))
	return view.Message{HTML: view.Paragraphs(lines...), Inline: r.keyboard(row, []view.Button{r.OpenButton(c.ID)})}
}

// FormLost says that the answers of a form are gone, and how to begin it again.
func (r Reader) FormLost(again *callback.Ref) view.Message {
	m := view.Message{HTML: r.P.H("form_bot.lost")}
	if again != nil {
		m.Inline = r.keyboard([]view.Button{r.button("form_bot.again", *again)})
	}
	return m
}

// FormOver says why a form cannot be gone on with.
func (r Reader) FormOver(why string) view.Message {
	return view.Message{HTML: view.Lines(r.P.H("form_bot.given_up"), view.Text(why))}
}

// FormCancelled says that nothing was saved.
func (r Reader) FormCancelled(c crm.CustomerID, parked string) view.Message {
	return r.Saved(r.P.H("form_bot.cancelled"), crm.Outcome{Customer: c}, parked)
}

func base36(n int64) string { return strconv.FormatInt(n, 36) }
