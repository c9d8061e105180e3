package crm_test

import (
	"crypto/rand"
	"fmt"
	"slices"
	"testing"
	"time"

	"cartable/internal/crm"
	"cartable/internal/persian"
)

// tehran is an instant of the week of the tests, in which 23 November 2026 is a Monday.
func tehran(t testing.TB, day int, clock string) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Tehran")
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", fmt.Sprintf("2026-11-%d %s", day, clock), zone)
	if err != nil {
		t.Fatal(err)
	}
	return at.UTC()
}

func (c *clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = at
}

// every is the same hours on each of the days.
func every(from, to int, days ...time.Weekday) crm.Week {
	var w crm.Week
	for _, d := range days {
		w[d] = []crm.Span{{From: from * 60, To: to * 60}}
	}
	return w
}

var daily = []time.Weekday{0, 1, 2, 3, 4, 5, 6}

// look looks at every route that is due, and again until nothing is.
func (o *office) look() {
	o.t.Helper()
	for {
		n, err := o.RouteDue(o.t.Context(), 3)
		if err != nil {
			o.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// until moves the clock to at, a minute at a time, with a tick each, and returns what
// was told, with the clock of Tehran: "10:10 lead>101".
func (o *office) until(at time.Time) []string {
	o.t.Helper()
	zone := o.dir().Settings.Location()
	var out []string
	for o.clock.Now().Before(at) {
		o.clock.forward(time.Minute)
		o.look()
		told := o.told()
		o.arrived()
		for _, told := range told {
			out = append(out, o.clock.Now().In(zone).Format("15:04 ")+told)
		}
	}
	return out
}

// arrived has all offers that wait reach their readers.
func (o *office) arrived() {
	o.t.Helper()
	o.exec(`UPDATE notifications SET state = 'sent', sent_at = $1 WHERE state = 'pending' AND kind = 'lead'`, o.clock.Now())
}

func (o *office) wantUntil(at time.Time, want ...string) {
	o.t.Helper()
	slices.Sort(want)
	if got := o.until(at); !slices.Equal(got, want) {
		o.t.Errorf("told %q, want %q", got, want)
	}
}

func (o *office) do(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// source makes a form with a routing.
func (o *office) source(r crm.Routing) crm.SourceID {
	o.t.Helper()
	src := must[crm.NewSource](o.t)(o.AddSource(o.t.Context(), o.by(o.owner), "فرم "+rand.Text(), crm.SourceForm))
	o.do(o.SetRouting(o.t.Context(), o.by(o.owner), src.ID, r))
	return src.ID
}

func (o *office) arrive(src crm.SourceID, n int) crm.CustomerID {
	o.t.Helper()
	p := persian.Phone(fmt.Sprintf("+98912%07d", n))
	return must[crm.Arrival](o.t)(o.RecordInquiry(o.t.Context(), o.key(), crm.Inquiry{Source: src, Phone: p})).Customer
}

// Until anything is set a lead is offered to everybody at any hour, the owner
// included; nobody takes it, and it is offered again and told to the managers, once.
func TestUntakenLead(t *testing.T) {
	o := newOffice(t, 2)
	o.arrive(1, 1)
	o.wantTold(t, "lead>100", "lead>101", "lead>102")
	o.wantUntil(tehran(t, 23, "12:00"), "10:10 lead>100", "10:10 lead>101", "10:10 lead>102", "10:20 untaken>100")
	o.wantUntil(tehran(t, 24, "00:30"))
	if got := column[int](o, `SELECT ring FROM notifications WHERE kind = 'lead' ORDER BY id`); !slices.Equal(got, []int{0, 0, 0, 2, 2, 2}) {
		t.Errorf("rings %v", got)
	}
	// The same person again is a new lead.
	o.arrive(1, 1)
	o.wantTold(t, "lead>100", "lead>101", "lead>102")
	o.wantUntil(tehran(t, 24, "02:00"), "00:40 lead>100", "00:40 lead>101", "00:40 lead>102", "00:50 untaken>100")
}

// While Telegram is away nobody can take what is offered: it is not offered again, nor are
// the managers told, before those to whom it was offered have had their minutes.
func TestOfferThatReachedNobodyIsNotRepeated(t *testing.T) {
	o := newOffice(t, 1)
	o.arrive(1, 1)
	o.wantTold(t, "lead>100", "lead>101")
	pass := func(minutes int, want ...string) {
		t.Helper()
		for range minutes {
			o.clock.forward(time.Minute)
			o.look()
		}
		o.wantTold(t, want...)
	}
	pass(36)
	o.arrived()
	pass(8)
	pass(1, "lead>100", "lead>101") // ten minutes after it was last seen to wait
	pass(30)
	// One of them has it.
	o.exec(`UPDATE notifications SET state = 'sent', sent_at = $1 WHERE state = 'pending' AND staff_id = 1`, o.clock.Now())
	pass(20, "untaken>100")
}

func TestUntakenLeadAtSetMinutes(t *testing.T) {
	ctx := t.Context()
	o := newOffice(t, 1)
	o.do(o.SetHours(ctx, o.by(o.owner), every(8, 17, daily...), nil))
	later := o.source(crm.Routing{AgainAfter: 30, TellAfter: 45})
	tellOnly := o.source(crm.Routing{AgainAfter: crm.Never, TellAfter: 5})
	never := o.source(crm.Routing{AgainAfter: crm.Never, TellAfter: crm.Never})
	againOnly := o.source(crm.Routing{AgainAfter: 7, TellAfter: crm.Never})
	for i, c := range []struct {
		src  crm.SourceID
		at   string
		want []string
	}{
		{later, "09:00", []string{"09:30 lead>100", "09:30 lead>101", "09:45 untaken>100"}},
		{tellOnly, "10:00", []string{"10:05 untaken>100"}},
		{never, "11:00", nil},
		{againOnly, "12:00", []string{"12:07 lead>100", "12:07 lead>101"}},
		// Working minutes stop with the day: a quarter of an hour tonight, the rest tomorrow.
		{later, "16:45", []string{"08:15 lead>100", "08:15 lead>101", "08:30 untaken>100"}},
	} {
		at := tehran(t, 24, c.at)
		o.clock.set(at)
		o.arrive(c.src, i)
		o.wantTold(t, "lead>100", "lead>101")
		end := at.Add(time.Hour)
		if c.at > "16" {
			end = tehran(t, 25, "12:00")
		}
		o.wantUntil(end, c.want...)
	}
}

// What is taken or settled drops out, an undo brings it back to where it was.
func TestTakenLeadDropsOut(t *testing.T) {
	ctx := t.Context()
	o := newOffice(t, 2)
	taken, settled, undone := o.arrive(1, 1), o.arrive(1, 2), o.arrive(1, 3)
	o.told()
	must[crm.Outcome](t)(o.Take(ctx, o.by(o.agents[0]), taken))
	must[crm.Outcome](t)(o.SetStatus(ctx, o.by(o.owner), crm.StatusChange{Customer: settled, Status: o.status("Block list").ID}))
	o.until(tehran(t, 23, "10:09"))
	out := must[crm.Outcome](t)(o.Take(ctx, o.by(o.agents[0]), undone))
	o.clock.forward(time.Minute)
	o.look() // finds it taken
	o.wantTold(t)
	must[crm.Outcome](t)(o.Undo(ctx, o.by(o.agents[0]), out.Event))
	o.look()
	o.wantTold(t, "lead>100", "lead>101", "lead>102")
	o.wantUntil(tehran(t, 23, "12:00"), "10:20 untaken>100")
	if n := column[int](o, `SELECT count(*) FROM routes WHERE next_at IS NOT NULL`)[0]; n != 0 {
		t.Errorf("%d routes are still looked at", n)
	}
}

// A lead that comes off hours waits, and is announced when the shift begins, once; by
// whichever instance, and however late.
func TestOffHoursLeadIsAnnouncedOnce(t *testing.T) {
	ctx := t.Context()
	o := newOffice(t, 2)
	o.do(o.SetHours(ctx, o.by(o.owner), every(8, 17, daily...), []time.Weekday{time.Friday}))
	o.do(o.SetHolidays(ctx, o.by(o.owner), []crm.Holiday{{Date: "2026-11-28", Title: crm.Title{Text: "تعطیل"}}}))
	o.clock.set(tehran(t, 26, "21:00")) // Thursday; Friday is off, Saturday a holiday
	o.arrive(1, 1)
	o.wantTold(t)
	o.wantUntil(tehran(t, 29, "07:59"))
	o.clock.set(tehran(t, 29, "08:03")) // the tick is late
	for _, err := range together(4, func(int) error {
		_, err := crm.NewService(o.store, o.clock, nil).RouteDue(ctx, 10)
		return err
	}) {
		o.do(err)
	}
	o.wantTold(t, "lead>100", "lead>101", "lead>102")
	o.wantUntil(tehran(t, 29, "12:00"), "08:13 lead>100", "08:13 lead>101", "08:13 lead>102", "08:23 untaken>100")
}

// What waits is looked at when somebody comes on, or the hours change.
func TestWaitingLeadIsSeenEarly(t *testing.T) {
	ctx := t.Context()
	o := newOffice(t, 2)
	sara := o.agents[0]
	o.do(o.SetHours(ctx, o.by(o.owner), every(8, 17, daily...), nil))
	o.clock.set(tehran(t, 24, "20:00"))
	o.arrive(1, 1)
	o.look()
	o.wantTold(t)
	o.do(o.SetDuty(ctx, o.by(sara), sara.ID, crm.DutyOn, true))
	o.look()
	o.wantTold(t, "lead>101")
	o.wantUntil(tehran(t, 24, "20:15"), "20:10 lead>101")
	o.do(o.SetDuty(ctx, o.by(sara), sara.ID, crm.DutyByShift, false))
	// A quarter of an hour was worked; the rest of the minutes tomorrow.
	o.wantUntil(tehran(t, 25, "09:00"), "08:05 untaken>100")

	o.clock.set(tehran(t, 25, "20:00"))
	o.arrive(1, 2)
	o.wantTold(t)
	o.do(o.SetHours(ctx, o.by(o.owner), crm.Week{}, nil))
	o.look()
	o.wantTold(t, "lead>100", "lead>101", "lead>102")
}

// Where nobody is to be there again, the managers know at once.
func TestNobodyIsThere(t *testing.T) {
	ctx := t.Context()
	o := newOffice(t, 1)
	for _, s := range []crm.Staff{o.owner, o.agents[0]} {
		o.do(o.SetDuty(ctx, o.by(s), s.ID, crm.DutyOff, false))
	}
	o.arrive(1, 1)
	o.wantTold(t, "untaken>100")
	o.wantUntil(tehran(t, 23, "12:00"))
}

func TestPersonAndPool(t *testing.T) {
	ctx := t.Context()
	o := newOffice(t, 3)
	sara, omid := o.agents[0], o.agents[1]
	src := o.source(crm.Routing{Mode: crm.RoutePerson, Person: sara.ID})
	holds := func(id crm.CustomerID, want crm.StaffID) {
		t.Helper()
		if c := o.customer(id); c.Holder != want {
			t.Errorf("held by %d, want %d", c.Holder, want)
		}
	}

	id := o.arrive(src, 1)
	holds(id, sara.ID)
	o.wantTold(t, "routed>101")
	if e := o.last(id); e.Kind != crm.EventShared || e.Actor != 0 || e.Detail.To != sara.ID {
		t.Errorf("%+v", e)
	}
	// Off shift: it waits for them, though others are there.
	o.do(o.SetShift(ctx, o.by(o.owner), sara.ID, every(12, 17, daily...)))
	id = o.arrive(src, 2)
	holds(id, 0)
	o.wantUntil(tehran(t, 23, "12:30"), "12:00 routed>101")
	holds(id, sara.ID)
	// On a long leave, at their limit, not reachable or gone: offered to everybody.
	for i, c := range []struct {
		away, back func() error
	}{
		{func() error { return o.SetLeave(ctx, o.by(o.owner), sara.ID, tehran(t, 29, "12:00")) },
			func() error { return o.SetLeave(ctx, o.by(o.owner), sara.ID, time.Time{}) }},
		{func() error { return o.SetLimit(ctx, o.by(o.owner), sara.ID, 2) },
			func() error { return o.SetLimit(ctx, o.by(o.owner), sara.ID, 0) }},
		{func() error { return o.Reachable(ctx, o.key(), sara.ID, false) },
			func() error { return o.Reachable(ctx, o.key(), sara.ID, true) }},
		{func() error { return o.ChangeStaff(ctx, o.by(o.owner), sara.ID, crm.Suspended) },
			func() error { return o.ChangeStaff(ctx, o.by(o.owner), sara.ID, crm.Active) }},
	} {
		o.do(c.away())
		o.told()
		id := o.arrive(src, 10+i)
		holds(id, 0)
		if got := o.told(); !slices.Contains(got, "lead>100") || !slices.Contains(got, "lead>102") {
			t.Errorf("%d: told %v", i, got)
		}
		must[crm.Outcome](t)(o.Take(ctx, o.by(omid), id))
		o.do(c.back())
	}
	o.told()

	o.do(o.SetRouting(ctx, o.by(o.owner), src, crm.Routing{Mode: crm.RoutePool}))
	id = o.arrive(src, 20)
	holds(id, 0)
	o.wantTold(t)
	o.wantUntil(tehran(t, 23, "16:00"))
	// Their holder is told all the same, whatever the routing.
	o.arrive(src, 1)
	o.wantTold(t, "inquiry>101")
}

// A lead that somebody entered and routing gave away is undone as one.
func TestUndoOfARoutedLead(t *testing.T) {
	ctx := t.Context()
	o := newOffice(t, 2)
	o.do(o.SetRouting(ctx, o.by(o.owner), 1, crm.Routing{Mode: crm.RouteTurn}))
	enter := func(n int) crm.Arrival {
		return must[crm.Arrival](t)(o.RecordInquiry(ctx, o.by(o.agents[0]), crm.Inquiry{Source: 1, Phone: persian.Phone(fmt.Sprintf("+98912%07d", n)), By: o.agents[0].ID}))
	}
	a := enter(1)
	o.wantTold(t, "routed>101") // also whose own doing it was
	must[crm.Outcome](t)(o.Undo(ctx, o.by(o.agents[0]), a.Event))
	if c := o.customer(a.Customer); !c.Hidden || c.Holder != 0 {
		t.Errorf("%+v", c)
	}
	if got := column[string](o, `SELECT state FROM notifications WHERE kind = 'routed'`); !slices.Equal(got, []string{"cancelled"}) {
		t.Errorf("%v", got)
	}
	if got := column[int](o, `SELECT received FROM turns`); !slices.Equal(got, []int{0}) {
		t.Errorf("received %v after the undo", got)
	}
	o.look()
	enter(2)
	o.wantTold(t, "routed>102") // who received longest ago, which is never
	o.wantUntil(tehran(t, 23, "11:00"))
}

// A batch that is offered waits for the shift like leads do.
func TestOfferedBatchWaitsForTheShift(t *testing.T) {
	ctx := t.Context()
	o := newOffice(t, 1)
	o.do(o.SetHours(ctx, o.by(o.owner), every(8, 17, daily...), nil))
	o.do(o.SetRouting(ctx, o.by(o.owner), 1, crm.Routing{Mode: crm.RoutePool}))
	o.clock.set(tehran(t, 24, "22:00"))
	res := must[crm.ListResult](t)(o.ImportList(ctx, o.by(o.owner), 1, []crm.ListEntry{{Phone: "+989120000001"}, {Phone: "+989120000002"}}))
	must[int](t)(o.Offer(ctx, o.by(o.owner), res.Batch))
	o.wantTold(t)
	o.wantUntil(tehran(t, 25, "08:05"), "08:00 lead>100", "08:00 lead>100", "08:00 lead>101", "08:00 lead>101")
}

// No lead waits for somebody who is on leave, nor for long: it is offered to those who
// are there.
func TestNothingWaitsForWhoIsAway(t *testing.T) {
	ctx := t.Context()
	o := newOffice(t, 1)
	sara := o.agents[0]
	for i, r := range []crm.Routing{{Mode: crm.RouteTurn}, {Mode: crm.RoutePerson, Person: sara.ID}} {
		src := o.source(r)
		for j, away := range []func() error{
			func() error { return o.SetLeave(ctx, o.by(o.owner), sara.ID, tehran(t, 24, "08:00")) },
			func() error { return o.SetLeave(ctx, o.by(o.owner), sara.ID, o.clock.Now().AddDate(0, 0, 21)) },
			func() error {
				o.do(o.SetLeave(ctx, o.by(o.owner), sara.ID, time.Time{}))
				return o.SetShift(ctx, o.by(o.owner), sara.ID, every(8, 17, time.Friday))
			},
		} {
			o.do(o.SetHours(ctx, o.by(o.owner), every(8, 17, daily...), nil))
			o.do(away())
			o.told()
			o.arrive(src, 10*i+j)
			if got := o.told(); !slices.Contains(got, "lead>100") {
				t.Errorf("%s, %d: told %v", r.Mode, j, got)
			}
			o.do(o.SetShift(ctx, o.by(o.owner), sara.ID, crm.Week{}))
		}
	}
}
