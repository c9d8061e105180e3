package form

import (
	"slices"
	"strings"

	"cartable/bot/view"
	"cartable/internal/crm"
)

// ChangeKind is how a question changed under a draft.
type ChangeKind string

// The changes that a person has to know of.
const (
	QuestionAdded   ChangeKind = "added"
	QuestionGone    ChangeKind = "gone"
	QuestionRenamed ChangeKind = "renamed"
	AnswerUnfit     ChangeKind = "unfit"    // what was answered can no longer be
	NowRequired     ChangeKind = "required" // was skipped
)

// Change is one difference, with the title of its question.
type Change struct {
	Kind     ChangeKind
	Question string
	Title    string
}

// Adapt fits d to a definition that changed since: answers that can still be
// stay, the others are asked again, and the next view says what changed. It
// returns d itself where the version is the same.
func Adapt(def Definition, d Draft, env Env) (Draft, []Change) {
	if d.DefinitionVersion == def.Version {
		return d, nil
	}
	t := begin(def, d, env)
	t.d.TouchedAt = d.TouchedAt // the person did nothing
	var changes []Change
	for _, q := range def.asked() {
		changes = append(changes, t.adaptQuestion(q)...)
	}
	changes = append(changes, t.dropGone()...)
	t.d.DefinitionVersion, t.d.Titles = def.Version, titles(def)
	t.reposition()
	t.d.Notice = wording(changes, env)
	return t.d, changes
}

func (t *turn) adaptQuestion(q Question) []Change {
	var changes []Change
	switch title, known := t.d.Titles[q.ID]; {
	case !known:
		changes = append(changes, Change{QuestionAdded, q.ID, q.Title})
	case title != q.Title:
		changes = append(changes, Change{QuestionRenamed, q.ID, q.Title})
	}
	if answered, ticked := t.fitAnswer(q), t.fitTicks(q); !answered || !ticked {
		changes = append(changes, Change{AnswerUnfit, q.ID, q.Title})
	}
	if t.d.Skipped[q.ID] && q.Required {
		delete(t.d.Skipped, q.ID)
		changes = append(changes, Change{NowRequired, q.ID, q.Title})
	}
	return changes
}

// fitAnswer leaves of the answer of q what can still be; ok is false where some of it
// cannot.
func (t *turn) fitAnswer(q Question) (ok bool) {
	v := t.d.Answers[q.ID]
	left := v
	switch {
	case v == "":
		return true
	case q.Type == crm.Choices:
		left = q.offeredOf(v) // in their order of now
	case kindOf(q.Type).check(t.ask(q), v) != "":
		left = ""
	}
	t.d.Answers[q.ID] = left
	if left == "" {
		delete(t.d.Answers, q.ID)
	}
	return len(parts(left)) == len(parts(v))
}

// fitTicks likewise leaves of what is ticked for q, and not answered yet.
func (t *turn) fitTicks(q Question) (ok bool) {
	if q.ID != t.d.Current || q.Type != crm.Choices {
		return true
	}
	v := t.d.Picker.Chosen
	t.d.Picker.Chosen = q.offeredOf(v)
	return len(parts(t.d.Picker.Chosen)) == len(parts(v))
}

// dropGone forgets what belongs to questions that are no longer asked.
func (t *turn) dropGone() []Change {
	gone := func(id string) bool {
		q, ok := t.def.Question(id)
		return !ok || q.Follows != ""
	}
	var changes []Change
	for id, title := range t.d.Titles {
		if gone(id) {
			changes = append(changes, Change{QuestionGone, id, title})
		}
	}
	slices.SortFunc(changes, func(a, b Change) int { return strings.Compare(a.Question, b.Question) })
	for id := range t.d.Answers {
		if gone(id) {
			delete(t.d.Answers, id)
		}
	}
	for id := range t.d.Skipped {
		if gone(id) {
			delete(t.d.Skipped, id)
		}
	}
	t.d.Trail = slices.DeleteFunc(t.d.Trail, gone)
	return changes
}

// reposition keeps the current question, with what is picked of its answer, where there
// still is one; else it goes on.
func (t *turn) reposition() {
	if _, asked := t.current(); !asked {
		t.d.Editing = false
		t.enter(t.firstOpen())
	}
}

// told are the changes in the order in which they are told: what is lost comes first.
var told = []ChangeKind{AnswerUnfit, QuestionGone, NowRequired, QuestionRenamed, QuestionAdded}

// wording says what changed, each kind of change in a line. However many there are, all
// are named, since an answer that goes must not go unnoticed.
func wording(changes []Change, env Env) view.HTML {
	const room, least = 1800, 20 // characters: of all titles, and of one
	limit := max(least, min(maxTitle, room/max(1, len(changes))))
	var lines []view.HTML
	for _, kind := range told {
		var titles []view.HTML
		for _, c := range changes {
			if c.Kind == kind {
				titles = append(titles, view.Text(oneLine(c.Title, limit)))
			}
		}
		if len(titles) > 0 {
			lines = append(lines, env.Printer.H("form.change_"+string(kind), "Title", env.listed(titles)))
		}
	}
	return view.Lines(lines...)
}

// listed are titles of any direction in one line.
func (e Env) listed(titles []view.HTML) view.HTML {
	if len(titles) == 1 {
		return titles[0]
	}
	var parts []string
	for _, title := range titles {
		parts = append(parts, string(view.Isolate(title)))
	}
	return view.HTML(strings.Join(parts, e.Printer.T("form.comma")))
}
