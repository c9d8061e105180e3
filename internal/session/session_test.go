package session_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"cartable/bot/form"
	"cartable/internal/redistest"
	"cartable/internal/session"
)

const week = 7 * 24 * time.Hour

func open(t *testing.T) (*session.Store, *redis.Client) {
	t.Helper()
	client := connect(t, redistest.URL(t))
	return session.New(client, "shop", week), client
}

func connect(t *testing.T, url string) *redis.Client {
	t.Helper()
	opts, err := session.Options(url)
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(opts)
	t.Cleanup(func() { client.Close() })
	return client
}

func draft() form.Draft {
	return form.Draft{
		ID: "ABCDEFGHIJ", Kind: "status", Staff: 3, ChatID: -100, Message: 9, Customer: 1 << 40, CustomerVersion: 4, Subject: 2,
		Args: map[string]string{"a": "b"}, DefinitionVersion: 5, Titles: map[string]string{"f1": "تاریخ"},
		Prefill: form.Answers{"f1": "2026-11-23"}, Answers: form.Answers{"f2": "<b>{{.}}\u202e&"}, Skipped: map[string]bool{"f3": true},
		Current: "f1", Trail: []string{"f2", "f3"}, Editing: true, Picker: form.Picker{Month: "2026-11-01", Hour: 3, Chosen: "1,2"},
		Notice: "<b>!</b>", Echo: []string{"f2"}, LastInput: "5:77",
		OpenedAt: time.Date(2026, 11, 23, 6, 30, 0, 0, time.UTC), TouchedAt: time.Date(2026, 11, 23, 6, 31, 0, 5, time.UTC),
	}
}

func TestDraftSurvivesWhole(t *testing.T) {
	s, client := open(t)
	want := draft()
	if err := s.Save(t.Context(), want, 0); err != nil {
		t.Fatal(err)
	}
	got, err := s.Load(t.Context(), want.ID)
	if err != nil {
		t.Fatal(err)
	}
	want.Revision = 1
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the draft changed (-saved +loaded):\n%s", diff)
	}
	if life := client.PTTL(t.Context(), "shop:draft:"+want.ID).Val(); life <= week-time.Minute || life > week {
		t.Errorf("the draft lives for %v, want about %v", life, week)
	}
}

func TestSavingRenewsLife(t *testing.T) {
	s, client := open(t)
	d := draft()
	mustSave(t, s, d, 0)
	client.PExpire(t.Context(), "shop:draft:"+d.ID, time.Minute)
	mustSave(t, s, d, 1)
	if life := client.PTTL(t.Context(), "shop:draft:"+d.ID).Val(); life <= week-time.Minute {
		t.Errorf("after the second save the draft lives for %v", life)
	}
}

func TestSaveComparesRevisions(t *testing.T) {
	s, _ := open(t)
	d := draft()
	if err := s.Save(t.Context(), d, 3); !errors.Is(err, session.ErrGone) {
		t.Errorf("saving revision 3 of nothing: %v, want ErrGone", err)
	}
	mustSave(t, s, d, 0)
	other := d
	other.Current = "f9"
	if err := s.Save(t.Context(), other, 0); !errors.Is(err, session.ErrConflict) {
		t.Errorf("a second first save: %v, want ErrConflict", err)
	}
	mustSave(t, s, other, 1)
	if err := s.Save(t.Context(), d, 1); !errors.Is(err, session.ErrConflict) {
		t.Errorf("an overtaken save: %v, want ErrConflict", err)
	}
	got, err := s.Load(t.Context(), d.ID)
	if err != nil || got.Current != "f9" || got.Revision != 2 {
		t.Errorf("stored: %q at revision %d, %v; want f9 at 2", got.Current, got.Revision, err)
	}
}

func TestSameSaveTwiceIsOne(t *testing.T) {
	s, _ := open(t)
	mustSave(t, s, draft(), 0)
	mustSave(t, s, draft(), 0)
	got, err := s.Load(t.Context(), draft().ID)
	if err != nil || got.Revision != 1 {
		t.Errorf("revision %d, %v; want 1", got.Revision, err)
	}
}

