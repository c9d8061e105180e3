package postgres_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"cartable/bot"
	"cartable/internal/crm"
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
	begun, read := 0, 0
	for _, s := range sent {
		begun += strings.Count(s.SQL, "BEGIN")
		read += strings.Count(s.SQL, "c.field_values")
	}
	if begun != 1 || read != 0 {
		t.Errorf("begun %d times, customers read %d times: %v", begun, read, sent)
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
			out, err := b.crm.Edit(handler(), crm.Command{Actor: 4, Key: "k"}, 3, crm.Patch{Name: text("Sara")})
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
