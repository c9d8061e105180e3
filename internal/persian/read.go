package persian

import "time"

// A Moment is what a person said about when. Day and Clock are those of the instant
// meant: "فردا ۱۲ شب" is 00:00 of the day after tomorrow.
type Moment struct {
	Day     Civil
	Clock   Clock
	HasDate bool // a date was given, rather than taken to be the next at that time
	HasTime bool // a time was given, rather than kept from now
}

// In is the instant that m means in loc.
func (m Moment) In(loc *time.Location) time.Time { return m.Day.At(m.Clock, loc) }

// ReadDate reads a day that a person typed, in Persian or English, seen from now; now's
// location is the business's. A time of the day typed along with it is left out.
//
// Policies: y/m/d or d/m/y; years from 1900 are Gregorian; two-digit years 00-50 are 14xx,
// others 13xx; without a year the day is the next one from today on; a weekday is
// the next one, never today; "weekday of next week" counts weeks from Saturday; next week,
// month, year mean the same day then; the end of the week is its Thursday.
func ReadDate(text string, now time.Time) (Civil, error) {
	p := parse(text, now, wantDate)
	if p.err != nil {
		return Civil{}, p.err
	}
	day, given, err := p.day()
	if err != nil {
		return Civil{}, err
	}
	if given || p.clock.given {
		// Of a time that is left out it still has to be one.
		if _, err := p.clock.resolve(); err != nil {
			return Civil{}, err
		}
	}
	if !given {
		return Civil{}, fail(NotUnderstood)
	}
	return day, nil
}

// ReadTime reads a time of the day. A day typed along with it is left out; ReadDateTimeParts
// tells. Policies: a bare hour from 1 to 6 is in the afternoon, one with a leading zero is
// literal; صبح is 09:00, ظهر 12:00, بعدازظهر 15:00, عصر 17:00, شب 20:00.
func ReadTime(text string) (Clock, error) {
	// A day beside the time is read only to be left out, so any now will do.
	p := parse(text, time.Unix(0, 0).UTC(), wantTime)
	switch {
	case p.err != nil:
		return Clock{}, p.err
	case !p.clock.given || p.span.Time != 0:
		return Clock{}, fail(NotUnderstood)
	}
	r, err := p.clock.resolve()
	return r.clock, err
}

// ReadDateTime reads a moment, as ReadDate and ReadTime do. A time without a day is the
// next such time after now; a day without a time keeps now's clock; a span (نیم ساعت دیگه)
// counts from now. The result is in now's location, to the minute.
func ReadDateTime(text string, now time.Time) (time.Time, error) {
	m, err := ReadDateTimeParts(text, now)
	if err != nil {
		return time.Time{}, err
	}
	return m.In(now.Location()), nil
}

// ReadDateTimeParts is ReadDateTime for a caller that has to know what was said: whether
// to ask for the time as well.
func ReadDateTimeParts(text string, now time.Time) (Moment, error) {
	p := parse(text, now, wantMoment)
	if p.err != nil {
		return Moment{}, p.err
	}
	return p.moment()
}
