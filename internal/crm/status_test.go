package crm_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"cartable/internal/crm"

	"github.com/google/go-cmp/cmp"
)

func TestSetStatus(t *testing.T) {
	o := newOffice(t, 2)
	sara, omid := o.agents[0], o.agents[1]
	set := func(by crm.Staff, sc crm.StatusChange) func() error {
		return func() error { _, err := o.SetStatus(t.Context(), o.by(by), sc); return err }
	}
	declined, wait := o.status("Declined"), o.status("Awaiting follow-up")

	t.Run("none leaves every cartable and closes the reminders", func(t *testing.T) {
		id := o.held(phone(1), sara)
		o.followUp(sara, id, time.Hour)
		reason := field(t, declined, "lost_reason")
		if err := set(sara, crm.StatusChange{Customer: id, Status: declined.ID, Answers: crm.Values{reason.ID: "2"}})(); err != nil {
			t.Fatal(err)
		}
		c := o.customer(id)
		if c.Holder != 0 || len(c.Reminders) != 0 || c.Status.Answers[reason.ID] != "2" || c.Waiting() || !c.Due().IsZero() {
			t.Errorf("%+v", c)
		}
		if d := o.last(id).Delta; len(d.Closed) != 1 || d.Status.From.Status != wait.ID || d.Holder.From != sara.ID {
			t.Errorf("%+v", d)
		}
		o.wantTold(t)
		o.refused(t, crm.Forbidden, crm.KeyNotYours, set(sara, crm.StatusChange{Customer: id, Status: declined.ID}))
	})
	t.Run("stay leaves it where it is, and nobody's becomes the actor's", func(t *testing.T) {
		id := o.held(phone(2), sara)
		o.followUp(o.owner, id, time.Hour)
		if c := o.customer(id); c.Holder != sara.ID {
			t.Errorf("held by %d", c.Holder)
		}
		o.wantTold(t, "hand_over>101")
		free := o.lead(phone(3), "")
		o.told()
		o.followUp(o.owner, free, time.Hour)
		if c := o.customer(free); c.Holder != o.owner.ID || c.HandedBy != 0 {
			t.Errorf("%+v", c)
		}
		o.wantTold(t)
	})
	t.Run("next asks who is next", func(t *testing.T) {
		id := o.held(phone(4), sara)
		meeting := o.status("In-person meeting")
		sc := crm.StatusChange{Customer: id, Status: meeting.ID, Answers: answers(meeting, "2026-11-25"), Remind: o.in(time.Hour)}
		o.refused(t, crm.Invalid, crm.KeyRequired, set(sara, sc))
		sc.Next = 999
		o.refused(t, crm.Invalid, crm.KeyNoColleague, set(sara, sc))
		must[crm.Outcome](t)(o.meet(sara, id, "2026-11-25", omid))
		c := o.customer(id)
		if c.Holder != omid.ID || c.HandedBy != sara.ID || c.Reminders[0].For != sara.ID {
			t.Errorf("%+v", c)
		}
		// 2026-11-25 is a Wednesday: the day of the meeting follows from its date.
		if v := c.Status.Answers[field(t, meeting, "meeting_day").ID]; v != crm.WeekdayValue(time.Wednesday) {
			t.Errorf("day %q", v)
		}
		if want := time.Date(2026, 11, 25, 7, 0, 0, 0, time.UTC); c.Status.Appointment == nil || !c.Status.Appointment.Equal(want) {
			t.Errorf("appointment %v, want %v", c.Status.Appointment, want)
		}
		if c.Status.Definition != meeting.Version || c.Status.By != sara.ID {
			t.Errorf("%+v", c.Status)
		}
		o.wantTold(t, "hand_over>102")
	})
	t.Run("a reminder where the status asks for one, and not in the past", func(t *testing.T) {
		id := o.held(phone(5), sara)
		if e := o.refused(t, crm.Invalid, crm.KeyRequired, set(sara, crm.StatusChange{Customer: id, Status: wait.ID})); e.Field != "reminder" {
			t.Errorf("%+v", e)
		}
		o.refused(t, crm.Invalid, crm.KeyPast, set(sara, crm.StatusChange{Customer: id, Status: wait.ID, Remind: o.in(-time.Second)}))
		referred := o.status("Referred to colleagues")
		if err := set(sara, crm.StatusChange{Customer: id, Status: referred.ID, Next: omid.ID, Remind: o.in(time.Hour)})(); err != nil {
			t.Fatal(err)
		}
		if c := o.customer(id); len(c.Reminders) != 0 {
			t.Errorf("a status without reminders has %v", c.Reminders)
		}
		o.told()
	})
	t.Run("what the actor did not see", func(t *testing.T) {
		id := o.held(phone(6), sara)
		version := o.customer(id).Version
		o.followUp(o.owner, id, time.Hour)
		o.told()
		sc := crm.StatusChange{Customer: id, Version: version, Status: declined.ID}
		o.refused(t, crm.Conflict, crm.KeyChanged, set(sara, sc))
		o.refused(t, crm.Forbidden, crm.KeyNotYours, set(omid, sc))
		// Reading, notes and edits do not make buttons old.
		version = o.customer(id).Version
		must[crm.Outcome](t)(o.AddNote(t.Context(), o.by(omid), id, "سلام"))
		must[crm.Outcome](t)(o.Remind(t.Context(), o.by(sara), id, *o.in(time.Hour), ""))
		if v := o.customer(id).Version; v != version {
			t.Errorf("version %d became %d", version, v)
		}
		sc.Version = version
		if err := set(sara, sc)(); err != nil {
			t.Error(err)
		}
	})
	t.Run("unknown and retired", func(t *testing.T) {
		id := o.held(phone(7), sara)
		o.refused(t, crm.NotFound, crm.KeyNoStatus, set(sara, crm.StatusChange{Customer: id, Status: 999}))
		exam := o.status("Awaiting exam")
		o.exec(`UPDATE statuses SET retired_at = now() WHERE id = $1`, exam.ID)
		o.refused(t, crm.NotFound, crm.KeyNoStatus, set(sara, crm.StatusChange{Customer: id, Status: exam.ID,
			Answers: answers(exam, "2026-12-01"), Remind: o.in(time.Hour)}))
	})
	t.Run("answers", func(t *testing.T) {
		id := o.held(phone(8), sara)
		contract := o.status("Led to a contract")
		product, amount := field(t, contract, "product").ID, field(t, contract, "amount").ID
		for name, c := range map[string]struct {
			answers crm.Values
			code    crm.Code
			key     string
			field   crm.FieldID
		}{
			"missing":    {crm.Values{amount: "5"}, crm.Invalid, crm.KeyRequired, product},
			"blank":      {crm.Values{product: "  "}, crm.Invalid, crm.KeyRequired, product},
			"bad":        {crm.Values{product: "x", amount: "many"}, crm.Invalid, crm.KeyBadValue, amount},
			"too long":   {crm.Values{product: crm.Value(strings.Repeat("ب", crm.MaxLine+1))}, crm.Invalid, crm.KeyTooLong, product},
			"not of it":  {crm.Values{product: "x", 999: "y"}, crm.Conflict, crm.KeyBadValue, 999},
			"unstorable": {crm.Values{product: "a\x00b"}, crm.Invalid, crm.KeyBadValue, product},
		} {
			e := o.refused(t, c.code, c.key, set(sara, crm.StatusChange{Customer: id, Status: contract.ID, Answers: c.answers}))
			if e.FieldID != c.field {
				t.Errorf("%s: %+v does not name field %d", name, e, c.field)
			}
		}
		o.refused(t, crm.Invalid, crm.KeyTooLong, set(sara, crm.StatusChange{Customer: id, Status: contract.ID,
			Answers: crm.Values{product: "x"}, Reason: strings.Repeat("ب", crm.MaxLong+1)}))
		if err := set(sara, crm.StatusChange{Customer: id, Status: contract.ID, Answers: crm.Values{product: " نرم‌افزار ", amount: "1200000"}})(); err != nil {
			t.Fatal(err)
		}
		want := crm.Values{product: "نرم‌افزار", amount: "1200000"}
		if d := cmp.Diff(want, o.customer(id).Status.Answers); d != "" {
			t.Error(d)
		}
	})
}

