package form

import (
	"unicode/utf8"

	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

// textKind is one line, or several with lines, of at most limit characters.
type textKind struct {
	typed
	limit int
	lines bool
}

func (k textKind) hint(a asking) view.HTML {
	if k.lines {
		return a.h("form.hint_long_text")
	}
	return a.h("form.hint_text")
}

func (k textKind) read(a asking, text string) reply {
	v := k.clean(text)
	if v == "" {
		return reply{problem: a.h("form.empty")}
	}
	return reply{value: crm.Value(v)}
}

func (k textKind) clean(text string) string {
	if k.lines {
		return persian.CleanText(text)
	}
	return persian.Clean(text)
}

func (k textKind) check(a asking, v crm.Value) view.HTML {
	if n := utf8.RuneCountInString(string(v)); n > k.limit {
		return a.h("form.too_long", "Length", n, "Limit", k.limit)
	}
	if k.clean(string(v)) != string(v) {
		return a.h("form.empty")
	}
	return ""
}

func (k textKind) format(_ asking, v crm.Value) view.HTML {
	return view.Isolate(view.Text(string(v)))
}
