package telegram

import (
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cartable/bot/chat"
	"cartable/bot/view"
)

// decoded replaces the parameters that are JSON by what they hold.
func decoded(params map[string]string) map[string]any {
	out := map[string]any{}
	for k, v := range params {
		out[k] = v
		if strings.HasPrefix(v, "{") || strings.HasPrefix(v, "[") {
			var held any
			if json.Unmarshal([]byte(v), &held) == nil {
				out[k] = held
			}
		}
	}
	return out
}

type object = map[string]any

func TestSend(t *testing.T) {
	noPreview := object{"is_disabled": true}
	for name, tt := range map[string]struct {
		message view.Message
		method  string
		params  object
		files   map[string]string
	}{
		"text": {
			view.Message{HTML: "<b>سلام</b>"}, "sendMessage",
			object{"chat_id": "-1001", "text": "<b>سلام</b>", "parse_mode": "HTML", "link_preview_options": noPreview}, nil,
		},
		"silent answer": {
			view.Message{HTML: "x", Silent: true, ReplyTo: 9}, "sendMessage",
			object{
				"chat_id": "-1001", "text": "x", "parse_mode": "HTML", "link_preview_options": noPreview,
				"disable_notification": "true",
				"reply_parameters":     object{"message_id": 9.0, "allow_sending_without_reply": true},
			}, nil,
		},
		"inline buttons": {
			view.Message{HTML: "x", Inline: view.Keyboard{
				{{Label: "Take", Data: "t:1", Style: view.Success}, {Label: "Site", URL: "https://example.com"}},
				{{Label: "Copy", Copy: "09121234567"}},
			}}, "sendMessage",
			object{
				"chat_id": "-1001", "text": "x", "parse_mode": "HTML", "link_preview_options": noPreview,
				"reply_markup": object{"inline_keyboard": []any{
					[]any{
						object{"text": "Take", "callback_data": "t:1", "style": "success"},
						object{"text": "Site", "url": "https://example.com"},
					},
					[]any{object{"text": "Copy", "copy_text": object{"text": "09121234567"}}},
				}},
			}, nil,
		},
		"reply keyboard": {
			view.Message{HTML: "x", Reply: &view.ReplyKeyboard{
				Rows:        [][]view.ReplyButton{{{Label: "Mine"}, {Label: "Number", RequestContact: true}}},
				Placeholder: "type",
			}}, "sendMessage",
			object{
				"chat_id": "-1001", "text": "x", "parse_mode": "HTML", "link_preview_options": noPreview,
				"reply_markup": object{
					"keyboard":        []any{[]any{object{"text": "Mine"}, object{"text": "Number", "request_contact": true}}},
					"resize_keyboard": true, "is_persistent": true, "input_field_placeholder": "type",
				},
			}, nil,
		},
		"reply keyboard for one use": {
			view.Message{HTML: "x", Reply: &view.ReplyKeyboard{Once: true}}, "sendMessage",
			object{
				"chat_id": "-1001", "text": "x", "parse_mode": "HTML", "link_preview_options": noPreview,
				"reply_markup": object{
					"keyboard": []any{}, "resize_keyboard": true, "is_persistent": false, "one_time_keyboard": true,
				},
			}, nil,
		},
		"keyboard taken away": {
			view.Message{HTML: "x", Reply: &view.ReplyKeyboard{Remove: true}}, "sendMessage",
			object{
				"chat_id": "-1001", "text": "x", "parse_mode": "HTML", "link_preview_options": noPreview,
				"reply_markup": object{"remove_keyboard": true},
			}, nil,
		},
		"document": {
			view.Message{HTML: "<i>c</i>", Document: &view.File{Name: "گزارش.xlsx", Data: []byte("PK")}}, "sendDocument",
			object{"chat_id": "-1001", "caption": "<i>c</i>", "parse_mode": "HTML"},
			map[string]string{"document": "گزارش.xlsx: PK"},
		},
		"photo": {
			view.Message{Photo: &view.File{Name: "r.png", Data: []byte("PNG")}}, "sendPhoto",
			object{"chat_id": "-1001", "parse_mode": "HTML"},
			map[string]string{"photo": "r.png: PNG"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, server := newServer(t, func(call) (int, string) { return ok(`{"message_id":42,"chat":{"id":-1001}}`) })
			id, err := c.Send(background(t), Reply, -1001, tt.message)
			if err != nil || id != 42 {
				t.Fatalf("got %d, %v", id, err)
			}
			got := server.last(t)
			if got.Method != tt.method {
				t.Errorf("called %s", got.Method)
			}
			if diff := cmp.Diff(tt.params, decoded(got.Params)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tt.files, got.Files); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatNoMessageCanBe(t *testing.T) {
	c, server := newServer(t, func(call) (int, string) { return ok(`{"message_id":42}`) })
	file, keyboard := &view.File{}, &view.ReplyKeyboard{}
	two := view.Message{Photo: file, Document: file}
	_, both := c.Send(t.Context(), Reply, 1, two)
	_, keyboards := c.Send(t.Context(), Reply, 1, view.Message{Inline: view.Keyboard{{{}}}, Reply: keyboard})
	for name, err := range map[string]error{
		"two files": both, "two keyboards": keyboards,
		"edit with two files":        c.Edit(t.Context(), 1, 2, two),
		"edit with a reply keyboard": c.Edit(t.Context(), 1, 2, view.Message{Reply: keyboard}),
	} {
		if chat.ClassOf(err) != chat.Rejected {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if len(server.calls) != 0 {
		t.Errorf("the server was called: %v", server.calls)
	}
}

func TestEdit(t *testing.T) {
	noPreview := object{"is_disabled": true}
	inline := view.Keyboard{{{Label: "A", Data: "a"}}}
	markup := object{"inline_keyboard": []any{[]any{object{"text": "A", "callback_data": "a"}}}}
	for name, tt := range map[string]struct {
		edit   func(*Client) error
		method string
		params object
		files  map[string]string
	}{
		"text": {
			func(c *Client) error { return c.Edit(t.Context(), 1, 2, view.Message{HTML: "x", Inline: inline}) },
			"editMessageText",
			object{
				"chat_id": "1", "message_id": "2", "text": "x", "parse_mode": "HTML",
				"link_preview_options": noPreview, "reply_markup": markup,
			}, nil,
		},
		"picture": {
			func(c *Client) error {
				return c.Edit(t.Context(), 1, 2, view.Message{HTML: "c", Photo: &view.File{Name: "p", Data: []byte("d")}})
			},
			"editMessageMedia",
			object{"chat_id": "1", "message_id": "2", "media": object{
				"type": "photo", "media": "attach://file", "caption": "c", "parse_mode": "HTML",
			}},
			map[string]string{"file": "p: d"},
		},
		"document": {
			func(c *Client) error {
				return c.Edit(t.Context(), 1, 2, view.Message{Inline: inline, Document: &view.File{Name: "p", Data: []byte("d")}})
			},
			"editMessageMedia",
			object{
				"chat_id": "1", "message_id": "2", "reply_markup": markup,
				"media": object{"type": "document", "media": "attach://file", "parse_mode": "HTML"},
			},
			map[string]string{"file": "p: d"},
		},
		"buttons": {
			func(c *Client) error { return c.EditKeyboard(t.Context(), 1, 2, inline) },
			"editMessageReplyMarkup", object{"chat_id": "1", "message_id": "2", "reply_markup": markup}, nil,
		},
		"no buttons": {
			func(c *Client) error { return c.EditKeyboard(t.Context(), 1, 2, nil) },
			"editMessageReplyMarkup",
			object{"chat_id": "1", "message_id": "2", "reply_markup": object{"inline_keyboard": []any{}}}, nil,
		},
		"deletion": {
			func(c *Client) error { return c.Delete(t.Context(), 1, 2) },
			"deleteMessage", object{"chat_id": "1", "message_id": "2"}, nil,
		},
		"answer to a tap": {
			func(c *Client) error { return c.Answer(t.Context(), "q", strings.Repeat("ب", 300), true) },
			"answerCallbackQuery",
			object{"callback_query_id": "q", "text": strings.Repeat("ب", 199) + "…", "show_alert": "true"}, nil,
		},
		"silent answer to a tap": {
			func(c *Client) error { return c.Answer(t.Context(), "q", "", false) },
			"answerCallbackQuery", object{"callback_query_id": "q"}, nil,
		},
		"commands of a chat": {
			func(c *Client) error {
				return c.SetCommands(t.Context(), 5, "fa", []chat.Command{{Name: "start", Description: "شروع"}})
			},
			"setMyCommands",
			object{
				"commands": []any{object{"command": "start", "description": "شروع"}},
				"scope":    object{"type": "chat", "chat_id": 5.0}, "language_code": "fa",
			}, nil,
		},
		"webhook": {
			func(c *Client) error { return c.SetWebhook(t.Context(), "https://example.com/t/x", "s3cret", nil) },
			"setWebhook",
			// Not "null", which leaves what was allowed before.
			object{"url": "https://example.com/t/x", "secret_token": "s3cret", "allowed_updates": []any{}}, nil,
		},
		"commands of all": {
			func(c *Client) error { return c.SetCommands(t.Context(), 0, "", nil) },
			"setMyCommands", object{"commands": []any{}}, nil,
		},
		"no commands of a chat": {
			func(c *Client) error { return c.DeleteCommands(t.Context(), 5, "en") },
			"deleteMyCommands", object{"scope": object{"type": "chat", "chat_id": 5.0}, "language_code": "en"}, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, server := newServer(t, func(call) (int, string) { return ok(`true`) })
			if err := tt.edit(c); err != nil {
				t.Fatal(err)
			}
			got := server.last(t)
			if got.Method != tt.method {
				t.Errorf("called %s", got.Method)
			}
			if diff := cmp.Diff(tt.params, decoded(got.Params)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tt.files, got.Files); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestRefusals goes through what Telegram answers, for a plain call and for an
// upload, of which the library loses the code.
func TestRefusals(t *testing.T) {
	for name, tt := range map[string]struct {
		code        int
		description string
		parameters  string
		want        chat.Error
	}{
		"blocked": {403, "Forbidden: bot was blocked by the user", "", chat.Error{Class: chat.Unreachable}},
		"kicked":  {403, "Forbidden: bot was kicked from the supergroup chat", "", chat.Error{Class: chat.Unreachable}},
		"no chat": {400, "Bad Request: chat not found", "", chat.Error{Class: chat.Unreachable}},
		"no right": {
			400, "Bad Request: not enough rights to send text messages to the chat", "",
			chat.Error{Class: chat.Unreachable},
		},
		"flood": {
			429, "Too Many Requests: retry after 7", `{"retry_after":7}`,
			chat.Error{Class: chat.TooMany, RetryAfter: 7 * time.Second},
		},
		"flood without a time": {
			429, "Too Many Requests", "", chat.Error{Class: chat.TooMany, RetryAfter: time.Second},
		},
		"supergroup": {
			400, "Bad Request: group chat was upgraded to a supergroup chat", `{"migrate_to_chat_id":-100123}`,
			chat.Error{Class: chat.Migrated, MigratedTo: -100123},
		},
		"token":         {401, "Unauthorized", "", chat.Error{Class: chat.Unauthorized}},
		"unknown token": {404, "Not Found", "", chat.Error{Class: chat.Unauthorized}},
		"server":        {500, "Internal Server Error", "", chat.Error{Class: chat.Unavailable}},
		"conflict":      {409, "Conflict: terminated by other getUpdates request", "", chat.Error{Class: chat.Conflict}},
		"parse":         {400, "Bad Request: can't parse entities", "", chat.Error{Class: chat.Rejected}},
	} {
		for kind, m := range map[string]view.Message{
			"text":   {HTML: "x"},
			"upload": {Document: &view.File{Name: "a", Data: []byte("b")}},
		} {
			t.Run(name+" of a "+kind, func(t *testing.T) {
				c, _ := newServer(t, func(call) (int, string) { return refuse(tt.code, tt.description, tt.parameters) })
				_, err := c.Send(background(t), Reply, 1, m)
				var got *chat.Error
				if !errors.As(err, &got) {
					t.Fatalf("got %v", err)
				}
				want := tt.want
				want.Code, want.Text, want.Method = tt.code, tt.description, got.Method
				if !reflect.DeepEqual(*got, want) {
					t.Errorf("got %+v\nwant %+v", *got, want)
				}
			})
		}
	}
}

// TestARefusalWithStatus200: compatible servers put the code into the body alone.
func TestARefusalWithStatus200(t *testing.T) {
	c, _ := newServer(t, func(call) (int, string) {
		_, body := refuse(403, "Forbidden: bot was blocked by the user", "")
		return http.StatusOK, body
	})
	for name, m := range map[string]view.Message{
		"text": {HTML: "x"}, "upload": {Photo: &view.File{Name: "a", Data: []byte("b")}},
	} {
		if _, err := c.Send(background(t), Reply, 1, m); chat.ClassOf(err) != chat.Unreachable {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestRefusalsThatAreNone(t *testing.T) {
	edit := func(c *Client) error { return c.Edit(t.Context(), 1, 2, view.Message{HTML: "x"}) }
	buttons := func(c *Client) error { return c.EditKeyboard(t.Context(), 1, 2, nil) }
	remove := func(c *Client) error { return c.Delete(t.Context(), 1, 2) }
	tap := func(c *Client) error { return c.Answer(t.Context(), "q", "", false) }
	same := "Bad Request: message is not modified: specified new message content and reply markup are exactly the same"
	for name, tt := range map[string]struct {
		do          func(*Client) error
		description string
		class       chat.ErrorClass
	}{
		"same text":              {edit, same, ""},
		"same buttons":           {buttons, same, ""},
		"edit of nothing":        {edit, "Bad Request: message to edit not found", chat.Gone},
		"edit too late":          {edit, "Bad Request: message can't be edited", chat.Gone},
		"edit of a picture":      {edit, "Bad Request: there is no text in the message to edit", chat.Gone},
		"edit of an odd ID":      {buttons, "Bad Request: MESSAGE_ID_INVALID", chat.Gone},
		"edit of bad markup":     {edit, "Bad Request: can't parse entities: unsupported start tag", chat.Rejected},
		"deleted already":        {remove, "Bad Request: message to delete not found", ""},
		"deletion too late":      {remove, "Bad Request: message can't be deleted for everyone", chat.Rejected},
		"answer too late":        {tap, "Bad Request: query is too old and response timeout expired or query ID is invalid", ""},
		"answer with an odd ID":  {tap, "Bad Request: QUERY_ID_INVALID", ""},
		"answer that is no good": {tap, "Bad Request: MESSAGE_TOO_LONG", chat.Rejected},
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := newServer(t, func(call) (int, string) { return refuse(http.StatusBadRequest, tt.description, "") })
			if err := tt.do(c); chat.ClassOf(err) != tt.class || (err == nil) != (tt.class == "") {
				t.Errorf("got %v, want class %q", err, tt.class)
			}
		})
	}
}

// TestAPauseIsKeptByTheWholeClient: the pacer hears of a 429 wherever it comes.
func TestAPauseIsKeptByTheWholeClient(t *testing.T) {
	c, server := newServer(t, func(call) (int, string) { return refuse(429, "Too Many Requests", `{"retry_after":3600}`) })
	for name, do := range map[int64]func(chatID int64) error{
		1: func(id int64) error { _, err := c.Send(t.Context(), Announce, id, view.Message{HTML: "x"}); return err },
		2: func(id int64) error { return c.Edit(t.Context(), id, 1, view.Message{HTML: "x"}) },
	} {
		c.pace = newPacer(systemClock{}, Limits{}, c.log)
		server.calls = nil
		if err := do(name); chat.ClassOf(err) != chat.TooMany {
			t.Fatalf("%d: got %v", name, err)
		}
		if wait := time.Until(c.Ready(name)); wait < 59*time.Minute {
			t.Errorf("%d: ready after %v", name, wait)
		}
		if err := do(name); chat.ClassOf(err) != chat.TooMany || len(server.calls) != 1 {
			t.Errorf("%d: got %v after %d calls, want a refusal without a call", name, err, len(server.calls))
		}
	}
}
