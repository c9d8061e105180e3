package bot_test

import (
	"context"
	"strings"
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

// While Telegram is away a reminder waits, says when it arrives that it is late,
// and is repeated a quarter of an hour after that.
func TestReminderThatArrivesLate(t *testing.T) {
	o := newOffice(t, "fa")
	sara := o.agents[0]
	id := o.lead("09121234567", "علی رضایی")
	sara.Press(t, "برمی‌دارم")
	sara.SeeToast(t, o.say(sara, "toast.taken"))
	o.remind(sara, id, time.Hour)
	o.sim.Fault(tgsim.Fault{Method: "sendMessage", ChatID: sara.ID(), Kind: tgsim.BadGateway})
	o.forward(time.Hour)
	must(t, o.sim.FaultsDone(t.Context()))
	await(t, o, `SELECT EXISTS (SELECT FROM notifications WHERE kind = 'reminder' AND error <> '' AND leased_until IS NULL)`)
	o.forward(20 * time.Minute)
	late, _, _ := strings.Cut(o.say(sara, "notice.late", "When", ""), " ")
	sara.See(t, "تماس", late)
	o.quiet()
	o.forward(14 * time.Minute)
	o.quiet()
	sara.NoMore(t, o.say(sara, "notice.reminder_again"))
	o.forward(time.Minute)
	sara.See(t, o.say(sara, "notice.reminder_again"))
}

// A reminder that came in time goes on saying so, whenever its message is edited.
func TestReminderInTimeStaysInTime(t *testing.T) {
	o := newOffice(t, "fa")
	sara := o.agents[0]
	id := o.lead("09121234567", "علی رضایی")
	sara.Press(t, "برمی‌دارم")
	sara.SeeToast(t, o.say(sara, "toast.taken"))
	o.remind(sara, id, time.Hour)
	o.forward(time.Hour)
	ring := sara.See(t, "تماس", o.say(sara, "notice.reminder"))
	o.quiet()
	o.forward(10 * time.Minute)
	_, err := o.pool.Exec(t.Context(), `UPDATE notifications SET stale = true WHERE kind = 'reminder'`)
	must(t, err)
	o.quiet()
	for _, m := range sara.Messages() {
		if m.ID == ring.ID && m.Text != ring.Text {
			t.Errorf("%q became %q", ring.Text, m.Text)
		}
	}
}

// Whoever gets a customer while a reminder is due is rung, and the ring of whoever
// had them says that they are not theirs now.
func TestReminderFollowsTheCustomer(t *testing.T) {
	o := newOffice(t, "fa", "fa")
	sara, omid := o.agents[0], o.agents[1]
	id := o.lead("09121234567", "علی رضایی")
	sara.Press(t, "برمی‌دارم")
	sara.SeeToast(t, o.say(sara, "toast.taken"))
	o.remind(sara, id, time.Hour)
	o.forward(time.Hour)
	ring := sara.See(t, "تماس", o.say(sara, "button.done"))
	o.quiet()
	must(t, sara.TapOn(ring.ID, o.say(sara, "button.open"))) // a reaction
	o.quiet()
	_, err := o.crm.HandOver(t.Context(), o.by(sara), id, 0, o.staff(omid).ID, "")
	must(t, err)
	o.forward(time.Second)
	omid.See(t, "تماس", o.say(omid, "button.done"))
	sara.See(t, o.say(sara, "notice.reminder"), o.say(sara, "notice.not_yours_now"))
	sara.SeeGone(t, o.say(sara, "later.15m"))
}

// A ring that has not arrived when its customer moves on does not arrive.
func TestReminderOfSomebodyElseIsNotSent(t *testing.T) {
	o := newOffice(t, "fa", "fa")
	sara, omid := o.agents[0], o.agents[1]
	id := o.lead("09121234567", "علی رضایی")
	sara.Press(t, "برمی‌دارم")
	sara.SeeToast(t, o.say(sara, "toast.taken"))
	o.remind(sara, id, time.Hour)
	o.sim.Fault(tgsim.Fault{Method: "sendMessage", ChatID: sara.ID(), Kind: tgsim.BadGateway})
	o.forward(time.Hour)
	must(t, o.sim.FaultsDone(t.Context()))
	await(t, o, `SELECT EXISTS (SELECT FROM notifications WHERE kind = 'reminder' AND error <> '' AND leased_until IS NULL)`)
	_, err := o.crm.HandOver(t.Context(), o.by(o.owner), id, 0, o.staff(omid).ID, "")
	must(t, err)
	o.forward(time.Minute)
	omid.See(t, "تماس", o.say(omid, "button.done"))
	o.quiet()
	sara.NoMore(t, o.say(sara, "button.done"))
}

// await asks the database until it says yes.
func await(t *testing.T, o *office, sql string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for yes := false; !yes; {
		must(t, o.pool.QueryRow(ctx, sql).Scan(&yes))
	}
}
