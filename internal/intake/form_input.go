package intake

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"time"

	"cartable/internal/crm"
	"cartable/internal/persian"
)

// input is one question of the page.
type input struct {
	Name, Label, Hint, Value, Error      string
	Kind, Mode, Complete, Dir, Enter, Eg string
	Required, Many                       bool
	Options                              []option // of a list, or with Group of radio buttons and check boxes
	Group                                bool
}

// option is one answer to choose; Value is what is sent, and understood in either
// language.
type option struct {
	Value, Title string
	Chosen       bool
}

// Described is the IDs of what explains the input to a screen reader.
func (i input) Described() string {
	var ids []string
	if i.Error != "" {
		ids = append(ids, i.Name+"-error")
	}
	if i.Hint != "" {
		ids = append(ids, i.Name+"-hint")
	}
	return strings.Join(ids, " ")
}

// Exclusive says whether one of the options can be chosen, rather than several.
func (i input) Exclusive() bool { return i.Kind == "radio" }

// ask fills the page's inputs with what was typed: the questions of the source's
// form, or those that every form has at first.
func (p *page) ask(form crm.HostedForm, dir crm.Directory, typed url.Values) {
	p.Title, p.Lead, p.Success = form.Title.In(p.Lang()), form.Lead.In(p.Lang()), form.Success.In(p.Lang())
	phone := input{Name: "phone", Kind: "tel", Mode: "tel", Complete: "tel", Dir: "ltr", Required: true, Hint: p.T("intake.hint.phone")}
	if len(form.Questions) == 0 {
		p.Inputs = []input{phone, p.builtIn("name"), p.builtIn("message")}
		p.More = []input{p.builtIn("city"), p.builtIn("email")}
		for _, key := range ownFields {
			if f, ok := fieldOf(dir, key); ok && asksPublicly(f) {
				p.More = append(p.More, p.inputOf(f))
			}
		}
	} else {
		p.Inputs = append([]input{phone}, p.questions(form, dir)...)
		if slices.ContainsFunc(form.Questions, func(q crm.FormQuestion) bool { return q.Required }) {
			p.Inputs[0].Hint = p.T("intake.hint.phone_like")
		}
	}
	for _, list := range [][]input{p.Inputs, p.More} {
		for i := range list {
			list[i].fill(typed[list[i].Name])
			list[i].Label = cmp.Or(list[i].Label, p.T("intake.label."+list[i].Name))
		}
	}
	p.Open = slices.ContainsFunc(p.More, func(i input) bool { return i.answered() })
}

func (i *input) fill(typed []string) {
	if len(typed) > 0 {
		i.Value = typed[0]
	}
	for k, o := range i.Options {
		i.Options[k].Chosen = slices.Contains(typed, o.Value)
	}
}

func (i input) answered() bool {
	return i.Value != "" || slices.ContainsFunc(i.Options, func(o option) bool { return o.Chosen })
}

// questions are those that a manager chose, in order, without what cannot be asked.
func (p *page) questions(form crm.HostedForm, dir crm.Directory) []input {
	var out []input
	for _, q := range form.Questions {
		in := p.builtIn(q.Key)
		if !slices.Contains(crm.FormKeys(), q.Key) {
			f, ok := fieldOf(dir, q.Key)
			if !ok || !asksPublicly(f) {
				continue
			}
			in = p.inputOf(f)
		}
		in.Required = q.Required
		in.Label = cmp.Or(q.Label.In(p.Lang()), in.Label)
		out = append(out, in)
	}
	return out
}

// builtIn asks for what every inquiry can have.
func (p *page) builtIn(key string) input {
	switch key {
	case "message":
		return input{Name: key, Many: true, Eg: p.T("intake.eg.message")}
	case "city":
		return input{Name: key, Kind: "text", Complete: "address-level2"}
	case "email":
		return input{Name: key, Kind: "email", Mode: "email", Complete: "email", Dir: "ltr"}
	default:
		return input{Name: key, Kind: "text", Complete: key}
	}
}

// fieldOf is the customer field in use that has this key.
func fieldOf(dir crm.Directory, key string) (crm.Field, bool) {
	i := slices.IndexFunc(dir.Fields, func(f crm.Field) bool { return f.Key == key && !f.Retired })
	if i < 0 {
		return crm.Field{}, false
	}
	return dir.Fields[i], true
}

// asksPublicly says whether strangers can be asked for the field: not for the names
// of colleagues, nor for files, which are messages in the bot's chat.
func asksPublicly(f crm.Field) bool { return f.Type != crm.Staffer && f.Type != crm.File }

// inputName is how the input of a question is called: as the API names it.
func inputName(key string) string {
	if slices.Contains(crm.FormKeys(), key) || slices.Contains(ownFields, key) {
		return key
	}
	return "fields." + key
}

// inputOf asks for a customer field: what has a few answers by choosing, the rest in
// words, which are understood as its type. Browsers' own dates are Gregorian, so that
// dates are typed.
func (p *page) inputOf(f crm.Field) input {
	in := input{Name: inputName(f.Key), Kind: "text", Label: f.Title.In(p.Lang()), Hint: f.Help.In(p.Lang())}
	hint := func(key string) { in.Hint = cmp.Or(in.Hint, p.T(key)) }
	switch f.Type {
	case crm.LongText:
		in.Many = true
	case crm.Number:
		in.Mode, in.Dir = "decimal", "ltr"
	case crm.Money:
		in.Mode = "text"
		hint("intake.hint.money")
	case crm.YesNo:
		in.Kind, in.Group = "radio", true
		in.Options = []option{{Value: "yes", Title: p.T("value.yes")}, {Value: "no", Title: p.T("value.no")}}
	case crm.Choice:
		in.Options = p.choices(f)
	case crm.Choices:
		in.Kind, in.Group, in.Options = "checkbox", true, p.choices(f)
		hint("intake.hint.choices")
	case crm.Date:
		hint("intake.hint.date")
	case crm.Time:
		hint("intake.hint.time")
	case crm.DateTime:
		hint("intake.hint.date_time")
	case crm.Weekday:
		for i := range 7 {
			name := persian.WeekdayName(time.Weekday((i+6)%7), string(p.Lang())) // from Saturday on
			in.Options = append(in.Options, option{Value: name, Title: name})
		}
	case crm.Phone:
		in.Kind, in.Mode, in.Dir = "tel", "tel", "ltr"
	case crm.Email:
		in.Kind, in.Mode, in.Dir = "email", "email", "ltr"
	case crm.Link:
		in.Kind, in.Mode, in.Dir = "url", "url", "ltr"
	}
	return in
}

func (p *page) choices(f crm.Field) []option {
	var out []option
	for _, o := range f.Choices {
		if !o.Retired {
			title := o.Title.In(p.Lang())
			out = append(out, option{Value: title, Title: title})
		}
	}
	return out
}

// missing are the required questions of the form that an inquiry does not answer.
func missing(form crm.HostedForm, dir crm.Directory, in crm.Inquiry) []issue {
	var out []issue
	for _, q := range form.Questions {
		answer, asked := map[string]string{"name": in.Name, "city": in.City, "email": in.Email, "message": in.Message}[q.Key]
		if f, ok := fieldOf(dir, q.Key); !asked && ok && asksPublicly(f) {
			answer, asked = string(in.Values[f.ID]), true
		}
		if q.Required && asked && persian.Clean(answer) == "" {
			out = append(out, issue{inputName(q.Key), noValue})
		}
	}
	return out
}
