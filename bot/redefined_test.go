package bot_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"cartable/internal/crm"
	"cartable/internal/tgsim"
)

// publish has the owner change the configuration.
func (o *office) publish(edit func(c *crm.Config) error) {
	o.t.Helper()
	owner := o.staff(o.owner)
	command := func(what string) crm.Command {
		o.keys++
		return crm.Command{Actor: owner.ID, Key: fmt.Sprintf("%s %d", what, o.keys)}
	}
	_, err := o.crm.EditConfig(o.t.Context(), command("edit"), func(c *crm.Config) (int64, error) { return 0, edit(c) })
	must(o.t, err)
	_, err = o.crm.PublishDraft(o.t.Context(), command("publish"))
	must(o.t, err)
}

// status is the status with this title.
func (o *office) status(title string) crm.Status {
	o.t.Helper()
	dir, err := o.crm.Directory(o.t.Context())
	must(o.t, err)
	for _, s := range dir.Statuses {
		if s.Title.Text == title {
			return s
		}
	}
	o.t.Fatalf("no status %q", title)
	return crm.Status{}
}

const contract = "منجر به خرید و قرارداد" // asks for محصول یا خدمت, and perhaps for مبلغ

// contracting has an agent in the middle of recording a contract.
func contracting(t *testing.T) (*office, *tgsim.Person, crm.CustomerID, crm.Status) {
	o := newOffice(t, "fa", "fa", "fa")
	sara := o.agents[0]
	id := o.lead("09121234567", "علی رضایی")
	sara.Press(t, "برمی‌دارم")
	sara.Press(t, o.say(sara, "button.status"))
	sara.Press(t, contract)
	sara.See(t, "محصول یا خدمت")
	return o, sara, id, o.status(contract)
}

func (o *office) answered(id crm.CustomerID) map[string]string {
	o.t.Helper()
	o.quiet()
	c := o.customer(id)
	dir, err := o.crm.Directory(o.t.Context())
	must(o.t, err)
	s, _ := dir.Status(c.Status.Status)
	out := map[string]string{}
	for id, v := range c.Status.Answers {
		f, ok := s.AnyField(id)
		if !ok {
			o.t.Errorf("an answer to a field of another status: %d", id)
		}
		out[f.Title.Text] = string(v)
	}
	return out
}

func (o *office) wantAnswers(id crm.CustomerID, want map[string]string) {
	o.t.Helper()
	if got := o.answered(id); fmt.Sprint(got) != fmt.Sprint(want) {
		o.t.Errorf("stored %v, want %v", got, want)
	}
}

// A question that came while the form was open is shown before anything is taken
// as its answer. What was answered stays, with what is just being answered to a
// question that is as it was.
func TestFieldAddedWhileFormIsOpen(t *testing.T) {
	o, sara, id, s := contracting(t)
	sara.Type("نرم‌افزار حسابداری")
	sara.See(t, "مبلغ")
	o.publish(func(c *crm.Config) error {
		number, err := c.AddField(s.ID, crm.Title{Text: "شماره قرارداد"}, crm.Text)
		if err != nil {
			return err
		}
		must(t, c.SetRequired(number, true))
		return c.MoveField(number, crm.Up)
	})
	sara.Type("۱۲۰۰۰۰۰")
	sara.See(t, o.say(sara, "form_bot.changed"), "پرسش تازه: شماره قرارداد", "نرم‌افزار حسابداری")
	sara.Type("ق-۱۲")
	sara.Press(t, "ذخیره")
	sara.See(t, o.say(sara, "button.undo"))
	o.wantAnswers(id, map[string]string{"محصول یا خدمت": "نرم‌افزار حسابداری", "مبلغ": "1200000", "شماره قرارداد": "ق-۱۲"})
}

