package tgsim

import (
	"bytes"
	"image"
	_ "image/jpeg" // sizes of photos
	_ "image/png"
	"strings"
)

const (
	maxText    = 4096
	maxCaption = 1024
	maxPhoto   = 10 << 20
)

func (s *Server) sendMessage(c *call) (any, *apiError) {
	text, entities, refusal := readText(c, "text", "entities")
	if refusal != nil {
		return nil, refusal
	}
	if refusal := checkText(text, c.args["text"]); refusal != nil {
		return nil, refusal
	}
	return s.send(c, Message{Text: text, Entities: entities})
}

func checkText(text, given string) *apiError {
	switch {
	case given == "":
		return badRequest("Message text is empty")
	case text == "":
		return badRequest("text must be non-empty")
	case textLen(text) > maxText:
		return badRequest("Message is too long")
	}
	return nil
}

// readText reads a text or caption with its entities, from parse_mode or from their own parameter.
func readText(c *call, param, entitiesParam string) (string, []Entity, *apiError) {
	text, mode := c.args[param], strings.ToLower(c.args["parse_mode"])
	var entities []Entity
	switch mode {
	case "html":
		var refusal *apiError
		if text, entities, refusal = parseHTML(text); refusal != nil {
			return "", nil, refusal
		}
	case "":
		if err := c.value(entitiesParam, &entities); err != nil {
			return "", nil, badRequest("Can't parse message entities: %v", err)
		}
		length := textLen(text)
		for _, e := range entities {
			if e.Offset < 0 || e.Length <= 0 || e.Offset+e.Length > length {
				return "", nil, badRequest("ENTITY_BOUNDS_INVALID")
			}
		}
		sortEntities(entities)
	default:
		return "", nil, badRequest("Unsupported parse_mode (the simulator reads HTML only)")
	}
	text, entities = trimText(text, entities)
	return text, entities, nil
}

func (s *Server) sendPhoto(c *call) (any, *apiError) {
	f, refusal := s.fileParam(c, "photo")
	if refusal != nil {
		return nil, refusal
	}
	size, _, err := image.DecodeConfig(bytes.NewReader(f.data))
	if err != nil || size.Width+size.Height > 10000 || size.Width > 20*size.Height || size.Height > 20*size.Width {
		return nil, badRequest("PHOTO_INVALID_DIMENSIONS")
	}
	if len(f.data) > maxPhoto {
		return nil, badRequest("file is too big")
	}
	photo := PhotoSize{FileID: f.id, FileUniqueID: f.unique(), Width: size.Width, Height: size.Height, FileSize: len(f.data)}
	return s.sendCaptioned(c, Message{Photo: []PhotoSize{photo}})
}

func (s *Server) sendDocument(c *call) (any, *apiError) {
	f, refusal := s.fileParam(c, "document")
	if refusal != nil {
		return nil, refusal
	}
	return s.sendCaptioned(c, Message{Document: f.document()})
}

func (s *Server) sendCaptioned(c *call, m Message) (any, *apiError) {
	text, entities, refusal := readText(c, "caption", "caption_entities")
	if refusal != nil {
		return nil, refusal
	}
	if textLen(text) > maxCaption {
		return nil, badRequest("Message caption is too long")
	}
	m.Caption, m.CaptionEntities = text, entities
	return s.send(c, m)
}

func (s *Server) sendContact(c *call) (any, *apiError) {
	contact := Contact{PhoneNumber: c.args["phone_number"], FirstName: c.args["first_name"], LastName: c.args["last_name"], VCard: c.args["vcard"]}
	if contact.PhoneNumber == "" {
		return nil, badRequest("PHONE_NUMBER_INVALID")
	}
	if contact.FirstName == "" {
		return nil, badRequest("CONTACT_NAME_EMPTY")
	}
	return s.send(c, Message{Contact: &contact})
}

type messageID struct {
	ID int `json:"message_id"`
}

func (s *Server) copyMessage(c *call) (any, *apiError) {
	from, refusal := s.findChat(c, "from_chat_id")
	if refusal != nil {
		return nil, refusal
	}
	original := from.find(int(c.integer("message_id", 0)))
	if original == nil {
		return nil, badRequest("message to copy not found")
	}
	m := Message{
		Text: original.Text, Entities: original.Entities, Caption: original.Caption, CaptionEntities: original.CaptionEntities,
		Photo: original.Photo, Document: original.Document, Contact: original.Contact,
	}
	send := s.send
	if c.has("caption") && m.Text == "" {
		send = s.sendCaptioned
	}
	result, refusal := send(c, m)
	if refusal != nil {
		return nil, refusal
	}
	return messageID{ID: result.(Message).ID}, nil
}

// send checks all that sends have in common and delivers a message of the bot.
func (s *Server) send(c *call, m Message) (any, *apiError) {
	keyboard, refusal := parseMarkup(c.args["reply_markup"])
	if refusal != nil {
		return nil, refusal
	}
	to, refusal := s.findChat(c, "chat_id")
	if refusal != nil {
		return nil, refusal
	}
	if m.ReplyTo, refusal = replyTo(c, to); refusal != nil {
		return nil, refusal
	}
	m.ThreadID = int(c.integer("message_thread_id", 0))
	if m.ThreadID != 0 && to.info.Type != "supergroup" {
		return nil, badRequest("message thread not found")
	}
	if refusal := to.writable(); refusal != nil {
		return nil, refusal
	}
	if refusal := s.limiter.take(to, s.opts.Wall()); refusal != nil {
		return nil, refusal
	}
	m.From = &s.bot
	m.ReplyMarkup = keyboard.inline
	m.uneditable = keyboard.keys != nil || keyboard.remove || keyboard.force != nil
	m.Silent, m.Protected = c.boolean("disable_notification"), c.boolean("protect_content")
	m = s.add(to, m)
	to.action = ""
	to.apply(keyboard)
	s.show(to, m, false)
	s.note(to, happening{what: "message", who: s.bot.FirstName, msg: m, keys: keyboard.keys})
	return m, nil
}

// apply changes what stands in place of the keyboard of a chat's people.
func (c *chat) apply(m markup) {
	switch {
	case m.keys != nil:
		c.keys, c.force = m.keys, nil
	case m.remove:
		c.keys, c.force = nil, nil
	case m.force != nil:
		c.force = m.force
	}
}

func replyTo(c *call, to *chat) (*Message, *apiError) {
	var params struct {
		MessageID    int      `json:"message_id"`
		ChatID       any      `json:"chat_id"`
		AllowWithout bool     `json:"allow_sending_without_reply"`
		Quote        string   `json:"quote"`
		QuoteMode    string   `json:"quote_parse_mode"`
		Entities     []Entity `json:"quote_entities"`
		Position     int      `json:"quote_position"`
	}
	if err := c.value("reply_parameters", &params); err != nil {
		return nil, badRequest("Can't parse reply parameters JSON object: %v", err)
	}
	if params.MessageID == 0 {
		return nil, nil //nolint:nilnil // no reply was asked for, and none is refused
	}
	original := to.find(params.MessageID)
	if original == nil {
		if params.AllowWithout {
			return nil, nil //nolint:nilnil // sent without the reply, as asked
		}
		return nil, badRequest("message to be replied not found")
	}
	m := original.Message
	m.ReplyTo = nil
	return &m, nil
}
