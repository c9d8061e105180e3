package form

import (
	"slices"
	"strings"

	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

// Picks of choicesKind. A tick carries the state that it leads to.
const (
	pickOn   = "+"
	pickOff  = "-"
	pickDone = "done"
)

// choicesKind is any number of options: ticked one by one, then done.
type choicesKind struct{}

func (choicesKind) hint(a asking) view.HTML { return a.h("form.hint_choices") }

func (choicesKind) keyboard(a asking) view.Keyboard {
	chosen := parts(a.d.Picker.Chosen)
	k := a.options(func(o Option) view.Button {
		label := oneLine(o.Label, maxOptionLength)
		if slices.Contains(chosen, o.Value) {
			return a.picker("✅ "+label, pickOff+string(o.Value))
		}
		return a.picker("▫️ "+label, pickOn+string(o.Value))
	})
	if len(chosen) == 0 && !a.q.Required {
		return k // skipping says the same
	}
	done := a.picker(a.t("form.done"), pickDone)
	done.Style = view.Primary
	return append(k, []view.Button{done})
}

func (k choicesKind) pick(a asking, value string) reply {
	if value == pickDone {
		chosen := a.q.offeredOf(a.d.Picker.Chosen)
		switch {
		case chosen != "":
			return reply{value: chosen}
		case a.q.Required:
			return reply{problem: a.h("form.choose_one")}
		}
		return reply{skip: true}
	}
	tick := len(value) > 1 && (value[:1] == pickOn || value[:1] == pickOff)
	if !tick {
		return a.turnPage(value)
	}
	v := crm.Value(value[1:])
	if o, ok := a.q.option(v); !ok || o.Retired {
		return reply{problem: a.h("form.gone_choice")}
	}
	chosen := slices.DeleteFunc(parts(a.d.Picker.Chosen), func(c crm.Value) bool { return c == v })
	if value[:1] == pickOn {
		chosen = append(chosen, v)
	}
	p := a.d.Picker
	p.Chosen = a.q.inOrder(chosen)
	return reply{picker: p}
}

func (choicesKind) read(a asking, text string) reply {
	if o, problem := a.find(text); problem == "" {
		return reply{value: o.Value}
	}
	var chosen []crm.Value
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",،;؛\n+", r) }) {
		if strings.TrimSpace(word) == "" {
			continue
		}
		o, problem := a.find(word)
		if problem != "" {
			return reply{problem: problem}
		}
		chosen = append(chosen, o.Value)
	}
	if len(chosen) == 0 {
		return reply{problem: a.h("form.unclear_choice")}
	}
	return reply{value: a.q.inOrder(chosen)}
}

func (choicesKind) check(a asking, v crm.Value) view.HTML {
	if v == "" || a.q.offeredOf(v) != v {
		return a.h("form.gone_choice")
	}
	return ""
}

func (choicesKind) format(a asking, v crm.Value) view.HTML {
	var labels []string
	for _, part := range parts(v) {
		if o, ok := a.q.option(part); ok {
			labels = append(labels, persian.Clean(o.Label))
		}
	}
	if len(labels) == 0 {
		return a.h("form.unknown_choice")
	}
	return view.Isolate(view.Text(strings.Join(labels, a.t("form.comma"))))
}

// parts are the single values of a Choices value.
func parts(v crm.Value) []crm.Value {
	if v == "" {
		return nil
	}
	var out []crm.Value
	for part := range strings.SplitSeq(string(v), ",") {
		out = append(out, crm.Value(part))
	}
	return out
}

// inOrder is the canonical value of what was chosen: each once, in the order of
// the question.
func (q Question) inOrder(chosen []crm.Value) crm.Value {
	var out []string
	for _, o := range q.Choices {
		if slices.Contains(chosen, o.Value) {
			out = append(out, string(o.Value))
		}
	}
	return crm.Value(strings.Join(out, ","))
}

// offeredOf is v without the options that can no longer be chosen.
func (q Question) offeredOf(v crm.Value) crm.Value {
	chosen := slices.DeleteFunc(parts(v), func(c crm.Value) bool {
		o, ok := q.option(c)
		return !ok || o.Retired
	})
	return q.inOrder(chosen)
}
