package form

import (
	"slices"
	"time"

	"cartable/internal/crm"
)

// NextID is the ID of the question for the next colleague.
const NextID = "next"

// FromStatus is the form of setting a status: its fields, the colleague whose
// cartable is next, the reminder, a summary. colleagues are what staff fields
// choose from, candidates those who can hold the customer next.
func FromStatus(s crm.Status, colleagues, candidates []Option, env Env) Definition {
	def := Definition{
		Version: int64(s.Version),
		Title:   s.Emoji + " " + s.Title.In(env.Printer.Lang()),
		Summary: true,
	}
	for _, f := range s.Fields {
		q := FromField(f, env.Printer.Lang())
		if f.Type == crm.Staffer {
			q.Choices = colleagues
		}
		if f.ID == s.AppointmentTime && s.AppointmentDate != 0 {
			q.DayOf = FieldQuestion(s.AppointmentDate)
		}
		def.Questions = append(def.Questions, q)
	}
	if s.Cartable == crm.CartableNext {
		def.Questions = append(def.Questions, Question{
			ID: NextID, Title: env.Printer.T("form.next_colleague"), Type: crm.Staffer, Required: true, Choices: candidates,
		})
	}
	if s.Reminder == crm.ReminderYes || s.Reminder == crm.ReminderOptional {
		appointment := func(answers Answers) (time.Time, bool) {
			return s.Appointment(def.Values(answers), env.Zone)
		}
		q := Reminder(env, s.Reminder == crm.ReminderYes, appointment)
		if len(s.Offers) > 0 {
			q.Offers = offersOf(s, def.Values, q.Offers)
		}
		def.Questions = append(def.Questions, q)
	}
	return def
}

// Given are the answers to the fields of a status, also to those that are not asked any
// more.
func Given(s crm.Status, answers Answers) crm.Values {
	out := crm.Values{}
	for _, f := range slices.Concat(s.Fields, s.RetiredFields) {
		if v := answers[FieldQuestion(f.ID)]; v != "" {
			out[f.ID] = v
		}
	}
	return out
}

// offersOf are the moments that a status proposes for its reminder, and the
// built-in ones where none of those is ahead.
func offersOf(s crm.Status, values func(Answers) crm.Values, builtIn func(Answers, Env) []Option) func(Answers, Env) []Option {
	return func(answers Answers, env Env) []Option {
		var all []offer
		for _, o := range s.Offers {
			if at, ok := o.Moment(s, values(answers), env.local()); ok {
				all = append(all, offer{at, env.offerLabel(o)})
			}
		}
		if out := env.offers(all); len(out) > 0 {
			return out
		}
		return builtIn(answers, env)
	}
}
