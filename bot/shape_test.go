package bot_test

import (
	"testing"

	"cartable/internal/crm"
	"cartable/internal/tgsim"
)

// steps counts what somebody taps and types.
type steps struct {
	o *office
	p *tgsim.Person
	n int
}

func (s *steps) tap(label string) {
	s.o.t.Helper()
	s.n++
	s.o.quiet()
	s.p.Press(s.o.t, label)
	s.o.quiet()
}

func (s *steps) say(key string, args ...any) {
	s.o.t.Helper()
	s.tap(s.o.say(s.p, key, args...))
}

func (s *steps) typed(text string) {
	s.o.t.Helper()
	s.n++
	s.o.types(s.p, text)
}

// A new owner builds a status of three fields, whose next cartable is one of two
// people's, with a reminder an hour before, publishes it, and an agent uses it: in at
// most 35 taps and answers, with no word typed that could be tapped.
func TestOwnerBuildsAStatus(t *testing.T) {
	o := newOffice(t, "fa", "fa", "fa")
	sara, omid := o.agents[0], o.agents[1]
	id := o.held(sara, "09121234567", "علی رضایی")
	b := &steps{o: o, p: o.owner}
	b.say("menu.settings")
	b.say("settings.statuses")
	b.say("shape.add_status")
	b.typed("💻 جلسه آنلاین با مدیر")
	b.say("shape.cartable")
	b.say("shape.cartable_next")
	b.tap("👤 امید")
	b.tap("👤 مریم")
	b.say("shape.done")
	for _, q := range [][2]string{{"تاریخ جلسه", "date"}, {"ساعت جلسه", "time"}} {
		b.say("shape.add_question")
		b.typed(q[0])
		b.say("field_type." + q[1])
	}
	b.say("shape.add_question")
	b.typed("موضوع")
	b.say("field_type.text")
	b.say("shape.reminder")
	b.say("shape.reminder_yes")
	b.tap("۱ ساعت قبل")
	b.say("shape.done")
	b.say("shape.preview")
	o.owner.SeeLast(t, "جلسه آنلاین با مدیر", "تاریخ جلسه", "ساعت جلسه", "موضوع", o.say(o.owner, "shape.publish"))
	b.say("shape.publish")
	a := &steps{o: o, p: sara}
	o.types(sara, "09121234567")
	a.say("button.status")
	a.tap("جلسه آنلاین با مدیر")
	a.say("form.tomorrow")
	a.tap("۱۰:۳۰")
	a.say("form.skip")
	for _, label := range sara.Last().Labels() {
		if label == "نیلوفر" {
			t.Error("somebody who may not be next is offered")
		}
	}
	a.tap("امید")
	a.tap("۱ ساعت قبل")
	a.say("form.save")
	if c := o.customer(id); c.Holder != o.staff(omid).ID || c.Status.Appointment == nil || len(c.Reminders) != 1 ||
		c.Status.Appointment.Sub(c.Reminders[0].Due).Hours() != 1 {
		t.Fatalf("%+v", c)
	}
	omid.See(t, "جلسه آنلاین با مدیر", "علی رضایی")
	if n := a.n + b.n; n > 35 {
		t.Errorf("%d taps and answers", n)
	} else {
		t.Logf("%d taps and answers", n)
	}
	o.sim.CheckClean(t)
}

