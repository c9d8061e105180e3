package crm

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"cartable/internal/persian"
)

// Inquiry is one arrival of a customer.
type Inquiry struct {
	ID         InquiryID
	Customer   CustomerID
	Source     SourceID
	Phone      persian.Phone
	Name       string
	Email      string
	City       string
	Message    string
	Campaign   string
	Page       string
	UTM        map[string]string
	Values     Values          // values of customer fields, canonical
	Extra      json.RawMessage // what else was sent: a JSON object or nil
	By         StaffID         // who entered it by hand
	ReceivedAt time.Time
}

// Arrival is what recording an inquiry led to.
type Arrival struct {
	Customer CustomerID `json:"customer"`
	Inquiry  InquiryID  `json:"inquiry"`
	Event    EventID    `json:"event"`
	Known    bool       `json:"known"` // the number was known
	Repeated bool       `json:"-"`     // the key was used before
}

// RecordInquiry stores an arrival: the customer too when the number is new. A
// known customer gets the fields that are empty; what differs from the record
// stays on the inquiry and is shown. Their holder is told, or the managers where
// nothing reaches the holder; where nobody holds them, they are routed like a new
// lead, marked returning. Inquiries of blocked customers are recorded and told to
// nobody.
func (s *Service) RecordInquiry(ctx context.Context, cmd Command, in Inquiry) (Arrival, error) {
	if cmd.Actor == 0 {
		r := s.RecordInquiries(ctx, []Recording{{Key: cmd.Key, Inquiry: in}})[0]
		return r.Arrival, r.Err
	}
	if in.Phone == "" {
		return Arrival{}, errNoPhone()
	}
	out, repeated, err := run(ctx, s, cmd, func(w *work) (Arrival, error) {
		a, c, e, err := w.arrive(ctx, in)
		if err != nil {
			return Arrival{}, err
		}
		return a, w.announce(ctx, c, e)
	})
	out.Repeated = repeated
	return out, err
}

func errNoPhone() error { return &Error{Code: Invalid, Key: KeyNoPhone, Field: "phone"} }

// arrive stores one inquiry and its customer, who stays locked, and tells nobody yet.
func (w *work) arrive(ctx context.Context, in Inquiry) (Arrival, Customer, Event, error) {
	in, err := w.cleanInquiry(in)
	if err != nil {
		return Arrival{}, Customer{}, Event{}, err
	}
	return w.enter(ctx, in)
}

// enter stores an inquiry that is clean.
func (w *work) enter(ctx context.Context, in Inquiry) (Arrival, Customer, Event, error) {
	before, known, err := w.lockOwner(ctx, in.Phone)
	if err != nil {
		return Arrival{}, Customer{}, Event{}, err
	}
	if !known {
		first := Customer{Version: 1, Hidden: true, Source: in.Source, CreatedBy: in.By, CreatedAt: w.now, FirstInquiryAt: w.now, LastInquiryAt: w.now}
		if first.ID, err = w.InsertCustomer(ctx, first); err != nil {
			return Arrival{}, Customer{}, Event{}, err
		}
		before = first
		before.LastInquiryAt = time.Time{}
		w.made = first.ID
	}
	in.Customer, in.ReceivedAt = before.ID, w.now
	if in.ID, err = w.InsertInquiry(ctx, in); err != nil {
		return Arrival{}, Customer{}, Event{}, err
	}
	after := before.clone()
	e := Event{Customer: before.ID, Kind: EventInquiry, Actor: w.actor.ID, At: w.now, Key: w.key}
	e.Detail = Detail{Inquiry: in.ID, Source: in.Source, Created: before.Hidden, Returning: known && !before.Hidden, Message: in.Message}
	e.Detail.Differs = after.take(in, w.dir)
	after.Hidden, after.LastInquiryAt = false, w.now
	e, after, err = w.record(ctx, before, after, e)
	w.made = 0
	return Arrival{Customer: before.ID, Inquiry: in.ID, Event: e.ID, Known: e.Detail.Returning}, after, e, err
}

// lockOwner locks a number and the customer who has it; known is false where nobody
// does. One who was erased between the two locks has given the number up, so that
// the second look finds nobody.
func (w *work) lockOwner(ctx context.Context, p persian.Phone) (c Customer, known bool, err error) {
	id, err := w.LockPhone(ctx, p)
	for err == nil && id != 0 {
		if c, err = w.LockCustomer(ctx, id); err != nil || c.ErasedAt.IsZero() {
			return c, true, err
		}
		id, err = w.LockPhone(ctx, p)
	}
	return Customer{}, false, err
}

