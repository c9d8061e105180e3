package telegram

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"cartable/bot/chat"
)

// The parts of Bot API objects that the conversation needs, and no more: a new
// or changed field elsewhere must not cost an update.

type update struct {
	ID       *int64         `json:"update_id"`
	Message  *message       `json:"message"`
	Edited   *message       `json:"edited_message"`
	Callback *callbackQuery `json:"callback_query"`
	Member   *memberChange  `json:"my_chat_member"`
}

type message struct {
	ID         int          `json:"message_id"`
	From       *user        `json:"from"`
	Chat       chatRef      `json:"chat"`
	Date       int64        `json:"date"` // 0 for a message that is no longer accessible
	EditDate   int64        `json:"edit_date"`
	Text       string       `json:"text"`
	Caption    string       `json:"caption"`
	Contact    *contact     `json:"contact"`
	Document   *attachedRef `json:"document"`
	Video      *attachedRef `json:"video"`
	VideoNote  *attachedRef `json:"video_note"`
	Audio      *attachedRef `json:"audio"`
	Voice      *attachedRef `json:"voice"`
	Photo      []photoSize  `json:"photo"`
	MigratedTo int64        `json:"migrate_to_chat_id"`
}

type callbackQuery struct {
	ID      string   `json:"id"`
	From    *user    `json:"from"`
	Message *message `json:"message"`
	Data    string   `json:"data"`
}

type memberChange struct {
	Chat chatRef `json:"chat"`
	From *user   `json:"from"`
	Date int64   `json:"date"`
	Old  member  `json:"old_chat_member"`
	New  member  `json:"new_chat_member"`
}

type member struct {
	Status string `json:"status"`
	Is     bool   `json:"is_member"` // of a restricted one
}

// present says whether the member is in the chat.
func (m member) present() bool {
	switch m.Status {
	case "creator", "administrator", "member":
		return true
	}
	return m.Status == "restricted" && m.Is
}

type user struct {
	ID        int64  `json:"id"`
	IsBot     bool   `json:"is_bot"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	Username  string `json:"username"`
	Language  string `json:"language_code"`
}

type chatRef struct {
	ID    int64  `json:"id"`
	Type  string `json:"type"`
	Title string `json:"title"`
}

func (c chatRef) group() bool { return c.Type == "group" || c.Type == "supergroup" }

type contact struct {
	Phone     string `json:"phone_number"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	UserID    int64  `json:"user_id"`
}

type attachedRef struct {
	ID   string `json:"file_id"`
	Name string `json:"file_name"`
	Size int64  `json:"file_size"`
}

