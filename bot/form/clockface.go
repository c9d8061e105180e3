package form

import (
	"strconv"
	"strings"

	"cartable/bot/view"
	"cartable/internal/persian"
)

// Picks of the times of a day.
const (
	pickHours   = "h" // all hours; followed by an hour, its minutes
	pickHalves  = "g" // back to the half hours
	minuteSteps = 5
)

// clockface is the times of a day to choose from: half hours of the working day,
// one tap each, and behind them every hour and its minutes.
type clockface struct {
	a      asking
	passed func(persian.Clock) bool
	button func(label string, k persian.Clock) view.Button
}

func (c clockface) keyboard() view.Keyboard {
	switch c.a.d.Picker.Screen {
	case screenHours:
		return c.hours()
	case screenMinutes:
		return c.minutes(c.a.d.Picker.Hour)
	default:
		return c.halves()
	}
}

// halves are 08:00 to 20:00, five to a row.
func (c clockface) halves() view.Keyboard {
	var buttons []view.Button
	for m := 8 * 60; m <= 20*60; m += 30 {
		buttons = append(buttons, c.time(persian.Clock{Hour: m / 60, Min: m % 60}))
	}
	return append(rows(5, buttons), []view.Button{c.a.picker(c.a.t("form.other_times"), pickHours)})
}

func (c clockface) hours() view.Keyboard {
	var buttons []view.Button
	for h := range 24 {
		if c.passed(persian.Clock{Hour: h, Min: 60 - minuteSteps}) {
			buttons = append(buttons, c.a.passed())
			continue
		}
		buttons = append(buttons, c.a.picker(c.number(h), pickHours+strconv.Itoa(h)))
	}
	return append(rows(6, buttons), []view.Button{c.a.picker(c.a.t("form.half_hours"), pickHalves)})
}

func (c clockface) minutes(hour int) view.Keyboard {
	var buttons []view.Button
	for m := 0; m < 60; m += minuteSteps {
		buttons = append(buttons, c.time(persian.Clock{Hour: hour, Min: m}))
	}
	return append(rows(4, buttons), []view.Button{c.a.picker(c.a.t("form.all_hours"), pickHours)})
}

func (c clockface) time(k persian.Clock) view.Button {
	if c.passed(k) {
		return c.a.passed()
	}
	return c.button(persian.FormatTime(k.Hour, k.Min, c.a.env.lang()), k)
}

func (c clockface) number(n int) string { return calendar{a: c.a}.number(n) }

// turnClock shows other times of the day.
func (a asking) turnClock(value string) reply {
	p := a.d.Picker
	p.Screen, p.Hour = screenFirst, 0
	if value == pickHalves {
		return reply{picker: p}
	}
	digits, ok := strings.CutPrefix(value, pickHours)
	if !ok {
		return reply{stale: true}
	}
	if digits == "" {
		p.Screen = screenHours
		return reply{picker: p}
	}
	hour, err := strconv.Atoi(digits)
	if err != nil || hour < 0 || hour > 23 {
		return reply{stale: true}
	}
	p.Screen, p.Hour = screenMinutes, hour
	return reply{picker: p}
}
