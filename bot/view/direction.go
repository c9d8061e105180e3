package view

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/bidi"
)

// The marks that give a line its direction. Source: Unicode UAX #9, LRM and RLM.
const (
	leftToRight = "\u200e"
	rightToLeft = "\u200f"
)

// Directed gives every line the direction of its reader's language, whose own words
// are written from the right or not. A line takes its direction from its first
// strong letter, and not all clients pass over what is isolated: a Persian name at the
// beginning would turn an English line around. Those that do find none in a line of a
// bullet and a name, and put it on the left. What is quoted keeps its own.
func Directed(h HTML, fromRight bool) HTML {
	mark := leftToRight
	if fromRight {
		mark = rightToLeft
	}
	lines := strings.Split(string(h), "\n")
	quoted, added := false, 0
	for i, line := range lines {
		opens, closes := strings.LastIndex(line, "<blockquote"), strings.LastIndex(line, "</blockquote>")
		if !quoted && opens != 0 && turned(line, fromRight) {
			lines[i] = mark + line
			added++
		}
		if opens >= 0 || closes >= 0 {
			quoted = opens > closes
		}
	}
	if added == 0 || !Fits(h, MaxText-added) {
		return h
	}
	return HTML(strings.Join(lines, "\n"))
}

// turned says whether some client may show the line in the other direction: one that
// looks at the first strong letter, isolated or not, or one that finds no letter but
// what is isolated, and takes that for a line from the left.
func turned(line string, fromRight bool) bool {
	inTag, inEntity, isolated := false, false, 0
	first, says, counts := bidi.L, false, false // the first strong letter's class; digits
	for _, c := range line {
		switch {
		case inTag:
			inTag = c != '>'
		case inEntity:
			inEntity = c != ';'
		case c == '<':
			inTag = true
		case c == '&':
			inEntity = true
		case c == '\u200e' || c == '\u200f':
			return false // it has a mark already
		case c >= '\u2066' && c <= '\u2068':
			isolated++
		case c == '\u2069':
			isolated--
		case unicode.IsLetter(c):
			class, _ := bidi.LookupRune(c)
			if !says {
				first, says = class.Class(), true
			}
			if isolated == 0 {
				return (first == bidi.L) == fromRight
			}
		case unicode.IsDigit(c):
			counts = true
		}
	}
	return fromRight && (says || counts) || says && first != bidi.L
}
