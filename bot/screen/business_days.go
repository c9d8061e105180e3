package screen

import (
	"slices"
	"strings"

	"cartable/bot/callback"
	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

// dateOf words a civil date with its weekday.
func (s Shaper) dateOf(date string) string {
	day, err := persian.ParseCivil(date)
	if err != nil {
		return date
	}
	return persian.FormatDate(day, s.lang())
}

func (s Shaper) holiday(h crm.Holiday) view.HTML {
	return view.Text(s.dateOf(h.Date)+" — ") + words(s.clip(h.Title.In(s.P.Lang()), 60))
}

// OfCalendar is the holidays of the calendar on a date, as the business keeps them.
func OfCalendar(date string) []crm.Holiday {
	day, err := persian.ParseCivil(date)
	if err != nil {
		return nil
	}
	var out []crm.Holiday
	for _, h := range persian.Holidays(day.Jalali().Year) {
		if h.Date == day {
			out = append(out, Kept(h))
		}
	}
	return out
}

// FixedHolidays are those of a Jalali year from a day on that are the same every year.
func FixedHolidays(year int, from persian.Civil) []crm.Holiday {
	var out []crm.Holiday
	for _, h := range persian.Holidays(year) {
		if !h.Uncertain && !h.Date.Before(from) {
			out = append(out, Kept(h))
		}
	}
	return out
}

// Today is the day on which the reader is.
func (r Reader) Today() persian.Civil { return persian.CivilOf(r.Now) }

// Kept is a holiday of the calendar as the business keeps it.
func Kept(h persian.Holiday) crm.Holiday {
	return crm.Holiday{Date: h.Date.String(), Title: crm.Title{Text: h.Persian, English: h.English}}
}

// Year is the Jalali year in which the reader is.
func (r Reader) Year() int { return persian.ToJalali(r.Now).Year }

// Holidays is the days off of a Jalali year: those that the business keeps, and those
// of the calendar to take.
func (s Shaper) Holidays(year int) view.Message {
	kept := s.Draft.Target.Settings.Holidays
	has := func(h crm.Holiday) bool {
		return slices.ContainsFunc(kept, func(k crm.Holiday) bool { return k.Title.Text == h.Title.Text && s.near(k.Date, h.Date) })
	}
	var mine []crm.Holiday
	var lunar []persian.Holiday
	for _, h := range kept {
		if day, err := persian.ParseCivil(h.Date); err == nil && day.Jalali().Year == year {
			mine = append(mine, h)
		}
	}
	for _, h := range persian.Holidays(year) {
		if h.Uncertain && !h.Date.Before(s.Today()) && !has(Kept(h)) {
			lunar = append(lunar, h)
		}
	}
	fixed := len(slices.DeleteFunc(FixedHolidays(year, s.Today()), has)) // not taken yet
	html := s.fit(func(r Reader) view.HTML {
		s := Shaper{r, s.Draft}
		lines := []view.HTML{s.P.H("business.holidays_title", "Year", s.digits(numberText(year)))}
		for _, h := range mine {
			lines = append(lines, "• "+s.holiday(h))
		}
		if len(mine) == 0 {
			lines = append(lines, s.P.H("business.no_holidays"))
		}
		note := view.HTML("")
		if len(lunar) > 0 {
			note = s.P.H("business.lunar")
		}
		return view.Paragraphs(view.Lines(lines...), note, s.edited())
	})
	var rows [][]view.Button
	if fixed > 0 {
		all := shapeButton(s.P.N("business.take_fixed", fixed), callback.Ref{Question: ShapeHolidays, Arg: int64(year), Value: "fixed"})
		all.Style = view.Primary
		rows = append(rows, []view.Button{all})
	}
	rows = append(rows, s.holidayButtons(mine, lunar)...)
	rows = append(rows, []view.Button{shapeButton(s.P.T("business.holiday_add"), callback.Ref{Question: ShapeText, Value: "holiday"})},
		s.yearButtons(year))
	return view.Message{HTML: html, Inline: s.keyboard(append(rows, s.foot(s.businessBack())...)...)}
}

// near says whether two dates are as far apart as what is announced can be from what
// was computed.
func (s Shaper) near(a, b string) bool {
	x, err1 := persian.ParseCivil(a)
	y, err2 := persian.ParseCivil(b)
	days := x.DaysUntil(y)
	return err1 == nil && err2 == nil && -3 <= days && days <= 3
}

// holidayButtons are the dates that the business keeps, each with its editor, and
// those by the moon, each to be taken.
func (s Shaper) holidayButtons(mine []crm.Holiday, lunar []persian.Holiday) [][]view.Button {
	var buttons []view.Button
	seen := map[string]bool{}
	add := func(mark, date, title string, take int64) {
		if seen[date] {
			return
		}
		seen[date] = true
		label := mark + " " + s.shortDate(date) + " " + title
		buttons = append(buttons, shapeButton(label, callback.Ref{Question: ShapeHoliday, Arg: take, Value: date}))
	}
	for _, h := range mine {
		add("✅", h.Date, h.Title.In(s.P.Lang()), 0)
	}
	for _, h := range lunar {
		add("🌙", h.Date.String(), h.Title(s.lang()), 1)
	}
	return pairs(buttons)
}

// shortDate is a date without its weekday and year.
func (s Shaper) shortDate(date string) string {
	day, err := persian.ParseCivil(date)
	if err != nil {
		return date
	}
	if s.P.Lang() == crm.Persian {
		j := day.Jalali()
		return s.P.Num(j.Day) + " " + persian.MonthName(j.Month, s.lang())
	}
	return s.P.Num(day.Day) + " " + day.Month.String()[:3]
}

func (s Shaper) yearButtons(year int) []view.Button {
	var out []view.Button
	for _, y := range []int{s.Year(), s.Year() + 1} {
		b := shapeButton(s.digits(numberText(y)), callback.Ref{Question: ShapeHolidays, Arg: int64(y)})
		out = append(out, ticked(b, y == year))
	}
	return out
}

// Holiday is the editor of what falls on one date.
func (s Shaper) Holiday(date string) view.Message {
	var lines []view.HTML
	for _, h := range s.Draft.Target.Settings.Holidays {
		if h.Date == date {
			lines = append(lines, "• "+s.holiday(h))
		}
	}
	button := func(key, op string, arg int64) view.Button {
		return shapeButton(s.P.T(key), callback.Ref{Question: op, Arg: arg, Value: date})
	}
	year := s.Year()
	if day, err := persian.ParseCivil(date); err == nil {
		year = day.Jalali().Year
	}
	back := shapeButton(s.P.T("common.back"), callback.Ref{Question: ShapeHolidays, Arg: int64(year)})
	rows := [][]view.Button{{button("business.holiday_earlier", ShapeHoliMove, -1), button("business.holiday_later", ShapeHoliMove, 1)},
		{button("business.holiday_out", ShapeHoliOut, 0)}}
	html := view.Paragraphs(s.P.H("business.holiday_what"), view.Lines(lines...), s.edited())
	return view.Message{HTML: html, Inline: s.keyboard(append(rows, s.foot(back)...)...)}
}

// windows words the daily routine in a line.
func (s Shaper) windows(list []crm.Window) view.HTML {
	if len(list) == 0 {
		return s.P.H("business.no_windows")
	}
	var out []view.HTML
	for _, w := range list {
		out = append(out, s.window(w))
	}
	return joinHTML(out, view.Text(s.P.T("common.comma")))
}

func (s Shaper) window(w crm.Window) view.HTML {
	return s.span(w.From, w.To) + " " + s.P.H("window."+string(w.Kind))
}

// Windows is the daily routine, each part to be taken out, and new ones to be added.
func (s Shaper) Windows() view.Message {
	list := s.Draft.Target.Settings.Windows
	lines := []view.HTML{s.P.H("business.windows_title")}
	var rows [][]view.Button
	for _, w := range list {
		lines = append(lines, "• "+s.window(w))
		rows = append(rows, []view.Button{shapeButton("✖️ "+view.Plain(s.window(w)), callback.Ref{Question: ShapeWindowOut, Arg: int64(w.From)})})
	}
	if len(list) == 0 {
		lines = append(lines, s.P.H("business.no_windows"))
	}
	rows = append(rows, []view.Button{s.op("business.window_entry", ShapeText, 0, "entry"), s.op("business.window_calling", ShapeText, 0, "calling")})
	if !slices.Equal(list, crm.UsualWindows()) {
		rows = append(rows, []view.Button{s.op("business.windows_usual", ShapeWindows, 0, "usual")})
	}
	html := view.Paragraphs(view.Lines(lines...), s.edited())
	return view.Message{HTML: html, Inline: s.keyboard(append(rows, s.foot(s.businessBack())...)...)}
}

// digests words who gets the day's digests, and when, in a line.
func (s Shaper) digests(set crm.Settings) view.HTML {
	who := s.P.H("business.digests_managers")
	if len(set.Digests) > 0 {
		var names []view.HTML
		for _, id := range set.Digests {
			names = append(names, words(s.Colleague(id)))
		}
		who = joinHTML(names, view.Text(s.P.T("common.comma")))
	}
	return who + view.Text(" · ") + s.digestTimes(set.DigestAt)
}

func (s Shaper) digestTimes(at crm.DigestTimes) view.HTML {
	said := func(clock, usual string) string {
		if clock == "" {
			return s.P.T(usual)
		}
		return s.digits(strings.TrimPrefix(clock, "0"))
	}
	return s.P.H("business.digest_times", "Morning", said(at.Morning, "business.at_start"), "Evening", said(at.Evening, "business.at_end"))
}

// Digests is who gets the day's digests, and when.
func (s Shaper) Digests() view.Message {
	set := s.Draft.Target.Settings
	var people []view.Button
	for _, c := range s.Dir.ActiveStaff() {
		people = append(people, ticked(shapeButton("👤 "+view.Clip(s.Colleague(c.ID), 30),
			callback.Ref{Question: ShapeDigests, Arg: int64(c.ID)}), slices.Contains(set.Digests, c.ID)))
	}
	rows := append(pairs(people), []view.Button{s.op("business.digest_morning", ShapeText, 0, "digest_am"), s.op("business.digest_evening", ShapeText, 0, "digest_pm")})
	if set.DigestAt != (crm.DigestTimes{}) {
		rows = append(rows, []view.Button{s.op("business.digest_usual", ShapeDigestAt, 0, "")})
	}
	html := view.Paragraphs(s.P.H("business.digests_ask"), s.digests(set), s.edited())
	return view.Message{HTML: html, Inline: s.keyboard(append(rows, s.foot(s.businessBack())...)...)}
}
