package tgsim

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Group is a chat of several people with the bot.
type Group struct {
	server *Server
	chat   *chat
}

// Group makes a group with these members, the first of whom adds the bot.
func (s *Server) Group(title string, members ...*Person) *Group {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastGroup--
	c := newChat(Chat{ID: s.lastGroup, Type: "group", Title: title})
	c.started = true
	for _, p := range members {
		c.members[p.profile.ID] = p
	}
	s.chats[c.info.ID] = c
	if len(members) > 0 {
		s.note(c, happening{what: "note", who: members[0].profile.FirstName, text: "added the bot"})
		s.memberUpdate(c, members[0], "left", "member")
	}
	return &Group{server: s, chat: c}
}

// ID is the chat's; Migrate changes it.
func (g *Group) ID() int64 {
	g.server.mu.Lock()
	defer g.server.mu.Unlock()
	return g.chat.info.ID
}

// Say writes a text as a member. In privacy mode the bot only gets commands, mentions of it and replies to it.
func (g *Group) Say(member *Person, text string) {
	g.server.mu.Lock()
	defer g.server.mu.Unlock()
	member.says(g.chat, Message{Text: text, Entities: detectEntities(text)})
}

// heard reports whether a bot gets to see a message of a group.
func (c *chat) heard(s *Server, m Message) bool {
	if c.left {
		return false
	}
	if s.opts.ReadAllGroupMessages || m.ReplyTo != nil && m.ReplyTo.FromBot() {
		return true
	}
	if command, _, _ := strings.Cut(m.Text, " "); strings.HasPrefix(command, "/") {
		_, to, addressed := strings.Cut(command, "@")
		return !addressed || strings.EqualFold(to, s.bot.Username)
	}
	return strings.Contains(strings.ToLower(m.Text), "@"+strings.ToLower(s.bot.Username))
}

// Tap taps an inline button as a member, by the rules of Person.Tap.
func (g *Group) Tap(member *Person, label string) error {
	g.server.mu.Lock()
	defer g.server.mu.Unlock()
	m, b, ok := g.chat.findButton(label)
	if !ok {
		return fmt.Errorf("tap in group: nothing is labelled %q", label)
	}
	member.press(g.chat, m, b)
	return nil
}

// TapData sends data that need not stand on any button, as Person.TapData does.
func (g *Group) TapData(member *Person, messageID int, data string) error {
	g.server.mu.Lock()
	defer g.server.mu.Unlock()
	e := g.chat.find(messageID)
	if e == nil {
		return fmt.Errorf("tap in group: no message %d", messageID)
	}
	g.server.tap(member, g.chat, e.Message, labelOf(e.Message, data), data)
	return nil
}

// Kick removes the bot.
func (g *Group) Kick(by *Person) {
	g.server.mu.Lock()
	defer g.server.mu.Unlock()
	g.chat.left = true
	g.server.note(g.chat, happening{what: "note", who: by.profile.FirstName, text: "removed the bot"})
	g.server.memberUpdate(g.chat, by, "member", "kicked")
}

// Migrate makes the group a supergroup with another ID, which it returns. The old one answers with
// migrate_to_chat_id; its messages cannot be reached any more.
func (g *Group) Migrate() int64 {
	g.server.mu.Lock()
	defer g.server.mu.Unlock()
	return g.server.migrate(g.chat)
}

func (s *Server) migrateByFault(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.chats[id]; c != nil && c.info.Type == "group" {
		s.migrate(c)
	}
}

// migrate keeps the chat and its history, as its people see it, under the new ID.
func (s *Server) migrate(c *chat) int64 {
	if c.info.Type == "supergroup" {
		return c.info.ID
	}
	old := c.info
	c.info.ID, c.info.Type = -1_000_000_000_000+old.ID, "supergroup"
	delete(s.chats, old.ID)
	s.chats[c.info.ID] = c
	s.migrations[old.ID] = c.info.ID
	c.byID = map[int]*entry{}
	s.note(c, happening{what: "note", who: old.Title, text: "became a supergroup"})
	away := Message{Chat: old, Date: s.now().Unix(), MigrateToChatID: c.info.ID}
	s.lastMessage++
	away.ID = s.lastMessage
	s.enqueue(c, "message", Update{Message: &away}, updateLife)
	here := s.add(c, Message{MigrateFromChatID: old.ID})
	s.enqueue(c, "message", Update{Message: &here}, updateLife)
	return c.info.ID
}

func (g *Group) view() *View {
	return &View{Messages: g.chat.visible(), Keyboard: g.chat.keys, Commands: g.server.commandsFor(g.chat, ""), Action: g.chat.action}
}

// View is the group as its members see it now.
func (g *Group) View() *View {
	g.server.mu.Lock()
	defer g.server.mu.Unlock()
	return g.view()
}

// Messages lists what is in the group, oldest first, without what was deleted.
func (g *Group) Messages() []Message { return slices.Clone(g.View().Messages) }

// Wait waits until the group is as wanted.
func (g *Group) Wait(ctx context.Context, wanted func(*View) bool) error {
	_, err := await(ctx, g.server, g.chat, g.view, wanted)
	return err
}
