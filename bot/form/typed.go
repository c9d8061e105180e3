package form

import (
	"strings"
	"unicode"

	"cartable/bot/callback"
	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

// Type takes typed words: the answer in words, or else the label of a button on
// show. Where any words are an answer, they are never taken for a label.
func Type(def Definition, d Draft, text string, env Env) (Draft, Outcome) {
	t := begin(def, d, env)
	r := reply{problem: env.Printer.H("form.press_save")}
	q, asked := t.current()
	if asked {
		r = kindOf(q.Type).read(t.ask(q), text)
	}
	if r.problem != "" && q.Type != crm.Text && q.Type != crm.LongText {
		if ref, ok := labelled(Show(def, d, env).Inline, text); ok {
			return Tap(def, d, ref, env)
		}
	}
	return t.settle(t.take(q, r))
}

// Attach takes an uploaded file by Telegram's ID of it.
func Attach(def Definition, d Draft, fileID, name string, env Env) (Draft, Outcome) {
	t := begin(def, d, env)
	q, asked := t.current()
	if !asked || q.Type != crm.File {
		return t.settle(t.refuse(env.Printer.H("form.no_file_here")))
	}
	return t.settle(t.take(q, reply{value: fileValue(fileID, name)}))
}

// Contact takes the number of a shared contact card.
func Contact(def Definition, d Draft, phone string, env Env) (Draft, Outcome) {
	t := begin(def, d, env)
	q, asked := t.current()
	if !asked || q.Type != crm.Phone {
		return t.settle(t.refuse(env.Printer.H("form.no_contact_here")))
	}
	return t.settle(t.take(q, kindOf(q.Type).read(t.ask(q), phone)))
}

// labelled finds the one button whose label was typed, emoji and punctuation
// aside.
func labelled(k view.Keyboard, typed string) (callback.Ref, bool) {
	key := labelKey(typed)
	if key == "" {
		return callback.Ref{}, false
	}
	var found []callback.Ref
	for _, row := range k {
		for _, b := range row {
			ref, err := callback.Decode(b.Data)
			if err != nil || (ref.Action == callback.FormPick && ref.Value == pickNothing) {
				continue
			}
			if labelKey(b.Label) == key {
				found = append(found, ref)
			}
		}
	}
	if len(found) != 1 {
		return callback.Ref{}, false
	}
	return found[0], true
}

// labelKey is the search key without symbols: what people type of a label.
func labelKey(label string) string {
	words := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.So, r) {
			return ' '
		}
		return r
	}, persian.SearchKey(label))
	return strings.Join(strings.Fields(words), " ")
}
