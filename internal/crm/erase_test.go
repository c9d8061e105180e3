package crm_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"cartable/internal/crm"
	"cartable/internal/persian"

	"github.com/jackc/pgx/v5"
)

// person is everything that the office learns of somebody, in words that stand
// nowhere else.
var person = []string{
	"9121112233", "9351112233", "9129998877", // three numbers, in whatever form
	"Xenia", "Zoroaster", "Quetta", "Persepolis", "xenia@example.org", "other@example.org",
	"inquirymessage", "secondmessage", "noteword", "handoverword", "returnword", "reminderword", "movedword", "statusword",
	"answerword", "levelword", "fileIDword", "extraword", "pageword", "utmidword", "callerskeyword",
}

// known is a customer of whom all of person was told, in every way there is.
func (o *office) known(sara, omid crm.Staff) crm.CustomerID {
	o.t.Helper()
	ctx := o.t.Context()
	o.exec(`INSERT INTO fields (key, title, type, required, position) VALUES ('resume', '{"text": "رزومه"}', 'file', false, 9)`)
	var resume, level crm.FieldID
	for _, f := range o.dir().Fields {
		switch f.Key {
		case "resume":
			resume = f.ID
		case "level":
			level = f.ID
		}
	}
	do := must[crm.Outcome](o.t)
	a := must[crm.Arrival](o.t)(o.RecordInquiry(ctx, crm.Command{Key: "api:callerskeyword"}, crm.Inquiry{
		Source: 1, Phone: "+989121112233", Name: "Xenia", City: "Quetta", Email: "xenia@example.org", Message: "inquirymessage",
		Campaign: "autumn", Page: "https://shop.example/?q=pageword", Extra: json.RawMessage(`{"x": "extraword"}`),
		UTM: map[string]string{"source": "instagram", "id": "utmidword"}, Values: crm.Values{level: "levelword"}}))
	id := a.Customer
	do(o.Take(ctx, o.by(sara), id))
	do(o.Edit(ctx, o.by(sara), id, crm.Patch{Name: ptr("Xenia Zoroaster"), Values: crm.Values{resume: "fileIDword|cv.pdf"}}))
	do(o.AddPhone(ctx, o.by(sara), id, "0935 111 2233"))
	wrong := do(o.AddPhone(ctx, o.by(sara), id, "09129998877"))
	do(o.Undo(ctx, o.by(sara), wrong.Event))
	do(o.WrongNumber(ctx, o.by(sara), id, 0, "+989351112233"))
	do(o.AddNote(ctx, o.by(omid), id, "noteword"))
	do(o.HandOver(ctx, o.by(sara), id, 0, omid.ID, "handoverword"))
	do(o.Return(ctx, o.by(omid), id, "returnword"))
	do(o.Remind(ctx, o.by(sara), id, *o.in(time.Hour), "reminderword"))
	moved := do(o.Remind(ctx, o.by(sara), id, *o.in(2 * time.Hour), "movedword"))
	do(o.Postpone(ctx, o.by(sara), o.eventOf(moved).Detail.Reminder, *o.in(3 * time.Hour)))
	s := o.status("Led to a contract")
	answers := crm.Values{field(o.t, s, "product").ID: "answerword", field(o.t, s, "amount").ID: "12"}
	do(o.SetStatus(ctx, o.by(sara), crm.StatusChange{Customer: id, Status: s.ID, Answers: answers, Reason: "statusword"}))
	if _, err := o.meet(o.owner, id, "2026-11-25", omid); err != nil {
		o.t.Fatal(err)
	}
	must[crm.Arrival](o.t)(o.RecordInquiry(ctx, o.key(), crm.Inquiry{Source: 1, Phone: "+989121112233", Name: "Persepolis",
		Email: "other@example.org", Message: "secondmessage"}))
	return id
}

func (o *office) eventOf(out crm.Outcome) crm.Event {
	o.t.Helper()
	return must[crm.Event](o.t)(o.Event(o.t.Context(), out.Event))
}

// heldWords are the tables' columns in which one of the words stands, "table.column: word".
func (o *office) heldWords(words []string) []string {
	o.t.Helper()
	rows, err := o.pool.Query(o.t.Context(), `SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c
		JOIN information_schema.tables t USING (table_schema, table_name)
		WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'
		AND c.data_type IN ('text', 'character varying', 'json', 'jsonb', 'bytea', 'ARRAY') ORDER BY 1, 2`)
	if err != nil {
		o.t.Fatal(err)
	}
	type place struct{ Table, Column, Type string }
	places := must[[]place](o.t)(pgx.CollectRows(rows, pgx.RowToStructByPos[place]))
	var found []string
	for _, p := range places {
		expr := pgx.Identifier{p.Column}.Sanitize() + "::text"
		switch p.Type {
		case "json":
			expr = pgx.Identifier{p.Column}.Sanitize() + "::jsonb::text" // resolves \u escapes
		case "bytea":
			expr = "encode(" + pgx.Identifier{p.Column}.Sanitize() + ", 'escape')"
		}
		for _, w := range words {
			if column[bool](o, `SELECT EXISTS (SELECT FROM `+pgx.Identifier{p.Table}.Sanitize()+` WHERE `+expr+` ILIKE '%' || $1 || '%')`, w)[0] {
				found = append(found, p.Table+"."+p.Column+": "+w)
			}
		}
	}
	return found
}

