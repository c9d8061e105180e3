package bot

import (
	"context"
	"slices"
	"time"

	"cartable/bot/callback"
	"cartable/bot/screen"
	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

// shapeBusiness changes a part of the business in the draft, or shows its editor.
func (r *request) shapeBusiness(ctx context.Context, ref callback.Ref) (string, error) {
	edit, show := businessEdit(ref, r.reader().Today()), businessScreen(ref)
	if edit != nil {
		if err := r.editConfig(ctx, edit); err != nil {
			return "", err
		}
	}
	return "", r.shapeScreen(ctx, show)
}

// businessEdit is what a button changes; nil for one that only shows something.
func businessEdit(ref callback.Ref, today persian.Civil) func(*crm.Config) error {
	v, n := ref.Value, number(ref.Value)
	switch ref.Question {
	case screen.ShapeDay:
		return dayEdit(time.Weekday(ref.Arg), v)
	case screen.ShapeHolidays, screen.ShapeHoliday, screen.ShapeHoliMove, screen.ShapeHoliOut:
		return holidayEdit(ref, today)
	case screen.ShapeWindowOut:
		return func(c *crm.Config) error {
			return c.SetWindows(slices.DeleteFunc(slices.Clone(c.Settings.Windows), func(w crm.Window) bool { return int64(w.From) == ref.Arg }))
		}
	case screen.ShapeDigests:
		if ref.Arg != 0 {
			return func(c *crm.Config) error { return c.SetDigests(toggled(c.Settings.Digests, crm.StaffID(ref.Arg))) }
		}
	case screen.ShapeDigestAt:
		return func(c *crm.Config) error { return c.SetDigestAt(crm.DigestTimes{}) }
	}
	if v == "" {
		return nil
	}
	switch ref.Question {
	case screen.ShapeZone:
		if zones := screen.Zones(); n >= 0 && n < len(zones) {
			return func(c *crm.Config) error { return c.SetZone(zones[n]) }
		}
	case screen.ShapeLanguage:
		return func(c *crm.Config) error { return c.SetLanguage(crm.Language(v)) }
	case screen.ShapeSeeAll:
		return func(c *crm.Config) error { return c.SetAgentsSeeAll(v == "yes") }
	case screen.ShapeRetention:
		const year = 365 // days
		return func(c *crm.Config) error { return c.SetRetention(n * year) }
	case screen.ShapeHours:
		if hours, off, ok := screen.Preset(v); ok {
			return func(c *crm.Config) error { return c.SetHours(hours, off) }
		}
	case screen.ShapeWindows:
		return func(c *crm.Config) error { return c.SetWindows(crm.UsualWindows()) }
	}
	return nil
}

func ofWeek(d time.Weekday) bool { return time.Sunday <= d && d <= time.Saturday }

// dayEdit closes a day, opens it all day, or gives its hours to all days.
func dayEdit(day time.Weekday, how string) func(*crm.Config) error {
	switch how {
	case "closed":
		return func(c *crm.Config) error { return c.SetDay(day, nil) }
	case "all_day":
		return func(c *crm.Config) error { return c.SetDay(day, []crm.Span{{From: 0, To: crm.MinutesOfDay}}) }
	case "copy":
		return func(c *crm.Config) error {
			hours := c.Settings.Hours
			if !ofWeek(day) || hours.Empty() {
				return nil
			}
			spans := hours[day]
			if slices.Contains(c.Settings.DaysOff, day) {
				spans = nil
			}
			for d := range hours {
				if err := c.SetDay(time.Weekday(d), spans); err != nil {
					return err
				}
			}
			return nil
		}
	}
	return nil
}

func holidayEdit(ref callback.Ref, today persian.Civil) func(*crm.Config) error {
	date := ref.Value
	switch {
	case ref.Question == screen.ShapeHolidays && date == "fixed":
		return func(c *crm.Config) error { return c.AddHolidays(screen.FixedHolidays(int(ref.Arg), today)...) }
	case ref.Question == screen.ShapeHoliday && ref.Arg == 1:
		return func(c *crm.Config) error { return c.AddHolidays(screen.OfCalendar(date)...) }
	case ref.Question == screen.ShapeHoliMove && (ref.Arg == 1 || ref.Arg == -1):
		return func(c *crm.Config) error { return c.MoveHolidays(date, int(ref.Arg)) }
	case ref.Question == screen.ShapeHoliOut:
		return func(c *crm.Config) error { return c.RemoveHolidays(date) }
	}
	return nil
}

// businessScreen is what follows a button.
func businessScreen(ref callback.Ref) func(screen.Shaper) view.Message {
	switch ref.Question {
	case screen.ShapeZone, screen.ShapeLanguage, screen.ShapeRetention:
		if ref.Value == "" {
			return func(s screen.Shaper) view.Message { return s.BusinessPart(ref.Question) }
		}
	case screen.ShapeHours:
		return screen.Shaper.Hours
	case screen.ShapeDay:
		if ref.Value == "copy" || !ofWeek(time.Weekday(ref.Arg)) {
			return screen.Shaper.Hours
		}
		return func(s screen.Shaper) view.Message { return s.Day(time.Weekday(ref.Arg)) }
	case screen.ShapeHolidays:
		return func(s screen.Shaper) view.Message { return s.Holidays(yearOr(int(ref.Arg), s)) }
	case screen.ShapeHoliOut:
		return func(s screen.Shaper) view.Message { return s.Holidays(yearOf(ref.Value, s)) }
	case screen.ShapeHoliday:
		if ref.Arg == 1 {
			return func(s screen.Shaper) view.Message { return s.Holidays(yearOf(ref.Value, s)) }
		}
		return func(s screen.Shaper) view.Message { return s.Holiday(ref.Value) }
	case screen.ShapeHoliMove:
		return func(s screen.Shaper) view.Message {
			if day, err := persian.ParseCivil(ref.Value); err == nil {
				return s.Holiday(day.AddDays(int(ref.Arg)).String())
			}
			return s.Holidays(s.Year())
		}
	case screen.ShapeWindows, screen.ShapeWindowOut:
		return screen.Shaper.Windows
	case screen.ShapeDigests, screen.ShapeDigestAt:
		return screen.Shaper.Digests
	}
	return screen.Shaper.Business
}

// yearOr is a Jalali year that can be shown, the present one for any other.
func yearOr(year int, s screen.Shaper) int {
	if len(persian.Holidays(year)) == 0 {
		return s.Year()
	}
	return year
}

// yearOf is the Jalali year of a date.
func yearOf(date string, s screen.Shaper) int {
	day, err := persian.ParseCivil(date)
	if err != nil {
		return s.Year()
	}
	return yearOr(day.Jalali().Year, s)
}

// addWindows adds parts of the day to the routine.
func addWindows(c *crm.Config, kind crm.WindowKind, spans []crm.Span) error {
	all := slices.Clone(c.Settings.Windows)
	for _, s := range spans {
		all = append(all, crm.Window{Kind: kind, From: s.From, To: s.To})
	}
	return c.SetWindows(all)
}
