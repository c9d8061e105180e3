package crm_test

import (
	"testing"
	"time"

	"cartable/internal/crm"
)

// The main course: a lead comes, is taken, given a meeting with a colleague, and
// the timeline replays to the state.
func TestMainCourse(t *testing.T) {
	o := newOffice(t, 2)
	ctx := t.Context()
	id := o.lead("0912 123 4567", "علی رضایی")
	sara, omid := o.agents[0], o.agents[1]
	if _, err := o.Take(ctx, o.by(sara), id); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Take(ctx, o.by(omid), id); !crm.IsKey(err, crm.KeyTaken) {
		t.Fatalf("second take: %v", err)
	}
	meeting := o.status("In-person meeting")
	answers := crm.Values{}
	for _, f := range meeting.Fields {
		switch f.Type {
		case crm.Date:
			answers[f.ID] = "2026-11-25"
		case crm.Time:
			answers[f.ID] = "10:30"
		}
	}
	at := time.Date(2026, 11, 25, 6, 0, 0, 0, time.UTC)
	cmd := o.by(sara)
	sc := crm.StatusChange{Customer: id, Version: o.customer(id).Version, Status: meeting.ID, Answers: answers, Next: omid.ID, Remind: &at}
	out, err := o.SetStatus(ctx, cmd, sc)
	if err != nil {
		t.Fatal(err)
	}
	again, err := o.SetStatus(ctx, cmd, sc)
	if err != nil || !again.Repeated || again.Event != out.Event {
		t.Fatalf("repeated: %+v %v", again, err)
	}
	c := o.customer(id)
	if c.Holder != omid.ID || c.Status.Appointment == nil || !c.Status.Appointment.Equal(at.Add(time.Hour)) || len(c.Reminders) != 1 {
		t.Fatalf("%+v", c)
	}
	o.clock.forward(48 * time.Hour)
	if n, _, err := o.RingDue(ctx, 10); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	es, err := o.store.Events(ctx, id, 0, 100)
	if err != nil || len(es) != 3 {
		t.Fatal(es, err)
	}
	replayed := crm.Replay([]crm.Event{es[2], es[1], es[0]})
	if d := crm.Diff(replayed, c); !d.Empty() {
		t.Fatalf("replay differs: %+v", d)
	}
	in, err := o.Cartable(ctx, o.dir(), omid, crm.InboxCursor{}, 10)
	if err != nil || in.Counts.Overdue != 1 || len(in.Entries) != 1 {
		t.Fatalf("%+v %v", in, err)
	}
	list, err := o.Customers(ctx, o.dir(), omid, crm.Filter{Text: "رضا"}, crm.Cursor{}, 10)
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
}
