package persian

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A FoundPhone is a phone number within a text: text[Start:End] is what was written,
// an extension and direction marks around it included.
type FoundPhone struct {
	Phone      Phone
	Start, End int
}

// digitGroup is a run of digits in a text, with a plus in front where one stood there.
type digitGroup struct {
	digits     string // ASCII
	start, end int    // in bytes of the text
	joined     bool   // nothing but separators between it and the group before
}

// FindPhones finds the phone numbers in a text, in the order of their places: in pasted
// lines of names and numbers in any order, in any digits, several in a line. What is left
// of the text without them is the rest, such as the name.
func FindPhones(text string) []FoundPhone {
	groups := digitGroups(text)
	var found []FoundPhone
	for i := 0; i < len(groups); {
		phone, n := longestPhone(groups[i:])
		if n == 0 {
			i++
			continue
		}
		start, end := groups[i].start, groups[i+n-1].end
		end += extensionLength(text[end:])
		i += n
		if strings.HasPrefix(text[end:], "@") {
			continue // the name in an e-mail address
		}
		for i < len(groups) && groups[i].start < end {
			i++
		}
		start, end = widen(text, start, end)
		found = append(found, FoundPhone{phone, start, end})
	}
	return found
}

// ReplacePhones puts with in the place of every phone number of a text.
func ReplacePhones(text, with string) string {
	var out strings.Builder
	rest := 0
	for _, f := range FindPhones(text) {
		out.WriteString(text[rest:f.Start])
		out.WriteString(with)
		rest = f.End
	}
	out.WriteString(text[rest:])
	return out.String()
}

// longestPhone reads a number from the first groups, and says how many of them it took.
// An Iranian number has a fixed length, so the fewest groups that make one are right; one
// of another country takes as many as still make a number.
func longestPhone(groups []digitGroup) (Phone, int) {
	const maxDigits = 16 // "00" or "+" and 15 digits
	var best Phone
	taken := 0
	digits := ""
	for i, g := range groups {
		if i > 0 && (!g.joined || startsPhone(g.digits)) {
			break
		}
		digits += strings.TrimPrefix(g.digits, pick(i > 0, "+", ""))
		if len(digits) > maxDigits+1 {
			break
		}
		phone, ok := toE164(digits, false)
		if !ok {
			continue
		}
		best, taken = phone, i+1
		if strings.HasPrefix(string(phone), homePrefix) {
			break
		}
	}
	return best, taken
}

// startsPhone reports a group that begins a number of its own.
func startsPhone(digits string) bool {
	return strings.HasPrefix(digits, "+") || strings.HasPrefix(digits, "09") || strings.HasPrefix(digits, "00") || len(digits) >= 10
}

func digitGroups(text string) []digitGroup {
	var groups []digitGroup
	var current digitGroup
	joined := false
	flush := func() {
		if strings.Trim(current.digits, "+") != "" {
			current.joined = joined
			groups = append(groups, current)
			joined = true
		}
		current = digitGroup{}
	}
	for i, r := range text {
		d := asciiDigit(r)
		switch {
		case d >= '0' && d <= '9', (r == '+' || r == '＋') && current.digits == "":
			if current.digits == "" {
				current.start = i
			}
			current.digits += string(asciiPlus(d))
			current.end = i + utf8.RuneLen(r)
		case isInvisible(r):
		default:
			flush()
			joined = joined && isPhoneSeparator(r)
		}
	}
	flush()
	return groups
}

func asciiPlus(r rune) rune {
	if r == '＋' {
		return '+'
	}
	return r
}

func isPhoneSeparator(r rune) bool {
	return strings.ContainsRune("-.()/_ ", r) || unicode.Is(unicode.Pd, r) || unicode.Is(unicode.Zs, r)
}

// isInvisible reports the marks that people copy along with a number.
func isInvisible(r rune) bool {
	return unicode.Is(unicode.Cf, r) || r == '\u0640'
}

// extensionLength is the length in bytes of the extension that rest begins with, or 0.
func extensionLength(rest string) int {
	return len(extension.FindString(rest))
}

// widen takes the direction marks and the parentheses around a number into it.
func widen(text string, start, end int) (int, int) {
	opened := 0
	for start > 0 {
		r, size := utf8.DecodeLastRuneInString(text[:start])
		if !isInvisible(r) && r != '(' {
			break
		}
		if r == '(' {
			opened++
		}
		start -= size
	}
	opened -= strings.Count(text[start:end], ")")
	for end < len(text) {
		r, size := utf8.DecodeRuneInString(text[end:])
		if r == ')' && opened > 0 {
			opened--
		} else if !isInvisible(r) {
			break
		}
		end += size
	}
	return start, end
}
