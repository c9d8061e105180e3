package bot_test

import (
	"fmt"
	"strings"
	"testing"

	"cartable/bot/callback"
	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/tgsim"
)

// A stranger gets one polite line, and no tap of theirs does anything.
func TestStranger(t *testing.T) {
	o := newOffice(t, "fa")
	id := o.lead("09121234567", "علی رضایی")
	card := o.agents[0].See(t, "علی رضایی")
	who := o.sim.Person(tgsim.Profile{FirstName: "Passer-by", LanguageCode: "en"})
	who.Type("09121234567")
	line := who.See(t, o.cat.Printer(crm.English).T("stranger.hello"))
	who.Start("no-such-token")
	who.See(t, o.cat.Printer(crm.English).T("stranger.bad_invite"))
	must(t, who.TapData(line.ID, callback.MustEncode(callback.Ref{Action: callback.Take, Record: int64(id), Version: 1})))
	who.SeeToast(t, o.cat.Printer(crm.English).T("stranger.tap"))
	if c := o.customer(id); c.Holder != 0 {
		t.Fatalf("held by %d", c.Holder)
	}
	who.NoMore(t, "علی")
	_ = card
	if !strings.Contains(o.logs.String(), "refused") {
		t.Error("nothing was logged")
	}
}

// Somebody suspended a second ago can do nothing, whatever stands in their chat.
func TestSuspended(t *testing.T) {
	o := newOffice(t, "fa", "fa")
	sara := o.agents[0]
	id := o.lead("09121234567", "علی رضایی")
	sara.See(t, "علی رضایی")
	owner := o.staff(o.owner)
	must(t, o.crm.ChangeStaff(t.Context(), crm.Command{Actor: owner.ID, Key: "suspend"}, o.staff(sara).ID, crm.Suspended))
	sara.See(t, o.cat.Printer(crm.Persian).T("standing.suspended", "Name", view.Isolate("سارا")))
	sara.Press(t, "برمی‌دارم")
	sara.SeeToast(t, o.cat.Printer(crm.Persian).T("stranger.tap"))
	sara.Type("/customers")
	sara.See(t, o.cat.Printer(crm.Persian).T("stranger.hello"))
	if c := o.customer(id); c.Holder != 0 {
		t.Fatalf("held by %d", c.Holder)
	}
	invite, err := o.crm.NewInvite(t.Context(), crm.Command{Actor: owner.ID, Key: "link"}, crm.Manager, crm.InviteLife)
	must(t, err)
	must(t, sara.Start(invite.Token))
	o.quiet()
	if said := sara.Last().Text; said != o.cat.Printer(crm.Persian).T("stranger.hello") || o.staff(sara).Active() {
		t.Fatalf("let in by a link: %q", said)
	}
}

// Forged and replayed buttons, and what only others may do, change nothing.
func TestForgedTaps(t *testing.T) {
	o := newOffice(t, "fa", "fa")
	sara, omid := o.agents[0], o.agents[1]
	id := o.lead("09121234567", "علی رضایی")
	card := sara.See(t, "علی رضایی")
	other := omid.See(t, "علی رضایی")
	sara.Press(t, "برمی‌دارم")
	sara.SeeToast(t, o.say(sara, "toast.taken"))
	v := o.customer(id).Version
	forged := []callback.Ref{
		{Action: callback.SetStatus, Record: int64(id), Version: v},
		{Action: callback.ChooseStat, Record: int64(id), Version: v, Arg: 7},
		{Action: callback.NoAnswer, Record: int64(id), Version: v},
		{Action: callback.HandOver, Record: int64(id), Version: v},
		{Action: callback.WrongNumber, Record: int64(id), Version: v},
		{Action: callback.Accept, Record: int64(id), Arg: v},
		{Action: callback.GiveHolder, Record: int64(id), Version: v, Arg: int64(o.staff(omid).ID)},
		{Action: callback.Staff}, {Action: callback.InviteRole, Value: "manager"}, {Action: callback.InviteRole, Value: "owner"},
		{Action: callback.InviteLife, Arg: 30, Value: strings.Repeat("x", 24)}, {Action: callback.InviteQR, Value: strings.Repeat("x", 24)},
		{Action: callback.InviteRevoke, Record: 1},
		{Action: callback.StaffChange, Record: int64(o.staff(sara).ID), Value: "suspend"},
		{Action: callback.Member, Record: int64(o.staff(sara).ID), Question: "r_do", Value: "-"},
		{Action: callback.ShareOut, Record: 1}, {Action: callback.ShareNow, Record: 1, Value: "2"}, {Action: callback.Setup, Value: "form"},
		{Action: callback.Erase, Record: int64(id)}, {Action: callback.Erase, Record: int64(id), Value: "yes"},
		{Action: callback.Undo, Record: 2}, {Action: callback.Open, Record: 999999},
		{Action: callback.FormSave, Draft: "AAAAAAAAAA"}, {Action: callback.Done, Record: 99999},
	}
	before := o.customer(id)
	for _, ref := range forged {
		n := len(omid.Toasts())
		must(t, omid.TapData(other.ID, callback.MustEncode(ref)))
		waitToasts(t, omid, n+1)
	}
	for _, data := range []string{"", "x", "1zz", "1co.0", "2co.1", strings.Repeat("a", 64), "1fa.........", "1ct.-1.1"} {
		n := len(omid.Toasts())
		must(t, omid.TapData(other.ID, data))
		waitToasts(t, omid, n+1)
	}
	// The first tap again, long after: the customer is the agent's already.
	must(t, sara.TapData(card.ID, callback.MustEncode(callback.Ref{Action: callback.Take, Record: int64(id), Version: 1})))
	sara.SeeToast(t, o.say(sara, "error.yours"))
	after := o.customer(id)
	if d := crm.Diff(before, after); !d.Empty() {
		t.Fatalf("changed: %+v", d)
	}
	for _, s := range []string{"09121234567", "+989121234567", o.sim.Token()} {
		if strings.Contains(o.logs.String(), s) {
			t.Errorf("%q was logged", s)
		}
	}
}

func waitToasts(t *testing.T, p *tgsim.Person, n int) {
	t.Helper()
	p.SeeThat(t, fmt.Sprintf("%d toasts", n), func(v *tgsim.View) bool { return len(v.Toasts) >= n })
}
