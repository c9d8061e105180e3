package screen_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cartable/bot/callback"
	"cartable/bot/screen"
	"cartable/bot/view"
	"cartable/internal/crm"
)

var update = flag.Bool("update", false, "write the stories anew")

var languages = []crm.Language{crm.Persian, crm.English}

// TestStorybook compares every screen, in both languages, with its story in
// testdata. After a change on purpose: go test ./bot/screen -update, and read.
func TestStorybook(t *testing.T) {
	w := newWorld(t, func(s string) string { return s })
	for _, lang := range languages {
		dir := filepath.Join("testdata", "story", string(lang))
		told := map[string]bool{}
		for _, s := range w.stories() {
			t.Run(string(lang)+"/"+s.name, func(t *testing.T) {
				m := s.tell(w.reader(s.reader, lang))
				check(t, m)
				translated(t, m, lang)
				told[s.name+".txt"] = true
				compare(t, filepath.Join(dir, s.name+".txt"), show(m))
			})
		}
		files, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if !told[f.Name()] && len(told) == len(w.stories()) {
				t.Errorf("%s/%s is nobody's story", lang, f.Name())
			}
		}
	}
}

// TestEveryScreenHasAStory holds the storybook complete.
func TestEveryScreenHasAStory(t *testing.T) {
	stories := newWorld(t, func(s string) string { return s }).stories()
	var screens []reflect.Method
	for _, of := range []reflect.Type{reflect.TypeFor[screen.Reader](), reflect.TypeFor[screen.Shaper]()} {
		for i := range of.NumMethod() {
			screens = append(screens, of.Method(i))
		}
	}
	for _, m := range screens {
		if m.Type.NumOut() != 1 || m.Type.Out(0) != reflect.TypeFor[view.Message]() {
			continue
		}
		if !slices.ContainsFunc(stories, func(s story) bool { name, _, _ := strings.Cut(s.name, "_"); return name == m.Name }) {
			t.Errorf("%s has no story", m.Name)
		}
	}
}

// TestHostileWords holds that whatever people type, screens stay whole.
func TestHostileWords(t *testing.T) {
	for name, typed := range map[string]string{
		"markup":     `<b>x</i></b><a href="tg://user?id=1">&amp; "quoted" <script>`,
		"long":       strings.Repeat("ب<", 2000),
		"wide":       strings.Repeat("👩‍👩‍👧‍👦", 600),
		"overrides":  "\u202e\u2066abc\u2069\u2069\u2069\u202edef\u200f",
		"nul":        "a\x00b\x01\x1f",
		"template":   "{{.}}{{.Name}}{{template \"x\"}}{{end}}",
		"sql":        `'); DROP TABLE customers; --`,
		"lines":      strings.Repeat("خط\n", 500),
		"empty":      "",
		"separators": "....-s1-o2....",
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(string) string { return typed })
			for _, lang := range languages {
				for _, s := range w.stories() {
					t.Run(string(lang)+"/"+s.name, func(t *testing.T) { check(t, s.tell(w.reader(s.reader, lang))) })
				}
			}
		})
	}
}

// check holds a message to what Telegram takes.
func check(t *testing.T, m view.Message) {
	t.Helper()
	limit := view.MaxText
	if m.Photo != nil {
		limit = view.MaxCaption
	}
	if n := view.Length(m.HTML); n == 0 || n > limit {
		t.Errorf("the message has %d characters", n)
	}
	if err := balanced(string(m.HTML)); err != nil {
		t.Errorf("%v in %s", err, m.HTML)
	}
	for _, row := range m.Inline {
		if len(row) == 0 || len(row) > 8 {
			t.Errorf("a row of %d buttons", len(row))
		}
		for _, b := range row {
			checkButton(t, b)
		}
	}
}

