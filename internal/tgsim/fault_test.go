package tgsim_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"cartable/internal/tgsim"
)

func TestFaults(t *testing.T) {
	b := start(t, tgsim.Options{})
	p := b.sara()
	send := args{"chat_id": p.ID(), "text": "x"}

	b.srv.Fault(tgsim.Fault{Method: "sendMessage", Kind: tgsim.BadGateway})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.srv.URL()+"/bot"+b.srv.Token()+"/sendMessage", bytes.NewReader([]byte(`{}`)))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := b.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != 502 || !strings.HasPrefix(string(page), "<html>") {
		t.Errorf("bad gateway: %s %s", answer.Status, page)
	}

	b.srv.Fault(tgsim.Fault{Kind: tgsim.TooMany, RetryAfter: 3 * time.Second, Times: 2})
	for range 2 {
		if out := b.refused("sendMessage", send, 429, "retry after 3"); out.Parameters.RetryAfter != 3 {
			t.Error(out)
		}
	}
	b.srv.Fault(tgsim.Fault{Kind: tgsim.Forbidden, ChatID: p.ID()})
	b.ok("getMe", nil)
	b.refused("sendMessage", send, 403, "bot was blocked by the user")
	b.srv.Fault(tgsim.Fault{Kind: tgsim.InternalError})
	b.refused("sendMessage", send, 500, "Internal Server Error")

	b.srv.Fault(tgsim.Fault{Kind: tgsim.Reset})
	if _, err := b.try("sendMessage", send); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("reset: %v", err)
	}
	if n := len(p.Messages()); n != 1 {
		t.Fatalf("%d messages before anything was sent", n)
	}
	b.srv.Fault(tgsim.Fault{Kind: tgsim.DropAnswer})
	if out, err := b.try("sendMessage", send); err == nil {
		t.Errorf("dropped answer came: %v", out)
	}
	p.SeeLast(t, "x")

	remove := b.srv.Fault(tgsim.Fault{Kind: tgsim.Forbidden, Times: -1})
	b.refused("sendMessage", send, 403, "blocked")
	b.refused("sendMessage", send, 403, "blocked")
	remove()
	if err := b.srv.FaultsDone(t.Context()); err != nil {
		t.Error(err)
	}
	b.ok("sendMessage", send)
}

func TestHangUntilClientOrServerGivesUp(t *testing.T) {
	b := start(t, tgsim.Options{})
	b.srv.Fault(tgsim.Fault{Kind: tgsim.Hang, Times: 2})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, b.srv.URL()+"/bot"+b.srv.Token()+"/getMe", nil)
	if err != nil {
		t.Fatal(err)
	}
	if answer, err := b.client.Do(r); err == nil {
		answer.Body.Close()
		t.Fatal("a hanging request was answered")
	}
	failed := make(chan error)
	go func() {
		_, err := b.try("getMe", nil)
		failed <- err
	}()
	if err := b.srv.FaultsDone(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := b.srv.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-failed; err == nil {
		t.Error("Close answered a hanging request")
	}
}

func TestMigration(t *testing.T) {
	b := start(t, tgsim.Options{})
	p := b.sara()
	g := b.srv.Group("تیم", p)
	old := g.ID()
	b.ok("sendMessage", args{"chat_id": old, "text": "before"})
	b.srv.Fault(tgsim.Fault{Kind: tgsim.Migrate, ChatID: old})
	out := b.refused("sendMessage", args{"chat_id": old, "text": "x"}, 400, "group chat was upgraded to a supergroup chat")
	if out.Parameters.MigrateTo != g.ID() || g.ID() == old {
		t.Fatalf("migrate_to_chat_id %d, group %d", out.Parameters.MigrateTo, g.ID())
	}
	b.ok("sendMessage", args{"chat_id": g.ID(), "text": "after", "message_thread_id": 0})
	g.Kick(p)
	b.refused("sendMessage", args{"chat_id": g.ID(), "text": "x"}, 403, "Forbidden: bot was kicked from the supergroup chat")
}
