package bot

import (
	"context"
	"maps"
	"time"

	"cartable/bot/screen"
	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

// Announcement is a notification on its way to its recipient.
type Announcement struct {
	crm.Notification
	Sent      bool      // its message stands in the chat: word what it should show now
	SentAt    time.Time // when that was sent; zero before
	Withdrawn bool      // what it tells of was undone
}

// Worded is what an announcement says.
type Worded struct {
	Message view.Message
	Version int64 // of the customer, as the message shows them; 0 for none
	Skip    bool  // it is not true any more: nothing is to be sent
	Final   bool  // it shows what only an undo can change
}

// Word words an announcement: from its event as it was, and the customer's state
// as it is now, which alone decides whether it is still to be told.
func (b *Bot) Word(ctx context.Context, a Announcement) (Worded, error) {
	dir, err := b.Domain.Directory(ctx)
	if err != nil {
		return Worded{}, err
	}
	rd := b.recipient(dir, a.Notification)
	w, err := b.wordFor(ctx, rd, a)
	w.Message = directed(w.Message, rd.P.Lang())
	return w, err
}

func (b *Bot) wordFor(ctx context.Context, rd screen.Reader, a Announcement) (w Worded, err error) {
	n := screen.Notice{Notification: a.Notification, SentAt: a.SentAt, Withdrawn: a.Withdrawn}
	if a.Group == 0 && a.Event != 0 {
		if n.Event, err = b.Domain.Event(ctx, a.Event); err != nil {
			return Worded{}, err
		}
	}
	if a.Customer == 0 {
		return b.wordGeneral(ctx, rd, n, a.Sent)
	}
	if a.Group != 0 {
		n.Card.Customer, n.Event, err = b.Domain.Offered(ctx, rd.Dir, a.Customer, a.Event)
	} else {
		n.Card, err = b.Domain.Card(ctx, rd.Dir, rd.Staff, a.Customer, screen.CardEvents)
	}
	if crm.IsKey(err, crm.KeyErased) {
		return Worded{Message: rd.Erased(), Skip: !a.Sent}, nil
	}
	if crm.IsKey(err, crm.KeyNoCustomer) {
		// Hidden, or not for this recipient any more.
		if !a.Sent {
			return Worded{Skip: true}, nil
		}
		return Worded{Message: view.Message{HTML: rd.P.H("notice.withdrawn")}}, nil
	}
	if err != nil {
		return Worded{}, err
	}
	w = wordAbout(rd, n, a.Sent)
	w.Version = n.Card.Customer.Version
	w.Final = w.Final || n.Withdrawn
	return w, nil
}

// wordAbout words what is about a customer.
func wordAbout(rd screen.Reader, n screen.Notice, sent bool) Worded {
	c := n.Card.Customer
	if n.Withdrawn && !sent {
		return Worded{Skip: true}
	}
	if n.Group != 0 {
		return Worded{Message: rd.GroupLead(n), Skip: !sent && !c.Waiting()}
	}
	mine := c.Holder == rd.Staff.ID
	switch n.Kind {
	case crm.NotifyLead, crm.NotifyUntaken: // one that was taken may come back
		return Worded{Message: rd.Lead(n), Skip: !sent && !c.Waiting()}
	case crm.NotifyRouted:
		return Worded{Message: rd.Routed(n), Skip: !sent && !mine}
	case crm.NotifyInquiry:
		// A manager hears of it in place of a holder whom nothing reaches.
		return Worded{Message: rd.Inquiry(n), Skip: !sent && !mine && !rd.Staff.Manages()}
	case crm.NotifyAway:
		return Worded{Message: rd.Away(n), Skip: !sent && mine, Final: true}
	case crm.NotifyMoved:
		return Worded{Message: rd.Moved(n)}
	case crm.NotifyReminder, crm.NotifyEscalated:
		rem, open := c.Reminder(n.Reminder)
		if !open || !rem.Due.Equal(n.Due) {
			return Worded{Message: rd.RungOver(n), Skip: !sent, Final: true}
		}
		if n.Kind == crm.NotifyReminder && c.Holder != 0 && !mine { // it rings for them now
			return Worded{Message: rd.RingElsewhere(n), Skip: !sent, Final: true}
		}
		return Worded{Message: rd.Ring(n, rem)}
	case crm.NotifyAsked:
		return Worded{Message: rd.Asked(n), Skip: !sent && !rd.MayGive(c), Final: !rd.MayGive(c)}
	case crm.NotifyGiven:
		return Worded{Message: rd.Kept(n), Final: true}
	default: // handed over, returned
		return Worded{Message: rd.HandedOver(n), Final: !mine}
	}
}

// wordGeneral words what is about no customer in particular.
func (b *Bot) wordGeneral(ctx context.Context, rd screen.Reader, n screen.Notice, sent bool) (Worded, error) {
	if n.Withdrawn {
		return Worded{Message: view.Message{HTML: rd.P.H("notice.withdrawn")}, Skip: !sent}, nil
	}
	switch n.Kind {
	case crm.NotifyPasted:
		waiting, err := b.Domain.BatchWaiting(ctx, n.Batch)
		if err != nil {
			return Worded{}, err
		}
		n.Count = waiting
		return Worded{Message: rd.PastedList(n), Skip: waiting == 0 && !sent}, nil
	case crm.NotifyLeft:
		return Worded{Message: rd.LeftBehind(n)}, nil
	case crm.NotifySilent:
		return Worded{Message: rd.Silent(n)}, nil
	case crm.NotifyProposal, crm.NotifyProposalDecided:
		return b.wordProposal(ctx, rd, n, sent)
	case crm.NotifyGroupLeft:
		return Worded{Message: rd.GroupLeft(n)}, nil
	case crm.NotifyRole:
		return Worded{Message: rd.NewRole(), Final: true}, nil
	case crm.NotifyAccess:
		return Worded{Message: rd.Access(), Final: true}, nil
	case crm.NotifyMorning:
		agenda, err := b.Domain.Agenda(ctx, rd.Dir, rd.Staff, n.Day)
		return Worded{Message: rd.Morning(n, agenda), Skip: agenda.Empty() && !sent, Final: true}, err
	case crm.NotifyEvening:
		return b.wordEvening(ctx, rd, n, sent)
	case crm.NotifyEntering, crm.NotifyCalling:
		return Worded{Message: rd.Nudge(n), Skip: !sent && rd.Now.Sub(n.Due) > crm.NudgeWithin, Final: true}, nil
	default: // shared
		return Worded{Message: rd.GotShare(n)}, nil
	}
}

// wordEvening words the report of a day. Whoever does not get it any more is not told.
func (b *Bot) wordEvening(ctx context.Context, rd screen.Reader, n screen.Notice, sent bool) (Worded, error) {
	from := n.Since
	if from == (persian.Civil{}) {
		from = n.Day
	}
	report, err := b.Domain.Report(ctx, rd.Dir, from, n.Day)
	skip := !sent && (report.Empty() || !rd.Dir.GetsReport(rd.Staff))
	return Worded{Message: rd.Evening(n, report), Skip: skip, Final: true}, err
}

// WordSummary words many new and untaken leads, and inquiries, for one reader as one message.
func (b *Bot) WordSummary(ctx context.Context, ns []crm.Notification) (Worded, error) {
	dir, err := b.Domain.Directory(ctx)
	if err != nil {
		return Worded{}, err
	}
	waiting, err := b.Domain.WaitingLeads(ctx)
	if err != nil {
		return Worded{}, err
	}
	// One that was offered twice meanwhile, or that nobody took in the end, is one.
	leads, untaken, inquiries := map[crm.CustomerID]bool{}, map[crm.CustomerID]bool{}, 0
	for _, n := range ns {
		switch n.Kind {
		case crm.NotifyUntaken:
			untaken[n.Customer] = true
		case crm.NotifyLead:
			leads[n.Customer] = true
		default:
			inquiries++
		}
	}
	maps.DeleteFunc(leads, func(c crm.CustomerID, _ bool) bool { return untaken[c] })
	skip := waiting == 0 && inquiries == 0
	rd := b.recipient(dir, ns[0])
	if ns[0].Group != 0 {
		return Worded{Message: rd.GroupSummary(len(leads), waiting), Skip: skip}, nil
	}
	return Worded{Message: rd.Summary(screen.Tally{Leads: len(leads), Untaken: len(untaken), Inquiries: inquiries}, waiting), Skip: skip}, nil
}

// recipient is whoever a notification is for. A group is nobody, and reads the
// business's language.
func (b *Bot) recipient(dir crm.Directory, n crm.Notification) screen.Reader {
	if n.Group != 0 {
		return b.readerOf(dir, crm.Staff{Language: dir.Settings.Language})
	}
	return b.readerOf(dir, dir.Staff[n.To])
}

func (b *Bot) readerOf(dir crm.Directory, to crm.Staff) screen.Reader {
	return screen.Reader{Staff: to, Dir: dir, P: b.Catalogue.Printer(to.Language), Now: b.Clock.Now().In(dir.Settings.Location())}
}
