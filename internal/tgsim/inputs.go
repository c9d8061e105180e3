package tgsim

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Input is a tap or a message of somebody that went to the bot, and what became of it.
type Input struct {
	At       time.Time // this and the others by Options.Wall
	PersonID int64
	ChatID   int64
	Tap      bool // else a message
	Message  int  // tapped on, or their own
	Data     string
	// Shown is when the bot, for the first time after it, sent a message into the chat or changed the one
	// tapped on; zero while it did neither.
	Shown    time.Time
	Answered time.Time // zero for a message, and while a tap is not answered
	Answer   string    // to a tap
	Alert    bool
}

// Done reports whether the bot has answered: a tap as such, a message by one of its own.
func (in Input) Done() bool { return !in.done().IsZero() }

// Took is how long an input that is done waited for that.
func (in Input) Took() time.Duration { return in.done().Sub(in.At) }

// Seen reports whether the bot has answered and shown something, and Saw how long that took.
func (in Input) Seen() bool { return in.Done() && !in.Shown.IsZero() }

// Saw is how long an input that is seen waited for that.
func (in Input) Saw() time.Duration { return max(in.Took(), in.Shown.Sub(in.At)) }

func (in Input) done() time.Time {
	if in.Tap {
		return in.Answered
	}
	return in.Shown
}

// Inputs lists the inputs so far, in order.
func (s *Server) Inputs() []Input {
	s.mu.Lock()
	defer s.mu.Unlock()
	return values(s.inputs)
}

// WaitSeen waits until n inputs, those after the first from ones, have come and are seen, and returns them.
func (s *Server) WaitSeen(ctx context.Context, from, n int) ([]Input, error) {
	for seen := 0; ; {
		s.mu.Lock()
		all := s.inputs[min(from, len(s.inputs)):]
		for seen < min(n, len(all)) && all[seen].Seen() {
			seen++
		}
		changed := s.changed.wait()
		if seen == n {
			defer s.mu.Unlock()
			return values(all[:n]), nil
		}
		s.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for %d inputs, the first %d are seen: %w", n, seen, ctx.Err())
		}
	}
}

// input records that something of a person went to the bot.
func (s *Server) input(p *Person, at *chat, in Input) *Input {
	in.At, in.PersonID, in.ChatID = s.opts.Wall(), p.profile.ID, at.info.ID
	s.inputs = append(s.inputs, &in)
	at.unseen = append(at.unseen, &in)
	if at == p.chat {
		p.input = &in
	}
	return &in
}

// show marks the inputs that a message of the bot, new or changed, is the first reaction to.
func (s *Server) show(at *chat, m Message, changed bool) {
	at.unseen = slices.DeleteFunc(at.unseen, func(in *Input) bool {
		if changed && (!in.Tap || in.Message != m.ID) {
			return false
		}
		in.Shown = s.opts.Wall()
		return true
	})
}
