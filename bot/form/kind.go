package form

import (
	"errors"

	"cartable/bot/callback"
	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

// kind is what a type of field can do.
type kind interface {
	// hint says below the question what can be typed, with an example.
	hint(a asking) view.HTML
	// keyboard is the buttons that answer, rows in reading order; nil where only
	// typing answers.
	keyboard(a asking) view.Keyboard
	// pick turns the picker (callback.FormPick).
	pick(a asking, value string) reply
	// read understands typed words.
	read(a asking, text string) reply
	// check says why v cannot be the answer; "" when it can.
	check(a asking, v crm.Value) view.HTML
	// format shows a value that check once passed.
	format(a asking, v crm.Value) view.HTML
}

// asking is a question being asked.
type asking struct {
	q   Question
	d   Draft
	env Env
}

// reply is what a kind makes of an input: one of its parts is set.
type reply struct {
	value   crm.Value // the answer
	picker  Picker    // what the picker shows next
	skip    bool
	problem view.HTML
	stale   bool
	toast   string // with picker
	// With value: a time of day said along with a date, or a day said along with a
	// time, and whether the next view repeats what was understood.
	clock *persian.Clock
	day   *persian.Civil
	echo  bool
}

func kindOf(t crm.FieldType) kind {
	switch t {
	case crm.LongText:
		return textKind{limit: 2000, lines: true}
	case crm.Number:
		return numberKind{}
	case crm.Money:
		return moneyKind{}
	case crm.YesNo:
		return yesNoKind{}
	case crm.Choice, crm.Staffer:
		return choiceKind{}
	case crm.Choices:
		return choicesKind{}
	case crm.Date:
		return dateKind{}
	case crm.Time:
		return timeKind{}
	case crm.DateTime:
		return dateTimeKind{}
	case crm.Weekday:
		return weekdayKind{}
	case crm.Phone:
		return phoneKind{}
	case crm.Email:
		return emailKind{}
	case crm.Link:
		return linkKind{}
	case crm.File:
		return fileKind{}
	default:
		return textKind{limit: 200}
	}
}

// Format shows a value of q; "" for no answer.
func Format(q Question, v crm.Value, env Env) view.HTML {
	if v == "" {
		return ""
	}
	return kindOf(q.Type).format(asking{q: q, env: env}, v)
}

// Check says why v cannot be an answer to q, in words for a person; "" when it
// can.
func Check(q Question, v crm.Value, env Env) view.HTML {
	return kindOf(q.Type).check(asking{q: q, env: env}, v)
}

func (a asking) t(id string, args ...any) string { return a.env.Printer.T(id, args...) }

func (a asking) h(id string, args ...any) view.HTML { return a.env.Printer.H(id, args...) }

// answer is a button that answers with v, ticked when v is what stands.
func (a asking) answer(label string, v crm.Value) view.Button {
	if v == a.d.present(a.q.ID) {
		label = "✅ " + label
	}
	return a.button(label, callback.FormAnswer, string(v))
}

// picker is a button that turns the picker.
func (a asking) picker(label, value string) view.Button {
	return a.button(label, callback.FormPick, value)
}

func (a asking) button(label string, action callback.Action, value string) view.Button {
	return view.Button{Label: label, Data: callback.MustEncode(callback.Ref{
		Action: action, Draft: a.d.ID, Question: a.q.ID, Value: value,
	})}
}

// blank is an empty cell. Telegram wants a label; this one is a letter that is
// white.
func (a asking) blank() view.Button { return a.picker("\u2800", pickNothing) }

// passed is the cell of a day or an hour that is over.
func (a asking) passed() view.Button { return a.picker("·", pickPassed) }

// misread words why typed words were not understood; unclear is the message for
// words that are nothing of the kind.
func (a asking) misread(err error, unclear string) reply {
	var read *persian.ReadError
	if !errors.As(err, &read) {
		return reply{problem: a.h(unclear)}
	}
	switch read.Reason {
	case persian.NoSuchDay:
		return reply{problem: a.h("form.no_such_day")}
	case persian.NoSuchTime:
		return reply{problem: a.h("form.no_such_time")}
	case persian.WeekdayMismatch:
		return reply{problem: a.h("form.weekday_mismatch", "Date", persian.FormatDate(read.Day, a.env.lang()))}
	case persian.OutOfRange:
		return reply{problem: a.h("form.out_of_range")}
	default:
		return reply{problem: a.h(unclear)}
	}
}

// typed is embedded by kinds that only typing answers.
type typed struct{}

func (typed) keyboard(asking) view.Keyboard { return nil }

func (typed) pick(asking, string) reply { return reply{stale: true} }

// rows lays buttons out in rows of n.
func rows(n int, buttons []view.Button) view.Keyboard {
	var k view.Keyboard
	for len(buttons) > 0 {
		size := min(n, len(buttons))
		k = append(k, buttons[:size:size])
		buttons = buttons[size:]
	}
	return k
}
