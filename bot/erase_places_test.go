package bot_test

import (
	"strings"
	"testing"
	"time"

	"cartable/internal/crm"
	"cartable/internal/tgsim"
)

// An announcement in whose message the conversation went on, and one in the chat of
// who left, lose the name too.
func TestErasedFromEveryMessage(t *testing.T) {
	o := newOffice(t, "fa", "fa")
	sara, omid := o.agents[0], o.agents[1]
	id := o.lead("09121112233", "Xenia")
	o.quiet()
	lead := omid.See(t, "Xenia")
	sara.Press(t, o.say(sara, "button.take"))
	o.quiet()
	_, err := o.crm.Remind(t.Context(), o.by(sara), id, o.clock.Now().Add(time.Hour), "")
	must(t, err)
	o.forward(time.Hour)
	o.quiet()
	ring := sara.SeeLast(t, "Xenia")
	o.press(sara, "button.done")
	shows(t, sara, ring.ID, o.say(sara, "reminder.nothing"))
	must(t, o.crm.ChangeStaff(t.Context(), o.by(o.owner), o.staff(omid).ID, crm.Removed))
	o.quiet()
	_, err = o.crm.Erase(t.Context(), o.by(o.owner), id)
	must(t, err)
	shows(t, sara, ring.ID, o.say(sara, "erase.line"))
	omid.SeeThat(t, "the customer gone from the lead", func(v *tgsim.View) bool {
		for _, m := range v.Messages {
			if m.ID == lead.ID {
				return !strings.Contains(m.Text, "Xenia")
			}
		}
		return false
	})
	o.sim.CheckClean(t)
}

// A manager who looks a number up whose record was undone can erase it.
func TestEraseWhatWasUndone(t *testing.T) {
	o := newOffice(t, "fa")
	sara, boss := o.agents[0], o.owner
	a, err := o.crm.RecordInquiry(t.Context(), o.by(sara), crm.Inquiry{Source: 1, Phone: "+989121112233", Name: "Xenia", By: o.staff(sara).ID})
	must(t, err)
	_, err = o.crm.Undo(t.Context(), o.by(sara), a.Event)
	must(t, err)
	o.types(sara, "09121112233")
	if labelled(sara.SeeLast(t, o.say(sara, "unknown.add")), o.say(sara, "erase.undone")) {
		t.Error("an agent is offered to erase")
	}
	o.types(boss, "09121112233")
	o.press(boss, "erase.undone")
	boss.SeeLast(t, "09121112233", o.say(boss, "erase.yes"))
	o.press(boss, "erase.yes")
	boss.SeeLast(t, o.say(boss, "erase.done"))
	o.types(boss, "09121112233")
	if labelled(boss.SeeLast(t, o.say(boss, "unknown.add")), o.say(boss, "erase.undone")) {
		t.Error("what was erased is offered again")
	}
	if left := o.kept([]string{"Xenia"}); left != "" {
		t.Errorf("left: %s", left)
	}
	o.sim.CheckClean(t)
}
