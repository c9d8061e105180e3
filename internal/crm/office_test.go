package crm_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cartable/internal/crm"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5"
)

// The properties that need a database are slow: fewer cases, unless the command
// line says otherwise.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "40"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

const allEvents = 10_000

// timeline returns a customer's events, oldest first.
func (o *office) timeline(id crm.CustomerID) []crm.Event {
	o.t.Helper()
	es, err := o.store.Events(context.WithoutCancel(o.t.Context()), id, 0, allEvents)
	if err != nil {
		o.t.Fatal(err)
	}
	slices.Reverse(es)
	return es
}

func (o *office) last(id crm.CustomerID) crm.Event {
	o.t.Helper()
	es := o.timeline(id)
	return es[len(es)-1]
}

// replayed says how the timeline of a customer differs from its state; "" where it does not.
func (o *office) replayed(id crm.CustomerID) string {
	o.t.Helper()
	c, err := o.store.Customer(context.WithoutCancel(o.t.Context()), id)
	if err != nil {
		o.t.Fatal(err)
	}
	es := o.timeline(id)
	r := crm.Replay(es)
	if d := crm.Diff(r, c); !d.Empty() {
		return fmt.Sprintf("customer %d: replay differs from state: %+v", id, d)
	}
	// Diff is what the timelines are made of: what it overlooks, it would overlook here too.
	if d := cmp.Diff(recorded(r), recorded(c), cmpopts.EquateEmpty()); d != "" {
		return fmt.Sprintf("customer %d: replay differs from state:\n%s", id, d)
	}
	if r.Version != c.Version || r.ID != c.ID {
		return fmt.Sprintf("customer %d: replays to version %d, has %d", id, r.Version, c.Version)
	}
	return ""
}

// recorded is a customer without what no event changes.
func recorded(c crm.Customer) crm.Customer {
	return crm.Customer{
		Hidden: c.Hidden, Holder: c.Holder, HandedBy: c.HandedBy, Attempts: c.Attempts, LastInquiryAt: c.LastInquiryAt,
		ErasedAt: c.ErasedAt, Name: c.Name, City: c.City, Email: c.Email, Phones: c.Phones, Values: c.Values,
		Status: c.Status, Reminders: c.Reminders,
	}
}

func (o *office) mustReplay() {
	o.t.Helper()
	for _, id := range column[crm.CustomerID](o, `SELECT id FROM customers ORDER BY id`) {
		if s := o.replayed(id); s != "" {
			o.t.Error(s)
		}
	}
}

func column[T any](o *office, sql string, args ...any) []T {
	o.t.Helper()
	rows, err := o.pool.Query(context.WithoutCancel(o.t.Context()), sql, args...)
	if err != nil {
		o.t.Fatal(err)
	}
	vs, err := pgx.CollectRows(rows, pgx.RowTo[T])
	if err != nil {
		o.t.Fatal(err)
	}
	return vs
}

func (o *office) exec(sql string, args ...any) {
	o.t.Helper()
	if _, err := o.pool.Exec(o.t.Context(), sql, args...); err != nil {
		o.t.Fatal(err)
	}
}

// told returns the notifications since the last call, "kind>who", sorted. The
// owner is 100, agents are 101 and up: the numbers of their Telegram accounts; groups
// are below zero.
func (o *office) told() []string {
	o.t.Helper()
	out := column[string](o, `SELECT n.kind || '>' || r.chat_id FROM notifications n JOIN readers r ON r.reader = n.reader
		WHERE n.id > $1 ORDER BY 1`, o.seen)
	o.seen = column[int64](o, `SELECT coalesce(max(id), 0) FROM notifications`)[0]
	return out
}

// wantTold compares the notifications since the last call.
func (o *office) wantTold(t testing.TB, want ...string) {
	t.Helper()
	slices.Sort(want)
	if got := o.told(); !slices.Equal(got, want) {
		t.Errorf("told %v, want %v", got, want)
	}
}

// written are the tables that commands write.
var written = []string{"customers", "phones", "inquiries", "events", "reminders", "notifications",
	"commands", "batches", "batch_customers", "staff", "settings", "invites", "sources", "source_keys",
	"statuses", "fields", "config_versions", "config_drafts", "routes", "turns", "proposals", "groups"}

