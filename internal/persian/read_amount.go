package persian

import (
	"math/big"
	"strings"
)

// The units of money. Ten rials are one toman.
const (
	rialUnit  = 1
	tomanUnit = 10
)

// Bounds of the numbers that are read: more is a typing error, or no number at all.
const (
	maxWholeDigits    = 18
	maxFractionDigits = 9
)

// An amount is a number as it is read from left to right, millions before thousands
// before units.
type amount struct {
	total     *big.Rat
	lastScale int64 // of the part before; 0 before the first
	started   bool
}

// ReadNumber reads a number in any digits or in words, with separators, a fraction (after
// a dot, ٫ or /), a sign, هزار or میلیون, and gives it in canonical decimal form: "-1234.5".
func ReadNumber(text string) (string, error) {
	p := &parser{tokens: tokenise(text)}
	negative := p.takeSign() || leadingMinus(text)
	value, ok := p.takeAmount(false)
	if !ok || p.pos < len(p.tokens) {
		return "", fail(NotUnderstood)
	}
	if negative {
		value.Neg(value)
	}
	decimal := value.FloatString(maxFractionDigits)
	if len(decimal) > maxWholeDigits+maxFractionDigits+2 {
		return "", fail(OutOfRange)
	}
	return strings.TrimSuffix(strings.TrimRight(decimal, "0"), "."), nil
}

// ReadMoney reads an amount of money and gives it in tomans: ۱٬۲۰۰٬۰۰۰ تومان, 1.5 میلیون,
// ۵۰۰ هزار, ۲م, یک میلیون و نیم, ۵۰۰۰۰ ریال. Without a unit it is in tomans; what is less
// than a thousand after میلیون is in thousands, as people say it (یک میلیون و دویست is
// ۱٬۲۰۰٬۰۰۰). OutOfRange: more than an int64 keeps. An amount below zero, or of no whole
// toman, is not understood.
func ReadMoney(text string) (int64, error) {
	p := &parser{tokens: moneyTokens(tokenise(text))}
	p.takeFillers()
	value, ok := p.takeAmount(true)
	unit := tomanUnit
	if t, given := p.take(currencyToken); given {
		unit = t.n
	}
	if !ok || p.pos < len(p.tokens) || leadingMinus(text) {
		return 0, fail(NotUnderstood)
	}
	value.Mul(value, big.NewRat(int64(unit), tomanUnit))
	switch {
	case !value.IsInt():
		return 0, fail(NotUnderstood)
	case !value.Num().IsInt64():
		return 0, fail(OutOfRange)
	}
	return value.Num().Int64(), nil
}

// moneyTokens gives the letters that mean something else in dates what they mean beside
// money: م and m are millions, t is tomans.
func moneyTokens(tokens []token) []token {
	for i, t := range tokens {
		switch {
		case i == 0:
		case t.kind == thToken && t.text == "م", t.kind == unitToken && (t.text == "m" || t.text == "mo"):
			tokens[i] = token{scaleToken, 1_000_000, t.text, t.gap}
		case t.kind == fillerToken && t.text == "t":
			tokens[i] = token{currencyToken, tomanUnit, t.text, t.gap}
		}
	}
	return tokens
}

func (p *parser) takeSign() bool {
	_, ok := p.take(signToken)
	return ok
}

// leadingMinus reports a minus sign in front of a number, which lex does not keep.
func leadingMinus(text string) bool {
	runes := foldForReading(text)
	for len(runes) > 0 && runes[0] == ' ' {
		runes = runes[1:]
	}
	return len(runes) > 1 && runes[0] == '-' && isDigit(runes[1])
}

// takeAmount takes a number of any size: groups of a count and a scale, from the
// largest down. In money a small rest after millions is in thousands.
func (p *parser) takeAmount(money bool) (*big.Rat, bool) {
	sum := amount{total: new(big.Rat)}
	for p.pos < len(p.tokens) {
		start := p.pos
		if sum.started {
			p.take(andToken)
		}
		if !p.takeAmountPart(&sum, money) {
			p.pos = start
			break
		}
	}
	return sum.total, sum.started
}

