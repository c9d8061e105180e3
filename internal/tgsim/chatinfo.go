package tgsim

import (
	"slices"
	"strings"
)

func (s *Server) getMe(*call) (any, *apiError) {
	return struct {
		User
		CanJoinGroups bool `json:"can_join_groups"`
		ReadsAll      bool `json:"can_read_all_group_messages"`
		Inline        bool `json:"supports_inline_queries"`
		Business      bool `json:"can_connect_to_business"`
		HasWebApp     bool `json:"has_main_web_app"`
	}{User: s.bot, CanJoinGroups: true, ReadsAll: s.opts.ReadAllGroupMessages}, nil
}

func (s *Server) sendChatAction(c *call) (any, *apiError) {
	at, refusal := s.findChat(c, "chat_id")
	if refusal != nil {
		return nil, refusal
	}
	known := strings.Fields("typing upload_photo record_video upload_video record_voice upload_voice upload_document " +
		"choose_sticker find_location record_video_note upload_video_note")
	if !slices.Contains(known, c.args["action"]) {
		return nil, badRequest("Wrong parameter action in request")
	}
	if refusal := at.writable(); refusal != nil {
		return nil, refusal
	}
	at.action = c.args["action"]
	s.touch(at)
	return true, nil
}

type chatFullInfo struct {
	Chat
	AccentColor  int `json:"accent_color_id"`
	MaxReactions int `json:"max_reaction_count"`
}

func (s *Server) getChat(c *call) (any, *apiError) {
	at, refusal := s.findChat(c, "chat_id")
	if refusal != nil {
		return nil, refusal
	}
	return chatFullInfo{Chat: at.info, MaxReactions: 11}, nil
}

func (s *Server) getChatMember(c *call) (any, *apiError) {
	at, refusal := s.findChat(c, "chat_id")
	if refusal != nil {
		return nil, refusal
	}
	id := c.integer("user_id", 0)
	if id == s.bot.ID {
		return chatMember{Status: "member", User: &s.bot}, nil
	}
	if at.private() && at.person.profile.ID == id {
		return chatMember{Status: "member", User: at.person.user()}, nil
	}
	if p := at.members[id]; p != nil {
		return chatMember{Status: "member", User: p.user()}, nil
	}
	if p := s.people[id]; p != nil {
		return chatMember{Status: "left", User: p.user()}, nil
	}
	return nil, badRequest("PARTICIPANT_ID_INVALID")
}

func (s *Server) leaveChat(c *call) (any, *apiError) {
	at, refusal := s.findChat(c, "chat_id")
	if refusal != nil {
		return nil, refusal
	}
	if at.private() {
		return nil, badRequest("CHAT_ID_INVALID")
	}
	at.left = true
	s.note(at, happening{what: "note", who: s.bot.FirstName, text: "left the group"})
	return true, nil
}

// reactions are the emoji that a bot may put under a message (ReactionTypeEmoji).
const reactions = "❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 " +
	"😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡"

func (s *Server) setMessageReaction(c *call) (any, *apiError) {
	var list []struct {
		Type  string `json:"type"`
		Emoji string `json:"emoji"`
	}
	if err := c.value("reaction", &list); err != nil {
		return nil, badRequest("Can't parse reaction types JSON object: %v", err)
	}
	at, e, refusal := s.findMessage(c, "message to react not found")
	if refusal != nil {
		return nil, refusal
	}
	if len(list) > 1 {
		return nil, badRequest("REACTIONS_TOO_MANY")
	}
	changed := e.Message
	changed.Reaction = ""
	for _, r := range list {
		if r.Type != "emoji" || !slices.Contains(strings.Fields(reactions), r.Emoji) {
			return nil, badRequest("REACTION_INVALID")
		}
		changed.Reaction = r.Emoji
	}
	e.Message = changed
	s.note(at, happening{what: "note", who: s.bot.FirstName, text: "reacted " + changed.Reaction, msg: changed})
	return true, nil
}