// A meeting at another time is told to whomever it concerned and concerns.
func TestReschedule(t *testing.T) {
	o := newOffice(t, 3)
	sara, omid, nima := o.agents[0], o.agents[1], o.agents[2]
	id := o.held(phone(1), sara)
	must[crm.Outcome](t)(o.meet(sara, id, "2026-11-25", omid))
	o.wantTold(t, "hand_over>102")
	must[crm.Outcome](t)(o.meet(omid, id, "2026-11-26", omid))
	o.wantTold(t, "moved>101")
	if e := o.last(id); !e.Detail.Reschedule || !e.Delta.Status.From.Appointment.Before(*e.Delta.Status.To.Appointment) {
		t.Errorf("%+v", e)
	}
	must[crm.Outcome](t)(o.meet(o.owner, id, "2026-11-27", omid))
	o.wantTold(t, "moved>102")
	must[crm.Outcome](t)(o.meet(o.owner, id, "2026-11-28", nima))
	o.wantTold(t, "hand_over>103", "moved>102")
	must[crm.Outcome](t)(o.meet(o.owner, id, "2026-11-28", nima)) // at the same time: nothing moved
	o.wantTold(t, "hand_over>103")
	if c := o.customer(id); len(c.Reminders) != 1 {
		t.Errorf("%d reminders of one meeting", len(c.Reminders))
	}
}

