package bot_test

import (
	"strings"
	"testing"
	"time"

	"cartable/internal/crm"
	"cartable/internal/tgsim"
)

// source finds a source by its title.
func (o *office) source(title string) crm.Source {
	o.t.Helper()
	dir, err := o.crm.Directory(o.t.Context())
	must(o.t, err)
	for _, s := range dir.Sources {
		if s.Title.Text == title {
			return s
		}
	}
	o.t.Fatalf("no source %s", title)
	return crm.Source{}
}

// presses taps a button that says label.
func (o *office) presses(p *tgsim.Person, labels ...string) {
	o.t.Helper()
	for _, label := range labels {
		o.quiet()
		p.Press(o.t, label)
		o.quiet()
	}
}

// publishes publishes the draft of the screen before somebody.
func (o *office) publishes(p *tgsim.Person) {
	o.t.Helper()
	o.press(p, "shape.preview")
	o.press(p, "shape.publish")
	o.quiet()
	p.SeeLast(o.t, o.say(p, "shape.published"))
}

// copied is what the one button of the last message copies.
func copied(t *testing.T, p *tgsim.Person) string {
	t.Helper()
	_, key, _ := strings.Cut(p.Last().HTML(), "<code>")
	key, _, found := strings.Cut(key, "</code>")
	if !found {
		t.Fatalf("no key in %s", p.Last().HTML())
	}
	return key
}

// A manager makes a source of the site's code, rotates its key, retires it and brings
// it back.
func TestKeysInChat(t *testing.T) {
	for _, lang := range []string{"fa", "en"} {
		o := newOffice(t, "fa")
		boss := o.owner
		if lang == "en" {
			o.types(boss, "/language")
			boss.Press(t, "English")
			o.quiet()
		}
		works := func(key string) bool {
			_, err := o.crm.SourceByKey(t.Context(), key)
			return err == nil
		}
		o.types(boss, "/sources")
		o.press(boss, "source.add")
		o.press(boss, "source_kind.api")
		o.types(boss, "کد سایت")
		boss.SeeLast(t, "https://example.com/api/v1/inquiries", o.say(boss, "source.key_once"))
		first := copied(t, boss)
		o.press(boss, "source.open")
		o.press(boss, "source.keys")
		o.presses(boss, map[string]string{"fa": "۷ روز", "en": "7 days"}[lang])
		second := copied(t, boss)
		if !works(first) || !works(second) || first == second {
			t.Fatal("the old key does not work for a while, or the new one does not")
		}
		o.press(boss, "source.open")
		o.press(boss, "source.keys")
		o.press(boss, "source.end_keys")
		if works(first) || !works(second) {
			t.Fatal("the old key works on")
		}
		o.press(boss, "shape.title")
		o.types(boss, "برنامه سایت")
		o.press(boss, "shape.english")
		o.types(boss, "Site")
		o.press(boss, "shape.retire")
		o.publishes(boss)
		if works(second) {
			t.Error("the key of a retired source works")
		}
		o.types(boss, "/sources")
		o.press(boss, "shape.retired")
		o.presses(boss, map[string]string{"fa": "برنامه سایت", "en": "Site"}[lang])
		o.press(boss, "shape.restore")
		o.publishes(boss)
		if src := o.source("برنامه سایت"); src.Title.English != "Site" || src.Retired || !works(second) {
			t.Errorf("%+v", src)
		}
		o.press(boss, "shape.undo")
		if works(second) {
			t.Error("undo does not retire it again")
		}
		o.sim.CheckClean(t)
	}
}

