package postgres_test

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"cartable/bot"
	"cartable/internal/crm"
	"cartable/internal/pgplan"
	"cartable/internal/pgtest"
	"cartable/internal/postgres"
)

// foresee reads what was foreseen, as the inbox has it read, and returns handlers' contexts.
func (b base) foresee(t *testing.T, fs ...bot.Foreseen) (handler func() context.Context) {
	t.Helper()
	batch := &pgx.Batch{}
	batch.Queue(pgplan.ByIndex)
	give := b.Foresee(batch, fs)
	if err := b.pool.SendBatch(t.Context(), batch).Close(); err != nil {
		t.Fatal(err)
	}
	b.rec.Take()
	return func() context.Context { return give(t.Context()) }
}

// asked says how many statements were sent since the last time.
func (b base) asked() int { return len(b.rec.Take()) }

func TestForeseenCards(t *testing.T) {
	b := newBase(t)
	b.fill(t, 20)
	b.exec(t, `INSERT INTO events (customer_id, kind, at, version, key, delta, detail) SELECT 1 + g % 2, 'note', $1, g, 'k' || g, '{}', '{}' FROM generate_series(1, 12) g`, b.clock.Now())
	type card struct {
		Customer crm.Customer
		Events   []crm.Event
	}
	read := func(ctx context.Context, id crm.CustomerID, events int) card {
		t.Helper()
		c, es, err := b.CustomerWithEvents(ctx, id, events)
		if err != nil {
			t.Fatal(err)
		}
		return card{c, es}
	}
	handler := b.foresee(t, bot.Foreseen{Card: 1, Events: 3}, bot.Foreseen{Card: 2, Events: 3}, bot.Foreseen{Card: 1, Events: 3}, bot.Foreseen{Card: 99})
	one, two := handler(), handler()
	got := []card{read(one, 1, 3), read(one, 1, 3), read(one, 1, 0), read(two, 2, 2)}
	if n := b.asked(); n != 0 {
		t.Errorf("asked %d times for what was foreseen", n)
	}
	if d := cmp.Diff([]card{read(t.Context(), 1, 3), read(t.Context(), 1, 3), read(t.Context(), 1, 0), read(t.Context(), 2, 2)}, got); d != "" {
		t.Error(d)
	}
	b.asked()
	for what, do := range map[string]func(){
		"of another handler": func() { read(two, 1, 3) },
		"more events":        func() { read(two, 2, 4) },
		"not foreseen":       func() { read(two, 3, 3) },
		"nobody": func() {
			if _, _, err := b.CustomerWithEvents(two, 99, 3); !crm.IsKey(err, crm.KeyNoCustomer) {
				t.Error(err)
			}
		},
		"nothing carried": func() { read(t.Context(), 1, 3) },
	} {
		if do(); b.asked() == 0 {
			t.Errorf("%s: nothing asked", what)
		}
	}
	// A handler that has changed something sees it.
	err := b.InTx(one, func(tx crm.Tx) error {
		c, err := tx.LockCustomer(one, 1)
		if err != nil {
			return err
		}
		c.City = "Yazd"
		return tx.SaveCustomer(one, c)
	})
	if err != nil {
		t.Fatal(err)
	}
	if c := read(one, 1, 3); c.Customer.City != "Yazd" {
		t.Errorf("shown as it was before: %q", c.Customer.City)
	}
}

func TestForeseenForms(t *testing.T) {
	b := newBase(t)
	b.fill(t, 20)
	forms := postgres.NewForms(b.pool)
	for i, f := range []bot.OpenForm{{ID: "old", Staff: 1, ChatID: 1, Customer: 3}, {ID: "open", Staff: 1, ChatID: 1, Customer: 4}, {ID: "group", Staff: 1, ChatID: -9, Customer: 5}} {
		f.Kind, f.TouchedAt = "note", b.clock.Now()
		f.Message = i
		if err := forms.Open(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	type found struct {
		Open, Parked string
	}
	read := func(ctx context.Context, staff crm.StaffID) (out found) {
		t.Helper()
		open, _, err := forms.Current(ctx, staff, int64(staff))
		if err != nil {
			t.Fatal(err)
		}
		parked, _, err := forms.Parked(ctx, staff, int64(staff))
		if err != nil {
			t.Fatal(err)
		}
		if open.Customer != 0 {
			if _, _, err := b.CustomerWithEvents(ctx, open.Customer, 0); err != nil {
				t.Fatal(err)
			}
		}
		return found{Open: open.ID, Parked: parked.ID}
	}
	handler := b.foresee(t, bot.Foreseen{Chat: 1}, bot.Foreseen{Chat: 2})
	one, two := handler(), handler()
	if got, want := read(one, 1), (found{Open: "open", Parked: "old"}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := read(two, 2); got != (found{}) {
		t.Errorf("%+v, want none", got)
	}
	if n := b.asked(); n != 0 {
		t.Errorf("asked %d times for what was foreseen", n)
	}
	if read(two, 3); b.asked() == 0 {
		t.Error("took what was not foreseen for nothing")
	}
	if err := forms.Close(one, "open"); err != nil {
		t.Fatal(err)
	}
	if got := read(one, 1); got.Open != "" {
		t.Errorf("%+v, want the form closed", got)
	}
}

// What is foreseen is found by index, in tables of any size.
func TestForeseenGoByIndex(t *testing.T) {
	b := newBase(t)
	b.fill(t, 20)
	b.rec.Take()
	batch := &pgx.Batch{}
	batch.Queue(pgplan.ByIndex)
	b.Foresee(batch, []bot.Foreseen{{Card: 1, Events: 3}, {Chat: 2}})
	if err := b.pool.SendBatch(t.Context(), batch).Close(); err != nil {
		t.Fatal(err)
	}
	scan := regexp.MustCompile(`(Seq Scan|Index Scan using \w+|Bitmap Heap Scan) on (customers|events|forms|staff)[^\n]*(\n[^\n]*){2}`)
	plans := pgtest.Plans(t, b.pool, b.rec.Take())
	for _, plan := range plans {
		for _, found := range scan.FindAllString(plan, -1) {
			if !strings.Contains(found, "Cond:") {
				t.Errorf("reads all of it:\n%s", plan)
			}
		}
	}
	if len(plans) < 5 {
		t.Errorf("%d plans", len(plans))
	}
}
