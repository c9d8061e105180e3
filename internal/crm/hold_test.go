package crm_test

import (
	"strings"
	"testing"

	"cartable/internal/crm"
)

// Of several who tap "take" at once, one wins, and the others learn who.
func TestTakersAtOnce(t *testing.T) {
	const takers, leads = 20, 100
	o := newOffice(t, takers)
	ids := make([]crm.CustomerID, leads)
	for i := range ids {
		ids[i] = o.lead(phone(i), "")
	}
	won := make([][]crm.CustomerID, takers)
	errs := together(takers, func(i int) error {
		for _, id := range ids {
			out, err := o.Take(t.Context(), o.by(o.agents[i]), id)
			switch {
			case err == nil:
				won[i] = append(won[i], out.Customer)
			case !crm.IsKey(err, crm.KeyTaken):
				return err
			}
		}
		return nil
	})
	winners := map[crm.CustomerID]crm.StaffID{}
	for i, err := range errs {
		if err != nil {
			t.Error(err)
		}
		for _, id := range won[i] {
			if winners[id] != 0 {
				t.Errorf("customer %d has two winners", id)
			}
			winners[id] = o.agents[i].ID
		}
	}
	for _, id := range ids {
		if h := o.customer(id).Holder; h == 0 || h != winners[id] {
			t.Errorf("customer %d: held by %d, won by %d", id, h, winners[id])
		}
		if n := len(o.timeline(id)); n != 2 {
			t.Errorf("customer %d has %d events, want inquiry and taken", id, n)
		}
	}
}

