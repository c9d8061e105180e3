package tgsim

import (
	"slices"
	"strconv"
	"time"
)

// chat is a private chat or a group, with everything that happened in it.
type chat struct {
	info     Chat
	person   *Person // of a private chat
	members  map[int64]*Person
	started  bool // the person wrote, or the bot was added: only then does the chat exist for the bot
	left     bool // the bot left or was removed
	messages []*entry
	byID     map[int]*entry
	lastID   int // of a supergroup, which counts for itself
	keys     *ReplyKeyboard
	force    *forceReply
	log      []happening
	unread   int
	unseen   []*Input // that are not shown
	action   string
	seq      int64
	changed  signal
}

// entry is a message in its chat; deleted ones stay for the transcript.
type entry struct {
	Message
	deleted bool
}

// happening is a line of the transcript.
type happening struct {
	at   time.Time
	what string // message, edit, delete, tap, toast, note
	who  string
	text string
	msg  Message
	keys *ReplyKeyboard
}

func newChat(info Chat) *chat {
	return &chat{info: info, members: map[int64]*Person{}, byID: map[int]*entry{}}
}

func (c *chat) private() bool { return c.info.Type == "private" }

// findChat looks a chat up as the bot may: one that never began does not exist for it.
func (s *Server) findChat(c *call, param string) (*chat, *apiError) {
	text := c.args[param]
	if text == "" {
		return nil, badRequest("%s is empty", param)
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return nil, badRequest("chat not found")
	}
	if to, ok := s.migrations[id]; ok {
		return nil, migrated(to)
	}
	found := s.chats[id]
	if found == nil || !found.started {
		return nil, badRequest("chat not found")
	}
	return found, nil
}

// writable says why the bot cannot write into a chat, if it cannot.
func (c *chat) writable() *apiError {
	switch {
	case c.private() && c.person.blocked:
		return forbidden("bot was blocked by the user")
	case c.left:
		return forbidden("bot was kicked from the " + c.info.Type + " chat")
	}
	return nil
}

// add puts a message into a chat, from whomever.
func (s *Server) add(c *chat, m Message) Message {
	if c.info.Type == "supergroup" {
		c.lastID++
		m.ID = c.lastID
	} else {
		s.lastMessage++
		m.ID = s.lastMessage
	}
	m.Chat = c.info
	m.Date = s.now().Unix()
	e := &entry{Message: m}
	c.messages = append(c.messages, e)
	c.byID[m.ID] = e
	if m.FromBot() {
		c.unread++
	}
	return m
}

func (s *Server) note(c *chat, h happening) {
	h.at = s.now()
	c.log = append(c.log, h)
	s.touch(c)
}

// find is a message that is still there, or nil.
func (c *chat) find(id int) *entry {
	if e := c.byID[id]; e != nil && !e.deleted {
		return e
	}
	return nil
}

// newest calls f with the messages from the last one back, until it returns true.
func (c *chat) newest(f func(Message) bool) {
	for _, e := range slices.Backward(c.messages) {
		if !e.deleted && f(e.Message) {
			return
		}
	}
}
