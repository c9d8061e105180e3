package crm

import (
	"context"
	"encoding/json"
	"time"

	"cartable/internal/persian"
)

// Store is what the domain asks of a database.
type Store interface {
	// InTx runs fn in one transaction: committed when fn returns nil, rolled back
	// on an error and on panic. Serialisation failures and deadlocks are retried,
	// so fn must not have effects outside Tx. A lost connection is retried too, and
	// nobody knows then whether the first time was committed: fn asks Once, or
	// leaves nothing to do for a second time.
	InTx(ctx context.Context, fn func(Tx) error) error
	// InTxAhead is InTx for commands of which is known what they ask for first. That is
	// locked, in an order in which none waits for another in a circle, and read in one go.
	// What fn writes may be written as late as with the commit, so that its errors show there.
	// tells is false where it left nothing to be told and no card to be brought up to date.
	InTxAhead(ctx context.Context, ahead Ahead, fn func(Tx) error) (tells bool, err error)
	Reader
}

// Ahead is what a group of commands is going to ask for.
type Ahead struct {
	Keys       []string        // of the commands
	Actor      StaffID         // whose they are; 0 for nobody's
	Customers  []CustomerID    // that they are about
	Phones     []persian.Phone // one for each inquiry
	SourceKeys [][]byte        // hashes
}

