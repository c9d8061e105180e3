package intake

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"cartable/internal/crm"
	"cartable/internal/failpoint"
)

// accepted is the API's answer to an inquiry that is stored.
type accepted struct {
	Customer crm.CustomerID `json:"customer_id"`
	Inquiry  crm.InquiryID  `json:"inquiry_id"`
	Known    bool           `json:"known"` // the number was a customer's before
}

// inquiries is POST /api/v1/inquiries: one inquiry of a business's own program,
// authorised by the key of a source. 201, or 200 for a repetition of the same
// Idempotency-Key, which is answered with the first outcome even if its body differs.
func (s *server) inquiries(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		writeProblem(w, problem{Status: http.StatusMethodNotAllowed, Detail: "Inquiries are sent with POST."})
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), storeTimeout)
	defer cancel()
	c, ok := s.authorised(ctx, w, r)
	if !ok {
		return
	}
	if wait := s.limits.source.take(strconv.FormatInt(int64(c.src.ID), 10), s.Clock.Now()); wait > 0 {
		retryAfter(w, wait)
		writeProblem(w, problem{Status: http.StatusTooManyRequests, Detail: "Too many inquiries with this key; slow down."})
		return
	}
	key, ok := commandKey(c.src, r.Header.Get("Idempotency-Key"))
	if !ok {
		s.refuseCaller(ctx, w, c, []issue{{"Idempotency-Key", badKey}})
		return
	}
	sub, issues, err := readJSON(http.MaxBytesReader(w, r.Body, maxBody))
	switch {
	case err != nil:
		if s.stillAuthorised(ctx, w, c) {
			s.unreadable(w, err)
		}
	case len(issues) > 0:
		s.refuseCaller(ctx, w, c, issues)
	default:
		s.accept(ctx, w, c, key, sub)
	}
}

// accept stores what was read and answers.
func (s *server) accept(ctx context.Context, w http.ResponseWriter, c caller, key string, sub submission) {
	var dir crm.Directory
	if hasValues(sub) {
		var err error
		if dir, err = s.Domain.Directory(ctx); err != nil {
			s.unavailable(ctx, w, c.src, err)
			return
		}
	}
	in, issues := readInquiry(sub, c.src, dir, s.Clock.Now())
	if len(issues) > 0 {
		s.refuseCaller(ctx, w, c, issues)
		return
	}
	failpoint.Reach(failpoint.IntakeRead)
	arrival, err := s.record(ctx, crm.Recording{Key: key, Inquiry: in, SourceKey: c.key})
	failpoint.Reach(failpoint.IntakeRecorded)
	if i, ok := issueOf(err, sub); ok {
		s.refuse(w, []issue{i})
		return
	}
	if crm.IsKey(err, crm.KeyNoSource) {
		s.keys.drop(c.key)
		unauthorised(w)
		return
	}
	if err != nil {
		s.unavailable(ctx, w, c.src, err)
		return
	}
	status := http.StatusCreated
	if arrival.Repeated {
		status = http.StatusOK
	}
	writeJSON(w, status, "application/json", accepted{Customer: arrival.Customer, Inquiry: arrival.Inquiry, Known: arrival.Known})
	failpoint.Reach(failpoint.IntakeAnswered)
}

// caller is who shows the key of a source.
type caller struct {
	key   string
	src   crm.Source
	asked bool // whether the key works was asked for this request
}

// authorised finds the source whose key the request shows, or answers 401. Keys
// are too long to be guessed, so there is no limit on trying. Of a key that is
// remembered, the answer is provisional: see keyring.
func (s *server) authorised(ctx context.Context, w http.ResponseWriter, r *http.Request) (caller, bool) {
	scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	key = strings.TrimSpace(key)
	if key == "" || !strings.EqualFold(scheme, "Bearer") {
		unauthorised(w)
		return caller{}, false
	}
	if src, ok := s.keys.find(key); ok {
		return caller{key: key, src: src}, true
	}
	return s.askAuthorised(ctx, w, key)
}

// askAuthorised asks the database whether a key works.
func (s *server) askAuthorised(ctx context.Context, w http.ResponseWriter, key string) (caller, bool) {
	src, err := s.Domain.SourceByKey(ctx, key)
	switch {
	case crm.IsKey(err, crm.KeyNoSource), err == nil && !overAPI(src):
		s.keys.drop(key)
		unauthorised(w)
		return caller{}, false
	case err != nil:
		s.unavailable(ctx, w, crm.Source{}, err)
		return caller{}, false
	}
	s.keys.add(key, src)
	return caller{key: key, src: src, asked: true}, true
}

// stillAuthorised is for a request that stores nothing: true where the caller's key works, or
// it answers.
func (s *server) stillAuthorised(ctx context.Context, w http.ResponseWriter, c caller) bool {
	if c.asked {
		return true
	}
	_, ok := s.askAuthorised(ctx, w, c.key)
	return ok
}

// refuseCaller answers 400 to whoever may send.
func (s *server) refuseCaller(ctx context.Context, w http.ResponseWriter, c caller, issues []issue) {
	if s.stillAuthorised(ctx, w, c) {
		s.refuse(w, issues)
	}
}

func overAPI(src crm.Source) bool { return !src.Retired && src.Kind.Keyed() }

// unauthorised answers 401 with the challenge that RFC 6750, section 3 asks for.
func unauthorised(w http.ResponseWriter) {
	w.Header().Set("WWW-Authenticate", `Bearer realm="cartable"`)
	writeProblem(w, problem{Status: http.StatusUnauthorized, Detail: "Send the key of a source: Authorization: Bearer <key>."})
}

// commandKey makes the caller's idempotency key one of its source; a request
// without one gets a key of its own.
func commandKey(src crm.Source, given string) (string, bool) {
	const maxKey = 200
	if given == "" {
		return onceKey(), true
	}
	for _, r := range given {
		if r < ' ' || r > '~' {
			return "", false
		}
	}
	return "api:" + strconv.FormatInt(int64(src.ID), 10) + ":" + given, len(given) <= maxKey
}

// refuse answers 400 with what is wrong.
func (s *server) refuse(w http.ResponseWriter, issues []issue) {
	first := issues[0]
	p := problem{Status: http.StatusBadRequest, Field: first.Field, Reason: first.Reason}
	p.Detail = first.Field + ": " + s.Catalogue.Printer(crm.English).T("intake.reason."+string(first.Reason))
	if len(issues) > 1 {
		p.Errors = issues
	}
	writeProblem(w, p)
}

// unreadable answers for a body that could not be read to its end.
func (s *server) unreadable(w http.ResponseWriter, err error) {
	var over *http.MaxBytesError
	if errors.As(err, &over) {
		writeProblem(w, problem{Status: http.StatusRequestEntityTooLarge, Detail: "An inquiry has at most 64 KB."})
		return
	}
	s.refuse(w, []issue{{bodyField, badJSON}})
}

// unavailable answers 503: nothing is known to be stored, and sending it again
// with the same Idempotency-Key is safe.
func (s *server) unavailable(ctx context.Context, w http.ResponseWriter, src crm.Source, err error) {
	s.Log.ErrorContext(ctx, "inquiry not stored", "source", int64(src.ID), "error", err)
	retryAfter(w, retryStored)
	writeProblem(w, problem{Status: http.StatusServiceUnavailable, Detail: "The inquiry could not be stored. Send it again later."})
}
