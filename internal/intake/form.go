package intake

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"cartable/internal/crm"
)

// visit is one request for a form, and the form that it is for.
type visit struct {
	w    http.ResponseWriter
	r    *http.Request
	src  crm.Source
	dir  crm.Directory
	lang crm.Language
	json bool
}

// form is /f/{form}: the hosted page, and where it and a business's own pages are
// sent to.
func (s *server) form(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), storeTimeout)
	defer cancel()
	allowAnyOrigin(w)
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
	case http.MethodOptions:
		w.WriteHeader(http.StatusNoContent)
		return
	default:
		s.noMethod(w, r)
		return
	}
	v := &visit{w: w, r: r, json: asksJSON(r) && r.Method == http.MethodPost, lang: chosen(r)}
	if !s.open(ctx, v) {
		return
	}
	if r.Method == http.MethodPost {
		s.submit(ctx, v)
		return
	}
	s.show(ctx, v)
}

// allowAnyOrigin lets scripts of other sites send and read answers. There are no
// cookies here that could be misused by that.
func allowAnyOrigin(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "GET, POST")
	h.Set("Access-Control-Allow-Headers", "Content-Type")
	h.Set("Access-Control-Expose-Headers", "Retry-After")
	h.Set("Access-Control-Max-Age", "86400")
}

// open finds the form and the business, or answers that it cannot.
func (s *server) open(ctx context.Context, v *visit) bool {
	src, err := s.Domain.SourceBySlug(ctx, v.r.PathValue("form"))
	if crm.IsKey(err, crm.KeyNoSource) || err == nil && (src.Kind != crm.SourceForm || src.Retired) {
		s.gone(v)
		return false
	}
	if err == nil {
		v.src = src
		v.dir, err = s.Domain.Directory(ctx)
	}
	if err != nil {
		// A post is read all the same, so that nobody has to type it again.
		s.failed(ctx, v, s.typedIn(v), err)
		return false
	}
	if v.lang == "" {
		v.lang = v.dir.Settings.Language
	}
	return true
}

// chosen is the language that the address asks for; "" for none. The browser's
// own language does not count: many who read Persian only have an English
// telephone.
func chosen(r *http.Request) crm.Language {
	switch lang := crm.Language(r.URL.Query().Get("lang")); lang {
	case crm.Persian, crm.English:
		return lang
	}
	return ""
}

// typedIn is what a post holds when there is nothing else to do with it.
func (s *server) typedIn(v *visit) post {
	if v.r.Method != http.MethodPost {
		return post{}
	}
	p, err := readPost(v.w, v.r)
	if err != nil {
		return post{}
	}
	return p
}

// submit takes a post.
func (s *server) submit(ctx context.Context, v *visit) {
	p, err := readPost(v.w, v.r)
	v.json = v.json || p.json
	if err != nil {
		s.unread(v, p, err)
		return
	}
	secret, err := s.signingSecret(ctx)
	if err != nil {
		s.failed(ctx, v, p, err)
		return
	}
	now := s.Clock.Now()
	g := gradeToken(secret, v.src.Slug, p.token, now)
	byAddress, byNumber := s.limits.address, s.limits.number
	if g == bare {
		byAddress, byNumber = s.limits.bareAddress, s.limits.bareNumber
	}
	if wait := byAddress.take(s.clientAddress(v.r), now); wait > 0 {
		s.tooMany(v, p, wait)
		return
	}
	if again := askAgain(g, p); again != "" {
		s.again(v, p, again)
		return
	}
	in, issues := readInquiry(p.sub, v.src, v.dir, now)
	if g == good { // a business's own page asks what it likes
		issues = append(issues, missing(v.src.Form, v.dir, in)...)
	}
	if issues = merged(p.issues, issues); len(issues) > 0 {
		s.wrong(v, p, issues)
		return
	}
	if wait := byNumber.take(string(in.Phone), now); wait > 0 {
		s.tooMany(v, p, wait)
		return
	}
	s.store(ctx, v, p, p.key(v.src, g, now), in)
}

// askAgain names the notice with which the page is shown again; "" when the post
// is in order.
func askAgain(g grade, p post) string {
	switch {
	case p.trap:
		return "intake.again.trap"
	case g == hasty:
		return "intake.again.hasty"
	case g == stale, g == forged:
		return "intake.again.stale"
	}
	return ""
}

