package crm_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cartable/internal/crm"
	"cartable/internal/persian"
	"cartable/internal/pgtest"
	"cartable/internal/postgres"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"
)

// clock is a clock that stands still until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// office is a business with a database of its own: an owner and agents.
type office struct {
	*crm.Service
	t      testing.TB
	store  *postgres.Store
	pool   *pgxpool.Pool
	clock  *clock
	owner  crm.Staff
	agents []crm.Staff
	keys   atomic.Int64
	seen   int64 // the last notification that told has returned
}

func newOffice(t testing.TB, agents int) *office {
	t.Helper()
	pool, err := postgres.Open(t.Context(), pgtest.URL(t), "public")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	// A Monday, 10:00 in Tehran.
	o := &office{t: t, pool: pool, store: postgres.NewStore(pool), clock: &clock{now: time.Date(2026, 11, 23, 6, 30, 0, 0, time.UTC)}}
	o.Service = crm.NewService(o.store, o.clock, nil)
	o.owner = o.join(crm.Owner, crm.Command{Key: "owner link"}, 100)
	for i := range agents {
		o.agents = append(o.agents, o.join(crm.Agent, o.by(o.owner), int64(101+i)))
	}
	o.told()
	// Whatever a test does, the timelines lead to the state.
	t.Cleanup(o.mustReplay)
	t.Cleanup(o.mustShare)
	return o
}

// mustShare checks that nobody changed the directory that all readers share.
func (o *office) mustShare() {
	shared, err := o.store.Directory(context.Background())
	if err != nil {
		return // there are tests that leave no database behind
	}
	fresh, err := postgres.NewStore(o.pool).Directory(context.Background())
	if d := cmp.Diff(fresh, shared); err != nil || d != "" {
		o.t.Errorf("the directory that all share, %v (-fresh +shared):\n%s", err, d)
	}
}

func (o *office) join(role crm.Role, cmd crm.Command, telegram int64) crm.Staff {
	o.t.Helper()
	inv, err := o.NewInvite(o.t.Context(), cmd, role, crm.InviteLife)
	if err != nil {
		o.t.Fatal(err)
	}
	st, err := o.Join(o.t.Context(), o.key(), inv.Token, crm.Newcomer{TelegramID: telegram, Name: fmt.Sprintf("N%d", telegram), Language: crm.Persian})
	if err != nil {
		o.t.Fatal(err)
	}
	return st
}

func (o *office) key() crm.Command {
	return crm.Command{Key: fmt.Sprintf("k%d", o.keys.Add(1))}
}

func (o *office) by(s crm.Staff) crm.Command {
	cmd := o.key()
	cmd.Actor = s.ID
	return cmd
}

func (o *office) dir() crm.Directory {
	o.t.Helper()
	d, err := o.Directory(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	return d
}

// lead records an arrival by the manual source.
func (o *office) lead(phone, name string) crm.CustomerID {
	o.t.Helper()
	p, err := persian.ParsePhone(phone)
	if err != nil {
		o.t.Fatal(err)
	}
	a, err := o.RecordInquiry(o.t.Context(), o.key(), crm.Inquiry{Source: 1, Phone: p, Name: name})
	if err != nil {
		o.t.Fatal(err)
	}
	return a.Customer
}

func (o *office) customer(id crm.CustomerID) crm.Customer {
	o.t.Helper()
	c, err := o.store.Customer(o.t.Context(), id)
	if err != nil {
		o.t.Fatal(err)
	}
	return c
}

func (o *office) status(title string) crm.Status {
	o.t.Helper()
	for _, s := range o.dir().Statuses {
		if s.Title.Text == title || s.Title.English == title {
			return s
		}
	}
	o.t.Fatalf("no status %q", title)
	return crm.Status{}
}
