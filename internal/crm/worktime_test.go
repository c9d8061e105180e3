package crm

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"cartable/internal/persian"
)

// moments around which clocks are changed, or nothing happens at all.
var moments = []struct{ zone, around string }{
	{"Asia/Tehran", "2026-11-23T06:30:00Z"},         // no summer time any more
	{"Asia/Tehran", "2021-03-21T20:30:00Z"},         // midnight is skipped
	{"Asia/Tehran", "2021-09-21T19:30:00Z"},         // the last hour of a day comes twice
	{"Europe/Berlin", "2026-03-29T01:00:00Z"},       // 02:00 is skipped
	{"America/New_York", "2026-11-01T06:00:00Z"},    // 01:00 comes twice
	{"Australia/Lord_Howe", "2026-04-04T15:00:00Z"}, // by half an hour
	{"UTC", "2024-02-29T00:00:00Z"},
}

func drawWeek(t *rapid.T, label string) Week {
	var w Week
	if rapid.Bool().Draw(t, label+" is set") {
		for d := range w {
			for i := range rapid.IntRange(0, 2).Draw(t, fmt.Sprintf("%s: spans of %d", label, d)) {
				// Odd minutes and whole days too.
				s := Span{rapid.IntRange(0, MinutesOfDay-1).Draw(t, "from"), rapid.IntRange(1, MinutesOfDay).Draw(t, "to")}
				if rapid.IntRange(0, 5).Draw(t, "round") == 0 {
					s = Span{i * 720, (i + 1) * 720}
				}
				w[d] = append(w[d], s)
			}
		}
	}
	return w
}

// The oracle goes through the time minute by minute and looks at the clocks alone.
type oracle struct {
	settings Settings
	staff    []Staff
	at       time.Time
	shown    time.Time // the latest that the clocks have shown, as if it were UTC
}

// on says whether one of the staff is on shift at the oracle's minute.
func (o *oracle) on() bool {
	local := o.at.In(o.settings.Location())
	y, m, d := local.Date()
	if shows := time.Date(y, m, d, local.Hour(), local.Minute(), 0, 0, time.UTC); shows.After(o.shown) {
		o.shown = shows
	}
	for _, s := range o.staff {
		if o.works(s) {
			return true
		}
	}
	return false
}

func (o *oracle) works(s Staff) bool {
	said := s.DutyUntil.IsZero() || o.at.Before(s.DutyUntil)
	if s.Duty == DutyOn && said {
		return true
	}
	if o.at.Before(s.LeaveUntil) || s.Duty == DutyOff && said {
		return false
	}
	today := time.Date(o.shown.Year(), o.shown.Month(), o.shown.Day(), 0, 0, 0, 0, time.UTC)
	for _, day := range []time.Time{today.AddDate(0, 0, -1), today} {
		for _, span := range o.plan(s, day) {
			from, to := day.Add(time.Duration(span.From)*time.Minute), day.Add(time.Duration(span.To)*time.Minute)
			if span.To <= span.From {
				to = to.AddDate(0, 0, 1)
			}
			if !o.shown.Before(from) && o.shown.Before(to) {
				return true
			}
		}
	}
	return false
}

func (o *oracle) plan(s Staff, day time.Time) []Span {
	for _, h := range o.settings.Holidays {
		if h.Date == day.Format(time.DateOnly) {
			return nil
		}
	}
	if !s.Shift.Empty() {
		return s.Shift[day.Weekday()]
	}
	for _, d := range o.settings.DaysOff {
		if d == day.Weekday() {
			return nil
		}
	}
	if !o.settings.Hours.Empty() {
		return o.settings.Hours[day.Weekday()]
	}
	return []Span{{0, MinutesOfDay}}
}

