package crm

import (
	"context"
	"time"

	"cartable/internal/persian"
)

// Card is a customer as a card shows them.
type Card struct {
	Customer Customer
	Events   []Event // the last ones, newest first
}

// Directory reads everything small. It is shared by all who read it, and not to be changed.
func (s *Service) Directory(ctx context.Context) (Directory, error) { return s.store.Directory(ctx) }

// StaffByTelegramID finds the member of staff behind a Telegram account, in
// whatever state; KeyNotActive when there is none.
func (s *Service) StaffByTelegramID(ctx context.Context, id int64) (Staff, error) {
	return s.store.StaffByTelegramID(ctx, id)
}

// Card reads a customer with the last events; KeyNoCustomer when there is none
// that the actor may see, KeyErased for one who was erased.
func (s *Service) Card(ctx context.Context, dir Directory, actor Staff, id CustomerID, events int) (Card, error) {
	c, es, err := s.store.CustomerWithEvents(ctx, id, events)
	if err != nil {
		return Card{}, err
	}
	if err := visible(actor, dir.Settings, c); err != nil {
		return Card{}, err
	}
	return Card{Customer: c, Events: es}, nil
}

// Timeline reads a page of a customer's timeline, newest first, before an event.
func (s *Service) Timeline(ctx context.Context, dir Directory, actor Staff, id CustomerID, before EventID, limit int) (Card, error) {
	c, err := s.Card(ctx, dir, actor, id, 0)
	if err != nil {
		return Card{}, err
	}
	c.Events, err = s.store.Events(ctx, id, before, limit)
	return c, err
}

// FindPhone finds the customer of a number; KeyNoCustomer when there is none
// that the actor may see.
func (s *Service) FindPhone(ctx context.Context, dir Directory, actor Staff, p persian.Phone) (Customer, error) {
	c, err := s.store.CustomerByPhone(ctx, p)
	if err != nil {
		return Customer{}, err
	}
	if err := visible(actor, dir.Settings, c); err != nil {
		return Customer{}, err
	}
	return c, nil
}

// Customers reads a page of the list of all customers, as far as the actor may see.
func (s *Service) Customers(ctx context.Context, dir Directory, actor Staff, f Filter, after Cursor, limit int) ([]Customer, error) {
	f.Visible = 0
	if !actor.Manages() && !dir.Settings.AgentsSeeAll {
		f.Visible = actor.ID
	}
	return s.store.List(ctx, f, after, limit)
}

// Inbox is a page of a cartable.
type Inbox struct {
	Entries []InboxEntry
	Counts  Counts
	Next    InboxCursor // of the page after this one; zero when this is the last
}

// Cartable reads a page of the actor's own cartable, what is due first.
func (s *Service) Cartable(ctx context.Context, dir Directory, actor Staff, after InboxCursor, limit int) (Inbox, error) {
	entries, counts, err := s.store.Inbox(ctx, actor.ID, s.Today(dir), after, limit+1)
	if err != nil {
		return Inbox{}, err
	}
	in := Inbox{Entries: entries, Counts: counts}
	if len(entries) > limit {
		in.Entries = entries[:limit]
		in.Next = entries[limit-1].Cursor()
	}
	return in, nil
}

// Cursor is the place after e.
func (e InboxEntry) Cursor() InboxCursor {
	return InboxCursor{Section: e.Section, Order: e.Order, ID: e.Customer.ID}
}

// Today is the present day of the business.
func (s *Service) Today(dir Directory) Day {
	now := s.clock.Now().In(dir.Settings.Location())
	y, m, d := now.Date()
	return Day{Now: now, Ends: time.Date(y, m, d+1, 0, 0, 0, 0, now.Location())}
}

// Event reads one event. It may be of a customer whom the actor may not see:
// read the card too.
func (s *Service) Event(ctx context.Context, id EventID) (Event, error) {
	return s.store.Event(ctx, id)
}

// Inquiry reads one inquiry.
func (s *Service) Inquiry(ctx context.Context, id InquiryID) (Inquiry, error) {
	return s.store.Inquiry(ctx, id)
}

// BatchWaiting is how many customers of a batch wait to be taken.
func (s *Service) BatchWaiting(ctx context.Context, id BatchID) (int, error) {
	return s.store.BatchWaiting(ctx, id)
}

// HeldCount is the size of somebody's cartable.
func (s *Service) HeldCount(ctx context.Context, id StaffID) (int, error) {
	return s.store.HeldCount(ctx, id)
}

// Workload is what somebody has to do.
type Workload struct {
	Held     int // customers in their cartable
	Received int // what routing brought them today
}

// Workloads counts what everybody has to do: for managers of all staff, for others
// their own.
func (s *Service) Workloads(ctx context.Context, dir Directory, actor Staff) (map[StaffID]Workload, error) {
	all, err := s.store.Workloads(ctx, persian.CivilOf(s.Today(dir).Now))
	if err != nil || actor.Manages() {
		return all, err
	}
	return map[StaffID]Workload{actor.ID: all[actor.ID]}, nil
}

// WaitingLeads is how many customers wait to be taken.
func (s *Service) WaitingLeads(ctx context.Context) (int, error) { return s.store.WaitingLeads(ctx) }
