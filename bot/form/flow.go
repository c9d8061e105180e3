package form

import (
	"slices"

	"cartable/bot/view"
	"cartable/internal/crm"
)

// turn is one input on its way through a draft.
type turn struct {
	def    Definition
	before Draft
	d      Draft
	env    Env
}

func begin(def Definition, d Draft, env Env) *turn {
	t := &turn{def: def, before: d, d: d.clone(), env: env}
	t.d.Notice, t.d.Echo = "", nil
	t.d.TouchedAt = env.Now
	return t
}

// settle ends an input: a stale one leaves everything as it was.
func (t *turn) settle(o Outcome) (Draft, Outcome) {
	if o.Stale {
		return t.before, o
	}
	return t.d, o
}

// ask is what a kind gets to see.
func (t *turn) ask(q Question) asking { return asking{q: q, d: t.d, env: t.env} }

// current is the question that is asked; ok is false at the summary.
func (t *turn) current() (q Question, ok bool) {
	q, ok = t.def.Question(t.d.Current)
	return q, ok && q.Follows == ""
}

// asked are the questions that want an answer, given the answers so far.
func (t *turn) asked() []Question {
	return slices.DeleteFunc(t.def.asked(), func(q Question) bool { return q.When != nil && !q.When(t.d.Answers) })
}

// firstOpen is the first question with neither answer nor skip; "" for none.
func (t *turn) firstOpen() string {
	for _, q := range t.asked() {
		if t.d.Answers[q.ID] == "" && !t.d.Skipped[q.ID] {
			return q.ID
		}
	}
	return ""
}

// enter makes id the current question, with its buttons as at first.
func (t *turn) enter(id string) {
	t.d.Current = id
	t.d.Picker = Picker{}
	if q, ok := t.def.Question(id); ok && q.Type == crm.Choices {
		t.d.Picker.Chosen = q.offeredOf(t.d.present(id))
	}
}

// take carries out what a kind made of an input for the question q.
func (t *turn) take(q Question, r reply) Outcome {
	switch {
	case r.stale:
		return t.stale()
	case r.problem != "":
		return t.refuse(r.problem)
	case r.skip:
		return t.skip(q)
	case r.value == "":
		t.d.Picker = r.picker
		return Outcome{Toast: r.toast}
	}
	if r.day != nil {
		if problem := t.move(q.DayOf, crm.Value(r.day.String())); problem != "" {
			return t.refuse(problem)
		}
	}
	if problem := kindOf(q.Type).check(t.ask(q), r.value); problem != "" {
		t.d.Answers = t.before.clone().Answers // a day that was said with it does not count either
		t.d.Echo = nil
		return t.refuse(problem)
	}
	t.answer(q, r.value)
	if r.echo {
		t.d.Echo = append(t.d.Echo, q.ID)
	}
	if r.clock != nil {
		t.carry(q, crm.Value(r.clock.String()))
	}
	return t.advance()
}

// answer sets an answer. Where others were chosen among offers that it changes
// (a reminder an hour before a meeting that moves), they are asked again.
func (t *turn) answer(q Question, v crm.Value) {
	before := t.offers()
	t.d.Answers[q.ID] = v
	delete(t.d.Skipped, q.ID)
	for id, offers := range t.offers() {
		if id != q.ID && !slices.Equal(offers, before[id]) {
			delete(t.d.Answers, id)
		}
	}
}

// offers are those of every question that has some, given the answers so far.
func (t *turn) offers() map[string][]Option {
	out := map[string][]Option{}
	for _, q := range t.asked() {
		if q.Offers != nil {
			out[q.ID] = t.ask(q).offers()
		}
	}
	return out
}

// move changes the date that was answered before, since a new one was typed
// along with the time.
func (t *turn) move(id string, day crm.Value) view.HTML {
	q, ok := t.def.Question(id)
	if !ok || q.Type != crm.Date || t.d.Answers[id] == day {
		return ""
	}
	if problem := kindOf(q.Type).check(t.ask(q), day); problem != "" {
		return problem
	}
	t.answer(q, day)
	t.d.Echo = append(t.d.Echo, q.ID)
	return ""
}

// carry answers the question after the date q with the time that was said along
// with it, where that question is one of time and still open.
func (t *turn) carry(q Question, clock crm.Value) {
	asked := t.asked()
	i := slices.IndexFunc(asked, func(other Question) bool { return other.ID == q.ID }) + 1
	if i >= len(asked) || asked[i].Type != crm.Time || t.d.Answers[asked[i].ID] != "" {
		return
	}
	next := asked[i]
	if problem := kindOf(next.Type).check(t.ask(next), clock); problem != "" {
		t.d.Notice = problem
		return
	}
	t.answer(next, clock)
	t.d.Echo = append(t.d.Echo, next.ID)
}

// skip leaves an optional question unanswered.
func (t *turn) skip(q Question) Outcome {
	if q.Required {
		return t.refuse(t.env.Printer.H("form.required"))
	}
	delete(t.d.Answers, q.ID)
	t.d.Skipped[q.ID] = true
	return t.advance()
}

// advance goes on to the first open question, or to the end.
func (t *turn) advance() Outcome {
	if !t.d.Editing {
		t.d.Trail = append(t.d.Trail, t.d.Current)
	}
	t.d.Editing = false
	t.enter(t.firstOpen())
	if t.d.Current == "" && !t.def.Summary {
		return t.submit()
	}
	return Outcome{}
}

// back returns to the question before, or from an edit to the summary.
func (t *turn) back() Outcome {
	if t.d.Editing {
		t.d.Editing = false
		t.enter("")
		return Outcome{}
	}
	for len(t.d.Trail) > 0 {
		last := t.d.Trail[len(t.d.Trail)-1]
		t.d.Trail = t.d.Trail[:len(t.d.Trail)-1]
		if _, ok := t.def.Question(last); ok && last != t.d.Current {
			t.enter(last)
			return Outcome{}
		}
	}
	return t.stale()
}

// submit ends the form, unless an answer is missing or stands no longer: then it
// goes there and says why.
func (t *turn) submit() Outcome {
	for _, q := range t.asked() {
		problem := t.openProblem(q)
		if problem == "" {
			continue
		}
		t.d.Editing = t.def.Summary
		t.enter(q.ID)
		return t.refuse(problem)
	}
	return Outcome{Submit: true}
}

func (t *turn) openProblem(q Question) view.HTML {
	v := t.d.Answers[q.ID]
	switch {
	case v != "":
		return kindOf(q.Type).check(t.ask(q), v)
	case q.Required:
		return t.env.Printer.H("form.required")
	}
	return ""
}

func (t *turn) refuse(problem view.HTML) Outcome {
	t.d.Notice = problem
	return Outcome{Problem: problem, Toast: view.Clip(view.Plain(problem), view.MaxAnswer)}
}

// Refuse notes why what was submitted cannot be taken. Where the answer is what is
// wrong, the only question of a form is asked again.
func Refuse(def Definition, d Draft, why view.HTML, wrong bool, env Env) Draft {
	t := begin(def, d, env)
	if asked := def.asked(); wrong && len(asked) == 1 && !def.Summary {
		delete(t.d.Answers, asked[0].ID)
		t.enter(asked[0].ID)
	}
	t.d.Notice = why
	return t.d
}

func (t *turn) stale() Outcome {
	return Outcome{Stale: true, Toast: t.env.Printer.T("form.stale")}
}
