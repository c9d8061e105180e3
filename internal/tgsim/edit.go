package tgsim

import (
	"reflect"
	"time"
)

// deleteAge is how old a message may be that a bot deletes.
const deleteAge = 48 * time.Hour

func (s *Server) editMessageText(c *call) (any, *apiError) {
	text, entities, refusal := readText(c, "text", "entities")
	if refusal != nil {
		return nil, refusal
	}
	if refusal := checkText(text, c.args["text"]); refusal != nil {
		return nil, refusal
	}
	return s.edit(c, func(m *Message) *apiError {
		if m.Text == "" {
			return badRequest("There is no text in the message to edit")
		}
		m.Text, m.Entities = text, entities
		return nil
	})
}

func (s *Server) editMessageCaption(c *call) (any, *apiError) {
	text, entities, refusal := readText(c, "caption", "caption_entities")
	if refusal != nil {
		return nil, refusal
	}
	if textLen(text) > maxCaption {
		return nil, badRequest("Message caption is too long")
	}
	return s.edit(c, func(m *Message) *apiError {
		if m.Photo == nil && m.Document == nil {
			return badRequest("There is no caption in the message to edit")
		}
		m.Caption, m.CaptionEntities = text, entities
		return nil
	})
}

func (s *Server) editMessageReplyMarkup(c *call) (any, *apiError) {
	return s.edit(c, func(*Message) *apiError { return nil })
}

// edit changes a message of the bot. Without reply_markup its inline keyboard goes, as on the real server.
func (s *Server) edit(c *call, change func(*Message) *apiError) (any, *apiError) {
	keyboard, refusal := parseMarkup(c.args["reply_markup"])
	if refusal != nil {
		return nil, refusal
	}
	if keyboard.keys != nil || keyboard.remove || keyboard.force != nil {
		return nil, badRequest("Inline keyboard expected")
	}
	at, e, refusal := s.findMessage(c, "message to edit not found")
	if refusal != nil {
		return nil, refusal
	}
	if !e.FromBot() || e.uneditable || e.ForwardOrigin != nil {
		return nil, badRequest("Message can't be edited")
	}
	changed := e.Message
	if refusal := change(&changed); refusal != nil {
		return nil, refusal
	}
	changed.ReplyMarkup = keyboard.inline
	if reflect.DeepEqual(changed, e.Message) {
		return nil, badRequest("message is not modified: specified new message content and reply markup are exactly " +
			"the same as a current content and reply markup of the message")
	}
	changed.EditDate = s.now().Unix()
	e.Message = changed
	s.show(at, changed, true)
	s.note(at, happening{what: "edit", who: s.bot.FirstName, msg: changed})
	return changed, nil
}

// findMessage looks up the message that chat_id and message_id name.
func (s *Server) findMessage(c *call, missing string) (*chat, *entry, *apiError) {
	if c.has("inline_message_id") {
		return nil, nil, badRequest("MESSAGE_ID_INVALID")
	}
	at, refusal := s.findChat(c, "chat_id")
	if refusal != nil {
		return nil, nil, refusal
	}
	id := int(c.integer("message_id", 0))
	if id == 0 {
		return nil, nil, badRequest("Message identifier is not specified")
	}
	if at.left {
		return nil, nil, at.writable()
	}
	e := at.find(id)
	if e == nil {
		return nil, nil, badRequest("%s", missing)
	}
	return at, e, nil
}

func (s *Server) deleteMessage(c *call) (any, *apiError) {
	at, e, refusal := s.findMessage(c, "message to delete not found")
	if refusal != nil {
		return nil, refusal
	}
	if s.now().Sub(time.Unix(e.Date, 0)) > deleteAge || !e.FromBot() && !at.private() {
		return nil, badRequest("Message can't be deleted for everyone")
	}
	e.deleted = true
	s.note(at, happening{what: "delete", who: s.bot.FirstName, msg: e.Message})
	return true, nil
}
