package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"cartable/bot/chat"
	"cartable/bot/form"
	"cartable/bot/screen"
	"cartable/bot/text"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// ErrDraftGone is what Drafts answer for a draft that is not there any more.
var ErrDraftGone = errors.New("draft is gone")

// ErrDraftsAway is what Drafts answer while their store cannot be reached.
var ErrDraftsAway = errors.New("drafts cannot be reached")

// Options are what a Bot needs.
type Options struct {
	Domain    Domain
	Messenger Messenger
	Drafts    Drafts
	Forms     Forms
	Catalogue *text.Catalogue
	Clock     crm.Clock
	Log       *slog.Logger
	Username  string // of the bot, for links
	PublicURL string // where hosted forms are; "" when the outside does not reach it
	// FormEnded counts forms by how they ended: saved, cancelled, lost. Optional. Those
	// that expire, untouched, are counted where they are forgotten.
	FormEnded func(how string)
}

// Bot is the conversation. It is safe for concurrent use.
type Bot struct {
	Options

	seen atomic.Pointer[crm.Directory] // as it was last, for when the database does not answer
}

// New returns a conversation.
func New(o Options) *Bot {
	if o.FormEnded == nil {
		o.FormEnded = func(string) {}
	}
	return &Bot{Options: o}
}

// request is one update on its way: who sent it, and what they may refer to.
type request struct {
	*Bot
	up    chat.Update
	staff crm.Staff
	dir   crm.Directory
	p     text.Printer
	now   time.Time                     // in the business's zone
	last  []func(context.Context) error // see atLast
	rest  []func(context.Context) error // see afterwards
}

// atLast has something shown when all else of an update is done: where a tap is handled, beside its
// answer, so that nobody waits for the one and then for the other. Only Telegram can refuse it.
func (r *request) atLast(ctx context.Context, show func(context.Context) error) error {
	if r.up.Kind != chat.Tap {
		return show(ctx)
	}
	r.last = append(r.last, show)
	return nil
}

// afterwards has something done that nobody waits for: where a tap is handled, once it is
// answered. Where the program ends before, the update is handled again.
func (r *request) afterwards(ctx context.Context, do func(context.Context) error) error {
	if r.up.Kind != chat.Tap {
		return do(ctx)
	}
	r.rest = append(r.rest, do)
	return nil
}

// Handle answers one update. An error means that it was not answered and should
// be tried again; people's mistakes and refusals are answers.
func (b *Bot) Handle(ctx context.Context, up chat.Update) error {
	if !up.Private {
		return b.handleGroup(ctx, up)
	}
	if up.From.Bot || up.Edited || up.From.ID == 0 {
		return nil // corrections of old messages are not listened to
	}
	r, err := b.request(ctx, up)
	if err != nil {
		return err
	}
	if err := r.backAgain(ctx); err != nil {
		return err
	}
	if up.Kind == chat.Tap {
		return r.handleTap(ctx)
	}
	err = r.dispatch(ctx)
	return r.explain(ctx, err)
}

func (b *Bot) request(ctx context.Context, up chat.Update) (*request, error) {
	dir, err := b.Domain.Directory(ctx)
	if err != nil {
		return nil, err
	}
	b.seen.Store(&dir)
	staff, _ := dir.StaffOf(up.From.ID) // else a stranger
	lang := staff.Language
	if staff.ID == 0 {
		lang = guessLanguage(up.From.Language, dir.Settings.Language)
	}
	return &request{Bot: b, up: up, staff: staff, dir: dir, p: b.Catalogue.Printer(lang),
		now: b.Clock.Now().In(dir.Settings.Location())}, nil
}

// backAgain notes that somebody who counts as unreachable is there: they write or tap.
func (r *request) backAgain(ctx context.Context) error {
	if !r.staff.Active() || !r.staff.Unreachable || r.up.Kind == chat.Blocked || r.up.Kind == chat.Returned {
		return nil
	}
	// Not the key of the update itself, under which it does what it says.
	cmd := crm.Command{Actor: r.staff.ID, Key: fmt.Sprintf("back:%d:%d", r.up.ID, r.up.At.Unix())}
	r.staff.Unreachable = false
	return r.Domain.Reachable(ctx, cmd, r.staff.ID, true)
}

func guessLanguage(client string, business crm.Language) crm.Language {
	if len(client) >= 2 && client[:2] == string(crm.English) {
		return crm.English
	}
	if len(client) >= 2 && client[:2] == string(crm.Persian) {
		return crm.Persian
	}
	return business
}

// dispatch sends an update that is no tap to where it belongs.
func (r *request) dispatch(ctx context.Context) error {
	if r.up.Kind == chat.Text && r.up.Command == "start" && r.up.Args != "" {
		return r.join(ctx)
	}
	if !r.staff.Active() {
		return r.stranger(ctx)
	}
	switch r.up.Kind {
	case chat.Text:
		return r.handleText(ctx)
	case chat.Contact:
		return r.handleContact(ctx)
	case chat.Document:
		return r.handleFile(ctx)
	case chat.Blocked:
		return r.Domain.Reachable(ctx, r.command(), r.staff.ID, false)
	case chat.Returned:
		return r.Domain.Reachable(ctx, r.command(), r.staff.ID, true)
	default:
		return nil
	}
}

