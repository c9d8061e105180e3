package crm_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"cartable/internal/crm"
	"cartable/internal/persian"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// course is a random course of commands about a few customers.
type course struct {
	*office
	people    []crm.Staff
	customers []crm.CustomerID
	numbers   []persian.Phone
	batch     crm.BatchID
	event     crm.EventID // of the last command that succeeded

	given, refused *int // of all courses
}

// Whatever people do, legally or not, in whatever order: the timelines lead to
// the state, what is refused changes nothing, and no state is illegal.
func TestRandomCourses(t *testing.T) {
	o := newOffice(t, 3)
	next, given, refused := 0, 0, 0
	defer func() { t.Logf("%d commands, of them %d refused", given, refused) }()
	rapid.Check(t, func(t *rapid.T) {
		o.exec(`UPDATE staff SET state = 'active', unreachable = false`)
		o.exec(`UPDATE settings SET agents_see_all = true`)
		// Nothing is left over from the case before.
		o.exec(`TRUNCATE customers, customer_search, phones, inquiries, events, reminders, notifications, batches, batch_customers, commands,
			routes, turns`)
		co := &course{office: o, people: append([]crm.Staff{o.owner}, o.agents...), given: &given, refused: &refused}
		for range 3 {
			next++
			p, err := persian.ParsePhone(phone(next))
			if err != nil {
				t.Fatal(err)
			}
			co.numbers = append(co.numbers, p)
			co.customers = append(co.customers, o.lead(phone(next), ""))
		}
		for range rapid.IntRange(5, 30).Draw(t, "commands") {
			o.clock.forward(time.Duration(rapid.SampledFrom([]int64{1, 1e9, 61e9, 1800e9, 86400e9}).Draw(t, "pass")))
			co.step(t)
		}
	})
}

func (co *course) step(t *rapid.T) {
	actor := rapid.SampledFrom(co.people).Draw(t, "actor")
	id := rapid.SampledFrom(co.customers).Draw(t, "customer")
	other := rapid.SampledFrom(co.people).Draw(t, "other").ID
	name := rapid.SampledFrom(commandNames).Draw(t, "command")
	before, was, dir := co.everything(), co.customer(id), co.dir()
	if name == "undo" {
		actor = co.undoer(t, actor, dir)
	}
	out, err := courseCommands[name](co, t, co.by(actor), id, other)
	*co.given++
	if err != nil {
		*co.refused++
		var e *crm.Error
		if !errors.As(err, &e) {
			t.Fatalf("%s: a fault: %v", name, err)
		}
		if d := cmp.Diff(before, co.everything()); d != "" {
			t.Fatalf("%s was refused (%v) and changed\n%s", name, err, d)
		}
		return
	}
	now := dir.Staff[actor.ID]
	if !now.Active() && name != "ring" {
		t.Fatalf("%s by somebody %s", name, now.State)
	}
	if holders[name] && !crm.Changes(now, was) {
		t.Fatalf("%s by somebody who does not hold the customer", name)
	}
	if out.Event != 0 {
		co.event = out.Event
	}
	dir = co.dir()
	if s := co.wrote(dir, now, out); s != "" {
		t.Fatalf("%s: %s", name, s)
	}
	for _, id := range co.customers {
		if s := co.replayed(id); s != "" {
			t.Fatalf("%s: %s", name, s)
		}
		if s := co.illegal(dir, co.customer(id)); s != "" {
			t.Fatalf("%s: customer %d: %s", name, id, s)
		}
	}
}

// wrote says how what a command wrote differs from what is read after it; "" for not at all.
func (o *office) wrote(dir crm.Directory, actor crm.Staff, out crm.Outcome) string {
	if out.Wrote == nil || out.Event == 0 { // an undo has no event to be undone
		return ""
	}
	c, err := o.Card(o.t.Context(), dir, actor, out.Customer, 0)
	if err != nil && !crm.IsKey(err, crm.KeyNoCustomer) {
		return err.Error()
	}
	e, err := o.Event(o.t.Context(), out.Event)
	if err != nil {
		return err.Error()
	}
	return cmp.Diff(crm.Card{Customer: c.Customer, Events: []crm.Event{e}}, *out.Wrote, cmpopts.EquateEmpty())
}

