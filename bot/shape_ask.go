package bot

import (
	"context"
	"strconv"
	"strings"
	"unicode"

	"cartable/bot/callback"
	"cartable/bot/form"
	"cartable/bot/screen"
	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

// What forms that shape the business carry.
const (
	argPart   = "part"   // formPart: which text; formAdd: "status", "field", "choice"
	argChoice = "choice" // the choice that it is about
)

// askConfig asks for a text of an object, or for a new one, in place of its editor.
func (r *request) askConfig(ctx context.Context, ref callback.Ref) (string, error) {
	b := beginning{kind: formAdd, subject: ref.Record, message: r.up.Message,
		args: map[string]string{argPart: ref.Value, argChoice: strconv.FormatInt(ref.Arg, 10)}}
	if ref.Question == screen.ShapeAsk {
		b.kind = formPart
		draft, err := r.Domain.ConfigDraft(ctx, r.staff.ID)
		if err != nil {
			return "", err
		}
		b.prefill = form.Answers{"text": crm.Value(partOf(draft.Target, ref.Value, ref.Record, crm.ChoiceID(ref.Arg)))}
	}
	return "", r.begin(ctx, b)
}

// partOf is a text of an object as it stands.
func partOf(c crm.Config, part string, id int64, choice crm.ChoiceID) string {
	st, _ := c.Status(crm.StatusID(id))
	f, _ := c.Field(crm.FieldID(id))
	o, _ := f.Option(choice)
	switch part {
	case "title":
		return st.Title.Text
	case "english":
		return st.Title.English
	case "emoji":
		return st.Emoji
	case "ftitle":
		return f.Title.Text
	case "fenglish":
		return f.Title.English
	case "help":
		return f.Help.Text
	case "ctitle":
		return o.Title.Text
	case "cenglish":
		return o.Title.English
	}
	return ""
}

// definePart asks for one text. Titles are needed; the rest can be emptied.
func (r *request) definePart(ctx context.Context, d form.Draft) (form.Definition, error) {
	part := d.Args[argPart]
	q := form.Question{ID: "text", Title: r.p.T("shape.q_" + strings.TrimLeft(part, "fc")), Type: crm.Text, Required: true}
	switch part {
	case "help":
		q.Type = crm.LongText
		q.Title = r.p.T("shape.q_help")
	case "emoji":
		q.Title = r.p.T("shape.q_emoji")
	}
	if !strings.HasSuffix(part, "title") && d.Prefill["text"] != "" {
		q.Required, q.Clears = false, true
	}
	draft, err := r.Domain.ConfigDraft(ctx, r.staff.ID)
	if err != nil {
		return form.Definition{}, err
	}
	of := r.draftTitle(draft.Target, d, strings.HasPrefix(part, "f") || part == "help", strings.HasPrefix(part, "c"))
	return form.Definition{Title: strings.TrimSpace(r.p.T("form_bot.part") + of), Questions: []form.Question{q}}, nil
}

// draftTitle names what of the draft a form is about, after a dash: a status, a field
// or a choice of one.
func (r *request) draftTitle(c crm.Config, d form.Draft, field, choice bool) string {
	var title string
	switch f, _ := c.Field(crm.FieldID(d.Subject)); {
	case choice:
		o, _ := f.Option(crm.ChoiceID(number(d.Args[argChoice])))
		title = o.Title.In(r.p.Lang())
	case field:
		title = f.Title.In(r.p.Lang())
	default:
		st, _ := c.Status(crm.StatusID(d.Subject))
		title = strings.TrimSpace(st.Emoji + " " + st.Title.In(r.p.Lang()))
	}
	if title == "" {
		return ""
	}
	return " — " + view.Clip(title, 60)
}

// defineAdd asks for what a new status, field or choice needs to begin with.
func (r *request) defineAdd(ctx context.Context, d form.Draft) (form.Definition, error) {
	part, of := d.Args[argPart], ""
	draft, err := r.Domain.ConfigDraft(ctx, r.staff.ID)
	if err != nil {
		return form.Definition{}, err
	}
	title := form.Question{ID: "title", Title: r.p.T("shape.q_new_" + part), Label: r.p.T("field.title"), Type: crm.Text, Required: true}
	heading := r.p.T("shape.add_" + part)
	var more []form.Question
	switch {
	case part == "choice":
		title.Type = crm.LongText // several, a line each
		of = r.draftTitle(draft.Target, d, true, false)
	case part == "field" && d.Subject != 0:
		heading, of, more = r.p.T("shape.add_question"), r.draftTitle(draft.Target, d, false, false), r.typeQuestions()
	case part == "field":
		title.Title, more = r.p.T("shape.q_new_column"), r.typeQuestions()
	}
	return form.Definition{Title: heading + of, Questions: append([]form.Question{title}, more...)}, nil
}

// typeQuestions ask for the type of a new field, and for its choices where it has some.
func (r *request) typeQuestions() []form.Question {
	kind := form.Question{ID: "type", Title: r.p.T("shape.q_type"), Label: r.p.T("field.type"), Type: crm.Choice, Required: true}
	for i, t := range crm.FieldTypes() {
		kind.Choices = append(kind.Choices, form.Option{Value: crm.Value(strconv.Itoa(i)), Label: view.Capital(r.p.T("field_type." + string(t)))})
	}
	return []form.Question{kind, {ID: "choices", Title: r.p.T("shape.q_choices"), Label: r.p.T("shape.l_choices"), Type: crm.LongText, Required: true, When: takesChoices}}
}

// takesChoices says whether the type that was chosen has choices.
func takesChoices(a form.Answers) bool {
	t := typeOf(a["type"])
	return t == crm.Choice || t == crm.Choices
}

// choicesOf are the choices of a new field. Those of a type that was chosen before
// another one do not count.
func choicesOf(a form.Answers) []string {
	if !takesChoices(a) {
		return nil
	}
	return textLines(string(a["choices"]))
}

// typeOf is the field type that was chosen, by its place among all.
func typeOf(v crm.Value) crm.FieldType {
	n, err := strconv.Atoi(string(v))
	if types := crm.FieldTypes(); err == nil && n >= 0 && n < len(types) {
		return types[n]
	}
	return ""
}

// defineTrial is the form of a status as the draft has it.
func (r *request) defineTrial(ctx context.Context, d form.Draft) (form.Definition, error) {
	draft, err := r.Domain.ConfigDraft(ctx, r.staff.ID)
	if err != nil {
		return form.Definition{}, err
	}
	st, ok := draft.Target.Status(crm.StatusID(d.Subject))
	if !ok {
		return form.Definition{}, &crm.Error{Code: crm.NotFound, Key: crm.KeyNoStatus}
	}
	all := r.colleagues(0)
	def := form.FromStatus(st, all, r.mayBeNext(st), r.env())
	def.Title = r.p.T("shape.trial", "Title", strings.TrimSpace(st.Emoji+" "+st.Title.In(r.p.Lang())))
	return def, nil
}

// mayBeNext are the colleagues among whom a status lets choose, as far as the rule
// says without a customer.
func (r *request) mayBeNext(st crm.Status) []form.Option {
	var out []form.Option
	for _, s := range r.dir.Candidates(st.Next, 0) {
		out = append(out, form.Option{Value: crm.Value(strconv.FormatInt(int64(s.ID), 10)), Label: r.reader().StaffName(s.ID)})
	}
	return out
}

// savePart writes a text into the draft and shows the editor of its object.
func (r *request) savePart(ctx context.Context, cmd crm.Command, d form.Draft) (view.Message, error) {
	text, part, choice := string(d.Answers["text"]), d.Args[argPart], crm.ChoiceID(number(d.Args[argChoice]))
	status, field := crm.StatusID(d.Subject), crm.FieldID(d.Subject)
	_, err := r.Domain.EditConfig(ctx, cmd, func(c *crm.Config) (int64, error) {
		return 0, setPart(c, part, text, status, field, choice)
	})
	if err != nil {
		return view.Message{}, err
	}
	return r.shaped(ctx, func(s screen.Shaper) view.Message { return partScreen(s, d) })
}

func statusScreen(s screen.Shaper, id crm.StatusID) view.Message {
	if st, ok := s.Draft.Target.Status(id); ok {
		return s.Status(st)
	}
	return s.Statuses(false)
}

func setPart(c *crm.Config, part, text string, status crm.StatusID, field crm.FieldID, choice crm.ChoiceID) error {
	st, _ := c.Status(status)
	f, _ := c.Field(field)
	o, _ := f.Option(choice)
	switch part {
	case "title":
		emoji, title := splitEmoji(text)
		if emoji != "" {
			if err := c.SetEmoji(status, emoji); err != nil {
				return err
			}
		}
		return c.RenameStatus(status, crm.Title{Text: title, English: st.Title.English})
	case "english":
		return c.RenameStatus(status, crm.Title{Text: st.Title.Text, English: text})
	case "emoji":
		return c.SetEmoji(status, text)
	case "ftitle":
		return c.RenameField(field, crm.Title{Text: text, English: f.Title.English})
	case "fenglish":
		return c.RenameField(field, crm.Title{Text: f.Title.Text, English: text})
	case "help":
		return c.SetHelp(field, crm.Title{Text: text, English: f.Help.English})
	case "ctitle":
		return c.RenameChoice(field, choice, crm.Title{Text: text, English: o.Title.English})
	default: // cenglish
		return c.RenameChoice(field, choice, crm.Title{Text: o.Title.Text, English: text})
	}
}

// splitEmoji takes the emoji off that a title begins with.
func splitEmoji(s string) (emoji, title string) {
	first, rest, found := strings.Cut(persian.Clean(s), " ")
	if !found || strings.TrimSpace(rest) == "" {
		return "", s
	}
	for _, c := range first {
		if unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsPunct(c) {
			return "", s
		}
	}
	return first, rest
}

// saveAdd makes a status, a field or choices in the draft, and shows the editor of
// what they belong to.
func (r *request) saveAdd(ctx context.Context, cmd crm.Command, d form.Draft) (view.Message, error) {
	title, part := string(d.Answers["title"]), d.Args[argPart]
	made, err := r.Domain.EditConfig(ctx, cmd, func(c *crm.Config) (int64, error) {
		switch part {
		case "status":
			emoji, text := splitEmoji(title)
			id, err := c.AddStatus(crm.Title{Text: text}, emoji)
			return int64(id), err
		case "field":
			id, err := c.AddReadyField(crm.StatusID(d.Subject), crm.Title{Text: title}, typeOf(d.Answers["type"]), choicesOf(d.Answers))
			return int64(id), err
		default: // choice
			return d.Subject, c.AddChoices(crm.FieldID(d.Subject), textLines(title))
		}
	})
	if err != nil {
		return view.Message{}, err
	}
	return r.shaped(ctx, func(s screen.Shaper) view.Message {
		switch {
		case part == "status":
			return statusScreen(s, crm.StatusID(made))
		case part == "field" && d.Subject != 0:
			return statusScreen(s, crm.StatusID(d.Subject))
		default:
			return fieldScreen(s, crm.FieldID(made))
		}
	})
}

// textLines are the lines of a text that say something.
func textLines(text string) []string {
	var out []string
	for _, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}
