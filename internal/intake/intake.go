package intake

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"cartable/bot/text"
	"cartable/internal/crm"
)

const (
	maxBody      = 64 << 10         // bytes of one submission
	storeTimeout = 10 * time.Second // for everything that one request asks of the database
	retryStored  = 15 * time.Second // when to try again after a 503

	maxGroup  = 32                    // inquiries that share a commit at most
	slowGroup = 50 * time.Millisecond // after which another group begins beside one
	maxGroups = 4                     // that are under way at most; each has a connection to the database
	besides   = 4                     // so few are quicker beside each other than waiting to share a commit
)

// Domain is what intake asks of the domain; *crm.Service is one.
type Domain interface {
	Directory(ctx context.Context) (crm.Directory, error)
	RecordInquiries(ctx context.Context, rs []crm.Recording) []crm.Recorded
	SourceByKey(ctx context.Context, key string) (crm.Source, error)
	SourceBySlug(ctx context.Context, slug string) (crm.Source, error)
}

// Options are what New needs. All but TrustedProxies, PublicURL, Limits and
// Observe are required.
type Options struct {
	Domain    Domain
	Clock     crm.Clock
	Log       *slog.Logger
	Catalogue *text.Catalogue
	// Secret signs the form's time tokens; the same for all instances. It is
	// asked until it once succeeds.
	Secret func(ctx context.Context) ([]byte, error)
	// TrustedProxies are the peers whose X-Forwarded-For counts.
	TrustedProxies []netip.Prefix
	// PublicURL is how the outside reaches the program, without a slash at the
	// end; for the address in link previews. Everything else is relative.
	PublicURL string
	// Limits that are zero take their default.
	Limits Limits
	// Observe hears of every request: its route ("api" or "form"), the status it
	// was answered with and how long that took.
	Observe func(route string, status int, took time.Duration)
}

// server answers intake's requests.
type server struct {
	Options
	limits   limiters
	pages    pages
	keys     keyring
	arrivals gatherer[crm.Recording, crm.Recorded]

	secret atomic.Pointer[[]byte]
}

// New returns the handler of POST /api/v1/inquiries and of everything below
// /f/. Requests to /f/ need no protection against cross-site posts: they are
// meant to come from other sites, and nothing there depends on who is logged in.
func New(o Options) (http.Handler, error) {
	if o.Domain == nil || o.Clock == nil || o.Log == nil || o.Catalogue == nil || o.Secret == nil {
		return nil, errors.New("intake: Domain, Clock, Log, Catalogue and Secret are required")
	}
	if o.Observe == nil {
		o.Observe = func(string, int, time.Duration) {}
	}
	pages, err := loadPages()
	if err != nil {
		return nil, err
	}
	s := &server{Options: o, limits: newLimiters(o.Limits), pages: pages}
	s.arrivals = gatherer[crm.Recording, crm.Recorded]{carryOut: o.Domain.RecordInquiries, most: maxGroup, slow: slowGroup, atOnce: maxGroups, beside: besides}
	mux := http.NewServeMux()
	mux.Handle("/api/v1/inquiries", s.observed("api", s.inquiries))
	mux.HandleFunc("/api/", func(w http.ResponseWriter, _ *http.Request) {
		writeProblem(w, problem{Status: http.StatusNotFound, Detail: "There is nothing at this address."})
	})
	mux.HandleFunc("GET /f/assets/"+pages.styleName, s.style)
	mux.Handle("/f/{form}", s.observed("form", s.form))
	mux.Handle("GET /f/{form}/thanks", s.observed("form", s.thanks))
	mux.Handle("/f/", s.observed("form", s.noForm))
	return mux, nil
}

func (s *server) observed(route string, handle http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := s.Clock.Now()
		rec := &recorder{ResponseWriter: w, status: http.StatusOK}
		handle(rec, r)
		s.Observe(route, rec.status, s.Clock.Now().Sub(began))
	})
}

// recorder remembers the status of an answer.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.MaxBytesReader reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// signingSecret is Secret's, kept once it was there.
func (s *server) signingSecret(ctx context.Context) ([]byte, error) {
	if kept := s.secret.Load(); kept != nil {
		return *kept, nil
	}
	secret, err := s.Secret(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the secret of form pages: %w", err)
	}
	s.secret.Store(&secret)
	return secret, nil
}

// record stores an inquiry whose sender may be gone already: what was read is
// kept, whatever happens to the connection.
func (s *server) record(ctx context.Context, r crm.Recording) (crm.Arrival, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	got, err := s.arrivals.do(ctx, r)
	if err != nil {
		return crm.Arrival{}, fmt.Errorf("record an inquiry: %w", err)
	}
	return got.Arrival, got.Err
}

// onceKey is the idempotency key of a request that brought none.
func onceKey() string { return "once:" + rand.Text() }
