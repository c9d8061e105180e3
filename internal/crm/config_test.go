package crm_test

import (
	"context"
	"slices"
	"testing"

	"cartable/internal/crm"

	"github.com/google/go-cmp/cmp"
)

// edit gives an edit to somebody's draft.
func (o *office) edit(by crm.Staff, edit func(c *crm.Config) error) error {
	_, err := o.EditConfig(o.t.Context(), o.by(by), func(c *crm.Config) (int64, error) { return 0, edit(c) })
	return err
}

// publish has somebody edit and publish.
func (o *office) publish(by crm.Staff, edit func(c *crm.Config) error) crm.Published {
	o.t.Helper()
	if err := o.edit(by, edit); err != nil {
		o.t.Fatal(err)
	}
	return must[crm.Published](o.t)(o.PublishDraft(o.t.Context(), o.by(by)))
}

func (o *office) config() crm.Config {
	o.t.Helper()
	d := o.dir()
	return d.Config()
}

func TestDraft(t *testing.T) {
	o := newOffice(t, 1)
	ctx := t.Context()
	before := o.config()
	untouched := must[crm.Draft](t)(o.ConfigDraft(ctx, o.owner.ID))
	if !untouched.Target.Same(before) || len(untouched.Changes) > 0 || !untouched.TouchedAt.IsZero() {
		t.Errorf("%+v", untouched)
	}
	o.refused(t, crm.Invalid, crm.KeyConfigNothing, func() error { _, err := o.PublishDraft(ctx, o.by(o.owner)); return err })

	meeting, declined := o.status("In-person meeting"), o.status("Declined")
	must[crm.Outcome](t)(o.meet(o.agents[0], o.held(phone(1), o.agents[0]), "2026-11-25", o.owner))
	o.exec(`INSERT INTO forms (id, staff_id, chat_id, kind, subject, opened_at, touched_at) VALUES ('A', $1, 1, 'status', $2, $3, $3)`,
		o.agents[0].ID, meeting.ID, o.clock.Now())
	cmd := o.by(o.owner)
	for range 2 { // the second is a repetition
		made := must[int64](t)(o.EditConfig(ctx, cmd, func(c *crm.Config) (int64, error) {
			id, err := c.AddStatus(text("جلسه با مدیر"), "👔")
			return int64(id), err
		}))
		if made != -1 {
			t.Errorf("made %d", made)
		}
	}
	if err := o.edit(o.owner, func(c *crm.Config) error {
		when, err := c.AddField(-1, text("کی"), crm.DateTime)
		if err != nil {
			return err
		}
		return c.SetAppointment(-1, when, 0)
	}); err != nil {
		t.Fatal(err)
	}
	if err := o.edit(o.owner, func(c *crm.Config) error { return c.SetAfter(-1, []crm.StatusID{meeting.ID}) }); err != nil {
		t.Fatal(err)
	}
	if err := o.edit(o.owner, func(c *crm.Config) error { return c.SetEmoji(meeting.ID, "☕") }); err != nil {
		t.Fatal(err)
	}
	o.refused(t, crm.NotFound, crm.KeyNoStatus, func() error {
		return o.edit(o.owner, func(c *crm.Config) error { return c.SetEmoji(99, "☕") })
	})
	if !o.config().Same(before) {
		t.Error("a draft is in force")
	}
	d := must[crm.Draft](t)(o.ConfigDraft(ctx, o.owner.ID))
	if len(d.Changes) != 3 || d.Impact != nil || len(d.Problems) > 0 {
		t.Errorf("%+v\n%+v", d.Changes, d.Impact)
	}
	for _, forms := range []int{1, 0} { // one that nobody goes on with does not count
		if got, want := must[[]crm.Impact](t)(o.ConfigImpact(ctx, d)), []crm.Impact{{Status: meeting.ID, Customers: 1, Forms: forms}}; !slices.Equal(got, want) {
			t.Errorf("%+v, want %+v", got, want)
		}
		o.exec(`UPDATE forms SET touched_at = touched_at - interval '2 hours'`)
	}
	out := must[crm.Published](t)(o.PublishDraft(ctx, o.by(o.owner)))
	now := o.dir()
	made, _ := now.Status(crm.StatusID(out.Changes[1].ID))
	if now.Version != out.Version || made.Version != 1 || made.Title.Text != "جلسه با مدیر" || made.Fields[0].ID != made.AppointmentDate ||
		made.Fields[0].Status != made.ID || !slices.Equal(made.After, []crm.StatusID{meeting.ID}) || now.Statuses[9].ID != made.ID {
		t.Errorf("%+v\n%+v", out, made)
	}
	if m, _ := now.Status(meeting.ID); m.Version != meeting.Version+1 || m.Emoji != "☕" {
		t.Errorf("%+v", m)
	}
	if s, _ := now.Status(declined.ID); s.Version != declined.Version {
		t.Errorf("an unchanged status is at version %d", s.Version)
	}
	if d := must[crm.Draft](t)(o.ConfigDraft(ctx, o.owner.ID)); len(d.Changes) > 0 || d.Base != out.Version {
		t.Errorf("%+v", d)
	}
	log := must[[]crm.ConfigVersion](t)(o.ConfigLog(ctx, o.owner, 0, 10))
	if len(log) != 1 || log[0].Actor != o.owner.ID || !cmp.Equal(log[0].Changes, out.Changes) || !log[0].At.Equal(o.clock.Now()) {
		t.Errorf("%+v", log)
	}
}

