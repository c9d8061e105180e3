package page

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

func get(t *testing.T, method, path string, header http.Header) *http.Response {
	t.Helper()
	request := httptest.NewRequest(method, path, nil)
	for name, values := range header {
		request.Header[name] = values
	}
	recorder := httptest.NewRecorder()
	Handler().ServeHTTP(recorder, request)
	return recorder.Result()
}

func body(t *testing.T, path string) string {
	t.Helper()
	recorder := httptest.NewRecorder()
	Handler().ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, path, nil))
	if recorder.Code != http.StatusOK {
		t.Fatalf("GET %s: status %d", path, recorder.Code)
	}
	return recorder.Body.String()
}

func TestHandlerServesFilesWithTheirTypes(t *testing.T) {
	for path, want := range map[string]string{
		"/":                             "text/html; charset=utf-8",
		"/js/app.js":                    "text/javascript; charset=utf-8",
		"/css/base.css":                 "text/css; charset=utf-8",
		"/wallpaper.svg":                "image/svg+xml",
		"/fonts/Vazirmatn-33.0.3.woff2": "font/woff2",
		"/fonts/OFL.txt":                "text/plain; charset=utf-8",
	} {
		response := get(t, http.MethodGet, path, nil)
		if response.StatusCode != http.StatusOK {
			t.Errorf("%s: status %d, want 200", path, response.StatusCode)
		}
		if got := response.Header.Get("Content-Type"); got != want {
			t.Errorf("%s: content type %q, want %q", path, got, want)
		}
		if got := response.Header.Get("X-Content-Type-Options"); got != "nosniff" {
			t.Errorf("%s: X-Content-Type-Options %q, want nosniff", path, got)
		}
	}
}

func TestHandlerForbidsEverythingButItsOwnOrigin(t *testing.T) {
	policy := get(t, http.MethodGet, "/", nil).Header.Get("Content-Security-Policy")
	if !strings.HasPrefix(policy, "default-src 'none'; script-src 'self'; style-src 'self';") {
		t.Errorf("policy does not start closed: %q", policy)
	}
	for _, hole := range []string{"unsafe", "http:", "https:", "data:", "*"} {
		if strings.Contains(policy, hole) {
			t.Errorf("policy has %q in it: %q", hole, policy)
		}
	}
}

func TestHandlerRevalidatesInsteadOfCaching(t *testing.T) {
	first := get(t, http.MethodGet, "/js/app.js", nil)
	if got := first.Header.Get("Cache-Control"); got != "no-cache" {
		t.Errorf("Cache-Control %q, want no-cache", got)
	}
	etag := first.Header.Get("ETag")
	second := get(t, http.MethodGet, "/js/app.js", http.Header{"If-None-Match": {etag}})
	if second.StatusCode != http.StatusNotModified {
		t.Errorf("with its own ETag: status %d, want 304", second.StatusCode)
	}
	other := get(t, http.MethodGet, "/js/api.js", http.Header{"If-None-Match": {etag}})
	if other.StatusCode != http.StatusOK {
		t.Errorf("with the ETag of another file: status %d, want 200", other.StatusCode)
	}
}

func TestHandlerRefusesWhatItDoesNotHave(t *testing.T) {
	for _, path := range []string{"/missing.js", "/js", "/js/", "/static/index.html", "/../page.go", "/sim/state"} {
		if got := get(t, http.MethodGet, path, nil).StatusCode; got != http.StatusNotFound {
			t.Errorf("%s: status %d, want 404", path, got)
		}
	}
	response := get(t, http.MethodPost, "/", nil)
	if response.StatusCode != http.StatusMethodNotAllowed || response.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: status %d, Allow %q", response.StatusCode, response.Header.Get("Allow"))
	}
	if got := get(t, http.MethodHead, "/", nil).StatusCode; got != http.StatusOK {
		t.Errorf("HEAD: status %d, want 200", got)
	}
}

// Every file that another one names must be there, under exactly that name.
func TestPageNamesOnlyFilesThatExist(t *testing.T) {
	index := body(t, "/")
	for _, match := range regexp.MustCompile(`(?:href|src)="([^"]+)"`).FindAllStringSubmatch(index, -1) {
		body(t, "/"+match[1])
	}
	for name := range load() {
		switch {
		case strings.HasPrefix(name, "js/"):
			for _, match := range regexp.MustCompile(`from "\./([^"]+)"`).FindAllStringSubmatch(body(t, "/"+name), -1) {
				body(t, "/js/"+match[1])
			}
		case strings.HasPrefix(name, "css/"):
			for _, match := range regexp.MustCompile(`url\("\.\./([^"]+)"\)`).FindAllStringSubmatch(body(t, "/"+name), -1) {
				body(t, "/"+match[1])
			}
		}
	}
}

// The page's policy forbids inline code; markup that needs it would be dead.
func TestIndexHasNothingInline(t *testing.T) {
	index := body(t, "/")
	if found := regexp.MustCompile(`(?i)<style|\sstyle=|\son\w+=|<script(?:[^>]*)>[^<]`).FindString(index); found != "" {
		t.Errorf("index.html has inline code: %q", found)
	}
}
