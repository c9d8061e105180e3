package persian

import (
	"strconv"
	"strings"
	"time"
)

// A Duration is a span as people give it. Months, days and clock time are kept apart:
// a month has no fixed number of days, and a day is not always 24 hours.
type Duration struct {
	Months, Days int
	Time         time.Duration // whole minutes
}

// ISO writes d as ISO 8601 has it: P14D, PT45M, P1Y6M, P1DT2H. No time at all is PT0M.
func (d Duration) ISO() string {
	var b strings.Builder
	b.WriteByte('P')
	unit := func(n int, letter byte) {
		if n != 0 {
			b.WriteString(strconv.Itoa(n))
			b.WriteByte(letter)
		}
	}
	unit(d.Months/12, 'Y')
	unit(d.Months%12, 'M')
	unit(d.Days, 'D')
	minutes := int(d.Time / time.Minute)
	if minutes != 0 || b.Len() == 1 {
		b.WriteByte('T')
	}
	unit(minutes/60, 'H')
	unit(minutes%60, 'M')
	if b.Len() == len("PT") && strings.HasSuffix(b.String(), "T") {
		b.WriteString("0M")
	}
	return b.String()
}

// After is the instant d after t in t's location: first the months, by the Jalali
// calendar, then the days, at the same clock time; then the time.
func (d Duration) After(t time.Time) time.Time {
	return d.from(CivilOf(t)).At(Clock{t.Hour(), t.Minute()}, t.Location()).
		Add(time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond()) + d.Time)
}

// from is the day that the months and days of d lead to.
func (d Duration) from(day Civil) Civil {
	if d.Months != 0 {
		day = day.Jalali().AddMonths(d.Months).Gregorian()
	}
	return day.AddDays(d.Days)
}
