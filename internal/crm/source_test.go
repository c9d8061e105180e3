package crm_test

import (
	"testing"
	"time"

	"cartable/internal/crm"
)

// A rotated key works on for the grace that it was given, or until it is ended; the
// new one is shown once.
func TestRotateKey(t *testing.T) {
	o := newOffice(t, 1)
	ctx := t.Context()
	src := must[crm.NewSource](t)(o.AddSource(ctx, o.by(o.owner), "سایت", crm.SourceAPI))
	works := func(key string) bool {
		t.Helper()
		got, err := o.SourceByKey(ctx, key)
		if err != nil && !crm.IsKey(err, crm.KeyNoSource) {
			t.Fatal(err)
		}
		return err == nil && got.ID == src.ID
	}
	cmd := o.by(o.owner)
	second := must[crm.NewSource](t)(o.RotateKey(ctx, cmd, src.ID, 24*time.Hour))
	if again := must[crm.NewSource](t)(o.RotateKey(ctx, cmd, src.ID, 24*time.Hour)); again.Key != "" || second.Key == "" {
		t.Errorf("%q, then %q", second.Key, again.Key)
	}
	keys := must[[]crm.SourceKey](t)(o.SourceKeys(ctx, o.owner, src.ID))
	if len(keys) != 2 || !keys[0].ExpiresAt.IsZero() || keys[1].ExpiresAt.Sub(keys[0].MadeAt) != 24*time.Hour {
		t.Errorf("%+v", keys)
	}
	o.clock.forward(24*time.Hour - time.Second)
	if !works(src.Key) || !works(second.Key) {
		t.Error("a key does not work within its grace")
	}
	o.clock.forward(time.Second)
	if works(src.Key) || !works(second.Key) {
		t.Error("the old key works on, or the new one does not")
	}
	third := must[crm.NewSource](t)(o.RotateKey(ctx, o.by(o.owner), src.ID, 7*24*time.Hour))
	if err := o.EndOldKeys(ctx, o.by(o.owner), src.ID); err != nil {
		t.Fatal(err)
	}
	if works(second.Key) || !works(third.Key) {
		t.Error("an ended key works on, or the new one does not")
	}
	fourth := must[crm.NewSource](t)(o.RotateKey(ctx, o.by(o.owner), src.ID, 0))
	if works(third.Key) || !works(fourth.Key) {
		t.Error("a key without grace works on")
	}
	agent := o.agents[0]
	form := must[crm.NewSource](t)(o.AddSource(ctx, o.by(o.owner), "فرم", crm.SourceForm))
	o.refused(t, crm.Forbidden, crm.KeyManagers, func() error { _, err := o.RotateKey(ctx, o.by(agent), src.ID, 0); return err })
	o.refused(t, crm.Forbidden, crm.KeyManagers, func() error { return o.EndOldKeys(ctx, o.by(agent), src.ID) })
	o.refused(t, crm.Forbidden, crm.KeyManagers, func() error { _, err := o.SourceKeys(ctx, agent, src.ID); return err })
	o.refused(t, crm.Invalid, crm.KeyBadValue, func() error { _, err := o.RotateKey(ctx, o.by(o.owner), src.ID, -1); return err })
	o.refused(t, crm.NotFound, crm.KeyNoSource, func() error { _, err := o.RotateKey(ctx, o.by(o.owner), form.ID, 0); return err })
	o.refused(t, crm.NotFound, crm.KeyNoSource, func() error { return o.EndOldKeys(ctx, o.by(o.owner), 99) })
}

// A test lead goes the way of a real one, also to its sender, and can be erased.
func TestTestLead(t *testing.T) {
	o := newOffice(t, 2)
	ctx := t.Context()
	cmd := o.by(o.owner)
	first := must[crm.Arrival](t)(o.TestLead(ctx, cmd, 1, "آزمایشی"))
	if again := must[crm.Arrival](t)(o.TestLead(ctx, cmd, 1, "آزمایشی")); again.Customer != first.Customer || !again.Repeated {
		t.Errorf("%+v, then %+v", first, again)
	}
	o.wantTold(t, "lead>100", "lead>101", "lead>102")
	o.clock.forward(time.Second)
	second := must[crm.Arrival](t)(o.TestLead(ctx, o.by(o.owner), 1, "آزمایشی"))
	if second.Customer == first.Customer || second.Known {
		t.Error("the second test is no new customer")
	}
	counts := must[map[crm.SourceID]int](t)(o.InquiriesBySource(ctx, 30))
	if counts[1] != 2 {
		t.Errorf("%v came", counts)
	}
	must[crm.Outcome](t)(o.Erase(ctx, o.by(o.owner), first.Customer))
	if c := o.customer(first.Customer); !c.Hidden || c.Name != "" {
		t.Errorf("%+v", c)
	}
	o.refused(t, crm.Forbidden, crm.KeyManagers, func() error { _, err := o.TestLead(ctx, o.by(o.agents[0]), 1, "x"); return err })
	o.refused(t, crm.NotFound, crm.KeyNoSource, func() error { _, err := o.TestLead(ctx, o.by(o.owner), 99, "x"); return err })
}
