package intake

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"cartable/bot/text"
	"cartable/internal/crm"
)

//go:embed page
var pageFiles embed.FS

// pages are the templates and the style sheet, whose name carries a hash of what
// is in it, so that browsers may keep it for ever.
type pages struct {
	templates *template.Template
	sheet     []byte
	styleName string
}

func loadPages() (pages, error) {
	templates, err := template.ParseFS(pageFiles, "page/*.html")
	if err != nil {
		return pages{}, fmt.Errorf("read form pages: %w", err)
	}
	sheet, err := pageFiles.ReadFile("page/form.css")
	if err != nil {
		return pages{}, fmt.Errorf("read form style: %w", err)
	}
	sum := sha256.Sum256(sheet)
	return pages{templates: templates, sheet: sheet, styleName: "form-" + hex.EncodeToString(sum[:6]) + ".css"}, nil
}

// page is what the templates show.
type page struct {
	text.Printer
	Business string // its name; "" until it has one
	Address  string // of the form, absolute; "" when unknown
	Up       string // from the page's address to /f/
	Here     string // the form, relative to /f/
	Query    template.URL
	Style    string
	Token    string

	Title, Lead, Success string // of the form, where it has its own

	Inputs []input
	More   []input // folded away
	Open   bool    // unfolded
	Hidden []hidden
	Notice string // why the page is shown again, in a sentence
	Issues []pageIssue
	Other  otherLanguage
}

type hidden struct{ Name, Value string }

// pageIssue is a line of the summary; For is the input that it leads to.
type pageIssue struct{ For, Text string }

// otherLanguage is the link to the page in the language that it is not in.
type otherLanguage struct {
	Code  crm.Language
	Query template.URL
}

// Direction is that of the language's script.
func (p page) Direction() string {
	if p.Lang() == crm.Persian {
		return "rtl"
	}
	return "ltr"
}

// Initial is the letter of the business's mark.
func (p page) Initial() string {
	for _, r := range p.Business {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return string(unicode.ToUpper(r))
		}
	}
	return ""
}

// Troubled says whether something has to be read before the form.
func (p page) Troubled() bool { return p.Notice != "" || len(p.Issues) > 0 }

// page makes the form's page with what p holds filled in.
func (s *server) page(v *visit, p post) page {
	pg := page{Printer: s.Catalogue.Printer(v.lang), Business: v.dir.Settings.Business, Style: s.pages.styleName}
	slug := cmp.Or(v.src.Slug, v.r.PathValue("form"))
	pg.Here = "./" + url.PathEscape(slug)
	if s.PublicURL != "" {
		pg.Address = s.PublicURL + "/f/" + url.PathEscape(slug)
	}
	pg.Query = template.URL(v.langQuery()) // one of three constants
	pg.Other = otherThan(pg.Lang(), v.r.URL.Query())
	pg.Token = p.token
	if secret := s.secret.Load(); secret != nil {
		now := s.Clock.Now()
		if g := gradeToken(*secret, slug, p.token, now); g != good && g != hasty {
			pg.Token = newToken(*secret, slug, now)
		}
	}
	pg.ask(v.src.Form, v.dir, p.typed)
	for name, list := range p.typed {
		if pg.input(name) != nil {
			continue
		}
		for _, value := range list {
			pg.Hidden = append(pg.Hidden, hidden{name, value})
		}
	}
	slices.SortStableFunc(pg.Hidden, func(a, b hidden) int { return strings.Compare(a.Name, b.Name) })
	return pg
}

// point puts issues at the inputs they are about and into the summary, in the order
// of the page.
func (p *page) point(issues []issue) {
	place := func(i issue) int {
		all := slices.Concat(p.Inputs, p.More)
		return slices.IndexFunc(all, func(in input) bool { return in.Name == i.Field })
	}
	slices.SortStableFunc(issues, func(a, b issue) int { return place(a) - place(b) })
	for _, i := range issues {
		words := p.T("intake.reason." + string(i.Reason))
		line := pageIssue{Text: words}
		if in := p.input(i.Field); in != nil {
			in.Error = words
			line = pageIssue{For: in.Name, Text: p.T("intake.issue", "Field", in.Label, "Reason", words)}
		} else if i.Field != bodyField {
			line.Text = p.T("intake.issue", "Field", i.Field, "Reason", words)
		}
		p.Issues = append(p.Issues, line)
	}
	p.Open = p.Open || slices.ContainsFunc(p.More, func(i input) bool { return i.Error != "" })
}

