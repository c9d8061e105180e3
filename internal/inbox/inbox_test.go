package inbox_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jonboulle/clockwork"

	"cartable/internal/inbox"
	"cartable/internal/pgtest"
)

func TestOrderWithinAChat(t *testing.T) {
	var mu sync.Mutex
	got := map[int64][]int64{}
	o := newOffice(t, func(_ context.Context, u update) error {
		mu.Lock()
		defer mu.Unlock()
		got[u.Chat] = append(got[u.Chat], u.ID)
		return nil
	})
	want := map[int64][]int64{}
	var batch []update
	for i := range int64(200) {
		// IDs fall: the order is that of arrival, not of the IDs, which may start again.
		u := update{ID: 1000 - i, Chat: i % 7}
		batch = append(batch, u)
		want[u.Chat] = append(want[u.Chat], u.ID)
	}
	o.store(batch[:120]...)
	o.run()
	o.store(batch[120:]...)
	o.expect(times(200, inbox.Done)...)
	mu.Lock()
	defer mu.Unlock()
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestRepeatedUpdatesAreHandledOnce(t *testing.T) {
	count := make(chan int64, 10)
	o := newOffice(t, func(_ context.Context, u update) error { count <- u.ID; return nil })
	o.store(update{ID: 1, Chat: 1}, update{ID: 1, Chat: 1}, update{ID: 2, Chat: 1})
	o.run()
	o.expect(times(2, inbox.Done)...)
	o.store(update{ID: 2, Chat: 1}, update{ID: 3, Chat: 1}, update{ID: 1, Chat: 1})
	o.expect(inbox.Done)
	close(count)
	var got []int64
	for id := range count {
		got = append(got, id)
	}
	if want := []int64{1, 2, 3}; !slices.Equal(got, want) {
		t.Errorf("handled %v, want %v", got, want)
	}
}

func TestStuckChatKeepsOnlyItselfWaiting(t *testing.T) {
	free, stuck := make(chan struct{}), make(chan struct{})
	o := newOffice(t, func(ctx context.Context, u update) error {
		if u.Chat != 1 {
			return nil
		}
		close(stuck)
		select {
		case <-free:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	o.run()
	o.store(update{ID: 1, Chat: 1})
	<-stuck
	for i := range int64(50) {
		o.store(update{ID: 100 + i, Chat: 2 + i%10})
	}
	o.expect(times(50, inbox.Done)...)
	close(free)
	o.expect(inbox.Done)
}

func TestClockSetBackPutsNothingOff(t *testing.T) {
	failures := 0
	o := newOffice(t, func(context.Context, update) error {
		if failures++; failures == 1 {
			return errors.New("Telegram is away")
		}
		return nil
	})
	o.store(update{ID: 1, Chat: 9})
	o.run()
	o.expect(inbox.Retried)
	o.clock.Advance(-time.Hour)
	o.Wake()
	o.expect(inbox.Done)
}

func TestFailingUpdateIsTriedThreeTimesInOrderThenPutAside(t *testing.T) {
	tried := make(chan int64, 10)
	o := newOffice(t, func(_ context.Context, u update) error {
		tried <- u.ID
		if u.ID == 1 {
			return errors.New("the disk is full")
		}
		return nil
	})
	o.store(update{ID: 1, Chat: 9, Text: "secret words"}, update{ID: 2, Chat: 9})
	o.run()
	o.expect(inbox.Retried)
	o.clock.Advance(time.Second)
	o.Wake()
	o.expect(inbox.Retried)
	o.clock.Advance(5 * time.Second)
	o.Wake()
	o.expect(inbox.Failed, inbox.Done)
	close(tried)
	var got []int64
	for id := range tried {
		got = append(got, id)
	}
	if want := []int64{1, 1, 1, 2}; !slices.Equal(got, want) {
		t.Errorf("tried %v, want %v", got, want)
	}
	if d := cmp.Diff(map[int64]string{1: "failed", 2: "done"}, o.states()); d != "" {
		t.Error(d)
	}
	log := o.log.String()
	if !strings.Contains(log, "level=ERROR") || !strings.Contains(log, "update=1 ") {
		t.Errorf("no alert that names the update in:\n%s", log)
	}
	if strings.Contains(log, "secret words") {
		t.Errorf("content in the log:\n%s", log)
	}
}

// TestStoppedInMidTurn stops the inbox at any point of its work: nothing is then left that it
// holds, and nothing that it has settled does it take for somebody else's.
func TestStoppedInMidTurn(t *testing.T) {
	pool := pgtest.New(t)
	for round := range int64(100) {
		o := officeOn(t, pool, func(context.Context, update) error { return nil })
		for i := range int64(8) {
			o.store(update{ID: 8*round + i, Chat: i})
		}
		stop := o.run()
		time.Sleep(time.Duration(round) * 50 * time.Microsecond)
		stop()
		if o.log.String() != "" {
			t.Fatalf("stopped after %d turns of 50 µs:\n%s", round, o.log)
		}
		var held int
		err := pool.QueryRow(t.Context(), `SELECT count(*) FROM updates WHERE leased_until IS NOT NULL`).Scan(&held)
		if err != nil || held != 0 {
			t.Fatalf("stopped after %d turns of 50 µs: %d updates are held, error %v", round, held, err)
		}
	}
}

func TestPanicIsAFailure(t *testing.T) {
	o := newOffice(t, func(_ context.Context, u update) error {
		if u.ID == 1 {
			panic("about " + u.Text)
		}
		return nil
	})
	o.store(update{ID: 1, Chat: 1, Text: "a person"}, update{ID: 2, Chat: 2})
	o.run()
	got := map[inbox.Outcome]int{}
	for range 2 {
		got[<-o.outcomes]++
	}
	if got[inbox.Retried] != 1 || got[inbox.Done] != 1 {
		t.Errorf("outcomes %v", got)
	}
	if log := o.log.String(); strings.Contains(log, "a person") || !strings.Contains(log, "inbox_test.go") {
		t.Errorf("want the stack and no content in:\n%s", log)
	}
}

func TestStoppedRunFinishesWhatIsInHandAndLeavesTheRest(t *testing.T) {
	begun, finish := make(chan struct{}), make(chan struct{})
	o := newOffice(t, func(ctx context.Context, _ update) error {
		close(begun)
		<-finish
		return ctx.Err()
	})
	stop := o.run()
	o.store(update{ID: 1, Chat: 1}, update{ID: 2, Chat: 1})
	<-begun
	stopped := make(chan struct{})
	go func() { stop(); close(stopped) }()
	close(finish)
	o.expect(inbox.Done)
	<-stopped
	if d := cmp.Diff(map[int64]string{1: "done", 2: "new"}, o.states()); d != "" {
		t.Error(d)
	}
}

func TestCrashBetweenEffectAndSettlingRepeatsTheUpdate(t *testing.T) {
	handled := make(chan int64, 10)
	pool := pgtest.New(t)
	// The first process is killed: its connections are gone when it wants to settle.
	lost, err := pgxpool.New(t.Context(), pool.Config().ConnString())
	if err != nil {
		t.Fatal(err)
	}
	effect := make(chan struct{})
	first := officeOn(t, lost, func(context.Context, update) error {
		handled <- 1
		lost.Close()
		close(effect)
		return nil
	})
	ctx, cancel := context.WithCancel(t.Context())
	first.store(update{ID: 1, Chat: 1})
	ended := make(chan error, 1)
	go func() { ended <- first.Run(ctx) }()
	<-effect
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	second := officeOn(t, pool, func(context.Context, update) error { handled <- 2; return nil })
	if d := cmp.Diff(map[int64]string{1: "new"}, second.states()); d != "" {
		t.Fatal(d)
	}
	second.leasesRunOut()
	second.run()
	second.expect(inbox.Done)
	if a, b := <-handled, <-handled; a != 1 || b != 2 {
		t.Errorf("handled by %d and %d, want 1 and 2", a, b)
	}
}

func TestUpdateThatEndsTheProgramIsPutAside(t *testing.T) {
	o := newOffice(t, func(_ context.Context, u update) error {
		if u.ID == 1 {
			t.Error("handled an eleventh time")
		}
		return nil
	})
	o.store(update{ID: 1, Chat: 1}, update{ID: 2, Chat: 1})
	o.takenUp(1, 10)
	o.run()
	o.expect(inbox.Failed, inbox.Done)
}

// Who was in hand when others ended the program has three attempts nevertheless.
func TestEndsOfTheProgramAreNoFailures(t *testing.T) {
	var failures atomic.Int64
	o := newOffice(t, func(context.Context, update) error {
		if failures.Add(1) < 3 {
			return errors.New("no luck")
		}
		return nil
	})
	o.store(update{ID: 1, Chat: 1})
	o.takenUp(1, 5)
	o.run()
	for _, want := range []inbox.Outcome{inbox.Retried, inbox.Retried, inbox.Done} {
		o.expect(want)
		o.clock.Advance(5 * time.Second)
		o.Wake()
	}
}

func TestTwoRunnersHandleEachUpdateOnceAndInOrder(t *testing.T) {
	pool := pgtest.New(t)
	var mu sync.Mutex
	got := map[int64][]int64{}
	h := func(_ context.Context, u update) error {
		mu.Lock()
		defer mu.Unlock()
		got[u.Chat] = append(got[u.Chat], u.ID)
		return nil
	}
	a, b := officeOn(t, pool, h), officeOn(t, pool, h)
	a.outcomes = b.outcomes
	want := map[int64][]int64{}
	var batch []update
	for i := range int64(300) {
		u := update{ID: i, Chat: i % 11}
		batch = append(batch, u)
		want[u.Chat] = append(want[u.Chat], u.ID)
	}
	a.store(batch...)
	stopA, stopB := a.startOnly(), b.startOnly()
	b.expect(times(300, inbox.Done)...)
	stopA()
	stopB()
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestAnythingThatPeopleCanTypeIsStored(t *testing.T) {
	got := make(chan json.RawMessage, 10)
	pool := pgtest.New(t)
	done := make(chan inbox.Outcome, 10)
	b := inbox.New(pool, inbox.Options{Clock: clockwork.NewFakeClock(), Log: slog.New(slog.DiscardHandler),
		Handle:  func(_ context.Context, u inbox.Raw) error { got <- bytes.Clone(u.JSON); return nil },
		Observe: func(o inbox.Outcome, _ time.Duration) { done <- o }})
	// Measured: jsonb refuses the first two, with them the whole batch.
	texts := []string{`{"t":"nul \u0000"}`, `{"t":"half a pair \ud83d"}`, "{\"t\":\"not UTF-8 \xff\"}", `{"t":"سلام 👋"}`}
	for i, text := range texts {
		raw := inbox.Raw{UpdateID: int64(i), ChatID: 1, JSON: json.RawMessage(text)}
		if err := b.Store(t.Context(), []inbox.Raw{raw}); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	for _, text := range texts {
		<-done
		want := strings.ToValidUTF8(text, "\ufffd")
		if p := <-got; string(p) != want {
			t.Errorf("got %q, want %q", p, want)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestPurgeAndDepth(t *testing.T) {
	o := newOffice(t, func(context.Context, update) error { return nil })
	n, oldest, err := o.Depth(t.Context())
	if err != nil || n != 0 || oldest != 0 {
		t.Errorf("empty: %d, %v, %v", n, oldest, err)
	}
	o.store(update{ID: 1, Chat: 1})
	stop := o.run()
	o.expect(inbox.Done)
	stop()
	o.clock.Advance(47 * time.Hour)
	if n, err := o.Purge(t.Context(), inbox.Keep); n != 0 || err != nil {
		t.Errorf("after 47 h: %d, %v", n, err)
	}
	o.store(update{ID: 2, Chat: 1})
	o.clock.Advance(49 * time.Hour)
	if n, oldest, err = o.Depth(t.Context()); n != 1 || oldest != 49*time.Hour || err != nil {
		t.Errorf("depth %d, %v, %v", n, oldest, err)
	}
	if n, err := o.Purge(t.Context(), inbox.Keep); n != 1 || err != nil {
		t.Errorf("after 96 h: %d, %v", n, err)
	}
	if d := cmp.Diff(map[int64]string{2: "new"}, o.states()); d != "" {
		t.Error(d)
	}
}

func TestDoneUpdatesKeepNoContent(t *testing.T) {
	o := newOffice(t, func(context.Context, update) error { return nil })
	o.store(update{ID: 1, Chat: 1, Text: "private"})
	o.run()
	o.expect(inbox.Done)
	var payload string
	if err := o.pool.QueryRow(t.Context(), `SELECT payload::text FROM updates`).Scan(&payload); err != nil {
		t.Fatal(err)
	}
	if payload != "null" {
		t.Errorf("payload %s", payload)
	}
}

func TestFloodOfOneChatDoesNotDelayTheOthers(t *testing.T) {
	var mu sync.Mutex
	var order []int64
	o := newOffice(t, func(_ context.Context, u update) error {
		mu.Lock()
		defer mu.Unlock()
		order = append(order, u.Chat)
		return nil
	})
	if _, err := o.pool.Exec(t.Context(), `INSERT INTO updates (update_id, chat_id, payload, received_at)
		SELECT i, c, json_build_object('id', i, 'chat', c), now()
		FROM (SELECT i, CASE WHEN i <= 20000 THEN 1 ELSE i END AS c FROM generate_series(1, 20010) i) u`); err != nil {
		t.Fatal(err)
	}
	o.run()
	for range 50 {
		<-o.outcomes
	}
	mu.Lock()
	defer mu.Unlock()
	others := slices.DeleteFunc(slices.Clone(order), func(chat int64) bool { return chat == 1 })
	if len(others) != 10 {
		t.Errorf("%d of 10 other chats were served among the first %d updates", len(others), len(order))
	}
}

// pause is an error that says when to try again.
type pause time.Duration

func (p pause) Error() string          { return "too many" }
func (p pause) RetryIn() time.Duration { return time.Duration(p) }

func TestPauseThatIsAskedForIsNoFailure(t *testing.T) {
	var tried atomic.Int64
	o := newOffice(t, func(_ context.Context, u update) error {
		if u.Chat == 9 && tried.Add(1) <= 5 { // more often than a failure is tried again
			return fmt.Errorf("answer: %w", pause(40*time.Second))
		}
		return nil
	})
	o.store(update{ID: 1, Chat: 9})
	o.run()
	for i := range int64(5) {
		o.expect(inbox.Retried)
		o.clock.Advance(39 * time.Second)
		o.store(update{ID: 100 + i, Chat: 10})
		o.expect(inbox.Done)
		if n := tried.Load(); n != i+1 {
			t.Fatalf("tried %d times before pause %d was over", n, i+1)
		}
		o.clock.Advance(time.Second)
		o.Wake()
	}
	o.expect(inbox.Done)
}

func TestLongPauseDoesNotKeepTheChatWaiting(t *testing.T) {
	o := newOffice(t, func(_ context.Context, u update) error {
		if u.ID == 1 {
			return pause(time.Hour)
		}
		return nil
	})
	o.store(update{ID: 1, Chat: 9}, update{ID: 2, Chat: 9})
	o.run()
	o.expect(inbox.Retried)
	o.clock.Advance(time.Second)
	o.Wake()
	o.expect(inbox.Retried)
	o.clock.Advance(5 * time.Second)
	o.Wake()
	o.expect(inbox.Failed, inbox.Done)
}
