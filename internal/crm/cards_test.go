package crm_test

import (
	"slices"
	"testing"
	"time"

	"cartable/internal/crm"
)

// A change has those messages edited that somebody may look at: not what is final,
// old, or in the chat of who gets no messages. Those of who comes back follow; an
// undo looks at the final ones too.
func TestRefreshCards(t *testing.T) {
	o := newOffice(t, 4)
	ctx := t.Context()
	sara, final, suspended, lost := o.agents[0], o.agents[1], o.agents[2], o.agents[3]
	id := o.lead(phone(1), "")
	sent := func(who crm.Staff, set string) {
		o.exec(`UPDATE notifications SET state = 'sent', sent_at = $2, message_id = 1, shown_version = 1, `+set+` WHERE staff_id = $1`,
			who.ID, o.clock.Now())
	}
	sent(o.owner, `error = ''`)
	o.exec(`UPDATE notifications SET sent_at = sent_at - interval '15 days' WHERE staff_id = $1`, o.owner.ID)
	for _, who := range []crm.Staff{sara, suspended, lost} {
		sent(who, `error = ''`)
	}
	sent(final, `final = true`)
	o.exec(`UPDATE staff SET state = 'suspended' WHERE id = $1`, suspended.ID)
	o.exec(`UPDATE staff SET unreachable = true WHERE id = $1`, lost.ID)
	edited := func(want ...crm.Staff) {
		t.Helper()
		var ids []crm.StaffID
		for _, s := range want {
			ids = append(ids, s.ID)
		}
		got := column[crm.StaffID](o, `SELECT staff_id FROM notifications WHERE stale ORDER BY 1`)
		if !slices.Equal(got, ids) {
			t.Errorf("to be edited: those of %v, want %v", got, ids)
		}
		o.exec(`UPDATE notifications SET stale = false, shown_version = 2 WHERE stale`)
	}
	out := must[crm.Outcome](t)(o.Take(ctx, o.by(sara), id))
	edited(sara)
	if err := o.ChangeStaff(ctx, o.by(o.owner), suspended.ID, crm.Active); err != nil {
		t.Fatal(err)
	}
	edited(suspended)
	if err := o.Reachable(ctx, o.key(), lost.ID, true); err != nil {
		t.Fatal(err)
	}
	edited(lost)
	if err := o.Reachable(ctx, o.key(), lost.ID, false); err != nil {
		t.Fatal(err)
	}
	if err := o.Reachable(ctx, o.key(), lost.ID, true); err != nil {
		t.Fatal(err)
	}
	edited() // nothing happened meanwhile
	must[crm.Outcome](t)(o.Undo(ctx, o.by(sara), out.Event))
	edited(sara, final, suspended, lost)
}

// What is on its way is marked whoever it is for.
func TestRefreshWhatIsOnItsWay(t *testing.T) {
	o := newOffice(t, 1)
	id := o.lead(phone(1), "")
	o.exec(`UPDATE notifications SET leased_until = clock_timestamp() + interval '1 hour'`)
	o.clock.forward(time.Hour)
	must[crm.Outcome](t)(o.Take(t.Context(), o.by(o.agents[0]), id))
	if n := column[int](o, `SELECT count(*) FROM notifications WHERE kind = 'lead' AND NOT stale`)[0]; n != 0 {
		t.Errorf("%d are not marked", n)
	}
}
