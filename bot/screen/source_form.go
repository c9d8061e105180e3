package screen

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"cartable/bot/callback"
	"cartable/bot/view"
	"cartable/internal/crm"
)

func numberText(n int) string { return strconv.Itoa(n) }

// wait words working minutes, as Routing gives them.
func (s Shaper) wait(after time.Duration, ok bool) view.HTML {
	if !ok {
		return s.P.H("source.never")
	}
	return s.P.HN("source.minutes", int(after.Minutes()))
}

// questionTitle is what a question of a form is called, without a label of its own.
func (s Shaper) questionTitle(key string) string {
	if slices.Contains(crm.FormKeys(), key) {
		return s.P.T("intake.label." + key)
	}
	for _, f := range s.Draft.Target.Fields {
		if f.Key == key {
			return f.Title.In(s.P.Lang())
		}
	}
	return key
}

// questionWords words the keys of a form's questions, the required ones marked "!".
func (s Shaper) questionWords(keys string) view.HTML {
	if keys == "" {
		return s.P.H("source.form_usual")
	}
	var out []view.HTML
	for _, key := range strings.Split(keys, ",") {
		key, must := strings.CutSuffix(key, "!")
		title := words(s.clip(s.questionTitle(key), 40))
		if must {
			title += "*"
		}
		out = append(out, title)
	}
	return joinHTML(out, view.Text(s.P.T("common.comma")))
}

// question is a question's label as the form shows it.
func (s Shaper) question(q crm.FormQuestion) string {
	if label := q.Label.In(s.P.Lang()); label != "" {
		return label
	}
	return s.questionTitle(q.Key)
}

// formRef names a question: a field of the customer by its ID, others by their key.
func (s Shaper) formRef(op string, src crm.Source, key string) callback.Ref {
	ref := callback.Ref{Question: op, Record: int64(src.ID), Value: key}
	for _, f := range s.Draft.Target.Fields {
		if f.Key == key && !slices.Contains(crm.FormKeys(), key) {
			ref.Arg, ref.Value = int64(f.ID), ""
		}
	}
	return ref
}

// Form is the editor of a hosted form.
func (s Shaper) Form(src crm.Source) view.Message {
	id, f := int64(src.ID), src.Form
	html := s.fit(func(r Reader) view.HTML {
		s := Shaper{r, s.Draft}
		return view.Paragraphs(view.Lines(view.Bold(words(s.clip(s.sourceLabel(src), 100))), s.P.H("source.form_what")), s.formTexts(f),
			view.Lines(s.P.H("source.form_asks"), s.formWords(f)), s.edited())
	})
	var questions []view.Button
	for _, q := range f.Questions {
		questions = append(questions, shapeButton("❓ "+s.question(q), s.formRef(ShapeFormAsk, src, q.Key)))
	}
	rows := pairs(questions)
	add := s.op("source.form_add", ShapeFormAdd, id, "")
	add.Style = view.Primary
	rows = append(rows, []view.Button{add},
		[]view.Button{s.op("source.form_title", ShapeText, id, "form_title"), s.op("source.form_lead", ShapeText, id, "form_lead")},
		[]view.Button{s.op("source.form_success", ShapeText, id, "form_success"), s.op("source.form_seen", ShapeFormSeen, id, "")})
	return view.Message{HTML: html, Inline: s.keyboard(append(rows, s.foot(s.op("common.back", ShapeSource, id, ""))...)...)}
}

// formTexts are what a form says, the usual words in italics.
func (s Shaper) formTexts(f crm.HostedForm) view.HTML {
	said := func(t crm.Title, usual string) view.HTML {
		if t.Text == "" {
			return view.Italic(s.P.H(usual))
		}
		return words(s.clip(t.In(s.P.Lang()), 300))
	}
	return view.Lines(s.line("source.form_title", said(f.Title, "intake.title.form")),
		s.line("source.form_lead", said(f.Lead, "intake.lead")), s.line("source.form_success", said(f.Success, "intake.thanks.next")))
}

