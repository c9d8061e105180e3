package bot

import (
	"context"
	"errors"
	"strings"

	"cartable/bot/screen"
	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

// handleText answers what somebody typed: a command, a label of the menu, the
// answer to the question that is open, a number, a list, or words to search for.
func (r *request) handleText(ctx context.Context) error {
	if r.up.Command != "" {
		return r.handleCommand(ctx, r.up.Command, r.up.Args)
	}
	if name, ok := r.menuCommand(r.up.Text); ok {
		return r.handleCommand(ctx, name, "")
	}
	open, ok, over, err := r.current(ctx)
	if over || err != nil {
		return err
	}
	if ok {
		return r.typeIntoForm(ctx, open)
	}
	return r.lookUp(ctx, r.up.Text)
}

// menuCommand finds the command behind a label of the menu, in either language,
// since an old keyboard may stand in the chat.
func (r *request) menuCommand(typed string) (string, bool) {
	for _, lang := range []crm.Language{crm.Persian, crm.English} {
		p := r.Catalogue.Printer(lang)
		for _, row := range append(screen.MenuKeys(crm.Staff{}), []string{"menu.staff", "menu.settings", "menu.language"}) {
			for _, key := range row {
				if typed == p.T(key) {
					return strings.TrimPrefix(key, "menu."), true
				}
			}
		}
	}
	return "", false
}

func (r *request) handleCommand(ctx context.Context, name, args string) error {
	switch name {
	case "start", "menu":
		return r.menu(ctx)
	case "cartable":
		return r.cartable(ctx, 0, crm.InboxCursor{})
	case "customers":
		return r.customers(ctx, 0, "", crm.Cursor{})
	case "new":
		if args != "" {
			return r.lookUp(ctx, args)
		}
		return r.begin(ctx, beginning{kind: formCustomer})
	case "find":
		if args != "" {
			return r.lookUp(ctx, args)
		}
		return r.begin(ctx, beginning{kind: formFind})
	case "take_next":
		return r.takeNext(ctx)
	case "staff", "settings", "statuses", "fields", "sources", "business", "config":
		return r.shape(ctx, 0, name)
	case "propose":
		return r.propose(ctx, 0)
	case "proposals":
		return r.proposals(ctx, 0, 0)
	case "me", "duty":
		return r.me(ctx, 0)
	case "cancel":
		return r.cancelOpen(ctx)
	case "language":
		_, err := r.send(ctx, r.reader().Languages())
		return err
	default:
		_, err := r.send(ctx, r.reader().Help())
		return err
	}
}

// lookUp finds customers by what was typed: a whole number, a list of numbers,
// or a part of anything.
func (r *request) lookUp(ctx context.Context, typed string) error {
	phones := persian.FindPhones(typed)
	lines := strings.Count(strings.TrimSpace(typed), "\n") + 1
	switch {
	case len(phones) > 1 || len(phones) == 1 && lines > 3:
		return r.pasted(ctx, typed)
	case len(phones) == 1:
		return r.byPhone(ctx, phones[0].Phone, nameBeside(typed, phones[0]))
	case lines > 3:
		return r.pasted(ctx, typed)
	default:
		return r.search(ctx, typed)
	}
}

// byPhone opens the customer of a number, or offers to add it.
func (r *request) byPhone(ctx context.Context, p persian.Phone, name string) error {
	c, err := r.Domain.FindPhone(ctx, r.dir, r.staff, p)
	if crm.IsKey(err, crm.KeyNoCustomer) {
		if name != "" {
			return r.begin(ctx, beginning{kind: formCustomer, args: map[string]string{"phone": string(p), "name": name}})
		}
		undone := false
		if r.staff.Manages() {
			if undone, err = r.Domain.Undone(ctx, r.staff, p); err != nil {
				return err
			}
		}
		_, err = r.send(ctx, r.reader().Unknown(p, undone))
		return err
	}
	if err != nil {
		return err
	}
	return r.card(ctx, 0, c.ID)
}

// maxSearch bounds what is searched for, in runes.
const maxSearch = 60

func (r *request) search(ctx context.Context, typed string) error {
	typed = view.Clip(persian.Clean(typed), maxSearch)
	if len([]rune(typed)) < 2 {
		_, err := r.send(ctx, view.Message{HTML: r.p.H("find.short"), Reply: r.reader().Menu()})
		return err
	}
	l := screen.List{Text: typed, Search: r.draftID(), First: true}
	if err := r.found(ctx, &l, crm.Cursor{}); err != nil {
		return err
	}
	switch {
	case len(l.Customers) == 1:
		return r.card(ctx, 0, l.Customers[0].ID)
	case len(l.Customers) == 0:
		_, err := r.send(ctx, view.Message{HTML: r.p.H("find.none", "Text", view.Isolate(view.Text(typed))), Reply: r.reader().Menu()})
		return err
	case l.More:
		// Words do not fit a button: they wait in Redis for the next page. Without it
		// the next page says that they are gone; the first one is worth having.
		if err := r.Drafts.SaveList(ctx, l.Search, []string{typed}); err != nil && !errors.Is(err, ErrDraftsAway) {
			return err
		}
	}
	_, err := r.send(ctx, r.reader().Customers(l))
	return err
}

// found fills in the page of a search after a cursor.
func (r *request) found(ctx context.Context, l *screen.List, after crm.Cursor) (err error) {
	l.Customers, err = r.Domain.Customers(ctx, r.dir, r.staff, crm.Filter{Text: l.Text}, after, screen.ListPage+1)
	if l.More = len(l.Customers) > screen.ListPage; l.More {
		l.Customers = l.Customers[:screen.ListPage]
	}
	return err
}

// turnSearch shows another page of a search.
func (r *request) turnSearch(ctx context.Context, search string, after crm.Cursor) error {
	words, err := r.Drafts.LoadList(ctx, search)
	if errors.Is(err, ErrDraftGone) || err == nil && len(words) != 1 {
		return r.inPlace(ctx, view.Message{HTML: r.p.H("find.lost")})
	}
	if err != nil {
		return err
	}
	l := screen.List{Text: words[0], Search: search, First: after.ID == 0}
	if err := r.found(ctx, &l, after); err != nil {
		return err
	}
	return r.inPlace(ctx, r.reader().Customers(l))
}

// handleContact takes a contact that was shared or forwarded.
func (r *request) handleContact(ctx context.Context) error {
	card := r.up.Card
	if card == nil {
		return nil
	}
	open, ok, over, err := r.current(ctx)
	if over || err != nil {
		return err
	}
	if ok && open.Kind != formFind {
		taken, err := r.contactIntoForm(ctx, open, card.Phone)
		if taken || err != nil {
			return err
		}
	}
	p, err := persian.ParsePhone(card.Phone)
	if err != nil {
		return &crm.Error{Code: crm.Invalid, Key: crm.KeyNoPhone}
	}
	return r.byPhone(ctx, p, persian.Clean(card.Name))
}

// handleFile takes an uploaded file: the answer to a question, the configuration, or a
// list in its caption.
func (r *request) handleFile(ctx context.Context) error {
	open, ok, over, err := r.current(ctx)
	if over || err != nil {
		return err
	}
	if ok && r.up.File != nil {
		if taken, err := r.fileIntoForm(ctx, open); taken || err != nil {
			return err
		}
	}
	if r.isConfig() {
		return r.receiveConfig(ctx)
	}
	if r.up.Text != "" {
		return r.lookUp(ctx, r.up.Text)
	}
	_, err = r.send(ctx, view.Message{HTML: r.p.H("file.not_asked")})
	return err
}
