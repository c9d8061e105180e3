package crm

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Clock tells the time.
type Clock interface{ Now() time.Time }

// Service carries out the commands and answers the questions of the domain. It
// is safe for concurrent use.
type Service struct {
	store Store
	clock Clock
	wake  func() // after a commit that may have something to be told; never nil
}

// NewService returns a service on a store. wake is called after each commit that
// may have left something to be told, so that delivery need not wait for its poll; nil for none.
func NewService(store Store, clock Clock, wake func()) *Service {
	if wake == nil {
		wake = func() {}
	}
	return &Service{store: store, clock: clock, wake: wake}
}

// Command is who acts, and what makes a repetition harmless: the draft's ID for
// a form, the callback query's ID for a tap, chat and message for typed text,
// the caller's key over HTTP. Actor 0 is the program itself.
type Command struct {
	Actor StaffID
	Key   string
}

// Outcome is what a command did. The same command again returns the same.
type Outcome struct {
	Event    EventID    `json:"event,omitempty"` // what Undo takes; 0 when nothing can be undone
	Customer CustomerID `json:"customer,omitempty"`
	Version  int64      `json:"version,omitempty"` // of the customer, after it
	Attempt  int        `json:"attempt,omitempty"` // NoAnswer: how many so far
	Next     *time.Time `json:"next,omitempty"`    // when the next try, the reminder is due
	Repeated bool       `json:"-"`                 // the command was carried out before
	Wrote    *Card      `json:"-"`                 // the customer after it, as the actor may see them, and its event; nil where both have to be read
}

// UndoFor is how long a command can be undone.
const UndoFor = 60 * time.Second

// now is to the microsecond, which is what the database keeps, so that a timeline
// replays to exactly what is stored.
func (s *Service) now() time.Time { return s.clock.Now().UTC().Truncate(time.Microsecond) }

// work is the inside of one command: its transaction, its actor and the time.
type work struct {
	Tx
	actor Staff
	dir   Directory
	now   time.Time
	key   string
	made  CustomerID // a customer who is just being stored: nobody has a card of them
}

// run carries out fn once per key and returns its outcome. fn's actor is active.
func run[T any](ctx context.Context, s *Service, cmd Command, fn func(w *work) (T, error)) (out T, repeated bool, err error) {
	inTx := func(ctx context.Context, fn func(Tx) error) (tells bool, err error) {
		return true, s.store.InTx(ctx, fn)
	}
	return runIn(ctx, s, inTx, cmd, fn)
}

// runOn is run for what is about one customer, whom fn locks.
func runOn[T any](ctx context.Context, s *Service, cmd Command, id CustomerID, fn func(w *work) (T, error)) (out T, repeated bool, err error) {
	inTx := func(ctx context.Context, fn func(Tx) error) (tells bool, err error) {
		return s.store.InTxAhead(ctx, Ahead{Keys: []string{cmd.Key}, Actor: cmd.Actor, Customers: []CustomerID{id}}, fn)
	}
	return runIn(ctx, s, inTx, cmd, fn)
}

func runIn[T any](ctx context.Context, s *Service, inTx func(context.Context, func(Tx) error) (tells bool, err error), cmd Command,
	fn func(w *work) (T, error)) (out T, repeated bool, err error) {
	if cmd.Key == "" {
		return out, false, errNoKey
	}
	var tried []byte
	tells, err := inTx(ctx, func(tx Tx) (err error) {
		out, repeated, err = once(ctx, tx, cmd, s.now(), &tried, fn)
		return err
	})
	if err != nil {
		var zero T
		return zero, false, err
	}
	if tells {
		s.wake()
	}
	return out, repeated, nil
}

var errNoKey = errors.New("command without an idempotency key")

// once carries out fn, or returns what the command with this key did before. repeated says
// that an earlier call did it; not an earlier try of this call, whose commit was not answered:
// tried is the outcome of this call's last try, and is written.
func once[T any](ctx context.Context, tx Tx, cmd Command, now time.Time, tried *[]byte, fn func(w *work) (T, error)) (out T, repeated bool, err error) {
	var zero T
	stored, done, err := tx.Once(ctx, cmd.Key)
	if err != nil {
		return zero, false, err
	}
	if done {
		if err := json.Unmarshal(stored, &out); err != nil {
			return zero, false, fmt.Errorf("read outcome: %w", err)
		}
		found, err := json.Marshal(out) // as this program writes it, whatever the store made of it
		return out, !bytes.Equal(found, *tried), err
	}
	w := &work{Tx: tx, now: now, key: cmd.Key}
	if w.dir, err = tx.Directory(ctx); err != nil {
		return zero, false, err
	}
	if cmd.Actor != 0 {
		// The role as it is now, whatever keyboard the tap came from.
		if w.actor, err = tx.LockStaff(ctx, cmd.Actor); err != nil {
			return zero, false, err
		}
		if !w.actor.Active() {
			return zero, false, fail(Forbidden, KeyNotActive)
		}
	}
	if out, err = fn(w); err != nil {
		return zero, false, err
	}
	if *tried, err = json.Marshal(out); err != nil {
		return zero, false, fmt.Errorf("encode outcome: %w", err)
	}
	return out, false, tx.Settle(ctx, cmd.Key, cmd.Actor, w.now, *tried)
}

