package persian

import (
	"slices"
	"time"
)

// A Holiday is a day off of the Iranian calendar. An Uncertain one goes by the moon:
// the date is computed, what is announced may be a day earlier or later.
type Holiday struct {
	Date             Civil
	Persian, English string
	Uncertain        bool
}

// Title is what the holiday is called.
func (h Holiday) Title(lang string) string {
	if lang == langPersian {
		return h.Persian
	}
	return h.English
}

// dayOfYear is a holiday by month and day of its own calendar.
type dayOfYear struct {
	month, day       int
	persian, english string
}

var solarHolidays = [...]dayOfYear{
	{1, 1, "نوروز", "Nowruz"},
	{1, 2, "نوروز", "Nowruz"},
	{1, 3, "نوروز", "Nowruz"},
	{1, 4, "نوروز", "Nowruz"},
	{1, 12, "روز جمهوری اسلامی", "Islamic Republic Day"},
	{1, 13, "روز طبیعت", "Nature Day"},
	{3, 14, "رحلت امام خمینی", "Death of Imam Khomeini"},
	{3, 15, "قیام ۱۵ خرداد", "Uprising of 15 Khordad"},
	{11, 22, "پیروزی انقلاب اسلامی", "Victory of the Islamic Revolution"},
	{12, 29, "ملی شدن صنعت نفت", "Nationalisation of the oil industry"},
}

// lastDay stands for the last day of a lunar month, which has 29 days or 30.
const lastDay = 0

var lunarHolidays = [...]dayOfYear{
	{1, 9, "تاسوعای حسینی", "Tasua"},
	{1, 10, "عاشورای حسینی", "Ashura"},
	{2, 20, "اربعین حسینی", "Arbain"},
	{2, 28, "رحلت پیامبر اکرم و شهادت امام حسن مجتبی", "Death of the Prophet, martyrdom of Imam Hasan"},
	{2, lastDay, "شهادت امام رضا", "Martyrdom of Imam Reza"},
	{3, 8, "شهادت امام حسن عسکری", "Martyrdom of Imam Hasan al-Askari"},
	{3, 17, "ولادت پیامبر اکرم و امام جعفر صادق", "Birth of the Prophet and of Imam Sadiq"},
	{6, 3, "شهادت حضرت فاطمه زهرا", "Martyrdom of Fatima"},
	{7, 13, "ولادت امام علی", "Birth of Imam Ali"},
	{7, 27, "مبعث پیامبر اکرم", "Mission of the Prophet"},
	{8, 15, "نیمهٔ شعبان", "Birth of Imam Mahdi"},
	{9, 21, "شهادت امام علی", "Martyrdom of Imam Ali"},
	{10, 1, "عید فطر", "Eid al-Fitr"},
	{10, 2, "تعطیلی عید فطر", "Eid al-Fitr, second day"},
	{10, 25, "شهادت امام جعفر صادق", "Martyrdom of Imam Sadiq"},
	{12, 10, "عید قربان", "Eid al-Adha"},
	{12, 18, "عید غدیر خم", "Eid al-Ghadir"},
}

// Holidays are the days off of a Jalali year, in order: the fixed ones, and those by
// the moon, which are to be confirmed when they are announced. Two can fall on one
// day, and one by the moon comes twice in some years. Empty where the year is not one
// that can be computed.
func Holidays(year int) []Holiday {
	first, next := Date{year, 1, 1}.Gregorian(), Date{year + 1, 1, 1}.Gregorian()
	if (first == Civil{}) || (next == Civil{}) {
		return nil
	}
	var out []Holiday
	for _, h := range solarHolidays {
		out = append(out, Holiday{Date: Date{year, h.month, h.day}.Gregorian(), Persian: h.persian, English: h.english})
	}
	// A lunar year is shorter: up to three of them touch a solar one.
	lunar := lunarYear(first)
	for y := lunar; y <= lunar+2; y++ {
		for _, h := range lunarHolidays {
			day := h.day
			if day == lastDay {
				day = lunarDaysIn(y, h.month)
			}
			on := lunarDate(y, h.month, day)
			if !on.Before(first) && on.Before(next) {
				out = append(out, Holiday{Date: on, Persian: h.persian, English: h.english, Uncertain: true})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Holiday) int { return b.Date.DaysUntil(a.Date) })
	return out
}

// The tabular Islamic calendar: months of 30 and 29 days by turns, and 11 years of
// every 30 with a day more in the last. It is at most a day or two off what is seen.

// lunarEpoch is 1 Muharram of the year 1: 16 July 622 of the Julian calendar.
var lunarEpoch = Civil{622, time.July, 19}

const (
	lunarCycle     = 30 // years
	lunarCycleDays = 10631
)

func lunarLeap(year int) bool { return (11*year+14)%lunarCycle < 11 }

func lunarDaysIn(year, month int) int {
	if month%2 == 1 || month == 12 && lunarLeap(year) {
		return 30
	}
	return 29
}

// lunarDate is the Gregorian day of a day of the tabular calendar.
func lunarDate(year, month, day int) Civil {
	days := (year-1)*354 + (11*year+3)/lunarCycle
	for m := 1; m < month; m++ {
		days += lunarDaysIn(year, m)
	}
	return lunarEpoch.AddDays(days + day - 1)
}

// lunarYear is the year of the tabular calendar that c is in.
func lunarYear(c Civil) int {
	year := lunarEpoch.DaysUntil(c)*lunarCycle/lunarCycleDays + 1
	for c.Before(lunarDate(year, 1, 1)) {
		year--
	}
	for !c.Before(lunarDate(year+1, 1, 1)) {
		year++
	}
	return year
}
