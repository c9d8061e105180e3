package redistest

import (
	"context"
	"os"
	"testing"
	"time"

	"cartable/internal/embedded"

	"github.com/redis/go-redis/v9"
)

// Server is a Redis of one test, which may do to it what happens to servers. It keeps an append-only file, as
// in production.
type Server struct {
	t    testing.TB
	opts embedded.Options
	url  string
	run  *embedded.Redis // nil while stopped
}

// NewServer starts a Redis that ends with the test.
func NewServer(t testing.TB) *Server {
	t.Helper()
	// Not t.TempDir: the user that the server runs as for root could not enter it.
	dir, err := os.MkdirTemp("", "cartable-redis-")
	if err != nil {
		t.Fatalf("test Redis: %v", err)
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatalf("test Redis: %v", err)
	}
	s := &Server{t: t, opts: embedded.Options{Dir: dir}}
	s.Start()
	t.Cleanup(func() {
		if s.run != nil {
			s.Stop()
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("test Redis: %v", err)
		}
	})
	return s
}

// URL is for redis.ParseURL. It stays the same over Stop and Start.
func (s *Server) URL() string { return s.url }

// Start starts the server again after Stop, with the data that it had.
func (s *Server) Start() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), setUpTimeout)
	defer cancel()
	server, err := embedded.StartRedis(ctx, s.opts)
	if err != nil {
		s.t.Fatalf("test Redis: %v", err)
	}
	s.run, s.url = server, server.URL()
}

// Stop ends the server in order: who asks it now finds nobody.
func (s *Server) Stop() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), setUpTimeout)
	defer cancel()
	if err := s.run.Stop(ctx); err != nil {
		s.t.Errorf("test Redis: %v", err)
	}
	s.run = nil
}

// Kill ends the server as kill -9 does, and returns when it is back by itself.
func (s *Server) Kill() {
	s.t.Helper()
	client := s.client()
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), setUpTimeout)
	defer cancel()
	before := runID(ctx, client)
	s.run.Kill()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		// An answer of the dying server does not count.
		if after := runID(ctx, client); after != "" && after != before && client.Ping(ctx).Err() == nil {
			return
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			s.t.Fatalf("test Redis does not come back: %v", ctx.Err())
		}
	}
}

// runID tells one run of a server from the next; empty when the server does not answer.
func runID(ctx context.Context, client *redis.Client) string {
	info, err := client.InfoMap(ctx, "server").Result()
	if err != nil {
		return ""
	}
	return info["Server"]["run_id"]
}

// Wipe takes all data, as a lost disk does.
func (s *Server) Wipe() {
	s.t.Helper()
	client := s.client()
	defer client.Close()
	if err := client.FlushAll(context.Background()).Err(); err != nil {
		s.t.Fatalf("test Redis: %v", err)
	}
}

func (s *Server) client() *redis.Client {
	opts, err := redis.ParseURL(s.url)
	if err != nil {
		s.t.Fatalf("test Redis: %v", err)
	}
	return redis.NewClient(opts)
}
