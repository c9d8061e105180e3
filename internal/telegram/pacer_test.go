package telegram

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"cartable/bot/chat"
)

// strict is Telegram at its strictest: exact limits, counted by when a message
// arrives, and a penalty for what goes over them. Time is that of the bubble.
type strict struct {
	mu        sync.Mutex
	all       []time.Time           // the last second's
	chats     map[int64]time.Time   // when the chat's burst is whole again
	groups    map[int64][]time.Time // the last minute's
	penalties map[int64]time.Time
	refused   int
	inPenalty int // messages to a chat inside its retry_after
}

func newStrict() *strict {
	return &strict{
		chats: map[int64]time.Time{}, groups: map[int64][]time.Time{}, penalties: map[int64]time.Time{},
	}
}

func (s *strict) arrive(chatID int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if now.Before(s.penalties[chatID]) {
		s.inPenalty++
		return s.refuse(chatID, s.penalties[chatID].Sub(now))
	}
	within := func(times []time.Time, span time.Duration) []time.Time {
		return slices.DeleteFunc(times, func(t time.Time) bool { return now.Sub(t) >= span })
	}
	s.all = within(s.all, time.Second)
	s.groups[chatID] = within(s.groups[chatID], time.Minute)
	switch {
	case len(s.all) >= 30:
		return s.refuse(chatID, 3*time.Second)
	case chatID < 0 && len(s.groups[chatID]) >= 20:
		return s.refuse(chatID, 10*time.Second)
	case s.chats[chatID].Sub(now) > 2*time.Second: // a burst of three
		return s.refuse(chatID, 5*time.Second)
	}
	s.all = append(s.all, now)
	s.groups[chatID] = append(s.groups[chatID], now)
	s.chats[chatID] = later(s.chats[chatID], now).Add(time.Second)
	return nil
}

func (s *strict) refuse(chatID int64, after time.Duration) error {
	s.refused++
	s.penalties[chatID] = later(s.penalties[chatID], time.Now().Add(after))
	return &chat.Error{Method: "sendMessage", Class: chat.TooMany, Code: 429, RetryAfter: after}
}

func newTestPacer(l Limits) *pacer { return newPacer(systemClock{}, l, slog.New(slog.DiscardHandler)) }

// send is what Client.Send does, over a network with some latency.
func send(ctx context.Context, p *pacer, s *strict, lane Lane, chatID int64, latency time.Duration) error {
	slot, err := p.wait(ctx, lane, chatID, "sendMessage")
	if err != nil {
		return err
	}
	time.Sleep(latency / 2)
	err = s.arrive(chatID)
	time.Sleep(latency / 2)
	p.settle(slot, err)
	return err
}

// TestAStrictServerNeverRefuses: an announcement to everybody, while people tap.
func TestAStrictServerNeverRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, server := newTestPacer(Limits{}), newStrict()
		random := rand.New(rand.NewPCG(1, 2))
		var wg sync.WaitGroup
		start := time.Now()
		const announced, replied = 1500, 120
		for i := range announced {
			latency := time.Duration(random.IntN(10)) * time.Millisecond
			wg.Go(func() {
				if err := send(t.Context(), p, server, Announce, int64(1+i%300), latency); err != nil {
					t.Error(err)
				}
			})
		}
		waits := make([]time.Duration, replied)
		for i := range replied {
			at := time.Duration(random.IntN(40_000)) * time.Millisecond
			wg.Go(func() {
				time.Sleep(at)
				asked := time.Now()
				if err := send(t.Context(), p, server, Reply, int64(1000+i), 0); err != nil {
					t.Error(err)
				}
				waits[i] = time.Since(asked)
			})
		}
		wg.Wait()
		took := time.Since(start)
		ideal := (announced + replied) * time.Second * 10 / 295
		slices.Sort(waits)
		t.Logf("took %v of an ideal %v; replies waited %v at most", took, ideal, waits[replied-1])
		if server.refused != 0 {
			t.Errorf("%d refusals", server.refused)
		}
		if took > ideal*102/100 {
			t.Errorf("took %v, ideal is %v", took, ideal)
		}
		if most := waits[replied-1]; most > 200*time.Millisecond {
			t.Errorf("a reply waited %v behind announcements", most)
		}
	})
}

