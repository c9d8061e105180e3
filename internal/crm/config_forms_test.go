package crm_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"cartable/internal/crm"
	"cartable/internal/crmtest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// meeting is three agents in the middle of forms while managers shape what these ask.
type meeting struct {
	*crm.Service
	t     *rapid.T
	store *crmtest.Store
	forms []*agentsForm
	keys  int
}

// agentsForm is what an agent has before them.
type agentsForm struct {
	agent    crm.StaffID
	customer crm.CustomerID
	shown    crm.Status // as it was when the agent saw it
	answers  crm.Values
	over     bool
}

// Whatever managers rename, move, retire and add while three agents are in the middle
// of forms: an outcome is stored with every answer under the field that was asked, or
// refused for a reason, and then nothing of it is stored; and what still fits is stored
// when the form is saved again as it is asked then.
//
// All 10,000 runs: go test ./internal/crm -run TestShapingMeetsForms -rapid.checks=10000
func TestShapingMeetsForms(t *testing.T) {
	crmtest.Runs(t, 300)
	rapid.Check(t, func(t *rapid.T) {
		m := newMeeting(t)
		m.shape()
		for range rapid.IntRange(3, 9).Draw(t, "steps") {
			f := rapid.SampledFrom(m.forms).Draw(t, "form")
			switch {
			case rapid.Bool().Draw(t, "shape"):
				m.shape()
			case !f.over:
				m.save(f)
			}
		}
		for _, f := range m.forms {
			if !f.over {
				m.finish(f)
			}
		}
	})
}

func newMeeting(t *rapid.T) *meeting {
	staff := maps.Clone(staffed().Staff)
	store := crmtest.NewStore(sample(), staff)
	c := &clock{now: time.Date(2026, 11, 23, 6, 30, 0, 0, time.UTC)}
	m := &meeting{Service: crm.NewService(store, c, nil), t: t, store: store}
	for i := range 3 {
		agent := crm.StaffID(11 + i)
		staff[agent] = crm.Staff{ID: agent, Role: crm.Agent, State: crm.Active, Name: "N"}
		f := &agentsForm{agent: agent, customer: crm.CustomerID(i + 1)}
		store.PutCustomer(crm.Customer{ID: f.customer, Version: 1, Holder: agent, Values: crm.Values{}})
		m.forms = append(m.forms, f)
		m.open(f, rapid.SampledFrom(sample().Statuses).Draw(t, "status"))
	}
	return m
}

func (m *meeting) cmd(actor crm.StaffID) crm.Command {
	m.keys++
	return crm.Command{Actor: actor, Key: fmt.Sprint(m.keys)}
}

func (m *meeting) dir() crm.Directory {
	d, err := m.Directory(context.Background())
	if err != nil {
		m.t.Fatal(err)
	}
	return d
}

// people fails the run on an error that is none for people.
func (m *meeting) people(err error) {
	var e *crm.Error
	if err != nil && !errors.As(err, &e) {
		m.t.Fatalf("a fault: %v", err)
	}
}

// shape publishes some edits of a manager.
func (m *meeting) shape() {
	manager := crm.StaffID(rapid.IntRange(1, 2).Draw(m.t, "manager"))
	for range rapid.IntRange(1, 4).Draw(m.t, "edits") {
		edit := crmtest.DrawFormEdit(m.t)
		_, err := m.EditConfig(m.t.Context(), m.cmd(manager), func(c *crm.Config) (int64, error) { return 0, edit(c) })
		m.people(err)
	}
	_, err := m.PublishDraft(m.t.Context(), m.cmd(manager))
	m.people(err)
	if err != nil {
		m.people(m.DiscardDraft(m.t.Context(), m.cmd(manager)))
	}
}

// open shows a status to an agent, who answers what has to be and some of the rest.
func (m *meeting) open(f *agentsForm, shown crm.Status) {
	f.shown, f.answers = shown, crm.Values{}
	m.answer(f, func(q crm.Field) bool { return q.Required || rapid.Bool().Draw(m.t, "answered") })
}

func (m *meeting) answer(f *agentsForm, which func(crm.Field) bool) {
	for _, q := range f.shown.Fields {
		if q.Derived == 0 && f.answers[q.ID] == "" && which(q) {
			f.answers[q.ID] = fittingAnswer(m.t, q)
		}
	}
}

