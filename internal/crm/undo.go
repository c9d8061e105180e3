package crm

import (
	"context"

	"cartable/internal/persian"
)

// Undo takes back the command that made an event, for UndoFor after it: one new
// event per customer restores what the command changed. It is refused once
// anything else followed. What was announced because of it is withdrawn.
func (s *Service) Undo(ctx context.Context, cmd Command, id EventID) (Outcome, error) {
	out, repeated, err := run(ctx, s, cmd, func(w *work) (Outcome, error) {
		asked, err := w.LockEvent(ctx, id)
		if err != nil {
			return Outcome{}, err
		}
		if asked.Actor != w.actor.ID || asked.Kind == EventUndone || asked.Kind == EventErased {
			return Outcome{}, fail(Forbidden, KeyTooLate)
		}
		if asked.UndoneBy != 0 {
			return Outcome{}, &Error{Code: Gone, Key: KeyUndone, Customer: asked.Customer}
		}
		if w.now.Sub(asked.At) > UndoFor {
			return Outcome{}, &Error{Code: Gone, Key: KeyTooLate, Customer: asked.Customer}
		}
		events, err := w.EventsOf(ctx, asked.Key)
		if err != nil {
			return Outcome{}, err
		}
		out, err := w.undoAll(ctx, events, asked.Customer)
		if err != nil {
			return Outcome{}, err
		}
		// Whom a list only met again waits as before, but not to be shared out with it.
		if err := w.EmptyBatch(ctx, asked.Key); err != nil {
			return Outcome{}, err
		}
		out.Event = 0 // an undo is not undone: the command is given again
		return out, nil
	})
	out.Repeated = repeated
	return out, err
}

// undoAll takes back the events of a command, in order, customer by customer. It
// returns the outcome for one of the customers.
func (w *work) undoAll(ctx context.Context, events []Event, asked CustomerID) (Outcome, error) {
	var out Outcome
	var customers []CustomerID
	of := map[CustomerID][]Event{}
	for _, e := range events {
		if of[e.Customer] == nil {
			customers = append(customers, e.Customer)
		}
		of[e.Customer] = append(of[e.Customer], e)
	}
	for _, id := range customers {
		o, err := w.undo(ctx, id, of[id])
		if err != nil {
			return Outcome{}, err
		}
		if id == asked {
			out = o
		}
	}
	return out, nil
}

// undo takes back what a command did to one customer, the last first: an arrival and
// where routing brought it, say.
func (w *work) undo(ctx context.Context, id CustomerID, events []Event) (out Outcome, err error) {
	for i := len(events) - 1; i >= 0; i-- {
		e := events[i]
		before, err := w.LockCustomer(ctx, id)
		if err != nil {
			return Outcome{}, err
		}
		if i == len(events)-1 {
			last, err := w.LastEvent(ctx, id)
			if err != nil {
				return Outcome{}, err
			}
			if last != e.ID {
				return Outcome{}, &Error{Code: Gone, Key: KeyTooLate, Customer: id}
			}
		}
		if err := w.WithdrawNotifications(ctx, e.ID); err != nil {
			return Outcome{}, err
		}
		out, err = w.apply(ctx, before, change{
			kind: EventUndone,
			alter: func(_ *work, c *Customer, u *Event) error {
				e.Delta.Inverse().Apply(c)
				u.Undoes = e.ID
				return nil
			},
		})
		if err != nil {
			return Outcome{}, err
		}
		if e.Kind == EventShared && e.Actor == 0 {
			if err := w.CountTurn(ctx, e.Detail.To, persian.CivilOf(e.At.In(w.zone())), -1, e.At); err != nil {
				return Outcome{}, err
			}
		}
	}
	// Who waits again is announced on from where it was.
	return out, w.WakeRoute(ctx, id, w.now)
}
