package intake

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"cartable/internal/crm"
)

// shape gives the website's form fields of every kind to ask for.
func (d *desk) shape(form crm.HostedForm) {
	d.t.Helper()
	d.exec(`INSERT INTO fields (key, title, type, required, choices, help, position)
		SELECT k, jsonb_build_object('text', 'پرسش ' || k, 'en', 'Ask ' || k), k, false,
			CASE WHEN k IN ('choice', 'choices') THEN '[{"id": 1, "title": {"text": "الف، اول", "en": "First"}}, {"id": 2, "title": {"text": "ب"}},
				{"id": 3, "title": {"text": "قدیمی"}, "retired": true}]'::jsonb ELSE '[]' END, '{"text": ""}', 10
		FROM unnest($1::text[]) k`, []string{"text", "long_text", "number", "money", "yes_no", "choice", "choices", "date", "time",
		"date_time", "weekday", "phone", "email", "link", "staff", "file"})
	d.exec(`UPDATE sources SET form = $2 WHERE id = $1`, d.website.ID, form)
}

func everyKind() crm.HostedForm {
	form := crm.HostedForm{Title: crm.Title{Text: "مشاوره <رایگان>", English: "Free advice"}, Lead: crm.Title{Text: "خط اول\nخط دوم"},
		Success:   crm.Title{Text: "فردا زنگ می‌زنیم."},
		Questions: []crm.FormQuestion{{Key: "name", Required: true, Label: crm.Title{Text: "اسمتان؟"}}, {Key: "message"}}}
	for _, t := range crm.FieldTypes() {
		form.Questions = append(form.Questions, crm.FormQuestion{Key: string(t), Required: t == crm.Choice || t == crm.Choices || t == crm.YesNo || t == crm.File})
	}
	return form
}

func TestCustomForm(t *testing.T) {
	d := newDesk(t)
	d.shape(everyKind())
	a := d.do("GET", d.path(), "")
	wantHas(t, a.body, "<bdi>مشاوره &lt;رایگان&gt;</bdi>", "خط اول\nخط دوم", "اسمتان؟", `<textarea id="fields.long_text"`, `inputmode="decimal"`,
		`type="radio" value="yes"`, `type="checkbox" value="الف، اول"`, `<option value="شنبه">`, `id="fields.link" name="fields.link" type="url"`,
		`role="radiogroup" aria-required="true"`, `id="fields.choice" name="fields.choice" required aria-required="true"`, "۱۴۰۵/۰۹/۱۲")
	for _, part := range []string{"fields.staff", "fields.file", "قدیمی", `name="city"`, "<details", "فقط همین لازم است", "intake.", "<script", " style="} {
		if strings.Contains(a.body, part) {
			t.Errorf("the page has %q", part)
		}
	}
	wantHas(t, d.do("GET", d.path()+"?lang=en", "").body, "<bdi>Free advice</bdi>", "Ask money", `value="First"`, `<option value="Saturday">`)

	token := d.freshToken()
	wrong := url.Values{"phone": {mobile}, "_token": {token}, "fields.number": {"زیاد"}, "fields.date": {"۳۱ مهر"}, "fields.choices": {"ب"},
		"fields.yes_no": {"yes"}, "fields.weekday": {"دوشنبه"}}
	a = d.fill(wrong)
	wantStatus(t, a, http.StatusBadRequest)
	wantHas(t, a.body, `<a href="#name">`, `<a href="#fields.number">`, `<a href="#fields.date">`, `<a href="#fields.choice">`, faWords(t, "intake.reason.no_value"),
		`value="زیاد"`, `value="۳۱ مهر"`, `value="ب" checked`, `value="yes" checked`, `<option value="دوشنبه" selected>`)
	if strings.Contains(a.body, `href="#fields.file"`) || strings.Index(a.body, `href="#name"`) > strings.Index(a.body, `href="#fields.number"`) {
		t.Error("the summary asks for what is not on the page, or in another order than the page")
	}
	if n := d.inquiries(); n != 0 {
		t.Fatalf("%d inquiries of what was refused", n)
	}
	right := url.Values{"phone": {mobile}, "_token": {token}, "name": {"علی"}, "fields.text": {"متن"}, "fields.long_text": {"یک\nدو"},
		"fields.number": {"۱۲٫۵"}, "fields.money": {"۵ میلیون"}, "fields.yes_no": {"no"}, "fields.choice": {"First"}, "fields.choices": {"ب", "الف، اول"},
		"fields.date": {"۱۴۰۵/۰۹/۱۲"}, "fields.time": {"۵ عصر"}, "fields.date_time": {"فردا ساعت ۱۰"}, "fields.weekday": {"دوشنبه"},
		"fields.phone": {"۰۲۱۸۸۷۷۶۶۵۵"}, "fields.email": {"a@b.ir"}, "fields.link": {"example.ir"}}
	wantStatus(t, d.fill(right), http.StatusSeeOther)
	wantHas(t, d.do("GET", d.path()+"/thanks", "").body, "فردا زنگ می‌زنیم.")
	const stored = `SELECT string_agg(f.key || '=' || (i.field_values->>f.id::text), '|' ORDER BY f.key) FROM inquiries i, fields f WHERE i.field_values ? f.id::text`
	want := "choice=1|choices=1,2|date=2026-12-03|date_time=2026-11-22T06:30:00Z|email=a@b.ir|link=https://example.ir|long_text=یک\nدو|" +
		"money=5000000|number=12.5|phone=+982188776655|text=متن|time=17:00|weekday=1|yes_no=no"
	if got := query[string](d, stored); got != want {
		t.Errorf("stored %q, want %q", got, want)
	}
	// The business's own page asks what it likes, and the API takes the same fields.
	wantStatus(t, d.fill(url.Values{"phone": {"09351234567"}, "fields[choices][]": {"الف، اول"}}), http.StatusSeeOther)
	wantStatus(t, d.send(`{"phone":"09361234567","fields":{"money":"۲ میلیون","choices":["ب"],"yes_no":true}}`), http.StatusCreated)
}

