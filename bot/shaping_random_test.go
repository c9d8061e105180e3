package bot_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"cartable/bot/callback"
	"cartable/bot/chat"
	"cartable/bot/form"
	"cartable/bot/text"
	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/crmtest"

	"pgregory.net/rapid"
)

// asked is a configuration whose statuses ask for something of every kind.
func asked() crm.Config {
	field := func(id crm.FieldID, of crm.StatusID, title string, kind crm.FieldType, required bool) crm.Field {
		f := crm.Field{ID: id, Status: of, Key: fmt.Sprint("k", id), Title: crm.Title{Text: title}, Type: kind, Required: required, Position: int(id)}
		if kind == crm.Choice || kind == crm.Choices {
			f.Choices = []crm.ChoiceOption{{ID: 1, Title: crm.Title{Text: "گران"}}, {ID: 2, Title: crm.Title{Text: "دیر"}}, {ID: 3, Title: crm.Title{Text: "دور"}}}
		}
		return f
	}
	anyone := crm.NextRule{Mode: crm.NextAnyone}
	return crm.Config{
		Settings: crm.Settings{Zone: "Asia/Tehran", Language: crm.Persian, AgentsSeeAll: true},
		Statuses: []crm.Status{
			{ID: 1, Version: 1, Position: 1, Title: crm.Title{Text: "جلسه"}, Emoji: "🏢", Cartable: crm.CartableNext, Next: anyone, Reminder: crm.ReminderYes,
				AppointmentDate: 12, AppointmentTime: 13, Fields: []crm.Field{
					{ID: 11, Status: 1, Key: "day", Title: crm.Title{Text: "روز جلسه"}, Type: crm.Weekday, Derived: 12, Position: 11},
					field(12, 1, "تاریخ جلسه", crm.Date, true), field(13, 1, "ساعت جلسه", crm.Time, true), field(14, 1, "دستور جلسه", crm.LongText, false)}},
			{ID: 2, Version: 1, Position: 2, Title: crm.Title{Text: "انصراف"}, Cartable: crm.CartableNone, Next: anyone, Reminder: crm.ReminderNo, Ends: crm.Lost, Fields: []crm.Field{
				field(21, 2, "علت انصراف", crm.Choice, true), field(22, 2, "علت‌های دیگر", crm.Choices, false), field(23, 2, "شماره دوم", crm.Phone, false),
				field(24, 2, "چه روزی", crm.Weekday, false)}},
			{ID: 3, Version: 1, Position: 3, Title: crm.Title{Text: "قرارداد"}, Cartable: crm.CartableStay, Next: anyone, Reminder: crm.ReminderOptional, Ends: crm.Won, Fields: []crm.Field{
				field(31, 3, "مبلغ قرارداد", crm.Money, true), field(32, 3, "تعداد نفرات", crm.Number, false), field(33, 3, "نقد است؟", crm.YesNo, false),
				field(34, 3, "پیوند سند", crm.Link, false), field(35, 3, "مسئول سند", crm.Staffer, false), field(36, 3, "رایانامه مالی", crm.Email, false)}},
		},
	}
}

// answersTo are words that answer a question of a kind; buttons answer the others.
var answersTo = map[crm.FieldType][]string{
	crm.Text: {"متن یک", "متن دو"}, crm.LongText: {"خط یک\nخط دو", "یادداشت"}, crm.Number: {"۱۲", "3.5"}, crm.Money: {"۱٬۲۰۰٬۰۰۰"},
	crm.Date: {"2026-12-02", "2026-12-05"}, crm.Time: {"10:30", "17:00"}, crm.DateTime: {"2026-12-01 09:00"}, crm.Phone: {"09121234567"},
	crm.Email: {"a@example.com"}, crm.Link: {"https://example.com/x"},
}

