package form

import (
	"cartable/bot/callback"
	"cartable/internal/crm"
)

// Values of FormPick that mean the same for every kind.
const (
	pickKeep    = "="  // keep what stands
	pickNothing = "x"  // a heading or an empty cell
	pickPassed  = "xp" // a day or hour that has passed
)

// Tap takes a tap on a button of the form. Rights and the customer's version are
// the conversation's business, and so is FormAccept: here it shows the form again.
func Tap(def Definition, d Draft, ref callback.Ref, env Env) (Draft, Outcome) {
	t := begin(def, d, env)
	if ref.Draft != d.ID {
		return t.settle(t.stale())
	}
	switch ref.Action {
	case callback.FormCancel:
		return t.d, Outcome{Cancel: true}
	case callback.FormResume, callback.FormAccept:
		return t.d, Outcome{}
	case callback.FormSave:
		return t.settle(t.save())
	case callback.FormEdit:
		return t.settle(t.edit(ref.Question))
	case callback.FormBack:
		if ref.Question != d.Current {
			return t.settle(t.stale())
		}
		return t.settle(t.back())
	}
	q, ok := t.current()
	if !ok || ref.Question != q.ID {
		return t.settle(t.stale())
	}
	return t.settle(t.tapCurrent(q, ref))
}

func (t *turn) tapCurrent(q Question, ref callback.Ref) Outcome {
	switch ref.Action {
	case callback.FormSkip:
		return t.skip(q)
	case callback.FormAnswer:
		return t.take(q, reply{value: crm.Value(ref.Value)})
	case callback.FormPick:
		return t.pick(q, ref.Value)
	}
	return t.stale()
}

func (t *turn) pick(q Question, value string) Outcome {
	switch value {
	case pickNothing:
		return Outcome{}
	case pickPassed:
		return Outcome{Toast: t.env.Printer.T("form.passed")}
	case pickKeep:
		v := t.d.present(q.ID)
		return t.take(q, reply{value: v, stale: v == ""})
	}
	return t.take(q, kindOf(q.Type).pick(t.ask(q), value))
}

func (t *turn) save() Outcome {
	if t.d.Current != "" {
		return t.stale()
	}
	return t.submit()
}

func (t *turn) edit(id string) Outcome {
	q, ok := t.def.Question(id)
	if t.d.Current != "" || !ok || q.Follows != "" {
		return t.stale()
	}
	t.d.Editing = true
	t.enter(id)
	return Outcome{}
}
