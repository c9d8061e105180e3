package screen

import (
	"slices"
	"strconv"
	"time"

	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

// shiftPresets are the hours that one tap sets, as people would type them.
var shiftPresets = []string{"8-14", "9-17", "10-18", "14-20"}

// weekdays are the days in the order in which they are read.
func weekdays() []time.Weekday {
	out := make([]time.Weekday, 7)
	for d := time.Sunday; d <= time.Saturday; d++ {
		out[persian.WeekdayIndex(d)] = d
	}
	return out
}

// hours are when somebody works, in words.
func (r Reader) hours(s crm.Staff) view.HTML {
	switch {
	case !s.Shift.Empty():
		return view.Lines(r.P.H("member.hours_own"), r.week(s.Shift))
	case r.Dir.Settings.Hours.Empty():
		return r.P.H("member.hours_always")
	default:
		return view.Lines(r.P.H("member.hours_business"), r.week(Open(r.Dir.Settings)))
	}
}

// hoursNow is when somebody works, below a heading that says so.
func (r Reader) hoursNow(s crm.Staff) view.HTML {
	switch {
	case !s.Shift.Empty():
		return r.week(s.Shift)
	case r.Dir.Settings.Hours.Empty():
		return r.P.H("member.always")
	default:
		return view.Lines(r.P.H("member.like_business"), r.week(Open(r.Dir.Settings)))
	}
}

// Open is when the business is open: its hours, without the days off.
func Open(s crm.Settings) crm.Week {
	w := s.Hours
	for _, d := range s.DaysOff {
		w[d] = nil
	}
	return w
}

// week is a week a line for each run of days that are alike.
func (r Reader) week(w crm.Week) view.HTML {
	var lines []view.HTML
	days := weekdays()
	for i := 0; i < len(days); {
		j := i
		for j+1 < len(days) && slices.Equal(w[days[j+1]], w[days[i]]) {
			j++
		}
		name := r.dayName(days[i])
		if j > i {
			name = r.P.T("member.days", "From", name, "To", r.dayName(days[j]))
		}
		lines = append(lines, "• "+view.Text(name+": "+r.spans(w[days[i]])))
		i = j + 1
	}
	return view.Lines(lines...)
}

func (r Reader) dayName(d time.Weekday) string { return persian.WeekdayName(d, r.lang()) }

// spans are the hours of a day, in words.
func (r Reader) spans(spans []crm.Span) string {
	switch {
	case len(spans) == 0:
		return r.P.T("member.day_off")
	case len(spans) == 1 && spans[0] == crm.Span{From: 0, To: crm.MinutesOfDay}:
		return r.P.T("member.all_day")
	}
	out := ""
	for i, s := range spans {
		if i > 0 {
			out += r.P.T("common.comma")
		}
		out += r.P.T("member.span", "From", r.clock(s.From), "To", r.clock(s.To))
	}
	return out
}

// clock is a minute of the day; full hours without minutes.
func (r Reader) clock(minute int) string {
	if minute%60 == 0 {
		return r.P.Num(minute / 60)
	}
	return persian.FormatTime(minute/60, minute%60, r.lang())
}

// preset is a button that sets hours as they would be typed.
func (r Reader) preset(op string, id crm.StaffID, value, hours string) view.Button {
	b := r.member("member.span", op, id, value)
	if spans, err := persian.ReadHours(hours); err == nil && len(spans) == 1 {
		b.Label = r.spans([]crm.Span{crm.Span(spans[0])})
	}
	return b
}

// ShiftWeek is when somebody works, and lets a manager set it: as the business, the
// same hours on all working days, or a day at a time.
func (r Reader) ShiftWeek(s crm.Staff) view.Message {
	rows := [][]view.Button{{ticked(r.member("member.as_business", MemberShift, s.ID, MemberBusiness), s.Shift.Empty())}}
	var presets, days []view.Button
	for _, p := range shiftPresets {
		presets = append(presets, r.preset(MemberShift, s.ID, p, p))
	}
	rows = append(rows, pairs(presets)...)
	for _, d := range weekdays() {
		b := r.member("member.hours", MemberDay, s.ID, strconv.Itoa(int(d)))
		b.Label = r.dayName(d)
		days = append(days, b)
	}
	rows = append(rows, days[:4], days[4:])
	head := r.P.H("member.hours_of", "Name", words(r.clip(s.Name, 60)))
	html := view.Paragraphs(view.Lines(head, r.hoursNow(s)), view.Italic(r.P.H("member.hours_hint")))
	return view.Message{HTML: html, Inline: r.keyboard(append(rows, r.backToMember(s.ID))...)}
}

// ShiftDay sets the hours of somebody's day of the week.
func (r Reader) ShiftDay(s crm.Staff, d time.Weekday) view.Message {
	day := strconv.Itoa(int(d))
	w := s.Shift
	if w.Empty() {
		w = Open(r.Dir.Settings)
	}
	var presets []view.Button
	for _, p := range shiftPresets {
		presets = append(presets, r.preset(MemberDay, s.ID, day+":"+p, p))
	}
	rows := append(pairs(presets),
		[]view.Button{r.member("member.day_off", MemberDay, s.ID, day+":off"), r.member("member.type", MemberDay, s.ID, day+":"+MemberAsk)})
	if len(w[d]) > 0 {
		rows = append(rows, []view.Button{r.member("member.to_all", MemberDay, s.ID, day+":"+MemberAll)})
	}
	rows = append(rows, []view.Button{r.member("common.back", MemberShift, s.ID, "")})
	return view.Message{HTML: view.Lines(r.P.H("member.hours_of", "Name", words(r.clip(s.Name, 60))),
		view.Bold(view.Text(r.dayName(d)))+": "+view.Text(r.spans(w[d]))), Inline: r.keyboard(rows...)}
}