// Whatever managers rename, move, retire and add while three agents are in the middle of
// forms: nobody loses an answer, none is stored under another question than the one that
// was answered, and each agent is told whatever comes of what they do.
//
// All 10,000 runs: go test ./bot -run TestShapingMeetsAgents -rapid.checks=10000
func TestShapingMeetsAgents(t *testing.T) {
	crmtest.Runs(t, 100)
	cat, err := text.Load()
	must(t, err)
	rapid.Check(t, func(t *rapid.T) {
		d := newDesks(t, cat, asked(), 11, 12, 13)
		var agents []*agent
		for _, id := range []crm.StaffID{11, 12, 13} {
			a := &agent{desks: d, id: id, p: cat.Printer(d.staff(id).Language)}
			a.begin()
			agents = append(agents, a)
		}
		for range rapid.IntRange(5, 40).Draw(t, "steps") {
			a := rapid.SampledFrom(agents).Draw(t, "agent")
			switch rapid.SampledFrom([]string{"on", "on", "on", "on", "about", "shape", "race"}).Draw(t, "step") {
			case "on":
				a.goOn()
			case "about":
				a.tapAbout()
			case "shape":
				d.shape()
			case "race":
				d.race = func() { d.race = nil; d.shape() }
			}
		}
		d.race = nil
		for _, a := range agents {
			a.finish()
		}
	})
}

func (d *desks) staff(id crm.StaffID) crm.Staff { return d.dir().Staff[id] }

func (d *desks) dir() crm.Directory {
	dir, err := d.crm.Directory(d.t.Context())
	d.must(err)
	return dir
}

func (d *desks) must(err error) {
	if err != nil {
		d.t.Fatal(err)
	}
}

// people fails the run on an error that is none for people.
func (d *desks) people(err error) {
	var e *crm.Error
	if err != nil && !errors.As(err, &e) {
		d.t.Fatalf("a fault: %v", err)
	}
}

func (d *desks) cmd(actor crm.StaffID) crm.Command {
	d.number++
	return crm.Command{Actor: actor, Key: fmt.Sprint("manager ", d.number)}
}

// shape publishes some edits of a manager.
func (d *desks) shape() {
	manager := crm.StaffID(rapid.IntRange(1, 2).Draw(d.t, "manager"))
	for range rapid.IntRange(1, 3).Draw(d.t, "edits") {
		edit := crmtest.DrawFormEdit(d.t)
		_, err := d.crm.EditConfig(d.t.Context(), d.cmd(manager), func(c *crm.Config) (int64, error) { return 0, edit(c) })
		d.people(err)
	}
	_, err := d.crm.PublishDraft(d.t.Context(), d.cmd(manager))
	if d.people(err); err != nil {
		d.people(d.crm.DiscardDraft(d.t.Context(), d.cmd(manager)))
	}
}

// agent is somebody who fills a form in: reads, taps and types.
type agent struct {
	*desks
	id     crm.StaffID
	p      text.Printer
	old    []string // data of buttons that were before them
	recall []string // what was answered to a status that is gone: it has to stay in the chat
	done   bool
}

// open is the form before the agent, if there is one.
func (a *agent) open() (d form.Draft, kind string, ok bool) {
	f, ok, err := a.papers.Current(a.t.Context(), a.id, int64(a.id))
	a.must(err)
	if !ok {
		return d, "", false
	}
	d, err = a.papers.Load(a.t.Context(), f.ID)
	a.must(err)
	return d, string(f.Kind), true
}

// keyboard is the data of the buttons of the form.
func (a *agent) keyboard(d form.Draft) []string {
	var out []string
	for _, row := range a.papers.messages[int64(a.id)][d.Message-1].Inline {
		for _, b := range row {
			out = append(out, b.Data)
		}
	}
	return out
}

func (a *agent) begin() {
	may := a.possible()
	if len(may) == 0 {
		a.done = true
		return
	}
	s := rapid.SampledFrom(may).Draw(a.t, "status")
	a.papers.messages[int64(a.id)] = []*view.Message{{}}
	a.handle(chat.Update{Kind: chat.Tap, Message: 1, Data: callback.MustEncode(callback.Ref{Action: callback.ChooseStat,
		Record: int64(a.id), Version: 1, Arg: int64(s)})})
}

// possible are the statuses that can be set for somebody who has none.
func (a *agent) possible() (out []crm.StatusID) {
	for _, s := range a.dir().Statuses {
		if !s.Retired && s.MayFollow(0) {
			out = append(out, s.ID)
		}
	}
	return out
}

