package tgsim_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"cartable/internal/tgsim"
)

func TestRefusals(t *testing.T) {
	b := start(t, tgsim.Options{Limits: tgsim.Limits{Off: true}})
	p := b.sara()
	mine := b.ok("sendMessage", args{"chat_id": p.ID(), "text": "first", "reply_markup": inline(args{"text": "x", "callback_data": "x"})})
	withKeys := b.ok("sendMessage", args{"chat_id": p.ID(), "text": "keys", "reply_markup": args{"keyboard": [][]string{{"منو"}}}})
	theirs := p.Messages()[0].ID
	many := make([][]args, 101)
	for i := range many {
		many[i] = []args{{"text": "x", "callback_data": "x"}}
	}
	send := func(extra args) args {
		a := args{"chat_id": p.ID(), "text": "hello"}
		for k, v := range extra {
			a[k] = v
		}
		return a
	}
	cases := []struct {
		name, method string
		args         args
		code         int
		text         string
	}{
		{"unknown method", "sendVoice", args{}, 404, "Not Found"},
		{"empty text", "sendMessage", send(args{"text": ""}), 400, "Bad Request: message text is empty"},
		{"blank text", "sendMessage", send(args{"text": " \n"}), 400, "Bad Request: text must be non-empty"},
		{"long text", "sendMessage", send(args{"text": strings.Repeat("😀", 2049)}), 400, "Bad Request: message is too long"},
		{"long data", "sendMessage", send(args{"reply_markup": inline(args{"text": "x", "callback_data": strings.Repeat("ی", 33)})}), 400, "Bad Request: BUTTON_DATA_INVALID"},
		{"tel button", "sendMessage", send(args{"reply_markup": inline(args{"text": "x", "url": "tel:+989121234567"})}), 400, "Bad Request: inline keyboard button URL 'tel:+989121234567' is invalid: Unsupported URL protocol"},
		{"button without action", "sendMessage", send(args{"reply_markup": inline(args{"text": "x"})}), 400, "Bad Request: text buttons are unallowed in the inline keyboard"},
		{"button with unknown field", "sendMessage", send(args{"reply_markup": inline(args{"text": "x", "callbackdata": "x"})}), 400, "unknown field"},
		{"bad style", "sendMessage", send(args{"reply_markup": inline(args{"text": "x", "callback_data": "x", "style": "green"})}), 400, "invalid button style"},
		{"101 buttons", "sendMessage", send(args{"reply_markup": args{"inline_keyboard": many}}), 400, "Bad Request: reply markup is too long"},
		{"10 KB of markup", "sendMessage", send(args{"reply_markup": inline(args{"text": strings.Repeat("x", 11<<10), "callback_data": "x"})}), 400, "reply markup is too long"},
		{"bad HTML", "sendMessage", send(args{"text": "a <h1>b</h1>", "parse_mode": "HTML"}), 400, "Bad Request: can't parse entities: Unsupported start tag \"h1\" at byte offset 2"},
		{"unknown parse mode", "sendMessage", send(args{"parse_mode": "Markdown"}), 400, "unsupported parse_mode"},
		{"unknown chat", "sendMessage", args{"chat_id": 999, "text": "x"}, 400, "Bad Request: chat not found"},
		{"no chat", "sendMessage", args{"text": "x"}, 400, "Bad Request: chat_id is empty"},
		{"unknown parameter", "sendMessage", send(args{"disable_web_page_preview": true}), 400, `unknown parameter "disable_web_page_preview"`},
		{"wrong type", "sendMessage", send(args{"text": 5}), 400, `parameter "text" must be of type string`},
		{"reply to nothing", "sendMessage", send(args{"reply_parameters": args{"message_id": 999}}), 400, "message to be replied not found"},
		{"not modified", "editMessageText", args{"chat_id": p.ID(), "message_id": mine.ID, "text": "first ", "reply_markup": inline(args{"text": "x", "callback_data": "x"})}, 400, "Bad Request: message is not modified: specified new message content"},
		{"edit of nothing", "editMessageText", args{"chat_id": p.ID(), "message_id": 999, "text": "x"}, 400, "Bad Request: message to edit not found"},
		{"edit of theirs", "editMessageText", args{"chat_id": p.ID(), "message_id": theirs, "text": "x"}, 400, "Bad Request: message can't be edited"},
		{"edit with keyboard", "editMessageText", args{"chat_id": p.ID(), "message_id": withKeys.ID, "text": "x"}, 400, "Bad Request: message can't be edited"},
		{"reply keyboard in edit", "editMessageText", args{"chat_id": p.ID(), "message_id": mine.ID, "text": "x", "reply_markup": args{"remove_keyboard": true}}, 400, "Bad Request: inline keyboard expected"},
		{"delete of nothing", "deleteMessage", args{"chat_id": p.ID(), "message_id": 999}, 400, "Bad Request: message to delete not found"},
		{"answer to nothing", "answerCallbackQuery", args{"callback_query_id": "1"}, 400, "Bad Request: query is too old and response timeout expired or query ID is invalid"},
		{"unknown file", "getFile", args{"file_id": "x"}, 400, "wrong file_id or the file is temporarily unavailable"},
		{"bad command", "setMyCommands", args{"commands": []args{{"command": "Start", "description": "x"}}}, 400, "Bad Request: BOT_COMMAND_INVALID"},
		{"bad reaction", "setMessageReaction", args{"chat_id": p.ID(), "message_id": theirs, "reaction": []args{{"type": "emoji", "emoji": "✅"}}}, 400, "Bad Request: REACTION_INVALID"},
		{"leave a person", "leaveChat", args{"chat_id": p.ID()}, 400, "CHAT_ID_INVALID"},
		{"plain webhook", "setWebhook", args{"url": "http://example.com/x"}, 400, "An HTTPS URL must be provided for webhook"},
		{"bad secret", "setWebhook", args{"url": "https://example.com/x", "secret_token": "a b"}, 400, "secret token contains unallowed characters"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := *b
			b.t = t
			before := len(b.srv.Violations())
			out := b.refused(c.method, c.args, c.code, c.text)
			excusable := strings.Contains(out.Description, "not modified") || strings.Contains(out.Description, "too old") || strings.Contains(out.Description, "message to ")
			if got := len(b.srv.Violations()) > before; got == excusable {
				t.Errorf("violation recorded: %v", got)
			}
		})
	}
	if got := b.srv.Violations(); len(got) == 0 {
		t.Fatal("nothing was recorded")
	}
}

