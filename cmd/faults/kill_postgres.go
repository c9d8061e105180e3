package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"cartable/internal/rig"
	"cartable/internal/tgsim"
)

const (
	loadCallers = 4
	loadPause   = 50 * time.Millisecond // between two inquiries of a caller
	heldNumbers = 5_000_000
)

// killedPostgres is the row on a PostgreSQL that dies under load.
func killedPostgres() experiment {
	return experiment{11, "PostgreSQL is killed while inquiries come and somebody is in the middle of a form",
		"every 201 is there, once; serving again within 10 s of its return; the form goes on and is saved", false, killPostgres}
}

// postgresKills is the row's state.
type postgresKills struct {
	*breaker
	office  *rig.Office
	agent   rig.Member
	program *rig.Program
	poster  *rig.Poster

	mu       sync.Mutex
	accepted map[int]rig.Answer // by the number of the inquiry
	answered map[int]int        // how many answers of each code there were

	slowest map[string]time.Duration // after the return of PostgreSQL
}

func killPostgres(ctx context.Context, b *breaker) (figures string, err error) {
	kills := b.times(20, 2)
	office, err := b.NewOffice(ctx, "kill_postgres", 1, tgsim.Options{Limits: tgsim.Limits{Off: true}})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, office.Close()) }()
	k := &postgresKills{breaker: b, office: office, agent: office.Agents[0], accepted: map[int]rig.Answer{},
		answered: map[int]int{}, slowest: map[string]time.Duration{}}
	for i := range kills {
		if _, err := holds(ctx, office, k.agent, heldNumbers+i, heldName(i)); err != nil {
			return "", err
		}
	}
	if k.program, err = office.NewProgram(rig.Settings{"SEND_RATE": "0"}); err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, k.program.Kill()) }()
	if err := k.program.Run(ctx, nil); err != nil {
		return "", err
	}
	k.poster = rig.NewPoster(k.program, office.Source.Key, loadCallers+1)
	defer k.poster.Close()
	if err := k.underLoad(ctx, kills); err != nil {
		return k.figures(kills), err
	}
	if err := office.Settled(ctx, 2*time.Minute); err != nil {
		return k.figures(kills), err
	}
	return k.judge(ctx, kills)
}

func heldName(i int) string { return fmt.Sprintf("Held %03d", i) }
func heldWhy(i int) string  { return fmt.Sprintf("about held %03d", i) }

// underLoad kills again and again while inquiries come.
func (k *postgresKills) underLoad(ctx context.Context, kills int) (err error) {
	loading, stop := context.WithCancel(ctx)
	var callers sync.WaitGroup
	for c := range loadCallers {
		callers.Go(func() { k.load(loading, c) })
	}
	defer func() { stop(); callers.Wait() }()
	for i := range kills {
		if err := k.kill(ctx, i); err != nil {
			return fmt.Errorf("kill %d: %w", i+1, err)
		}
	}
	return nil
}

// load sends inquiries, each until it is accepted.
func (k *postgresKills) load(ctx context.Context, caller int) {
	for n := caller; ; n += loadCallers {
		for {
			// Not by ctx: what was begun is brought to its end.
			a := k.poster.Post(context.WithoutCancel(ctx), fmt.Sprintf("lead-%d", n), rig.Phone(n), "Lead")
			k.note(n, a)
			if a.Accepted() {
				break
			}
			if await(ctx, loadPause) != nil {
				return
			}
		}
		if await(ctx, loadPause) != nil {
			return
		}
	}
}

func (k *postgresKills) note(n int, a rig.Answer) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.answered[a.Code]++
	if a.Accepted() {
		k.accepted[n] = a
	}
}

