package intake

import (
	"html"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

const mobile = "09121234567"

func TestFormPage(t *testing.T) {
	d := newDesk(t)
	a := d.do("GET", d.path()+"?utm_source=insta%22gram&campaign=c&next=https://evil.example", "", "Referer", "https://example.ir/landing")
	wantStatus(t, a, http.StatusOK)
	wantHas(t, a.body, `<html lang="fa" dir="rtl">`, "<title>حسابداری راستین</title>", `inputmode="tel"`, `autocomplete="tel" dir="ltr" required`,
		`name="utm_source" value="insta&#34;gram"`, `name="campaign" value="c"`, `name="page" value="https://example.ir/landing"`,
		`name="_token"`, `content="https://crm.example.ir/f/`+d.website.Slug+`"`, `name="level"`, `name="major"`)
	if strings.Contains(a.body, "evil") || strings.Contains(a.body, "intake.") || strings.Contains(a.body, "<script") || strings.Contains(a.body, " style=") {
		t.Errorf("the page has what it must not:\n%s", a.body)
	}
	for name, want := range map[string]string{
		"Content-Security-Policy": contentPolicy, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
		"Content-Language": "fa", "Set-Cookie": "", "X-Frame-Options": "",
	} {
		if got := a.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	en := d.do("GET", d.path()+"?lang=en", "")
	wantHas(t, en.body, `<html lang="en" dir="ltr">`, "Phone number", `action="./`+d.website.Slug+`?lang=en"`, "فارسی")
	wantHas(t, d.do("GET", d.path(), "", "Accept-Language", "en-US").body, `lang="fa"`)
	d.exec(`UPDATE settings SET language = 'en', business = ''`)
	wantHas(t, d.do("GET", d.path(), "").body, `lang="en"`, "<title>We’ll call you</title>")

	css := d.do("GET", "/f/"+between(a.body, `rel="stylesheet" href="`, `"`), "")
	wantStatus(t, css, http.StatusOK)
	wantHas(t, css.Header.Get("Cache-Control"), "immutable")
}

func TestFormStoresOnce(t *testing.T) {
	d := newDesk(t)
	values := url.Values{"phone": {mobile}, "name": {"علی"}, "_token": {d.freshToken()}, "utm_source": {"x"}}
	var wg sync.WaitGroup
	for range 4 { // a double tap, and its like
		wg.Go(func() {
			a := d.fill(values)
			if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != d.website.Slug+"/thanks" {
				t.Errorf("status %d to %q: %.300s", a.StatusCode, a.Header.Get("Location"), a.body)
			}
		})
	}
	wg.Wait()
	if n := d.inquiries(); n != 1 {
		t.Errorf("%d inquiries of one page", n)
	}
	values.Set("message", "یادم رفت بگویم") // back, and more to say
	wantStatus(t, d.fill(values), http.StatusSeeOther)
	if n := d.inquiries(); n != 2 {
		t.Errorf("%d inquiries, want the second message too", n)
	}
	thanks := d.do("GET", d.path()+"/thanks", "")
	wantStatus(t, thanks, http.StatusOK)
	wantHas(t, thanks.body, "درخواستتان رسید", "حسابداری راستین", `href=".././`+d.website.Slug+`"`, `href="../assets/`)
}

func TestFormShowsWhatIsWrong(t *testing.T) {
	d := newDesk(t)
	for name, c := range map[string]struct {
		phone string
		why   string
	}{"missing": {"", "intake.reason.no_phone"}, "wrong": {"12", "intake.reason.bad_phone"}, "NUL": {"0912\x00", "intake.reason.bad_text"}, "not UTF-8": {"\xff", "intake.reason.bad_text"}} {
		t.Run(name, func(t *testing.T) {
			token := d.freshToken()
			a := d.fill(url.Values{"phone": {c.phone}, "name": {hostile[1]}, "message": {"</textarea>\nخط دوم"}, "_token": {token}, "utm_source": {"x"}, "own": {"<y>"}})
			wantStatus(t, a, http.StatusBadRequest)
			words := faWords(t, c.why)
			wantHas(t, a.body, `role="alert" tabindex="-1" autofocus`, `<a href="#phone">`, html.EscapeString(words), `aria-describedby="phone-error phone-hint" aria-invalid="true"`,
				`value="&#34;&gt;&lt;img src=x onerror=alert(1)&gt;"`, "&lt;/textarea&gt;\nخط دوم", `name="utm_source" value="x"`,
				`name="own" value="&lt;y&gt;"`, `name="_token" value="`+token+`"`)
		})
	}
	a := d.fill(url.Values{"phone": {mobile}, "name": {strings.Repeat("ن", 4000)}, "_token": {d.freshToken()}})
	wantStatus(t, a, http.StatusBadRequest)
	wantHas(t, a.body, `<a href="#name">`)
	if n := d.inquiries(); n != 0 {
		t.Errorf("%d inquiries of what was refused", n)
	}
}

func faWords(t *testing.T, key string) string {
	t.Helper()
	words := catalogue(t).Printer("fa").T(key)
	if words == key {
		t.Fatalf("%s has no words", key)
	}
	return words
}

// A page that was open when the machine's clock was set back is taken at once.
func TestTokenOfALaterClock(t *testing.T) {
	now := time.Date(2026, 11, 23, 6, 30, 0, 0, time.UTC)
	token := newToken([]byte("secret"), "slug", now)
	for after, want := range map[time.Duration]grade{
		-25 * time.Hour: good, -time.Hour: good, -minFilling: good, -time.Second: hasty, 0: hasty, minFilling: good,
	} {
		if got := gradeToken([]byte("secret"), "slug", token, now.Add(after)); got != want {
			t.Errorf("%s after it was made: grade %d, want %d", after, got, want)
		}
	}
}

func TestFormToken(t *testing.T) {
	d := newDesk(t)
	values := func(token string) url.Values {
		return url.Values{"phone": {mobile}, "name": {"علی"}, "_token": {token}}
	}
	token := d.freshToken()
	for name, c := range map[string]struct{ token, notice string }{
		"forged":  {"x" + token[1:], "intake.again.stale"},
		"garbage": {"???", "intake.again.stale"},
	} {
		a := d.fill(values(c.token))
		wantStatus(t, a, http.StatusBadRequest)
		wantHas(t, a.body, faWords(t, c.notice), `value="علی"`)
		if fresh := between(a.body, `name="_token" value="`, `"`); fresh == "" || fresh == c.token {
			t.Errorf("%s: the page shown again has token %q", name, fresh)
		}
	}
	d.clock.Advance(maxFilling)
	wantHas(t, d.fill(values(token)).body, faWords(t, "intake.again.stale"))

	hasty := between(d.do("GET", d.path(), "").body, `name="_token" value="`, `"`)
	d.clock.Advance(time.Second)
	wantHas(t, d.fill(values(hasty)).body, faWords(t, "intake.again.hasty"), hasty)
	d.clock.Advance(time.Second)
	wantStatus(t, d.fill(values(hasty)), http.StatusSeeOther)

	trapped := values(d.freshToken())
	trapped.Set("_url", "http://spam.example")
	a := d.fill(trapped)
	wantStatus(t, a, http.StatusBadRequest)
	wantHas(t, a.body, faWords(t, "intake.again.trap"), `name="_url" type="text" value=""`)
	if n := d.inquiries(); n != 1 {
		t.Errorf("%d inquiries, want one", n)
	}
}

func TestOwnSitePosts(t *testing.T) {
	d := newDesk(t)
	plain := url.Values{"phone": {mobile}, "نام محصول": {"ماشین حساب"}, "services[]": {"a", "b"}, "fields[major]": {"حقوق"},
		"utm[source]": {"site"}, "utm": {"utm_medium=cpc"}, "next": {"https://evil.example"}}
	for range 2 { // the same words twice are one arrival
		a := d.do("POST", d.path()+"?utm_campaign=spring", plain.Encode(), "Content-Type", "application/x-www-form-urlencoded", "Origin", "https://example.ir", "Sec-Fetch-Site", "cross-site")
		wantStatus(t, a, http.StatusSeeOther)
		if to := a.Header.Get("Location"); to != d.website.Slug+"/thanks" {
			t.Errorf("sent to %s", to)
		}
	}
	if n := d.inquiries(); n != 1 {
		t.Fatalf("%d inquiries", n)
	}
	got := query[string](d, `SELECT concat_ws('|', utm->>'source', utm->>'medium', campaign, extra->>'نام محصول', extra->'services[]', field_values::text LIKE '%حقوق%') FROM inquiries`)
	if want := `site|cpc|spring|ماشین حساب|["a", "b"]|t`; got != want {
		t.Errorf("stored %s, want %s", got, want)
	}

	a := d.do("POST", d.path(), `{"phone":"09351234567"}`, "Content-Type", "application/json", "Origin", "https://example.ir")
	wantStatus(t, a, http.StatusCreated)
	if a.body != "{\"received\":true}\n" || a.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("answer %q, %v", a.body, a.Header)
	}
	a = d.fill(url.Values{"phone": {"1"}}, "Accept", "application/json")
	wantStatus(t, a, http.StatusBadRequest)
	if p := decode[problem](t, a); p.Field != "phone" {
		t.Errorf("problem %+v", p)
	}
	wantStatus(t, d.do("OPTIONS", d.path(), ""), http.StatusNoContent)
	wantStatus(t, d.do("DELETE", d.path(), ""), http.StatusMethodNotAllowed)

	var b strings.Builder
	m := multipart.NewWriter(&b)
	if err := m.WriteField("phone", "09361234567"); err != nil {
		t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	wantStatus(t, d.do("POST", d.path(), b.String(), "Content-Type", m.FormDataContentType()), http.StatusSeeOther)
	if n := d.inquiries(); n != 3 {
		t.Errorf("%d inquiries, want three", n)
	}
}

func TestFormCannotStore(t *testing.T) {
	d := newDesk(t)
	values := url.Values{"phone": {mobile}, "name": {"علی"}, "message": {"سلام"}, "_token": {d.freshToken()}}
	for name, mood := range map[string]func(bool){"storing": d.domain.broken.Store, "reading": d.domain.deaf.Store} {
		mood(true)
		a := d.fill(values)
		mood(false)
		wantStatus(t, a, http.StatusServiceUnavailable)
		wantHas(t, a.body, faWords(t, "intake.not_stored"), `value="09121234567"`, `value="علی"`, "سلام", values.Get("_token"))
		if a.Header.Get("Retry-After") == "" {
			t.Errorf("%s: no Retry-After", name)
		}
		wantStatus(t, d.fill(values, "Accept", "application/json"), map[string]int{"storing": http.StatusCreated, "reading": http.StatusCreated}[name])
	}
	if n := d.inquiries(); n != 1 {
		t.Errorf("%d inquiries, want one", n)
	}
	if log := d.log.String(); strings.Contains(log, "9121234567") {
		t.Errorf("the log tells a number: %s", log)
	}
	d.domain.deaf.Store(true)
	wantStatus(t, d.do("GET", d.path(), ""), http.StatusServiceUnavailable)
	thanks := d.do("GET", d.path()+"/thanks", "")
	wantStatus(t, thanks, http.StatusOK)
}

func TestFormUnreadable(t *testing.T) {
	d := newDesk(t)
	a := d.fill(url.Values{"phone": {mobile}, "message": {strings.Repeat("x", maxBody)}})
	wantStatus(t, a, http.StatusRequestEntityTooLarge)
	wantHas(t, a.body, faWords(t, "intake.too_large"))
	a = d.do("POST", d.path(), "%zz=1", "Content-Type", "application/x-www-form-urlencoded")
	wantStatus(t, a, http.StatusBadRequest)
	for _, path := range []string{"/f/none", "/f/" + d.api.Slug, "/f/manual", "/f/", "/f/a/b/c", "/f/none/thanks", "/f/x%00y", "/f/%ff"} {
		a := d.do("GET", path, "")
		wantStatus(t, a, http.StatusNotFound)
		wantHas(t, a.body, faWords(t, "intake.gone"))
	}
	wantStatus(t, d.do("POST", "/f/none", `{}`, "Content-Type", "application/json"), http.StatusNotFound)
	a = d.do("GET", d.path()+"/?utm_source=x", "")
	wantStatus(t, a, http.StatusPermanentRedirect)
	if to := a.Header.Get("Location"); to != "../"+d.website.Slug+"?utm_source=x" {
		t.Errorf("sent to %s", to)
	}
}

func TestFormLimits(t *testing.T) {
	d := newDesk(t, func(o *Options) {
		o.Limits = Limits{Address: Limit{3, time.Minute}, Number: Limit{2, time.Hour}, BareAddress: Limit{2, time.Minute}, BareNumber: Limit{1, time.Hour}}
	})
	from := func(address string, values url.Values) answer {
		t.Helper()
		return d.fill(values, "X-Forwarded-For", "6.6.6.6, "+address)
	}
	bare := func(phone, message string) url.Values { return url.Values{"phone": {phone}, "message": {message}} }
	wantStatus(t, from("1.1.1.1", bare(mobile, "1")), http.StatusSeeOther)
	a := from("1.1.1.1", bare(mobile, "2"))
	wantStatus(t, a, http.StatusTooManyRequests) // the number's limit
	wantHas(t, a.body, "۶۰ دقیقه", `value="09121234567"`)
	if a.Header.Get("Retry-After") != "3600" {
		t.Errorf("Retry-After %q", a.Header.Get("Retry-After"))
	}
	wantStatus(t, from("1.1.1.1", bare("09351234567", "3")), http.StatusTooManyRequests) // the address's
	wantStatus(t, from("2.2.2.2", bare("09351234567", "3")), http.StatusSeeOther)
	d.clock.Advance(time.Minute)
	wantStatus(t, from("1.1.1.1", bare("09361234567", "4")), http.StatusSeeOther)

	// Somebody with the page open is not held back by what others post.
	page := url.Values{"phone": {mobile}, "_token": {d.freshToken()}}
	wantStatus(t, from("1.1.1.1", page), http.StatusSeeOther)
	wantStatus(t, from("1.1.1.1", page), http.StatusSeeOther)
	wantStatus(t, from("1.1.1.1", page), http.StatusTooManyRequests)
}
