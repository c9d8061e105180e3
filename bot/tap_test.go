package bot_test

import (
	"context"
	"testing"
	"time"

	"cartable/internal/tgsim"
)

// A tap is answered while what it shows is on its way, or cannot be shown yet: nobody waits for the one
// and then for the other.
func TestTapIsAnsweredBesideItsChange(t *testing.T) {
	o := newOffice(t, "en")
	sara := o.agents[0]
	o.lead("09121234567", "Ali")
	card := sara.See(t, "Ali").ID
	before := len(o.sim.Inputs())
	works := o.sim.Fault(tgsim.Fault{Method: "editMessageText", ChatID: sara.ID(), Times: -1, Kind: tgsim.BadGateway})
	sara.PressOn(t, card, o.say(sara, "button.timeline"))
	waiting, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := sara.Wait(waiting, func(v *tgsim.View) bool { return v.Waiting == 0 }); err != nil {
		t.Fatalf("the button is busy: %v", err)
	}
	if tap := o.sim.Inputs()[before]; !tap.Shown.IsZero() {
		t.Errorf("the change could be shown: %+v", tap)
	}
	await(t, o, `SELECT EXISTS (SELECT FROM updates WHERE retry_at IS NOT NULL)`)
	works()
	o.forward(time.Minute)
	sara.See(t, "History of", "Came in by")
	o.quiet()
}
