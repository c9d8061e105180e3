package bot_test

import (
	"testing"
	"time"

	"cartable/internal/crm"
	"cartable/internal/tgsim"
)

// final says whether a person's last notification of a kind is final.
func (o *office) final(p *tgsim.Person, kind crm.NotificationKind) (final bool) {
	o.t.Helper()
	o.quiet()
	must(o.t, o.pool.QueryRow(o.t.Context(), `SELECT final FROM notifications WHERE staff_id = $1 AND kind = $2 AND state = 'sent'
		ORDER BY id DESC LIMIT 1`, o.staff(p).ID, kind).Scan(&final))
	return final
}

// Messages go on changing while that is of use to somebody, and no longer.
func TestFinalMessages(t *testing.T) {
	o := newOffice(t, "fa", "fa")
	ctx := t.Context()
	sara, omid := o.agents[0], o.agents[1]
	id := o.lead("09121234567", "علی رضایی")
	omid.See(t, "برمی‌دارم")
	sara.Press(t, "برمی‌دارم")
	sara.SeeToast(t, o.say(sara, "toast.taken"))
	if o.final(omid, crm.NotifyLead) || o.final(sara, crm.NotifyLead) {
		t.Error("a lead that was taken may come back")
	}
	_, err := o.crm.GiveAll(ctx, o.by(o.owner), o.staff(sara).ID, 0)
	must(t, err)
	omid.See(t, "برمی‌دارم")

	_, err = o.crm.HandOver(ctx, o.by(o.owner), id, 0, o.staff(omid).ID, "پیام همراه")
	must(t, err)
	omid.See(t, "پیام همراه")
	if o.final(omid, crm.NotifyHandOver) {
		t.Error("a hand-over to its holder is not final")
	}
	o.remind(omid, id, time.Hour)
	o.forward(time.Hour)
	omid.See(t, o.say(omid, "button.done"))
	if o.final(omid, crm.NotifyReminder) {
		t.Error("a ring that waits for an answer is not final")
	}
	back, err := o.crm.HandOver(ctx, o.by(omid), id, 0, o.staff(sara).ID, "")
	must(t, err)
	omid.See(t, "پیام همراه", o.say(omid, "notice.not_yours_now"))
	if !o.final(omid, crm.NotifyHandOver) || !o.final(omid, crm.NotifyReminder) {
		t.Error("what is somebody else's now is final")
	}

	// Undone, all of it is true again.
	_, err = o.crm.Undo(ctx, o.by(omid), back.Event)
	must(t, err)
	omid.SeeGone(t, o.say(omid, "notice.not_yours_now"))
	if o.final(omid, crm.NotifyHandOver) || o.final(omid, crm.NotifyReminder) || !o.final(sara, crm.NotifyHandOver) {
		t.Error("an undo reopens what it makes true, and what it withdraws is final")
	}
	_, err = o.crm.Done(ctx, o.by(omid), o.customer(id).Reminders[0].ID)
	must(t, err)
	if !o.final(omid, crm.NotifyReminder) {
		t.Error("a reminder that is settled is final")
	}
}
