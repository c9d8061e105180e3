package crm

import (
	"context"
	"fmt"
	"maps"
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
	// as they are. What waits is taken out of the hands of whoever sends it there, and
	// goes to the new one, be it twice. What was for a group that was made of the new chat meanwhile is for
	// this one; that group is gone.
	MoveGroup(ctx context.Context, id GroupID, chat int64) error
	// GroupOffers returns the leads offered in a group that wait to be taken. Those that are
	// not sent stay so until the end.
	GroupOffers(ctx context.Context, id GroupID) ([]GroupOffer, error)
	// RouteOffersAnew has what was offered in a group last announced from the start: at
	// at where it waits, and where it was taken, when that is undone.
	RouteOffersAnew(ctx context.Context, id GroupID, at time.Time) error
	// RefreshCardsIn has those cards in a group edited that were sent after since and
	// left while the bot was not there.
	RefreshCardsIn(ctx context.Context, id GroupID, since time.Time) error
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
		if err := w.SaveGroup(ctx, g, w.now); err != nil {
			return g, err
		}
		return g, w.RefreshCardsIn(ctx, g.ID, w.now.Add(-CardLife))
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

// mustBeIn refuses a group that the bot is not in; 0 is none.
func (w *work) mustBeIn(id GroupID) error {
	g, ok := w.dir.Groups[id]
	switch {
	case id == 0:
		return nil
	case !ok:
		return fail(NotFound, KeyNoGroup)
	case g.Left:
		return fail(Gone, KeyNoGroup)
	}
	return nil
}

// OfferInGroup has the new leads of a source offered in a group, in place of
// everybody's private chat; with group 0 privately again. It is a version of the
// configuration, in force at once.
func (s *Service) OfferInGroup(ctx context.Context, cmd Command, id SourceID, group GroupID) error {
	return s.amend(ctx, cmd, func(w *work, c *Config) error {
		src, ok := c.Source(id)
		if !ok || src.Retired {
			return fail(NotFound, KeyNoSource)
		}
		if err := w.mustBeIn(group); err != nil {
			return err
		}
		r := src.Routing
		r.Group = group
		if group != 0 {
			r.Mode = RouteOffer // what goes to one person is offered nowhere
		}
		return c.SetRouting(id, r)
	})
}

// inGroup has a lead that is offered to people offered in a group in their place. They
// get it after all where the bot is not there any more.
func (w *work) inGroup(ctx context.Context, id GroupID, ns []Notification) ([]Notification, error) {
	if id == 0 || len(ns) == 0 || ns[0].Kind != NotifyLead {
		return ns, nil
	}
	// Held, since whoever leaves a group has to know what was offered there.
	g, err := w.LockGroup(ctx, id)
	switch {
	case IsKey(err, KeyNoGroup) || err == nil && g.Left:
		return ns, nil
	case err != nil:
		return nil, err
	}
	return []Notification{{Group: id, Kind: NotifyLead, Ring: ns[0].Ring}}, nil
}

// LeaveGroup notes that the bot is not in a group any more. By a version of the
// configuration its sources offer privately again; the leads that still wait there are
// announced anew, and the managers are told. Nothing happens where the group is unknown
// or was left before.
func (s *Service) LeaveGroup(ctx context.Context, cmd Command, chat int64) error {
	_, err := s.configure(ctx, cmd, func(w *work) (Published, error) {
		g, ok := w.dir.groupAt(chat)
		if !ok || g.Left {
			return Published{}, nil
		}
		sources := 0
		for _, src := range w.dir.Sources {
			if !src.Retired && src.Routing.Place() == g.ID {
				sources++
			}
		}
		// The configuration before the group: see offer.
		out, err := w.regroup(ctx, g.ID, 0)
		if err != nil {
			return Published{}, err
		}
		if g, err = w.LockGroupChat(ctx, chat); err != nil {
			return Published{}, err
		}
		g.Left = true
		if err := w.SaveGroup(ctx, g, w.now); err != nil {
			return Published{}, err
		}
		if err := w.RouteOffersAnew(ctx, g.ID, w.now); err != nil {
			return Published{}, err
		}
		ns := to(w.managers(), Notification{Kind: NotifyGroupLeft, AboutGroup: g.ID, Count: sources})
		return out, w.notify(ctx, Event{}, ns)
	})
	return err
}

// regroup has all sources that are offered in one group offered in another, or with 0
// privately, as one version.
func (w *work) regroup(ctx context.Context, from, to GroupID) (Published, error) {
	target := w.dir.Config()
	for i := range target.Sources {
		if r := &target.Sources[i].Routing; r.Group == from {
			r.Group = to
		}
	}
	out, err := w.enact(ctx, target, 0)
	if IsKey(err, KeyConfigNothing) {
		return Published{Version: w.dir.Version}, nil
	}
	return out, err
}

// MoveGroup follows a group to the chat that it became. What was offered in the
// old one and still waits is offered anew, since nothing there can be tapped any
// more. It is one command however often, and by whomever, it is noticed.
func (s *Service) MoveGroup(ctx context.Context, from, to int64) error {
	cmd := Command{Key: fmt.Sprintf("group:%d:%d", from, to)}
	_, err := s.configure(ctx, cmd, func(w *work) (out Published, err error) {
		g, ok := w.dir.groupAt(from)
		if !ok {
			return Published{}, nil
		}
		twin, twice := w.dir.groupAt(to)
		here := !g.Left || twice && !twin.Left
		if twice {
			g.Left = !here
			w.dir.Groups = maps.Clone(w.dir.Groups)
			w.dir.Groups[g.ID] = g
			if out, err = w.regroup(ctx, twin.ID, g.ID); err != nil {
				return Published{}, err
			}
		}
		return out, w.moveGroup(ctx, from, to, here)
	})
	return err
}

// moveGroup gives the group of a chat another one, where the bot is or is not.
func (w *work) moveGroup(ctx context.Context, from, to int64, here bool) error {
	g, err := w.LockGroupChat(ctx, from)
	if err != nil {
		return err
	}
	g.Left = !here
	if err := w.SaveGroup(ctx, g, w.now); err != nil {
		return err
	}
	offers, err := w.GroupOffers(ctx, g.ID)
	if err != nil {
		return err
	}
	if err := w.MoveGroup(ctx, g.ID, to); err != nil || !here {
		return err
	}
	for _, o := range offers {
		if !o.Sent {
			continue // goes to the new chat as it is
		}
		ns := []Notification{{Group: g.ID, Kind: NotifyLead}}
		if err := w.notify(ctx, Event{ID: o.Event, Customer: o.Customer}, ns); err != nil {
			return err
		}
	}
	return nil
}

// Offered reads a lead and its arrival as a group may see them: who it is, from
// where, and what they wrote, without anything by which they can be reached. arrival
// is 0 where no event tells of it.
func (s *Service) Offered(ctx context.Context, dir Directory, id CustomerID, arrival EventID) (Customer, Event, error) {
	c, err := s.store.Customer(ctx, id)
	if err != nil {
		return Customer{}, Event{}, err
	}
	if !c.ErasedAt.IsZero() {
		return Customer{}, Event{}, fail(Gone, KeyErased)
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