// What no question shows goes by unnoticed: the answer counts, and so does the save.
func TestStatusChangedBesideItsQuestions(t *testing.T) {
	o, sara, id, s := contracting(t)
	emoji := func(e string) { t.Helper(); o.publish(func(c *crm.Config) error { return c.SetEmoji(s.ID, e) }) }
	emoji("🎁")
	sara.Type("دوره")
	sara.See(t, "مبلغ")
	o.publish(func(c *crm.Config) error { return c.MoveField(s.Fields[0].ID, crm.Down) })
	sara.Type("۵۰۰۰۰۰")
	sara.See(t, "دوره", "ذخیره")
	emoji("📦")
	sara.Press(t, "ذخیره")
	sara.See(t, o.say(sara, "button.undo"))
	sara.NoMore(t, o.say(sara, "form_bot.changed"))
	o.wantAnswers(id, map[string]string{"محصول یا خدمت": "دوره", "مبلغ": "500000"})
}

func TestFieldRenamedWhileFormIsOpen(t *testing.T) {
	o, sara, id, s := contracting(t)
	o.publish(func(c *crm.Config) error { return c.RenameField(s.Fields[0].ID, crm.Title{Text: "چه خرید؟"}) })
	sara.Type("دوره")
	sara.See(t, "نام پرسش تغییر کرد: چه خرید؟")
	sara.Type("دوره")
	sara.Press(t, o.say(sara, "form.skip"))
	sara.Press(t, "ذخیره")
	sara.See(t, o.say(sara, "button.undo"))
	o.wantAnswers(id, map[string]string{"چه خرید؟": "دوره"})
}

func TestFieldRetiredWhileFormIsOpen(t *testing.T) {
	o, sara, id, s := contracting(t)
	sara.Type("دوره")
	sara.See(t, "مبلغ")
	o.publish(func(c *crm.Config) error { return c.RetireField(s.Fields[1].ID) })
	sara.Type("۵۰۰۰۰۰")
	sara.See(t, "دیگر پرسیده نمی‌شود: مبلغ", "دوره", "ذخیره")
	sara.Press(t, "ذخیره")
	sara.See(t, o.say(sara, "button.undo"))
	o.wantAnswers(id, map[string]string{"محصول یا خدمت": "دوره"})
}

func TestFieldMadeRequiredWhileFormIsOpen(t *testing.T) {
	o, sara, id, s := contracting(t)
	sara.Type("دوره")
	sara.Press(t, o.say(sara, "form.skip"))
	sara.See(t, "ذخیره")
	o.publish(func(c *crm.Config) error { return c.SetRequired(s.Fields[1].ID, true) })
	sara.Press(t, "ذخیره")
	sara.See(t, "حالا پاسخ می‌خواهد: مبلغ")
	o.wantAnswers(id, map[string]string{})
	sara.Type("۵۰۰۰۰۰")
	sara.Press(t, "ذخیره")
	sara.See(t, o.say(sara, "button.undo"))
	o.wantAnswers(id, map[string]string{"محصول یا خدمت": "دوره", "مبلغ": "500000"})
}

// A status that is retired under a form leaves the choice of another one, and
// shows what was answered.
func TestStatusRetiredWhileFormIsOpen(t *testing.T) {
	o, sara, id, s := contracting(t)
	sara.Type("دوره مقدماتی")
	sara.See(t, "مبلغ")
	o.publish(func(c *crm.Config) error { return c.RetireStatus(s.ID) })
	sara.Type("۵۰۰۰۰۰")
	sara.See(t, "دیگر استفاده نمی‌شود", "دوره مقدماتی")
	sara.Press(t, "منجر به همکاری")
	sara.See(t, "نوع همکاری")
	sara.See(t, "دوره مقدماتی") // it still stands there
	sara.Type("دوره مقدماتی")
	sara.Press(t, "ذخیره")
	sara.See(t, o.say(sara, "button.undo"))
	o.wantAnswers(id, map[string]string{"نوع همکاری": "دوره مقدماتی"})
}

