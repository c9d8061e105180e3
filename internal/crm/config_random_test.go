package crm_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"cartable/internal/crm"
	"cartable/internal/crmtest"

	"pgregory.net/rapid"
)

// shaping is two managers who shape a business at once, while agents fill forms in.
type shaping struct {
	*crm.Service
	dir       func() crm.Directory
	at        func(version int64) (crm.Config, error)
	managers  []crm.StaffID
	agents    []crm.StaffID
	customers []crm.CustomerID
	forms     []filling
	was       map[definition]crm.Status // every definition that there ever was
	kinds     map[crm.FieldID]crm.Field // every field that there ever was
	seen      int64                     // the version that was looked at last
	keys      int
	prefix    string
}

// filling is a form that an agent has open.
type filling struct {
	agent    crm.StaffID
	customer crm.CustomerID
	shown    crm.Status // as it was when the agent saw it
}

type definition struct {
	status  crm.StatusID
	version int
}

func (s *shaping) cmd(actor crm.StaffID) crm.Command {
	s.keys++
	return crm.Command{Actor: actor, Key: fmt.Sprintf("%s %d", s.prefix, s.keys)}
}

// Whatever two managers edit and publish while forms are filled in: every refusal
// is one for people, no value is stored under a field that its status does not
// have, no field becomes another, versions count definitions, and undo leads back.
//
// 10,000 steps: go test ./internal/crm -run TestRandomShaping$ -rapid.checks=40
func TestRandomShaping(t *testing.T) {
	crmtest.Runs(t, 15)
	const steps = 250
	rapid.Check(t, func(t *rapid.T) {
		m := crmtest.NewStore(sample(), staffed().Staff)
		c := &clock{now: time.Date(2026, 11, 23, 6, 30, 0, 0, time.UTC)}
		s := &shaping{Service: crm.NewService(m, c, nil), managers: []crm.StaffID{1, 2}, agents: []crm.StaffID{3},
			dir: func() crm.Directory { d, _ := m.Directory(context.Background()); return d },
			at:  func(v int64) (crm.Config, error) { return m.ConfigAt(context.Background(), v) }}
		for id := range crm.CustomerID(3) {
			m.PutCustomer(crm.Customer{ID: id + 1, Version: 1, Holder: 3, Values: crm.Values{}})
			s.customers = append(s.customers, id+1)
		}
		s.course(t, steps)
	})
}

// The same on a real database, in which everything stays that earlier courses left.
func TestRandomShapingIsStored(t *testing.T) {
	o := newOffice(t, 1)
	second := o.join(crm.Manager, o.by(o.owner), 200)
	must[crm.NewSource](t)(o.AddSource(t.Context(), o.by(o.owner), "سایت", crm.SourceForm))
	s := &shaping{Service: o.Service, managers: []crm.StaffID{o.owner.ID, second.ID}, agents: []crm.StaffID{o.agents[0].ID, second.ID},
		dir: o.dir, at: func(v int64) (crm.Config, error) { return o.store.ConfigAt(context.WithoutCancel(t.Context()), v) }}
	for i := range 3 {
		s.customers = append(s.customers, o.held(phone(i), o.agents[0]))
	}
	rapid.Check(t, func(t *rapid.T) { s.course(t, 10) })
}

func (s *shaping) course(t *rapid.T, steps int) {
	s.was, s.kinds, s.seen = map[definition]crm.Status{}, map[crm.FieldID]crm.Field{}, 0
	s.remember(t)
	for range steps {
		var err error
		manager := rapid.SampledFrom(s.managers).Draw(t, "manager")
		switch rapid.SampledFrom([]string{"edit", "edit", "edit", "edit", "publish", "open", "submit", "undo", "apply", "discard"}).Draw(t, "step") {
		case "edit":
			err = s.edit(t, manager)
		case "publish":
			_, err = s.PublishDraft(t.Context(), s.cmd(manager))
		case "open":
			s.open(t)
		case "submit":
			err = s.submit(t)
		case "undo":
			err = s.undo(t, manager)
		case "apply":
			err = s.apply(t, manager)
		case "discard":
			if rapid.IntRange(0, 3).Draw(t, "really") == 0 {
				err = s.DiscardDraft(t.Context(), s.cmd(manager))
			}
		}
		var e *crm.Error
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("a fault: %v", err)
		}
		s.remember(t)
	}
}

