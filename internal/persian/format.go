package persian

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// FormatDate writes a day in full: "یکشنبه ۸ مهر ۱۴۰۳" or "Sunday 29 September 2024".
func FormatDate(c Civil, lang string) string {
	return WeekdayName(c.Weekday(), lang) + " " + dayMonth(c, lang) + " " + yearOf(c, lang)
}

// FormatDateTime writes t in its own location: "یکشنبه ۸ مهر ۱۴۰۳، ساعت ۱۰:۳۰" or
// "Sunday 29 September 2024, 10:30".
func FormatDateTime(t time.Time, lang string) string {
	between := ", "
	if lang == langPersian {
		between = "، ساعت "
	}
	return FormatDate(CivilOf(t), lang) + between + FormatTime(t.Hour(), t.Minute(), lang)
}

// FormatShort writes t for a list, as seen at now, in t's location: "امروز ۱۰:۳۰",
// "فردا ۱۰:۳۰", "دیروز ۱۰:۳۰", the weekday within six days ("سه‌شنبه ۱۰:۳۰", "سه‌شنبه
// گذشته ۱۰:۳۰"), otherwise "۲۰ آبان، ۱۰:۳۰", with the year when it is not this one.
func FormatShort(t, now time.Time, lang string) string {
	day, today := CivilOf(t), CivilOf(now.In(t.Location()))
	clock := FormatTime(t.Hour(), t.Minute(), lang)
	if name := nearDay(today.DaysUntil(day), day.Weekday(), lang); name != "" {
		return name + " " + clock
	}
	date := dayMonth(day, lang)
	if yearOf(day, lang) != yearOf(today, lang) {
		date += " " + yearOf(day, lang)
	}
	if lang == langPersian {
		return date + "، " + clock
	}
	return date + ", " + clock
}

// nearDay names a day by its distance from today; "" when it is too far away for that.
func nearDay(distance int, weekday time.Weekday, lang string) string {
	fa := lang == langPersian
	switch {
	case distance == 0:
		return pick(fa, "امروز", "today")
	case distance == 1:
		return pick(fa, "فردا", "tomorrow")
	case distance == -1:
		return pick(fa, "دیروز", "yesterday")
	case distance > 1 && distance <= 6:
		return WeekdayName(weekday, lang)
	case distance < -1 && distance >= -6:
		return pick(fa, WeekdayName(weekday, lang)+" گذشته", "last "+WeekdayName(weekday, lang))
	}
	return ""
}

func dayMonth(c Civil, lang string) string {
	if lang != langPersian {
		return strconv.Itoa(c.Day) + " " + c.Month.String()
	}
	d := c.Jalali()
	return Digits(strconv.Itoa(d.Day)) + " " + MonthName(d.Month, lang)
}

func yearOf(c Civil, lang string) string {
	if lang != langPersian {
		return strconv.Itoa(c.Year)
	}
	return Digits(strconv.Itoa(c.Jalali().Year))
}

// FormatTime writes a time of the day: "۰۹:۰۵" or "09:05".
func FormatTime(hour, minute int, lang string) string {
	return localDigits(fmt.Sprintf("%02d:%02d", hour, minute), lang)
}

// FormatDuration writes d in days, hours and minutes: "۲ ساعت و ۱۵ دقیقه" or
// "2 hours 15 minutes". Seconds are cut off; of a negative d the sign is.
func FormatDuration(d time.Duration, lang string) string {
	minutes := int64(d.Abs() / time.Minute)
	var parts []string
	for _, u := range []struct {
		size   int64
		fa, en string
	}{{24 * 60, "روز", "day"}, {60, "ساعت", "hour"}, {1, "دقیقه", "minute"}} {
		if n := minutes / u.size; n > 0 {
			parts = append(parts, count(n, u.fa, u.en, lang))
		}
		minutes %= u.size
	}
	fa := lang == langPersian
	if len(parts) == 0 {
		return pick(fa, "کمتر از یک دقیقه", "less than a minute")
	}
	return strings.Join(parts, pick(fa, " و ", " "))
}

// Ago writes how long ago something was, in its largest unit: "۵ دقیقه پیش" or
// "5 minutes ago". A negative d is ahead: "۵ دقیقه دیگر", "in 5 minutes".
func Ago(d time.Duration, lang string) string {
	const day = 24 * time.Hour
	fa := lang == langPersian
	span := d.Abs()
	var n string
	switch {
	case span < time.Minute:
		return pick(fa, "همین حالا", "just now")
	case span < time.Hour:
		n = count(int64(span/time.Minute), "دقیقه", "minute", lang)
	case span < day:
		n = count(int64(span/time.Hour), "ساعت", "hour", lang)
	case span < 30*day:
		n = count(int64(span/day), "روز", "day", lang)
	case span < 365*day:
		n = count(int64(span/(30*day)), "ماه", "month", lang)
	default:
		n = count(int64(span/(365*day)), "سال", "year", lang)
	}
	if d < 0 {
		return pick(fa, n+" دیگر", "in "+n)
	}
	return pick(fa, n+" پیش", n+" ago")
}

// FormatMoney writes an amount: "۱٬۲۰۰٬۰۰۰ تومان" or "1,200,000 toman".
func FormatMoney(toman int64, lang string) string {
	if lang == langPersian {
		return Group(toman) + " تومان"
	}
	return pick(toman < 0, "-", "") + grouped(toman, ",") + " toman"
}

func count(n int64, fa, en, lang string) string {
	if lang == langPersian {
		return Digits(strconv.FormatInt(n, 10)) + " " + fa
	}
	return strconv.FormatInt(n, 10) + " " + en + pick(n == 1, "", "s")
}

func localDigits(s, lang string) string {
	if lang == langPersian {
		return Digits(s)
	}
	return s
}

func pick(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}