// change is the common course of the commands on one customer: lock, check,
// alter a copy, record the difference as one event.
type change struct {
	kind    EventKind
	version int64                       // the version the actor saw; 0 when it does not matter
	right   func(*work, Customer) error // nil: any active member who sees the customer
	alter   func(w *work, c *Customer, e *Event) error
	tell    func(w *work, before, after Customer, e Event) []Notification
}

func (s *Service) change(ctx context.Context, cmd Command, id CustomerID, ch change) (Outcome, error) {
	out, repeated, err := runOn(ctx, s, cmd, id, func(w *work) (Outcome, error) {
		before, err := w.lockVisible(ctx, id)
		if err != nil {
			return Outcome{}, err
		}
		return w.apply(ctx, before, ch)
	})
	out.Repeated = repeated
	return out, err
}

// apply checks and carries out ch on a locked customer.
func (w *work) apply(ctx context.Context, before Customer, ch change) (Outcome, error) {
	if ch.right != nil {
		if err := ch.right(w, before); err != nil {
			return Outcome{}, err
		}
	}
	if ch.version != 0 && ch.version != before.Version {
		return Outcome{}, &Error{Code: Conflict, Key: KeyChanged, Customer: before.ID, Staff: before.Holder}
	}
	after := before.clone()
	e := Event{Customer: before.ID, Kind: ch.kind, Actor: w.actor.ID, At: w.now, Key: w.key}
	if err := ch.alter(w, &after, &e); err != nil {
		return Outcome{}, err
	}
	e, after, err := w.record(ctx, before, after, e)
	if err != nil {
		return Outcome{}, err
	}
	if ch.tell != nil {
		if err := w.notify(ctx, e, ch.tell(w, before, after, e)); err != nil {
			return Outcome{}, err
		}
	}
	wrote := &Card{Customer: after, Events: []Event{e}}
	if visible(w.actor, w.dir.Settings, after) != nil {
		wrote.Customer = Customer{}
	}
	return Outcome{Event: e.ID, Customer: after.ID, Version: after.Version, Attempt: e.Detail.Attempt, Next: e.Detail.Next, Wrote: wrote}, nil
}

// record writes the new state and the event that tells of it. It opens the
// reminders of after that have no ID yet.
func (w *work) record(ctx context.Context, before, after Customer, e Event) (Event, Customer, error) {
	for i, r := range after.Reminders {
		if r.ID != 0 {
			continue
		}
		id, err := w.InsertReminder(ctx, after.ID, r, w.now)
		if err != nil {
			return e, after, err
		}
		after.Reminders[i].ID = id
		if e.Detail.Reminder == 0 {
			e.Detail.Reminder = id
		}
	}
	sortReminders(after.Reminders)
	e.Delta = Diff(before, after)
	if e.Delta.Bumps() {
		after.Version++
	}
	if e.Delta.Holder != nil {
		after.HeldSince = w.now
		if after.Holder == 0 {
			after.HeldSince = time.Time{}
		}
	}
	e.Version = after.Version
	if err := w.ApplyReminders(ctx, after.ID, e.Delta, w.now); err != nil {
		return e, after, err
	}
	if !e.Delta.Empty() {
		if err := w.SaveCustomer(ctx, after); err != nil {
			return e, after, err
		}
	}
	id, err := w.AppendEvent(ctx, e)
	if err != nil {
		return e, after, err
	}
	e.ID = id
	if e.Delta.Shows() && after.ID != w.made {
		if err := w.RefreshCards(ctx, after.ID, w.now.Add(-CardLife), e.Kind == EventUndone); err != nil {
			return e, after, err
		}
	}
	return e, after, nil
}

// notify records who is to be told of e. Nobody is told of their own doing, and
// nobody twice; a group is told whoever did it.
func (w *work) notify(ctx context.Context, e Event, ns []Notification) error {
	told := map[StaffID]bool{}
	out := ns[:0]
	for _, n := range ns {
		if n.Group == 0 {
			to, ok := w.dir.Staff[n.To]
			if !ok || !to.Active() || told[n.To] || (n.To == e.Actor && e.Actor != 0) {
				continue
			}
			told[n.To] = true
		}
		n.Customer, n.Event, n.CreatedAt = e.Customer, e.ID, w.now
		out = append(out, n)
	}
	if len(out) == 0 {
		return nil
	}
	return w.Notify(ctx, out)
}

// lockVisible locks a customer that the actor may see.
func (w *work) lockVisible(ctx context.Context, id CustomerID) (Customer, error) {
	c, err := w.LockCustomer(ctx, id)
	if err != nil {
		return Customer{}, err
	}
	if w.actor.ID == 0 && c.ErasedAt.IsZero() {
		return c, nil
	}
	return c, visible(w.actor, w.dir.Settings, c)
}

// zone is the business's.
func (w *work) zone() *time.Location { return w.dir.Settings.Location() }

// reachableManagers are those whom messages reach.
func (w *work) reachableManagers() []Staff {
	return slices.DeleteFunc(w.managers(), func(s Staff) bool { return !s.Reached() })
}

// managers are the active ones.
func (w *work) managers() []Staff {
	var out []Staff
	for _, s := range w.dir.ActiveStaff() {
		if s.Manages() {
			out = append(out, s)
		}
	}
	return out
}
