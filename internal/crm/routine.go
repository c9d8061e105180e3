package crm

import (
	"context"
	"slices"
	"time"

	"cartable/internal/persian"
)

// RoutineKind is a part of the daily routine of which somebody is told once a day.
type RoutineKind string

// The parts of the routine.
const (
	RoutineMorning RoutineKind = "morning" // the digest of the day that begins
	RoutineEvening RoutineKind = "evening" // the report of the day that ends
	RoutineWindow  RoutineKind = "window"  // the beginning of a window
)

// Bounds of the routine's lateness.
const (
	DigestLateAfter = 15 * time.Minute // a digest that arrives later than this says that it is late
	NudgeWithin     = 30 * time.Minute // a nudge that would be told later than this is not told
	missedWithin    = 14               // days that are looked back on for digests that did not come
)

// RoutineDay is a part of the routine of somebody's day, by the business's calendar. It is
// settled once: by a notification, or by there being nobody to tell.
type RoutineDay struct {
	Staff StaffID
	Kind  RoutineKind
	Day   persian.Civil
	Part  int // of RoutineWindow: the minute at which the window begins
}

// RoutineTx is what the routine does in a transaction.
type RoutineTx interface {
	// LastRoutineDays returns, of each of everybody's parts, the last day that is settled
	// from one day through another.
	LastRoutineDays(ctx context.Context, from, to persian.Civil) ([]RoutineDay, error)
	// SettleRoutineDays settles days, and returns those that were not settled before.
	// It waits for others that are settling the same.
	SettleRoutineDays(ctx context.Context, days []RoutineDay, at time.Time) ([]RoutineDay, error)
}

// RoutineDue tells of what is due of the daily routine: everybody's morning digest, the
// managers' evening report and the nudges at the beginning of windows. It returns how many
// are told. What it did before, or another instance does, it does not do again.
//
// A digest that did not come while its day lasted is not told of a day that is over: the
// next one names the days that were missed, and an evening report tells of them too.
func (s *Service) RoutineDue(ctx context.Context) (told int, err error) {
	err = s.store.InTx(ctx, func(tx Tx) error {
		told = 0
		dir, err := tx.Directory(ctx)
		if err != nil {
			return err
		}
		r := newRoutine(dir, s.now())
		last, err := tx.LastRoutineDays(ctx, r.today.AddDays(-missedWithin), r.today)
		if err != nil {
			return err
		}
		r.settled(last)
		duties := r.duties()
		if len(duties) == 0 {
			return nil
		}
		var days []RoutineDay
		for _, d := range duties {
			days = append(days, d.days...)
		}
		fresh, err := tx.SettleRoutineDays(ctx, days, r.now)
		if err != nil {
			return err
		}
		var ns []Notification
		for _, d := range duties {
			if d.tell != nil && slices.Contains(fresh, d.days[len(d.days)-1]) {
				ns = append(ns, *d.tell)
			}
		}
		if told = len(ns); told == 0 {
			return nil
		}
		return tx.Notify(ctx, ns)
	})
	if err == nil && told > 0 {
		s.wake()
	}
	return told, err
}

// duty is days that are settled together, the last of them by tell, where it is set.
type duty struct {
	days []RoutineDay
	tell *Notification
}

// routine reckons what of the daily routine is due at a moment.
type routine struct {
	dir   Directory
	times times
	now   time.Time
	today persian.Civil
	last  map[RoutineDay]persian.Civil // by the part, without its day
}

func newRoutine(dir Directory, now time.Time) routine {
	set := dir.WorkingTime()
	r := routine{dir: dir, times: set.times(now.AddDate(0, 0, -missedWithin)), now: now,
		today: persian.CivilOf(now.In(set.Location()))}
	if set.Hours.Empty() { // always open: the day begins and ends with the routine
		for d := range r.times.hours {
			r.times.hours[d] = []Span{usualDay(set.Windows)}
		}
	}
	if dir.Settings.Hours.Empty() && len(dir.Settings.DaysOff) == 0 {
		r.times.off[time.Friday] = true
	}
	return r
}