// stranger answers whoever is not staff, or not any more.
func (r *request) stranger(ctx context.Context) error {
	if r.staff.ID != 0 {
		r.Log.Warn("refused: not active", "staff", r.staff.ID, "state", r.staff.State)
	}
	if r.up.Kind == chat.Blocked || r.up.Kind == chat.Returned {
		return nil
	}
	_, err := r.send(ctx, r.reader().Stranger())
	return err
}

// command is the idempotency key of what a message or a tap does.
func (r *request) command() crm.Command {
	return r.keyed(fmt.Sprintf("m:%d:%d:%s", r.up.ChatID, r.up.Message, r.up.Kind))
}

func (r *request) keyed(key string) crm.Command {
	if r.up.Query != "" {
		key = "q:" + r.up.Query
	}
	switch r.up.Kind {
	case chat.Blocked, chat.Returned, chat.Added, chat.Removed:
		key = fmt.Sprintf("u:%d:%d", r.up.ID, r.up.At.Unix())
	}
	return crm.Command{Actor: r.staff.ID, Key: key}
}

func (r *request) reader() screen.Reader {
	return screen.Reader{Staff: r.staff, Dir: r.dir, P: r.p, Now: r.now}
}

func (r *request) env() form.Env {
	return form.Env{Printer: r.p, Now: r.now, Zone: r.now.Location()}
}

func (r *request) send(ctx context.Context, m view.Message) (int, error) {
	return r.Messenger.Send(ctx, r.up.ChatID, directed(m, r.p.Lang()))
}

// directed gives a message's lines the direction of its reader's language.
func directed(m view.Message, lang crm.Language) view.Message {
	m.HTML = view.Directed(m.HTML, lang == crm.Persian)
	return m
}

// show puts m in place of a message, or below when there is none or it is gone.
// It returns the message that shows m now.
func (r *request) show(ctx context.Context, message int, m view.Message) (int, error) {
	if message == 0 {
		return r.send(ctx, m)
	}
	err := r.Messenger.Edit(ctx, r.up.ChatID, message, directed(m, r.p.Lang()))
	if chat.ClassOf(err) == chat.Gone {
		return r.send(ctx, m)
	}
	return message, err
}

// place shows m like show, but in place of a message it does so at last.
func (r *request) place(ctx context.Context, message int, m view.Message) error {
	if message == 0 {
		_, err := r.send(ctx, m) // in its turn, above what is sent after it
		return err
	}
	return r.atLast(ctx, func(ctx context.Context) error {
		_, err := r.show(ctx, message, m)
		return err
	})
}

// explain turns an error for people into an answer. Messages that cannot be
// delivered to a person who blocked the bot are nobody's fault. What remains is
// logged with an ID that the person is shown.
func (r *request) explain(ctx context.Context, err error) error {
	if err == nil || chat.ClassOf(err) == chat.Unreachable {
		return nil
	}
	words, known := r.words(err)
	if !known {
		return err
	}
	_, err = r.send(ctx, view.Message{HTML: view.Text(words)})
	return err
}

// words are what a person is told of an error; known is false for faults.
func (r *request) words(err error) (words string, known bool) {
	if errors.Is(err, ErrDraftsAway) {
		return r.p.T("error.forms_away"), true
	}
	var e *crm.Error
	if !errors.As(err, &e) {
		return "", false
	}
	if e.Code == crm.Forbidden {
		r.Log.Warn("refused", "key", e.Key, "staff", r.staff.ID, "customer", e.Customer)
	}
	field := view.Clip(e.Title.In(r.p.Lang()), 40)
	switch {
	case e.FieldID != 0:
		field = r.fieldTitle(e.FieldID)
	case e.Field != "":
		field = r.p.T("field." + e.Field)
	}
	holder := r.p.T("card.nobody")
	if e.Staff != 0 || e.Key == crm.KeyConfigConflict { // the program's command line publishes too
		holder = r.reader().StaffName(e.Staff)
	}
	return r.p.T("error."+e.Key, "Name", holder, "Field", field), true
}

func (r *request) fieldTitle(id crm.FieldID) string {
	if f, ok := r.dir.Field(id); ok {
		return f.Title.In(r.p.Lang())
	}
	for _, s := range r.dir.Statuses {
		if f, ok := s.AnyField(id); ok {
			return f.Title.In(r.p.Lang())
		}
	}
	return ""
}

// Apologise tells a person that something is broken, with the ID under which it
// was logged. It is for updates that failed for good.
func (b *Bot) Apologise(ctx context.Context, up chat.Update, id string) error {
	if !up.Private && up.Query == "" {
		return nil // nobody in a group waits for an answer, but to a tap
	}
	r, err := b.request(ctx, up)
	if err != nil {
		return err
	}
	if up.Query != "" {
		return b.Messenger.Answer(ctx, up.Query, view.Clip(r.p.T("error.fault", "ID", id), view.MaxAnswer), true)
	}
	_, err = r.send(ctx, view.Message{HTML: r.p.H("error.fault", "ID", id)})
	return err
}
