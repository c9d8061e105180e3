package crm_test

import (
	"slices"
	"testing"

	"cartable/internal/crm"
	"cartable/internal/persian"
)

func list(from, n int) []crm.ListEntry {
	out := make([]crm.ListEntry, n)
	for i := range out {
		p, err := persian.ParsePhone(phone(from + i))
		if err != nil {
			panic(err)
		}
		out[i] = crm.ListEntry{Phone: p, Name: "نام"}
	}
	return out
}

func TestImportList(t *testing.T) {
	o := newOffice(t, 2)
	ctx := t.Context()
	sara, omid := o.agents[0], o.agents[1]
	heldByOmid, pool := o.held(phone(0), omid), o.lead(phone(1), "")
	blocked := o.held(phone(2), omid)
	must[crm.Outcome](t)(o.SetStatus(ctx, o.by(omid), crm.StatusChange{Customer: blocked, Status: o.status("Block list").ID}))
	o.told()

	entries := append(list(0, 10), list(5, 3)...)
	entries[7].Name = "اول"
	slices.Reverse(entries)
	cmd := o.by(sara)
	res := must[crm.ListResult](t)(o.ImportList(ctx, cmd, 1, entries))
	if len(res.New) != 7 || !slices.Equal(res.Known, []crm.CustomerID{heldByOmid, pool, blocked}) {
		t.Errorf("%+v", res)
	}
	// The holder is told of theirs, the manager of those to be shared out; of the blocked one nobody.
	o.wantTold(t, "inquiry>102", "pasted>100")
	if n := must[int](t)(o.BatchWaiting(ctx, res.Batch)); n != 8 {
		t.Errorf("%d wait, want the new ones and the known one whom nobody holds", n)
	}
	again := must[crm.ListResult](t)(o.ImportList(ctx, cmd, 1, entries))
	if again.Batch != res.Batch || again.Event != res.Event {
		t.Errorf("%+v", again)
	}
	o.wantTold(t)
	if c := o.customer(res.New[0]); c.CreatedBy != sara.ID || c.Name != "نام" {
		t.Errorf("%+v", c)
	}
	o.refused(t, crm.Invalid, crm.KeyTooLong, func() error {
		_, err := o.ImportList(ctx, o.by(sara), 1, list(0, crm.MaxList+1))
		return err
	})
	o.refused(t, crm.NotFound, crm.KeyNoSource, func() error { _, err := o.ImportList(ctx, o.by(sara), 99, list(50, 2)); return err })
	if res := must[crm.ListResult](t)(o.ImportList(ctx, o.by(sara), 1, nil)); res.Batch != 0 || res.Event != 0 {
		t.Errorf("of nothing: %+v", res)
	}
	if res := must[crm.ListResult](t)(o.ImportList(ctx, o.by(sara), 1, list(0, 1))); res.Batch != 0 {
		t.Errorf("held ones are to be shared out: %+v", res)
	}
}

func TestShareOut(t *testing.T) {
	o := newOffice(t, 4)
	ctx := t.Context()
	ids := []crm.StaffID{o.agents[0].ID, o.agents[1].ID, o.agents[2].ID}
	res := must[crm.ListResult](t)(o.ImportList(ctx, o.by(o.owner), 1, list(0, 11)))
	o.wantTold(t)
	must[crm.Outcome](t)(o.Take(ctx, o.by(o.agents[3]), res.New[0]))
	share := func(by crm.Staff, among ...crm.StaffID) func() error {
		return func() error { _, err := o.ShareOut(ctx, o.by(by), res.Batch, among); return err }
	}
	o.refused(t, crm.Forbidden, crm.KeyManagers, share(o.agents[0], ids...))
	o.refused(t, crm.Invalid, crm.KeyNoColleague, share(o.owner))
	o.refused(t, crm.Invalid, crm.KeyNoColleague, share(o.owner, 999))
	sh := must[crm.Shares](t)(o.ShareOut(ctx, o.by(o.owner), res.Batch, ids))
	if len(sh.Per) != 3 || sh.Per[ids[0]]+sh.Per[ids[1]]+sh.Per[ids[2]] != 10 {
		t.Errorf("%+v", sh)
	}
	for id, n := range sh.Per {
		if n < 3 || n > 4 || n != must[int](t)(o.HeldCount(ctx, id)) {
			t.Errorf("%d received %d", id, n)
		}
	}
	o.wantTold(t, "shared>101", "shared>102", "shared>103")
	if c := o.customer(res.New[0]); c.Holder != o.agents[3].ID {
		t.Error("what was taken was shared out")
	}
	o.refused(t, crm.Gone, crm.KeyNoLead, share(o.owner, ids...))
	// Fewer customers than colleagues: who receives none is not told.
	res = must[crm.ListResult](t)(o.ImportList(ctx, o.by(o.owner), 1, list(100, 2)))
	must[crm.Shares](t)(o.ShareOut(ctx, o.by(o.owner), res.Batch, ids))
	o.wantTold(t, "shared>101", "shared>102")
}

