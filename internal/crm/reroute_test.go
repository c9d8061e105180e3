package crm_test

import (
	"fmt"
	"testing"
	"time"

	"cartable/internal/crm"
)

// Shifts are set and no hours: at night nobody is there, the owner without a shift
// neither.
func TestShiftsWithoutHours(t *testing.T) {
	ctx := t.Context()
	o := newOffice(t, 2)
	for i, s := range o.agents {
		o.do(o.SetShift(ctx, o.by(o.owner), s.ID, every(8+i, 17, daily...)))
	}
	o.clock.set(tehran(t, 24, "23:00"))
	o.arrive(1, 1)
	o.wantTold(t)
	o.wantUntil(tehran(t, 25, "12:00"), "08:00 lead>100", "08:00 lead>101", "08:10 lead>100", "08:10 lead>101", "08:20 untaken>100")
}

// Who enters a lead knows of it: with nobody else there it waits for others, and where
// no others are to come the minutes run at once. A group is there with whoever it is.
func TestLeadEnteredByTheOnlyOneThere(t *testing.T) {
	ctx := t.Context()
	o := newOffice(t, 1)
	sara := o.agents[0]
	enter := func(n int) {
		t.Helper()
		in := crm.Inquiry{Source: 1, Phone: parsed(n), By: sara.ID}
		must[crm.Arrival](t)(o.RecordInquiry(ctx, o.by(sara), in))
	}
	o.do(o.SetShift(ctx, o.by(o.owner), o.owner.ID, every(12, 17, daily...)))
	o.do(o.SetShift(ctx, o.by(o.owner), sara.ID, every(8, 17, daily...)))
	enter(1)
	o.wantTold(t)
	o.wantUntil(tehran(t, 23, "12:30"), "12:00 lead>100", "12:10 lead>100", "12:20 untaken>100")
	o.do(o.SetDuty(ctx, o.by(o.owner), o.owner.ID, crm.DutyOff, false))
	enter(2)
	o.wantUntil(tehran(t, 23, "13:00"), "12:50 untaken>100")
	g := must[crm.Group](t)(o.AddGroup(ctx, o.by(o.owner), salesroom, "فروش"))
	o.do(o.OfferInGroup(ctx, o.by(o.owner), 1, g.ID))
	o.told()
	enter(3)
	o.wantTold(t, "lead>-100")
}

// Whatever a source was set to meanwhile, who still waits is announced by what it is set
// to now.
func TestWaitingLeadsFollowTheRouting(t *testing.T) {
	ctx := t.Context()
	o := newOffice(t, 1)
	src := o.source(crm.Routing{})
	set := func(r crm.Routing) {
		t.Helper()
		o.do(o.SetRouting(ctx, o.by(o.owner), src, r))
		o.look()
	}
	o.do(o.SetHours(ctx, o.by(o.owner), every(8, 17, daily...), nil))
	o.clock.set(tehran(t, 24, "20:00"))
	o.arrive(src, 1)
	set(crm.Routing{Mode: crm.RoutePool})
	o.wantUntil(tehran(t, 25, "09:00"))
	log := must[[]crm.ConfigVersion](t)(o.ConfigLog(ctx, o.owner, 0, 1))
	must[crm.Published](t)(o.UndoConfig(ctx, o.by(o.owner), log[0].Version))
	o.look()
	o.wantTold(t, "lead>100", "lead>101")

	set(crm.Routing{AgainAfter: crm.Never, TellAfter: crm.Never})
	o.wantUntil(tehran(t, 25, "09:05"))
	o.do(o.SetDuty(ctx, o.by(o.owner), o.owner.ID, crm.DutyOff, true)) // wakes none of it
	set(crm.Routing{})
	o.wantUntil(tehran(t, 25, "12:00"), "09:10 lead>101", "09:20 untaken>100")
	if n := column[int](o, `SELECT count(*) FROM routes WHERE next_at IS NOT NULL`)[0]; n != 0 {
		t.Errorf("%d routes are still looked at", n)
	}
}

