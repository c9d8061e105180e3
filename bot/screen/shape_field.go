package screen

import (
	"cartable/bot/callback"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// fieldWords is a question in a line: title, kind, whether it has to be answered.
func (s Shaper) fieldWords(f crm.Field) view.HTML {
	out := words(s.clip(f.Title.In(s.P.Lang()), 60)) + " — " + s.P.H("field_type."+string(f.Type))
	switch {
	case f.Derived != 0:
		out += " · " + s.P.H("shape.follows")
	case f.Required:
		out += " · " + s.P.H("shape.required_yes")
	case f.Status != 0:
		out += " · " + s.P.H("shape.required_no")
	}
	switch {
	case f.Hidden:
		out += " · " + s.P.H("shape.card_hidden")
	case f.Front:
		out += " · " + s.P.H("shape.card_front")
	}
	return out
}

// Fields is the columns of the customer record.
func (s Shaper) Fields() view.Message {
	html := s.fit(func(r Reader) view.HTML {
		s := Shaper{r, s.Draft}
		var lines []view.HTML
		for _, f := range s.Draft.Target.Fields {
			if !f.Retired {
				lines = append(lines, "▫️ "+s.fieldWords(f))
			}
		}
		return view.Paragraphs(view.Lines(s.P.H("shape.fields_title"), s.P.H("shape.fields_built_in"), s.atMost(lines)), s.edited())
	})
	var buttons []view.Button
	for _, f := range s.Draft.Target.Fields {
		if f.Retired {
			continue
		}
		buttons = append(buttons, shapeButton("▫️ "+f.Title.In(s.P.Lang()), callback.Ref{Question: ShapeField, Record: int64(f.ID)}))
	}
	add := s.op("shape.add_field", ShapeAdd, 0, "field")
	add.Style = view.Primary
	all := append(append(pairs(buttons), []view.Button{add}), s.retiredRows("field", 0)...)
	return view.Message{HTML: html, Inline: s.keyboard(append(all, s.foot(s.SettingsBack()[0])...)...)}
}

// Field is the editor of one field, of a status or of the customer.
func (s Shaper) Field(f crm.Field) view.Message {
	id := int64(f.ID)
	html := s.fit(func(r Reader) view.HTML {
		s := Shaper{r, s.Draft}
		parts := []view.HTML{view.Lines(view.Bold(words(s.clip(f.Title.In(s.P.Lang()), 100))), s.english(f.Title)), s.fieldWords(f)}
		if f.Help.Text != "" {
			parts = append(parts, view.Quote(words(s.clip(f.Help.In(s.P.Lang()), 300))))
		}
		if chooses(f) {
			parts = append(parts, s.choiceLines(f))
		}
		return view.Paragraphs(append(parts, s.edited())...)
	})
	buttons := []view.Button{s.op("shape.title", ShapeAsk, id, "ftitle"), s.op("shape.help", ShapeAsk, id, "help")}
	if f.Derived == 0 {
		buttons = append(buttons, s.requiredButton(f))
	}
	rows := pairs(buttons)
	if f.Status == 0 {
		rows = append(rows, []view.Button{
			ticked(s.op("shape.to_front", ShapeCard, id, "front"), f.Front),
			ticked(s.op("shape.to_plain", ShapeCard, id, "plain"), !f.Front && !f.Hidden),
			ticked(s.op("shape.to_hidden", ShapeCard, id, "hidden"), f.Hidden)})
	}
	if f.Type == crm.Weekday && f.Status != 0 {
		rows = append(rows, s.weekdayButtons(f)...)
	}
	if chooses(f) {
		rows = append(rows, s.choiceButtons(f)...)
	}
	rows = append(rows, []view.Button{s.op("shape.up", ShapeMove, id, "fup"), s.op("shape.down", ShapeMove, id, "fdown")},
		[]view.Button{s.op("shape.english", ShapeAsk, id, "fenglish")}, []view.Button{s.op("shape.retire_field", ShapeRetire, id, "field")})
	return view.Message{HTML: html, Inline: s.keyboard(append(rows, s.foot(s.backOf(f))...)...)}
}

func chooses(f crm.Field) bool { return f.Type == crm.Choice || f.Type == crm.Choices }

// backOf returns from a field to what it belongs to.
func (s Shaper) backOf(f crm.Field) view.Button {
	if f.Status == 0 {
		return s.op("common.back", ShapeFields, 0, "")
	}
	return s.op("common.back", ShapeStatus, int64(f.Status), "")
}

func (s Shaper) requiredButton(f crm.Field) view.Button {
	if f.Required {
		return s.op("shape.make_optional", ShapeRequired, int64(f.ID), "no")
	}
	return s.op("shape.make_required", ShapeRequired, int64(f.ID), "yes")
}

// weekdayButtons link a day of the week to a date of the same status.
func (s Shaper) weekdayButtons(f crm.Field) [][]view.Button {
	st, _ := s.Draft.Target.Status(f.Status)
	rows := [][]view.Button{{ticked(s.op("shape.weekday_asked", ShapeWeekday, int64(f.ID), ""), f.Derived == 0)}}
	for _, d := range st.Fields {
		if d.Type == crm.Date {
			b := shapeButton(s.P.T("shape.weekday_of", "Title", d.Title.In(s.P.Lang())),
				callback.Ref{Question: ShapeWeekday, Record: int64(f.ID), Arg: int64(d.ID)})
			rows = append(rows, []view.Button{ticked(b, f.Derived == d.ID)})
		}
	}
	return rows
}

func (s Shaper) choiceLines(f crm.Field) view.HTML {
	var lines []view.HTML
	for _, o := range f.Choices {
		title := words(s.clip(o.Title.In(s.P.Lang()), 60))
		if o.Retired {
			title = view.Strike(title)
		}
		lines = append(lines, "• "+title)
	}
	return view.Lines(s.P.H("shape.choices"), s.atMost(lines))
}

func (s Shaper) choiceButtons(f crm.Field) [][]view.Button {
	var buttons []view.Button
	for _, o := range f.Choices {
		if !o.Retired {
			buttons = append(buttons, shapeButton("🔘 "+o.Title.In(s.P.Lang()), callback.Ref{Question: ShapeChoice, Record: int64(f.ID), Arg: int64(o.ID)}))
		}
	}
	rows := append(pairs(buttons), s.retiredRows("choice", int64(f.ID))...)
	add := s.op("shape.add_choice", ShapeAdd, int64(f.ID), "choice")
	add.Style = view.Primary
	return append(rows, []view.Button{add})
}

// Choice is the editor of one choice of a field.
func (s Shaper) Choice(f crm.Field, o crm.ChoiceOption) view.Message {
	at := func(op, value string) callback.Ref {
		return callback.Ref{Question: op, Record: int64(f.ID), Arg: int64(o.ID), Value: value}
	}
	button := func(key string, ref callback.Ref) view.Button { return shapeButton(s.P.T(key), ref) }
	title := words(s.clip(o.Title.In(s.P.Lang()), 100))
	if o.Retired {
		title = view.Strike(title)
	}
	back := s.op("common.back", ShapeField, int64(f.ID), "")
	html := view.Paragraphs(view.Lines(words(s.clip(f.Title.In(s.P.Lang()), 100)), view.Bold(title), s.english(o.Title)), s.edited())
	if o.Retired {
		return view.Message{HTML: html, Inline: s.keyboard(append([][]view.Button{{button("shape.restore", at(ShapeRestore, "choice"))}}, s.foot(back)...)...)}
	}
	rows := [][]view.Button{
		{button("shape.title", at(ShapeAsk, "ctitle")), button("shape.english", at(ShapeAsk, "cenglish"))},
		{button("shape.up", at(ShapeMove, "cup")), button("shape.down", at(ShapeMove, "cdown"))},
		{button("shape.retire_choice", at(ShapeRetire, "choice"))},
	}
	return view.Message{HTML: html, Inline: s.keyboard(append(rows, s.foot(back)...)...)}
}
