package embedded

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// miniredisTick is how often the keys of Miniredis age.
const miniredisTick = 100 * time.Millisecond

// Miniredis imitates Redis inside this process and keeps nothing after it: for the demo on a machine without
// redis-server.
type Miniredis struct {
	server *miniredis.Miniredis
	pass   string
	quit   chan struct{}
	done   chan struct{}
}

// StartMiniredis starts an imitation on a free port of the loopback interface, behind a random password,
// since every user of the machine can reach that port.
func StartMiniredis() (*Miniredis, error) {
	server := miniredis.NewMiniRedis()
	m := &Miniredis{server: server, pass: rand.Text(), quit: make(chan struct{}), done: make(chan struct{})}
	server.RequireAuth(m.pass)
	if err := server.Start(); err != nil {
		return nil, fmt.Errorf("start miniredis: %w", err)
	}
	go m.age()
	return m, nil
}

// age lets time pass for the keys: their TTL stands still unless told otherwise.
func (m *Miniredis) age() {
	defer close(m.done)
	ticker := time.NewTicker(miniredisTick)
	defer ticker.Stop()
	var last time.Time
	for {
		select {
		case now := <-ticker.C:
			passed := miniredisTick
			if !last.IsZero() {
				passed = now.Sub(last) // ticks are dropped on a busy machine, time is not
			}
			m.server.FastForward(passed)
			last = now
		case <-m.quit:
			return
		}
	}
}

// URL is for redis.ParseURL.
func (m *Miniredis) URL() string {
	return (&url.URL{Scheme: "redis", User: url.UserPassword("", m.pass), Host: m.server.Addr()}).String()
}

// Stop ends the imitation and forgets its keys. It must be called once.
func (m *Miniredis) Stop(context.Context) error {
	close(m.quit)
	<-m.done
	m.server.Close()
	return nil
}
