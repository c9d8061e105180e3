package form_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"cartable/bot/form"
	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/crmtest"
)

// fitting are values that a question of each type takes; of choices those of choices.
var fitting = map[crm.FieldType][]crm.Value{
	crm.Text: {"متن", "12"}, crm.LongText: {"دو\nخط", "12"}, crm.Number: {"12", "-3.5"}, crm.Money: {"12", "0"}, crm.YesNo: {"yes", "no"},
	crm.Choice: {"1", "2", "3"}, crm.Choices: {"1", "1,3", "1,2,3", "2,4"}, crm.Staffer: {"1", "4"},
	crm.Date: {"2026-12-02"}, crm.Time: {"10:30", "12:00"}, crm.DateTime: {"2026-12-02T06:30:00Z"}, crm.Weekday: {"0", "6"},
	crm.Phone: {"+989121234567"}, crm.Email: {"a@example.com"}, crm.Link: {"https://example.com"}, crm.File: {"AgAC|a.pdf"},
}

// askedOf draws questions of any type, with titles of their own.
func askedOf(t *rapid.T, from, most int) []form.Question {
	var qs []form.Question
	for i := range rapid.IntRange(1, most).Draw(t, "questions") {
		id := from + i
		qs = append(qs, form.Question{ID: form.FieldQuestion(crm.FieldID(id)), Field: crm.FieldID(id), Title: fmt.Sprintf("پرسش %d.", id),
			Type: rapid.SampledFrom(crm.FieldTypes()).Draw(t, "type"), Required: rapid.Bool().Draw(t, "required"), Choices: options("یک", "دو", "سه", "چهار")})
	}
	return qs
}

// filled draws a draft that was filled in to some point, and maybe ticked.
func filled(t *rapid.T, def form.Definition, e form.Env) form.Draft {
	d := form.Draft{ID: form.NewID(), Answers: form.Answers{}, Skipped: map[string]bool{}}
	for _, q := range def.Questions {
		switch rapid.SampledFrom([]string{"answered", "answered", "skipped", "open"}).Draw(t, "state") {
		case "answered":
			d.Answers[q.ID] = rapid.SampledFrom(fitting[q.Type]).Draw(t, "answer")
		case "skipped":
			d.Skipped[q.ID] = !q.Required
		}
	}
	d = form.Open(def, d, e)
	for range rapid.IntRange(0, 4).Draw(t, "taps") {
		next, o := tapData(t, def, d, rapid.SampledFrom(buttons(t, form.Show(def, d, e))).Draw(t, "button"), e)
		if !o.Submit && !o.Cancel {
			d = next
		}
	}
	return d
}

// redefined draws what managers can make of a definition.
func redefined(t *rapid.T, def form.Definition) form.Definition {
	def.Version++
	var qs []form.Question
	for _, q := range rapid.Permutation(def.Questions).Draw(t, "order") {
		q.Choices = rapid.Permutation(q.Choices).Draw(t, "order of choices")
		for i := range q.Choices {
			q.Choices[i].Retired = rapid.IntRange(0, 3).Draw(t, "choice goes") == 0
		}
		switch rapid.SampledFrom([]string{"", "", "rename", "retire", "retire", "required"}).Draw(t, "edit") {
		case "rename":
			q.Title = "نام تازه " + q.Title
		case "retire":
			continue
		case "required":
			q.Required = !q.Required
		}
		if date := slices.IndexFunc(qs, func(q form.Question) bool { return q.Type == crm.Date }); q.Type == crm.Weekday && date >= 0 {
			q.Follows = qs[date].ID
		}
		qs = append(qs, q)
	}
	def.Questions = slices.Concat(qs, askedOf(t, 100, 3)) // of the new ones one at least
	return def
}

// Whatever managers make of the questions under a draft: every answer, and every tick,
// stays under its question or is named in what the person is told, whichever holds; and
// everything else that they have to know is told too.
//
// All 10,000 runs: go test ./bot/form -run TestAdaptKeepsOrTells -rapid.checks=10000
func TestAdaptKeepsOrTells(t *testing.T) {
	crmtest.Runs(t, 500)
	envs := []form.Env{env(t, crm.Persian), env(t, crm.English)}
	rapid.Check(t, func(t *rapid.T) {
		e := rapid.SampledFrom(envs).Draw(t, "language")
		old := form.Definition{Version: 1, Title: "فرم", Questions: askedOf(t, 1, 16), Summary: true}
		before := filled(t, old, e)
		def := redefined(t, old)
		d, changes := form.Adapt(def, before, e)
		a := adaptation{t: t, def: def, before: before, d: d, changes: changes, env: e}
		for id, v := range before.Answers {
			a.answer(id, v)
		}
		for id, v := range d.Answers {
			if before.Answers[id] == "" {
				t.Fatalf("%q came from nowhere under %s", v, id)
			}
		}
		for _, q := range def.Questions {
			if q.Follows == "" {
				a.question(q)
			}
		}
		for id, title := range before.Titles {
			if q, ok := def.Question(id); !ok || q.Follows != "" {
				a.told(form.QuestionGone, id, title)
			}
		}
		a.ticks()
		checkView(t, form.Show(def, d, e))
	})
}

