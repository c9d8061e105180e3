package crm_test

import (
	"slices"
	"testing"
	"time"

	"cartable/internal/crm"
)

func TestDefinition(t *testing.T) {
	o := newOffice(t, 1)
	sara := o.agents[0]
	id := o.held(phone(1), sara)
	declined := o.status("Declined")
	sc := crm.StatusChange{Customer: id, Status: declined.ID, Definition: declined.Version}
	o.publish(o.owner, func(c *crm.Config) error { return c.SetRequired(declined.Fields[0].ID, true) })
	e := o.refused(t, crm.Conflict, crm.KeyDefinition, func() error { _, err := o.SetStatus(t.Context(), o.by(sara), sc); return err })
	if e.Title != declined.Title {
		t.Errorf("%+v", e)
	}
	sc.Definition, sc.Answers = declined.Version+1, crm.Values{declined.Fields[0].ID: "1"}
	must[crm.Outcome](t)(o.SetStatus(t.Context(), o.by(sara), sc))
	// What was answered is still told when its question is asked no more.
	o.publish(o.owner, func(c *crm.Config) error { return c.RetireField(declined.Fields[0].ID) })
	now, _ := o.dir().Status(declined.ID)
	if _, asked := now.Field(declined.Fields[0].ID); asked {
		t.Error("a retired field is asked")
	}
	if f, ok := now.AnyField(declined.Fields[0].ID); !ok || f.Title != declined.Fields[0].Title {
		t.Errorf("%+v", f)
	}
}

func TestAfter(t *testing.T) {
	o := newOffice(t, 1)
	sara := o.agents[0]
	id := o.held(phone(1), sara)
	wait, exam := o.status("Awaiting follow-up"), o.status("Awaiting exam")
	o.publish(o.owner, func(c *crm.Config) error { return c.SetAfter(exam.ID, []crm.StatusID{wait.ID}) })
	set := func() error {
		_, err := o.SetStatus(t.Context(), o.by(sara), crm.StatusChange{Customer: id, Status: exam.ID,
			Answers: answers(exam, "2026-12-01"), Remind: o.in(time.Hour)})
		return err
	}
	o.refused(t, crm.Conflict, crm.KeyNotAfter, set)
	o.followUp(sara, id, time.Hour)
	for range 2 { // a status may follow itself
		if err := set(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestNextRule(t *testing.T) {
	o := newOffice(t, 3)
	sara, omid, nilu := o.agents[0], o.agents[1], o.agents[2]
	second := o.join(crm.Manager, o.by(o.owner), 200)
	meeting := o.status("In-person meeting")
	rule := func(r crm.NextRule) {
		t.Helper()
		o.publish(o.owner, func(c *crm.Config) error { return c.SetNext(meeting.ID, r) })
	}
	offered := func(id crm.CustomerID) []crm.StaffID {
		t.Helper()
		d := o.dir()
		s, _ := d.Status(meeting.ID)
		var ids []crm.StaffID
		for _, st := range must[[]crm.Staff](t)(o.NextColleagues(t.Context(), d, s, o.customer(id))) {
			ids = append(ids, st.ID)
		}
		return ids
	}
	want := func(id crm.CustomerID, who ...crm.Staff) {
		t.Helper()
		var ids []crm.StaffID
		for _, st := range who {
			ids = append(ids, st.ID)
		}
		got := offered(id)
		slices.Sort(got)
		slices.Sort(ids)
		if !slices.Equal(got, ids) {
			t.Errorf("offered %v, want %v", got, ids)
		}
		for _, st := range []crm.Staff{o.owner, second, sara, omid, nilu} {
			if slices.Contains(ids, st.ID) {
				continue
			}
			e := o.refused(t, crm.Invalid, crm.KeyNotNext, func() error { _, err := o.meet(o.owner, id, "2026-11-25", st); return err })
			if e.Staff != st.ID {
				t.Errorf("%+v", e)
			}
		}
	}
	id := o.held(phone(1), sara)
	rule(crm.NextRule{Mode: crm.NextRole, Role: crm.Manager})
	want(id, o.owner, second)
	rule(crm.NextRule{Mode: crm.NextPeople, People: []crm.StaffID{omid.ID, second.ID}})
	want(id, omid, second)

	rule(crm.NextRule{Mode: crm.NextLast})
	want(id, o.owner, second, sara, omid, nilu) // nobody held it before
	give := func(by, to crm.Staff) crm.EventID {
		t.Helper()
		return must[crm.Outcome](t)(o.HandOver(t.Context(), o.by(by), id, o.customer(id).Version, to.ID, "")).Event
	}
	give(sara, omid)
	want(id, sara)
	must[crm.Outcome](t)(o.Undo(t.Context(), o.by(omid), give(omid, nilu)))
	want(id, sara) // what was undone does not count
	must[crm.Outcome](t)(o.meet(omid, id, "2026-11-25", sara))
	want(id, omid, sara) // omid had it last; moving the meeting may leave it with sara

	// A rule that leaves nobody does not stop the work.
	rule(crm.NextRule{Mode: crm.NextPeople, People: []crm.StaffID{nilu.ID}})
	if err := o.ChangeStaff(t.Context(), o.by(o.owner), nilu.ID, crm.Removed); err != nil {
		t.Fatal(err)
	}
	if got := offered(o.held(phone(2), sara)); len(got) != 4 {
		t.Errorf("offered %v", got)
	}
}

func TestOffers(t *testing.T) {
	c := sample()
	meeting := c.Statuses[0]
	zone := time.FixedZone("Asia/Tehran", 3*3600+1800)
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, zone)
	answered := crm.Values{12: "2026-11-25", 13: "10:30"}
	for _, tt := range []struct {
		offer crm.Offer
		given crm.Values
		want  string
	}{
		{crm.Offer{Kind: crm.OfferBefore, Minutes: 45}, answered, "2026-11-25 09:45"},
		{crm.Offer{Kind: crm.OfferBefore, Minutes: 45}, crm.Values{12: "2026-11-25"}, ""},
		{crm.Offer{Kind: crm.OfferEvening}, answered, "2026-11-24 18:00"},
		{crm.Offer{Kind: crm.OfferMorning}, crm.Values{12: "2026-11-25"}, "2026-11-25 09:00"},
		{crm.Offer{Kind: crm.OfferMorning}, nil, ""},
		{crm.Offer{Kind: crm.OfferDays, Days: 2, At: "10:15"}, nil, "2026-11-25 10:15"},
		{crm.Offer{Kind: crm.OfferMinutes, Minutes: 90}, nil, "2026-11-23 13:30"},
	} {
		at, ok := tt.offer.Moment(meeting, tt.given, now)
		got := ""
		if ok {
			got = at.Format("2006-01-02 15:04")
		}
		if got != tt.want {
			t.Errorf("%s with %v: %q, want %q", tt.offer, tt.given, got, tt.want)
		}
	}
}
