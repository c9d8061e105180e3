package persian

import (
	"strings"
	"time"
)

// A typedSpan is a length of time as it was typed, each unit for itself.
type typedSpan struct {
	months, weeks, days, minutes int
}

// maxCount bounds the number before a unit, so that no sum overflows and no day leaves
// the calendar.
const maxCount = 100_000

func unitLength(u unit) time.Duration {
	if u == hourUnit {
		return time.Hour
	}
	return time.Minute
}

// spanFromNow is ۲ روز دیگه, نیم ساعت بعد, in 3 weeks, بعد از دو ماه, 3 days ago.
func (p *parser) spanFromNow() bool {
	leading := p.peek(0).kind == inToken || p.peek(0).kind == nextToken
	if leading {
		p.pos++
		p.takeFillers()
	}
	span, ok := p.takeSpan()
	if !ok {
		return false
	}
	p.takeFillers()
	after := p.peek(0).kind
	switch {
	case after == nextToken || after == lastToken:
		p.pos++
	case !leading:
		return false
	}
	if span.months > 12 && span == (typedSpan{months: span.months}) && span.months <= 31 && !leading {
		return false // ۱۵ ماه بعد is the 15th of next month
	}
	p.noteSpan(span, after == lastToken)
	return true
}

// noteSpan notes whole weeks and months as shifts, so that a weekday or a day of the
// month can go with them (شنبه دو هفته دیگه), and anything else as a span.
func (p *parser) noteSpan(s typedSpan, back bool) {
	sign := 1
	if back {
		sign = -1
	}
	switch s {
	case typedSpan{weeks: s.weeks}:
		p.week = shiftGiven{sign * s.weeks, true}
	case typedSpan{months: s.months}:
		p.month = shiftGiven{sign * s.months, true}
	default:
		d := s.duration()
		p.span.Months += sign * d.Months
		p.span.Days += sign * d.Days
		p.span.Time += time.Duration(sign) * d.Time
		p.spanned = true
	}
}

func (s typedSpan) duration() Duration {
	return Duration{s.months, s.weeks*7 + s.days, time.Duration(s.minutes) * time.Minute}
}

// takeSpan takes a length of time: ۲ ساعت و ۱۵ دقیقه, یه ساعت و نیم, سه ربع, 2h30m.
func (p *parser) takeSpan() (typedSpan, bool) {
	var total typedSpan
	found := false
	for {
		start := p.pos
		if found {
			p.take(andToken)
		}
		one, ok := p.takeSpanPart()
		if !ok {
			p.pos = start
			return total, found
		}
		found = true
		total.months += one.months
		total.weeks += one.weeks
		total.days += one.days
		total.minutes += one.minutes
	}
}

// takeSpanPart takes one unit of a span with its count.
func (p *parser) takeSpanPart() (typedSpan, bool) {
	start := p.pos
	if quarters, ok := p.takeQuarters(); ok {
		return typedSpan{minutes: quarters * 15}, true
	}
	hundredths, ok := p.takeCount()
	u, isUnit := p.take(unitToken)
	if !ok || !isUnit {
		p.pos = start
		return typedSpan{}, false
	}
	hundredths += p.takeHalfAfterUnit()
	return spanOf(hundredths, unit(u.n))
}

// takeQuarters takes ربع ساعت, یه ربع, سه ربع.
func (p *parser) takeQuarters() (int, bool) {
	start := p.pos
	quarters := 1
	if n, ok := p.take(numberToken); ok {
		quarters = n.n
	}
	if _, ok := p.take(quarterToken); !ok || quarters < 1 || quarters > 3 {
		p.pos = start
		return 0, false
	}
	p.takeUnit(hourUnit)
	return quarters, true
}

// takeCount takes the number before a unit, in hundredths: 2, 1.5, ۱/۵, یک و نیم, نیم.
func (p *parser) takeCount() (int, bool) {
	if _, ok := p.take(halfToken); ok {
		return 50, true
	}
	n, ok := p.take(numberToken)
	if !ok || n.n > maxCount {
		return 0, false
	}
	count := n.n * 100
	if _, ok := p.takeMark("./"); ok {
		fraction, ok := p.take(numberToken)
		if !ok || len(fraction.text) > 2 {
			return 0, false
		}
		if len(fraction.text) == 1 {
			fraction.n *= 10
		}
		return count + fraction.n, true
	}
	start := p.pos
	if _, ok := p.take(andToken); ok {
		if _, ok := p.take(halfToken); ok {
			return count + 50, true
		}
		p.pos = start
	}
	return count, true
}

// takeHalfAfterUnit takes و نیم or و ربع after a unit, in hundredths of it.
func (p *parser) takeHalfAfterUnit() int {
	start := p.pos
	p.take(andToken)
	if _, ok := p.take(halfToken); ok && p.peek(0).kind != unitToken {
		return 50
	}
	p.pos = start
	return 0
}

// spanOf is a count, in hundredths, of a unit. A part of a month is counted in days of
// which it has 30; false when it comes to no whole minute, day or month.
func spanOf(hundredths int, u unit) (typedSpan, bool) {
	whole, rest := hundredths/100, hundredths%100
	switch u {
	case minuteUnit:
		return typedSpan{minutes: whole}, rest == 0
	case hourUnit:
		return typedSpan{minutes: hundredths * 60 / 100}, hundredths*60%100 == 0
	case dayUnit:
		return typedSpan{days: whole, minutes: rest * 24 * 60 / 100}, rest*24*60%100 == 0
	case weekUnit:
		return typedSpan{weeks: whole}, rest == 0
	case monthUnit:
		return typedSpan{months: whole, days: rest * 30 / 100}, rest*30%100 == 0
	default:
		return typedSpan{months: hundredths * 12 / 100}, hundredths*12%100 == 0
	}
}

// ReadDuration reads a length of time: ۲ ساعت و ۱۵ دقیقه, دو هفته, نیم ساعت, یه ربع, 2h30m,
// 1:30 (hours and minutes).
func ReadDuration(text string) (Duration, error) {
	p := &parser{tokens: mergeNumbers(tokenise(text))}
	p.takeFillers()
	if d, ok := p.hoursAndMinutes(); ok {
		return d, nil
	}
	span, ok := p.takeSpan()
	p.takeFillers()
	if !ok || p.pos < len(p.tokens) {
		return Duration{}, fail(NotUnderstood)
	}
	return span.duration(), nil
}

func (p *parser) hoursAndMinutes() (Duration, bool) {
	t := p.tokens
	if len(t) != 3 || t[0].kind != numberToken || t[1].text != ":" || t[2].kind != numberToken ||
		t[0].n > maxCount || t[2].n > 59 || strings.TrimLeft(t[2].text, "0123456789") != "" {
		return Duration{}, false
	}
	return Duration{Time: time.Duration(t[0].n)*time.Hour + time.Duration(t[2].n)*time.Minute}, true
}
