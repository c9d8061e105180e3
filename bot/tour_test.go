package bot_test

import (
	"fmt"
	"testing"
	"time"

	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/tgsim"
)

// press waits until all is quiet, then taps the newest button of that meaning.
func (o *office) press(p *tgsim.Person, key string) {
	o.t.Helper()
	o.quiet()
	p.Press(o.t, view.Capital(o.say(p, key)))
	o.quiet()
}

// types types and waits until it was handled.
func (o *office) types(p *tgsim.Person, text string) {
	o.t.Helper()
	p.Type(text)
	o.quiet()
}

// The owner's first day: a name, an invite, a form; then the colleagues.
func TestOwnerSetsUp(t *testing.T) {
	o := newOffice(t, "fa")
	boss, sara := o.owner, o.agents[0]
	o.press(boss, "setup.name")
	o.types(boss, "آموزشگاه نور")
	boss.See(t, "آموزشگاه نور")
	o.press(boss, "setup.form")
	o.types(boss, "فرم سایت")
	boss.See(t, "https://example.com/f/")
	o.types(boss, "/staff")
	o.press(boss, "team.invite_agent")
	boss.See(t, "https://t.me/")
	for i := range 3 {
		id := o.lead(fmt.Sprintf("0912000000%d", i), fmt.Sprintf("مشتری %d", i))
		_, err := o.crm.Take(t.Context(), crm.Command{Actor: o.staff(sara).ID, Key: fmt.Sprint("take", i)}, id)
		must(t, err)
	}
	o.types(boss, o.say(boss, "menu.settings"))
	o.press(boss, "menu.staff")
	o.press(boss, "team.invite_manager")
	o.types(boss, "/staff")
	boss.Press(t, "سارا")
	o.press(boss, "team.suspend")
	if o.staff(sara).State != crm.Suspended {
		t.Fatal("not suspended")
	}
	o.press(boss, "team.resume")
	o.press(boss, "team.remove")
	o.press(boss, "heirs.later")
	o.press(boss, "team.remove_yes")
	if o.staff(sara).State != crm.Removed {
		t.Fatal("not removed")
	}
	o.press(boss, "team.give_all")
	boss.See(t, o.say(boss, "team.to_pool"))
	o.press(boss, "team.to_pool")
	o.press(boss, "heirs.yes")
	if n, err := o.crm.HeldCount(t.Context(), o.staff(sara).ID); n != 0 || err != nil {
		t.Fatal(n, err)
	}
	sara.Type("/menu")
	sara.See(t, o.cat.Printer(crm.Persian).T("stranger.hello"))
	o.sim.CheckClean(t)
}

// Lists: all customers with filters and pages, search, the cartable's pages.
func TestBrowsing(t *testing.T) {
	for _, lang := range []string{"fa", "en"} {
		o := newOffice(t, lang)
		p := o.agents[0]
		for i := range 25 {
			id := o.lead(fmt.Sprintf("091200000%02d", i), fmt.Sprintf("Name %02d", i))
			_, err := o.crm.Take(t.Context(), crm.Command{Actor: o.staff(p).ID, Key: fmt.Sprint("take", i)}, id)
			must(t, err)
		}
		for _, cmd := range []string{"/start", "/menu", "/help", "/cartable"} {
			o.types(p, cmd)
		}
		o.press(p, "cartable.next")
		o.press(p, "cartable.first")
		o.types(p, "/customers")
		o.press(p, "customers.next")
		o.press(p, "customers.first")
		for _, by := range []string{"status", "source", "holder", "period"} {
			o.press(p, "customers.filters")
			o.press(p, "customers.by_"+by)
			switch by {
			case "status":
				o.press(p, "status.none")
			case "source":
				o.press(p, "customers.any")
			case "holder":
				o.press(p, "staff.you")
			default:
				o.press(p, "customers.period_w")
			}
		}
		o.press(p, "customers.filters")
		o.press(p, "customers.clear")
		o.types(p, "Name 2")
		o.types(p, "Name 07")
		p.See(t, "09120000007")
		o.types(p, "ک")
		o.types(p, "zzzz nobody")
		o.types(p, "/find")
		o.types(p, "0000012")
		p.See(t, "09120000012")
		o.types(p, "/find Name 13")
		p.See(t, "09120000013")
		o.types(p, "/language")
		other := map[string]string{"fa": "language.en", "en": "language.fa"}[lang]
		o.press(p, other)
		o.types(p, "/cancel")
		if string(o.staff(p).Language) == lang {
			t.Error("the language did not change")
		}
		o.press(p, "language."+lang)
		o.types(p, "/cancel")
		if string(o.staff(p).Language) != lang {
			t.Error("the choice was not there any more")
		}
		o.sim.CheckClean(t)
	}
}

