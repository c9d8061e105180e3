package screen

import (
	"cmp"
	"slices"

	"cartable/bot/callback"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// GroupLead offers a customer to everyone in a group: who it is and what they want,
// one button, and nothing by which they can be reached. Taken, it says by whom. n
// holds the customer and the event as crm.Service.Offered gives them.
func (r Reader) GroupLead(n Notice) view.Message {
	c := n.Card.Customer
	if n.Withdrawn {
		return r.withdrawn("notice.lead", c)
	}
	head := r.P.H("notice.lead")
	if n.Event.Detail.Returning {
		head = r.P.H("notice.lead_again")
	}
	if n.Ring > 1 && c.Waiting() {
		head = r.P.H("notice.lead_waits")
	}
	over := func(why view.HTML) view.Message {
		return view.Message{HTML: view.Lines(view.Strike(head), view.Bold(words(r.clip(r.Name(c), 100))), why)}
	}
	switch {
	case c.Holder != 0:
		return over(r.P.H("notice.taken", "Name", words(r.Colleague(c.Holder)), "When", r.When(c.HeldSince)))
	case !c.Waiting():
		return over(r.P.H("notice.settled"))
	}
	source := cmp.Or(n.Event.Detail.Source, c.Source)
	take := r.button("button.take", callback.Ref{Action: callback.Take, Record: int64(c.ID), Version: c.Version})
	take.Style = view.Success
	return view.Message{
		HTML: r.fit(func(r Reader) view.HTML {
			return view.Paragraphs(view.Bold(head), view.Lines(r.who(c), r.line("card.city", words(r.clip(c.City, 100))),
				r.line("card.source", words(r.SourceTitle(source)))), r.said(n.Event))
		}),
		Inline: r.keyboard([]view.Button{take}),
	}
}

// GroupSummary is many new leads in one message of a group, with how many wait now.
func (r Reader) GroupSummary(leads, waiting int) view.Message {
	return view.Message{HTML: view.Lines(view.Bold(r.P.HN("notice.leads", leads)), r.stillWaiting(waiting)),
		Inline: r.keyboard(r.takeAnother(Tally{Leads: leads}, waiting))}
}

// GroupHello is the one line that the bot says of itself in a group.
func (r Reader) GroupHello() view.Message { return view.Message{HTML: r.P.H("group.hello")} }

// GroupSorry is said in a group that the bot leaves. It says nothing of the business.
func (r Reader) GroupSorry() view.Message { return view.Message{HTML: r.P.H("group.sorry")} }

// GroupAdded lets a manager choose which sources' leads are offered in a group. Those
// that are bear a mark; a tap on one takes it back.
func (r Reader) GroupAdded(g crm.Group) view.Message {
	title := r.P.H("group.title", "Title", words(r.clip(g.Title, 100)))
	var buttons []view.Button
	for _, s := range r.groupSources() {
		ref, mark := callback.Ref{Action: callback.GroupSource, Record: int64(g.ID), Arg: int64(s.ID)}, "▫️ "
		if s.Routing.Place() == g.ID {
			ref.Action, mark = callback.GroupPrivate, "✅ "
		}
		buttons = append(buttons, view.Button{Label: mark + view.Clip(s.Title.In(r.P.Lang()), 40), Data: callback.MustEncode(ref)})
	}
	back := []view.Button{shapeButton(r.P.T("common.back"), callback.Ref{Question: ShapeSources})}
	if len(buttons) == 0 {
		return view.Message{HTML: view.Paragraphs(title, r.P.H("group.no_source")), Inline: r.keyboard([]view.Button{
			r.button("team.add_form", callback.Ref{Action: callback.Setup, Value: "form"}),
			r.button("group.again", callback.Ref{Action: callback.Group, Record: int64(g.ID)})}, back)}
	}
	return view.Message{HTML: view.Paragraphs(title, r.P.H("group.choose"), view.Italic(r.P.H("group.note"))),
		Inline: r.keyboard(append(pairs(buttons), back)...)}
}

// groupSources are the sources whose leads can be offered in a group: those by
// which customers come on their own, in the order in which they were made.
func (r Reader) groupSources() []crm.Source {
	var out []crm.Source
	for _, s := range r.Dir.Sources {
		if s.Kind != crm.SourceManual && !s.Retired {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b crm.Source) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// groups are those in which leads can be offered, in the order in which they were made
// known.
func (r Reader) groups() []crm.Group {
	var out []crm.Group
	for _, g := range r.Dir.Groups {
		if !g.Left {
			out = append(out, g)
		}
	}
	slices.SortFunc(out, func(a, b crm.Group) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// groupButtons open the groups that the bot is in, below the sources.
func (r Reader) groupButtons() [][]view.Button {
	var buttons []view.Button
	for _, g := range r.groups() {
		buttons = append(buttons, view.Button{Label: "👥 " + view.Clip(g.Title, 40),
			Data: callback.MustEncode(callback.Ref{Action: callback.Group, Record: int64(g.ID)})})
	}
	return pairs(buttons)
}

// GroupLeft tells a manager that the bot is not in a group any more.
func (r Reader) GroupLeft(n Notice) view.Message {
	text := r.P.H("notice.group_left", "Title", words(r.clip(r.Dir.Groups[n.AboutGroup].Title, 100)))
	if n.Count > 0 {
		text = view.Lines(text, r.P.HN("notice.group_sources", n.Count))
	}
	return view.Message{HTML: text}
}
