package outbox_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cartable/internal/crm"
	"cartable/internal/outbox"
)

// TestNothingOvertakesWhatSomebodyHasLocked locks the row that comes next, or one of those after it,
// as whoever marks it for an edit or has it tried again does for a moment.
func TestNothingOvertakesWhatSomebodyHasLocked(t *testing.T) {
	for locked, want := range map[int][]string{
		0: {"summary of 6"},
		4: {"summary of 4", "lead 5", "lead 6"},
	} {
		o := newOffice(t)
		a, b := o.staff(crm.Agent), o.staff(crm.Agent)
		var leads []crm.NotificationID
		for range 6 {
			leads = append(leads, o.notify(a, crm.NotifyLead))
		}
		o.notify(b, crm.NotifyHandOver)
		tx, err := o.pool.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(t.Context(), `SELECT FROM notifications WHERE id = $1 FOR UPDATE`, leads[locked]); err != nil {
			t.Fatal(err)
		}
		o.run()
		before := locked
		var got []outbox.Outcome
		for range before + 1 { // with b's
			got = append(got, <-o.outcomes)
		}
		o.notify(b, crm.NotifyHandOver) // whose turn comes after another one of a's
		o.Wake()
		got = append(got, <-o.outcomes)
		if n := len(slices.DeleteFunc(got, func(out outbox.Outcome) bool { return out != outbox.Sent })); n != 2 {
			t.Errorf("%d sent before the lock is gone", n)
		}
		if err := tx.Rollback(t.Context()); err != nil {
			t.Fatal(err)
		}
		for range 6 - before {
			<-o.outcomes
		}
		if d := cmp.Diff(want, o.tg.texts(chatOf(a))); d != "" {
			t.Errorf("row %d locked (-want +got):\n%s", locked, d)
		}
	}
}
