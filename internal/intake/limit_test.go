package intake

import (
	"net/http/httptest"
	"net/netip"
	"strconv"
	"testing"
	"time"
)

func TestLimiter(t *testing.T) {
	l := newLimiter(Limit{Burst: 2, Every: time.Minute})
	now := noon
	for i, c := range []struct {
		after time.Duration
		wait  time.Duration
	}{{0, 0}, {0, 0}, {0, time.Minute}, {30 * time.Second, 30 * time.Second}, {30 * time.Second, 0}, {0, time.Minute}, {time.Hour, 0}, {0, 0}, {0, time.Minute}} {
		now = now.Add(c.after)
		if got := l.take("a", now); got != c.wait {
			t.Errorf("step %d: wait %v, want %v", i, got, c.wait)
		}
	}
	if got := l.take("b", now); got != 0 {
		t.Errorf("another key waits %v", got)
	}
}

func TestLimiterIsBounded(t *testing.T) {
	l := newLimiter(Limit{Burst: 1, Every: time.Hour})
	for i := range maxKeys + 1000 {
		l.take(strconv.Itoa(i), noon)
	}
	if len(l.next) > maxKeys {
		t.Errorf("%d keys kept", len(l.next))
	}
	l.take("late", noon.Add(2*time.Hour))
	for i := range maxKeys {
		l.take("x"+strconv.Itoa(i), noon.Add(2*time.Hour))
	}
	if len(l.next) > maxKeys {
		t.Errorf("%d keys kept", len(l.next))
	}
	if _, kept := l.next["1"]; kept {
		t.Error("a key whose time is over is kept when there is no room")
	}
}

func TestClientAddress(t *testing.T) {
	s := &server{Options: Options{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}}}
	for _, c := range []struct{ peer, forwarded, want string }{
		{"1.2.3.4:5", "", "1.2.3.4"},
		{"1.2.3.4:5", "9.9.9.9", "1.2.3.4"},
		{"10.0.0.1:5", "9.9.9.9", "9.9.9.9"},
		{"10.0.0.1:5", "8.8.8.8, 9.9.9.9, 10.0.0.2", "9.9.9.9"},
		{"[::ffff:10.0.0.1]:5", "9.9.9.9:443", "9.9.9.9"},
		{"[::1]:5", "2001:db8:1:2:3::4", "2001:db8:1:2::/64"},
		{"10.0.0.1:5", "rubbish", "10.0.0.1"},
		{"10.0.0.1:5", "", "10.0.0.1"},
		{"@", "9.9.9.9", "unknown"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.peer
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		if got := s.clientAddress(r); got != c.want {
			t.Errorf("from %s via %q: %s, want %s", c.peer, c.forwarded, got, c.want)
		}
	}
}
