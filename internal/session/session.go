// Package session keeps unfinished forms in Redis between one input and the
// next, lists pasted for import until somebody says what to do with them, and
// which typed inputs have ended a form.
//
// Nothing else of the program is here: PostgreSQL remembers who has which form
// open, so a Redis that lost everything costs its people the answers of their
// open forms, no more. Everything expires.
package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"cartable/bot/form"
)

// What can go wrong; all other errors are of the caller's context.
var (
	// ErrGone: it expired, was deleted, was lost, or is of a program that wrote
	// drafts differently. The form has to be started again.
	ErrGone = errors.New("session: gone")
	// ErrConflict: another input changed the draft meanwhile. Load it and apply the
	// input to that.
	ErrConflict = errors.New("session: changed meanwhile")
	// ErrUnavailable: Redis did not answer in time, or not usefully. What was to be
	// saved may or may not be; saving the same again is safe.
	ErrUnavailable = errors.New("session: redis is unavailable")
)

const (
	callTimeout = time.Second // a person waits for it, and is to know within two
	// hungTimeout is what a call is given within hungFor after one that Redis left
	// without an answer: inputs of one chat wait for each other.
	hungTimeout = 200 * time.Millisecond
	hungFor     = 5 * time.Second
	listTTL     = 24 * time.Hour
	inputTTL    = 24 * time.Hour // an update is handled again within minutes, or after a day's outage
)

// schema is the layout of what is stored; raise it when an older program's
// drafts can no longer be read.
const schema = 1

// Store reads and writes drafts. It is safe for concurrent use.
type Store struct {
	client *redis.Client
	prefix string
	ttl    time.Duration

	hung atomic.Bool // a call got no answer a moment ago
}

// Options are the client options of a Redis URL as this package needs them: calls end
// with their context, and none is repeated behind the caller's back.
func Options(url string) (*redis.Options, error) {
	opts, err := redis.ParseURL(url)
	if err != nil {
		return nil, errors.New("parse the Redis URL: want redis://[user:password@]host:port[/number] or unix://…")
	}
	opts.Protocol = 2 // with 3 every call looks first whether the server has announced something
	opts.ContextTimeoutEnabled = true
	opts.MaxRetries = -1
	opts.DialTimeout = callTimeout
	opts.ReadTimeout = callTimeout
	opts.WriteTimeout = callTimeout
	opts.PoolTimeout = callTimeout
	return opts, nil
}

// New makes a store whose keys begin with prefix, the schema of the business.
// Drafts live for ttl after they were saved last. client wants Options.
func New(client *redis.Client, prefix string, ttl time.Duration) *Store {
	return &Store{client: client, prefix: prefix, ttl: ttl}
}

// Ping reports whether Redis answers.
func (s *Store) Ping(ctx context.Context) error {
	return s.call(ctx, "ping", func(ctx context.Context) error { return s.client.Ping(ctx).Err() })
}

// stored is what Redis holds of a draft or a list.
type stored struct {
	Schema int         `json:"schema"`
	Draft  *form.Draft `json:"draft,omitempty"`
	List   []string    `json:"list,omitempty"`
}

func unpack(data []byte) (stored, error) {
	var s stored
	if err := json.Unmarshal(data, &s); err != nil || s.Schema != schema {
		return stored{}, ErrGone
	}
	return s, nil
}

// call runs one exchange with Redis within its own timeout and classifies how it
// failed. What is absent is ErrGone.
func (s *Store) call(ctx context.Context, doing string, exchange func(context.Context) error) error {
	timeout := callTimeout
	if s.hung.Load() {
		timeout = hungTimeout
	}
	timed, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	err := exchange(timed)
	s.noteAnswer(ctx, timed, err)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, redis.Nil):
		return fmt.Errorf("%s: %w", doing, ErrGone)
	case ctx.Err() != nil:
		return fmt.Errorf("%s: %w", doing, ctx.Err())
	}
	return fmt.Errorf("%s: %w: %w", doing, ErrUnavailable, err)
}

// noteAnswer remembers for a while that Redis let a call's time run out.
func (s *Store) noteAnswer(ctx, timed context.Context, err error) {
	// The client has a time-out of its own for each read, as long as a call's: either can be first.
	var late net.Error
	silent := ctx.Err() == nil && (timed.Err() != nil || errors.As(err, &late) && late.Timeout())
	if silent && s.hung.CompareAndSwap(false, true) {
		time.AfterFunc(hungFor, func() { s.hung.Store(false) })
	}
}