// Every part of a status can be shaped, tried, published, looked up and undone, in
// both languages.
func TestShapingAStatus(t *testing.T) {
	for _, lang := range []string{"fa", "en"} {
		o := newOffice(t, lang)
		boss := o.owner
		if lang == "en" {
			o.types(boss, "/language")
			boss.Press(t, "English")
			o.quiet()
		}
		say := func(keys ...string) {
			t.Helper()
			for _, key := range keys {
				o.press(boss, key)
			}
		}
		tap := func(label string) { t.Helper(); boss.Press(t, label); o.quiet() }
		o.types(boss, "/statuses")
		tap("🚫")
		say("shape.title")
		o.types(boss, "😴 سرد شد")
		say("shape.english")
		o.types(boss, "Went cold")
		say("shape.ends", "shape.ends_open", "shape.cartable", "shape.cartable_stay", "shape.up", "shape.after")
		tap("🏢")
		say("shape.done", "shape.reminder", "shape.reminder_optional")
		tap(map[string]string{"fa": "۲ روز دیگر", "en": "in 2 days"}[lang])
		say("shape.done")
		tap("❓")
		say("shape.title")
		o.types(boss, "چرا سرد شد؟")
		say("shape.help")
		o.types(boss, "از خودش بپرسید")
		say("shape.make_required", "shape.add_choice")
		o.types(boss, "گران بود\nیادش رفت")
		tap("🔘 یادش رفت")
		say("shape.title")
		o.types(boss, "فراموش کرد")
		say("shape.up", "shape.retire_choice", "shape.restore", "common.back", "common.back")
		say("shape.preview")
		boss.See(t, "سرد شد", o.say(boss, "shape.publish"))
		tap("▶️")
		boss.SeeLast(t, "فراموش کرد")
		tap("فراموش کرد")
		say("form.skip", "form.save")
		boss.SeeLast(t, o.say(boss, "shape.tried"))
		o.types(boss, "/statuses")
		say("shape.preview", "shape.publish")
		dir, err := o.crm.Directory(t.Context())
		must(t, err)
		st := dir.Statuses[0]
		for _, s := range dir.Statuses {
			if s.Emoji == "😴" {
				st = s
			}
		}
		if st.Title.Text != "سرد شد" || st.Title.English != "Went cold" || st.Ends != crm.Open || len(st.After) != 1 ||
			len(st.Offers) != 1 || st.Reminder != crm.ReminderOptional || !st.Fields[0].Required || len(st.Fields[0].Choices) != 7 {
			t.Fatalf("%+v", st)
		}
		o.types(boss, "/settings")
		say("settings.log")
		boss.SeeLast(t, "سرد شد")
		say("shape.undo_newest")
		dir, err = o.crm.Directory(t.Context())
		must(t, err)
		if s, _ := dir.Status(st.ID); s.Emoji != "🚫" || s.Fields[0].Required {
			t.Fatalf("after undo: %+v", s)
		}
		o.sim.CheckClean(t)
	}
}

// Customer fields: added, moved to the front, hidden, retired and brought back.
func TestShapingFields(t *testing.T) {
	o := newOffice(t, "fa")
	boss := o.owner
	id := o.held(boss, "09121234567", "علی رضایی")
	o.types(boss, "/fields")
	for _, key := range []string{"shape.add_field"} {
		o.press(boss, key)
	}
	o.types(boss, "کدام دوره")
	o.press(boss, "field_type.choice")
	o.types(boss, "مقدماتی\nپیشرفته")
	boss.SeeLast(t, "مقدماتی", "پیشرفته")
	o.press(boss, "common.back")
	o.press(boss, "shape.add_field")
	o.types(boss, "بودجه")
	o.press(boss, "field_type.money")
	o.press(boss, "shape.to_front")
	o.press(boss, "common.back")
	boss.Press(t, "رشته")
	o.press(boss, "shape.retire_field")
	o.press(boss, "shape.preview")
	o.press(boss, "shape.publish")
	o.types(boss, "09121234567")
	o.press(boss, "button.edit")
	for _, label := range boss.Last().Labels() {
		if label == "رشته" {
			t.Error("a retired field is offered")
		}
	}
	boss.Press(t, "بودجه")
	o.types(boss, "۵ میلیون")
	dir, err := o.crm.Directory(t.Context())
	must(t, err)
	if v := o.customer(id).Values[dir.Fields[3].ID]; v != "5000000" {
		t.Fatalf("%q, %+v", v, dir.Fields)
	}
	o.types(boss, "09121234567")
	boss.SeeLast(t, "بودجه", "۵٬۰۰۰٬۰۰۰")
	o.types(boss, "/fields")
	boss.Press(t, "رشته")
	o.quiet()
	o.press(boss, "shape.preview")
	o.press(boss, "shape.discard")
	boss.SeeLast(t, o.say(boss, "shape.discard_yes"))
	o.press(boss, "common.back")
	o.press(boss, "shape.discard")
	o.press(boss, "shape.discard_yes")
	boss.SeeLast(t, o.say(boss, "shape.nothing"))
	o.sim.CheckClean(t)
}
