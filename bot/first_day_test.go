package bot_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cartable/internal/crm"
	"cartable/internal/persian"
	"cartable/internal/tgsim"
)

// day is a first real day: who works, and what came of it.
type day struct {
	*office
	outcomes, handoffs, noAnswers int
	buried                        int
}

// A first real day: 5 agents, 200 leads pasted and shared out, 40 by form while
// they work, 300 outcomes of all kinds, 30 hand-offs, 60 reminders over moved days.
func TestFirstDay(t *testing.T) {
	o := newOffice(t, "fa", "en", "fa", "en", "fa")
	d := &day{office: o}
	d.paste()
	var site sync.WaitGroup
	site.Go(d.arrive)
	for _, p := range o.agents {
		d.workThrough(p)
	}
	site.Wait()
	d.takeTheRest()
	for range 6 {
		d.nextMorning()
	}
	if d.outcomes < 300 || d.handoffs < 30 || d.noAnswers < 30 {
		t.Errorf("outcomes %d, hand-offs %d, no answer %d", d.outcomes, d.handoffs, d.noAnswers)
	}
	if d.buried > 0 {
		t.Errorf("%d questions were buried under announcements", d.buried)
	}
	d.checkBooks()
	o.sim.CheckClean(t)
	if path := os.Getenv("CARTABLE_TRANSCRIPT"); path != "" {
		must(t, os.WriteFile(path, []byte(o.sim.Transcript()), 0o600))
	}
}

// paste brings 200 leads in, as a manager pastes them, and shares them out.
func (d *day) paste() {
	for part := range 4 {
		var lines []string
		for i := range 50 {
			n := part*50 + i
			lines = append(lines, fmt.Sprintf("مشتری شماره %s  ۰۹۱۲۳۰۰%s", persian.Digits(fmt.Sprint(n)), persian.Digits(fmt.Sprintf("%04d", n))))
		}
		lines = append(lines, "بدون شماره", lines[0])
		d.owner.Type(strings.Join(lines, "\n"))
		list := d.owner.See(d.t, fmt.Sprintf("0912300%04d", part*50), d.say(d.owner, "list.take_in"))
		d.owner.PressOn(d.t, list.ID, d.say(d.owner, "list.take_in"))
		d.owner.PressOn(d.t, list.ID, d.say(d.owner, "list.share"))
		d.owner.Press(d.t, d.say(d.owner, "list.share_now"))
		d.quiet()
	}
	for _, p := range d.agents {
		p.See(d.t, d.cat.Printer(d.staff(p).Language).N("notice.shared", 10))
	}
}

// arrive has 40 people fill the form in.
func (d *day) arrive() {
	for i := range 40 {
		d.lead(fmt.Sprintf("0935400%04d", i), fmt.Sprintf("متقاضی %d", i))
	}
}

// workThrough has an agent call everybody in their cartable, by number.
func (d *day) workThrough(p *tgsim.Person) {
	dir, err := d.crm.Directory(d.t.Context())
	must(d.t, err)
	held, err := d.crm.Customers(d.t.Context(), dir, d.staff(d.owner), crm.Filter{Holder: d.staff(p).ID}, crm.Cursor{}, 1000)
	must(d.t, err)
	for i, c := range held {
		d.call(p, c, i)
	}
}

