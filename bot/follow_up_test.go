package bot_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"cartable/internal/crm"
	"cartable/internal/tgsim"
)

// held has a customer arrive and somebody take them.
func (o *office) held(p *tgsim.Person, phone, name string) crm.CustomerID {
	o.t.Helper()
	id := o.lead(phone, name)
	o.keys++
	_, err := o.crm.Take(o.t.Context(), crm.Command{Actor: o.staff(p).ID, Key: fmt.Sprintf("take %d", o.keys)}, id)
	must(o.t, err)
	o.quiet()
	return id
}

// remind sets a reminder that is due after d, and lets it ring.
func (o *office) rung(p *tgsim.Person, id crm.CustomerID, d time.Duration) tgsim.Message {
	o.t.Helper()
	o.keys++
	_, err := o.crm.Remind(o.t.Context(), crm.Command{Actor: o.staff(p).ID, Key: fmt.Sprintf("remind %d", o.keys)}, id, o.clock.Now().Add(d), "زنگ")
	must(o.t, err)
	o.forward(d)
	o.quiet()
	return p.See(o.t, o.say(p, "later.15m"), "زنگ")
}

// What somebody answers to a ring stays in its message, with undo, and is not
// overwritten by the announcement that stood there.
func TestAnswerToARingStays(t *testing.T) {
	o := newOffice(t, "fa")
	sara := o.agents[0]
	id := o.held(sara, "09121234567", "علی رضایی")
	ring := o.rung(sara, id, time.Hour)
	sara.PressOn(t, ring.ID, o.say(sara, "later.1h"))
	o.quiet()
	sara.PressOn(t, ring.ID, o.say(sara, "button.undo"))
	o.quiet()
	if c := o.customer(id); !c.Reminders[0].Due.Equal(o.clock.Now()) {
		t.Fatalf("after undo: %+v", c.Reminders)
	}
	o.forward(time.Second) // it rings anew
	o.quiet()
	ring = sara.See(t, o.say(sara, "later.15m"))
	sara.PressOn(t, ring.ID, o.say(sara, "button.done"))
	sara.PressOn(t, ring.ID, o.say(sara, "reminder.nothing"))
	o.quiet()
	sara.PressOn(t, ring.ID, o.say(sara, "button.undo"))
	o.quiet()
	if c := o.customer(id); len(c.Reminders) != 1 {
		t.Fatalf("after undo: %+v", c.Reminders)
	}
	o.sim.CheckClean(t)
}

// A call that a ring was for and that nobody answered settles the ring in its place.
func TestNoAnswerToARing(t *testing.T) {
	o := newOffice(t, "fa")
	sara := o.agents[0]
	id := o.held(sara, "09121234567", "علی رضایی")
	ring := o.rung(sara, id, time.Hour)
	sara.PressOn(t, ring.ID, o.say(sara, "button.done"))
	sara.PressOn(t, ring.ID, o.say(sara, "button.no_answer"))
	o.quiet()
	next := o.customer(id).Reminders[0].Due
	o.forward(next.Sub(o.clock.Now()))
	o.quiet()
	// The next try says why it rings.
	sara.See(t, o.say(sara, "later.15m"), "تماس دوباره")
}

// A reminder whose ring is out of sight is settled, or moved, from the card.
func TestRemindersOfACard(t *testing.T) {
	o := newOffice(t, "en")
	p := o.agents[0]
	id := o.held(p, "09121234567", "Ali")
	o.rung(p, id, time.Hour)
	o.types(p, "09121234567")
	o.press(p, "button.remind")
	o.press(p, "reminders.move")
	o.types(p, "tomorrow 10:00")
	if c := o.customer(id); len(c.Reminders) != 1 || !c.Reminders[0].Due.After(o.clock.Now().Add(12*time.Hour)) {
		t.Fatalf("%+v", c.Reminders)
	}
	o.types(p, "09121234567")
	o.press(p, "button.remind")
	o.press(p, "reminders.new")
	o.types(p, "in 3 hours")
	o.press(p, "form.skip")
	if c := o.customer(id); len(c.Reminders) != 2 {
		t.Fatalf("%+v", c.Reminders)
	}
	o.types(p, "09121234567")
	o.press(p, "button.remind")
	p.Press(t, "✅")
	o.press(p, "reminder.nothing")
	if c := o.customer(id); len(c.Reminders) != 1 {
		t.Fatalf("%+v", c.Reminders)
	}
}