// holders are the commands that only the holder and managers may give.
var holders = map[string]bool{"hand over": true, "edit": true, "phone": true, "no answer": true, "wrong number": true,
	"remind": true, "status": true, "keep": true}

// illegal says what of a customer can not be; "" for nothing.
func (o *office) illegal(dir crm.Directory, c crm.Customer) string {
	status, _ := dir.Status(c.Status.Status)
	switch {
	case c.HandedBy != 0 && (c.Holder == 0 || c.Holder == c.HandedBy):
		return "to be accepted by nobody, or by its sender"
	case c.Attempts < 0 || c.Version < 1:
		return fmt.Sprintf("%d attempts, version %d", c.Attempts, c.Version)
	case !c.ErasedAt.IsZero() && (!c.Hidden || c.Holder != 0 || len(c.Reminders)+len(c.Phones)+len(c.Values)+len(c.Status.Answers) > 0 ||
		c.Name+c.City+c.Email != "" || o.last(c.ID).Kind != crm.EventErased):
		return "somebody erased of whom something is left"
	case c.Status.Status == 0 && (c.Status.Appointment != nil || len(c.Status.Answers) > 0):
		return "answers without a status"
	case !slices.IsSortedFunc(c.Reminders, func(a, b crm.Reminder) int { return a.Due.Compare(b.Due) }):
		return "reminders out of order"
	}
	ofStatus := 0
	for _, r := range c.Reminders {
		if r.Kind == crm.ReminderOfStatus {
			ofStatus++
		}
	}
	if ofStatus > 1 || ofStatus == 1 && status.Reminder == crm.ReminderNo {
		return fmt.Sprintf("%d reminders of status %q", ofStatus, status.Title.English)
	}
	if h := dir.Staff[c.Holder]; c.Holder != 0 && h.State == crm.Removed &&
		column[int](o, `SELECT count(*) FROM notifications WHERE kind = 'left' AND about_id = $1`, h.ID)[0] == 0 {
		return "held by somebody removed, and the managers do not know"
	}
	var want []string
	for _, p := range c.Phones {
		want = append(want, string(p.Phone))
	}
	slices.Sort(want)
	if got := column[string](o, `SELECT phone FROM phones WHERE customer_id = $1 ORDER BY 1`, c.ID); !c.Hidden && !slices.Equal(got, want) {
		return fmt.Sprintf("numbers %v, found by %v", want, got)
	}
	due := c.Due()
	if column[bool](o, `SELECT coalesce(due_at, '0001-01-01Z') <> $2 OR waiting <> $3 FROM customers WHERE id = $1`, c.ID, due, c.Waiting())[0] {
		return "found in the wrong part of a cartable"
	}
	if column[bool](o, `SELECT EXISTS (SELECT FROM reminders WHERE customer_id = $1 AND closed_at IS NOT NULL AND next_ring IS NOT NULL)`, c.ID)[0] {
		return "a closed reminder will ring"
	}
	return ""
}

type courseCommand func(co *course, t *rapid.T, cmd crm.Command, id crm.CustomerID, other crm.StaffID) (crm.Outcome, error)

var commandNames = []string{"take", "take next", "hand over", "accept", "return", "ask", "keep", "note", "edit", "phone",
	"no answer", "wrong number", "remind", "later", "done", "status", "status", "status", "undo", "undo", "inquiry",
	"list", "share", "staff", "give all", "ring", "react", "erase"}

