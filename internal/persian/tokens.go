package persian

import (
	"strconv"
	"strings"
)

type tokenKind int

const (
	unknownToken   tokenKind = iota
	numberToken              // n; text holds the digits when written in digits
	ordinalToken             // n: پنجم
	thToken                  // ام after a number; text is the word
	scaleToken               // n: هزار, میلیون
	jalaliMonth              // n: 1-12
	gregorianMonth           // n: 1-12
	weekdayToken             // n: a time.Weekday
	dayToken                 // n: days from today
	unitToken                // n: a unit
	nextToken                // بعد
	lastToken                // پیش
	thisToken                // این
	inToken                  // "in" before a span
	partToken                // n: a part of the day
	halfToken                // نیم
	quarterToken             // ربع
	andToken                 // و
	toToken                  // به, as in ربع به ده
	pastToken                // "past", as in half past ten
	edgeToken                // n: an edge of a week, month or year
	nowToken                 // الان
	sameToken                // همین موقع
	calendarToken            // n: 0 Jalali, 1 Gregorian
	markToken                // text: one of : / - . ,
	currencyToken            // n: tomanUnit or rialUnit
	signToken                // "minus"
	fillerToken              // a word that adds nothing
)

type unit int

const (
	minuteUnit unit = iota
	hourUnit
	dayUnit
	weekUnit
	monthUnit
	yearUnit
)

type dayPart int

const (
	noPart dayPart = iota
	dawn
	earlyMorning
	morning
	forenoon
	noon
	afternoon
	evening
	sunset
	night
	lateNight
	midnight
	am
	pm
)

type edge int

const (
	startEdge edge = iota
	middleEdge
	endEdge
)

// A token is a word, or several that make one term, by its meaning.
type token struct {
	kind tokenKind
	n    int
	text string
	gap  rune
}

func (t token) is(kind tokenKind, n int) bool { return t.kind == kind && t.n == n }

// ezafe is the ی that ties a word to the next (هفته‌ی بعد), written apart from it.
const ezafe = "ی"

// tokenise turns a text into tokens. Words are looked up together with those after
// them, spaces left out, longest term first: سه شنبه, سه‌شنبه and سهشنبه are one term.
func tokenise(text string) []token {
	if len(text) > maxReadLength {
		return []token{{kind: unknownToken}}
	}
	lexemes := lex(text)
	var tokens []token
	for i := 0; i < len(lexemes); {
		l := lexemes[i]
		switch {
		case l.text == ezafe:
			i++
		case l.kind == markLexeme:
			tokens = append(tokens, token{markToken, 0, l.text, l.gap})
			i++
		case l.kind == digitsLexeme:
			found, n := digitsTerm(lexemes[i:], tokens)
			tokens = append(tokens, found)
			i += n
		default:
			found, n := longestTerm(lexemes[i:], tokens)
			tokens = append(tokens, found...)
			i += n
		}
	}
	return tokens
}

// digitsTerm reads a number, or a weekday spelled with one (۳شنبه).
func digitsTerm(lexemes []lexeme, before []token) (token, int) {
	text := lexemes[0].text
	n, err := strconv.Atoi(text)
	if err != nil {
		return token{unknownToken, 0, text, lexemes[0].gap}, 1
	}
	isDigitName := len(text) == 1 && n >= 1 && n <= 5 && len(lexemes) > 1 && lexemes[1].text == saturdayKey
	if isDigitName && (lexemes[1].gap != ' ' || !mayBeHour(before)) {
		return token{weekdayToken, n - 1, text, lexemes[0].gap}, 2
	}
	return token{numberToken, n, text, lexemes[0].gap}, 1
}

// mayBeHour reports whether a number that follows these tokens belongs to what is before
// it, so that in "ساعت ۳ شنبه" and "۱۴۰۳/۷/۷ شنبه" the شنبه stands for itself.
func mayBeHour(before []token) bool {
	if len(before) == 0 {
		return false
	}
	last := before[len(before)-1]
	return last.is(unitToken, int(hourUnit)) || last.kind == markToken || last.kind == toToken
}

// longestTerm finds the longest term that the words begin with.
func longestTerm(lexemes []lexeme, before []token) ([]token, int) {
	const maxWords = 5
	words := 0
	for words < len(lexemes) && words < maxWords && lexemes[words].kind == wordLexeme {
		words++
	}
	for n := words; n > 0; n-- {
		var key strings.Builder
		for _, l := range lexemes[:n] {
			key.WriteString(l.text)
		}
		meaning, ok := vocabulary[key.String()]
		if !ok || (n > 1 && mayBeHour(before) && lexemes[1].gap == ' ' && meaning[0].kind == weekdayToken) {
			continue
		}
		return withSource(meaning, key.String(), lexemes[0].gap), n
	}
	l := lexemes[0]
	if parts := splitWord(l.text); parts != nil {
		return withSource(parts, "", l.gap), 1
	}
	return []token{{unknownToken, 0, l.text, l.gap}}, 1
}

func withSource(meaning []token, text string, gap rune) []token {
	tokens := append([]token(nil), meaning...)
	tokens[0].gap = gap
	if tokens[0].kind != numberToken && text != "" {
		tokens[0].text = text
	}
	return tokens
}

// splitWord cuts a word typed without spaces (فرداصبح, هفتهبعد) into the fewest terms;
// nil when it cannot be cut into terms. Only Persian words are written like that.
func splitWord(word string) []token {
	const minPart = 2
	runes := []rune(word)
	if runes[0] < 0x600 || runes[0] > 0x6ff || len(runes) > 30 {
		return nil
	}
	best := make([][]token, len(runes)+1)
	best[0] = []token{}
	for end := 1; end <= len(runes); end++ {
		for start := range end {
			meaning, ok := vocabulary[string(runes[start:end])]
			isAnd := end-start == 1 && runes[start] == 'و'
			if best[start] == nil || !ok || (end-start < minPart && !isAnd) {
				continue
			}
			if best[end] == nil || len(best[start])+len(meaning) < len(best[end]) {
				best[end] = append(append([]token{}, best[start]...), meaning...)
			}
		}
	}
	return best[len(runes)]
}
