package rig

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jonboulle/clockwork"

	"cartable/internal/crm"
	"cartable/internal/postgres"
	"cartable/internal/tgsim"
)

// Office is one business on the rig's servers.
type Office struct {
	*Servers

	Schema string
	Pool   *pgxpool.Pool // on the schema, not through any proxy
	Domain *crm.Service  // the same domain that the program runs, for setting the scene and for judging
	Sim    *tgsim.Server

	Owner  Member
	Agents []Member
	Source crm.NewSource // of kind api

	keys int
}

// Member is somebody of the staff, and who they are on Telegram.
type Member struct {
	crm.Staff
	Person *tgsim.Person
}

// NewOffice makes a business in a schema of its own, with an owner and agents whose
// language is English. Nobody but the program speaks to its Telegram yet. The options'
// clocks are the machine's unless they are given.
func (s *Servers) NewOffice(ctx context.Context, schema string, agents int, sim tgsim.Options) (_ *Office, err error) {
	o := &Office{Servers: s, Schema: schema}
	defer func() {
		if err != nil {
			err = errors.Join(err, o.Close())
		}
	}()
	url := s.Postgres.URL()
	if err := postgres.Migrate(ctx, url, schema); err != nil {
		return nil, err
	}
	if o.Pool, err = openPool(ctx, url, schema); err != nil {
		return nil, err
	}
	clock := clockwork.NewRealClock()
	if sim.Clock == nil {
		sim.Clock, sim.Wall = clock, clock.Now
	}
	o.Sim = tgsim.New(sim)
	if err := o.Sim.Start("127.0.0.1:0"); err != nil {
		return nil, err
	}
	store := postgres.NewStore(o.Pool)
	if err := store.FirstSettings(ctx, "Asia/Tehran", crm.English); err != nil {
		return nil, err
	}
	o.Domain = crm.NewService(store, clock, nil)
	return o, o.hire(ctx, agents)
}

// openPool opens the schema as the program does, under a name of its own, so that the program's
// sessions can be told from the rig's.
func openPool(ctx context.Context, url, schema string) (*pgxpool.Pool, error) {
	as, err := postgres.Open(ctx, url, schema)
	if err != nil {
		return nil, err
	}
	defer as.Close()
	cfg := as.Config()
	cfg.ConnConfig.RuntimeParams["application_name"] = "rig"
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("connect to database: %w", err)
	}
	return pool, nil
}

// AtRest waits, after every instance of the office has died, until nothing that they had begun
// goes on: what they had asked of the database and of Telegram is done or given up.
func (o *Office) AtRest(ctx context.Context) error {
	if err := o.Sim.Disconnected(ctx); err != nil {
		return err
	}
	return Await(ctx, "the sessions of a dead program to end", stopTimeout, func(ctx context.Context) (bool, error) {
		n, err := o.Count(ctx, `SELECT count(*) FROM pg_stat_activity WHERE application_name = $1`, "cartable "+o.Schema)
		return n == 0, err
	})
}

// Command is a fresh one of a member; the zero Member stands for the program itself.
func (o *Office) Command(by Member) crm.Command {
	o.keys++
	return crm.Command{Actor: by.ID, Key: fmt.Sprintf("rig:%s:%d", o.Schema, o.keys)}
}

func (o *Office) hire(ctx context.Context, agents int) (err error) {
	if o.Owner, err = o.join(ctx, Member{}, crm.Owner, "Owner"); err != nil {
		return err
	}
	for i := range agents {
		agent, err := o.join(ctx, o.Owner, crm.Agent, fmt.Sprintf("Agent %d", i+1))
		if err != nil {
			return err
		}
		o.Agents = append(o.Agents, agent)
	}
	o.Source, err = o.Domain.AddSource(ctx, o.Command(Member{}), "Site", crm.SourceAPI)
	return err
}

// join has somebody join the business whose chat with the bot began in the past.
func (o *Office) join(ctx context.Context, by Member, role crm.Role, name string) (Member, error) {
	invite, err := o.Domain.NewInvite(ctx, o.Command(by), role, crm.InviteLife)
	if err != nil {
		return Member{}, fmt.Errorf("invite: %w", err)
	}
	p := o.Sim.Person(tgsim.Profile{FirstName: name, LanguageCode: "en"})
	p.Began()
	who := crm.Newcomer{TelegramID: p.ID(), Name: name, Language: crm.English}
	staff, err := o.Domain.Join(ctx, o.Command(Member{}), invite.Token, who)
	if err != nil {
		return Member{}, fmt.Errorf("join: %w", err)
	}
	return Member{Staff: staff, Person: p}, nil
}

// Everybody is the owner and the agents.
func (o *Office) Everybody() []Member { return append([]Member{o.Owner}, o.Agents...) }

// Count answers a question about the database with a number.
func (o *Office) Count(ctx context.Context, sql string, args ...any) (n int, err error) {
	if err := o.Pool.QueryRow(ctx, sql, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("ask the database: %w", err)
	}
	return n, nil
}

