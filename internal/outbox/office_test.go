package outbox_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jonboulle/clockwork"
	"go.uber.org/goleak"

	"cartable/bot/chat"
	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/outbox"
	"cartable/internal/pgtest"
	"cartable/internal/postgres"
)

const patience = 20 * time.Second

var noon = time.Date(2026, 3, 21, 8, 30, 0, 0, time.UTC)

// office is an outbox on a real database, with the messenger of these tests.
type office struct {
	*outbox.Outbox
	t        *testing.T
	pool     *pgxpool.Pool
	clock    *clockwork.FakeClock
	tg       *messenger
	render   *renderer
	log      *syncBuffer
	outcomes chan outbox.Outcome
	svc      *crm.Service
}

func newOffice(t *testing.T) *office {
	return officeOn(t, pgtest.New(t), newMessenger())
}

func officeOn(t *testing.T, pool *pgxpool.Pool, tg *messenger) *office {
	o := &office{t: t, pool: pool, clock: clockwork.NewFakeClockAt(noon), tg: tg, render: &renderer{pool: pool},
		log: &syncBuffer{}, outcomes: make(chan outbox.Outcome, 10_000)}
	o.svc = crm.NewService(postgres.NewStore(pool), o.clock, nil)
	o.Outbox = outbox.New(pool, outbox.Options{
		Clock: o.clock, Log: slog.New(slog.NewTextHandler(o.log, nil)), Sender: tg, Renderer: o.render, Domain: o.svc,
		Observe: func(out outbox.Outcome, _ time.Duration) { o.outcomes <- out },
	})
	return o
}

// start runs the outbox; stop ends it.
func (o *office) start() (stop func()) {
	ctx, cancel := context.WithCancel(o.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- o.Run(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			select {
			case err := <-ended:
				if err != nil {
					o.t.Errorf("Run: %v", err)
				}
			case <-time.After(patience):
				o.t.Error("Run does not end")
			}
		})
	}
	o.t.Cleanup(stop)
	return stop
}

// run is start with a check that nothing is left running.
func (o *office) run() (stop func()) {
	before := goleak.IgnoreCurrent()
	stop = o.start()
	o.t.Cleanup(func() {
		stop()
		goleak.VerifyNone(o.t, append(pgtest.IgnorePool(), before)...)
	})
	return stop
}

func (o *office) exec(sql string, args ...any) {
	o.t.Helper()
	if _, err := o.pool.Exec(o.t.Context(), sql, args...); err != nil {
		o.t.Fatalf("%s: %v", sql, err)
	}
}

func one[T any](o *office, sql string, args ...any) T {
	o.t.Helper()
	rows, err := o.pool.Query(o.t.Context(), sql, args...)
	if err != nil {
		o.t.Fatal(err)
	}
	v, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[T])
	if err != nil {
		o.t.Fatalf("%s: %v", sql, err)
	}
	return v
}

// staff adds an agent; the chat is a thousand times the ID.
func (o *office) staff(role crm.Role) crm.StaffID {
	o.t.Helper()
	id := one[crm.StaffID](o, `INSERT INTO staff (telegram_id, name, role, state, language, joined_at)
		SELECT 1000 * (1 + count(*)), 'S', $1, 'active', 'fa', $2 FROM staff RETURNING id`, role, noon)
	o.exec(`UPDATE staff SET telegram_id = 1000 * id WHERE id = $1`, id)
	return id
}

func chatOf(id crm.StaffID) int64 { return 1000 * int64(id) }

func (o *office) customer() crm.CustomerID {
	o.t.Helper()
	return one[crm.CustomerID](o, `INSERT INTO customers (hidden, source_id, created_at, first_inquiry_at, last_inquiry_at)
		SELECT false, min(id), $1, $1, $1 FROM sources RETURNING id`, noon)
}

// notify adds a notification about no customer.
func (o *office) notify(to crm.StaffID, kind crm.NotificationKind) crm.NotificationID {
	o.t.Helper()
	return one[crm.NotificationID](o, `INSERT INTO notifications (staff_id, kind, created_at) VALUES ($1, $2, $3) RETURNING id`,
		to, kind, noon)
}

// card adds a notification about a customer.
func (o *office) card(to crm.StaffID, c crm.CustomerID) crm.NotificationID {
	o.t.Helper()
	id := o.notify(to, crm.NotifyHandOver)
	o.exec(`UPDATE notifications SET customer_id = $2 WHERE id = $1`, id, c)
	return id
}

// change raises a customer's version and marks the cards, as a command does.
func (o *office) change(c crm.CustomerID) {
	o.t.Helper()
	if err := pgx.BeginFunc(o.t.Context(), o.pool, func(tx pgx.Tx) error { return changeIn(o.t.Context(), tx, c) }); err != nil {
		o.t.Fatal(err)
	}
	o.Wake()
}

func changeIn(ctx context.Context, tx pgx.Tx, c crm.CustomerID) error {
	if _, err := tx.Exec(ctx, `UPDATE customers SET version = version + 1 WHERE id = $1`, c); err != nil {
		return err
	}
	// RefreshCards of internal/postgres
	_, err := tx.Exec(ctx, `UPDATE notifications SET stale = true WHERE customer_id = $1 AND state IN ('pending', 'sent')`, c)
	return err
}