func TestDraftIsDiscarded(t *testing.T) {
	o := newOffice(t, 0)
	if err := o.edit(o.owner, func(c *crm.Config) error { return c.SetRetention(10) }); err != nil {
		t.Fatal(err)
	}
	if err := o.DiscardDraft(t.Context(), o.by(o.owner)); err != nil {
		t.Fatal(err)
	}
	o.refused(t, crm.Invalid, crm.KeyConfigNothing, func() error { _, err := o.PublishDraft(t.Context(), o.by(o.owner)); return err })
}

// Only managers shape the business, whatever they are asked to tap.
func TestAgentsConfigureNothing(t *testing.T) {
	o := newOffice(t, 1)
	ctx, sara := t.Context(), o.agents[0]
	version := o.publish(o.owner, func(c *crm.Config) error { return c.SetRetention(5) }).Version
	for name, do := range map[string]func() error{
		"edit":    func() error { return o.edit(sara, func(c *crm.Config) error { return c.SetRetention(10) }) },
		"publish": func() error { _, err := o.PublishDraft(ctx, o.by(sara)); return err },
		"discard": func() error { return o.DiscardDraft(ctx, o.by(sara)) },
		"apply":   func() error { _, err := o.ApplyConfig(ctx, o.by(sara), o.config()); return err },
		"undo":    func() error { _, err := o.UndoConfig(ctx, o.by(sara), version); return err },
		"theirs":  func() error { return o.TakeTheirs(ctx, o.by(sara), crm.Path{}) },
		"draft":   func() error { _, err := o.ConfigDraft(ctx, sara.ID); return err },
		"log":     func() error { _, err := o.ConfigLog(ctx, sara, 0, 1); return err },
		"name":    func() error { return o.NameBusiness(ctx, o.by(sara), "x") },
		"source":  func() error { _, err := o.AddSource(ctx, o.by(sara), "x", crm.SourceForm); return err },
	} {
		t.Run(name, func(t *testing.T) { o.refused(t, crm.Forbidden, crm.KeyManagers, do) })
	}
}

