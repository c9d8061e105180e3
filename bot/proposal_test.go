package bot_test

import (
	"testing"

	"cartable/bot/callback"
	"cartable/bot/screen"
	"cartable/internal/crm"
	"cartable/internal/tgsim"
)

// proposes has an agent propose a status, in a few taps and answers, and is its ID and
// the message that every manager got.
func (o *office) proposes(p *tgsim.Person, title string) (id crm.ProposalID, copied tgsim.Message) {
	o.t.Helper()
	o.types(p, "/propose")
	o.press(p, "proposal.new_status")
	o.types(p, title)
	o.press(p, "shape.cartable_stay")
	o.press(p, "form.skip")
	p.SeeLast(o.t, title, o.say(p, "proposal.withdraw"))
	own, err := o.crm.OwnProposals(o.t.Context(), o.staff(p), 0, 1)
	must(o.t, err)
	return own[0].ID, o.owner.SeeLast(o.t, title, o.say(o.owner, "proposal.approve"))
}

// manager brings a second manager in.
func (o *office) manager() *tgsim.Person {
	o.t.Helper()
	p := o.sim.Person(tgsim.Profile{FirstName: "پریسا", LanguageCode: "fa"})
	o.join(p, crm.Manager)
	return p
}

// inUse says whether a status of this title is.
func (o *office) inUse(title string) bool {
	o.t.Helper()
	dir, err := o.crm.Directory(o.t.Context())
	must(o.t, err)
	for _, s := range dir.Statuses {
		if s.Title.Text == title && !s.Retired {
			return true
		}
	}
	return false
}

// shown waits until all is quiet, and holds what a message of somebody's shows then and
// which of the texts it does not.
func (o *office) shown(p *tgsim.Person, message int, texts []string, not ...string) {
	o.t.Helper()
	o.quiet()
	for _, m := range p.Messages() {
		if m.ID != message {
			continue
		}
		if !m.Shows(texts...) {
			o.t.Errorf("shows %q %v, want %v", m.Plain(), m.Labels(), texts)
		}
		for _, s := range not {
			if m.Shows(s) {
				o.t.Errorf("still shows %q", s)
			}
		}
	}
}

// An agent proposes a status, a manager approves it with one tap, everybody hears, and
// the agent uses it; the manager takes it back, and the messages say so.
func TestProposalApproved(t *testing.T) {
	for _, lang := range []string{"fa", "en"} {
		o := newOffice(t, lang)
		sara, boss := o.agents[0], o.manager()
		o.types(sara, o.say(sara, "menu.me"))
		o.press(sara, "menu.propose")
		o.press(sara, "proposal.new_status")
		o.types(sara, "📄 منتظر مدارک")
		o.press(sara, "shape.cartable_stay")
		o.types(sara, "هر روز چند نفر همین را می‌گویند")
		sara.SeeLast(t, "منتظر مدارک", o.say(sara, "proposal.withdraw"))
		mine := boss.SeeLast(t, "منتظر مدارک", "هر روز چند نفر", o.say(boss, "proposal.approve"))
		copied := o.owner.SeeLast(t, "منتظر مدارک", o.say(o.owner, "proposal.approve"))
		boss.PressOn(t, mine.ID, o.say(boss, "proposal.approve"))
		boss.SeeToast(t, o.say(boss, "proposal.toast_approved"))
		o.shown(o.owner, copied.ID, []string{"پریسا"}, o.say(o.owner, "proposal.decline"), o.say(o.owner, "proposal.open"))
		told := sara.SeeLast(t, o.say(sara, "proposal.told_approved"), "پریسا")
		id := o.held(sara, "09121234567", "علی رضایی")
		o.types(sara, "09121234567")
		o.press(sara, "button.status")
		o.quiet()
		sara.Press(t, "📄 منتظر مدارک")
		o.press(sara, "form.save")
		if c := o.customer(id); c.Status.Status != o.status("منتظر مدارک").ID || c.Holder != o.staff(sara).ID {
			t.Errorf("%+v", c)
		}
		boss.PressOn(t, mine.ID, o.say(boss, "shape.undo"))
		o.shown(o.owner, copied.ID, []string{"برگردانده شد"})
		o.shown(sara, told.ID, []string{o.say(sara, "proposal.told_undone")}, o.say(sara, "proposal.told_approved"))
		if o.inUse("منتظر مدارک") {
			t.Error("still in use")
		}
		o.sim.CheckClean(t)
	}
}

