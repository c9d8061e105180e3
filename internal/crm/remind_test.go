package crm_test

import (
	"testing"
	"time"

	"cartable/internal/crm"
)

func (o *office) remind(by crm.Staff, id crm.CustomerID, in time.Duration) crm.ReminderID {
	o.t.Helper()
	if _, err := o.Remind(o.t.Context(), o.by(by), id, *o.in(in), "پیگیری"); err != nil {
		o.t.Fatal(err)
	}
	return o.last(id).Detail.Reminder
}

func TestRing(t *testing.T) {
	o := newOffice(t, 2)
	ctx := t.Context()
	sara, omid := o.agents[0], o.agents[1]
	ring := func(t *testing.T, after time.Duration, want ...string) {
		t.Helper()
		o.clock.forward(after)
		o.ring()
		o.deliver()
		o.wantTold(t, want...)
	}
	t.Run("at its minute, again, then to the managers, then never", func(t *testing.T) {
		id := o.held(phone(1), sara)
		r := o.remind(sara, id, time.Hour)
		ring(t, time.Hour-time.Microsecond)
		ring(t, time.Microsecond, "reminder>101")
		ring(t, crm.RepeatAfter-time.Second)
		ring(t, time.Second, "reminder>101")
		ring(t, crm.EscalateAfter, "escalated>100")
		ring(t, 30*24*time.Hour)
		if n := column[int](o, `SELECT max(ring) FROM notifications WHERE reminder_id = $1 AND kind = 'reminder'`, r)[0]; n != 2 {
			t.Errorf("rang as number %d", n)
		}
		must[crm.Outcome](t)(o.Done(ctx, o.by(sara), r))
	})
	t.Run("a reaction stops it", func(t *testing.T) {
		id := o.held(phone(2), sara)
		r := o.remind(sara, id, time.Hour)
		if err := o.React(ctx, sara.ID, r); err != nil { // before it rang: nothing to react to
			t.Fatal(err)
		}
		ring(t, time.Hour, "reminder>101")
		if err := o.React(ctx, omid.ID, r); err != nil { // not theirs to react to
			t.Fatal(err)
		}
		ring(t, crm.RepeatAfter, "reminder>101")
		if err := o.React(ctx, sara.ID, r); err != nil {
			t.Fatal(err)
		}
		ring(t, 24*time.Hour)
		if c := o.customer(id); len(c.Reminders) != 1 {
			t.Error("a reaction closes nothing")
		}
		if got := must[crm.CustomerID](t)(o.ReminderCustomer(ctx, r)); got != id {
			t.Errorf("of customer %d", got)
		}
		if _, err := o.ReminderCustomer(ctx, 999); !crm.IsKey(err, crm.KeyNoReminder) {
			t.Error(err)
		}
	})
	t.Run("put off", func(t *testing.T) {
		id := o.held(phone(3), sara)
		r := o.remind(sara, id, time.Hour)
		ring(t, time.Hour, "reminder>101")
		later := func(by crm.Staff, in time.Duration) func() error {
			return func() error { _, err := o.Postpone(ctx, o.by(by), r, *o.in(in)); return err }
		}
		o.refused(t, crm.Invalid, crm.KeyPast, later(sara, -time.Second))
		o.refused(t, crm.Forbidden, crm.KeyNotYours, later(omid, time.Hour))
		if err := later(sara, time.Hour)(); err != nil {
			t.Fatal(err)
		}
		ring(t, time.Hour-time.Second)
		ring(t, time.Second, "reminder>101")
		ring(t, crm.RepeatAfter, "reminder>101")
		must[crm.Outcome](t)(o.Done(ctx, o.by(o.owner), r))
		ring(t, 24*time.Hour)
		o.refused(t, crm.Gone, crm.KeyNoReminder, later(sara, time.Hour))
		o.refused(t, crm.Gone, crm.KeyNoReminder, func() error { _, err := o.Done(ctx, o.by(sara), r); return err })
		o.refused(t, crm.NotFound, crm.KeyNoReminder, func() error { _, err := o.Done(ctx, o.by(sara), 999); return err })
	})
	t.Run("for whoever holds the customer then", func(t *testing.T) {
		id := o.held(phone(4), sara)
		o.remind(sara, id, time.Hour)
		must[crm.Outcome](t)(o.HandOver(ctx, o.by(sara), id, 0, omid.ID, ""))
		o.told()
		ring(t, time.Hour, "reminder>102")
		o.followUp(omid, id, 24*time.Hour) // a new status closes what was before
		ring(t, time.Hour)
		ring(t, 24*time.Hour, "reminder>102")
		must[crm.Outcome](t)(o.NoAnswer(ctx, o.by(omid), id, 0)) // and so does a call what was due
		ring(t, time.Hour)
		must[crm.Outcome](t)(o.Done(ctx, o.by(omid), o.customer(id).Reminders[0].ID))
	})
	t.Run("anew for whoever gets the customer while it is due", func(t *testing.T) {
		id := o.held(phone(10), sara)
		r := o.remind(sara, id, time.Hour)
		ring(t, time.Hour, "reminder>101")
		if err := o.React(ctx, sara.ID, r); err != nil {
			t.Fatal(err)
		}
		must[crm.Outcome](t)(o.HandOver(ctx, o.by(sara), id, 0, omid.ID, ""))
		o.told()
		ring(t, 0, "reminder>102")
		ring(t, crm.RepeatAfter, "reminder>102")
		must[crm.Outcome](t)(o.HandOver(ctx, o.by(o.owner), id, 0, sara.ID, "")) // rung twice, reacted to never
		o.told()
		ring(t, 0, "reminder>101")
		must[crm.Outcome](t)(o.meet(sara, id, "2026-12-01", omid)) // the status that hands it over closes what was before
		o.told()
		ring(t, crm.RepeatAfter)
		must[crm.Outcome](t)(o.Done(ctx, o.by(omid), o.customer(id).Reminders[0].ID))
	})
	t.Run("where nobody holds the customer, for whoever set it", func(t *testing.T) {
		id := o.lead(phone(5), "")
		o.told()
		o.refused(t, crm.Forbidden, crm.KeyNotYours, func() error { _, err := o.Remind(ctx, o.by(sara), id, *o.in(time.Hour), ""); return err })
		r := o.remind(o.owner, id, time.Hour)
		ring(t, time.Hour, "reminder>100")
		must[crm.Outcome](t)(o.Done(ctx, o.by(o.owner), r))

		id = o.held(phone(6), sara)
		r = o.remind(sara, id, time.Hour)
		must[int](t)(o.GiveAll(ctx, o.by(o.owner), sara.ID, 0))
		o.told()
		ring(t, time.Hour, "reminder>101")
		must[crm.Outcome](t)(o.Done(ctx, o.by(sara), r))
	})
	t.Run("in the past", func(t *testing.T) {
		id := o.held(phone(7), sara)
		o.refused(t, crm.Invalid, crm.KeyPast, func() error { _, err := o.Remind(ctx, o.by(sara), id, *o.in(-1), ""); return err })
	})
	t.Run("a holder who cannot be reached", func(t *testing.T) {
		id := o.held(phone(8), sara)
		r := o.remind(sara, id, time.Hour)
		if err := o.Reachable(ctx, o.key(), sara.ID, false); err != nil {
			t.Fatal(err)
		}
		o.told()
		ring(t, time.Hour, "escalated>100")
		ring(t, 24*time.Hour)
		must[crm.Outcome](t)(o.Done(ctx, o.by(o.owner), r))
		if err := o.Reachable(ctx, o.key(), sara.ID, true); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("a holder who was removed", func(t *testing.T) {
		id := o.held(phone(9), omid)
		o.remind(omid, id, time.Hour)
		if err := o.ChangeStaff(ctx, o.by(o.owner), omid.ID, crm.Removed); err != nil {
			t.Fatal(err)
		}
		o.told()
		ring(t, time.Hour, "escalated>100")
		ring(t, 24*time.Hour)
		if err := o.React(ctx, omid.ID, 1); !crm.IsKey(err, crm.KeyNotActive) {
			t.Errorf("somebody removed reacts: %v", err)
		}
	})
}

// The only manager's own reminder is told to them thrice rather than to nobody.
func TestRingOfTheOnlyManager(t *testing.T) {
	o := newOffice(t, 0)
	id := o.held(phone(1), o.owner)
	o.remind(o.owner, id, time.Hour)
	for _, want := range []string{"reminder>100", "reminder>100", "escalated>100"} {
		o.clock.forward(time.Hour)
		o.ring()
		o.deliver()
		o.wantTold(t, want)
	}
}

// After three days without power everything rings once, late; another
// instance, or the same after a restart, does not ring it again.
func TestRingAfterThreeDays(t *testing.T) {
	const reminders = 20
	o := newOffice(t, 1)
	for i := range reminders {
		o.remind(o.agents[0], o.held(phone(i), o.agents[0]), time.Duration(i+1)*time.Hour)
	}
	o.told()
	o.clock.forward(3 * 24 * time.Hour)
	late := make([]time.Duration, 4)
	for _, err := range together(len(late), func(i int) error {
		other := crm.NewService(o.store, o.clock, nil)
		for {
			n, l, err := other.RingDue(t.Context(), 3)
			if late[i] = max(late[i], l); n == 0 || err != nil {
				return err
			}
		}
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	o.ring()
	if n := len(o.told()); n != reminders {
		t.Errorf("%d rings, want %d", n, reminders)
	}
	if want := 71 * time.Hour; max(late[0], late[1], late[2], late[3]) != want {
		t.Errorf("late by %v, want %v", late, want)
	}
	// What its holder did while it was ringing is not repeated.
	if n := column[int](o, `SELECT count(*) FROM reminders WHERE rings <> 1`)[0]; n != 0 {
		t.Errorf("%d reminders did not ring exactly once", n)
	}
}

// While Telegram is away a reminder is neither repeated nor told to the managers:
// its holder has heard nothing. The quarter of an hour begins when it arrives.
func TestRingThatHasNotArrived(t *testing.T) {
	o := newOffice(t, 1)
	sara := o.agents[0]
	o.remind(sara, o.held(phone(1), sara), time.Hour)
	step := func(after time.Duration, want ...string) {
		t.Helper()
		o.clock.forward(after)
		if n := o.ring(); n != len(want) {
			t.Errorf("%d steps, want %d", n, len(want))
		}
		o.wantTold(t, want...)
	}
	step(time.Hour, "reminder>101")
	step(24 * time.Hour)
	o.deliver()
	step(crm.RepeatAfter - time.Second)
	step(time.Second, "reminder>101")
	step(24 * time.Hour)
	o.deliver()
	step(crm.EscalateAfter - time.Second)
	step(time.Second, "escalated>100")
	step(24 * time.Hour)
}

// A ring on its way to somebody who was suspended does not keep the managers from
// hearing of it.
func TestRingOfTheSuspendedIsEscalated(t *testing.T) {
	o := newOffice(t, 1)
	sara := o.agents[0]
	o.remind(sara, o.held(phone(1), sara), time.Hour)
	o.clock.forward(time.Hour)
	o.ring()
	o.wantTold(t, "reminder>101")
	if err := o.ChangeStaff(t.Context(), o.by(o.owner), sara.ID, crm.Suspended); err != nil {
		t.Fatal(err)
	}
	o.clock.forward(crm.RepeatAfter)
	o.ring()
	o.wantTold(t, "access>101", "escalated>100")
}

// A ring that waits to be sent is not told once its reminder is settled.
func TestSettledRingIsNotTold(t *testing.T) {
	o := newOffice(t, 1)
	id := o.held(phone(1), o.agents[0])
	r := o.remind(o.agents[0], id, time.Hour)
	o.clock.forward(time.Hour)
	o.ring()
	must[crm.Outcome](t)(o.Done(t.Context(), o.by(o.agents[0]), r))
	if got := column[string](o, `SELECT state FROM notifications WHERE reminder_id = $1`, r); len(got) != 1 || got[0] != "cancelled" {
		t.Errorf("%v", got)
	}
}
