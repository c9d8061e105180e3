package crm_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"cartable/internal/crm"
)

func newStatus(title string) crm.Proposed {
	return crm.Proposed{Kind: crm.ProposeStatus, Title: title, Emoji: "📄", Cartable: crm.CartableNone}
}

// propose has somebody propose what can be added.
func (o *office) propose(by crm.Staff, what crm.Proposed) crm.ProposalID {
	o.t.Helper()
	return must[crm.ProposalID](o.t)(o.Propose(o.t.Context(), o.by(by), what, "مشتری‌ها می‌پرسند"))
}

// proposal reads a proposal as the owner may.
func (o *office) proposal(id crm.ProposalID) crm.Proposal {
	o.t.Helper()
	return must[crm.Proposal](o.t)(o.Proposal(o.t.Context(), o.owner, id))
}

// Everything that can be proposed is in force, and of use, once it is approved.
func TestApproved(t *testing.T) {
	o := newOffice(t, 1)
	sara := o.agents[0]
	boss := o.join(crm.Manager, o.by(o.owner), 200)
	meeting, cause := o.status("In-person meeting"), o.status("Declined").Fields[0]
	o.told()
	for _, what := range []crm.Proposed{
		newStatus("  منتظر مدارک "),
		{Kind: crm.ProposeQuestion, Status: meeting.ID, Title: "نوع جلسه", Type: crm.Choice, Choices: []string{"کوتاه", "بلند"}},
		{Kind: crm.ProposeField, Title: "بودجه", Type: crm.Money},
		{Kind: crm.ProposeChoice, Field: cause.ID, Title: "دور است"},
	} {
		before := o.config()
		id := o.propose(sara, what)
		o.wantTold(t, "proposal>100", "proposal>200")
		if !o.config().Same(before) || o.proposal(id).State != crm.ProposalOpen {
			t.Fatalf("%s: in force, or settled", what.Kind)
		}
		cmd := o.by(boss)
		out := must[crm.Published](t)(o.ApproveProposal(t.Context(), cmd, id))
		if again := must[crm.Published](t)(o.ApproveProposal(t.Context(), cmd, id)); again.Version != out.Version {
			t.Errorf("repeated: %+v", again)
		}
		o.wantTold(t, "proposal_decided>101")
		p := o.proposal(id)
		if p.State != crm.ProposalApproved || p.DecidedBy != boss.ID || p.Version != out.Version || !p.DecidedAt.Equal(o.clock.Now()) || p.Why == "" {
			t.Errorf("%+v", p)
		}
		log := must[[]crm.ConfigVersion](t)(o.ConfigLog(t.Context(), o.owner, 0, 1))
		if log[0].Version != out.Version || log[0].Actor != boss.ID || len(log[0].Changes) != 1 {
			t.Errorf("%+v", log)
		}
	}
	now := o.dir()
	st, _ := now.Status(meeting.ID)
	q, made := st.Fields[len(st.Fields)-1], o.status("منتظر مدارک")
	f, reasons := now.Fields, o.status("Declined").Fields[0].Choices
	if made.Cartable != crm.CartableNone || made.Emoji != "📄" || !q.Required || len(q.Choices) != 2 || f[len(f)-1].Type != crm.Money ||
		reasons[len(reasons)-1].Title.Text != "دور است" {
		t.Errorf("%+v\n%+v\n%+v", made, q, reasons)
	}
}

