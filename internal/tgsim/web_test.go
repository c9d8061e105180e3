package tgsim_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"cartable/internal/tgsim"
)

func (b *bot) web(method, path, body string, header ...string) *http.Response {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.srv.URL()+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
		} else {
			r.Header.Set(header[i], header[i+1])
		}
	}
	answer, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { answer.Body.Close() })
	return answer
}

func TestPageState(t *testing.T) {
	b := start(t, tgsim.Options{Links: []tgsim.Link{{Title: "form", URL: "http://127.0.0.1/f"}}})
	p := b.srv.Person(tgsim.Profile{FirstName: "<script>alert(1)</script>", LanguageCode: "fa"})
	for path, body := range map[string]string{
		"start": `{"payload":""}`, "text": `{"text":"<img src=x>"}`, "contact": `{}`,
	} {
		if a := b.web("POST", "/sim/chat/101/"+path, body); a.StatusCode != http.StatusNoContent {
			t.Errorf("%s: %s", path, a.Status)
		}
	}
	m := b.ok("sendMessage", args{"chat_id": p.ID(), "text": "<b>hi</b>", "parse_mode": "HTML", "reply_markup": inline(args{"text": "x", "callback_data": "d"}, args{"text": "c", "copy_text": args{"text": "1"}})})
	if a := b.web("POST", "/sim/chat/101/tap", `{"message":`+itoa(m.ID)+`,"data":"d"}`); a.StatusCode != http.StatusNoContent {
		t.Error(a.Status)
	}
	if a := b.web("POST", "/sim/chat/101/tap", `{"message":`+itoa(m.ID)+`,"row":0,"col":1}`); a.StatusCode != http.StatusNoContent || p.Clipboard() != "1" {
		t.Error(a.Status)
	}
	var state struct {
		Zone  string
		Chats []struct {
			ID       int64
			Unread   int
			Menu     []any
			Messages []struct {
				From, HTML string
				Inline     [][]map[string]string
			}
		}
	}
	if err := json.NewDecoder(b.web("GET", "/sim/state", "").Body).Decode(&state); err != nil {
		t.Fatal(err)
	}
	c := state.Chats[0]
	last := c.Messages[len(c.Messages)-1]
	if c.ID != 101 || c.Unread != 1 || c.Menu == nil || last.From != "bot" || last.HTML != "<b>hi</b>" || last.Inline[0][0]["data"] != "d" {
		t.Errorf("%+v", state)
	}
	for _, m := range c.Messages {
		if strings.Contains(m.HTML, "<img") {
			t.Error("typed text is not escaped:", m.HTML)
		}
	}
	b.web("POST", "/sim/chat/101/read", "{}")
	b.web("POST", "/sim/chat/101/block", `{"blocked":true}`)
	var chat struct {
		Unread  int
		Blocked bool
	}
	if err := json.NewDecoder(b.web("GET", "/sim/chat/101", "").Body).Decode(&chat); err != nil || chat.Unread != 0 || !chat.Blocked {
		t.Error(chat, err)
	}
	if a := b.web("GET", "/", ""); a.StatusCode != http.StatusOK {
		t.Error("no page:", a.Status)
	}
	if a := b.web("POST", "/sim/clock", `{"forward":"1h"}`); a.StatusCode != http.StatusNotFound {
		t.Error("a clock that cannot be moved:", a.Status)
	}
	if a := b.web("GET", "/sim/chat/9", ""); a.StatusCode != http.StatusNotFound {
		t.Error(a.Status)
	}
}

func TestPageIsForThisMachineOnly(t *testing.T) {
	b := start(t, tgsim.Options{})
	b.sara()
	if a := b.web("GET", "/sim/state", "", "Host", "evil.example"); a.StatusCode != http.StatusForbidden {
		t.Error("another host:", a.Status)
	}
	if a := b.web("POST", "/sim/chat/101/text", `{"text":"x"}`, "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"); a.StatusCode != http.StatusForbidden {
		t.Error("another site:", a.Status)
	}
	if a := b.web("POST", "/sim/chat/101/text", `{"text":"x"}`, "Origin", b.srv.URL(), "Sec-Fetch-Site", "same-origin"); a.StatusCode != http.StatusNoContent {
		t.Error("the page itself:", a.Status)
	}
}

func TestEventsAndClock(t *testing.T) {
	var moved time.Duration
	b := start(t, tgsim.Options{Advance: func(d time.Duration) { moved = d }})
	lines := bufio.NewScanner(b.web("GET", "/sim/events", "").Body)
	next := func(want string) {
		t.Helper()
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				if !strings.HasSuffix(data, want) {
					t.Fatalf("event %s, want %s", data, want)
				}
				return
			}
		}
		t.Fatal("no event:", lines.Err())
	}
	b.web("POST", "/sim/person", `{"name":"غریبه","language":"fa"}`)
	next(`"chat":0}`)
	b.web("POST", "/sim/chat/101/text", `{"text":"سلام"}`)
	next(`"chat":101}`)
	b.web("POST", "/sim/clock", `{"forward":"1h"}`)
	next(`"chat":0}`)
	if moved != time.Hour {
		t.Errorf("moved by %s", moved)
	}
	b.web("POST", "/sim/clock", `{"to":"2026-09-30T10:30:00Z"}`)
	if moved != 2*time.Hour {
		t.Errorf("moved by %s", moved)
	}
	if a := b.web("POST", "/sim/clock", `{"forward":"-1h"}`); a.StatusCode != http.StatusBadRequest {
		t.Error("backwards:", a.Status)
	}
}
