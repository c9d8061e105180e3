package postgres_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"cartable/bot"
	"cartable/internal/crm"
	"cartable/internal/pgtest"
)

// A command on a customer who was foreseen takes one round trip, and comes to the same.
func TestSeenCommandIsOneTrip(t *testing.T) {
	b := newBase(t)
	b.fill(t, 20)
	b.directory(t)
	handler := b.foresee(t, bot.Foreseen{Card: 3})
	c, err := b.Customer(t.Context(), 3)
	if err != nil {
		t.Fatal(err)
	}
	b.rec.Take()
	out, err := b.crm.Edit(handler(), crm.Command{Actor: 4, Key: "k"}, c.ID, crm.Patch{City: text("Yazd")})
	if err != nil || out.Repeated || out.Event == 0 {
		t.Fatalf("%+v, %v", out, err)
	}
	sent := b.rec.Take()
	if slices.ContainsFunc(sent, func(s pgtest.Statement) bool { return strings.Contains(s.SQL, "c.field_values") }) || begun(sent) != 1 {
		t.Errorf("begun %d times, or the customer was read: %v", begun(sent), sent)
	}
	after, es, err := b.CustomerWithEvents(t.Context(), c.ID, 1)
	if err != nil || after.City != "Yazd" || len(es) != 1 || es[0].ID != out.Event || es[0].Actor != 4 {
		t.Errorf("%+v, %+v, %v", after, es, err)
	}
	if d := cmp.Diff(out.Wrote.Customer, after, cmpopts.EquateEmpty()); d != "" {
		t.Error(d)
	}
	// The same again, by whoever has the customer foreseen as they are now.
	again, err := b.crm.Edit(b.foresee(t, bot.Foreseen{Card: 3})(), crm.Command{Actor: 4, Key: "k"}, c.ID, crm.Patch{City: text("Qom")})
	if err != nil || !again.Repeated || again.Event != out.Event {
		t.Errorf("%+v, %v", again, err)
	}
}

func text(s string) *string { return &s }

// begun says how many transactions were begun since the last time.
func (b base) begun() int { return begun(b.rec.Take()) }

func begun(sent []pgtest.Statement) (n int) {
	for _, s := range sent {
		n += strings.Count(s.SQL, "BEGIN")
	}
	return n
}

// What asks for more than was foreseen is carried out as if nothing had been.
func TestSeenAsksForMore(t *testing.T) {
	b := newBase(t)
	b.fill(t, 20)
	b.directory(t)
	handler := b.foresee(t, bot.Foreseen{Card: 3})
	b.rec.Take()
	if _, err := b.crm.HandOver(handler(), crm.Command{Actor: 4, Key: "k"}, 3, 0, 2, "Yours"); err != nil {
		t.Fatal(err)
	}
	if n := b.begun(); n != 1 {
		t.Errorf("begun %d times, want once", n)
	}
	if c, err := b.Customer(t.Context(), 3); err != nil || c.Holder != 2 {
		t.Errorf("%+v, %v", c, err)
	}
}

// Who is being removed while they save does not save.
func TestSeenByWhoIsRemoved(t *testing.T) {
	b := newBase(t)
	b.fill(t, 20)
	b.directory(t)
	ctx := b.foresee(t, bot.Foreseen{Card: 3})()
	removal, err := b.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := removal.Exec(t.Context(), `UPDATE staff SET state = 'removed' WHERE id = 4`); err != nil {
		t.Fatal(err)
	}
	saved := make(chan error)
	go func() {
		_, err := b.crm.Edit(ctx, crm.Command{Actor: 4, Key: "k"}, 3, crm.Patch{Name: text("Sara")})
		saved <- err
	}()
	for count(t, b, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) == 0 {
		time.Sleep(time.Millisecond)
	}
	if err := removal.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-saved; !crm.IsKey(err, crm.KeyNotActive) {
		t.Errorf("%v, want that they are not active", err)
	}
}