// A manager shapes a form and the way of its leads, tries it by a test lead, and
// erases that.
func TestFormAndRoutingInChat(t *testing.T) {
	o := newOffice(t, "fa", "fa")
	boss, sara, omid := o.owner, o.agents[0], o.agents[1]
	o.types(boss, "/sources")
	o.press(boss, "source.add")
	o.press(boss, "source_kind.form")
	o.types(boss, "تبلیغ اینستاگرام")
	boss.SeeLast(t, "https://example.com/f/"+o.source("تبلیغ اینستاگرام").Slug)
	o.types(boss, "/settings")
	o.press(boss, "settings.sources")
	o.presses(boss, "تبلیغ اینستاگرام")
	o.press(boss, "source.form")
	for _, q := range []string{"➕ شهر", "➕ نام", "➕ رشته"} {
		o.press(boss, "source.form_add")
		o.presses(boss, q)
	}
	o.presses(boss, "❓ نام")
	o.press(boss, "shape.make_required")
	o.press(boss, "shape.up")
	o.press(boss, "source.q_own_label")
	o.types(boss, "اسمتان؟")
	boss.SeeLast(t, "اسمتان؟", o.say(boss, "shape.required_yes"))
	o.press(boss, "common.back")
	o.presses(boss, "❓ رشته")
	o.press(boss, "source.q_own_label")
	o.types(boss, "چه خوانده‌اید؟")
	o.press(boss, "shape.up")
	o.press(boss, "shape.retire_field")
	for key, text := range map[string]string{"source.form_title": "مشاوره رایگان", "source.form_lead": "خط اول\nخط دوم", "source.form_success": "فردا زنگ می‌زنیم."} {
		o.press(boss, key)
		o.types(boss, text)
	}
	o.press(boss, "source.form_seen")
	boss.SeeLast(t, "مشاوره رایگان", "خط دوم", "شهر", "فردا زنگ می‌زنیم.")
	o.press(boss, "common.back")
	o.press(boss, "common.back")
	o.press(boss, "source.routing")
	o.presses(boss, "👤 امید")
	o.press(boss, "source.again")
	o.presses(boss, "۳۰ دقیقه")
	o.press(boss, "source.tell")
	o.presses(boss, "۱۵ دقیقه")
	boss.SeeToast(t, o.say(boss, "error.tells_first"))
	o.press(boss, "source.typed")
	o.types(boss, "۲۰")
	boss.SeeLast(t, o.say(boss, "error.tells_first"))
	o.types(boss, "۴۵")
	o.publishes(boss)
	src := o.source("تبلیغ اینستاگرام")
	f := src.Form
	if f.Title.Text != "مشاوره رایگان" || f.Lead.Text != "خط اول\nخط دوم" || len(f.Questions) != 2 || f.Questions[0].Key != "name" ||
		!f.Questions[0].Required || f.Questions[0].Label.Text != "اسمتان؟" || f.Questions[1] != (crm.FormQuestion{Key: "city"}) {
		t.Errorf("%+v", f)
	}
	if want := (crm.Routing{Mode: crm.RoutePerson, Person: o.staff(omid).ID, AgainAfter: 30, TellAfter: 45}); src.Routing != want {
		t.Errorf("%+v, want %+v", src.Routing, want)
	}
	o.types(boss, "/sources")
	o.presses(boss, "تبلیغ اینستاگرام")
	o.press(boss, "source.test")
	boss.SeeLast(t, o.say(boss, "source.test_erase"))
	name := o.say(boss, "source.test_name", "Name", "مریم")
	omid.See(t, name)
	sara.NoMore(t, name)
	o.press(boss, "source.test_erase")
	boss.SeeLast(t, o.say(boss, "erase.done"))
	o.quiet()
	o.sim.CheckClean(t)
}

// A test lead that is offered reaches its sender too.
func TestTestLeadIsTold(t *testing.T) {
	o := newOffice(t, "fa")
	o.types(o.owner, "/sources")
	o.presses(o.owner, "دستی")
	o.press(o.owner, "source.test")
	name := o.say(o.owner, "source.test_name", "Name", "مریم")
	o.agents[0].See(t, name, "+999")
	o.owner.See(t, name)
	o.forward(20 * time.Minute)
	o.sim.CheckClean(t)
}