// Tx is what a command does inside its transaction. Lock… methods hold what they
// return until the transaction ends.
type Tx interface {
	// Once claims an idempotency key. done is true when a command with this key
	// was carried out before; out is its outcome then. A concurrent command with
	// the same key waits for the first.
	Once(ctx context.Context, key string) (out json.RawMessage, done bool, err error)
	// Settle records the outcome of the key claimed by Once.
	Settle(ctx context.Context, key string, actor StaffID, at time.Time, out json.RawMessage) error

	Directory(ctx context.Context) (Directory, error) // shared: not to be changed
	// SourceByKey is Reader's.
	SourceByKey(ctx context.Context, keyHash []byte, now time.Time) (Source, error)
	LockStaff(ctx context.Context, id StaffID) (Staff, error)
	StaffByTelegram(ctx context.Context, telegramID int64) (Staff, error)
	InsertStaff(ctx context.Context, s Staff) (StaffID, error)
	SaveStaff(ctx context.Context, s Staff) error
	// DropWork forgets what somebody has begun and not finished: forms, and a draft of
	// the configuration.
	DropWork(ctx context.Context, id StaffID) error
	InsertInvite(ctx context.Context, hash []byte, inv Invite, at time.Time) (InviteID, error)
	// UseInvite settles an invite that is open at at, and whose maker is the program or
	// still manages; KeyBadInvite otherwise.
	UseInvite(ctx context.Context, hash []byte, telegramID int64, at time.Time) (Invite, error)
	// SaveInviteLife has an invite that is open at at expire at until; KeyInviteOver
	// otherwise. It and RevokeInvite leave the links of owners alone.
	SaveInviteLife(ctx context.Context, hash []byte, until, at time.Time) (Invite, error)
	// RevokeInvite ends an invite that is open at at; KeyInviteOver otherwise.
	RevokeInvite(ctx context.Context, id InviteID, at time.Time) error
	// RevokeInvitesOf ends the open invites that somebody made.
	RevokeInvitesOf(ctx context.Context, by StaffID, at time.Time) error
	ConfigReader
	ConfigTx
	ProposalTx

	// LockCustomer returns a customer with phones and open reminders.
	LockCustomer(ctx context.Context, id CustomerID) (Customer, error)
	// LockHeldBy returns the IDs of the customers in somebody's cartable, ascending.
	LockHeldBy(ctx context.Context, id StaffID) ([]CustomerID, error)
	// LockPhone serialises everything that is about one number, known or not, and
	// returns the customer that has it; 0 for none.
	LockPhone(ctx context.Context, p persian.Phone) (CustomerID, error)
	// LockNextLead picks the oldest customer who waits to be taken, skipping
	// those that other transactions hold; 0 for none.
	LockNextLead(ctx context.Context) (CustomerID, error)
	InsertCustomer(ctx context.Context, c Customer) (CustomerID, error)
	// SaveCustomer writes the state, the phones, Due and the search text. The numbers
	// of somebody who was erased are free.
	SaveCustomer(ctx context.Context, c Customer) error
	InsertInquiry(ctx context.Context, i Inquiry) (InquiryID, error)
	AppendEvent(ctx context.Context, e Event) (EventID, error)
	LockEvent(ctx context.Context, id EventID) (Event, error)
	// EventsOf returns the events of one command, ascending.
	EventsOf(ctx context.Context, key string) ([]Event, error)
	LastEvent(ctx context.Context, id CustomerID) (EventID, error)
	// EventsAbout returns the whole timeline of a customer, ascending.
	EventsAbout(ctx context.Context, id CustomerID) ([]Event, error)
	// BlankEvents writes the deltas and details of events anew, and takes away their
	// keys, which may be a caller's own words.
	BlankEvents(ctx context.Context, es []Event) error
	// EraseTraces blanks what the customer's inquiries and reminders say, cancels what
	// is not told of them yet, and has what was told edited.
	EraseTraces(ctx context.Context, id CustomerID) error
	// LockHiddenWith returns the customers whose creation was undone and who came by
	// one of the numbers, ascending.
	LockHiddenWith(ctx context.Context, ps []PhoneNumber) ([]CustomerID, error)

	InsertReminder(ctx context.Context, c CustomerID, r Reminder, at time.Time) (ReminderID, error)
	// ApplyReminders writes what a delta says of reminders: closed ones closed,
	// opened ones open (again), moved ones at their new time and unrung. Where
	// somebody else becomes the holder, those that have rung and are open ring anew.
	ApplyReminders(ctx context.Context, c CustomerID, d Delta, at time.Time) error
	// ReminderOf finds the customer of a reminder, open or not.
	ReminderOf(ctx context.Context, id ReminderID) (CustomerID, error)
	// Reacted notes that somebody reacted to the ring of a reminder.
	Reacted(ctx context.Context, id ReminderID, at time.Time) error
	// DueRings returns up to limit reminders that should ring, be repeated or be
	// told to managers at now, locked, skipping those that others have. A step waits
	// until RepeatAfter or EscalateAfter has passed since the ring before it arrived.
	DueRings(ctx context.Context, now time.Time, limit int) ([]Ring, error)
	// SaveRings notes that reminders have rung, been repeated or been told of, as their
	// Rings say, and when the next step of each is due.
	SaveRings(ctx context.Context, rs []Ring, at time.Time) error

	Notify(ctx context.Context, ns []Notification) error
	// StuckArrivals returns up to limit notifications (ID, kind, recipient, customer and
	// event) of inquiries, routed and untaken leads that are for somebody whom messages do
	// not reach, by customer.
	StuckArrivals(ctx context.Context, limit int) ([]Notification, error)
	// ToldOf returns who was told, or is to be, of an event by a kind of notification.
	ToldOf(ctx context.Context, e EventID, kind NotificationKind) ([]StaffID, error)
	// OfferOnItsWay says whether an offer of a lead, of the given ring, has reached nobody
	// yet and still is to reach somebody.
	OfferOnItsWay(ctx context.Context, e EventID, ring int) (bool, error)
	// CancelNotification cancels one that is neither sent nor in hand; false where it
	// is either by now.
	CancelNotification(ctx context.Context, id NotificationID) (bool, error)
	// CancelNotificationsTo cancels what of a kind is still to be told to somebody and
	// not in hand; of every kind for "", but for inquiries, which are passed on.
	CancelNotificationsTo(ctx context.Context, to StaffID, kind NotificationKind) error
	// WithdrawNotifications cancels those of an event that are not sent, and has
	// the sent ones edited to "withdrawn".
	WithdrawNotifications(ctx context.Context, e EventID) error
	// RefreshCards has the pushed cards of the customer edited that show an older state:
	// those sent after since to readers whom messages reach, and those whose sending is
	// under way. What is final is left, unless something was undone.
	RefreshCards(ctx context.Context, c CustomerID, since time.Time, undone bool) error
	// RefreshCardsOf has those of one reader edited that were left while nothing
	// reached them.
	RefreshCardsOf(ctx context.Context, reader StaffID, since time.Time) error

	// LockRoute returns how far the announcing of a customer has come; ok is false
	// where they were never routed. The customer is locked.
	LockRoute(ctx context.Context, id CustomerID) (r Route, ok bool, err error)
	// SaveRoute writes the one route of a customer, who is locked.
	SaveRoute(ctx context.Context, r Route) error
	// WakeRoute has a customer's route looked at at at, where there is one.
	WakeRoute(ctx context.Context, id CustomerID, at time.Time) error
	// RunningRoutes returns the routes that are offered and under way, by customer, and
	// holds them.
	RunningRoutes(ctx context.Context) ([]Route, error)
	// SaveWorked writes Since and Worked of routes.
	SaveWorked(ctx context.Context, rs []Route) error
	// WakeRoutes has every route looked at at at that would be later; with ended also
	// those with nothing left to do, where the customer waits and it was not told.
	WakeRoutes(ctx context.Context, at time.Time, ended bool) error
	// LockTurns holds the turn of everybody until the transaction ends, and returns
	// how it stands with these people on a day, in the order given.
	LockTurns(ctx context.Context, among []Staff, day persian.Civil) ([]Turn, error)
	// CountTurn adds n to what routing brought somebody on a day.
	CountTurn(ctx context.Context, id StaffID, day persian.Civil, n int, at time.Time) error

	InsertBatch(ctx context.Context, b Batch, customers []CustomerID) (BatchID, error)
	// EmptyBatch takes everybody out of the batch that a command made, if it made one.
	EmptyBatch(ctx context.Context, key string) error
	// LockBatch returns the customers of a batch who wait to be taken, ascending.
	LockBatch(ctx context.Context, id BatchID) ([]CustomerID, error)

	GroupTx
	RoutineTx
	RetentionTx
}

