package tgsim_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"cartable/internal/tgsim"
)

func TestTapsAndToasts(t *testing.T) {
	b := start(t, tgsim.Options{})
	p := b.sara()
	b.ok("sendMessage", args{"chat_id": p.ID(), "text": "old", "reply_markup": inline(args{"text": "✅ ذخیره", "callback_data": "old"})})
	m := b.ok("sendMessage", args{"chat_id": p.ID(), "text": "new", "reply_markup": inline(
		args{"text": "✅ ذخیره و بعدی", "callback_data": "next"}, args{"text": "ذخیره", "callback_data": "save"},
		args{"text": "کپی", "copy_text": args{"text": "09121234567"}}, args{"text": "سایت", "url": "https://example.com"})})
	for _, label := range []string{"ذخیره", "کپی", "سایت"} {
		if err := p.Tap(label); err != nil {
			t.Fatal(err)
		}
	}
	if p.Clipboard() != "09121234567" || len(p.Opened()) != 1 {
		t.Errorf("clipboard %q, opened %v", p.Clipboard(), p.Opened())
	}
	if err := p.Tap("نیست"); err == nil {
		t.Error("tapped what is not there")
	}
	if err := p.TapData(m.ID, "forged"); err != nil {
		t.Error(err)
	}
	list := b.updates(args{})
	if len(list) != 2 || list[0].CallbackQuery.Data != "save" || list[1].CallbackQuery.Data != "forged" {
		t.Fatalf("%+v", list)
	}
	if p.View().Waiting != 2 {
		t.Errorf("%d taps wait", p.View().Waiting)
	}
	b.refused("answerCallbackQuery", args{"callback_query_id": list[0].CallbackQuery.ID, "text": strings.Repeat("x", 201)}, 400, "MESSAGE_TOO_LONG")
	b.ok("answerCallbackQuery", args{"callback_query_id": list[0].CallbackQuery.ID, "text": "ذخیره شد", "show_alert": true})
	if toast := p.SeeToast(t, "ذخیره"); !toast.Alert || toast.Seq != 1 {
		t.Errorf("%+v", toast)
	}
	b.refused("answerCallbackQuery", args{"callback_query_id": list[0].CallbackQuery.ID}, 400, "query is too old")
	b.clock.Advance(151 * time.Second)
	b.refused("answerCallbackQuery", args{"callback_query_id": list[1].CallbackQuery.ID}, 400, "query is too old")
	taps := b.srv.Inputs()[1:] // after the start
	if len(taps) != 2 || taps[0].Answer != "ذخیره شد" || !taps[0].Alert || taps[0].Answered.IsZero() || taps[0].PersonID != p.ID() ||
		taps[1].Data != "forged" || taps[1].Message != m.ID || !taps[1].Answered.IsZero() {
		t.Errorf("taps %+v", taps)
	}
}

func TestReplyKeyboardAndContacts(t *testing.T) {
	b := start(t, tgsim.Options{})
	p := b.sara()
	b.ok("sendMessage", args{"chat_id": p.ID(), "text": "menu", "reply_markup": args{"is_persistent": true, "resize_keyboard": true,
		"keyboard": [][]any{{"📥 کارتابل من", args{"text": "ارسال شماره", "request_contact": true}}}}})
	if labels := p.ReplyKeyboard().Labels(); len(labels) != 2 {
		t.Fatal(labels)
	}
	p.Press(t, "کارتابل")
	p.Press(t, "ارسال شماره")
	p.SendContact("+98 912 000 0000", "علی")
	p.ForwardContact(nil, "09120000001", "رضا")
	list := b.updates(args{})
	if len(list) != 4 || list[0].Message.Text != "📥 کارتابل من" || list[1].Message.Contact.UserID != p.ID() ||
		list[2].Message.Contact.UserID != 0 || list[3].Message.ForwardOrigin.Type != "hidden_user" {
		t.Fatalf("%+v", list)
	}
	b.ok("sendMessage", args{"chat_id": p.ID(), "text": "name?", "reply_markup": args{"force_reply": true, "input_field_placeholder": "نام"}})
	if !p.View().ForceReply || p.ReplyKeyboard() == nil {
		t.Error("force reply replaced the keyboard, or did not show")
	}
	b.ok("sendMessage", args{"chat_id": p.ID(), "text": "bye", "reply_markup": args{"remove_keyboard": true}})
	if p.ReplyKeyboard() != nil {
		t.Error("the keyboard is still there")
	}
}

func TestStartPayloads(t *testing.T) {
	b := start(t, tgsim.Options{})
	p := b.srv.Person(tgsim.Profile{FirstName: "سارا"})
	if err := p.OpenLink("https://t.me/CartableBot?start=inv_a-1"); err != nil {
		t.Error(err)
	}
	list := b.updates(args{})
	if len(list) != 1 || list[0].Message.Text != "/start inv_a-1" || list[0].Message.Entities[0].Type != "bot_command" {
		t.Fatalf("%+v", list)
	}
	for _, bad := range []string{"a b", "سلام", strings.Repeat("x", 65)} {
		if err := p.Start(bad); err == nil {
			t.Errorf("payload %q was taken", bad)
		}
	}
}

