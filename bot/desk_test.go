package bot_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"sync"
	"time"

	"cartable/bot"
	"cartable/bot/chat"
	"cartable/bot/form"
	"cartable/bot/text"
	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/crmtest"

	"pgregory.net/rapid"
)

// desks are agents at work on the conversation and the domain as they are, and on
// memory: for properties over thousands of courses.
type desks struct {
	t      *rapid.T
	bot    *bot.Bot
	crm    *crm.Service
	store  *crmtest.Store
	papers *papers
	now    time.Time
	number int    // of updates and commands
	race   func() // what managers do while a status is being saved; nil for nothing
}

// papers are messages, drafts and open forms in memory. Every chat is private.
type papers struct {
	bot.Messenger
	bot.Drafts
	bot.Forms
	mu       sync.Mutex                // of what a tap shows and answers at once
	messages map[int64][]*view.Message // by chat, in the order of their IDs, from 1
	said     []string                  // all that was shown and answered since it was emptied
	answers  int                       // answers to taps since then
	drafts   map[string][]byte
	inputs   []string       // those that ended a form
	open     []bot.OpenForm // the one that was opened last is the last
}

func (p *papers) Send(_ context.Context, chatID int64, m view.Message) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.said = append(p.said, view.Plain(m.HTML))
	p.messages[chatID] = append(p.messages[chatID], &m)
	return len(p.messages[chatID]), nil
}

func (p *papers) Edit(_ context.Context, chatID int64, id int, m view.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if id < 1 || id > len(p.messages[chatID]) {
		return &chat.Error{Method: "edit", Class: chat.Gone}
	}
	p.said = append(p.said, view.Plain(m.HTML))
	*p.messages[chatID][id-1] = m
	return nil
}

func (p *papers) Answer(_ context.Context, _, text string, _ bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers++
	if text != "" {
		p.said = append(p.said, text)
	}
	return nil
}

func (p *papers) Load(_ context.Context, id string) (d form.Draft, err error) {
	b, ok := p.drafts[id]
	if !ok {
		return d, bot.ErrDraftGone
	}
	return d, json.Unmarshal(b, &d)
}

func (p *papers) Save(_ context.Context, d form.Draft) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	b, err := json.Marshal(d)
	p.drafts[d.ID] = b
	return err
}

func (p *papers) Delete(_ context.Context, id string) error {
	delete(p.drafts, id)
	return nil
}

func (p *papers) NoteInput(_ context.Context, key string) error {
	p.inputs = append(p.inputs, key)
	return nil
}

func (p *papers) KnowsInput(_ context.Context, key string) (bool, error) {
	return slices.Contains(p.inputs, key), nil
}

func (p *papers) Hush(context.Context, crm.StaffID) error          { return nil }
func (p *papers) TakeOver(context.Context, crm.StaffID, int) error { return nil }

func (p *papers) Open(ctx context.Context, f bot.OpenForm) error {
	if err := p.Close(ctx, f.ID); err != nil {
		return err
	}
	for i, other := range p.open {
		p.open[i].Parked = other.Parked || other.Staff == f.Staff
	}
	p.open = append(p.open, f)
	return nil
}

func (p *papers) Close(_ context.Context, id string) error {
	p.open = slices.DeleteFunc(p.open, func(f bot.OpenForm) bool { return f.ID == id })
	return nil
}

func (p *papers) find(which func(bot.OpenForm) bool) (bot.OpenForm, bool, error) {
	for _, f := range slices.Backward(p.open) {
		if which(f) {
			return f, true, nil
		}
	}
	return bot.OpenForm{}, false, nil
}

func (p *papers) Current(_ context.Context, staff crm.StaffID, _ int64) (bot.OpenForm, bool, error) {
	return p.find(func(f bot.OpenForm) bool { return f.Staff == staff && !f.Parked })
}

func (p *papers) Parked(_ context.Context, staff crm.StaffID, _ int64) (bot.OpenForm, bool, error) {
	return p.find(func(f bot.OpenForm) bool { return f.Staff == staff && f.Parked })
}

func (p *papers) Find(_ context.Context, id string) (bot.OpenForm, bool, error) {
	return p.find(func(f bot.OpenForm) bool { return f.ID == id })
}

// raced is the domain, whose configuration may change right before a status is set.
type raced struct {
	*crm.Service
	desks *desks
}

func (r raced) SetStatus(ctx context.Context, cmd crm.Command, sc crm.StatusChange) (crm.Outcome, error) {
	if r.desks.race != nil {
		r.desks.race()
	}
	return r.Service.SetStatus(ctx, cmd, sc)
}

// newDesks opens a business of a configuration with two managers and agents, each of whom
// holds the customer of the same number.
func newDesks(t *rapid.T, cat *text.Catalogue, c crm.Config, agents ...crm.StaffID) *desks {
	d := &desks{t: t, now: time.Date(2026, 11, 23, 6, 30, 0, 0, time.UTC),
		papers: &papers{messages: map[int64][]*view.Message{}, drafts: map[string][]byte{}}}
	staff := map[crm.StaffID]crm.Staff{}
	join := func(id crm.StaffID, role crm.Role) {
		staff[id] = crm.Staff{ID: id, TelegramID: int64(id), Role: role, State: crm.Active, Name: "نام" + string(rune('A'+id)), Language: []crm.Language{crm.Persian, crm.English}[id%2]}
	}
	join(1, crm.Owner)
	join(2, crm.Manager)
	for _, id := range agents {
		join(id, crm.Agent)
	}
	d.store = crmtest.NewStore(c, staff)
	for _, id := range agents {
		d.store.PutCustomer(crm.Customer{ID: crm.CustomerID(id), Version: 1, Name: "مشتری", Holder: id, Values: crm.Values{}})
	}
	still := &clock{now: d.now}
	d.crm = crm.NewService(d.store, still, nil)
	d.bot = bot.New(bot.Options{Domain: raced{d.crm, d}, Messenger: d.papers, Drafts: d.papers, Forms: d.papers,
		Catalogue: cat, Clock: still, Log: slog.New(slog.DiscardHandler)})
	return d
}