// call is one call and its outcome, by kind in turn.
func (d *day) call(p *tgsim.Person, c crm.Customer, kind int) {
	card := d.open(p, c)
	switch kind % 10 {
	case 0, 1:
		p.PressOn(d.t, card.ID, d.say(p, "button.no_answer"))
		d.noAnswers++
		d.settled(c, func(n crm.Customer) bool { return n.Attempts > c.Attempts })
	case 2:
		d.meeting(p, card, c, (kind/10)%2 == 0)
	case 3:
		d.status(p, card, c, "📨", func() { d.press(p, d.say(p, "form.skip")); d.colleague(p) }, true)
	case 4:
		d.handOver(p, card, c)
	case 5, 6:
		d.status(p, card, c, "⏳", func() { d.reminder(p) }, false)
	case 7:
		d.status(p, card, c, "🚫", func() { d.press(p, d.choice(p, "قیمت بالا", "Too expensive")) }, false)
	case 8:
		d.status(p, card, c, "🎉", func() {
			p.Type("دوره <حسابداری> جامع")
			p.See(d.t, d.say(p, "form.hint_money")[:20])
			p.Type("یک میلیون و دویست هزار")
		}, false)
	case 9:
		d.status(p, card, c, "⏳", func() {
			p.Type(d.choice(p, "فردا ساعت ۱۱", "tomorrow at 11:00"))
		}, false)
	}
}

// open shows a customer's card by typing the number.
func (d *day) open(p *tgsim.Person, c crm.Customer) tgsim.Message {
	d.t.Helper()
	d.quiet()
	before := p.Last().ID
	p.Type(c.Phone().Local())
	var card tgsim.Message
	p.SeeThat(d.t, "a new card", func(v *tgsim.View) bool {
		m, ok := v.Find(c.Phone().Local(), d.say(p, "button.status"))
		card = m
		return ok && m.ID > before
	})
	return card
}

func (d *day) choice(p *tgsim.Person, fa, en string) string {
	if d.staff(p).Language == crm.English {
		return en
	}
	return fa
}

// press taps a button of the form that is open: the newest message that can be
// cancelled.
func (d *day) press(p *tgsim.Person, label string) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), 20*time.Second)
	defer cancel()
	giveUp := d.say(p, "common.cancel")
	err := p.Wait(ctx, func(v *tgsim.View) bool {
		for _, m := range slices.Backward(v.Messages) {
			if m.FromBot() && slices.Contains(m.Labels(), giveUp) {
				return slices.ContainsFunc(m.Labels(), func(l string) bool { return strings.Contains(l, label) }) && p.TapOn(m.ID, label) == nil
			}
		}
		return false
	})
	if err != nil {
		d.t.Fatalf("no form of %s has %q\n%s", p.Profile().FirstName, label, d.sim.Transcript(p.ID()))
	}
}

// status sets the status with an emoji, answering its questions by answers.
func (d *day) status(p *tgsim.Person, card tgsim.Message, c crm.Customer, emoji string, answers func(), handsOver bool) {
	d.t.Helper()
	p.PressOn(d.t, card.ID, d.say(p, "button.status"))
	d.question(p)
	d.press(p, emoji)
	d.question(p)
	answers()
	d.press(p, d.say(p, "form.save"))
	d.settled(c, func(n crm.Customer) bool { return n.Version > c.Version })
	d.outcomes++
	if handsOver {
		d.handoffs++
	}
}

// question waits until the form's question is the last thing that the person sees.
func (d *day) question(p *tgsim.Person) {
	d.t.Helper()
	d.quiet()
	if last := p.Last(); last.FromBot() && !last.Shows(d.say(p, "common.cancel")) && !last.Shows(d.say(p, "later.15m")) {
		d.buried++
	}
}

func (d *day) meeting(p *tgsim.Person, card tgsim.Message, c crm.Customer, online bool) {
	emoji := "🏢"
	if online {
		emoji = "💻"
	}
	d.status(p, card, c, emoji, func() {
		d.press(p, d.say(p, "form.tomorrow"))
		d.press(p, d.choice(p, "۱۱:۳۰", "11:30"))
		if online {
			d.press(p, d.say(p, "form.skip"))
		}
		d.colleague(p)
		d.press(p, d.choice(p, "یک ساعت", "1 hour"))
	}, true)
}

// colleague chooses the next agent in line.
func (d *day) colleague(p *tgsim.Person) {
	for i, q := range d.agents {
		if q == p {
			d.press(p, d.agents[(i+1)%len(d.agents)].Profile().FirstName)
		}
	}
}