// Those who ask for the next lead at once are never given the same.
func TestTakeNext(t *testing.T) {
	const takers, leads = 8, 30
	o := newOffice(t, takers)
	first := o.lead(phone(0), "")
	o.clock.forward(1)
	for i := range leads - 1 {
		o.clock.forward(1e6)
		o.lead(phone(i+1), "")
	}
	if out := must[crm.Outcome](t)(o.TakeNext(t.Context(), o.by(o.agents[0]))); out.Customer != first {
		t.Errorf("got %d, want %d, who has waited longest", out.Customer, first)
	}
	got := make([][]crm.CustomerID, takers)
	for _, err := range together(takers, func(i int) error {
		for {
			out, err := o.TakeNext(t.Context(), o.by(o.agents[i]))
			if crm.IsKey(err, crm.KeyNoLead) {
				return nil
			}
			if err != nil {
				return err
			}
			got[i] = append(got[i], out.Customer)
		}
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	seen := map[crm.CustomerID]bool{}
	for _, ids := range got {
		for _, id := range ids {
			if seen[id] {
				t.Errorf("customer %d was given to two", id)
			}
			seen[id] = true
		}
	}
	if len(seen) != leads-1 {
		t.Errorf("%d leads given, want %d", len(seen), leads-1)
	}
	if n := must[int](t)(o.WaitingLeads(t.Context())); n != 0 {
		t.Errorf("%d still wait", n)
	}
}

func TestTake(t *testing.T) {
	o := newOffice(t, 2)
	sara, omid := o.agents[0], o.agents[1]
	id := o.held(phone(1), sara)
	if e := o.refused(t, crm.Conflict, crm.KeyTaken, func() error {
		_, err := o.Take(t.Context(), o.by(omid), id)
		return err
	}); e.Staff != sara.ID || e.Customer != id {
		t.Errorf("%+v does not name who holds it", e)
	}
	o.refused(t, crm.Conflict, crm.KeyYours, func() error { _, err := o.Take(t.Context(), o.by(sara), id); return err })
	o.refused(t, crm.Conflict, crm.KeyTaken, func() error { _, err := o.Take(t.Context(), o.by(o.owner), id); return err })
	o.refused(t, crm.NotFound, crm.KeyNoCustomer, func() error { _, err := o.Take(t.Context(), o.by(sara), 999); return err })
	o.refused(t, crm.NotFound, crm.KeyNoLead, func() error { _, err := o.TakeNext(t.Context(), o.by(sara)); return err })
	if n := must[int](t)(o.HeldCount(t.Context(), sara.ID)); n != 1 {
		t.Errorf("holds %d", n)
	}
	if c := o.customer(id); !c.HeldSince.Equal(o.clock.Now()) || c.Waiting() {
		t.Errorf("%+v", c)
	}
}

func TestHandOver(t *testing.T) {
	o := newOffice(t, 3)
	ctx := t.Context()
	sara, omid, nima := o.agents[0], o.agents[1], o.agents[2]
	id := o.held(phone(1), sara)
	version := o.customer(id).Version

	t.Run("only the holder and managers", func(t *testing.T) {
		e := o.refused(t, crm.Forbidden, crm.KeyNotYours, func() error {
			_, err := o.HandOver(ctx, o.by(omid), id, 0, omid.ID, "")
			return err
		})
		if e.Staff != sara.ID {
			t.Errorf("%+v does not name the holder", e)
		}
	})
	t.Run("not to somebody unknown or the holder", func(t *testing.T) {
		o.refused(t, crm.Invalid, crm.KeyNoColleague, func() error { _, err := o.HandOver(ctx, o.by(sara), id, version, 999, ""); return err })
		o.refused(t, crm.Conflict, crm.KeyTaken, func() error { _, err := o.HandOver(ctx, o.by(o.owner), id, version, sara.ID, ""); return err })
		o.refused(t, crm.Invalid, crm.KeyTooLong, func() error {
			_, err := o.HandOver(ctx, o.by(sara), id, version, omid.ID, strings.Repeat("ب", crm.MaxLong+1))
			return err
		})
	})
	t.Run("moves and tells", func(t *testing.T) {
		out := must[crm.Outcome](t)(o.HandOver(ctx, o.by(sara), id, version, omid.ID, " پیش‌فاکتور می‌خواهد "))
		c, e := o.customer(id), o.last(id)
		if c.Holder != omid.ID || c.HandedBy != sara.ID || c.Version != version+1 || out.Version != c.Version {
			t.Errorf("%+v", c)
		}
		if e.Kind != crm.EventHandOver || e.Detail.Text != "پیش‌فاکتور می‌خواهد" || e.Detail.To != omid.ID || e.Actor != sara.ID {
			t.Errorf("%+v", e)
		}
		o.wantTold(t, "hand_over>102")
	})
	t.Run("of an older version", func(t *testing.T) {
		o.refused(t, crm.Conflict, crm.KeyChanged, func() error {
			_, err := o.HandOver(ctx, o.by(omid), id, version, nima.ID, "")
			return err
		})
	})
	t.Run("accepted once, by the receiver", func(t *testing.T) {
		o.refused(t, crm.Forbidden, crm.KeyNotYours, func() error { _, err := o.Accept(ctx, o.by(sara), id); return err })
		must[crm.Outcome](t)(o.Accept(ctx, o.by(omid), id))
		if c := o.customer(id); c.HandedBy != 0 || c.Holder != omid.ID {
			t.Errorf("%+v", c)
		}
		o.refused(t, crm.Gone, crm.KeyNoHandoff, func() error { _, err := o.Accept(ctx, o.by(omid), id); return err })
		o.refused(t, crm.Gone, crm.KeyNoHandoff, func() error { _, err := o.Return(ctx, o.by(omid), id, "نه"); return err })
	})
	t.Run("returned with a reason", func(t *testing.T) {
		must[crm.Outcome](t)(o.HandOver(ctx, o.by(omid), id, 0, nima.ID, ""))
		o.told()
		o.refused(t, crm.Invalid, crm.KeyEmpty, func() error { _, err := o.Return(ctx, o.by(nima), id, " \n "); return err })
		must[crm.Outcome](t)(o.Return(ctx, o.by(nima), id, "شهرستان است"))
		if c, e := o.customer(id), o.last(id); c.Holder != omid.ID || c.HandedBy != 0 || e.Detail.Text != "شهرستان است" {
			t.Errorf("%+v %+v", c, e)
		}
		o.wantTold(t, "returned>102")
	})
	t.Run("returned after the sender was removed", func(t *testing.T) {
		must[crm.Outcome](t)(o.HandOver(ctx, o.by(omid), id, 0, nima.ID, ""))
		if err := o.ChangeStaff(ctx, o.by(o.owner), omid.ID, crm.Removed); err != nil {
			t.Fatal(err)
		}
		o.told()
		must[crm.Outcome](t)(o.Return(ctx, o.by(nima), id, "نیست"))
		if c := o.customer(id); c.Holder != o.owner.ID {
			t.Errorf("held by %d, want the manager", c.Holder)
		}
		o.wantTold(t, "returned>100")
		o.refused(t, crm.Invalid, crm.KeyNoColleague, func() error {
			_, err := o.HandOver(ctx, o.by(o.owner), id, 0, omid.ID, "")
			return err
		})
	})
}

// Whoever acts on a hand-off has accepted it.
func TestActingAccepts(t *testing.T) {
	o := newOffice(t, 2)
	ctx := t.Context()
	sara, omid := o.agents[0], o.agents[1]
	for name, act := range map[string]func(id crm.CustomerID){
		"status":    func(id crm.CustomerID) { o.followUp(omid, id, 1e12) },
		"no answer": func(id crm.CustomerID) { must[crm.Outcome](t)(o.NoAnswer(ctx, o.by(omid), id, 0)) },
	} {
		id := o.held(phone(len(name)), sara)
		must[crm.Outcome](t)(o.HandOver(ctx, o.by(sara), id, 0, omid.ID, ""))
		act(id)
		if c := o.customer(id); c.HandedBy != 0 {
			t.Errorf("%s: still to be accepted", name)
		}
	}
}

func TestAskAndKeep(t *testing.T) {
	o := newOffice(t, 3)
	ctx := t.Context()
	sara, omid, nima := o.agents[0], o.agents[1], o.agents[2]
	id := o.held(phone(1), sara)
	free := o.lead(phone(2), "")
	o.told()
	o.refused(t, crm.Conflict, crm.KeyYours, func() error { _, err := o.AskHolder(ctx, o.by(sara), id); return err })
	o.refused(t, crm.Conflict, crm.KeyChanged, func() error { _, err := o.AskHolder(ctx, o.by(sara), free); return err })
	must[crm.Outcome](t)(o.AskHolder(ctx, o.by(omid), id))
	o.wantTold(t, "asked>101")
	o.refused(t, crm.Forbidden, crm.KeyNotYours, func() error { _, err := o.Keep(ctx, o.by(nima), id, omid.ID); return err })
	o.refused(t, crm.Invalid, crm.KeyNoColleague, func() error { _, err := o.Keep(ctx, o.by(sara), id, 999); return err })
	must[crm.Outcome](t)(o.Keep(ctx, o.by(sara), id, omid.ID))
	o.wantTold(t, "given>102")
	if c := o.customer(id); c.Holder != sara.ID {
		t.Errorf("held by %d", c.Holder)
	}
	if err := o.ChangeStaff(ctx, o.by(o.owner), sara.ID, crm.Suspended); err != nil {
		t.Fatal(err)
	}
	// Whoever cannot answer is not asked: the managers are.
	must[crm.Outcome](t)(o.AskHolder(ctx, o.by(omid), id))
	o.wantTold(t, "access>101", "asked>100")
}

// A customer handed over while the receiver is being removed ends in a cartable
// that works, or the managers know of it.
func TestHandOverMeetsRemoval(t *testing.T) {
	const rounds = 12
	o := newOffice(t, rounds+1)
	ctx := t.Context()
	sara := o.agents[rounds]
	for i := range rounds {
		id := o.held(phone(i), sara)
		omid := o.agents[i]
		errs := together(2, func(n int) error {
			if n == 0 {
				return o.ChangeStaff(ctx, o.by(o.owner), omid.ID, crm.Removed)
			}
			_, err := o.HandOver(ctx, o.by(sara), id, 0, omid.ID, "")
			return err
		})
		if errs[0] != nil || errs[1] != nil && !crm.IsKey(errs[1], crm.KeyNoColleague) {
			t.Fatal(errs)
		}
		known := column[int](o, `SELECT count(*) FROM notifications WHERE kind = 'left' AND about_id = $1`, omid.ID)[0]
		if o.customer(id).Holder == omid.ID && known == 0 {
			t.Fatalf("round %d: in the cartable of somebody removed, and nobody knows", i)
		}
	}
}
