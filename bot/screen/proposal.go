package screen

import (
	"cartable/bot/callback"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// What Proposals does is named by its Question: the operation; Record is the proposal
// that it is done to, Arg 1 when that was opened from the list.
const (
	ProposalMenu     = "menu"     // what can be proposed
	ProposalNew      = "new"      // ask for a new one of kind Value
	ProposalList     = "list"     // a manager's: the open ones; else one's own; before proposal Record
	ProposalShow     = "show"     // one of them
	ProposalApprove  = "approve"  // put it in force
	ProposalShape    = "shape"    // put it into the draft of whoever tapped, and open its editor
	ProposalDecline  = "decline"  // ask for the reason
	ProposalWithdraw = "withdraw" // its maker takes it back
)

func (r Reader) proposalButton(key, op string, p crm.Proposal, listed bool) view.Button {
	ref := callback.Ref{Action: callback.Proposals, Record: int64(p.ID), Question: op}
	if listed {
		ref.Arg = 1
	}
	return r.button(key, ref)
}

// Propose lets an agent choose what to propose.
func (r Reader) Propose() view.Message {
	choices := len(r.ChoiceFields()) > 0
	var buttons []view.Button
	for _, k := range crm.ProposalKinds() {
		if k == crm.ProposeChoice && !choices {
			continue // there is no field to offer it
		}
		buttons = append(buttons, r.button("proposal.new_"+string(k), callback.Ref{Action: callback.Proposals, Question: ProposalNew, Value: string(k)}))
	}
	own := r.button("proposal.own", callback.Ref{Action: callback.Proposals, Question: ProposalList})
	return view.Message{HTML: r.P.H("proposal.menu"), Inline: r.keyboard(append(pairs(buttons), []view.Button{own})...)}
}

// ProposeDirectly leads a manager, who needs nobody's approval, to the editors.
func (r Reader) ProposeDirectly(open int) view.Message {
	m := r.Settings(open)
	m.HTML = view.Paragraphs(r.P.H("proposal.managers"), m.HTML)
	return m
}

// ChoiceFields are the fields in use that offer choices: the customer's, then those of
// each status.
func (r Reader) ChoiceFields() []crm.Field {
	var out []crm.Field
	add := func(fields []crm.Field) {
		for _, f := range fields {
			if chooses(f) && !f.Retired {
				out = append(out, f)
			}
		}
	}
	add(r.Dir.Fields)
	for _, s := range r.Dir.Statuses {
		if !s.Retired {
			add(s.Fields)
		}
	}
	return out
}

// FieldPlace is a field by name, with the status that asks it.
func (r Reader) FieldPlace(f crm.Field) string {
	title := f.Title.In(r.P.Lang())
	if f.Status == 0 {
		return title
	}
	return r.StatusTitle(f.Status) + " › " + title
}

// Proposal is a proposal as managers and its maker see it, with what the reader can do
// about it. listed says that it was opened from the list.
func (r Reader) Proposal(p crm.Proposal, listed bool) view.Message {
	html := r.fit(func(r Reader) view.HTML {
		return view.Paragraphs(
			r.P.H("proposal.head", "Name", words(r.StaffName(p.By)), "When", r.When(p.MadeAt)),
			r.proposed(p), r.proposalState(p))
	})
	rows := r.proposalButtons(p, listed)
	if listed {
		rows = append(rows, []view.Button{r.button("common.back", callback.Ref{Action: callback.Proposals, Question: ProposalList})})
	}
	return view.Message{HTML: html, Inline: r.keyboard(rows...)}
}

// ProposalSent tells an agent that the managers have their proposal.
func (r Reader) ProposalSent(p crm.Proposal) view.Message {
	m := r.Proposal(p, true)
	m.HTML = view.Paragraphs(r.P.H("proposal.sent"), r.fit(func(r Reader) view.HTML { return r.proposed(p) }))
	return m
}

// Declined says to whoever declined a proposal that its maker hears of it; the proposal
// itself stands above.
func (r Reader) Declined(p crm.Proposal) view.Message {
	html := r.P.H("proposal.declined_now", "Title", words(r.clip(p.What.Title, 60)), "Name", words(r.StaffName(p.By)))
	return view.Message{HTML: html, Inline: r.keyboard([]view.Button{
		r.button("settings.proposals", callback.Ref{Action: callback.Proposals, Question: ProposalList})})}
}

// ProposalDecided tells somebody what became of their proposal.
func (r Reader) ProposalDecided(p crm.Proposal) view.Message {
	html := r.fit(func(r Reader) view.HTML {
		return view.Paragraphs(view.Bold(r.P.H("proposal.told_"+string(p.State))), r.proposed(p), r.decision(p))
	})
	return view.Message{HTML: html, Inline: r.keyboard([]view.Button{r.button("proposal.own", callback.Ref{Action: callback.Proposals, Question: ProposalList})})}
}

// proposed is what a proposal would add, and why.
func (r Reader) proposed(p crm.Proposal) view.HTML {
	what := p.What
	title := words(r.clip(what.Title, 100))
	if what.Emoji != "" {
		title = view.Text(what.Emoji) + " " + title
	}
	lines := []view.HTML{r.line("proposal.new_"+string(what.Kind), view.Bold(title))}
	switch what.Kind {
	case crm.ProposeStatus:
		lines = append(lines, r.line("shape.cartable", r.P.H("shape.cartable_"+string(what.Cartable))))
	case crm.ProposeQuestion:
		lines = append(lines, r.line("proposal.of_status", words(r.clip(r.StatusTitle(what.Status), 100))))
	case crm.ProposeChoice:
		c := r.Dir.Config()
		f, _ := c.Field(what.Field)
		lines = append(lines, r.line("proposal.of_field", words(r.clip(r.FieldPlace(f), 200))))
	}
	if what.Type != "" {
		lines = append(lines, r.line("proposal.type", r.P.H("field_type."+string(what.Type))))
	}
	for i, choice := range what.Choices {
		if i == maxProposedChoices {
			lines = append(lines, r.P.HN("list.and_more", len(what.Choices)-i))
			break
		}
		lines = append(lines, "• "+words(r.clip(choice, 60)))
	}
	if p.Why != "" {
		lines = append(lines, view.Quote(words(r.clip(p.Why, crm.MaxHelp))))
	}
	return view.Lines(lines...)
}

// maxProposedChoices is how many choices of a proposed field are told one by one.
const maxProposedChoices = 12

// proposalState is where a proposal stands, and who brought it there.
func (r Reader) proposalState(p crm.Proposal) view.HTML {
	name, when := words(r.StaffName(p.DecidedBy)), r.When(p.DecidedAt)
	switch p.State {
	case crm.ProposalOpen:
		switch p.Shaper {
		case 0:
			return r.P.H("proposal.open")
		case r.Staff.ID:
			return r.P.H("proposal.in_your_draft")
		default:
			return view.Lines(r.P.H("proposal.open"), r.P.H("proposal.in_draft", "Name", words(r.StaffName(p.Shaper))))
		}
	case crm.ProposalApproved:
		if p.Shaper == 0 {
			return r.P.H("proposal.approved", "Name", name, "When", when)
		}
		return view.Lines(r.P.H("proposal.shaped", "Name", name, "When", when), r.became(p))
	case crm.ProposalUndone:
		return r.P.H("proposal.undone", "Name", name, "When", when)
	case crm.ProposalDeclined:
		return view.Lines(r.P.H("proposal.declined", "Name", name, "When", when), view.Quote(words(r.clip(p.Reason, crm.MaxHelp))))
	default:
		return r.P.H("proposal.withdrawn", "Name", words(r.StaffName(p.By)))
	}
}

// became is what managers called it in the end, where they called it otherwise.
func (r Reader) became(p crm.Proposal) view.HTML {
	title := p.Became.In(r.P.Lang())
	if p.Shaper == 0 || title == p.What.Title {
		return ""
	}
	return r.line("proposal.became", view.Bold(words(r.clip(title, 100))))
}

// decision is who decided on a proposal, below the heading that says what; with the
// title that it got, or the reason.
func (r Reader) decision(p crm.Proposal) view.HTML {
	by := r.P.H("proposal.by", "Name", words(r.StaffName(p.DecidedBy)), "When", r.When(p.DecidedAt))
	if p.State == crm.ProposalDeclined {
		return view.Lines(by, view.Quote(words(r.clip(p.Reason, crm.MaxHelp))))
	}
	return view.Lines(by, r.became(p))
}

// proposalButtons are what the reader can do about a proposal.
func (r Reader) proposalButtons(p crm.Proposal, listed bool) [][]view.Button {
	b := func(key, op string) view.Button { return r.proposalButton(key, op, p, listed) }
	var rows [][]view.Button
	switch {
	case !r.Staff.Manages():
	case p.State == crm.ProposalApproved && p.Version == r.Dir.Version && (p.DecidedBy == r.Staff.ID || r.Staff.Role == crm.Owner):
		rows = append(rows, []view.Button{shapeButton(r.P.T("shape.undo"), callback.Ref{Question: ShapeUndo, Arg: p.Version})})
	case p.State != crm.ProposalOpen:
	case p.Shaper == r.Staff.ID:
		rows = append(rows, []view.Button{b("proposal.editor", ProposalShape)},
			[]view.Button{shapeButton(r.P.T("shape.preview"), callback.Ref{Question: ShapePreview})})
	default:
		approve, decline := b("proposal.approve", ProposalApprove), b("proposal.decline", ProposalDecline)
		approve.Style, decline.Style = view.Success, view.Danger
		row := []view.Button{approve}
		if !r.Dir.Staff[p.Shaper].Manages() { // one at a time shapes it
			row = append(row, b("proposal.shape", ProposalShape))
		}
		rows = append(rows, row, []view.Button{decline})
	}
	if p.State == crm.ProposalOpen && p.By == r.Staff.ID {
		rows = append(rows, []view.Button{b("proposal.withdraw", ProposalWithdraw)})
	}
	return rows
}

// Proposals is a page of the open proposals to a manager, or of an agent's own with
// what became of them. first says that it is the newest page.
func (r Reader) Proposals(ps []crm.Proposal, more, first bool) view.Message {
	key := "proposal.own_"
	back := r.button("common.back", callback.Ref{Action: callback.Proposals, Question: ProposalMenu})
	if r.Staff.Manages() {
		key, back = "proposal.open_", r.SettingsBack()[0]
	}
	html := r.fit(func(r Reader) view.HTML {
		lines := []view.HTML{r.P.H(key + "title")}
		for _, p := range ps {
			lines = append(lines, r.proposalLine(p))
		}
		if len(ps) == 0 {
			lines = append(lines, r.P.H(key+"empty"))
		}
		return view.Lines(lines...)
	})
	var rows [][]view.Button
	for _, p := range ps {
		b := r.proposalButton("button.open", ProposalShow, p, true)
		b.Label = view.Clip(r.proposalMark(p)+" "+p.What.Title, 45)
		rows = append(rows, []view.Button{b})
	}
	var turn []view.Button
	if !first {
		turn = append(turn, r.button("proposal.newest", callback.Ref{Action: callback.Proposals, Question: ProposalList}))
	}
	if more {
		turn = append(turn, r.button("timeline.older", callback.Ref{Action: callback.Proposals, Question: ProposalList, Record: int64(ps[len(ps)-1].ID)}))
	}
	return view.Message{HTML: html, Inline: r.keyboard(append(rows, turn, []view.Button{back})...)}
}

// proposalLine is a proposal in a line: to a manager who made it, to its maker where it
// stands.
func (r Reader) proposalLine(p crm.Proposal) view.HTML {
	line := view.Text(r.proposalMark(p)+" "+r.P.T("proposal.new_"+string(p.What.Kind))+": ") + words(r.clip(p.What.Title, 60))
	if r.Staff.Manages() {
		return line + " — " + words(r.StaffName(p.By)) + " · " + r.When(p.MadeAt)
	}
	return line + " — " + r.P.H("proposal.state_"+string(p.State))
}

// proposalMark is where a proposal stands at a glance.
func (r Reader) proposalMark(p crm.Proposal) string {
	switch p.State {
	case crm.ProposalOpen:
		if p.Shaper != 0 {
			return "✏️"
		}
		return "⏳"
	case crm.ProposalApproved:
		return "✅"
	case crm.ProposalDeclined:
		return "✖️"
	default:
		return "↩️"
	}
}