func (d *day) reminder(p *tgsim.Person) {
	p.Type(d.choice(p, "فردا ساعت ۹:۳۰", "tomorrow 9:30"))
}

func (d *day) handOver(p *tgsim.Person, card tgsim.Message, c crm.Customer) {
	p.PressOn(d.t, card.ID, d.say(p, "button.hand_over"))
	d.question(p)
	d.colleague(p)
	p.Type("لطفاً با ایشان تماس بگیر")
	d.settled(c, func(n crm.Customer) bool { return n.Version > c.Version })
	d.handoffs++
}

// settled waits until a customer is as it should be: the domain's own state.
func (d *day) settled(c crm.Customer, is func(crm.Customer) bool) {
	d.t.Helper()
	d.until(c.Name+" is settled", func() bool { return is(d.customer(c.ID)) })
	d.quiet() // also its answer has been given
}

// until waits for what people's doing comes to.
func (d *day) until(what string, is func() bool) {
	d.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !is(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			d.t.Fatalf("not so: %s\n%s", what, d.sim.Transcript())
		}
	}
}

// takeTheRest has the agents take the leads of the form, one after the other.
func (d *day) takeTheRest() {
	for i := range 40 {
		p := d.agents[i%len(d.agents)]
		n, err := d.crm.WaitingLeads(d.t.Context())
		must(d.t, err)
		p.Type(d.say(p, "menu.take_next"))
		d.until("a lead is taken", func() bool {
			m, err := d.crm.WaitingLeads(d.t.Context())
			must(d.t, err)
			return m < n
		})
	}
}

// nextMorning moves to the next day, where reminders ring and more calls are made.
func (d *day) nextMorning() {
	for _, step := range []time.Duration{24 * time.Hour, 20 * time.Minute, 20 * time.Minute} {
		d.forward(step)
		d.quiet() // a step begins when the one before has arrived
	}
	for _, p := range d.agents {
		dir, err := d.crm.Directory(d.t.Context())
		must(d.t, err)
		in, err := d.crm.Cartable(d.t.Context(), dir, d.staff(p), crm.InboxCursor{}, 12)
		must(d.t, err)
		for i, e := range in.Entries {
			d.call(p, e.Customer, i+2)
		}
	}
}

// checkBooks holds everything against the timelines.
func (d *day) checkBooks() {
	t := d.t
	dir, err := d.crm.Directory(t.Context())
	must(t, err)
	all, err := d.crm.Customers(t.Context(), dir, d.staff(d.owner), crm.Filter{}, crm.Cursor{}, 10000)
	must(t, err)
	if len(all) != 240 {
		t.Errorf("%d customers", len(all))
	}
	for _, c := range all {
		tl, err := d.crm.Timeline(t.Context(), dir, d.staff(d.owner), c.ID, 0, 1000)
		must(t, err)
		events := tl.Events
		for i, j := 0, len(events)-1; i < j; i, j = i+1, j-1 {
			events[i], events[j] = events[j], events[i]
		}
		if diff := crm.Diff(crm.Replay(events), tl.Customer); !diff.Empty() {
			t.Errorf("customer %d does not replay: %+v", c.ID, diff)
		}
		if s, ok := dir.Status(c.Status.Status); ok && s.Ends != crm.Open && (c.Holder != 0 || len(c.Reminders) > 0) {
			t.Errorf("customer %d is ended, and held by %d with %d reminders", c.ID, c.Holder, len(c.Reminders))
		}
	}
	var rings, open int
	must(t, d.pool.QueryRow(t.Context(), `SELECT count(*) FILTER (WHERE kind = 'reminder') FROM notifications WHERE state = 'sent'`).Scan(&rings))
	must(t, d.pool.QueryRow(t.Context(), `SELECT count(*) FROM forms`).Scan(&open))
	if rings < 60 || open != 0 {
		t.Errorf("%d rings, %d forms open", rings, open)
	}
}
