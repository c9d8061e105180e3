package form

import (
	"time"

	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

// weekdayKind is a day of the week.
type weekdayKind struct{}

func (weekdayKind) hint(a asking) view.HTML { return a.h("form.hint_weekday") }

func (weekdayKind) keyboard(a asking) view.Keyboard {
	buttons := make([]view.Button, 7)
	for d := time.Sunday; d <= time.Saturday; d++ {
		buttons[persian.WeekdayIndex(d)] = a.answer(persian.WeekdayName(d, a.env.lang()), crm.WeekdayValue(d))
	}
	return rows(3, buttons)
}

func (weekdayKind) pick(asking, string) reply { return reply{stale: true} }

func (weekdayKind) read(a asking, text string) reply {
	d, err := persian.ReadWeekday(text)
	if err != nil {
		return a.misread(err, "form.unclear_weekday")
	}
	return reply{value: crm.WeekdayValue(d)}
}

func (weekdayKind) check(a asking, v crm.Value) view.HTML {
	if _, ok := parseWeekday(v); !ok {
		return a.h("form.unclear_weekday")
	}
	return ""
}

func (weekdayKind) format(a asking, v crm.Value) view.HTML {
	d, ok := parseWeekday(v)
	if !ok {
		return view.Text(string(v))
	}
	return view.Text(persian.WeekdayName(d, a.env.lang()))
}

func parseWeekday(v crm.Value) (time.Weekday, bool) {
	if len(v) != 1 || v[0] < '0' || v[0] > '6' {
		return 0, false
	}
	return time.Weekday(v[0] - '0'), true
}