// kill is one death: the person has answered one question of two. They answer the other one
// shortly before it or while PostgreSQL is down, in turn.
func (k *postgresKills) kill(ctx context.Context, i int) error {
	person := k.agent.Person
	card, err := says(ctx, person, rig.Phone(heldNumbers+i), heldName(i), "Reminder")
	if err != nil {
		return err
	}
	g := glanceAt(person)
	if err := person.TapOn(card.ID, "Reminder"); err != nil {
		return err
	}
	if _, _, err := g.sees(ctx, stepLimit, "Tomorrow morning"); err != nil {
		return err
	}
	if _, err := does(ctx, person, "Tomorrow morning", whatIsItFor); err != nil {
		return err
	}
	g = glanceAt(person)
	if i%2 == 0 {
		person.Type(heldWhy(i))
		if err := await(ctx, rand.N(30*time.Millisecond)); err != nil { //nolint:gosec // chance, no secret
			return err
		}
	}
	before, err := k.started(ctx)
	if err != nil {
		return err
	}
	k.Postgres.Kill()
	if i%2 == 1 {
		person.Type(heldWhy(i))
	}
	err = rig.Await(ctx, "PostgreSQL to be back", time.Minute, func(ctx context.Context) (bool, error) {
		now, err := k.started(ctx)
		return err == nil && !now.Equal(before), err
	})
	if err != nil {
		return err
	}
	return k.serves(ctx, g, i)
}

// started is when PostgreSQL was, by its own word.
func (k *postgresKills) started(ctx context.Context) (at time.Time, err error) {
	conn, err := pgx.Connect(ctx, k.Postgres.URL())
	if err != nil {
		return at, fmt.Errorf("connect: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if err := conn.QueryRow(ctx, `SELECT pg_postmaster_start_time()`).Scan(&at); err != nil {
		return at, fmt.Errorf("ask when PostgreSQL was started: %w", err)
	}
	return at, nil
}

// serves waits until everything works again.
func (k *postgresKills) serves(ctx context.Context, form glance, i int) error {
	began := time.Now()
	took := func(what string, err error) error {
		d := time.Since(began)
		k.slowest[what] = max(k.slowest[what], d)
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		return rig.Within(what+" after the return of PostgreSQL", d, recoverLimit)
	}
	_, err := k.poster.Insist(ctx, fmt.Sprintf("after-%d", i), rig.Phone(heldNumbers+100_000+i), "After")
	if err := took("accepting", err); err != nil {
		return err
	}
	if err := took("leading", k.program.Ready(ctx)); err != nil {
		return err
	}
	_, _, err = form.sees(ctx, time.Minute, "Saved", heldName(i))
	return took("saved", err)
}

func (k *postgresKills) figures(kills int) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := func(what string) string { return fmt.Sprint(k.slowest[what].Round(10 * time.Millisecond)) }
	unanswered := 0
	for code, n := range k.answered {
		if code != http.StatusCreated && code != http.StatusOK {
			unanswered += n
		}
	}
	return fmt.Sprintf("%d kills, %d inquiries accepted, %d told to come again; after its return accepting within %s, leading %s, the form saved %s",
		kills, len(k.accepted), unanswered, s("accepting"), s("leading"), s("saved"))
}

func (k *postgresKills) judge(ctx context.Context, kills int) (string, error) {
	var errs []error
	count := func(sql string, args ...any) int {
		n, err := k.office.Count(ctx, sql, args...)
		errs = append(errs, err)
		return n
	}
	var ids, customers []int64
	for _, a := range k.accepted {
		ids, customers = append(ids, a.Inquiry), append(customers, a.Customer)
	}
	lost := len(ids) - count(`SELECT count(*) FROM unnest($1::bigint[], $2::bigint[]) AS told (id, customer)
		JOIN inquiries i ON i.id = told.id AND i.customer_id = told.customer`, ids, customers)
	twice := count(`SELECT count(*) FROM (SELECT phone FROM inquiries GROUP BY 1 HAVING count(*) > 1) t`)
	untold := count(`SELECT count(*) FROM customers c WHERE name IN ('Lead', 'After') AND NOT EXISTS (SELECT FROM notifications n
		WHERE n.customer_id = c.id AND n.state IN ('sent', 'summarised'))`)
	saved := count(`SELECT count(*) FROM (SELECT c.id FROM customers c JOIN reminders r ON r.customer_id = c.id
		WHERE r.reason = replace(c.name, 'Held', 'about held') GROUP BY 1 HAVING count(*) = 1) t`)
	aside := count(`SELECT count(*) FROM updates WHERE state = 'failed'`)
	figures := fmt.Sprintf("%s; %d acknowledged lost, %d twice, %d untold; %d of %d forms saved once; %d updates put aside",
		k.figures(kills), lost, twice, untold, saved, kills, aside)
	if lost != 0 || twice != 0 || untold != 0 || saved != kills || aside != 0 {
		errs = append(errs, errors.New("something was lost, doubled or harmed"))
	}
	return figures, errors.Join(errs...)
}
