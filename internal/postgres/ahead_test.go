package postgres_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"cartable/bot"
	"cartable/internal/crm"
	"cartable/internal/persian"
	"cartable/internal/pgtest"
)

// ahead asks for one new number and one that somebody has.
func ahead(keys ...string) crm.Ahead {
	return crm.Ahead{Keys: keys, Phones: []persian.Phone{"+989121111111", "+989122222222"}}
}

// enter stores a customer as an inquiry of theirs does.
func enter(t *testing.T, tx crm.Tx, phone persian.Phone, at time.Time) crm.Customer {
	t.Helper()
	c := crm.Customer{Version: 1, Hidden: true, Source: 1, CreatedAt: at, FirstInquiryAt: at, LastInquiryAt: at}
	var err error
	if c.ID, err = tx.InsertCustomer(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	c.Hidden, c.Name, c.Phones = false, "Ahead", []crm.PhoneNumber{{Phone: phone}}
	if err := tx.SaveCustomer(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	return c
}

// What is written late is there for whatever is asked next in the transaction, and for nobody
// else before the commit.
func TestAheadReadsItsWrites(t *testing.T) {
	b := newBase(t)
	b.fill(t, 1)
	ctx, now := t.Context(), b.clock.Now()
	_, err := b.InTxAhead(ctx, ahead("k1"), func(tx crm.Tx) error {
		if id, err := tx.LockPhone(ctx, "+989121111111"); err != nil || id != 0 {
			t.Errorf("an unknown number is of %d, %v", id, err)
		}
		c := enter(t, tx, "+989121111111", now)
		if id, err := tx.LockPhone(ctx, "+989121111111"); err != nil || id != c.ID {
			t.Errorf("the number is of %d, %v", id, err)
		}
		if got, err := tx.LockCustomer(ctx, c.ID); err != nil || got.Name != "Ahead" {
			t.Errorf("%+v, %v", got, err)
		}
		e, err := tx.AppendEvent(ctx, crm.Event{Customer: c.ID, Kind: crm.EventNote, At: now, Version: 1, Key: "k1"})
		if err != nil {
			return err
		}
		if n := count(t, b, `SELECT count(*) FROM customers WHERE name = 'Ahead'`); n != 0 {
			t.Error("seen by others before the commit")
		}
		// No question that was asked ahead: it is put to the database.
		if last, err := tx.LastEvent(ctx, c.ID); err != nil || last != e {
			t.Errorf("the last event is %d, %v, want %d", last, err, e)
		}
		if got, err := tx.LockCustomer(ctx, c.ID); err != nil || got.Name != "Ahead" || len(got.Phones) != 1 {
			t.Errorf("%+v, %v", got, err)
		}
		// More than was foreseen, and a change after it was written.
		other := enter(t, tx, "+989123333333", now)
		enter(t, tx, "+989124444444", now)
		other.City = "Yazd"
		if err := tx.SaveCustomer(ctx, other); err != nil {
			return err
		}
		return tx.Settle(ctx, "k1", 0, now, json.RawMessage(`{"n": 1}`))
	})
	if err != nil {
		t.Fatal(err)
	}
	for sql, want := range map[string]int{
		`SELECT count(*) FROM customers WHERE name = 'Ahead'`:                                           3,
		`SELECT count(*) FROM customers WHERE city = 'Yazd'`:                                            1,
		`SELECT count(*) FROM phones p JOIN customers c ON c.id = p.customer_id WHERE c.name = 'Ahead'`: 3,
	} {
		if got := count(t, b, sql); got != want {
			t.Errorf("%s: %d, want %d", sql, got, want)
		}
	}
	// Known now, to whoever asks for it: ahead or not.
	for _, keys := range [][]string{{"k1"}, {}} {
		_, err := b.InTxAhead(ctx, ahead(keys...), func(tx crm.Tx) error {
			out, done, err := tx.Once(ctx, "k1")
			if !done || string(out) != `{"n": 1}` {
				t.Errorf("%s, %t, %v", out, done, err)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// An error and a panic leave nothing behind, and the connection is as good as before.
func TestAheadRollsBack(t *testing.T) {
	b := newBase(t)
	b.fill(t, 1)
	ctx := t.Context()
	failed := errors.New("failed")
	for range 30 { // more than there are connections
		if _, err := b.InTxAhead(ctx, ahead("k"), func(tx crm.Tx) error {
			enter(t, tx, "+989121111111", b.clock.Now())
			return failed
		}); !errors.Is(err, failed) {
			t.Fatal(err)
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic is gone")
				}
			}()
			_, _ = b.InTxAhead(ctx, ahead("k"), func(tx crm.Tx) error {
				enter(t, tx, "+989121111111", b.clock.Now())
				panic(failed)
			})
		}()
		// The database refuses what is written late: jsonb takes no NUL.
		if _, err := b.InTxAhead(ctx, ahead("k"), func(tx crm.Tx) error {
			c := enter(t, tx, "+989121111111", b.clock.Now())
			_, err := tx.InsertInquiry(ctx, crm.Inquiry{Customer: c.ID, Source: 1, ReceivedAt: b.clock.Now(), Extra: json.RawMessage(`{"x": "\u0000"}`)})
			return err
		}); err == nil {
			t.Fatal("committed")
		}
	}
	if n := count(t, b, `SELECT count(*) FROM customers WHERE name = 'Ahead'`); n != 0 {
		t.Errorf("%d left behind", n)
	}
}

// Of two transactions with one key, the later is run again and finds the outcome.
func TestAheadKeyIsClaimedOnce(t *testing.T) {
	b := newBase(t)
	b.fill(t, 1)
	ctx := t.Context()
	runs := 0
	var out json.RawMessage
	_, err := b.InTxAhead(ctx, ahead("k"), func(tx crm.Tx) error {
		runs++
		got, done, err := tx.Once(ctx, "k")
		if err != nil || done {
			out = got
			return err
		}
		enter(t, tx, "+989121111111", b.clock.Now())
		if runs == 1 { // somebody else is faster
			b.exec(t, `INSERT INTO commands (key, at, outcome) VALUES ('k', now(), '{"first": true}')`)
		}
		return tx.Settle(ctx, "k", 0, b.clock.Now(), json.RawMessage(`{"first": false}`))
	})
	if err != nil || runs != 2 || string(out) != `{"first": true}` {
		t.Errorf("%s after %d runs, %v", out, runs, err)
	}
	if n := count(t, b, `SELECT count(*) FROM customers WHERE name = 'Ahead'`); n != 0 {
		t.Errorf("%d effects of the one that lost", n)
	}
}

func count(t *testing.T, b base, sql string) (n int) {
	t.Helper()
	if err := b.pool.QueryRow(t.Context(), sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// Commands look for what they touch by index, even if they are planned while there is hardly anybody:
// plans stay as the tables grow.
func TestCommandsGoByIndex(t *testing.T) {
	b := newBase(t)
	ctx := t.Context()
	b.exec(t, `INSERT INTO staff (telegram_id, name, role, state, language, joined_at) VALUES (1, 'Owner', 'owner', 'active', 'fa', now())`)
	n := 0
	cmd := func(by crm.StaffID) crm.Command { n++; return crm.Command{Actor: by, Key: fmt.Sprint(n)} }
	var asked []pgtest.Statement // by commands alone
	do := func(command func(c crm.Customer) error) {
		t.Helper()
		c, err := b.CustomerByPhone(ctx, "+989121111111")
		if err != nil && !crm.IsKey(err, crm.KeyNoCustomer) {
			t.Fatal(err)
		}
		b.rec.Take()
		if err := command(c); err != nil {
			t.Fatal(err)
		}
		asked = append(asked, b.rec.Take()...)
	}
	arrive := func(crm.Customer) error {
		_, err := b.crm.RecordInquiry(ctx, cmd(0), crm.Inquiry{Source: 1, Phone: "+989121111111", Name: "Sara"})
		return err
	}
	do(arrive)
	b.exec(t, `VACUUM ANALYZE`)
	do(arrive)
	do(func(c crm.Customer) error { _, err := b.crm.Take(ctx, cmd(1), c.ID); return err })
	do(func(c crm.Customer) error { _, err := b.crm.NoAnswer(ctx, cmd(1), c.ID, c.Version); return err })
	do(func(c crm.Customer) error { _, err := b.crm.AddNote(ctx, cmd(1), c.ID, "Tomorrow"); return err })
	do(func(c crm.Customer) error {
		handler := b.foresee(t, bot.Foreseen{Card: c.ID})
		_, err := b.crm.NoAnswer(handler(), cmd(1), c.ID, c.Version)
		return err
	})
	large := regexp.MustCompile(`(Seq Scan|Index Scan using \w+|Index Only Scan using \w+|Bitmap Heap Scan)` +
		` on (customers|customer_search|phones|inquiries|events|commands)\b[^\n]*\n[^\n]*\n?[^\n]*`)
	plans := pgtest.Plans(t, b.pool, asked)
	for _, plan := range plans {
		for _, found := range large.FindAllString(plan, -1) {
			if !strings.Contains(found, "Cond:") {
				t.Errorf("%s:\n%s", found, plan)
			}
		}
	}
	if len(plans) < 30 || !slices.ContainsFunc(asked, func(s pgtest.Statement) bool { return strings.Contains(s.SQL, "xmin") }) {
		t.Errorf("%d plans", len(plans))
	}
}