// remember holds the configuration in force against every one before.
func (s *shaping) remember(t *rapid.T) {
	d := s.dir()
	if d.Version == s.seen && s.seen != 0 {
		return
	}
	s.seen = d.Version
	if ps := d.Config().Problems(d); len(ps) > 0 {
		t.Fatalf("in force with problems: %v", ps)
	}
	seen := func(f crm.Field) {
		was, known := s.kinds[f.ID]
		if known && (was.Type != f.Type || was.Status != f.Status || was.Key != f.Key) {
			t.Fatalf("field %d was %s of %d, is %s of %d", f.ID, was.Type, was.Status, f.Type, f.Status)
		}
		s.kinds[f.ID] = f
	}
	for _, f := range d.Fields {
		seen(f)
	}
	for _, st := range d.Statuses {
		for _, f := range slices.Concat(st.Fields, st.RetiredFields) {
			seen(f)
		}
		key := definition{st.ID, st.Version}
		if was, known := s.was[key]; known && !sameDefinition(was, st) {
			t.Fatalf("version %d of status %d was %+v, is %+v", st.Version, st.ID, was, st)
		}
		if before, known := s.was[definition{st.ID, st.Version - 1}]; known && sameDefinition(before, st) {
			t.Fatalf("version %d of status %d is what the one before was", st.Version, st.ID)
		}
		s.was[key] = st
	}
	c := d.Config()
	for id := range s.kinds {
		if !hasField(c, id) {
			t.Fatalf("field %d is gone", id)
		}
	}
}

func hasField(c crm.Config, id crm.FieldID) bool { _, ok := c.Field(id); return ok }

func sameDefinition(a, b crm.Status) bool {
	a.Version, b.Version = 0, 0
	one := func(s crm.Status) crm.Config { return crm.Config{Statuses: []crm.Status{s}} }
	return one(a).Same(one(b))
}

func (s *shaping) open(t *rapid.T) {
	status := rapid.SampledFrom(s.dir().Statuses).Draw(t, "status")
	if !status.Retired {
		s.forms = append(s.forms, filling{rapid.SampledFrom(s.agents).Draw(t, "agent"), rapid.SampledFrom(s.customers).Draw(t, "customer"), status})
	}
}

// submit saves a form as its agent saw it, answered in whatever way.
func (s *shaping) submit(t *rapid.T) error {
	if len(s.forms) == 0 {
		return nil
	}
	f := s.forms[0]
	s.forms = s.forms[1:]
	sc := crm.StatusChange{Customer: f.customer, Status: f.shown.ID, Definition: f.shown.Version, Answers: crm.Values{},
		Next: f.agent, Remind: ptr(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))}
	for _, q := range f.shown.Fields {
		if q.Derived == 0 && (q.Required || rapid.Bool().Draw(t, "answered")) {
			sc.Answers[q.ID] = someAnswer(t, q)
		}
	}
	if _, err := s.SetStatus(t.Context(), s.cmd(f.agent), sc); err != nil {
		return err
	}
	now, _ := s.dir().Status(f.shown.ID)
	if now.Version != f.shown.Version {
		t.Fatalf("answers to version %d were taken for version %d", f.shown.Version, now.Version)
	}
	for id, v := range sc.Answers {
		q, ok := now.Field(id)
		if !ok || q.Retired {
			t.Fatalf("%q is stored under field %d, which the status does not have", v, id)
		}
		if asked, _ := f.shown.Field(id); asked.Type != q.Type || asked.Title != q.Title {
			t.Fatalf("%q answers %q, and is stored under %q", v, asked.Title.Text, q.Title.Text)
		}
	}
	return nil
}

