package crm

import (
	"context"
	"time"

	"cartable/internal/persian"
)

// DigestReader is what the day's digests ask of a database.
type DigestReader interface {
	// Meetings returns up to limit customers in somebody's cartable whose appointment is
	// in [from, to), the earliest first.
	Meetings(ctx context.Context, holder StaffID, from, to time.Time, limit int) ([]Customer, error)
	// Doings counts the events in [from, to) that were not undone.
	Doings(ctx context.Context, from, to time.Time) ([]Doing, error)
	// OverdueByHolder counts in everybody's cartable what was due before now.
	OverdueByHolder(ctx context.Context, now time.Time) (map[StaffID]int, error)
}

// Doing is how often somebody did the same.
type Doing struct {
	Actor   StaffID
	Kind    EventKind
	Status  StatusID // of EventStatus: which was set
	Created bool     // of EventInquiry: the customer was not known
	Count   int
}

// What a digest lists of each.
const (
	digestMeetings = 20
	digestOverdue  = 3
)

// Agenda is what somebody has to do on a day.
type Agenda struct {
	Meetings []Customer // of the day, by hour; the first ones
	More     bool       // there are more
	Overdue  []InboxEntry
	Counts   Counts // of the cartable as it is now
}

// Empty says whether there is nothing to tell of.
func (a Agenda) Empty() bool {
	return len(a.Meetings) == 0 && a.Counts.Overdue+a.Counts.Today+a.Counts.Fresh == 0
}

// Agenda reads the meetings of a day in somebody's cartable, and what is due in it now.
func (s *Service) Agenda(ctx context.Context, dir Directory, actor Staff, day persian.Civil) (Agenda, error) {
	zone := dir.Settings.Location()
	meetings, err := s.store.Meetings(ctx, actor.ID, day.In(zone), day.AddDays(1).In(zone), digestMeetings+1)
	if err != nil {
		return Agenda{}, err
	}
	entries, counts, err := s.store.Inbox(ctx, actor.ID, s.Today(dir), InboxCursor{}, digestOverdue)
	if err != nil {
		return Agenda{}, err
	}
	a := Agenda{Meetings: meetings, Counts: counts}
	if a.More = len(meetings) > digestMeetings; a.More {
		a.Meetings = meetings[:digestMeetings]
	}
	for _, e := range entries {
		if e.Section == Overdue {
			a.Overdue = append(a.Overdue, e)
		}
	}
	return a, nil
}

// DayReport is what was done in days, and what waits now.
type DayReport struct {
	People  []PersonReport // who did something or has overdue work, by the order in which they joined
	New     int            // customers who came
	Again   int            // inquiries of known ones
	Won     int
	Waiting int // customers who wait to be taken
	Erased  int // customers whom the business kept as long as it keeps them
}

// PersonReport is what one of the staff did, and did not.
type PersonReport struct {
	Staff    StaffID
	Statuses int
	NoAnswer int // calls without an answer
	Taken    int
	Won      int // of Statuses
	Overdue  int // now
}

// Empty says whether there is nothing to tell of.
func (r DayReport) Empty() bool {
	return len(r.People) == 0 && r.New+r.Again+r.Won+r.Waiting+r.Erased == 0
}

// Report reads what was done in the days from one through another, of which the report is one:
// from when the report before it was due until when this one was, so that what is done in the
// evening or on a day off is in the next one.
func (s *Service) Report(ctx context.Context, dir Directory, from, through persian.Civil) (r DayReport, err error) {
	since, until := reported(dir, from, through)
	doings, err := s.store.Doings(ctx, since, until)
	if err != nil {
		return DayReport{}, err
	}
	overdue, err := s.store.OverdueByHolder(ctx, s.now())
	if err != nil {
		return DayReport{}, err
	}
	if r.Waiting, err = s.store.WaitingLeads(ctx); err != nil {
		return DayReport{}, err
	}
	did := map[StaffID]PersonReport{}
	for _, d := range doings {
		p := did[d.Actor]
		switch d.Kind {
		case EventInquiry:
			if d.Created {
				r.New += d.Count
			} else {
				r.Again += d.Count
			}
		case EventStatus:
			p.Statuses += d.Count
			if status, _ := dir.Status(d.Status); status.Ends == Won {
				p.Won += d.Count
				r.Won += d.Count
			}
		case EventNoAnswer:
			p.NoAnswer += d.Count
		case EventTaken:
			p.Taken += d.Count
		case EventErased:
			if d.Actor == 0 {
				r.Erased += d.Count
			}
		default: // not counted
		}
		did[d.Actor] = p
	}
	for _, who := range dir.everybody() {
		p := did[who.ID]
		p.Overdue = overdue[who.ID]
		if p != (PersonReport{}) {
			p.Staff = who.ID
			r.People = append(r.People, p)
		}
	}
	return r, nil
}

// everybody is all staff, also the removed, by the order in which they joined.
func (d Directory) everybody() []Staff {
	out := make([]Staff, 0, len(d.Staff))
	for _, s := range d.Staff {
		out = append(out, s)
	}
	sortStaff(out)
	return out
}
