package crm_test

import (
	"testing"
	"time"

	"cartable/internal/crm"

	"github.com/google/go-cmp/cmp"
)

func TestWorkingTimeIsKept(t *testing.T) {
	ctx := t.Context()
	o := newOffice(t, 1)
	sara := o.agents[0]
	shift := every(9, 14, time.Saturday, time.Monday)
	shift[time.Sunday] = []crm.Span{{From: 1320, To: 360}}
	o.do(o.SetShift(ctx, o.by(o.owner), sara.ID, shift))
	o.do(o.SetLeave(ctx, o.by(o.owner), sara.ID, tehran(t, 25, "08:00")))
	o.do(o.SetLimit(ctx, o.by(o.owner), sara.ID, 12))
	o.do(o.SetDuty(ctx, o.by(sara), sara.ID, crm.DutyOff, true))
	holidays := []crm.Holiday{{Date: "2027-03-21", Title: crm.Title{Text: "نوروز", English: "Nowruz"}}, {Date: "2026-12-01", Title: crm.Title{Text: "تعطیل"}}}
	o.do(o.SetHours(ctx, o.by(o.owner), every(8, 17, daily...), []time.Weekday{time.Friday, time.Thursday, time.Friday}))
	o.do(o.SetHolidays(ctx, o.by(o.owner), append(holidays, holidays[0])))

	dir := o.dir()
	want := sara
	want.Shift, want.LeaveUntil, want.Limit = shift, tehran(t, 25, "08:00"), 12
	want.Duty, want.DutyUntil = crm.DutyOff, tehran(t, 24, "00:00")
	if d := cmp.Diff(want, dir.Staff[sara.ID], cmp.Comparer(func(a, b crm.Week) bool { return cmp.Equal(trim(a), trim(b)) })); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(every(8, 17, daily...), dir.Settings.Hours); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]time.Weekday{time.Thursday, time.Friday}, dir.Settings.DaysOff); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]crm.Holiday{holidays[1], holidays[0]}, dir.Settings.Holidays); d != "" {
		t.Error(d)
	}
	// Who is on for today is on leave again tomorrow; who is on for good is not any more.
	o.do(o.SetDuty(ctx, o.by(sara), sara.ID, crm.DutyOn, true))
	on := o.dir().Staff[sara.ID]
	for at, want := range map[time.Time]bool{o.clock.Now(): true, tehran(t, 24, "10:00"): false} {
		if o.dir().Settings.OnShift(on, at) != want || !on.LeaveUntil.Equal(tehran(t, 25, "08:00")) {
			t.Errorf("%+v is on at %s: %v", on, at, !want)
		}
	}
	o.do(o.SetDuty(ctx, o.by(o.owner), sara.ID, crm.DutyOn, false))
	if s := o.dir().Staff[sara.ID]; s.Duty != crm.DutyOn || !s.DutyUntil.IsZero() || !s.LeaveUntil.IsZero() {
		t.Errorf("%+v", s)
	}
	o.do(o.SetDuty(ctx, o.by(sara), sara.ID, crm.DutyByShift, true))
	if s := o.dir().Staff[sara.ID]; s.Duty != crm.DutyByShift || !s.DutyUntil.IsZero() {
		t.Errorf("%+v", s)
	}
	// Off for today is off for the night that begins today.
	o.clock.set(tehran(t, 29, "21:00")) // a Sunday, from 22:00 to 06:00
	o.do(o.SetDuty(ctx, o.by(sara), sara.ID, crm.DutyOff, true))
	if s := o.dir().Staff[sara.ID]; !s.DutyUntil.Equal(tehran(t, 30, "06:00")) {
		t.Errorf("%+v", s)
	}
	// Leave ends what was said of duty before.
	o.do(o.SetDuty(ctx, o.by(sara), sara.ID, crm.DutyOn, false))
	o.do(o.SetLeave(ctx, o.by(o.owner), sara.ID, tehran(t, 30, "21:00")))
	if s := o.dir().Staff[sara.ID]; s.Duty != crm.DutyByShift || o.dir().Settings.OnShift(s, o.clock.Now()) {
		t.Errorf("%+v", s)
	}
	src := o.source(crm.Routing{Mode: crm.RoutePerson, Person: sara.ID, AgainAfter: 5, Group: -100})
	if d := cmp.Diff(crm.Routing{Mode: crm.RoutePerson, Person: sara.ID, AgainAfter: 5, Group: -100}, o.dir().Sources[src].Routing); d != "" {
		t.Error(d)
	}
	if r := o.dir().Sources[1].Routing; r.Way() != crm.RouteOffer {
		t.Errorf("%+v", r)
	}
}

