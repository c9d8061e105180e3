package crm

import (
	"context"
	"slices"
)

// GiveAll hands everything that somebody holds to a colleague, or with to 0 back
// to the pool. It returns how many customers moved.
func (s *Service) GiveAll(ctx context.Context, cmd Command, from, to StaffID) (int, error) {
	var among []StaffID
	if to != 0 {
		among = []StaffID{to}
	}
	shares, err := s.handAll(ctx, cmd, from, among)
	return shares.Per[to], err
}

// SpreadAll deals everything that somebody holds evenly among colleagues: shares
// differ by one at most. Reminders go with their customers. Each is told once, how
// many.
func (s *Service) SpreadAll(ctx context.Context, cmd Command, from StaffID, among []StaffID) (Shares, error) {
	if len(among) == 0 || slices.Contains(among, from) {
		return Shares{}, &Error{Code: Invalid, Key: KeyNoColleague, Staff: from}
	}
	return s.handAll(ctx, cmd, from, among)
}

func (s *Service) handAll(ctx context.Context, cmd Command, from StaffID, among []StaffID) (Shares, error) {
	out, _, err := run(ctx, s, cmd, func(w *work) (Shares, error) {
		if err := mustManage(w); err != nil {
			return Shares{}, err
		}
		held, err := w.LockHeldBy(ctx, from)
		if err != nil {
			return Shares{}, err
		}
		return w.spread(ctx, held, among)
	})
	return out, err
}

// spread deals customers among colleagues; among nobody, they go back to the pool.
func (w *work) spread(ctx context.Context, held []CustomerID, among []StaffID) (Shares, error) {
	shares := Shares{Per: map[StaffID]int{}}
	among = slices.Compact(slices.Sorted(slices.Values(among)))
	for _, id := range among {
		if err := w.mustBeActive(ctx, id); err != nil {
			return Shares{}, err
		}
	}
	last := map[StaffID]EventID{}
	for i, id := range held {
		var receiver StaffID
		if len(among) > 0 {
			receiver = among[i%len(among)]
		}
		event, err := w.leave(ctx, id, receiver)
		if err != nil {
			return Shares{}, err
		}
		shares.Per[receiver]++
		last[receiver] = event
	}
	for _, id := range among {
		if shares.Per[id] == 0 {
			continue
		}
		n := Notification{To: id, Kind: NotifyShared, Count: shares.Per[id]}
		if err := w.notify(ctx, Event{ID: last[id], Actor: w.actor.ID}, []Notification{n}); err != nil {
			return Shares{}, err
		}
	}
	return shares, nil
}

// leave moves a customer out of a cartable that is given up.
func (w *work) leave(ctx context.Context, id CustomerID, to StaffID) (EventID, error) {
	before, err := w.LockCustomer(ctx, id)
	if err != nil {
		return 0, err
	}
	out, err := w.apply(ctx, before, change{kind: EventLeft, alter: func(_ *work, c *Customer, e *Event) error {
		e.Detail.To = to
		c.giveTo(to, 0)
		c.HandedBy = 0
		return nil
	}})
	return out.Event, err
}