func TestAChatsLimits(t *testing.T) {
	tests := map[string]struct {
		chatID          int64
		n               int
		atLeast, atMost time.Duration
	}{
		"a burst passes":           {1, 3, 0, 200 * time.Millisecond},
		"then one a second":        {1, 13, 10 * time.Second, 10500 * time.Millisecond},
		"a group within the limit": {-1, 20, 17 * time.Second, 18 * time.Second},
		"a group beyond it":        {-1, 41, 120 * time.Second, 121 * time.Second},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, server := newTestPacer(Limits{}), newStrict()
				start := time.Now()
				for i := range tt.n {
					// A first message that takes long must not pull the next ones closer.
					latency := time.Duration(i%3) * 40 * time.Millisecond
					if err := send(t.Context(), p, server, Announce, tt.chatID, latency); err != nil {
						t.Fatal(err)
					}
				}
				if took := time.Since(start); took < tt.atLeast || took > tt.atMost {
					t.Errorf("%d messages took %v, want %v to %v", tt.n, took, tt.atLeast, tt.atMost)
				}
			})
		})
	}
}

// TestTheNextSlotCountsFromTheActualSend: a message that took long to arrive
// must not find the next one on its heels.
func TestTheNextSlotCountsFromTheActualSend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTestPacer(Limits{ChatBurst: 1})
		s, err := p.wait(t.Context(), Reply, 1, "sendMessage")
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(700 * time.Millisecond)
		p.settle(s, nil)
		if wait := time.Until(p.Ready(1)); wait != time.Second {
			t.Errorf("the next may go %v after the first arrived, want 1s", wait)
		}
	})
}

func TestLimitsAreConfigurable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTestPacer(Limits{PerSecond: 2, ChatEvery: 10 * time.Second, ChatBurst: 1, GroupPerMinute: 2})
		times := func(chats ...int64) (out []time.Duration) {
			start := time.Now()
			for _, id := range chats {
				s, err := p.wait(t.Context(), Reply, id, "sendMessage")
				if err != nil {
					t.Fatal(err)
				}
				p.settle(s, nil)
				out = append(out, time.Since(start).Round(100*time.Millisecond))
			}
			return out
		}
		want := []time.Duration{0, 500 * time.Millisecond, 10 * time.Second}
		if got := times(1, 2, 1); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		time.Sleep(time.Minute)
		want = []time.Duration{0, 10 * time.Second, 60 * time.Second}
		if got := times(-1, -1, -1); !slices.Equal(got, want) {
			t.Errorf("in a group: got %v, want %v", got, want)
		}
	})
}

// TestAChatThatWaitsDoesNotHoldUpOthers: its place in the queue is not a wall.
func TestAChatThatWaitsDoesNotHoldUpOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, server := newTestPacer(Limits{}), newStrict()
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() { _ = send(t.Context(), p, server, Announce, 1, 0) })
		}
		synctest.Wait()
		start := time.Now()
		if err := send(t.Context(), p, server, Announce, 2, 0); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took > 200*time.Millisecond {
			t.Errorf("waited %v behind another chat's queue", took)
		}
		wg.Wait()
	})
}

func tooMany(after time.Duration) error {
	return &chat.Error{Method: "sendMessage", Class: chat.TooMany, Code: 429, RetryAfter: after}
}

func TestAPauseConcernsItsChat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTestPacer(Limits{})
		p.note(1, tooMany(10*time.Second))
		start := time.Now()
		if ready := p.Ready(1); !ready.Equal(start.Add(10 * time.Second)) {
			t.Errorf("the chat is ready after %v", ready.Sub(start))
		}
		if ready := p.Ready(2); !ready.Equal(start) {
			t.Errorf("another chat is ready after %v", ready.Sub(start))
		}
		for name, do := range map[string]func() error{
			"send": func() error { _, err := p.wait(t.Context(), Reply, 1, "sendMessage"); return err },
			"edit": func() error { return p.obey(t.Context(), 1, "editMessageText") },
		} {
			if err := do(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if waited := time.Since(start); waited < 10*time.Second {
				t.Errorf("%s after %v, inside retry_after", name, waited)
			}
			p.note(1, tooMany(10*time.Second))
			start = time.Now()
		}
	})
}

func TestTwoChatsRefusedTogetherPauseAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTestPacer(Limits{})
		p.note(1, tooMany(time.Hour)) // this chat's own
		time.Sleep(500 * time.Millisecond)
		p.note(2, tooMany(4*time.Second))
		if wait := time.Until(p.Ready(3)); wait != time.Second {
			t.Errorf("a third chat waits %v, want long enough for a probe", wait)
		}
		// The third is refused as well, and so on: it is all of them.
		time.Sleep(time.Second)
		p.note(3, tooMany(time.Minute))
		if wait := time.Until(p.Ready(9)); wait != 2*time.Second {
			t.Errorf("all wait %v after the third, want twice as long", wait)
		}
		time.Sleep(2 * time.Second)
		p.note(4, tooMany(3*time.Second))
		if wait := time.Until(p.Ready(9)); wait != 3*time.Second {
			t.Errorf("all wait %v, want the shorter pause", wait)
		}
		if wait := time.Until(p.Ready(1)); wait < 59*time.Minute {
			t.Errorf("the first chat waits %v only", wait)
		}
		time.Sleep(10 * time.Second)
		p.note(2, tooMany(4*time.Second))
		p.note(2, tooMany(4*time.Second)) // the same chat twice is one chat
		time.Sleep(1500 * time.Millisecond)
		p.note(4, tooMany(4*time.Second)) // long after
		if wait := time.Until(p.Ready(9)); wait > 0 {
			t.Errorf("a third chat waits %v after refusals that had nothing to do with each other", wait)
		}
	})
}

// TestRefusalsBetweenAcceptedMessagesPauseTheirChatsAlone: Telegram takes what others are
// sent, so it is not the bot that is too fast.
func TestRefusalsBetweenAcceptedMessagesPauseTheirChatsAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTestPacer(Limits{})
		p.note(1, tooMany(time.Minute))
		time.Sleep(10 * time.Millisecond)
		s, err := p.wait(t.Context(), Reply, 3, "sendMessage")
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
		p.settle(s, nil)
		p.note(2, tooMany(time.Minute))
		if wait := time.Until(p.Ready(4)); wait > 0 {
			t.Errorf("a chat that was never refused waits %v", wait)
		}
		// What was on its way before the refusal says nothing.
		time.Sleep(10 * time.Second)
		before, err := p.wait(t.Context(), Reply, 5, "sendMessage")
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Millisecond)
		p.note(6, tooMany(time.Minute))
		p.settle(before, nil)
		p.note(7, tooMany(5*time.Second))
		if wait := time.Until(p.Ready(4)); wait != time.Second {
			t.Errorf("all chats wait %v, want 1s", wait)
		}
	})
}

// coarseClock moves in steps, so that what is timed by it comes late, as on a machine that
// is busy with other things.
type coarseClock struct{}

func (coarseClock) Now() time.Time { return time.Now().Truncate(20 * time.Millisecond) }

// TestLatenessIsMadeUpFor: a machine that is too busy to let every message go on time does
// not send fewer, nor more at once than is allowed.
func TestLatenessIsMadeUpFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, server := newPacer(coarseClock{}, Limits{}, slog.New(slog.DiscardHandler)), newStrict()
		var wg sync.WaitGroup
		start := time.Now()
		const messages = 900
		for i := range int64(messages) {
			wg.Go(func() {
				if err := send(t.Context(), p, server, Announce, 1+i, 0); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		took, ideal := time.Since(start), messages*time.Second*10/295
		t.Logf("took %v of an ideal %v", took, ideal)
		if server.refused != 0 {
			t.Errorf("%d refusals", server.refused)
		}
		if took > ideal*101/100 {
			t.Errorf("took %v, ideal is %v", took, ideal)
		}
	})
}

