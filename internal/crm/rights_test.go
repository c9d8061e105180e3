package crm_test

import (
	"testing"
	"time"

	"cartable/internal/crm"
)

// Somebody suspended or removed a moment ago can do nothing at all.
func TestInactiveActors(t *testing.T) {
	o := newOffice(t, 3)
	ctx := t.Context()
	omid := o.agents[2]
	id, free := o.held(phone(1), o.agents[0]), o.lead(phone(2), "")
	r := o.remind(o.agents[0], id, time.Hour)
	res := must[crm.ListResult](t)(o.ImportList(ctx, o.by(o.owner), 1, list(10, 2)))
	boss := o.join(crm.Manager, o.by(o.owner), 900)
	ev := o.last(id).ID
	commands := map[string]func(c crm.Command) error{
		"take":      func(c crm.Command) error { _, err := o.Take(ctx, c, free); return err },
		"take next": func(c crm.Command) error { _, err := o.TakeNext(ctx, c); return err },
		"hand over": func(c crm.Command) error { _, err := o.HandOver(ctx, c, id, 0, omid.ID, ""); return err },
		"accept":    func(c crm.Command) error { _, err := o.Accept(ctx, c, id); return err },
		"return":    func(c crm.Command) error { _, err := o.Return(ctx, c, id, "نه"); return err },
		"ask":       func(c crm.Command) error { _, err := o.AskHolder(ctx, c, id); return err },
		"keep":      func(c crm.Command) error { _, err := o.Keep(ctx, c, id, omid.ID); return err },
		"note":      func(c crm.Command) error { _, err := o.AddNote(ctx, c, id, "x"); return err },
		"edit":      func(c crm.Command) error { _, err := o.Edit(ctx, c, id, crm.Patch{Name: ptr("x")}); return err },
		"phone":     func(c crm.Command) error { _, err := o.AddPhone(ctx, c, id, phone(5)); return err },
		"status": func(c crm.Command) error {
			_, err := o.SetStatus(ctx, c, crm.StatusChange{Customer: id, Status: o.status("Declined").ID})
			return err
		},
		"no answer": func(c crm.Command) error { _, err := o.NoAnswer(ctx, c, id, 0); return err },
		"wrong number": func(c crm.Command) error {
			_, err := o.WrongNumber(ctx, c, id, 0, "+989120000001")
			return err
		},
		"remind": func(c crm.Command) error { _, err := o.Remind(ctx, c, id, *o.in(time.Hour), ""); return err },
		"later":  func(c crm.Command) error { _, err := o.Postpone(ctx, c, r, *o.in(time.Hour)); return err },
		"done":   func(c crm.Command) error { _, err := o.Done(ctx, c, r); return err },
		"react":  func(c crm.Command) error { return o.React(ctx, c.Actor, r) },
		"undo":   func(c crm.Command) error { _, err := o.Undo(ctx, c, ev); return err },
		"list":   func(c crm.Command) error { _, err := o.ImportList(ctx, c, 1, list(20, 1)); return err },
		"share":  func(c crm.Command) error { _, err := o.ShareOut(ctx, c, res.Batch, []crm.StaffID{omid.ID}); return err },
		"offer":  func(c crm.Command) error { _, err := o.Offer(ctx, c, res.Batch); return err },
		"inquiry": func(c crm.Command) error {
			_, err := o.RecordInquiry(ctx, c, crm.Inquiry{Source: 1, Phone: "+989120000077"})
			return err
		},
		"invite":   func(c crm.Command) error { _, err := o.NewInvite(ctx, c, crm.Agent, crm.InviteLife); return err },
		"revoke":   func(c crm.Command) error { return o.RevokeInvite(ctx, c, 1) },
		"erase":    func(c crm.Command) error { _, err := o.Erase(ctx, c, id); return err },
		"language": func(c crm.Command) error { return o.SetLanguage(ctx, c, crm.English) },
		"business": func(c crm.Command) error { return o.NameBusiness(ctx, c, "x") },
		"show all": func(c crm.Command) error { return o.ShowAgentsAll(ctx, c, false) },
		"staff":    func(c crm.Command) error { return o.ChangeStaff(ctx, c, omid.ID, crm.Removed) },
		"give all": func(c crm.Command) error { _, err := o.GiveAll(ctx, c, o.agents[0].ID, 0); return err },
		"source":   func(c crm.Command) error { _, err := o.AddSource(ctx, c, "x", crm.SourceForm); return err },
	}
	for _, state := range []crm.StaffState{crm.Suspended, crm.Removed} {
		for _, who := range []crm.Staff{boss, o.agents[0]} {
			if err := o.ChangeStaff(ctx, o.by(o.owner), who.ID, state); err != nil {
				t.Fatal(err)
			}
			for name, do := range commands {
				t.Run(string(state)+" "+string(who.Role)+" "+name, func(t *testing.T) {
					o.refused(t, crm.Forbidden, crm.KeyNotActive, func() error { return do(o.by(who)) })
				})
			}
		}
	}
	o.refused(t, crm.NotFound, crm.KeyNotActive, func() error { return commands["take"](crm.Command{Actor: 999, Key: "x"}) })
}

