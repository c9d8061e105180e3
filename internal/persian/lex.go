package persian

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxReadLength is the longest text, in bytes, that the readers look at. What a person
// answers to "when?" is far shorter.
const maxReadLength = 400

type lexemeKind int

const (
	digitsLexeme lexemeKind = iota // a run of digits, in ASCII
	wordLexeme                     // a run of letters, folded as in SearchKey
	markLexeme                     // a mark between two numbers: one of : / - . ,
)

// A lexeme is one piece of what was typed, before anything is known of its meaning.
type lexeme struct {
	kind lexemeKind
	text string
	gap  rune // what stood before it: 0 for nothing, zwnj, or a space
}

// lex cuts a text into numbers, words, and the marks between numbers. Everything else,
// punctuation and emoji, only separates.
func lex(text string) []lexeme {
	runes := foldForReading(text)
	var out []lexeme
	gap := rune(0)
	for i := 0; i < len(runes); {
		r := runes[i]
		isPart := lexClass(r)
		if isPart == nil {
			if mark := markBetweenNumbers(runes, i); mark != 0 {
				out = append(out, lexeme{markLexeme, string(mark), gap})
				gap = 0
			} else {
				gap = widerGap(gap, r)
			}
			i++
			continue
		}
		start := i
		for i < len(runes) && isPart(runes[i]) {
			i++
		}
		kind := wordLexeme
		if isDigit(r) {
			kind = digitsLexeme
		}
		out = append(out, lexeme{kind, string(runes[start:i]), gap})
		gap = 0
	}
	return out
}

// foldForReading folds letters as SearchKey does, but keeps every character that
// separates, and the ZWNJ.
func foldForReading(text string) []rune {
	text = strings.ToLower(norm.NFKD.String(visible(text)))
	runes := make([]rune, 0, len(text))
	for _, r := range text {
		r = asciiDigit(searchFold(r))
		switch {
		case r == dropped, r == '\'', r == '’', unicode.Is(unicode.M, r):
			continue
		case r == zwnj:
		case r == '٫':
			r = '.'
		case r == '٬':
			r = ','
		case r == '_', r == '−', unicode.Is(unicode.Pd, r):
			r = '-'
		case r == '\\', r == '⁄', r == '∕':
			r = '/'
		}
		runes = append(runes, r)
	}
	return runes
}

// lexClass is the test for the characters that may follow r in its lexeme; nil when r
// begins none.
func lexClass(r rune) func(rune) bool {
	switch {
	case isDigit(r):
		return isDigit
	case unicode.IsLetter(r):
		return unicode.IsLetter
	}
	return nil
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// markBetweenNumbers is the mark at runes[i] if there is a number on both its sides, else
// 0. A dot or comma with a space beside it is the end of a sentence, not such a mark.
func markBetweenNumbers(runes []rune, i int) rune {
	r := runes[i]
	if !strings.ContainsRune(":/-.,", r) {
		return 0
	}
	before, after := i-1, i+1
	if r == ':' || r == '/' || r == '-' {
		for before >= 0 && runes[before] == ' ' {
			before--
		}
		for after < len(runes) && runes[after] == ' ' {
			after++
		}
	}
	if before < 0 || after >= len(runes) || !isDigit(runes[before]) || !isDigit(runes[after]) {
		return 0
	}
	return r
}

func widerGap(gap, r rune) rune {
	if r == zwnj && gap == 0 {
		return zwnj
	}
	return ' '
}
