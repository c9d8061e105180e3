package crm

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"cartable/internal/persian"
)

// RouteState is how far the announcing of a lead has come.
type RouteState string

// The states, in their order.
const (
	RouteWaits   RouteState = "waits"   // told to nobody yet: nobody is there to be told
	RouteOffered RouteState = "offered" // offered once
	RouteAgain   RouteState = "again"   // and once more
	RouteAlone   RouteState = "alone"   // the managers know that nobody is to be there; it is offered once when somebody is
	RouteTold    RouteState = "told"    // the managers know that nobody took it
)

// Route is the announcing of one arrival of a customer whom nobody holds. The row is
// the truth: whoever looks at it when it is due takes it one step on. Taken, settled
// or come again meanwhile, the customer drops out when it is looked at; an undo
// finds the row as it was.
type Route struct {
	Customer CustomerID
	Event    EventID   // the inquiry, which the notifications tell of
	Source   SourceID  // whose Routing it goes by; 0: offered to everyone
	CameAt   time.Time // the inquiry; it is over when the customer came again
	// Working minutes count since it was first offered: from Since on, and before it
	// what was Worked by the shifts of then.
	Since  time.Time
	Worked time.Duration
	State  RouteState
	NextAt time.Time // when to look at it; zero when nothing is left to do

	fresh bool // it was not stored before: see saveRoute
}

// WaitForPerson is how far ahead the shift of whoever is to get a lead by turn or by
// name may begin for it to wait for them: a long weekend. Beyond that it is offered to
// everyone.
const WaitForPerson = 72 * time.Hour

// routeRetry is when a route is looked at whose next step cannot be foreseen.
const routeRetry = 24 * time.Hour

// routeRecheck is how long at most a new route misses a change that was made while it was.
const routeRecheck = 5 * time.Minute

// announce tells whom the arrival e of c concerns: the holder, or the managers where
// nothing reaches the holder; else whoever the source's routing chooses.
func (w *work) announce(ctx context.Context, c Customer, e Event) error {
	switch {
	case w.blocked(c):
		return nil
	case c.Holder != 0:
		n := Notification{To: c.Holder, Kind: NotifyInquiry}
		if ms := w.reachableManagers(); len(ms) > 0 && !w.dir.Staff[c.Holder].Reached() {
			return w.notify(ctx, e, to(ms, n))
		}
		return w.notify(ctx, e, []Notification{n})
	case w.dir.Sources[e.Detail.Source].Routing.Way() == RoutePool:
		return w.routeOn(ctx, c, e)
	}
	r := Route{Customer: c.ID, Event: e.ID, Source: e.Detail.Source, CameAt: c.LastInquiryAt, Since: w.now, State: RouteWaits, fresh: true}
	return w.follow(ctx, c, e, r)
}

// routeOn has an earlier arrival announced on that a later one, e, which is told to
// nobody by itself, would end.
func (w *work) routeOn(ctx context.Context, c Customer, e Event) error {
	if e.Delta.Inquired == nil {
		return nil
	}
	before := c
	before.LastInquiryAt = e.Delta.Inquired.From
	r, ok, err := w.LockRoute(ctx, c.ID)
	if err != nil || !ok || !before.Waiting() || r.CameAt.Before(before.LastInquiryAt) {
		return err
	}
	r.CameAt = c.LastInquiryAt
	return w.SaveRoute(ctx, r)
}

// offerAnew offers a customer whom nobody holds to everyone, by whichever source they
// came, in the place where the leads of their first source are offered.
func (w *work) offerAnew(ctx context.Context, c Customer, last EventID) error {
	r := Route{Customer: c.ID, Event: last, CameAt: c.LastInquiryAt, Since: w.now, State: RouteWaits, fresh: true}
	return w.follow(ctx, c, Event{ID: last, Customer: c.ID}, r)
}

