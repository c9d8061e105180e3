package tgsim

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// parseHTML reads Telegram's HTML (https://core.telegram.org/bots/api#html-style) into text and entities, or
// gives the real server's reason for refusing it.
func parseHTML(src string) (string, []Entity, *apiError) {
	p := &htmlParser{src: src}
	for p.pos < len(src) {
		var err *apiError
		switch src[p.pos] {
		case '&':
			p.reference()
		case '<':
			err = p.tag()
		default:
			p.character()
		}
		if err != nil {
			return "", nil, err
		}
	}
	if n := len(p.open); n > 0 {
		return "", nil, parseError("Can't find end tag corresponding to start tag %q", p.open[n-1].name)
	}
	return p.out.String(), sortEntities(dropNestedInCode(p.entities)), nil
}

func parseError(format string, args ...any) *apiError {
	return badRequest("Can't parse entities: "+format, args...)
}

type htmlParser struct {
	src      string
	pos      int
	out      strings.Builder
	units    int // UTF-16 length of out
	open     []openTag
	entities []Entity
}

type openTag struct {
	name   string
	attrs  map[string]string
	offset int // in UTF-16 units
	start  int // in bytes of out
}

func (p *htmlParser) write(r rune) {
	p.out.WriteRune(r)
	p.units += max(1, utf16.RuneLen(r))
}

func (p *htmlParser) character() {
	r, n := utf8.DecodeRuneInString(p.src[p.pos:])
	p.pos += n
	p.write(r)
}

// reference copies what a character reference stands for; an unknown one stays as it is written.
func (p *htmlParser) reference() {
	r, n := decodeReference(p.src[p.pos:])
	if n == 0 {
		r, n = '&', 1
	}
	p.pos += n
	p.write(r)
}

// decodeReference reads a reference at the start of s: its character and its length, which is 0 if it is none.
// The semicolon may be missing. Besides numbers Telegram knows lt, gt, amp and quot.
func decodeReference(s string) (rune, int) {
	end := 1
	if strings.HasPrefix(s, "&#") {
		base, digits := 10, s[2:]
		if strings.HasPrefix(digits, "x") {
			base, digits = 16, digits[1:]
		}
		n := 0
		for n < len(digits) && isDigit(digits[n], base) {
			n++
		}
		code, err := strconv.ParseInt(digits[:n], base, 32)
		if err != nil || code == 0 || code > utf8.MaxRune || !utf8.ValidRune(rune(code)) {
			return 0, 0
		}
		return rune(code), withSemicolon(s, len(s)-len(digits)+n)
	}
	for end < len(s) && isLetter(s[end]) {
		end++
	}
	known := map[string]rune{"lt": '<', "gt": '>', "amp": '&', "quot": '"'}
	r, ok := known[s[1:end]]
	if !ok {
		return 0, 0
	}
	return r, withSemicolon(s, end)
}

func withSemicolon(s string, end int) int {
	if end < len(s) && s[end] == ';' {
		return end + 1
	}
	return end
}

func (p *htmlParser) tag() *apiError {
	begin := p.pos
	if strings.HasPrefix(p.src[begin:], "</") {
		return p.endTag(begin)
	}
	p.pos++
	p.skip(func(c byte) bool { return !isSpace(c) && c != '>' })
	name := strings.ToLower(p.src[begin+1 : p.pos])
	if p.pos == len(p.src) {
		return parseError("Unclosed start tag at byte offset %d", begin)
	}
	if entityType(name) == "" {
		return parseError("Unsupported start tag \"%s\" at byte offset %d", name, begin)
	}
	attrs := map[string]string{}
	for {
		p.skip(isSpace)
		if p.pos < len(p.src) && p.src[p.pos] == '>' {
			p.pos++
			break
		}
		key, value, err := p.attribute(name, begin)
		if err != nil {
			return err
		}
		attrs[key] = value
	}
	if name == "span" && attrs["class"] != "tg-spoiler" {
		return parseError("Tag \"span\" must have class \"tg-spoiler\" at byte offset %d", begin)
	}
	p.open = append(p.open, openTag{name: name, attrs: attrs, offset: p.units, start: p.out.Len()})
	return nil
}