// What cannot be added is refused when it is proposed, and when it is approved: then it
// stays open, and can be declined.
func TestProposedInVain(t *testing.T) {
	o := newOffice(t, 1)
	ctx, sara := t.Context(), o.agents[0]
	meeting, declined := o.status("In-person meeting"), o.status("Declined")
	cause := declined.Fields[0]
	for key, what := range map[string]crm.Proposed{
		crm.KeyDuplicate: newStatus(meeting.Title.Text),
		crm.KeyEmpty:     newStatus(" "),
		crm.KeyBadValue:  {Kind: "routing", Title: "x"},
		crm.KeyNoField:   {Kind: crm.ProposeChoice, Field: 999, Title: "x"},
		crm.KeyNoStatus:  {Kind: crm.ProposeQuestion, Status: 999, Title: "x", Type: crm.Text},
	} {
		var e *crm.Error
		if _, err := o.Propose(ctx, o.by(sara), what, ""); !errors.As(err, &e) || e.Key != key {
			t.Errorf("%s: %v", key, err)
		}
	}
	question := o.propose(sara, crm.Proposed{Kind: crm.ProposeQuestion, Status: meeting.ID, Title: "مکان", Type: crm.Text})
	choice := o.propose(sara, crm.Proposed{Kind: crm.ProposeChoice, Field: cause.ID, Title: "دور است"})
	status := o.propose(sara, newStatus("سرد شد"))
	o.publish(o.owner, func(c *crm.Config) error {
		must[any](t)(nil, c.RetireStatus(meeting.ID))
		must[any](t)(nil, c.RetireField(cause.ID))
		_, err := c.AddStatus(text("سرد شد"), "")
		return err
	})
	for id, want := range map[crm.ProposalID][2]string{
		question: {string(crm.NotFound), crm.KeyNoStatus}, choice: {string(crm.NotFound), crm.KeyNoField}, status: {string(crm.Conflict), crm.KeyDuplicate},
	} {
		o.refused(t, crm.Code(want[0]), want[1], func() error { _, err := o.ApproveProposal(ctx, o.by(o.owner), id); return err })
		o.refused(t, crm.Code(want[0]), want[1], func() error { _, err := o.ShapeProposal(ctx, o.by(o.owner), id); return err })
	}
	o.told()
	o.refused(t, crm.Invalid, crm.KeyEmpty, func() error { return o.DeclineProposal(ctx, o.by(o.owner), question, "  ") })
	must[any](t)(nil, o.DeclineProposal(ctx, o.by(o.owner), question, "دیگر جلسه نداریم"))
	o.wantTold(t, "proposal_decided>101")
	if p := o.proposal(question); p.State != crm.ProposalDeclined || p.Reason != "دیگر جلسه نداریم" {
		t.Errorf("%+v", p)
	}
}

// Only managers decide, only its maker takes a proposal back, and nobody settles it twice.
func TestWhoDecides(t *testing.T) {
	o := newOffice(t, 2)
	ctx, sara, omid := t.Context(), o.agents[0], o.agents[1]
	id := o.propose(sara, newStatus("نو"))
	for name, do := range map[string]func(c crm.Command) error{
		"approve": func(c crm.Command) error { _, err := o.ApproveProposal(ctx, c, id); return err },
		"decline": func(c crm.Command) error { return o.DeclineProposal(ctx, c, id, "نه") },
		"shape":   func(c crm.Command) error { _, err := o.ShapeProposal(ctx, c, id); return err },
		"list":    func(crm.Command) error { _, err := o.OpenProposals(ctx, sara, 0, 10); return err },
	} {
		t.Run(name, func(t *testing.T) {
			o.refused(t, crm.Forbidden, crm.KeyManagers, func() error { return do(o.by(sara)) })
		})
	}
	o.refused(t, crm.NotFound, crm.KeyNoProposal, func() error { return o.WithdrawProposal(ctx, o.by(omid), id) })
	o.refused(t, crm.NotFound, crm.KeyNoProposal, func() error { _, err := o.Proposal(ctx, omid, id); return err })
	o.refused(t, crm.Forbidden, crm.KeyNoProposal, func() error { return o.WithdrawProposal(ctx, o.by(o.owner), id) })
	must[any](t)(nil, o.WithdrawProposal(ctx, o.by(sara), id))
	if e := o.refused(t, crm.Gone, crm.KeyProposalWithdrawn, func() error { _, err := o.ApproveProposal(ctx, o.by(o.owner), id); return err }); e.Staff != sara.ID {
		t.Errorf("%+v", e)
	}
	id = o.propose(sara, newStatus("نو"))
	must[any](t)(nil, o.DeclineProposal(ctx, o.by(o.owner), id, "نه"))
	if e := o.refused(t, crm.Conflict, crm.KeyProposalDecided, func() error { return o.WithdrawProposal(ctx, o.by(sara), id) }); e.Staff != o.owner.ID {
		t.Errorf("%+v", e)
	}
	own := must[[]crm.Proposal](t)(o.OwnProposals(ctx, sara, 0, 10))
	if len(own) != 2 || own[0].State != crm.ProposalDeclined || own[1].State != crm.ProposalWithdrawn {
		t.Errorf("%+v", own)
	}
	for i := range crm.MaxOpenProposals {
		id = o.propose(sara, newStatus(fmt.Sprint("نو ", i)))
	}
	o.refused(t, crm.Invalid, crm.KeyProposalsFull, func() error { _, err := o.Propose(ctx, o.by(sara), newStatus("زیاد"), ""); return err })
	open := must[[]crm.Proposal](t)(o.OpenProposals(ctx, o.owner, id, 3))
	if n := must[int](t)(o.CountProposals(ctx)); n != crm.MaxOpenProposals || len(open) != 3 || open[0].ID >= id {
		t.Errorf("%d open, page %+v", n, open)
	}
}

