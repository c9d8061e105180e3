package form

import (
	"strconv"
	"time"

	"cartable/bot/text"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

// Definition is what a form asks, in order.
type Definition struct {
	Version   int64 // of the data that it was made from; a draft of another one is adapted
	Title     string
	Questions []Question
	// Summary shows all answers to save or edit at the end; without it the last
	// answer submits.
	Summary bool
}

// Question is one thing to ask.
type Question struct {
	ID       string      // stable, at most callback.MaxQuestion bytes, without "."
	Field    crm.FieldID // the field that it was made from; 0 for none
	Emoji    string      // in place of the one of its type
	Title    string
	Label    string // names it before its answer and on its edit button; "" for the Title
	Help     string
	Type     crm.FieldType
	Required bool
	// Clears says that skipping empties what stands: its button reads so.
	Clears bool
	// Past allows days and instants before now.
	Past bool
	// Choices are what Choice, Choices and Staffer choose from. A value has at
	// most callback.MaxValue bytes.
	Choices []Option
	// Offers, for a DateTime, are the instants of one tap each that come before
	// the calendar, given the answers so far; nil for none.
	Offers func(answers Answers, env Env) []Option
	// Follows is the Date question whose day of the week this one shows: it is
	// never asked, "" for a question that is.
	Follows string
	// When says whether the answers so far call for the question; nil for always.
	When func(answers Answers) bool
	// DayOf, for a Time, is the Date question whose day it belongs to: together
	// they are not to be past. "" for none.
	DayOf string
}

// Option is a value to choose, with its label.
type Option struct {
	Value   crm.Value
	Label   string
	Retired bool // shown where it was chosen, no longer offered
}

// Answers are values by question ID.
type Answers map[string]crm.Value

// Env is the reader's language and the moment.
type Env struct {
	Printer text.Printer
	Now     time.Time
	Zone    *time.Location // of the business
}

func (e Env) lang() string { return string(e.Printer.Lang()) }

func (e Env) rightToLeft() bool { return e.Printer.Lang() == crm.Persian }

// local is the present moment on the clocks of the business.
func (e Env) local() time.Time { return e.Now.In(e.Zone) }

func (e Env) today() persian.Civil { return persian.CivilOf(e.local()) }

// FieldQuestion is the ID of the question that a field makes.
func FieldQuestion(id crm.FieldID) string { return "f" + strconv.FormatInt(int64(id), 36) }

// FromField makes the question of a field for readers of lang. Staffer fields
// get their Choices from the caller, who knows the colleagues. Dates of the
// customer record may be past (a birthday), those of a status are ahead.
func FromField(f crm.Field, lang crm.Language) Question {
	q := Question{
		ID: FieldQuestion(f.ID), Field: f.ID,
		Title: f.Title.In(lang), Help: f.Help.In(lang),
		Type: f.Type, Required: f.Required,
		Past: f.Status == 0,
	}
	for _, c := range f.Choices {
		q.Choices = append(q.Choices, Option{Value: crm.ChoiceValue(c.ID), Label: c.Title.In(lang), Retired: c.Retired})
	}
	if f.Derived != 0 {
		q.Follows = FieldQuestion(f.Derived)
	}
	return q
}

// Question returns the question with this ID.
func (def Definition) Question(id string) (Question, bool) {
	for _, q := range def.Questions {
		if q.ID == id {
			return q, true
		}
	}
	return Question{}, false
}

// asked are the questions that want an answer, in order.
func (def Definition) asked() []Question {
	var out []Question
	for _, q := range def.Questions {
		if q.Follows == "" {
			out = append(out, q)
		}
	}
	return out
}

// Values are the answers of the questions that are fields.
func (def Definition) Values(answers Answers) crm.Values {
	out := crm.Values{}
	for _, q := range def.asked() {
		if v := answers[q.ID]; q.Field != 0 && v != "" {
			out[q.Field] = v
		}
	}
	return out
}