// The same command, again or at once, has one effect and one outcome.
func TestSameKey(t *testing.T) {
	o := newOffice(t, 1)
	sara := o.agents[0]
	id := o.held(phone(1), sara)
	cmd := o.by(sara)
	sc := crm.StatusChange{Customer: id, Version: o.customer(id).Version, Status: o.status("Awaiting follow-up").ID, Remind: o.in(time.Hour)}
	const tries = 12
	outs := make([]crm.Outcome, tries)
	for _, err := range together(tries, func(i int) (err error) { outs[i], err = o.SetStatus(t.Context(), cmd, sc); return err }) {
		if err != nil {
			t.Error(err)
		}
	}
	first := 0
	for _, out := range outs {
		if !out.Repeated {
			first++
		}
		out.Repeated, out.Wrote = outs[0].Repeated, outs[0].Wrote
		if d := cmp.Diff(outs[0], out); d != "" {
			t.Error(d)
		}
	}
	if first != 1 || len(o.timeline(id)) != 3 {
		t.Errorf("%d first outcomes, %d events", first, len(o.timeline(id)))
	}
	if _, err := o.Take(t.Context(), crm.Command{Actor: sara.ID}, id); err == nil || errors.As(err, new(*crm.Error)) {
		t.Errorf("a command without a key: %v", err)
	}
	// A command that failed has not used up its key.
	cmd = o.by(sara)
	sc.Version, sc.Status = 0, 999
	o.refused(t, crm.NotFound, crm.KeyNoStatus, func() error { _, err := o.SetStatus(t.Context(), cmd, sc); return err })
	sc.Status = o.status("Declined").ID
	if out := must[crm.Outcome](t)(o.SetStatus(t.Context(), cmd, sc)); out.Repeated {
		t.Error("repeated")
	}
}