func (a *agent) tap(d form.Draft, data string) {
	a.does(d, chat.Update{Kind: chat.Tap, Message: d.Message, Data: data})
}

// typed is what stands below all that was said.
func (a *agent) typed(d form.Draft, words string) {
	a.papers.messages[int64(a.id)] = append(a.papers.messages[int64(a.id)], &view.Message{})
	a.does(d, chat.Update{Kind: chat.Text, Message: len(a.papers.messages[int64(a.id)]), Text: words})
}

func (a *agent) handle(up chat.Update) {
	a.number++
	up.ID, up.ChatID, up.Private, up.At = int64(a.number), int64(a.id), true, a.now
	up.From = chat.Person{ID: int64(a.id)}
	if up.Kind == chat.Tap {
		up.Query = fmt.Sprint("query ", a.number)
	}
	a.papers.said, a.papers.answers = nil, 0
	a.must(a.bot.Handle(a.t.Context(), up))
	if up.Kind == chat.Tap && a.papers.answers != 1 {
		a.t.Fatalf("a tap is answered %d times", a.papers.answers)
	}
}

// goOn takes the next step as somebody does who wants to be done with the form.
func (a *agent) goOn() {
	d, kind, ok := a.open()
	if a.done || !ok {
		return
	}
	data := a.keyboard(d)
	a.old = append(a.old, data...)
	answers := a.taps(data, callback.FormAnswer)
	q, asked := a.question(d)
	switch {
	case kind == "status" && d.Current == "" && rapid.IntRange(0, 3).Draw(a.t, "types") == 0:
		a.typed(d, a.p.T("form.save"))
	case kind == "status" && d.Current == "":
		a.tap(d, a.taps(data, callback.FormSave)[0])
	case asked && q.Type == crm.File:
		a.does(d, chat.Update{Kind: chat.Document, Message: d.Message, File: &chat.FileRef{ID: "AgAC", Name: "a.pdf"}})
	case asked && q.Type == crm.Choices:
		a.tap(d, rapid.SampledFrom(a.taps(data, callback.FormPick)).Draw(a.t, "tick or done"))
	case asked && len(answersTo[q.Type]) > 0 && (len(answers) == 0 || rapid.Bool().Draw(a.t, "types")):
		a.typed(d, rapid.SampledFrom(answersTo[q.Type]).Draw(a.t, "words"))
	case len(answers) > 0:
		a.tap(d, rapid.SampledFrom(answers).Draw(a.t, "answer"))
	default:
		if len(a.possible()) > 0 {
			a.t.Fatalf("no way on at %q of %s, with %q", d.Current, kind, data)
		}
		a.done = true // managers left no status that can be set
	}
}

// question is what the form asks, as the agent saw it.
func (a *agent) question(d form.Draft) (q form.Question, ok bool) {
	switch d.Current {
	case form.NextID:
		return form.Question{Type: crm.Staffer}, true
	case form.ReminderID:
		return form.Question{Type: crm.DateTime}, true
	}
	f, ok := a.field(d.Current)
	return form.FromField(f, a.p.Lang()), ok
}

// field is the field behind a question, also of another status.
func (a *agent) field(question string) (crm.Field, bool) {
	id, err := strconv.ParseInt(strings.TrimPrefix(question, "f"), 36, 64)
	if err != nil {
		return crm.Field{}, false
	}
	for _, s := range a.dir().Statuses {
		if f, ok := s.AnyField(crm.FieldID(id)); ok {
			return f, true
		}
	}
	return crm.Field{}, false
}

// taps are the data of one action among those of buttons.
func (a *agent) taps(data []string, action callback.Action) []string {
	return slices.DeleteFunc(slices.Clone(data), func(s string) bool {
		ref, err := callback.Decode(s)
		return err != nil || ref.Action != action
	})
}