// After a power cut the database can give out IDs once more that a handler was given before it.
func TestIDsGivenTwice(t *testing.T) {
	b := newBase(t)
	b.fill(t, 20)
	b.directory(t)
	handler := b.foresee(t, bot.Foreseen{Card: 3})
	if _, err := b.crm.AddNote(handler(), crm.Command{Actor: 4, Key: "k"}, 3, "called"); err != nil {
		t.Fatal(err)
	}
	b.exec(t, `SELECT setval('events_id_seq', (SELECT max(id) FROM events), false)`)
	if _, err := b.crm.AddNote(t.Context(), crm.Command{Actor: 4, Key: "l"}, 3, "called again"); err != nil {
		t.Error(err)
	}
	if n := count(t, b, `SELECT count(*) FROM events WHERE customer_id = 3 AND kind = 'note'`); n != 2 {
		t.Errorf("%d notes", n)
	}
}

// What was foreseen and is not true any more decides nothing.
func TestSeenIsLookedAtAgain(t *testing.T) {
	ctx := context.Background()
	for what, meanwhile := range map[string]func(t *testing.T, b base){
		"the customer changed": func(t *testing.T, b base) {
			if _, err := b.crm.Edit(ctx, crm.Command{Actor: 4, Key: "other"}, 3, crm.Patch{City: text("Qom")}); err != nil {
				t.Fatal(err)
			}
		},
		"they were noted of": func(t *testing.T, b base) {
			if _, err := b.crm.AddNote(ctx, crm.Command{Actor: 4, Key: "other"}, 3, "called"); err != nil {
				t.Fatal(err)
			}
		},
		"the directory changed": func(t *testing.T, b base) { b.exec(t, `UPDATE settings SET business = 'Other'`) },
		"somebody was here first": func(t *testing.T, b base) {
			b.exec(t, `INSERT INTO commands (key, at, outcome) VALUES ('k', now(), '{"event": 7}')`)
		},
		"the actor was removed": func(t *testing.T, b base) {
			b.exec(t, `UPDATE staff SET state = 'removed' WHERE id = 4`)
		},
	} {
		t.Run(what, func(t *testing.T) {
			b := newBase(t)
			b.fill(t, 20)
			b.directory(t)
			handler := b.foresee(t, bot.Foreseen{Card: 3})
			meanwhile(t, b)
			b.rec.Take()
			out, err := b.crm.Edit(handler(), crm.Command{Actor: 4, Key: "k"}, 3, crm.Patch{Name: text("Sara")})
			if n := b.begun(); n != 2 {
				t.Errorf("begun %d times, want once on what was seen and once on what is", n)
			}
			c, es, failed := b.CustomerWithEvents(t.Context(), 3, 10)
			if failed != nil {
				t.Fatal(failed)
			}
			switch what {
			case "the actor was removed":
				if !crm.IsKey(err, crm.KeyNotActive) || c.Name == "Sara" {
					t.Errorf("%+v, %v, the name is %q", out, err, c.Name)
				}
			case "somebody was here first":
				if err != nil || !out.Repeated || out.Event != 7 || c.Name == "Sara" {
					t.Errorf("%+v, %v, the name is %q", out, err, c.Name)
				}
			default:
				if err != nil || c.Name != "Sara" || out.Event != es[0].ID || out.Version != c.Version {
					t.Errorf("%+v, %v, %+v, the newest event is %d", out, err, c, es[0].ID)
				}
			}
			if what == "the customer changed" && c.City != "Qom" {
				t.Errorf("what another wrote is lost: %q", c.City)
			}
		})
	}
}

// Of commands at once on what all of them have seen one is carried out on it, the others on what it made.
func TestSeenAtOnce(t *testing.T) {
	b := newBase(t)
	b.fill(t, 20)
	b.directory(t)
	const n = 6
	before, err := b.Customer(t.Context(), 3)
	if err != nil {
		t.Fatal(err)
	}
	failed := make(chan error, n)
	for i := range n {
		ctx := b.foresee(t, bot.Foreseen{Card: 3})()
		go func() {
			_, err := b.crm.NoAnswer(ctx, crm.Command{Actor: 4, Key: fmt.Sprint(i)}, 3, 0)
			failed <- err
		}()
	}
	for range n {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
	c, es, err := b.CustomerWithEvents(t.Context(), 3, n+1)
	if err != nil || c.Attempts != before.Attempts+n {
		t.Errorf("%d attempts, %v", c.Attempts, err)
	}
	for i, e := range es[:n] {
		if e.Detail.Attempt != c.Attempts-i {
			t.Errorf("event %d is of attempt %d, want %d", i, e.Detail.Attempt, c.Attempts-i)
		}
	}
}
