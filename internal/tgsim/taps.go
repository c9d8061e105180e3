package tgsim

import (
	"strconv"
	"time"
)

const maxAnswer = 200

// tap is a callback query that waits for its answer.
type tap struct {
	chat     *chat
	person   *Person
	at       time.Time // by Options.Clock
	answered bool
	input    *Input
}

// Toast is what a person saw as the answer to a tap: a line at the top, or an alert to dismiss.
type Toast struct {
	Seq   int64  `json:"seq"` // counts this person's toasts from 1
	Text  string `json:"text"`
	Alert bool   `json:"alert"`
	URL   string `json:"-"`
}

func (s *Server) answerCallbackQuery(c *call) (any, *apiError) {
	t := s.taps[c.args["callback_query_id"]]
	if t == nil || t.answered || s.now().Sub(t.at) > tapLife {
		return nil, badRequest("query is too old and response timeout expired or query ID is invalid")
	}
	text := c.args["text"]
	if textLen(text) > maxAnswer {
		return nil, badRequest("MESSAGE_TOO_LONG")
	}
	address := c.args["url"]
	if address != "" {
		if _, problem := checkURL(address); problem != "" {
			return nil, badRequest("URL_INVALID")
		}
	}
	t.answered = true
	t.input.Answered, t.input.Answer, t.input.Alert = s.opts.Wall(), text, c.boolean("show_alert")
	t.person.waiting--
	if text != "" || address != "" {
		toast := Toast{Seq: int64(len(t.person.toasts) + 1), Text: text, Alert: c.boolean("show_alert"), URL: address}
		t.person.toasts = append(t.person.toasts, toast)
		s.note(t.chat, happening{what: "toast", who: t.person.profile.FirstName, text: text})
	} else {
		s.touch(t.chat)
	}
	if t.chat != t.person.chat {
		s.touch(t.person.chat) // whoever looks at the person sees the toast, wherever the tap was
	}
	return true, nil
}

// tap sends a tap on a message to the bot. Data may be forged: Telegram does not check it either.
func (s *Server) tap(p *Person, at *chat, on Message, label, data string) {
	s.lastTap++
	id := strconv.FormatInt(p.profile.ID<<32+s.lastTap, 10)
	input := s.input(p, at, Input{Tap: true, Message: on.ID, Data: data})
	s.taps[id] = &tap{chat: at, person: p, at: s.now(), input: input}
	p.waiting++
	query := &CallbackQuery{ID: id, From: p.user(), Message: &on, ChatInstance: strconv.FormatInt(at.info.ID*31+7, 10), Data: data}
	s.note(at, happening{what: "tap", who: p.profile.FirstName, text: label, msg: on})
	s.enqueue(at, "callback_query", Update{CallbackQuery: query}, tapLife)
}
