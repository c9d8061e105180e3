package bot_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"

	"cartable/bot"
	"cartable/bot/chat"
	"cartable/bot/form"
	"cartable/bot/text"
	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/inbox"
	"cartable/internal/outbox"
	"cartable/internal/persian"
	"cartable/internal/pgtest"
	"cartable/internal/postgres"
	"cartable/internal/redistest"
	"cartable/internal/session"
	"cartable/internal/telegram"
	"cartable/internal/tgsim"
)

// office is a business at work: the whole program but for its command line, on a
// database and a Redis of its own, and people who type and tap.
type office struct {
	t     *testing.T
	clock *clock
	sim   *tgsim.Server
	pool  *pgxpool.Pool
	redis *redis.Client
	crm   *crm.Service
	cat   *text.Catalogue
	keys  int
	logs  *logs
	talk  *bot.Bot

	owner  *tgsim.Person
	agents []*tgsim.Person
}

// clock stands still until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// logs keeps what was logged.
type logs struct {
	mu   sync.Mutex
	text []byte
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, p...)
	return len(p), nil
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text)
}

// drafts is the session store as the conversation wants it.
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
	l, err := d.Store.LoadList(ctx, id)
	return l, drafted(err)
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

// lane is the Telegram client in one lane.
type lane struct {
	*telegram.Client
	lane telegram.Lane
}

func (l lane) Send(ctx context.Context, chatID int64, m view.Message) (int, error) {
	return l.Client.Send(ctx, l.lane, chatID, m)
}

// renderer words notifications by the conversation.
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

