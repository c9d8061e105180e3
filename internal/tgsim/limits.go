package tgsim

import (
	"time"
)

// Limits are how much the bot may send; edits and answers to taps are not counted. Telegram publishes no exact
// figures; the defaults are those of its FAQ: 30 messages a second in all, 1 a second in a chat with short
// bursts, 20 a minute in a group. Zero fields have the defaults.
type Limits struct {
	Off bool // no limits at all

	PerSecond      int // in all, within any second
	ChatPerSecond  int // in a private chat, on average
	ChatBurst      int // in a private chat, at once; default 5
	GroupPerMinute int // in a group, within any minute
}

// jitter is by how much less than a second or minute counts, since even pacing arrives unevenly.
const jitter = 50 * time.Millisecond

func (l Limits) withDefaults() Limits {
	fallback := func(value *int, to int) {
		if *value == 0 {
			*value = to
		}
	}
	fallback(&l.PerSecond, 30)
	fallback(&l.ChatPerSecond, 1)
	fallback(&l.ChatBurst, 5)
	fallback(&l.GroupPerMinute, 20)
	return l
}

type limiter struct {
	Limits
	all     window
	groups  map[int64]*window
	buckets map[int64]*bucket
}

func newLimiter(l Limits) limiter {
	return limiter{Limits: l.withDefaults(), groups: map[int64]*window{}, buckets: map[int64]*bucket{}}
}

// take counts one send to a chat, or refuses it.
func (l *limiter) take(c *chat, now time.Time) *apiError {
	if l.Off {
		return nil
	}
	if wait := l.all.wait(now, time.Second-jitter, l.PerSecond); wait > 0 {
		return tooMany(wait)
	}
	if c.private() {
		b := l.buckets[c.info.ID]
		if b == nil {
			b = &bucket{}
			l.buckets[c.info.ID] = b
		}
		if wait := b.take(now, time.Second/time.Duration(l.ChatPerSecond), l.ChatBurst); wait > 0 {
			return tooMany(wait)
		}
	} else {
		w := l.groups[c.info.ID]
		if w == nil {
			w = &window{}
			l.groups[c.info.ID] = w
		}
		if wait := w.wait(now, time.Minute-jitter, l.GroupPerMinute); wait > 0 {
			return tooMany(wait)
		}
		w.add(now)
	}
	l.all.add(now)
	return nil
}

// window counts what happened within a span that ends now. Once overrun, it refuses until its wait is over.
type window struct {
	times []time.Time
	until time.Time
}

// wait is how long to hold back one more; 0 when it may go now.
func (w *window) wait(now time.Time, span time.Duration, most int) time.Duration {
	if now.Before(w.until) {
		return w.until.Sub(now)
	}
	first := 0
	for first < len(w.times) && now.Sub(w.times[first]) >= span {
		first++
	}
	w.times = w.times[first:]
	if len(w.times) < most {
		return 0
	}
	left := span - now.Sub(w.times[0])
	w.until = now.Add(left.Truncate(time.Second) + time.Second)
	return w.until.Sub(now)
}

func (w *window) add(now time.Time) { w.times = append(w.times, now) }

// bucket lets one go at each interval on average, and a burst after silence.
type bucket struct {
	full  time.Time // when it will be full again
	until time.Time
}

func (b *bucket) take(now time.Time, interval time.Duration, burst int) time.Duration {
	if now.Before(b.until) {
		return b.until.Sub(now)
	}
	if b.full.Before(now) {
		b.full = now
	}
	if wait := b.full.Sub(now) - time.Duration(burst-1)*interval - jitter; wait > 0 {
		b.until = now.Add(wait.Truncate(time.Second) + time.Second)
		return b.until.Sub(now)
	}
	b.full = b.full.Add(interval)
	return 0
}
