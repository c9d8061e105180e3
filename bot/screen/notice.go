package screen

import (
	"time"

	"cartable/bot/callback"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// Notice is what a notification is worded from: the event that it tells of, as it
// was then, and the customer as they are now.
type Notice struct {
	crm.Notification
	Event     crm.Event
	Card      crm.Card
	SentAt    time.Time // when its message was sent; zero for one that is about to be
	Withdrawn bool      // what it told of was undone
}

// Lead offers a customer to whoever takes them first, once more, or tells a manager
// that nobody did. Taken, the card says by whom.
func (r Reader) Lead(n Notice) view.Message {
	c := n.Card.Customer
	if n.Withdrawn {
		return r.withdrawn("notice.lead", c)
	}
	head := r.P.H("notice.lead")
	if n.Event.Detail.Returning {
		head = r.P.H("notice.lead_again")
	}
	switch {
	case n.Kind == crm.NotifyUntaken:
		head = r.P.H("notice.untaken")
	case n.Ring > 1 && c.Waiting():
		head = r.P.H("notice.lead_waits")
	}
	switch {
	case c.Holder == r.Staff.ID && c.Holder != 0:
		return r.Card(n.Card)
	case c.Holder != 0:
		// Whoever did not get it needs no record of it in their chat.
		return view.Message{
			HTML:   view.Lines(view.Strike(head), view.Bold(words(r.clip(r.Name(c), 100))), r.P.H("notice.taken", "Name", words(r.StaffName(c.Holder)), "When", r.When(c.HeldSince))),
			Inline: r.keyboard([]view.Button{r.OpenButton(c.ID)}),
		}
	case !c.Waiting():
		m := r.Card(n.Card)
		m.HTML = r.fit(func(r Reader) view.HTML { return view.Paragraphs(r.P.H("notice.settled"), r.whole(n.Card)) })
		return m
	}
	m := r.Card(crm.Card{Customer: c})
	m.HTML = r.fit(func(r Reader) view.HTML {
		standing := view.HTML("")
		if n.Event.Detail.Returning {
			standing = r.standing(c)
		}
		return view.Paragraphs(view.Bold(head), r.record(c), standing, r.said(n.Event))
	})
	return m
}

// Routed tells somebody of a lead that is theirs: it came into their cartable without
// anybody's hand.
func (r Reader) Routed(n Notice) view.Message {
	c := n.Card.Customer
	if n.Withdrawn {
		return r.withdrawn("notice.routed", c)
	}
	head := view.Bold(r.P.H("notice.routed"))
	if n.Event.Detail.Returning {
		head = view.Bold(r.P.H("notice.routed_again"))
	}
	if c.Holder != r.Staff.ID {
		return view.Message{
			HTML:   view.Paragraphs(view.Strike(head), view.Bold(words(r.clip(r.Name(c), 100))), r.P.H("notice.not_yours_now")),
			Inline: r.keyboard([]view.Button{r.OpenButton(c.ID)}),
		}
	}
	return view.Message{Inline: r.cardButtons(c), HTML: r.fit(func(r Reader) view.HTML {
		standing := view.HTML("")
		if n.Event.Detail.Returning {
			standing = r.standing(c)
		}
		return view.Paragraphs(head, r.record(c), standing, r.said(n.Event))
	})}
}

// said is what the customer wrote, and what an inquiry says other than the record.
func (r Reader) said(e crm.Event) view.HTML {
	out := view.HTML("")
	if e.Detail.Message != "" {
		out = view.Quote(words(r.clip(e.Detail.Message, 800)))
	}
	for _, d := range e.Detail.Differs {
		out = view.Lines(out, r.differs(d))
	}
	return out
}

// Inquiry tells a holder that their customer came again, or a manager that a
// colleague's did, or came to them first.
func (r Reader) Inquiry(n Notice) view.Message {
	if n.Withdrawn {
		return r.withdrawn("notice.inquiry_short", n.Card.Customer)
	}
	m := r.Card(crm.Card{Customer: n.Card.Customer})
	m.HTML = r.fit(func(r Reader) view.HTML {
		return view.Paragraphs(view.Bold(r.cameAgain(n)),
			r.said(n.Event), r.record(n.Card.Customer), r.standing(n.Card.Customer))
	})
	return m
}

func (r Reader) cameAgain(n Notice) view.HTML {
	source := words(r.SourceTitle(n.Event.Detail.Source))
	switch holder := n.Card.Customer.Holder; holder {
	case 0:
		return r.P.H("notice.lead_again")
	case r.Staff.ID:
		return r.P.H("notice.inquiry", "Source", source)
	default:
		if !n.Event.Detail.Returning { // routing brought it to somebody whom nothing reaches
			return r.P.H("notice.lead_of", "Name", words(r.StaffName(holder)), "Source", source)
		}
		return r.P.H("notice.inquiry_of", "Name", words(r.StaffName(holder)), "Source", source)
	}
}

// HandedOver tells the receiver who, from whom, why, what was agreed and when:
// as it was agreed then, with the buttons of now.
func (r Reader) HandedOver(n Notice) view.Message {
	c := n.Card.Customer
	if n.Withdrawn {
		return r.withdrawn("notice.hand_over", c)
	}
	key := "notice." + string(n.Kind)
	if n.Kind == crm.NotifyHandOver && n.Event.Delta.Holder == nil {
		key = "notice.stayed" // in the cartable where it was
	}
	head := view.Bold(r.P.H(key, "Name", words(r.StaffName(n.Event.Actor))))
	m := view.Message{Inline: r.cardButtons(c)}
	m.HTML = r.fit(func(r Reader) view.HTML { return view.Paragraphs(head, r.record(c), r.agreed(n.Event)) })
	if c.Holder != r.Staff.ID {
		m.HTML = r.fit(func(r Reader) view.HTML {
			return view.Paragraphs(head, view.Bold(words(r.clip(r.Name(c), 100))), r.agreed(n.Event), r.P.H("notice.not_yours_now"))
		})
		m.Inline = r.keyboard([]view.Button{r.OpenButton(c.ID)})
	}
	return m
}

// Away tells whoever held the customer that somebody else moved it on.
func (r Reader) Away(n Notice) view.Message {
	c := n.Card.Customer
	if n.Withdrawn {
		return r.withdrawn("notice.away_short", c)
	}
	return view.Message{
		HTML: view.Paragraphs(view.Bold(r.P.H("notice.away", "Name", words(r.StaffName(n.Event.Actor)))),
			view.Lines(view.Bold(words(r.clip(r.Name(c), 100))), r.eventWords(n.Event, 300))),
		Inline: r.keyboard([]view.Button{r.OpenButton(c.ID)}),
	}
}

// agreed is what an event says of the next step.
func (r Reader) agreed(e crm.Event) view.HTML {
	var lines []view.HTML
	if e.Delta.Status != nil {
		st := e.Delta.Status.To
		lines = append(lines, r.line("card.status", view.Bold(view.Text(r.StatusTitle(st.Status)))))
		lines = append(lines, r.outcome(st)...)
	}
	for _, rem := range e.Delta.Opened {
		lines = append(lines, r.line("card.reminder", r.When(rem.Due)))
	}
	if e.Detail.Text != "" {
		lines = append(lines, view.Quote(words(r.clip(e.Detail.Text, 1500))))
	}
	return view.Lines(lines...)
}

// Moved tells whom it concerns that an appointment is at another time now.
func (r Reader) Moved(n Notice) view.Message {
	c := n.Card.Customer
	if n.Withdrawn {
		return r.withdrawn("notice.moved_short", c)
	}
	var times view.HTML
	if d := n.Event.Delta.Status; d != nil && d.From.Appointment != nil && d.To.Appointment != nil {
		times = view.Lines(
			r.line("notice.was", view.Strike(r.Moment(*d.From.Appointment))),
			r.line("notice.appointment", view.Bold(r.Moment(*d.To.Appointment))))
	}
	return view.Message{
		HTML: view.Paragraphs(view.Bold(r.P.H("notice.moved", "Name", words(r.StaffName(n.Event.Actor)))),
			r.record(c), view.Lines(r.line("card.status", view.Text(r.StatusTitle(c.Status.Status))), times)),
		Inline: r.keyboard([]view.Button{r.OpenButton(c.ID)}),
	}
}

// Ring is a reminder at its minute: the number to call, the reason, and what can
// be done about it in one tap.
func (r Reader) Ring(n Notice, rem crm.Reminder) view.Message {
	c := n.Card.Customer
	key := "notice.reminder"
	switch {
	case n.Kind == crm.NotifyEscalated:
		key = "notice.escalated"
	case n.Ring > 1:
		key = "notice.reminder_again"
	}
	head := view.Bold(r.P.H(key, "Name", words(r.StaffName(n.About))))
	if n.Ring == 1 && r.arrived(n).Sub(n.Due) > crm.LateAfter {
		head = view.Lines(head, r.P.H("notice.late", "When", r.When(n.Due)))
	}
	lines := []view.HTML{
		r.who(c),
		r.line("card.phone", phone(c.Phone())),
		r.line("card.status", view.Text(r.StatusTitle(c.Status.Status))),
	}
	if at := c.Status.Appointment; at != nil {
		lines = append(lines, r.line("notice.appointment", view.Bold(r.Moment(*at))))
	}
	reason := words(r.clip(rem.Reason, 500))
	if rem.Kind == crm.ReminderNextTry && reason == "" {
		reason = r.P.HN("notice.next_try", c.Attempts)
	}
	lines = append(lines, r.line("notice.reason", reason))
	return view.Message{HTML: view.Paragraphs(head, view.Lines(lines...)), Inline: r.ringButtons(c, rem.ID)}
}

// arrived is when the message reached its reader, or does now.
func (r Reader) arrived(n Notice) time.Time {
	if n.SentAt.IsZero() {
		return r.Now
	}
	return n.SentAt
}

func (r Reader) ringButtons(c crm.Customer, id crm.ReminderID) view.Keyboard {
	done := r.button("button.done", callback.Ref{Action: callback.Done, Record: int64(id)})
	done.Style = view.Success
	later := func(key, value string) view.Button {
		return r.button(key, callback.Ref{Action: callback.Later, Record: int64(id), Value: value})
	}
	return r.keyboard(
		[]view.Button{done, r.button("button.open", callback.Ref{Action: callback.Later, Record: int64(id), Value: "open"})},
		[]view.Button{later("later.15m", "15m"), later("later.1h", "1h"), later("later.tomorrow", "tomorrow"), later("later.pick", "pick")},
		[]view.Button{r.copyButton(c)})
}

// RungOver is a reminder that is settled, or put off: nothing is left to tap but the
// card.
func (r Reader) RungOver(n Notice) view.Message {
	c := n.Card.Customer
	over := r.P.H("notice.reminder_over")
	if rem, open := c.Reminder(n.Reminder); open {
		over = r.P.H("notice.reminder_later", "When", r.When(rem.Due))
	}
	return view.Message{HTML: view.Lines(view.Strike(r.P.H("notice.reminder")), view.Bold(words(r.clip(r.Name(c), 200))), over),
		Inline: r.keyboard([]view.Button{r.OpenButton(c.ID)})}
}

// RingElsewhere is a reminder of a customer whom somebody else holds by now.
func (r Reader) RingElsewhere(n Notice) view.Message {
	c := n.Card.Customer
	return view.Message{HTML: view.Lines(view.Strike(r.P.H("notice.reminder")), view.Bold(words(r.clip(r.Name(c), 200))), r.P.H("notice.not_yours_now")),
		Inline: r.keyboard([]view.Button{r.OpenButton(c.ID)})}
}

// WhatCame asks, in the reminder's own message, what came of it: a status, no
// answer, another date, or nothing more. Whoever may only settle the reminder is
// not offered the rest.
func (r Reader) WhatCame(c crm.Customer, id crm.ReminderID) view.Message {
	var rows [][]view.Button
	next := []view.Button{r.button("reminder.next_date", callback.Ref{Action: callback.Later, Record: int64(id), Value: "date"})}
	if crm.Changes(r.Staff, c) {
		rows = pairs(r.statusChoices(c))
		next = append([]view.Button{r.button("button.no_answer", callback.Ref{Action: callback.NoAnswer, Record: int64(c.ID), Version: c.Version, Arg: int64(id)})}, next...)
	}
	rows = append(rows, next, []view.Button{r.button("reminder.nothing", callback.Ref{Action: callback.DoneNothing, Record: int64(id)})})
	return view.Message{HTML: r.P.H("reminder.what_came", "Name", words(r.clip(r.Name(c), 100))), Inline: r.keyboard(rows...)}
}

// statusChoices are the statuses that may be set, each as a button.
func (r Reader) statusChoices(c crm.Customer) []view.Button {
	var out []view.Button
	for _, s := range r.Dir.Statuses {
		if s.Retired || !s.MayFollow(c.Status.Status) {
			continue
		}
		out = append(out, view.Button{Label: view.Clip(r.StatusTitle(s.ID), 40), Data: callback.MustEncode(callback.Ref{
			Action: callback.ChooseStat, Record: int64(c.ID), Version: c.Version, Arg: int64(s.ID)})})
	}
	return out
}

// MayGive says whether the reader answers who asks for the customer: its holder,
// or a manager where the holder cannot.
func (r Reader) MayGive(c crm.Customer) bool {
	holder := r.Dir.Staff[c.Holder]
	return c.Holder != 0 && (c.Holder == r.Staff.ID || r.Staff.Manages() && (!holder.Active() || holder.Unreachable))
}

// answered says whether the question that n asks has been: the last events know, or
// so many followed that it is over.
func (n Notice) answered() bool {
	for _, e := range n.Card.Events {
		if e.ID == n.Event.ID {
			return false
		}
		if e.Kind == crm.EventAsked && e.Detail.To == n.Event.Actor {
			return true
		}
	}
	return true
}

// Asked tells a holder that a colleague would like to have the customer.
func (r Reader) Asked(n Notice) view.Message {
	c := n.Card.Customer
	if n.Withdrawn {
		return r.withdrawn("notice.asked_short", c)
	}
	m := view.Message{HTML: view.Paragraphs(
		r.P.H("notice.asked", "Name", words(r.StaffName(n.Event.Actor))), r.record(c))}
	if !r.MayGive(c) || n.answered() {
		m.Inline = r.keyboard([]view.Button{r.OpenButton(c.ID)})
		return m
	}
	asker := int64(n.Event.Actor)
	give := r.button("notice.give", callback.Ref{Action: callback.GiveHolder, Record: int64(c.ID), Version: c.Version, Arg: asker})
	keep := r.button("notice.keep", callback.Ref{Action: callback.KeepHolder, Record: int64(c.ID), Version: c.Version, Arg: asker})
	m.Inline = r.keyboard([]view.Button{give, keep}, []view.Button{r.OpenButton(c.ID)})
	return m
}

// Kept tells whoever asked that the holder keeps the customer.
func (r Reader) Kept(n Notice) view.Message {
	if n.Withdrawn {
		return r.withdrawn("notice.kept_short", n.Card.Customer)
	}
	return view.Message{HTML: r.P.H("notice.kept", "Name", words(r.StaffName(n.Event.Actor)), "Customer", words(r.clip(r.Name(n.Card.Customer), 100))),
		Inline: r.keyboard([]view.Button{r.OpenButton(n.Card.Customer.ID)})}
}

// GotShare tells somebody how many customers came into their cartable.
func (r Reader) GotShare(n Notice) view.Message {
	return view.Message{HTML: r.P.HN("notice.shared", n.Count),
		Inline: r.keyboard([]view.Button{r.button("menu.cartable", callback.Ref{Action: callback.Cartable})})}
}

// PastedList tells a manager that an agent's list waits to be shared out.
func (r Reader) PastedList(n Notice) view.Message {
	if n.Count == 0 {
		return view.Message{HTML: r.P.H("notice.pasted_over", "Name", words(r.StaffName(n.About)))}
	}
	return view.Message{HTML: r.P.HN("notice.pasted", n.Count, "Name", words(r.StaffName(n.About))),
		Inline: r.keyboard(r.batchButtons(n.Batch))}
}

// LeftBehind offers a manager what a removed colleague held.
func (r Reader) LeftBehind(n Notice) view.Message {
	return view.Message{HTML: r.P.HN("notice.left", n.Count, "Name", words(r.Colleague(n.About))), Inline: r.giveAllButton(n.About)}
}

// Silent tells a manager that somebody's chat takes no messages any more.
func (r Reader) Silent(n Notice) view.Message {
	return view.Message{HTML: r.P.H("notice.silent", "Name", words(r.Colleague(n.About))), Inline: r.giveAllButton(n.About)}
}

func (r Reader) giveAllButton(from crm.StaffID) view.Keyboard {
	return r.keyboard([]view.Button{r.member("team.give_all", heirsOp(HeirsHow, false), from, "")})
}

// Tally is what a summary tells of.
type Tally struct{ Leads, Untaken, Inquiries int }

// Summary is many new and untaken leads, and inquiries, in one message.
func (r Reader) Summary(t Tally, waiting int) view.Message {
	var lines []view.HTML
	if t.Untaken > 0 {
		lines = append(lines, view.Bold(r.P.HN("notice.untaken_many", t.Untaken)))
	}
	if t.Leads > 0 {
		lines = append(lines, view.Bold(r.P.HN("notice.leads", t.Leads)))
	}
	if t.Leads+t.Untaken > 0 {
		lines = append(lines, r.stillWaiting(waiting))
	}
	if t.Inquiries > 0 {
		lines = append(lines, view.Bold(r.P.HN("notice.inquiries", t.Inquiries)))
	}
	return view.Message{HTML: view.Lines(lines...), Inline: r.keyboard(r.takeAnother(t, waiting),
		[]view.Button{r.button("menu.cartable", callback.Ref{Action: callback.Cartable})})}
}

// stillWaiting is how many of the leads that a summary tells of are there to be taken.
func (r Reader) stillWaiting(n int) view.HTML {
	if n == 0 {
		return r.P.H("notice.none_waits")
	}
	return r.P.HN("notice.waiting", n)
}

// takeAnother takes the next lead from a summary, as long as one waits. The button
// carries what the summary tells of, by which it is brought up to date.
func (r Reader) takeAnother(t Tally, waiting int) []view.Button {
	if waiting == 0 {
		return nil
	}
	take := r.button("button.take_next", callback.Ref{Action: callback.TakeNext,
		Arg: int64(t.Leads), Record: int64(t.Inquiries), Version: int64(t.Untaken)})
	take.Style = view.Success
	return []view.Button{take}
}

func (r Reader) withdrawn(key string, c crm.Customer) view.Message {
	return view.Message{HTML: view.Lines(view.Strike(r.P.H(key, "Name", "")), view.Bold(words(r.clip(r.Name(c), 100))), r.P.H("notice.withdrawn"))}
}
