package rig

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"cartable/internal/embedded"
)

const (
	startTimeout = 2 * time.Minute
	stopTimeout  = 30 * time.Second
)

// Servers are a private PostgreSQL and Redis, the program's binary, and the directory
// that all of a run's files are in.
type Servers struct {
	Dir      string
	Binary   string
	Postgres *embedded.Postgres
	Redis    *embedded.Redis
	Keep     bool // leave Dir behind, for somebody to read the logs
	// Numbers is the file to which closing offices add their customers' numbers, for who looks
	// for them where they must not be; none when empty.
	Numbers string

	mu     sync.Mutex
	relays []*relay // under mu
}

// Build compiles the program with these build tags and returns its binary's path.
func Build(ctx context.Context, dir string, tags string) (string, error) {
	out := filepath.Join(dir, "cartable")
	cmd := exec.CommandContext(ctx, "go", "build", "-ldflags=-s -w", "-tags", tags, "-o", out, "cartable/cmd/cartable")
	if text, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the program: %w: %s", err, text)
	}
	return out, nil
}

// Start builds the program and starts the servers in a new temporary directory.
func Start(ctx context.Context, tags string, log *slog.Logger) (_ *Servers, err error) {
	dir, err := os.MkdirTemp("", "cartable-rig-")
	if err != nil {
		return nil, fmt.Errorf("make the rig's directory: %w", err)
	}
	// The servers run as another user when this is root.
	if err := os.Chmod(dir, 0o711); err != nil { //nolint:gosec // others may pass, not read
		return nil, fmt.Errorf("open the rig's directory: %w", err)
	}
	s := &Servers{Dir: dir}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if s.Binary, err = Build(ctx, dir, tags); err != nil {
		return nil, err
	}
	starting, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	opts := embedded.Options{Dir: filepath.Join(dir, "servers"), Log: log}
	if s.Postgres, err = embedded.StartPostgres(starting, opts); err != nil {
		return nil, err
	}
	if s.Redis, err = embedded.StartRedis(starting, opts); err != nil {
		return nil, err
	}
	return s, nil
}

// Close stops the servers and removes everything.
func (s *Servers) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	var errs []error
	for _, r := range s.relays {
		errs = append(errs, r.close())
	}
	if s.Redis != nil {
		errs = append(errs, s.Redis.Stop(ctx))
	}
	if s.Postgres != nil {
		errs = append(errs, s.Postgres.Stop(ctx))
	}
	if !s.Keep {
		errs = append(errs, os.RemoveAll(s.Dir))
	}
	return errors.Join(errs...)
}

// relay is a TCP port on loopback that leads to a server's socket, for proxies that
// know TCP only. The socket admits this process's user; what comes through the
// relay is this process's.
type relay struct {
	listener net.Listener
	socket   string
	serving  sync.WaitGroup
}

func (s *Servers) relayTo(socket string) (addr string, err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("listen for a relay: %w", err)
	}
	r := &relay{listener: listener, socket: socket}
	r.serving.Go(r.serve)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.relays = append(s.relays, r)
	return listener.Addr().String(), nil
}

func (r *relay) serve() {
	for {
		conn, err := r.listener.Accept()
		if err != nil {
			return // closed
		}
		go pipe(conn, r.socket)
	}
}

// pipe copies both ways until either side ends.
func pipe(from net.Conn, socket string) {
	defer from.Close()
	to, err := net.Dial("unix", socket)
	if err != nil {
		return // as if the server refused
	}
	defer to.Close()
	ended := make(chan struct{}, 2)
	for _, way := range [][2]net.Conn{{from, to}, {to, from}} {
		go func() {
			_, _ = io.Copy(way[0], way[1]) // an end is an end
			ended <- struct{}{}
		}()
	}
	<-ended
}

func (r *relay) close() error {
	err := r.listener.Close()
	r.serving.Wait()
	return err
}

// postgresSocket is the file behind a private server's URL.
func postgresSocket(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("address of the private PostgreSQL: %w", err)
	}
	q := u.Query()
	return filepath.Join(q.Get("host"), ".s.PGSQL."+q.Get("port")), nil
}

// redisSocket likewise.
func redisSocket(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("address of the private Redis: %w", err)
	}
	return u.Path, nil
}