func TestOneOfManyWritersWins(t *testing.T) {
	s, _ := open(t)
	d := draft()
	mustSave(t, s, d, 0)
	var wg sync.WaitGroup
	results := make(chan error, 20)
	for i := range cap(results) {
		wg.Go(func() {
			mine := d
			mine.Message = 100 + i
			results <- s.Save(t.Context(), mine, 1)
		})
	}
	wg.Wait()
	close(results)
	won := 0
	for err := range results {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, session.ErrConflict):
			t.Errorf("a writer failed: %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d writers won, want 1", won)
	}
}

func TestGone(t *testing.T) {
	s, client := open(t)
	d := draft()
	if _, err := s.Load(t.Context(), "never"); !errors.Is(err, session.ErrGone) {
		t.Errorf("a draft that never was: %v", err)
	}
	mustSave(t, s, d, 0)
	if err := s.Delete(t.Context(), d.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Load(t.Context(), d.ID); !errors.Is(err, session.ErrGone) {
		t.Errorf("a deleted draft: %v", err)
	}
	if err := s.Delete(t.Context(), d.ID); err != nil {
		t.Errorf("deleting it again: %v", err)
	}
	for _, stored := range []string{"", "{", `{"schema":99,"draft":{"ID":"x"}}`, `{"schema":1}`, `{"schema":1,"draft":{"Message":"x"}}`} {
		client.HSet(t.Context(), "shop:draft:odd", "draft", stored)
		if _, err := s.Load(t.Context(), "odd"); !errors.Is(err, session.ErrGone) {
			t.Errorf("stored %q: %v, want ErrGone", stored, err)
		}
	}
}

func TestBusinessesAreApart(t *testing.T) {
	s, client := open(t)
	mustSave(t, s, draft(), 0)
	other := session.New(client, "clinic", week)
	if _, err := other.Load(t.Context(), draft().ID); !errors.Is(err, session.ErrGone) {
		t.Errorf("another business loads the draft: %v", err)
	}
}

func TestList(t *testing.T) {
	s, client := open(t)
	want := []string{"علی 09121234567", "", "<b>"}
	if err := s.SaveList(t.Context(), "L1", want); err != nil {
		t.Fatal(err)
	}
	got, err := s.LoadList(t.Context(), "L1")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if life := client.PTTL(t.Context(), "shop:list:L1").Val(); life <= 23*time.Hour || life > 24*time.Hour {
		t.Errorf("the list lives for %v, want a day", life)
	}
	if err := s.DeleteList(t.Context(), "L1"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.LoadList(t.Context(), "L1"); !errors.Is(err, session.ErrGone) {
		t.Errorf("a deleted list: %v", err)
	}
}

func TestUnavailable(t *testing.T) {
	t.Run("nobody listens", func(t *testing.T) {
		wantUnavailable(t, "redis://"+refusing(t))
	})
	t.Run("somebody never answers", func(t *testing.T) {
		wantUnavailable(t, "redis://"+silent(t))
	})
}

func TestWhoeverWaitsBehindAHungCallIsToldSooner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opts, err := session.Options("redis://127.0.0.1:1")
		if err != nil {
			t.Fatal(err)
		}
		opts.Dialer = func(context.Context, string, string) (net.Conn, error) {
			ours, theirs := net.Pipe()
			go func() { _, _ = io.Copy(io.Discard, theirs) }() // it takes everything and says nothing
			return ours, nil
		}
		client := redis.NewClient(opts)
		s := session.New(client, "shop", week)
		var took []time.Duration
		load := func() {
			start := time.Now()
			if _, err := s.Load(t.Context(), "x"); !errors.Is(err, session.ErrUnavailable) {
				t.Errorf("load: %v, want ErrUnavailable", err)
			}
			took = append(took, time.Since(start))
		}
		load()
		load()
		load()
		time.Sleep(5 * time.Second)
		load() // it gets its chance again
		want := []time.Duration{time.Second, 200 * time.Millisecond, 200 * time.Millisecond, time.Second}
		if diff := cmp.Diff(want, took); diff != "" {
			t.Errorf("waited (-want +got):\n%s", diff)
		}
		if err := client.Close(); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Minute) // what it does in the background ends
	})
}

