package text_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/BurntSushi/toml"

	"cartable/bot/text"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// message is one entry of the catalogue: its forms, one or two.
type message map[string]string

// read reads the catalogue's files of one language. A key that stands twice fails.
func read(t *testing.T, lang crm.Language) map[string]message {
	t.Helper()
	names, err := filepath.Glob("*." + string(lang) + ".toml")
	if err != nil || len(names) == 0 {
		t.Fatalf("no catalogue: %v", err)
	}
	all := map[string]message{}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		entries := map[string]any{}
		if err := toml.Unmarshal(data, &entries); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for key, v := range entries {
			if _, twice := all[key]; twice {
				t.Errorf("%s: %s stands in another file too", name, key)
			}
			all[key] = forms(t, key, v)
		}
	}
	return all
}

func forms(t *testing.T, key string, v any) message {
	t.Helper()
	switch v := v.(type) {
	case string:
		return message{"": v}
	case map[string]any:
		m := message{}
		for form, s := range v {
			m[form], _ = s.(string)
		}
		if len(m) != 2 || m["one"] == "" || m["other"] == "" {
			t.Errorf("%s: forms %v, want one and other", key, slices.Collect(maps.Keys(m)))
		}
		return m
	default:
		t.Fatalf("%s is a %T", key, v)
		return nil
	}
}

var variable = regexp.MustCompile(`\.([A-Z]\w*)`)

