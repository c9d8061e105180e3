package crm_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"cartable/internal/crm"
	"cartable/internal/persian"

	"encoding/json"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

var someTime = rapid.Custom(func(t *rapid.T) time.Time {
	return time.Date(2026, 11, 23, rapid.IntRange(0, 23).Draw(t, "hour"), 0, 0, 0, time.UTC)
})

var someText = rapid.SampledFrom([]string{"", "علی", "تهران", "a@b.ir"})

func someValues(t *rapid.T, label string) crm.Values {
	return rapid.MapOf(rapid.Map(rapid.Int64Range(1, 4), func(n int64) crm.FieldID { return crm.FieldID(n) }),
		rapid.SampledFrom([]crm.Value{"a", "b", "1"})).Draw(t, label)
}

// someState is any state of one customer, whether commands lead to it or not.
var someState = rapid.Custom(func(t *rapid.T) crm.Customer {
	c := crm.Customer{
		Hidden: rapid.Bool().Draw(t, "hidden"), Name: someText.Draw(t, "name"), City: someText.Draw(t, "city"), Email: someText.Draw(t, "email"),
		Values: someValues(t, "values"), Holder: crm.StaffID(rapid.IntRange(0, 3).Draw(t, "holder")),
		HandedBy: crm.StaffID(rapid.IntRange(0, 3).Draw(t, "from")), Attempts: rapid.IntRange(0, 5).Draw(t, "attempts"),
		LastInquiryAt: someTime.Draw(t, "inquiry"),
	}
	if rapid.Bool().Draw(t, "erased") {
		c.ErasedAt = someTime.Draw(t, "erased at")
	}
	for _, n := range rapid.SliceOfNDistinct(rapid.IntRange(1, 4), 0, 3, rapid.ID).Draw(t, "phones") {
		c.Phones = append(c.Phones, crm.PhoneNumber{Phone: persian.Phone(fmt.Sprintf("+98912000000%d", n)), Wrong: rapid.Bool().Draw(t, "wrong")})
	}
	if rapid.Bool().Draw(t, "has status") {
		c.Status = crm.StatusState{Status: crm.StatusID(rapid.IntRange(1, 3).Draw(t, "status")), Definition: 1, By: 1,
			Answers: someValues(t, "answers"), At: someTime.Draw(t, "at")}
		if rapid.Bool().Draw(t, "has appointment") {
			c.Status.Appointment = ptr(someTime.Draw(t, "appointment"))
		}
	}
	for _, n := range rapid.SliceOfNDistinct(rapid.IntRange(1, 5), 0, 4, rapid.ID).Draw(t, "reminders") {
		c.Reminders = append(c.Reminders, crm.Reminder{ID: crm.ReminderID(n), Kind: crm.ReminderByHand, For: crm.StaffID(n),
			Due: someTime.Draw(t, "due"), Reason: someText.Draw(t, "reason")})
	}
	slices.SortFunc(c.Reminders, func(a, b crm.Reminder) int {
		if d := a.Due.Compare(b.Due); d != 0 {
			return d
		}
		return int(a.ID - b.ID)
	})
	return c
})

// What a delta leads to and back is exactly what it was made from, also after it
// was stored.
func TestDelta(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := someState.Draw(t, "before"), someState.Draw(t, "after")
		stored, err := json.Marshal(crm.Diff(a, b))
		if err != nil {
			t.Fatal(err)
		}
		var d crm.Delta
		if err := json.Unmarshal(stored, &d); err != nil {
			t.Fatal(err)
		}
		there := a
		there.Values = crm.Values{}
		for k, v := range a.Values {
			there.Values[k] = v
		}
		d.Apply(&there)
		if s := cmp.Diff(b, there, cmpopts.EquateEmpty()); s != "" {
			t.Fatalf("there: %s", s)
		}
		d.Inverse().Apply(&there)
		if s := cmp.Diff(a, there, cmpopts.EquateEmpty()); s != "" {
			t.Fatalf("and back: %s", s)
		}
		if same := cmp.Equal(a, b, cmpopts.EquateEmpty()); same != d.Empty() {
			t.Fatalf("equal: %v, delta %+v", same, d)
		}
		if d.Bumps() != (a.Holder != b.Holder || !cmp.Equal(a.Status, b.Status, cmpopts.EquateEmpty())) {
			t.Fatalf("bumps: %v", d.Bumps())
		}
	})
}
