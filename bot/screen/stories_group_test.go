package screen_test

import (
	"maps"

	"cartable/bot/screen"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// groups are the screens in and about group chats. In a group nobody in particular reads.
func (w world) groups() []story {
	offer := func(c crm.Customer, e crm.Event) screen.Notice {
		return screen.Notice{Notification: crm.Notification{Kind: crm.NotifyLead, Group: 1, Customer: c.ID}, Event: e, Card: crm.Card{Customer: c}}
	}
	// As crm.Service.Offered gives it.
	fresh := crm.Customer{ID: 41, Version: 3, Name: first(w.say("مریم کریمی"), crm.MaxName), City: first(w.say("شیراز"), crm.MaxName),
		Source: instagram, LastInquiryAt: w.ago(0)}
	taken, settled := fresh, fresh
	taken.Holder, taken.HeldSince = omid, w.ago(0)
	settled.Status = crm.StatusState{Status: contract, At: w.now}
	withdrawn := offer(fresh, w.inquiry(false))
	withdrawn.Withdrawn = true
	again := offer(fresh, w.inquiry(false))
	again.Ring = 2
	left := func(sources int) screen.Notice {
		return screen.Notice{Notification: crm.Notification{Kind: crm.NotifyGroupLeft, AboutGroup: 1, Count: sources}}
	}
	in := func(r screen.Reader, id crm.GroupID) screen.Reader {
		r.Dir.Sources = maps.Clone(r.Dir.Sources)
		s := r.Dir.Sources[instagram]
		s.Routing.Group = id
		r.Dir.Sources[instagram] = s
		return r
	}
	return []story{
		{"GroupLead", 0, func(r screen.Reader) view.Message { return r.GroupLead(offer(fresh, w.inquiry(false))) }},
		{"GroupLead_returning", 0, func(r screen.Reader) view.Message { return r.GroupLead(offer(fresh, w.inquiry(true))) }},
		{"GroupLead_again", 0, func(r screen.Reader) view.Message { return r.GroupLead(again) }},
		{"GroupLead_taken", 0, func(r screen.Reader) view.Message { return r.GroupLead(offer(taken, w.inquiry(false))) }},
		{"GroupLead_settled", 0, func(r screen.Reader) view.Message { return r.GroupLead(offer(settled, w.inquiry(false))) }},
		{"GroupLead_withdrawn", 0, func(r screen.Reader) view.Message { return r.GroupLead(withdrawn) }},
		{"GroupSummary", 0, func(r screen.Reader) view.Message { return r.GroupSummary(10, 8) }},
		{"GroupSummary_of_taken_ones", 0, func(r screen.Reader) view.Message { return r.GroupSummary(10, 0) }},
		{"GroupHello", 0, screen.Reader.GroupHello},
		{"GroupSorry", 0, screen.Reader.GroupSorry},
		{"GroupAdded", sara, func(r screen.Reader) view.Message { return r.GroupAdded(w.dir.Groups[1]) }},
		{"GroupAdded_offered_there", sara, func(r screen.Reader) view.Message { return in(r, 1).GroupAdded(w.dir.Groups[1]) }},
		{"GroupAdded_without_a_source", sara, func(r screen.Reader) view.Message {
			r.Dir.Sources = nil
			return r.GroupAdded(w.dir.Groups[1])
		}},
		{"GroupLeft", sara, func(r screen.Reader) view.Message { return r.GroupLeft(left(0)) }},
		{"GroupLeft_with_sources", sara, func(r screen.Reader) view.Message { return r.GroupLeft(left(2)) }},
	}
}