// variables are the values that a message takes, in any of its forms.
func (m message) variables() []string {
	seen := map[string]bool{}
	for _, s := range m {
		for _, found := range variable.FindAllStringSubmatch(s, -1) {
			seen[found[1]] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

func TestLanguagesAgree(t *testing.T) {
	fa, en := read(t, crm.Persian), read(t, crm.English)
	for key := range fa {
		if en[key] == nil {
			t.Errorf("%s is missing in English", key)
		}
	}
	for key, m := range en {
		other, ok := fa[key]
		if !ok {
			t.Errorf("%s is missing in Persian", key)
			continue
		}
		if a, b := m.variables(), other.variables(); !slices.Equal(a, b) {
			t.Errorf("%s takes %v in English and %v in Persian", key, a, b)
		}
		if (m[""] == "") != (other[""] == "") {
			t.Errorf("%s has plural forms in one language only", key)
		}
	}
}

func TestEveryMessageRenders(t *testing.T) {
	cat, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range []crm.Language{crm.Persian, crm.English} {
		p := cat.Printer(lang)
		for key, m := range read(t, lang) {
			var args []any
			for _, v := range m.variables() {
				if v != "Count" || m[""] != "" {
					args = append(args, v, "‹"+v+"›")
				}
			}
			for _, n := range []int{0, 1, 2, 11} {
				got := p.T(key, args...)
				if m[""] == "" {
					got = p.N(key, n, args...)
				}
				if got == "" || got == key || strings.Contains(got, "<no value>") || strings.Contains(got, "{{") {
					t.Errorf("%s %s: %q", lang, key, got)
				}
			}
		}
	}
}

// TestMarkup holds whatever is written in the catalogue to Telegram's subset:
// tags that are closed where they were opened.
func TestMarkup(t *testing.T) {
	tag := regexp.MustCompile(`</?[a-z-]+>`)
	for _, lang := range []crm.Language{crm.Persian, crm.English} {
		for key, m := range read(t, lang) {
			for _, s := range m {
				var open []string
				for _, found := range tag.FindAllString(s, -1) {
					name := strings.Trim(found, "</>")
					switch {
					case !slices.Contains([]string{"b", "i", "s", "u", "code", "blockquote"}, name):
						t.Errorf("%s %s: %s", lang, key, found)
					case found[1] != '/':
						open = append(open, name)
					case len(open) == 0 || open[len(open)-1] != name:
						t.Errorf("%s %s: %s closes nothing", lang, key, found)
					default:
						open = open[:len(open)-1]
					}
				}
				if rest := tag.ReplaceAllString(s, ""); len(open) > 0 || strings.ContainsAny(rest, "<>") {
					t.Errorf("%s %s: open tags %v in %q", lang, key, open, s)
				}
			}
		}
	}
}

func TestBounds(t *testing.T) {
	limits := map[string]int{
		"error.": view.MaxAnswer - 60, // names and titles come into it
		"toast.": view.MaxAnswer, "stranger.tap": view.MaxAnswer, "menu.placeholder": 64, "command.": 256,
	}
	for _, lang := range []crm.Language{crm.Persian, crm.English} {
		for key, m := range read(t, lang) {
			for prefix, limit := range limits {
				for _, s := range m {
					if n := len([]rune(s)); strings.HasPrefix(key, prefix) && n > limit {
						t.Errorf("%s %s has %d characters, %d fit", lang, key, n, limit)
					}
				}
			}
		}
	}
}

// TestPersianReadsFromTheRight holds Persian lines to begin with what does not
// turn them around, and to Persian letters and digits.
func TestPersianReadsFromTheRight(t *testing.T) {
	// Labels that are the same in both languages, and the hosted form's own.
	foreign := []string{"language.en", "intake.other_language"}
	spaced := regexp.MustCompile(`(^|[\s«(])(ن?می) [آ-ی]| (ها|های|هایی|ترین|اند)([\s.،؛»)]|$)`)
	for key, m := range read(t, crm.Persian) {
		if strings.HasPrefix(key, "config_note.") {
			continue // comments of a file whose keys and values are Latin
		}
		for _, s := range m {
			if strings.ContainsAny(s, "كي٤٥٦0123456789") && !strings.Contains(s, "http") {
				t.Errorf("%s has a letter or digit that is not Persian: %q", key, s)
			}
			if spaced.MatchString(s) {
				t.Errorf("%s has a space where a half-space belongs: %q", key, s)
			}
			for line := range strings.Lines(s) {
				first := firstStrong(line)
				if !slices.Contains(foreign, key) && (strings.Contains(line, "🆕") || first != 0 && first < unicode.MaxLatin1) {
					t.Errorf("%s: %q begins from the left", key, line)
				}
			}
		}
	}
}

var markup = regexp.MustCompile(`<[^>]*>|\{\{[^}]*\}\}|\x{2068}[^\x{2069}]*\x{2069}`)

// firstStrong is the first letter of a line, which sets its direction; 0 for none.
func firstStrong(line string) rune {
	for _, r := range markup.ReplaceAllString(line, "") {
		if unicode.IsLetter(r) {
			return r
		}
	}
	return 0
}

func TestPrinter(t *testing.T) {
	cat, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	fa, en := cat.Printer(crm.Persian), cat.Printer("xx")
	if en.Lang() != crm.Persian {
		t.Errorf("an unknown language reads %s", en.Lang())
	}
	if got := fa.Num(1234567890); got != "۱۲۳۴۵۶۷۸۹۰" {
		t.Errorf("Num = %s", got)
	}
	hostile := `<b>&{{.ID}}"`
	if got := string(fa.H("error.fault", "ID", hostile)); !strings.Contains(got, "&lt;b&gt;&amp;{{.ID}}&quot;") {
		t.Errorf("H leaves markup: %s", got)
	}
	if got := string(fa.H("error.fault", "ID", view.Code("x"))); !strings.Contains(got, "<code>x</code>") {
		t.Errorf("H escapes markup of ours: %s", got)
	}
	if got := fa.T("error.fault", "ID", hostile); !strings.Contains(got, hostile) {
		t.Errorf("T escapes: %s", got)
	}
	if one, two := cat.Printer(crm.English).N("team.given", 1), cat.Printer(crm.English).N("team.given", 2); one == two ||
		!strings.Contains(one, "1 customer ") || !strings.Contains(two, "2 customers ") {
		t.Errorf("plural forms: %q, %q", one, two)
	}
}
