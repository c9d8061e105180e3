package inbox

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"cartable/internal/failpoint"
	"cartable/internal/lease"
)

// Keep is how long settled updates should be kept to know repetitions: Telegram
// forgets what it could not deliver after 24 hours.
const Keep = 48 * time.Hour

const (
	pollEvery      = time.Second
	handleTimeout  = 30 * time.Second // for one update, its replies included
	finishTimeout  = 10 * time.Second // for what is in hand when Run is told to stop
	abandonTimeout = 5 * time.Second  // for handlers whose context has ended
	settleTimeout  = 5 * time.Second
	queryTimeout   = 10 * time.Second
	maxFailures    = 3
	maxAttempts    = 10 // those included that ended with the program
	defaultWorkers = 16
)

// longestAsked is how long a chat may ask to be left alone without an update of it being put
// aside for that. Beyond it what people do meanwhile would wait too long for its effect.
const longestAsked = time.Minute

// retryAfter is how long a chat waits after the first, the second … failure.
var retryAfter = [maxFailures - 1]time.Duration{time.Second, 5 * time.Second}

// errStopped is the cause of a handler's context that ends because Run does.
var errStopped = errors.New("stopped before it was done")

// Outcome is what became of one attempt to handle an update.
type Outcome string

// The outcomes.
const (
	Done    Outcome = "done"
	Retried Outcome = "retried" // failed, will be tried again
	Failed  Outcome = "failed"  // put aside
	Left    Outcome = "left"    // for the next start, or for whoever has its lease now
)

// Raw is an update as it arrived. JSON is the whole update.
type Raw struct {
	UpdateID int64
	ChatID   int64 // whose updates are kept in order; 0 for those of no chat
	JSON     json.RawMessage
	Decoded  any // what the caller makes of JSON, for Alongside and Handle; not stored
}

// Options of an Inbox. Clock, Log and Handle are required.
type Options struct {
	Clock interface{ Now() time.Time }
	Log   *slog.Logger
	// Handle carries out one update. It must return when ctx ends, and may be
	// called again with the same update. Decoded is nil when it is, and where the update was
	// stored by another process. It returns an error only for what may go
	// better next time. The error is logged, so it holds no content. One with a method
	// RetryIn() time.Duration that says more than 0 and up to a minute is tried again then,
	// and does not count as a failure.
	Handle  func(ctx context.Context, update Raw) error
	Workers int // chats handled at the same time; 0 for 16
	// Alongside queues what handlers are going to ask first, to be read by the
	// transaction that claims their updates. It is told what most of the updates were decoded to,
	// where they were. What it returns gives the answers to a handler's context. nil for nothing.
	Alongside func(b *pgx.Batch, decoded []any) (give func(context.Context) context.Context)
	// Observe is told the outcome of every attempt, and how long ago the update
	// arrived. It is called after the row is settled. nil for none.
	Observe func(outcome Outcome, age time.Duration)
}

// Inbox stores updates and handles them. It is safe for concurrent use.
type Inbox struct {
	rows    rows
	opt     Options
	wake    chan struct{} // somebody else stored something
	arrival chan struct{} // something is to be stored
	leases  *lease.Keeper
	blind   bool // the last query for updates failed; Run's own

	mu       sync.Mutex
	failures map[int64]int // how often the handler failed, by the row; bounded by what waits for its next attempt
	running  bool          // Run stores what arrives
	arrivals []*arrival
}

// New returns an inbox on the schema of the pool.
func New(pool *pgxpool.Pool, opt Options) *Inbox {
	opt.Workers = cmp.Or(opt.Workers, defaultWorkers)
	if opt.Observe == nil {
		opt.Observe = func(Outcome, time.Duration) {}
	}
	if opt.Alongside == nil {
		opt.Alongside = nothingAlongside
	}
	r := rows{pool, opt.Alongside}
	return &Inbox{rows: r, opt: opt, wake: make(chan struct{}, 1), arrival: make(chan struct{}, 1),
		leases:   lease.NewKeeper(r.renew, opt.Log),
		failures: make(map[int64]int)}
}

// Store keeps a batch of updates. When it has returned nil they may be confirmed to Telegram.
// Updates whose ID is known are ignored. While Run runs they share its transactions.
func (b *Inbox) Store(ctx context.Context, batch []Raw) error {
	if len(batch) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	if err := b.store(ctx, batch); err != nil {
		return fmt.Errorf("store %d updates: %w", len(batch), err)
	}
	failpoint.Reach(failpoint.InboxStored)
	return nil
}

// Wake has Run look for updates at once, such as those that another instance stored.
func (b *Inbox) Wake() { signal(b.wake) }

// Run handles updates until ctx ends. It then takes up no more, gives what is in
// hand time to finish, and leaves the rest to the next start. It returns nil
// unless a handler did not return even when its context had ended. An Inbox runs once.
func (b *Inbox) Run(ctx context.Context) error {
	handling, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	var renewal sync.WaitGroup
	renewal.Go(func() { b.leases.Run(handling) })
	defer renewal.Wait()
	defer stop(nil)

	h := newHands(b)
	h.work(handling)
	defer close(h.claimed)
	b.open()
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	for ctx.Err() == nil {
		h.turn(handling)
		h.wait(ctx, poll.C)
	}
	b.shut()
	return h.finish(stop)
}

// noteRead logs when the database stops answering, and when it answers again.
func (b *Inbox) noteRead(err error) {
	if b.blind == (err != nil) {
		return
	}
	b.blind = err != nil
	if b.blind {
		b.opt.Log.Error("cannot read the inbox", "error", err)
		return
	}
	b.opt.Log.Info("the inbox can be read again")
}

// Purge forgets settled updates that arrived longer than olderThan ago and
// returns how many they were.
func (b *Inbox) Purge(ctx context.Context, olderThan time.Duration) (int64, error) {
	n, err := b.rows.purge(ctx, b.opt.Clock.Now().Add(-olderThan))
	if err != nil {
		return 0, fmt.Errorf("purge updates: %w", err)
	}
	return n, nil
}

// Depth returns how many updates wait or are in hand, and how long ago the oldest
// of them arrived.
func (b *Inbox) Depth(ctx context.Context) (n int, oldest time.Duration, err error) {
	n, since, err := b.rows.depth(ctx)
	if err != nil {
		return 0, 0, fmt.Errorf("inbox depth: %w", err)
	}
	if n == 0 {
		return 0, 0, nil
	}
	return n, b.opt.Clock.Now().Sub(since), nil
}