// What two managers change at once is put together, unless it is the same thing.
func TestTwoManagers(t *testing.T) {
	o := newOffice(t, 0)
	ctx := t.Context()
	second := o.join(crm.Manager, o.by(o.owner), 200)
	meeting, declined := o.status("In-person meeting"), o.status("Declined")
	begin := func(by crm.Staff, edit func(c *crm.Config) error) {
		t.Helper()
		if err := o.edit(by, edit); err != nil {
			t.Fatal(err)
		}
	}
	level := o.dir().Fields[0]
	begin(second, func(c *crm.Config) error {
		if _, err := c.AddField(0, text("معرف"), crm.Text); err != nil {
			return err
		}
		if _, err := c.AddStatus(text("دوم"), ""); err != nil {
			return err
		}
		must[any](t)(nil, c.SetForm(1, crm.HostedForm{Questions: []crm.FormQuestion{{Key: "field_2"}}}))
		must[any](t)(nil, c.SetRetention(30))
		return c.RenameStatus(declined.ID, text("رد"))
	})
	o.publish(o.owner, func(c *crm.Config) error {
		if _, err := c.AddField(0, text("سن"), crm.Number); err != nil {
			return err
		}
		if _, err := c.AddStatus(text("اول"), ""); err != nil {
			return err
		}
		must[any](t)(nil, c.SetBusinessName("حساب‌گستر"))
		must[any](t)(nil, c.MoveStatus(meeting.ID, crm.Up))
		return c.RenameStatus(meeting.ID, text("دیدار"))
	})
	if d := must[crm.Draft](t)(o.ConfigDraft(ctx, second.ID)); len(d.Changes) != 6 || d.Base != o.dir().Version {
		t.Errorf("%+v", d.Changes)
	}
	must[crm.Published](t)(o.PublishDraft(ctx, o.by(second)))
	now := o.dir()
	var titles []string
	for _, s := range now.Statuses {
		titles = append(titles, s.Title.Text)
	}
	if want := []string{"دیدار", "منجر به همکاری"}; !slices.Equal(titles[:2], want) || !slices.Equal(titles[9:], []string{"اول", "دوم"}) || titles[6] != "رد" {
		t.Errorf("%v", titles)
	}
	if s := now.Settings; s.Retention != 30 || s.Business != "حساب‌گستر" {
		t.Errorf("%+v", s)
	}
	if f := now.Fields; len(f) != 4 || f[2].Key != "field_2" || f[3].Key != "field_2_2" || now.Sources[1].Form.Questions[0].Key != "field_2_2" {
		t.Errorf("%+v", f)
	}

	for name, both := range map[string][2]func(c *crm.Config) error{
		"a status and its field": {func(c *crm.Config) error { return c.SetEmoji(meeting.ID, "🏠") },
			func(c *crm.Config) error { return c.SetHelp(meeting.Fields[1].ID, text("تاریخ")) }},
		"a field":   {func(c *crm.Config) error { return c.RenameField(level.ID, text("تحصیلات")) }, func(c *crm.Config) error { return c.RetireField(level.ID) }},
		"the order": {func(c *crm.Config) error { return c.MoveStatus(meeting.ID, crm.Down) }, func(c *crm.Config) error { return c.MoveStatus(declined.ID, crm.Up) }},
		"a setting": {func(c *crm.Config) error { return c.SetRetention(7) }, func(c *crm.Config) error { return c.SetRetention(8) }},
		"a source":  {func(c *crm.Config) error { return c.RenameSource(1, text("الف")) }, func(c *crm.Config) error { return c.RenameSource(1, text("ب")) }},
	} {
		t.Run(name, func(t *testing.T) {
			begin(second, both[0])
			begin(second, func(c *crm.Config) error { _, err := c.AddStatus(text("نو "+name), ""); return err })
			o.publish(o.owner, both[1])
			theirs := o.config()
			clashing := must[crm.Draft](t)(o.ConfigDraft(ctx, second.ID)).Problems
			if len(clashing) != 1 || clashing[0].Key != crm.ProblemConflict || clashing[0].Args["Name"] != o.owner.Name {
				t.Fatalf("%+v", clashing)
			}
			e := o.refused(t, crm.Conflict, crm.KeyConfigConflict, func() error { _, err := o.PublishDraft(ctx, o.by(second)); return err })
			if e.Staff != o.owner.ID || e.Title == (crm.Title{}) && e.Field == "" {
				t.Errorf("%+v", e)
			}
			for range 2 { // the second has nothing to settle
				if err := o.TakeTheirs(ctx, o.by(second), clashing[0].Path); err != nil {
					t.Fatal(err)
				}
			}
			out := must[crm.Published](t)(o.PublishDraft(ctx, o.by(second)))
			if len(out.Changes) != 1 || out.Changes[0].What != crm.WhatAdded || len(crm.DiffConfig(theirs, o.config())) != 1 {
				t.Errorf("%+v", out.Changes)
			}
		})
	}
	errs := together(8, func(int) error {
		return o.edit(second, func(c *crm.Config) error {
			_, err := c.AddStatus(text("و"+itoa(int64(len(c.Statuses)))), "")
			return err
		})
	})
	if d := must[crm.Draft](t)(o.ConfigDraft(ctx, second.ID)); len(d.Changes) != 8 {
		t.Errorf("%d changes of 8 edits at once: %v", len(d.Changes), errs)
	}
}

