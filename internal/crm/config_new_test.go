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

// What might only come after a new status that goes again does not come after all:
// the draft says that nothing leads to it.
func TestRetiredAloneBefore(t *testing.T) {
	o := newOffice(t, 0)
	if err := o.edit(o.owner, func(c *crm.Config) error {
		id, err := c.AddStatus(text("نو"), "")
		if err != nil {
			return err
		}
		must[any](t)(nil, c.SetAfter(2, []crm.StatusID{id}))
		must[any](t)(nil, c.SetAfter(3, []crm.StatusID{id, 2}))
		return c.RetireStatus(id)
	}); err != nil {
		t.Fatal(err)
	}
	d := must[crm.Draft](t)(o.ConfigDraft(t.Context(), o.owner.ID))
	if len(d.Problems) != 2 || d.Problems[0].Key != crm.ProblemUnreachable || d.Problems[1].Key != crm.ProblemUnreachable {
		t.Errorf("%+v", d.Problems)
	}
	if err := o.edit(o.owner, func(c *crm.Config) error { return c.SetAfter(2, []crm.StatusID{2, 1}) }); err != nil {
		t.Fatal(err)
	}
	if d := must[crm.Draft](t)(o.ConfigDraft(t.Context(), o.owner.ID)); len(d.Problems) != 0 {
		t.Errorf("%+v", d.Problems)
	}
}

// A required field of the customer is not emptied once it is filled.
func TestRequiredCustomerField(t *testing.T) {
	o := newOffice(t, 1)
	ctx, sara := t.Context(), o.agents[0]
	id := o.held(phone(1), sara)
	level := o.dir().Fields[0].ID
	o.publish(o.owner, func(c *crm.Config) error { return c.SetRequired(level, true) })
	set := func(v crm.Value) error {
		_, err := o.Edit(ctx, o.by(sara), id, crm.Patch{Values: crm.Values{level: v}})
		return err
	}
	if err := set("کارشناسی"); err != nil {
		t.Fatal(err)
	}
	o.refused(t, crm.Invalid, crm.KeyRequired, func() error { return set("") })
}
