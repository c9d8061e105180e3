package bot_test

import (
	"testing"
	"time"
)

// A lead comes in, three agents see it, one takes it and gives it a meeting with
// a colleague by taps alone; the colleague is told, reminded, and settles it.
func TestMainCourse(t *testing.T) {
	o := newOffice(t, "fa", "fa", "fa")
	sara, omid, nilu := o.agents[0], o.agents[1], o.agents[2]
	id := o.lead("09121234567", "علی رضایی")
	for _, p := range o.agents {
		p.See(t, "علی رضایی", "برمی‌دارم")
	}
	taps := 0
	tap := func(label string) {
		t.Helper()
		taps++
		sara.Press(t, label)
	}
	tap("برمی‌دارم")
	sara.SeeToast(t, "کارتابل")
	omid.See(t, "علی رضایی", "سارا")
	nilu.See(t, "علی رضایی", "سارا")
	tap(o.say(sara, "button.status"))
	tap("جلسه حضوری")
	tap("فردا")
	tap("۱۰:۳۰")
	tap("امید")
	tap("یک ساعت")
	tap("ذخیره")
	if taps > 9 {
		t.Errorf("%d taps", taps)
	}
	omid.See(t, "علی رضایی", "جلسه حضوری", "۱۰:۳۰", "سارا")
	c := o.customer(id)
	if c.Holder != o.staff(omid).ID || len(c.Reminders) != 1 {
		t.Fatalf("%+v", c)
	}
	sara.See(t, "جلسه حضوری", o.say(sara, "button.undo"))
	o.forward(c.Reminders[0].Due.Sub(o.clock.Now()))
	omid.See(t, "علی رضایی", o.say(omid, "later.15m"))
	omid.Press(t, o.say(omid, "later.1h"))
	omid.SeeGone(t, o.say(omid, "later.15m"))
	o.forward(time.Hour)
	omid.Press(t, o.say(omid, "button.done"))
	omid.Press(t, o.say(omid, "reminder.nothing"))
	omid.SeeGone(t, o.say(omid, "reminder.nothing"))
	if c = o.customer(id); len(c.Reminders) != 0 {
		t.Fatalf("open: %+v", c.Reminders)
	}
	omid.Press(t, o.say(omid, "button.timeline"))
	t.Log(o.sim.Transcript(sara.ID(), omid.ID()))
	o.sim.CheckClean(t)
}
