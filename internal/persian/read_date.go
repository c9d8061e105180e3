package persian

import "time"

// A typedDate is a day given by numbers; what was not given is 0.
type typedDate struct {
	year, month, day int
	gregorian        bool
}

type weekdayGiven struct {
	day   time.Weekday
	last  bool // شنبه گذشته
	given bool
}

// An edgeGiven is the start, middle or end of a week, month or year.
type edgeGiven struct {
	edge  edge
	unit  unit
	month int // a named Jalali month; 0 for the month that is meant by shift
	year  int // its year, 0 when none was given
	given bool
}

// Years that a person can mean. Others are typing errors.
const (
	firstJalaliYear    = 1300
	lastJalaliYear     = 1499
	firstGregorianYear = 1900
	lastGregorianYear  = 2199
)

// yearFrom makes a full year of what was typed: two digits are 14xx up to 50 and 13xx
// above, three are the last of 1xxx. 0 when it is no year that can be meant.
func yearFrom(t token) int {
	n := t.n
	switch {
	case t.text != "" && len(t.text) <= 2 && n <= 50:
		return 1400 + n
	case t.text != "" && len(t.text) <= 2:
		return 1300 + n
	case n >= 300 && n <= 499 && len(t.text) == 3:
		return 1000 + n
	case n >= firstJalaliYear && n <= lastJalaliYear, n >= firstGregorianYear && n <= lastGregorianYear:
		return n
	}
	return 0
}

func isFullYear(t token) bool {
	return t.kind == numberToken && t.n >= 1000 && yearFrom(t) != 0
}

// numericDate is ۱۴۰۳/۰۷/۰۸, 8-7-1403, 7/15, or three numbers with spaces of which one is
// a full year.
func (p *parser) numericDate() bool {
	a, ok := p.take(numberToken)
	if !ok {
		return false
	}
	mark, marked := p.takeMark("/-.")
	b, ok := p.take(numberToken)
	if !ok || (!marked && !isFullYear(a) && !isFullYear(p.peek(0))) {
		return false
	}
	if marked {
		if again, ok := p.takeMark(mark); !ok {
			return p.monthAndDay(a, b, mark)
		} else if again != mark {
			return false
		}
	}
	c, ok := p.take(numberToken)
	if !ok {
		return false
	}
	p.threeNumbers(a, b, c)
	return true
}

// threeNumbers notes a date of three numbers: the year is first unless only the last
// can be one.
func (p *parser) threeNumbers(a, b, c token) {
	d := typedDate{yearFrom(a), b.n, c.n, false}
	if !isFullYear(a) && len(a.text) < 3 && (isFullYear(c) || len(c.text) == 3) {
		d = typedDate{yearFrom(c), b.n, a.n, false}
	}
	d.gregorian = d.year >= firstGregorianYear
	if d.gregorian && d.month > 12 && d.day <= 12 {
		d.month, d.day = d.day, d.month // month/day/year, as Americans write it
	}
	if d.year == 0 || d.month == 0 || d.day == 0 {
		p.err = fail(NoSuchDay)
		return
	}
	p.dates = append(p.dates, d)
}

// monthAndDay is a date of two numbers: month/day, unless the first can only be a day.
func (p *parser) monthAndDay(a, b token, mark string) bool {
	if p.want == wantTime || (mark == "." && p.want == wantMoment && len(b.text) == 2 && b.n < 60) {
		return false
	}
	d := typedDate{month: a.n, day: b.n}
	if a.n > 12 {
		d = typedDate{month: b.n, day: a.n}
	}
	if d.month < 1 || d.month > 12 || d.day < 1 {
		p.err = fail(NoSuchDay)
		return true
	}
	p.dates = append(p.dates, d)
	return true
}

// compactDate is ۱۴۰۳۰۷۰۸.
func (p *parser) compactDate() bool {
	t, ok := p.take(numberToken)
	if !ok || len(t.text) != 8 || p.peek(0).kind == markToken {
		return false
	}
	year := t.n / 10000
	if yearFrom(token{n: year}) == 0 {
		return false
	}
	p.dates = append(p.dates, typedDate{year, t.n / 100 % 100, t.n % 100, year >= firstGregorianYear})
	return true
}

// namedDate is a date with the name of its month: ۸ مهر ۱۴۰۳, مهر ۸, ۱۴۰۳ مهر ۸,
// 5 October 2024, Oct 5, 2024.
func (p *parser) namedDate() bool {
	d := typedDate{}
	if t := p.peek(0); isFullYear(t) {
		p.pos++
		d.year = t.n
	}
	p.takeFillers()
	d.day = p.takeDay()
	if d.day != 0 && d.year == 0 {
		p.takeMonthPrefix()
	}
	month := p.peek(0)
	if month.kind != jalaliMonth && month.kind != gregorianMonth {
		return false
	}
	p.pos++
	d.month, d.gregorian = month.n, month.kind == gregorianMonth
	p.takeUnit(monthUnit)
	if d.day == 0 {
		if d.day = p.takeDay(); d.day == 0 {
			return false
		}
	}
	if d.year == 0 {
		d.year = p.takeYear()
	}
	if d.year != 0 && d.gregorian != (d.year >= firstGregorianYear) {
		p.err = fail(NoSuchDay)
	}
	p.dates = append(p.dates, d)
	return true
}

// takeDay takes a day of the month: 8, 8th, ۸ام, هشتم. 0 when there is none.
func (p *parser) takeDay() int {
	t := p.peek(0)
	switch {
	case t.kind == ordinalToken:
		p.pos++
	case t.kind == numberToken && len(t.text) <= 2 && p.peek(1).kind != markToken, t.kind == numberToken && p.peek(1).is(markToken, 0) && p.peek(1).text == ",":
		p.pos++
		p.take(thToken)
	default:
		return 0
	}
	return t.n
}

