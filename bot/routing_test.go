package bot_test

import (
	"testing"
	"time"

	"cartable/internal/crm"
)

// A lead in turn comes as the reader's own, and is worked on from the message.
func TestLeadInTurn(t *testing.T) {
	o := newOffice(t, "fa", "en")
	sara, omid := o.agents[0], o.agents[1]
	boss := o.staff(o.owner)
	must(t, o.crm.SetRouting(t.Context(), crm.Command{Actor: boss.ID, Key: "routing"}, 1, crm.Routing{Mode: crm.RouteTurn}))
	first, second := o.lead("09121234567", "علی رضایی"), o.lead("09121234568", "Nader Karimi")
	sara.See(t, o.say(sara, "notice.routed"), "علی رضایی")
	omid.See(t, o.say(omid, "notice.routed"), "Nader Karimi")
	if o.customer(first).Holder != o.staff(sara).ID || o.customer(second).Holder != o.staff(omid).ID {
		t.Error("not in turn")
	}
	sara.Press(t, o.say(sara, "button.no_answer"))
	omid.Press(t, o.say(omid, "button.timeline"))
	omid.See(t, "Given to", o.say(omid, "staff.program"))
	o.quiet()
	o.sim.CheckClean(t)
}

// A lead that nobody takes comes again, then to the manager; whoever takes it then,
// every copy says so.
func TestLeadNobodyTakes(t *testing.T) {
	o := newOffice(t, "fa")
	sara := o.agents[0]
	o.lead("09121234567", "علی رضایی")
	sara.See(t, "علی رضایی", o.say(sara, "button.take"))
	o.quiet() // an offer's minutes begin when it is known to have arrived
	o.forward(10 * time.Minute)
	sara.See(t, o.say(sara, "notice.lead_waits"))
	o.quiet()
	o.forward(10 * time.Minute)
	o.owner.See(t, o.say(o.owner, "notice.untaken"))
	o.owner.Press(t, o.say(o.owner, "button.take"))
	sara.SeeGone(t, o.say(sara, "button.take"))
	o.quiet()
	o.sim.CheckClean(t)
}
