package bot

import (
	"cmp"
	"context"
	"strconv"
	"time"

	"cartable/bot/callback"
	"cartable/bot/form"
	"cartable/bot/screen"
	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

// askText asks for a text of a source or of the business in place of its editor.
func (r *request) askText(ctx context.Context, ref callback.Ref) (string, error) {
	t, ok := configTextOf(ref.Value, ref.Record, ref.Arg)
	if !ok {
		return r.p.T("error.old_button"), nil
	}
	draft, err := r.Domain.ConfigDraft(ctx, r.staff.ID)
	if err != nil {
		return "", err
	}
	b := beginning{kind: formText, subject: ref.Record, message: r.up.Message,
		args: map[string]string{argPart: ref.Value, argChoice: strconv.FormatInt(ref.Arg, 10)}}
	if t.now != nil {
		b.prefill = form.Answers{"text": crm.Value(t.now(draft.Target))}
	}
	return "", r.begin(ctx, b)
}

// configText is a text of the configuration that is typed: how it stands, how it is
// set, and what is shown then.
type configText struct {
	kind     crm.FieldType
	optional bool                    // it can be emptied
	now      func(crm.Config) string // nil: nothing stands that could be kept
	set      func(*crm.Config, string) error
	show     func(screen.Shaper) view.Message
}

// configTextOf finds a text by its name, of the object id and with arg.
func configTextOf(part string, id, arg int64) (configText, bool) {
	if t, ok := sourceText(part, crm.SourceID(id), arg); ok {
		return t, true
	}
	return businessText(part, arg)
}

func sourceText(part string, id crm.SourceID, arg int64) (configText, bool) {
	source := func(c crm.Config) crm.Source {
		src, _ := c.Source(id)
		return src
	}
	t := configText{kind: crm.Text, show: func(s screen.Shaper) view.Message { return formScreen(s, id, screen.ShapeForm, "") }}
	ofForm := func(text func(*crm.HostedForm) *crm.Title) {
		t.optional = true
		t.now = func(c crm.Config) string {
			f := source(c).Form
			return text(&f).Text
		}
		t.set = func(c *crm.Config, v string) error {
			f := source(*c).Form
			text(&f).Text = v
			return c.SetForm(id, f)
		}
	}
	switch part {
	case "src_title":
		t.now = func(c crm.Config) string { return source(c).Title.Text }
		t.set = func(c *crm.Config, v string) error {
			return c.RenameSource(id, crm.Title{Text: v, English: source(*c).Title.English})
		}
		t.show = func(s screen.Shaper) view.Message { return s.Source(source(s.Draft.Target), screen.SourceFacts{}) }
	case "src_english":
		t.optional = true
		t.now = func(c crm.Config) string { return source(c).Title.English }
		t.set = func(c *crm.Config, v string) error {
			return c.RenameSource(id, crm.Title{Text: source(*c).Title.Text, English: v})
		}
		t.show = func(s screen.Shaper) view.Message { return s.Source(source(s.Draft.Target), screen.SourceFacts{}) }
	case "form_title":
		ofForm(func(f *crm.HostedForm) *crm.Title { return &f.Title })
	case "form_lead":
		t.kind = crm.LongText
		ofForm(func(f *crm.HostedForm) *crm.Title { return &f.Lead })
	case "form_success":
		ofForm(func(f *crm.HostedForm) *crm.Title { return &f.Success })
	case "q_label", "q_built_in":
		return questionLabel(t, part, id, arg), true
	case screen.ShapeAgain, screen.ShapeTell:
		t.kind = crm.Number
		t.set = func(c *crm.Config, v string) error { return setRouting(c, id, part, v, 0) }
		t.show = func(s screen.Shaper) view.Message { return routingScreen(s, id, screen.ShapeRouting) }
	default:
		return configText{}, false
	}
	return t, true
}

// questionLabel is the label of a question of a form: of field arg, or of a built-in
// one, by its place from -1 down.
func questionLabel(t configText, part string, id crm.SourceID, arg int64) configText {
	key := func(c crm.Config) string {
		if keys := crm.FormKeys(); part == "q_built_in" {
			if i := -1 - arg; i >= 0 && i < int64(len(keys)) {
				return keys[i]
			}
			return ""
		}
		f, _ := c.Field(crm.FieldID(arg))
		return f.Key
	}
	t.optional = true
	t.now = func(c crm.Config) string {
		src, _ := c.Source(id)
		if i := placeOfQuestion(src.Form, key(c)); i >= 0 {
			return src.Form.Questions[i].Label.Text
		}
		return ""
	}
	t.set = func(c *crm.Config, v string) error {
		src, _ := c.Source(id)
		i := placeOfQuestion(src.Form, key(*c))
		if i < 0 {
			return &crm.Error{Code: crm.NotFound, Key: crm.KeyNoField}
		}
		f := src.Form
		f.Questions = append([]crm.FormQuestion(nil), f.Questions...)
		f.Questions[i].Label = crm.Title{Text: v}
		return c.SetForm(id, f)
	}
	t.show = func(s screen.Shaper) view.Message { return formScreen(s, id, screen.ShapeFormAsk, key(s.Draft.Target)) }
	return t
}

func businessText(part string, arg int64) (configText, bool) {
	t := configText{kind: crm.Text, show: screen.Shaper.Business}
	switch part {
	case "name":
		t.now = func(c crm.Config) string { return c.Settings.Business }
		t.set = func(c *crm.Config, v string) error { return c.SetBusinessName(v) }
	case "zone":
		t.now = func(c crm.Config) string { return c.Settings.Zone }
		t.set = func(c *crm.Config, v string) error { return c.SetZone(v) }
	case "day_hours":
		day := time.Weekday(arg)
		t.set = func(c *crm.Config, v string) error {
			spans, err := readSpans(v)
			if err != nil {
				return err
			}
			return c.SetDay(day, spans)
		}
		t.show = func(s screen.Shaper) view.Message { return s.Day(day) }
		return t, ofWeek(day)
	case "entry", "calling":
		t.set = func(c *crm.Config, v string) error {
			spans, err := readSpans(v)
			if err != nil {
				return err
			}
			return addWindows(c, crm.WindowKind(part), spans)
		}
		t.show = screen.Shaper.Windows
	case "digest_am", "digest_pm":
		t.kind = crm.Time
		t.set = func(c *crm.Config, v string) error {
			at := c.Settings.DigestAt
			if part == "digest_am" {
				at.Morning = v
			} else {
				at.Evening = v
			}
			return c.SetDigestAt(at)
		}
		t.show = screen.Shaper.Digests
	case "holiday":
		t.kind = crm.Date // with a title: see defineText
	default:
		return configText{}, false
	}
	return t, true
}

// defineText asks for a text; for a holiday, its date and what it is.
func (r *request) defineText(ctx context.Context, d form.Draft) (form.Definition, error) {
	part := d.Args[argPart]
	t, ok := configTextOf(part, d.Subject, number64(d.Args[argChoice]))
	if !ok {
		return form.Definition{}, &crm.Error{Code: crm.NotFound, Key: crm.KeyNoField}
	}
	q := form.Question{ID: "text", Title: r.p.T("shape_text." + part), Type: t.kind, Required: true}
	if t.optional && d.Prefill["text"] != "" {
		q.Required, q.Clears = false, true
	}
	title, err := r.textTitle(ctx, part, d)
	if err != nil {
		return form.Definition{}, err
	}
	def := form.Definition{Title: title, Questions: []form.Question{q}}
	if part == "holiday" {
		def.Questions[0].Label = r.p.T("field.holiday")
		def.Questions = append(def.Questions, form.Question{ID: "title", Title: r.p.T("shape_text.holiday_title"), Type: crm.Text})
	}
	return def, nil
}

// textTitle names what a text is of: a source, a day, a holiday, or the business.
func (r *request) textTitle(ctx context.Context, part string, d form.Draft) (string, error) {
	switch part {
	case "holiday":
		return r.p.T("business.holidays"), nil
	case "day_hours":
		return r.p.T("business.hours") + " — " + persian.WeekdayName(time.Weekday(number(d.Args[argChoice])), string(r.p.Lang())), nil
	case "entry", "calling":
		return r.p.T("business.windows") + " — " + r.p.T("window."+part), nil
	case "digest_am", "digest_pm":
		return r.p.T("business.digests"), nil
	}
	if d.Subject == 0 {
		return r.p.T("form_bot.text"), nil
	}
	draft, err := r.Domain.ConfigDraft(ctx, r.staff.ID)
	src, _ := draft.Target.Source(crm.SourceID(d.Subject))
	return r.p.T("form_bot.text") + " — " + view.Clip(src.Title.In(r.p.Lang()), 60), err
}

func number64(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// saveText writes a text into the draft, and shows the editor that it belongs to.
func (r *request) saveText(ctx context.Context, cmd crm.Command, d form.Draft) (view.Message, error) {
	part, text := d.Args[argPart], string(d.Answers["text"])
	t, ok := configTextOf(part, d.Subject, number64(d.Args[argChoice]))
	if !ok {
		return view.Message{}, &crm.Error{Code: crm.NotFound, Key: crm.KeyNoField}
	}
	if part == "holiday" {
		title := cmp.Or(string(d.Answers["title"]), r.p.T("business.day_off"))
		t.set = func(c *crm.Config, v string) error {
			return c.AddHolidays(crm.Holiday{Date: v, Title: crm.Title{Text: title}})
		}
	}
	if _, err := r.Domain.EditConfig(ctx, cmd, func(c *crm.Config) (int64, error) { return 0, t.set(c, text) }); err != nil {
		return view.Message{}, err
	}
	return r.textScreen(ctx, d)
}

// textScreen is the editor of what a formText asks a text of.
func (r *request) textScreen(ctx context.Context, d form.Draft) (view.Message, error) {
	part := d.Args[argPart]
	t, ok := configTextOf(part, d.Subject, number64(d.Args[argChoice]))
	switch {
	case !ok:
		return view.Message{}, &crm.Error{Code: crm.NotFound, Key: crm.KeyNoField}
	case part == "holiday":
		t.show = func(s screen.Shaper) view.Message { return s.Holidays(yearOf(string(d.Answers["text"]), s)) }
	case part == "src_title" || part == "src_english":
		facts, err := r.sourceFacts(ctx, crm.SourceID(d.Subject))
		if err != nil {
			return view.Message{}, err
		}
		t.show = func(s screen.Shaper) view.Message {
			src, _ := s.Draft.Target.Source(crm.SourceID(d.Subject))
			return s.Source(src, facts)
		}
	}
	return r.shaped(ctx, t.show)
}