// RouteDue looks at up to limit leads whose announcing is due for a step, and returns
// at how many it looked. Each is a transaction of its own, so that one that fails
// holds up none of the others.
func (s *Service) RouteDue(ctx context.Context, limit int) (int, error) {
	due, err := s.store.DueRoutes(ctx, s.now(), limit)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	var failed error
	for _, id := range due {
		if err := s.lookAt(ctx, id); err != nil {
			failed = errors.Join(failed, fmt.Errorf("route customer %d: %w", id, err))
		}
	}
	s.wake()
	return len(due), failed
}

// lookAt takes the route of a customer one step on, if it still is due.
func (s *Service) lookAt(ctx context.Context, id CustomerID) error {
	return s.store.InTx(ctx, func(tx Tx) error {
		w := &work{Tx: tx, now: s.now()}
		c, err := tx.LockCustomer(ctx, id)
		if err != nil {
			return err
		}
		r, ok, err := tx.LockRoute(ctx, id)
		if err != nil || !ok || r.NextAt.IsZero() || r.NextAt.After(w.now) {
			return err
		}
		// After the lock: what changed the hours had to wait for it, or is seen now.
		if w.dir, err = tx.Directory(ctx); err != nil {
			return err
		}
		if !c.Waiting() || w.blocked(c) || r.CameAt.Before(c.LastInquiryAt) {
			return w.settle(ctx, r)
		}
		e, err := tx.LockEvent(ctx, r.Event)
		if err != nil {
			return err
		}
		if e.UndoneBy != 0 {
			return w.settle(ctx, r)
		}
		if r.Source == 0 {
			e.Actor = 0 // offered by a manager's word: also to whoever entered it
		}
		w.key = fmt.Sprintf("route:%d", r.Event)
		return w.follow(ctx, c, e, r)
	})
}

// follow takes a lead one step on: to somebody's cartable, or offered, offered again,
// told to the managers.
func (w *work) follow(ctx context.Context, c Customer, e Event, r Route) error {
	routing := w.dir.Sources[r.Source].Routing
	if r.Source == 0 {
		routing.Group = w.dir.Sources[c.Source].Routing.Place()
	}
	switch routing.Way() {
	case RoutePool:
		return w.settle(ctx, r)
	case RouteTurn, RoutePerson:
		to, wait, err := w.receiver(ctx, routing)
		switch {
		case err != nil:
			return err
		case to != 0:
			return w.give(ctx, c, r, to)
		case r.State == RouteWaits && !wait.IsZero():
			r.NextAt = wait
			return w.saveRoute(ctx, r)
		}
	}
	return w.offer(ctx, e, r, routing)
}

// settle ends a route.
func (w *work) settle(ctx context.Context, r Route) error {
	r.NextAt = time.Time{}
	return w.SaveRoute(ctx, r)
}

// give brings a lead into somebody's cartable, by nobody's hand.
func (w *work) give(ctx context.Context, c Customer, r Route, to StaffID) error {
	_, err := w.apply(ctx, c, change{kind: EventShared, alter: func(_ *work, c *Customer, e *Event) error {
		e.Actor, e.Detail.To = 0, to
		c.Holder = to
		return nil
	}})
	if err != nil {
		return err
	}
	if err := w.CountTurn(ctx, to, w.today(), 1, w.now); err != nil {
		return err
	}
	if err := w.notify(ctx, Event{ID: r.Event, Customer: c.ID}, []Notification{{To: to, Kind: NotifyRouted}}); err != nil {
		return err
	}
	return w.settle(ctx, r)
}

