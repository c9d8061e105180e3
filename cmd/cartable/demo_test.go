package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"cartable/internal/session"
)

// TestDemoComesBack starts the demo twice on the same data: the people, and the
// clock that was moved, are there again.
func TestDemoComesBack(t *testing.T) {
	t.Setenv("CARTABLE_DATA_DIR", openDir(t))
	t.Setenv("CARTABLE_LISTEN", "127.0.0.1:0")
	var before []int64
	for range 2 {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		var stdout, stderr output
		ended := make(chan error, 1)
		go func() { ended <- run(ctx, []string{"demo"}, &stdout, &stderr) }()
		address := regexp.MustCompile(`Chats of the staff +(http://\S+)/\n`)
		await(t, "the addresses", func() bool {
			if len(ended) > 0 {
				t.Fatalf("demo: %v", <-ended)
			}
			return address.MatchString(stdout.String())
		})
		page := address.FindStringSubmatch(stdout.String())[1]
		state := demoState(t, page)
		if len(state.Chats) != len(demoPeople) {
			t.Fatalf("%d chats", len(state.Chats))
		}
		var ids []int64
		for i, c := range state.Chats {
			ids = append(ids, c.ID)
			if c.Name != demoPeople[i].FirstName || c.Language != demoPeople[i].LanguageCode || c.Keyboard == nil {
				t.Errorf("chat %d: %+v", i, c)
			}
		}
		ahead := time.Until(state.Now) > 23*time.Hour
		if before == nil {
			post, err := http.Post(page+"/sim/clock", "application/json", strings.NewReader(`{"forward": "24h"}`))
			if err != nil || post.StatusCode >= 300 {
				t.Fatalf("move the clock: %v %v", post, err)
			}
			_ = post.Body.Close()
		} else if !ahead || ids[0] != before[0] || ids[3] != before[3] {
			t.Errorf("people %v, were %v; ahead %v", ids, before, ahead)
		}
		before = ids
		stop()
		if err := <-ended; err != nil {
			t.Fatalf("demo: %v", err)
		}
		if strings.Contains(stderr.String(), "ERR") {
			t.Errorf("the log: %s", stderr.String())
		}
	}
}

// TestDemoForgetsItsChats: the messages of a demo are not those of the next one.
func TestDemoForgetsItsChats(t *testing.T) {
	a := wired(t)
	a.must(t, `INSERT INTO notifications (staff_id, kind, state, created_at, sent_at, message_id, stale, leased_until)
		SELECT s.id, 'lead', states.state, now(), now(), 5, true, now() FROM staff s, unnest(ARRAY['sent', 'pending']) states (state)`)
	a.must(t, `INSERT INTO forms (id, staff_id, chat_id, kind, opened_at, touched_at) SELECT 'D', id, 1, 'note', now(), now() FROM staff`)
	a.must(t, `INSERT INTO commands (key, at) VALUES ('m:1:5:text', now())`)
	if err := a.drafts.SaveList(t.Context(), "D", []string{"x"}); err != nil {
		t.Fatal(err)
	}
	if err := a.forgetChats(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := a.count(t, `SELECT count(*) FROM notifications WHERE state = 'sent' AND final AND NOT stale AND leased_until IS NULL AND message_id IS NULL`); n != 1 {
		t.Error("a message that was sent may be edited")
	}
	if n := a.count(t, `SELECT count(*) FROM notifications WHERE state = 'pending' AND stale`); n != 1 {
		t.Error("what was not sent yet is lost")
	}
	if n := a.count(t, `SELECT (SELECT count(*) FROM forms) + (SELECT count(*) FROM commands)`); n != 0 {
		t.Errorf("%d forms and commands are left", n)
	}
	if _, err := a.drafts.LoadList(t.Context(), "D"); !errors.Is(err, session.ErrGone) {
		t.Errorf("the list is left: %v", err)
	}
}

// openDir is a directory that the unprivileged user of a test's servers can enter;
// the testing package's own are closed to others.
func openDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "cartable-demo-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

type demoChats struct {
	Now   time.Time
	Chats []struct {
		ID             int64
		Name, Language string
		Keyboard       json.RawMessage
	}
}

func demoState(t *testing.T, page string) (state demoChats) {
	t.Helper()
	res, err := http.Get(page + "/sim/state")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&state); err != nil {
		t.Fatal(err)
	}
	return state
}
