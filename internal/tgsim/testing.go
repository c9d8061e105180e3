package tgsim

import (
	"context"
	"time"
)

// seeTimeout is how long See and its like wait, by the machine's clock.
const seeTimeout = 20 * time.Second

// TB is the part of testing.TB that the helpers need.
type TB interface {
	Helper()
	Context() context.Context
	Fatalf(format string, args ...any)
}

// See waits until some message of the bot shows all these texts (in its text, caption or buttons) and returns the
// newest such. When none comes, the test fails with the transcript of the chat.
func (p *Person) See(t TB, texts ...string) Message {
	t.Helper()
	return p.see(t, "a message", texts, func(v *View) (Message, bool) { return v.Find(texts...) })
}

// SeeLast waits until the newest message of the bot shows all these texts.
func (p *Person) SeeLast(t TB, texts ...string) Message {
	t.Helper()
	return p.see(t, "the last message", texts, func(v *View) (Message, bool) {
		last := v.Last()
		return last, last.ID != 0 && last.Shows(texts...)
	})
}

// SeeToast waits until the answer to a tap shows a text.
func (p *Person) SeeToast(t TB, text string) Toast {
	t.Helper()
	var toast Toast
	p.see(t, "a toast", []string{text}, func(v *View) (Message, bool) {
		for _, toast = range v.Toasts {
			if (Message{Text: toast.Text}).Shows(text) {
				return Message{}, true
			}
		}
		return Message{}, false
	})
	return toast
}

// Press waits until something bears the label and taps it.
func (p *Person) Press(t TB, label string) {
	t.Helper()
	p.see(t, "a button or key", []string{label}, func(*View) (Message, bool) {
		return Message{}, p.Tap(label) == nil
	})
}

// PressOn waits until a message has such a button and taps it.
func (p *Person) PressOn(t TB, messageID int, label string) {
	t.Helper()
	p.see(t, "a button", []string{label}, func(*View) (Message, bool) {
		return Message{}, p.TapOn(messageID, label) == nil
	})
}

// SeeGone waits until no message of the bot shows all these texts any more.
func (p *Person) SeeGone(t TB, texts ...string) {
	t.Helper()
	p.see(t, "the end of a message", texts, func(v *View) (Message, bool) {
		_, found := v.Find(texts...)
		return Message{}, !found
	})
}

// SeeThat waits until their chat is as wanted; what names that for whoever reads the failure.
func (p *Person) SeeThat(t TB, what string, wanted func(*View) bool) {
	t.Helper()
	p.see(t, what, nil, func(v *View) (Message, bool) { return Message{}, wanted(v) })
}

// NoMore fails the test when a message of the bot shows all these texts now. It does not wait: first wait for
// something that can only come after.
func (p *Person) NoMore(t TB, texts ...string) {
	t.Helper()
	if m, found := p.View().Find(texts...); found {
		t.Fatalf("%s should not see %q, but does in #%d\n%s", p.profile.FirstName, texts, m.ID, p.server.Transcript(p.profile.ID))
	}
}

func (p *Person) see(t TB, what string, texts []string, look func(*View) (Message, bool)) Message {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), seeTimeout)
	defer cancel()
	var found Message
	_, err := p.await(ctx, func(v *View) (ok bool) {
		found, ok = look(v)
		return ok
	})
	if err != nil {
		t.Fatalf("%s does not see %s with %q: %v\n%s", p.profile.FirstName, what, texts, err, p.server.Transcript(p.profile.ID))
	}
	return found
}

// See waits until some message of the bot in the group shows all these texts.
func (g *Group) See(t TB, texts ...string) Message {
	t.Helper()
	return g.see(t, "a message", texts, func(v *View) (Message, bool) { return v.Find(texts...) })
}

// SeeGone waits until no message of the bot in the group shows all these texts any more.
func (g *Group) SeeGone(t TB, texts ...string) {
	t.Helper()
	g.see(t, "the end of a message", texts, func(v *View) (Message, bool) {
		_, found := v.Find(texts...)
		return Message{}, !found
	})
}

// SeeThat waits until the group is as wanted.
func (g *Group) SeeThat(t TB, what string, wanted func(*View) bool) {
	t.Helper()
	g.see(t, what, nil, func(v *View) (Message, bool) { return Message{}, wanted(v) })
}

// Press waits until something in the group bears the label and has a member tap it.
func (g *Group) Press(t TB, member *Person, label string) {
	t.Helper()
	g.see(t, "a button", []string{label}, func(*View) (Message, bool) {
		return Message{}, g.Tap(member, label) == nil
	})
}

func (g *Group) see(t TB, what string, texts []string, look func(*View) (Message, bool)) Message {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), seeTimeout)
	defer cancel()
	var found Message
	err := g.Wait(ctx, func(v *View) (ok bool) {
		found, ok = look(v)
		return ok
	})
	if err != nil {
		t.Fatalf("the group does not see %s with %q: %v\n%s", what, texts, err, g.server.Transcript(g.ID()))
	}
	return found
}

// CheckClean fails the test when the bot broke a rule of Telegram.
func (s *Server) CheckClean(t TB) {
	t.Helper()
	if list := s.Violations(); len(list) > 0 {
		t.Fatalf("the bot broke Telegram's rules %d times: %v", len(list), list)
	}
}
