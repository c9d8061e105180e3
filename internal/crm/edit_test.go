package crm_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"cartable/internal/crm"
)

func ptr[T any](v T) *T { return &v }

func TestNotes(t *testing.T) {
	o := newOffice(t, 2)
	id := o.held(phone(1), o.agents[0])
	note := func(by crm.Staff, text string) func() error {
		return func() error { _, err := o.AddNote(t.Context(), o.by(by), id, text); return err }
	}
	if err := note(o.agents[1], "خط یک\r\nخط دو  ")(); err != nil {
		t.Fatal(err)
	}
	if e := o.last(id); e.Kind != crm.EventNote || e.Detail.Text != "خط یک\nخط دو" || e.Actor != o.agents[1].ID || !e.Delta.Empty() {
		t.Errorf("%+v", e)
	}
	o.refused(t, crm.Invalid, crm.KeyEmpty, note(o.agents[0], " \n\u200b"))
	o.refused(t, crm.Invalid, crm.KeyTooLong, note(o.agents[0], strings.Repeat("ب", crm.MaxLong+1)))
}

func TestEdit(t *testing.T) {
	o := newOffice(t, 2)
	sara, omid := o.agents[0], o.agents[1]
	id := o.held(phone(1), sara)
	level, major := o.dir().Fields[0].ID, o.dir().Fields[1].ID
	edit := func(by crm.Staff, p crm.Patch) func() error {
		return func() error { _, err := o.Edit(t.Context(), o.by(by), id, p); return err }
	}
	if err := edit(sara, crm.Patch{Name: ptr(" مريم  احمدي "), Email: ptr("m@x.ir"), Values: crm.Values{level: " کارشناسی ", major: "حسابداری"}})(); err != nil {
		t.Fatal(err)
	}
	c := o.customer(id)
	if c.Name != "مریم احمدی" || c.Email != "m@x.ir" || c.City != "" || c.Values[level] != "کارشناسی" {
		t.Errorf("%+v", c)
	}
	if err := edit(o.owner, crm.Patch{City: ptr("تبریز"), Email: ptr(""), Values: crm.Values{level: "", major: "مالی"}})(); err != nil {
		t.Fatal(err)
	}
	d := o.last(id).Delta
	if d.Record["city"] != (crm.Change[string]{From: "", To: "تبریز"}) || d.Record["email"] != (crm.Change[string]{From: "m@x.ir", To: ""}) ||
		d.Values[level] != (crm.Change[crm.Value]{From: "کارشناسی", To: ""}) || d.Values[major] != (crm.Change[crm.Value]{From: "حسابداری", To: "مالی"}) {
		t.Errorf("old and new values: %+v", d)
	}
	if c := o.customer(id); len(c.Values) != 1 || c.Version != 2 {
		t.Errorf("%+v", c)
	}
	o.refused(t, crm.Forbidden, crm.KeyNotYours, edit(omid, crm.Patch{City: ptr("قم")}))
	o.refused(t, crm.Invalid, crm.KeyTooLong, edit(sara, crm.Patch{Name: ptr(strings.Repeat("ب", crm.MaxName+1))}))
	o.refused(t, crm.Invalid, crm.KeyBadValue, edit(sara, crm.Patch{Email: ptr("nobody")}))
	o.refused(t, crm.NotFound, crm.KeyBadValue, edit(sara, crm.Patch{Values: crm.Values{999: "x"}}))
	o.refused(t, crm.Invalid, crm.KeyTooLong, edit(sara, crm.Patch{Values: crm.Values{level: crm.Value(strings.Repeat("ب", crm.MaxLine+1))}}))
	o.exec(`UPDATE fields SET retired_at = now() WHERE id = $1`, major)
	o.refused(t, crm.NotFound, crm.KeyBadValue, edit(sara, crm.Patch{Values: crm.Values{major: "x"}}))
	if c := o.customer(id); c.Values[major] != "مالی" {
		t.Error("a retired field lost its value")
	}
}

