package intake

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cartable/internal/crm"
)

func TestAPIStores(t *testing.T) {
	d := newDesk(t)
	a := d.send(object(map[string]any{
		"phone": "۰۹۱۲ ۱۲۳ ۴۵۶۷", "name": "علي رضايي", "email": "ali@example.ir", "city": "تهران", "message": "سلام\nزنگ بزنید",
		"level": "کارشناسی", "fields": map[string]any{"major": "حسابداری", "shoe": 43}, "campaign": "پاییز", "page": "https://example.ir/a?b=c",
		"utm": map[string]any{"utm_source": "instagram", "medium": "bio"}, "plan": "gold", "cart": []any{1.5, "x", nil, true},
	}))
	wantStatus(t, a, http.StatusCreated)
	if kind := a.Header.Get("Content-Type"); kind != "application/json" {
		t.Errorf("Content-Type %q", kind)
	}
	got := decode[accepted](t, a)
	if got.Customer == 0 || got.Inquiry == 0 || got.Known {
		t.Errorf("answer %+v", got)
	}
	in, err := d.domain.Inquiry(t.Context(), got.Inquiry)
	if err != nil {
		t.Fatal(err)
	}
	if in.Phone != "+989121234567" || in.Name != "علی رضایی" || in.Email != "ali@example.ir" || in.City != "تهران" ||
		in.Message != "سلام\nزنگ بزنید" || in.Campaign != "پاییز" || in.Page != "https://example.ir/a?b=c" || in.Source != d.api.ID {
		t.Errorf("inquiry %+v", in)
	}
	if in.UTM["source"] != "instagram" || in.UTM["medium"] != "bio" {
		t.Errorf("utm %v", in.UTM)
	}
	const extra = `SELECT extra = '{"plan": "gold", "cart": [1.5, "x", null, true], "fields": {"shoe": 43}}' FROM inquiries`
	if !query[bool](d, extra) {
		t.Errorf("extra is %s", query[string](d, `SELECT extra::text FROM inquiries`))
	}
	dir, err := d.domain.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range dir.Fields {
		if want := map[string]crm.Value{"level": "کارشناسی", "major": "حسابداری"}[f.Key]; in.Values[f.ID] != want {
			t.Errorf("%s is %q, want %q", f.Key, in.Values[f.ID], want)
		}
	}

	again := decode[accepted](t, d.send(`{"phone":"+98 912 123 4567"}`))
	if !again.Known || again.Customer != got.Customer || again.Inquiry == got.Inquiry {
		t.Errorf("the same number again: %+v after %+v", again, got)
	}
}