// TestMessagesHeldUpOnTheWayCount: a connection that stalls delivers together what was let
// go evenly, and what follows must not come on top of it.
func TestMessagesHeldUpOnTheWayCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTestPacer(Limits{})
		var mu sync.Mutex
		var arrived []time.Time
		start := time.Now()
		var wg sync.WaitGroup
		for i := range int64(300) {
			wg.Go(func() {
				s, err := p.wait(t.Context(), Announce, 1+i, "sendMessage")
				if err != nil {
					t.Error(err)
					return
				}
				time.Sleep(30 * time.Millisecond)
				// For 300 ms of every 3 s nothing comes through.
				if into := time.Since(start) % (3 * time.Second); into > 2700*time.Millisecond {
					time.Sleep(3*time.Second - into)
				}
				mu.Lock()
				arrived = append(arrived, time.Now())
				mu.Unlock()
				time.Sleep(30 * time.Millisecond)
				p.settle(s, nil)
			})
		}
		wg.Wait()
		for i := 30; i < len(arrived); i++ {
			if span := arrived[i].Sub(arrived[i-30]); span < 900*time.Millisecond {
				t.Errorf("31 messages within %v, after %v", span, arrived[i].Sub(start))
			}
		}
		if took := time.Since(start); took > 11*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

// TestALongPauseHoldsNoWorker: neither who comes later nor who waits already.
func TestALongPauseHoldsNoWorker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTestPacer(Limits{ChatBurst: 1})
		if _, err := p.wait(t.Context(), Announce, 1, "sendMessage"); err != nil {
			t.Fatal(err)
		}
		waiting := make(chan error, 1)
		go func() {
			_, err := p.wait(t.Context(), Announce, 1, "sendMessage")
			waiting <- err
		}()
		synctest.Wait()
		start := time.Now()
		p.note(1, tooMany(2*time.Hour))
		_, came := p.wait(t.Context(), Reply, 1, "sendMessage")
		for name, err := range map[string]error{
			"who waited": <-waiting, "who came": came, "an edit": p.obey(t.Context(), 1, "editMessageText"),
		} {
			var e *chat.Error
			if !errors.As(err, &e) || e.Class != chat.TooMany || e.RetryAfter != 2*time.Hour {
				t.Errorf("%s: got %v, want TooMany for two hours", name, err)
			}
		}
		if held := time.Since(start); held != 0 {
			t.Errorf("held for %v", held)
		}
	})
}

func TestWhoGivesUpCostsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTestPacer(Limits{PerSecond: 1})
		if _, err := p.wait(t.Context(), Announce, 1, "sendMessage"); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		for range 5 {
			go func() {
				if _, err := p.wait(ctx, Reply, 2, "sendMessage"); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("got %v", err)
				}
			}()
		}
		if _, err := p.wait(t.Context(), Announce, 3, "sendMessage"); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("waited %v: the slots of those who left were kept", took)
		}
		err := p.obey(ctx, 1, "editMessageText")
		if err != nil {
			t.Errorf("an edit without a pause waits: %v", err)
		}
		p.note(1, tooMany(10*time.Second))
		if err := p.obey(ctx, 1, "editMessageText"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("an edit does not end with its context: %v", err)
		}
	})
}

// TestRecoveryFromRefusals: a server that is stricter than expected still gets
// every message once its pauses are kept.
func TestRecoveryFromRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, server := newTestPacer(Limits{PerSecond: 100, ChatBurst: 20}), newStrict()
		var wg sync.WaitGroup
		for chatID := range int64(12) {
			wg.Go(func() {
				for left := 15; left > 0; {
					switch err := send(t.Context(), p, server, Announce, 1+chatID, 0); chat.ClassOf(err) {
					case "":
						left--
					case chat.TooMany:
					default:
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		if server.refused == 0 || server.inPenalty != 0 {
			t.Errorf("%d refusals, %d messages inside a retry_after", server.refused, server.inPenalty)
		}
	})
}

func TestRestedChatsAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTestPacer(Limits{PerSecond: 1e6})
		for i := range int64(20 * sweepEvery) {
			id := i + 1
			if i%2 == 0 {
				id = -id
			}
			s, err := p.wait(t.Context(), Announce, id, "sendMessage")
			if err != nil {
				t.Fatal(err)
			}
			p.settle(s, nil)
			time.Sleep(100 * time.Millisecond)
		}
		if n := len(p.chats); n > 2*sweepEvery {
			t.Errorf("%d chats are remembered", n)
		}
	})
}
