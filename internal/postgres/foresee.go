package postgres

import (
	"context"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5"

	"cartable/bot"
	"cartable/internal/crm"
)

// Foresee queues what handlers of updates are going to read first, and the question which state of
// the directory is committed. The contexts that give makes carry the answers, as they are in the
// batch's transaction, until the handler changes something.
func (s *Store) Foresee(b *pgx.Batch, fs []bot.Foreseen) (give func(context.Context) context.Context) {
	read := &foreseen{cards: map[crm.CustomerID]foreseenCard{}, forms: map[int64][]bot.OpenForm{}}
	var cards []crm.CustomerID
	var chats []int64
	events, changes := 0, 0
	for _, f := range fs {
		if f.Events == 0 { // it may change something: what only shows a card reads its events
			changes++
		}
		if f.Card != 0 {
			cards = append(cards, f.Card)
			events = max(events, f.Events)
		}
		if f.Chat != 0 {
			chats = append(chats, f.Chat)
		}
	}
	b.Queue(readAbout, changes).QueryRow(func(row pgx.Row) error {
		return row.Scan(&read.mark, &read.ids.events, &read.ids.reminders)
	})
	if len(chats) > 0 {
		read.queueForms(b, chats)
	}
	if len(cards) > 0 {
		read.queueCards(b, cards, events)
	}
	return func(ctx context.Context) context.Context {
		return context.WithValue(ctx, foresightKey{}, &foresight{read: read, mark: read.mark, own: map[crm.CustomerID]foreseenCard{}})
	}
}

// foreseen is what was read for several handlers.
type foreseen struct {
	mark  int64 // of the directory
	mu    sync.Mutex
	ids   freeIDs // for what is changed
	cards map[crm.CustomerID]foreseenCard
	forms map[int64][]bot.OpenForm // by the chat, those that were parked last first
}

type foreseenCard struct {
	crm.Card
	events int    // so many were asked for
	row    string // see basis
}

// inTheirChats are the forms f in private chats, chat by chat: together they would be looked for among all.
const inTheirChats = ` FROM unnest($1::bigint[]) AS c (chat) CROSS JOIN LATERAL (SELECT * FROM forms
	WHERE staff_id = (SELECT id FROM staff WHERE telegram_id = c.chat) AND chat_id = c.chat ORDER BY touched_at DESC LIMIT 100) f`

// queueForms reads the forms in private chats, and the customers of those that are open.
func (r *foreseen) queueForms(b *pgx.Batch, chats []int64) {
	b.Queue(`SELECT `+formColumns+inTheirChats, chats).Query(func(rows pgx.Rows) error {
		fs, err := pgx.CollectRows(rows, scanForm)
		for _, c := range chats {
			r.forms[c] = nil // known, also where there is none
		}
		for _, f := range fs {
			r.forms[f.ChatID] = append(r.forms[f.ChatID], f)
		}
		return err
	})
	b.Queue(`SELECT c.xmin::text, `+customerColumns+` FROM customers c WHERE c.id = ANY (ARRAY (
		SELECT f.customer_id`+inTheirChats+` WHERE NOT f.parked AND f.customer_id <> 0))`, chats).Query(r.scanCards(0))
}

// queueCards reads customers with their last events.
func (r *foreseen) queueCards(b *pgx.Batch, ids []crm.CustomerID, events int) {
	b.Queue(`SELECT c.xmin::text, `+customerColumns+` FROM customers c WHERE c.id = ANY ($1)`, ids).Query(r.scanCards(events))
	if events == 0 {
		return
	}
	// Those of a customer who is asked for twice would come twice.
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	b.Queue(`SELECT e.* FROM unnest($1::bigint[]) AS c (id) CROSS JOIN LATERAL (`+eventColumns+`
		WHERE e.customer_id = c.id ORDER BY e.id DESC LIMIT $2) e`, ids, events).Query(func(rows pgx.Rows) error {
		es, err := pgx.CollectRows(rows, scanEvent)
		for _, e := range es {
			if c, ok := r.cards[e.Customer]; ok {
				c.Events = append(c.Events, e)
				r.cards[e.Customer] = c
			}
		}
		return err
	})
}