// newOffice opens a business with an owner and agents; the languages are those of
// the agents, in order.
func newOffice(t *testing.T, languages ...string) *office {
	t.Helper()
	// A Monday, 10:00 in Tehran: 2 Azar 1405.
	c := &clock{now: time.Date(2026, 11, 23, 6, 30, 0, 0, time.UTC)}
	o := &office{t: t, clock: c, logs: &logs{}, sim: tgsim.New(tgsim.Options{Clock: c, Wall: time.Now, Limits: tgsim.Limits{Off: true}})}
	if err := o.sim.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.sim.Close() })
	pool, err := postgres.Open(t.Context(), pgtest.URL(t), "public")
	must(t, err)
	t.Cleanup(pool.Close)
	o.pool = pool
	opts, err := session.Options(redistest.URL(t))
	must(t, err)
	o.redis = redis.NewClient(opts)
	t.Cleanup(func() { _ = o.redis.Close() })
	o.cat, err = text.Load()
	must(t, err)
	o.run()
	o.hire(languages)
	return o
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// run starts the program's parts and ends them with the test.
func (o *office) run() {
	log := slog.New(slog.NewJSONHandler(o.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	client, err := telegram.New(telegram.Config{Token: o.sim.Token(), API: o.sim.URL(), Clock: wall{}, Log: log,
		Limits: telegram.Limits{PerSecond: 5000, ChatEvery: time.Microsecond, ChatBurst: 1000, GroupPerMinute: 10000}})
	must(o.t, err)
	begun := session.New(o.redis, "test", 24*time.Hour)
	var out *outbox.Outbox
	o.crm = crm.NewService(postgres.NewStore(o.pool), o.clock, func() { out.Wake() })
	b := bot.New(bot.Options{Domain: o.crm, Messenger: lane{client, telegram.Reply}, Forms: postgres.NewForms(o.pool),
		Drafts:    drafts{begun},
		Catalogue: o.cat, Clock: o.clock, Log: log, Username: o.sim.Bot().Username, PublicURL: "https://example.com"})
	o.talk = b
	out = outbox.New(o.pool, outbox.Options{Clock: o.clock, Log: log, Sender: announcer{lane{client, telegram.Announce}, o.clock}, Renderer: renderer{b}, Domain: o.crm})
	in := inbox.New(o.pool, inbox.Options{Clock: o.clock, Log: log, Alongside: foresee(postgres.NewStore(o.pool), begun), Handle: func(ctx context.Context, raw inbox.Raw) error {
		up, err := telegram.Decode(raw.JSON)
		if err != nil {
			return err
		}
		if raw.Decoded != nil && !reflect.DeepEqual(raw.Decoded, up) {
			o.t.Errorf("update %d was given as what another was decoded to", raw.UpdateID)
		}
		return b.Handle(ctx, up)
	}})
	store := func(ctx context.Context, raws []telegram.Raw) error {
		batch := make([]inbox.Raw, len(raws))
		for i, r := range raws {
			batch[i] = inbox.Raw{UpdateID: r.UpdateID, ChatID: r.ChatID, JSON: r.JSON, Decoded: r.Update}
		}
		return in.Store(ctx, batch)
	}
	ctx, stop := context.WithCancel(context.Background())
	var parts sync.WaitGroup
	for _, part := range []func(context.Context) error{
		in.Run, out.Run,
		func(ctx context.Context) error {
			return telegram.Poll(ctx, telegram.PollerConfig{Client: client, Store: store, Allowed: telegram.AllowedUpdates(), Timeout: 20 * time.Second, Log: log})
		},
	} {
		parts.Go(func() { _ = part(ctx) })
	}
	o.t.Cleanup(func() { stop(); parts.Wait(); client.Close(); o.mustShare() })
}

// foresee has what handlers read first read with their updates.
func foresee(store *postgres.Store, begun *session.Store) func(*pgx.Batch, []any) func(context.Context) context.Context {
	return func(b *pgx.Batch, decoded []any) func(context.Context) context.Context {
		var fs []bot.Foreseen
		var ids []string
		for _, d := range decoded {
			f := bot.Foresee(d.(chat.Update))
			if fs = append(fs, f); f.Draft != "" {
				ids = append(ids, f.Draft)
			}
		}
		records, answers := store.Foresee(b, fs), begun.Foresee(ids)
		return func(ctx context.Context) context.Context { return answers(records(ctx)) }
	}
}

// mustShare checks that nobody changed the directory that all readers share.
func (o *office) mustShare() {
	shared, err := o.crm.Directory(context.Background())
	if err != nil {
		return // there are tests that leave no database behind
	}
	fresh, err := postgres.NewStore(o.pool).Directory(context.Background())
	if d := cmp.Diff(fresh, shared); err != nil || d != "" {
		o.t.Errorf("the directory that all share, %v (-fresh +shared):\n%s", err, d)
	}
}

// announcer answers Ready in the office's clock, which stands still: always now.
type announcer struct {
	lane
	clock *clock
}

func (a announcer) Ready(int64) time.Time { return a.clock.Now() }

func (a announcer) Send(ctx context.Context, chatID int64, m view.Message, left func()) (int, error) {
	return a.Deliver(ctx, a.lane.lane, chatID, m, left)
}

// wall is the machine's clock, for pacing.
type wall struct{}

func (wall) Now() time.Time { return time.Now() }

// hire brings the owner and the agents in, through their links.
func (o *office) hire(languages []string) {
	o.t.Helper()
	invite, err := o.crm.NewInvite(o.t.Context(), crm.Command{Key: "owner link"}, crm.Owner, crm.InviteLife)
	must(o.t, err)
	o.owner = o.sim.Person(tgsim.Profile{FirstName: "مریم", LanguageCode: "fa"})
	must(o.t, o.owner.Start(invite.Token))
	welcomed(o.t, o.owner)
	names := map[string][]string{"fa": {"سارا", "امید", "نیلوفر", "رضا", "مینا"}, "en": {"Sara", "Omid", "Niloofar", "Reza", "Mina"}}
	for i, lang := range languages {
		p := o.sim.Person(tgsim.Profile{FirstName: names[lang][i], LanguageCode: lang})
		o.join(p, crm.Agent)
		o.agents = append(o.agents, p)
	}
}

// welcomed waits until somebody has the menu.
func welcomed(t *testing.T, p *tgsim.Person) {
	t.Helper()
	p.SeeThat(t, "the menu", func(v *tgsim.View) bool { return v.Keyboard != nil })
}

// join brings somebody in by an invite of the owner.
func (o *office) join(p *tgsim.Person, role crm.Role) {
	o.t.Helper()
	owner, err := o.crm.StaffByTelegramID(o.t.Context(), o.owner.ID())
	must(o.t, err)
	cmd := crm.Command{Actor: owner.ID, Key: fmt.Sprintf("invite %d", p.ID())}
	invite, err := o.crm.NewInvite(o.t.Context(), cmd, role, crm.InviteLife)
	must(o.t, err)
	must(o.t, p.Start(invite.Token))
	welcomed(o.t, p)
}

// staff is the member of staff behind a person.
func (o *office) staff(p *tgsim.Person) crm.Staff {
	o.t.Helper()
	s, err := o.crm.StaffByTelegramID(o.t.Context(), p.ID())
	must(o.t, err)
	return s
}

// lead has a customer arrive by the site.
func (o *office) lead(phone, name string) crm.CustomerID {
	o.t.Helper()
	p, err := persian.ParsePhone(phone)
	must(o.t, err)
	o.keys++
	a, err := o.crm.RecordInquiry(o.t.Context(), crm.Command{Key: fmt.Sprintf("lead %d", o.keys)}, crm.Inquiry{Source: 1, Phone: p, Name: name})
	must(o.t, err)
	return a.Customer
}

// by is a command of a person, not given before.
func (o *office) by(p *tgsim.Person) crm.Command {
	o.t.Helper()
	o.keys++
	return crm.Command{Actor: o.staff(p).ID, Key: fmt.Sprintf("command %d", o.keys)}
}

// customer reads a customer as the owner may.
func (o *office) customer(id crm.CustomerID) crm.Customer {
	o.t.Helper()
	dir, err := o.crm.Directory(o.t.Context())
	must(o.t, err)
	c, err := o.crm.Card(o.t.Context(), dir, o.staff(o.owner), id, 0)
	must(o.t, err)
	return c.Customer
}

// forward moves the clock, rings what is due and takes the leads on that wait.
func (o *office) forward(d time.Duration) {
	o.t.Helper()
	o.clock.mu.Lock()
	o.clock.now = o.clock.now.Add(d)
	o.clock.mu.Unlock()
	_, _, err := o.crm.RingDue(o.t.Context(), 1000)
	must(o.t, err)
	_, err = o.crm.RouteDue(o.t.Context(), 1000)
	must(o.t, err)
}

// say is a text of the catalogue in the language of a person.
func (o *office) say(p *tgsim.Person, key string, args ...any) string {
	return view.Plain(view.HTML(o.cat.Printer(o.staff(p).Language).T(key, args...)))
}

// quiet waits until everything that people did has been handled, and everything
// that is to be told or edited has been, but for what waits for an open form.
func (o *office) quiet() {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(o.t.Context(), 20*time.Second)
	defer cancel()
	must(o.t, o.sim.Drained(ctx))
	for {
		var waiting int
		must(o.t, o.pool.QueryRow(ctx, `SELECT (SELECT count(*) FROM updates WHERE state = 'new')
			+ (SELECT count(*) FROM notifications n JOIN readers r ON r.reader = n.reader AND (r.listens OR n.kind = 'access') WHERE n.state = 'sent' AND (stale OR leased_until IS NOT NULL)
				OR n.state = 'pending' AND NOT EXISTS (SELECT FROM forms f WHERE f.staff_id = n.staff_id))`).Scan(&waiting))
		if waiting == 0 {
			return
		}
		time.Sleep(2 * time.Millisecond) // not to take the processor from what is waited for
	}
}
