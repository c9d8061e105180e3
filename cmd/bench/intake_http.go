package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"cartable/internal/rig"
)

// load sends inquiries as a business's own programs do. It writes its requests itself: the
// machine is shared by both sides, and pgbench is frugal too.
type load struct {
	address string       // of the program, such as http://127.0.0.1:43210
	key     string       // of the source
	allNew  bool         // nobody is known
	people  atomic.Int64 // that were invented
}

// run has n callers send one inquiry after the other for this long.
func (l *load) run(ctx context.Context, n int, d time.Duration) (side, error) {
	return together(ctx, n, d, func(ctx context.Context, _ int) (took []time.Duration, err error) {
		c, err := l.dial(ctx)
		if err != nil {
			return nil, err
		}
		defer c.Close()
		for ctx.Err() == nil {
			n := int(l.people.Add(1))
			person := knownPeople + n
			if n%knownEvery == 0 && !l.allNew {
				person = n / knownEvery % knownPeople
			}
			began := time.Now()
			if err := c.post(person, fmt.Sprintf("order-%d", n)); err != nil {
				return took, err
			}
			took = append(took, time.Since(began))
		}
		return took, nil
	})
}

// caller is one connection of a caller.
type caller struct {
	net.Conn
	host, key string
	answers   *bufio.Reader
	request   []byte
}

func (l *load) dial(ctx context.Context) (*caller, error) {
	host := strings.TrimPrefix(l.address, "http://")
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", host)
	if err != nil {
		return nil, fmt.Errorf("connect to the program: %w", err)
	}
	return &caller{Conn: conn, host: host, key: l.key, answers: bufio.NewReader(conn)}, nil
}

// post sends an inquiry of a person and waits until it is stored.
func (c *caller) post(person int, key string) error {
	body := fmt.Sprintf(`{"phone": "%s", "name": "%s", "message": "لطفاً عصر تماس بگیرید", "utm": {"source": "google"}}`, rig.Phone(person), inventedName(person))
	c.request = fmt.Appendf(c.request[:0], "POST /api/v1/inquiries HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n"+
		"Content-Type: application/json\r\nIdempotency-Key: %s\r\nContent-Length: %d\r\n\r\n%s", c.host, c.key, key, len(body), body)
	if _, err := c.Write(c.request); err != nil {
		return fmt.Errorf("send an inquiry: %w", err)
	}
	answer, err := http.ReadResponse(c.answers, nil)
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	if answer.StatusCode != http.StatusCreated {
		return fmt.Errorf("an inquiry was answered with %s: %s", answer.Status, content)
	}
	return nil
}