// Every kind of proposal is made by taps where a tap can answer, and is live when it is
// approved.
func TestProposalKinds(t *testing.T) {
	o := newOffice(t, "fa")
	sara, boss := o.agents[0], o.owner
	begin := func(kind string) {
		t.Helper()
		o.types(sara, "/propose")
		o.press(sara, "proposal.new_"+kind)
	}
	tap := func(label string) { t.Helper(); sara.Press(t, label); o.quiet() }
	begin("question")
	tap("جلسه آنلاین")
	o.types(sara, "نوع جلسه")
	o.press(sara, "field_type.choice")
	o.types(sara, "کوتاه\n\nبلند")
	o.press(sara, "form.skip")
	o.press(boss, "proposal.approve")
	begin("field")
	o.types(sara, "بودجه")
	o.press(sara, "field_type.money")
	o.press(sara, "form.skip")
	o.press(boss, "proposal.approve")
	begin("choice")
	tap("علت انصراف")
	o.types(sara, "دور است")
	o.press(sara, "form.skip")
	o.press(boss, "proposal.approve")
	dir, err := o.crm.Directory(t.Context())
	must(t, err)
	online, left := o.status("جلسه آنلاین"), o.status("انصراف از مشاوره")
	q, reasons := online.Fields[len(online.Fields)-1], left.Fields[0].Choices
	if f := dir.Fields[len(dir.Fields)-1]; f.Title.Text != "بودجه" || f.Type != crm.Money || q.Title.Text != "نوع جلسه" || len(q.Choices) != 2 ||
		reasons[len(reasons)-1].Title.Text != "دور است" {
		t.Fatalf("%+v\n%+v\n%+v", f, q, reasons)
	}
	// What is there already is said at once, and nothing is sent.
	begin("field")
	o.types(sara, "بودجه")
	o.press(sara, "field_type.money")
	o.press(sara, "form.skip")
	sara.SeeLast(t, o.say(sara, "error.duplicate", "Field", "بودجه"))
	if n, err := o.crm.CountProposals(t.Context()); n != 0 || err != nil {
		t.Errorf("%d open, %v", n, err)
	}
	o.sim.CheckClean(t)
}

// A manager declines with a reason that the agent is told; the agent takes another one
// back, and looks both up.
func TestProposalDeclinedAndWithdrawn(t *testing.T) {
	o := newOffice(t, "fa")
	sara, boss := o.agents[0], o.owner
	_, copied := o.proposes(sara, "سرد شد")
	o.press(boss, "proposal.decline")
	o.types(boss, "با «انصراف» ثبت کنید")
	o.shown(boss, copied.ID, []string{"با «انصراف» ثبت کنید"}, o.say(boss, "proposal.approve"))
	sara.SeeLast(t, "سرد شد", "با «انصراف» ثبت کنید", o.say(sara, "proposal.told_declined"))
	_, copied = o.proposes(sara, "گرم شد")
	o.press(sara, "proposal.withdraw")
	sara.SeeToast(t, o.say(sara, "proposal.toast_withdrawn"))
	o.shown(boss, copied.ID, []string{"پس گرفته شد"}, o.say(boss, "proposal.approve"))
	o.types(sara, "/propose")
	o.press(sara, "proposal.own")
	sara.SeeLast(t, "سرد شد", "گرم شد", o.say(sara, "proposal.state_declined"), o.say(sara, "proposal.state_withdrawn"))
	sara.Press(t, "✖️ سرد شد")
	o.quiet()
	sara.SeeLast(t, "با «انصراف» ثبت کنید")
	o.sim.CheckClean(t)
}

