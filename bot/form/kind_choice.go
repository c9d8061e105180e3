package form

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

// How options are laid out.
const (
	optionsPerPage  = 20
	shortOption     = 16 // characters of a label that leaves room for a second one
	maxOptionLength = 40
)

const pickPage = "n" // followed by the page's number

// choiceKind is one of several options: choices that managers named, or
// colleagues.
type choiceKind struct{}

func (choiceKind) hint(a asking) view.HTML {
	switch {
	case len(a.q.offered()) == 0 && a.q.Type == crm.Staffer:
		return a.h("form.no_colleagues")
	case a.q.Type == crm.Staffer:
		return a.h("form.hint_staff")
	}
	return a.h("form.hint_choice")
}

func (choiceKind) keyboard(a asking) view.Keyboard {
	return a.options(func(o Option) view.Button {
		return a.answer(oneLine(o.Label, maxOptionLength), o.Value)
	})
}

func (choiceKind) pick(a asking, value string) reply { return a.turnPage(value) }

func (choiceKind) read(a asking, text string) reply {
	o, problem := a.find(text)
	return reply{value: o.Value, problem: problem}
}

func (choiceKind) check(a asking, v crm.Value) view.HTML {
	if o, ok := a.q.option(v); !ok || o.Retired {
		return a.h("form.gone_choice")
	}
	return ""
}

func (choiceKind) format(a asking, v crm.Value) view.HTML {
	o, ok := a.q.option(v)
	if !ok {
		return a.h("form.unknown_choice")
	}
	return view.Isolate(view.Text(persian.Clean(o.Label)))
}

func (q Question) option(v crm.Value) (Option, bool) {
	i := slices.IndexFunc(q.Choices, func(o Option) bool { return o.Value == v })
	if i < 0 {
		return Option{}, false
	}
	return q.Choices[i], true
}

// offered are the options that can still be chosen.
func (q Question) offered() []Option {
	return slices.DeleteFunc(slices.Clone(q.Choices), func(o Option) bool { return o.Retired })
}

// options are the buttons of one page of options, in two columns where the
// labels are short.
func (a asking) options(button func(Option) view.Button) view.Keyboard {
	all := a.q.offered()
	from := min(a.d.Picker.Page*optionsPerPage, max(0, len(all)-1)/optionsPerPage*optionsPerPage)
	page := all[from:min(from+optionsPerPage, len(all))]
	columns := 2
	buttons := make([]view.Button, 0, len(page))
	for _, o := range page {
		if utf8.RuneCountInString(o.Label) > shortOption {
			columns = 1
		}
		buttons = append(buttons, button(o))
	}
	k := rows(columns, buttons)
	var turn []view.Button
	if from > 0 {
		turn = append(turn, a.picker(a.t("form.page_before"), pickPage+strconv.Itoa(from/optionsPerPage-1)))
	}
	if from+optionsPerPage < len(all) {
		turn = append(turn, a.picker(a.t("form.page_after"), pickPage+strconv.Itoa(from/optionsPerPage+1)))
	}
	if len(turn) > 0 {
		k = append(k, turn)
	}
	return k
}

func (a asking) turnPage(value string) reply {
	digits, ok := strings.CutPrefix(value, pickPage)
	page, err := strconv.Atoi(digits)
	if !ok || err != nil || page < 0 || page*optionsPerPage >= max(1, len(a.q.Choices)) {
		return reply{stale: true}
	}
	p := a.d.Picker
	p.Page = page
	return reply{picker: p}
}

// find is the one option that typed words name: in full, or by a part that no
// other has.
func (a asking) find(text string) (Option, view.HTML) {
	key := persian.CompactKey(text)
	if key == "" {
		return Option{}, a.h("form.unclear_choice")
	}
	var parts []Option
	for _, o := range a.q.offered() {
		label := persian.CompactKey(o.Label)
		if label == key {
			return o, ""
		}
		if strings.Contains(label, key) {
			parts = append(parts, o)
		}
	}
	switch len(parts) {
	case 1:
		return parts[0], ""
	case 0:
		return Option{}, a.h("form.unclear_choice")
	}
	return Option{}, a.h("form.many_choices", "First", oneLine(parts[0].Label, maxOptionLength),
		"Second", oneLine(parts[1].Label, maxOptionLength))
}