func TestPersonFillsCustomForm(t *testing.T) {
	d := newDesk(t)
	d.shape(crm.HostedForm{Title: crm.Title{Text: "ثبت‌نام دوره"}, Questions: []crm.FormQuestion{
		{Key: "name", Required: true}, {Key: "yes_no", Required: true}, {Key: "choices"}, {Key: "date"}}})
	tab := startTab(t)
	css := func(s string) chromedp.CSS { return chromedp.CSS(s) }
	act(t, tab, chromedp.Navigate(d.server.URL+d.path()), chromedp.SendKeys(css("#phone"), mobile),
		chromedp.SendKeys(css("#name"), "علی"), chromedp.Click(css(`input[value="ب"]`)), chromedp.SendKeys(css(`[id="fields.date"]`), "پس‌فردا"))
	d.clock.Advance(3 * time.Second)
	act(t, tab, chromedp.Click(css("button")), chromedp.WaitVisible(css(`.summary a[href="#fields.yes_no"]`)),
		chromedp.Click(css(`.summary a[href="#fields.yes_no"]`)), chromedp.WaitVisible(css("fieldset:target")))
	if n := len(read(t, tab, chromedp.Nodes(chromedp.CSSAll(`input[value="ب"]:checked`)))); n != 1 {
		t.Error("what was ticked is not ticked any more")
	}
	d.clock.Advance(3 * time.Second)
	act(t, tab, chromedp.Click(css(`input[value="yes"]`)), chromedp.Click(css("button")), chromedp.WaitVisible(css(".tick")))
	if got := query[string](d, `SELECT name || (SELECT string_agg(v, '|' ORDER BY k::int) FROM jsonb_each_text(field_values) e (k, v)) FROM inquiries`); got != "علیyes|2|2026-11-23" {
		t.Errorf("stored %q", got)
	}
}
