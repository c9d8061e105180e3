package telegram

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"strings"
	"time"

	"cartable/bot/chat"
)

const (
	pollLimit          = 100
	defaultPollTimeout = 30 * time.Second
	// pollGap is the least time between polls that bring nothing new: a server
	// that repeats itself, or does not hold polls open, is asked twice a second.
	pollGap = 500 * time.Millisecond
	// conflictPause lets the other poller's last request end.
	conflictPause = 5 * time.Second
	// storePause is after a batch that could not be stored. Its repetition is how those
	// who write meanwhile are noticed.
	storePause     = 500 * time.Millisecond
	firstBackoff   = time.Second
	longestBackoff = 30 * time.Second
)

// PollerConfig says where updates come from and go to.
type PollerConfig struct {
	Client *Client
	// Store keeps a batch. Only after nil is it confirmed to Telegram; after an
	// error it comes again. It must ignore updates that it has already.
	Store   func(ctx context.Context, batch []Raw) error
	Allowed []string      // kinds of update; AllowedUpdates() when nil
	Timeout time.Duration // how long a poll is held open; 30 s when zero, at most MaxPollTimeout
	Log     *slog.Logger  // discarded when nil
}

// Poll receives updates until ctx ends, and returns ctx's error. It removes a
// webhook first. Failures of either side are retried with growing pauses.
//
// Any update ID is accepted. After a week without updates Telegram starts at a
// random number, which may be lower: a loop that insists on rising IDs would drop
// everything from then on, or never be sent it. So the offset is taken from the
// latest batch alone, and once an empty answer shows that everything is confirmed,
// polls start from whatever is the earliest unconfirmed update (offset 0).
func Poll(ctx context.Context, cfg PollerConfig) error {
	p := newPoller(cfg)
	for ctx.Err() == nil {
		p.sleep(ctx, p.round(ctx))
	}
	return ctx.Err()
}

type poller struct {
	PollerConfig
	offset    int64          // confirms everything below; 0 confirms nothing
	latest    map[int64]bool // IDs of the batch stored last
	noWebhook bool
	failures  int           // in a row
	backoff   time.Duration // the pause after the next failure
}

func newPoller(cfg PollerConfig) *poller {
	if cfg.Allowed == nil {
		cfg.Allowed = AllowedUpdates()
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = defaultPollTimeout
	}
	cfg.Timeout = min(cfg.Timeout, MaxPollTimeout)
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &poller{PollerConfig: cfg, backoff: firstBackoff}
}

// round makes one poll and returns the pause before the next.
func (p *poller) round(ctx context.Context) time.Duration {
	started := p.Client.pace.clock.Now()
	news, err := p.receive(ctx)
	if err != nil {
		return p.failed(ctx, err)
	}
	if p.failures > 0 {
		p.Log.InfoContext(ctx, "polling again", "failures", p.failures)
	}
	p.failures, p.backoff = 0, firstBackoff
	if news {
		return 0
	}
	return pollGap - p.Client.pace.clock.Now().Sub(started)
}

// receive stores one batch and moves the offset behind it. It reports whether
// the batch brought anything that the one before had not.
func (p *poller) receive(ctx context.Context) (news bool, err error) {
	if !p.noWebhook {
		if err := p.Client.DeleteWebhook(ctx); err != nil {
			return false, err
		}
		p.noWebhook = true
	}
	batch, err := p.Client.GetUpdates(ctx, p.offset, pollLimit, p.Timeout, p.Allowed)
	if err != nil {
		return false, err
	}
	if len(batch) == 0 {
		p.offset = 0
		return false, nil
	}
	if err := p.Store(ctx, batch); err != nil {
		return false, &storeError{err}
	}
	highest, ids := batch[0].UpdateID, make(map[int64]bool, len(batch))
	for _, raw := range batch {
		highest = max(highest, raw.UpdateID)
		ids[raw.UpdateID] = true
		news = news || !p.latest[raw.UpdateID]
	}
	p.offset, p.latest = highest+1, ids
	return news, nil
}

// storeError tells a failure of our side from one of Telegram's.
type storeError struct{ err error }

func (e *storeError) Error() string { return "store updates: " + e.err.Error() }
func (e *storeError) Unwrap() error { return e.err }

// failed logs err and returns how long to wait after it.
func (p *poller) failed(ctx context.Context, err error) time.Duration {
	if ctx.Err() != nil {
		return 0
	}
	p.failures++
	pause := p.pauseAfter(err)
	// An outage of hours is told of, not spelled out: failures 1, 2, 4, 8, …
	if p.failures&(p.failures-1) == 0 {
		p.Log.WarnContext(ctx, "polling failed", "error", err, "class", string(chat.ClassOf(err)),
			"failures", p.failures, "retry_in", pause)
	}
	return pause
}

func (p *poller) pauseAfter(err error) time.Duration {
	var ours *storeError
	if errors.As(err, &ours) {
		return storePause
	}
	pause := p.backoff/2 + rand.N(p.backoff/2+1) //nolint:gosec // jitter, not a secret
	p.backoff = min(2*p.backoff, longestBackoff)
	var e *chat.Error
	if !errors.As(err, &e) {
		return pause
	}
	switch e.Class {
	case chat.Conflict:
		// Somebody set the webhook after we had removed it.
		p.noWebhook = !strings.Contains(strings.ToLower(e.Text), "webhook")
		return conflictPause + rand.N(time.Second) //nolint:gosec // jitter, not a secret
	case chat.TooMany:
		return max(pause, e.RetryAfter)
	default:
		return pause
	}
}

func (p *poller) sleep(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
