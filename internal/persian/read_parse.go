package persian

import "time"

type wanted int

const (
	wantDate wanted = iota
	wantTime
	wantMoment
)

// A parser goes once through the tokens. At each place the first rule that fits takes
// what it knows, notes it, and moves on; what no rule takes makes the text not
// understood. Only then is it put together, so that the order of the parts is free.
type parser struct {
	tokens []token
	pos    int
	now    time.Time
	want   wanted
	err    error

	dates   []typedDate // days given by number
	offsets []int       // امروز, فردا: days from today
	weekday weekdayGiven
	edge    edgeGiven
	week    shiftGiven // هفته بعد
	month   shiftGiven // ماه بعد
	year    shiftGiven // سال بعد
	span    Duration   // ۲ روز و ۳ ساعت دیگه
	spanned bool
	clock   clockGiven
	bare    []token // numbers that may yet be a day or an hour
}

// A shiftGiven is a number of weeks, months or years from the present one.
type shiftGiven struct {
	by    int
	given bool
}

// parse reads text; what went wrong is in the parser's err.
func parse(text string, now time.Time, want wanted) *parser {
	p := &parser{tokens: mergeNumbers(tokenise(text)), now: now, want: want}
	rules := []func(*parser) bool{
		(*parser).present,
		(*parser).spanFromNow, // before the dates: the dot of ۱.۵ ساعت دیگه is no date's
		(*parser).numericDate,
		(*parser).compactDate,
		(*parser).clockDigits,
		(*parser).clockToHour,
		(*parser).edgeOf,
		(*parser).namedDate,
		(*parser).relativeDay,
		(*parser).weekdayName,
		(*parser).dayOfMonth,
		(*parser).periodShift,
		(*parser).clockWords,
		(*parser).dayPartName,
		(*parser).bareNumber,
		(*parser).filler,
	}
	for p.pos < len(p.tokens) && p.err == nil {
		if !p.apply(rules) {
			p.err = fail(NotUnderstood)
		}
	}
	if p.err == nil {
		p.placeBareNumbers()
	}
	return p
}

// apply runs the first rule that fits. A rule that does not fit leaves no trace.
func (p *parser) apply(rules []func(*parser) bool) bool {
	start := p.pos
	for _, rule := range rules {
		if rule(p) {
			return true
		}
		p.pos = start
	}
	return false
}

// peek is the token n places ahead; one of no kind beyond the end.
func (p *parser) peek(n int) token {
	if p.pos+n < 0 || p.pos+n >= len(p.tokens) {
		return token{kind: unknownToken}
	}
	return p.tokens[p.pos+n]
}

// take moves past the next token if it is of the kind.
func (p *parser) take(kind tokenKind) (token, bool) {
	t := p.peek(0)
	if p.pos >= len(p.tokens) || t.kind != kind {
		return token{}, false
	}
	p.pos++
	return t, true
}

// takeUnit moves past the next token if it is the unit.
func (p *parser) takeUnit(u unit) bool {
	if p.peek(0).is(unitToken, int(u)) {
		p.pos++
		return true
	}
	return false
}

// takeMark moves past the next token if it is one of the marks.
func (p *parser) takeMark(marks string) (string, bool) {
	t := p.peek(0)
	if t.kind != markToken || !containsMark(marks, t.text) {
		return "", false
	}
	p.pos++
	return t.text, true
}

func containsMark(marks, mark string) bool {
	for _, m := range marks {
		if string(m) == mark {
			return true
		}
	}
	return false
}

// takeFillers moves past words that add nothing.
func (p *parser) takeFillers() {
	for p.peek(0).kind == fillerToken {
		p.pos++
	}
}

// present is "now", and "at the same time" as now.
func (p *parser) present() bool {
	t := p.peek(0)
	if t.kind != nowToken && t.kind != sameToken {
		return false
	}
	p.pos++
	if t.kind == nowToken {
		p.offsets = append(p.offsets, 0)
	}
	p.clock.set(p, clockGiven{hour: p.now.Hour(), minute: p.now.Minute(), literal: true, hasHour: true})
	return true
}

// relativeDay is امروز, فردا and the like.
func (p *parser) relativeDay() bool {
	t, ok := p.take(dayToken)
	if ok {
		p.offsets = append(p.offsets, t.n)
	}
	return ok
}

// filler is what may stand anywhere: a word that adds nothing, "روز" before a day, "ساعت"
// before a part of the day, a comma or dash between date and time.
func (p *parser) filler() bool {
	t := p.peek(0)
	switch {
	case t.kind == fillerToken, t.kind == calendarToken, t.kind == toToken, t.kind == inToken, t.kind == thToken && t.text == "":
	case t.kind == andToken && p.pos > 0:
	case t.is(unitToken, int(dayUnit)), t.is(unitToken, int(hourUnit)) && len(p.tokens) > 1:
	case t.kind == markToken && (t.text == "," || t.text == "-"):
	default:
		return false
	}
	p.pos++
	return true
}

// bareNumber is a number that no other rule could place.
func (p *parser) bareNumber() bool {
	t, ok := p.take(numberToken)
	if ok {
		p.bare = append(p.bare, t)
	}
	return ok
}

// placeBareNumbers makes of a lone number what was asked for: a day of the month when
// only that is missing, else an hour.
func (p *parser) placeBareNumbers() {
	if len(p.bare) == 0 {
		return
	}
	n := p.bare[0]
	switch {
	case len(p.bare) > 1:
		p.err = fail(NotUnderstood)
	case p.want == wantDate && !p.hasDay():
		p.dates = append(p.dates, typedDate{day: n.n})
	case p.clock.hasHour:
		p.err = fail(NotUnderstood)
	default:
		p.clock.set(p, clockGiven{hour: n.n, literal: hasLeadingZero(n), hasHour: true})
	}
}

// hasDay reports whether anything said so far fixes a day.
func (p *parser) hasDay() bool {
	return len(p.dates) > 0 || len(p.offsets) > 0 || p.weekday.given || p.edge.given ||
		p.week.given || p.month.given || p.year.given || p.spanned
}

func hasLeadingZero(t token) bool { return len(t.text) > 1 && t.text[0] == '0' }
