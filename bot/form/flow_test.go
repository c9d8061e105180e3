package form_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cartable/bot/callback"
	"cartable/bot/form"
	"cartable/internal/crm"
)

// meeting is the status جلسه حضوری of a new installation.
func meeting() crm.Status {
	return crm.Status{
		ID: 2, Version: 7, Title: crm.Title{Text: "جلسه حضوری", English: "Meeting in person"}, Emoji: "🤝",
		Cartable: crm.CartableNext, Reminder: crm.ReminderYes, AppointmentDate: 11, AppointmentTime: 12,
		Fields: []crm.Field{
			{ID: 10, Status: 2, Title: crm.Title{Text: "روز جلسه", English: "Day"}, Type: crm.Weekday, Derived: 11},
			{ID: 11, Status: 2, Title: crm.Title{Text: "تاریخ جلسه", English: "Date"}, Type: crm.Date, Required: true},
			{ID: 12, Status: 2, Title: crm.Title{Text: "ساعت جلسه", English: "Time"}, Type: crm.Time, Required: true},
		},
	}
}

func openMeeting(t *testing.T, lang crm.Language) *person {
	t.Helper()
	e := env(t, lang)
	people := options("علی رضایی", "سارا محمدی")
	return openForm(e, t, form.FromStatus(meeting(), people, people, e), form.Draft{})
}

// From the card: status, its title, date, time, colleague, reminder, save; the
// first two taps are not of the form.
func TestMeetingTakesFiveTaps(t *testing.T) {
	for lang, taps := range map[crm.Language][]string{
		crm.Persian: {"فردا", "۱۰:۰۰", "سارا محمدی", "یک ساعت قبل", "✅ ذخیره"},
		crm.English: {"Tomorrow", "10:00", "سارا محمدی", "1 hour before", "✅ Save"},
	} {
		p := openMeeting(t, lang).tap(taps...).submits()
		if p.taps != 5 {
			t.Errorf("%d taps", p.taps)
		}
		p.answers(form.NextID, "2").answers(form.ReminderID, "2026-11-24T05:30:00Z")
		want := crm.Values{11: "2026-11-24", 12: "10:00"}
		if diff := cmp.Diff(want, p.def.Values(p.d.Answers)); diff != "" {
			t.Error(diff)
		}
	}
}

func TestSummaryShowsEverything(t *testing.T) {
	p := openMeeting(t, crm.Persian).tap("فردا", "۱۰:۰۰", "سارا محمدی", "یک ساعت قبل").at("")
	p.sees("🤝 جلسه حضوری", "📆 روز جلسه: سه‌شنبه", "📅 تاریخ جلسه: سه‌شنبه ۳ آذر ۱۴۰۵", "⏰ ساعت جلسه: ۱۰:۰۰",
		"👤 کارتابل بعدی: سارا محمدی", "🔔 یادآوری: سه‌شنبه ۳ آذر ۱۴۰۵، ساعت ۰۹:۰۰")
	rows := p.labels()
	if want := []string{"✏️ ساعت جلسه", "✏️ تاریخ جلسه"}; !cmp.Equal(rows[1], want) {
		t.Errorf("edit buttons %q, want %q", rows[1], want)
	}
	if want := []string{"انصراف", "«بازگشت"}; !cmp.Equal(rows[len(rows)-1], want) {
		t.Errorf("last row %q, want %q", rows[len(rows)-1], want)
	}
	if b, _ := p.find("✅ ذخیره"); b.Style != "success" {
		t.Errorf("save has style %q", b.Style)
	}
}

func TestTypedDateWithTimeAnswersBoth(t *testing.T) {
	p := openMeeting(t, crm.Persian).typed("فردا ساعت ۱۰").at(form.NextID)
	p.answers("fb", "2026-11-24").answers("fc", "10:00").sees("متوجه شدم: سه‌شنبه ۳ آذر ۱۴۰۵، ۱۰:۰۰")
	p.tap("سارا محمدی")
	if strings.Contains(p.text(), "متوجه شدم") {
		t.Error("what was understood is repeated in every view")
	}
}

