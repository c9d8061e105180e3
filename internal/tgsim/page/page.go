// Package page is the browser side of the simulated Telegram: a static page
// that shows several chats side by side, as phones.
//
// The page carries no data of its own. It reads /sim/state, listens to
// /sim/events and posts what its people type and tap to /sim/chat/{id}/…, all
// at the origin that serves it; package tgsim answers there.
package page

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed static
var static embed.FS

// contentSecurityPolicy lets the page load and reach its own origin only.
// Inline scripts and styles stay forbidden, so that nothing a message carries
// can run even if it got past the page's own sanitizer.
const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
	"font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// asset is one file of the page, ready to be served.
type asset struct {
	body        []byte
	contentType string
	etag        string
}

// Handler serves the page at "/" and its files below it. It answers GET and
// HEAD only, and 404 for every path that is not a file of the page, so it can
// be mounted as the fallback of a mux that has the /sim/ API.
//
// Every file is revalidated on each load by an ETag of its content: a new
// build is seen at once, an unchanged one costs a 304.
func Handler() http.Handler {
	assets := load()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		name := strings.TrimPrefix(r.URL.Path, "/")
		if name == "" {
			name = "index.html"
		}
		a, ok := assets[name]
		if !ok {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Security-Policy", contentSecurityPolicy)
		h.Set("Content-Type", a.contentType)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-cache")
		h.Set("ETag", a.etag)
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(a.body))
	})
}

// load reads the embedded files, keyed by their path below static. An error
// here is a broken build, not something a caller could act on.
func load() map[string]asset {
	assets := map[string]asset{}
	err := fs.WalkDir(static, "static", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := static.ReadFile(name)
		if err != nil {
			return err
		}
		contentType, err := contentType(name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		assets[strings.TrimPrefix(name, "static/")] = asset{
			body:        body,
			contentType: contentType,
			etag:        `"` + hex.EncodeToString(sum[:12]) + `"`,
		}
		return nil
	})
	if err != nil {
		panic(fmt.Sprintf("page: load embedded files: %v", err))
	}
	return assets
}

// contentType knows the types itself, since the mime package also reads the
// machine's tables, which differ and have been wrong for JavaScript.
func contentType(name string) (string, error) {
	switch ext := path.Ext(name); ext {
	case ".html":
		return "text/html; charset=utf-8", nil
	case ".css":
		return "text/css; charset=utf-8", nil
	case ".js":
		return "text/javascript; charset=utf-8", nil
	case ".svg":
		return "image/svg+xml", nil
	case ".woff2":
		return "font/woff2", nil
	case ".txt":
		return "text/plain; charset=utf-8", nil
	default:
		return "", fmt.Errorf("%s: no content type for %q", name, ext)
	}
}