var courseCommands = map[string]courseCommand{
	"take": func(co *course, t *rapid.T, cmd crm.Command, id crm.CustomerID, _ crm.StaffID) (crm.Outcome, error) {
		return co.Take(co.t.Context(), cmd, id)
	},
	"take next": func(co *course, t *rapid.T, cmd crm.Command, _ crm.CustomerID, _ crm.StaffID) (crm.Outcome, error) {
		return co.TakeNext(co.t.Context(), cmd)
	},
	"hand over": func(co *course, t *rapid.T, cmd crm.Command, id crm.CustomerID, other crm.StaffID) (crm.Outcome, error) {
		return co.HandOver(co.t.Context(), cmd, id, co.version(t, id), other, "پیام")
	},
	"accept": func(co *course, t *rapid.T, cmd crm.Command, id crm.CustomerID, _ crm.StaffID) (crm.Outcome, error) {
		return co.Accept(co.t.Context(), cmd, id)
	},
	"return": func(co *course, t *rapid.T, cmd crm.Command, id crm.CustomerID, _ crm.StaffID) (crm.Outcome, error) {
		return co.Return(co.t.Context(), cmd, id, someText.Draw(t, "reason"))
	},
	"ask": func(co *course, t *rapid.T, cmd crm.Command, id crm.CustomerID, _ crm.StaffID) (crm.Outcome, error) {
		return co.AskHolder(co.t.Context(), cmd, id)
	},
	"keep": func(co *course, t *rapid.T, cmd crm.Command, id crm.CustomerID, other crm.StaffID) (crm.Outcome, error) {
		return co.Keep(co.t.Context(), cmd, id, other)
	},
	"note": func(co *course, t *rapid.T, cmd crm.Command, id crm.CustomerID, _ crm.StaffID) (crm.Outcome, error) {
		return co.AddNote(co.t.Context(), cmd, id, someText.Draw(t, "note"))
	},
	"edit": func(co *course, t *rapid.T, cmd crm.Command, id crm.CustomerID, _ crm.StaffID) (crm.Outcome, error) {
		return co.Edit(co.t.Context(), cmd, id, crm.Patch{Name: ptr(someText.Draw(t, "name")), Email: ptr(someText.Draw(t, "email")),
			Values: crm.Values{crm.FieldID(rapid.IntRange(1, 3).Draw(t, "field")): crm.Value(someText.Draw(t, "value"))}})
	},
	"phone": func(co *course, t *rapid.T, cmd crm.Command, id crm.CustomerID, _ crm.StaffID) (crm.Outcome, error) {
		p := rapid.SampledFrom(append([]persian.Phone{"+989350000001", "+989350000002"}, co.numbers...)).Draw(t, "number")
		return co.AddPhone(co.t.Context(), cmd, id, string(p))
	},
	"no answer": func(co *course, t *rapid.T, cmd crm.Command, id crm.CustomerID, _ crm.StaffID) (crm.Outcome, error) {
		return co.NoAnswer(co.t.Context(), cmd, id, co.version(t, id))
	},
	"wrong number": func(co *course, t *rapid.T, cmd crm.Command, id crm.CustomerID, _ crm.StaffID) (crm.Outcome, error) {
		return co.WrongNumber(co.t.Context(), cmd, id, 0, string(rapid.SampledFrom(co.numbers).Draw(t, "number")))
	},
	"remind": func(co *course, t *rapid.T, cmd crm.Command, id crm.CustomerID, _ crm.StaffID) (crm.Outcome, error) {
		return co.Remind(co.t.Context(), cmd, id, co.when(t), "یادآوری")
	},
	"later": func(co *course, t *rapid.T, cmd crm.Command, id crm.CustomerID, _ crm.StaffID) (crm.Outcome, error) {
		return co.Postpone(co.t.Context(), cmd, co.anyReminder(t, id), co.when(t))
	},
	"done": func(co *course, t *rapid.T, cmd crm.Command, id crm.CustomerID, _ crm.StaffID) (crm.Outcome, error) {
		return co.Done(co.t.Context(), cmd, co.anyReminder(t, id))
	},
	"react": func(co *course, t *rapid.T, cmd crm.Command, id crm.CustomerID, _ crm.StaffID) (crm.Outcome, error) {
		return crm.Outcome{}, co.React(co.t.Context(), cmd.Actor, co.anyReminder(t, id))
	},
	"status": func(co *course, t *rapid.T, cmd crm.Command, id crm.CustomerID, other crm.StaffID) (crm.Outcome, error) {
		s := rapid.SampledFrom(co.dir().Statuses).Draw(t, "status")
		at := co.when(t)
		sc := crm.StatusChange{Customer: id, Version: co.version(t, id), Status: s.ID, Next: other,
			Answers: answers(s, rapid.SampledFrom([]string{"2026-12-01", "2026-12-02", "soon"}).Draw(t, "date"))}
		if rapid.IntRange(0, 4).Draw(t, "remind") > 0 {
			sc.Remind = &at
		}
		return co.SetStatus(co.t.Context(), cmd, sc)
	},
	"undo": func(co *course, _ *rapid.T, cmd crm.Command, _ crm.CustomerID, _ crm.StaffID) (crm.Outcome, error) {
		return co.Undo(co.t.Context(), cmd, co.event)
	},
	"inquiry": func(co *course, t *rapid.T, cmd crm.Command, _ crm.CustomerID, _ crm.StaffID) (crm.Outcome, error) {
		a, err := co.RecordInquiry(co.t.Context(), cmd, crm.Inquiry{Source: 1, Name: someText.Draw(t, "name"),
			Phone: rapid.SampledFrom(append([]persian.Phone{"+989350000001"}, co.numbers...)).Draw(t, "number")})
		co.meetCustomer(a.Customer)
		return crm.Outcome{Event: a.Event}, err
	},
	"list": func(co *course, t *rapid.T, cmd crm.Command, _ crm.CustomerID, _ crm.StaffID) (crm.Outcome, error) {
		res, err := co.ImportList(co.t.Context(), cmd, 1, []crm.ListEntry{{Phone: co.numbers[0]}, {Phone: "+989350000003"}})
		if res.Batch != 0 {
			co.batch = res.Batch
		}
		for _, id := range res.New {
			co.meetCustomer(id)
		}
		return crm.Outcome{Event: res.Event}, err
	},
	"share": func(co *course, t *rapid.T, cmd crm.Command, _ crm.CustomerID, other crm.StaffID) (crm.Outcome, error) {
		sh, err := co.ShareOut(co.t.Context(), cmd, co.batch, []crm.StaffID{other, cmd.Actor})
		return crm.Outcome{Event: sh.Event}, err
	},
	"staff": func(co *course, t *rapid.T, cmd crm.Command, _ crm.CustomerID, other crm.StaffID) (crm.Outcome, error) {
		state := rapid.SampledFrom([]crm.StaffState{crm.Active, crm.Active, crm.Suspended, crm.Removed}).Draw(t, "state")
		return crm.Outcome{}, co.ChangeStaff(co.t.Context(), cmd, other, state)
	},
	"give all": func(co *course, t *rapid.T, cmd crm.Command, _ crm.CustomerID, other crm.StaffID) (crm.Outcome, error) {
		to := rapid.SampledFrom(co.people).Draw(t, "to").ID
		_, err := co.GiveAll(co.t.Context(), cmd, other, to*crm.StaffID(rapid.IntRange(0, 1).Draw(t, "to somebody")))
		return crm.Outcome{}, err
	},
	"erase": func(co *course, t *rapid.T, cmd crm.Command, id crm.CustomerID, _ crm.StaffID) (crm.Outcome, error) {
		return co.Erase(co.t.Context(), cmd, id)
	},
	"ring": func(co *course, t *rapid.T, _ crm.Command, _ crm.CustomerID, _ crm.StaffID) (crm.Outcome, error) {
		_, _, err := co.RingDue(co.t.Context(), 10)
		return crm.Outcome{}, err
	},
}

