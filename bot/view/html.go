// Package view is what a message looks like, as plain data: text, keyboards,
// attachments. It knows nothing of Telegram's transport, of the database or of
// languages; it is the only place of the program that escapes text.
package view

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// HTML is text in Telegram's HTML subset, already escaped. The only ways to
// make one from a person's words are Text and the functions built on it, so a
// name such as "<b>" can never become markup.
type HTML string

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "\x00", "")

// Text escapes s for Telegram's HTML parse mode. Quotes are escaped too, since
// the same function serves attribute values.
func Text(s string) HTML { return HTML(escaper.Replace(s)) }

// Bold marks what the eye should find first.
func Bold(h HTML) HTML { return "<b>" + h + "</b>" }

// Italic marks secondary text.
func Italic(h HTML) HTML { return "<i>" + h + "</i>" }

// Strike marks what no longer holds.
func Strike(h HTML) HTML { return "<s>" + h + "</s>" }

// Code is for what one tap should copy: phone numbers, codes, keys.
func Code(s string) HTML { return "<code>" + Text(s) + "</code>" }

// Quote sets text apart, collapsed when it is long.
func Quote(h HTML) HTML {
	if Length(h) > 300 {
		return "<blockquote expandable>" + h + "</blockquote>"
	}
	return "<blockquote>" + h + "</blockquote>"
}

// Link makes h open url.
func Link(h HTML, url string) HTML {
	return `<a href="` + Text(url) + `">` + h + "</a>"
}

// Instant keeps our own wording of a moment (Jalali, say) and lets the reader's
// device show its own date on tap.
// Source: Bot API 10.1, "Formatting options", tg-time.
func Instant(h HTML, unix int64) HTML {
	return HTML(fmt.Sprintf(`<tg-time unix="%d">`, unix)) + h + "</tg-time>"
}

// Isolate wraps a run of foreign direction (a Latin name in a Persian line, a
// link, a signed number) in first-strong isolates so that it does not disturb
// the order of the line around it. Source: Unicode UAX #9, FSI and PDI.
func Isolate(h HTML) HTML { return "\u2068" + h + "\u2069" }

// Lines joins the non-empty parts with line breaks.
func Lines(parts ...HTML) HTML { return join("\n", parts) }

// Paragraphs joins the non-empty parts with an empty line between them.
func Paragraphs(parts ...HTML) HTML { return join("\n\n", parts) }

func join(sep string, parts []HTML) HTML {
	var b strings.Builder
	for _, p := range parts {
		if p == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(sep)
		}
		b.WriteString(string(p))
	}
	return HTML(b.String())
}

// Plain removes the tags and resolves the entities: what a reader sees.
func Plain(h HTML) string {
	var b strings.Builder
	inTag := false
	for _, r := range string(h) {
		switch {
		case r == '<':
			inTag = true
		case r == '>' && inTag:
			inTag = false
		case !inTag:
			b.WriteRune(r)
		}
	}
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&quot;", `"`, "&amp;", "&").Replace(b.String())
}

// Length is the length that Telegram counts: UTF-16 units of the plain text.
func Length(h HTML) int { return len(utf16.Encode([]rune(Plain(h)))) }

// Fits says whether h is not longer than so much. Most texts are not by far, which their bytes tell:
// they are never fewer than the units.
func Fits(h HTML, limit int) bool { return len(h) <= limit || Length(h) <= limit }

// Capital is s with its first letter as a sentence begins: words that stand behind a colon
// elsewhere, as a label.
func Capital(s string) string {
	for i, c := range s {
		switch {
		case unicode.IsDigit(c): // it begins with a number
			return s
		case unicode.IsLetter(c):
			return s[:i] + string(unicode.ToUpper(c)) + s[i+utf8.RuneLen(c):]
		}
	}
	return s
}

// Label is s as the name of what follows after a colon: without the punctuation at its
// end, which a question has.
func Label(s string) string {
	if bare := strings.TrimRight(s, " .:!?,;…؟،؛"); bare != "" {
		return bare
	}
	return s
}

// Clip shortens s to at most limit runes, ending in an ellipsis when cut.
func Clip(s string, limit int) string {
	r := []rune(s)
	if len(r) <= limit {
		return s
	}
	return strings.TrimRight(string(r[:limit-1]), " \u200c\u200d") + "…"
}