func TestTypedTimeThatHasPassedIsNotCarried(t *testing.T) {
	openMeeting(t, crm.English).typed("today 9:00").at("fc").answers("fb", "2026-11-23").answers("fc", "").sees("has passed")
}

func TestTimeOfTodayIsAhead(t *testing.T) {
	p := openMeeting(t, crm.English).tap("Today")
	if hasLabel(p.labels(), "11:30") || !hasLabel(p.labels(), "12:30") {
		t.Errorf("times at noon: %q", p.labels())
	}
	p.typed("11:30").refused("has passed").at("fc")
}

func TestMovingTheMeetingAsksForItsReminderAgain(t *testing.T) {
	p := openMeeting(t, crm.Persian).tap("فردا", "۱۰:۰۰", "سارا محمدی", "یک ساعت قبل")
	p.tap("✏️ تاریخ جلسه", "شنبه").at(form.ReminderID).tap("یک ساعت قبل").at("").answers(form.ReminderID, "2026-11-28T05:30:00Z")
	p.tap("✏️ کارتابل بعدی", "علی رضایی").at("").answers(form.ReminderID, "2026-11-28T05:30:00Z")
}

func TestDayTypedWithTheTimeMovesTheDate(t *testing.T) {
	p := openMeeting(t, crm.Persian).tap("فردا").typed("پس‌فردا ساعت ۱۱").at(form.NextID)
	p.answers("fb", "2026-11-25").answers("fc", "11:00").sees("متوجه شدم: چهارشنبه ۴ آذر ۱۴۰۵، ۱۱:۰۰")
	p = openMeeting(t, crm.Persian).tap("فردا").typed("امروز ساعت ۹").at("fc").refused("گذشته").answers("fb", "2026-11-24")
	p.typed("دیروز ساعت ۹").at("fc").refused("گذشته").answers("fb", "2026-11-24")
}

func TestBackKeepsWhatWasAnswered(t *testing.T) {
	p := openMeeting(t, crm.Persian)
	if hasLabel(p.labels(), "«بازگشت") {
		t.Error("the first question has a way back")
	}
	p.tap("فردا", "۱۰:۰۰", "«بازگشت").at("fc").answers("fc", "10:00")
	p.tap("«بازگشت").at("fb").tap("شنبه").at(form.NextID).answers("fb", "2026-11-28").answers("fc", "10:00")
	p.tap("سارا محمدی", "«بازگشت").at(form.NextID).tap("✔️").at(form.ReminderID)
	p.tap("یک ساعت قبل", "«بازگشت").at(form.ReminderID)
}

func TestSkip(t *testing.T) {
	optional := form.Question{ID: "o", Title: "لینک", Type: crm.Link}
	p := newPerson(t, crm.Persian, optional, after, question(crm.YesNo)).tap("رد شدن").at("z").tap("رد شدن").at("q")
	if hasLabel(p.labels(), "رد شدن") {
		t.Error("a required question can be skipped")
	}
	p.tap("بله").at("").sees("لینک: —").tap("✅ ذخیره").submits()

	newPerson(t, crm.Persian, optional).typed("example.com").at("").tap("✏️ لینک", "رد شدن").answers("o", "").at("")
}

func TestSkippingWhatIsRequiredIsRefused(t *testing.T) {
	p := newPerson(t, crm.Persian, question(crm.YesNo), after)
	p.tapData(callback.MustEncode(callback.Ref{Action: callback.FormSkip, Draft: p.d.ID, Question: "q"}))
	p.refused("پاسخ").at("q")
}

func TestEditReturnsToTheSummary(t *testing.T) {
	p := openMeeting(t, crm.Persian).typed("فردا ساعت ۱۰").tap("سارا محمدی", "یک ساعت قبل")
	p.tap("✏️ تاریخ جلسه").at("fb").tap("«بازگشت").at("").answers("fb", "2026-11-24")
	p.tap("✏️ کارتابل بعدی", "علی رضایی").at("").answers(form.NextID, "1").tap("✅ ذخیره").submits()
}

