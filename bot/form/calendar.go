package form

import (
	"strconv"
	"time"

	"cartable/bot/view"
	"cartable/internal/persian"
)

const pickMonth = "m" // followed by a day of the month to show

// The years that a calendar can be turned to, counted from the present one.
// Days outside of them can be typed.
const (
	yearsBack  = 120
	yearsAhead = 20
)

// month is a month of the reader's calendar: Jalali in Persian, Gregorian in
// English.
type month struct {
	name  string
	year  int
	first persian.Civil
	days  int
}

func monthOf(day persian.Civil, rightToLeft bool, lang string) month {
	if rightToLeft {
		d := day.Jalali()
		first := persian.Date{Year: d.Year, Month: d.Month, Day: 1}
		return month{persian.MonthName(d.Month, lang), d.Year, first.Gregorian(), persian.DaysIn(d.Year, d.Month)}
	}
	first := persian.Civil{Year: day.Year, Month: day.Month, Day: 1}
	last := persian.CivilOf(time.Date(day.Year, day.Month+1, 0, 0, 0, 0, 0, time.UTC))
	return month{day.Month.String(), day.Year, first, last.Day}
}

// calendar is one month of days to choose from. button makes the button of a day.
type calendar struct {
	a      asking
	shown  month
	past   bool // days before today can be chosen
	button func(label string, day persian.Civil) view.Button
}

// calendar shows the month that was turned to, the one of the day that stands,
// or the present one.
func (a asking) calendar(stands string, button func(string, persian.Civil) view.Button) calendar {
	today := a.env.today()
	day := today
	for _, s := range []string{stands, a.d.Picker.Month} {
		if d, err := persian.ParseCivil(s); err == nil && a.reachable(d) {
			day = d
		}
	}
	return calendar{a: a, past: a.q.Past, button: button,
		shown: monthOf(day, a.env.rightToLeft(), a.env.lang())}
}

// reachable reports the days whose month a calendar shows.
func (a asking) reachable(day persian.Civil) bool {
	today := a.env.today()
	if !a.q.Past && day.Before(monthOf(today, a.env.rightToLeft(), a.env.lang()).first) {
		return false
	}
	return day.Year >= today.Year-yearsBack && day.Year <= today.Year+yearsAhead
}

func (c calendar) keyboard() view.Keyboard {
	k := view.Keyboard{c.title()}
	if c.past {
		k = append(k, c.years())
	}
	k = append(k, c.weekdays())
	k = append(k, c.weeks()...)
	return append(k, c.quick())
}

// title is the month with the ones before and after it, each on its side. The
// arrows are of the kind that no direction of text mirrors.
func (c calendar) title() []view.Button {
	name := c.shown.name + " " + c.number(c.shown.year)
	return []view.Button{
		c.turn(c.backwards(), c.shown.first.AddDays(-1)),
		c.a.picker(name, pickNothing),
		c.turn(c.forwards(), c.shown.first.AddDays(c.shown.days)),
	}
}

// years are for days far away, such as a birthday.
func (c calendar) years() []view.Button {
	return []view.Button{
		c.turn(c.backwards()+" "+c.number(c.shown.year-1), c.shown.first.AddDays(-365)),
		c.turn(c.number(c.shown.year+1)+" "+c.forwards(), c.shown.first.AddDays(370)),
	}
}

func (c calendar) turn(label string, to persian.Civil) view.Button {
	if !c.a.reachable(to) {
		return c.a.blank()
	}
	return c.a.picker(label, pickMonth+to.String())
}

func (c calendar) backwards() string {
	if c.a.env.rightToLeft() {
		return "→"
	}
	return "←"
}

func (c calendar) forwards() string {
	if c.a.env.rightToLeft() {
		return "←"
	}
	return "→"
}

// column is the place of a day in the reader's week: from Saturday in Persian,
// from Monday in English.
func (c calendar) column(d time.Weekday) int {
	if c.a.env.rightToLeft() {
		return persian.WeekdayIndex(d)
	}
	return (int(d) + 6) % 7
}

func (c calendar) weekdays() []view.Button {
	row := make([]view.Button, 7)
	for d := time.Sunday; d <= time.Saturday; d++ {
		row[c.column(d)] = c.a.picker(persian.WeekdayShort(d, c.a.env.lang()), pickNothing)
	}
	return row
}

func (c calendar) weeks() view.Keyboard {
	var cells []view.Button
	for range c.column(c.shown.first.Weekday()) {
		cells = append(cells, c.a.blank())
	}
	today := c.a.env.today()
	for i := range c.shown.days {
		day := c.shown.first.AddDays(i)
		if !c.past && day.Before(today) {
			cells = append(cells, c.a.passed())
			continue
		}
		cells = append(cells, c.button(c.number(i+1), day))
	}
	for len(cells)%7 != 0 {
		cells = append(cells, c.a.blank())
	}
	return rows(7, cells)
}

// quick are today, tomorrow and the next Saturday, where that is another day.
func (c calendar) quick() []view.Button {
	today := c.a.env.today()
	row := []view.Button{
		c.button(c.a.t("form.today"), today),
		c.button(c.a.t("form.tomorrow"), today.AddDays(1)),
	}
	if saturday := persian.WeekFrom(today).AddDays(7); saturday != today.AddDays(1) {
		row = append(row, c.button(persian.WeekdayName(time.Saturday, c.a.env.lang()), saturday))
	}
	return row
}

// number is n in the reader's digits.
func (c calendar) number(n int) string {
	if c.a.env.rightToLeft() {
		return persian.Digits(strconv.Itoa(n))
	}
	return strconv.Itoa(n)
}