// A card's smaller works: notes, fields, numbers, contacts, undo.
func TestCardWorks(t *testing.T) {
	o := newOffice(t, "fa", "fa")
	sara, omid := o.agents[0], o.agents[1]
	o.types(sara, "09121112233")
	o.press(sara, "unknown.add")
	o.types(sara, "زهرا کریمی")
	o.types(sara, "معرف: آقای احمدی")
	id := crm.CustomerID(1)
	if c := o.customer(id); c.Name != "زهرا کریمی" {
		t.Fatalf("%+v", c)
	}
	o.press(sara, "button.take")
	card := sara.See(t, "زهرا کریمی", o.say(sara, "button.status"))
	sara.PressOn(t, card.ID, o.say(sara, "button.undo"))
	o.quiet()
	if o.customer(id).Holder != 0 {
		t.Fatal("not undone")
	}
	o.types(sara, "09121112233")
	o.press(sara, "button.take")
	o.press(sara, "button.note")
	o.types(sara, "دوره شبانه می‌خواهد")
	o.press(sara, "button.edit")
	o.press(sara, "field.city")
	o.types(sara, "اصفهان")
	o.types(sara, "09121112233")
	o.press(sara, "button.edit")
	sara.Press(t, "مقطع")
	o.types(sara, "کارشناسی")
	o.types(sara, "09121112233")
	o.press(sara, "button.edit")
	o.press(sara, "field.phone_add")
	sara.SendContact("+989351112233", "زهرا")
	o.quiet()
	c := o.customer(id)
	if c.City != "اصفهان" || len(c.Phones) != 2 || len(c.Values) != 1 {
		t.Fatalf("%+v", c)
	}
	o.types(sara, "09121112233")
	o.press(sara, "button.wrong_number")
	sara.Press(t, "09121112233")
	o.quiet()
	if !o.customer(id).Phones[0].Wrong {
		t.Fatal("not wrong")
	}
	o.types(sara, "09351112233")
	o.press(sara, "button.timeline")
	o.types(omid, "09351112233")
	o.press(omid, "button.ask")
	o.press(sara, "notice.keep")
	o.types(omid, "09351112233")
	o.press(omid, "button.ask")
	o.press(sara, "notice.give")
	if o.customer(id).Holder != o.staff(omid).ID {
		t.Fatal("not given")
	}
	omid.SendContact("09121112233", "زهرا")
	o.quiet()
	omid.SendFile("list.pdf", []byte("x"))
	o.quiet()
	omid.See(t, o.say(omid, "file.not_asked"))
	o.sim.CheckClean(t)
}