// A manager takes a proposal into their draft, shapes and publishes it: the agent hears
// what it is called. Dropped from the draft, it waits again.
func TestProposalShaped(t *testing.T) {
	o := newOffice(t, "fa")
	sara, boss, second := o.agents[0], o.owner, o.manager()
	_, copied := o.proposes(sara, "منتظر مدارک")
	theirs := second.SeeLast(t, "منتظر مدارک", o.say(second, "proposal.shape"))
	o.press(boss, "proposal.shape")
	boss.SeeLast(t, "منتظر مدارک", o.say(boss, "shape.cartable"))
	o.shown(boss, copied.ID, []string{o.say(boss, "proposal.editor")}, o.say(boss, "proposal.approve"))
	o.shown(second, theirs.ID, []string{"مریم", o.say(second, "proposal.approve")}, o.say(second, "proposal.shape"))
	if o.inUse("منتظر مدارک") {
		t.Fatal("a draft is in force")
	}
	o.press(boss, "shape.retire")
	o.shown(boss, copied.ID, []string{o.say(boss, "proposal.open"), o.say(boss, "proposal.approve")})
	boss.PressOn(t, copied.ID, o.say(boss, "proposal.shape"))
	o.quiet()
	o.press(boss, "shape.title")
	o.types(boss, "در انتظار مدارک")
	o.press(boss, "shape.preview")
	o.press(boss, "shape.publish")
	o.shown(second, theirs.ID, []string{"در انتظار مدارک", "مریم"}, o.say(second, "proposal.approve"))
	sara.SeeLast(t, o.say(sara, "proposal.told_approved"), "در انتظار مدارک")
	if !o.inUse("در انتظار مدارک") || o.inUse("منتظر مدارک") {
		t.Error("not as it was shaped")
	}
	o.sim.CheckClean(t)
}

// Of two managers who tap at once, one wins and the other reads who did; a reason that
// was being typed meanwhile is answered with what became of the proposal.
func TestProposalRace(t *testing.T) {
	o := newOffice(t, "fa")
	sara, boss, second := o.agents[0], o.owner, o.manager()
	id, copied := o.proposes(sara, "سرد شد")
	theirs := second.SeeLast(t, "سرد شد")
	data := callback.MustEncode(callback.Ref{Action: callback.Proposals, Question: screen.ProposalApprove, Record: int64(id)})
	must(t, boss.TapData(copied.ID, data))
	must(t, second.TapData(theirs.ID, data))
	o.quiet()
	p, err := o.crm.Proposal(t.Context(), o.staff(boss), id)
	must(t, err)
	winner, loser := boss, second
	if p.DecidedBy == o.staff(second).ID {
		winner, loser = second, boss
	}
	winner.SeeToast(t, o.say(winner, "proposal.toast_approved"))
	loser.SeeToast(t, o.say(loser, "error.proposal_decided", "Name", o.staff(winner).Name))
	if p.State != crm.ProposalApproved || !o.inUse("سرد شد") {
		t.Errorf("%+v", p)
	}
	id, _ = o.proposes(sara, "گرم شد")
	o.press(second, "proposal.decline")
	o.press(boss, "proposal.approve")
	o.types(second, "نه")
	second.SeeLast(t, o.say(second, "error.proposal_decided", "Name", "مریم"))
	if p, err := o.crm.Proposal(t.Context(), o.staff(boss), id); err != nil || p.State != crm.ProposalApproved {
		t.Errorf("%+v, %v", p, err)
	}
	o.sim.CheckClean(t)
}