func (p *page) input(name string) *input {
	for _, list := range [][]input{p.Inputs, p.More} {
		if i := slices.IndexFunc(list, func(in input) bool { return in.Name == name }); i >= 0 {
			return &list[i]
		}
	}
	return nil
}

// otherThan is the link to the page in the other language. It keeps where
// somebody came from.
func otherThan(lang crm.Language, query url.Values) otherLanguage {
	other := otherLanguage{Code: crm.English}
	if lang == crm.English {
		other.Code = crm.Persian
	}
	kept := url.Values{"lang": {string(other.Code)}}
	for name, list := range query {
		if isAttribution(name) {
			kept[name] = list
		}
	}
	other.Query = template.URL("?" + kept.Encode()) // encoded, so nothing but a query
	return other
}

// show is the empty page.
func (s *server) show(ctx context.Context, v *visit) {
	if _, err := s.signingSecret(ctx); err != nil {
		// Without a token the page still works, under the limits of a plain post.
		s.Log.ErrorContext(ctx, "form page without token", "error", err)
	}
	p := post{typed: url.Values{}, sub: submission{}}
	addAttribution(p, v.r.URL.Query())
	if from := referrer(v.r); from != "" && p.typed.Get("page") == "" {
		p.typed.Set("page", from)
	}
	s.render(v, http.StatusOK, s.page(v, p))
}

// referrer is the page of another site that led here; "" for none.
func referrer(r *http.Request) string {
	u, err := url.Parse(r.Referer())
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == r.Host || !cleanText(r.Referer()) {
		return ""
	}
	u.User, u.Fragment = nil, ""
	return clip(u.String(), 4*crm.MaxLine)
}

// thanks is where a post leads once it is stored. So it thanks even when the
// business's name cannot be read just now.
func (s *server) thanks(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), storeTimeout)
	defer cancel()
	v := &visit{w: w, r: r, lang: chosen(r)}
	src, err := s.Domain.SourceBySlug(ctx, r.PathValue("form"))
	if crm.IsKey(err, crm.KeyNoSource) || err == nil && src.Kind != crm.SourceForm {
		s.gone(v)
		return
	}
	if err == nil {
		v.src = src
		v.dir, err = s.Domain.Directory(ctx)
	}
	if err != nil {
		s.Log.ErrorContext(ctx, "thanks without a name", "error", err)
	}
	v.lang = cmp.Or(v.lang, v.dir.Settings.Language)
	pg := s.page(v, post{})
	pg.Up = "../"
	s.write(v, http.StatusOK, "thanks.html", pg)
}

// gone answers for a form that does not exist, or no more.
func (s *server) gone(v *visit) {
	if v.json {
		writeProblem(v.w, problem{Status: http.StatusNotFound, Detail: "There is no such form."})
		return
	}
	pg := page{Printer: s.Catalogue.Printer(v.lang), Business: v.dir.Settings.Business, Style: s.pages.styleName}
	pg.Up = strings.Repeat("../", max(0, strings.Count(v.r.URL.Path, "/")-2))
	s.write(v, http.StatusNotFound, "gone.html", pg)
}

// noForm is everything else below /f/. A form's address with a slash too many is
// the form's.
func (s *server) noForm(w http.ResponseWriter, r *http.Request) {
	rest := strings.TrimPrefix(r.URL.Path, "/f/")
	if slug, slash := strings.CutSuffix(rest, "/"); slash && slug != "" && !strings.Contains(slug, "/") {
		to := "../" + url.PathEscape(slug)
		if r.URL.RawQuery != "" {
			to += "?" + r.URL.RawQuery
		}
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusPermanentRedirect)
		return
	}
	s.gone(&visit{w: w, r: r, lang: chosen(r)})
}

func (s *server) render(v *visit, status int, pg page) { s.write(v, status, "form.html", pg) }

// contentPolicy lets a page do nothing but show itself with its style sheet, post
// to where it came from, and stand in a frame of any site. Source: CSP Level 3.
const contentPolicy = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors *"

func (s *server) write(v *visit, status int, name string, pg page) {
	var b bytes.Buffer
	if err := s.pages.templates.ExecuteTemplate(&b, name, pg); err != nil {
		s.Log.ErrorContext(v.r.Context(), "form page not rendered", "page", name, "error", err)
		http.Error(v.w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	h := v.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("Content-Language", string(pg.Lang()))
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Robots-Tag", "noindex")
	v.w.WriteHeader(status)
	// A failed write means that the visitor is gone: there is nobody to tell.
	_, _ = v.w.Write(b.Bytes())
}

func (s *server) style(w http.ResponseWriter, _ *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/css; charset=utf-8")
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(s.pages.sheet)
}
