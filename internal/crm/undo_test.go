package crm_test

import (
	"testing"
	"time"

	"cartable/internal/crm"
	"cartable/internal/persian"
)

// Each kind of command is taken back whole: the state is the one before, the
// timeline says so, and what was announced is withdrawn.
func TestUndoRestores(t *testing.T) {
	o := newOffice(t, 2)
	ctx := t.Context()
	sara, omid := o.agents[0], o.agents[1]
	type command struct {
		name  string
		ready func(id crm.CustomerID)
		by    crm.Staff
		do    func(cmd crm.Command, id crm.CustomerID) (crm.Outcome, error)
	}
	nothing := func(crm.CustomerID) {}
	take := func(id crm.CustomerID) { must[crm.Outcome](t)(o.Take(ctx, o.by(sara), id)) }
	open := func(id crm.CustomerID) { take(id); o.followUp(sara, id, time.Hour) }
	given := func(id crm.CustomerID) {
		take(id)
		must[crm.Outcome](t)(o.HandOver(ctx, o.by(sara), id, 0, omid.ID, ""))
	}
	reminder := func(id crm.CustomerID) crm.ReminderID { return o.customer(id).Reminders[0].ID }
	meeting, declined := o.status("In-person meeting"), o.status("Declined")
	commands := []command{
		{"take", nothing, sara, func(c crm.Command, id crm.CustomerID) (crm.Outcome, error) { return o.Take(ctx, c, id) }},
		{"status", open, sara, func(c crm.Command, id crm.CustomerID) (crm.Outcome, error) {
			return o.SetStatus(ctx, c, crm.StatusChange{Customer: id, Status: meeting.ID, Answers: answers(meeting, "2026-11-25"), Next: omid.ID, Remind: o.in(time.Hour)})
		}},
		{"closing status", open, sara, func(c crm.Command, id crm.CustomerID) (crm.Outcome, error) {
			return o.SetStatus(ctx, c, crm.StatusChange{Customer: id, Status: declined.ID})
		}},
		{"hand-over", open, sara, func(c crm.Command, id crm.CustomerID) (crm.Outcome, error) {
			return o.HandOver(ctx, c, id, 0, omid.ID, "")
		}},
		{"accept", given, omid, func(c crm.Command, id crm.CustomerID) (crm.Outcome, error) { return o.Accept(ctx, c, id) }},
		{"return", given, omid, func(c crm.Command, id crm.CustomerID) (crm.Outcome, error) { return o.Return(ctx, c, id, "نه") }},
		{"ask", open, omid, func(c crm.Command, id crm.CustomerID) (crm.Outcome, error) { return o.AskHolder(ctx, c, id) }},
		{"keep", open, sara, func(c crm.Command, id crm.CustomerID) (crm.Outcome, error) { return o.Keep(ctx, c, id, omid.ID) }},
		{"note", open, omid, func(c crm.Command, id crm.CustomerID) (crm.Outcome, error) {
			return o.AddNote(ctx, c, id, "یادداشت")
		}},
		{"edit", open, sara, func(c crm.Command, id crm.CustomerID) (crm.Outcome, error) {
			return o.Edit(ctx, c, id, crm.Patch{Name: ptr("تازه"), Values: crm.Values{o.dir().Fields[0].ID: "دکتری"}})
		}},
		{"phone", open, sara, func(c crm.Command, id crm.CustomerID) (crm.Outcome, error) {
			return o.AddPhone(ctx, c, id, phone(900))
		}},
		{"wrong number", open, sara, func(c crm.Command, id crm.CustomerID) (crm.Outcome, error) {
			return o.WrongNumber(ctx, c, id, 0, string(o.customer(id).Phone()))
		}},
		{"no answer", open, sara, func(c crm.Command, id crm.CustomerID) (crm.Outcome, error) { return o.NoAnswer(ctx, c, id, 0) }},
		{"remind", open, sara, func(c crm.Command, id crm.CustomerID) (crm.Outcome, error) {
			return o.Remind(ctx, c, id, *o.in(time.Hour), "")
		}},
		{"later", open, sara, func(c crm.Command, id crm.CustomerID) (crm.Outcome, error) {
			return o.Postpone(ctx, c, reminder(id), *o.in(5 * time.Hour))
		}},
		{"done", open, sara, func(c crm.Command, id crm.CustomerID) (crm.Outcome, error) { return o.Done(ctx, c, reminder(id)) }},
	}
	for i, cm := range commands {
		t.Run(cm.name, func(t *testing.T) {
			id := o.lead(phone(i), "علی")
			cm.ready(id)
			before := o.customer(id)
			out := must[crm.Outcome](t)(cm.do(o.by(cm.by), id))
			o.clock.forward(crm.UndoFor)
			undo := o.by(cm.by)
			undone := must[crm.Outcome](t)(o.Undo(ctx, undo, out.Event))
			if undone.Customer != id || undone.Event != 0 {
				t.Errorf("%+v", undone)
			}
			after := o.customer(id)
			if d := crm.Diff(before, after); !d.Empty() {
				t.Errorf("not restored: %+v", d)
			}
			if e := o.last(id); e.Kind != crm.EventUndone || e.Undoes != out.Event || e.Actor != cm.by.ID {
				t.Errorf("%+v", e)
			}
			if e := must[crm.Event](t)(o.Event(ctx, out.Event)); e.UndoneBy != o.last(id).ID {
				t.Errorf("%+v does not say that it is undone", e)
			}
			if n := column[int](o, `SELECT count(*) FROM notifications WHERE event_id = $1 AND (NOT withdrawn OR state = 'pending')`, out.Event)[0]; n != 0 {
				t.Errorf("%d announcements stand", n)
			}
			if again := must[crm.Outcome](t)(o.Undo(ctx, undo, out.Event)); !again.Repeated {
				t.Error("the same undo again is not a repetition")
			}
			o.refused(t, crm.Gone, crm.KeyUndone, func() error { _, err := o.Undo(ctx, o.by(cm.by), out.Event); return err })
			// A closed reminder rings again when it is open again.
			if len(after.Reminders) > 0 {
				ring := column[time.Time](o, `SELECT next_ring FROM reminders WHERE customer_id = $1 AND next_ring IS NOT NULL`, id)
				if len(ring) != 1 || !ring[0].Equal(after.Reminders[0].Due) {
					t.Errorf("rings at %v, due at %v", ring, after.Reminders[0].Due)
				}
			}
		})
	}
}

