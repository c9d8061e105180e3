package crm_test

import (
	"testing"

	"cartable/internal/crm"
)

// An ID that a draft gave to something new is never another's: neither after that
// was retired again, nor in a later draft.
func TestNewIDsAreNotReused(t *testing.T) {
	o := newOffice(t, 0)
	ctx := t.Context()
	seen := map[int64]bool{}
	add := func(add func(c *crm.Config) (int64, error)) int64 {
		t.Helper()
		id := must[int64](t)(o.EditConfig(ctx, o.by(o.owner), add))
		if id >= 0 || seen[id] {
			t.Errorf("made %d after %v", id, seen)
		}
		seen[id] = true
		return id
	}
	status := func(title string) int64 {
		t.Helper()
		return add(func(c *crm.Config) (int64, error) { id, err := c.AddStatus(text(title), ""); return int64(id), err })
	}
	first := status("یک")
	if err := o.edit(o.owner, func(c *crm.Config) error { return c.RetireStatus(crm.StatusID(first)) }); err != nil {
		t.Fatal(err)
	}
	status("دو")
	add(func(c *crm.Config) (int64, error) {
		id, err := c.AddField(0, text("سن"), crm.Number)
		return int64(id), err
	})
	must[crm.Published](t)(o.PublishDraft(ctx, o.by(o.owner)))
	status("سه")
	if err := o.DiscardDraft(ctx, o.by(o.owner)); err != nil {
		t.Fatal(err)
	}
	status("چهار")
	o.refused(t, crm.NotFound, crm.KeyNoStatus, func() error {
		return o.edit(o.owner, func(c *crm.Config) error { return c.SetEmoji(crm.StatusID(first), "☕") })
	})
}
