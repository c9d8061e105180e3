package telegram

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// queue is the server's side of getUpdates, in the time of a bubble. An offset
// far beyond its end is taken for none, as tdlib/telegram-bot-api does.
type queue struct {
	deaf      bool                      // an offset beyond the end waits for that ID instead
	forgetful bool                      // offsets confirm nothing, so everything is repeated
	hasty     bool                      // polls are not held open
	fail      func(n int) (int, string) // answers the n-th poll, from 1, where it returns a status
	came      chan struct{}             // capacity 1

	mu      sync.Mutex
	pending []int64
	tail    int64 // the highest ID since IDs last restarted
	polls   int
	webhook bool
}

func newQueue(ids ...int64) *queue {
	q := &queue{came: make(chan struct{}, 1)}
	q.add(ids...)
	return q
}

func (q *queue) add(ids ...int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, id := range ids {
		q.pending, q.tail = append(q.pending, id), id
	}
	select {
	case q.came <- struct{}{}:
	default:
	}
}

func (q *queue) left() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.pending)
}

func (q *queue) polled() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.polls
}

func (q *queue) answer(c call) (int, string) {
	switch c.Method {
	case "deleteWebhook":
		q.mu.Lock()
		defer q.mu.Unlock()
		q.webhook = false
		return ok("true")
	case "getUpdates":
		if status, body := q.refusal(); status != 0 {
			return status, body
		}
		return q.hold(c)
	}
	return refuse(404, "Not Found", "")
}

func (q *queue) refusal() (int, string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.polls++
	if q.webhook {
		return refuse(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first", "")
	}
	if q.fail != nil {
		return q.fail(q.polls)
	}
	return 0, ""
}

func (q *queue) hold(c call) (int, string) {
	offset, _ := strconv.ParseInt(c.Params["offset"], 10, 64)
	seconds, _ := strconv.Atoi(c.Params["timeout"])
	timer := time.NewTimer(time.Duration(seconds) * time.Second)
	defer timer.Stop()
	for {
		if batch := q.take(offset); len(batch) > 0 || q.hasty {
			return ok("[" + strings.Join(batch, ",") + "]")
		}
		select {
		case <-q.came:
		case <-timer.C:
			return ok("[]")
		case <-c.Ctx.Done():
			return ok("[]")
		}
	}
}

// take forgets what offset confirms and returns what is left.
func (q *queue) take(offset int64) (batch []string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	ahead := offset > q.tail+10
	switch {
	case ahead && q.deaf:
		return nil
	case !ahead && !q.forgetful:
		q.pending = slices.DeleteFunc(q.pending, func(id int64) bool { return id < offset })
	}
	for _, id := range q.pending {
		batch = append(batch, fmt.Sprintf(`{"update_id":%d,"message":{"message_id":1}}`, id))
	}
	return batch
}

// inbox collects what was stored.
type inbox struct {
	fail func(n int) error // of the n-th batch, from 1
	came chan int64

	mu      sync.Mutex
	batches int
	ids     []int64
}

func newInbox() *inbox { return &inbox{came: make(chan int64, 10_000)} }

func (s *inbox) put(_ context.Context, batch []Raw) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.batches++
	if s.fail != nil {
		if err := s.fail(s.batches); err != nil {
			return err
		}
	}
	for _, raw := range batch {
		s.ids = append(s.ids, raw.UpdateID)
		s.came <- raw.UpdateID
	}
	return nil
}

func (s *inbox) stored() []int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.ids)
}

// polling runs Poll until stop is called, which waits for its end.
func polling(t *testing.T, q *queue, s *inbox, log *slog.Logger) (stop func(), api *api) {
	t.Helper()
	c, api := newLocal(t, q.answer)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Poll(ctx, PollerConfig{Client: c, Store: s.put, Log: log}) }()
	return func() {
		start := time.Now()
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("Poll returned %v", err)
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("Poll took %v to end", took)
		}
	}, api
}

func TestPollConfirmsOnlyWhatIsStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, s := newQueue(100, 101), newInbox()
		s.fail = func(n int) error {
			if n <= 3 {
				if q.left() != 2 {
					t.Error("confirmed before it was stored")
				}
				return errors.New("no database")
			}
			return nil
		}
		start := time.Now()
		stop, api := polling(t, q, s, nil)
		<-s.came
		<-s.came
		if waited := time.Since(start); waited < time.Second || waited > 2*time.Second {
			t.Errorf("three failures took %v, want it to be asked twice a second", waited)
		}
		q.add(102)
		if id := <-s.came; id != 102 {
			t.Errorf("got %d", id)
		}
		time.Sleep(time.Minute)
		if n := q.left(); n != 0 {
			t.Errorf("%d updates were not confirmed", n)
		}
		stop()
		if got := s.stored(); !slices.Equal(got, []int64{100, 101, 102}) {
			t.Errorf("stored %v", got)
		}
		want := map[string]string{
			"limit": "100", "timeout": "30", "allowed_updates": `["message","edited_message","callback_query","my_chat_member"]`,
		}
		for k, v := range want {
			if got := api.last(t).Params[k]; got != v {
				t.Errorf("%s is %s, want %s", k, got, v)
			}
		}
	})
}