// Of two managers who decide at once one wins; the other is told who did.
func TestDecideRace(t *testing.T) {
	o := newOffice(t, 1)
	boss := o.join(crm.Manager, o.by(o.owner), 200)
	for i := range 20 {
		id := o.propose(o.agents[0], newStatus(fmt.Sprint("نو ", i)))
		o.told()
		var errs [2]error
		var both sync.WaitGroup
		approve, decline := o.by(o.owner), o.by(boss)
		both.Go(func() { _, errs[0] = o.ApproveProposal(t.Context(), approve, id) })
		both.Go(func() { errs[1] = o.DeclineProposal(t.Context(), decline, id, "نه") })
		both.Wait()
		p := o.proposal(id)
		lost := errs[0]
		if p.State == crm.ProposalApproved {
			lost = errs[1]
		}
		var e *crm.Error
		if (errs[0] == nil) == (errs[1] == nil) || !errors.As(lost, &e) || e.Key != crm.KeyProposalDecided || e.Staff != p.DecidedBy {
			t.Fatalf("%v, %+v", errs, p)
		}
		o.wantTold(t, "proposal_decided>101")
	}
}

// A proposal that a manager shapes is approved when the draft with it is published, and
// free again when it is taken out of the draft.
func TestShapedProposal(t *testing.T) {
	o := newOffice(t, 1)
	ctx, sara := t.Context(), o.agents[0]
	boss := o.join(crm.Manager, o.by(o.owner), 200)
	cause := o.status("Declined").Fields[0]
	status, choice := o.propose(sara, newStatus("نو")), o.propose(sara, crm.Proposed{Kind: crm.ProposeChoice, Field: cause.ID, Title: "دور است"})
	shape := func(by crm.Staff, id crm.ProposalID) int64 {
		t.Helper()
		return must[int64](t)(o.ShapeProposal(ctx, o.by(by), id))
	}
	made := shape(boss, status)
	if again := shape(boss, status); again != made || o.proposal(status).Shaper != boss.ID || o.proposal(status).State != crm.ProposalOpen {
		t.Errorf("%d, %d, %+v", made, again, o.proposal(status))
	}
	for _, do := range []func() error{
		func() error { _, err := o.ShapeProposal(ctx, o.by(o.owner), status); return err },
		func() error { _, err := o.ApproveProposal(ctx, o.by(boss), status); return err },
		func() error { return o.DeclineProposal(ctx, o.by(boss), status, "نه") },
	} {
		if e := o.refused(t, crm.Conflict, crm.KeyProposalShaped, do); e.Staff != boss.ID {
			t.Errorf("%+v", e)
		}
	}
	// Taken out of the draft it is free at once, though another thing gets its ID there.
	must[any](t)(nil, o.edit(boss, func(c *crm.Config) error { return c.RetireStatus(crm.StatusID(made)) }))
	must[any](t)(nil, o.edit(boss, func(c *crm.Config) error { _, err := c.AddStatus(text("دیگر"), ""); return err }))
	if p := o.proposal(status); p.Shaper != 0 {
		t.Errorf("%+v", p)
	}
	shape(boss, choice)
	must[any](t)(nil, o.DiscardDraft(ctx, o.by(boss)))
	if p := o.proposal(choice); p.Shaper != 0 || p.State != crm.ProposalOpen {
		t.Errorf("%+v", p)
	}
	option := crm.ChoiceID(shape(boss, choice))
	made = shape(boss, status)
	must[any](t)(nil, o.edit(boss, func(c *crm.Config) error { return c.RenameStatus(crm.StatusID(made), text("تازه")) }))
	must[any](t)(nil, o.edit(boss, func(c *crm.Config) error { return c.RetireChoice(cause.ID, option) }))
	o.told()
	out := must[crm.Published](t)(o.PublishDraft(ctx, o.by(boss)))
	o.wantTold(t, "proposal_decided>101")
	if p := o.proposal(status); p.State != crm.ProposalApproved || p.Version != out.Version || p.Shaper != boss.ID || p.Became.Text != "تازه" || p.DecidedBy != boss.ID {
		t.Errorf("%+v", p)
	}
	if p := o.proposal(choice); p.State != crm.ProposalOpen || p.Shaper != 0 {
		t.Errorf("%+v", p)
	}
}

