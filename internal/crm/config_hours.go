package crm

import (
	"cmp"
	"slices"
	"time"

	"cartable/internal/persian"
)

// SetHours sets when the business is open, the empty week being always, and on which
// days of the week it is closed whatever the hours say.
func (c *Config) SetHours(hours Week, off []time.Weekday) error {
	off = slices.Compact(slices.Sorted(slices.Values(off)))
	for _, d := range off {
		if d < time.Sunday || d > time.Saturday {
			return &Error{Code: Invalid, Key: KeyBadHours, Field: "hours"}
		}
	}
	if err := hours.Check(); err != nil {
		return err
	}
	c.Settings.Hours, c.Settings.DaysOff = hours, list(off)
	return nil
}

// SetHolidays sets all dates on which the business is closed. They are kept in order.
func (c *Config) SetHolidays(holidays []Holiday) error {
	if len(holidays) > MaxHolidays {
		return &Error{Code: Invalid, Key: KeyTooLong, Field: "holiday"}
	}
	kept := slices.Clone(holidays)
	for i, h := range kept {
		day, err := persian.ParseCivil(h.Date)
		if err != nil {
			return &Error{Code: Invalid, Key: KeyBadValue, Field: "holiday"}
		}
		kept[i].Date = day.String()
		if kept[i].Title, err = c.newTitle(h.Title, nil); err != nil {
			return err
		}
	}
	slices.SortStableFunc(kept, func(a, b Holiday) int { return cmp.Compare(a.Date, b.Date) })
	c.Settings.Holidays = list(slices.Compact(kept))
	return nil
}

// SetDay sets when the business is open on one day of the week: no spans close it.
// Of a business that is always open the other days stay open all day.
func (c *Config) SetDay(day time.Weekday, spans []Span) error {
	if day < time.Sunday || day > time.Saturday {
		return &Error{Code: Invalid, Key: KeyBadHours, Field: "hours"}
	}
	hours := c.Settings.Hours
	if hours.Empty() {
		for d := range hours {
			hours[d] = []Span{wholeDay}
		}
	}
	hours[day] = slices.Clone(spans)
	slices.SortFunc(hours[day], func(a, b Span) int { return cmp.Compare(a.From, b.From) })
	off := slices.DeleteFunc(slices.Clone(c.Settings.DaysOff), func(d time.Weekday) bool { return d == day })
	if len(spans) == 0 {
		off = append(off, day)
	}
	if hours.Empty() { // which stands for always
		off = []time.Weekday{0, 1, 2, 3, 4, 5, 6}
	}
	return c.SetHours(hours, off)
}

// AddHolidays adds days on which the business is closed; those that it has already
// stay once.
func (c *Config) AddHolidays(more ...Holiday) error {
	all := slices.Clone(c.Settings.Holidays)
	for _, h := range more {
		if !slices.ContainsFunc(all, func(had Holiday) bool { return had.Date == h.Date && had.Title.Text == h.Title.Text }) {
			all = append(all, h)
		}
	}
	return c.SetHolidays(all)
}

// RemoveHolidays has the business open again on a date.
func (c *Config) RemoveHolidays(date string) error {
	return c.SetHolidays(slices.DeleteFunc(slices.Clone(c.Settings.Holidays), func(h Holiday) bool { return h.Date == date }))
}

// MoveHolidays moves what falls on a date by some days: what goes by the moon is
// announced late.
func (c *Config) MoveHolidays(date string, days int) error {
	all := slices.Clone(c.Settings.Holidays)
	for i, h := range all {
		if h.Date != date {
			continue
		}
		day, err := persian.ParseCivil(h.Date)
		if err != nil {
			return &Error{Code: Invalid, Key: KeyBadValue, Field: "holiday"}
		}
		all[i].Date = day.AddDays(days).String()
	}
	return c.SetHolidays(all)
}