// tapAbout taps any button of the form, or one that was there before, but for giving up.
func (a *agent) tapAbout() {
	d, _, ok := a.open()
	if a.done || !ok {
		return
	}
	data := append(a.keyboard(d), a.old...)
	cancel := a.taps(data, callback.FormCancel)
	data = slices.DeleteFunc(data, func(s string) bool { return slices.Contains(cancel, s) })
	if len(data) > 0 {
		a.tap(d, rapid.SampledFrom(data).Draw(a.t, "any button"))
	}
}

// finish goes on while nobody shapes anything any more, until the outcome is stored.
func (a *agent) finish() {
	const enough = 300 // steps: ticks are tapped at random
	for range enough {
		if a.done {
			return
		}
		a.goOn()
	}
	d, kind, _ := a.open()
	a.t.Fatalf("cannot be finished: %s at %q with %v, shown %v", kind, d.Current, d.Answers, a.papers.said)
}

// does carries one input out and checks what became of the form by it.
func (a *agent) does(before form.Draft, up chat.Update) {
	was, err := a.store.Customer(a.t.Context(), crm.CustomerID(a.id))
	a.must(err)
	a.handle(up)
	if up.Kind != chat.Tap && len(a.papers.said) == 0 {
		a.t.Fatalf("%q is not answered", up.Text)
	}
	c, err := a.store.Customer(a.t.Context(), crm.CustomerID(a.id))
	a.must(err)
	after, kind, open := a.open()
	in := input{agent: a, up: up, before: before, after: after}
	switch {
	case c.Status.Status != 0:
		a.done = true
		in.stored(c)
	case c.Version != was.Version:
		a.t.Fatalf("the customer changed, and the status did not")
	case !open:
		a.t.Fatalf("the form is gone, and nothing is stored: %v, said %v", before.Answers, a.papers.said)
	case after.ID == before.ID:
		in.kept()
	case kind == "choose":
		in.recalled()
	}
	for _, part := range a.recall {
		if !slices.ContainsFunc(a.papers.messages[int64(a.id)], func(m *view.Message) bool { return strings.Contains(view.Plain(m.HTML), part) }) {
			a.t.Fatalf("%q stands nowhere in the chat any more", part)
		}
	}
}

// input is one input to a form, and the form before and after it.
type input struct {
	*agent
	up            chat.Update
	before, after form.Draft
}

// says whether what was shown and answered holds all of some parts.
func (in input) says(parts ...string) bool {
	all := unisolated(strings.Join(in.papers.said, "\n"))
	return !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(all, unisolated(part)) })
}

func unisolated(s string) string { return strings.NewReplacer("\u2068", "", "\u2069", "").Replace(s) }

// explains says whether the loss of an answer is told: its question is named in the line
// of questions that are gone, or of answers that do not fit.
func (in input) explains(question string) bool {
	titles := []string{in.before.Titles[question], in.after.Titles[question]}
	for line := range strings.Lines(unisolated(strings.Join(in.papers.said, "\n"))) {
		for _, kind := range []form.ChangeKind{form.QuestionGone, form.AnswerUnfit} {
			named := slices.ContainsFunc(titles, func(t string) bool { return t != "" && strings.Contains(line, t) })
			if named && strings.Contains(line, in.p.T("form.change_"+string(kind), "Title", "")) {
				return true
			}
		}
	}
	return false
}

// kept checks a form that goes on: whatever was answered stands, but for what the input
// itself answers anew and for what is told; and nothing else has an answer.
func (in input) kept() {
	own := in.before.Current
	for id, v := range in.before.Answers {
		now := in.after.Answers[id]
		moved := id == form.ReminderID && in.before.Current != "" && in.after.Answers[own] != in.before.Answers[own]
		f, _ := in.field(id)
		if !sameAnswer(f, now, v) && id != own && !moved && !in.explains(id) {
			in.t.Fatalf("%q of %q became %q without a word: said %v", v, in.before.Titles[id], now, in.papers.said)
		}
	}
	for id, v := range in.after.Answers {
		if f, _ := in.field(id); sameAnswer(f, v, in.before.Answers[id]) || in.explains(id) {
			continue
		}
		if id != own {
			in.t.Fatalf("an answer to %q is %q under %q", own, v, id)
		}
		if in.before.Titles[id] != in.after.Titles[id] {
			in.t.Fatalf("%q was given to %q, and stands under %q", v, in.before.Titles[id], in.after.Titles[id])
		}
	}
	ref, err := callback.Decode(in.up.Data)
	ticks := in.up.Kind == chat.Text || err != nil || ref.Question == own
	f, _ := in.field(own)
	if own == in.after.Current && !ticks && !sameAnswer(f, in.before.Picker.Chosen, in.after.Picker.Chosen) && !in.explains(own) {
		in.t.Fatalf("the ticks %q became %q", in.before.Picker.Chosen, in.after.Picker.Chosen)
	}
	if in.saves() && in.after.Notice == "" && !in.says(in.p.T("form_bot.changed")) {
		in.t.Fatalf("not saved, and why is not said: %v", in.papers.said)
	}
}