// Erasing somebody leaves no word of theirs anywhere, and everything that is counted.
func TestErase(t *testing.T) {
	o := newOffice(t, 2)
	ctx := t.Context()
	sara, omid := o.agents[0], o.agents[1]
	id := o.known(sara, omid)
	held := strings.Join(o.heldWords(person), "\n")
	for _, w := range person {
		if !strings.Contains(held, ": "+w) {
			t.Fatalf("%s was never told", w)
		}
	}
	o.exec(`UPDATE notifications SET state = 'sent', final = (id % 2 = 0), message_id = id, error = 'noteword' WHERE customer_id = $1 AND id % 3 > 0`, id)
	before, was := o.customer(id), o.timeline(id)
	o.clock.forward(time.Minute)
	cmd := o.by(o.owner)
	out := must[crm.Outcome](t)(o.Erase(ctx, cmd, id))
	if out.Event != 0 {
		t.Error("it can be undone")
	}

	t.Run("no word is left", func(t *testing.T) {
		// Keys of commands are their callers' own words; they go after a week.
		if left := o.heldWords(person); !slices.Equal(left, []string{"commands.key: callerskeyword"}) {
			t.Errorf("left: %v", left)
		}
	})
	t.Run("what happened when stays", func(t *testing.T) {
		c, es := o.customer(id), o.timeline(id)
		if !c.Hidden || !c.ErasedAt.Equal(o.clock.Now()) || c.Holder != 0 || len(c.Reminders) != 0 {
			t.Errorf("%+v", c)
		}
		if c.Status.Status != before.Status.Status || !c.Status.Appointment.Equal(*before.Status.Appointment) ||
			c.Status.By != before.Status.By || !c.LastInquiryAt.Equal(before.LastInquiryAt) || c.Source != before.Source {
			t.Errorf("%+v, before %+v", c, before)
		}
		if len(es) != len(was)+1 || es[len(was)].Kind != crm.EventErased || es[len(was)].Actor != o.owner.ID {
			t.Fatalf("%d events, the last is %+v", len(es), es[len(es)-1])
		}
		for i, e := range was {
			a, b := es[i], e
			if a.Kind != b.Kind || a.Actor != b.Actor || !a.At.Equal(b.At) || a.Version != b.Version ||
				a.Detail.Reminder != b.Detail.Reminder || len(a.Delta.Record) != len(b.Delta.Record) || (a.Delta.Status == nil) != (b.Delta.Status == nil) {
				t.Errorf("%+v\nwas %+v", a, b)
			}
		}
		if got := column[string](o, `SELECT campaign || ' ' || utm::text FROM inquiries WHERE customer_id = $1 ORDER BY id LIMIT 1`, id)[0]; got != `autumn {"source": "instagram"}` {
			t.Errorf("counts by %s", got)
		}
	})
	t.Run("nobody hears of them", func(t *testing.T) {
		if n := column[int](o, `SELECT count(*) FROM notifications WHERE customer_id = $1 AND
			(state = 'pending' OR state = 'sent' AND (final OR NOT stale))`, id)[0]; n != 0 {
			t.Errorf("%d pending, or not to be edited", n)
		}
		o.clock.forward(100 * time.Hour)
		if n := o.ring(); n != 0 {
			t.Errorf("%d rings", n)
		}
	})
	t.Run("nobody finds them", func(t *testing.T) {
		for _, f := range []crm.Filter{{}, {Text: "Xenia"}, {Text: "0912111"}} {
			if l := must[[]crm.Customer](t)(o.Customers(ctx, o.dir(), o.owner, f, crm.Cursor{}, 10)); len(l) != 0 {
				t.Errorf("%+v finds %+v", f, l)
			}
		}
		if _, err := o.FindPhone(ctx, o.dir(), o.owner, "+989121112233"); !crm.IsKey(err, crm.KeyNoCustomer) {
			t.Error(err)
		}
	})
	t.Run("it is said kindly", func(t *testing.T) {
		for _, who := range []crm.Staff{o.owner, sara} {
			if _, err := o.Card(ctx, o.dir(), who, id, 3); !crm.IsKey(err, crm.KeyErased) {
				t.Error(err)
			}
			o.refused(t, crm.Gone, crm.KeyErased, func() error { _, err := o.AddNote(ctx, o.by(who), id, "x"); return err })
		}
		o.refused(t, crm.Gone, crm.KeyErased, func() error { _, err := o.Erase(ctx, o.by(o.owner), id); return err })
		if again := must[crm.Outcome](t)(o.Erase(ctx, cmd, id)); !again.Repeated || again.Version != out.Version {
			t.Errorf("%+v", again)
		}
		o.refused(t, crm.Forbidden, crm.KeyTooLate, func() error { _, err := o.Undo(ctx, o.by(o.owner), o.last(id).ID); return err })
	})
	t.Run("the number is a new customer", func(t *testing.T) {
		for _, number := range []persian.Phone{"+989121112233", "+989351112233"} {
			a := must[crm.Arrival](t)(o.RecordInquiry(ctx, o.key(), crm.Inquiry{Source: 1, Phone: number}))
			if a.Known || a.Customer == id {
				t.Errorf("%+v", a)
			}
		}
		if s := o.replayed(id); s != "" {
			t.Error(s)
		}
	})
}