// A draft keeps nobody from deciding: another manager may, and its own may go.
func TestShaperIsNotWaitedFor(t *testing.T) {
	o := newOffice(t, 1)
	ctx := t.Context()
	boss := o.join(crm.Manager, o.by(o.owner), 200)
	first, second := o.propose(o.agents[0], newStatus("یک")), o.propose(o.agents[0], newStatus("دو"))
	for _, id := range []crm.ProposalID{first, second} {
		must[int64](t)(o.ShapeProposal(ctx, o.by(boss), id))
	}
	must[crm.Published](t)(o.ApproveProposal(ctx, o.by(o.owner), first))
	if d := must[crm.Draft](t)(o.ConfigDraft(ctx, boss.ID)); len(d.Problems) != 1 || d.Problems[0].Key != crm.ProblemDuplicate {
		t.Errorf("%+v", d.Problems)
	}
	must[any](t)(nil, o.ChangeStaff(ctx, o.by(o.owner), boss.ID, crm.Removed))
	must[int64](t)(o.ShapeProposal(ctx, o.by(o.owner), second))
	if p := o.proposal(second); p.Shaper != o.owner.ID {
		t.Errorf("%+v", p)
	}
}

// Whoever proposed and was removed is told nothing; what they proposed can be approved.
func TestRemovedProposer(t *testing.T) {
	o := newOffice(t, 1)
	id := o.propose(o.agents[0], newStatus("نو"))
	must[any](t)(nil, o.ChangeStaff(t.Context(), o.by(o.owner), o.agents[0].ID, crm.Removed))
	o.told()
	must[crm.Published](t)(o.ApproveProposal(t.Context(), o.by(o.owner), id))
	o.wantTold(t)
}

// An undo of the version takes the approval back, and an undo of that gives it again.
func TestApprovalUndone(t *testing.T) {
	o := newOffice(t, 1)
	id := o.propose(o.agents[0], newStatus("نو"))
	version := must[crm.Published](t)(o.ApproveProposal(t.Context(), o.by(o.owner), id)).Version
	o.exec(`UPDATE notifications SET state = 'sent', message_id = id, sent_at = $1, final = false`, o.clock.Now())
	for _, want := range []crm.ProposalState{crm.ProposalUndone, crm.ProposalApproved, crm.ProposalUndone} {
		o.exec(`UPDATE notifications SET stale = false`)
		version = must[crm.Published](t)(o.UndoConfig(t.Context(), o.by(o.owner), version)).Version
		if p := o.proposal(id); p.State != want || p.DecidedBy != o.owner.ID {
			t.Errorf("%+v, want %s", p, want)
		}
		if n := column[int](o, `SELECT count(*) FROM notifications WHERE stale AND proposal_id = $1`, id); n[0] != 2 {
			t.Errorf("%d messages are to be edited", n[0])
		}
	}
}
