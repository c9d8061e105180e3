package bot_test

import (
	"fmt"
	"strings"
	"testing"

	"cartable/bot/callback"
	"cartable/internal/crm"
	"cartable/internal/tgsim"
)

// Two agents tap take on a hundred cards at once: one winner each, the other is told.
func TestTakeRace(t *testing.T) {
	o := newOffice(t, "fa", "fa")
	sara, omid := o.agents[0], o.agents[1]
	sara.Type("/help")
	omid.Type("/help")
	a, b := sara.See(t, o.say(sara, "help.title")), omid.See(t, o.say(omid, "help.title"))
	const n = 100
	ids := make([]crm.CustomerID, n)
	for i := range n {
		ids[i] = o.lead(fmt.Sprintf("0912100%04d", i), fmt.Sprintf("مشتری %d", i))
	}
	for i, id := range ids {
		data := callback.MustEncode(callback.Ref{Action: callback.Take, Record: int64(id), Version: 1})
		first, second, fm, sm := sara, omid, a.ID, b.ID
		if i%2 == 1 {
			first, second, fm, sm = omid, sara, b.ID, a.ID
		}
		must(t, first.TapData(fm, data))
		must(t, second.TapData(sm, data))
	}
	waitToasts(t, sara, n)
	waitToasts(t, omid, n)
	won, told := 0, 0
	for p, winner := range map[*tgsim.Person]string{sara: "امید", omid: "سارا"} {
		for _, toast := range p.Toasts() {
			switch {
			case toast.Text == o.say(p, "toast.taken"):
				won++
			case strings.Contains(toast.Text, winner): // the loser reads who was quicker
				told++
			}
		}
	}
	if won != n || told != n {
		t.Fatalf("%d won, %d told who did", won, told)
	}
	for _, id := range ids {
		if o.customer(id).Holder == 0 {
			t.Fatalf("%d is held by nobody", id)
		}
	}
}

// Two managers save a status on the same version: the second sees what changed
// and decides.
func TestSameVersion(t *testing.T) {
	o := newOffice(t, "fa", "en")
	sara := o.agents[0]
	id := o.lead("09121234567", "علی رضایی")
	sara.Press(t, "برمی‌دارم")
	for _, p := range []*tgsim.Person{sara, o.owner} {
		p.Type("09121234567")
		p.Press(t, o.say(p, "button.status"))
		p.Press(t, "بلاک لیست")
		p.Press(t, o.say(p, "form.skip"))
		p.See(t, o.say(p, "form.save"))
	}
	sara.Press(t, o.say(sara, "form.save"))
	o.quiet()
	o.owner.Press(t, o.say(o.owner, "form.save"))
	o.owner.See(t, o.say(o.owner, "changed.go_on"), "سارا")
	o.owner.Press(t, o.say(o.owner, "changed.go_on"))
	o.owner.SeeGone(t, o.say(o.owner, "changed.go_on"))
	if by := o.customer(id).Status.By; by != o.staff(o.owner).ID {
		t.Fatalf("set by %d", by)
	}
}