// Who comes again by a way that tells nobody is announced on as before, also after
// that is undone.
func TestPoolDoesNotSilenceWhoWaits(t *testing.T) {
	ctx := t.Context()
	o := newOffice(t, 2)
	pool := o.source(crm.Routing{Mode: crm.RoutePool})
	o.arrive(1, 1)
	o.arrive(1, 2)
	id := o.arrive(1, 3)
	o.told()
	o.arrived()
	o.clock.forward(time.Minute)
	o.arrive(pool, 1)
	again := must[crm.Arrival](t)(o.RecordInquiry(ctx, o.by(o.owner), crm.Inquiry{Source: pool, Phone: "+989120000002", By: o.owner.ID}))
	must[crm.Outcome](t)(o.Undo(ctx, o.by(o.owner), again.Event))
	must[crm.ListResult](t)(o.ImportList(ctx, o.by(o.owner), 1, []crm.ListEntry{{Phone: "+989120000003"}}))
	o.arrive(pool, 4)
	var want []string
	for range 3 {
		want = append(want, "10:10 lead>100", "10:10 lead>101", "10:10 lead>102", "10:20 untaken>100")
	}
	o.wantUntil(tehran(t, 23, "11:00"), want...)
	// Taken and given back is not announced again because of it.
	must[crm.Outcome](t)(o.Take(ctx, o.by(o.agents[0]), id))
	must[int](t)(o.GiveAll(ctx, o.by(o.owner), o.agents[0].ID, 0))
	o.arrive(pool, 3)
	o.wantUntil(tehran(t, 23, "12:00"))
}

// Everybody is off for good, and the managers know: in the morning it is offered once.
func TestLeadOfANightWithNobody(t *testing.T) {
	ctx := t.Context()
	o := newOffice(t, 1)
	sara := o.agents[0]
	off := func(d crm.Duty) {
		for _, s := range []crm.Staff{o.owner, sara} {
			o.do(o.SetDuty(ctx, o.by(s), s.ID, d, false))
		}
	}
	off(crm.DutyOff)
	o.clock.set(tehran(t, 24, "22:00"))
	o.arrive(1, 1)
	o.wantTold(t, "untaken>100")
	o.wantUntil(tehran(t, 25, "08:00"))
	off(crm.DutyOn)
	o.look()
	o.wantTold(t, "lead>100", "lead>101")
	o.wantUntil(tehran(t, 25, "12:00"))
}

// While no manager is reached the telling waits for one.
func TestUntakenWaitsForAManager(t *testing.T) {
	ctx := t.Context()
	o := newOffice(t, 1)
	o.do(o.Reachable(ctx, o.key(), o.owner.ID, false))
	o.arrive(1, 1)
	o.wantTold(t, "lead>101")
	o.wantUntil(tehran(t, 23, "12:00"), "10:10 lead>101")
	o.do(o.Reachable(ctx, o.key(), o.owner.ID, true))
	o.look()
	o.wantTold(t, "untaken>100")
	o.wantUntil(tehran(t, 23, "13:00"))
}

// Minutes count as they were worked: what is said of duty later says nothing of before.
func TestDutyIsNotCountedBackwards(t *testing.T) {
	ctx := t.Context()
	o := newOffice(t, 1)
	sara := o.agents[0]
	o.do(o.SetHours(ctx, o.by(o.owner), every(8, 17, daily...), nil))
	o.clock.set(tehran(t, 24, "16:55"))
	o.arrive(1, 1)
	o.wantTold(t, "lead>100", "lead>101")
	o.wantUntil(tehran(t, 24, "22:00"))
	o.do(o.SetDuty(ctx, o.by(o.owner), o.owner.ID, crm.DutyOn, true))
	o.look()
	o.wantTold(t)
	o.wantUntil(tehran(t, 24, "22:07"), "22:05 lead>100")
	// Twelve minutes by now, and no more until the morning; hours count as they were too.
	o.do(o.SetDuty(ctx, o.by(o.owner), o.owner.ID, crm.DutyByShift, false))
	o.clock.set(tehran(t, 25, "07:00"))
	o.do(o.SetShift(ctx, o.by(o.owner), sara.ID, every(6, 17, daily...)))
	o.look()
	o.wantTold(t)
	o.wantUntil(tehran(t, 25, "12:00"), "07:08 untaken>100")
}

