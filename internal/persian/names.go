package persian

import "time"

// The languages that the functions of this package take. Any other is English.
const (
	langPersian = "fa"
)

var monthNames = [12][2]string{
	{"فروردین", "Farvardin"}, {"اردیبهشت", "Ordibehesht"}, {"خرداد", "Khordad"},
	{"تیر", "Tir"}, {"مرداد", "Mordad"}, {"شهریور", "Shahrivar"},
	{"مهر", "Mehr"}, {"آبان", "Aban"}, {"آذر", "Azar"},
	{"دی", "Dey"}, {"بهمن", "Bahman"}, {"اسفند", "Esfand"},
}

// weekdayNames begin with Sunday, as time.Weekday does.
var weekdayNames = [7]struct{ fa, faShort, en string }{
	{"یکشنبه", "ی", "Sunday"}, {"دوشنبه", "د", "Monday"}, {"سه‌شنبه", "س", "Tuesday"},
	{"چهارشنبه", "چ", "Wednesday"}, {"پنجشنبه", "پ", "Thursday"}, {"جمعه", "ج", "Friday"},
	{"شنبه", "ش", "Saturday"},
}

// MonthName is the name of a Jalali month ("مهر", "Mehr"); "" when there is no such month.
func MonthName(month int, lang string) string {
	if month < 1 || month > 12 {
		return ""
	}
	if lang == langPersian {
		return monthNames[month-1][0]
	}
	return monthNames[month-1][1]
}

// WeekdayName is the name of a day of the week ("سه‌شنبه", "Tuesday").
func WeekdayName(d time.Weekday, lang string) string {
	name := weekdayNames[int(d)%7]
	if lang == langPersian {
		return name.fa
	}
	return name.en
}

// WeekdayShort is the name of a day of the week for the head of a calendar: one letter
// in Persian, two in English.
func WeekdayShort(d time.Weekday, lang string) string {
	name := weekdayNames[int(d)%7]
	if lang == langPersian {
		return name.faShort
	}
	return name.en[:2]
}
