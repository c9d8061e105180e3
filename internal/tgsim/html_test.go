package tgsim

import (
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestParseHTML(t *testing.T) {
	cases := []struct {
		in, text string
		entities []Entity
	}{
		{"plain", "plain", nil},
		{"&lt;b&gt; &amp; &quot;&#1587;&#x633;&apos; &", "<b> & \"سس&apos; &", nil},
		{"😀<b>سلام</b>", "😀سلام", []Entity{{Type: "bold", Offset: 2, Length: 4}}},
		{"<b>a<i>b</i></b>", "ab", []Entity{{Type: "bold", Length: 2}, {Type: "italic", Offset: 1, Length: 1}}},
		{"<B>x</b><em></em>", "x", []Entity{{Type: "bold", Length: 1}}},
		{`<a href="https://example.com/?a=1&amp;b=2">x</a>`, "x", []Entity{{Type: "text_link", Length: 1, URL: "https://example.com/?a=1&b=2"}}},
		{`<a href="tg://user?id=42">x</a><a href="javascript:alert(1)">y</a>`, "xy", []Entity{{Type: "text_mention", Length: 1, User: &User{ID: 42}}}},
		{`<pre><code class="language-go">x</code></pre>`, "x", []Entity{{Type: "pre", Length: 1, Language: "go"}}},
		{`<code><b>x</b></code>`, "x", []Entity{{Type: "code", Length: 1}}},
		{`<blockquote expandable>x</blockquote><blockquote>y</blockquote>`, "xy", []Entity{{Type: "expandable_blockquote", Length: 1}, {Type: "blockquote", Offset: 1, Length: 1}}},
		{`<tg-spoiler>x</tg-spoiler><span class="tg-spoiler">y</span>`, "xy", []Entity{{Type: "spoiler", Length: 1}, {Type: "spoiler", Offset: 1, Length: 1}}},
		{`<tg-time unix="1790000000" format="wD">فردا</tg-time>`, "فردا", []Entity{{Type: "date_time", Length: 4, UnixTime: 1790000000, DateTimeFormat: "wD"}}},
		{`<tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>`, "👍", []Entity{{Type: "custom_emoji", Length: 2, CustomEmojiID: "5368324170671202286"}}},
	}
	for _, c := range cases {
		text, entities, err := parseHTML(c.in)
		if err != nil {
			t.Errorf("%s: %v", c.in, err)
			continue
		}
		if diff := cmp.Diff(c.entities, entities); text != c.text || diff != "" {
			t.Errorf("%s: %q\n%s", c.in, text, diff)
		}
	}
}

func TestParseHTMLRefuses(t *testing.T) {
	cases := map[string]string{
		"a < b":                  `Unsupported start tag "" at byte offset 2`,
		"<b":                     "Unclosed start tag at byte offset 0",
		"<b>x":                   `Can't find end tag corresponding to start tag "b"`,
		"x</b>":                  "Unexpected end tag at byte offset 1",
		"<b>x</i>":               `Unmatched end tag at byte offset 4, expected "</b>", found "</i>"`,
		"<b>x</b":                "Unclosed end tag at byte offset 4",
		"<span>x</span>":         `Tag "span" must have class "tg-spoiler" at byte offset 0`,
		`<a href>x</a>`:          `Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0`,
		`<a ="x">x</a>`:          `Empty attribute name in the tag "a" at byte offset 0`,
		`<a href="x`:             "Unclosed start tag at byte offset 0",
		"<tg-emoji>x</tg-emoji>": "Invalid custom emoji identifier specified",
	}
	for in, want := range cases {
		if _, _, err := parseHTML(in); err == nil || err.text != "Bad Request: can't parse entities: "+want {
			t.Errorf("%s: %v, want %s", in, err, want)
		}
	}
}

func TestRenderHTMLIsHarmlessAndNests(t *testing.T) {
	cases := []struct {
		text     string
		entities []Entity
		want     string
	}{
		{`<script>"x"&`, nil, "&lt;script&gt;&#34;x&#34;&amp;"},
		{"abcd", []Entity{{Type: "bold", Length: 3}, {Type: "italic", Offset: 1, Length: 3}}, "<b>a<i>bc</i></b><i>d</i>"},
		{"x", []Entity{{Type: "text_link", Length: 1, URL: `javascript:alert(1)`}}, "<a>x</a>"},
		{"x", []Entity{{Type: "text_link", Length: 1, URL: `https://a.b/"><script>`}}, `<a href="https://a.b/%22%3E%3Cscript%3E" rel="noopener noreferrer" target="_blank">x</a>`},
		{"😀x", []Entity{{Type: "date_time", Offset: 2, Length: 1, UnixTime: 5}}, `😀<tg-time unix="5">x</tg-time>`},
		{"x", []Entity{{Type: "pre", Length: 1, Language: `"><img>`}}, `<pre><code class="language-&#34;&gt;&lt;img&gt;">x</code></pre>`},
		{"x", []Entity{{Type: "<img>", Offset: 0, Length: 9}}, "<span>x</span>"},
	}
	for _, c := range cases {
		if got := renderHTML(c.text, c.entities); got != c.want {
			t.Errorf("%q: %s, want %s", c.text, got, c.want)
		}
	}
}

func TestTrimTextMovesEntities(t *testing.T) {
	text, entities := trimText(" \n😀 ab \n", []Entity{{Type: "bold", Length: 2}, {Type: "italic", Offset: 2, Length: 2}, {Type: "code", Offset: 5, Length: 4}})
	want := []Entity{{Type: "italic", Length: 2}, {Type: "code", Offset: 3, Length: 2}}
	if diff := cmp.Diff(want, entities); text != "😀 ab" || diff != "" {
		t.Errorf("%q\n%s", text, diff)
	}
}

// FuzzParseHTML: never panics; entities lie within the text and are not empty; what is rendered parses again to
// the same text, and has no tag that did not come from an entity.
func FuzzParseHTML(f *testing.F) {
	for _, seed := range []string{"<b>😀</b>", "&#x10ffff;&#0;", `<a href='x.y'>&lt;</a>`, "<pre><code class=\"language-x\">a</code></pre>", "</", "<tg-time unix=1 format=z>x</tg-time>", "<b><i>x</></>"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		if !utf8.ValidString(in) {
			return
		}
		text, entities, err := parseHTML(in)
		if err != nil {
			return
		}
		length := len(utf16.Encode([]rune(text)))
		if textLen(text) != length {
			t.Fatalf("length %d, want %d", textLen(text), length)
		}
		if !strings.ContainsAny(in, "<&") && text != in {
			t.Fatalf("plain text %q became %q", in, text)
		}
		for _, e := range entities {
			if e.Offset < 0 || e.Length <= 0 || e.Offset+e.Length > length {
				t.Fatalf("entity %+v of %d units", e, length)
			}
		}
		again, _, err := parseHTML(renderHTML(text, entities))
		if err == nil && again != text {
			t.Fatalf("rendered and parsed again: %q, was %q", again, text)
		}
		if err != nil && !strings.Contains(err.text, `start tag "span"`) && !strings.Contains(err.text, `Tag "span"`) {
			t.Fatalf("what was rendered does not parse: %v", err)
		}
		trimText(text, entities)
	})
}