// What went wrong by itself keeps nobody from publishing something else.
func TestOldProblems(t *testing.T) {
	o := newOffice(t, 2)
	meeting := o.status("In-person meeting")
	people := func(ids ...crm.StaffID) func(c *crm.Config) error {
		return func(c *crm.Config) error {
			return c.SetNext(meeting.ID, crm.NextRule{Mode: crm.NextPeople, People: ids})
		}
	}
	o.publish(o.owner, people(o.agents[0].ID))
	if err := o.ChangeStaff(t.Context(), o.by(o.owner), o.agents[0].ID, crm.Suspended); err != nil {
		t.Fatal(err)
	}
	o.publish(o.owner, func(c *crm.Config) error { return c.SetRetention(3) })
	d := o.dir()
	if ps := d.Config().Problems(d); len(ps) != 1 || ps[0].Key != crm.ProblemColleague || ps[0].Args["Name"] != o.agents[0].Name {
		t.Errorf("%+v", ps)
	}
	exam := o.status("Awaiting exam")
	if err := o.edit(o.owner, func(c *crm.Config) error {
		return c.SetNext(exam.ID, crm.NextRule{Mode: crm.NextPeople, People: []crm.StaffID{o.agents[0].ID}})
	}); err != nil {
		t.Fatal(err)
	}
	if err := o.edit(o.owner, func(c *crm.Config) error { return c.SetCartable(exam.ID, crm.CartableNext) }); err != nil {
		t.Fatal(err)
	}
	e := o.refused(t, crm.Invalid, crm.KeyConfigProblems, func() error { _, err := o.PublishDraft(t.Context(), o.by(o.owner)); return err })
	if len(e.Problems) != 1 || e.Problems[0].Path.ID != int64(exam.ID) {
		t.Errorf("%+v", e.Problems)
	}
}

func TestApplyConfig(t *testing.T) {
	o := newOffice(t, 0)
	ctx := t.Context()
	site := must[crm.NewSource](t)(o.AddSource(ctx, o.by(o.owner), "سایت", crm.SourceForm))
	kept := o.config()
	o.refused(t, crm.Invalid, crm.KeyConfigNothing, func() error { _, err := o.ApplyConfig(ctx, o.by(o.owner), kept); return err })

	file := o.config()
	meeting := file.Statuses[1]
	file.Statuses = append(file.Statuses[:2:2], crm.Status{ID: 77, Title: text("تازه"), Cartable: crm.CartableStay, Reminder: crm.ReminderNo,
		After: []crm.StatusID{78}, Fields: []crm.Field{{ID: 500, Key: "x", Title: text("روز"), Type: crm.Weekday, Derived: 501},
			{ID: 501, Key: "y", Title: text("تاریخ"), Type: crm.Date}}},
		crm.Status{ID: 78, Title: text("تازه‌تر"), Cartable: crm.CartableStay, Reminder: crm.ReminderNo})
	file.Statuses[1].Fields = file.Statuses[1].Fields[1:]
	file.Fields = nil
	file.Sources = []crm.Source{file.Sources[0], {ID: 90, Kind: crm.SourceForm, Title: text("آگهی"), Slug: "taken"}}
	out := must[crm.Published](t)(o.ApplyConfig(ctx, crm.Command{Key: "from the command line"}, file))
	now := o.dir()
	made, _ := now.Status(now.Statuses[2].ID)
	if made.Title.Text != "تازه" || made.After[0] != now.Statuses[3].ID || made.Fields[0].Derived != made.Fields[1].ID {
		t.Errorf("%+v", made)
	}
	if m, _ := now.Status(meeting.ID); len(m.RetiredFields) != 1 || m.RetiredFields[0].ID != meeting.Fields[0].ID || m.Version != meeting.Version+1 {
		t.Errorf("%+v", m)
	}
	if !now.Statuses[5].Retired || !now.Fields[0].Retired || !now.Sources[site.ID].Retired || now.Sources[site.ID].Slug != site.Slug {
		t.Errorf("what the file lacks is in use: %+v", now)
	}
	if v := must[[]crm.ConfigVersion](t)(o.ConfigLog(ctx, o.owner, 0, 1))[0]; v.Actor != 0 || v.Version != out.Version {
		t.Errorf("%+v", v)
	}
	// The whole as it was comes back by value, with what was made meanwhile retired.
	must[crm.Published](t)(o.ApplyConfig(ctx, o.by(o.owner), kept))
	if now := withoutNew(o.config(), kept); !now.Same(kept) {
		t.Errorf("%v", crm.DiffConfig(kept, now))
	}
	for name, spoil := range map[string]func(c *crm.Config){
		"another type":    func(c *crm.Config) { c.Fields[0].Type = crm.Number },
		"another status":  func(c *crm.Config) { c.Statuses[0].Fields = append(c.Statuses[0].Fields, c.Statuses[1].Fields[0]) },
		"another kind":    func(c *crm.Config) { c.Sources[1].Kind = crm.SourceAPI },
		"a status twice":  func(c *crm.Config) { c.Statuses = append(c.Statuses, c.Statuses[0]) },
		"an ending of no": func(c *crm.Config) { c.Statuses[0].Ends = "maybe" },
	} {
		t.Run(name, func(t *testing.T) {
			c := o.config()
			spoil(&c)
			if e := o.refused(t, crm.Invalid, crm.KeyConfigProblems, func() error { _, err := o.ApplyConfig(ctx, o.by(o.owner), c); return err }); len(e.Problems) == 0 {
				t.Errorf("%+v", e)
			}
		})
	}
}