func checkButton(t *testing.T, b view.Button) {
	t.Helper()
	if n := len([]rune(b.Label)); n == 0 || n > 64 {
		t.Errorf("a label of %d characters: %q", n, b.Label)
	}
	switch {
	case b.Data != "" && b.Copy+b.URL == "":
		if _, err := callback.Decode(b.Data); err != nil {
			t.Errorf("%q: %v: %q", b.Label, err, b.Data)
		}
	case b.Copy != "" && b.URL == "":
		if len([]rune(b.Copy)) > 256 {
			t.Errorf("%q copies %d characters", b.Label, len(b.Copy))
		}
	default:
		t.Errorf("%q does nothing, or more than one thing", b.Label)
	}
}

var (
	tags     = regexp.MustCompile(`<[^<>]*>`)
	allowed  = regexp.MustCompile(`^<(/?(b|i|s|code|blockquote|tg-time)|blockquote expandable|tg-time unix="-?\d+")>$`)
	entities = regexp.MustCompile(`&(lt|gt|amp|quot);`)
)

// balanced says whether html is of Telegram's subset: known tags, closed in
// order, and nothing unescaped between them.
func balanced(html string) error {
	var open []string
	for _, tag := range tags.FindAllString(html, -1) {
		name, _, _ := strings.Cut(strings.Trim(tag, "</>"), " ")
		switch {
		case !allowed.MatchString(tag):
			return fmt.Errorf("tag %s", tag)
		case tag[1] != '/':
			open = append(open, name)
		case len(open) == 0 || open[len(open)-1] != name:
			return fmt.Errorf("%s closes nothing", tag)
		default:
			open = open[:len(open)-1]
		}
	}
	rest := entities.ReplaceAllString(tags.ReplaceAllString(html, ""), "")
	if len(open) > 0 || strings.ContainsAny(rest, "<>&\x00") {
		return fmt.Errorf("open tags %v or unescaped characters", open)
	}
	return nil
}

var (
	untranslated = regexp.MustCompile(`\b(business|button|card|cartable|changed|command|common|customers?|edit|erase|error|event|field|file|find|form|form_bot|group|` +
		`help|intake|joined|language|later|list|menu|no_answer|notice|proposal|reminder|role|route|saved|settings|setup|shape|shape_text|source|source_kind|staff|status|stranger|team|timeline|unknown|value|window|wrong_number)\.\w+|<no value>|\{\{`)
	asIs = regexp.MustCompile(`<code>[^<]*</code>|https?://\S+|☎️ \d+|<[^>]*>`)
)

// translated holds that no key, template or foreign digit shows.
func translated(t *testing.T, m view.Message, lang crm.Language) {
	t.Helper()
	seen := []string{string(m.HTML)}
	for _, row := range m.Inline {
		for _, b := range row {
			seen = append(seen, b.Label)
		}
	}
	for _, s := range seen {
		if found := untranslated.FindString(s); found != "" {
			t.Errorf("%q shows in %s", found, s)
		}
		if lang == crm.Persian && strings.ContainsAny(asIs.ReplaceAllString(s, ""), "0123456789") {
			t.Errorf("a digit that is not Persian in %s", s)
		}
		if lang == crm.English && strings.ContainsAny(s, "۰۱۲۳۴۵۶۷۸۹") {
			t.Errorf("a digit that is not English in %s", s)
		}
	}
}

// show is a message as a story tells it: the text, and each row of buttons as it
// stands on the screen, from the left.
func show(m view.Message) string {
	var b strings.Builder
	b.WriteString(string(m.HTML) + "\n")
	if m.Photo != nil {
		b.WriteString("with the picture " + m.Photo.Name + "\n")
	}
	for _, row := range m.Inline {
		for _, button := range row {
			does := button.Data
			if button.Copy != "" {
				does = "copies " + button.Copy
			}
			fmt.Fprintf(&b, "[%s → %s] ", button.Label, strings.TrimSpace(does+" "+string(button.Style)))
		}
		b.WriteString("\n")
	}
	if m.Reply != nil {
		fmt.Fprintf(&b, "keyboard, %q:\n", m.Reply.Placeholder)
		for _, row := range m.Reply.Rows {
			for _, button := range row {
				fmt.Fprintf(&b, "(%s) ", button.Label)
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

func compare(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}
