package persian

// A clockGiven is what was said of the time of the day.
type clockGiven struct {
	hour     int
	minute   int  // may be negative: ربع به ده
	literal  bool // not to be moved to the afternoon
	hasHour  bool
	part     dayPart
	meridiem dayPart // am or pm
	given    bool
}

// set adds what c says to what was said before. Two different hours are not understood.
func (g *clockGiven) set(p *parser, c clockGiven) {
	g.given = true
	if c.hasHour {
		if g.hasHour && (g.hour != c.hour || g.minute != c.minute) {
			p.err = fail(NotUnderstood)
		}
		g.hour, g.minute, g.literal, g.hasHour = c.hour, c.minute, c.literal, true
	}
	if c.meridiem != noPart {
		if g.meridiem != noPart && g.meridiem != c.meridiem {
			p.err = fail(NoSuchTime)
		}
		g.meridiem = c.meridiem
	}
	if c.part != noPart {
		if g.part != noPart && halfOf(g.part) != halfOf(c.part) {
			p.err = fail(NoSuchTime)
		}
		g.part = c.part
	}
}

// halfOf is the half of the waking day that a part is in. Two parts of the same half
// (امشب آخر شب) say one thing, of different ones they contradict each other.
func halfOf(part dayPart) dayPart {
	switch part {
	case dawn, earlyMorning, morning, forenoon, am:
		return am
	}
	return pm
}

// clockDigits is 10:30, ۱۰:۳۰:۰۰, and 10.30 or 10/30 where a time is expected.
func (p *parser) clockDigits() bool {
	marked := p.takeHourWord()
	hour, ok := p.take(numberToken)
	if !ok {
		return false
	}
	marks := ":"
	if marked || p.want == wantTime {
		marks = ":./"
	} else if p.want == wantMoment {
		marks = ":."
	}
	mark, ok := p.takeMark(marks)
	if !ok {
		return false
	}
	minute, ok := p.take(numberToken)
	if !ok {
		return false
	}
	if again, ok := p.takeMark(mark); ok {
		if second, ok := p.take(numberToken); !ok || again != ":" || second.n > 59 {
			p.err = fail(NoSuchTime)
			return true
		}
	}
	p.setHour(hour, minute.n)
	if len(minute.text) > 2 {
		p.err = fail(NoSuchTime)
	}
	return true
}

func (p *parser) setHour(hour token, minute int) {
	if hour.n > 24 || minute > 59 || (hour.n == 24 && minute > 0) {
		p.err = fail(NoSuchTime)
		return
	}
	p.clock.set(p, clockGiven{hour: hour.n, minute: minute, literal: hasLeadingZero(hour), hasHour: true})
}

// takeHourWord takes ساعت before a number.
func (p *parser) takeHourWord() bool {
	if !p.takeUnit(hourUnit) {
		return false
	}
	p.takeFillers()
	return true
}

// clockWords is ساعت ۱۰, ۱۰ صبح, ۱۰ و ربع, ۱۰ و بیست دقیقه, ساعت ۱۰ ۳۰, 1030. A number with
// nothing that makes it an hour is left to bareNumber.
func (p *parser) clockWords() bool {
	marked := p.takeHourWord()
	hour, ok := p.take(numberToken)
	if !ok || p.peek(0).kind == markToken && p.peek(0).text != "," && p.peek(0).text != "-" {
		return false
	}
	expected := marked || p.want == wantTime
	if expected && (len(hour.text) == 3 || len(hour.text) == 4) {
		p.setHour(token{kind: numberToken, n: hour.n / 100, text: hour.text[:len(hour.text)-2]}, hour.n%100)
		return true
	}
	minute, exact := p.takeMinutes(expected)
	if !expected && !exact && p.peek(0).kind != partToken && p.peek(0).text != "oclock" {
		return false
	}
	p.setHour(hour, minute)
	return true
}

// takeMinutes takes what follows an hour: و نیم, و ربع, و بیست دقیقه, ۳۰ دقیقه; a number alone
// where a time is expected.
func (p *parser) takeMinutes(expected bool) (int, bool) {
	start := p.pos
	_, and := p.take(andToken)
	if minutes, ok := p.takeFraction(); ok {
		return minutes, true
	}
	n, ok := p.take(numberToken)
	switch {
	case !ok:
	case p.takeUnit(minuteUnit):
		return n.n, true
	case len(n.text) <= 2 && n.n < 60 && !belongsToDate(p.peek(0)) && (and || (expected && len(n.text) != 1)):
		return n.n, true
	}
	p.pos = start
	return 0, false
}

