package screen_test

import (
	"strings"
	"time"

	"cartable/bot/callback"
	"cartable/bot/screen"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// story is a screen as somebody comes to see it. Its name begins with the method
// that makes it.
type story struct {
	name   string
	reader crm.StaffID
	tell   func(r screen.Reader) view.Message
}

func (w world) stories() []story {
	all := append(w.cards(), w.lists()...)
	all = append(append(append(all, w.notices()...), w.digests()...), w.office()...)
	all = append(append(append(all, w.shaping()...), w.proposing()...), w.groups()...)
	all = append(append(append(all, w.sources()...), w.business()...), w.members()...)
	return append(all, w.configuring()...)
}

func (w world) cards() []story {
	fresh, met := w.fresh(), w.met()
	bought := w.met()
	bought.Holder, bought.HandedBy, bought.Attempts, bought.Reminders = 0, 0, 0, nil
	bought.Status = crm.StatusState{Status: contract, Answers: crm.Values{product: crm.Value(first(w.say("نرم‌افزار حقوق و دستمزد"), crm.MaxLine)), amount: "12500000"}}
	events := w.events()
	next := crm.Outcome{Event: 90, Customer: 41, Attempt: 2, Next: w.in(24 * time.Hour)}
	just := w.events()[4]
	just.Actor, just.At = omid, w.ago(20*time.Second)
	return []story{
		{"Card_waits", omid, func(r screen.Reader) view.Message {
			return r.Card(crm.Card{Customer: fresh, Events: []crm.Event{w.inquiry(false)}})
		}},
		{"Card_handed_over", omid, func(r screen.Reader) view.Message {
			return r.Card(crm.Card{Customer: met, Events: events[:screen.CardEvents]})
		}},
		{"Card_of_a_colleague", lena, func(r screen.Reader) view.Message {
			return r.Card(crm.Card{Customer: met, Events: events[3:6]})
		}},
		{"Card_just_changed", omid, func(r screen.Reader) view.Message {
			return r.Card(crm.Card{Customer: met, Events: []crm.Event{just}})
		}},
		{"Card_bought", sara, func(r screen.Reader) view.Message { return r.Card(crm.Card{Customer: bought}) }},
		{"Card_nameless", omid, func(r screen.Reader) view.Message { return r.Card(crm.Card{Customer: w.nameless()}) }},
		{"Timeline_newest", omid, func(r screen.Reader) view.Message {
			return r.Timeline(crm.Card{Customer: met, Events: events[:screen.TimelinePage]}, true, true)
		}},
		{"Timeline_older", omid, func(r screen.Reader) view.Message {
			return r.Timeline(crm.Card{Customer: met, Events: events[8:16]}, true, false)
		}},
		{"Timeline_oldest", omid, func(r screen.Reader) view.Message {
			return r.Timeline(crm.Card{Customer: met, Events: events[16:]}, false, false)
		}},
		{"Saved_status", sara, func(r screen.Reader) view.Message {
			return r.Saved(r.Recorded(met, events[2]), crm.Outcome{Customer: 41, Event: 98}, "")
		}},
		{"Saved_edit_while_another_form_waits", omid, func(r screen.Reader) view.Message {
			return r.Saved(r.Recorded(met, events[7]), crm.Outcome{Customer: 41, Event: 93}, "DRAFTDRAFT")
		}},
		{"Saved_no_answer", omid, func(r screen.Reader) view.Message { return r.Saved(r.NoAnswerSaved(met, next), next, "") }},
		{"TriedEnough", omid, func(r screen.Reader) view.Message {
			return r.TriedEnough(met, crm.Outcome{Event: 90, Customer: 41, Attempt: 5})
		}},
		{"WhichNumber", omid, func(r screen.Reader) view.Message { return r.WhichNumber(met, 12) }},
		{"NumberWrong", omid, func(r screen.Reader) view.Message {
			return r.NumberWrong(met, crm.Outcome{Event: 90, Customer: 41}, 12)
		}},
		{"EditMenu", omid, func(r screen.Reader) view.Message { return r.EditMenu(met, 12) }},
		{"EditMenu_of_a_manager", sara, func(r screen.Reader) view.Message { return r.EditMenu(met, 12) }},
		{"ConfirmErase", sara, func(r screen.Reader) view.Message { return r.ConfirmErase(met, 12) }},
		{"ConfirmErase_nameless", sara, func(r screen.Reader) view.Message { return r.ConfirmErase(w.nameless(), 12) }},
		{"ErasedNow", sara, func(r screen.Reader) view.Message { return r.ErasedNow() }},
		{"Erased", omid, func(r screen.Reader) view.Message { return r.Erased() }},
		{"Changed_may_go_on", sara, func(r screen.Reader) view.Message { return r.Changed(met, events[1:3], "DRAFTDRAFT", true) }},
		{"Changed_is_a_colleagues", sara, func(r screen.Reader) view.Message { return r.Changed(met, events[2:3], "DRAFTDRAFT", false) }},
		{"FormLost", omid, func(r screen.Reader) view.Message {
			return r.FormLost(&callback.Ref{Action: callback.Note, Record: 41})
		}},
		{"FormLost_for_good", omid, func(r screen.Reader) view.Message { return r.FormLost(nil) }},
		{"FormCancelled", omid, func(r screen.Reader) view.Message { return r.FormCancelled(41, "DRAFTDRAFT") }},
	}
}

func (w world) lists() []story {
	fresh, met, nameless := w.fresh(), w.met(), w.nameless()
	filters := screen.Filters("").Set('s', "1").Set('o', "2").Set('h', "0").Set('p', "w")
	page := []crm.Customer{fresh, met, nameless}
	for len(page) < screen.ListPage {
		page = append(page, met)
	}
	counts := crm.Counts{Overdue: 1, Today: 1, Fresh: 1, Rest: 12}
	full := w.entries()
	for len(full) < screen.ListPage {
		full = append(full, full[0])
	}
	return []story{
		{"Cartable", omid, func(r screen.Reader) view.Message {
			return r.Cartable(crm.Inbox{Entries: w.entries(), Counts: counts, Next: crm.InboxCursor{Section: crm.Rest, Order: w.now.UnixMicro(), ID: 42}}, true)
		}},
		{"Cartable_second_page", omid, func(r screen.Reader) view.Message {
			return r.Cartable(crm.Inbox{Entries: full, Counts: counts}, false)
		}},
		{"Cartable_empty", omid, func(r screen.Reader) view.Message { return r.Cartable(crm.Inbox{}, true) }},
		{"Customers", omid, func(r screen.Reader) view.Message {
			return r.Customers(screen.List{Customers: page, More: true, First: true})
		}},
		{"Customers_filtered", sara, func(r screen.Reader) view.Message {
			return r.Customers(screen.List{Customers: page[:1], Filters: filters})
		}},
		{"Customers_none", sara, func(r screen.Reader) view.Message {
			return r.Customers(screen.List{Filters: screen.Filters("pt"), First: true})
		}},
		{"Customers_found", omid, func(r screen.Reader) view.Message {
			return r.Customers(screen.List{Customers: page[:2], Text: first(w.say("کریمی"), 60), First: true})
		}},
		{"FilterMenu", sara, func(r screen.Reader) view.Message { return r.FilterMenu("") }},
		{"FilterMenu_filtered", sara, func(r screen.Reader) view.Message { return r.FilterMenu(filters) }},
		{"FilterChoices_status", sara, func(r screen.Reader) view.Message { return r.FilterChoices(filters, 's') }},
		{"FilterChoices_source", sara, func(r screen.Reader) view.Message { return r.FilterChoices("", 'o') }},
		{"FilterChoices_holder", sara, func(r screen.Reader) view.Message { return r.FilterChoices("", 'h') }},
		{"FilterChoices_period", sara, func(r screen.Reader) view.Message { return r.FilterChoices("", 'p') }},
		{"Unknown", omid, func(r screen.Reader) view.Message { return r.Unknown("+989121234567", false) }},
		{"Unknown_undone", sara, func(r screen.Reader) view.Message { return r.Unknown("+989121234567", true) }},
		{"ConfirmEraseUndone", sara, func(r screen.Reader) view.Message { return r.ConfirmEraseUndone("+989121234567") }},
		{"ConfirmList", omid, func(r screen.Reader) view.Message { return r.ConfirmList(w.list(), "DRAFTDRAFT") }},
		{"ListReport_of_an_agent", omid, func(r screen.Reader) view.Message {
			return r.ListReport(crm.ListResult{Batch: 5, New: make([]crm.CustomerID, 6), Known: make([]crm.CustomerID, 1), Event: 90}, w.list())
		}},
		{"ListReport_of_a_manager", sara, func(r screen.Reader) view.Message {
			return r.ListReport(crm.ListResult{Batch: 5, New: make([]crm.CustomerID, 7), Event: 90}, screen.Pasted{})
		}},
		{"Share", sara, func(r screen.Reader) view.Message { return r.Share(5, 7, screen.Chosen("").Toggle(sara).Toggle(omid)) }},
		{"Share_nobody_chosen", sara, func(r screen.Reader) view.Message { return r.Share(5, 1, "") }},
		{"Shared", sara, func(r screen.Reader) view.Message {
			return r.Shared(crm.Shares{Per: map[crm.StaffID]int{sara: 3, omid: 4}, Event: 90})
		}},
	}
}

func (w world) notices() []story {
	n := func(kind crm.NotificationKind, c crm.Customer, e crm.Event) screen.Notice {
		return screen.Notice{Notification: crm.Notification{Kind: kind, To: omid, Customer: c.ID}, Event: e,
			Card: crm.Card{Customer: c, Events: w.events()[:screen.CardEvents]}}
	}
	fresh, met := w.fresh(), w.met()
	again := w.fresh()
	again.Status = crm.StatusState{Status: waiting, At: w.ago(240 * time.Hour)}
	gone := w.met()
	gone.Holder, gone.HandedBy = sara, 0
	settled := w.met()
	settled.Holder, settled.HandedBy, settled.Status.At = 0, 0, w.now
	routed := w.fresh()
	routed.Holder = omid
	withdrawn := func(x screen.Notice) screen.Notice { x.Withdrawn = true; return x }
	events := w.events()
	ring := func(kind crm.NotificationKind, ring int, late time.Duration) screen.Notice {
		x := n(kind, met, crm.Event{})
		x.Ring, x.About, x.Due, x.SentAt = ring, omid, met.Reminders[0].Due, met.Reminders[0].Due.Add(late)
		return x
	}
	group := func(kind crm.NotificationKind, count int) screen.Notice {
		return screen.Notice{Notification: crm.Notification{Kind: kind, About: lena, Batch: 5, Count: count}}
	}
	return []story{
		{"Lead", omid, func(r screen.Reader) view.Message { return r.Lead(n(crm.NotifyLead, fresh, w.inquiry(false))) }},
		{"Lead_returning", omid, func(r screen.Reader) view.Message { return r.Lead(n(crm.NotifyLead, again, w.inquiry(true))) }},
		{"Lead_taken", omid, func(r screen.Reader) view.Message { return r.Lead(n(crm.NotifyLead, gone, w.inquiry(false))) }},
		{"Lead_taken_by_the_reader", omid, func(r screen.Reader) view.Message { return r.Lead(n(crm.NotifyLead, met, w.inquiry(false))) }},
		{"Lead_settled", omid, func(r screen.Reader) view.Message { return r.Lead(n(crm.NotifyLead, settled, w.inquiry(false))) }},
		{"Lead_withdrawn", omid, func(r screen.Reader) view.Message {
			return r.Lead(withdrawn(n(crm.NotifyLead, fresh, w.inquiry(false))))
		}},
		{"Lead_waits", omid, func(r screen.Reader) view.Message {
			x := n(crm.NotifyLead, fresh, w.inquiry(false))
			x.Ring = 2
			return r.Lead(x)
		}},
		{"Routed", omid, func(r screen.Reader) view.Message { return r.Routed(n(crm.NotifyRouted, routed, w.inquiry(false))) }},
		{"Routed_returning", omid, func(r screen.Reader) view.Message { return r.Routed(n(crm.NotifyRouted, met, w.inquiry(true))) }},
		{"Routed_and_gone", omid, func(r screen.Reader) view.Message { return r.Routed(n(crm.NotifyRouted, gone, w.inquiry(false))) }},
		{"Routed_withdrawn", omid, func(r screen.Reader) view.Message {
			return r.Routed(withdrawn(n(crm.NotifyRouted, routed, w.inquiry(false))))
		}},
		{"Lead_untaken", sara, func(r screen.Reader) view.Message { return r.Lead(n(crm.NotifyUntaken, fresh, w.inquiry(false))) }},
		{"Lead_untaken_until_now", sara, func(r screen.Reader) view.Message {
			return r.Lead(n(crm.NotifyUntaken, met, w.inquiry(false)))
		}},
		{"Inquiry", omid, func(r screen.Reader) view.Message { return r.Inquiry(n(crm.NotifyInquiry, met, w.inquiry(true))) }},
		{"Inquiry_of_a_colleague", sara, func(r screen.Reader) view.Message { return r.Inquiry(n(crm.NotifyInquiry, met, w.inquiry(true))) }},
		{"Inquiry_of_a_colleague_first", sara, func(r screen.Reader) view.Message {
			return r.Inquiry(n(crm.NotifyInquiry, routed, w.inquiry(false)))
		}},
		{"Inquiry_of_nobody", sara, func(r screen.Reader) view.Message {
			return r.Inquiry(n(crm.NotifyInquiry, settled, w.inquiry(true)))
		}},
		{"HandedOver_with_a_status", omid, func(r screen.Reader) view.Message { return r.HandedOver(n(crm.NotifyHandOver, met, events[2])) }},
		{"HandedOver_with_a_message", omid, func(r screen.Reader) view.Message { return r.HandedOver(n(crm.NotifyHandOver, met, events[9])) }},
		{"HandedOver_and_gone", omid, func(r screen.Reader) view.Message { return r.HandedOver(n(crm.NotifyHandOver, gone, events[9])) }},
		{"HandedOver_withdrawn", omid, func(r screen.Reader) view.Message {
			return r.HandedOver(withdrawn(n(crm.NotifyHandOver, met, events[9])))
		}},
		{"HandedOver_returned", sara, func(r screen.Reader) view.Message { return r.HandedOver(n(crm.NotifyReturned, gone, events[11])) }},
		{"Moved", omid, func(r screen.Reader) view.Message { return r.Moved(n(crm.NotifyMoved, met, events[3])) }},
		{"Moved_withdrawn", omid, func(r screen.Reader) view.Message { return r.Moved(withdrawn(n(crm.NotifyMoved, met, events[3]))) }},
		{"Ring", omid, func(r screen.Reader) view.Message { return r.Ring(ring(crm.NotifyReminder, 1, 0), met.Reminders[0]) }},
		{"Ring_late", omid, func(r screen.Reader) view.Message {
			return r.Ring(ring(crm.NotifyReminder, 1, time.Hour), met.Reminders[0])
		}},
		{"Ring_late_now", omid, func(r screen.Reader) view.Message { // due half an hour ago, and about to be sent
			x := ring(crm.NotifyReminder, 1, 0)
			x.SentAt = time.Time{}
			return r.Ring(x, met.Reminders[0])
		}},
		{"Ring_again", omid, func(r screen.Reader) view.Message { return r.Ring(ring(crm.NotifyReminder, 2, 0), met.Reminders[0]) }},
		{"Ring_escalated", sara, func(r screen.Reader) view.Message { return r.Ring(ring(crm.NotifyEscalated, 1, 0), met.Reminders[0]) }},
		{"RungOver", omid, func(r screen.Reader) view.Message { return r.RungOver(n(crm.NotifyReminder, met, crm.Event{})) }},
		{"RungOver_put_off", omid, func(r screen.Reader) view.Message { return r.RungOver(ring(crm.NotifyReminder, 1, 0)) }},
		{"Away", sara, func(r screen.Reader) view.Message { return r.Away(n(crm.NotifyAway, met, events[9])) }},
		{"Away_withdrawn", sara, func(r screen.Reader) view.Message { return r.Away(withdrawn(n(crm.NotifyAway, met, events[9]))) }},
		{"Reminders", omid, func(r screen.Reader) view.Message { return r.Reminders(met) }},
		{"FormOver", omid, func(r screen.Reader) view.Message { return r.FormOver(r.P.T("error.no_customer")) }},
		{"RingElsewhere", omid, func(r screen.Reader) view.Message { return r.RingElsewhere(n(crm.NotifyReminder, gone, crm.Event{})) }},
		{"WhatCame", omid, func(r screen.Reader) view.Message { return r.WhatCame(met, 8) }},
		{"WhatCame_of_nobodys_customer", omid, func(r screen.Reader) view.Message { return r.WhatCame(settled, 8) }},
		{"Asked", omid, func(r screen.Reader) view.Message {
			return r.Asked(n(crm.NotifyAsked, met, crm.Event{Actor: lena, Detail: crm.Detail{To: omid}}))
		}},
		{"Asked_and_gone", omid, func(r screen.Reader) view.Message {
			return r.Asked(n(crm.NotifyAsked, gone, crm.Event{Actor: lena, Detail: crm.Detail{To: omid}}))
		}},
		{"Kept", omid, func(r screen.Reader) view.Message { return r.Kept(n(crm.NotifyGiven, gone, crm.Event{Actor: sara})) }},
		{"GotShare", omid, func(r screen.Reader) view.Message { return r.GotShare(group(crm.NotifyShared, 12)) }},
		{"PastedList", sara, func(r screen.Reader) view.Message { return r.PastedList(group(crm.NotifyPasted, 7)) }},
		{"LeftBehind", sara, func(r screen.Reader) view.Message { return r.LeftBehind(group(crm.NotifyLeft, 1)) }},
		{"Silent", sara, func(r screen.Reader) view.Message { return r.Silent(group(crm.NotifySilent, 0)) }},
		{"Summary", omid, func(r screen.Reader) view.Message { return r.Summary(screen.Tally{Leads: 14, Inquiries: 3}, 9) }},
		{"Summary_of_taken_ones", omid, func(r screen.Reader) view.Message { return r.Summary(screen.Tally{Leads: 14, Inquiries: 3}, 0) }},
		{"Summary_leads", omid, func(r screen.Reader) view.Message { return r.Summary(screen.Tally{Leads: 1}, 1) }},
		{"Summary_untaken", omid, func(r screen.Reader) view.Message { return r.Summary(screen.Tally{Leads: 2, Untaken: 7}, 9) }},
	}
}

func (w world) office() []story {
	invite := crm.NewInvite{Invite: crm.Invite{ID: 9, Role: crm.Agent, By: sara, ExpiresAt: *w.in(crm.InviteLife)}, Token: strings.Repeat("x", 24)}
	link := "https://t.me/cartable_bot?start=" + invite.Token
	unnamed := func(r screen.Reader) screen.Reader { r.Dir.Settings.Business = ""; return r }
	return []story{
		{"MainMenu_of_an_agent", omid, func(r screen.Reader) view.Message {
			return r.MainMenu(crm.Counts{Overdue: 2, Today: 3, Fresh: 1, Rest: 12}, 4)
		}},
		{"MainMenu_of_the_owner", sara, func(r screen.Reader) view.Message { return r.MainMenu(crm.Counts{}, 0) }},
		{"Help_for_an_agent", omid, func(r screen.Reader) view.Message { return r.Help() }},
		{"Help_for_a_manager", sara, func(r screen.Reader) view.Message { return r.Help() }},
		{"Languages", omid, func(r screen.Reader) view.Message { return r.Languages() }},
		{"Stranger", 0, func(r screen.Reader) view.Message { return r.Stranger() }},
		{"BadInvite", 0, func(r screen.Reader) view.Message { return r.BadInvite() }},
		{"Joined_as_owner", sara, func(r screen.Reader) view.Message { return unnamed(r).Joined() }},
		{"Joined_as_agent", omid, func(r screen.Reader) view.Message { return r.Joined() }},
		{"Joined_as_manager", sara, func(r screen.Reader) view.Message { r.Staff.Role = crm.Manager; return r.Joined() }},
		{"Settings", sara, func(r screen.Reader) view.Message { return r.Settings(0) }},
		{"Team", sara, func(r screen.Reader) view.Message { return r.Team(nil, w.loads()) }},
		{"Team_with_open_invites", sara, func(r screen.Reader) view.Message {
			return r.Team([]crm.Invite{invite.Invite, {ID: 8, Role: crm.Manager, By: lena, ExpiresAt: *w.in(time.Hour)}}, w.loads())
		}},
		{"Invited", sara, func(r screen.Reader) view.Message {
			return r.Invited(invite, link)
		}},
		{"Invited_for_a_day", sara, func(r screen.Reader) view.Message {
			short := invite
			short.ExpiresAt = *w.in(24 * time.Hour)
			return r.Invited(short, link)
		}},
		{"InvitedPicture", sara, func(r screen.Reader) view.Message {
			return r.InvitedPicture(invite.Invite, link, &view.File{Name: "invite.png"})
		}},
		{"FirstSteps", sara, func(r screen.Reader) view.Message { return r.FirstSteps(false, false, false, true) }},
		{"FirstSteps_named", sara, func(r screen.Reader) view.Message { return r.FirstSteps(true, false, false, false) }},
		{"FirstSteps_done", sara, func(r screen.Reader) view.Message { return r.FirstSteps(true, true, true, false) }},
		{"NewForm", sara, func(r screen.Reader) view.Message {
			return r.NewForm(first(w.say("آگهی اینستاگرام"), 100), "https://example.com/f/x7Kd92")
		}},
		{"NewForm_without_an_address", sara, func(r screen.Reader) view.Message {
			return r.NewForm(first(w.say("آگهی اینستاگرام"), 100), "")
		}},
	}
}
