package tgsim_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"go.uber.org/goleak"

	"cartable/internal/tgsim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 9, 30, 8, 30, 0, 0, time.UTC)

// bot is a client of the simulated server, as plain as can be.
type bot struct {
	t      *testing.T
	srv    *tgsim.Server
	client *http.Client
	clock  *clockwork.FakeClock
}

type reply struct {
	Status      int             `json:"-"`
	OK          bool            `json:"ok"`
	Result      json.RawMessage `json:"result"`
	Code        int             `json:"error_code"`
	Description string          `json:"description"`
	Parameters  struct {
		MigrateTo  int64 `json:"migrate_to_chat_id"`
		RetryAfter int   `json:"retry_after"`
	} `json:"parameters"`
}

func start(t *testing.T, opts tgsim.Options) *bot {
	t.Helper()
	clock := clockwork.NewFakeClockAt(noon)
	if opts.Clock == nil {
		opts.Clock = clock
	}
	if opts.Wall == nil {
		opts.Wall = time.Now
	}
	srv := tgsim.New(opts)
	if err := srv.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(func() {
		client.CloseIdleConnections()
		if err := srv.Close(); err != nil {
			t.Error(err)
		}
	})
	return &bot{t: t, srv: srv, client: client, clock: clock}
}

type args map[string]any

// try calls a method with a JSON body and gives the transport's error.
func (b *bot) try(method string, a args) (reply, error) {
	body, err := json.Marshal(a)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.send(method, "application/json", bytes.NewReader(body))
}

func (b *bot) send(method, kind string, body io.Reader) (reply, error) {
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.srv.URL()+"/bot"+b.srv.Token()+"/"+method, body)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	answer, err := b.client.Do(r)
	if err != nil {
		return reply{}, err
	}
	defer answer.Body.Close()
	out := reply{Status: answer.StatusCode}
	return out, json.NewDecoder(answer.Body).Decode(&out)
}

func (b *bot) call(method string, a args) reply {
	b.t.Helper()
	out, err := b.try(method, a)
	if err != nil {
		b.t.Fatalf("%s: %v", method, err)
	}
	return out
}

// ok calls a method that must succeed and returns the message that it gives, if it gives one.
func (b *bot) ok(method string, a args) tgsim.Message {
	b.t.Helper()
	out := b.call(method, a)
	if !out.OK {
		b.t.Fatalf("%s: %d %s", method, out.Code, out.Description)
	}
	var m tgsim.Message
	_ = json.Unmarshal(out.Result, &m) // true, or a list, is no message
	return m
}

func (b *bot) refused(method string, a args, code int, text string) reply {
	b.t.Helper()
	out := b.call(method, a)
	if out.OK || out.Status != code || out.Code != code || !strings.Contains(out.Description, text) {
		b.t.Fatalf("%s: want %d %q, got %d %q", method, code, text, out.Code, out.Description)
	}
	return out
}

func (b *bot) updates(a args) []tgsim.Update {
	b.t.Helper()
	out := b.call("getUpdates", a)
	var list []tgsim.Update
	if err := json.Unmarshal(out.Result, &list); err != nil {
		b.t.Fatalf("getUpdates: %s %v", out.Description, err)
	}
	return list
}

// sara is somebody who pressed start, with nothing left to fetch.
func (b *bot) sara() *tgsim.Person {
	b.t.Helper()
	p := b.srv.Person(tgsim.Profile{FirstName: "سارا", LanguageCode: "fa"})
	if err := p.Start(""); err != nil {
		b.t.Fatal(err)
	}
	b.confirmAll()
	return p
}

func (b *bot) confirmAll() {
	b.t.Helper()
	if list := b.updates(args{}); len(list) > 0 {
		b.updates(args{"offset": list[len(list)-1].ID + 1})
	}
}

func inline(buttons ...args) args { return args{"inline_keyboard": [][]args{buttons}} }

func itoa(n int) string { return strconv.Itoa(n) }
