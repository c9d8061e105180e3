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
	// so fn must not have effects outside Tx.
	InTx(ctx context.Context, fn func(Tx) error) error
	Reader
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

	Directory(ctx context.Context) (Directory, error)
	LockStaff(ctx context.Context, id StaffID) (Staff, error)
	StaffByTelegram(ctx context.Context, telegramID int64) (Staff, error)
	InsertStaff(ctx context.Context, s Staff) (StaffID, error)
	SaveStaff(ctx context.Context, s Staff) error
	InsertInvite(ctx context.Context, hash []byte, inv Invite, at time.Time) error
	// UseInvite settles an invite that is unused and not expired at at; NotFound otherwise.
	UseInvite(ctx context.Context, hash []byte, telegramID int64, at time.Time) (Invite, error)
	SaveSettings(ctx context.Context, s Settings) error
	InsertSource(ctx context.Context, s Source, keyHash []byte, at time.Time) (SourceID, error)

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
	// SaveCustomer writes the state, the phones, Due and the search text.
	SaveCustomer(ctx context.Context, c Customer) error
	InsertInquiry(ctx context.Context, i Inquiry) (InquiryID, error)
	AppendEvent(ctx context.Context, e Event) (EventID, error)
	LockEvent(ctx context.Context, id EventID) (Event, error)
	// EventsOf returns the events of one command, ascending.
	EventsOf(ctx context.Context, key string) ([]Event, error)
	LastEvent(ctx context.Context, id CustomerID) (EventID, error)

	InsertReminder(ctx context.Context, c CustomerID, r Reminder, at time.Time) (ReminderID, error)
	// ApplyReminders writes what a delta says of reminders: closed ones closed,
	// opened ones open (again), moved ones at their new time and unrung.
	ApplyReminders(ctx context.Context, c CustomerID, d Delta, at time.Time) error
	// ReminderOf finds the customer of a reminder, open or not.
	ReminderOf(ctx context.Context, id ReminderID) (CustomerID, error)
	// Reacted notes that somebody reacted to the ring of a reminder.
	Reacted(ctx context.Context, id ReminderID, at time.Time) error
	// DueRings returns up to limit reminders that should ring, be repeated or be
	// told to managers at now, locked, skipping those that others have.
	DueRings(ctx context.Context, now time.Time, limit int) ([]Ring, error)
	SaveRing(ctx context.Context, r Ring, at time.Time) error

	Notify(ctx context.Context, ns []Notification) error
	// WithdrawNotifications cancels those of an event that are not sent, and has
	// the sent ones edited to "withdrawn".
	WithdrawNotifications(ctx context.Context, e EventID) error
	// RefreshCards has every pushed card of the customer edited that shows an
	// older state, also those whose sending is under way.
	RefreshCards(ctx context.Context, c CustomerID) error

	InsertBatch(ctx context.Context, by StaffID, customers []CustomerID, at time.Time) (BatchID, error)
	// LockBatch returns the customers of a batch that nobody holds, ascending.
	LockBatch(ctx context.Context, id BatchID) ([]CustomerID, error)

	GroupTx
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
	Directory(ctx context.Context) (Directory, error)
	StaffByTelegramID(ctx context.Context, telegramID int64) (Staff, error)
	Customer(ctx context.Context, id CustomerID) (Customer, error)
	CustomerByPhone(ctx context.Context, p persian.Phone) (CustomerID, error)
	// Events returns a page of the timeline, newest first, before the given
	// event (0: from the newest).
	Events(ctx context.Context, id CustomerID, before EventID, limit int) ([]Event, error)
	Event(ctx context.Context, id EventID) (Event, error)
	Inquiry(ctx context.Context, id InquiryID) (Inquiry, error)
	List(ctx context.Context, f Filter, after Cursor, limit int) ([]Customer, error)
	Inbox(ctx context.Context, holder StaffID, day Day, after InboxCursor, limit int) ([]InboxEntry, error)
	InboxCounts(ctx context.Context, holder StaffID, day Day) (Counts, error)
	SourceBySlug(ctx context.Context, slug string) (Source, error)
	SourceByKey(ctx context.Context, keyHash []byte) (Source, error)
	BatchWaiting(ctx context.Context, id BatchID) (int, error)
	HeldCount(ctx context.Context, id StaffID) (int, error)
	WaitingLeads(ctx context.Context) (int, error)
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
	Visible  StaffID   // only what this agent may see: held or created by them; 0 for everything
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