// take fills the empty fields from an inquiry and returns what differs.
func (c *Customer) take(in Inquiry, dir Directory) []Differs {
	var differs []Differs
	fill := func(field string, to *string, v string) {
		switch {
		case v == "":
		case *to == "":
			*to = v
		case persian.SearchKey(*to) != persian.SearchKey(v):
			differs = append(differs, Differs{Field: field, Value: v})
		}
	}
	fill("name", &c.Name, in.Name)
	fill("city", &c.City, in.City)
	fill("email", &c.Email, in.Email)
	for _, f := range dir.Fields {
		v := in.Values[f.ID]
		switch {
		case v == "" || f.Retired:
		case c.Values[f.ID] == "":
			c.Values[f.ID] = v
		case c.Values[f.ID] != v:
			differs = append(differs, Differs{Field: f.Key, Value: string(v)})
		}
	}
	if c.addPhone(in.Phone) != nil {
		differs = append(differs, Differs{Field: "phone", Value: string(in.Phone)})
	}
	return differs
}

// cleanInquiry tidies and bounds what was sent. What is too long or not of its
// field's kind is refused with the field's name.
func (w *work) cleanInquiry(in Inquiry) (Inquiry, error) {
	if src, ok := w.dir.Sources[in.Source]; !ok || src.Retired {
		return in, &Error{Code: NotFound, Key: KeyNoSource}
	}
	for _, p := range []struct {
		field string
		at    *string
		limit int
	}{{"name", &in.Name, MaxName}, {"city", &in.City, MaxName}, {"email", &in.Email, MaxName},
		{"campaign", &in.Campaign, MaxLine}, {"page", &in.Page, 4 * MaxLine}} {
		v, err := line(p.field, *p.at, p.limit)
		if err != nil {
			return in, err
		}
		*p.at = v
	}
	in.Email = strings.TrimSpace(in.Email)
	if in.Email != "" && !ValidEmail(in.Email) {
		return in, &Error{Code: Invalid, Key: KeyBadValue, Field: "email"}
	}
	msg, err := longText("message", in.Message)
	if err != nil {
		return in, err
	}
	in.Message = msg
	in.Values = cloneValues(in.Values)
	for id, v := range in.Values {
		f, ok := w.dir.Field(id)
		if !ok || f.Retired {
			delete(in.Values, id)
			continue
		}
		if err := f.Check(v, w.dir); err != nil {
			return in, err
		}
	}
	return in, nil
}

// PassOn takes up to limit inquiries, routed and untaken leads that wait for somebody
// whom nothing reaches (any more), and tells whoever is to be told of them now: who
// holds the customer by then, or the managers. While no manager is reached either, they
// go on waiting. It returns how many it took.
func (s *Service) PassOn(ctx context.Context, limit int) (taken int, err error) {
	err = s.store.InTx(ctx, func(tx Tx) error {
		taken = 0
		w := &work{Tx: tx, now: s.now()}
		stuck, err := tx.StuckArrivals(ctx, limit)
		if err != nil || len(stuck) == 0 {
			return err
		}
		if w.dir, err = tx.Directory(ctx); err != nil || len(w.reachableManagers()) == 0 {
			return err
		}
		for _, n := range stuck {
			ok, err := w.passOn(ctx, n)
			if err != nil {
				return err
			}
			if ok {
				taken++
			}
		}
		return nil
	})
	if err == nil && taken > 0 {
		s.wake()
	}
	return taken, err
}

// passOn is false for a notification that was settled meanwhile.
func (w *work) passOn(ctx context.Context, n Notification) (bool, error) {
	c, err := w.LockCustomer(ctx, n.Customer)
	if err != nil {
		return false, err
	}
	if ok, err := w.CancelNotification(ctx, n.ID); err != nil || !ok {
		return false, err
	}
	e, err := w.LockEvent(ctx, n.Event)
	if err != nil {
		return false, err
	}
	w.key = fmt.Sprintf("pass:%d", n.ID)
	switch {
	case n.Kind == NotifyUntaken:
		return true, w.passUntaken(ctx, c, e)
	case c.Holder == 0 && !c.Waiting():
		return true, nil // somebody has seen to it
	case n.Kind == NotifyRouted && c.Holder != 0 && c.Holder != n.To:
		return true, nil // whoever holds them by now knows
	}
	return true, w.announce(ctx, c, e)
}

// passUntaken tells the managers that nobody took a lead, unless one of them knows.
func (w *work) passUntaken(ctx context.Context, c Customer, e Event) error {
	if !c.Waiting() {
		return nil
	}
	told, err := w.ToldOf(ctx, e.ID, NotifyUntaken)
	if err != nil || slices.ContainsFunc(told, func(id StaffID) bool { return w.dir.Staff[id].Reached() }) {
		return err
	}
	return w.notify(ctx, Event{ID: e.ID, Customer: c.ID}, w.untaken())
}
