package tgsim

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// View is a chat as somebody sees it at one moment. It does not change.
type View struct {
	Messages   []Message // those that are not deleted, oldest first
	Keyboard   *ReplyKeyboard
	ForceReply bool
	Toasts     []Toast
	Waiting    int   // taps that the bot has not answered
	Input      Input // the last of the person whose chat it is; the zero Input before
	Blocked    bool
	Commands   []Command
	Action     string // what the bot is doing, such as typing
}

// Last is the newest message of the bot; the zero Message when there is none.
func (v *View) Last() Message {
	for _, m := range slices.Backward(v.Messages) {
		if m.FromBot() {
			return m
		}
	}
	return Message{}
}

// Find is the newest message of the bot whose text, caption, contact or buttons contain all that is asked for.
func (v *View) Find(texts ...string) (Message, bool) {
	for _, m := range slices.Backward(v.Messages) {
		if m.FromBot() && m.Shows(texts...) {
			return m, true
		}
	}
	return Message{}, false
}

// Shows reports whether a message's text, caption, contact, file name or buttons contain all that is asked for.
func (m Message) Shows(texts ...string) bool {
	parts := append([]string{m.Plain()}, m.Labels()...)
	if m.Contact != nil {
		parts = append(parts, m.Contact.PhoneNumber, m.Contact.FirstName)
	}
	if m.Document != nil {
		parts = append(parts, m.Document.FileName)
	}
	for _, text := range texts {
		if !slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(part, text) }) {
			return false
		}
	}
	return true
}

func (c *chat) visible() []Message {
	messages := make([]Message, 0, len(c.messages))
	for _, e := range c.messages {
		if !e.deleted {
			messages = append(messages, e.Message)
		}
	}
	return messages
}

func (p *Person) view() *View {
	var last Input
	if p.input != nil {
		last = *p.input
	}
	return &View{
		Messages: p.chat.visible(), Keyboard: p.chat.keys, ForceReply: p.chat.force != nil, Toasts: slices.Clone(p.toasts),
		Waiting: p.waiting, Input: last, Blocked: p.blocked, Action: p.chat.action,
		Commands: p.server.commandsFor(p.chat, p.profile.LanguageCode),
	}
}

// View is their private chat as they see it now.
func (p *Person) View() *View {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	return p.view()
}

// Messages lists what is in their chat, oldest first, without what was deleted.
func (p *Person) Messages() []Message { return p.View().Messages }

// Last is the newest message of the bot; the zero Message when there is none.
func (p *Person) Last() Message { return p.View().Last() }

// ReplyKeyboard is what stands in place of their keyboard; nil when nothing does.
func (p *Person) ReplyKeyboard() *ReplyKeyboard { return p.View().Keyboard }

// Commands is their menu: of this chat, of all private chats, or of all; in their language, or in none.
func (p *Person) Commands() []Command { return p.View().Commands }

// Toasts lists the answers to their taps that showed something.
func (p *Person) Toasts() []Toast { return p.View().Toasts }

// Wait waits until their chat is as wanted. It looks at once and again after every change.
func (p *Person) Wait(ctx context.Context, wanted func(*View) bool) error {
	_, err := p.await(ctx, wanted)
	return err
}

func (p *Person) await(ctx context.Context, wanted func(*View) bool) (*View, error) {
	return await(ctx, p.server, p.chat, p.view, wanted)
}

func await(ctx context.Context, s *Server, c *chat, look func() *View, wanted func(*View) bool) (*View, error) {
	for {
		s.mu.Lock()
		v, changed, id := look(), c.changed.wait(), c.info.ID
		s.mu.Unlock()
		if wanted(v) {
			return v, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return v, fmt.Errorf("wait in chat %d: %w", id, ctx.Err())
		}
	}
}