func TestCancel(t *testing.T) {
	p := openMeeting(t, crm.Persian).tap("فردا", "انصراف")
	if !p.last.Cancel {
		t.Errorf("outcome %+v", p.last)
	}
	if p = openMeeting(t, crm.Persian).typed("انصراف"); !p.last.Cancel {
		t.Errorf("typing the label: %+v", p.last)
	}
	q := question(crm.Choice)
	q.Choices = options("انصراف از خرید", "بازگشت")
	newPerson(t, crm.Persian, q, after).typed("انصراف").answers("q", "1")
	newPerson(t, crm.Persian, question(crm.Text), after).typed("انصراف").answers("q", "انصراف").at("z")
}

func TestOneQuestionSavesAtOnce(t *testing.T) {
	def := form.Definition{Title: "یادداشت", Questions: []form.Question{question(crm.LongText)}}
	openForm(env(t, crm.Persian), t, def, form.Draft{}).typed("زنگ بزن").submits().answers("q", "زنگ بزن")
}

// A wrong answer to the only question is asked again; what somebody else stands in the
// way of, and a form of several questions, keep their answers.
func TestRefusedAnswers(t *testing.T) {
	one := form.Definition{Title: "ساعت", Questions: []form.Question{question(crm.Text)}}
	p := openForm(env(t, crm.Persian), t, one, form.Draft{}).typed("نمی‌دانم").submits()
	kept := form.Refuse(one, p.d, "چرا", false, p.env)
	if kept.Answers["q"] == "" || kept.Notice != "چرا" {
		t.Errorf("%+v", kept)
	}
	p.d = form.Refuse(one, p.d, "چرا", true, p.env)
	p.at("q").answers("q", "").typed("۹ تا ۱۷").submits().answers("q", "۹ تا ۱۷")
	two := newPerson(t, crm.Persian, question(crm.Text), after).typed("یک")
	two.d = form.Refuse(two.def, two.d, "چرا", true, two.env)
	two.answers("q", "یک")
}

func TestFormWithoutQuestions(t *testing.T) {
	newPerson(t, crm.Persian).at("").tap("✅ ذخیره").submits()
}

func TestSummaryTakesTypedLabels(t *testing.T) {
	p := newPerson(t, crm.Persian, question(crm.YesNo)).typed("بله").at("").typed("سلام").refused("ذخیره")
	p.typed("ذخیره").submits()
	p.typed("پرسش").at("q")
}

func TestOlderButtonsAreStale(t *testing.T) {
	p := openMeeting(t, crm.Persian)
	var old []string
	for _, row := range p.view().Inline {
		for _, b := range row {
			if ref, _ := callback.Decode(b.Data); ref.Action != callback.FormCancel {
				old = append(old, b.Data)
			}
		}
	}
	p.tap("فردا", "۱۰:۰۰")
	before := p.d
	for _, data := range old {
		if p.tapData(data); !p.last.Stale || p.last.Toast == "" {
			t.Errorf("%s: %+v", data, p.last)
		}
		if diff := cmp.Diff(before, p.d); diff != "" {
			t.Fatalf("a stale tap changed the draft:\n%s", diff)
		}
	}
}