// Whoever was settled before the list is shared out is not dealt to anybody.
func TestShareOutLeavesTheSettledAlone(t *testing.T) {
	o := newOffice(t, 1)
	ctx := t.Context()
	sara := o.agents[0]
	res := must[crm.ListResult](t)(o.ImportList(ctx, o.by(o.owner), 1, list(0, 3)))
	for i, title := range []string{"Declined", "Block list"} {
		must[crm.Outcome](t)(o.SetStatus(ctx, o.by(o.owner), crm.StatusChange{Customer: res.New[i], Status: o.status(title).ID}))
	}
	must[crm.Arrival](t)(o.RecordInquiry(ctx, o.key(), crm.Inquiry{Source: 1, Phone: o.customer(res.New[1]).Phone()})) // still blocked
	o.told()
	if n := must[int](t)(o.BatchWaiting(ctx, res.Batch)); n != 1 {
		t.Errorf("%d wait", n)
	}
	if n := must[int](t)(o.Offer(ctx, o.by(o.owner), res.Batch)); n != 1 {
		t.Errorf("%d offered", n)
	}
	o.wantTold(t, "lead>100", "lead>101")
	sh := must[crm.Shares](t)(o.ShareOut(ctx, o.by(o.owner), res.Batch, []crm.StaffID{sara.ID}))
	if sh.Per[sara.ID] != 1 || o.customer(res.New[2]).Holder != sara.ID {
		t.Errorf("%+v", sh)
	}
}

// A list that was undone has nobody to share out, not even those who were known.
func TestUndoneListIsEmpty(t *testing.T) {
	o := newOffice(t, 1)
	ctx := t.Context()
	pool := o.lead(phone(0), "")
	other := must[crm.ListResult](t)(o.ImportList(ctx, o.by(o.owner), 1, list(10, 2)))
	res := must[crm.ListResult](t)(o.ImportList(ctx, o.by(o.owner), 1, list(0, 3)))
	if len(res.Known) != 1 || must[int](t)(o.BatchWaiting(ctx, res.Batch)) != 3 {
		t.Fatalf("%+v", res)
	}
	must[crm.Outcome](t)(o.Undo(ctx, o.by(o.owner), res.Event))
	if n := must[int](t)(o.BatchWaiting(ctx, res.Batch)); n != 0 {
		t.Errorf("%d wait", n)
	}
	o.refused(t, crm.Gone, crm.KeyNoLead, func() error {
		_, err := o.ShareOut(ctx, o.by(o.owner), res.Batch, []crm.StaffID{o.agents[0].ID})
		return err
	})
	if n := must[int](t)(o.BatchWaiting(ctx, other.Batch)); n != 2 || !o.customer(pool).Waiting() {
		t.Errorf("another list: %d wait; the known one waits: %v", n, o.customer(pool).Waiting())
	}
}

func TestOffer(t *testing.T) {
	o := newOffice(t, 2)
	ctx := t.Context()
	res := must[crm.ListResult](t)(o.ImportList(ctx, o.by(o.owner), 1, list(0, 2)))
	o.refused(t, crm.Forbidden, crm.KeyManagers, func() error { _, err := o.Offer(ctx, o.by(o.agents[0]), res.Batch); return err })
	must[crm.Outcome](t)(o.Take(ctx, o.by(o.agents[0]), res.New[0]))
	o.told()
	if n := must[int](t)(o.Offer(ctx, o.by(o.owner), res.Batch)); n != 1 {
		t.Errorf("%d offered", n)
	}
	o.wantTold(t, "lead>100", "lead>101", "lead>102")
}

// Two lists with the same numbers in another order, and single arrivals between,
// end: every number is one customer.
func TestListsAtOnce(t *testing.T) {
	o := newOffice(t, 2)
	for _, err := range together(6, func(i int) error {
		entries := list(0, 25)
		if i%2 == 0 {
			slices.Reverse(entries)
		}
		if i > 3 {
			for _, en := range entries {
				if _, err := o.RecordInquiry(t.Context(), o.key(), crm.Inquiry{Source: 1, Phone: en.Phone}); err != nil {
					return err
				}
			}
			return nil
		}
		_, err := o.ImportList(t.Context(), o.by(o.agents[i%2]), 1, entries)
		return err
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	if n := column[int](o, `SELECT count(*) FROM customers`)[0]; n != 25 {
		t.Errorf("%d customers of 25 numbers", n)
	}
}
