package form_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"cartable/bot/form"
	"cartable/internal/crm"
)

func TestAdapt(t *testing.T) {
	level := form.Question{ID: "l", Title: "مقطع", Type: crm.Choice, Choices: options("کارشناسی", "ارشد")}
	tags := form.Question{ID: "t", Title: "برچسب", Type: crm.Choices, Choices: options("یک", "دو")}
	note := form.Question{ID: "n", Title: "توضیح", Type: crm.Text}
	city := form.Question{ID: "c", Title: "شهر", Type: crm.Text}
	end := form.Question{ID: "e", Title: "پایان", Type: crm.Text}
	p := newPerson(t, crm.Persian, level, tags, note, city, end)
	p.typed("ارشد", "یک، دو").tap("رد شدن").typed("تهران").at("e")

	retired := options("کارشناسی", "ارشد")
	retired[1].Retired = true
	level.Choices = retired
	tags.Choices = options("یک", "دو")[:1]
	note.Required, note.Title = true, "شرح"
	added := form.Question{ID: "a", Title: "سن", Type: crm.Number}
	def := form.Definition{Version: 2, Title: "فرم", Questions: []form.Question{level, tags, note, added, end}, Summary: true}

	d, changes := form.Adapt(def, p.d, p.env)
	want := []form.Change{
		{Kind: form.AnswerUnfit, Question: "l", Title: "مقطع"},
		{Kind: form.AnswerUnfit, Question: "t", Title: "برچسب"},
		{Kind: form.QuestionRenamed, Question: "n", Title: "شرح"},
		{Kind: form.NowRequired, Question: "n", Title: "شرح"},
		{Kind: form.QuestionAdded, Question: "a", Title: "سن"},
		{Kind: form.QuestionGone, Question: "c", Title: "شهر"},
	}
	if diff := cmp.Diff(want, changes); diff != "" {
		t.Error(diff)
	}
	p.def, p.d = def, d
	p.at("e").answers("l", "").answers("t", "1").answers("c", "").sees("دیگر پرسیده نمی‌شود: شهر", "پرسش تازه: سن")
	p.typed("تمام").at("l").typed("کارشناسی").at("n").typed("خوب").at("a").typed("۳۰").at("").tap("✅ ذخیره").submits()
}

// However much changes at once, no answer goes unnoticed.
func TestAdaptNamesEverythingThatIsLost(t *testing.T) {
	var old, gone []form.Question
	for i := range 12 {
		q := form.Question{ID: form.FieldQuestion(crm.FieldID(i + 1)), Title: "پرسش " + string(rune('A'+i)), Type: crm.Text}
		old, gone = append(old, q), append(gone, q)
	}
	p := newPerson(t, crm.Persian, append(old, after)...)
	for range gone {
		p.typed("سلام")
	}
	p.def = form.Definition{Version: 2, Questions: []form.Question{after}, Summary: true}
	p.d, _ = form.Adapt(p.def, p.d, p.env)
	for _, q := range gone {
		p.sees(q.Title)
	}
}

// A day of the week that was answered, and follows a date now, is not asked any more.
func TestAdaptToAWeekdayThatFollows(t *testing.T) {
	date := form.Question{ID: "d", Title: "تاریخ", Type: crm.Date}
	day := form.Question{ID: "w", Title: "روز هفته", Type: crm.Weekday}
	p := newPerson(t, crm.Persian, date, day, after).typed("فردا", "شنبه").answers("w", "6").at("z")
	day.Follows = "d"
	p.def = form.Definition{Version: 2, Questions: []form.Question{date, day, after}, Summary: true}
	p.d, _ = form.Adapt(p.def, p.d, p.env)
	p.answers("w", "").sees("دیگر پرسیده نمی‌شود: روز هفته")
	day.Follows = ""
	p.def = form.Definition{Version: 3, Questions: []form.Question{date, day, after}, Summary: true}
	p.d, _ = form.Adapt(p.def, p.d, p.env)
	p.sees("پرسش تازه: روز هفته")
}

// What is ticked and not confirmed stays; what cannot be any more is named.
func TestAdaptKeepsTicks(t *testing.T) {
	tags := form.Question{ID: "t", Title: "برچسب", Type: crm.Choices, Choices: options("یک", "دو", "سه")}
	p := newPerson(t, crm.Persian, tags, after).tap("▫️ یک", "▫️ دو")
	p.def = form.Definition{Version: 2, Questions: []form.Question{tags, after}, Summary: true}
	d, changes := form.Adapt(p.def, p.d, p.env)
	if len(changes) > 0 {
		t.Errorf("nothing changed, and %v", changes)
	}
	p.d = d
	p.tap("▫️ سه", "✅ یک") // which is not ticked any more
	tags.Choices = options("یک", "دو", "سه")
	tags.Choices[1].Retired = true
	p.def = form.Definition{Version: 3, Questions: []form.Question{tags, after}, Summary: true}
	p.d, _ = form.Adapt(p.def, p.d, p.env)
	p.sees("پاسخ قبلی دیگر معتبر نیست: برچسب").tap("✅ همین").answers("t", "3")
}

// Choices in another order are the same answer.
func TestAdaptToAnotherOrderOfChoices(t *testing.T) {
	tags := form.Question{ID: "t", Title: "برچسب", Type: crm.Choices, Choices: options("یک", "دو", "سه")}
	p := newPerson(t, crm.Persian, tags, after).typed("یک، سه").answers("t", "1,3")
	tags.Choices = []form.Option{tags.Choices[2], tags.Choices[1], tags.Choices[0]}
	p.def = form.Definition{Version: 2, Questions: []form.Question{tags, after}, Summary: true}
	d, changes := form.Adapt(p.def, p.d, p.env)
	if len(changes) > 0 {
		t.Errorf("nothing is lost, and %v", changes)
	}
	p.d = d
	p.answers("t", "3,1").typed("سلام").tap("✅ ذخیره").submits()
}

func TestAdaptGoesOnWhenTheQuestionIsGone(t *testing.T) {
	p := newPerson(t, crm.Persian, after, question(crm.YesNo)).typed("سلام").at("q")
	def := form.Definition{Version: 2, Questions: []form.Question{after}, Summary: true}
	p.d, _ = form.Adapt(def, p.d, p.env)
	p.def = def
	p.at("").answers("z", "سلام").tap("✅ ذخیره").submits()
}

func TestAdaptToTheSameVersionIsNothing(t *testing.T) {
	p := newPerson(t, crm.Persian, question(crm.Text)).typed("\x00")
	d, changes := form.Adapt(p.def, p.d, p.env)
	if diff := cmp.Diff(p.d, d); diff != "" || changes != nil {
		t.Errorf("changes %v\n%s", changes, diff)
	}
}
