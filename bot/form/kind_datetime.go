package form

import (
	"strings"
	"time"

	"cartable/bot/callback"
	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

// Picks of dateTimeKind.
const (
	pickDay      = "d" // followed by the day chosen
	pickCalendar = "c" // from the offers, or back from the times
	pickOffers   = "o" // back to the offers
)

// dateTimeKind is an instant: offers of one tap where there are some, else a day
// from the calendar and then a time.
type dateTimeKind struct{}

func (dateTimeKind) hint(a asking) view.HTML {
	day, err := persian.ParseCivil(a.d.Picker.Day)
	if err != nil {
		return a.h("form.hint_date_time")
	}
	return a.h("form.hint_time_of", "Date", persian.FormatDate(day, a.env.lang()))
}

func (k dateTimeKind) keyboard(a asking) view.Keyboard {
	if day, err := persian.ParseCivil(a.d.Picker.Day); err == nil {
		return k.times(a, day)
	}
	offers := a.offers()
	if len(offers) == 0 {
		return k.days(a)
	}
	if a.d.Picker.Screen == screenCalendar {
		return append(k.days(a), []view.Button{a.picker(a.t("form.offers"), pickOffers)})
	}
	var buttons []view.Button
	for _, o := range offers {
		buttons = append(buttons, a.answer(oneLine(o.Label, maxOptionLength), o.Value))
	}
	return append(rows(1, buttons), []view.Button{a.picker(a.t("form.pick_moment"), pickCalendar)})
}

func (dateTimeKind) days(a asking) view.Keyboard {
	stands := ""
	if at, ok := Instant(a.d.present(a.q.ID)); ok {
		stands = persian.CivilOf(at.In(a.env.Zone)).String()
	}
	return a.calendar(stands, func(label string, day persian.Civil) view.Button {
		if day.String() == stands {
			label = chosenDay(label)
		}
		return a.picker(label, pickDay+day.String())
	}).keyboard()
}

func (dateTimeKind) times(a asking, day persian.Civil) view.Keyboard {
	face := clockface{
		a: a,
		passed: func(k persian.Clock) bool {
			return !a.q.Past && day.At(k, a.env.Zone).Before(a.env.Now)
		},
		button: func(label string, k persian.Clock) view.Button {
			return a.button(label, callback.FormAnswer, string(InstantValue(day.At(k, a.env.Zone))))
		},
	}
	return append(face.keyboard(), []view.Button{a.picker(a.t("form.other_day"), pickCalendar)})
}

func (dateTimeKind) pick(a asking, value string) reply {
	p := a.d.Picker
	switch {
	case value == pickCalendar:
		return reply{picker: Picker{Month: p.Month, Screen: screenCalendar}}
	case value == pickOffers:
		return reply{picker: Picker{}}
	case strings.HasPrefix(value, pickMonth):
		return a.turnMonth(value)
	case strings.HasPrefix(value, pickDay):
		day, err := persian.ParseCivil(value[len(pickDay):])
		if err != nil {
			return reply{stale: true}
		}
		return a.chooseDay(day)
	case p.Day == "":
		return reply{stale: true}
	}
	return a.turnClock(value)
}

// chooseDay goes on to the times of a day.
func (a asking) chooseDay(day persian.Civil) reply {
	if problem := (dateKind{}).check(a, crm.Value(day.String())); problem != "" {
		return reply{problem: problem}
	}
	return reply{picker: Picker{Month: a.d.Picker.Month, Day: day.String()}}
}

func (dateTimeKind) read(a asking, text string) reply {
	m, err := persian.ReadDateTimeParts(text, a.env.local())
	if day, noDay := persian.ParseCivil(a.d.Picker.Day); noDay == nil && (err != nil || !m.HasDate) {
		k, err := persian.ReadTime(text)
		if err != nil {
			return a.misread(err, "form.unclear_time")
		}
		return reply{value: InstantValue(day.At(k, a.env.Zone)), echo: true}
	}
	switch {
	case err != nil:
		return a.misread(err, "form.unclear_date_time")
	case !m.HasTime:
		return a.chooseDay(m.Day)
	}
	return reply{value: InstantValue(m.In(a.env.Zone)), echo: true}
}

func (dateTimeKind) check(a asking, v crm.Value) view.HTML {
	at, ok := Instant(v)
	switch {
	case !ok || persian.CivilOf(at.In(a.env.Zone)).Jalali() == (persian.Date{}):
		return a.h("form.unclear_date_time")
	case !a.q.Past && !at.After(a.env.Now):
		return a.h("form.past_moment", "Moment", persian.FormatDateTime(at.In(a.env.Zone), a.env.lang()))
	}
	return ""
}

func (dateTimeKind) format(a asking, v crm.Value) view.HTML {
	at, ok := Instant(v)
	if !ok {
		return view.Text(string(v))
	}
	return view.Instant(view.Text(persian.FormatDateTime(at.In(a.env.Zone), a.env.lang())), at.Unix())
}

func (a asking) offers() []Option {
	if a.q.Offers == nil {
		return nil
	}
	return a.q.Offers(a.d.Answers, a.env)
}

// Instant reads the value of a DateTime.
func Instant(v crm.Value) (at time.Time, ok bool) {
	at, err := time.Parse(time.RFC3339, string(v))
	return at.UTC(), err == nil && InstantValue(at) == v
}

// InstantValue is the value of a DateTime, to the second.
func InstantValue(at time.Time) crm.Value { return crm.Value(at.UTC().Format(time.RFC3339)) }
