package bot_test

import (
	"testing"

	"cartable/internal/crm"
	"cartable/internal/tgsim"
)

// Somebody whose messages did not arrive, and who writes or taps, gets what waited.
func TestWhoWritesIsReachable(t *testing.T) {
	for name, do := range map[string]func(*tgsim.Person){
		"types": func(p *tgsim.Person) { p.Type("/menu") },
		"taps":  func(p *tgsim.Person) { p.Press(t, "برمی‌دارم") },
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, "fa")
			sara := o.agents[0]
			id := o.lead("09121234567", "علی رضایی")
			sara.See(t, "علی رضایی")
			must(t, o.crm.Reachable(t.Context(), crm.Command{Key: "lost"}, o.staff(sara).ID, false))
			_, err := o.crm.HandOver(t.Context(), o.by(o.owner), id, 0, o.staff(sara).ID, "پیام همراه")
			must(t, err)
			do(sara)
			sara.See(t, "پیام همراه")
			o.quiet()
			if o.staff(sara).Unreachable {
				t.Error("still counts as unreachable")
			}
		})
	}
}

// A manager is told in place of a holder whom nothing reaches, and whose it is.
func TestInquiryOfASuspendedHolder(t *testing.T) {
	o := newOffice(t, "fa")
	sara := o.agents[0]
	o.lead("09121234567", "علی رضایی")
	sara.Press(t, "برمی‌دارم")
	sara.SeeToast(t, o.say(sara, "toast.taken"))
	must(t, o.crm.ChangeStaff(t.Context(), o.by(o.owner), o.staff(sara).ID, crm.Suspended))
	o.lead("09121234567", "")
	o.owner.See(t, "علی رضایی", "سارا", "دوباره", o.say(o.owner, "button.status"))
}
