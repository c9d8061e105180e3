package crm

import (
	"context"
	"strings"
	"time"

	"cartable/internal/persian"
)

// Take brings a customer whom nobody holds into the actor's cartable. Of several
// who try at once one wins; the others get KeyTaken with the winner.
func (s *Service) Take(ctx context.Context, cmd Command, id CustomerID) (Outcome, error) {
	return s.change(ctx, cmd, id, take())
}

func take() change {
	return change{
		kind: EventTaken,
		alter: func(w *work, c *Customer, _ *Event) error {
			switch c.Holder {
			case 0:
			case w.actor.ID:
				return &Error{Code: Conflict, Key: KeyYours, Customer: c.ID}
			default:
				return &Error{Code: Conflict, Key: KeyTaken, Staff: c.Holder, Customer: c.ID}
			}
			c.Holder = w.actor.ID
			return nil
		},
	}
}

// TakeNext takes the customer who has waited longest; KeyNoLead when none does.
func (s *Service) TakeNext(ctx context.Context, cmd Command) (Outcome, error) {
	out, repeated, err := run(ctx, s, cmd, func(w *work) (Outcome, error) {
		id, err := w.LockNextLead(ctx)
		if err != nil {
			return Outcome{}, err
		}
		if id == 0 {
			return Outcome{}, fail(NotFound, KeyNoLead)
		}
		before, err := w.LockCustomer(ctx, id)
		if err != nil {
			return Outcome{}, err
		}
		return w.apply(ctx, before, take())
	})
	out.Repeated = repeated
	return out, err
}

// HandOver moves a customer into a colleague's cartable, with a message.
func (s *Service) HandOver(ctx context.Context, cmd Command, id CustomerID, version int64, to StaffID, message string) (Outcome, error) {
	return s.change(ctx, cmd, id, change{
		kind: EventHandOver, version: version, right: mustChange,
		alter: func(w *work, c *Customer, e *Event) error {
			if err := w.mustBeActive(ctx, to); err != nil {
				return err
			}
			if c.Holder == to {
				return &Error{Code: Conflict, Key: KeyTaken, Staff: to, Customer: c.ID}
			}
			text, err := longText("message", message)
			if err != nil {
				return err
			}
			e.Detail.Text, e.Detail.To = text, to
			c.giveTo(to, w.actor.ID)
			return nil
		},
		tell: tellNewHolder,
	})
}

// giveTo hands the customer to somebody; by is who may get it back.
func (c *Customer) giveTo(to, by StaffID) {
	c.Holder, c.HandedBy = to, by
	if to == by || to == 0 {
		c.HandedBy = 0
	}
}

// tellNewHolder tells whoever received the customer, and whoever held it until a
// manager moved it.
func tellNewHolder(_ *work, before, after Customer, _ Event) []Notification {
	if after.Holder == before.Holder || after.Holder == 0 {
		return nil
	}
	return []Notification{{To: after.Holder, Kind: NotifyHandOver}, {To: before.Holder, Kind: NotifyAway}}
}

// Accept notes that the receiver of a hand-off accepts it.
func (s *Service) Accept(ctx context.Context, cmd Command, id CustomerID) (Outcome, error) {
	return s.change(ctx, cmd, id, change{
		kind: EventAccepted,
		alter: func(w *work, c *Customer, _ *Event) error {
			if err := w.mustHaveReceived(*c); err != nil {
				return err
			}
			c.HandedBy = 0
			return nil
		},
	})
}

// Return gives a hand-off back to whoever made it, with a reason. Where that
// colleague is not active any more, it goes to the oldest manager.
func (s *Service) Return(ctx context.Context, cmd Command, id CustomerID, reason string) (Outcome, error) {
	return s.change(ctx, cmd, id, change{
		kind: EventReturned,
		alter: func(w *work, c *Customer, e *Event) error {
			if err := w.mustHaveReceived(*c); err != nil {
				return err
			}
			text, err := longText("reason", reason)
			if err != nil {
				return err
			}
			if text == "" {
				return &Error{Code: Invalid, Key: KeyEmpty, Field: "reason"}
			}
			back, err := w.sender(ctx, *c)
			if err != nil {
				return err
			}
			e.Detail.Text, e.Detail.To = text, back
			c.giveTo(back, 0)
			c.HandedBy = 0
			return nil
		},
		tell: func(_ *work, _, after Customer, _ Event) []Notification {
			return []Notification{{To: after.Holder, Kind: NotifyReturned}}
		},
	})
}

