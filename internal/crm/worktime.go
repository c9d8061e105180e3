package crm

import (
	"slices"
	"time"

	"cartable/internal/persian"
)

// MinutesOfDay is the length of a day by the clock.
const MinutesOfDay = 24 * 60

// Span is a part of a day, in minutes since midnight by the business's clocks: from
// the first moment that they show From until the first that they show To. A span
// whose To is not after its From goes on into the next day.
type Span struct {
	From int `json:"from"` // 0 to 1439
	To   int `json:"to"`   // 1 to 1440
}

// wholeDay is midnight to midnight.
var wholeDay = Span{0, MinutesOfDay}

// Valid says whether the span is a part of a day.
func (s Span) Valid() bool {
	return 0 <= s.From && s.From < MinutesOfDay && 0 < s.To && s.To <= MinutesOfDay
}

// Week is the spans of each day, by time.Weekday: those that begin on it.
type Week [7][]Span

// Empty says whether no day has a span, which stands for "not set".
func (w Week) Empty() bool {
	return !slices.ContainsFunc(w[:], func(day []Span) bool { return len(day) > 0 })
}

// Check returns KeyBadHours where a span is not a part of a day or two of a day
// overlap, and where there are more than anybody reads.
func (w Week) Check() error {
	const most = 12 // spans a day
	for _, day := range w {
		spans := slices.Clone(day)
		slices.SortFunc(spans, func(a, b Span) int { return a.From - b.From })
		for i, s := range spans {
			after := i == len(spans)-1 // the last of a day may go on into the next
			if !s.Valid() || len(spans) > most || !after && (s.To <= s.From || s.To > spans[i+1].From) {
				return &Error{Code: Invalid, Key: KeyBadHours, Field: "hours"}
			}
		}
	}
	return nil
}

// Holiday is a day on which the business is closed.
type Holiday struct {
	Date  string `json:"date"` // Gregorian civil date: "2026-11-23"
	Title Title  `json:"title"`
}

// Duty is what somebody says of being at work, over what their shift says.
type Duty string

// The duties.
const (
	DutyByShift Duty = ""
	DutyOn      Duty = "on"
	DutyOff     Duty = "off"
)

// Horizon is how far ahead working time is looked for.
const Horizon = 366 * 24 * time.Hour

// WorkingTime are the settings by which it is reckoned who is on shift. Where no hours
// are set, but shifts are, whoever has none works while somebody is to by their shift.
func (d Directory) WorkingTime() Settings {
	s := d.Settings
	if !s.Hours.Empty() {
		return s
	}
	s.Hours = Week{}
	for _, who := range d.ActiveStaff() {
		for day, spans := range who.Shift {
			for _, span := range spans {
				if !slices.Contains(s.Hours[day], span) {
					s.Hours[day] = append(s.Hours[day], span) // they may overlap
				}
			}
		}
	}
	return s
}

// OnShift says whether somebody is at work at t, as far as shifts, leave and what
// they said themselves tell. Staff without a shift work in the business's hours, and
// always where those are not set either: see WorkingTime.
func (s Settings) OnShift(who Staff, t time.Time) bool {
	return s.times(t).onShift(who, t)
}

// NextOn is the first moment from t on at which one of them is on shift; ok is false
// where none will be within Horizon.
func (s Settings) NextOn(among []Staff, t time.Time) (at time.Time, ok bool) {
	return s.AfterWorking(among, t, 0)
}

// Worked is for how long at least one of them is on shift from a moment until another.
func (s Settings) Worked(among []Staff, from, to time.Time) time.Duration {
	var sum time.Duration
	for _, p := range s.times(from).shifts(among, from, to) {
		sum += p.length()
	}
	return sum
}

// AfterWorking is the moment by which work has gone on for d since t: the time during
// which at least one of them is on shift. ok is false where it will not have within
// Horizon.
func (s Settings) AfterWorking(among []Staff, t time.Time, d time.Duration) (at time.Time, ok bool) {
	const window = 8 * 24 * time.Hour // in which a week of shifts shows
	times := s.times(t)
	for from := t; from.Before(t.Add(Horizon)); from = from.Add(window) {
		for _, p := range times.shifts(among, from, from.Add(window)) {
			if p.length() >= d {
				return p.from.Add(d), true
			}
			d -= p.length()
		}
	}
	return time.Time{}, false
}

// period is from a moment until another.
type period struct{ from, to time.Time }

func (p period) length() time.Duration { return p.to.Sub(p.from) }

// times are the business's hours, made ready for reckoning.
type times struct {
	zone   *time.Location
	hours  Week
	off    [7]bool
	closed map[persian.Civil]bool
}

