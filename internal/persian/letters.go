package persian

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const (
	zwnj = '\u200c' // zero-width non-joiner, the Persian half-space
	zwj  = '\u200d' // zero-width joiner, which ties emoji together
)

// Clean is the form in which a line of text (a name, a city, a title) is stored and
// shown: NFC; Arabic code points that Persian keyboards do not have folded into their
// Persian letters; control characters, direction marks and overrides, tatweel and other
// invisible characters dropped; white space, line breaks included, one space wide, none
// at the ends; a ZWNJ only where it separates two letters or digits. Digits stay as
// typed, and emoji sequences whole. It is idempotent and its result is valid UTF-8.
func Clean(s string) string {
	if s == "" {
		return "" // as most titles in a second language and helps are
	}
	return foldDisplay(tidy(visible(s)))
}

// CleanText is Clean for text of several lines: each line is cleaned for itself, at
// most one blank line stays between paragraphs, none at the ends.
func CleanText(s string) string {
	if s == "" {
		return ""
	}
	s = lineBreaks.Replace(s)
	var kept []string
	blank := false
	for line := range strings.SplitSeq(s, "\n") {
		line = Clean(line)
		if line == "" {
			blank = true
			continue
		}
		if blank && len(kept) > 0 {
			kept = append(kept, "")
		}
		blank = false
		kept = append(kept, line)
	}
	return strings.Join(kept, "\n")
}

var lineBreaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n",
	"\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

// SearchKey is the form by which texts are compared and searched: compatibility
// decomposed, without marks, joiners and punctuation, one letter for all its look-alikes,
// ASCII digits, lower case, words one space apart. It contains letters, digits, symbols
// such as emoji, and spaces only, so no character that is special in a LIKE pattern.
// It is idempotent.
func SearchKey(s string) string {
	var b strings.Builder
	pending := false
	for _, r := range norm.NFKD.String(strings.ToLower(norm.NFKD.String(visible(s)))) {
		r = asciiDigit(searchFold(r))
		switch {
		case r == dropped, r == zwnj, r == zwj, unicode.Is(unicode.M, r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Sk, r):
			continue
		case !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.Is(unicode.So, r):
			pending = true
			continue
		}
		if pending && b.Len() > 0 {
			b.WriteByte(' ')
		}
		pending = false
		b.WriteRune(r)
	}
	return b.String()
}

// CompactKey is SearchKey without spaces, so that علی رضا, علی‌رضا and علیرضا are one.
func CompactKey(s string) string {
	return strings.ReplaceAll(SearchKey(s), " ", "")
}

// dropped stands for "no rune" in the folding functions; strings.Map drops it too.
const dropped rune = -1

// visible drops what cannot be seen, turns every kind of white space into a plain
// space, and spells out the presentation forms that old programs and PDF files give.
// The joiners stay: whether they mean something depends on their neighbours.
func visible(s string) string {
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(s, "") {
		switch {
		case unicode.IsSpace(r) || blankLetters[r]:
			b.WriteByte(' ')
		case r == '\u00ac':
			b.WriteRune(zwnj) // the half-space of old Persian keyboard layouts
		case r == '\u0640' || unicode.IsControl(r): // tatweel
		case r == zwnj || r == zwj || isTag(r) || !unicode.Is(unicode.Cf, r):
			writeLetterForms(&b, r)
		}
	}
	return b.String()
}

// blankLetters are the letters and symbols that look like a space.
var blankLetters = map[rune]bool{'\u115f': true, '\u1160': true, '\u3164': true, '\uffa0': true, '\u2800': true}

// writeLetterForms writes r, or the letters that r is a presentation form of.
func writeLetterForms(b *strings.Builder, r rune) {
	if (r >= 0xfb50 && r <= 0xfdff) || (r >= 0xfe70 && r <= 0xfefc) {
		b.WriteString(norm.NFKC.String(string(r)))
		return
	}
	b.WriteRune(r)
}

// isTag reports the characters that spell a region after the black flag emoji.
func isTag(r rune) bool { return r >= 0xe0020 && r <= 0xe007f }

// tidy makes spaces single and drops the joiners and tags that join nothing.
func tidy(s string) string {
	runes := []rune(s)
	kept := make([]rune, 0, len(runes))
	last := func() rune {
		if len(kept) == 0 {
			return ' '
		}
		return kept[len(kept)-1]
	}
	for i, r := range runes {
		switch {
		case r == ' ' && last() == ' ':
		case r == zwnj && (!isWordRune(last()) || !separates(runes[i+1:])):
		case r == zwj && (!isEmojiPart(last()) || i+1 >= len(runes) || !isEmojiPart(runes[i+1])):
		case isTag(r) && last() != '🏴' && !isTag(last()):
		default:
			kept = append(kept, r)
		}
	}
	return strings.TrimRight(string(kept), " ")
}

// separates reports whether a ZWNJ before rest has a letter or digit to keep apart.
// Of several in a row the last one is kept.
func separates(rest []rune) bool {
	return len(rest) > 0 && (unicode.IsLetter(rest[0]) || unicode.IsDigit(rest[0]))
}

func isWordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r)
}

// isEmojiPart reports what stands beside a joiner within an emoji sequence: a
// pictograph, its variation selector, or its skin tone.
func isEmojiPart(r rune) bool {
	return unicode.Is(unicode.So, r) || r == '\ufe0f' || (r >= 0x1f3fb && r <= 0x1f3ff)
}

// foldDisplay composes s and replaces look-alikes by the Persian letters.
func foldDisplay(s string) string {
	var b strings.Builder
	last := rune(0)
	for _, r := range norm.NFC.String(s) {
		if r == '\u0654' && last == 'ه' {
			continue // ۀ written as two characters, folded as the single one is
		}
		r = displayFold(r)
		b.WriteRune(r)
		last = r
	}
	return b.String()
}

// displayFold maps a letter to the Persian one that looks the same. What a reader
// would see as a different spelling (ة, أ) stays.
func displayFold(r rune) rune {
	switch r {
	case 'ي', 'ى', 'ې', '\u06d2', '\u06cd':
		return 'ی'
	case 'ك', 'ڪ':
		return 'ک'
	case 'ۀ', 'ہ', 'ۂ', 'ھ', 'ە':
		return 'ه'
	}
	return r
}

// searchFold folds further than displayFold: spellings that people mix up.
func searchFold(r rune) rune {
	switch r {
	case 'ة', 'ۃ':
		return 'ه'
	case 'ٱ', 'ٲ', 'ٳ':
		return 'ا'
	case 'ۆ', 'ۇ', 'ۋ':
		return 'و'
	case 'ێ':
		return 'ی'
	case 'ڕ':
		return 'ر'
	case 'ڵ':
		return 'ل'
	case 'ء', 'ـ':
		return dropped
	}
	return displayFold(r)
}
