package crm

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"cartable/internal/persian"
)

// Group is a group chat that a manager added the bot to. It is no member of staff:
// leads are offered in it, and whoever takes one acts in their own name.
type Group struct {
	ID      GroupID
	Chat    int64 // the messenger's ID of the chat; another one once it is a supergroup
	Title   string
	AddedBy StaffID
	AddedAt time.Time
	Left    bool // the bot is not there any more
}

// GroupOffer is a lead that was offered in a group and still waits.
type GroupOffer struct {
	Customer CustomerID
	Event    EventID // of its arrival
	Sent     bool    // the group has seen it
}

// GroupTx is the part of Tx about groups.
type GroupTx interface {
	// LockGroup returns a group that stays as it is until the transaction ends;
	// many transactions may hold it so. KeyNoGroup when there is none.
	LockGroup(ctx context.Context, id GroupID) (Group, error)
	// LockGroupChat returns the group of a chat, to be changed; KeyNoGroup likewise.
	LockGroupChat(ctx context.Context, chat int64) (Group, error)
	InsertGroup(ctx context.Context, g Group) (GroupID, error)
	// SaveGroup writes all but the chat; at is when the bot left, where it did.
	SaveGroup(ctx context.Context, g Group, at time.Time) error
	// MoveGroup gives a group another chat, and leaves the messages of the old one
	// as they are. A group that was made of the new chat meanwhile becomes one with it.
	MoveGroup(ctx context.Context, id GroupID, chat int64) error
	// SaveSourceGroup sets where the leads of a source are offered; 0 for privately.
	SaveSourceGroup(ctx context.Context, id SourceID, g GroupID) error
	// FreeSources has the sources of a group offer privately again, and counts them.
	FreeSources(ctx context.Context, id GroupID) (int, error)
	// GroupOffers returns the leads offered in a group that wait to be taken.
	GroupOffers(ctx context.Context, id GroupID) ([]GroupOffer, error)
}

// AddGroup notes that a manager added the bot to a group, again perhaps.
func (s *Service) AddGroup(ctx context.Context, cmd Command, chat int64, title string) (Group, error) {
	out, _, err := run(ctx, s, cmd, func(w *work) (Group, error) {
		if err := mustManage(w); err != nil {
			return Group{}, err
		}
		v := groupTitle(title)
		g, err := w.LockGroupChat(ctx, chat)
		if IsKey(err, KeyNoGroup) {
			g = Group{Chat: chat, Title: v, AddedBy: w.actor.ID, AddedAt: w.now}
			g.ID, err = w.InsertGroup(ctx, g)
			return g, err
		}
		if err != nil {
			return Group{}, err
		}
		g.Title, g.AddedBy, g.AddedAt, g.Left = v, w.actor.ID, w.now, false
		return g, w.SaveGroup(ctx, g, w.now)
	})
	return out, err
}

// groupTitle bounds what strangers may have written.
func groupTitle(s string) string {
	r := []rune(persian.Clean(s))
	if len(r) == 0 {
		return "—"
	}
	return string(r[:min(len(r), MaxName)])
}

// LeaveGroup notes that the bot is not in a group any more. Its sources offer
// privately again, as do the leads that still wait there, and the managers are
// told. Nothing happens where the group is unknown or was left before.
func (s *Service) LeaveGroup(ctx context.Context, cmd Command, chat int64) error {
	_, _, err := run(ctx, s, cmd, func(w *work) (struct{}, error) {
		g, err := w.LockGroupChat(ctx, chat)
		if IsKey(err, KeyNoGroup) || err == nil && g.Left {
			return struct{}{}, nil
		}
		if err != nil {
			return struct{}{}, err
		}
		g.Left = true
		if err := w.SaveGroup(ctx, g, w.now); err != nil {
			return struct{}{}, err
		}
		sources, err := w.FreeSources(ctx, g.ID)
		if err != nil {
			return struct{}{}, err
		}
		offers, err := w.GroupOffers(ctx, g.ID)
		if err != nil {
			return struct{}{}, err
		}
		for _, o := range offers {
			if err := w.notify(ctx, Event{ID: o.Event, Customer: o.Customer}, w.toEveryone()); err != nil {
				return struct{}{}, err
			}
		}
		ns := to(w.managers(), Notification{Kind: NotifyGroupLeft, AboutGroup: g.ID, Count: sources})
		return struct{}{}, w.notify(ctx, Event{}, ns)
	})
	return err
}

