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

	firstIsolate = '\u2066' // LRI; RLI and FSI follow
	lastIsolate  = '\u2068'
	popIsolate   = '\u2069'
)

// Directed gives every line the direction of its reader's language, whose own words
// are written from the right or not. A line takes its direction from its first
// strong letter, and not all clients pass over what is isolated: a Persian name at the
// beginning would turn an English line around. Those that do take a line of which all is
// isolated for one from the left. What is quoted keeps its own.
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

// turned says whether a client may show the line in the other direction: one that looks at
// the first strong letter, isolated or not; or one that passes over what is isolated and
// finds no strong letter at all, which means from the left.
func turned(line string, fromRight bool) bool {
	first, outside := strong(line)
	if first == marked || outside == marked {
		return false
	}
	return first != neutral && (first == right) != fromRight || first != neutral && outside == neutral && fromRight
}

// side is the direction of a letter.
type side int

const (
	neutral side = iota
	left
	right
	marked // by whoever wrote the line: it is left as it is
)

// strong returns the direction of a line's first strong letter, and of the first that is not
// isolated.
func strong(line string) (first, outside side) {
	inTag, inEntity, isolated := false, false, 0
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
		case c >= firstIsolate && c <= lastIsolate:
			isolated++
			continue
		case c == popIsolate:
			isolated--
			continue
		}
		s := sideOf(c)
		if first == neutral {
			first = s
		}
		if s != neutral && isolated == 0 {
			return first, s
		}
	}
	return first, neutral
}

func sideOf(c rune) side {
	switch {
	case string(c) == leftToRight, string(c) == rightToLeft:
		return marked
	case !unicode.IsLetter(c):
		return neutral
	}
	p, _ := bidi.LookupRune(c)
	if p.Class() == bidi.R || p.Class() == bidi.AL {
		return right
	}
	return left
}
