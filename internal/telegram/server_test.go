package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

const testToken = "123456789:AAtestTESTtest_-TESTtestTESTtest01234"

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

// call is what the server was asked.
type call struct {
	Ctx    context.Context
	Method string
	Params map[string]string
	Files  map[string]string // field → name and content
}

// answer is a Bot API server in a function: the status and body for a call.
type answer func(call) (status int, body string)

// api records calls and answers them.
type api struct {
	answer answer
	mu     sync.Mutex
	calls  []call
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, method, ok := strings.Cut(r.URL.Path, "/bot"+testToken+"/")
	if !ok {
		http.NotFound(w, r)
		return
	}
	c := call{Ctx: r.Context(), Method: method, Params: map[string]string{}}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		if err := r.ParseMultipartForm(1 << 20); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		c.Files = map[string]string{}
		for field, headers := range r.MultipartForm.File {
			f, _ := headers[0].Open()
			content, _ := io.ReadAll(f)
			c.Files[field] = headers[0].Filename + ": " + string(content)
		}
	} else if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	for k := range r.Form {
		c.Params[k] = r.Form.Get(k)
	}
	a.mu.Lock()
	a.calls = append(a.calls, c)
	a.mu.Unlock()
	status, body := a.answer(c)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

func (a *api) last(t *testing.T) call {
	t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.calls) == 0 {
		t.Fatal("the server was not called")
	}
	return a.calls[len(a.calls)-1]
}

func ok(result string) (int, string) { return http.StatusOK, `{"ok":true,"result":` + result + `}` }

func refuse(code int, description, parameters string) (int, string) {
	body := map[string]any{"ok": false, "error_code": code, "description": description}
	if parameters != "" {
		body["parameters"] = json.RawMessage(parameters)
	}
	b, _ := json.Marshal(body)
	return code, string(b)
}

// newServer starts a server over the network and a client of it.
func newServer(t *testing.T, a answer) (*Client, *api) {
	t.Helper()
	handler := &api{answer: a}
	server := httptest.NewServer(handler)
	c := newClient(t, Config{API: server.URL})
	t.Cleanup(func() { c.Close(); server.Close() })
	return c, handler
}

// newLocal is newServer without a network, for bubbles of testing/synctest.
func newLocal(t *testing.T, a answer) (*Client, *api) {
	t.Helper()
	handler := &api{answer: a}
	c := newClient(t, Config{})
	c.transport = inProcess{handler}
	return c, handler
}

func newClient(t *testing.T, cfg Config) *Client {
	t.Helper()
	cfg.Token, cfg.Clock = testToken, systemClock{}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// inProcess carries a request to a handler without a network.
type inProcess struct{ http.Handler }

func (h inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return w.Result(), nil
}

// captured is a log to look into.
func captured() (*slog.Logger, *bytes.Buffer) {
	var b bytes.Buffer
	return slog.New(slog.NewTextHandler(&b, nil)), &b
}

func background(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}
