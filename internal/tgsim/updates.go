package tgsim

import (
	"context"
	"fmt"
	"slices"
	"time"
)

const (
	maxPoll      = 50 * time.Second
	maxPollBatch = 100
)

// updateQueue holds what the bot has not confirmed yet.
type updateQueue struct {
	next    int64
	pending []pendingUpdate
	allowed []string      // nil: all but those that must be asked for
	poll    chan struct{} // closed when another poller takes over; nil when nobody polls
	added   signal
}

type pendingUpdate struct {
	update  Update
	chat    *chat
	expires time.Time // by Options.Clock
}

// enqueue hands an update to whoever fetches it: a poller or the webhook.
func (s *Server) enqueue(c *chat, kind string, u Update, life time.Duration) {
	q := &s.updates
	if q.allowed != nil && !slices.Contains(q.allowed, kind) {
		return
	}
	u.ID = q.next
	q.next++
	q.pending = append(q.pending, pendingUpdate{update: u, chat: c, expires: s.now().Add(life)})
	q.added.fire()
	s.changed.fire()
	s.deliver(c)
}

// expire forgets what was kept for too long.
func (s *Server) expire() {
	now, before := s.now(), len(s.updates.pending)
	s.updates.pending = slices.DeleteFunc(s.updates.pending, func(p pendingUpdate) bool { return now.After(p.expires) })
	if len(s.updates.pending) != before {
		s.changed.fire()
	}
}

// RestartUpdateIDs numbers further updates from an ID on, as the real server does at a random number after a
// week of silence. Call it while nothing is pending.
func (s *Server) RestartUpdateIDs(from int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.updates.next = from
}

// getUpdates waits without the mutex: it is the one method that takes its time.
func (s *Server) getUpdates(ctx context.Context, c *call) (any, *apiError) {
	s.mu.Lock()
	if s.hook.url != "" {
		s.mu.Unlock()
		return nil, conflict("can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
	}
	if refusal := s.setAllowed(c); refusal != nil {
		s.mu.Unlock()
		return nil, refusal
	}
	taken := s.takeOverPoll()
	poll := &Poll{At: s.opts.Wall(), Offset: c.integer("offset", 0)}
	s.polls = append(s.polls, poll)
	s.confirm(poll.Offset)
	s.mu.Unlock()
	defer s.endPoll(taken)

	limit := min(max(1, int(c.integer("limit", maxPollBatch))), maxPollBatch)
	wait := min(max(0, time.Duration(c.integer("timeout", 0))*time.Second), maxPoll)
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		batch, more := s.batch(limit)
		if len(batch) > 0 || wait == 0 {
			s.answered(poll, len(batch))
			return batch, nil
		}
		select {
		case <-more:
		case <-timer.C:
			wait = 0
		case <-taken:
			return nil, s.takenOver()
		case <-ctx.Done():
			return []Update{}, nil
		case <-s.ctx.Done():
			return []Update{}, nil
		}
	}
}

// takeOverPoll ends another poll that is under way; the later one wins.
func (s *Server) takeOverPoll() chan struct{} {
	if s.updates.poll != nil {
		close(s.updates.poll)
		s.violate("getUpdates", "two polls at the same time")
	}
	s.updates.poll = make(chan struct{})
	return s.updates.poll
}

func (s *Server) takenOver() *apiError {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hook.url != "" {
		return conflict("terminated by setWebhook request")
	}
	return conflict("terminated by other getUpdates request; make sure that only one bot instance is running")
}

func (s *Server) endPoll(own chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.updates.poll == own {
		s.updates.poll = nil
	}
}

// confirm forgets all updates before an offset. A negative one forgets all but the last few. One from another
// numbering (beyond all that were given) confirms nothing, and all that is pending is given again.
func (s *Server) confirm(offset int64) {
	q := &s.updates
	switch {
	case offset < 0:
		q.pending = slices.Delete(q.pending, 0, max(0, len(q.pending)+int(offset)))
	case offset > 0 && offset <= q.next:
		q.pending = slices.DeleteFunc(q.pending, func(p pendingUpdate) bool { return p.update.ID < offset })
	}
	s.changed.fire()
}

func (s *Server) answered(p *Poll, updates int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p.Answered, p.Updates = s.opts.Wall(), updates
}

func (s *Server) batch(limit int) ([]Update, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	batch := []Update{}
	for _, p := range s.updates.pending[:min(limit, len(s.updates.pending))] {
		batch = append(batch, p.update)
	}
	return batch, s.updates.added.wait()
}

// setAllowed takes over allowed_updates: absent keeps the last setting, an empty list restores the default.
func (s *Server) setAllowed(c *call) *apiError {
	if !c.has("allowed_updates") {
		return nil
	}
	var allowed []string
	if err := c.value("allowed_updates", &allowed); err != nil {
		return badRequest("Can't parse allowed_updates: %v", err)
	}
	if len(allowed) == 0 {
		allowed = nil
	}
	s.updates.allowed = allowed
	return nil
}

// Pending counts the updates that the bot has not confirmed.
func (s *Server) Pending() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	return len(s.updates.pending)
}

// Drained waits until the bot has fetched and confirmed every update, or its webhook has answered them. A bot
// that stores updates before it handles them may still be at work then.
func (s *Server) Drained(ctx context.Context) error {
	for {
		s.mu.Lock()
		s.expire()
		left, changed := len(s.updates.pending), s.changed.wait()
		s.mu.Unlock()
		if left == 0 {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for the bot to take %d updates: %w", left, ctx.Err())
		}
	}
}
