package intake

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jonboulle/clockwork"

	"cartable/bot/text"
	"cartable/internal/crm"
	"cartable/internal/pgtest"
	"cartable/internal/postgres"
)

// noon is a Saturday in Tehran, 1405/08/30.
var noon = time.Date(2026, 11, 21, 8, 30, 0, 0, time.UTC)

// moodyDomain is the real one, which can be made to fail.
type moodyDomain struct {
	*crm.Service
	broken, deaf atomic.Bool // storing fails; reading fails
}

var errBroken = errors.New("the database is away")

func (d *moodyDomain) RecordInquiries(ctx context.Context, rs []crm.Recording) []crm.Recorded {
	if d.broken.Load() {
		return slices.Repeat([]crm.Recorded{{Err: errBroken}}, len(rs))
	}
	return d.Service.RecordInquiries(ctx, rs)
}

func (d *moodyDomain) SourceBySlug(ctx context.Context, slug string) (crm.Source, error) {
	if d.deaf.Load() {
		return crm.Source{}, errBroken
	}
	return d.Service.SourceBySlug(ctx, slug)
}

func (d *moodyDomain) SourceByKey(ctx context.Context, key string) (crm.Source, error) {
	if d.deaf.Load() {
		return crm.Source{}, errBroken
	}
	return d.Service.SourceByKey(ctx, key)
}

// desk is a business with an API source and a form, on a real database.
type desk struct {
	t       *testing.T
	pool    *pgxpool.Pool
	domain  *moodyDomain
	clock   *clockwork.FakeClock
	log     *lockedBuffer
	server  *httptest.Server
	client  *http.Client
	api     crm.NewSource
	website crm.NewSource
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func catalogue(t *testing.T) *text.Catalogue {
	t.Helper()
	c, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func newDesk(t *testing.T, alter ...func(*Options)) *desk {
	t.Helper()
	pool, err := postgres.Open(t.Context(), pgtest.URL(t), "public")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	store := postgres.NewStore(pool)
	d := &desk{t: t, pool: pool, clock: clockwork.NewFakeClockAt(noon), log: &lockedBuffer{}}
	d.domain = &moodyDomain{Service: crm.NewService(store, d.clock, nil)}
	o := Options{
		Domain: d.domain, Clock: d.clock, Log: slog.New(slog.NewTextHandler(d.log, nil)), Catalogue: catalogue(t),
		Secret:         store.Secret,
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		PublicURL:      "https://crm.example.ir",
	}
	for _, f := range alter {
		f(&o)
	}
	handler, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	d.server = httptest.NewServer(handler)
	t.Cleanup(d.server.Close)
	d.client = d.server.Client()
	d.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	d.api = d.source("کد سایت", crm.SourceAPI)
	d.website = d.source("فرم سایت", crm.SourceForm)
	d.exec(`UPDATE settings SET business = 'حسابداری راستین'`)
	return d
}

func (d *desk) source(title string, kind crm.SourceKind) crm.NewSource {
	d.t.Helper()
	src, err := d.domain.AddSource(d.t.Context(), crm.Command{Key: "add " + title}, title, kind)
	if err != nil {
		d.t.Fatal(err)
	}
	return src
}

func (d *desk) exec(sql string, args ...any) {
	d.t.Helper()
	if _, err := d.pool.Exec(d.t.Context(), sql, args...); err != nil {
		d.t.Fatal(err)
	}
}

func query[T any](d *desk, sql string, args ...any) T {
	d.t.Helper()
	rows, err := d.pool.Query(d.t.Context(), sql, args...)
	if err != nil {
		d.t.Fatal(err)
	}
	v, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[T])
	if err != nil {
		d.t.Fatal(err)
	}
	return v
}

func (d *desk) inquiries() int { return query[int](d, `SELECT count(*) FROM inquiries`) }

// answer is what came back, read to its end.
type answer struct {
	*http.Response
	body string
}

func (d *desk) do(method, path, body string, headers ...string) answer {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.t.Context(), method, d.server.URL+path, strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := d.client.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return answer{resp, string(b)}
}

// send posts JSON with the API source's key.
func (d *desk) send(body string, headers ...string) answer {
	d.t.Helper()
	return d.do("POST", "/api/v1/inquiries", body, append([]string{"Authorization", "Bearer " + d.api.Key}, headers...)...)
}

// object is what was sent, as JSON.
func object(v map[string]any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func decode[T any](t *testing.T, a answer) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		t.Fatalf("answer %q: %v", a.body, err)
	}
	return v
}

func (d *desk) path() string { return "/f/" + d.website.Slug }

// fill posts the form.
func (d *desk) fill(values url.Values, headers ...string) answer {
	d.t.Helper()
	return d.do("POST", d.path(), values.Encode(), append([]string{"Content-Type", "application/x-www-form-urlencoded"}, headers...)...)
}

// freshToken is that of a page which somebody has had open for a while.
func (d *desk) freshToken() string {
	d.t.Helper()
	token := between(d.do("GET", d.path(), "").body, `name="_token" value="`, `"`)
	if token == "" {
		d.t.Fatal("the page has no token")
	}
	d.clock.Advance(10 * time.Second)
	return token
}

func between(s, from, to string) string {
	_, s, ok := strings.Cut(s, from)
	if !ok {
		return ""
	}
	s, _, _ = strings.Cut(s, to)
	return s
}

func wantStatus(t *testing.T, a answer, status int) {
	t.Helper()
	if a.StatusCode != status {
		t.Fatalf("status %d, want %d: %.400s", a.StatusCode, status, a.body)
	}
}

func wantHas(t *testing.T, s string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(s, p) {
			t.Errorf("%q is missing in:\n%.3000s", p, s)
		}
	}
}