// takeFraction takes a half or a number of quarters of an hour, in minutes.
func (p *parser) takeFraction() (int, bool) {
	start := p.pos
	quarters := 1
	if n, ok := p.take(numberToken); ok {
		quarters = n.n
	}
	if _, ok := p.take(quarterToken); ok && quarters <= 3 && p.peek(0).kind != toToken {
		return quarters * 15, true
	}
	p.pos = start
	if _, ok := p.take(halfToken); ok && p.peek(0).kind != unitToken {
		return 30, true
	}
	p.pos = start
	return 0, false
}

// belongsToDate reports a token that makes the number before it part of a date.
func belongsToDate(t token) bool {
	switch t.kind {
	case jalaliMonth, gregorianMonth, markToken, thToken, unitToken:
		return true
	}
	return false
}

// clockToHour is ربع به ده, ۱۰ دقیقه مانده به ۱۱, quarter to ten, half past nine.
func (p *parser) clockToHour() bool {
	p.takeHourWord()
	minutes, ok := p.takeMinutesBesideHour()
	if !ok {
		return false
	}
	if _, past := p.take(pastToken); !past {
		if _, to := p.take(toToken); !to {
			return false
		}
		minutes = -minutes
	}
	p.takeFillers()
	p.takeHourWord()
	hour, ok := p.take(numberToken)
	if !ok || hour.n < 1 || hour.n > 24 || p.peek(0).kind == markToken {
		return false
	}
	p.clock.set(p, clockGiven{hour: hour.n, minute: minutes, literal: hasLeadingZero(hour), hasHour: true})
	return true
}

// takeMinutesBesideHour takes the minutes in "ten to five". Without the word for minutes
// only multiples of five are: "2 to 5" is a span of time.
func (p *parser) takeMinutesBesideHour() (int, bool) {
	start := p.pos
	quarters := 1
	n, isNumber := p.take(numberToken)
	if isNumber {
		quarters = n.n
	}
	if _, ok := p.take(quarterToken); ok && quarters <= 3 {
		return quarters * 15, true
	}
	p.pos = start
	if _, ok := p.take(halfToken); ok {
		return 30, true
	}
	if n, ok := p.take(numberToken); ok && n.n > 0 && n.n < 60 && (p.takeUnit(minuteUnit) || n.n%5 == 0) {
		return n.n, true
	}
	return 0, false
}

// dayPartName is صبح, شب, pm. شب جمعه, with no hour before it, is the night that leads
// to Friday: Thursday's.
func (p *parser) dayPartName() bool {
	hourBefore := p.peek(-1).kind == numberToken
	t, ok := p.take(partToken)
	if !ok {
		return false
	}
	part := dayPart(t.n)
	if part == am || part == pm {
		p.clock.set(p, clockGiven{meridiem: part})
		return true
	}
	p.clock.set(p, clockGiven{part: part})
	if part == night && !hourBefore && !p.clock.hasHour && !p.weekday.given && p.peek(0).is(weekdayToken, fridayNumber) {
		p.pos++
		p.weekday = weekdayGiven{day: fridayNumber - 1, given: true}
	}
	return true
}

const fridayNumber = 5

// A resolvedClock is a time of the day, and whether it is of the day after the one that
// was named.
type resolvedClock struct {
	clock Clock
	days  int
}

// resolve makes a time of the day of what was said.
func (g clockGiven) resolve() (resolvedClock, error) {
	if !g.given {
		return resolvedClock{}, nil
	}
	hour, ok := g.hour24()
	if !ok {
		return resolvedClock{}, fail(NoSuchTime)
	}
	minutes := hour*60 + g.minute
	if minutes < 0 {
		minutes += 24 * 60
	}
	const day = 24 * 60
	return resolvedClock{Clock{minutes % day / 60, minutes % 60}, minutes / day}, nil
}

// hour24 is the hour counted from the start of the named day; from 24 on it is in the
// next one. false when hour and part of the day contradict each other.
func (g clockGiven) hour24() (int, bool) {
	switch {
	case !g.hasHour && g.part == noPart:
		return 0, false // am or pm of no hour
	case !g.hasHour:
		return defaultHour(g.part), true
	case g.meridiem != noPart:
		return g.meridiemHour()
	case g.part == noPart && !g.literal && g.hour >= 1 && g.hour <= 6:
		return g.hour + 12, true
	case g.part == noPart:
		return g.hour, true
	}
	return hourInPart(g.hour, g.part)
}

func (g clockGiven) meridiemHour() (int, bool) {
	hour, ok := hourInPart(g.hour, g.meridiem)
	if !ok || g.part == noPart {
		return hour, ok
	}
	isNight := g.part == night || g.part == lateNight || g.part == midnight
	switch {
	case isNight && hour < 5:
		return hour + 24, true
	case isNight:
		return hour, hour >= 17
	}
	return hour, halfOf(g.part) == g.meridiem || (g.part == noon && hour >= 11)
}