// undoer is mostly whoever gave the command that is undone.
func (co *course) undoer(t *rapid.T, actor crm.Staff, dir crm.Directory) crm.Staff {
	if e, err := co.Event(co.t.Context(), co.event); err == nil && rapid.IntRange(0, 3).Draw(t, "own") > 0 && dir.Staff[e.Actor].Active() {
		return dir.Staff[e.Actor]
	}
	return actor
}

func (co *course) version(t *rapid.T, id crm.CustomerID) int64 {
	return co.customer(id).Version - int64(rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(t, "behind"))
}

func (co *course) when(t *rapid.T) time.Time {
	return *co.in(time.Duration(rapid.SampledFrom([]int64{-1e9, 1e9 + 1, 3600e9, 86400e9}).Draw(t, "in")))
}

// anyReminder is one of the customer's, open or not.
func (co *course) anyReminder(t *rapid.T, id crm.CustomerID) crm.ReminderID {
	ids := column[crm.ReminderID](co.office, `SELECT id FROM reminders WHERE customer_id = $1 ORDER BY id DESC LIMIT 3`, id)
	return rapid.SampledFrom(append(ids, 1e9)).Draw(t, "reminder")
}

func (co *course) meetCustomer(id crm.CustomerID) {
	if id != 0 && !slices.Contains(co.customers, id) {
		co.customers = append(co.customers, id)
	}
}
