package screen_test

import (
	"time"

	"cartable/bot/screen"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// proposals are one of every kind and state.
func (w world) proposals() map[string]crm.Proposal {
	title := func(s string) string { return w.title(s, "").Text }
	at := func(p crm.Proposal) crm.Proposal {
		p.ID, p.By, p.MadeAt, p.Why = 7, omid, w.ago(2*time.Hour), first(w.say("هر روز چند نفر همین را می‌گویند."), crm.MaxHelp)
		if p.State == "" {
			p.State = crm.ProposalOpen
		}
		if p.DecidedBy != 0 {
			p.DecidedAt = w.ago(time.Minute)
		}
		return p
	}
	status := crm.Proposed{Kind: crm.ProposeStatus, Title: title("منتظر مدارک"), Emoji: "📄", Cartable: crm.CartableStay}
	question := crm.Proposed{Kind: crm.ProposeQuestion, Status: meeting, Title: title("نوع جلسه"), Type: crm.Choice}
	for range crm.MaxChoices {
		question.Choices = append(question.Choices, title("حضوری"))
	}
	field := crm.Proposed{Kind: crm.ProposeField, Title: title("بودجه"), Type: crm.Money}
	choice := crm.Proposed{Kind: crm.ProposeChoice, Field: level, Title: title("کاردانی")}
	return map[string]crm.Proposal{
		"status":    at(crm.Proposal{What: status}),
		"question":  at(crm.Proposal{What: question}),
		"choice":    at(crm.Proposal{What: choice}),
		"drafted":   at(crm.Proposal{What: status, Shaper: sara, Made: -1}),
		"approved":  at(crm.Proposal{What: field, State: crm.ProposalApproved, DecidedBy: sara, Version: w.dir.Version}),
		"shaped":    at(crm.Proposal{What: status, State: crm.ProposalApproved, DecidedBy: sara, Shaper: sara, Became: w.title("در انتظار مدارک", "Waiting for documents"), Version: 3}),
		"declined":  at(crm.Proposal{What: choice, State: crm.ProposalDeclined, DecidedBy: sara, Reason: first(w.say("با «سایر» ثبت کنید."), crm.MaxHelp)}),
		"undone":    at(crm.Proposal{What: field, State: crm.ProposalUndone, DecidedBy: sara, Version: 4}),
		"withdrawn": at(crm.Proposal{What: field, State: crm.ProposalWithdrawn}),
	}
}

func (w world) proposing() []story {
	ps := w.proposals()
	show := func(name string, listed bool) func(screen.Reader) view.Message {
		return func(r screen.Reader) view.Message { return r.Proposal(ps[name], listed) }
	}
	decided := func(name string) func(screen.Reader) view.Message {
		return func(r screen.Reader) view.Message { return r.ProposalDecided(ps[name]) }
	}
	open := []crm.Proposal{ps["status"], ps["drafted"], ps["question"]}
	own := []crm.Proposal{ps["choice"], ps["approved"], ps["declined"], ps["undone"], ps["withdrawn"]}
	return []story{
		{"Propose", omid, func(r screen.Reader) view.Message { return r.Propose() }},
		{"Propose_without_choices", omid, func(r screen.Reader) view.Message {
			r.Dir.Fields = nil
			return r.Propose()
		}},
		{"ProposeDirectly", sara, func(r screen.Reader) view.Message { return r.ProposeDirectly(3) }},
		{"Proposal_status", sara, show("status", false)},
		{"Proposal_question", sara, show("question", false)},
		{"Proposal_choice", sara, show("choice", true)},
		{"Proposal_of_ones_own", omid, show("status", true)},
		{"Proposal_in_my_draft", sara, show("drafted", false)},
		{"Proposal_in_a_draft", lena, func(r screen.Reader) view.Message {
			r.Staff.Role, r.Staff.State = crm.Manager, crm.Active
			return r.Proposal(ps["drafted"], false)
		}},
		{"Proposal_approved", sara, show("approved", false)},
		{"Proposal_shaped", sara, show("shaped", false)},
		{"Proposal_declined", sara, show("declined", false)},
		{"Proposal_undone", sara, show("undone", false)},
		{"Proposal_withdrawn", sara, show("withdrawn", false)},
		{"ProposalSent", omid, func(r screen.Reader) view.Message { return r.ProposalSent(ps["status"]) }},
		{"Declined", sara, func(r screen.Reader) view.Message { return r.Declined(ps["declined"]) }},
		{"ProposalDecided_approved", omid, decided("approved")},
		{"ProposalDecided_shaped", omid, decided("shaped")},
		{"ProposalDecided_declined", omid, decided("declined")},
		{"ProposalDecided_undone", omid, decided("undone")},
		{"Proposals", sara, func(r screen.Reader) view.Message { return r.Proposals(open, true, true) }},
		{"Proposals_older", sara, func(r screen.Reader) view.Message { return r.Proposals(open, true, false) }},
		{"Proposals_none", sara, func(r screen.Reader) view.Message { return r.Proposals(nil, false, true) }},
		{"Proposals_of_an_agent", omid, func(r screen.Reader) view.Message { return r.Proposals(own, false, true) }},
		{"Proposals_of_an_agent_none", omid, func(r screen.Reader) view.Message { return r.Proposals(nil, false, true) }},
		{"Settings_with_proposals", sara, func(r screen.Reader) view.Message { return r.Settings(3) }},
	}
}
