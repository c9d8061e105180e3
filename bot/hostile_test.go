package bot_test

import (
	"fmt"
	"strings"
	"testing"
)

// Ten hostile names travel through card, hand-off, reminder and summary intact
// and harmless.
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
		sara.Type(number)
		stored := o.customer(id).Name
		card := sara.See(t, stored, number, "برمی‌دارم")
		sara.PressOn(t, card.ID, "برمی‌دارم")
		sara.PressOn(t, card.ID, o.say(sara, "button.hand_over"))
		sara.Press(t, "Omid")
		sara.See(t, o.say(sara, "form.skip"))
		sara.Type(name)
		omid.See(t, stored, number, o.say(omid, "button.accept"))
	}
	o.sim.CheckClean(t)
	if strings.Contains(o.logs.String(), "can't parse") {
		t.Error(o.logs.String())
	}
}
