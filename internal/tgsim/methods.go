package tgsim

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
)

// method is one method of the Bot API: its parameters by name, and what it does. run is called under the mutex.
type method struct {
	params map[string]param
	run    func(*Server, *call) (any, *apiError)
	sends  bool // counts for the limits and for Sends
}

type param struct {
	kind     string // string, int, bool, id (a number or @name), json, file
	required bool
}

// params reads a list such as "chat_id!:id text": names with an optional kind, and ! where required.
func params(list string) map[string]param {
	m := map[string]param{}
	for _, item := range strings.Fields(list) {
		name, kind, found := strings.Cut(item, ":")
		if !found {
			kind = "string"
		}
		name, required := strings.CutSuffix(name, "!")
		m[name] = param{kind: kind, required: required}
	}
	return m
}

// methods lists what the simulator knows, with the parameters of Bot API 10.1 (names are found without regard to case).
func methods() map[string]method {
	const (
		to = " business_connection_id chat_id!:id message_thread_id:int direct_messages_topic_id:int " +
			"disable_notification:bool protect_content:bool allow_paid_broadcast:bool message_effect_id " +
			"suggested_post_parameters:json reply_parameters:json reply_markup:json "
		caption = " caption parse_mode caption_entities:json "
		edit    = " business_connection_id chat_id:id message_id:int inline_message_id reply_markup:json "
		scope   = " scope:json language_code "
	)
	return map[string]method{
		"getme":                  {run: (*Server).getMe},
		"setwebhook":             {params: params("url! certificate:file ip_address max_connections:int allowed_updates:json drop_pending_updates:bool secret_token"), run: (*Server).setWebhook},
		"deletewebhook":          {params: params("drop_pending_updates:bool"), run: (*Server).deleteWebhook},
		"getwebhookinfo":         {run: (*Server).getWebhookInfo},
		"getupdates":             {params: params("offset:int limit:int timeout:int allowed_updates:json")},
		"sendmessage":            {params: params(to + "text! parse_mode entities:json link_preview_options:json"), run: (*Server).sendMessage, sends: true},
		"sendphoto":              {params: params(to + caption + "photo!:file show_caption_above_media:bool has_spoiler:bool"), run: (*Server).sendPhoto, sends: true},
		"senddocument":           {params: params(to + caption + "document!:file thumbnail:file disable_content_type_detection:bool"), run: (*Server).sendDocument, sends: true},
		"sendcontact":            {params: params(to + "phone_number! first_name! last_name vcard"), run: (*Server).sendContact, sends: true},
		"copymessage":            {params: params(to + caption + "from_chat_id!:id message_id!:int video_start_timestamp:int show_caption_above_media:bool"), run: (*Server).copyMessage, sends: true},
		"editmessagetext":        {params: params(edit + "text! parse_mode entities:json link_preview_options:json"), run: (*Server).editMessageText},
		"editmessagecaption":     {params: params(edit + caption + "show_caption_above_media:bool"), run: (*Server).editMessageCaption},
		"editmessagereplymarkup": {params: params(edit), run: (*Server).editMessageReplyMarkup},
		"deletemessage":          {params: params("chat_id!:id message_id!:int"), run: (*Server).deleteMessage},
		"answercallbackquery":    {params: params("callback_query_id! text show_alert:bool url cache_time:int"), run: (*Server).answerCallbackQuery},
		"sendchataction":         {params: params("business_connection_id chat_id!:id message_thread_id:int action!"), run: (*Server).sendChatAction},
		"setmessagereaction":     {params: params("chat_id!:id message_id!:int reaction:json is_big:bool"), run: (*Server).setMessageReaction},
		"getfile":                {params: params("file_id!"), run: (*Server).getFile},
		"getchat":                {params: params("chat_id!:id"), run: (*Server).getChat},
		"getchatmember":          {params: params("chat_id!:id user_id!:int"), run: (*Server).getChatMember},
		"leavechat":              {params: params("chat_id!:id"), run: (*Server).leaveChat},
		"setmycommands":          {params: params("commands!:json" + scope), run: (*Server).setMyCommands},
		"getmycommands":          {params: params(scope), run: (*Server).getMyCommands},
		"deletemycommands":       {params: params(scope), run: (*Server).deleteMyCommands},
		"setmyname":              {params: params("name language_code"), run: (*Server).setMyName},
		"setmydescription":       {params: params("description language_code"), run: (*Server).setMyDescription},
		"setmyshortdescription":  {params: params("short_description language_code"), run: (*Server).setMyShortDescription},
		"setchatmenubutton":      {params: params("chat_id:int menu_button:json"), run: (*Server).setChatMenuButton},
	}
}