func TestLongTextIsSplitBetweenCharacters(t *testing.T) {
	b := start(t, tgsim.Options{})
	p := b.srv.Person(tgsim.Profile{FirstName: "سارا"})
	p.Type("x" + strings.Repeat("😀", 2048))
	m := p.Messages()
	if len(m) != 2 || m[1].Text != "😀" || strings.ContainsRune(m[0].Text, '\uFFFD') {
		t.Errorf("%d messages, the last %q", len(m), m[len(m)-1].Text)
	}
}

func TestCommandsFollowLanguageAndScope(t *testing.T) {
	b := start(t, tgsim.Options{})
	p := b.sara()
	en := b.srv.Person(tgsim.Profile{FirstName: "Sam", LanguageCode: "en"})
	list := func(name string) []args { return []args{{"command": name, "description": "x"}} }
	b.ok("setMyCommands", args{"commands": list("all")})
	b.ok("setMyCommands", args{"commands": list("fa"), "language_code": "fa"})
	if p.Commands()[0].Command != "fa" || en.Commands()[0].Command != "all" {
		t.Error(p.Commands(), en.Commands())
	}
	b.ok("setMyCommands", args{"commands": list("chat"), "scope": args{"type": "chat", "chat_id": p.ID()}})
	if p.Commands()[0].Command != "chat" {
		t.Error(p.Commands())
	}
	b.ok("deleteMyCommands", args{"scope": args{"type": "chat", "chat_id": p.ID()}})
	if p.Commands()[0].Command != "fa" {
		t.Error(p.Commands())
	}
}

func TestEditsAndReactions(t *testing.T) {
	b := start(t, tgsim.Options{})
	p := b.sara()
	m := b.ok("sendMessage", args{"chat_id": p.ID(), "text": "یک", "reply_markup": inline(args{"text": "x", "callback_data": "x"})})
	b.ok("editMessageText", args{"chat_id": p.ID(), "message_id": m.ID, "text": "<b>دو</b>", "parse_mode": "HTML"})
	if got := p.SeeLast(t, "دو"); got.HTML() != "<b>دو</b>" || got.Rows() != nil || got.EditDate == 0 {
		t.Errorf("%+v", got)
	}
	b.ok("setMessageReaction", args{"chat_id": p.ID(), "message_id": p.Messages()[0].ID, "reaction": []args{{"type": "emoji", "emoji": "👍"}}})
	if p.Messages()[0].Reaction != "👍" {
		t.Error("no reaction")
	}
	b.ok("deleteMessage", args{"chat_id": p.ID(), "message_id": m.ID})
	p.SeeGone(t, "دو")
	own := p.Messages()[0].ID
	if err := p.EditMessage(own, "/start again"); err != nil {
		t.Error(err)
	}
	if list := b.updates(args{}); len(list) != 1 || list[0].EditedMessage.Text != "/start again" {
		t.Errorf("%+v", list)
	}
	transcript := b.srv.Transcript(p.ID())
	for _, want := range []string{"سارا", "یک", "[ x ]", "edits", "deletes", "reacted 👍"} {
		if !strings.Contains(transcript, want) {
			t.Errorf("transcript lacks %q:\n%s", want, transcript)
		}
	}
}

// failed is a test that notes its failure.
type failed struct {
	*testing.T
	ctx  context.Context
	text string
}

func (f *failed) Context() context.Context { return f.ctx }

func (f *failed) Fatalf(format string, values ...any) { f.text = fmt.Sprintf(format, values...) }

func TestSeeWaitsAndFailsWithTheTranscript(t *testing.T) {
	b := start(t, tgsim.Options{})
	p := b.sara()
	var sending sync.WaitGroup
	sending.Go(func() {
		for i := range 3 {
			if _, err := b.try("sendMessage", args{"chat_id": p.ID(), "text": fmt.Sprint("پیام ", i)}); err != nil {
				t.Error(err)
			}
		}
	})
	p.SeeLast(t, "پیام 2")
	sending.Wait()
	p.NoMore(t, "پیام 3")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f := &failed{T: t, ctx: ctx}
	p.See(f, "هرگز")
	if !strings.Contains(f.text, "هرگز") || !strings.Contains(f.text, "پیام 1") {
		t.Errorf("failure says %q", f.text)
	}
	if err := p.Wait(ctx, func(*tgsim.View) bool { return false }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestGroupPrivacy(t *testing.T) {
	b := start(t, tgsim.Options{})
	p := b.sara()
	g := b.srv.Group("تیم فروش", p)
	g.Say(p, "سلام")
	g.Say(p, "/report")
	g.Say(p, "/report@otherbot")
	g.Say(p, "چه خبر @cartablebot")
	b.ok("sendMessage", args{"chat_id": g.ID(), "text": "card", "reply_markup": inline(args{"text": "بگیر", "callback_data": "take"})})
	if err := g.Tap(p, "بگیر"); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, u := range b.updates(args{}) {
		switch {
		case u.Message != nil:
			got = append(got, u.Message.Text)
		case u.CallbackQuery != nil:
			got = append(got, u.CallbackQuery.Data)
		}
	}
	if fmt.Sprint(got) != "[/report چه خبر @cartablebot take]" {
		t.Errorf("the bot heard %q", got)
	}
}
