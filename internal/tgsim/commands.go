package tgsim

import (
	"regexp"
	"strconv"
)

const maxCommands = 100

// commandKey names a list of commands: for whom, and in which language ("" is all).
type commandKey struct {
	scope string // default, all_private_chats, …, or with a chat: chat:101
	lang  string
}

func readScope(c *call) (commandKey, *apiError) {
	var scope struct {
		Type   string `json:"type"`
		ChatID any    `json:"chat_id"`
		UserID int64  `json:"user_id"`
	}
	if err := c.value("scope", &scope); err != nil {
		return commandKey{}, badRequest("Can't parse BotCommandScope: %v", err)
	}
	lang := c.args["language_code"]
	if lang != "" && !regexp.MustCompile(`^[a-z]{2}$`).MatchString(lang) {
		return commandKey{}, badRequest("LANG_CODE_INVALID")
	}
	key := commandKey{scope: scope.Type, lang: lang}
	chatID := ""
	switch id := scope.ChatID.(type) {
	case float64:
		chatID = strconv.FormatInt(int64(id), 10)
	case string:
		chatID = id
	}
	switch scope.Type {
	case "":
		key.scope = "default"
	case "default", "all_private_chats", "all_group_chats", "all_chat_administrators":
	case "chat", "chat_administrators":
		key.scope += ":" + chatID
	case "chat_member":
		key.scope += ":" + chatID + ":" + strconv.FormatInt(scope.UserID, 10)
	default:
		return commandKey{}, badRequest("Can't parse BotCommandScope: Unsupported type specified")
	}
	return key, nil
}

func (s *Server) setMyCommands(c *call) (any, *apiError) {
	key, refusal := readScope(c)
	if refusal != nil {
		return nil, refusal
	}
	var list []Command
	if err := c.value("commands", &list); err != nil || !c.has("commands") {
		return nil, badRequest("Can't parse commands JSON object")
	}
	if len(list) > maxCommands {
		return nil, badRequest("BOT_COMMANDS_TOO_MUCH")
	}
	name := regexp.MustCompile(`^[a-z0-9_]{1,32}$`)
	for _, command := range list {
		if !name.MatchString(command.Command) {
			return nil, badRequest("BOT_COMMAND_INVALID")
		}
		if n := textLen(command.Description); n == 0 || n > 256 {
			return nil, badRequest("BOT_COMMAND_DESCRIPTION_INVALID")
		}
	}
	s.commands[key] = list
	s.touch(nil)
	return true, nil
}

func (s *Server) getMyCommands(c *call) (any, *apiError) {
	key, refusal := readScope(c)
	if refusal != nil {
		return nil, refusal
	}
	if list := s.commands[key]; list != nil {
		return list, nil
	}
	return []Command{}, nil
}

func (s *Server) deleteMyCommands(c *call) (any, *apiError) {
	key, refusal := readScope(c)
	if refusal != nil {
		return nil, refusal
	}
	delete(s.commands, key)
	s.touch(nil)
	return true, nil
}

// commandsFor resolves the menu of a chat: the narrowest scope first, and in it the person's language before all.
func (s *Server) commandsFor(c *chat, lang string) []Command {
	scopes := []string{"chat:" + strconv.FormatInt(c.info.ID, 10), "all_private_chats", "default"}
	if !c.private() {
		scopes[1] = "all_group_chats"
	}
	for _, scope := range scopes {
		for _, l := range []string{lang, ""} {
			if list := s.commands[commandKey{scope, l}]; len(list) > 0 {
				return list
			}
		}
	}
	return nil
}

// described checks and keeps one of the bot's texts about itself.
func (s *Server) described(c *call, param string, most int, tooLong string) (any, *apiError) {
	if textLen(c.args[param]) > most {
		return nil, badRequest("%s", tooLong)
	}
	s.descriptions[param+":"+c.args["language_code"]] = c.args[param]
	return true, nil
}

func (s *Server) setMyName(c *call) (any, *apiError) {
	return s.described(c, "name", 64, "BOT_TITLE_INVALID")
}

func (s *Server) setMyDescription(c *call) (any, *apiError) {
	return s.described(c, "description", 512, "BOT_DESCRIPTION_TOO_LONG")
}

func (s *Server) setMyShortDescription(c *call) (any, *apiError) {
	return s.described(c, "short_description", 120, "BOT_SHORT_DESCRIPTION_TOO_LONG")
}

// Description is what the bot said of itself for a language ("" is all): name, description, short_description.
func (s *Server) Description(kind, lang string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.descriptions[kind+":"+lang]
}

func (s *Server) setChatMenuButton(c *call) (any, *apiError) {
	var button struct {
		Type   string `json:"type"`
		Text   string `json:"text"`
		WebApp any    `json:"web_app"`
	}
	if err := c.value("menu_button", &button); err != nil {
		return nil, badRequest("Can't parse menu button: %v", err)
	}
	switch button.Type {
	case "", "default", "commands":
	case "web_app":
		return nil, badRequest("BUTTON_URL_INVALID")
	default:
		return nil, badRequest("Can't parse menu button: MenuButton has unsupported type")
	}
	if c.has("chat_id") {
		if _, refusal := s.findChat(c, "chat_id"); refusal != nil {
			return nil, refusal
		}
	}
	return true, nil
}
