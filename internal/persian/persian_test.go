package persian

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// tehran is the zone of the business in these tests; Iran has had no summer time since 2022.
var tehran = time.FixedZone("+0330", int((3*time.Hour + 30*time.Minute).Seconds()))

func TestDigits(t *testing.T) {
	for in, want := range map[string]string{"1403/07/08": "۱۴۰۳/۰۷/۰۸", "a۱٢3": "a۱٢۳", "": ""} {
		if got := Digits(in); got != want {
			t.Errorf("Digits(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"۱٢3４": "1234", "ساعت ۱۰": "ساعت 10"} {
		if got := ASCIIDigits(in); got != want {
			t.Errorf("ASCIIDigits(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestGroup(t *testing.T) {
	for in, want := range map[int64]string{
		0: "۰", 12: "۱۲", 999: "۹۹۹", 1000: "۱٬۰۰۰", 1234567: "۱٬۲۳۴٬۵۶۷", -1234: "\u200e−۱٬۲۳۴",
		-9223372036854775808: "\u200e−۹٬۲۲۳٬۳۷۲٬۰۳۶٬۸۵۴٬۷۷۵٬۸۰۸",
	} {
		if got := Group(in); got != want {
			t.Errorf("Group(%d) = %q, want %q", in, got, want)
		}
	}
}

func TestFormat(t *testing.T) {
	at := time.Date(2024, 9, 29, 10, 5, 0, 0, tehran)
	for _, c := range []struct{ got, want string }{
		{FormatDate(CivilOf(at), "fa"), "یکشنبه ۸ مهر ۱۴۰۳"},
		{FormatDate(CivilOf(at), "en"), "Sunday 29 September 2024"},
		{FormatDateTime(at, "fa"), "یکشنبه ۸ مهر ۱۴۰۳، ساعت ۱۰:۰۵"},
		{FormatDateTime(at, "en"), "Sunday 29 September 2024, 10:05"},
		{FormatDateTime(time.Date(2024, 9, 29, 21, 0, 0, 0, time.UTC).In(tehran), "fa"), "دوشنبه ۹ مهر ۱۴۰۳، ساعت ۰۰:۳۰"},
		{FormatTime(9, 5, "fa"), "۰۹:۰۵"},
		{FormatDuration(135*time.Minute, "fa"), "۲ ساعت و ۱۵ دقیقه"},
		{FormatDuration(135*time.Minute, "en"), "2 hours 15 minutes"},
		{FormatDuration(25*time.Hour, "fa"), "۱ روز و ۱ ساعت"},
		{FormatDuration(61*time.Second, "en"), "1 minute"},
		{FormatDuration(59*time.Second, "fa"), "کمتر از یک دقیقه"},
		{FormatMoney(1200000, "fa"), "۱٬۲۰۰٬۰۰۰ تومان"},
		{FormatMoney(-1200000, "en"), "-1,200,000 toman"},
		{Ago(30*time.Second, "fa"), "همین حالا"},
		{Ago(5*time.Minute, "fa"), "۵ دقیقه پیش"},
		{Ago(time.Hour, "en"), "1 hour ago"},
		{Ago(49*time.Hour, "fa"), "۲ روز پیش"},
		{Ago(70*24*time.Hour, "en"), "2 months ago"},
		{Ago(800*24*time.Hour, "fa"), "۲ سال پیش"},
		{Ago(-5*time.Minute, "fa"), "۵ دقیقه دیگر"},
		{MonthName(7, "fa") + MonthName(7, "en") + MonthName(13, "fa"), "مهرMehr"},
		{WeekdayShort(time.Saturday, "fa") + WeekdayShort(time.Saturday, "en"), "شSa"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestFormatShort(t *testing.T) {
	now := time.Date(2024, 9, 29, 12, 0, 0, 0, tehran)
	for _, c := range []struct {
		days   int
		fa, en string
	}{
		{0, "امروز ۱۰:۳۰", "today 10:30"},
		{1, "فردا ۱۰:۳۰", "tomorrow 10:30"},
		{-1, "دیروز ۱۰:۳۰", "yesterday 10:30"},
		{2, "سه‌شنبه ۱۰:۳۰", "Tuesday 10:30"},
		{6, "شنبه ۱۰:۳۰", "Saturday 10:30"},
		{7, "۱۵ مهر، ۱۰:۳۰", "6 October, 10:30"},
		{-2, "جمعه گذشته ۱۰:۳۰", "last Friday 10:30"},
		{-7, "۱ مهر، ۱۰:۳۰", "22 September, 10:30"},
		{180, "۸ فروردین ۱۴۰۴، ۱۰:۳۰", "28 March 2025, 10:30"},
	} {
		at := CivilOf(now).AddDays(c.days).At(Clock{10, 30}, tehran)
		// The clock may tick in another zone: days are counted in the one shown.
		if fa := FormatShort(at, now.UTC(), "fa"); fa != c.fa {
			t.Errorf("%d days: got %q, want %q", c.days, fa, c.fa)
		}
		if en := FormatShort(at, now, "en"); en != c.en {
			t.Errorf("%d days: got %q, want %q", c.days, en, c.en)
		}
	}
}

func TestCalendarRoundTrip(t *testing.T) {
	previous := Date{}
	for c := (Civil{1920, 1, 1}); c.Year <= 2120; c = c.AddDays(1) {
		d := c.Jalali()
		if !d.Valid() || d.Gregorian() != c || d != ToJalali(c.In(time.UTC)) {
			t.Fatalf("%s → %s → %s", c, d, d.Gregorian())
		}
		next := previous.Day + 1
		if d.Day != next && previous.Day != DaysIn(previous.Year, previous.Month) && previous != (Date{}) {
			t.Fatalf("%s follows %s", d, previous)
		}
		previous = d
	}
}

func TestCalendarAnchors(t *testing.T) {
	for civil, want := range map[string]Date{
		"2024-03-20": {1403, 1, 1}, "2025-03-20": {1403, 12, 30}, "2025-03-21": {1404, 1, 1},
		"1979-02-11": {1357, 11, 22}, "2021-03-20": {1399, 12, 30}, "2026-11-23": {1405, 9, 2},
	} {
		c, err := ParseCivil(civil)
		if err != nil || c.Jalali() != want {
			t.Errorf("%s: got %v, %v; want %v", civil, c.Jalali(), err, want)
		}
	}
	if !IsLeap(1403) || IsLeap(1404) || !IsLeap(1408) || DaysIn(1404, 12) != 29 || DaysIn(1404, 13) != 0 {
		t.Error("1403 and 1408 are leap years, 1404 is not")
	}
	if (Date{1404, 12, 30}).Gregorian() != (Civil{}) || (Civil{1, 1, 1}).Jalali() != (Date{}) {
		t.Error("a day that does not exist has no other calendar's day")
	}
	if _, err := ParseCivil("2024-02-30"); err == nil {
		t.Error("2024-02-30 was read")
	}
	if got := (Date{1403, 6, 31}).AddMonths(1); got != (Date{1403, 7, 30}) {
		t.Errorf("a month after 31 Shahrivar: %s", got)
	}
	if got := (Date{1403, 1, 31}).AddMonths(-1); got != (Date{1402, 12, 29}) {
		t.Errorf("a month before 31 Farvardin 1403: %s", got)
	}
	if got := WeekFrom(Civil{2024, 10, 4}); got != (Civil{2024, 9, 28}) || WeekdayIndex(time.Friday) != 6 {
		t.Errorf("the week of Friday 4 October 2024 begins %s", got)
	}
}

// Until 2022 the clocks of Iran skipped the hour after midnight of 1 Farvardin.
func TestMidnightSkippedByTheClocks(t *testing.T) {
	loc, err := time.LoadLocation("Asia/Tehran")
	if err != nil {
		t.Fatal(err)
	}
	got := (Civil{2021, 3, 22}).In(loc)
	if CivilOf(got) != (Civil{2021, 3, 22}) || got.Hour() != 1 {
		t.Errorf("the first instant of 22 March 2021 is %s", got)
	}
}

func TestDurationAfter(t *testing.T) {
	from := time.Date(2024, 8, 21, 9, 0, 30, 0, tehran) // 31 Mordad 1403
	got := Duration{Months: 2, Days: 1, Time: time.Hour}.After(from)
	if want := time.Date(2024, 10, 22, 10, 0, 30, 0, tehran); !got.Equal(want) {
		t.Errorf("got %s, want %s", got, want)
	}
	if zero := (Duration{}).ISO(); zero != "PT0M" {
		t.Errorf("no time is %s", zero)
	}
}

func TestReasons(t *testing.T) {
	now := time.Date(2024, 9, 29, 8, 30, 0, 0, tehran)
	for text, want := range map[string]ReadError{
		"سلام":                       {Reason: NotUnderstood},
		"۳۱ مهر":                     {Reason: NoSuchDay},
		"۱۴۰۴/۱۲/۳۰":                 {Reason: NoSuchDay},
		"فردا ساعت ۲۵":               {Reason: NoSuchTime},
		"فردا ۱۵ صبح":                {Reason: NoSuchTime},
		"دوشنبه ۱۰ مهر":              {WeekdayMismatch, time.Tuesday, Civil{2024, 10, 1}},
		"فردا ۱۰ مهر":                {WeekdayMismatch, time.Tuesday, Civil{2024, 10, 1}},
		strings.Repeat("فردا ", 200): {Reason: NotUnderstood},
	} {
		_, err := ReadDateTime(text, now)
		var got *ReadError
		if !errors.As(err, &got) || *got != want {
			t.Errorf("%.40q: got %v, want %v", text, err, &want)
		}
	}
}

func TestMomentParts(t *testing.T) {
	now := time.Date(2024, 9, 29, 8, 30, 0, 0, tehran)
	for text, want := range map[string]Moment{
		"فردا":          {Civil{2024, 9, 30}, Clock{8, 30}, true, false},
		"فردا ساعت ۱۰":  {Civil{2024, 9, 30}, Clock{10, 0}, true, true},
		"ساعت ۱۰":       {Civil{2024, 9, 29}, Clock{10, 0}, false, true},
		"فردا ۱۲ شب":    {Civil{2024, 10, 1}, Clock{0, 0}, true, true},
		"نیم ساعت دیگه": {Civil{2024, 9, 29}, Clock{9, 0}, true, true},
	} {
		if got, err := ReadDateTimeParts(text, now); err != nil || got != want {
			t.Errorf("%s: got %+v, %v; want %+v", text, got, err, want)
		}
	}
}

func TestReadMoney(t *testing.T) {
	for text, want := range map[string]int64{
		"۱٬۲۰۰٬۰۰۰": 1_200_000, "1,200,000 تومان": 1_200_000, "۱.۲۰۰.۰۰۰": 1_200_000, "۱ ۲۰۰ ۰۰۰": 1_200_000,
		"1.5 میلیون": 1_500_000, "۱٫۵ میلیون تومن": 1_500_000, "۱/۵ میلیون": 1_500_000, "یک و نیم میلیون": 1_500_000,
		"یک میلیون و نیم": 1_500_000, "۵۰۰ هزار": 500_000, "۵۰۰هزارتومان": 500_000, "پونصد هزار تومن": 500_000,
		"۲م": 2_000_000, "2.5m": 2_500_000, "500k": 500_000, "۵۰۰۰۰ ریال": 5_000, "۲ میلیون ریال": 200_000,
		"دو میلیون و سیصد هزار تومان": 2_300_000, "یک میلیون و دویست": 1_200_000, "یک میلیون و دویست و پنجاه": 1_250_000,
		"یه میلیارد": 1_000_000_000, "صد میلیون": 100_000_000, "بیست و پنج میلیون": 25_000_000, "میلیون": 1_000_000,
		"هزار تومن": 1_000, "0": 0, "نیم میلیون": 500_000, "۲۵۰ تومان": 250, "سه میلیارد و دویست میلیون": 3_200_000_000,
	} {
		if got, err := ReadMoney(text); err != nil || got != want {
			t.Errorf("%s: got %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "سلام", "تومان", "۱۲ ریال", "-۵۰۰۰", "۱.۵ تومان", "۱۲ ۳۴", "میلیون هزار میلیون", "99999999999999999999"} {
		if got, err := ReadMoney(text); err == nil {
			t.Errorf("%q: got %d, want an error", text, got)
		}
	}
}

func TestReadYesNo(t *testing.T) {
	for text, want := range map[string]bool{"بله": true, "آره": true, "Yes": true, "✅": true, "۱": true, "نه": false, "خیر!": false, "no.": false, "❌": false} {
		if got, err := ReadYesNo(text); err != nil || got != want {
			t.Errorf("%s: got %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "شاید", "بله نه"} {
		if _, err := ReadYesNo(text); err == nil {
			t.Errorf("%q was read", text)
		}
	}
}
