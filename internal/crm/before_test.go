package crm_test

import (
	"errors"
	"testing"
)

// TestBefore has what comes before a command fail, and then succeed: the command is carried out after it
// or not at all.
func TestBefore(t *testing.T) {
	o := newOffice(t, 1)
	c := o.lead("09121110001", "Sara")
	cmd := o.by(o.owner)
	before, failed := o.customer(c).Version, errors.New("not now")
	cmd.Before = func() error { return failed }
	if _, err := o.Take(t.Context(), cmd, c); !errors.Is(err, failed) {
		t.Errorf("%v, want what came before to be the reason", err)
	}
	if v := o.customer(c).Version; v != before {
		t.Errorf("the customer's version is %d, was %d: it was carried out all the same", v, before)
	}
	asked := 0
	cmd.Before = func() error { asked++; return nil }
	if out, err := o.Take(t.Context(), cmd, c); err != nil || out.Repeated || out.Version != before+1 || asked != 1 {
		t.Errorf("repeated %t, %v, version %d after %d, asked %d times", out.Repeated, err, out.Version, before, asked)
	}
}