func TestPhones(t *testing.T) {
	o := newOffice(t, 2)
	ctx := t.Context()
	sara := o.agents[0]
	id, other := o.held(phone(1), sara), o.held(phone(2), sara)
	add := func(by crm.Staff, typed string) func() error {
		return func() error { _, err := o.AddPhone(ctx, o.by(by), id, typed); return err }
	}
	o.refused(t, crm.Invalid, crm.KeyNoPhone, add(sara, "سلام"))
	if e := o.refused(t, crm.Conflict, crm.KeyPhoneOther, add(sara, phone(2))); e.Customer != other {
		t.Errorf("%+v does not name whose it is", e)
	}
	o.refused(t, crm.Forbidden, crm.KeyNotYours, add(o.agents[1], phone(3)))
	if err := add(sara, "۰۹۳۵ ۱۱۱ ۲۲۳۳")(); err != nil {
		t.Fatal(err)
	}
	c := o.customer(id)
	if len(c.Phones) != 2 || c.Phones[1].Phone != "+989351112233" || c.Phone() != "+989120000001" {
		t.Errorf("%+v", c.Phones)
	}
	// It identifies the customer now.
	if got := o.lead("09351112233", ""); got != id {
		t.Errorf("an inquiry by the second number is of customer %d, want %d", got, id)
	}
	for i := range crm.MaxPhone - 2 {
		if err := add(sara, phone(10+i))(); err != nil {
			t.Fatal(err)
		}
	}
	o.refused(t, crm.Invalid, crm.KeyTooLong, add(sara, phone(30)))

	t.Run("wrong number", func(t *testing.T) {
		wrong := func(p string) crm.Customer {
			must[crm.Outcome](t)(o.WrongNumber(ctx, o.by(sara), other, 0, p))
			return o.customer(other)
		}
		must[crm.Outcome](t)(o.AddPhone(ctx, o.by(sara), other, phone(50)))
		must[crm.Outcome](t)(o.NoAnswer(ctx, o.by(sara), other, 0))
		c := wrong("+989120000002")
		if c.Phone() != "+989120000050" || !c.Phones[0].Wrong || len(c.Reminders) != 0 {
			t.Errorf("%+v", c)
		}
		if c = wrong("+989120000050"); c.Phone() != "+989120000002" {
			t.Errorf("all wrong: %s", c.Phone())
		}
		o.refused(t, crm.NotFound, crm.KeyNoPhone, func() error {
			_, err := o.WrongNumber(ctx, o.by(sara), other, 0, "+989120000099")
			return err
		})
		must[crm.Outcome](t)(o.AddPhone(ctx, o.by(sara), other, phone(50)))
		if c := o.customer(other); c.Phone() != "+989120000050" || len(c.Phones) != 2 {
			t.Errorf("given again, it is good again: %+v", c.Phones)
		}
	})
	t.Run("two customers at once", func(t *testing.T) {
		a, b := o.held(phone(60), sara), o.held(phone(61), sara)
		won := 0
		for _, err := range together(8, func(i int) error {
			_, err := o.AddPhone(ctx, o.by(sara), []crm.CustomerID{a, b}[i%2], phone(62))
			return err
		}) {
			if err == nil {
				won++
			} else if !crm.IsKey(err, crm.KeyPhoneOther) {
				t.Error(err)
			}
		}
		if n := len(o.customer(a).Phones) + len(o.customer(b).Phones); n != 3 || won != 4 {
			t.Errorf("%d numbers, %d successes", n, won)
		}
	})
}

func TestNoAnswer(t *testing.T) {
	o := newOffice(t, 2)
	ctx := t.Context()
	sara := o.agents[0]
	id := o.held(phone(1), sara)
	manual := must[crm.Outcome](t)(o.Remind(ctx, o.by(sara), id, *o.in(90 * 24 * time.Hour), "تولد"))
	var tries []string
	for i := 1; i < crm.MaxAttempts; i++ {
		out := must[crm.Outcome](t)(o.NoAnswer(ctx, o.by(sara), id, o.customer(id).Version))
		c := o.customer(id)
		if out.Attempt != i || c.Attempts != i || out.Next == nil || len(c.Reminders) != 2 || !c.Reminders[0].Due.Equal(*out.Next) || c.Reminders[0].Kind != crm.ReminderNextTry {
			t.Fatalf("attempt %d: %+v %+v", i, out, c)
		}
		tries = append(tries, out.Next.In(o.dir().Settings.Location()).Format("Mon 15:04"))
		o.clock.forward(out.Next.Sub(o.clock.Now()))
	}
	// From Monday 10:00: two hours; the next day in the evening … and so on.
	if got := fmt.Sprint(tries); got != "[Mon 12:00 Tue 17:00 Sat 10:00 Tue 17:00]" {
		t.Errorf("tries at %s", got)
	}
	out := must[crm.Outcome](t)(o.NoAnswer(ctx, o.by(sara), id, 0))
	if c := o.customer(id); out.Next != nil || out.Attempt != crm.MaxAttempts || len(c.Reminders) != 1 || c.Reminders[0].Reason != "تولد" {
		t.Errorf("%+v %+v", out, c)
	}
	if manual.Next == nil {
		t.Error("a reminder by hand has no time")
	}
	o.refused(t, crm.Forbidden, crm.KeyNotYours, func() error { _, err := o.NoAnswer(ctx, o.by(o.agents[1]), id, 0); return err })
	o.refused(t, crm.Conflict, crm.KeyChanged, func() error { _, err := o.NoAnswer(ctx, o.by(sara), id, 1); return err })
	o.followUp(sara, id, time.Hour)
	if c := o.customer(id); c.Attempts != 0 {
		t.Errorf("a status was reached, and %d attempts count", c.Attempts)
	}
}

func TestNextTry(t *testing.T) {
	zone := must[*time.Location](t)(time.LoadLocation("Asia/Tehran"))
	for _, c := range []struct {
		attempt   int
		now, want string // Tehran; 2026-11-23 is a Monday
	}{
		{1, "2026-11-23 10:00", "2026-11-23 12:00"},
		{1, "2026-11-23 17:59", "2026-11-23 19:59"},
		{1, "2026-11-23 18:00", "2026-11-24 10:00"},
		{1, "2026-11-23 23:30", "2026-11-24 10:00"},
		{1, "2026-11-26 19:00", "2026-11-28 10:00"}, // Thursday evening: not Friday
		{1, "2026-11-27 10:00", "2026-11-28 12:00"},
		{2, "2026-11-23 10:00", "2026-11-24 17:00"},
		{2, "2026-11-23 16:00", "2026-11-24 10:00"},
		{2, "2026-11-26 16:00", "2026-11-28 10:00"},
		{3, "2026-11-23 13:59", "2026-11-26 17:00"},
		{4, "2026-11-24 14:00", "2026-11-28 10:00"},
	} {
		now := must[time.Time](t)(time.ParseInLocation("2006-01-02 15:04", c.now, zone))
		if got := crm.NextTry(c.attempt, now).Format("2006-01-02 15:04"); got != c.want {
			t.Errorf("attempt %d at %s: %s, want %s", c.attempt, c.now, got, c.want)
		}
	}
}