// An agent decides nothing, whatever they tap, and sees nobody else's proposal.
func TestAgentsDecideNothing(t *testing.T) {
	o := newOffice(t, "fa", "fa")
	sara, omid := o.agents[0], o.agents[1]
	id, _ := o.proposes(sara, "سرد شد")
	o.types(omid, "/help")
	for _, p := range []*tgsim.Person{sara, omid} {
		for _, op := range []string{screen.ProposalApprove, screen.ProposalShape, screen.ProposalDecline} {
			n := len(p.Toasts())
			must(t, p.TapData(p.Last().ID, callback.MustEncode(callback.Ref{Action: callback.Proposals, Question: op, Record: int64(id)})))
			waitToasts(t, p, n+1)
			if got := p.Toasts()[n].Text; got != o.say(p, "error.managers") {
				t.Errorf("%s: %q", op, got)
			}
		}
	}
	for _, op := range []string{screen.ProposalShow, screen.ProposalWithdraw} {
		n := len(omid.Toasts())
		must(t, omid.TapData(omid.Last().ID, callback.MustEncode(callback.Ref{Action: callback.Proposals, Question: op, Record: int64(id)})))
		waitToasts(t, omid, n+1)
		if got := omid.Toasts()[n].Text; got != o.say(omid, "error.no_proposal") {
			t.Errorf("%s: %q", op, got)
		}
	}
	p, err := o.crm.Proposal(t.Context(), o.staff(sara), id)
	must(t, err)
	if p.State != crm.ProposalOpen || o.inUse("سرد شد") {
		t.Errorf("%+v", p)
	}
	omid.NoMore(t, "سرد شد")
}

// A proposal whose status was retired meanwhile is refused kindly, and stays to be
// declined; one of somebody who has left can be approved.
func TestProposalOfWhatIsGone(t *testing.T) {
	o := newOffice(t, "fa", "fa")
	sara, omid, boss := o.agents[0], o.agents[1], o.owner
	o.types(sara, "/propose")
	o.press(sara, "proposal.new_question")
	sara.Press(t, "جلسه آنلاین")
	o.quiet()
	o.types(sara, "نوع جلسه")
	o.press(sara, "field_type.text")
	o.press(sara, "form.skip")
	online := o.status("جلسه آنلاین").ID
	o.publish(func(c *crm.Config) error { return c.RetireStatus(online) })
	o.press(boss, "proposal.approve")
	boss.SeeToast(t, o.say(boss, "error.no_status"))
	boss.SeeLast(t, o.say(boss, "proposal.open"))
	o.press(boss, "proposal.decline")
	o.types(boss, "این وضعیت را کنار گذاشتیم")
	sara.SeeLast(t, "این وضعیت را کنار گذاشتیم")
	_, copied := o.proposes(omid, "سرد شد")
	must(t, o.crm.ChangeStaff(t.Context(), o.by(boss), o.staff(omid).ID, crm.Removed))
	o.quiet() // the goodbye
	before := len(omid.Messages())
	boss.PressOn(t, copied.ID, o.say(boss, "proposal.approve"))
	o.quiet()
	if !o.inUse("سرد شد") || len(omid.Messages()) != before {
		t.Errorf("in use %v; told %+v", o.inUse("سرد شد"), omid.Last())
	}
	o.sim.CheckClean(t)
}

// Managers find what waits under the settings, with the count, and are led to the
// editors when they propose.
func TestOpenProposals(t *testing.T) {
	o := newOffice(t, "fa")
	sara, boss := o.agents[0], o.owner
	for _, title := range []string{"یک", "دو", "سه", "چهار", "پنج", "شش", "هفت", "هشت", "نه"} {
		o.proposes(sara, title)
	}
	o.types(boss, "/propose")
	boss.SeeLast(t, o.say(boss, "proposal.managers"))
	boss.Press(t, o.say(boss, "settings.proposals_open", "Count", "۹"))
	o.quiet()
	boss.SeeLast(t, "⏳ نه", "⏳ دو", "سارا")
	o.press(boss, "timeline.older")
	boss.Press(t, "⏳ یک")
	o.quiet()
	o.press(boss, "proposal.approve")
	boss.SeeLast(t, o.say(boss, "common.back"))
	o.press(boss, "common.back")
	boss.SeeLast(t, "⏳ نه", "⏳ دو")
	if !o.inUse("یک") {
		t.Error("not in use")
	}
	o.types(boss, "/proposals")
	boss.SeeLast(t, "⏳ نه")
	o.sim.CheckClean(t)
}