func (o *office) state(id crm.NotificationID) string {
	o.t.Helper()
	return one[string](o, `SELECT state FROM notifications WHERE id = $1`, id)
}

func (o *office) leasesRunOut() {
	o.t.Helper()
	o.exec(`UPDATE notifications SET leased_until = clock_timestamp() - interval '1 s' WHERE leased_until IS NOT NULL`)
}

// expect waits for outcomes, in any order.
func (o *office) expect(want ...outbox.Outcome) {
	o.t.Helper()
	left := map[outbox.Outcome]int{}
	for _, w := range want {
		left[w]++
	}
	for range want {
		select {
		case got := <-o.outcomes:
			if left[got]--; left[got] < 0 {
				o.t.Fatalf("outcome %q, want %v\n%s", got, want, o.log)
			}
		case <-time.After(patience):
			o.t.Fatalf("some of the outcomes %v are missing: %v\n%s", want, left, o.log)
		}
	}
}

// renderer words a notification as "kind id vN", so that a test sees what was shown.
type renderer struct {
	pool *pgxpool.Pool
	mu   sync.Mutex
	hook func(outbox.Item) (outbox.Notice, error) // in place of the rest; nil for none
}

func (r *renderer) Notice(ctx context.Context, item outbox.Item) (outbox.Notice, error) {
	r.mu.Lock()
	hook := r.hook
	r.mu.Unlock()
	if hook != nil {
		return hook(item)
	}
	n := item.Notification
	text := fmt.Sprintf("%s %d", n.Kind, n.ID)
	if item.Withdrawn {
		text += " withdrawn"
	}
	var version int64
	if n.Customer != 0 {
		if err := r.pool.QueryRow(ctx, `SELECT version FROM customers WHERE id = $1`, n.Customer).Scan(&version); err != nil {
			return outbox.Notice{}, err
		}
		text += fmt.Sprintf(" v%d", version)
	}
	return outbox.Notice{Message: view.Message{HTML: view.Text(text)}, Version: version}, nil
}

func (r *renderer) Summary(_ context.Context, items []outbox.Item) (outbox.Notice, error) {
	return outbox.Notice{Message: view.Message{HTML: view.Text(fmt.Sprintf("summary of %d", len(items)))}}, nil
}

func (r *renderer) set(hook func(outbox.Item) (outbox.Notice, error)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.hook = hook
}

// messenger is a chat service in memory, with faults.
type messenger struct {
	mu     sync.Mutex
	next   int
	sent   []message
	edits  []message
	ready  map[int64]time.Time
	onSend func(chatID int64, text string) error // before it is delivered
	onEdit func(chatID int64, id int, text string) error
	after  func(text string) error // after it is delivered: the answer is lost
}

type message struct {
	Chat int64
	ID   int
	Text string
}

func newMessenger() *messenger { return &messenger{ready: map[int64]time.Time{}} }

func (m *messenger) hooks() (send func(int64, string) error, edit func(int64, int, string) error, after func(string) error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.onSend, m.onEdit, m.after
}

func (m *messenger) Send(ctx context.Context, chatID int64, v view.Message, left func()) (int, error) {
	left()
	onSend, _, after := m.hooks()
	if onSend != nil {
		if err := onSend(chatID, string(v.HTML)); err != nil {
			return 0, err
		}
	}
	if err := ctx.Err(); err != nil {
		return 0, &chat.Error{Method: "sendMessage", Class: chat.Unavailable, Text: err.Error(), Err: err}
	}
	m.mu.Lock()
	m.next++
	id := m.next
	m.sent = append(m.sent, message{chatID, id, string(v.HTML)})
	m.mu.Unlock()
	if after != nil {
		return id, after(string(v.HTML))
	}
	return id, nil
}

func (m *messenger) Edit(_ context.Context, chatID int64, id int, v view.Message) error {
	_, onEdit, _ := m.hooks()
	if onEdit != nil {
		if err := onEdit(chatID, id, string(v.HTML)); err != nil {
			return err
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.edits = append(m.edits, message{chatID, id, string(v.HTML)})
	return nil
}

func (m *messenger) Ready(chatID int64) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.ready[chatID]
}

func (m *messenger) setReady(chatID int64, at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ready[chatID] = at
}

// texts are what a chat got, in order; 0 for all chats.
func (m *messenger) texts(chatID int64) []string { return textsOf(&m.mu, &m.sent, chatID) }

func (m *messenger) edited(chatID int64) []string { return textsOf(&m.mu, &m.edits, chatID) }

func textsOf(mu *sync.Mutex, ms *[]message, chatID int64) []string {
	mu.Lock()
	defer mu.Unlock()
	out := []string{}
	for _, s := range *ms {
		if chatID == 0 || s.Chat == chatID {
			out = append(out, s.Text)
		}
	}
	return out
}

func refusal(class chat.ErrorClass) *chat.Error {
	return &chat.Error{Method: "sendMessage", Class: class, Code: 400, Text: string(class)}
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func (s *syncBuffer) has(part string) bool { return strings.Contains(s.String(), part) }