// What routing brought to somebody, and what nobody took, is told to another manager
// where nothing reaches whom it was for.
func TestPassOnWhatWasRouted(t *testing.T) {
	ctx := t.Context()
	o := newOffice(t, 2)
	sara, omid := o.agents[0], o.agents[1]
	src := o.source(crm.Routing{Mode: crm.RoutePerson, Person: sara.ID})
	pass := func(want ...string) {
		t.Helper()
		for range 2 {
			must[int](t)(o.PassOn(ctx, 10))
		}
		o.wantTold(t, want...)
	}
	lose := func(s crm.Staff, back bool) { t.Helper(); o.do(o.Reachable(ctx, o.key(), s.ID, back)); o.told() }
	for i, c := range []struct {
		after func(crm.CustomerID)
		want  []string
	}{
		{func(crm.CustomerID) {}, []string{"inquiry>100"}},
		{func(crm.CustomerID) { must[int](t)(o.GiveAll(ctx, o.by(o.owner), sara.ID, omid.ID)) }, nil},
		{func(crm.CustomerID) { must[int](t)(o.GiveAll(ctx, o.by(o.owner), sara.ID, 0)) }, []string{"lead>100", "lead>102"}},
		{func(id crm.CustomerID) {
			must[crm.Outcome](t)(o.SetStatus(ctx, o.by(o.owner), crm.StatusChange{Customer: id, Status: o.status("Declined").ID}))
		}, nil},
	} {
		id := o.arrive(src, i)
		o.wantTold(t, "routed>101")
		lose(sara, false)
		c.after(id)
		o.told()
		pass(c.want...)
		o.deliver()
		lose(sara, true)
	}

	// Of two managers the one who was to be told is lost.
	boss := o.join(crm.Manager, o.by(o.owner), 110)
	o.do(o.SetHours(ctx, o.by(o.owner), every(8, 17, daily...), nil))
	o.do(o.SetShift(ctx, o.by(o.owner), o.owner.ID, every(8, 9, daily...)))
	o.arrive(1, 50)
	o.until(tehran(t, 23, "10:30"))
	o.exec(`UPDATE notifications SET state = 'sent' WHERE kind <> 'untaken'`)
	lose(boss, false)
	pass("untaken>100")
	if n := column[int](o, `SELECT count(*) FROM notifications WHERE kind = 'untaken' AND state = 'pending'`)[0]; n != 1 {
		t.Errorf("%d wait to be told", n)
	}
}

// An inquiry that is passed on to everyone is a lead like others, and none where
// somebody saw to it.
func TestPassedOnInquiryIsFollowed(t *testing.T) {
	ctx := t.Context()
	o := newOffice(t, 2)
	sara := o.agents[0]
	open, settled := o.held(phone(1), sara), o.held(phone(2), sara)
	o.arrive(1, 1)
	o.arrive(1, 2)
	o.clock.forward(time.Minute)
	o.do(o.Reachable(ctx, o.key(), sara.ID, false))
	must[crm.Outcome](t)(o.SetStatus(ctx, o.by(o.owner), crm.StatusChange{Customer: settled, Status: o.status("Declined").ID}))
	must[int](t)(o.GiveAll(ctx, o.by(o.owner), sara.ID, 0))
	o.told()
	if n := must[int](t)(o.PassOn(ctx, 10)); n != 2 {
		t.Errorf("%d passed on", n)
	}
	o.wantTold(t, "lead>100", "lead>102")
	o.wantUntil(tehran(t, 23, "11:00"), "10:11 lead>100", "10:11 lead>102", "10:21 untaken>100")
	if c := o.customer(open); !c.Waiting() {
		t.Errorf("%+v", c)
	}
}

// A lead that comes while the crew changes is looked at soon, by what holds then.
func TestArrivalWhileTheCrewChanges(t *testing.T) {
	ctx := t.Context()
	o := newOffice(t, 1)
	sara := o.agents[0]
	o.do(o.SetHours(ctx, o.by(o.owner), every(8, 17, daily...), nil))
	o.clock.set(tehran(t, 24, "20:00"))
	o.arrive(1, 1)
	// Sara came on, and the arrival saw nothing of it, nor she of the arrival.
	o.exec(`UPDATE staff SET duty = 'on' WHERE id = $1`, sara.ID)
	o.wantUntil(tehran(t, 24, "20:10"), fmt.Sprintf("20:05 lead>%d", sara.TelegramID))
}
