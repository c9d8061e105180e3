package form_test

import (
	"strings"
	"testing"

	"cartable/bot/form"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// every question of the tests is followed by this one, so that an answer shows.
var after = form.Question{ID: "z", Title: "بعدی", Type: crm.Text}

func question(typ crm.FieldType) form.Question {
	return form.Question{ID: "q", Title: "پرسش", Type: typ, Required: true}
}

func TestTypedAnswers(t *testing.T) {
	people := options("علی رضایی", "علی احمدی", "Sara")
	cases := []struct {
		typ   crm.FieldType
		typed string
		want  crm.Value
		shown string // in the Persian view
	}{
		{crm.Text, "  سلام\u202e دنيا\x00 ", "سلام دنیا", "سلام دنیا"},
		{crm.LongText, "یک\n\n\nدو", "یک\n\nدو", "یک · دو"},
		{crm.Number, "۱۲", "12", "۱۲"},
		{crm.Money, "۱٬۲۰۰٬۰۰۰", "1200000", "۱٬۲۰۰٬۰۰۰ تومان"},
		{crm.YesNo, "بله", "yes", "بله"},
		{crm.YesNo, "no", "no", "خیر"},
		{crm.Choice, "sara", "3", "Sara"},
		{crm.Choice, "علی‌احمدي", "2", "علی احمدی"},
		{crm.Staffer, "رضایی", "1", "علی رضایی"},
		{crm.Choices, "sara، علی رضایی", "1,3", "علی رضایی، Sara"},
		{crm.Date, "فردا", "2026-11-24", "سه‌شنبه ۳ آذر ۱۴۰۵"},
		{crm.Date, "۱۴۰۵/۰۹/۱۲", "2026-12-03", "پنجشنبه ۱۲ آذر ۱۴۰۵"},
		{crm.Date, "۱۲", "2026-12-03", "پنجشنبه ۱۲ آذر ۱۴۰۵"}, // the 12th on show
		{crm.Time, "۱۰:۱۵", "10:15", "۱۰:۱۵"},
		{crm.Time, "5pm", "17:00", "۱۷:۰۰"},
		{crm.DateTime, "فردا ساعت ۱۰", "2026-11-24T06:30:00Z", "سه‌شنبه ۳ آذر ۱۴۰۵، ساعت ۱۰:۰۰"},
		{crm.DateTime, "نیم ساعت دیگه", "2026-11-23T09:00:00Z", "دوشنبه ۲ آذر ۱۴۰۵، ساعت ۱۲:۳۰"},
		{crm.Weekday, "سه شنبه", "2", "سه‌شنبه"},
		{crm.Phone, "۰۹۱۲ ۱۲۳ ۴۵۶۷", "+989121234567", "09121234567"},
		{crm.Email, "Ali@Example.COM", "Ali@example.com", "Ali@example.com"},
		{crm.Link, "meet.example.com/ab?c=d&e", "https://meet.example.com/ab?c=d&e", "https://meet.example.com/ab?c=d&e"},
	}
	for _, c := range cases {
		t.Run(string(c.typ)+" "+c.typed, func(t *testing.T) {
			q := question(c.typ)
			q.Choices = people
			newPerson(t, crm.Persian, q, after).typed(c.typed).answers("q", c.want).at("z").sees(c.shown)
			newPerson(t, crm.English, q, after).typed(c.typed).answers("q", c.want).at("z")
		})
	}
}

func TestTypedNonsenseIsRefusedWithAReason(t *testing.T) {
	cases := []struct {
		typ       crm.FieldType
		typed, en string
	}{
		{crm.Text, "\x00\u200e", "no text"},
		{crm.Text, strings.Repeat("ا", 201), "at most 200"},
		{crm.LongText, strings.Repeat("ا", 2001), "at most 2000"},
		{crm.Number, "چند تا", "not a number"},
		{crm.Money, "زیاد", "not an amount"},
		{crm.YesNo, "شاید", "yes or no"},
		{crm.Choice, "هیچ‌کدام", "not among the options"},
		{crm.Choice, "علی", "Several options"},
		{crm.Staffer, "", "not among the options"},
		{crm.Choices, "sara، ناشناس", "not among the options"},
		{crm.Date, "سلام", "not a date"},
		{crm.Date, "دیروز", "has passed"},
		{crm.Date, "۳۱ مهر", "no such day"},
		{crm.Date, "دوشنبه ۳ آذر", "disagree"},
		{crm.Time, "۲۵:۰۰", "no such time"},
		{crm.Time, "سلام", "not a time"},
		{crm.DateTime, "دیروز ساعت ۱۰", "has passed"},
		{crm.DateTime, "سلام", "not a time"},
		{crm.Weekday, "فروردین", "not a day of the week"},
		{crm.Phone, "12345", "not right"},
		{crm.Phone, "09121234567 09351234567", "several numbers"},
		{crm.Email, "ali@", "not right"},
		{crm.Email, "Ali <ali@example.com>", "not right"},
		{crm.Link, "javascript://alert.x", "not right"},
		{crm.Link, "سلام دنیا", "not right"},
		{crm.File, "فایل", "send the file"},
	}
	for _, c := range cases {
		t.Run(string(c.typ)+" "+view.Clip(c.typed, 20), func(t *testing.T) {
			q := question(c.typ)
			q.Choices = options("علی رضایی", "علی احمدی", "Sara")
			newPerson(t, crm.English, q, after).typed(c.typed).refused(c.en).at("q").answers("q", "")
			newPerson(t, crm.Persian, q, after).typed(c.typed).at("q").refused("")
		})
	}
}

func TestTappedAnswers(t *testing.T) {
	cases := []struct {
		typ  crm.FieldType
		lang crm.Language
		taps []string
		want crm.Value
	}{
		{crm.YesNo, crm.Persian, []string{"خیر"}, "no"},
		{crm.YesNo, crm.English, []string{"Yes"}, "yes"},
		{crm.Choice, crm.Persian, []string{"Sara"}, "3"},
		{crm.Staffer, crm.English, []string{"علی احمدی"}, "2"},
		{crm.Choices, crm.Persian, []string{"▫️ Sara", "▫️ علی رضایی", "✅ همین‌ها"}, "1,3"},
		{crm.Choices, crm.English, []string{"▫️ Sara", "▫️ علی احمدی", "✅ Sara", "✅ These"}, "2"},
		{crm.Date, crm.Persian, []string{"فردا"}, "2026-11-24"},
		{crm.Date, crm.Persian, []string{"شنبه"}, "2026-11-28"},
		{crm.Date, crm.Persian, []string{"۳۰"}, "2026-12-21"},
		{crm.Date, crm.Persian, []string{"←", "۱"}, "2026-12-22"},
		{crm.Date, crm.English, []string{"Today"}, "2026-11-23"},
		{crm.Date, crm.English, []string{"→", "31"}, "2026-12-31"},
		{crm.Date, crm.English, []string{"→", "←", "30"}, "2026-11-30"},
		{crm.Time, crm.Persian, []string{"۱۰:۳۰"}, "10:30"},
		{crm.Time, crm.English, []string{"20:00"}, "20:00"},
		{crm.Time, crm.Persian, []string{"🕐", "۲۱", "۲۱:۱۵"}, "21:15"},
		{crm.Time, crm.English, []string{"🕐", "⏰", "08:00"}, "08:00"},
		{crm.Time, crm.English, []string{"🕐", "7", "🕐", "6", "06:55"}, "06:55"},
		{crm.DateTime, crm.Persian, []string{"فردا", "۰۸:۰۰"}, "2026-11-24T04:30:00Z"},
		{crm.DateTime, crm.English, []string{"Today", "12:30"}, "2026-11-23T09:00:00Z"},
		{crm.DateTime, crm.English, []string{"Today", "📅", "24", "🕐", "0", "00:05"}, "2026-11-23T20:35:00Z"},
		{crm.Weekday, crm.Persian, []string{"جمعه"}, "5"},
		{crm.Weekday, crm.English, []string{"Saturday"}, "6"},
	}
	for _, c := range cases {
		t.Run(string(c.typ)+" "+strings.Join(c.taps, ","), func(t *testing.T) {
			q := question(c.typ)
			q.Choices = options("علی رضایی", "علی احمدی", "Sara")
			newPerson(t, c.lang, q, after).tap(c.taps...).answers("q", c.want).at("z")
		})
	}
}

func TestPersianCalendar(t *testing.T) {
	got := newPerson(t, crm.Persian, question(crm.Date), after).labels()
	want := [][]string{
		{"←", "آذر ۱۴۰۵", "\u2800"},
		{"ج", "پ", "چ", "س", "د", "ی", "ش"},
		{"۶", "۵", "۴", "۳", "۲", "·", "\u2800"},
	}
	for i, row := range want {
		if strings.Join(got[i], "|") != strings.Join(row, "|") {
			t.Errorf("row %d: %q, want %q", i, got[i], row)
		}
	}
	if quick := got[len(got)-2]; strings.Join(quick, "|") != "شنبه|فردا|امروز" {
		t.Errorf("quick row: %q", quick)
	}
}

func TestEnglishCalendar(t *testing.T) {
	got := newPerson(t, crm.English, question(crm.Date), after).labels()
	if title := strings.Join(got[0], "|"); title != "\u2800|November 2026|→" {
		t.Errorf("title: %q", title)
	}
	if days := strings.Join(got[1], "|"); days != "Mo|Tu|We|Th|Fr|Sa|Su" {
		t.Errorf("weekdays: %q", days)
	}
}

func TestFridayHasNoSecondSaturday(t *testing.T) {
	p := newPerson(t, crm.Persian, question(crm.Date), after)
	p.env.Now = noon.AddDate(0, 0, 4)
	if rows := p.labels(); strings.Join(rows[len(rows)-2], "|") != "فردا|امروز" {
		t.Errorf("quick row on a Friday: %q", rows[len(rows)-2])
	}
	p.typed("شنبه").answers("q", "2026-11-28")
}

func TestBareHourOnTheHours(t *testing.T) {
	newPerson(t, crm.Persian, question(crm.Time), after).tap("🕐").typed("۴").answers("q", "16:00")
}

func TestPastDays(t *testing.T) {
	p := newPerson(t, crm.English, question(crm.Date), after).tap("·").at("q")
	if p.last.Toast == "" {
		t.Error("a tap on a day that has passed says nothing")
	}
	q := question(crm.Date)
	q.Past = true
	newPerson(t, crm.English, q, after).tap("←", "1").answers("q", "2026-10-01")
	newPerson(t, crm.English, q, after).tap("← 2025", "5").answers("q", "2025-11-05")
	newPerson(t, crm.Persian, q, after).typed("۱۳۶۰/۱/۱۵").answers("q", "1981-04-04")
}

func TestHalfHoursReadFromTheRight(t *testing.T) {
	got := newPerson(t, crm.Persian, question(crm.Time), after).labels()[0]
	if strings.Join(got, "|") != "۱۰:۰۰|۰۹:۳۰|۰۹:۰۰|۰۸:۳۰|۰۸:۰۰" {
		t.Errorf("first row: %q", got)
	}
}

func TestManyOptionsArePaged(t *testing.T) {
	var labels []string
	for i := range 45 {
		labels = append(labels, "همکار "+strings.Repeat("x", i+1))
	}
	q := question(crm.Staffer)
	q.Choices = options(labels...)
	p := newPerson(t, crm.Persian, q, after).tap("صفحهٔ بعد", "صفحهٔ بعد")
	if hasLabel(p.labels(), "صفحهٔ بعد") {
		t.Error("there is a page after the last")
	}
	p.tap("صفحهٔ قبل", labels[20]).answers("q", "21")
}

func TestRetiredChoice(t *testing.T) {
	q := question(crm.Choice)
	q.Choices = options("تازه", "قدیمی")
	q.Choices[1].Retired = true
	p := newPerson(t, crm.Persian, q, after)
	if hasLabel(p.labels(), "قدیمی") {
		t.Error("a retired choice is offered")
	}
	if got := view.Plain(form.Format(q, "2", p.env)); !strings.Contains(got, "قدیمی") {
		t.Errorf("a retired choice shows as %q", got)
	}
	p.typed("قدیمی").at("q")
}

func TestFileAndContact(t *testing.T) {
	p := newPerson(t, crm.Persian, question(crm.File), form.Question{ID: "p", Title: "شماره", Type: crm.Phone, Required: true}, after)
	p.d, p.last = form.Contact(p.def, p.d, "+989121234567", p.env)
	p.refused("").at("q")
	p.d, p.last = form.Attach(p.def, p.d, "AgAC-9_x", "رزومه\u202e<b>.pdf", p.env)
	p.answers("q", "AgAC-9_x|رزومه<b>.pdf").at("p").sees("رزومه<b>.pdf")
	p.d, p.last = form.Attach(p.def, p.d, "AgAC-9_x", "a", p.env)
	p.refused("").at("p")
	p.d, p.last = form.Contact(p.def, p.d, "+98 912 123 4567", p.env)
	p.answers("p", "+989121234567").at("z")
}
