package bot_test

import (
	"slices"
	"testing"
	"time"

	"cartable/internal/crm"
	"cartable/internal/tgsim"
)

// settings are those in force.
func (o *office) settings() crm.Settings {
	o.t.Helper()
	dir, err := o.crm.Directory(o.t.Context())
	must(o.t, err)
	return dir.Settings
}

// A manager shapes the business by taps and short answers, publishes it as one, and
// undo takes it back.
func TestBusinessInChat(t *testing.T) {
	for _, lang := range []string{"fa", "en"} {
		o := newOffice(t, "fa")
		boss := o.owner
		in := func(fa, en string) string { return map[string]string{"fa": fa, "en": en}[lang] }
		if lang == "en" {
			o.types(boss, "/language")
			boss.Press(t, "English")
			o.quiet()
		}
		first := o.settings()
		o.types(boss, "/settings")
		o.press(boss, "settings.business")
		o.press(boss, "business.name")
		o.types(boss, "حساب‌گستر")
		o.press(boss, "business.zone")
		o.presses(boss, "Asia/Dubai")
		o.press(boss, "business.zone")
		o.press(boss, "business.zone_typed")
		o.types(boss, "Asia/Nowhere")
		boss.SeeLast(t, in("منطقهٔ زمانی", "zone"))
		o.types(boss, "Asia/Tashkent")
		o.press(boss, "business.language")
		o.presses(boss, "English")
		o.press(boss, "business.see_all_off")
		o.press(boss, "business.retention")
		o.presses(boss, in("۳ سال", "3 years"))
		o.shapeHours(boss, in)
		o.shapeDays(boss, in)
		o.press(boss, "shape.preview")
		boss.SeeLast(t, in("پنجشنبه: ۰۹:۰۰ تا ۱۳:۰۰", "Thursday: 09:00–13:00"), in("سالگرد", "سالگرد"), in("۳ سال", "3 years"))
		if got := o.settings(); got.Business != first.Business || !got.Hours.Empty() {
			t.Fatal("in force before it was published")
		}
		o.press(boss, "shape.publish")
		set := o.settings()
		if set.Business != "حساب‌گستر" || set.Zone != "Asia/Tashkent" || set.Language != crm.English || set.AgentsSeeAll || set.Retention != 3*365 {
			t.Errorf("%+v", set)
		}
		want := []crm.Span{{From: 540, To: 720}, {From: 960, To: 1200}}
		if !slices.Equal(set.Hours[time.Monday], want) || !slices.Equal(set.Hours[time.Thursday], []crm.Span{{From: 540, To: 780}}) ||
			!slices.Equal(set.DaysOff, []time.Weekday{time.Friday}) {
			t.Errorf("hours %v, off %v", set.Hours, set.DaysOff)
		}
		var dates []string
		for _, h := range set.Holidays {
			dates = append(dates, h.Date)
		}
		// The anniversary, the fixed ones ahead in 1405, and one by the moon, a day later.
		if wanted := []string{"2026-12-22", "2026-12-24", "2027-02-11", "2027-03-20"}; !slices.Equal(dates, wanted) {
			t.Errorf("holidays %v, want %v", dates, wanted)
		}
		if wanted := []crm.Window{{Kind: crm.WindowEntry, From: 480, To: 600}, {Kind: crm.WindowCalling, From: 660, To: 840},
			{Kind: crm.WindowEntry, From: 840, To: 1020}}; !slices.Equal(set.Windows, wanted) {
			t.Errorf("windows %v", set.Windows)
		}
		if !slices.Equal(set.Digests, []crm.StaffID{o.staff(o.agents[0]).ID}) || set.DigestAt != (crm.DigestTimes{Morning: "08:30"}) {
			t.Errorf("digests %v at %+v", set.Digests, set.DigestAt)
		}
		o.press(boss, "shape.undo")
		if got := o.settings(); got.Business != first.Business || !got.Hours.Empty() || len(got.Holidays) > 0 || !slices.Equal(got.Windows, crm.UsualWindows()) {
			t.Errorf("after undo: %+v", got)
		}
		o.sim.CheckClean(t)
	}
}

func (o *office) shapeHours(boss *tgsim.Person, in func(fa, en string) string) {
	o.t.Helper()
	o.press(boss, "business.hours")
	o.press(boss, "business.preset_office")
	o.presses(boss, in("دوشنبه", "Monday"))
	o.press(boss, "business.day_typed")
	o.types(boss, "صبح تا ظهر و تا شب و")
	boss.SeeLast(o.t, o.say(boss, "error.bad_hours"))
	o.types(boss, in("۹ تا ۱۲ و ۱۶ تا ۲۰", "9-12 and 16-20"))
	o.press(boss, "business.day_closed")
	o.press(boss, "business.day_typed")
	o.types(boss, in("۹ تا ۱۲ و ۱۶ تا ۲۰", "9-12 and 16-20"))
	boss.SeeLast(o.t, in("۰۹:۰۰ تا ۱۲:۰۰، ۱۶:۰۰ تا ۲۰:۰۰", "09:00–12:00, 16:00–20:00"))
	o.press(boss, "common.back")
	o.press(boss, "common.back")
}

func (o *office) shapeDays(boss *tgsim.Person, in func(fa, en string) string) {
	o.t.Helper()
	o.press(boss, "business.holidays")
	o.presses(boss, "📌")
	o.presses(boss, in("ولادت امام علی", "Birth of Imam Ali"))
	o.presses(boss, in("✅ ۲ دی", "✅ 23 Dec"))
	o.press(boss, "business.holiday_later")
	o.press(boss, "common.back")
	o.press(boss, "business.holiday_add")
	o.types(boss, in("۱ دی", "22 December"))
	o.types(boss, "سالگرد")
	o.press(boss, "common.back")
	o.press(boss, "business.windows")
	o.presses(boss, in("✖️ ۱۰:۰۰", "✖️ 10:00"))
	o.press(boss, "business.window_calling")
	o.types(boss, in("۱۱ تا ۲ بعدازظهر", "11 to 2 pm"))
	o.press(boss, "common.back")
	o.press(boss, "business.digests")
	o.presses(boss, "👤 سارا")
	o.press(boss, "business.digest_morning")
	o.types(boss, "8:30")
	o.press(boss, "common.back")
}