func TestUndoConfig(t *testing.T) {
	o := newOffice(t, 0)
	ctx := t.Context()
	second, third := o.join(crm.Manager, o.by(o.owner), 200), o.join(crm.Manager, o.by(o.owner), 201)
	undo := func(by crm.Staff, version int64) func() error {
		return func() error { _, err := o.UndoConfig(ctx, o.by(by), version); return err }
	}
	o.refused(t, crm.Gone, crm.KeyConfigUndo, undo(o.owner, 0))
	older := o.publish(o.owner, func(c *crm.Config) error { return c.SetRetention(9) })
	before := o.config()
	out := o.publish(second, func(c *crm.Config) error {
		must[any](t)(nil, c.MoveStatus(2, crm.Up))
		must[any](t)(nil, c.RetireField(c.Statuses[1].Fields[0].ID))
		_, err := c.AddStatus(text("نو"), "")
		return err
	})
	after := o.config()
	o.refused(t, crm.Gone, crm.KeyConfigUndo, undo(o.owner, older.Version))
	if e := o.refused(t, crm.Forbidden, crm.KeyConfigUndo, undo(third, out.Version)); e.Staff != second.ID {
		t.Errorf("%+v", e)
	}
	undone := must[crm.Published](t)(o.UndoConfig(ctx, o.by(second), out.Version))
	if now := withoutNew(o.config(), before); !now.Same(before) || undone.Version == out.Version {
		t.Errorf("%v", crm.DiffConfig(before, now))
	}
	if v := must[[]crm.ConfigVersion](t)(o.ConfigLog(ctx, o.owner, 0, 1))[0]; v.Undoes != out.Version {
		t.Errorf("%+v", v)
	}
	// An undo is a change like others: its undo brings back what it retired.
	must[crm.Published](t)(o.UndoConfig(ctx, o.by(o.owner), undone.Version))
	if !o.config().Same(after) {
		t.Errorf("%v", crm.DiffConfig(after, o.config()))
	}
}

// What was there before drafts changes the configuration as versions too.
func TestDirectChangesAreVersions(t *testing.T) {
	o := newOffice(t, 0)
	ctx := t.Context()
	if err := o.NameBusiness(ctx, o.by(o.owner), " حساب‌گستر "); err != nil {
		t.Fatal(err)
	}
	if err := o.ShowAgentsAll(ctx, o.by(o.owner), true); err != nil { // as it is
		t.Fatal(err)
	}
	must[crm.NewSource](t)(o.AddSource(ctx, o.by(o.owner), "سایت", crm.SourceForm))
	o.refused(t, crm.Invalid, crm.KeyBadValue, func() error { _, err := o.AddSource(ctx, o.by(o.owner), "تلفن", crm.SourceManual); return err })
	log := must[[]crm.ConfigVersion](t)(o.ConfigLog(ctx, o.owner, 0, 10))
	if len(log) != 2 || log[0].Changes[0].What != crm.WhatAdded || log[1].Changes[0].To != "حساب‌گستر" {
		t.Errorf("%+v", log)
	}
	if page := must[[]crm.ConfigVersion](t)(o.ConfigLog(ctx, o.owner, log[0].Version, 10)); len(page) != 1 || page[0].Version != log[1].Version {
		t.Errorf("%+v", page)
	}
	if c, err := o.store.ConfigAt(context.WithoutCancel(ctx), log[0].Version); err != nil || !c.Same(o.config()) {
		t.Errorf("%v %v", err, crm.DiffConfig(c, o.config()))
	}
}
