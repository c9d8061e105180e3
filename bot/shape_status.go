package bot

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"cartable/bot/callback"
	"cartable/bot/screen"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// shapeStatus changes a part of a status, or asks what to make of it.
func (r *request) shapeStatus(ctx context.Context, ref callback.Ref) (string, error) {
	id := crm.StatusID(ref.Record)
	next := ref.Question // the screen that follows
	var edit func(*crm.Config) error
	switch ref.Question {
	case screen.ShapeCartable:
		if ref.Value != "" {
			edit = func(c *crm.Config) error { return c.SetCartable(id, crm.CartableRule(ref.Value)) }
			next = screen.ShapeStatus
			if ref.Value == string(crm.CartableNext) {
				next = screen.ShapeNext
			}
		}
	case screen.ShapeNext:
		if ref.Value != "" {
			edit = func(c *crm.Config) error { return c.SetNext(id, nextRule(ref.Value)) }
			next = screen.ShapeStatus
		}
	case screen.ShapePerson:
		edit, next = togglePerson(id, crm.StaffID(ref.Arg)), screen.ShapeNext
	case screen.ShapeRemind:
		if ref.Value != "" {
			edit = func(c *crm.Config) error { return c.SetReminder(id, crm.ReminderRule(ref.Value)) }
			if ref.Value == string(crm.ReminderNo) {
				next = screen.ShapeStatus
			}
		}
	case screen.ShapeOffer:
		edit, next = toggleOffer(id, ref.Value), screen.ShapeRemind
	case screen.ShapeEnds:
		if ref.Value != "" {
			edit = func(c *crm.Config) error { return c.SetEnds(id, crm.Ending(strings.TrimSuffix(ref.Value, "open"))) }
			next = screen.ShapeStatus
		}
	case screen.ShapeAfter:
		edit = setAfter(id, crm.StatusID(ref.Arg), ref.Value)
	case screen.ShapeMeeting:
		if ref.Value != "" {
			edit, next = setMeeting(id, crm.FieldID(ref.Arg), ref.Value), screen.ShapeStatus
		}
	}
	if edit != nil {
		if err := r.editConfig(ctx, edit); err != nil {
			return "", err
		}
	}
	return "", r.showStatus(ctx, id, next)
}

// showStatus shows a status's editor, or the choice of one of its parts.
func (r *request) showStatus(ctx context.Context, id crm.StatusID, part string) error {
	return r.shapeScreen(ctx, func(s screen.Shaper) view.Message {
		st, ok := s.Draft.Target.Status(id)
		switch {
		case !ok:
			return s.Statuses(false)
		case part == screen.ShapeStatus:
			return s.Status(st)
		default:
			return s.Choose(st, part)
		}
	})
}

// nextRule reads "anyone", "last", "role:manager".
func nextRule(v string) crm.NextRule {
	mode, role, _ := strings.Cut(v, ":")
	return crm.NextRule{Mode: crm.NextMode(mode), Role: crm.Role(role)}
}

// togglePerson puts a colleague among those who may be next, or takes them out; the
// last one out leaves anyone.
func togglePerson(id crm.StatusID, who crm.StaffID) func(*crm.Config) error {
	return func(c *crm.Config) error {
		st, ok := c.Status(id)
		if !ok {
			return &crm.Error{Code: crm.NotFound, Key: crm.KeyNoStatus}
		}
		people := toggled(st.Next.People, who)
		if len(people) == 0 {
			return c.SetNext(id, crm.NextRule{Mode: crm.NextAnyone})
		}
		return c.SetNext(id, crm.NextRule{Mode: crm.NextPeople, People: people})
	}
}

func toggled[T comparable](list []T, x T) []T {
	if i := slices.Index(list, x); i >= 0 {
		return slices.Delete(slices.Clone(list), i, i+1)
	}
	return append(slices.Clone(list), x)
}

func toggleOffer(id crm.StatusID, value string) func(*crm.Config) error {
	return func(c *crm.Config) error {
		st, ok := c.Status(id)
		if !ok {
			return &crm.Error{Code: crm.NotFound, Key: crm.KeyNoStatus}
		}
		offers := slices.Concat(screen.OfferChoices(), st.Offers)
		i := slices.IndexFunc(offers, func(o crm.Offer) bool { return o.String() == value })
		if i < 0 {
			return &crm.Error{Code: crm.Invalid, Key: crm.KeyBadValue, Field: "reminder"}
		}
		return c.SetOffers(id, toggled(st.Offers, offers[i]))
	}
}

// setAfter lets all statuses come before this one, or one more or less; with no
// value it changes nothing.
func setAfter(id, before crm.StatusID, value string) func(*crm.Config) error {
	switch value {
	case "":
		return nil
	case "all":
		return func(c *crm.Config) error { return c.SetAfter(id, nil) }
	}
	return func(c *crm.Config) error {
		st, ok := c.Status(id)
		if !ok {
			return &crm.Error{Code: crm.NotFound, Key: crm.KeyNoStatus}
		}
		return c.SetAfter(id, toggled(st.After, before))
	}
}

// setMeeting takes the fields that make the appointment: the date or both in one, and
// the time in base 36; 0 and "0" for none.
func setMeeting(id crm.StatusID, date crm.FieldID, clock string) func(*crm.Config) error {
	return func(c *crm.Config) error {
		n, err := strconv.ParseInt(clock, 36, 64)
		if err != nil {
			return &crm.Error{Code: crm.Invalid, Key: crm.KeyBadValue, Field: "appointment"}
		}
		return c.SetAppointment(id, date, crm.FieldID(n))
	}
}
