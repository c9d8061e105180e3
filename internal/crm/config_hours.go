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