type photoSize struct {
	ID     string `json:"file_id"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
	Size   int64  `json:"file_size"`
}

// Decode reads one update as Telegram sent it. An update of a kind that the
// conversation does not know is chat.Other; an error means that it is no update
// at all. A tap's At is zero, since Telegram does not tell when it was made. A
// tap on a message that is no longer accessible works like any other.
func Decode(raw json.RawMessage) (chat.Update, error) {
	var u update
	if err := json.Unmarshal(raw, &u); err != nil {
		return chat.Update{}, fmt.Errorf("decode update: %w", err)
	}
	return u.understood(raw)
}

// understood is what u, which is raw, means to the conversation.
func (u update) understood(raw json.RawMessage) (chat.Update, error) {
	var out chat.Update
	switch {
	case u.Message != nil:
		out = fromMessage(u.Message)
	case u.Edited != nil:
		out = fromMessage(u.Edited)
		out.Edited = true
		if u.Edited.EditDate != 0 {
			out.At = unix(u.Edited.EditDate)
		}
	case u.Callback != nil:
		if u.Callback.From == nil {
			return chat.Update{}, errors.New("decode update: a tap by nobody")
		}
		out = fromTap(u.Callback)
	case u.Member != nil:
		out = fromMember(u.Member)
	default:
		out = chat.Update{Kind: chat.Other, ChatID: ChatID(raw)}
	}
	if u.ID != nil {
		out.ID = *u.ID
	}
	return out, nil
}

func fromMessage(m *message) chat.Update {
	u := chat.Update{
		Kind:     chat.Other,
		ChatID:   m.Chat.ID,
		Private:  m.Chat.Type == "private",
		Title:    m.Chat.Title,
		From:     m.From.person(),
		At:       unix(m.Date),
		Message:  m.ID,
		Text:     m.Text,
		File:     m.file(),
		Migrated: m.MigratedTo,
	}
	switch {
	case m.Contact != nil:
		u.Kind = chat.Contact
		u.Card = &chat.ContactCard{
			Phone: m.Contact.Phone,
			Name:  fullName(m.Contact.FirstName, m.Contact.LastName),
			Own:   m.Contact.UserID != 0 && m.Contact.UserID == u.From.ID,
		}
	case u.File != nil:
		u.Kind = chat.Document
		u.Text = m.Caption
	case m.Text != "":
		u.Kind = chat.Text
		u.Command, u.Args = command(m.Text)
	}
	return u
}

func fromTap(q *callbackQuery) chat.Update {
	u := chat.Update{
		Kind: chat.Tap,
		// Without a message the button stands in a message sent through inline
		// mode; what answers it goes to the person.
		ChatID:  q.From.ID,
		Private: true,
		From:    q.From.person(),
		Query:   q.ID,
		Data:    q.Data,
	}
	if q.Message != nil {
		u.ChatID = q.Message.Chat.ID
		u.Private = q.Message.Chat.Type == "private"
		u.Message = q.Message.ID
	}
	return u
}

// fromMember reads a change of the bot's own membership. In a group only coming
// and going count, not what the bot may do there; channels are Other.
func fromMember(m *memberChange) chat.Update {
	u := chat.Update{
		Kind:    chat.Other,
		ChatID:  m.Chat.ID,
		Private: m.Chat.Type == "private",
		Title:   m.Chat.Title,
		From:    m.From.person(),
		At:      unix(m.Date),
	}
	if m.Chat.group() {
		switch before, after := m.Old.present(), m.New.present(); {
		case !before && after:
			u.Kind = chat.Added
		case before && !after:
			u.Kind = chat.Removed
		}
		return u
	}
	if !u.Private {
		return u
	}
	switch m.New.Status {
	case "kicked":
		u.Kind = chat.Blocked
	case "member":
		u.Kind = chat.Returned
	}
	return u
}

// ChatID returns the chat whose updates are to be handled in order with this
// one: the chat it happened in, else the person it came from, else 0.
func ChatID(raw json.RawMessage) int64 {
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil {
		return 0
	}
	type origin struct {
		Chat    chatRef `json:"chat"`
		Message struct {
			Chat chatRef `json:"chat"`
		} `json:"message"`
		From user `json:"from"`
		User user `json:"user"`
	}
	for name, field := range fields {
		// An update has its ID and one object.
		var o origin
		if name == "update_id" || json.Unmarshal(field, &o) != nil {
			continue
		}
		for _, id := range []int64{o.Chat.ID, o.Message.Chat.ID, o.From.ID, o.User.ID} {
			if id != 0 {
				return id
			}
		}
	}
	return 0
}

// commandForm is a command and what follows it: "/start@bot payload".
var commandForm = regexp.MustCompile(`(?s)^/([A-Za-z0-9_]{1,32})(?:@[A-Za-z0-9_]+)?(?:\s+(.*))?$`)

func command(text string) (name, args string) {
	m := commandForm.FindStringSubmatch(text)
	if m == nil {
		return "", ""
	}
	return strings.ToLower(m[1]), strings.TrimSpace(m[2])
}

// file returns what is attached, of a photo the largest size; nil for nothing.
func (m *message) file() *chat.FileRef {
	for _, a := range []*attachedRef{m.Document, m.Video, m.VideoNote, m.Audio, m.Voice} {
		if a != nil {
			return &chat.FileRef{ID: a.ID, Name: a.Name, Size: a.Size}
		}
	}
	if len(m.Photo) == 0 {
		return nil
	}
	largest := m.Photo[0]
	for _, p := range m.Photo[1:] {
		if p.Width*p.Height > largest.Width*largest.Height {
			largest = p
		}
	}
	return &chat.FileRef{ID: largest.ID, Size: largest.Size}
}

// person returns nobody for a nil user: a post in a channel has no sender.
func (u *user) person() chat.Person {
	if u == nil {
		return chat.Person{}
	}
	return chat.Person{
		ID:       u.ID,
		Name:     fullName(u.FirstName, u.LastName),
		Username: u.Username,
		Language: u.Language,
		Bot:      u.IsBot,
	}
}

func fullName(first, last string) string { return strings.TrimSpace(first + " " + last) }

func unix(seconds int64) time.Time { return time.Unix(seconds, 0).UTC() }
