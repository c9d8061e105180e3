package crm

import (
	"context"
	"strings"

	"cartable/internal/persian"
)

// AddNote puts a note on the timeline. Whoever sees a customer may.
func (s *Service) AddNote(ctx context.Context, cmd Command, id CustomerID, text string) (Outcome, error) {
	return s.change(ctx, cmd, id, change{
		kind: EventNote,
		alter: func(_ *work, _ *Customer, e *Event) error {
			note, err := longText("note", text)
			if err != nil {
				return err
			}
			if note == "" {
				return &Error{Code: Invalid, Key: KeyEmpty, Field: "note"}
			}
			e.Detail.Text = note
			return nil
		},
	})
}

// Patch is the fields of a customer to change; what it does not name stays.
type Patch struct {
	Name, City, Email *string
	Values            Values // "" removes a value
}

// Edit changes fields of the record.
func (s *Service) Edit(ctx context.Context, cmd Command, id CustomerID, p Patch) (Outcome, error) {
	return s.change(ctx, cmd, id, change{
		kind: EventEdit, right: mustChange,
		alter: func(w *work, c *Customer, _ *Event) error { return w.patch(c, p) },
	})
}

func (w *work) patch(c *Customer, p Patch) error {
	for _, part := range []struct {
		name  string
		from  *string
		to    *string
		limit int
	}{{"name", p.Name, &c.Name, MaxName}, {"city", p.City, &c.City, MaxName}, {"email", p.Email, &c.Email, MaxName}} {
		if part.from == nil {
			continue
		}
		v, err := line(part.name, *part.from, part.limit)
		if err != nil {
			return err
		}
		if part.name == "email" && v != "" && !ValidEmail(v) {
			return &Error{Code: Invalid, Key: KeyBadValue, Field: "email"}
		}
		*part.to = v
	}
	for id, v := range p.Values {
		f, ok := w.dir.Field(id)
		if !ok || f.Retired {
			return &Error{Code: NotFound, Key: KeyBadValue, FieldID: id}
		}
		v = Value(strings.TrimSpace(string(v)))
		if v == "" && f.Required && c.Values[id] != "" {
			return &Error{Code: Invalid, Key: KeyRequired, FieldID: id}
		}
		if err := f.Check(v, w.dir); err != nil {
			return err
		}
		if v == "" {
			delete(c.Values, id)
		} else {
			c.Values[id] = v
		}
	}
	return nil
}

// AddPhone gives a customer another number. A number that was known to be wrong
// is good again. KeyPhoneOther names the customer who has it already.
func (s *Service) AddPhone(ctx context.Context, cmd Command, id CustomerID, typed string) (Outcome, error) {
	phone, err := persian.ParsePhone(typed)
	if err != nil {
		return Outcome{}, &Error{Code: Invalid, Key: KeyNoPhone, Field: "phone"}
	}
	out, repeated, err := run(ctx, s, cmd, func(w *work) (Outcome, error) {
		other, err := w.LockPhone(ctx, phone)
		if err != nil {
			return Outcome{}, err
		}
		if err := w.mustBeFree(ctx, other, id); err != nil {
			return Outcome{}, err
		}
		before, err := w.lockVisible(ctx, id)
		if err != nil {
			return Outcome{}, err
		}
		return w.apply(ctx, before, change{
			kind: EventEdit, right: mustChange,
			alter: func(_ *work, c *Customer, e *Event) error {
				e.Detail.Phone = string(phone)
				return c.addPhone(phone)
			},
		})
	})
	out.Repeated = repeated
	return out, err
}

// mustBeFree refuses a number that another customer has. One whose creation was
// undone gives theirs up.
func (w *work) mustBeFree(ctx context.Context, owner, wants CustomerID) error {
	if owner == 0 || owner == wants {
		return nil
	}
	c, err := w.LockCustomer(ctx, owner)
	if err == nil && !c.Hidden {
		err = &Error{Code: Conflict, Key: KeyPhoneOther, Customer: owner}
	}
	return err
}

func (c *Customer) addPhone(p persian.Phone) error {
	for i := range c.Phones {
		if c.Phones[i].Phone == p {
			c.Phones[i].Wrong = false
			return nil
		}
	}
	if len(c.Phones) >= MaxPhone {
		return &Error{Code: Invalid, Key: KeyTooLong, Field: "phone"}
	}
	c.Phones = append(c.Phones, PhoneNumber{Phone: p})
	return nil
}