// takeAmountPart takes one group and adds it to sum; false when none follows.
func (p *parser) takeAmountPart(sum *amount, money bool) bool {
	if _, ok := p.take(halfToken); ok && sum.started && sum.lastScale > 1 {
		sum.add(big.NewRat(sum.lastScale, 2), 1)
		return true
	} else if ok && sum.started {
		return false
	} else if ok {
		sum.add(big.NewRat(1, 2), p.takeScale(1))
		return true
	}
	count, ok := p.takeGroupCount()
	if !ok {
		if t := p.peek(0); t.kind != scaleToken || sum.started && int64(t.n) >= sum.lastScale {
			return false
		}
		count = big.NewRat(1, 1)
	}
	scale := p.takeScale(1)
	if money && scale == 1 && sum.lastScale >= 1_000_000 && count.Cmp(big.NewRat(1000, 1)) < 0 {
		scale = sum.lastScale / 1000
	}
	if sum.started && scale >= sum.lastScale {
		return false
	}
	sum.add(count, scale)
	return true
}

func (a *amount) add(count *big.Rat, scale int64) {
	a.total.Add(a.total, new(big.Rat).Mul(count, big.NewRat(scale, 1)))
	a.lastScale, a.started = scale, true
}

// takeScale takes the scale words after a count, each larger than the one before, and
// multiplied: هزار میلیارد.
func (p *parser) takeScale(scale int64) int64 {
	const most = 1_000_000_000_000_000
	before := 0
	for p.peek(0).kind == scaleToken && p.peek(0).n > before {
		before = p.peek(0).n
		scale = min(scale*int64(before), most)
		p.pos++
	}
	return scale
}

// takeGroupCount takes the number before a scale, in digits or words, with a half.
func (p *parser) takeGroupCount() (*big.Rat, bool) {
	if t := p.peek(0); t.kind == numberToken && t.text != "" {
		return p.takeDecimal()
	}
	words, n := numberWords(p.tokens[p.pos:])
	if n == 0 || words.kind != numberToken || p.peek(0).kind != numberToken {
		return nil, false
	}
	if words.n >= 1000 {
		words, n = wordsBelowThousand(p.tokens[p.pos:])
	}
	p.pos += n
	count := big.NewRat(int64(words.n), 1)
	if p.peek(0).kind == andToken && p.peek(1).kind == halfToken {
		p.pos += 2
		count.Add(count, big.NewRat(1, 2))
	}
	return count, true
}

// wordsBelowThousand reads number words up to the first scale.
func wordsBelowThousand(tokens []token) (token, int) {
	for i, t := range tokens {
		if t.kind == scaleToken {
			return numberWords(tokens[:i])
		}
	}
	return numberWords(tokens)
}

// takeDecimal takes digits with grouping and a fraction: 1,200,000 or 1.200.000 or
// ۱ ۲۰۰ ۰۰۰, and 1.5 or ۱/۵.
func (p *parser) takeDecimal() (*big.Rat, bool) {
	t, _ := p.take(numberToken)
	digits := t.text
	for _, mark := range []string{",", ".", ""} {
		digits += p.takeGroups(mark)
	}
	fraction := ""
	if _, ok := p.takeMark("./"); ok {
		t, ok := p.take(numberToken)
		if !ok || len(t.text) > maxFractionDigits {
			return nil, false
		}
		fraction = "." + t.text
	}
	if len(digits) > maxWholeDigits+1 {
		return nil, false
	}
	return new(big.Rat).SetString(digits + fraction)
}

// takeGroups takes the groups of three digits that follow, each after the mark, or after a
// space when mark is "". A single group after a dot is a fraction, and left.
func (p *parser) takeGroups(mark string) string {
	groups, n := "", 0
	at := p.pos
	for {
		next := at
		if mark != "" {
			if next >= len(p.tokens) || p.tokens[next].text != mark {
				break
			}
			next++
		}
		if next >= len(p.tokens) || p.tokens[next].kind != numberToken || len(p.tokens[next].text) != 3 {
			break
		}
		groups += p.tokens[next].text
		n++
		at = next + 1
	}
	if mark == "." && n < 2 {
		return ""
	}
	p.pos = at
	return groups
}
