package outbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/lease"
)

const (
	pollEvery      = time.Second
	queryTimeout   = 10 * time.Second
	renderTimeout  = 10 * time.Second
	sendTimeout    = 90 * time.Second // the pacer's wait and an upload included
	settleTimeout  = 5 * time.Second
	settlePause    = 300 * time.Millisecond
	settleTries    = 3
	finishTimeout  = 8 * time.Second // for what is in hand when Run is told to stop
	abandonTimeout = 5 * time.Second // for calls whose context has ended
	defaultSenders = 16
	defaultOnWay   = 64
	defaultEditors = 4

	// answering is how long after the last touch of an open form its reader is not disturbed.
	answering = 3 * time.Minute
	// separately is how many summarisable notifications are sent one by one.
	separately = 3
	// together bounds how many become one message.
	together = 500
	// maxFaults is how often a notification may fail to be rendered.
	maxFaults = 5
)

// errStopped is the cause of a context that ends because Run does.
var errStopped = errors.New("stopped before it was done")

// Sender is the messenger.
type Sender interface {
	// Send delivers m and returns the ID of the message. Its errors are *chat.Error. It
	// calls left when m is on its way, after which only the answer is waited for.
	Send(ctx context.Context, chatID int64, m view.Message, left func()) (int, error)
	// Edit replaces a message; nil when nothing differed.
	Edit(ctx context.Context, chatID int64, messageID int, m view.Message) error
	// Ready is when the chat may be written to, by the clock of Options.
	Ready(chatID int64) time.Time
}

// Renderer words notifications. It returns an error only where it cannot know.
type Renderer interface {
	// Notice words one notification: for an Item that is Sent, what its message
	// should look like now.
	Notice(ctx context.Context, item Item) (Notice, error)
	// Summary words several summarisable ones of one reader as one message.
	Summary(ctx context.Context, items []Item) (Notice, error)
}

// Domain is where the outbox reports who cannot be reached, and what became of groups,
// and has what waits for them told to others.
type Domain interface {
	PassOn(ctx context.Context, limit int) (int, error)
	Reachable(ctx context.Context, cmd crm.Command, id crm.StaffID, reachable bool) error
	LeaveGroup(ctx context.Context, cmd crm.Command, chat int64) error
	MoveGroup(ctx context.Context, from, to int64) error
}

// Item is a notification to be worded.
type Item struct {
	Notification crm.Notification
	Sent         bool      // its message is to be edited
	SentAt       time.Time // when that was sent; zero before
	Withdrawn    bool      // what it tells of was undone; only of Sent ones
}

// Notice is a rendered notification.
type Notice struct {
	Message view.Message
	Version int64 // of the customer as shown; 0 where none is
	Skip    bool  // not to be sent any more, or not to be edited
	Final   bool  // nothing but an undo changes what it shows
}

// Outcome is what became of a notification, or of an edit.
type Outcome string

// The outcomes.
const (
	Sent        Outcome = "sent"
	Summarised  Outcome = "summarised"
	Cancelled   Outcome = "cancelled" // not to be sent any more
	Failed      Outcome = "failed"
	Retried     Outcome = "retried"
	Unreachable Outcome = "unreachable"
	Edited      Outcome = "edited"
	Unedited    Outcome = "unedited" // the message is gone or cannot be edited
	Left        Outcome = "left"     // for the next start, or for whoever has its lease now
)

// Options of an Outbox. All but the numbers and Observe are required.
type Options struct {
	Clock    crm.Clock
	Log      *slog.Logger
	Sender   Sender
	Renderer Renderer
	Domain   Domain
	Senders  int // messages prepared at the same time, or ready and waiting for their turn; 0 for 16
	OnWay    int // readers served at the same time, those included whose message is on its way; 0 for 64
	Editors  int // messages edited at the same time; 0 for 4
	// Observe is told what became of each notification, after it is settled, and
	// how long ago it was made. nil for none.
	Observe func(outcome Outcome, waited time.Duration)
}

// Outbox delivers the notifications of a schema. It is safe for concurrent use.
type Outbox struct {
	rows   rows
	opt    Options
	leases *lease.Keeper

	wakeSend, wakeEdit chan struct{}
	jobs               sync.WaitGroup

	mu      sync.Mutex
	quiet   map[int64]time.Time        // chats that asked for a pause, and its end
	faults  map[crm.NotificationID]int // failures to render, in a row
	trouble map[int64]bool             // the chats of the latest calls, as far as none was answered
	blind   bool                       // the last query failed
}

// New returns an outbox on the schema of the pool.
func New(pool *pgxpool.Pool, opt Options) *Outbox {
	opt.Senders = cmp.Or(opt.Senders, defaultSenders)
	opt.OnWay = cmp.Or(opt.OnWay, defaultOnWay)
	opt.Editors = cmp.Or(opt.Editors, defaultEditors)
	if opt.Observe == nil {
		opt.Observe = func(Outcome, time.Duration) {}
	}
	r := rows{pool}
	return &Outbox{
		rows: r, opt: opt, leases: lease.NewKeeper(r.renew, opt.Log),
		wakeSend: make(chan struct{}, 1), wakeEdit: make(chan struct{}, 1),
		quiet: make(map[int64]time.Time), faults: make(map[crm.NotificationID]int), trouble: make(map[int64]bool),
	}
}

// Wake has Run look for work at once. It never blocks.
func (o *Outbox) Wake() {
	signal(o.wakeSend)
	signal(o.wakeEdit)
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // somebody will look anyway
	}
}

// Run delivers until ctx ends. It then begins nothing new, and gives what is in
// hand time to finish. It returns nil unless a call to the messenger or the
// renderer did not return even when its context had ended. An Outbox runs once.
func (o *Outbox) Run(ctx context.Context) error {
	working, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	var background, loops sync.WaitGroup
	background.Go(func() { o.leases.Run(working) })
	defer background.Wait()
	defer stop(nil)

	loops.Go(func() { o.sendLoop(ctx, working) })
	loops.Go(func() { o.editLoop(ctx, working) })
	loops.Wait()
	idle := make(chan struct{})
	go func() { o.jobs.Wait(); close(idle) }()
	for _, patience := range []time.Duration{finishTimeout, abandonTimeout} {
		timer := time.NewTimer(patience)
		defer timer.Stop()
		select {
		case <-idle:
			return nil
		case <-timer.C:
			stop(errStopped)
		}
	}
	return errors.New("deliveries are still under way")
}

// Depth returns how many notifications wait for people who can be reached, and how
// long ago the oldest of them was made.
func (o *Outbox) Depth(ctx context.Context) (n int, oldest time.Duration, err error) {
	n, since, err := o.rows.depth(ctx)
	if err != nil {
		return 0, 0, fmt.Errorf("outbox depth: %w", err)
	}
	if n == 0 {
		return 0, 0, nil
	}
	return n, o.opt.Clock.Now().Sub(since), nil
}
