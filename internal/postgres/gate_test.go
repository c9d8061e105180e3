package postgres_test

import (
	"bytes"
	"fmt"
	"net"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// gate stands between a pool and its server.
type gate struct {
	URL string

	network, addr string
	listener      net.Listener
	serving       sync.WaitGroup

	mu       sync.Mutex
	open     *sync.Cond
	held     bool
	swallows int // answers to COMMIT still to be lost
	conns    []net.Conn
}

func newGate(t *testing.T, url string) *gate {
	t.Helper()
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{}
	g.open = sync.NewCond(&g.mu)
	g.network, g.addr = pgconn.NetworkAddress(cfg.Host, cfg.Port)
	if g.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	g.URL = fmt.Sprintf("postgres://%s@%s/%s?sslmode=disable", cfg.User, g.listener.Addr(), cfg.Database)
	g.serving.Go(g.serve)
	t.Cleanup(func() {
		_ = g.listener.Close()
		g.hold(false)
		g.mu.Lock()
		for _, c := range g.conns {
			_ = c.Close()
		}
		g.mu.Unlock()
		g.serving.Wait()
	})
	return g
}

func (g *gate) serve() {
	for {
		client, err := g.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial(g.network, g.addr)
		if err != nil {
			_ = client.Close()
			continue
		}
		g.mu.Lock()
		g.conns = append(g.conns, client, server)
		g.mu.Unlock()
		g.serving.Go(func() { g.carry(server, client, false) })
		g.serving.Go(func() { g.carry(client, server, true) })
	}
}

func (g *gate) carry(to, from net.Conn, down bool) {
	defer to.Close()
	defer from.Close()
	committed := []byte("C\x00\x00\x00\x0bCOMMIT\x00")
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		g.mu.Lock()
		for g.held {
			g.open.Wait()
		}
		lost := down && g.swallows > 0 && bytes.Contains(buffer[:n], committed)
		if lost {
			g.swallows--
		}
		g.mu.Unlock()
		if lost {
			return
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// hold lets nothing through until it is called with false.
func (g *gate) hold(held bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.held = held
	g.open.Broadcast()
}

// loseCommits has the answers to the next COMMITs lost, and their connections.
func (g *gate) loseCommits(n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.swallows = n
}
