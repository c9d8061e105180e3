package tgsim

import (
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

// Poll is one getUpdates.
type Poll struct {
	At, Answered time.Time // by Options.Wall; Answered is zero for one that is held or was broken off
	Offset       int64
	Updates      int // how many it was answered with
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