// saves says whether the input was to save the form.
func (in input) saves() bool {
	ref, err := callback.Decode(in.up.Data)
	return in.before.Current == "" && (in.up.Kind == chat.Text || err == nil && ref.Action == callback.FormSave)
}

// recalled checks that whoever has to choose another status sees all that was answered.
func (in input) recalled() {
	for id, v := range in.before.Answers {
		f, ok := in.field(id)
		if !ok {
			continue
		}
		parts := []string{view.Label(f.Title.Text)}
		if f.Type == crm.Text || f.Type == crm.LongText || f.Type == crm.Email || f.Type == crm.Link {
			parts = append(parts, strings.Split(string(v), "\n")...)
		}
		if !in.says(parts...) {
			in.t.Fatalf("%q of %q is forgotten: said %v", v, f.Title.Text, in.papers.said)
		}
		in.recall = append(in.recall, parts...)
	}
}

// stored checks that the customer has every answer, under the question that the agent saw,
// and that the agent is told.
func (in input) stored(c crm.Customer) {
	s, _ := in.dir().Status(c.Status.Status)
	if c.Status.Status != crm.StatusID(in.before.Subject) || c.Status.Definition != s.Version {
		in.t.Fatalf("answers to %d are stored as %+v, in force is version %d", in.before.Subject, c.Status, s.Version)
	}
	if !in.says(view.Plain(view.Text(s.Title.Text))) {
		in.t.Fatalf("that the status is set is not said: %v", in.papers.said)
	}
	for id, v := range in.before.Answers {
		switch f, of := in.field(id); {
		case id == form.NextID:
			if c.Holder != v.StaffID() {
				in.t.Fatalf("held by %d, chosen %s", c.Holder, v)
			}
		case id == form.ReminderID:
			if at, _ := form.Instant(v); len(c.Reminders) != 1 || !c.Reminders[0].Due.Equal(at) {
				in.t.Fatalf("reminders %+v, chosen %s", c.Reminders, v)
			}
		case !of || !sameAnswer(f, c.Status.Answers[f.ID], v):
			in.t.Fatalf("%q of %q is lost: %v", v, in.before.Titles[id], c.Status.Answers)
		}
	}
	for id, v := range c.Status.Answers {
		f, asked := s.Field(id)
		q := form.FieldQuestion(id)
		switch {
		case !asked:
			in.t.Fatalf("%q is stored under %d, which the status does not ask for", v, id)
		case f.Derived == 0 && !sameAnswer(f, in.before.Answers[q], v):
			in.t.Fatalf("%q is stored under %q, answered %q", v, f.Title.Text, in.before.Answers[q])
		case f.Derived == 0 && in.before.Titles[q] != f.Title.Text:
			in.t.Fatalf("%q was given to %q, and is stored under %q", v, in.before.Titles[q], f.Title.Text)
		}
	}
}

// sameAnswer compares several choices as a set: they stand in the order that the managers gave
// to the choices, and change with it.
func sameAnswer(f crm.Field, a, b crm.Value) bool {
	set := func(v crm.Value) []string { return slices.Sorted(slices.Values(strings.Split(string(v), ","))) }
	return a == b || f.Type == crm.Choices && slices.Equal(set(a), set(b))
}
