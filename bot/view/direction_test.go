package view

import (
	"strings"
	"testing"
)

func TestDirected(t *testing.T) {
	for in, want := range map[string]string{
		"• \u2068علی\u2069 — In-person meeting":                   "L• \u2068علی\u2069 — In-person meeting",
		"👤 Name: <b>علی</b>":                                      "👤 Name: <b>علی</b>",
		"<b>\u2068علی\u2069</b>\n✋ Taken":                         "L<b>\u2068علی\u2069</b>\n✋ Taken",
		"Said:\n<blockquote>سلام\nخوبی؟</blockquote>\nعلی called": "Said:\n<blockquote>سلام\nخوبی؟</blockquote>\nLعلی called",
		"09121234567\n\n1. 🏷":                                     "09121234567\n\n1. 🏷",
		"&lt;&gt; علی":                                            "L&lt;&gt; علی",
	} {
		if got := strings.ReplaceAll(string(Directed(HTML(in), false)), leftToRight, "L"); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"\u2068Omid\u2069: ۱۰":           "R\u2068Omid\u2069: ۱۰",
		"• \u2068علی\u2069":              "R• \u2068علی\u2069", // by UAX #9 it has no direction
		"▫️ \u2068علی\u2069: تازه":       "▫️ \u2068علی\u2069: تازه",
		"📞 <code>09121234567</code>":     "R📞 <code>09121234567</code>",
		"1. Omid":                        "R1. Omid",
		"\n✋🏷\n":                         "\n✋🏷\n",
		"👤 نام: <b>Omid</b>":             "👤 نام: <b>Omid</b>",
		"<blockquote>Hello</blockquote>": "<blockquote>Hello</blockquote>",
		"• \u2068دفتر مرکزی\u2069":       "R• \u2068دفتر مرکزی\u2069", // nothing but isolated letters
		"• \u2068مریم\u2069 — مالک":      "• \u2068مریم\u2069 — مالک",
		"\u200e+98 912 Omid":             "\u200e+98 912 Omid",
	} {
		if got := strings.ReplaceAll(string(Directed(HTML(in), true)), rightToLeft, "R"); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	full := HTML("علی" + strings.Repeat("x", MaxText-3))
	if got := Directed(full, false); Length(got) > MaxText || got != full {
		t.Errorf("a full message has %d characters", Length(got))
	}
	if again := Directed(Directed("علی x", false), false); strings.Count(string(again), leftToRight) != 1 {
		t.Errorf("marked twice: %q", again)
	}
}