// attribute reads name="value", name='value' or name=token; "expandable" alone may lack a value.
func (p *htmlParser) attribute(tag string, begin int) (key, value string, err *apiError) {
	start := p.pos
	p.skip(func(c byte) bool { return !isSpace(c) && c != '=' && c != '>' && c != '/' && c != '"' && c != '\'' })
	key = strings.ToLower(p.src[start:p.pos])
	if p.pos == len(p.src) {
		return "", "", parseError("Unclosed start tag \"%s\" at byte offset %d", tag, begin)
	}
	if key == "" {
		return "", "", parseError("Empty attribute name in the tag \"%s\" at byte offset %d", tag, begin)
	}
	p.skip(isSpace)
	if p.pos == len(p.src) {
		return "", "", parseError("Unclosed start tag \"%s\" at byte offset %d", tag, begin)
	}
	if p.src[p.pos] != '=' {
		if tag == "blockquote" && key == "expandable" {
			return key, "1", nil
		}
		return "", "", parseError("Expected equal sign in declaration of an attribute of the tag \"%s\" at byte offset %d", tag, begin)
	}
	p.pos++
	p.skip(isSpace)
	value, ok := p.attributeValue()
	if !ok {
		return "", "", parseError("Unclosed start tag at byte offset %d", begin)
	}
	return key, value, nil
}

func (p *htmlParser) attributeValue() (string, bool) {
	if p.pos == len(p.src) {
		return "", false
	}
	quote := p.src[p.pos]
	if quote != '"' && quote != '\'' {
		start := p.pos
		p.skip(func(c byte) bool { return isLetter(c) || isDigit(c, 10) || c == '.' || c == '-' })
		return strings.ToLower(p.src[start:p.pos]), p.pos > start && p.pos < len(p.src)
	}
	p.pos++
	var value strings.Builder
	for p.pos < len(p.src) && p.src[p.pos] != quote {
		if p.src[p.pos] == '&' {
			if r, n := decodeReference(p.src[p.pos:]); n > 0 {
				value.WriteRune(r)
				p.pos += n
				continue
			}
		}
		value.WriteByte(p.src[p.pos])
		p.pos++
	}
	if p.pos == len(p.src) {
		return "", false
	}
	p.pos++
	return value.String(), p.pos < len(p.src)
}

func (p *htmlParser) endTag(begin int) *apiError {
	if len(p.open) == 0 {
		return parseError("Unexpected end tag at byte offset %d", begin)
	}
	p.pos += 2
	p.skip(func(c byte) bool { return !isSpace(c) && c != '>' })
	name := strings.ToLower(p.src[begin+2 : p.pos])
	p.skip(isSpace)
	if p.pos == len(p.src) || p.src[p.pos] != '>' {
		return parseError("Unclosed end tag at byte offset %d", begin)
	}
	p.pos++
	tag := p.open[len(p.open)-1]
	if name != "" && name != tag.name {
		return parseError("Unmatched end tag at byte offset %d, expected \"</%s>\", found \"</%s>\"", begin, tag.name, name)
	}
	p.open = p.open[:len(p.open)-1]
	if p.units == tag.offset {
		return nil // an empty element marks nothing
	}
	return p.close(tag)
}

