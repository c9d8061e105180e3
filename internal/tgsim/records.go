package tgsim

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Send is one attempt of the bot to send a message.
type Send struct {
	At        time.Time // by Options.Wall
	Method    string
	ChatID    int64
	MessageID int // 0 when refused
	Code      int // 200 or the refusal's code; faults that answered nothing have 0
}

// Answer is a tap that the bot has answered.
type Answer struct {
	PersonID int64
	Tapped   time.Time // both by Options.Wall
	Answered time.Time
}

// Answers lists the answered taps so far, in the order of their answers.
func (s *Server) Answers() []Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.answers)
}

// Answered waits until so many taps have been answered since the server began.
func (s *Server) Answered(ctx context.Context, n int) error {
	for {
		s.mu.Lock()
		got, changed := len(s.answers), s.changed.wait()
		s.mu.Unlock()
		if got >= n {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for %d answers to taps, %d came: %w", n, got, ctx.Err())
		}
	}
}

// Poll is one getUpdates.
type Poll struct {
	At, Answered time.Time // by Options.Wall; Answered is zero for one that is held or was broken off
	Offset       int64
	Updates      int // how many it was answered with
}

// Tap is a tap that reached the bot, and what became of it.
type Tap struct {
	At       time.Time // by Options.Wall
	PersonID int64
	ChatID   int64
	Message  int
	Data     string
	Answered time.Time // zero while it is not answered
	Text     string    // of the answer
	Alert    bool
}

// Violation is something that a careful bot does not do.
type Violation struct {
	At     time.Time // by Options.Wall
	Method string
	What   string
}

func (v Violation) String() string { return v.Method + ": " + v.What }

// Sends lists every attempt to send so far, in order.
func (s *Server) Sends() []Send {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.sends)
}

// Polls lists the polls so far, in order.
func (s *Server) Polls() []Poll {
	s.mu.Lock()
	defer s.mu.Unlock()
	return values(s.polls)
}

// Taps lists the taps so far, in order.
func (s *Server) Taps() []Tap {
	s.mu.Lock()
	defer s.mu.Unlock()
	return values(s.tapped)
}

func values[T any](of []*T) []T {
	out := make([]T, len(of))
	for i, p := range of {
		out[i] = *p
	}
	return out
}

// Violations lists what broke the rules so far: unknown or mistyped parameters, refused requests that the bot
// could have known to be wrong, limits overrun. Refusals that happen to any bot (blocked, not modified, an old
// tap, a message gone) are none.
func (s *Server) Violations() []Violation {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.violations)
}

func (s *Server) violate(method, format string, args ...any) {
	s.violations = append(s.violations, Violation{At: s.opts.Wall(), Method: method, What: fmt.Sprintf(format, args...)})
}