func TestAllowedAtTheLimits(t *testing.T) {
	b := start(t, tgsim.Options{})
	p := b.sara()
	b.ok("sendMessage", args{"chat_id": p.ID(), "text": "<b>" + strings.Repeat("😀", 2048) + "</b>", "parse_mode": "HTML", "reply_markup": inline(
		args{"text": "data", "callback_data": strings.Repeat("ی", 32), "style": "success"},
		args{"text": "copy", "copy_text": args{"text": "09121234567"}},
		args{"text": "link", "url": "https://example.com/x?y=1"},
	)})
	b.srv.CheckClean(t)
}

func TestWrongTokenAndBodies(t *testing.T) {
	b := start(t, tgsim.Options{})
	p := b.sara()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.srv.URL()+"/bot1:wrong/getMe", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := b.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusUnauthorized {
		t.Fatalf("wrong token: %s", answer.Status)
	}

	form := url.Values{"chat_id": {"101"}, "text": {"از فرم"}, "reply_markup": {`{"inline_keyboard":[[{"text":"a","callback_data":"b"}]]}`}}
	if out, err := b.send("sendmessage", "application/x-www-form-urlencoded", strings.NewReader(form.Encode())); err != nil || !out.OK {
		t.Fatal(out, err)
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("document", "مشتریان.csv")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write([]byte("a,b\n")); err != nil {
		t.Fatal(err)
	}
	for k, v := range map[string]string{"chat_id": "101", "caption": "فایل"} {
		if err := w.WriteField(k, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if out, err := b.send("sendDocument", w.FormDataContentType(), &body); err != nil || !out.OK {
		t.Fatal(out, err)
	}
	if m := p.See(t, "از فرم", "a"); m.Rows()[0][0].Data != "b" {
		t.Error("the keyboard is lost")
	}
	m := p.SeeLast(t, "فایل", "مشتریان.csv")
	if out := b.call("getFile", args{"file_id": m.Document.FileID}); !out.OK {
		t.Error(out.Description)
	}
	b.srv.CheckClean(t)
}

func TestBlockedAndOld(t *testing.T) {
	b := start(t, tgsim.Options{})
	p := b.sara()
	m := b.ok("sendMessage", args{"chat_id": p.ID(), "text": "card"})
	p.Block()
	b.refused("sendMessage", args{"chat_id": p.ID(), "text": "x"}, 403, "Forbidden: bot was blocked by the user")
	p.Type("باز آمدم")
	b.ok("sendMessage", args{"chat_id": p.ID(), "text": "welcome"})
	kinds := ""
	for _, u := range b.updates(args{}) {
		if u.MyChatMember != nil {
			kinds += u.MyChatMember.New.Status + " "
		}
	}
	if kinds != "kicked member " {
		t.Errorf("membership updates: %q", kinds)
	}
	b.clock.Advance(49 * time.Hour)
	b.refused("deleteMessage", args{"chat_id": p.ID(), "message_id": m.ID}, 400, "message can't be deleted for everyone")
	b.srv.Person(tgsim.Profile{ID: 555, FirstName: "غریبه"})
	b.refused("sendMessage", args{"chat_id": 555, "text": "x"}, 400, "chat not found")
}

func TestLenientIgnoresUnknownParameters(t *testing.T) {
	b := start(t, tgsim.Options{Lenient: true})
	p := b.sara()
	b.ok("sendMessage", args{"chat_id": p.ID(), "text": "x", "no_such": 1})
	if v := b.srv.Violations(); len(v) != 1 {
		t.Errorf("violations: %v", v)
	}
}

func TestLimits(t *testing.T) {
	now := noon
	b := start(t, tgsim.Options{Wall: func() time.Time { return now }})
	p := b.sara()
	for range 5 {
		b.ok("sendMessage", args{"chat_id": p.ID(), "text": "burst"})
	}
	if out := b.refused("sendMessage", args{"chat_id": p.ID(), "text": "x"}, 429, "Too Many Requests: retry after 1"); out.Parameters.RetryAfter != 1 {
		t.Errorf("retry_after %d", out.Parameters.RetryAfter)
	}
	for range 10 {
		now = now.Add(time.Second)
		b.ok("sendMessage", args{"chat_id": p.ID(), "text": "even"})
	}
	now = now.Add(10 * time.Second)
	for i := range 40 {
		person := b.srv.Person(tgsim.Profile{ID: int64(1000 + i), FirstName: "x"})
		person.Type("hi")
		if i < 30 {
			b.ok("sendMessage", args{"chat_id": person.ID(), "text": "x"})
		} else {
			b.refused("sendMessage", args{"chat_id": person.ID(), "text": "x"}, 429, "retry after 1")
		}
	}
	now = now.Add(10 * time.Second)
	g := b.srv.Group("تیم فروش", p)
	for range 20 {
		now = now.Add(time.Second)
		b.ok("sendMessage", args{"chat_id": g.ID(), "text": "x"})
	}
	b.refused("sendMessage", args{"chat_id": g.ID(), "text": "x"}, 429, "retry after 41")
	if sends := b.srv.Sends(); len(sends) != 5+1+10+40+21 || sends[5].Code != 429 || sends[4].MessageID == 0 {
		t.Errorf("%d sends", len(sends))
	}
}

func TestLimitsAllowEvenPacing(t *testing.T) {
	now := noon
	b := start(t, tgsim.Options{Wall: func() time.Time { return now }})
	for i := range 200 {
		person := b.srv.Person(tgsim.Profile{FirstName: "x"})
		person.Type("hi")
		now = now.Add(time.Second * 10 / 295)
		if out := b.call("sendMessage", args{"chat_id": person.ID(), "text": "x"}); !out.OK {
			t.Fatalf("send %d: %s", i, out.Description)
		}
	}
}