// Whoever held a customer is told when a manager moves it on, or sets a status that
// leaves it there; the words say which.
func TestHolderIsToldOfManagers(t *testing.T) {
	o := newOffice(t, "fa", "fa")
	sara, omid := o.agents[0], o.agents[1]
	id := o.held(sara, "09121234567", "علی رضایی")
	o.types(o.owner, "09121234567")
	o.press(o.owner, "button.status")
	o.owner.Press(t, "منتظر پیگیری")
	o.types(o.owner, "فردا ساعت ۱۰")
	o.press(o.owner, "form.save")
	sara.See(t, "علی رضایی", "وضعیت مشتری شما تغییر کرد")
	o.types(o.owner, "09121234567")
	o.press(o.owner, "button.hand_over")
	o.owner.Press(t, "امید")
	o.press(o.owner, "form.skip")
	sara.See(t, "علی رضایی", "از کارتابل شما رفت")
	omid.See(t, "علی رضایی", "به کارتابل شما آمد")
	_ = id
}

// A customer whose holder cannot answer is asked of the managers, who give it.
func TestAskForWhatNobodyMinds(t *testing.T) {
	o := newOffice(t, "fa", "fa")
	sara, omid := o.agents[0], o.agents[1]
	id := o.held(sara, "09121234567", "علی رضایی")
	must(t, o.crm.ChangeStaff(t.Context(), crm.Command{Actor: o.staff(o.owner).ID, Key: "suspend"}, o.staff(sara).ID, crm.Suspended))
	o.types(omid, "09121234567")
	o.press(omid, "button.ask")
	o.press(o.owner, "notice.give")
	if c := o.customer(id); c.Holder != o.staff(omid).ID {
		t.Fatalf("held by %d", c.Holder)
	}
}

// A request that was answered does not come back with the next change.
func TestAnsweredRequestStaysAnswered(t *testing.T) {
	o := newOffice(t, "fa", "fa")
	sara, omid := o.agents[0], o.agents[1]
	id := o.held(sara, "09121234567", "علی رضایی")
	o.types(omid, "09121234567")
	o.press(omid, "button.ask")
	o.press(sara, "notice.keep")
	o.keys++
	status := crm.StatusChange{Customer: id, Status: 5, Answers: crm.Values{}, Remind: new(time.Time)}
	*status.Remind = o.clock.Now().Add(time.Hour)
	_, err := o.crm.SetStatus(t.Context(), crm.Command{Actor: o.staff(sara).ID, Key: "status"}, status)
	must(t, err)
	o.quiet()
	sara.NoMore(t, o.say(sara, "notice.give"))
}

// What was announced of a mistake is withdrawn, whatever kind it was.
func TestWithdrawn(t *testing.T) {
	o := newOffice(t, "fa", "fa")
	sara, omid := o.agents[0], o.agents[1]
	o.held(sara, "09121234567", "علی رضایی")
	o.types(omid, "/new 09351112233 و 09361112233")
	o.press(omid, "list.take_in")
	o.owner.See(t, o.say(o.owner, "list.share"))
	o.press(omid, "button.undo")
	o.owner.NoMore(t, o.say(o.owner, "list.share"))
	o.types(omid, "09121234567")
	o.press(omid, "button.ask")
	sara.See(t, o.say(sara, "notice.give"))
	o.types(omid, "09121234567")
	o.press(omid, "button.undo")
	sara.See(t, o.say(sara, "notice.asked_short"), o.say(sara, "notice.withdrawn"))
	sara.NoMore(t, o.say(sara, "notice.give"))
}

// The card from which a number was marked, or a field edited, shows it at once.
func TestCardFollowsItsButtons(t *testing.T) {
	o := newOffice(t, "fa")
	sara := o.agents[0]
	id := o.held(sara, "09121234567", "علی رضایی")
	_, err := o.crm.AddPhone(t.Context(), crm.Command{Actor: o.staff(sara).ID, Key: "second"}, id, "09351112233")
	must(t, err)
	o.types(sara, "09121234567")
	card := sara.See(t, "علی رضایی", "09351112233", o.say(sara, "button.wrong_number"))
	sara.PressOn(t, card.ID, o.say(sara, "button.wrong_number"))
	o.quiet()
	sara.Press(t, "09121234567")
	o.quiet()
	if m := message(sara, card.ID); !strings.Contains(m.HTML(), o.say(sara, "card.wrong")) {
		t.Errorf("the card shows %s", m.HTML())
	}
	sara.PressOn(t, card.ID, o.say(sara, "button.edit"))
	o.press(sara, "field.city")
	o.types(sara, "شیراز")
	if m := message(sara, card.ID); !strings.Contains(m.HTML(), "شیراز") {
		t.Errorf("the card shows %s", m.HTML())
	}
	// A field is emptied by one tap; undo brings it back.
	sara.PressOn(t, card.ID, o.say(sara, "button.edit"))
	o.press(sara, "field.city")
	o.press(sara, "form.clear")
	if c := o.customer(id); c.City != "" {
		t.Errorf("city %q", c.City)
	}
	o.press(sara, "button.undo")
	if c := o.customer(id); c.City != "شیراز" {
		t.Errorf("city %q", c.City)
	}
}

func message(p *tgsim.Person, id int) tgsim.Message {
	for _, m := range p.Messages() {
		if m.ID == id {
			return m
		}
	}
	return tgsim.Message{}
}