// A number that answers a question which is gone by now is none to look up.
func TestNumberForAQuestionThatIsRetired(t *testing.T) {
	o, sara, _, s := contracting(t)
	o.publish(func(c *crm.Config) error {
		id, err := c.AddField(s.ID, crm.Title{Text: "تلفن دوم"}, crm.Phone)
		return errors.Join(err, c.MoveField(id, crm.Up), c.MoveField(id, crm.Up))
	})
	sara.Type("دوره")
	sara.See(t, o.say(sara, "form_bot.changed"))
	sara.Type("دوره")
	sara.See(t, "تلفن دوم")
	o.publish(func(c *crm.Config) error { return c.RetireField(o.status(contract).Fields[0].ID) })
	sara.Type("09129876543")
	o.quiet()
	sara.SeeLast(t, "دیگر پرسیده نمی‌شود: تلفن دوم", "دوره")
}

// What was answered to a question that is gone is shown as well when its status goes.
func TestFieldAndStatusRetiredWhileFormIsOpen(t *testing.T) {
	o, sara, _, s := contracting(t)
	sara.Type("دوره مقدماتی")
	sara.See(t, "مبلغ")
	o.publish(func(c *crm.Config) error {
		must(t, c.RetireField(s.Fields[0].ID))
		return c.RetireStatus(s.ID)
	})
	sara.Type("۵۰۰۰۰۰")
	sara.See(t, "دیگر استفاده نمی‌شود", "دوره مقدماتی")
}

// What was answered stays in the chat while the other status is filled in, also what is
// too long for one message.
func TestLongAnswersToAStatusThatIsRetired(t *testing.T) {
	o, sara, _, s := contracting(t)
	o.publish(func(c *crm.Config) error {
		for _, title := range []string{"شرح یک", "شرح دو"} {
			if _, err := c.AddField(s.ID, crm.Title{Text: title}, crm.LongText); err != nil {
				return err
			}
		}
		return nil
	})
	sara.Type("دوره")
	sara.See(t, o.say(sara, "form_bot.changed"))
	sara.Type("دوره")
	sara.See(t, "مبلغ")
	sara.Press(t, o.say(sara, "form.skip"))
	sara.Type(strings.Repeat("یک ", 600) + "پایان یک")
	sara.See(t, "شرح دو")
	sara.Type(strings.Repeat("دو ", 600) + "پایان دو")
	o.quiet()
	sara.SeeLast(t, "ذخیره")
	o.publish(func(c *crm.Config) error { return c.RetireStatus(s.ID) })
	o.press(sara, "form.save")
	sara.Press(t, "منجر به همکاری")
	o.quiet()
	sara.SeeLast(t, "نوع همکاری")
	for _, kept := range []string{"پایان یک", "پایان دو"} {
		if !slices.ContainsFunc(sara.Messages(), func(m tgsim.Message) bool { return m.Shows(kept) && !m.Shows("نوع همکاری") }) {
			t.Errorf("%q is gone", kept)
		}
	}
	o.sim.CheckClean(t)
}

// publishedWhileSaving publishes an edit between the tap on save and the saving.
func (o *office) publishedWhileSaving(p *tgsim.Person, edit func(c *crm.Config) error) {
	t := o.t
	t.Helper()
	o.quiet()
	// The command waits for whoever has the customer, before it reads what is in force.
	hold, err := o.pool.Begin(t.Context())
	must(t, err)
	_, err = hold.Exec(t.Context(), `SELECT FROM customers WHERE id IN (SELECT customer_id FROM forms) FOR NO KEY UPDATE`)
	must(t, err)
	p.Press(t, "ذخیره")
	waiting := false
	for !waiting {
		must(t, o.pool.QueryRow(t.Context(), `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
			AND wait_event_type = 'Lock' AND query LIKE 'SELECT FROM customers%')`).Scan(&waiting))
	}
	o.publish(edit)
	must(t, hold.Rollback(t.Context()))
}