// close adds the entity of a finished element.
func (p *htmlParser) close(tag openTag) *apiError {
	e := Entity{Type: entityType(tag.name), Offset: tag.offset, Length: p.units - tag.offset}
	switch tag.name {
	case "a":
		e.URL = tag.attrs["href"]
		if e.URL == "" {
			e.URL = p.out.String()[tag.start:]
		}
		if e = linkEntity(e); e.Type == "" {
			return nil // an address that Telegram does not know is shown as plain text
		}
	case "tg-emoji":
		id, err := strconv.ParseInt(tag.attrs["emoji-id"], 10, 64)
		if err != nil || id == 0 {
			return parseError("Invalid custom emoji identifier specified")
		}
		e.CustomEmojiID = strconv.FormatInt(id, 10)
	case "tg-time":
		unix, format := tag.attrs["unix"], tag.attrs["format"]
		e.UnixTime, _ = strconv.ParseInt(unix, 10, 32)
		e.DateTimeFormat = format
		if strings.Trim(format, "rRtTdDwW") != "" {
			return parseError("Invalid date-time format specified")
		}
		if e.UnixTime <= 0 {
			return nil
		}
	case "blockquote":
		if tag.attrs["expandable"] != "" {
			e.Type = "expandable_blockquote"
		}
	case "code", "pre":
		e.Language = strings.TrimPrefix(tag.attrs["class"], "language-")
		p.entities = addCode(p.entities, e)
		return nil
	}
	p.entities = append(p.entities, e)
	return nil
}

// addCode joins <pre><code class="language-x"> into one entity; a language counts only there.
func addCode(entities []Entity, e Entity) []Entity {
	if n := len(entities); n > 0 && e.Type == "pre" {
		if last := entities[n-1]; last.Type == "code" && last.Offset == e.Offset && last.Length == e.Length {
			entities[n-1].Type = "pre"
			entities[n-1].Language = last.Language
			return entities
		}
	}
	if e.Type == "pre" {
		e.Language = ""
	}
	return append(entities, e)
}

// linkEntity decides what a link is: a mention by user ID, a web address, or nothing (an empty type).
func linkEntity(e Entity) Entity {
	if id, ok := strings.CutPrefix(e.URL, "tg://user?id="); ok {
		n, err := strconv.ParseInt(id, 10, 64)
		if err != nil || n <= 0 {
			return Entity{}
		}
		e.Type, e.URL, e.User = "text_mention", "", &User{ID: n}
		return e
	}
	checked, problem := checkURL(e.URL)
	if problem != "" {
		return Entity{}
	}
	e.URL = checked
	return e
}

// dropNestedInCode removes what stands inside code and pre, and the language of inline code: Telegram does.
func dropNestedInCode(entities []Entity) []Entity {
	kept := entities[:0:0]
	for i, e := range entities {
		inside := slices.ContainsFunc(entities[i+1:], func(outer Entity) bool {
			return (outer.Type == "code" || outer.Type == "pre") && outer.Offset <= e.Offset && e.Offset+e.Length <= outer.Offset+outer.Length
		})
		if inside {
			continue
		}
		if e.Type == "code" {
			e.Language = ""
		}
		kept = append(kept, e)
	}
	return kept
}

// sortEntities puts outer entities before inner ones.
func sortEntities(entities []Entity) []Entity {
	slices.SortStableFunc(entities, func(a, b Entity) int {
		return cmp.Or(cmp.Compare(a.Offset, b.Offset), cmp.Compare(b.Length, a.Length))
	})
	return entities
}

// entityType maps a tag to the entity it makes; empty for a tag that Telegram does not support.
func entityType(tag string) string {
	switch tag {
	case "b", "strong":
		return "bold"
	case "i", "em":
		return "italic"
	case "u", "ins":
		return "underline"
	case "s", "strike", "del":
		return "strikethrough"
	case "tg-spoiler", "span":
		return "spoiler"
	case "code", "pre", "blockquote":
		return tag
	case "a":
		return "text_link"
	case "tg-time":
		return "date_time"
	case "tg-emoji":
		return "custom_emoji"
	}
	return ""
}

func (p *htmlParser) skip(while func(byte) bool) {
	for p.pos < len(p.src) && while(p.src[p.pos]) {
		p.pos++
	}
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f'
}
func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isDigit(c byte, base int) bool {
	return '0' <= c && c <= '9' || base == 16 && 'a' <= c|0x20 && c|0x20 <= 'f'
}
