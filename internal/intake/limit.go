package intake

import (
	"sync"
	"time"
)

// Limit is how often something may happen: Burst times at once, and then once
// Every so long.
type Limit struct {
	Burst int
	Every time.Duration
}

// Limits are how much may be sent. Addresses are generous, since thousands of
// telephones share one address of a mobile network; what a number may ask for is
// not.
type Limits struct {
	Source      Limit // inquiries of one key over the API
	Address     Limit // posts of the hosted page from one address
	Number      Limit // posts of the hosted page with one number
	BareAddress Limit // posts without the page's token from one address
	BareNumber  Limit // posts without the page's token with one number
}

// DefaultLimits are for a small business: a quick succession of people at one
// stand or in one office passes, a script does not.
func DefaultLimits() Limits {
	return Limits{
		Source:      Limit{Burst: 2000, Every: 5 * time.Millisecond},
		Address:     Limit{Burst: 40, Every: 5 * time.Second},
		Number:      Limit{Burst: 6, Every: 10 * time.Minute},
		BareAddress: Limit{Burst: 10, Every: 20 * time.Second},
		BareNumber:  Limit{Burst: 3, Every: 20 * time.Minute},
	}
}

func (l Limit) or(other Limit) Limit {
	if l == (Limit{}) {
		return other
	}
	return l
}

type limiters struct {
	source, address, number, bareAddress, bareNumber *limiter
}

func newLimiters(l Limits) limiters {
	d := DefaultLimits()
	return limiters{
		source:      newLimiter(l.Source.or(d.Source)),
		address:     newLimiter(l.Address.or(d.Address)),
		number:      newLimiter(l.Number.or(d.Number)),
		bareAddress: newLimiter(l.BareAddress.or(d.BareAddress)),
		bareNumber:  newLimiter(l.BareNumber.or(d.BareNumber)),
	}
}

// maxKeys bounds what a limiter remembers, about 8 MB.
const maxKeys = 1 << 16

// limiter keeps one instant a key: when its next event would be due if they came
// evenly. Source: the generic cell rate algorithm, ITU-T I.371 (virtual
// scheduling).
type limiter struct {
	limit Limit

	mu   sync.Mutex
	next map[string]time.Time
}

func newLimiter(l Limit) *limiter {
	return &limiter{limit: l, next: map[string]time.Time{}}
}

// take counts an event of key at now and returns 0, or counts nothing and
// returns how long to wait.
func (l *limiter) take(key string, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	next, known := l.next[key]
	if !known && len(l.next) >= maxKeys {
		l.forget(now)
	}
	if next.Before(now) {
		next = now
	}
	allowed := next.Add(-time.Duration(l.limit.Burst-1) * l.limit.Every)
	if wait := allowed.Sub(now); wait > 0 {
		return wait
	}
	l.next[key] = next.Add(l.limit.Every)
	return 0
}

// forget drops the keys that have all of their burst again. When a flood of
// keys leaves too few of those, it drops a quarter at random: a limit that lets
// some through again is better than memory without bound.
func (l *limiter) forget(now time.Time) {
	for key, next := range l.next {
		if !next.After(now) {
			delete(l.next, key)
		}
	}
	for key := range l.next {
		if len(l.next) <= maxKeys*3/4 {
			return
		}
		delete(l.next, key)
	}
}