// TestUpdateIDsMayRestart: lower after a quiet week, on a server that takes the
// old offset for none and on one that waits for it for ever.
func TestUpdateIDsMayRestart(t *testing.T) {
	for name, deaf := range map[string]bool{"as Telegram": false, "taking the offset at its word": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q, s := newQueue(900_000, 900_001), newInbox()
				q.deaf = deaf
				stop, _ := polling(t, q, s, nil)
				<-s.came
				<-s.came
				time.Sleep(2 * time.Hour) // stands for the quiet week: what matters are the empty polls
				before := q.polled()
				q.add(17)
				q.add(18)
				for _, want := range []int64{17, 18} {
					select {
					case id := <-s.came:
						if id != want {
							t.Errorf("got %d, want %d", id, want)
						}
					case <-time.After(time.Minute):
						t.Fatal("deaf to the new IDs")
					}
				}
				time.Sleep(10 * time.Minute)
				stop()
				if n := q.left(); n != 0 {
					t.Errorf("%d updates were not confirmed", n)
				}
				if n := q.polled() - before; n > 25 {
					t.Errorf("%d polls in ten minutes", n)
				}
				if got := s.stored(); len(got) != 4 {
					t.Errorf("stored %v", got)
				}
			})
		})
	}
}

func TestPollDoesNotLoopHot(t *testing.T) {
	for name, q := range map[string]*queue{
		"results are repeated":  {forgetful: true, came: make(chan struct{}, 1)},
		"polls are not held":    {hasty: true, came: make(chan struct{}, 1)},
		"repeated and not held": {forgetful: true, hasty: true, deaf: true, came: make(chan struct{}, 1)},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q.came = make(chan struct{}, 1) // of this bubble
				q.add(1, 2, 3)
				s := newInbox()
				stop, _ := polling(t, q, s, nil)
				<-s.came
				time.Sleep(100 * time.Second)
				stop()
				if n := q.polled(); n > 202 {
					t.Errorf("%d polls in 100 seconds", n)
				}
			})
		})
	}
}

func TestABusyQueueIsReadWithoutPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, s := newQueue(1), newInbox()
		start := time.Now()
		stop, _ := polling(t, q, s, nil)
		for id := int64(1); id < 50; id++ {
			<-s.came
			q.add(id + 1)
		}
		<-s.came
		if took := time.Since(start); took != 0 {
			t.Errorf("50 batches took %v", took)
		}
		stop()
	})
}

func TestPollRemovesTheWebhook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, s := newQueue(1), newInbox()
		q.webhook = true
		stop, _ := polling(t, q, s, nil)
		<-s.came
		q.mu.Lock()
		q.webhook = true // somebody sets it again
		q.mu.Unlock()
		time.Sleep(time.Minute)
		q.add(2)
		if id := <-s.came; id != 2 {
			t.Errorf("got %d", id)
		}
		stop()
	})
}

func TestPollOutlastsFailures(t *testing.T) {
	for name, tt := range map[string]struct {
		fail            func(n int) (int, string)
		atLeast, atMost time.Duration
	}{
		"another poller": {func(n int) (int, string) {
			return refuse(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running", "")
		}, 15 * time.Second, 18 * time.Second},
		"flood": {func(n int) (int, string) {
			return refuse(429, "Too Many Requests: retry after 60", `{"retry_after":60}`)
		}, 180 * time.Second, 180 * time.Second},
		"gateway":   {func(n int) (int, string) { return 502, "<html>" }, 3 * time.Second, 7 * time.Second},
		"bad token": {func(n int) (int, string) { return refuse(401, "Unauthorized", "") }, 3 * time.Second, 7 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q, s := newQueue(1), newInbox()
				q.fail = func(n int) (int, string) {
					if n <= 3 {
						return tt.fail(n)
					}
					return 0, ""
				}
				log, text := captured()
				start := time.Now()
				stop, _ := polling(t, q, s, log)
				<-s.came
				if took := time.Since(start); took < tt.atLeast || took > tt.atMost {
					t.Errorf("three failures took %v, want %v to %v", took, tt.atLeast, tt.atMost)
				}
				stop()
				for _, want := range []string{"polling failed", "polling again"} {
					if !strings.Contains(text.String(), want) {
						t.Errorf("the log does not say %q: %s", want, text)
					}
				}
			})
		})
	}
}

func TestPausesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, s := newQueue(1), newInbox()
		q.fail = func(int) (int, string) { return 502, "" }
		log, text := captured()
		stop, _ := polling(t, q, s, log)
		time.Sleep(time.Hour)
		before := q.polled()
		time.Sleep(time.Hour)
		if n := q.polled() - before; n < 120 || n > 240 {
			t.Errorf("%d polls in an hour of failures, want one in 15 to 30 seconds", n)
		}
		stop()
		if lines := strings.Count(text.String(), "\n"); lines > 10 {
			t.Errorf("two hours of failures made %d log lines", lines)
		}
	})
}
