package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"

	"cartable/internal/pgtest"
)

// output is a writer that may be read while it is written to.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// cartable runs a command line and returns what it printed.
func cartable(t *testing.T, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	var out, errOut output
	err = run(t.Context(), args, &out, &errOut)
	return out.String(), errOut.String(), err
}

func TestVersion(t *testing.T) {
	out, _, err := cartable(t, "version")
	if err != nil || !strings.HasPrefix(out, "cartable ") || !strings.Contains(out, "go1.") {
		t.Fatalf("version: %q, %v", out, err)
	}
}

func TestHelpNamesEveryVariable(t *testing.T) {
	out, _, err := cartable(t, "serve", "--help")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"TELEGRAM_TOKEN", "TELEGRAM_API", "PROXY", "DATABASE_URL", "REDIS_URL", "SCHEMA", "DATA_DIR",
		"TRUSTED_PROXIES", "LISTEN", "PUBLIC_URL", "WEBHOOK", "TIMEZONE", "LANGUAGE", "LOG", "LOG_LEVEL"} {
		if !strings.Contains(out, "$CARTABLE_"+name) {
			t.Errorf("the help does not name CARTABLE_%s", name)
		}
	}
}

func TestBadCommandLines(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"unknown command": {[]string{"fly"}, "unexpected argument fly"},
		"unknown flag":    {[]string{"serve", "--fly"}, "unknown flag --fly"},
		"no token":        {[]string{"serve"}, "CARTABLE_TELEGRAM_TOKEN is not set"},
		"zone":            {[]string{"version", "--timezone=Mars/Base"}, "CARTABLE_TIMEZONE"},
		"language":        {[]string{"version", "--language=de"}, "fa"},
		"listen":          {[]string{"version", "--listen=8080"}, "CARTABLE_LISTEN"},
		"proxies":         {[]string{"version", "--trusted-proxies=here"}, "CARTABLE_TRUSTED_PROXIES"},
		"public URL":      {[]string{"version", "--public-url=crm.example.com"}, "CARTABLE_PUBLIC_URL"},
		"webhook":         {[]string{"version", "--webhook", "--public-url=http://crm.example.com"}, "CARTABLE_WEBHOOK"},
		"kind of source":  {[]string{"source", "add", "--title=x", "--kind=fax"}, "--kind"},
		"nobody answers":  {[]string{"healthcheck", "--listen=127.0.0.1:1"}, "health check"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("CARTABLE_TELEGRAM_TOKEN", "")
			if _, _, err := cartable(t, c.args...); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

func TestMigrateSourceAndOwnerLink(t *testing.T) {
	t.Setenv("CARTABLE_DATABASE_URL", pgtest.EmptyURL(t))
	t.Setenv("CARTABLE_PUBLIC_URL", "https://crm.example.com/")
	if out, _, err := cartable(t, "migrate"); err != nil || !strings.Contains(out, "public is up to date") {
		t.Fatalf("migrate: %q, %v", out, err)
	}
	for kind, path := range map[string]string{"form": "/f/", "api": "/api/v1/inquiries", "signup": "/api/v1/inquiries", "call": "/api/v1/inquiries"} {
		out, _, err := cartable(t, "source", "add", "--title", "Spring & co", "--kind", kind, "--json")
		if err != nil {
			t.Fatal(err)
		}
		var src addedSource
		decoder := json.NewDecoder(strings.NewReader(out))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&src); err != nil {
			t.Fatalf("%q: %v", out, err)
		}
		if src.ID == 0 || string(src.Kind) != kind || src.Title != "Spring & co" || !strings.HasPrefix(src.URL, "https://crm.example.com"+path) {
			t.Errorf("%s: %+v", kind, src)
		}
		if (src.Key == "") != (kind == "form") {
			t.Errorf("%s: key %q", kind, src.Key)
		}
	}
	sim := simulated(t)
	t.Setenv("CARTABLE_TELEGRAM_TOKEN", sim.Token())
	t.Setenv("CARTABLE_TELEGRAM_API", sim.URL())
	out, _, err := cartable(t, "owner-link")
	if err != nil || !strings.HasPrefix(out, "https://t.me/"+sim.Bot().Username+"?start=") {
		t.Fatalf("owner-link: %q, %v", out, err)
	}
}

func TestDoctor(t *testing.T) {
	sim := simulated(t)
	t.Setenv("CARTABLE_DATABASE_URL", pgtest.EmptyURL(t))
	t.Setenv("CARTABLE_REDIS_URL", "redis://127.0.0.1:1/0")
	t.Setenv("CARTABLE_TELEGRAM_TOKEN", sim.Token())
	t.Setenv("CARTABLE_TELEGRAM_API", sim.URL())
	t.Setenv("CARTABLE_LISTEN", "127.0.0.1:0")
	out, _, err := cartable(t, "doctor")
	if err == nil {
		t.Errorf("nothing was wrong:\n%s", out)
	}
	for _, line := range []string{"✓ database", "✗ schema", "cartable migrate", "✗ Redis", "✓ Telegram", "✓ clock"} {
		if !strings.Contains(out, line) {
			t.Errorf("no line with %q:\n%s", line, out)
		}
	}
	if strings.Contains(out, sim.Token()) {
		t.Error("the report holds the token")
	}
}

// get answers with the status of a GET.
func get(ctx context.Context, url string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return 0, err
	}
	res, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		return 0, err
	}
	return res.StatusCode, res.Body.Close()
}
