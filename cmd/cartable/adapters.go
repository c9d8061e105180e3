package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"cartable/bot"
	"cartable/bot/chat"
	"cartable/bot/form"
	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/inbox"
	"cartable/internal/outbox"
	"cartable/internal/session"
	"cartable/internal/telegram"
)

// replies is the Telegram client as bot.Messenger.
type replies struct{ *telegram.Client }

func (r replies) Send(ctx context.Context, chatID int64, m view.Message) (int, error) {
	return r.Client.Send(ctx, telegram.Reply, chatID, m)
}

// announcements is the Telegram client as outbox.Sender.
type announcements struct{ *telegram.Client }

func (a announcements) Send(ctx context.Context, chatID int64, m view.Message, left func()) (int, error) {
	return a.Deliver(ctx, telegram.Announce, chatID, m, left)
}

// drafts is the session store as bot.Drafts.
type drafts struct{ *session.Store }

func (d drafts) Load(ctx context.Context, id string) (form.Draft, error) {
	f, err := d.Store.Load(ctx, id)
	return f, drafted(err)
}

func (d drafts) Save(ctx context.Context, f form.Draft) error {
	return drafted(d.Store.Save(ctx, f, f.Revision))
}

func (d drafts) Delete(ctx context.Context, id string) error {
	return drafted(d.Store.Delete(ctx, id))
}

func (d drafts) SaveList(ctx context.Context, id string, lines []string) error {
	return drafted(d.Store.SaveList(ctx, id, lines))
}

func (d drafts) LoadList(ctx context.Context, id string) ([]string, error) {
	lines, err := d.Store.LoadList(ctx, id)
	return lines, drafted(err)
}

func (d drafts) NoteInput(ctx context.Context, key string) error {
	return drafted(d.Store.NoteInput(ctx, key))
}

func (d drafts) KnowsInput(ctx context.Context, key string) (bool, error) {
	known, err := d.Store.KnowsInput(ctx, key)
	return known, drafted(err)
}

func drafted(err error) error {
	switch {
	case errors.Is(err, session.ErrGone):
		return fmt.Errorf("%w: %w", bot.ErrDraftGone, err)
	case errors.Is(err, session.ErrUnavailable):
		return fmt.Errorf("%w: %w", bot.ErrDraftsAway, err)
	default:
		return err
	}
}

// renderer is the conversation as outbox.Renderer.
type renderer struct{ *bot.Bot }

func (r renderer) Notice(ctx context.Context, i outbox.Item) (outbox.Notice, error) {
	w, err := r.Word(ctx, bot.Announcement{Notification: i.Notification, Sent: i.Sent, SentAt: i.SentAt, Withdrawn: i.Withdrawn})
	return outbox.Notice(w), err
}

func (r renderer) Summary(ctx context.Context, items []outbox.Item) (outbox.Notice, error) {
	ns := make([]crm.Notification, len(items))
	for i, it := range items {
		ns[i] = it.Notification
	}
	w, err := r.WordSummary(ctx, ns)
	return outbox.Notice(w), err
}

// received are updates as the inbox takes them.
func received(batch []telegram.Raw) []inbox.Raw {
	out := make([]inbox.Raw, len(batch))
	for i, raw := range batch {
		out[i] = inbox.Raw{UpdateID: raw.UpdateID, ChatID: raw.ChatID, JSON: raw.JSON}
		if raw.Update.Kind != "" {
			out[i].Decoded = raw.Update
		}
	}
	return out
}

// foresee has what handlers read first read with their updates: inbox.Options.Alongside.
func (a *app) foresee(b *pgx.Batch, decoded []any) (give func(context.Context) context.Context) {
	var fs []bot.Foreseen
	var begun []string
	for _, d := range decoded {
		up, _ := d.(chat.Update)
		f := bot.Foresee(up)
		fs = append(fs, f)
		if f.Draft != "" {
			begun = append(begun, f.Draft)
		}
	}
	records, answers := a.store.Foresee(b, fs), a.drafts.Foresee(begun)
	return func(ctx context.Context) context.Context { return answers(records(ctx)) }
}
