package persian

import (
	"fmt"
	"time"

	jalaali "github.com/jalaali/go-jalaali"
)

// A Date is a day of the Jalali calendar: Month 1 is Farvardin, 12 is Esfand.
type Date struct {
	Year, Month, Day int
}

// Years for which the calendars can be converted into one another here.
const (
	minJalaliYear = 1
	maxJalaliYear = 3000
)

// A Civil is a day of the Gregorian calendar, in no particular time zone.
type Civil struct {
	Year  int
	Month time.Month
	Day   int
}

// ToJalali is the Jalali day of t in t's own location. Convert t to the business's
// zone first: 21:00 UTC is already another day in Tehran.
func ToJalali(t time.Time) Date {
	return CivilOf(t).Jalali()
}

// CivilOf is the Gregorian day of t in t's own location.
func CivilOf(t time.Time) Civil {
	year, month, day := t.Date()
	return Civil{year, month, day}
}

// ParseCivil reads a date of the form 2006-01-02.
func ParseCivil(s string) (Civil, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Civil{}, fmt.Errorf("parse civil date: %w", err)
	}
	return CivilOf(t), nil
}

// String writes c as 2006-01-02.
func (c Civil) String() string {
	return fmt.Sprintf("%04d-%02d-%02d", c.Year, int(c.Month), c.Day)
}

// Valid reports whether c is a day that exists.
func (c Civil) Valid() bool {
	return CivilOf(c.utc()) == c
}

// In is the first instant of c in loc: midnight, except where the clocks skip it, as
// they did in Iran at the start of summer time.
func (c Civil) In(loc *time.Location) time.Time {
	return c.At(Clock{}, loc)
}

// At is the instant of the clock time k on c in loc. A time that the clocks skip
// becomes the one an hour later, of the same day.
func (c Civil) At(k Clock, loc *time.Location) time.Time {
	t := time.Date(c.Year, c.Month, c.Day, k.Hour, k.Min, 0, 0, loc)
	if t.Hour() != k.Hour && CivilOf(t).Before(c) {
		return time.Date(c.Year, c.Month, c.Day, k.Hour+1, k.Min, 0, 0, loc)
	}
	return t
}

// AddDays is the day n days after c, or before it where n is negative.
func (c Civil) AddDays(n int) Civil {
	return CivilOf(c.utc().AddDate(0, 0, n))
}

// Weekday is the day of the week of c.
func (c Civil) Weekday() time.Weekday { return c.utc().Weekday() }

// Before reports whether c is earlier than other.
func (c Civil) Before(other Civil) bool { return c.utc().Before(other.utc()) }

// DaysUntil is the number of days from c to other, negative when other is earlier.
func (c Civil) DaysUntil(other Civil) int {
	return int(other.utc().Sub(c.utc()) / (24 * time.Hour))
}

// Jalali is the same day in the Jalali calendar; the zero Date outside of the years
// 622 to 3621, for which that calendar is not computed.
func (c Civil) Jalali() Date {
	if c.Year < 623 || c.Year > 3620 {
		return Date{}
	}
	year, month, day, err := jalaali.ToJalaali(c.Year, c.Month, c.Day)
	if err != nil {
		return Date{}
	}
	return Date{year, int(month), day}
}

func (c Civil) utc() time.Time {
	return time.Date(c.Year, c.Month, c.Day, 0, 0, 0, 0, time.UTC)
}

// Gregorian is the same day in the Gregorian calendar; the zero Civil when d is not Valid.
func (d Date) Gregorian() Civil {
	if !d.Valid() {
		return Civil{}
	}
	year, month, day, err := jalaali.ToGregorian(d.Year, jalaali.Month(d.Month), d.Day)
	if err != nil {
		return Civil{}
	}
	return Civil{year, month, day}
}

// Valid reports whether d is a day that exists, of a year from 1 to 3000.
func (d Date) Valid() bool {
	return d.Year >= minJalaliYear && d.Year <= maxJalaliYear && d.Day >= 1 && d.Day <= DaysIn(d.Year, d.Month)
}

// String writes d as 1403/07/08.
func (d Date) String() string {
	return fmt.Sprintf("%04d/%02d/%02d", d.Year, d.Month, d.Day)
}

// AddMonths is the same day n months later (earlier when n is negative), or the last
// day of that month when it is shorter.
func (d Date) AddMonths(n int) Date {
	months := d.Year*12 + d.Month - 1 + n
	year, month := months/12, months%12+1
	return Date{year, month, min(d.Day, DaysIn(year, month))}
}

// DaysIn is the length of a Jalali month; 0 when there is no such month.
func DaysIn(year, month int) int {
	switch {
	case month < 1 || month > 12:
		return 0
	case month <= 6:
		return 31
	case month <= 11 || IsLeap(year):
		return 30
	}
	return 29
}

// IsLeap reports whether Esfand of the Jalali year has 30 days.
func IsLeap(year int) bool {
	if year < minJalaliYear || year > maxJalaliYear {
		return false
	}
	leap, err := jalaali.IsLeapYear(year)
	return err == nil && leap
}

// WeekdayIndex is the place of d in the Iranian week: Saturday 0 … Friday 6.
func WeekdayIndex(d time.Weekday) int { return (int(d) + 1) % 7 }

// WeekFrom is the first day, a Saturday, of the Iranian week that c is in.
func WeekFrom(c Civil) Civil { return c.AddDays(-WeekdayIndex(c.Weekday())) }