func TestUndoIsRefused(t *testing.T) {
	o := newOffice(t, 2)
	ctx := t.Context()
	sara, omid := o.agents[0], o.agents[1]
	undo := func(by crm.Staff, e crm.EventID) func() error {
		return func() error { _, err := o.Undo(ctx, o.by(by), e); return err }
	}
	id := o.lead(phone(1), "")
	out := must[crm.Outcome](t)(o.Take(ctx, o.by(sara), id))
	t.Run("to another person, the owner included", func(t *testing.T) {
		o.refused(t, crm.Forbidden, crm.KeyTooLate, undo(omid, out.Event))
		o.refused(t, crm.Forbidden, crm.KeyTooLate, undo(o.owner, out.Event))
	})
	t.Run("after another event", func(t *testing.T) {
		must[crm.Outcome](t)(o.AddNote(ctx, o.by(omid), id, "یادداشت"))
		o.refused(t, crm.Gone, crm.KeyTooLate, undo(sara, out.Event))
	})
	t.Run("after its time", func(t *testing.T) {
		out := o.followUp(sara, id, time.Hour)
		o.clock.forward(crm.UndoFor + time.Microsecond)
		o.refused(t, crm.Gone, crm.KeyTooLate, undo(sara, out.Event))
	})
	t.Run("of what is no command or an undo", func(t *testing.T) {
		o.refused(t, crm.NotFound, crm.KeyNoCustomer, undo(sara, 99999))
		out := o.followUp(sara, id, time.Hour)
		must[crm.Outcome](t)(o.Undo(ctx, o.by(sara), out.Event))
		o.refused(t, crm.Forbidden, crm.KeyTooLate, undo(sara, o.last(id).ID))
	})
	t.Run("at once, one undoes", func(t *testing.T) {
		out := o.followUp(sara, id, time.Hour)
		won := 0
		for _, err := range together(6, func(int) error { return undo(sara, out.Event)() }) {
			switch {
			case err == nil:
				won++
			case !crm.IsKey(err, crm.KeyTooLate) && !crm.IsKey(err, crm.KeyUndone):
				t.Error(err)
			}
		}
		if won != 1 {
			t.Errorf("%d undid it", won)
		}
	})
}

