package form

import (
	"time"

	"cartable/bot/callback"
	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

// timeKind is a time of the day. With DayOf it belongs to a day that was
// answered before, and the two are not to be past.
type timeKind struct{}

func (timeKind) hint(a asking) view.HTML { return a.h("form.hint_time") }

func (timeKind) keyboard(a asking) view.Keyboard {
	return clockface{a: a, passed: a.clockPassed, button: func(label string, k persian.Clock) view.Button {
		return a.button(label, callback.FormAnswer, k.String())
	}}.keyboard()
}

func (timeKind) pick(a asking, value string) reply { return a.turnClock(value) }

func (timeKind) read(a asking, text string) reply {
	k, err := persian.ReadTime(text)
	if err != nil {
		return a.misread(err, "form.unclear_time")
	}
	r := reply{value: crm.Value(k.String()), echo: true}
	if m, err := persian.ReadDateTimeParts(text, a.env.local()); err == nil && m.HasDate && m.HasTime && a.q.DayOf != "" {
		r.value, r.day = crm.Value(m.Clock.String()), &m.Day
	}
	return r
}

func (timeKind) check(a asking, v crm.Value) view.HTML {
	k, ok := parseClock(v)
	switch {
	case !ok:
		return a.h("form.unclear_time")
	case a.clockPassed(k):
		return a.h("form.past_time", "Time", persian.FormatTime(k.Hour, k.Min, a.env.lang()))
	}
	return ""
}

func (timeKind) format(a asking, v crm.Value) view.HTML {
	k, ok := parseClock(v)
	if !ok {
		return view.Text(string(v))
	}
	return view.Text(persian.FormatTime(k.Hour, k.Min, a.env.lang()))
}

// clockPassed reports a time that is over on the day that it belongs to.
func (a asking) clockPassed(k persian.Clock) bool {
	if a.q.DayOf == "" || a.q.Past {
		return false
	}
	day, err := persian.ParseCivil(string(a.d.Answers[a.q.DayOf]))
	return err == nil && day.At(k, a.env.Zone).Before(a.env.Now)
}

// parseClock reads the canonical 15:04.
func parseClock(v crm.Value) (persian.Clock, bool) {
	t, err := time.Parse("15:04", string(v))
	k := persian.Clock{Hour: t.Hour(), Min: t.Minute()}
	return k, err == nil && k.String() == string(v)
}