// offer takes a lead one step on that the first to take gets.
func (w *work) offer(ctx context.Context, e Event, r Route, routing Routing) error {
	hours, among := w.dir.WorkingTime(), w.audience(e.Actor, routing)
	on := hours.times(w.now).among(among, w.now)
	next, someday := hours.NextOn(among, w.now)
	if !someday {
		next = w.now.Add(routeRetry)
	}
	again, offersAgain := routing.Again()
	tell, tells := routing.Tell()
	if unheard, err := w.unheard(ctx, r); err != nil {
		return err
	} else if unheard {
		r.Since, r.Worked = w.now, 0
	}
	last := r.State == RouteAgain || r.State == RouteOffered && !offersAgain // before the managers are told
	var ns []Notification
	untaken := w.untaken()
	switch {
	case !someday && r.State != RouteAlone && r.State != RouteTold && len(untaken) > 0:
		// Nobody will be there as far as anybody knows: it is the managers' now.
		r.State, ns = RouteAlone, untaken
	case r.State == RouteAlone && len(on) > 0:
		r.State, ns = RouteTold, to(on, Notification{Kind: NotifyLead})
	case r.State == RouteWaits && len(on) > 0:
		r.State, r.Since, r.Worked = RouteOffered, w.now, 0
		ns = to(on, Notification{Kind: NotifyLead})
	case r.State == RouteOffered && offersAgain && len(on) > 0 && w.worked(r, again):
		r.State = RouteAgain
		ns = to(on, Notification{Kind: NotifyLead, Ring: 2})
	case last && tells && len(untaken) > 0 && w.worked(r, tell):
		r.State, ns = RouteTold, untaken
		e.Actor = 0 // whoever entered it is told too
	}
	switch {
	case r.State == RouteWaits || r.State == RouteAlone:
		r.NextAt = next
	case r.State == RouteOffered && offersAgain:
		r.NextAt = w.afterWork(r, again)
		if !r.NextAt.After(w.now) {
			r.NextAt = next // nobody is there to be offered it again
		}
	case r.State != RouteTold && tells:
		r.NextAt = w.afterWork(r, tell)
		if len(untaken) == 0 && !r.NextAt.After(w.now) {
			r.NextAt = w.now.Add(routeRetry) // no manager is there to be told
		}
	default:
		r.NextAt = time.Time{}
	}
	if err := w.saveRoute(ctx, r); err != nil {
		return err
	}
	// After the route: whoever leaves a group locks routes first.
	ns, err := w.inGroup(ctx, routing.Place(), ns)
	if err != nil {
		return err
	}
	return w.notify(ctx, e, ns)
}

// unheard says whether the last offer of a lead has not reached anybody yet: Telegram is
// away, or slow. Then nobody has had the time to take it.
func (w *work) unheard(ctx context.Context, r Route) (bool, error) {
	switch r.State {
	case RouteOffered:
		return w.OfferOnItsWay(ctx, r.Event, 0)
	case RouteAgain:
		return w.OfferOnItsWay(ctx, r.Event, 2)
	default:
		return false, nil
	}
}

// audience is to whom a lead is offered, on shift or not. Whoever entered it knows of it:
// it waits for somebody else, unless nobody else will be there, or a group is.
func (w *work) audience(entered StaffID, routing Routing) []Staff {
	crew := w.crew()
	if g, ok := w.dir.Groups[routing.Place()]; ok && !g.Left {
		return crew
	}
	others := slices.DeleteFunc(slices.Clone(crew), func(s Staff) bool { return s.ID == entered })
	if _, someday := w.dir.WorkingTime().NextOn(others, w.now); !someday {
		return crew
	}
	return others
}

// saveRoute writes a route that goes on. A new one goes by a directory from before
// anybody else could see it; who changed something since did not wake it, so it is
// looked at again soon.
func (w *work) saveRoute(ctx context.Context, r Route) error {
	if soon := w.now.Add(routeRecheck); r.fresh && (r.NextAt.IsZero() || r.NextAt.After(soon)) {
		r.NextAt = soon
	}
	return w.SaveRoute(ctx, r)
}

// wakeRoutes has what waits for people looked at anew, because something of who works
// when changes, or with routing of where leads go. What was worked until now counts as it
// was. It is called before the change is written: a lead on its way locks its route first.
func (w *work) wakeRoutes(ctx context.Context, routing bool) error {
	rs, err := w.RunningRoutes(ctx)
	if err != nil {
		return err
	}
	hours, crew := w.dir.WorkingTime(), w.crew()
	for i, r := range rs {
		if r.Since.Before(w.now) {
			rs[i].Worked += hours.Worked(crew, r.Since, w.now)
			rs[i].Since = w.now
		}
	}
	if err := w.SaveWorked(ctx, rs); err != nil {
		return err
	}
	return w.WakeRoutes(ctx, w.now, routing)
}