func TestForgedTapsAreRefused(t *testing.T) {
	p := openMeeting(t, crm.Persian)
	for _, ref := range []callback.Ref{
		{Action: callback.FormSave, Draft: p.d.ID},
		{Action: callback.FormEdit, Draft: p.d.ID, Question: "fc"},
		{Action: callback.FormEdit, Draft: p.d.ID, Question: "fa"},
		{Action: callback.FormAnswer, Draft: "OTHERDRAFT", Question: "fb", Value: "2026-11-24"},
		{Action: callback.FormAnswer, Draft: p.d.ID, Question: "fb", Value: "2026-02-30"},
		{Action: callback.FormAnswer, Draft: p.d.ID, Question: "fb", Value: "0000-01-01"},
		{Action: callback.FormAnswer, Draft: p.d.ID, Question: "fb"},
		{Action: callback.FormAnswer, Draft: p.d.ID, Question: "fa", Value: "1"},
		{Action: callback.FormPick, Draft: p.d.ID, Question: "fb", Value: "m9999-01-01"},
		{Action: callback.FormPick, Draft: p.d.ID, Question: "fb", Value: "m2020-01-01"},
		{Action: callback.FormPick, Draft: p.d.ID, Question: "fb", Value: "="},
		{Action: callback.FormBack, Draft: p.d.ID, Question: "fb"},
		{Action: callback.Undo, Draft: p.d.ID, Question: "fb"},
	} {
		p.d, p.last = form.Tap(p.def, p.d, ref, p.env)
		if p.last.Submit || len(p.d.Answers) != 0 || p.d.Current != "fb" {
			t.Errorf("%+v had an effect: %+v", ref, p.last)
		}
		p.view()
	}
}

func TestReminderThatPassedMeanwhileIsAskedAgain(t *testing.T) {
	p := openMeeting(t, crm.Persian).tap("فردا", "۱۰:۰۰", "سارا محمدی", "یک ساعت قبل")
	p.env.Now = noon.Add(21*time.Hour + time.Second)
	p.tap("✅ ذخیره").refused("گذشته").at(form.ReminderID).tap("نیم ساعت قبل").at("").tap("✅ ذخیره").submits()
}

func TestReminderOffersGiveWayToTheCalendar(t *testing.T) {
	e := env(t, crm.English)
	p := openForm(e, t, form.Definition{Questions: []form.Question{form.Reminder(e, true, nil)}}, form.Draft{})
	p.tap("📅", "🔔", "📅", "25", "🕐", "9", "09:20").submits().answers(form.ReminderID, "2026-11-25T05:50:00Z")

	p = openForm(e, t, p.def, form.Draft{}).typed("tomorrow").at(form.ReminderID).sees("Tuesday 24 November 2026").typed("10:15").submits()
	p.answers(form.ReminderID, "2026-11-24T06:45:00Z")

	p = openForm(e, t, p.def, form.Draft{}).typed("yesterday at 10").refused("has passed")
	p.typed("in 2 hours").submits().answers(form.ReminderID, "2026-11-23T10:30:00Z")
}

func TestKeepWhatStands(t *testing.T) {
	e := env(t, crm.Persian)
	people := options("علی رضایی", "سارا محمدی")
	def := form.FromStatus(meeting(), people, people, e)
	p := openForm(e, t, def, form.Draft{Prefill: form.Answers{"fb": "2026-11-25", "fc": "10:30", form.NextID: "1"}})
	p.sees("مقدار فعلی: چهارشنبه ۴ آذر ۱۴۰۵").tap("✔️").at("fc").tap("✔️").at(form.NextID).tap("✔️").at(form.ReminderID)
	p.answers("fb", "2026-11-25").answers("fc", "10:30").answers(form.NextID, "1")

	// Rescheduling begins with everything answered but the date.
	p = openForm(e, t, def, form.Draft{Answers: form.Answers{"fc": "10:30", form.NextID: "1", form.ReminderID: "2026-11-24T06:45:00Z"}})
	p.at("fb").tap("شنبه").at(form.ReminderID).tap("عصر روز قبل").at("").tap("✅ ذخیره").submits()
}

func TestTappingTwiceTicksOnce(t *testing.T) {
	q := question(crm.Choices)
	q.Choices = options("یک", "دو")
	p := newPerson(t, crm.Persian, q, after)
	b, _ := p.find("▫️ دو")
	p.tapData(b.Data).tapData(b.Data).tap("✅ همین‌ها").answers("q", "2")
}

