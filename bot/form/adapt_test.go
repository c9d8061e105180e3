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