func TestFieldCheck(t *testing.T) {
	choices := []crm.ChoiceOption{{ID: 1}, {ID: 2}, {ID: 3, Retired: true}}
	dir := crm.Directory{Staff: map[crm.StaffID]crm.Staff{1: {ID: 1, State: crm.Active}, 2: {ID: 2, State: crm.Suspended}}}
	good := map[crm.FieldType][]crm.Value{
		crm.Text: {"سلام"}, crm.LongText: {"یک\nدو", crm.Value(strings.Repeat("ب", crm.MaxLong))},
		crm.Number: {"12", "-3.5", "0"}, crm.Money: {"0", "1200000"}, crm.YesNo: {"yes", "no"},
		crm.Choice: {"1", "2"}, crm.Choices: {"1", "1,2"}, crm.Date: {"2026-11-25", "2024-02-29"},
		crm.Time: {"00:00", "23:59"}, crm.DateTime: {"2026-11-23T06:30:00Z"}, crm.Weekday: {"0", "6"},
		crm.Phone: {"+989121234567"}, crm.Email: {"a@b.ir"}, crm.Link: {"https://a.ir/x", "http://a.ir"},
		crm.Staffer: {"1"}, crm.File: {"AgAD|a.pdf"},
	}
	bad := map[crm.FieldType][]crm.Value{
		crm.Text: {crm.Value(strings.Repeat("ب", crm.MaxLine+1)), "a\x00", "\xff"}, crm.LongText: {crm.Value(strings.Repeat("ببببب", crm.MaxLong))},
		crm.Number: {"۱۲", "1e5", "1,000", "."}, crm.Money: {"-1", "1.5", "01", "x"}, crm.YesNo: {"Yes", "1"},
		crm.Choice: {"3", "4", "1,2", "x"}, crm.Choices: {"2,2", "1,3", "1, 2", ","}, crm.Date: {"1405/09/03", "2026-02-30"},
		crm.Time: {"24:00", "9:5"}, crm.DateTime: {"2026-11-23T06:30:00+03:30", "2026-11-23"}, crm.Weekday: {"7", "-1", "10"},
		crm.Phone: {"09121234567", "+98"}, crm.Email: {"a", "a@b", "A <a@b.ir>"}, crm.Link: {"ftp://a.ir", "a.ir", "https://"},
		crm.Staffer: {"2", "9", "x"}, crm.File: {crm.Value(strings.Repeat("x", crm.MaxLine+1))},
	}
	for _, typ := range crm.FieldTypes() {
		f := crm.Field{ID: 7, Key: "k", Type: typ, Choices: choices}
		if len(good[typ]) == 0 || len(bad[typ]) == 0 {
			t.Errorf("%s: no cases", typ)
		}
		for _, v := range append(good[typ], "") {
			if err := f.Check(v, dir); err != nil {
				t.Errorf("%s: %q refused: %v", typ, v, err)
			}
		}
		for _, v := range bad[typ] {
			var e *crm.Error
			if err := f.Check(v, dir); !errors.As(err, &e) || e.FieldID != 7 {
				t.Errorf("%s: %.20q: %v", typ, v, err)
			}
		}
	}
}

func TestAppointment(t *testing.T) {
	tehran := must[*time.Location](t)(time.LoadLocation("Asia/Tehran"))
	s := crm.Status{AppointmentDate: 1, AppointmentTime: 2}
	for name, c := range map[string]struct {
		status  crm.Status
		answers crm.Values
		want    string
	}{
		"date and time":   {s, crm.Values{1: "2026-11-25", 2: "10:30"}, "2026-11-25T07:00:00Z"},
		"summer of old":   {s, crm.Values{1: "2021-07-01", 2: "10:30"}, "2021-07-01T06:00:00Z"},
		"date alone":      {s, crm.Values{1: "2026-11-25"}, ""},
		"time alone":      {s, crm.Values{2: "10:30"}, ""},
		"not a date":      {s, crm.Values{1: "soon", 2: "10:30"}, ""},
		"instant":         {crm.Status{AppointmentDate: 1}, crm.Values{1: "2026-11-25T07:00:00Z"}, "2026-11-25T07:00:00Z"},
		"no such meeting": {crm.Status{}, crm.Values{1: "2026-11-25"}, ""},
	} {
		at, ok := c.status.Appointment(c.answers, tehran)
		if ok != (c.want != "") || ok && at.Format(time.RFC3339) != c.want {
			t.Errorf("%s: %v %v, want %q", name, at, ok, c.want)
		}
	}
	derived := crm.Status{Fields: []crm.Field{{ID: 1, Type: crm.Date}, {ID: 2, Type: crm.Weekday, Derived: 1}}}
	if v := derived.Derive(crm.Values{2: "3"}); v[2] != "" {
		t.Errorf("a day without a date: %v", v)
	}
	if v := derived.Derive(crm.Values{1: "2026-11-27", 2: "3"}); v[2] != "5" {
		t.Errorf("Friday is %q", v[2])
	}
}