// receiver is who gets a lead by turn or by name. Nobody (0) with a time to wait for
// where they are off shift until then; with none, it is to be offered to everyone.
// Nothing waits for who is on leave.
func (w *work) receiver(ctx context.Context, routing Routing) (id StaffID, wait time.Time, err error) {
	among := w.agents()
	if routing.Way() == RoutePerson {
		among = slices.DeleteFunc(w.crew(), func(s Staff) bool { return s.ID != routing.Person })
	}
	hours := w.dir.WorkingTime()
	on := hours.times(w.now).among(among, w.now)
	if len(on) == 0 {
		among = slices.DeleteFunc(among, func(s Staff) bool { return s.LeaveUntil.After(w.now) })
		next, ok := hours.NextOn(among, w.now)
		if !ok || next.Sub(w.now) > WaitForPerson {
			return 0, time.Time{}, nil
		}
		return 0, next, nil
	}
	turns, err := w.LockTurns(ctx, on, w.today())
	for err == nil && len(turns) > 0 {
		id := nextInTurn(turns, w.dir.Staff)
		if id == 0 {
			break
		}
		// Somebody who was suspended since the directory was read is passed over.
		if err = w.mustBeActive(ctx, id); err == nil {
			return id, time.Time{}, nil
		}
		if IsKey(err, KeyNoColleague) {
			err = nil
			turns = slices.DeleteFunc(turns, func(t Turn) bool { return t.Staff == id })
		}
	}
	return 0, time.Time{}, err
}

// crew is everybody to whom leads can be offered, on shift or not. Somebody who cannot
// be reached is left out, so that nothing waits for them.
func (w *work) crew() []Staff {
	return slices.DeleteFunc(w.dir.ActiveStaff(), func(s Staff) bool { return s.Unreachable })
}

// agents are those of the crew among whom turns go: the managers only where the
// business has no agents.
func (w *work) agents() []Staff {
	crew := w.crew()
	if slices.ContainsFunc(w.dir.ActiveStaff(), func(s Staff) bool { return s.Role == Agent }) {
		crew = slices.DeleteFunc(crew, func(s Staff) bool { return s.Role != Agent })
	}
	return crew
}

// untaken tells the managers on shift of a lead that nobody took; all of them where
// none is.
func (w *work) untaken() []Notification {
	managers := slices.DeleteFunc(w.managers(), func(s Staff) bool { return s.Unreachable })
	if on := w.dir.WorkingTime().times(w.now).among(managers, w.now); len(on) > 0 {
		managers = on
	}
	return to(managers, Notification{Kind: NotifyUntaken})
}

// among are those of staff who are on shift at t.
func (ts times) among(staff []Staff, t time.Time) []Staff {
	return slices.DeleteFunc(slices.Clone(staff), func(s Staff) bool { return !ts.onShift(s, t) })
}

// worked says whether work has gone on for d since a route was offered.
func (w *work) worked(r Route, d time.Duration) bool { return !w.afterWork(r, d).After(w.now) }

// afterWork is when it will have, or by when it had.
func (w *work) afterWork(r Route, d time.Duration) time.Time {
	if r.Worked >= d {
		return r.Since
	}
	at, ok := w.dir.WorkingTime().AfterWorking(w.crew(), r.Since, d-r.Worked)
	if !ok {
		return w.now.Add(routeRetry)
	}
	return at
}

// today is the business's date.
func (w *work) today() persian.Civil { return persian.CivilOf(w.now.In(w.zone())) }

func (w *work) blocked(c Customer) bool {
	st, ok := w.dir.Status(c.Status.Status)
	return ok && st.Ends == Blocked
}