// Commands on many customers are undone as one, or not at all.
func TestUndoOfMany(t *testing.T) {
	o := newOffice(t, 2)
	ctx := t.Context()
	sara, omid := o.agents[0], o.agents[1]
	known := o.lead(phone(1), "")
	must[crm.Outcome](t)(o.Take(ctx, o.by(omid), known))
	o.told()
	entries := make([]crm.ListEntry, 0, 6)
	for i := range 6 {
		p := must[persian.Phone](t)(persian.ParsePhone(phone(i + 1)))
		entries = append(entries, crm.ListEntry{Phone: p, Name: "نام"})
	}
	res := must[crm.ListResult](t)(o.ImportList(ctx, o.by(sara), 1, entries))
	if len(res.New) != 5 || len(res.Known) != 1 {
		t.Fatalf("%+v", res)
	}
	o.wantTold(t, "inquiry>102", "pasted>100")

	t.Run("share-out", func(t *testing.T) {
		sh := must[crm.Shares](t)(o.ShareOut(ctx, o.by(o.owner), res.Batch, []crm.StaffID{sara.ID, omid.ID}))
		must[crm.Outcome](t)(o.Undo(ctx, o.by(o.owner), sh.Event))
		for _, id := range res.New {
			if c := o.customer(id); c.Holder != 0 || !c.Waiting() {
				t.Errorf("%+v", c)
			}
		}
		if n := column[int](o, `SELECT count(*) FROM notifications WHERE kind = 'shared' AND NOT withdrawn`)[0]; n != 0 {
			t.Errorf("%d shares stand announced", n)
		}
		sh = must[crm.Shares](t)(o.ShareOut(ctx, o.by(o.owner), res.Batch, []crm.StaffID{sara.ID, omid.ID}))
		must[crm.Outcome](t)(o.AddNote(ctx, o.by(sara), res.New[0], "سلام"))
		o.refused(t, crm.Gone, crm.KeyTooLate, func() error { _, err := o.Undo(ctx, o.by(o.owner), sh.Event); return err })
	})
	t.Run("list", func(t *testing.T) {
		entries := []crm.ListEntry{{Phone: "+989129999991"}, {Phone: "+989129999992", Name: "نام دیگر"}, {Phone: entries[0].Phone}}
		before := o.customer(known)
		o.clock.forward(time.Second)
		res := must[crm.ListResult](t)(o.ImportList(ctx, o.by(sara), 1, entries))
		must[crm.Outcome](t)(o.Undo(ctx, o.by(sara), res.Event))
		for _, id := range res.New {
			if _, err := o.Card(ctx, o.dir(), o.owner, id, 1); !crm.IsKey(err, crm.KeyNoCustomer) {
				t.Errorf("customer %d is still there: %v", id, err)
			}
		}
		if d := crm.Diff(before, o.customer(known)); !d.Empty() {
			t.Errorf("not restored: %+v", d)
		}
		if n := must[int](t)(o.BatchWaiting(ctx, res.Batch)); n != 0 {
			t.Errorf("%d of the list wait to be shared out", n)
		}
		o.refused(t, crm.Gone, crm.KeyNoLead, func() error {
			_, err := o.ShareOut(ctx, o.by(o.owner), res.Batch, []crm.StaffID{sara.ID})
			return err
		})
		hidden := res.New[0]
		o.refused(t, crm.NotFound, crm.KeyNoCustomer, func() error { _, err := o.Take(ctx, o.by(sara), hidden); return err })

		t.Run("an inquiry brings a hidden customer back", func(t *testing.T) {
			id := o.lead("09129999991", "")
			if c := o.customer(id); id != hidden || c.Hidden || !c.Waiting() || len(c.Phones) != 1 {
				t.Errorf("customer %d, want %d: %+v", id, hidden, c)
			}
		})
		t.Run("a hidden customer gives up the number", func(t *testing.T) {
			must[crm.Outcome](t)(o.AddPhone(ctx, o.by(omid), known, "09129999992"))
			if got := must[crm.Customer](t)(o.FindPhone(ctx, o.dir(), o.owner, "+989129999992")); got.ID != known {
				t.Errorf("the number is of %d", got.ID)
			}
		})
	})
	t.Run("what a colleague held", func(t *testing.T) {
		held := must[int](t)(o.HeldCount(ctx, omid.ID))
		must[int](t)(o.GiveAll(ctx, o.by(o.owner), omid.ID, sara.ID))
		must[crm.Outcome](t)(o.Undo(ctx, o.by(o.owner), o.last(known).ID))
		if n := must[int](t)(o.HeldCount(ctx, omid.ID)); n != held {
			t.Errorf("holds %d, want %d", n, held)
		}
	})
}

// An inquiry entered by mistake and undone leaves nothing that waits.
func TestUndoOfInquiry(t *testing.T) {
	o := newOffice(t, 1)
	ctx := t.Context()
	id := o.held(phone(1), o.agents[0])
	must[crm.Outcome](t)(o.SetStatus(ctx, o.by(o.agents[0]), crm.StatusChange{Customer: id, Status: o.status("Declined").ID}))
	o.clock.forward(time.Minute)
	a := must[crm.Arrival](t)(o.RecordInquiry(ctx, o.by(o.agents[0]), crm.Inquiry{Source: 1, Phone: "+989120000001"}))
	if c := o.customer(id); !c.Waiting() || !a.Known {
		t.Fatalf("%+v %+v", c, a)
	}
	must[crm.Outcome](t)(o.Undo(ctx, o.by(o.agents[0]), a.Event))
	if c := o.customer(id); c.Waiting() || !c.LastInquiryAt.Equal(c.FirstInquiryAt) {
		t.Errorf("%+v", c)
	}
	if n := must[int](t)(o.WaitingLeads(ctx)); n != 0 {
		t.Errorf("%d wait", n)
	}
}
