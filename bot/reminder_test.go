package bot_test

import (
	"testing"
	"time"

	"cartable/internal/crm"
	"cartable/internal/tgsim"
)

// remind has the holder of a customer be reminded of it.
func (o *office) remind(p *tgsim.Person, id crm.CustomerID, in time.Duration) {
	o.t.Helper()
	_, err := o.crm.Remind(o.t.Context(), o.by(p), id, o.clock.Now().Add(in), "تماس")
	must(o.t, err)
}

// A reminder of a customer whom nobody holds any more is settled by whoever it
// rings for, who is not offered what only a holder may do.
func TestReminderOfNobodysCustomer(t *testing.T) {
	o := newOffice(t, "fa")
	sara := o.agents[0]
	id := o.lead("09121234567", "علی رضایی")
	sara.Press(t, "برمی‌دارم")
	sara.SeeToast(t, o.say(sara, "toast.taken"))
	o.remind(sara, id, time.Hour)
	_, err := o.crm.GiveAll(t.Context(), o.by(o.owner), o.staff(sara).ID, 0)
	must(t, err)
	o.forward(time.Hour)
	ring := sara.See(t, o.say(sara, "notice.reason"), o.say(sara, "button.done"))
	must(t, sara.TapOn(ring.ID, o.say(sara, "button.done")))
	sara.See(t, o.say(sara, "reminder.nothing"), o.say(sara, "reminder.next_date"))
	if err := sara.TapOn(ring.ID, o.say(sara, "button.no_answer")); err == nil {
		t.Error("offered what only a holder may do")
	}
	must(t, sara.TapOn(ring.ID, o.say(sara, "reminder.nothing")))
	sara.See(t, o.say(sara, "saved.done"))
	if c := o.customer(id); len(c.Reminders) != 0 {
		t.Errorf("open: %+v", c.Reminders)
	}
}
