package tgsim

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
)

// Profile is who somebody is on Telegram. Without an ID they get the next free one, without a phone an invented one.
type Profile struct {
	ID           int64
	FirstName    string
	LastName     string
	Username     string
	LanguageCode string
	Phone        string // as Telegram writes it in contacts: 989121234567
}

// Person is somebody with a private chat with the bot. Nothing exists for the bot until they first write.
type Person struct {
	server  *Server
	profile Profile
	chat    *chat

	blocked   bool
	waiting   int    // taps without an answer
	input     *Input // the last in their own chat
	toasts    []Toast
	opened    []string
	clipboard string
}

// Person adds somebody, or returns who has that ID already.
func (s *Server) Person(profile Profile) *Person {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addPerson(profile)
}

func (s *Server) addPerson(profile Profile) *Person {
	if p := s.people[profile.ID]; p != nil {
		return p
	}
	if profile.ID == 0 {
		for s.lastPerson++; s.people[s.lastPerson] != nil; {
			s.lastPerson++
		}
		profile.ID = s.lastPerson
	}
	if profile.Phone == "" {
		profile.Phone = fmt.Sprintf("98912%07d", profile.ID%10_000_000)
	}
	p := &Person{server: s, profile: profile}
	p.chat = newChat(Chat{ID: profile.ID, Type: "private", FirstName: profile.FirstName, LastName: profile.LastName, Username: profile.Username})
	p.chat.person = p
	s.people[profile.ID] = p
	s.chats[profile.ID] = p.chat
	s.touch(nil)
	return p
}

// Profile is who they are.
func (p *Person) Profile() Profile { return p.profile }

// ID is theirs and that of their private chat.
func (p *Person) ID() int64 { return p.profile.ID }

func (p *Person) user() *User {
	return &User{
		ID: p.profile.ID, FirstName: p.profile.FirstName, LastName: p.profile.LastName,
		Username: p.profile.Username, LanguageCode: p.profile.LanguageCode,
	}
}

// Type writes a text; one that is too long becomes several messages, as in the apps. Whoever had blocked the
// bot unblocks it by this, as by everything that they send.
func (p *Person) Type(text string) {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	p.typed(text)
}

func (p *Person) typed(text string) {
	for units := utf16.Encode([]rune(text)); ; {
		part := units[:min(maxText, len(units))]
		if n := len(part); n == maxText && utf16.IsSurrogate(rune(part[n-1])) && part[n-1] < 0xDC00 {
			part = part[:n-1]
		}
		units = units[len(part):]
		if text, _ := trimText(string(utf16.Decode(part)), nil); text != "" {
			p.says(p.chat, Message{Text: text, Entities: detectEntities(text)})
		}
		if len(units) == 0 {
			return
		}
	}
}

// Reply writes a text as the answer to a message.
func (p *Person) Reply(messageID int, text string) error {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	e := p.chat.find(messageID)
	if e == nil {
		return fmt.Errorf("reply: no message %d", messageID)
	}
	original := e.Message
	original.ReplyTo = nil
	p.says(p.chat, Message{Text: text, Entities: detectEntities(text), ReplyTo: &original})
	return nil
}

// says puts a message of this person into a chat and tells the bot.
func (p *Person) says(at *chat, m Message) Message {
	s := p.server
	if at.private() {
		p.unblock()
		at.started, at.force, at.unread = true, nil, 0
		if at.keys != nil && at.keys.OneTime {
			at.keys = nil
		}
	}
	m.From = p.user()
	m = s.add(at, m)
	s.note(at, happening{what: "message", who: p.profile.FirstName, msg: m})
	if at.private() || at.heard(s, m) {
		s.input(p, at, Input{Message: m.ID})
		s.enqueue(at, "message", Update{Message: &m}, updateLife)
	}
	return m
}

// EditMessage changes the text of a message of their own.
func (p *Person) EditMessage(messageID int, text string) error {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	e := p.chat.find(messageID)
	if e == nil || e.FromBot() || e.Text == "" {
		return fmt.Errorf("edit: no own text message %d", messageID)
	}
	changed := e.Message
	changed.Text, changed.Entities, changed.EditDate = text, detectEntities(text), p.server.now().Unix()
	e.Message = changed
	p.server.note(p.chat, happening{what: "edit", who: p.profile.FirstName, msg: changed})
	p.server.enqueue(p.chat, "edited_message", Update{EditedMessage: &changed}, updateLife)
	return nil
}

// Began makes the chat one that began in the past: the bot can write into it, and is told nothing.
func (p *Person) Began() {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	p.chat.started = true
}

