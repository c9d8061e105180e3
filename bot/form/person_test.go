package form_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"cartable/bot/callback"
	"cartable/bot/form"
	"cartable/bot/text"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// tehran and noon: a Monday, 2 Azar 1405.
var (
	tehran = time.FixedZone("Asia/Tehran", 3*3600+1800)
	noon   = time.Date(2026, 11, 23, 12, 0, 0, 0, tehran)
)

func env(t testing.TB, lang crm.Language) form.Env {
	t.Helper()
	c, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	return form.Env{Printer: c.Printer(lang), Now: noon, Zone: tehran}
}

// person fills a form in as people do: reads, taps the button that says
// something, types.
type person struct {
	t    testing.TB
	def  form.Definition
	d    form.Draft
	env  form.Env
	last form.Outcome
	taps int
}

func newPerson(t testing.TB, lang crm.Language, questions ...form.Question) *person {
	t.Helper()
	return openForm(env(t, lang), t, form.Definition{Version: 1, Title: "فرم", Questions: questions, Summary: true}, form.Draft{})
}

func openForm(e form.Env, t testing.TB, def form.Definition, d form.Draft) *person {
	t.Helper()
	d.ID = form.NewID()
	return &person{t: t, def: def, d: form.Open(def, d, e), env: e}
}

func (p *person) view() view.Message {
	p.t.Helper()
	m := form.Show(p.def, p.d, p.env)
	checkView(p.t, m)
	return m
}

// checkView holds for every view whatever was answered.
func checkView(t rapid.TB, m view.Message) {
	t.Helper()
	if n := view.Length(m.HTML); n > view.MaxText {
		t.Fatalf("the view has %d units", n)
	}
	count := 0
	for _, row := range m.Inline {
		if len(row) == 0 || len(row) > 8 {
			t.Fatalf("a row of %d buttons", len(row))
		}
		for _, b := range row {
			count++
			if strings.TrimSpace(b.Label) == "" || len(b.Data) > view.MaxCallbackData {
				t.Fatalf("button %q with %d bytes of data", b.Label, len(b.Data))
			}
			if _, err := callback.Decode(b.Data); err != nil {
				t.Fatalf("button %q: %v", b.Label, err)
			}
		}
	}
	if count > 100 {
		t.Fatalf("%d buttons", count)
	}
	if open, closed := strings.Count(string(m.HTML), "<b>"), strings.Count(string(m.HTML), "</b>"); open != closed {
		t.Fatalf("%d <b> and %d </b> in %q", open, closed, m.HTML)
	}
	for _, bad := range []string{"\u202e", "\x00"} {
		if strings.Contains(string(m.HTML), bad) {
			t.Fatalf("%q in %q", bad, m.HTML)
		}
	}
}

func (p *person) labels() [][]string {
	p.t.Helper()
	var out [][]string
	for _, row := range p.view().Inline {
		var labels []string
		for _, b := range row {
			labels = append(labels, b.Label)
		}
		out = append(out, labels)
	}
	return out
}

func (p *person) find(label string) (view.Button, bool) {
	p.t.Helper()
	for _, row := range p.view().Inline {
		for _, b := range row {
			if b.Label == label {
				return b, true
			}
		}
	}
	return view.Button{}, false
}

// tap taps the buttons with these labels in turn, or whose labels begin so.
func (p *person) tap(labels ...string) *person {
	p.t.Helper()
	for _, label := range labels {
		b, ok := p.find(label)
		if !ok {
			b, ok = p.findPrefix(label)
		}
		if !ok {
			p.t.Fatalf("no button %q in %q", label, p.labels())
		}
		p.tapData(b.Data)
	}
	return p
}

func (p *person) findPrefix(label string) (view.Button, bool) {
	p.t.Helper()
	for _, row := range p.view().Inline {
		for _, b := range row {
			if strings.HasPrefix(b.Label, label) {
				return b, true
			}
		}
	}
	return view.Button{}, false
}

func (p *person) tapData(data string) *person {
	p.t.Helper()
	ref, err := callback.Decode(data)
	if err != nil {
		p.t.Fatal(err)
	}
	p.d, p.last = form.Tap(p.def, p.d, ref, p.env)
	p.taps++
	return p
}

func (p *person) typed(words ...string) *person {
	p.t.Helper()
	for _, w := range words {
		p.d, p.last = form.Type(p.def, p.d, w, p.env)
	}
	return p
}

func (p *person) text() string {
	p.t.Helper()
	return view.Plain(p.view().HTML)
}

func (p *person) sees(parts ...string) *person {
	p.t.Helper()
	got := strings.NewReplacer("\u2068", "", "\u2069", "").Replace(p.text())
	for _, part := range parts {
		if !strings.Contains(got, part) {
			p.t.Errorf("%q is not in:\n%s", part, got)
		}
	}
	return p
}

func (p *person) answers(id string, want crm.Value) *person {
	p.t.Helper()
	if got := p.d.Answers[id]; got != want {
		p.t.Errorf("answer of %s: %q, want %q (notice %q)", id, got, want, p.d.Notice)
	}
	return p
}

func (p *person) at(question string) *person {
	p.t.Helper()
	if p.d.Current != question {
		p.t.Errorf("at question %q, want %q (notice %q)", p.d.Current, question, p.d.Notice)
	}
	return p
}

// refused expects that the last input was not taken, for a reason that says part.
func (p *person) refused(part string) *person {
	p.t.Helper()
	if got := view.Plain(p.last.Problem); p.last.Problem == "" || !strings.Contains(got, part) {
		p.t.Errorf("problem %q does not say %q", got, part)
	}
	if !strings.Contains(p.text(), view.Plain(p.last.Problem)) {
		p.t.Errorf("the view does not say %q", p.last.Problem)
	}
	return p
}

func (p *person) submits() *person {
	p.t.Helper()
	if !p.last.Submit {
		p.t.Errorf("not submitted: %+v", p.last)
	}
	return p
}

func options(labels ...string) []form.Option {
	var out []form.Option
	for i, l := range labels {
		out = append(out, form.Option{Value: crm.ChoiceValue(crm.ChoiceID(i + 1)), Label: l})
	}
	return out
}

func hasLabel(rows [][]string, label string) bool {
	return slices.ContainsFunc(rows, func(row []string) bool { return slices.Contains(row, label) })
}
