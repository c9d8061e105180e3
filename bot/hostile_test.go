package bot_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"cartable/internal/crm"
)

// Ten hostile names travel through card, status form, summary, hand-off, reminder,
// timeline and search intact and harmless, in both languages.
func TestHostileNames(t *testing.T) {
	o := newOffice(t, "fa", "en")
	sara, omid := o.agents[0], o.agents[1]
	names := []string{
		"<b>bold</b>", "</b></code><script>alert(1)</script>", "a & b &amp; c", strings.Repeat("ن", 200),
		"\u202eevil\u202c name", "👨‍👩‍👧‍👦🇮🇷", "nul\x00byte", "{{.Name}} %s %d", "'; DROP TABLE customers; --", `" onmouseover="x`,
	}
	for i, name := range names {
		number := fmt.Sprintf("0912000%04d", i)
		id := o.lead(number, name)
		o.types(sara, number)
		stored := o.customer(id).Name
		card := sara.See(t, stored, number, "برمی‌دارم")
		sara.PressOn(t, card.ID, "برمی‌دارم")
		sara.PressOn(t, card.ID, o.say(sara, "button.status"))
		o.quiet()
		sara.Press(t, "ارجاع به همکاران")
		o.quiet()
		o.types(sara, name)
		sara.Press(t, "Omid")
		o.quiet()
		sara.SeeLast(t, stored, o.say(sara, "form.save"))
		o.press(sara, "form.save")
		omid.See(t, stored, number, "Referred to colleagues", o.say(omid, "button.accept"))
		o.keys++
		_, err := o.crm.Remind(t.Context(), crm.Command{Actor: o.staff(omid).ID, Key: fmt.Sprintf("remind %d", o.keys)},
			id, o.clock.Now().Add(time.Minute), stored)
		must(t, err)
		o.forward(time.Minute)
		ring := omid.See(t, stored, number, o.say(omid, "later.15m"))
		omid.PressOn(t, ring.ID, o.say(omid, "button.done"))
		omid.PressOn(t, ring.ID, o.say(omid, "reminder.nothing"))
		o.quiet()
		o.types(omid, number)
		o.press(omid, "button.timeline")
		omid.SeeLast(t, stored, "Referred to colleagues")
	}
	o.sim.CheckClean(t)
	if strings.Contains(o.logs.String(), "can't parse") {
		t.Error(o.logs.String())
	}
}