// Start presses the start button: of the chat itself with an empty payload, else of a deep link. Apps drop a
// payload that is over 64 characters or has others than A-Z, a-z, 0-9, _ and -.
func (p *Person) Start(payload string) error {
	text := "/start"
	if payload != "" {
		if !regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`).MatchString(payload) {
			return fmt.Errorf("start: Telegram takes no payload %q", payload)
		}
		text += " " + payload
	}
	p.Type(text)
	return nil
}

// OpenLink opens an address: a deep link of this bot presses start, anything else is noted in Opened.
func (p *Person) OpenLink(address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return fmt.Errorf("open link: %w", err)
	}
	if u.Host == "t.me" && strings.EqualFold(strings.Trim(u.Path, "/"), p.server.bot.Username) {
		return p.Start(u.Query().Get("start"))
	}
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	p.opened = append(p.opened, address)
	return nil
}

// ShareContact sends their own number, as a key with request_contact does.
func (p *Person) ShareContact() {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	p.sharedContact()
}

func (p *Person) sharedContact() {
	p.says(p.chat, Message{Contact: &Contact{
		PhoneNumber: p.profile.Phone, FirstName: p.profile.FirstName, LastName: p.profile.LastName, UserID: p.profile.ID,
	}})
}

// SendContact sends the number of somebody else, who is not on Telegram.
func (p *Person) SendContact(phone, name string) {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	p.says(p.chat, Message{Contact: &Contact{PhoneNumber: phone, FirstName: name}})
}

// Forward sends on a text that somebody else wrote; nil hides who.
func (p *Person) Forward(from *Person, text string) {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	p.says(p.chat, Message{Text: text, Entities: detectEntities(text), ForwardOrigin: p.origin(from)})
}

// ForwardContact sends on a contact that somebody else sent; nil hides who.
func (p *Person) ForwardContact(from *Person, phone, name string) {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	p.says(p.chat, Message{Contact: &Contact{PhoneNumber: phone, FirstName: name}, ForwardOrigin: p.origin(from)})
}

func (p *Person) origin(from *Person) *Origin {
	date := p.server.now().Unix()
	if from == nil {
		return &Origin{Type: "hidden_user", Date: date, SenderUserName: "کاربر تلگرام"}
	}
	return &Origin{Type: "user", Date: date, SenderUser: from.user()}
}

// SendFile sends a document.
func (p *Person) SendFile(name string, data []byte) {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	f := p.server.store("documents", upload{name: name, data: data})
	p.says(p.chat, Message{Document: f.document()})
}

// SendPhoto sends a picture with a caption.
func (p *Person) SendPhoto(data []byte, caption string) {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	f := p.server.store("photos", upload{name: "photo.jpg", data: data})
	p.says(p.chat, Message{Photo: []PhotoSize{{FileID: f.id, FileUniqueID: f.unique(), FileSize: len(data)}}, Caption: caption})
}

// Block blocks the bot; it can send nothing until they unblock it or write.
func (p *Person) Block() {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	if !p.blocked && p.chat.started {
		p.blocked = true
		p.membership("member", "kicked")
	}
}

// Unblock ends Block.
func (p *Person) Unblock() {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	p.unblock()
}

func (p *Person) unblock() {
	if p.blocked {
		p.blocked = false
		p.membership("kicked", "member")
	}
}

func (p *Person) membership(from, to string) {
	s := p.server
	text := "unblocked the bot"
	if to == "kicked" {
		text = "blocked the bot"
	}
	s.note(p.chat, happening{what: "note", who: p.profile.FirstName, text: text})
	s.memberUpdate(p.chat, p, from, to)
}

// memberUpdate tells the bot that its own place in a chat changed.
func (s *Server) memberUpdate(at *chat, by *Person, from, to string) {
	member := func(status string) chatMember {
		m := chatMember{Status: status, User: &s.bot}
		if status == "kicked" {
			m.UntilDate = new(int64)
		}
		return m
	}
	update := &chatMemberUpdated{Chat: at.info, From: by.user(), Date: s.now().Unix(), Old: member(from), New: member(to)}
	s.enqueue(at, "my_chat_member", Update{MyChatMember: update}, updateLife)
}

// Opened lists the addresses that they opened, by OpenLink or by tapping a button.
func (p *Person) Opened() []string {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	return slices.Clone(p.opened)
}

// Clipboard is what the last tapped copy button copied.
func (p *Person) Clipboard() string {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	return p.clipboard
}
