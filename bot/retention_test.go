package bot_test

import "testing"

// retain has a night of retention go by, at 2:00 on a day of November 2026.
func (o *office) retain(day int) (erased int) {
	o.t.Helper()
	o.routineAt(day, 2, 0)
	erased, err := o.crm.RetentionDue(o.t.Context(), 100)
	must(o.t, err)
	o.quiet()
	return erased
}

// A manager who shortens the time of keeping is told whom that erases before it does, and in
// the evening that it has; a colleague's old card says so too.
func TestRetentionInChat(t *testing.T) {
	for _, lang := range []string{"fa", "en"} {
		o := newOffice(t, lang)
		boss, sara := o.owner, o.agents[0]
		if lang == "en" {
			o.types(boss, "/language")
			boss.Press(t, "English")
			o.quiet()
		}
		over := o.taken(sara, "09121112233", "Xenia")
		o.taken(sara, "09121112244", "Roxana")
		o.set(sara, over, "Declined", "", "")
		o.types(sara, "09121112233")
		card := sara.SeeLast(t, "Xenia")
		o.retain(23 + 400) // nobody is erased before there is a setting
		o.types(boss, "/business")
		o.press(boss, "business.retention")
		o.presses(boss, map[string]string{"fa": "۱ سال", "en": "1 year"}[lang])
		o.press(boss, "shape.preview")
		boss.SeeLast(t, map[string]string{"fa": "امشب ۱ مشتری که پیگیری‌اش تمام شده است", "en": "1 customer whose follow-up has ended is erased tonight"}[lang])
		if n := o.retain(23 + 401); n != 0 {
			t.Fatalf("%d erased before it was published", n)
		}
		o.presses(boss, map[string]string{"fa": "🗑 بله، امشب ۱ مشتری پاک شود", "en": "🗑 Yes, erase 1 customer tonight"}[lang])
		if n := o.retain(23 + 402); n != 1 {
			t.Fatalf("%d erased", n)
		}
		o.routineAt(23+402, 17, 0)
		boss.See(t, o.say(boss, "digest.evening"), map[string]string{"fa": "۱ مشتری که مدت نگهداری‌اش تمام شده بود، پاک شد.", "en": "1 customer was erased"}[lang])
		sara.PressOn(t, card.ID, o.say(sara, "button.timeline"))
		sara.SeeToast(t, o.say(sara, "error.erased"))
		shows(t, sara, card.ID, o.say(sara, "erase.line"))
		o.sim.CheckClean(t)
	}
}
