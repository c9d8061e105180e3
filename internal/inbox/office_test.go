package inbox_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jonboulle/clockwork"
	"go.uber.org/goleak"

	"cartable/internal/inbox"
	"cartable/internal/pgtest"
)

const patience = 20 * time.Second

var noon = time.Date(2026, 3, 21, 8, 30, 0, 0, time.UTC)

// office is an inbox whose handler is the test's.
type office struct {
	*inbox.Inbox
	t        *testing.T
	pool     *pgxpool.Pool
	clock    *clockwork.FakeClock
	log      *syncBuffer
	outcomes chan inbox.Outcome
}

type handler func(ctx context.Context, u update) error

// update is what the tests put into the inbox.
type update struct {
	ID   int64  `json:"id"`
	Chat int64  `json:"chat"`
	Text string `json:"text"`
}

func newOffice(t *testing.T, h handler) *office { return officeOn(t, pgtest.New(t), h) }

func officeOn(t *testing.T, pool *pgxpool.Pool, h handler) *office {
	o := &office{t: t, pool: pool, clock: clockwork.NewFakeClockAt(noon), log: &syncBuffer{},
		outcomes: make(chan inbox.Outcome, 10_000)}
	o.Inbox = inbox.New(pool, inbox.Options{
		Clock: o.clock, Log: slog.New(slog.NewTextHandler(o.log, nil)), Workers: 4,
		Observe: func(out inbox.Outcome, _ time.Duration) { o.outcomes <- out },
		Handle: func(ctx context.Context, raw inbox.Raw) error {
			var u update
			if err := json.Unmarshal(raw.JSON, &u); err != nil {
				return err
			}
			return h(ctx, u)
		},
	})
	return o
}

// run starts the inbox; stop ends it and checks that nothing is left running.
func (o *office) run() (stop func()) {
	o.t.Helper()
	before := goleak.IgnoreCurrent()
	ctx, cancel := context.WithCancel(o.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- o.Run(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			select {
			case err := <-ended:
				if err != nil {
					o.t.Errorf("Run: %v", err)
				}
			case <-time.After(patience):
				o.t.Error("Run does not end")
			}
			goleak.VerifyNone(o.t, append(pgtest.IgnorePool(), before)...)
		})
	}
	o.t.Cleanup(stop)
	return stop
}

func (o *office) store(us ...update) {
	o.t.Helper()
	var batch []inbox.Raw
	for _, u := range us {
		b, err := json.Marshal(u)
		if err != nil {
			o.t.Fatal(err)
		}
		batch = append(batch, inbox.Raw{UpdateID: u.ID, ChatID: u.Chat, JSON: b})
	}
	if err := o.Store(o.t.Context(), batch); err != nil {
		o.t.Fatal(err)
	}
}

// expect waits for the outcomes of the next attempts.
func (o *office) expect(want ...inbox.Outcome) {
	o.t.Helper()
	for i, w := range want {
		select {
		case got := <-o.outcomes:
			if got != w {
				o.t.Fatalf("outcome %d is %q, want %q", i, got, w)
			}
		case <-time.After(patience):
			o.t.Fatalf("no outcome %d, want %q", i, w)
		}
	}
}

func (o *office) states() map[int64]string {
	o.t.Helper()
	rows, err := o.pool.Query(o.t.Context(), `SELECT update_id, state FROM updates`)
	if err != nil {
		o.t.Fatal(err)
	}
	defer rows.Close()
	out := map[int64]string{}
	for rows.Next() {
		var id int64
		var state string
		if err := rows.Scan(&id, &state); err != nil {
			o.t.Fatal(err)
		}
		out[id] = state
	}
	return out
}

// leasesRunOut is the time that passes after a crash.
func (o *office) leasesRunOut() {
	o.t.Helper()
	if _, err := o.pool.Exec(o.t.Context(), `UPDATE updates SET leased_until = clock_timestamp() - interval '1 s'
		WHERE leased_until IS NOT NULL`); err != nil {
		o.t.Fatal(err)
	}
}

// takenUp is what processes leave that took an update up and ended without a word.
func (o *office) takenUp(id int64, processes int) {
	o.t.Helper()
	if _, err := o.pool.Exec(o.t.Context(), `UPDATE updates SET attempts = $2, leased_until = clock_timestamp() WHERE update_id = $1`,
		id, processes); err != nil {
		o.t.Fatal(err)
	}
}

func times(n int, o inbox.Outcome) []inbox.Outcome { return slices.Repeat([]inbox.Outcome{o}, n) }

// startOnly is run for overlapping runners, whose goroutines are no leaks of one another.
func (o *office) startOnly() (stop func()) {
	ctx, cancel := context.WithCancel(o.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- o.Run(ctx) }()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			o.t.Error(err)
		}
	}
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