func (s Settings) times(t time.Time) times {
	out := times{zone: s.Location(), hours: s.Hours, closed: map[persian.Civil]bool{}}
	if s.Hours.Empty() {
		for d := range out.hours {
			out.hours[d] = []Span{wholeDay}
		}
	}
	for _, d := range s.DaysOff {
		out.off[d%7] = true
	}
	// Of years of holidays only those ahead matter.
	today := persian.CivilOf(t.In(out.zone)).AddDays(-2).String()
	for _, h := range s.Holidays {
		if h.Date < today {
			continue
		}
		if day, err := persian.ParseCivil(h.Date); err == nil {
			out.closed[day] = true
		}
	}
	return out
}

// spans are those that begin on a day for somebody. On a holiday nobody works; on a
// weekly day off only whose own shift says so.
func (ts times) spans(who Staff, day persian.Civil) []Span {
	switch {
	case ts.closed[day]:
		return nil
	case !who.Shift.Empty():
		return who.Shift[day.Weekday()]
	case ts.off[day.Weekday()]:
		return nil
	default:
		return ts.hours[day.Weekday()]
	}
}

func (ts times) onShift(who Staff, t time.Time) bool {
	return len(ts.shifts([]Staff{who}, t, t.Add(1))) > 0
}

// shifts are the periods in [from, to) in which one of them is on shift, in order and
// apart. What they said of their duty counts as said before from.
func (ts times) shifts(among []Staff, from, to time.Time) []period {
	var all []period
	first := persian.CivilOf(from.In(ts.zone)).AddDays(-1) // a span may have begun yesterday
	last := persian.CivilOf(to.In(ts.zone))
	for _, who := range among {
		begin := from
		if begin.Before(who.LeaveUntil) {
			begin = who.LeaveUntil
		}
		until := who.DutyUntil
		if until.IsZero() || until.After(to) {
			until = to
		}
		switch {
		case who.Duty == DutyOn: // over a leave too
			all = appendPeriod(all, period{from, until}, from, to)
		case who.Duty == DutyOff && begin.Before(until):
			begin = until
		}
		for day := first; !last.Before(day) && begin.Before(to); day = day.AddDays(1) {
			for _, s := range ts.spans(who, day) {
				end := day
				if s.To <= s.From {
					end = day.AddDays(1)
				}
				all = appendPeriod(all, period{ts.shows(day, s.From), ts.shows(end, s.To)}, begin, to)
			}
		}
	}
	return union(all)
}

// workday is the day that it is at t for somebody: yesterday as long as a span of theirs
// that began then goes on.
func (ts times) workday(who Staff, t time.Time) persian.Civil {
	today := persian.CivilOf(t.In(ts.zone))
	yesterday := today.AddDays(-1)
	if ts.dayEnds(who, yesterday).After(t) {
		return yesterday
	}
	return today
}

// dayEnds is when a day is over for somebody: at midnight, or with a span of theirs that
// goes on into the next.
func (ts times) dayEnds(who Staff, day persian.Civil) time.Time {
	next := day.AddDays(1)
	end := next.In(ts.zone)
	for _, s := range ts.spans(who, day) {
		if over := ts.shows(next, s.To); s.To <= s.From && over.After(end) {
			end = over
		}
	}
	return end
}

// shows is the first moment at which the clocks show a minute of a day, or are past
// it: they skip an hour where summer time begins, and show one twice where it ends.
func (ts times) shows(day persian.Civil, minute int) time.Time {
	t := time.Date(day.Year, day.Month, day.Day, 0, minute, 0, 0, ts.zone)
	want := time.Date(day.Year, day.Month, day.Day, 0, minute, 0, 0, time.UTC)
	begin, end := t.ZoneBounds()
	switch shown := wall(t); {
	case shown.After(want): // skipped, and read by the clocks of before
		return begin
	case shown.Before(want): // skipped, and read by the clocks of after
		return end
	}
	if begin.IsZero() {
		return t
	}
	_, offset := t.Zone()
	_, before := begin.Add(-time.Second).Zone()
	if earlier := t.Add(time.Duration(offset-before) * time.Second); earlier.Before(begin) {
		return earlier
	}
	return t
}

// wall is what the clocks show at t, as if it were UTC.
func wall(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// appendPeriod adds what of p is in [from, to).
func appendPeriod(all []period, p period, from, to time.Time) []period {
	if p.from.Before(from) {
		p.from = from
	}
	if p.to.After(to) {
		p.to = to
	}
	if p.from.Before(p.to) {
		all = append(all, p)
	}
	return all
}

// union joins what overlaps or touches.
func union(all []period) []period {
	slices.SortFunc(all, func(a, b period) int { return a.from.Compare(b.from) })
	out := all[:0]
	for _, p := range all {
		if n := len(out); n > 0 && !out[n-1].to.Before(p.from) {
			if out[n-1].to.Before(p.to) {
				out[n-1].to = p.to
			}
			continue
		}
		out = append(out, p)
	}
	return out
}