// A minute has not passed since what an agent did: nothing of it comes back.
func TestEraseIsNotUndone(t *testing.T) {
	o := newOffice(t, 1)
	ctx, sara := t.Context(), o.agents[0]
	id := o.held(phone(1), sara)
	out := must[crm.Outcome](t)(o.Edit(ctx, o.by(sara), id, crm.Patch{City: ptr("Quetta")}))
	list := must[crm.ListResult](t)(o.ImportList(ctx, o.by(o.owner), 1, list(10, 2)))
	must[crm.Outcome](t)(o.Erase(ctx, o.by(o.owner), id))
	must[crm.Outcome](t)(o.Erase(ctx, o.by(o.owner), list.New[0]))
	o.refused(t, crm.Gone, crm.KeyTooLate, func() error { _, err := o.Undo(ctx, o.by(sara), out.Event); return err })
	// The rest of a list that one of was erased can be undone.
	must[crm.Outcome](t)(o.Undo(ctx, o.by(o.owner), list.Event))
	if !o.customer(list.New[1]).Hidden || o.customer(list.New[0]).ErasedAt.IsZero() {
		t.Error("the list is not undone")
	}
}

// A record whose creation was undone and whose number went to another customer is
// the same person.
func TestEraseFindsUndoneRecords(t *testing.T) {
	o := newOffice(t, 1)
	ctx, sara := t.Context(), o.agents[0]
	a := must[crm.Arrival](t)(o.RecordInquiry(ctx, o.by(sara), crm.Inquiry{Source: 1, Phone: "+989121112233", Name: "Xenia", By: sara.ID}))
	must[crm.Outcome](t)(o.Undo(ctx, o.by(sara), a.Event))
	id := o.held(phone(1), sara)
	must[crm.Outcome](t)(o.AddPhone(ctx, o.by(sara), id, "09121112233"))
	must[crm.Outcome](t)(o.Erase(ctx, o.by(o.owner), id))
	if left := o.heldWords([]string{"9121112233", "Xenia"}); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

// Whoever comes again while they are erased is a new customer or is erased with what
// they said; nothing is written on somebody who was erased.
func TestEraseAgainstArrivals(t *testing.T) {
	o := newOffice(t, 1)
	ctx := t.Context()
	for n := range 10 {
		id := o.held(phone(n), o.agents[0])
		number := o.customer(id).Phone()
		for _, err := range together(4, func(i int) error {
			var err error
			switch i {
			case 0:
				_, err = o.Erase(ctx, o.by(o.owner), id)
			case 1:
				if _, err = o.AddNote(ctx, o.by(o.owner), id, "word"); crm.IsKey(err, crm.KeyErased) {
					err = nil
				}
			default:
				_, err = o.RecordInquiry(ctx, o.key(), crm.Inquiry{Source: 1, Phone: number, Name: "Again"})
			}
			return err
		}) {
			if err != nil {
				t.Fatal(err)
			}
		}
		if c := o.customer(id); c.ErasedAt.IsZero() || c.Name != "" || o.last(id).Kind != crm.EventErased {
			t.Fatalf("%+v", c)
		}
	}
}

// So is one whose number nobody has now: it is erased by the number.
func TestEraseUndone(t *testing.T) {
	o := newOffice(t, 1)
	ctx, sara := t.Context(), o.agents[0]
	a := must[crm.Arrival](t)(o.RecordInquiry(ctx, o.by(sara), crm.Inquiry{Source: 1, Phone: "+989121112233", Name: "Xenia", By: sara.ID}))
	must[crm.Outcome](t)(o.Undo(ctx, o.by(sara), a.Event))
	if !must[bool](t)(o.Undone(ctx, o.owner, "+989121112233")) || must[bool](t)(o.Undone(ctx, o.owner, "+989121112234")) {
		t.Error("what was undone is not found by its number alone")
	}
	o.refused(t, crm.Forbidden, crm.KeyManagers, func() error { _, err := o.Undone(ctx, sara, "+989121112233"); return err })
	o.refused(t, crm.Forbidden, crm.KeyManagers, func() error { _, err := o.EraseUndone(ctx, o.by(sara), "+989121112233"); return err })
	if out := must[crm.Outcome](t)(o.EraseUndone(ctx, o.by(o.owner), "+989121112233")); out.Customer != a.Customer {
		t.Errorf("%+v", out)
	}
	if left := o.heldWords([]string{"9121112233", "Xenia"}); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	o.refused(t, crm.NotFound, crm.KeyNoCustomer, func() error { _, err := o.EraseUndone(ctx, o.by(o.owner), "+989121112233"); return err })
}