// sender is who gets a hand-off back.
func (w *work) sender(ctx context.Context, c Customer) (StaffID, error) {
	err := w.mustBeActive(ctx, c.HandedBy)
	if ms := w.managers(); IsKey(err, KeyNoColleague) && len(ms) > 0 {
		return ms[0].ID, nil
	}
	return c.HandedBy, err
}

func (w *work) mustHaveReceived(c Customer) error {
	if c.Holder != w.actor.ID {
		return &Error{Code: Forbidden, Key: KeyNotYours, Staff: c.Holder, Customer: c.ID}
	}
	if c.HandedBy == 0 {
		return &Error{Code: Gone, Key: KeyNoHandoff, Customer: c.ID}
	}
	return nil
}

// AskHolder asks the holder of a customer to hand it over to the actor. Where the
// holder cannot answer, the managers are asked.
func (s *Service) AskHolder(ctx context.Context, cmd Command, id CustomerID) (Outcome, error) {
	return s.change(ctx, cmd, id, change{
		kind: EventAsked,
		alter: func(w *work, c *Customer, e *Event) error {
			switch c.Holder {
			case w.actor.ID:
				return &Error{Code: Conflict, Key: KeyYours, Customer: c.ID}
			case 0:
				return &Error{Code: Conflict, Key: KeyChanged, Customer: c.ID}
			}
			e.Detail.To = c.Holder
			return nil
		},
		tell: func(w *work, _, after Customer, _ Event) []Notification {
			if holder := w.dir.Staff[after.Holder]; !holder.Active() || holder.Unreachable {
				return to(w.managers(), Notification{Kind: NotifyAsked})
			}
			return []Notification{{To: after.Holder, Kind: NotifyAsked}}
		},
	})
}

// Keep answers a colleague who asked for the customer: the holder keeps it.
func (s *Service) Keep(ctx context.Context, cmd Command, id CustomerID, asker StaffID) (Outcome, error) {
	return s.change(ctx, cmd, id, change{
		kind: EventAsked, right: mustChange,
		alter: func(w *work, _ *Customer, e *Event) error {
			e.Detail.To = asker
			return w.mustBeActive(ctx, asker)
		},
		tell: func(_ *work, _, _ Customer, _ Event) []Notification {
			return []Notification{{To: asker, Kind: NotifyGiven}}
		},
	})
}

// mustBeActive holds the colleague's state until the command ends: somebody who is
// being removed receives nothing that the managers are not told of.
func (w *work) mustBeActive(ctx context.Context, id StaffID) error {
	s, err := w.LockStaff(ctx, id)
	if IsKey(err, KeyNotActive) || err == nil && !s.Active() {
		return &Error{Code: Invalid, Key: KeyNoColleague, Staff: id}
	}
	return err
}

// longText cleans a text of several lines and bounds it.
func longText(field, s string) (string, error) {
	s = persian.CleanText(s)
	if len([]rune(s)) > MaxLong {
		return "", &Error{Code: Invalid, Key: KeyTooLong, Field: field}
	}
	return s, nil
}

// line cleans a text of one line and bounds it.
func line(field, s string, limit int) (string, error) {
	s = persian.Clean(strings.TrimSpace(s))
	if len([]rune(s)) > limit {
		return "", &Error{Code: Invalid, Key: KeyTooLong, Field: field}
	}
	return s, nil
}

// instant is t as it is stored.
func instant(t time.Time) *time.Time {
	t = t.UTC().Truncate(time.Microsecond)
	return &t
}