// FormAdd offers what the form does not ask yet.
func (s Shaper) FormAdd(src crm.Source) view.Message {
	asked := func(key string) bool {
		return slices.ContainsFunc(src.Form.Questions, func(q crm.FormQuestion) bool { return q.Key == key })
	}
	var buttons []view.Button
	add := func(key string) {
		if !asked(key) {
			buttons = append(buttons, shapeButton("➕ "+s.questionTitle(key), s.formRef(ShapeFormAdd, src, key)))
		}
	}
	for _, key := range crm.FormKeys() {
		add(key)
	}
	for _, f := range s.Draft.Target.Fields {
		if !f.Retired && f.Type != crm.Staffer && f.Type != crm.File {
			add(f.Key)
		}
	}
	html := view.Paragraphs(view.Bold(words(s.sourceLabel(src))), s.P.H("source.form_add_ask"), s.edited())
	back := s.op("common.back", ShapeForm, int64(src.ID), "")
	return view.Message{HTML: html, Inline: s.keyboard(append(pairs(buttons), s.foot(back)...)...)}
}

// FormQuestion is the editor of one question of a form.
func (s Shaper) FormQuestion(src crm.Source, q crm.FormQuestion) view.Message {
	button := func(key, op string) view.Button { return shapeButton(s.P.T(key), s.formRef(op, src, q.Key)) }
	must, needed := "shape.make_required", "shape.required_no"
	if q.Required {
		must, needed = "shape.make_optional", "shape.required_yes"
	}
	label := s.formRef(ShapeText, src, q.Key)
	label.Value = "q_label"
	if label.Arg == 0 { // a built-in question is named by its place among them, from -1 down
		label.Arg = int64(-1 - slices.Index(crm.FormKeys(), q.Key))
		label.Value = "q_built_in"
	}
	rows := [][]view.Button{
		{button(must, ShapeFormMust), shapeButton(s.P.T("source.q_own_label"), label)},
		{button("shape.up", ShapeFormUp), button("shape.down", ShapeFormDown)},
		{button("shape.retire_field", ShapeFormOut)},
	}
	html := view.Paragraphs(view.Lines(words(s.sourceLabel(src)), view.Bold(words(s.question(q)))), s.P.H(needed), s.edited())
	return view.Message{HTML: html, Inline: s.keyboard(append(rows, s.foot(s.op("common.back", ShapeForm, int64(src.ID), ""))...)...)}
}

// FormSeen is the form as customers will see it.
func (s Shaper) FormSeen(src crm.Source) view.Message {
	f := src.Form
	html := s.fit(func(r Reader) view.HTML {
		s := Shaper{r, s.Draft}
		own := func(t crm.Title, usual string) view.HTML {
			if t.Text == "" {
				return s.P.H(usual)
			}
			return words(s.clip(t.In(s.P.Lang()), 300))
		}
		questions := f.Questions
		if len(questions) == 0 {
			questions = []crm.FormQuestion{{Key: "name"}, {Key: "message"}, {Key: "city"}, {Key: "email"}}
			for _, own := range s.Draft.Target.Fields {
				if !own.Retired && (own.Key == "level" || own.Key == "major") {
					questions = append(questions, crm.FormQuestion{Key: own.Key})
				}
			}
		}
		asks := []view.HTML{view.Text("▢ ") + s.P.H("intake.label.phone") + " *"}
		for _, q := range questions {
			line := view.Text("▢ ") + words(s.clip(s.question(q), 100))
			if q.Required {
				line += " *"
			}
			asks = append(asks, line)
		}
		return view.Paragraphs(s.P.H("source.form_seen_title"), view.Lines(view.Bold(own(f.Title, "intake.title.form")), own(f.Lead, "intake.lead")),
			view.Lines(asks...), view.Text("[ ")+s.P.H("intake.send")+view.Text(" ]"),
			view.Lines(view.Italic(s.P.H("source.form_then")), own(f.Success, "intake.thanks.next")), s.edited())
	})
	return view.Message{HTML: html, Inline: s.keyboard(s.foot(s.op("common.back", ShapeForm, int64(src.ID), ""))...)}
}