// What only managers may.
func TestManagersAlone(t *testing.T) {
	o := newOffice(t, 2)
	ctx := t.Context()
	c := func() crm.Command { return o.by(o.agents[0]) }
	held := o.held(phone(1), o.agents[0])
	for _, do := range []func() error{
		func() error { _, err := o.NewInvite(ctx, c(), crm.Agent, crm.InviteLife); return err },
		func() error { _, err := o.SetInviteLife(ctx, c(), "x", crm.InviteLife); return err },
		func() error { return o.RevokeInvite(ctx, c(), 1) },
		func() error { _, err := o.OpenInvites(ctx, o.agents[0]); return err },
		func() error { _, err := o.FindInvite(ctx, o.agents[0], "x"); return err },
		func() error { _, err := o.Erase(ctx, c(), held); return err },
		func() error { return o.NameBusiness(ctx, c(), "x") },
		func() error { return o.ShowAgentsAll(ctx, c(), false) },
		func() error { return o.ChangeStaff(ctx, c(), o.agents[1].ID, crm.Removed) },
		func() error { _, err := o.GiveAll(ctx, c(), o.agents[1].ID, 0); return err },
		func() error { _, err := o.AddSource(ctx, c(), "x", crm.SourceForm); return err },
	} {
		o.refused(t, crm.Forbidden, crm.KeyManagers, do)
	}
}

// Where managers turned "agents see everything" off, an agent sees what they
// hold, what they created and what waits to be taken; for the rest, nothing exists.
func TestAgentsWhoDoNotSeeAll(t *testing.T) {
	o := newOffice(t, 2)
	ctx := t.Context()
	sara, omid := o.agents[0], o.agents[1]
	mine, theirs, waiting := o.held(phone(1), sara), o.held(phone(2), omid), o.lead(phone(3), "")
	a := must[crm.Arrival](t)(o.RecordInquiry(ctx, o.by(sara), crm.Inquiry{Source: 1, Phone: "+989120000004", By: sara.ID}))
	must[crm.Outcome](t)(o.Take(ctx, o.by(omid), a.Customer))
	closed := o.held(phone(5), omid)
	must[crm.Outcome](t)(o.SetStatus(ctx, o.by(omid), crm.StatusChange{Customer: closed, Status: o.status("Declined").ID}))
	if err := o.ShowAgentsAll(ctx, o.by(o.owner), false); err != nil {
		t.Fatal(err)
	}
	dir := o.dir()
	sees := map[crm.CustomerID]bool{mine: true, a.Customer: true, waiting: true}
	listed := map[crm.CustomerID]bool{}
	for _, c := range must[[]crm.Customer](t)(o.Customers(ctx, dir, sara, crm.Filter{}, crm.Cursor{}, 50)) {
		listed[c.ID] = true
	}
	for _, id := range []crm.CustomerID{mine, theirs, waiting, a.Customer, closed} {
		_, err := o.Card(ctx, dir, sara, id, 3)
		_, timeline := o.Timeline(ctx, dir, sara, id, 0, 3)
		_, found := o.FindPhone(ctx, dir, sara, o.customer(id).Phone())
		for what, err := range map[string]error{"card": err, "timeline": timeline, "phone": found} {
			if sees[id] != (err == nil) || err != nil && !crm.IsKey(err, crm.KeyNoCustomer) {
				t.Errorf("customer %d, %s: %v", id, what, err)
			}
		}
		if listed[id] != sees[id] {
			t.Errorf("customer %d is listed: %v", id, listed[id])
		}
		if !sees[id] {
			o.refused(t, crm.NotFound, crm.KeyNoCustomer, func() error { _, err := o.AddNote(ctx, o.by(sara), id, "x"); return err })
			o.refused(t, crm.NotFound, crm.KeyNoCustomer, func() error { _, err := o.Take(ctx, o.by(sara), id); return err })
		}
		must[crm.Card](t)(o.Card(ctx, dir, o.owner, id, 3))
	}
	must[crm.Outcome](t)(o.AddNote(ctx, o.by(sara), mine, "x"))
	suspended := sara
	suspended.State = crm.Suspended
	if _, err := o.Card(ctx, dir, suspended, mine, 1); !crm.IsKey(err, crm.KeyNoCustomer) {
		t.Errorf("somebody suspended sees a card: %v", err)
	}
	if _, err := o.FindPhone(ctx, dir, o.owner, "+989129990000"); !crm.IsKey(err, crm.KeyNoCustomer) {
		t.Error(err)
	}
}
