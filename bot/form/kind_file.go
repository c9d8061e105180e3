package form

import (
	"strings"

	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

const maxFileName = 100

// fileKind is an upload, kept as Telegram's ID of it and its name.
type fileKind struct{ typed }

func (fileKind) hint(a asking) view.HTML { return a.h("form.hint_file") }

func (fileKind) read(a asking, _ string) reply { return reply{problem: a.h("form.send_file")} }

func (fileKind) check(a asking, v crm.Value) view.HTML {
	if id, _, ok := strings.Cut(string(v), "|"); !ok || id == "" {
		return a.h("form.send_file")
	}
	return ""
}

func (fileKind) format(a asking, v crm.Value) view.HTML {
	_, name, _ := strings.Cut(string(v), "|")
	if name == "" {
		return a.h("form.file")
	}
	return view.Isolate(view.Text(name))
}

// fileValue is the value of an upload; "" without an ID.
func fileValue(id, name string) crm.Value {
	if id == "" {
		return ""
	}
	return crm.Value(id + "|" + view.Clip(persian.Clean(name), maxFileName))
}