func (r *foreseen) scanCards(events int) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		var row string
		_, err := pgx.CollectRows(rows, func(of pgx.CollectableRow) (c crm.Customer, err error) {
			if c, err = scanCustomerAfter(of, &row); err == nil {
				r.cards[c.ID] = foreseenCard{crm.Card{Customer: c, Events: []crm.Event{}}, events, row}
			}
			return c, err
		})
		return err
	}
}

type foresightKey struct{}

// foresight is what was foreseen for one handler. The nil one knows nothing.
type foresight struct {
	read *foreseen
	mu   sync.Mutex
	mark int64 // 0: asked for already
	over bool  // something was changed
	own  map[crm.CustomerID]foreseenCard
}

func foresightOf(ctx context.Context) *foresight {
	a, _ := ctx.Value(foresightKey{}).(*foresight)
	return a
}

// end forgets what was foreseen, before anything is changed.
func (a *foresight) end() {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.over = true
}

func (a *foresight) holds() bool {
	if a == nil {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return !a.over
}

// takeMark gives the directory's mark, once: what is asked later may have to show what was done meanwhile.
func (a *foresight) takeMark() (mark int64, ok bool) {
	if a == nil {
		return 0, false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	mark, a.mark = a.mark, 0
	return mark, mark != 0
}

// card gives a customer with so many events. Of two handlers one gets it: what it refers to is not shared.
func (a *foresight) card(id crm.CustomerID, events int) (crm.Card, bool) {
	if !a.holds() {
		return crm.Card{}, false
	}
	a.read.mu.Lock()
	defer a.read.mu.Unlock()
	c, ok := a.take(id)
	if !ok || c.events < events {
		return crm.Card{}, false
	}
	c.Events = slices.Clone(c.Events[:min(events, len(c.Events))])
	return c.Card, true
}

// take makes a customer this handler's. What was read is locked.
func (a *foresight) take(id crm.CustomerID) (c foreseenCard, ok bool) {
	if c, ok := a.read.cards[id]; ok {
		a.own[id] = c
		delete(a.read.cards, id)
	}
	c, ok = a.own[id]
	return c, ok
}

// decideOn gives a customer, with the version of their row, and IDs of what is made of them.
func (a *foresight) decideOn(id crm.CustomerID) (c crm.Customer, row string, ids freeIDs, ok bool) {
	a.read.mu.Lock()
	defer a.read.mu.Unlock()
	card, ok := a.take(id)
	free := &a.read.ids
	if !ok || len(free.events) == 0 || len(free.reminders) == 0 {
		return c, "", ids, false
	}
	ids.events, free.events = free.events[:1:1], free.events[1:]
	ids.reminders, free.reminders = free.reminders[:1:1], free.reminders[1:]
	return card.Customer, card.row, ids, true
}

// formOf gives a form by its draft, where it is known.
func (a *foresight) formOf(id string) (f bot.OpenForm, known bool) {
	if !a.holds() {
		return f, false
	}
	a.read.mu.Lock()
	defer a.read.mu.Unlock()
	for _, fs := range a.read.forms {
		if i := slices.IndexFunc(fs, func(f bot.OpenForm) bool { return f.ID == id }); i >= 0 {
			return fs[i], true
		}
	}
	return f, false
}

// form gives the first form in a chat of which is holds; known is false where the chat's are not known.
func (a *foresight) form(staff crm.StaffID, chat int64, is func(bot.OpenForm) bool) (f bot.OpenForm, ok, known bool) {
	if !a.holds() {
		return f, false, false
	}
	a.read.mu.Lock()
	defer a.read.mu.Unlock()
	fs, known := a.read.forms[chat]
	i := slices.IndexFunc(fs, func(f bot.OpenForm) bool { return f.Staff == staff && is(f) })
	if i < 0 {
		return f, false, known
	}
	return fs[i], true, true
}

// CustomerWithEvents implements crm.Reader. It asks for nothing where the context carries the answer.
func (s *Store) CustomerWithEvents(ctx context.Context, id crm.CustomerID, limit int) (crm.Customer, []crm.Event, error) {
	if c, ok := foresightOf(ctx).card(id, limit); ok {
		return c.Customer, c.Events, nil
	}
	return s.reader.CustomerWithEvents(ctx, id, limit)
}