// merged puts what was wrong with the text of inputs before what their values
// lack, one issue a field.
func merged(first, second []issue) []issue {
	seen := map[string]bool{}
	var out []issue
	for _, i := range append(first, second...) {
		if !seen[i.Field] {
			seen[i.Field] = true
			out = append(out, i)
		}
	}
	return out
}

func (s *server) store(ctx context.Context, v *visit, p post, key string, in crm.Inquiry) {
	_, err := s.record(ctx, crm.Recording{Key: key, Inquiry: in})
	if i, ok := issueOf(err, p.sub); ok {
		s.wrong(v, p, []issue{i})
		return
	}
	switch {
	case crm.IsKey(err, crm.KeyNoSource):
		s.gone(v)
	case err != nil:
		s.failed(ctx, v, p, err)
	case v.json:
		// Nothing about the customer: whether a number is known is no stranger's business.
		writeJSON(v.w, http.StatusCreated, "application/json", map[string]bool{"received": true})
	default:
		// Relative, so that it holds behind a proxy that adds a path in front.
		v.w.Header().Set("Location", v.src.Slug+"/thanks"+v.langQuery())
		v.w.Header().Set("Cache-Control", "no-store")
		v.w.WriteHeader(http.StatusSeeOther)
	}
}

func (v *visit) langQuery() string {
	if lang := chosen(v.r); lang != "" {
		return "?lang=" + string(lang)
	}
	return ""
}

// wrong answers what is wrong with a post, with everything typed kept.
func (s *server) wrong(v *visit, p post, issues []issue) {
	if v.json {
		s.refuse(v.w, issues)
		return
	}
	pg := s.page(v, p)
	pg.point(issues)
	s.render(v, http.StatusBadRequest, pg)
}

// again shows the page once more, with everything typed kept.
func (s *server) again(v *visit, p post, notice string) {
	if v.json {
		writeProblem(v.w, problem{Status: http.StatusBadRequest, Field: tokenInput, Reason: badValue,
			Detail: s.Catalogue.Printer(crm.English).T(notice)})
		return
	}
	pg := s.page(v, p)
	pg.Notice = pg.T(notice)
	s.render(v, http.StatusBadRequest, pg)
}

func (s *server) tooMany(v *visit, p post, wait time.Duration) {
	retryAfter(v.w, wait)
	if v.json {
		writeProblem(v.w, problem{Status: http.StatusTooManyRequests, Detail: "Too many inquiries; slow down."})
		return
	}
	pg := s.page(v, p)
	pg.Notice = pg.N("intake.too_many", int((wait+time.Minute-1)/time.Minute))
	s.render(v, http.StatusTooManyRequests, pg)
}

// failed answers that nothing was stored: the page keeps what was typed, and
// sending the same page again is harmless even if it was stored after all.
func (s *server) failed(ctx context.Context, v *visit, p post, err error) {
	s.Log.ErrorContext(ctx, "form not served", "source", int64(v.src.ID), "method", v.r.Method, "error", err)
	retryAfter(v.w, retryStored)
	if v.json {
		writeProblem(v.w, problem{Status: http.StatusServiceUnavailable, Detail: "The inquiry could not be stored. Send it again later."})
		return
	}
	pg := s.page(v, p)
	pg.Notice = pg.T("intake.not_shown")
	if v.r.Method == http.MethodPost {
		pg.Notice = pg.T("intake.not_stored")
	}
	s.render(v, http.StatusServiceUnavailable, pg)
}

// unread answers a post that could not be read to its end.
func (s *server) unread(v *visit, p post, err error) {
	if v.json {
		s.unreadable(v.w, err)
		return
	}
	pg, status := s.page(v, p), http.StatusBadRequest
	pg.Notice = pg.T("intake.cut_off")
	var over *http.MaxBytesError
	if errors.As(err, &over) {
		status = http.StatusRequestEntityTooLarge
		pg.Notice = pg.T("intake.too_large")
	}
	s.render(v, status, pg)
}

func (s *server) noMethod(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Allow", "GET, HEAD, POST, OPTIONS")
	writeProblem(w, problem{Status: http.StatusMethodNotAllowed, Detail: "A form takes GET and POST, not " + strings.ToUpper(r.Method) + "."})
}