func someAnswer(t *rapid.T, f crm.Field) crm.Value {
	switch f.Type {
	case crm.Date:
		return "2026-12-02"
	case crm.Time:
		return "10:30"
	case crm.Weekday:
		return "3"
	case crm.Choice:
		return crm.ChoiceValue(rapid.SampledFrom(f.Choices).Draw(t, "choice").ID)
	default:
		return crm.Value(rapid.SampledFrom([]string{"12", "متن"}).Draw(t, "answer"))
	}
}

// undo takes the newest version back and compares with what was before it.
func (s *shaping) undo(t *rapid.T, manager crm.StaffID) error {
	version := s.dir().Version
	if version < 2 {
		return nil
	}
	log, err := s.ConfigLog(t.Context(), s.dir().Staff[s.managers[0]], 0, 1)
	if err != nil || len(log) == 0 {
		return err
	}
	before, err := s.at(log[0].Version - 1)
	if err != nil {
		return err
	}
	was := s.dir().Config()
	out, err := s.UndoConfig(t.Context(), s.cmd(manager), log[0].Version)
	if crm.IsKey(err, crm.KeyConfigNothing) && withoutNew(was, before).Same(before) {
		return nil
	}
	if err != nil {
		return err
	}
	if now := withoutNew(s.dir().Config(), before); !now.Same(before) {
		t.Fatalf("undo of %d left %v", version, crm.DiffConfig(before, now))
	}
	if out.Version != s.dir().Version {
		t.Fatalf("version %d, in force %d", out.Version, s.dir().Version)
	}
	return nil
}

// withoutNew is c without what old does not have, which has to be retired.
func withoutNew(c, old crm.Config) crm.Config {
	fields := func(list []crm.Field) []crm.Field {
		list = slices.DeleteFunc(slices.Clone(list), func(f crm.Field) bool { return f.Retired && !hasField(old, f.ID) })
		for i, f := range list {
			was, _ := old.Field(f.ID)
			list[i].Choices = slices.DeleteFunc(slices.Clone(f.Choices), func(o crm.ChoiceOption) bool {
				_, known := was.Option(o.ID)
				return o.Retired && !known
			})
		}
		return list
	}
	c.Statuses = slices.DeleteFunc(slices.Clone(c.Statuses), func(s crm.Status) bool { _, ok := old.Status(s.ID); return s.Retired && !ok })
	for i, s := range c.Statuses {
		c.Statuses[i].Fields, c.Statuses[i].RetiredFields = fields(s.Fields), fields(s.RetiredFields)
	}
	c.Fields = fields(c.Fields)
	c.Sources = slices.DeleteFunc(slices.Clone(c.Sources), func(s crm.Source) bool { _, ok := old.Source(s.ID); return s.Retired && !ok })
	return c
}

// apply puts a file in force from which something is missing, in which something
// is new.
func (s *shaping) apply(t *rapid.T, manager crm.StaffID) error {
	c, _, err := s.Config(t.Context())
	if err != nil {
		return err
	}
	i := rapid.IntRange(0, len(c.Statuses)-1).Draw(t, "missing")
	if rapid.Bool().Draw(t, "whole") {
		c.Statuses = slices.Delete(c.Statuses, i, i+1)
	} else if st := &c.Statuses[i]; len(st.Fields) > 0 {
		st.Fields = st.Fields[1:]
	}
	if rapid.Bool().Draw(t, "new") {
		c.Fields = append(c.Fields, crm.Field{ID: 999999, Key: "k" + itoa(int64(s.keys)), Title: text("تازه " + itoa(int64(s.keys))), Type: crm.Text})
	}
	_, err = s.ApplyConfig(t.Context(), s.cmd(manager), c)
	return err
}

// edit gives one random edit to a manager's draft.
func (s *shaping) edit(t *rapid.T, manager crm.StaffID) error {
	edit := crmtest.DrawEdit(t)
	_, err := s.EditConfig(t.Context(), s.cmd(manager), func(c *crm.Config) (int64, error) { return 0, edit(c) })
	return err
}
