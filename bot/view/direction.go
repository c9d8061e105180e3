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
// beginning would turn an English line around. What is quoted keeps its own.
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
	if added == 0 || Length(h)+added > MaxText {
		return h
	}
	return HTML(strings.Join(lines, "\n"))
}

// turned says whether a client that looks at the first strong letter alone, isolated
// or not, may show the line in the other direction.
func turned(line string, fromRight bool) bool {
	inTag, inEntity := false, false
	for _, c := range line {
		switch {
		case inTag:
			inTag = c != '>'
			continue
		case inEntity:
			inEntity = c != ';'
			continue
		case c == '<':
			inTag = true
			continue
		case c == '&':
			inEntity = true
			continue
		case !unicode.IsLetter(c):
			if c == '\u200e' || c == '\u200f' {
				return false // it has a mark already
			}
			continue
		}
		p, _ := bidi.LookupRune(c)
		isRight := p.Class() == bidi.R || p.Class() == bidi.AL
		return isRight != fromRight
	}
	return false
}
