package tgsim_test

import (
	"context"
	"testing"

	"cartable/internal/tgsim"
)

// What answers an input is the next message, or a change of the message that was tapped on.
func TestInputs(t *testing.T) {
	b := start(t, tgsim.Options{})
	p := b.sara()
	from := len(b.srv.Inputs())
	first := b.ok("sendMessage", args{"chat_id": p.ID(), "text": "one", "reply_markup": inline(args{"text": "go", "callback_data": "go"})})
	p.Type("typed")
	b.ok("editMessageText", args{"chat_id": p.ID(), "message_id": first.ID, "text": "closed"})
	if in := p.View().Input; in.Tap || in.Done() || in.PersonID != p.ID() || in.ChatID != p.ID() {
		t.Errorf("a change of an old message answers what was typed: %+v", in)
	}
	second := b.ok("sendMessage", args{"chat_id": p.ID(), "text": "two", "reply_markup": inline(args{"text": "go", "callback_data": "go"})})
	if in := p.View().Input; !in.Done() || in.Took() < 0 {
		t.Errorf("not shown: %+v", in)
	}
	if err := p.TapOn(second.ID, "go"); err != nil {
		t.Fatal(err)
	}
	b.ok("editMessageText", args{"chat_id": p.ID(), "message_id": first.ID, "text": "closed again"})
	if in := p.View().Input; !in.Shown.IsZero() {
		t.Errorf("a change of another message shows a tap's result: %+v", in)
	}
	b.ok("editMessageText", args{"chat_id": p.ID(), "message_id": second.ID, "text": "three"})
	if in := p.View().Input; in.Shown.IsZero() || in.Done() {
		t.Errorf("the tap is shown and not yet answered, but %+v", in)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.srv.WaitSeen(ended, from, 2); err == nil {
		t.Error("did not wait for the tap's answer")
	}
	list := b.updates(args{})
	b.ok("answerCallbackQuery", args{"callback_query_id": list[len(list)-1].CallbackQuery.ID})
	all, err := b.srv.WaitSeen(t.Context(), from, 2)
	if err != nil || all[0].Tap || !all[1].Tap || !all[1].Seen() || all[1].Saw() < all[1].Took() {
		t.Errorf("%+v, %v", all, err)
	}
}