// fittingAnswer is one that a field of the type takes.
func fittingAnswer(t *rapid.T, f crm.Field) crm.Value {
	var offered []crm.ChoiceID
	for _, o := range f.Choices {
		if !o.Retired {
			offered = append(offered, o.ID)
		}
	}
	switch f.Type {
	case crm.Choice:
		return crm.ChoiceValue(rapid.SampledFrom(offered).Draw(t, "choice"))
	case crm.Choices:
		return crm.ChoiceValue(offered[:rapid.IntRange(1, len(offered)).Draw(t, "choices")]...)
	}
	return rapid.SampledFrom(map[crm.FieldType][]crm.Value{
		crm.Text: {"متن", "12"}, crm.LongText: {"دو\nخط", "12"}, crm.Number: {"12", "-3.5"}, crm.Money: {"12", "0"}, crm.YesNo: {"yes", "no"},
		crm.Date: {"2026-12-02"}, crm.Time: {"10:30", "12:00"}, crm.DateTime: {"2026-12-02T06:30:00Z"}, crm.Weekday: {"0", "6"},
		crm.Phone: {"+989121234567"}, crm.Email: {"a@example.com"}, crm.Link: {"https://example.com"}, crm.Staffer: {"1", "12"}, crm.File: {"AgAC|a.pdf"},
	}[f.Type]).Draw(t, "answer")
}

// save saves a form as its agent saw it, and checks what comes of it.
func (m *meeting) save(f *agentsForm) error {
	dir := m.dir()
	before, err := m.store.Customer(m.t.Context(), f.customer)
	m.people(err)
	now, _ := dir.Status(f.shown.ID)
	next, err := m.NextColleagues(m.t.Context(), dir, now, before)
	m.people(err)
	sc := crm.StatusChange{Customer: f.customer, Version: before.Version, Status: f.shown.ID, Definition: f.shown.Version,
		Answers: maps.Clone(f.answers), Next: rapid.SampledFrom(next).Draw(m.t, "next").ID, Remind: ptr(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))}
	_, refused := m.SetStatus(m.t.Context(), m.cmd(f.agent), sc)
	m.people(refused)
	after, err := m.store.Customer(m.t.Context(), f.customer)
	m.people(err)
	if refused != nil {
		if d := cmp.Diff(before, after); d != "" {
			m.t.Fatalf("refused (%v), and yet: %s", refused, d)
		}
		return refused
	}
	m.stored(f, now, after)
	f.over = true
	return nil
}

// stored checks that every answer stands where it was given, and nothing else does.
func (m *meeting) stored(f *agentsForm, now crm.Status, c crm.Customer) {
	if now.Version != f.shown.Version || c.Status.Definition != now.Version || c.Status.Status != now.ID {
		m.t.Fatalf("answers to version %d of %d are stored for version %d of %d, in force %d",
			f.shown.Version, f.shown.ID, c.Status.Definition, c.Status.Status, now.Version)
	}
	for id, v := range f.answers {
		if c.Status.Answers[id] != v {
			m.t.Fatalf("%q is lost, under field %d is %q", v, id, c.Status.Answers[id])
		}
	}
	for id, v := range c.Status.Answers {
		q, ok := now.Field(id)
		asked, _ := f.shown.Field(id)
		switch {
		case !ok:
			m.t.Fatalf("%q is stored under field %d, which the status does not have", v, id)
		case f.answers[id] == "" && q.Derived == 0:
			m.t.Fatalf("%q is stored under field %d, which was not answered", v, id)
		case asked.Type != q.Type || asked.Title != q.Title:
			m.t.Fatalf("%q answers %q, and is stored under %q", v, asked.Title.Text, q.Title.Text)
		}
	}
}

// finish saves a form, and where that is refused once more with what is asked now: every
// answer that still fits goes in.
func (m *meeting) finish(f *agentsForm) {
	refused := m.save(f)
	if refused == nil {
		return
	}
	dir := m.dir()
	now, _ := dir.Status(f.shown.ID)
	if now.Retired || !now.MayFollow(0) {
		if !crm.IsKey(refused, crm.KeyNoStatus) && !crm.IsKey(refused, crm.KeyNotAfter) && !crm.IsKey(refused, crm.KeyDefinition) {
			m.t.Fatalf("the status cannot be set, and it says %v", refused)
		}
		may := slices.DeleteFunc(slices.Clone(dir.Statuses), func(s crm.Status) bool { return s.Retired || !s.MayFollow(0) })
		if len(may) == 0 {
			return // managers left no outcome that this customer can have
		}
		m.open(f, rapid.SampledFrom(may).Draw(m.t, "another status"))
	} else {
		if !crm.IsKey(refused, crm.KeyDefinition) {
			m.t.Fatalf("the status can be set, and it says %v", refused)
		}
		f.shown = now
		maps.DeleteFunc(f.answers, func(id crm.FieldID, v crm.Value) bool {
			q, ok := now.Field(id)
			return !ok || q.Derived != 0 || q.Check(v, dir) != nil
		})
		m.answer(f, func(q crm.Field) bool { return q.Required })
	}
	if err := m.save(f); err != nil {
		m.t.Fatalf("cannot be finished: %v", err)
	}
}
