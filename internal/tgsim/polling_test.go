package tgsim_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"cartable/internal/tgsim"
)

func TestPollingConfirmsByOffset(t *testing.T) {
	b := start(t, tgsim.Options{FirstUpdateID: 500})
	p := b.srv.Person(tgsim.Profile{FirstName: "سارا"})
	p.Type("یک")
	p.Type("دو")
	if list := b.updates(args{"limit": 1}); len(list) != 1 || list[0].ID != 500 || list[0].Message.Text != "یک" {
		t.Fatalf("%+v", list)
	}
	if list := b.updates(args{"offset": 501}); len(list) != 1 || list[0].Message.Text != "دو" {
		t.Fatalf("%+v", list)
	}
	if b.srv.Pending() != 1 {
		t.Error("what was given but not confirmed is gone")
	}
	b.updates(args{"offset": 502})
	if err := b.srv.Drained(t.Context()); err != nil {
		t.Error(err)
	}
	b.srv.RestartUpdateIDs(7)
	p.Type("سه")
	if list := b.updates(args{"offset": 502}); len(list) != 1 || list[0].ID != 7 {
		t.Errorf("an offset of the old numbering: %+v", list)
	}
	polls := b.srv.Polls()
	if last := polls[len(polls)-1]; len(polls) != 4 || last.Offset != 502 || last.Updates != 1 || polls[2].Updates != 0 {
		t.Errorf("polls %+v", polls)
	}
}

func TestLongPollWakesAndLosesToALaterOne(t *testing.T) {
	b := start(t, tgsim.Options{})
	p := b.srv.Person(tgsim.Profile{FirstName: "سارا"})
	first, second := make(chan reply, 1), make(chan reply, 1)
	go func() {
		out, _ := b.try("getUpdates", args{"timeout": 50})
		first <- out
	}()
	for won := false; !won; { // whichever comes second wins; make sure that it is ours
		out := b.call("getUpdates", args{"timeout": 0})
		select {
		case lost := <-first:
			won = lost.Code == 409
			if !won {
				t.Fatalf("first poll: %+v, second: %+v", lost, out)
			}
		default:
		}
	}
	go func() {
		out, _ := b.try("getUpdates", args{"timeout": 50})
		second <- out
	}()
	p.Type("سلام")
	var list []tgsim.Update
	if out := <-second; json.Unmarshal(out.Result, &list) != nil || len(list) != 1 {
		t.Errorf("long poll: %+v", out)
	}
}

func TestUpdatesExpire(t *testing.T) {
	b := start(t, tgsim.Options{})
	p := b.sara()
	m := b.ok("sendMessage", args{"chat_id": p.ID(), "text": "card", "reply_markup": inline(args{"text": "بگیر", "callback_data": "take"})})
	p.Press(t, "بگیر")
	p.Type("هنوز هست")
	list := b.updates(args{})
	if len(list) != 2 || list[0].CallbackQuery.Data != "take" || list[0].CallbackQuery.Message.ID != m.ID {
		t.Fatalf("%+v", list)
	}
	b.clock.Advance(151 * time.Second)
	if list := b.updates(args{}); len(list) != 1 || list[0].Message.Text != "هنوز هست" {
		t.Errorf("after 151 s: %+v", list)
	}
	b.refused("answerCallbackQuery", args{"callback_query_id": list[0].CallbackQuery.ID}, 400, "query is too old")
	b.clock.Advance(24 * time.Hour)
	if n := b.srv.Pending(); n != 0 {
		t.Errorf("%d updates after a day", n)
	}
}

func TestAllowedUpdates(t *testing.T) {
	b := start(t, tgsim.Options{})
	b.updates(args{"allowed_updates": []string{"message"}})
	p := b.srv.Person(tgsim.Profile{FirstName: "سارا"})
	p.Type("سلام")
	p.Block()
	b.updates(args{"allowed_updates": nil}) // keeps the setting
	p.Unblock()
	if list := b.updates(args{}); len(list) != 1 || list[0].Message == nil {
		t.Errorf("%+v", list)
	}
}

func TestWebhook(t *testing.T) {
	var mu sync.Mutex
	var got []string
	fail := 2
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if r.Header.Get("X-Telegram-Bot-Api-Secret-Token") != "s3cret" {
			t.Error("no secret")
		}
		if fail > 0 {
			fail--
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		var u tgsim.Update
		if err := json.Unmarshal(body, &u); err != nil {
			t.Error(err)
		}
		got = append(got, u.Message.Text)
	}))
	defer hook.Close()
	b := start(t, tgsim.Options{WebhookRetry: time.Millisecond})
	p := b.srv.Person(tgsim.Profile{FirstName: "سارا"})
	p.Type("1")
	b.ok("setWebhook", args{"url": hook.URL, "secret_token": "s3cret"})
	b.refused("getUpdates", args{}, 409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
	p.Type("2")
	p.Type("3")
	if err := b.srv.Drained(t.Context()); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	if len(got) != 3 || got[0] != "1" || got[1] != "2" || got[2] != "3" {
		t.Errorf("webhook got %v", got)
	}
	mu.Unlock()
	var info struct {
		URL   string `json:"url"`
		Error string `json:"last_error_message"`
	}
	if err := json.Unmarshal(b.call("getWebhookInfo", nil).Result, &info); err != nil {
		t.Fatal(err)
	}
	if info.URL != hook.URL || info.Error != "Wrong response from the webhook: 500 Internal Server Error" {
		t.Errorf("%+v", info)
	}
	b.ok("deleteWebhook", nil)
	p.Type("4")
	if list := b.updates(args{}); len(list) != 1 {
		t.Errorf("after deleteWebhook: %+v", list)
	}
	b.ok("setWebhook", args{"url": "http://127.0.0.1:1/closed"})
	p.Type("5") // Close must end the retries
}

// What a client had sent before it went away is done when nobody is connected.
func TestDisconnected(t *testing.T) {
	b := start(t, tgsim.Options{})
	p := b.srv.Person(tgsim.Profile{FirstName: "سارا"})
	p.Began()
	b.call("sendMessage", args{"chat_id": p.ID(), "text": "یک"})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.srv.Disconnected(ctx); err == nil {
		t.Fatal("a connection that is kept alive does not count")
	}
	conn, err := net.Dial("tcp", strings.TrimPrefix(b.srv.URL(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	body := fmt.Sprintf(`{"chat_id": %d, "text": "دو"}`, p.ID())
	if _, err := fmt.Fprintf(conn, "POST /bot%s/sendMessage HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		b.srv.Token(), len(body), body); err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil { // as if it had died
		t.Fatal(err)
	}
	b.client.CloseIdleConnections()
	if err := b.srv.Disconnected(t.Context()); err != nil {
		t.Fatal(err)
	}
	if p.Last().Text != "دو" {
		t.Errorf("the last message is %q", p.Last().Text)
	}
}