// What is published between the tap on save and the saving is not overlooked.
func TestFieldAddedWhileSaving(t *testing.T) {
	o, sara, id, s := contracting(t)
	sara.Type("دوره")
	sara.Press(t, o.say(sara, "form.skip"))
	sara.See(t, "ذخیره")
	o.publishedWhileSaving(sara, func(c *crm.Config) error {
		_, err := c.AddField(s.ID, crm.Title{Text: "شماره قرارداد"}, crm.Text)
		return err
	})
	sara.See(t, o.say(sara, "form_bot.changed"), "پرسش تازه: شماره قرارداد", "دوره")
	sara.Type("ق-۱۲")
	sara.Press(t, "ذخیره")
	sara.See(t, o.say(sara, "button.undo"))
	o.wantAnswers(id, map[string]string{"محصول یا خدمت": "دوره", "شماره قرارداد": "ق-۱۲"})
}

// Where nothing changed of what they were asked, it is saved.
func TestStatusChangedBesideItsQuestionsWhileSaving(t *testing.T) {
	o, sara, id, s := contracting(t)
	sara.Type("دوره")
	sara.Press(t, o.say(sara, "form.skip"))
	sara.See(t, "ذخیره")
	o.publishedWhileSaving(sara, func(c *crm.Config) error { return c.SetEmoji(s.ID, "🎁") })
	sara.See(t, o.say(sara, "button.undo"))
	o.wantAnswers(id, map[string]string{"محصول یا خدمت": "دوره"})
}

// Who may be next, which reminders are proposed and what may follow what are the
// managers' to say.
func TestRulesOfStatuses(t *testing.T) {
	o := newOffice(t, "fa", "fa", "fa")
	sara, omid, nilu := o.agents[0], o.agents[1], o.agents[2]
	o.publish(func(c *crm.Config) error {
		must(t, c.SetNext(2, crm.NextRule{Mode: crm.NextPeople, People: []crm.StaffID{o.staff(omid).ID, o.staff(o.owner).ID}}))
		must(t, c.SetOffers(2, []crm.Offer{{Kind: crm.OfferBefore, Minutes: 45}, {Kind: crm.OfferDays, Days: 4, At: "09:30"}}))
		return c.SetAfter(9, []crm.StatusID{2})
	})
	id := o.lead("09121234567", "علی رضایی")
	sara.Press(t, "برمی‌دارم")
	sara.Press(t, o.say(sara, "button.status"))
	choose := sara.See(t, "جلسه حضوری", "منتظر پیگیری")
	if labelled(choose, contract) {
		t.Error("what may not follow is offered")
	}
	sara.Press(t, "جلسه حضوری")
	sara.Press(t, "فردا")
	sara.Press(t, "۱۰:۳۰")
	if m := sara.See(t, o.staff(omid).Name); labelled(m, o.staff(nilu).Name) || labelled(m, o.say(sara, "staff.you")) {
		t.Errorf("everybody is offered: %v", m)
	}
	sara.Press(t, "امید")
	if m := sara.See(t, "۴۵ دقیقه قبل", "۴ روز دیگر"); labelled(m, "یک ساعت قبل") {
		t.Errorf("the built-in offers stand: %v", m)
	}
	sara.Press(t, "۴۵ دقیقه قبل")
	sara.Press(t, "ذخیره")
	o.quiet()
	c := o.customer(id)
	if c.Holder != o.staff(omid).ID || len(c.Reminders) != 1 || c.Status.Appointment.Sub(c.Reminders[0].Due).Minutes() != 45 {
		t.Errorf("%+v", c)
	}
	o.forward(c.Reminders[0].Due.Sub(o.clock.Now()))
	omid.Press(t, o.say(omid, "button.done"))
	omid.See(t, contract)
}

// labelled says whether a message has a button that says text.
func labelled(m tgsim.Message, text string) bool {
	return slices.ContainsFunc(m.Labels(), func(label string) bool { return strings.Contains(label, text) })
}