func TestDoneWithoutATick(t *testing.T) {
	q := question(crm.Choices)
	q.Choices = options("یک", "دو")
	newPerson(t, crm.Persian, q, after).tap("✅ همین‌ها").refused("دست‌کم").at("q")
	q.Required = false
	p := newPerson(t, crm.Persian, q, after).tap("▫️ دو", "✅ همین‌ها", "«بازگشت", "✅ دو", "رد شدن").at("z")
	p.answers("q", "")
}

func TestHostileText(t *testing.T) {
	hostile := "<b>x</b>{{.}}&amp;\u202e\x00\"'%s" + strings.Repeat("🧨", 40)
	clean := strings.NewReplacer("\u202e", "", "\x00", "").Replace(hostile)
	q := question(crm.Text)
	q.Title, q.Help = hostile, strings.Repeat(hostile+"\n", 80)
	choice := form.Question{ID: "c", Title: strings.Repeat(hostile, 50), Type: crm.Choice, Required: true,
		Choices: []form.Option{{Value: "1", Label: clean}}}
	for _, lang := range []crm.Language{crm.Persian, crm.English} {
		p := newPerson(t, lang, q, choice)
		p.def.Title = strings.Repeat(clean, 50)
		p.typed(hostile).answers("q", crm.Value(clean)).at("c").sees("<b>x</b>{{.}}&amp;\"'%s")
		p.typed(clean).answers("c", "1").sees("<b>x</b>{{.}}&amp;\"'%s")
	}
}

func TestLongAnswersFitOneMessage(t *testing.T) {
	var questions []form.Question
	for i := range 150 {
		questions = append(questions, form.Question{ID: form.FieldQuestion(crm.FieldID(i + 1)), Title: strings.Repeat("عنوان🙂 ", 30), Type: crm.LongText})
	}
	p := newPerson(t, crm.Persian, questions...)
	long := strings.TrimSpace(strings.Repeat("متن بلند 🧨\n", 160))
	for range questions {
		p.typed(long)
	}
	p.view()
	if p.at(""); string(p.d.Answers["f1"]) != long {
		t.Error("a long answer is not kept whole")
	}
}

func TestDraftSurvivesJSON(t *testing.T) {
	p := openMeeting(t, crm.Persian).tap("فردا").typed("شاید")
	data, err := json.Marshal(p.d)
	if err != nil {
		t.Fatal(err)
	}
	var again form.Draft
	if err := json.Unmarshal(data, &again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(form.Show(p.def, p.d, p.env), form.Show(p.def, again, p.env)); diff != "" {
		t.Error(diff)
	}
}

func TestInputLeavesTheDraftGiven(t *testing.T) {
	p := openMeeting(t, crm.Persian).tap("فردا")
	before, _ := json.Marshal(p.d)
	form.Type(p.def, p.d, "۱۰:۰۰", p.env)
	form.Adapt(form.Definition{Version: 99}, p.d, p.env)
	if after, _ := json.Marshal(p.d); string(after) != string(before) {
		t.Errorf("the draft given changed from %s to %s", before, after)
	}
}

// A question is repeated before its answer without the mark that ends it, or by the
// label that it has for that.
func TestAnswersAreNamedWithoutPunctuation(t *testing.T) {
	def := form.Definition{Title: "پیشنهاد", Summary: true, Questions: []form.Question{
		{ID: "title", Title: "New status. It may begin with an emoji.", Label: "Title", Type: crm.Text, Required: true},
		{ID: "why", Title: "چرا لازم است؟", Type: crm.Text, Required: true},
		{ID: "last", Title: "Anything else:", Type: crm.Text, Required: true},
	}}
	p := openForm(env(t, crm.Persian), t, def, form.Draft{})
	p.sees("New status. It may begin with an emoji.").typed("سرد شد").sees("✏️ Title: سرد شد").typed("چون").typed("نه")
	p.sees("✏️ Title: سرد شد", "✏️ چرا لازم است: چون", "✏️ Anything else: نه")
	if want := []string{"✏️ چرا لازم است", "✏️ Title"}; !cmp.Equal(p.labels()[1], want) {
		t.Errorf("edit buttons %q, want %q", p.labels()[1], want)
	}
}
