package bot_test

import (
	"fmt"
	"testing"
	"time"

	"cartable/internal/crm"
)

// A search that finds many goes on page by page.
func TestSearchIsPaged(t *testing.T) {
	o := newOffice(t, "fa")
	sara := o.agents[0]
	for i := range 25 {
		o.lead(fmt.Sprintf("0912000%04d", i), fmt.Sprintf("علی شماره %d", i))
		o.clock.mu.Lock()
		o.clock.now = o.clock.now.Add(time.Second)
		o.clock.mu.Unlock()
	}
	o.quiet()
	o.types(sara, "علی")
	sara.SeeLast(t, "علی شماره 24")
	o.press(sara, "customers.next")
	o.press(sara, "customers.next")
	sara.SeeLast(t, "علی شماره 0")
	o.press(sara, "customers.first")
	sara.SeeLast(t, "علی شماره 24")
	o.press(sara, "customers.next")
	must(t, o.redis.FlushDB(t.Context()).Err())
	o.press(sara, "customers.next")
	sara.SeeLast(t, o.say(sara, "find.lost"))
}

// /find answers below its question, with nothing under the card.
func TestFindAnswersBelow(t *testing.T) {
	o := newOffice(t, "fa")
	sara := o.agents[0]
	o.lead("09121234567", "علی رضایی")
	o.types(sara, "/find")
	o.types(sara, "علی رضایی")
	sara.SeeLast(t, "09121234567")
}

// Every number of a list is taken in, however its lines are laid out.
func TestListsLoseNothing(t *testing.T) {
	o := newOffice(t, "fa")
	o.types(o.owner, "علی رضایی ۰۹۱۲۱۱۱۱۱۱۱ / رضا کریمی ۰۹۱۲۲۲۲۲۲۲۲\n09123333333 مینا، 09124444444 سارا\n09125555555 09126666666 لیلا")
	o.press(o.owner, "list.take_in")
	dir, err := o.crm.Directory(t.Context())
	must(t, err)
	all, err := o.crm.Customers(t.Context(), dir, o.staff(o.owner), crm.Filter{}, crm.Cursor{}, 10)
	must(t, err)
	names := map[string]string{}
	for _, c := range all {
		names[c.Phone().Local()] = c.Name
	}
	want := map[string]string{"09121111111": "علی رضایی", "09122222222": "رضا کریمی", "09123333333": "مینا", "09124444444": "سارا",
		"09125555555": "", "09126666666": "لیلا"}
	for phone, name := range want {
		if got, ok := names[phone]; !ok || got != name {
			t.Errorf("%s: %q, want %q", phone, got, name)
		}
	}
	// A name above one number is not a list: it finds the customer.
	o.types(o.owner, "علی رضایی\n09121111111")
	o.owner.SeeLast(t, "09121111111", o.say(o.owner, "button.status"))
}

// A number that is typed while a form is open finds its customer, unless a number is
// asked for, or it is a remark in a form that was just used.
func TestNumberDuringAForm(t *testing.T) {
	o := newOffice(t, "fa")
	sara := o.agents[0]
	o.lead("09121234567", "علی رضایی")
	o.lead("09127654321", "مینا قاسمی")
	o.quiet()
	o.types(sara, "09121234567")
	o.press(sara, "button.note")
	o.types(sara, "09127654321") // a remark: "call this one"
	if n := len(o.notes(1)); n != 1 {
		t.Fatalf("%d notes\n%s", n, o.sim.Transcript(sara.ID()))
	}
	o.types(sara, "09121234567")
	o.press(sara, "button.note")
	o.forward(10 * time.Minute)
	o.types(sara, "۰۹۱۲ ۷۶۵ ۴۳۲۱")
	sara.SeeLast(t, "مینا قاسمی")
	o.types(sara, "بعدازظهرها جواب می‌دهد") // the form is still open
	if n := len(o.notes(1)); n != 2 {
		t.Fatalf("%d notes", n)
	}
}

func (o *office) notes(id crm.CustomerID) []crm.Event { return o.events(id, crm.EventNote) }

// events are those of one kind, newest first.
func (o *office) events(id crm.CustomerID, kind crm.EventKind) (out []crm.Event) {
	o.t.Helper()
	dir, err := o.crm.Directory(o.t.Context())
	must(o.t, err)
	tl, err := o.crm.Timeline(o.t.Context(), dir, o.staff(o.owner), id, 0, 100)
	must(o.t, err)
	for _, e := range tl.Events {
		if e.Kind == kind {
			out = append(out, e)
		}
	}
	return out
}

// A form about a customer who is gone ends, says so, and swallows nothing.
func TestFormAboutNobody(t *testing.T) {
	o := newOffice(t, "fa")
	sara := o.agents[0]
	o.types(sara, "09121234567")
	o.press(sara, "unknown.add")
	o.types(sara, "علی رضایی")
	o.press(sara, "form.skip")
	card := sara.See(t, "علی رضایی", o.say(sara, "button.note"))
	saved := sara.See(t, o.say(sara, "saved.customer"))
	sara.PressOn(t, card.ID, o.say(sara, "button.note"))
	o.quiet()
	sara.PressOn(t, saved.ID, o.say(sara, "button.undo"))
	o.quiet()
	o.types(sara, "یادداشت من")
	o.types(sara, "09121234567")
	sara.SeeLast(t, o.say(sara, "unknown.add"))
}