// Ring is a reminder at the step where something is to be told.
type Ring struct {
	Reminder Reminder
	Customer CustomerID
	Holder   StaffID
	Event    EventID   // of the reminder's setting; 0 when unknown
	Rings    int       // rings so far
	RungAt   time.Time // of the last one
}

// Reader is what screens ask of a database, without a lock.
type Reader interface {
	Directory(ctx context.Context) (Directory, error) // shared: not to be changed
	StaffByTelegramID(ctx context.Context, telegramID int64) (Staff, error)
	Customer(ctx context.Context, id CustomerID) (Customer, error)
	// CustomerWithEvents is Customer and the newest events, which may be of a moment later.
	CustomerWithEvents(ctx context.Context, id CustomerID, limit int) (Customer, []Event, error)
	// CustomerByPhone finds the customer of a number, even one who is hidden.
	CustomerByPhone(ctx context.Context, p persian.Phone) (Customer, error)
	// Events returns a page of the timeline, newest first, before the given
	// event (0: from the newest).
	Events(ctx context.Context, id CustomerID, before EventID, limit int) ([]Event, error)
	Event(ctx context.Context, id EventID) (Event, error)
	Inquiry(ctx context.Context, id InquiryID) (Inquiry, error)
	List(ctx context.Context, f Filter, after Cursor, limit int) ([]Customer, error)
	// Inbox returns a page of a cartable, and the sizes of all its sections.
	Inbox(ctx context.Context, holder StaffID, day Day, after InboxCursor, limit int) ([]InboxEntry, Counts, error)
	SourceBySlug(ctx context.Context, slug string) (Source, error)
	// SourceByKey finds the source of a key that works at now.
	SourceByKey(ctx context.Context, keyHash []byte, now time.Time) (Source, error)
	// SourceKeys returns the keys of a source that work at now, the newest first.
	SourceKeys(ctx context.Context, id SourceID, now time.Time) ([]SourceKey, error)
	// InquiriesBySource counts what came since an instant.
	InquiriesBySource(ctx context.Context, since time.Time) (map[SourceID]int, error)
	// OpenInvite and OpenInvites read what can be opened at now, without the links of
	// owners; KeyInviteOver where there is none of this hash.
	OpenInvite(ctx context.Context, hash []byte, now time.Time) (Invite, error)
	OpenInvites(ctx context.Context, now time.Time, limit int) ([]Invite, error)
	BatchWaiting(ctx context.Context, id BatchID) (int, error)
	HeldCount(ctx context.Context, id StaffID) (int, error)
	// Workloads counts what everybody holds and what routing brought them on a day.
	Workloads(ctx context.Context, day persian.Civil) (map[StaffID]Workload, error)
	WaitingLeads(ctx context.Context) (int, error)
	// HiddenWith says whether LockHiddenWith would find somebody of this number.
	HiddenWith(ctx context.Context, p persian.Phone) (bool, error)
	ConfigReader
	ProposalReader
	DigestReader
	RetentionReader
	// DueRoutes returns up to limit customers whose route is to be looked at, the
	// longest due first.
	DueRoutes(ctx context.Context, now time.Time, limit int) ([]CustomerID, error)
}

// Filter narrows the list of all customers; zero parts do not narrow.
type Filter struct {
	Text     string // part of a name, number, city or e-mail, as typed
	Status   StatusID
	NoStatus bool // who has no status yet
	Source   SourceID
	Holder   StaffID
	Pool     bool      // who is in nobody's cartable
	Since    time.Time // the latest inquiry, inclusive
	Until    time.Time // exclusive
	Visible  StaffID   // only what this agent may see: held or created by them, or waiting; 0 for everything
}

// Cursor is the place after which a page of the list starts: newest latest
// inquiry first, then highest ID. The zero Cursor is the first page.
type Cursor struct {
	At time.Time
	ID CustomerID
}

// Day is the business's present day, for the sections of a cartable.
type Day struct {
	Now  time.Time
	Ends time.Time // the first instant of tomorrow
}

// Section is a part of a cartable, in the order in which it is shown.
type Section int

// The sections.
const (
	Overdue Section = iota // due before now
	Today                  // due later today
	Fresh                  // no status yet, nothing due
	Rest
)

// InboxEntry is a line of a cartable.
type InboxEntry struct {
	Customer Customer // without timeline; reminders and phones included
	Section  Section
	Due      time.Time // zero for none
	Order    int64     // its place in its section: see InboxCursor
}

// InboxCursor is the place after which a page of a cartable starts. The zero
// value is the first page.
type InboxCursor struct {
	Section Section
	Order   int64 // the entry's place in its section, as the store orders it
	ID      CustomerID
}

// Counts are the sizes of a cartable's sections.
type Counts struct{ Overdue, Today, Fresh, Rest int }

// Total is the size of the cartable.
func (c Counts) Total() int { return c.Overdue + c.Today + c.Fresh + c.Rest }
