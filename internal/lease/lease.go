// Package lease keeps rows of a table reserved while somebody works on them.
//
// A row is claimed by a statement that sets leased_until by the database's clock
// and raises its attempts, which is the claim's token: a statement that names
// both the row and the token acts only while the claim is the latest one. The
// lease is short, so that what a killed process had in hand is soon taken up by
// another, and it is renewed while the work lasts, so that long work is not
// taken up twice. Whoever cannot renew stops before the lease ends: a process
// that was suspended, or that lost the database, finds its work cancelled when
// it comes to itself.
package lease

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

// For is how long a claim lasts without renewal. giveUp is how long after the
// last renewal its holder stops; the difference is for the work to notice.
const (
	For          = 6 * time.Second
	giveUp       = 4 * time.Second
	renewEvery   = 1500 * time.Millisecond
	renewTimeout = 1200 * time.Millisecond
)

// ErrLost is the cause of a context whose claim somebody else may have by now.
var ErrLost = errors.New("lease lost")

// Claim is a reserved row.
type Claim struct {
	ID    int64 // of the row
	Token int   // its attempts, as raised by the claim
}

// Renew extends those of the claims that still are the latest of their row by
// For, and returns their IDs.
type Renew func(ctx context.Context, held []Claim) (kept []int64, err error)

// Keeper renews the claims that are in hand. It is safe for concurrent use.
type Keeper struct {
	renew Renew
	log   *slog.Logger

	mu   sync.Mutex
	held map[Claim]*hold
}

// hold is one piece of work, on one or several rows.
type hold struct {
	cancel context.CancelCauseFunc
	expiry *time.Timer
}

// NewKeeper returns a keeper; Run makes it renew.
func NewKeeper(renew Renew, log *slog.Logger) *Keeper {
	return &Keeper{renew: renew, log: log, held: make(map[Claim]*hold)}
}

// Hold returns a context for the work on rows that were claimed just now. It ends
// with ErrLost when one of the leases may have run out. release ends the renewal;
// the lease itself is given up by whoever settles the row.
func (k *Keeper) Hold(parent context.Context, claims ...Claim) (ctx context.Context, release func()) {
	ctx, cancel := context.WithCancelCause(parent)
	h := &hold{cancel: cancel, expiry: time.AfterFunc(giveUp, func() { cancel(ErrLost) })}
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, c := range claims {
		k.held[c] = h
	}
	return ctx, func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		for _, c := range claims {
			delete(k.held, c)
		}
		h.expiry.Stop()
		cancel(nil)
	}
}

// Run renews until ctx ends.
func (k *Keeper) Run(ctx context.Context) {
	tick := time.NewTicker(renewEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			k.renewAll(ctx)
		}
	}
}

func (k *Keeper) renewAll(ctx context.Context) {
	claims := k.claims()
	if len(claims) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, renewTimeout)
	defer cancel()
	ids, err := k.renew(ctx, claims)
	if err != nil {
		k.log.Warn("cannot renew leases", "rows", len(claims), "error", err)
		return // their holders stop by themselves when this goes on
	}
	kept := make(map[int64]bool, len(ids))
	for _, id := range ids {
		kept[id] = true
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, c := range claims {
		h, ok := k.held[c]
		switch {
		case !ok: // finished meanwhile
		case kept[c.ID]:
			h.expiry.Reset(giveUp)
		default:
			h.cancel(ErrLost)
		}
	}
}

func (k *Keeper) claims() []Claim {
	k.mu.Lock()
	defer k.mu.Unlock()
	out := make([]Claim, 0, len(k.held))
	for c := range k.held {
		out = append(out, c)
	}
	return out
}
