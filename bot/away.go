package bot

import (
	"cmp"
	"context"

	"cartable/bot/chat"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// Awaits says whether somebody waits for the answer to an update.
func Awaits(up chat.Update) bool {
	switch up.Kind {
	case chat.Tap:
		return true
	case chat.Text, chat.Contact, chat.Document:
		return up.Private && !up.Edited && !up.From.Bot
	default:
		return false
	}
}

// TellAway tells whoever awaits the answer to an update that the database does not
// answer, and that the update is kept. It asks the database nothing.
func (b *Bot) TellAway(ctx context.Context, up chat.Update) error {
	p := b.Catalogue.Printer(b.languageOf(up.From))
	if up.Query != "" {
		return b.Messenger.Answer(ctx, up.Query, view.Clip(p.T("error.database_away_tap"), view.MaxAnswer), true)
	}
	_, err := b.Messenger.Send(ctx, up.ChatID, directed(view.Message{HTML: p.H("error.database_away")}, p.Lang()))
	if chat.ClassOf(err) == chat.Unreachable {
		return nil
	}
	return err
}

// languageOf is what somebody reads, as far as it is known without the database.
func (b *Bot) languageOf(who chat.Person) crm.Language {
	var dir crm.Directory
	if seen := b.seen.Load(); seen != nil {
		dir = *seen
	}
	if s, ok := dir.StaffOf(who.ID); ok {
		return s.Language
	}
	return guessLanguage(who.Language, cmp.Or(dir.Settings.Language, crm.Persian))
}
