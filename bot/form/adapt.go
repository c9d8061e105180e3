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
	if v := t.d.Answers[q.ID]; v != "" && kindOf(q.Type).check(t.ask(q), v) != "" {
		delete(t.d.Answers, q.ID)
		if left := q.offeredOf(v); q.Type == crm.Choices && left != "" {
			t.d.Answers[q.ID] = left
		}
		changes = append(changes, Change{AnswerUnfit, q.ID, q.Title})
	}
	if t.d.Skipped[q.ID] && q.Required {
		delete(t.d.Skipped, q.ID)
		changes = append(changes, Change{NowRequired, q.ID, q.Title})
	}
	return changes
}

// dropGone forgets what belongs to questions that are no longer asked.
func (t *turn) dropGone() []Change {
	gone := func(id string) bool {
		q, ok := t.def.Question(id)
		return !ok || q.Follows != ""
	}
	var changes []Change
	for id, title := range t.d.Titles {
		if _, ok := t.def.Question(id); !ok {
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

// reposition keeps the current question where there still is one, else goes on.
func (t *turn) reposition() {
	q, asked := t.current()
	switch {
	case asked:
		t.enter(q.ID)
	default:
		t.d.Editing = false
		t.enter(t.firstOpen())
	}
}

// wording says what changed, a line each.
func wording(changes []Change, env Env) view.HTML {
	var lines []view.HTML
	for _, c := range changes {
		lines = append(lines, env.Printer.H("form.change_"+string(c.Kind), "Title", oneLine(c.Title, maxTitle)))
	}
	const most = 10
	if len(lines) > most {
		lines = append(lines[:most], "…")
	}
	return view.Lines(lines...)
}