// everything is all rows of what commands write, as text.
func (o *office) everything() string {
	o.t.Helper()
	var each []string
	for _, table := range written {
		each = append(each, `SELECT '`+table+` ' || x::text FROM `+table+` x`)
	}
	return strings.Join(column[string](o, strings.Join(each, " UNION ALL ")+` ORDER BY 1`), "\n")
}

// refused expects that do fails with an error for people and changes nothing.
func (o *office) refused(t testing.TB, code crm.Code, key string, do func() error) *crm.Error {
	t.Helper()
	before := o.everything()
	err := do()
	var e *crm.Error
	if !errors.As(err, &e) || e.Code != code || e.Key != key {
		t.Fatalf("got %v, want %s: %s", err, code, key)
	}
	if d := cmp.Diff(before, o.everything()); d != "" {
		t.Fatalf("a refused command changed something:\n%s", d)
	}
	return e
}

// held is a new lead in somebody's cartable.
func (o *office) held(phone string, by crm.Staff) crm.CustomerID {
	o.t.Helper()
	id := o.lead(phone, "مریم احمدی")
	if _, err := o.Take(o.t.Context(), o.by(by), id); err != nil {
		o.t.Fatal(err)
	}
	o.told()
	return id
}

// phone is the n-th number of the tests.
func phone(n int) string { return fmt.Sprintf("0912%07d", n) }

func (o *office) in(d time.Duration) *time.Time {
	at := o.clock.Now().Add(d)
	return &at
}

// answers fills every field of a status that is asked; meetings are on the given
// date at 10:30 Tehran time.
func answers(s crm.Status, date string) crm.Values {
	v := crm.Values{}
	for _, f := range s.Fields {
		switch f.Type {
		case crm.Date:
			v[f.ID] = crm.Value(date)
		case crm.Time:
			v[f.ID] = "10:30"
		case crm.Text:
			v[f.ID] = "پاسخ"
		}
	}
	return v
}

// field is a field of a status, by its key.
func field(t testing.TB, s crm.Status, key string) crm.Field {
	t.Helper()
	i := slices.IndexFunc(s.Fields, func(f crm.Field) bool { return f.Key == key })
	if i < 0 {
		t.Fatalf("no field %q", key)
	}
	return s.Fields[i]
}

// followUp gives a customer the status "Awaiting follow-up".
func (o *office) followUp(by crm.Staff, id crm.CustomerID, remind time.Duration) crm.Outcome {
	o.t.Helper()
	out, err := o.SetStatus(o.t.Context(), o.by(by), crm.StatusChange{Customer: id,
		Status: o.status("Awaiting follow-up").ID, Remind: o.in(remind), Reason: "تماس دوباره"})
	if err != nil {
		o.t.Fatal(err)
	}
	return out
}

// meet gives a customer a meeting that next holds.
func (o *office) meet(by crm.Staff, id crm.CustomerID, date string, next crm.Staff) (crm.Outcome, error) {
	o.t.Helper()
	s := o.status("In-person meeting")
	return o.SetStatus(o.t.Context(), o.by(by), crm.StatusChange{Customer: id, Status: s.ID,
		Answers: answers(s, date), Next: next.ID, Remind: o.in(time.Hour)})
}

// ring settles everything that is due and returns how many rings there were.
func (o *office) ring() int {
	o.t.Helper()
	total := 0
	for {
		n, _, err := o.RingDue(o.t.Context(), 3)
		if err != nil {
			o.t.Fatal(err)
		}
		if total += n; n == 0 {
			return total
		}
	}
}

// deliver has everything that waits arrive, as the outbox does.
func (o *office) deliver() {
	o.t.Helper()
	o.exec(`UPDATE notifications SET state = 'sent', sent_at = $1 WHERE state = 'pending'`, o.clock.Now())
}

// together runs do n times at once and returns the errors.
func together(n int, do func(i int) error) []error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = do(i) })
	}
	wg.Wait()
	return errs
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
