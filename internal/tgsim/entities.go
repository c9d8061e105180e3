package tgsim

import (
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// textLen is the length of a text as Telegram counts it: in UTF-16 code units.
func textLen(s string) int {
	n := 0
	for _, r := range s {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}

// trimText cuts white space off both ends, as the server does, and moves the entities along.
func trimText(text string, entities []Entity) (string, []Entity) {
	const space = " \t\r\n"
	cut := textLen(text) - textLen(strings.TrimLeft(text, space))
	text = strings.Trim(text, space)
	end := textLen(text)
	var kept []Entity
	for _, e := range entities {
		from, to := max(0, e.Offset-cut), min(end, e.Offset-cut+e.Length)
		if e.Offset, e.Length = from, to-from; e.Length > 0 {
			kept = append(kept, e)
		}
	}
	return text, kept
}

// detectEntities finds what clients mark in typed text by themselves: commands, mentions and addresses.
func detectEntities(text string) []Entity {
	pattern := regexp.MustCompile(`(?:^|\s)(?:(/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?)|(@[A-Za-z0-9_]{4,32})|(https?://\S+))`)
	var entities []Entity
	for _, m := range pattern.FindAllStringSubmatchIndex(text, -1) {
		for group, kind := range []string{"bot_command", "mention", "url"} {
			from, to := m[2*group+2], m[2*group+3]
			if from >= 0 {
				entities = append(entities, Entity{Type: kind, Offset: textLen(text[:from]), Length: textLen(text[from:to])})
			}
		}
	}
	return entities
}

// renderHTML writes text with its entities as HTML for a browser. Everything that came from outside is escaped,
// and links go only where checkURL lets them. Entities may overlap in any way.
func renderHTML(text string, entities []Entity) string {
	units := utf16.Encode([]rune(text))
	var cuts []int
	for _, e := range entities {
		cuts = append(cuts, e.Offset, e.Offset+e.Length)
	}
	cuts = append(cuts, len(units))
	slices.Sort(cuts)
	var out strings.Builder
	var open []Entity
	at := 0
	for _, cut := range slices.Compact(cuts) {
		cut = min(max(cut, at), len(units))
		out.WriteString(html.EscapeString(string(utf16.Decode(units[at:cut]))))
		at = cut
		open = closeEnded(&out, open, at)
		for _, e := range entities {
			if e.Offset == at && e.Length > 0 && at < len(units) {
				out.WriteString(startTag(e, units))
				open = append(open, e)
			}
		}
	}
	closeEnded(&out, open, len(units)+1<<30)
	return out.String()
}

// closeEnded closes the entities that end at or before a place. What is open above such a one is closed with it
// and opened again, so that tags always nest.
func closeEnded(out *strings.Builder, open []Entity, at int) []Entity {
	first := slices.IndexFunc(open, func(e Entity) bool { return e.Offset+e.Length <= at })
	if first < 0 {
		return open
	}
	for _, e := range slices.Backward(open[first:]) {
		out.WriteString(closeTag(e))
	}
	kept := slices.Clone(open[:first])
	for _, e := range open[first:] {
		if e.Offset+e.Length > at {
			out.WriteString(startTag(e, nil))
			kept = append(kept, e)
		}
	}
	return kept
}

func startTag(e Entity, units []uint16) string {
	switch e.Type {
	case "spoiler":
		return `<span class="tg-spoiler">`
	case "expandable_blockquote":
		return `<blockquote expandable>`
	case "pre":
		if e.Language != "" {
			return `<pre><code class="language-` + html.EscapeString(e.Language) + `">`
		}
	case "text_link":
		return anchor(e.URL)
	case "url":
		if units != nil {
			return anchor(string(utf16.Decode(units[e.Offset:min(len(units), e.Offset+e.Length)])))
		}
		return anchor("")
	case "date_time":
		return `<tg-time unix="` + strconv.FormatInt(e.UnixTime, 10) + `">`
	case "text_mention":
		if e.User != nil {
			return `<span class="mention" data-user="` + strconv.FormatInt(e.User.ID, 10) + `">`
		}
	}
	return "<" + tagName(e.Type) + ">"
}

func anchor(address string) string {
	checked, problem := checkURL(address)
	if problem != "" {
		return "<a>"
	}
	return `<a href="` + html.EscapeString(checked) + `" rel="noopener noreferrer" target="_blank">`
}

func closeTag(e Entity) string {
	if e.Type == "pre" && e.Language != "" {
		return "</code></pre>"
	}
	return "</" + tagName(e.Type) + ">"
}

func tagName(entityType string) string {
	switch entityType {
	case "bold":
		return "b"
	case "italic":
		return "i"
	case "underline":
		return "u"
	case "strikethrough":
		return "s"
	case "code", "pre", "blockquote":
		return entityType
	case "expandable_blockquote":
		return "blockquote"
	case "text_link", "url":
		return "a"
	case "date_time":
		return "tg-time"
	}
	return "span"
}