func TestAPIRefuses(t *testing.T) {
	d := newDesk(t)
	d.exec(`INSERT INTO fields (key, title, type, required, choices, position) VALUES
		('budget', '{"text": "بودجه"}', 'money', false, '[]', 3), ('start', '{"text": "شروع"}', 'date', false, '[]', 4),
		('plan', '{"text": "طرح"}', 'choice', false, '[{"id": 1, "title": {"text": "پایه", "en": "Basic"}}]', 5)`)
	const phone = `"phone":"09121234567"`
	for _, c := range []struct {
		name, body, field string
		why               reason
	}{
		{"empty", ``, "body", badJSON},
		{"no JSON", `phone=09121234567`, "body", badJSON},
		{"list", `[]`, "body", badJSON},
		{"null", `null`, "body", badJSON},
		{"two documents", `{` + phone + `}{}`, "body", badJSON},
		{"bottomless", `{"x":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + `}`, "body", badJSON},
		{"deep", `{` + phone + `,"x":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`, "x", badJSON},
		{"no phone", `{"name":"علی"}`, "phone", noPhone},
		{"blank phone", `{"phone":"  "}`, "phone", noPhone},
		{"null phone", `{"phone":null}`, "phone", noPhone},
		{"phone as number", `{"phone":9121234567}`, "phone", wrongType},
		{"phone of letters", `{"phone":"call me"}`, "phone", badPhone},
		{"short phone", `{"phone":"0912123"}`, "phone", badPhone},
		{"two phones", `{"phone":"09121234567 و 09351234567"}`, "phone", manyPhones},
		{"name as number", `{` + phone + `,"name":5}`, "name", wrongType},
		{"message as object", `{` + phone + `,"message":{}}`, "message", wrongType},
		{"email", `{` + phone + `,"email":"ali@"}`, "email", badEmail},
		{"utm as string", `{` + phone + `,"utm":"x"}`, "utm", wrongType},
		{"utm entry", `{` + phone + `,"utm":{"source":1}}`, "utm.source", wrongType},
		{"long utm", `{` + phone + `,"utm":{"source":"` + strings.Repeat("x", 600) + `"}}`, "utm.source", tooLong},
		{"fields as list", `{` + phone + `,"fields":[]}`, "fields", wrongType},
		{"level as number", `{` + phone + `,"level":3}`, "level", wrongType},
		{"long level", `{` + phone + `,"level":"` + strings.Repeat("x", 600) + `"}`, "level", tooLong},
		{"money", `{` + phone + `,"fields":{"budget":"خیلی"}}`, "fields.budget", badValue},
		{"date", `{` + phone + `,"fields":{"start":"۳۱ مهر"}}`, "fields.start", badValue},
		{"choice", `{` + phone + `,"fields":{"plan":"طلایی"}}`, "fields.plan", badValue},
		{"choice as list", `{` + phone + `,"fields":{"plan":["پایه"]}}`, "fields.plan", wrongType},
		{"NUL", `{` + phone + `,"name":"a\u0000b"}`, "name", badText},
		{"NUL kept", `{` + phone + `,"x":{"y":"\u0000"}}`, "x", badText},
		{"NUL in a name", `{` + phone + `,"a\u0000":1}`, "body", badText},
		{"not UTF-8", "{" + phone + ",\"city\":\"\xff\xfe\"}", "city", badText},
		{"long name", `{` + phone + `,"name":"` + strings.Repeat("ن", 4000) + `"}`, "name", tooLong},
		{"long message", `{` + phone + `,"message":"` + strings.Repeat("م", 3001) + `"}`, "message", tooLong},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := d.send(c.body)
			wantStatus(t, a, http.StatusBadRequest)
			if kind := a.Header.Get("Content-Type"); kind != "application/problem+json" {
				t.Errorf("Content-Type %q", kind)
			}
			p := decode[problem](t, a)
			if p.Field != c.field || p.Reason != c.why || p.Status != http.StatusBadRequest || p.Type != "about:blank" || p.Detail == "" {
				t.Errorf("problem %+v, want %s %s", p, c.field, c.why)
			}
			if strings.Contains(p.Detail, "intake.") {
				t.Errorf("the reason has no words: %s", p.Detail)
			}
		})
	}
	if n := d.inquiries(); n != 0 {
		t.Errorf("%d inquiries stored of what was refused", n)
	}
}

func TestAPITellsAllThatIsWrong(t *testing.T) {
	d := newDesk(t)
	p := decode[problem](t, d.send(`{"phone":"x","email":"y"}`))
	if want := []issue{{"phone", badPhone}, {"email", badEmail}}; !slices.Equal(p.Errors, want) {
		t.Errorf("errors %v, want %v", p.Errors, want)
	}
}

func TestAPIUnauthorised(t *testing.T) {
	d := newDesk(t)
	retired := d.source("قدیمی", crm.SourceAPI)
	d.exec(`UPDATE sources SET retired_at = now() WHERE id = $1`, int64(retired.ID))
	for name, header := range map[string]string{
		"none": "", "unknown": "Bearer nothing", "basic": "Basic " + d.api.Key, "empty": "Bearer ",
		"bare": d.api.Key, "a form's": "Bearer " + d.website.Key, "retired": "Bearer " + retired.Key,
	} {
		a := d.do("POST", "/api/v1/inquiries", `{"phone":"09121234567"}`, "Authorization", header)
		if a.StatusCode != http.StatusUnauthorized || !strings.HasPrefix(a.Header.Get("WWW-Authenticate"), "Bearer") {
			t.Errorf("%s: status %d, challenge %q", name, a.StatusCode, a.Header.Get("WWW-Authenticate"))
		}
	}
	for _, kind := range []crm.SourceKind{crm.SourceSignup, crm.SourceCall} {
		src := d.source(string(kind), kind)
		wantStatus(t, d.do("POST", "/api/v1/inquiries", `{"phone":"09121234567"}`, "Authorization", "bearer "+src.Key), http.StatusCreated)
	}
}

func TestAPIOtherStatuses(t *testing.T) {
	d := newDesk(t, func(o *Options) { o.Limits.Source = Limit{Burst: 3, Every: 10 * time.Second} })
	const body = `{"phone":"09121234567"}`
	wantStatus(t, d.do("GET", "/api/v1/inquiries", ""), http.StatusMethodNotAllowed)
	wantStatus(t, d.do("POST", "/api/v2/x", body), http.StatusNotFound)
	wantStatus(t, d.send(`{"phone":"09121234567","x":"`+strings.Repeat("x", maxBody)+`"}`), http.StatusRequestEntityTooLarge)

	d.domain.broken.Store(true)
	a := d.send(body)
	wantStatus(t, a, http.StatusServiceUnavailable)
	if a.Header.Get("Retry-After") != "15" {
		t.Errorf("Retry-After %q", a.Header.Get("Retry-After"))
	}
	d.domain.broken.Store(false)
	wantHas(t, d.log.String(), errBroken.Error())
	if log := d.log.String(); strings.Contains(log, "9121234567") || strings.Contains(log, d.api.Key) {
		t.Errorf("the log tells a number or a key: %s", log)
	}

	wantStatus(t, d.send(body), http.StatusCreated)
	a = d.send(body)
	wantStatus(t, a, http.StatusTooManyRequests)
	if a.Header.Get("Retry-After") != "10" {
		t.Errorf("Retry-After %q", a.Header.Get("Retry-After"))
	}
	d.clock.Advance(10 * time.Second)
	wantStatus(t, d.send(body), http.StatusCreated)

	other := d.source("کد دیگر", crm.SourceAPI)
	d.domain.deaf.Store(true)
	wantStatus(t, d.do("POST", "/api/v1/inquiries", body, "Authorization", "Bearer "+other.Key), http.StatusServiceUnavailable)
}

func TestAPIIdempotencyKey(t *testing.T) {
	d := newDesk(t)
	const n = 16
	answers := make([]answer, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			answers[i] = d.send(fmt.Sprintf(`{"phone":"09121234567","name":"%d"}`, i), "Idempotency-Key", "order 17")
		})
	}
	wg.Wait()
	created := 0
	for _, a := range answers {
		switch a.StatusCode {
		case http.StatusCreated:
			created++
		case http.StatusOK:
		default:
			t.Errorf("status %d: %s", a.StatusCode, a.body)
		}
		if a.body != answers[0].body {
			t.Errorf("answers differ: %s and %s", a.body, answers[0].body)
		}
	}
	if created != 1 || d.inquiries() != 1 {
		t.Errorf("%d times 201 and %d inquiries, want one each", created, d.inquiries())
	}

	other := d.source("سایت دوم", crm.SourceAPI)
	a := d.do("POST", "/api/v1/inquiries", `{"phone":"09121234567"}`, "Authorization", "Bearer "+other.Key, "Idempotency-Key", "order 17")
	wantStatus(t, a, http.StatusCreated) // a key is its source's own
	for _, bad := range []string{strings.Repeat("k", 201), "کلید"} {
		a := d.send(`{"phone":"09121234567"}`, "Idempotency-Key", bad)
		wantStatus(t, a, http.StatusBadRequest)
		if p := decode[problem](t, a); p.Field != "Idempotency-Key" {
			t.Errorf("problem %+v", p)
		}
	}
}

// hostile is what a database, a page or a chat could take for something else
// than a name.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `Robert'); DROP TABLE customers;--`, `{{.}} ${7*7} %s %n`,
	`👨‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿`, `\u0000 \' \\`, `=HYPERLINK("http://x")`, `</textarea><b>`, strings.Repeat("ن", crm.MaxName),
}

func TestHostileNamesStayWhole(t *testing.T) {
	d := newDesk(t)
	for i, name := range hostile {
		a := d.send(object(map[string]any{"phone": fmt.Sprintf("0912123%04d", i), "name": name, "odd": name}))
		wantStatus(t, a, http.StatusCreated)
		id := decode[accepted](t, a).Inquiry
		if got := query[string](d, `SELECT name FROM inquiries WHERE id = $1`, int64(id)); got != name {
			t.Errorf("stored %q, want %q", got, name)
		}
		if got := query[string](d, `SELECT extra->>'odd' FROM inquiries WHERE id = $1`, int64(id)); got != name {
			t.Errorf("kept %q, want %q", got, name)
		}
	}
	a := d.send(object(map[string]any{"phone": "09121239999", "name": "علی\u202eرضایی\u200f", "n": 1}))
	if got := query[string](d, `SELECT name FROM inquiries WHERE id = $1`, int64(decode[accepted](t, a).Inquiry)); got != "علیرضایی" {
		t.Errorf("an override of direction stays: %q", got)
	}
}

func TestAPIKeepsOddNumbers(t *testing.T) {
	d := newDesk(t)
	wantStatus(t, d.send(`{"phone":"09121234567","a":1e999999,"b":12345678901234567890,"c":1e-99999,"d":"\ud800"}`), http.StatusCreated)
	if got := query[string](d, `SELECT extra->>'a' || ' ' || (extra->>'b') || ' ' || (extra->>'c') FROM inquiries`); got != "1e999999 12345678901234567890 1e-99999" {
		t.Errorf("kept %s", got)
	}
}

// Many at once share commits, and each has its own answer: who is refused, who repeats, who is
// known and who is new.
func TestAPIManyAtOnce(t *testing.T) {
	d := newDesk(t)
	wantStatus(t, d.send(`{"phone":"09121110000"}`, "Idempotency-Key", "before"), http.StatusCreated)
	kinds := []struct {
		status int
		known  bool
		send   func(n int) answer
	}{
		{http.StatusCreated, false, func(n int) answer { return d.send(fmt.Sprintf(`{"phone":"0912222%04d"}`, n)) }},
		{http.StatusCreated, true, func(int) answer { return d.send(`{"phone":"09121110000"}`) }},
		{http.StatusBadRequest, false, func(n int) answer {
			return d.send(fmt.Sprintf(`{"phone":"0912333%04d","name":%q}`, n, strings.Repeat("x", crm.MaxName+1)))
		}},
		{http.StatusOK, false, func(int) answer { return d.send(`{"phone":"09121110000"}`, "Idempotency-Key", "before") }},
		{http.StatusUnauthorized, false, func(int) answer {
			return d.do("POST", "/api/v1/inquiries", `{"phone":"09124440000"}`, "Authorization", "Bearer nobody's")
		}},
	}
	var wg sync.WaitGroup
	for n := range 60 {
		k := kinds[n%len(kinds)]
		wg.Go(func() {
			a := k.send(n)
			if a.StatusCode != k.status {
				t.Errorf("status %d, want %d: %s", a.StatusCode, k.status, a.body)
				return
			}
			if k.status < 300 && decode[accepted](t, a).Known != k.known {
				t.Errorf("known: %s", a.body)
			}
		})
	}
	wg.Wait()
	if n := d.inquiries(); n != 1+12+12 {
		t.Errorf("%d inquiries", n)
	}
	if n := query[int](d, `SELECT count(*) FROM customers`); n != 1+12 {
		t.Errorf("%d customers", n)
	}
}

// A key that was used a moment ago is worth nothing once it has ended: not for storing, not for
// the outcome of a repetition, and not for hearing what is wrong with a body.
func TestAPIKeyEndsAtOnce(t *testing.T) {
	d := newDesk(t)
	const body = `{"phone":"09121234567"}`
	for name, send := range map[string]func() answer{
		"new":        func() answer { return d.send(body, "Idempotency-Key", "2") },
		"repetition": func() answer { return d.send(body, "Idempotency-Key", "1") },
		"bad field":  func() answer { return d.send(`{"phone":"12"}`) },
		"no JSON":    func() answer { return d.send(`{`) },
		"bad key":    func() answer { return d.send(body, "Idempotency-Key", "سلام") },
		"too large":  func() answer { return d.send(`{"x":"` + strings.Repeat("x", maxBody) + `"}`) },
	} {
		t.Run(name, func(t *testing.T) {
			d.exec(`UPDATE source_keys SET expires_at = NULL WHERE source_id = $1`, int64(d.api.ID))
			if a := d.send(body, "Idempotency-Key", "1"); a.StatusCode >= 300 {
				t.Fatalf("status %d while the key works", a.StatusCode)
			}
			d.exec(`UPDATE source_keys SET expires_at = $1 WHERE source_id = $2`, d.clock.Now(), int64(d.api.ID))
			wantStatus(t, send(), http.StatusUnauthorized)
		})
	}
	if n := d.inquiries(); n != 1 {
		t.Errorf("%d inquiries", n)
	}
}