type response struct {
	OK          bool                `json:"ok"`
	Result      any                 `json:"result,omitempty"`
	ErrorCode   int                 `json:"error_code,omitempty"`
	Description string              `json:"description,omitempty"`
	Parameters  *responseParameters `json:"parameters,omitempty"`
}

type responseParameters struct {
	MigrateToChatID int64 `json:"migrate_to_chat_id,omitempty"`
	RetryAfter      int   `json:"retry_after,omitempty"`
}

// serveMethod answers a request to {token}/{method}.
func (s *Server) serveMethod(w http.ResponseWriter, r *http.Request, path string) {
	token, name, _ := strings.Cut(path, "/")
	c, err := readCall(r)
	if errors.Is(err, errTooLarge) {
		answer(w, nil, &apiError{code: 413, text: "Request Entity Too Large"})
		return
	}
	if err != nil {
		answer(w, nil, badRequest("%v", err))
		return
	}
	if token != s.opts.Token {
		answer(w, nil, &apiError{code: 401, text: "Unauthorized"})
		return
	}
	spec, known := s.methods[strings.ToLower(name)]
	if !known || r.Method != http.MethodGet && r.Method != http.MethodPost {
		s.unknownMethod(name)
		answer(w, nil, notFound())
		return
	}
	c.method, c.spec = name, spec
	if s.interfere(w, r, c) {
		return
	}
	result, refusal := s.perform(r, c)
	answer(w, result, refusal)
}

func (s *Server) unknownMethod(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.violate(name, "no such method here")
}

// perform does what a request asks for, and keeps the records.
func (s *Server) perform(r *http.Request, c *call) (any, *apiError) {
	s.mu.Lock()
	if refusal := s.checkParams(c); refusal != nil {
		s.record(c, nil, refusal)
		s.mu.Unlock()
		return nil, refusal
	}
	if c.spec.run == nil { // getUpdates waits, without the mutex
		s.mu.Unlock()
		return s.getUpdates(r.Context(), c)
	}
	defer s.mu.Unlock()
	result, refusal := c.spec.run(s, c)
	s.record(c, result, refusal)
	return result, refusal
}

// checkParams records what is wrong with the parameters; in strict mode an unknown or mistyped one is refused.
// What is missing is left to the method, which has the real server's words for it.
func (s *Server) checkParams(c *call) *apiError {
	var refusal *apiError
	for _, fault := range c.paramFaults() {
		s.violate(c.method, "%s", fault)
		if !s.opts.Lenient && refusal == nil && !strings.HasSuffix(fault, "is missing") {
			refusal = badRequest("%s (refused in strict mode)", fault)
		}
	}
	return refusal
}

func (s *Server) record(c *call, result any, refusal *apiError) {
	if c.spec.sends {
		send := Send{At: s.opts.Wall(), Method: c.method, ChatID: c.integer("chat_id", 0), Code: http.StatusOK}
		if refusal != nil {
			send.Code = refusal.code
		}
		switch m := result.(type) {
		case Message:
			send.MessageID = m.ID
		case messageID:
			send.MessageID = m.ID
		}
		s.sends = append(s.sends, send)
	}
	if refusal != nil && !excusable(refusal) {
		s.violate(c.method, "%s", refusal.text)
	}
}

// excusable reports whether a refusal can happen to any bot, however careful.
func excusable(e *apiError) bool {
	if e.code == 403 || e.migrateTo != 0 {
		return true
	}
	for _, text := range []string{"message is not modified", "query is too old", "message to ", "strict mode"} {
		if strings.Contains(e.text, text) {
			return true
		}
	}
	return false
}

// answer writes what the Bot API answers: the code is in the status and in the body.
func answer(w http.ResponseWriter, result any, refusal *apiError) {
	body, status := response{OK: true, Result: result}, http.StatusOK
	if refusal != nil {
		status = refusal.code
		body = response{ErrorCode: refusal.code, Description: refusal.text}
		if refusal.retryAfter > 0 || refusal.migrateTo != 0 {
			body.Parameters = &responseParameters{RetryAfter: refusal.retryAfter, MigrateToChatID: refusal.migrateTo}
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// A client that is gone does not read its answer; there is nobody to tell.
	_ = json.NewEncoder(w).Encode(body)
}
