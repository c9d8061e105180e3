package crm_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"cartable/internal/crm"
	"cartable/internal/persian"
)

// shares is what routing brought to each of the agents, in their order, on a day of
// November 2026.
func (o *office) shares(day int) []int {
	o.t.Helper()
	return column[int](o, `SELECT coalesce((SELECT received FROM turns t WHERE t.staff_id = s.id AND t.day = $1::date), 0)
		FROM staff s WHERE s.role = 'agent' ORDER BY s.id`, fmt.Sprintf("2026-11-%d", day))
}

func spread(ns ...int) int {
	lo, hi := ns[0], ns[0]
	for _, n := range ns {
		lo, hi = min(lo, n), max(hi, n)
	}
	return hi - lo
}

// A thousand leads at all hours of four days, the program restarted in between, to
// seven agents: three with the business's hours, two who come later, one who is on
// leave until the second noon, one with a limit.
func TestThousandLeadsInTurn(t *testing.T) {
	const leads, limit = 1000, 40
	ctx := t.Context()
	o := newOffice(t, 7)
	a := o.agents
	o.do(o.SetHours(ctx, o.by(o.owner), every(8, 17, daily...), nil))
	for _, late := range []crm.Staff{a[3], a[4]} {
		o.do(o.SetShift(ctx, o.by(o.owner), late.ID, every(12, 20, daily...)))
	}
	back := tehran(t, 25, "12:00")
	o.do(o.SetLeave(ctx, o.by(o.owner), a[5].ID, back))
	o.do(o.SetLimit(ctx, o.by(o.owner), a[6].ID, limit))
	src := o.source(crm.Routing{Mode: crm.RouteTurn})
	rnd := rand.New(rand.NewPCG(1, 2))
	o.clock.set(tehran(t, 24, "06:00"))
	for i := range leads {
		o.clock.forward(time.Duration(rnd.IntN(11*60)) * time.Second)
		if i%50 == 0 {
			o.Service = crm.NewService(o.store, o.clock, nil)
		}
		o.look()
		o.arrive(src, i)
	}
	end := tehran(t, 28, "12:00")
	if o.clock.Now().After(end) {
		t.Fatalf("the leads came until %s", o.clock.Now())
	}
	o.clock.set(end)
	o.look()

	if got := column[int](o, `SELECT count(*) FROM events WHERE kind = 'shared'`)[0]; got != leads {
		t.Errorf("%d of %d leads were given", got, leads)
	}
	if got := column[int](o, `SELECT count(*) FROM notifications WHERE kind = 'routed'`)[0]; got != leads {
		t.Errorf("%d were told of, or not once each", got)
	}
	dir := o.dir()
	for _, s := range dir.Staff {
		for _, at := range column[time.Time](o, `SELECT at FROM events WHERE kind = 'shared' AND (detail->>'to')::bigint = $1`, s.ID) {
			if !dir.Settings.OnShift(s, at) {
				t.Errorf("%s got one off shift, at %s", s.Name, at)
			}
		}
	}
	if n := column[int](o, `SELECT count(*) FROM customers WHERE holder_id = $1`, a[6].ID)[0]; n != limit {
		t.Errorf("who holds %d at most holds %d", limit, n)
	}
	for day := 24; day <= 28; day++ {
		got := o.shares(day)
		if spread(got[0:3]...) > 1 || spread(got[3:5]...) > 1 {
			t.Errorf("day %d: shares %v", day, got)
		}
		if day > 25 && day < 28 && spread(append(got[0:3:3], got[5])...) > 1 {
			t.Errorf("day %d: who is back from leave is an equal: %v", day, got)
		}
	}
	// Who comes later in the day catches up, while the others are there.
	got := column[int](o, `SELECT count(e.id) FROM staff s LEFT JOIN events e ON (e.detail->>'to')::bigint = s.id
		AND e.kind = 'shared' AND e.at < $1 WHERE s.role = 'agent' GROUP BY s.id ORDER BY s.id`, tehran(t, 24, "17:00"))
	if got[5] != 0 || spread(append(got[0:5:5], got[6])...) > 1 {
		t.Errorf("shares of the first day: %v", got)
	}
}

// Arrivals at once take turns too, and so do several instances that look at what
// waited over night.
func TestTurnsAtOnce(t *testing.T) {
	const each, at = 20, 8
	ctx := t.Context()
	o := newOffice(t, 5)
	src := o.source(crm.Routing{Mode: crm.RouteTurn})
	come := func(first int) {
		for _, err := range together(at, func(g int) error {
			s := crm.NewService(o.store, o.clock, nil)
			for i := range each {
				n := first + g*each + i
				_, err := s.RecordInquiry(ctx, crm.Command{Key: fmt.Sprintf("lead %d", n)},
					crm.Inquiry{Source: src, Phone: persian.Phone(fmt.Sprintf("+98912%07d", n))})
				if err != nil {
					return err
				}
			}
			return nil
		}) {
			o.do(err)
		}
	}
	come(0)
	if got := o.shares(23); spread(got...) > 1 || got[0] < each*at/5 {
		t.Errorf("shares %v", got)
	}
	o.do(o.SetHours(ctx, o.by(o.owner), every(8, 17, daily...), nil))
	o.clock.set(tehran(t, 23, "22:00"))
	come(1000)
	if got := o.shares(23); spread(got...) > 1 || got[0] > each*at/5 {
		t.Errorf("given at night: %v", got)
	}
	o.clock.set(tehran(t, 24, "08:00"))
	for _, err := range together(3, func(int) error {
		s := crm.NewService(o.store, o.clock, nil)
		for {
			if n, err := s.RouteDue(ctx, 50); n == 0 || err != nil {
				return err
			}
		}
	}) {
		o.do(err)
	}
	if got := o.shares(24); spread(got...) > 1 || got[0] != each*at/5 {
		t.Errorf("shares %v", got)
	}
	if n := column[int](o, `SELECT count(*) FROM notifications WHERE kind = 'routed'`)[0]; n != 2*each*at {
		t.Errorf("%d told", n)
	}
}

// Turns go among the agents; without any, the managers take them. With everybody at
// their limit it is offered.
func TestWhoTakesTurns(t *testing.T) {
	ctx := t.Context()
	o := newOffice(t, 0)
	src := o.source(crm.Routing{Mode: crm.RouteTurn})
	o.arrive(src, 1)
	o.wantTold(t, "routed>100")
	sara := o.join(crm.Agent, o.by(o.owner), 101)
	o.do(o.SetLimit(ctx, o.by(o.owner), sara.ID, 1))
	o.arrive(src, 2)
	o.wantTold(t, "routed>101")
	id := o.arrive(src, 3)
	o.wantTold(t, "lead>100", "lead>101")
	// Offered again means: given, where somebody has room by then.
	o.do(o.SetLimit(ctx, o.by(o.owner), sara.ID, 5))
	o.look()
	o.wantTold(t, "routed>101")
	if c := o.customer(id); c.Holder != sara.ID {
		t.Errorf("held by %d", c.Holder)
	}
}