func TestWorkingTimeAgainstTheClock(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.SampledFrom(moments).Draw(t, "moment")
		around, err := time.Parse(time.RFC3339, m.around)
		if err != nil {
			t.Fatal(err)
		}
		near := func(label string, hours int) time.Time {
			return around.Add(time.Duration(rapid.IntRange(-60*hours, 60*hours).Draw(t, label)) * time.Minute)
		}
		start := near("start", 40)
		settings := Settings{Zone: m.zone, Hours: drawWeek(t, "hours")}
		settings.DaysOff = rapid.SliceOfNDistinct(rapid.SampledFrom([]time.Weekday{0, 1, 2, 5, 6}), 0, 3, rapid.ID).Draw(t, "days off")
		for range rapid.IntRange(0, 2).Draw(t, "holidays") {
			settings.Holidays = append(settings.Holidays, Holiday{Date: persian.CivilOf(near("holiday", 72).In(settings.Location())).String()})
		}
		staff := make([]Staff, rapid.IntRange(0, 3).Draw(t, "staff"))
		for i := range staff {
			staff[i].Shift = drawWeek(t, "shift")
			if rapid.IntRange(0, 3).Draw(t, "on leave") == 0 {
				staff[i].LeaveUntil = near("leave", 72)
			}
			staff[i].Duty = rapid.SampledFrom([]Duty{DutyByShift, DutyByShift, DutyOn, DutyOff}).Draw(t, "duty")
			if rapid.Bool().Draw(t, "for a while") {
				staff[i].DutyUntil = near("until", 72)
			}
		}
		work := time.Duration(rapid.IntRange(0, 900).Draw(t, "minutes")) * time.Minute

		o := &oracle{settings: settings, staff: staff, at: start.Add(-4 * 24 * time.Hour)}
		for ; o.at.Before(start); o.at = o.at.Add(time.Minute) {
			o.on()
		}
		var next, after time.Time
		worked := time.Duration(0)
		const days = 10
		for ; o.at.Before(start.Add(days * 24 * time.Hour)); o.at = o.at.Add(time.Minute) {
			on := o.on()
			if len(staff) == 1 && settings.OnShift(staff[0], o.at) != on {
				t.Fatalf("at %s on shift: %v", o.at, !on)
			}
			if !on {
				continue
			}
			if next.IsZero() {
				next = o.at
			}
			if worked += time.Minute; worked >= work {
				if after = o.at.Add(time.Minute); work == 0 {
					after = o.at
				}
				break
			}
		}
		for label, c := range map[string]struct {
			want time.Time
			d    time.Duration
		}{"next": {next, 0}, "after": {after, work}} {
			got, ok := settings.AfterWorking(staff, start, c.d)
			if c.want.IsZero() {
				if ok && got.Before(o.at) {
					t.Fatalf("%s: %s, and the clock says not before %s", label, got, o.at)
				}
				continue
			}
			if !ok || !got.Equal(c.want) {
				t.Fatalf("%s: %s, %v, want %s", label, got.UTC(), ok, c.want)
			}
		}
	})
}

func TestWorkingTime(t *testing.T) {
	office := Week{}
	for _, d := range []time.Weekday{time.Saturday, time.Sunday, time.Monday, time.Tuesday, time.Wednesday} {
		office[d] = []Span{{8 * 60, 13 * 60}, {14 * 60, 17 * 60}}
	}
	s := Settings{Zone: "Asia/Tehran", Hours: office, Holidays: []Holiday{{Date: "2026-11-24"}}}
	at := func(day, clock string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", "2026-11-"+day+" "+clock, s.Location())
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	anybody := []Staff{{}}
	for _, c := range []struct {
		from    time.Time
		minutes int
		want    time.Time
	}{
		{at("23", "10:00"), 10, at("23", "10:10")},
		{at("23", "12:55"), 10, at("23", "14:05")}, // over lunch
		{at("23", "16:50"), 10, at("23", "17:00")},
		{at("23", "16:55"), 10, at("25", "08:05")}, // over a holiday
		{at("25", "17:00"), 0, at("28", "08:00")},  // over the weekend
	} {
		got, ok := s.AfterWorking(anybody, c.from, time.Duration(c.minutes)*time.Minute)
		if !ok || !got.Equal(c.want) {
			t.Errorf("%d minutes after %s: %s, want %s", c.minutes, c.from, got, c.want)
		}
	}
	s.DaysOff = []time.Weekday{time.Monday}
	if s.OnShift(Staff{}, at("23", "10:00")) || !s.OnShift(Staff{Shift: office}, at("23", "10:00")) {
		t.Error("a day off closes the business's hours, and not a shift of one's own")
	}
	if s.OnShift(Staff{Shift: office}, at("24", "10:00")) || !s.OnShift(Staff{Duty: DutyOn}, at("24", "10:00")) {
		t.Error("a holiday is for everybody who does not say otherwise")
	}
	for _, none := range [][]Staff{nil, {{Duty: DutyOff}}, {{LeaveUntil: at("23", "00:00").Add(2 * Horizon)}}} {
		if at, ok := s.NextOn(none, at("23", "10:00")); ok {
			t.Errorf("%+v are on shift at %s", none, at)
		}
	}
}

func TestWeekCheck(t *testing.T) {
	for name, c := range map[string]struct {
		day []Span
		ok  bool
	}{
		"none":             {nil, true},
		"two":              {[]Span{{840, 1020}, {480, 780}}, true},
		"over midnight":    {[]Span{{480, 780}, {1320, 360}}, true},
		"whole day":        {[]Span{wholeDay}, true},
		"round the clock":  {[]Span{{480, 480}}, true},
		"touching":         {[]Span{{480, 780}, {780, 900}}, true},
		"overlapping":      {[]Span{{480, 780}, {779, 900}}, false},
		"twice":            {[]Span{{480, 780}, {480, 780}}, false},
		"midnight between": {[]Span{{480, 360}, {600, 700}}, false},
		"no such minute":   {[]Span{{480, 1441}}, false},
		"before the day":   {[]Span{{-1, 60}}, false},
		"nothing":          {[]Span{{0, 0}}, false},
		"too many":         {make([]Span, 13), false},
	} {
		if err := (Week{time.Friday: c.day}).Check(); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}
