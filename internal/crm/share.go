package crm

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"cartable/internal/persian"
)

// MaxList is how many customers one pasted list brings in.
const MaxList = 1000

// ListEntry is one readable line of a pasted list.
type ListEntry struct {
	Phone persian.Phone `json:"phone"`
	Name  string        `json:"name"`
}

// Batch is what one list brought in to be shared out.
type Batch struct {
	By  StaffID
	At  time.Time
	Key string // of the command that made it
}

// ListResult is what taking a list in led to.
type ListResult struct {
	Batch BatchID      `json:"batch"` // those who wait to be shared out; 0 for none
	New   []CustomerID `json:"new"`
	Known []CustomerID `json:"known"` // came again; their holders are told
	Event EventID      `json:"event"` // what Undo takes
}

// ImportList takes a pasted list in as inquiries of one source. New customers,
// and known ones whom nobody holds, form a batch that a manager shares out; when
// an agent pasted it, the managers are told.
func (s *Service) ImportList(ctx context.Context, cmd Command, source SourceID, entries []ListEntry) (ListResult, error) {
	if len(entries) > MaxList {
		return ListResult{}, &Error{Code: Invalid, Key: KeyTooLong, Field: "list"}
	}
	// One order for all, so that two lists at once wait for one another instead
	// of blocking each other; and each number once.
	entries = slices.Clone(entries)
	slices.SortStableFunc(entries, func(a, b ListEntry) int { return cmpPhone(a.Phone, b.Phone) })
	entries = slices.CompactFunc(entries, func(a, b ListEntry) bool { return a.Phone == b.Phone })
	out, _, err := run(ctx, s, cmd, func(w *work) (ListResult, error) {
		var res ListResult
		var waiting []CustomerID
		for _, en := range entries {
			a, c, e, err := w.arrive(ctx, Inquiry{Source: source, Phone: en.Phone, Name: en.Name, By: w.actor.ID,
				Extra: json.RawMessage("{}")})
			if err != nil {
				return res, err
			}
			res.Event = e.ID
			if a.Known {
				res.Known = append(res.Known, c.ID)
			} else {
				res.New = append(res.New, c.ID)
			}
			if c.Holder == 0 && !w.blocked(c) {
				waiting = append(waiting, c.ID)
				if err := w.routeOn(ctx, c, e); err != nil {
					return res, err
				}
			} else if err := w.announce(ctx, c, e); err != nil {
				return res, err
			}
		}
		return res, w.makeBatch(ctx, &res, waiting)
	})
	return out, err
}

func (w *work) makeBatch(ctx context.Context, res *ListResult, waiting []CustomerID) error {
	if len(waiting) == 0 {
		return nil
	}
	batch, err := w.InsertBatch(ctx, Batch{By: w.actor.ID, At: w.now, Key: w.key}, waiting)
	if err != nil {
		return err
	}
	res.Batch = batch
	if w.actor.Manages() {
		return nil
	}
	n := Notification{Kind: NotifyPasted, Batch: batch, Count: len(waiting), About: w.actor.ID}
	return w.notify(ctx, Event{ID: res.Event, Actor: w.actor.ID}, to(w.managers(), n))
}

// to addresses one notification to several people.
func to(staff []Staff, n Notification) []Notification {
	out := make([]Notification, len(staff))
	for i, s := range staff {
		n.To = s.ID
		out[i] = n
	}
	return out
}

// Shares is how many customers each colleague received.
type Shares struct {
	Per   map[StaffID]int `json:"per"`
	Event EventID         `json:"event"` // what Undo takes
}

// ShareOut deals the customers of a batch who wait to be taken evenly among
// colleagues: shares differ by one at most. Each is told once, how many.
func (s *Service) ShareOut(ctx context.Context, cmd Command, batch BatchID, among []StaffID) (Shares, error) {
	out, _, err := run(ctx, s, cmd, func(w *work) (Shares, error) {
		if err := mustManage(w); err != nil {
			return Shares{}, err
		}
		if len(among) == 0 {
			return Shares{}, &Error{Code: Invalid, Key: KeyNoColleague}
		}
		for _, id := range among {
			if err := w.mustBeActive(ctx, id); err != nil {
				return Shares{}, err
			}
		}
		ids, err := w.LockBatch(ctx, batch)
		if err != nil {
			return Shares{}, err
		}
		if len(ids) == 0 {
			return Shares{}, &Error{Code: Gone, Key: KeyNoLead}
		}
		return w.deal(ctx, batch, ids, among)
	})
	return out, err
}

func (w *work) deal(ctx context.Context, batch BatchID, ids []CustomerID, among []StaffID) (Shares, error) {
	shares := Shares{Per: map[StaffID]int{}}
	last := map[StaffID]EventID{}
	for i, id := range ids {
		before, err := w.LockCustomer(ctx, id)
		if err != nil {
			return shares, err
		}
		receiver := among[i%len(among)]
		out, err := w.apply(ctx, before, change{
			kind: EventShared,
			alter: func(_ *work, c *Customer, e *Event) error {
				e.Detail.To, e.Detail.Batch = receiver, batch
				c.Holder = receiver
				return nil
			},
		})
		if err != nil {
			return shares, err
		}
		shares.Per[receiver]++
		shares.Event, last[receiver] = out.Event, out.Event
	}
	for _, id := range among {
		if shares.Per[id] == 0 {
			continue
		}
		n := Notification{To: id, Kind: NotifyShared, Batch: batch, Count: shares.Per[id]}
		if err := w.notify(ctx, Event{ID: last[id], Actor: w.actor.ID}, []Notification{n}); err != nil {
			return shares, err
		}
	}
	return shares, nil
}

// Offer offers the customers of a batch who wait to be taken to everyone on shift,
// like new leads, or in the group of the source that they first came by.
func (s *Service) Offer(ctx context.Context, cmd Command, batch BatchID) (int, error) {
	out, _, err := run(ctx, s, cmd, func(w *work) (int, error) {
		if err := mustManage(w); err != nil {
			return 0, err
		}
		ids, err := w.LockBatch(ctx, batch)
		if err != nil {
			return 0, err
		}
		for _, id := range ids {
			c, err := w.LockCustomer(ctx, id)
			if err != nil {
				return 0, err
			}
			if w.blocked(c) {
				continue
			}
			last, err := w.LastEvent(ctx, id)
			if err != nil {
				return 0, err
			}
			if err := w.offerAnew(ctx, c, last); err != nil {
				return 0, err
			}
		}
		return len(ids), nil
	})
	return out, err
}

func cmpPhone(a, b persian.Phone) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	default:
		return 0
	}
}
