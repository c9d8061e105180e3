package form_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"cartable/bot/callback"
	"cartable/bot/form"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// randomForm asks one question of every kind, some optional, in any order.
func randomForm(t *rapid.T) form.Definition {
	def := form.Definition{Version: 1, Title: "فرم", Summary: rapid.Bool().Draw(t, "summary")}
	types := rapid.Permutation(crm.FieldTypes()).Draw(t, "types")
	for i, typ := range types[:rapid.IntRange(1, len(types)).Draw(t, "questions")] {
		q := form.Question{
			ID: form.FieldQuestion(crm.FieldID(i + 1)), Title: string(typ), Type: typ,
			Required: rapid.Bool().Draw(t, "required"), Past: rapid.Bool().Draw(t, "past"),
			Choices: options("یک", "دو", "سه", "<b>"),
		}
		def.Questions = append(def.Questions, q)
	}
	return def
}

// words are what the kinds that only typing answers are answered with.
var words = []string{"سلام", "۱۲", "۱٬۲۰۰٬۰۰۰", "09121234567", "a@example.com", "https://example.com", "فردا ساعت ۱۰", "دیروز", "\x00", "یک"}

// Whatever is tapped or typed, there is a way on, every button works, and what is
// submitted is complete and valid.
func TestRandomInputs(t *testing.T) {
	envs := []form.Env{env(t, crm.Persian), env(t, crm.English)}
	rapid.Check(t, func(t *rapid.T) {
		def := randomForm(t)
		e := rapid.SampledFrom(envs).Draw(t, "language")
		d := form.Open(def, form.Draft{ID: form.NewID()}, e)
		var old []string
		for range 40 {
			m := form.Show(def, d, e)
			data := buttons(t, m)
			old = append(old, data...)
			var o form.Outcome
			switch rapid.IntRange(0, 9).Draw(t, "input") {
			case 0, 1, 2:
				d, o = form.Type(def, d, rapid.SampledFrom(words).Draw(t, "words"), e)
			case 3:
				d, o = form.Attach(def, d, "AgAC", "a.pdf", e)
			case 4:
				d, o = tapData(t, def, d, rapid.SampledFrom(old).Draw(t, "old button"), e)
			default:
				d, o = tapData(t, def, d, rapid.SampledFrom(data).Draw(t, "button"), e)
				if o.Stale {
					t.Fatalf("a button on show is stale")
				}
			}
			if o.Submit {
				checkSubmitted(t, def, d, e)
			}
			if len(o.Toast) > 4*view.MaxAnswer {
				t.Fatalf("a toast of %d bytes", len(o.Toast))
			}
			e.Now = e.Now.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "hours")) * time.Hour)
		}
	})
}

func tapData(t *rapid.T, def form.Definition, d form.Draft, data string, e form.Env) (form.Draft, form.Outcome) {
	ref, err := callback.Decode(data)
	if err != nil {
		t.Fatalf("%s: %v", data, err)
	}
	return form.Tap(def, d, ref, e)
}

// buttons is the data of every button; there always is one to tap.
func buttons(t *rapid.T, m view.Message) []string {
	var data []string
	for _, row := range m.Inline {
		for _, b := range row {
			if len(b.Data) == 0 || len(b.Data) > view.MaxCallbackData {
				t.Fatalf("button %q: %d bytes", b.Label, len(b.Data))
			}
			data = append(data, b.Data)
		}
	}
	if len(data) == 0 || view.Length(m.HTML) > view.MaxText {
		t.Fatalf("%d buttons, %d units", len(data), view.Length(m.HTML))
	}
	return data
}

func checkSubmitted(t *rapid.T, def form.Definition, d form.Draft, e form.Env) {
	for _, q := range def.Questions {
		switch v := d.Answers[q.ID]; {
		case v == "" && q.Required:
			t.Fatalf("submitted without %s", q.Type)
		case v != "" && form.Check(q, v, e) != "":
			t.Fatalf("submitted with %s %q: %s", q.Type, v, form.Check(q, v, e))
		case v != "" && form.Format(q, v, e) == "":
			t.Fatalf("%s %q shows as nothing", q.Type, v)
		}
	}
}

func FuzzType(f *testing.F) {
	for i, w := range append(words, "۳۱ مهر", "<b>{{.}}\u202e", "2026-11-24T06:30:00Z", "یک، دو", "10.30", "-5") {
		f.Add(w, i)
	}
	e := env(f, crm.Persian)
	types := crm.FieldTypes()
	f.Fuzz(func(t *testing.T, typed string, i int) {
		q := question(types[abs(i)%len(types)])
		q.Choices = options("یک", "دو", "۱۲")
		p := openForm(e, t, form.Definition{Title: "فرم", Questions: []form.Question{q, after}, Summary: true}, form.Draft{})
		p.typed(typed)
		p.view()
		if v := p.d.Answers["q"]; v != "" && form.Check(q, v, e) != "" {
			t.Errorf("%s: %q became %q, which is refused: %s", q.Type, typed, v, form.Check(q, v, e))
		}
		if p.d.Answers["q"] == "" && p.d.Current != "q" {
			t.Errorf("%s: %q led on without an answer", q.Type, typed)
		}
	})
}

func abs(i int) int {
	if i < 0 {
		return -(i + 1)
	}
	return i
}