// In a night that began yesterday, today is yesterday's: who goes home in it comes back
// in the next one.
func TestOffInTheNightOfYesterday(t *testing.T) {
	ctx := t.Context()
	o := newOffice(t, 1)
	sara := o.agents[0]
	o.do(o.SetShift(ctx, o.by(o.owner), sara.ID, every(22, 6, daily...)))
	for _, c := range []struct{ said, until time.Time }{
		{tehran(t, 24, "03:00"), tehran(t, 24, "06:00")},
		{tehran(t, 25, "06:00"), tehran(t, 26, "06:00")},
		{tehran(t, 26, "21:00"), tehran(t, 27, "06:00")},
	} {
		o.clock.set(c.said)
		o.do(o.SetDuty(ctx, o.by(sara), sara.ID, crm.DutyOff, true))
		s := o.dir().Staff[sara.ID]
		if !s.DutyUntil.Equal(c.until) {
			t.Errorf("said at %s: off until %s", c.said, s.DutyUntil)
		}
		next := c.until.Add(17 * time.Hour) // 23:00
		if o.dir().Settings.OnShift(s, c.said) || o.dir().Settings.OnShift(s, c.until.Add(-time.Minute)) || !o.dir().Settings.OnShift(s, next) {
			t.Errorf("said at %s: %+v", c.said, s)
		}
	}
}

// trim forgets the difference between a day without spans and none.
func trim(w crm.Week) crm.Week {
	for d := range w {
		if len(w[d]) == 0 {
			w[d] = nil
		}
	}
	return w
}

func TestWorkingTimeIsRefused(t *testing.T) {
	ctx := t.Context()
	o := newOffice(t, 2)
	boss, sara, omid := o.owner, o.agents[0], o.agents[1]
	o.do(o.ChangeStaff(ctx, o.by(boss), omid.ID, crm.Removed))
	o.told()
	src := o.source(crm.Routing{})
	bad := crm.Week{{{From: 60, To: 1441}}}
	route := func(r crm.Routing) func() error {
		return func() error { return o.SetRouting(ctx, o.by(boss), src, r) }
	}
	for name, c := range map[string]struct {
		code crm.Code
		key  string
		do   func() error
	}{
		"a shift by an agent":      {crm.Forbidden, crm.KeyManagers, func() error { return o.SetShift(ctx, o.by(sara), sara.ID, crm.Week{}) }},
		"leave by an agent":        {crm.Forbidden, crm.KeyManagers, func() error { return o.SetLeave(ctx, o.by(sara), sara.ID, time.Time{}) }},
		"a limit by an agent":      {crm.Forbidden, crm.KeyManagers, func() error { return o.SetLimit(ctx, o.by(sara), sara.ID, 1) }},
		"duty of somebody else":    {crm.Forbidden, crm.KeyManagers, func() error { return o.SetDuty(ctx, o.by(sara), boss.ID, crm.DutyOff, true) }},
		"hours by an agent":        {crm.Forbidden, crm.KeyManagers, func() error { return o.SetHours(ctx, o.by(sara), crm.Week{}, nil) }},
		"holidays by an agent":     {crm.Forbidden, crm.KeyManagers, func() error { return o.SetHolidays(ctx, o.by(sara), nil) }},
		"routing by an agent":      {crm.Forbidden, crm.KeyManagers, func() error { return o.SetRouting(ctx, o.by(sara), src, crm.Routing{}) }},
		"a shift of nobody":        {crm.NotFound, crm.KeyNoColleague, func() error { return o.SetShift(ctx, o.by(boss), 999, crm.Week{}) }},
		"a shift of a removed one": {crm.NotFound, crm.KeyNoColleague, func() error { return o.SetShift(ctx, o.by(boss), omid.ID, crm.Week{}) }},
		"a shift that is none":     {crm.Invalid, crm.KeyBadHours, func() error { return o.SetShift(ctx, o.by(boss), sara.ID, bad) }},
		"hours that are none":      {crm.Invalid, crm.KeyBadHours, func() error { return o.SetHours(ctx, o.by(boss), bad, nil) }},
		"no such day":              {crm.Invalid, crm.KeyBadHours, func() error { return o.SetHours(ctx, o.by(boss), crm.Week{}, []time.Weekday{7}) }},
		"leave that is over":       {crm.Invalid, crm.KeyPast, func() error { return o.SetLeave(ctx, o.by(boss), sara.ID, o.clock.Now()) }},
		"less than nothing":        {crm.Invalid, crm.KeyBadValue, func() error { return o.SetLimit(ctx, o.by(boss), sara.ID, -1) }},
		"no such duty":             {crm.Invalid, crm.KeyBadValue, func() error { return o.SetDuty(ctx, o.by(sara), sara.ID, "maybe", true) }},
		"no such date": {crm.Invalid, crm.KeyBadValue, func() error {
			return o.SetHolidays(ctx, o.by(boss), []crm.Holiday{{Date: "2026-02-30", Title: crm.Title{Text: "x"}}})
		}},
		"a holiday without name": {crm.Invalid, crm.KeyEmpty, func() error { return o.SetHolidays(ctx, o.by(boss), []crm.Holiday{{Date: "2026-02-03"}}) }},
		"too many holidays":      {crm.Invalid, crm.KeyTooLong, func() error { return o.SetHolidays(ctx, o.by(boss), make([]crm.Holiday, crm.MaxHolidays+1)) }},
		"no such source":         {crm.NotFound, crm.KeyNoSource, func() error { return o.SetRouting(ctx, o.by(boss), 999, crm.Routing{}) }},
		"no such mode":           {crm.Invalid, crm.KeyBadValue, route(crm.Routing{Mode: "dice"})},
		"no person":              {crm.Invalid, crm.KeyRequired, route(crm.Routing{Mode: crm.RoutePerson})},
		"a removed person":       {crm.Invalid, crm.KeyNoColleague, route(crm.Routing{Mode: crm.RoutePerson, Person: omid.ID})},
		"minutes below never":    {crm.Invalid, crm.KeyBadValue, route(crm.Routing{AgainAfter: -2})},
		"weeks of minutes":       {crm.Invalid, crm.KeyBadValue, route(crm.Routing{TellAfter: crm.MaxRouteWait + 1})},
		"told before again":      {crm.Invalid, crm.KeyTellsFirst, route(crm.Routing{AgainAfter: 30, TellAfter: 30})},
	} {
		t.Run(name, func(t *testing.T) { o.refused(t, c.code, c.key, c.do) })
	}
}

