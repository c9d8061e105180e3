package configfile

import (
	"fmt"
	"strings"
	"unicode"

	"cartable/internal/crm"
	"cartable/internal/persian"
)

// quote is a text as a YAML scalar that reads as the very same text: plain where that
// is safe, so that titles look like titles.
func quote(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case shown(r):
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08X`, r)
		default:
			fmt.Fprintf(&b, `\u%04X`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// shown says whether a character may stand as it is: what prints, and the joiners and
// tags that Persian words and emoji are made with.
func shown(r rune) bool {
	const zwnj, zwj = 0x200c, 0x200d
	return unicode.IsPrint(r) || r == zwnj || r == zwj || r >= 0xe0020 && r <= 0xe007f
}

// plain says whether a text can do without quotes.
func plain(s string) bool {
	first := true
	for _, r := range s {
		if !shown(r) || r < unicode.MaxASCII && unicode.In(r, unicode.P, unicode.S) && !strings.ContainsRune("._-/()+", r) {
			return false // most signs mean something somewhere in YAML
		}
		if first && !unicode.IsLetter(r) && !unicode.Is(unicode.So, r) {
			return false
		}
		first = false
	}
	switch strings.ToLower(s) {
	case "", "null", "true", "false", "yes", "no", "on", "off", "y", "n":
		return false
	}
	return strings.TrimSpace(s) == s
}

// title is a title as the file has it: a text, or one for each language.
func title(t crm.Title) string {
	if t.English == "" {
		return quote(t.Text)
	}
	return "{fa: " + quote(t.Text) + ", en: " + quote(t.English) + "}"
}

// clock is a minute of the day as people write it.
func clock(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

// date is a day by the reader's calendar.
func date(day persian.Civil, lang crm.Language) string {
	if lang == crm.English {
		return day.String()
	}
	d := day.Jalali()
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// key is what titles are compared by.
func key(t crm.Title) string {
	if k := persian.CompactKey(t.Text); k != "" {
		return k
	}
	return strings.TrimSpace(t.Text)
}
