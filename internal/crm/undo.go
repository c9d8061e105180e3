package crm

import "context"

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
		var out Outcome
		for _, e := range events {
			o, err := w.undo(ctx, e)
			if err != nil {
				return Outcome{}, err
			}
			if e.ID == id {
				out = o
			}
		}
		out.Event = 0 // an undo is not undone: the command is given again
		return out, nil
	})
	out.Repeated = repeated
	return out, err
}

func (w *work) undo(ctx context.Context, e Event) (Outcome, error) {
	before, err := w.LockCustomer(ctx, e.Customer)
	if err != nil {
		return Outcome{}, err
	}
	last, err := w.LastEvent(ctx, e.Customer)
	if err != nil {
		return Outcome{}, err
	}
	if last != e.ID {
		return Outcome{}, &Error{Code: Gone, Key: KeyTooLate, Customer: e.Customer}
	}
	if err := w.WithdrawNotifications(ctx, e.ID); err != nil {
		return Outcome{}, err
	}
	return w.apply(ctx, before, change{
		kind: EventUndone,
		alter: func(_ *work, c *Customer, u *Event) error {
			e.Delta.Inverse().Apply(c)
			u.Undoes = e.ID
			return nil
		},
	})
}