// Await asks again until the answer is yes, every few milliseconds. After the limit it goes
// on to ask, to tell what is late, which it returns a Late for, from what never comes.
func Await(ctx context.Context, what string, limit time.Duration, done func(context.Context) (bool, error)) error {
	const every = 5 * time.Millisecond
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, Patience(limit))
	defer cancel()
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	var last error
	for {
		ok, err := done(ctx)
		if ok && err == nil {
			return Within("waited for "+what, time.Since(began), limit)
		}
		if err != nil {
			last = err
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("waited %s for %s in vain", Patience(limit), what), last)
		}
	}
}

// Settled waits until no update and no notification waits to be handled.
func (o *Office) Settled(ctx context.Context, limit time.Duration) error {
	return Await(ctx, "everything to be handled and told", limit, func(ctx context.Context) (bool, error) {
		n, err := o.Count(ctx, `SELECT (SELECT count(*) FROM updates WHERE state = 'new') +
			(SELECT count(*) FROM notifications WHERE state = 'pending' AND NOT withdrawn)`)
		return n == 0, err
	})
}

// Still waits until, besides, no message shows an old state to somebody who listens.
func (o *Office) Still(ctx context.Context, limit time.Duration) error {
	if err := o.Settled(ctx, limit); err != nil {
		return err
	}
	return Await(ctx, "every message to show how things are", limit, func(ctx context.Context) (bool, error) {
		n, err := o.Count(ctx, `SELECT count(*) FROM notifications n JOIN readers r ON r.reader = n.reader
			WHERE n.state = 'sent' AND n.message_id IS NOT NULL AND (n.stale OR n.leased_until IS NOT NULL) AND r.listens`)
		return n == 0, err
	})
}

// Close ends the office's Telegram and drops its schema, so that no later experiment
// pays for this one's tables. Where logs are kept, what the chats showed is too.
func (o *Office) Close() error {
	var errs []error
	if o.Sim != nil && o.Keep {
		errs = append(errs, os.WriteFile(filepath.Join(o.Dir, o.Schema+"-chats.txt"), []byte(o.Sim.Transcript()), 0o600))
	}
	if o.Sim != nil {
		errs = append(errs, o.Sim.Close())
	}
	if o.Pool != nil {
		ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
		defer cancel()
		errs = append(errs, o.noteNumbers(ctx))
		_, err := o.Pool.Exec(ctx, `DROP SCHEMA IF EXISTS `+o.Schema+` CASCADE`)
		errs = append(errs, err)
		o.Pool.Close()
	}
	return errors.Join(errs...)
}

// noteNumbers adds the numbers of all who were ever customers to the servers' file, one
// a line in E.164.
func (o *Office) noteNumbers(ctx context.Context) error {
	if o.Numbers == "" {
		return nil
	}
	rows, err := o.Pool.Query(ctx, `SELECT phone FROM phones UNION SELECT phone FROM inquiries`)
	if err != nil {
		return fmt.Errorf("read the numbers: %w", err)
	}
	numbers, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("read the numbers: %w", err)
	}
	return appendTo(o.Numbers, strings.NewReader(strings.Join(numbers, "\n")+"\n"))
}

// Everything is all rows of the domain's tables as text, by table: all but what is on its way
// (updates, unfinished forms).
func (o *Office) Everything(ctx context.Context) (map[string]string, error) {
	rows, err := o.Pool.Query(ctx, `SELECT table_name::text FROM information_schema.tables
		WHERE table_schema = $1 AND table_type = 'BASE TABLE' AND table_name NOT IN ('updates', 'forms')`, o.Schema)
	if err != nil {
		return nil, fmt.Errorf("list the tables: %w", err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("list the tables: %w", err)
	}
	out := make(map[string]string, len(tables))
	for _, table := range tables {
		var content string
		sql := `SELECT coalesce(string_agg(x::text, E'\n' ORDER BY x::text), '') FROM ` + pgx.Identifier{table}.Sanitize() + ` x`
		if err := o.Pool.QueryRow(ctx, sql).Scan(&content); err != nil {
			return nil, fmt.Errorf("read %s: %w", table, err)
		}
		out[table] = content
	}
	return out, nil
}

// Replay folds the timelines of all customers and compares them with the customers' state. It
// returns how many they are; an error names the first that differs.
func (o *Office) Replay(ctx context.Context) (customers int, err error) {
	const all = 1 << 20 // more events than any experiment makes of one customer
	store := postgres.NewStore(o.Pool)
	rows, err := o.Pool.Query(ctx, `SELECT id FROM customers ORDER BY id`)
	if err != nil {
		return 0, fmt.Errorf("list the customers: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[crm.CustomerID])
	if err != nil {
		return 0, fmt.Errorf("list the customers: %w", err)
	}
	for _, id := range ids {
		c, err := store.Customer(ctx, id)
		if err != nil {
			return 0, err
		}
		events, err := store.Events(ctx, id, 0, all)
		if err != nil {
			return 0, err
		}
		slices.Reverse(events)
		told := crm.Replay(events)
		if d := crm.Diff(told, c); !d.Empty() || told.Version != c.Version {
			return 0, fmt.Errorf("the timeline of customer %d leads to another state, version %d instead of %d", id, told.Version, c.Version)
		}
	}
	return len(ids), nil
}
