package configfile_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"cartable/internal/configfile"
)

// wrong is a file in which each line that is marked has one mistake, nearly all of
// kinds that no other line has.
const wrong = `format: 7 # mistake.format
bussines: {} # mistake.unknown_key
business:
  zone: Asia/Tehrun # mistake.zone
  language: de # mistake.value
  agents_see_all: maybe # mistake.want_yes_no
  retention_days: many # mistake.want_number
  digests: [نادر] # mistake.unknown_person
  digest_evening: at eight # mistake.clock
hours:
  someday: 08:00-12:00 # mistake.day
  saturday: from eight # mistake.span
  sunday: [08:00-12:00, 11:00-13:00] # mistake.overlap
  monday: [08:00-12:00]
routine:
  - {kind: resting, hours: 08:00-10:00} # mistake.value
  - {kind: calling, hours: 17:00-09:00} # mistake.span
holidays:
  - {date: 1405-13-01, title: نوروز} # mistake.date
statuses:
  - id: 1
    title: جلسه
    title: ملاقات # mistake.key_twice
    cartable: next
    next: {role: agent, people: [مریم]} # mistake.next
    offers: [soon] # mistake.offer
    after: [جلسهٔ دوم] # mistake.unknown_status
    appointment: [کی] # mistake.unknown_field
    fields: 3 # mistake.want_list
  - id: 1 # mistake.id_twice
    title: دوم
  - title: دوم # problem.duplicate
  - just words # mistake.want_object
  - title: [سوم] # mistake.want_text
  - title: چهارم
    after: [پنجم] # problem.unreachable
  - title: پنجم
    after: [چهارم] # problem.unreachable
  - title: ششم
    fields:
      - title: علت # mistake.missing
      - {title: نوع, type: choice} # problem.no_choices
      - {title: دیگر, type: text, front: true} # mistake.not_on_card
fields:
  - {id: 31, title: مقطع, type: number} # problem.fixed
  - {id: 32, title: رشته, type: text, key: field} # mistake.fixed_key
sources:
  - {id: 1, kind: manual, title: دستی, retired: true} # problem.built_in
  - {kind: api, title: سایت, key: abc} # mistake.secret
  - {kind: manual, title: دوم} # mistake.second_manual
  - kind: form
    title: فرم
    form: {questions: [budget]} # problem.question
  - kind: call
    title: تلفن
    routing: {mode: person, person: {name: مریم, id: 4}, again_after: 5} 
  - kind: call
    title: تلفن دوم
    routing: {mode: person, person: {name: کسی, id: 2}} # mistake.other_person
  - kind: call
    title: تلفن سوم
    routing: {mode: person} # problem.no_recipient
  - &x {kind: call, title: تلفن چهارم} # mistake.alias
`

// Every mistake of a file is told at once, with its line, and nothing else is.
func TestEveryMistakeIsTold(t *testing.T) {
	want := map[string]bool{}
	for i, line := range strings.Split(wrong, "\n") {
		if _, kind, marked := strings.Cut(line, "# "); marked {
			want[fmt.Sprint(i+1, " ", kind)] = true
		}
	}
	if len(want) < 20 {
		t.Fatalf("only %d", len(want))
	}
	_, mistakes := read(wrong, sample())
	for _, m := range mistakes {
		at := fmt.Sprint(m.Line, " ", m.Key)
		if !want[at] {
			t.Errorf("told: %s %+v", at, m.Args)
		}
		if m.Column == 0 {
			t.Errorf("%s has no column", at)
		}
		delete(want, at)
	}
	for at := range want {
		t.Errorf("not told: %s", at)
	}
}

// What cannot be read at all says why.
func TestUnreadable(t *testing.T) {
	for name, c := range map[string]struct{ file, want string }{
		"empty":     {"", "0 mistake.nothing"},
		"comments":  {"# nothing\n", "0 mistake.nothing"},
		"syntax":    {"fields:\n  - {title: x\n", "2 mistake.syntax"},
		"tab":       {"business:\n\tname: x\n", "2 mistake.tab"},
		"dedented":  {"  fields:\nformat: 1\nbusiness:\n  name: x\n", "2 mistake.syntax"},
		"encoding":  {"business: {name: \xff}\n", "0 mistake.encoding"},
		"too big":   {strings.Repeat("#\n", configfile.MaxSize), "0 mistake.too_big"},
		"two":       {"format: 1\n---\nformat: 1\n", "2 mistake.documents"},
		"no object": {"- x\n", "1 mistake.want_object"},
		"words":     {"hello", "1 mistake.want_object"},
	} {
		t.Run(name, func(t *testing.T) {
			_, mistakes := read(c.file, sample())
			if len(mistakes) != 1 || fmt.Sprint(mistakes[0].Line, " ", mistakes[0].Key) != c.want {
				t.Errorf("%+v, want %s", mistakes, c.want)
			}
		})
	}
}

// What is probably meant is said.
func TestNear(t *testing.T) {
	_, mistakes := read("statuss: []\nfields:\n- {title: x, typ: text, type: text}\n", sample())
	if len(mistakes) != 2 || mistakes[0].Args["Near"] != "statuses" {
		t.Errorf("%+v", mistakes)
	}
}

// Whatever is sent, reading ends without a fault, and what has no mistakes can be in force.
func TestHostileFiles(t *testing.T) {
	c := sample()
	file := string(configfile.Write(c, staffed(c), words{"en"}))
	lines := strings.Split(file, "\n")
	rapid.Check(t, func(t *rapid.T) {
		some := append([]string(nil), lines...)
		for range rapid.IntRange(1, 5).Draw(t, "changes") {
			i := rapid.IntRange(0, len(some)-1).Draw(t, "line")
			some[i] = rapid.SampledFrom([]string{"", "  ", "- x", "title: 5", "    fields: {}", "id: -1", "? x", "a: *b", "{", "  - []", "    type: null",
				some[rapid.IntRange(0, len(some)-1).Draw(t, "other")]}).Draw(t, "instead")
		}
		got, mistakes := read(strings.Join(some, "\n"), c)
		if len(mistakes) > 0 {
			return
		}
		if ps := got.Problems(staffed(c)); len(ps) > 0 {
			t.Fatalf("%+v\n%s", ps, strings.Join(some, "\n"))
		}
	})
}
