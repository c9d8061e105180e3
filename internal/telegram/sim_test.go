package telegram_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jonboulle/clockwork"

	"cartable/bot/chat"
	"cartable/bot/view"
	"cartable/internal/telegram"
	"cartable/internal/tgsim"
)

// bot is the smallest one there is: it greets with a button, and a tap on the
// button changes the greeting.
type bot struct{ client *telegram.Client }

func (b bot) take(ctx context.Context, batch []telegram.Raw) error {
	for _, raw := range batch {
		u, err := telegram.Decode(raw.JSON)
		if err != nil {
			return err
		}
		if err := b.react(ctx, u); err != nil {
			return err
		}
	}
	return nil
}

func (b bot) react(ctx context.Context, u chat.Update) error {
	switch u.Kind {
	case chat.Text:
		_, err := b.client.Send(ctx, telegram.Reply, u.ChatID, view.Message{
			HTML:    "سلام " + view.Bold(view.Text(u.From.Name)) + ": " + view.Text(u.Text),
			Inline:  view.Keyboard{{{Label: "تغییر", Data: "change", Style: view.Primary}, {Label: "کپی", Copy: "0912"}}},
			ReplyTo: u.Message,
		})
		return err
	case chat.Tap:
		if err := b.client.Edit(ctx, u.ChatID, u.Message, view.Message{HTML: view.Text("تغییر کرد " + u.Data)}); err != nil {
			return err
		}
		return b.client.Answer(ctx, u.Query, "انجام شد", false)
	case chat.Document:
		_, err := b.client.Send(ctx, telegram.Reply, u.ChatID, view.Message{
			HTML: "رسید", Document: &view.File{Name: u.File.Name, Data: []byte("a,b")},
		})
		return err
	}
	return nil
}

// TestWithTheSimulatedTelegram runs the adapter as the program does: over HTTP,
// against a server that knows Telegram's rules.
func TestWithTheSimulatedTelegram(t *testing.T) {
	server := tgsim.New(tgsim.Options{Clock: clockwork.NewRealClock()})
	if err := server.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	client, err := telegram.New(telegram.Config{
		Token: server.Token(), API: server.URL(), Clock: clockwork.NewRealClock(),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- telegram.Poll(ctx, telegram.PollerConfig{Client: client, Store: bot{client}.take})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("Poll returned %v", err)
		}
		client.Close()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})

	ali := server.Person(tgsim.Profile{FirstName: "علی <b>"})
	ali.Type("چطوری؟ & <i>")
	ali.See(t, "سلام علی <b>: چطوری؟ & <i>", "کپی")
	ali.Press(t, "تغییر")
	ali.See(t, "تغییر کرد change")
	ali.SeeToast(t, "انجام شد")
	server.RestartUpdateIDs(10)
	ali.SendFile("لیست.csv", []byte("a"))
	ali.See(t, "رسید")
	server.CheckClean(t)

	_, err = client.Send(t.Context(), telegram.Announce, 987654, view.Message{HTML: "x"})
	if chat.ClassOf(err) != chat.Unreachable {
		t.Errorf("a person who never wrote: got %v", err)
	}
}

func TestPendingCountsWhatNobodyHasConfirmed(t *testing.T) {
	server := tgsim.New(tgsim.Options{Clock: clockwork.NewRealClock()})
	if err := server.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	client, err := telegram.New(telegram.Config{Token: server.Token(), API: server.URL(), Clock: clockwork.NewRealClock()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	ali := server.Person(tgsim.Profile{FirstName: "علی"})
	pending := func(want int) {
		t.Helper()
		if n, err := client.Pending(t.Context()); err != nil || n != want {
			t.Errorf("%d updates wait, %v; want %d", n, err, want)
		}
	}
	pending(0)
	ali.Type("یک")
	ali.Type("دو")
	pending(2)
	batch, err := client.GetUpdates(t.Context(), 0, 100, 0, nil)
	if err != nil || len(batch) != 2 {
		t.Fatalf("%d updates, %v", len(batch), err)
	}
	pending(2)
	if _, err := client.GetUpdates(t.Context(), batch[1].UpdateID, 100, 0, nil); err != nil {
		t.Fatal(err)
	}
	pending(1)
	server.CheckClean(t)
}
