package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// The times of the pulse. Whatever waits for a database that hangs is told so at the
// latest after beatEvery + beatTimeout + beatGrace.
const (
	beatEvery   = 300 * time.Millisecond
	beatTimeout = time.Second
	// beatGrace is for a process that was itself suspended or starved: when it wakes up,
	// its timers have run out before it reads the answer that is there.
	beatGrace = 100 * time.Millisecond
	// refusedPause is between attempts at a server that answers, but takes no further
	// connection.
	refusedPause = 3 * time.Second
)

// ErrAway is what everything fails with at once while the database does not answer.
var ErrAway = errors.New("the database does not answer")

// Pulse knows whether the database answers, and ends the waiting when it does not.
//
// A server that is gone refuses connections, and everybody learns so at once. One that hangs
// (a frozen machine, a network that swallows packets) is waited for until each
// statement's own time-out, which has to be long enough for the slowest work on a busy
// day. So there is a heartbeat on a connection of its own: an empty statement, which a
// server that is merely busy answers within milliseconds. When it is not answered
// within a second, all connections of the pool are cut, and until it is answered again
// new ones fail with ErrAway. What was under way has failed then as it does when a
// server dies: whether it was committed is known by its idempotency key alone.
type Pulse struct {
	url, schema string
	log         *slog.Logger

	mu    sync.Mutex
	away  bool
	conns map[*pulseConn]struct{}
}

// NewPulse is of the server with this URL; Run makes it beat. Until then the database
// counts as answering.
func NewPulse(url, schema string, log *slog.Logger) *Pulse {
	return &Pulse{url: url, schema: schema, log: log, conns: map[*pulseConn]struct{}{}}
}

// Open is the package's Open; the pool's connections live by this pulse.
func (p *Pulse) Open(ctx context.Context) (*pgxpool.Pool, error) {
	return open(ctx, p.url, p.schema, func(cfg *pgxpool.Config) {
		dial := cfg.ConnConfig.DialFunc
		cfg.ConnConfig.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
			if p.Away() {
				return nil, ErrAway
			}
			conn, err := dial(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			return p.admit(conn)
		}
	})
}

// Away says whether the database does not answer.
func (p *Pulse) Away() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.away
}

// Run beats until ctx ends. changed is called when the database stops answering, after
// everything that waited for it was cut off, and when it answers again. The next beat
// waits for its return.
func (p *Pulse) Run(ctx context.Context, changed func(away bool)) error {
	var conn *pgx.Conn
	defer func() {
		if conn != nil {
			closeAlone(conn)
		}
	}()
	for {
		var err error
		wait := beatEvery
		conn, err = p.beat(ctx, conn)
		if ctx.Err() != nil {
			return nil
		}
		if answered(err) {
			wait, err = refusedPause, nil
		}
		if p.note(err) {
			changed(err != nil)
		}
		if !pause(ctx, wait) {
			return nil
		}
	}
}

// beat asks the server for a sign, on a new connection where there is none or where it has
// ended. It returns the connection for the next beat.
func (p *Pulse) beat(ctx context.Context, conn *pgx.Conn) (*pgx.Conn, error) {
	if conn != nil {
		err := ping(ctx, conn)
		if err == nil {
			return conn, nil
		}
		closeAlone(conn)
		if errors.Is(err, errSilent) {
			return nil, err
		}
		// This session ended, and perhaps no other did.
	}
	ctx, cancel := context.WithTimeout(ctx, beatTimeout)
	defer cancel()
	return connectAlone(ctx, p.url, p.schema, nil)
}

var errSilent = errors.New("no answer in time")

func ping(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	answer := make(chan error, 1)
	go func() { answer <- conn.Ping(ctx) }()
	for _, patience := range []time.Duration{beatTimeout, beatGrace} {
		timer := time.NewTimer(patience)
		defer timer.Stop()
		select {
		case err := <-answer:
			return err
		case <-timer.C:
		}
	}
	cancel()
	return errors.Join(errSilent, <-answer) // nobody may use the connection before
}

// answered says whether an attempt to connect failed by the word of a server that serves
// others: too many connections, a changed password.
func answered(err error) bool {
	const cannotConnectNow = "57P03" // it starts, recovers or ends
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code != cannotConnectNow
}

// note takes a beat's error down, and cuts the connections when it is the first. It
// returns whether that is a change.
func (p *Pulse) note(err error) (changed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.away == (err != nil) {
		return false
	}
	p.away = err != nil
	if !p.away {
		p.log.Info("the database answers again")
		return true
	}
	p.log.Error("the database does not answer, what waits for it is cut off", "connections", len(p.conns), "error", err)
	for c := range p.conns {
		_ = c.Conn.Close() // whoever uses it fails
	}
	return true
}

// admit takes a new connection under watch.
func (p *Pulse) admit(conn net.Conn) (net.Conn, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.away {
		return nil, errors.Join(ErrAway, conn.Close())
	}
	c := &pulseConn{Conn: conn, pulse: p}
	p.conns[c] = struct{}{}
	return c, nil
}

// pulseConn is a connection that a Pulse can cut.
type pulseConn struct {
	net.Conn
	pulse *Pulse
}

// Close implements net.Conn.
func (c *pulseConn) Close() error {
	c.pulse.mu.Lock()
	delete(c.pulse.conns, c)
	c.pulse.mu.Unlock()
	if err := c.Conn.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("close connection: %w", err)
	}
	return nil
}
