package screen

import (
	"slices"

	"cartable/bot/callback"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// CardEvents is how many timeline entries a card shows.
const CardEvents = 3

// Card is a customer's record with the last timeline entries and the buttons for
// what its reader may do.
func (r Reader) Card(c crm.Card) view.Message {
	return view.Message{
		HTML:   r.fit(func(r Reader) view.HTML { return r.whole(c) }),
		Inline: append(r.cardButtons(c.Customer), r.undoLast(c)...),
	}
}

func (r Reader) whole(c crm.Card) view.HTML {
	return view.Paragraphs(r.record(c.Customer), r.standing(c.Customer), r.recent(c.Events))
}

// undoLast offers to take back what the reader did a moment ago.
func (r Reader) undoLast(c crm.Card) view.Keyboard {
	if len(c.Events) == 0 {
		return nil
	}
	e := c.Events[0]
	if e.Actor != r.Staff.ID || e.Kind == crm.EventUndone || e.UndoneBy != 0 || r.Now.Sub(e.At) > crm.UndoFor {
		return nil
	}
	return r.keyboard([]view.Button{r.undoButton(e.ID)})
}

// record is who the customer is.
func (r Reader) record(c crm.Customer) view.HTML {
	lines := append([]view.HTML{r.who(c)}, r.values(c, true)...)
	lines = append(lines, r.line("card.city", words(r.clip(c.City, 100))))
	for _, p := range c.Phones {
		number := phone(p.Phone)
		if p.Wrong {
			number = view.Strike(number) + " " + view.Text(r.P.T("card.wrong"))
		}
		if place := p.Phone.Province(r.lang()); place != "" {
			number += " " + view.Text("· "+place)
		}
		lines = append(lines, r.line("card.phone", number))
	}
	lines = append(lines, r.line("card.email", words(r.clip(c.Email, 100))), r.line("card.date", r.inquired(c)))
	lines = append(lines, r.values(c, false)...)
	return view.Lines(append(lines, r.line("card.source", words(r.SourceTitle(c.Source))))...)
}

// values are the business's own fields that managers want on the card, those of
// its first lines or the others.
func (r Reader) values(c crm.Customer, front bool) []view.HTML {
	var lines []view.HTML
	for _, f := range r.Dir.Fields {
		if v := c.Values[f.ID]; v != "" && !f.Retired && !f.Hidden && f.Front == front {
			lines = append(lines, r.answer(f, v))
		}
	}
	return lines
}

func (r Reader) answer(f crm.Field, v crm.Value) view.HTML {
	return view.Text("▫️ "+view.Label(f.Title.In(r.P.Lang()))) + ": " + r.Value(f, v)
}

func (r Reader) who(c crm.Customer) view.HTML {
	return r.line("card.who", view.Bold(words(r.clip(r.Name(c), 200))))
}

// inquired is when the latest inquiry came, and the first where that was another.
func (r Reader) inquired(c crm.Customer) view.HTML {
	latest := r.When(c.LastInquiryAt)
	if c.FirstInquiryAt.IsZero() || c.FirstInquiryAt.Equal(c.LastInquiryAt) {
		return latest
	}
	return r.P.H("card.date_again", "Latest", latest, "First", r.When(c.FirstInquiryAt))
}

// standing is where the follow-up stands: status, cartable, what is due.
func (r Reader) standing(c crm.Customer) view.HTML {
	lines := append([]view.HTML{r.line("card.status", view.Bold(view.Text(r.StatusTitle(c.Status.Status))))}, r.outcome(c.Status)...)
	holder := view.Text(r.P.T("card.nobody"))
	if c.Holder != 0 {
		holder = words(r.StaffName(c.Holder))
	}
	lines = append(lines, r.line("card.cartable", holder))
	if c.HandedBy != 0 {
		lines = append(lines, r.P.H("card.waits_acceptance", "Name", words(r.StaffName(c.HandedBy))))
	}
	for i, rem := range c.Reminders {
		if i == 3 {
			break
		}
		when := r.When(rem.Due)
		if rem.Due.Before(r.Now) {
			when += " " + view.Text(r.P.T("card.overdue"))
		}
		if rem.Reason != "" {
			when += " — " + words(r.clip(rem.Reason, 80))
		}
		lines = append(lines, r.line("card.reminder", when))
	}
	if c.Attempts > 0 {
		lines = append(lines, r.P.HN("card.attempts", c.Attempts))
	}
	return view.Lines(lines...)
}

// Answers are the lines of what was answered to a status, also to questions that
// are asked no more.
func (r Reader) Answers(st crm.StatusState) []view.HTML {
	s, ok := r.Dir.Status(st.Status)
	if !ok {
		return nil
	}
	var lines []view.HTML
	for _, f := range slices.Concat(s.Fields, s.RetiredFields) {
		if v := st.Answers[f.ID]; v != "" {
			lines = append(lines, r.answer(f, v))
		}
	}
	return lines
}

// outcome is Answers with the appointment, where there is one, as one moment in
// place of the fields that make it.
func (r Reader) outcome(st crm.StatusState) []view.HTML {
	s, ok := r.Dir.Status(st.Status)
	if !ok || st.Appointment == nil {
		return r.Answers(st)
	}
	rest := crm.StatusState{Status: st.Status, Answers: crm.Values{}}
	for _, f := range slices.Concat(s.Fields, s.RetiredFields) {
		if f.ID != s.AppointmentDate && f.ID != s.AppointmentTime && (f.Derived == 0 || f.Derived != s.AppointmentDate) {
			rest.Answers[f.ID] = st.Answers[f.ID]
		}
	}
	return append([]view.HTML{r.line("notice.appointment", view.Bold(r.Moment(*st.Appointment)))}, r.Answers(rest)...)
}

func (r Reader) recent(events []crm.Event) view.HTML {
	var lines []view.HTML
	for _, e := range events {
		lines = append(lines, r.EventLine(e, 160))
	}
	if len(lines) == 0 {
		return ""
	}
	return view.Lines(view.Text(r.P.T("card.recent")), view.Lines(lines...))
}

// cardButtons offers what the reader may do. The domain checks again.
func (r Reader) cardButtons(c crm.Customer) view.Keyboard {
	id, v := int64(c.ID), c.Version
	note := r.button("button.note", callback.Ref{Action: callback.Note, Record: id})
	history := r.button("button.timeline", callback.Ref{Action: callback.Timeline, Record: id})
	reading := []view.Button{note, history, r.copyButton(c)}
	var rows [][]view.Button
	if c.Holder == 0 {
		take := r.button("button.take", callback.Ref{Action: callback.Take, Record: id, Version: v})
		take.Style = view.Success
		rows = append(rows, []view.Button{take})
	}
	if !crm.Changes(r.Staff, c) {
		if c.Holder != 0 {
			ask := r.button("button.ask", callback.Ref{Action: callback.AskHolder, Record: id, Version: v})
			rows = append(rows, []view.Button{ask})
		}
		return r.keyboard(append(rows, reading)...)
	}
	if c.HandedBy != 0 && c.Holder == r.Staff.ID {
		rows = append(rows, r.handoffButtons(c))
	}
	status := r.button("button.status", callback.Ref{Action: callback.SetStatus, Record: id, Version: v})
	status.Style = view.Primary
	buttons := []view.Button{
		status, r.button("button.no_answer", callback.Ref{Action: callback.NoAnswer, Record: id, Version: v}),
		r.button("button.remind", callback.Ref{Action: callback.Remind, Record: id, Version: v}),
		r.button("button.hand_over", callback.Ref{Action: callback.HandOver, Record: id, Version: v}),
		r.button("button.wrong_number", callback.Ref{Action: callback.WrongNumber, Record: id, Version: v}),
		r.button("button.edit", callback.Ref{Action: callback.EditFields, Record: id}),
	}
	if c.Status.Appointment == nil {
		return r.keyboard(append(append(rows, pairs(buttons)...), reading)...)
	}
	// With one button more, rows of two come out even.
	reschedule := r.button("button.reschedule", callback.Ref{Action: callback.Reschedule, Record: id, Version: v})
	buttons = append(slices.Insert(buttons, 2, reschedule), reading...)
	return r.keyboard(append(rows, pairs(buttons)...)...)
}

func (r Reader) handoffButtons(c crm.Customer) []view.Button {
	accept := r.button("button.accept", callback.Ref{Action: callback.Accept, Record: int64(c.ID), Arg: c.Version})
	accept.Style = view.Success
	back := r.button("button.return", callback.Ref{Action: callback.Return, Record: int64(c.ID), Arg: c.Version})
	return []view.Button{accept, back}
}

func (r Reader) copyButton(c crm.Customer) view.Button {
	return view.Button{Label: r.P.T("button.copy"), Copy: c.Phone().Local()}
}

// OpenButton opens a customer's card.
func (r Reader) OpenButton(id crm.CustomerID) view.Button {
	return r.button("button.open", callback.Ref{Action: callback.Open, Record: int64(id)})
}