// MoveGroup follows a group to the chat that it became. What was offered in the
// old one and still waits is offered anew, since nothing there can be tapped any
// more. It is one command however often, and by whomever, it is noticed.
func (s *Service) MoveGroup(ctx context.Context, from, to int64) error {
	cmd := Command{Key: fmt.Sprintf("group:%d:%d", from, to)}
	_, _, err := run(ctx, s, cmd, func(w *work) (struct{}, error) {
		g, err := w.LockGroupChat(ctx, from)
		if IsKey(err, KeyNoGroup) {
			return struct{}{}, nil
		}
		if err != nil {
			return struct{}{}, err
		}
		offers, err := w.GroupOffers(ctx, g.ID)
		if err != nil {
			return struct{}{}, err
		}
		if err := w.MoveGroup(ctx, g.ID, to); err != nil || g.Left {
			return struct{}{}, err
		}
		for _, o := range offers {
			if !o.Sent {
				continue // goes to the new chat as it is
			}
			ns := []Notification{{Group: g.ID, Kind: NotifyLead}}
			if err := w.notify(ctx, Event{ID: o.Event, Customer: o.Customer}, ns); err != nil {
				return struct{}{}, err
			}
		}
		return struct{}{}, nil
	})
	return err
}

// OfferInGroup has the new leads of a source offered in a group, in place of
// everybody's private chat; with group 0 privately again.
func (s *Service) OfferInGroup(ctx context.Context, cmd Command, id SourceID, group GroupID) error {
	_, _, err := run(ctx, s, cmd, func(w *work) (struct{}, error) {
		if err := mustManage(w); err != nil {
			return struct{}{}, err
		}
		if src, ok := w.dir.Sources[id]; !ok || src.Retired {
			return struct{}{}, fail(NotFound, KeyNoSource)
		}
		if group != 0 {
			// Held, since a group that is being left must keep no source.
			g, err := w.LockGroup(ctx, group)
			if err != nil {
				return struct{}{}, err
			}
			if g.Left {
				return struct{}{}, fail(Gone, KeyNoGroup)
			}
		}
		return struct{}{}, w.SaveSourceGroup(ctx, id, group)
	})
	return err
}

// Offered reads a lead and its arrival as a group may see them: who it is, from
// where, and what they wrote, without anything by which they can be reached. arrival
// is 0 where no event tells of it.
func (s *Service) Offered(ctx context.Context, dir Directory, id CustomerID, arrival EventID) (Customer, Event, error) {
	c, err := s.store.Customer(ctx, id)
	if err != nil {
		return Customer{}, Event{}, err
	}
	if c.Hidden {
		return Customer{}, Event{}, fail(NotFound, KeyNoCustomer)
	}
	var e Event
	if arrival != 0 {
		if e, err = s.store.Event(ctx, arrival); err != nil {
			return Customer{}, Event{}, err
		}
	}
	public := Customer{ID: c.ID, Version: c.Version, Name: hideContacts(c.Name), City: hideContacts(c.City), Source: c.Source,
		Status: StatusState{Status: c.Status.Status, At: c.Status.At}, Holder: c.Holder, HeldSince: c.HeldSince,
		LastInquiryAt: c.LastInquiryAt, FirstInquiryAt: c.FirstInquiryAt}
	e.Delta = Delta{}
	e.Detail = Detail{Source: e.Detail.Source, Returning: e.Detail.Returning, Message: hideContacts(e.Detail.Message),
		Differs: dir.publicDiffers(e.Detail.Differs)}
	return public, e, nil
}

// publicDiffers are those that tell no way to reach the customer.
func (d Directory) publicDiffers(all []Differs) []Differs {
	var out []Differs
	for _, df := range all {
		switch d.kindOf(df.Field) {
		case Phone, Email, Link, File:
		default:
			out = append(out, Differs{Field: df.Field, Value: hideContacts(df.Value)})
		}
	}
	return out
}

// kindOf is the kind of a customer field, or of the built-in ones.
func (d Directory) kindOf(key string) FieldType {
	switch key {
	case "phone":
		return Phone
	case "email":
		return Email
	}
	for _, f := range d.Fields {
		if f.Key == key {
			return f.Type
		}
	}
	return Text
}

var (
	emailInText = regexp.MustCompile(`[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+`)
	// Seven digits call somebody in the same town, and a number can be spaced out in
	// more ways than are read as one. A large amount is hidden with them, until the
	// lead is taken; dates with slashes are not.
	manyDigits = regexp.MustCompile(`\p{Nd}(?:[-.()_\p{Zs}\p{Cf}\p{Pd}]{0,3}\p{Nd}){6,}`)
)

// hidden stands for a number or an address that was left out.
const hidden = "•••"

// hideContacts takes phone numbers and e-mail addresses out of what people typed.
func hideContacts(s string) string {
	s = persian.ReplacePhones(emailInText.ReplaceAllString(s, hidden), hidden)
	return manyDigits.ReplaceAllString(s, hidden)
}