// A hand-off is returned, a reminder is put off, repeated and told to the manager,
// an appointment moves, and five calls find nobody.
func TestFollowUp(t *testing.T) {
	o := newOffice(t, "fa", "fa")
	sara, omid := o.agents[0], o.agents[1]
	id := o.lead("09121112233", "زهرا کریمی")
	o.press(sara, "button.take")
	o.press(sara, "button.hand_over")
	sara.Press(t, "امید")
	o.types(sara, "لطفاً تو پیگیری کن")
	o.press(omid, "button.return")
	o.types(omid, "این هفته نیستم")
	if o.customer(id).Holder != o.staff(sara).ID {
		t.Fatal("not returned")
	}
	o.press(sara, "button.hand_over")
	sara.Press(t, "امید")
	o.press(sara, "form.skip")
	o.press(omid, "button.accept")
	o.press(omid, "button.remind")
	o.types(omid, "فردا ساعت ۱۰")
	o.types(omid, "قیمت دوره")
	o.forward(24 * time.Hour)
	omid.See(t, "قیمت دوره", o.say(omid, "later.15m"))
	o.quiet()
	o.forward(16 * time.Minute)
	omid.See(t, o.say(omid, "notice.reminder_again"))
	o.quiet()
	o.forward(16 * time.Minute)
	o.owner.See(t, "زهرا کریمی", o.say(o.owner, "button.done"))
	o.press(omid, "later.pick")
	o.types(omid, "دو ساعت دیگر")
	o.forward(2 * time.Hour)
	o.press(omid, "button.done")
	omid.Press(t, "جلسه آنلاین")
	o.types(omid, "فردا ساعت ۱۵")
	o.press(omid, "form.skip")
	o.quiet()
	omid.Press(t, "شما")
	o.quiet()
	omid.Press(t, "یک ساعت قبل")
	o.press(omid, "form.save")
	before := o.customer(id).Status.Appointment
	if before == nil {
		t.Fatal("no appointment")
	}
	o.types(o.owner, "09121112233")
	o.press(o.owner, "button.reschedule")
	o.types(o.owner, "پس‌فردا ساعت ۱۶")
	o.press(o.owner, "form.skip")
	o.owner.Press(t, "امید")
	o.quiet()
	o.owner.Press(t, "یک ساعت قبل")
	o.press(o.owner, "form.save")
	if after := o.customer(id).Status.Appointment; after.Equal(*before) {
		t.Fatal("not moved")
	}
	omid.See(t, o.cat.Printer(crm.Persian).T("notice.appointment"), "زهرا کریمی")
	for range crm.MaxAttempts {
		o.types(omid, "09121112233")
		o.press(omid, "button.no_answer")
	}
	if c := o.customer(id); c.Attempts != crm.MaxAttempts {
		t.Fatalf("%d", c.Attempts)
	}
	o.sim.CheckClean(t)
}

// Two forms at once: the first waits and is continued; a definition is never lost.
func TestParkedForm(t *testing.T) {
	o := newOffice(t, "fa")
	sara := o.agents[0]
	id := o.lead("09121112233", "زهرا کریمی")
	o.press(sara, "button.take")
	card := sara.See(t, "زهرا کریمی", o.say(sara, "button.note"))
	o.press(sara, "button.status")
	sara.Press(t, "منجر به خرید")
	o.quiet()
	sara.PressOn(t, card.ID, o.say(sara, "button.note"))
	o.quiet()
	o.types(sara, "یادداشت")
	o.press(sara, "form_bot.continue")
	o.types(sara, "دوره جامع")
	o.types(sara, "۲ میلیون")
	o.press(sara, "form.save")
	if o.customer(id).Status.Status == 0 {
		t.Fatal("not saved")
	}
	o.types(sara, "/new")
	o.types(sara, "/cancel")
	sara.See(t, o.say(sara, "form_bot.cancelled"))
	o.owner.Type("الف 09120000001\nب 09120000002")
	o.press(o.owner, "list.take_in")
	o.press(o.owner, "list.offer")
	sara.See(t, "09120000002")
	sara.Type("پ 09120000003\nت 09120000004\nبدون شماره")
	o.press(sara, "list.take_in")
	o.owner.See(t, o.say(o.owner, "list.share"))
	sara.Block()
	o.quiet()
	sara.Unblock()
	o.quiet()
	o.sim.CheckClean(t)
}