func TestRoles(t *testing.T) {
	ctx := t.Context()
	o := newOffice(t, 3)
	boss, sara, omid, nima := o.owner, o.agents[0], o.agents[1], o.agents[2]
	role := func(s crm.Staff) crm.Role { return o.dir().Staff[s.ID].Role }
	o.refused(t, crm.Forbidden, crm.KeyManagers, func() error { return o.ChangeRole(ctx, o.by(sara), sara.ID, crm.Manager) })
	o.refused(t, crm.Invalid, crm.KeyOwnersRole, func() error { return o.ChangeRole(ctx, o.by(boss), sara.ID, crm.Owner) })
	o.refused(t, crm.Forbidden, crm.KeyOwnersRole, func() error { return o.ChangeRole(ctx, o.by(boss), boss.ID, crm.Agent) })
	o.do(o.ChangeRole(ctx, o.by(boss), sara.ID, crm.Manager))
	o.do(o.ChangeRole(ctx, o.by(sara), omid.ID, crm.Manager))
	o.do(o.ChangeRole(ctx, o.by(sara), omid.ID, crm.Agent))
	if role(sara) != crm.Manager || role(omid) != crm.Agent {
		t.Errorf("%s, %s", role(sara), role(omid))
	}

	o.refused(t, crm.Forbidden, crm.KeyOwnerOnly, func() error { return o.PassOwnership(ctx, o.by(sara), sara.ID) })
	o.refused(t, crm.Invalid, crm.KeyNoColleague, func() error { return o.PassOwnership(ctx, o.by(boss), boss.ID) })
	o.do(o.ChangeStaff(ctx, o.by(boss), nima.ID, crm.Suspended))
	o.refused(t, crm.Invalid, crm.KeyNoColleague, func() error { return o.PassOwnership(ctx, o.by(boss), nima.ID) })
	o.refused(t, crm.NotFound, crm.KeyNoColleague, func() error { return o.PassOwnership(ctx, o.by(boss), 999) })

	// Of two at once one wins; there is one owner whatever happens.
	heirs := []crm.Staff{sara, omid}
	won := 0
	for _, err := range together(2, func(i int) error { return o.PassOwnership(ctx, o.by(boss), heirs[i].ID) }) {
		if err == nil {
			won++
		} else if !crm.IsKey(err, crm.KeyOwnerOnly) {
			t.Error(err)
		}
	}
	if n := column[int](o, `SELECT count(*) FROM staff WHERE role = 'owner'`)[0]; won != 1 || n != 1 || role(boss) != crm.Manager {
		t.Errorf("%d passed, %d owners, the first is %s", won, n, role(boss))
	}
}