// adaptation is a draft before and after its questions were changed.
type adaptation struct {
	t         *rapid.T
	def       form.Definition
	before, d form.Draft
	changes   []form.Change
	env       form.Env
}

func (a adaptation) names(kind form.ChangeKind, id string) bool {
	return slices.ContainsFunc(a.changes, func(c form.Change) bool { return c.Kind == kind && c.Question == id })
}

// told fails the run unless the view says what happened to a question.
func (a adaptation) told(kind form.ChangeKind, id, title string) {
	says := a.env.Printer.T("form.change_"+string(kind), "Title", "")
	shown := view.Plain(form.Show(a.def, a.d, a.env).HTML)
	for line := range strings.Lines(shown) {
		if a.names(kind, id) && strings.Contains(line, says) && strings.Contains(line, title) {
			return
		}
	}
	a.t.Fatalf("%s of %s (%s) is not told: %v, in\n%s", kind, id, title, a.changes, shown)
}

// answer checks what became of an answer.
func (a adaptation) answer(id string, v crm.Value) {
	kept := a.d.Answers[id]
	q, ok := a.def.Question(id)
	if !ok || q.Follows != "" { // said to be gone, as of every question
		if kept != "" {
			a.t.Fatalf("%q is kept under %s, which is not asked", kept, id)
		}
		return
	}
	fits := a.stillOffered(q, v)
	if kept != fits {
		a.t.Fatalf("of %q under %s stays %q, and %q fits", v, id, kept, fits)
	}
	lost := len(fits) != len(v)
	switch {
	case lost:
		a.told(form.AnswerUnfit, id, q.Title)
	case a.names(form.AnswerUnfit, id) && !a.losesTicks(q):
		a.t.Fatalf("all of %q fits %s, and is said not to", v, id)
	}
	if kept != "" && form.Check(q, kept, a.env) != "" {
		a.t.Fatalf("%q is kept under %s, and does not fit", kept, id)
	}
}

// stillOffered is as much of a value as can be chosen now, in the order of now.
func (a adaptation) stillOffered(q form.Question, v crm.Value) crm.Value {
	switch q.Type {
	case crm.Choice, crm.Choices, crm.Staffer:
	default:
		return v
	}
	var out []string
	for _, o := range q.Choices {
		if !o.Retired && slices.Contains(strings.Split(string(v), ","), string(o.Value)) {
			out = append(out, string(o.Value))
		}
	}
	return crm.Value(strings.Join(out, ","))
}

// question checks that whatever is new about a question is told, and what was skipped
// stays so where it can.
func (a adaptation) question(q form.Question) {
	switch title, known := a.before.Titles[q.ID]; {
	case !known:
		a.told(form.QuestionAdded, q.ID, q.Title)
	case title != q.Title:
		a.told(form.QuestionRenamed, q.ID, q.Title)
	}
	if !a.before.Skipped[q.ID] {
		return
	}
	if q.Required {
		a.told(form.NowRequired, q.ID, q.Title)
	}
	if a.d.Skipped[q.ID] == q.Required {
		a.t.Fatalf("%s is required: %t, skipped: %t", q.ID, q.Required, a.d.Skipped[q.ID])
	}
}

// losesTicks says whether something is ticked for a question that cannot be chosen any more.
func (a adaptation) losesTicks(q form.Question) bool {
	v := a.before.Picker.Chosen
	return q.ID == a.before.Current && len(a.stillOffered(q, v)) != len(v)
}

// ticks checks what became of what is ticked and not answered yet, and that the question
// before the person stays before them.
func (a adaptation) ticks() {
	q, ok := a.def.Question(a.before.Current)
	if !ok || q.Follows != "" {
		return
	}
	if a.d.Current != q.ID {
		a.t.Fatalf("at %s, was at %s", a.d.Current, q.ID)
	}
	v := a.before.Picker.Chosen
	if fits := a.stillOffered(q, v); a.d.Picker.Chosen != fits {
		a.t.Fatalf("of the ticks %q stay %q, and %q can be", v, a.d.Picker.Chosen, fits)
	}
	if a.losesTicks(q) {
		a.told(form.AnswerUnfit, q.ID, q.Title)
	}
}
