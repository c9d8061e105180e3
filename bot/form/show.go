package form

import (
	"cmp"
	"slices"
	"strings"

	"cartable/bot/callback"
	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

// How much of each part is shown, so that a message never outgrows Telegram.
const (
	maxTitle       = 100
	maxHelp        = 500
	maxShown       = 3900 // of view.MaxText: room for whatever the conversation adds
	maxEditButtons = 60
	maxEditLabel   = 24
)

// Show is the form as its person sees it: the current question, or the summary.
func Show(def Definition, d Draft, env Env) view.Message {
	t := &turn{def: def, d: d, env: env}
	q, asked := t.current()
	if asked {
		return t.question(q)
	}
	return t.summary()
}

func (t *turn) question(q Question) view.Message {
	a := t.ask(q)
	k := kindOf(q.Type)
	html := fit(func(limit int) view.HTML {
		return view.Paragraphs(
			t.header(q),
			t.answered(q, limit),
			t.notice(),
			view.Lines(t.echo(limit), t.prompt(q, k)),
		)
	})
	keyboard := k.keyboard(a)
	if v := t.d.present(q.ID); v != "" && q.Type != crm.Choices && k.check(a, v) == "" {
		label := a.t("form.keep", "Value", shorten(k.format(a, v), maxOptionLength))
		keyboard = append(keyboard, []view.Button{a.picker(label, pickKeep)})
	}
	return t.message(html, append(keyboard, t.nav(q.ID, !q.Required)))
}

// prompt is the question itself, with what stands now and how to answer.
func (t *turn) prompt(q Question, k kind) view.HTML {
	a := t.ask(q)
	title := view.Bold(view.Text(q.emoji() + " " + oneLine(q.Title, maxTitle)))
	if !q.Required && !q.Clears {
		title += " " + t.env.Printer.H("form.optional")
	}
	now := view.HTML("")
	if v := t.d.Prefill[q.ID]; v != "" && t.d.Answers[q.ID] == "" {
		now = t.env.Printer.H("form.stands", "Value", shorten(k.format(a, v), maxHelp))
	}
	hint := k.hint(a)
	if hint != "" {
		hint = view.Italic(hint)
	}
	return view.Lines(title, view.Text(view.Clip(persian.CleanText(q.Help), maxHelp)), now, hint)
}

func (t *turn) header(q Question) view.HTML {
	asked := t.asked()
	title := view.Bold(view.Text(oneLine(t.def.Title, maxTitle)))
	if len(asked) < 2 {
		return title
	}
	step := slices.IndexFunc(asked, func(other Question) bool { return other.ID == q.ID }) + 1
	return view.Lines(title, view.Italic(t.env.Printer.H("form.progress", "Step", step, "Of", len(asked))))
}

func (t *turn) notice() view.HTML {
	if t.d.Notice == "" {
		return ""
	}
	return "⚠️ " + t.d.Notice
}

// echo repeats a typed date or time as it was understood.
func (t *turn) echo(limit int) view.HTML {
	var said []string
	for _, id := range t.d.Echo {
		if q, ok := t.def.Question(id); ok {
			said = append(said, shorten(Format(q, t.d.Answers[id], t.env), limit))
		}
	}
	if len(said) == 0 {
		return ""
	}
	return t.env.Printer.H("form.understood", "Value", strings.Join(said, t.env.Printer.T("form.comma")))
}

// answered are the answers so far, one line each, without the current question.
func (t *turn) answered(current Question, limit int) view.HTML {
	var lines []view.HTML
	for _, q := range t.def.Questions {
		if v := t.value(q); v != "" && q.ID != current.ID {
			lines = append(lines, t.line(q, v, limit))
		}
	}
	return view.Lines(lines...)
}

// value is the answer of q, or what it derives from the answer that it follows.
func (t *turn) value(q Question) crm.Value {
	if q.Follows == "" {
		return t.d.Answers[q.ID]
	}
	day, err := persian.ParseCivil(string(t.d.Answers[q.Follows]))
	if err != nil {
		return ""
	}
	return crm.WeekdayValue(day.Weekday())
}

func (t *turn) line(q Question, v crm.Value, limit int) view.HTML {
	shown := Format(q, v, t.env)
	if view.Length(shown) > limit || strings.ContainsRune(string(shown), '\n') {
		lines := strings.FieldsFunc(view.Plain(shown), func(c rune) bool { return c == '\n' })
		shown = view.Isolate(view.Text(oneLine(strings.Join(lines, " · "), limit)))
	}
	return view.Text(q.emoji()+" "+q.label(min(maxTitle, limit))+": ") + shown
}

func (t *turn) summary() view.Message {
	html := fit(func(limit int) view.HTML {
		lines := []view.HTML{}
		for _, q := range t.def.Questions {
			switch v := t.value(q); {
			case v != "":
				lines = append(lines, t.line(q, v, limit))
			case q.Follows == "":
				lines = append(lines, view.Text(q.emoji()+" "+q.label(min(maxTitle, limit))+": —"))
			}
		}
		return view.Paragraphs(
			view.Lines(view.Bold(view.Text(oneLine(t.def.Title, maxTitle))), view.Italic(t.env.Printer.H("form.check"))),
			view.Lines(lines...), t.notice(), t.echo(limit))
	})
	save := t.button(t.env.Printer.T("form.save"), callback.FormSave, "")
	save.Style = view.Success
	keyboard := view.Keyboard{{save}}
	keyboard = append(keyboard, rows(2, t.editButtons())...)
	return t.message(html, append(keyboard, t.nav("", false)))
}

func (t *turn) editButtons() []view.Button {
	var buttons []view.Button
	for _, q := range t.asked() {
		if len(buttons) == maxEditButtons {
			break
		}
		buttons = append(buttons, t.button("✏️ "+q.label(maxEditLabel), callback.FormEdit, q.ID))
	}
	return buttons
}

// nav is the last row: back, skip, cancel.
func (t *turn) nav(id string, optional bool) []view.Button {
	p := t.env.Printer
	var row []view.Button
	if t.d.Editing || len(t.d.Trail) > 0 {
		row = append(row, t.button(p.T("common.back"), callback.FormBack, id))
	}
	if optional {
		row = append(row, t.button(p.T(skipLabel(t, id)), callback.FormSkip, id))
	}
	return append(row, t.button(p.T("common.cancel"), callback.FormCancel, ""))
}

func skipLabel(t *turn, id string) string {
	if q, ok := t.def.Question(id); ok && q.Clears {
		return "form.clear"
	}
	return "form.skip"
}

func (t *turn) button(label string, action callback.Action, question string) view.Button {
	return view.Button{Label: label, Data: callback.MustEncode(callback.Ref{
		Action: action, Draft: t.d.ID, Question: question,
	})}
}

func (t *turn) message(html view.HTML, k view.Keyboard) view.Message {
	if t.env.rightToLeft() {
		k = k.Mirror()
	}
	return view.Message{HTML: html, Inline: k}
}

// label names a question beside its answer, in at most limit characters.
func (q Question) label(limit int) string {
	return oneLine(view.Label(cmp.Or(q.Label, q.Title)), limit)
}

// emoji marks a question by what it asks for.
func (q Question) emoji() string {
	if q.Emoji != "" {
		return q.Emoji
	}
	switch q.Type {
	case crm.LongText:
		return "📝"
	case crm.Number:
		return "🔢"
	case crm.Money:
		return "💰"
	case crm.YesNo:
		return "❔"
	case crm.Choice:
		return "🔘"
	case crm.Choices:
		return "☑️"
	case crm.Date:
		return "📅"
	case crm.Time:
		return "⏰"
	case crm.DateTime:
		return "🗓"
	case crm.Weekday:
		return "📆"
	case crm.Phone:
		return "📞"
	case crm.Email:
		return "✉️"
	case crm.Link:
		return "🔗"
	case crm.Staffer:
		return "👤"
	case crm.File:
		return "📎"
	default:
		return "✏️"
	}
}

// shorten is oneLine of what a reader sees of h.
func shorten(h view.HTML, limit int) string {
	return oneLine(view.Plain(h), limit)
}

// oneLine is s on one line, without what disturbs the line around it, of at most
// limit characters.
func oneLine(s string, limit int) string { return view.Clip(persian.Clean(s), limit) }

// fit renders with ever tighter limits on each answer until the whole fits a
// message, and cuts lines off where even that is too much.
func fit(render func(limit int) view.HTML) view.HTML {
	var html view.HTML
	for _, limit := range []int{300, 150, 80, 40, 20, 10} {
		html = render(limit)
		if view.Length(html) <= maxShown {
			return html
		}
	}
	return cut(html)
}

// cut drops lines of the middle: the title and the question, which come first
// and last, stay. Every line closes the tags that it opens.
func cut(html view.HTML) view.HTML {
	lines := strings.Split(string(html), "\n")
	over := view.Length(html) - maxShown + len("\n…")
	from := len(lines) / 3
	to := from
	for over > 0 && to < len(lines)-1 {
		over -= view.Length(view.HTML(lines[to])) + len("\n")
		to++
	}
	return view.HTML(strings.Join(slices.Replace(lines, from, to, "…"), "\n"))
}
