package screen

import (
	"strconv"
	"time"

	"cartable/bot/callback"
	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

// What Shape does with the business itself; see the other operations.
const (
	ShapeBusiness  = "business"   // everything of it
	ShapeZone      = "zone"       // choose, or the zone at place Value of Zones
	ShapeLanguage  = "language"   // choose, or Value
	ShapeSeeAll    = "see_all"    // Value yes, no
	ShapeRetention = "retention"  // choose, or Value years
	ShapeHours     = "hours"      // the week, or the preset Value
	ShapeDay       = "day"        // the hours of weekday Arg: choose, or Value closed, all_day, copy
	ShapeHolidays  = "holidays"   // those of the Jalali year Arg, or Value "fixed": take all fixed ones
	ShapeHoliday   = "holiday"    // what falls on date Value: Arg 1 of the calendar in or out
	ShapeHoliMove  = "holi_move"  // Arg days later
	ShapeHoliOut   = "holi_out"   // the business is open on date Value
	ShapeWindows   = "windows"    // the daily routine; Value usual, none
	ShapeWindowOut = "window_out" // the window that begins at minute Arg goes
	ShapeDigests   = "digests"    // who gets digests, and when; colleague Arg in or out
	ShapeDigestAt  = "digest_at"  // Value morning, evening: at the usual time again
)

// Zones are the time zones that a tap chooses.
func Zones() []string {
	return []string{"Asia/Tehran", "Asia/Kabul", "Asia/Dubai", "Asia/Baghdad", "Europe/Istanbul", "Europe/Berlin", "Europe/London", "America/Toronto"}
}

// Business is everything of the business itself, each part with its editor.
func (s Shaper) Business() view.Message {
	set := s.Draft.Target.Settings
	html := s.fit(func(r Reader) view.HTML {
		s := Shaper{r, s.Draft}
		name := words(s.clip(set.Business, 100))
		if name == "" {
			name = s.P.H("business.nameless")
		}
		return view.Paragraphs(s.P.H("business.title"),
			view.Lines(s.line("business.name", name), s.line("business.zone", words(set.Zone)), s.line("business.language", s.P.H("language."+string(set.Language))),
				s.line("business.see_all", s.P.H("value."+yesNo(set.AgentsSeeAll))), s.line("business.retention", s.retention(set.Retention))),
			view.Lines(s.P.H("business.hours_head"), s.week(set.Hours, set.DaysOff)),
			view.Lines(s.line("business.holidays", s.P.HN("business.holiday_count", len(set.Holidays))),
				s.line("business.windows", s.windows(set.Windows)), s.line("business.digests", s.digests(set))), s.edited())
	})
	seeAll := shapeButton(s.P.T("business.see_all_off"), callback.Ref{Question: ShapeSeeAll, Value: "no"})
	if !set.AgentsSeeAll {
		seeAll = shapeButton(s.P.T("business.see_all_on"), callback.Ref{Question: ShapeSeeAll, Value: "yes"})
	}
	rows := pairs([]view.Button{s.op("business.name", ShapeText, 0, "name"), s.op("business.zone", ShapeZone, 0, ""),
		s.op("business.language", ShapeLanguage, 0, ""), s.op("business.retention", ShapeRetention, 0, ""),
		s.op("business.hours", ShapeHours, 0, ""), s.op("business.holidays", ShapeHolidays, 0, ""),
		s.op("business.windows", ShapeWindows, 0, ""), s.op("business.digests", ShapeDigests, 0, "")})
	rows = append(rows, []view.Button{seeAll})
	return view.Message{HTML: html, Inline: s.keyboard(append(rows, s.foot(s.SettingsBack()[0])...)...)}
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// BusinessPart asks for one of a few values of a part of the business.
func (s Shaper) BusinessPart(op string) view.Message {
	set := s.Draft.Target.Settings
	var buttons []view.Button
	pick := func(label, value string, on bool) {
		buttons = append(buttons, ticked(shapeButton(label, callback.Ref{Question: op, Value: value}), on))
	}
	var last []view.Button
	switch op {
	case ShapeZone:
		for i, z := range Zones() {
			pick(z, strconv.Itoa(i), set.Zone == z)
		}
		last = []view.Button{s.op("business.zone_typed", ShapeText, 0, "zone")}
	case ShapeLanguage:
		for _, l := range []crm.Language{crm.Persian, crm.English} {
			pick(s.P.T("language."+string(l)), string(l), set.Language == l)
		}
	default: // ShapeRetention
		for _, years := range []int{0, 1, 2, 3, 5} {
			pick(view.Plain(s.retention(years*daysOfYear)), strconv.Itoa(years), set.Retention == years*daysOfYear)
		}
	}
	html := view.Paragraphs(s.P.H("business.ask_"+op), s.edited())
	return view.Message{HTML: html, Inline: s.keyboard(append(append(pairs(buttons), last), s.foot(s.businessBack())...)...)}
}

const daysOfYear = 365

func (s Shaper) businessBack() view.Button { return s.op("common.back", ShapeBusiness, 0, "") }

func (s Shaper) retention(days int) view.HTML {
	switch {
	case days == 0:
		return s.P.H("business.for_ever")
	case days%daysOfYear == 0:
		return s.P.HN("business.years", days/daysOfYear)
	}
	return s.P.HN("business.days", days)
}

// clock is a minute of the day in the reader's digits.
func (s Shaper) clock(minute int) string {
	if minute == crm.MinutesOfDay {
		return s.digits("24:00")
	}
	return persian.FormatTime(minute/60, minute%60, s.lang())
}

func (s Shaper) span(from, to int) view.HTML {
	if from == 0 && to == crm.MinutesOfDay {
		return s.P.H("business.all_day")
	}
	return s.P.H("business.span", "From", s.clock(from), "To", s.clock(to))
}

// hoursOf is when the business is open on a day of the week, as it is in force.
func hoursOf(hours crm.Week, off []time.Weekday, day time.Weekday) []crm.Span {
	for _, d := range off {
		if d == day {
			return nil
		}
	}
	if hours.Empty() {
		return []crm.Span{{From: 0, To: crm.MinutesOfDay}}
	}
	return hours[day]
}

func (s Shaper) spans(list []crm.Span) view.HTML {
	if len(list) == 0 {
		return s.P.H("business.closed")
	}
	var out []view.HTML
	for _, p := range list {
		out = append(out, s.span(p.From, p.To))
	}
	return joinHTML(out, view.Text(s.P.T("common.comma")))
}

// week is the days of the week from Saturday on, those alike in one line.
func (s Shaper) week(hours crm.Week, off []time.Weekday) view.HTML {
	if hours.Empty() && len(off) == 0 {
		return s.P.H("business.always")
	}
	var lines []view.HTML
	for i := 0; i < 7; {
		last := i
		here := s.spans(hoursOf(hours, off, weekday(i)))
		for last < 6 && s.spans(hoursOf(hours, off, weekday(last+1))) == here {
			last++
		}
		name := view.Text(s.weekdayName(weekday(i)))
		if last > i {
			name = s.P.H("business.from_day", "From", s.weekdayName(weekday(i)), "To", s.weekdayName(weekday(last)))
		}
		lines = append(lines, "• "+name+": "+here)
		i = last + 1
	}
	return view.Lines(lines...)
}

// weekday is the i-th day of the week from Saturday on.
func weekday(i int) time.Weekday { return time.Weekday((i + 6) % 7) }

func (s Shaper) weekdayName(d time.Weekday) string { return persian.WeekdayName(d, s.lang()) }

// Presets are weeks that a tap chooses, by the end of their label's key.
func Presets() []string { return []string{"always", "office", "shop"} }

// Preset is the hours and days off of a preset; ok is false for one that there is not.
func Preset(name string) (hours crm.Week, off []time.Weekday, ok bool) {
	set := func(from, to int, days ...time.Weekday) {
		for _, d := range days {
			hours[d] = []crm.Span{{From: from * 60, To: to * 60}}
		}
	}
	switch name {
	case "always":
		return hours, nil, true
	case "office":
		set(9, 17, time.Saturday, time.Sunday, time.Monday, time.Tuesday, time.Wednesday)
		set(9, 13, time.Thursday)
	case "shop":
		set(9, 18, time.Saturday, time.Sunday, time.Monday, time.Tuesday, time.Wednesday, time.Thursday)
	default:
		return hours, nil, false
	}
	return hours, []time.Weekday{time.Friday}, true
}

// Hours is the opening hours of the week: presets, and each day with its editor.
func (s Shaper) Hours() view.Message {
	set := s.Draft.Target.Settings
	var rows [][]view.Button
	for _, p := range Presets() {
		rows = append(rows, []view.Button{s.op("business.preset_"+p, ShapeHours, 0, p)})
	}
	var days []view.Button
	for i := range 7 {
		days = append(days, shapeButton("🗓 "+s.weekdayName(weekday(i)), callback.Ref{Question: ShapeDay, Arg: int64(weekday(i))}))
	}
	html := view.Paragraphs(s.P.H("business.hours_ask"), s.week(set.Hours, set.DaysOff), s.edited())
	return view.Message{HTML: html, Inline: s.keyboard(append(append(rows, pairs(days)...), s.foot(s.businessBack())...)...)}
}

// Day is the editor of the hours of one day.
func (s Shaper) Day(day time.Weekday) view.Message {
	set := s.Draft.Target.Settings
	button := func(key, op, value string) view.Button {
		return shapeButton(s.P.T(key), callback.Ref{Question: op, Arg: int64(day), Value: value})
	}
	typed := button("business.day_typed", ShapeText, "day_hours")
	typed.Style = view.Primary
	rows := [][]view.Button{{typed}, {button("business.day_closed", ShapeDay, "closed"), button("business.day_all", ShapeDay, "all_day")},
		{button("business.day_copy", ShapeDay, "copy")}}
	html := view.Paragraphs(view.Lines(view.Bold(view.Text(s.weekdayName(day))), s.spans(hoursOf(set.Hours, set.DaysOff, day))), s.edited())
	return view.Message{HTML: html, Inline: s.keyboard(append(rows, s.foot(s.op("common.back", ShapeHours, 0, ""))...)...)}
}