// takeMonthPrefix takes what can stand between a day and its month: the 5th of October,
// ۸ ماه مهر, هشتم از مهر.
func (p *parser) takeMonthPrefix() {
	p.takeFillers()
	if p.peek(0).is(unitToken, int(monthUnit)) && p.peek(1).kind == jalaliMonth {
		p.pos++
	}
}

// takeYear takes a year after a month's name: 1403, سال ۱۴۰۳, of 2024, ۹۹. 0 when there is
// none; a number that may be an hour is not taken.
func (p *parser) takeYear() int {
	start := p.pos
	p.takeMark(",")
	p.takeFillers()
	named := p.takeUnit(yearUnit)
	t := p.peek(0)
	twoDigits := len(t.text) == 2 && (named || t.n > 31 || (t.text[0] == '0' && p.want == wantDate)) && p.peek(1).kind != markToken
	if isFullYear(t) || (t.kind == numberToken && (twoDigits || (named && len(t.text) == 3))) {
		p.pos++
		return yearFrom(t)
	}
	p.pos = start
	return 0
}

// dayOfMonth is a day without its month: پانزدهم, ۱۵ام, 15th, ۱۵ این ماه, ۱۵ ماه.
func (p *parser) dayOfMonth() bool {
	t := p.peek(0)
	if t.kind != ordinalToken && t.kind != numberToken || t.n < 1 || len(t.text) > 2 && t.kind == numberToken {
		return false
	}
	p.pos++
	_, suffixed := p.take(thToken)
	p.takeFillers()
	switch {
	case p.peek(0).is(unitToken, int(monthUnit)), p.peek(0).kind == thisToken && p.peek(1).is(unitToken, int(monthUnit)),
		p.peek(0).kind == nextToken && p.peek(1).is(unitToken, int(monthUnit)):
		if p.peek(0).kind == unitToken && p.peek(1).kind != nextToken && p.peek(1).kind != lastToken {
			p.pos++
		}
	case t.kind != ordinalToken && !suffixed:
		return false
	}
	p.dates = append(p.dates, typedDate{day: t.n})
	return true
}

// weekdayName is a weekday, with what says which one: شنبه آینده, next Saturday, این شنبه.
func (p *parser) weekdayName() bool {
	before := p.peek(0)
	if before.kind == nextToken || before.kind == thisToken || before.kind == lastToken {
		p.pos++
	}
	t, ok := p.take(weekdayToken)
	if !ok {
		return false
	}
	after := p.peek(0)
	last := before.kind == lastToken
	if (after.kind == nextToken || after.kind == lastToken) && !isPeriod(p.peek(1)) {
		p.pos++
		last = after.kind == lastToken
	}
	day := time.Weekday(t.n)
	if p.weekday.given && p.weekday.day != day {
		p.err = fail(NotUnderstood)
	}
	p.weekday = weekdayGiven{day, last, true}
	return true
}

// isPeriod reports a unit that "next" before it can belong to.
func isPeriod(t token) bool { return t.kind == unitToken && unit(t.n) >= weekUnit }

// edgeOf is the start, middle or end of something: آخر ماه, اول هفته بعد, وسط مهر.
func (p *parser) edgeOf() bool {
	found := edgeGiven{given: true}
	switch t := p.peek(0); {
	case t.kind == edgeToken:
		found.edge = edge(t.n)
	case t.is(ordinalToken, 1) && p.peek(1).kind != jalaliMonth && p.peek(1).kind != gregorianMonth:
		found.edge = startEdge
	default:
		return false
	}
	p.pos++
	p.takeFillers()
	shift := p.takeDirection()
	if p.peek(1).kind == jalaliMonth {
		p.takeUnit(monthUnit) // آخر ماه مهر
	}
	switch of := p.peek(0); {
	case of.kind == jalaliMonth:
		found.month, found.unit = of.n, monthUnit
		p.pos++
		found.year = p.takeYear()
	case of.kind == unitToken && unit(of.n) >= weekUnit:
		found.unit = unit(of.n)
		p.pos++
		if !shift.given {
			shift = p.takeDirection()
		}
	default:
		return false
	}
	p.edge = found
	p.shift(found.unit, shift)
	return true
}

// takeDirection takes this (0), next (1) or last (-1); a repeated next counts on.
func (p *parser) takeDirection() shiftGiven {
	var found shiftGiven
	for {
		switch p.peek(0).kind {
		case thisToken:
		case nextToken:
			found.by++
		case lastToken:
			found.by--
		default:
			return found
		}
		found.given = true
		p.pos++
	}
}

// shift notes that a period other than, or expressly, the present one is meant.
func (p *parser) shift(u unit, s shiftGiven) {
	if !s.given {
		return
	}
	switch u {
	case weekUnit:
		p.week = s
	case monthUnit:
		p.month = s
	case yearUnit:
		p.year = s
	case dayUnit:
		p.offsets = append(p.offsets, s.by)
	case hourUnit, minuteUnit:
		p.span.Time += time.Duration(s.by) * unitLength(u)
		p.spanned = true
	}
}

// periodShift is هفته بعد, next month, این هفته, سال آینده, روز بعد.
func (p *parser) periodShift() bool {
	s := p.takeDirection()
	t, ok := p.take(unitToken)
	if !ok || (s.given && unit(t.n) < dayUnit) {
		return false
	}
	if !s.given {
		if s = p.takeDirection(); !s.given {
			return false
		}
	} else if p.peek(0).kind == nextToken {
		p.pos++ // the week after
	}
	p.shift(unit(t.n), s)
	return true
}
