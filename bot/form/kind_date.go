package form

import (
	"strings"

	"cartable/bot/callback"
	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

// dateKind is a day, from a calendar or in words.
type dateKind struct{}

func (dateKind) hint(a asking) view.HTML { return a.h("form.hint_date") }

func (dateKind) keyboard(a asking) view.Keyboard {
	stands := a.d.present(a.q.ID)
	return a.calendar(string(stands), func(label string, day persian.Civil) view.Button {
		if day.String() == string(stands) {
			label = chosenDay(label)
		}
		return a.button(label, callback.FormAnswer, day.String())
	}).keyboard()
}

func (dateKind) pick(a asking, value string) reply { return a.turnMonth(value) }

// turnMonth shows another month of a calendar.
func (a asking) turnMonth(value string) reply {
	s, ok := strings.CutPrefix(value, pickMonth)
	day, err := persian.ParseCivil(s)
	if !ok || err != nil || !a.reachable(day) {
		return reply{stale: true}
	}
	p := a.d.Picker
	p.Month = day.String()
	return reply{picker: p}
}

func (dateKind) read(a asking, text string) reply {
	day, err := persian.ReadDate(text, a.env.local())
	if err != nil {
		return a.misread(err, "form.unclear_date")
	}
	r := reply{value: crm.Value(day.String()), echo: true}
	// "Tomorrow at ten" says two things; the second one may answer the next question.
	if m, err := persian.ReadDateTimeParts(text, a.env.local()); err == nil && m.HasDate && m.HasTime {
		r.value, r.clock = crm.Value(m.Day.String()), &m.Clock
	}
	return r
}

func (dateKind) check(a asking, v crm.Value) view.HTML {
	day, err := persian.ParseCivil(string(v))
	switch {
	case err != nil || day.Jalali() == (persian.Date{}):
		return a.h("form.unclear_date")
	case !a.q.Past && day.Before(a.env.today()):
		return a.h("form.past_day", "Date", persian.FormatDate(day, a.env.lang()))
	}
	return ""
}

func (dateKind) format(a asking, v crm.Value) view.HTML {
	day, err := persian.ParseCivil(string(v))
	if err != nil {
		return view.Text(string(v))
	}
	return view.Text(persian.FormatDate(day, a.env.lang()))
}

// chosenDay marks the day that stands; a tick is too wide for seven columns.
func chosenDay(label string) string { return "[" + label + "]" }
