package main

import (
	"context"
	"sync"
	"time"

	"cartable/bot/chat"
)

const (
	meTimeout   = 15 * time.Second
	meEvery     = time.Minute      // while Telegram answers
	meFirst     = 2 * time.Second  // after the first failure; doubled after each further one
	meLongest   = 30 * time.Second // between two failures
	stateAsking = "asking"
	stateUp     = "up"
)

// telegramState is what is known of Telegram: whether it answers, and as whom it
// knows the bot.
type telegramState struct {
	known chan struct{} // closed once the bot is known

	mu    sync.Mutex
	state string // stateAsking, stateUp, or a chat.ErrorClass
	me    chat.Person
}

func newTelegramState() *telegramState {
	return &telegramState{known: make(chan struct{}), state: stateAsking}
}

// set notes what getMe answered and returns the state before.
func (s *telegramState) set(me chat.Person, err error) (before, now string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before = s.state
	if err != nil {
		s.state = string(chat.ClassOf(err))
		return before, s.state
	}
	first := s.me.ID == 0
	s.me, s.state = me, stateUp
	if first {
		close(s.known)
	}
	return before, s.state
}

func (s *telegramState) now() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// bot waits until Telegram has told who the bot is.
func (s *telegramState) bot(ctx context.Context) (chat.Person, error) {
	select {
	case <-s.known:
	case <-ctx.Done():
		return chat.Person{}, ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.me, nil
}

// watchTelegram asks Telegram who the bot is, again and again: where Telegram is
// filtered the program starts all the same, and works once it is reached.
func (a *app) watchTelegram(ctx context.Context) error {
	pause := meFirst
	for {
		asking, cancel := context.WithTimeout(ctx, meTimeout)
		me, err := a.client.Me(asking)
		cancel()
		if ctx.Err() != nil {
			return nil
		}
		before, now := a.telegram.set(me, err)
		a.metrics.Telegram(err == nil)
		switch {
		case err == nil && before != now:
			a.log.Info("Telegram answers", "bot", me.Username)
		case err != nil && before != now:
			a.log.Warn("Telegram does not answer, trying on", "class", now, "error", err)
		}
		wait := meEvery
		if err != nil {
			wait = pause
			pause = min(2*pause, meLongest)
		} else {
			pause = meFirst
		}
		if !sleep(ctx, wait) {
			return nil
		}
	}
}

// sleep returns false when ctx ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