func wantUnavailable(t *testing.T, url string) {
	t.Helper()
	s := session.New(connect(t, url), "shop", week)
	start := time.Now()
	_, err := s.Load(t.Context(), "x")
	if !errors.Is(err, session.ErrUnavailable) {
		t.Errorf("load: %v, want ErrUnavailable", err)
	}
	if took := time.Since(start); took > 1500*time.Millisecond {
		t.Errorf("load took %v, want about 1 s at most", took)
	}
}

func TestCallersContextIsNotRedisFault(t *testing.T) {
	s := session.New(connect(t, "redis://"+silent(t)), "shop", week)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := s.Ping(ctx)
	if !errors.Is(err, context.Canceled) || errors.Is(err, session.ErrUnavailable) {
		t.Errorf("ping with a cancelled context: %v", err)
	}
}

func TestPing(t *testing.T) {
	s, _ := open(t)
	if err := s.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestBadURLDoesNotShowItsPassword(t *testing.T) {
	_, err := session.Options("redis://user:hunter2@host:port:6/x")
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("error: %v", err)
	}
}

func mustSave(t *testing.T, s *session.Store, d form.Draft, expected int64) {
	t.Helper()
	if err := s.Save(t.Context(), d, expected); err != nil {
		t.Fatalf("save over revision %d: %v", expected, err)
	}
}

// refusing is an address where nobody listens.
func refusing(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// silent is an address that takes connections and says nothing.
func silent(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Addr().String()
}

func TestInput(t *testing.T) {
	s, client := open(t)
	for _, want := range []bool{false, true} {
		known, err := s.KnowsInput(t.Context(), "5:7")
		if err != nil || known != want {
			t.Errorf("known %v, %v; want %v", known, err, want)
		}
		if err := s.NoteInput(t.Context(), "5:7"); err != nil {
			t.Fatal(err)
		}
	}
	if life := client.PTTL(t.Context(), "shop:input:5:7").Val(); life <= 23*time.Hour || life > 24*time.Hour {
		t.Errorf("the input is known for %v, want a day", life)
	}
}

// TestForeseenDrafts loads drafts ahead: the first Load of each gets what was loaded, and one that was
// changed since is not overwritten.
func TestForeseenDrafts(t *testing.T) {
	s, _ := open(t)
	d := draft()
	if err := s.Save(t.Context(), d, 0); err != nil {
		t.Fatal(err)
	}
	ctx := s.Foresee([]string{d.ID, "never"})(t.Context())
	got, err := s.Load(ctx, d.ID)
	if err != nil || got.Revision != 1 || got.Message != d.Message {
		t.Fatalf("foreseen: revision %d, %v", got.Revision, err)
	}
	other := got
	other.Message++
	if err := s.Save(t.Context(), other, other.Revision); err != nil {
		t.Fatal(err)
	}
	if err := s.Save(ctx, got, got.Revision); !errors.Is(err, session.ErrConflict) {
		t.Errorf("saving what was changed since: %v, want ErrConflict", err)
	}
	if again, err := s.Load(ctx, d.ID); err != nil || again.Message != other.Message {
		t.Errorf("loaded again: message %d, %v, want %d", again.Message, err, other.Message)
	}
	late := draft()
	late.ID = "LATER"
	ctx = s.Foresee([]string{late.ID})(t.Context())
	if _, err := s.Load(s.Foresee([]string{"never"})(t.Context()), "never"); !errors.Is(err, session.ErrGone) {
		t.Errorf("one that there is not: %v, want ErrGone", err)
	}
	if err := s.Save(t.Context(), late, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Load(ctx, late.ID); err != nil {
		t.Errorf("saved since it was looked for: %v", err)
	}
}