// usualDay is the working day of a business that has set none.
func usualDay(windows []Window) Span {
	if len(windows) == 0 {
		return Span{8 * 60, 17 * 60}
	}
	return Span{windows[0].From, windows[len(windows)-1].To}
}

func (r *routine) settled(last []RoutineDay) {
	r.last = make(map[RoutineDay]persian.Civil, len(last))
	for _, d := range last {
		day := d.Day
		d.Day = persian.Civil{}
		r.last[d] = day
	}
}

// duties are what is due now, of everybody who has not been removed: of whoever cannot be
// told it is settled too, or it would count as missed when they can be.
func (r routine) duties() []duty {
	var all []duty
	for _, who := range r.dir.Staff {
		if who.State == Removed {
			continue
		}
		for _, d := range append([]duty{r.morning(who), r.evening(who)}, r.windows(who)...) {
			if len(d.days) > 0 {
				all = append(all, d)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b duty) int { return int(a.days[0].Staff - b.days[0].Staff) })
	return all
}

// unsettled are the days of somebody's part that are not settled, through today. Where none
// ever was, what is before today is nobody's loss, and begun says to settle just that.
func (r routine) unsettled(part RoutineDay) (days []RoutineDay, begun bool) {
	last, begun := r.last[part]
	if !begun {
		part.Day = r.today.AddDays(-1)
		return []RoutineDay{part}, false
	}
	for day := last.AddDays(1); !r.today.Before(day); day = day.AddDays(1) {
		part.Day = day
		days = append(days, part)
	}
	return days, true
}

// workday is when somebody's work on a day begins and ends; ok is false for a day off.
func (r routine) workday(who Staff, day persian.Civil) (p period, ok bool) {
	for _, s := range r.times.spans(who, day) {
		end := day
		if s.To <= s.From {
			end = day.AddDays(1)
		}
		from, to := r.times.shows(day, s.From), r.times.shows(end, s.To)
		if !ok || from.Before(p.from) {
			p.from = from
		}
		if !ok || p.to.Before(to) {
			p.to = to
		}
		ok = true
	}
	return p, ok
}

// morning is the digest of the day that somebody works, as long as it lasts. Days of which
// nothing is to be told are settled too; those that were missed, with the digest that names them.
func (r routine) morning(who Staff) duty {
	days, begun := r.unsettled(RoutineDay{Staff: who.ID, Kind: RoutineMorning})
	if !begun {
		return duty{days: days}
	}
	var d duty
	var missed persian.Civil // the first
	for _, part := range days {
		work, ok := r.workday(who, part.Day)
		if !ok {
			continue
		}
		due := r.at(part.Day, r.dir.Settings.DigestAt.Morning, work.from)
		if !due.Before(work.to) {
			work.to = r.times.dayEnds(who, part.Day)
		}
		over := !work.to.After(r.now)
		if due.After(r.now) || !over && away(who, r.now) {
			break // it is not time, or they are told when they are back
		}
		d.days = append(d.days, part)
		switch {
		case due.Before(who.JoinedAt) || over && away(who, work.to.Add(-1)):
		case over:
			missed = firstOf(missed, part.Day)
		default:
			d.tell = &Notification{To: who.ID, Kind: NotifyMorning, Day: part.Day, Since: missed,
				Due: later(due, back(who, r.now)), CreatedAt: r.now}
			return d
		}
	}
	if missed != (persian.Civil{}) {
		return duty{}
	}
	return d
}

// evening is the report of the business's days that are over, for whoever gets it.
func (r routine) evening(who Staff) duty {
	days, begun := r.unsettled(RoutineDay{Staff: who.ID, Kind: RoutineEvening})
	if !begun {
		return duty{days: days}
	}
	var d duty
	var missed persian.Civil // the first
	for _, part := range days {
		work, ok := r.workday(Staff{}, part.Day)
		if !ok {
			continue
		}
		due := r.reportDue(part.Day, work)
		if due.After(r.now) {
			break
		}
		d.days, d.tell = append(d.days, part), nil
		if r.dir.GetsReport(who) && who.Reached() && !due.Before(who.JoinedAt) {
			d.tell = &Notification{To: who.ID, Kind: NotifyEvening, Day: part.Day, Since: missed, Due: due, CreatedAt: r.now}
			missed = firstOf(missed, part.Day)
		}
	}
	return d
}

// reportDue is when the report of a day is due on which the business works like this.
func (r routine) reportDue(day persian.Civil, work period) time.Time {
	return r.at(day, r.dir.Settings.DigestAt.Evening, work.to)
}

// reported is what the one report of the days from one through another is of: the time from
// when the report before it was due, looked for as far back as missed ones are.
func reported(dir Directory, from, through persian.Civil) (since, until time.Time) {
	zone := dir.Settings.Location()
	since, until = from.In(zone), through.AddDays(1).In(zone)
	r := newRoutine(dir, since)
	for day := from.AddDays(-1); from.AddDays(-missedWithin).Before(day); day = day.AddDays(-1) {
		if work, ok := r.workday(Staff{}, day); ok {
			since = r.reportDue(day, work)
			break
		}
	}
	if work, ok := r.workday(Staff{}, through); ok {
		until = r.reportDue(through, work)
	}
	return since, until
}

// firstOf is first, where there is one already.
func firstOf(first, day persian.Civil) persian.Civil {
	if first == (persian.Civil{}) {
		return day
	}
	return first
}

// GetsReport says whether somebody gets the report of the day: who is named, and where
// nobody is who is active, the managers.
func (d Directory) GetsReport(who Staff) bool {
	named := slices.ContainsFunc(d.Settings.Digests, func(id StaffID) bool { return d.Staff[id].Active() })
	if named {
		return who.Active() && slices.Contains(d.Settings.Digests, who.ID)
	}
	return who.Manages()
}

// windows are the nudges at the beginning of the windows, for those on shift.
func (r routine) windows(who Staff) (ds []duty) {
	if r.times.closed[r.today] || r.times.off[r.today.Weekday()] || !who.Reached() || !r.times.onShift(who, r.now) {
		return nil
	}
	for _, w := range r.dir.Settings.Windows {
		part := RoutineDay{Staff: who.ID, Kind: RoutineWindow, Part: w.From}
		due := r.times.shows(r.today, w.From)
		if due.After(r.now) || r.now.Sub(due) > NudgeWithin || !r.times.shows(r.today, w.To).After(r.now) ||
			due.Before(who.JoinedAt) || r.last[part] == r.today {
			continue
		}
		part.Day = r.today
		kind := NotifyEntering
		if w.Kind == WindowCalling {
			kind = NotifyCalling
		}
		ds = append(ds, duty{days: []RoutineDay{part}, tell: &Notification{To: who.ID, Kind: kind, Due: due, CreatedAt: r.now}})
	}
	return ds
}

// at is when the clocks show what is set for a day; usual where nothing is.
func (r routine) at(day persian.Civil, clock string, usual time.Time) time.Time {
	t, err := time.Parse("15:04", clock)
	if err != nil {
		return usual
	}
	return r.times.shows(day, t.Hour()*60+t.Minute())
}

// away says whether somebody is not there to be told at t: on leave, off, or out of reach.
func away(who Staff, t time.Time) bool {
	lasts := who.DutyUntil.IsZero() || who.DutyUntil.After(t)
	switch {
	case !who.Reached():
		return true
	case who.Duty == DutyOn && lasts:
		return false
	case who.Duty == DutyOff && lasts:
		return true
	}
	return t.Before(who.LeaveUntil)
}

// back is when somebody who is there came back from being away; zero where that is not known.
func back(who Staff, now time.Time) time.Time {
	from := time.Time{}
	if !who.LeaveUntil.After(now) {
		from = who.LeaveUntil
	}
	if who.Duty == DutyOff && !who.DutyUntil.After(now) {
		from = later(from, who.DutyUntil)
	}
	return from
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
