package screen

import (
	"strings"

	"cartable/bot/callback"
	"cartable/bot/view"
	"cartable/internal/configfile"
	"cartable/internal/crm"
)

// What Shape does with the configuration as a file.
const (
	ShapeFile  = "file"  // send the file
	ShapeReady = "ready" // the ready-made ones, or with Value what that one would change
	ShapeApply = "apply" // put what was compared with version Arg in force: preset Value, or the file that waits under it
	ShapeDrop  = "drop"  // forget it
)

// ConfigFile is the whole configuration as a document.
func (r Reader) ConfigFile(file view.File) view.Message {
	ready := shapeButton(r.P.T("config.ready"), callback.Ref{Question: ShapeReady})
	return view.Message{Document: &file, HTML: r.P.H("config.file"), Inline: r.keyboard([]view.Button{ready})}
}

// ReadyConfigs offers the configurations that ship with the program.
func (r Reader) ReadyConfigs() view.Message {
	parts := []view.HTML{r.P.H("config.ready_title")}
	var rows [][]view.Button
	for _, p := range configfile.Presets() {
		parts = append(parts, r.P.H("config.ready_"+string(p)))
		rows = append(rows, []view.Button{shapeButton(r.P.T("config.name_"+string(p)), callback.Ref{Question: ShapeReady, Value: string(p)})})
	}
	return view.Message{HTML: view.Paragraphs(parts...), Inline: r.keyboard(append(rows, r.SettingsBack())...)}
}

// Difference is what a file or a preset would change, whom it touches, and whether to
// apply it. what is the preset, or the name under which the file waits.
func (s Shaper) Difference(what string) view.Message {
	d := s.Draft
	if len(d.Changes) == 0 {
		return view.Message{HTML: s.P.H("config.same"), Inline: s.keyboard(s.SettingsBack())}
	}
	html := s.fit(func(r Reader) view.HTML {
		s := Shaper{r, d}
		title := s.P.H("config.difference")
		for _, p := range configfile.Presets() {
			if string(p) == what {
				title = s.P.H("config.difference_ready", "Name", s.P.T("config.name_"+what))
			}
		}
		return view.Paragraphs(title, s.changes(brief(d.Changes), d.Target), s.impact(), view.Italic(s.P.H("config.keeps")), s.erases())
	})
	apply := s.enact("config.apply", callback.Ref{Question: ShapeApply, Arg: d.Base, Value: what})
	return view.Message{HTML: html, Inline: s.keyboard([]view.Button{apply, shapeButton(s.P.T("config.cancel"), callback.Ref{Question: ShapeDrop})})}
}

// brief are the changes as they can be told in few lines: what is retired first, and
// what is new without the fields that it begins with.
func brief(all []crm.ConfigChange) []crm.ConfigChange {
	made := map[crm.StatusID]bool{}
	for _, c := range all {
		if c.Object == crm.ObjectStatus && c.What == crm.WhatAdded {
			made[crm.StatusID(c.ID)] = true
		}
	}
	var first, then []crm.ConfigChange
	for _, c := range all {
		switch {
		case c.What == crm.WhatRetired && (c.Object != crm.ObjectField || c.Status == 0):
			first = append(first, c)
		case c.Object != crm.ObjectField || !made[c.Status]:
			then = append(then, c)
		}
	}
	return append(first, then...)
}

// AllChanges are the differences in words, one by one, as a text; then whom they have erased.
func (s Shaper) AllChanges() []string {
	var out []string
	for _, c := range s.Draft.Changes {
		out = append(out, plainText(s.change(c, s.Draft.Target)))
	}
	if warning := s.erases(); warning != "" {
		out = append(out, plainText(warning))
	}
	return out
}

// maxMistakes is how many mistakes of a file a message tells.
const maxMistakes = 20

// ConfigMistakes tells the first mistakes of a file, each with its place and remedy.
func (r Reader) ConfigMistakes(mistakes []configfile.Mistake) view.Message {
	html := r.fit(func(r Reader) view.HTML {
		lines := []view.HTML{r.P.HN("config.mistakes", len(mistakes))}
		for i, m := range mistakes {
			if i == maxMistakes {
				lines = append(lines, r.P.HN("config.more_mistakes", len(mistakes)-i))
				break
			}
			lines = append(lines, "• "+r.mistake(m))
		}
		return view.Paragraphs(lines...)
	})
	return view.Message{HTML: html}
}

// ConfigMistakesFile is every mistake of a file as a text, where a message has no room
// for them; ok is false where it has.
func (r Reader) ConfigMistakesFile(mistakes []configfile.Mistake) (m view.Message, ok bool) {
	if len(mistakes) <= maxMistakes {
		return view.Message{}, false
	}
	text := strings.Join(r.MistakeLines(mistakes), "\n") + "\n"
	return view.Message{Document: &view.File{Name: "mistakes.txt", Data: []byte(text)}, HTML: r.P.H("config.all_mistakes")}, true
}

// MistakeLines are the mistakes as a text, a line each.
func (r Reader) MistakeLines(mistakes []configfile.Mistake) []string {
	out := make([]string, len(mistakes))
	for i, m := range mistakes {
		out[i] = plainText(r.mistake(m))
	}
	return out
}

// mistake words what is wrong with a file: where, what, and the remedy.
func (r Reader) mistake(m configfile.Mistake) view.HTML {
	var args []any
	for _, name := range []string{"Name", "Value", "Title", "Other", "Near", "Want"} {
		limit := 60
		if name == "Want" {
			limit = 220
		}
		value := m.Args[name]
		if name == "Want" || name == "Other" { // what the program says, not what the file does
			value = r.digits(value)
		}
		args = append(args, name, words(r.clip(value, limit)))
	}
	args = append(args, "Limit", r.digits(m.Args["Limit"]))
	what := r.P.H(m.Key, args...)
	if m.Line == 0 {
		return what
	}
	return r.P.H("config.at", "Line", m.Line, "Column", max(m.Column, 1), "What", what)
}

// plainText is markup as a file or a terminal shows it, without marks of direction.
func plainText(h view.HTML) string {
	return strings.NewReplacer("\u2066", "", "\u2067", "", "\u2068", "", "\u2069", "").Replace(view.Plain(h))
}
