package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"syscall"
	"time"

	"cartable/internal/crm"
	"cartable/internal/persian"
	"cartable/internal/rig"
	"cartable/internal/tgsim"
)

// leaders has the leading one of several instances die, stand still, or lose the database.
func leaders() experiment {
	return experiment{
		number: 16, fault: "two and three instances; the leader killed, suspended, or cut off from PostgreSQL, at random",
		holds: fmt.Sprintf("0 duplicate periodic effects, taken over within %s, no two leaders sending", takeOver),
		run: func(ctx context.Context, b *breaker) (figures string, err error) {
			office, err := b.NewOffice(ctx, "leaders", 2, tgsim.Options{Limits: tgsim.Limits{Off: true}})
			if err != nil {
				return "", err
			}
			defer func() { err = errors.Join(err, office.Close()) }()
			l := &led{Office: office, seed: uint64(time.Now().UnixNano())}
			l.random = rand.New(rand.NewPCG(l.seed, 16))
			defer func() { err = errors.Join(err, l.close()) }()
			err = l.course(ctx, b.times(6, 1), b.quick)
			return l.figures(), err
		},
	}
}

const (
	takeOver   = 10 * time.Second
	ledRings   = 8 // reminders around each take-over
	ledSettles = 30 * time.Second
)

// instance is one of several, with a way of its own to the database.
type instance struct {
	*rig.Program

	database *rig.Proxy
}

// led is a business with several instances.
type led struct {
	*rig.Office

	random    *rand.Rand
	seed      uint64
	instances []*instance
	took      map[string][]time.Duration // by what happened to the leader
	made      int                        // reminders
	twice     int
	repeated  int // messages that came twice
	inFlight  int // messages that may have been under way when a leader was killed or suspended
}

func (l *led) figures() string {
	longest := func(how string) time.Duration { return rig.Quantile(l.took[how], 1).Round(10 * time.Millisecond) }
	return fmt.Sprintf("%d take-overs: killed ≤ %s, suspended ≤ %s, cut off ≤ %s; %d reminders, %d twice; %d messages twice (seed %d)",
		len(l.took["killed"])+len(l.took["suspended"])+len(l.took["cut off"]), longest("killed"), longest("suspended"), longest("cut off"),
		l.made, l.twice, l.repeated, l.seed)
}

func (l *led) course(ctx context.Context, rounds int, quick bool) error {
	l.took = map[string][]time.Duration{}
	for n := range 3 {
		if err := l.add(ctx); err != nil {
			return err
		}
		if n == 0 {
			continue // one alone has nobody to follow it
		}
		for range rounds {
			for _, how := range ways(n+1, quick) {
				if err := l.lose(ctx, how); err != nil {
					return fmt.Errorf("%d instances, the leader %s: %w", n+1, how, err)
				}
			}
		}
	}
	return l.judge(ctx)
}

// ways are what happens to the leader of so many instances. What the server notices by its
// silence alone takes eight seconds, so the quick form has it once.
func ways(instances int, quick bool) []string {
	if quick && instances == 2 {
		return []string{"killed"}
	}
	return []string{"killed", "suspended", "cut off"}
}

func (l *led) add(ctx context.Context) error {
	database, err := l.PostgresProxy()
	if err != nil {
		return err
	}
	program, err := l.NewProgram(rig.Settings{"DATABASE_URL": database.URL, "SEND_RATE": "0"})
	if err != nil {
		return err
	}
	l.instances = append(l.instances, &instance{program, database})
	if err := program.Start(nil); err != nil {
		return err
	}
	return rig.Await(ctx, "the instance to be ready", ledSettles, func(ctx context.Context) (bool, error) {
		r, err := program.Readiness(ctx)
		return r.Status == "ready", err
	})
}

// leader is the instance that leads. It is an error while several do: one that was suspended
// does not notice at once that another leads.
func (l *led) leader(ctx context.Context, but *instance) (leads *instance, err error) {
	for _, i := range l.instances {
		if i == but || i.Ended() {
			continue
		}
		asking, cancel := context.WithTimeout(ctx, time.Second)
		r, unreachable := i.Readiness(asking)
		cancel()
		switch {
		case unreachable != nil || !r.Leading:
		case leads != nil:
			err = errors.New("several lead at once")
		default:
			leads = i
		}
	}
	return leads, err
}

// lose takes the leader away while reminders are due, waits for the next one, and brings it back.
func (l *led) lose(ctx context.Context, how string) error {
	var first *instance
	if err := rig.Await(ctx, "one instance alone to lead", takeOver, func(ctx context.Context) (_ bool, err error) {
		first, err = l.leader(ctx, nil)
		return first != nil, err
	}); err != nil {
		return err
	}
	if err := l.remind(ctx); err != nil {
		return err
	}
	select {
	case <-time.After(time.Duration(l.random.IntN(1500)) * time.Millisecond):
	case <-ctx.Done():
		return ctx.Err()
	}
	back, err := l.take(ctx, first, how)
	if err != nil {
		return err
	}
	began := time.Now()
	err = rig.Await(ctx, "one other instance alone to lead", takeOver, func(ctx context.Context) (bool, error) {
		other, err := l.leader(ctx, first)
		return other != nil, err
	})
	took := time.Since(began)
	l.took[how] = append(l.took[how], took)
	if err := errors.Join(err, back()); err != nil {
		return err
	}
	return l.Settled(ctx, ledSettles)
}

// take does it, and returns what brings the instance back.
func (l *led) take(ctx context.Context, i *instance, how string) (back func() error, err error) {
	switch how {
	case "killed":
		l.inFlight++
		return func() error { return i.Start(nil) }, i.Kill()
	case "suspended":
		l.inFlight++
		return func() error { return i.Signal(syscall.SIGCONT) }, i.Signal(syscall.SIGSTOP)
	default:
		release, err := i.database.Hang(ctx)
		return func() error { release(); return nil }, err
	}
}

// remind has some reminders due within the next seconds.
func (l *led) remind(ctx context.Context) error {
	for range ledRings {
		phone, err := persian.ParsePhone(rig.Phone(l.made))
		if err != nil {
			return err
		}
		agent := l.Agents[l.made%len(l.Agents)]
		in := crm.Inquiry{Source: l.Source.ID, Phone: phone, Name: fmt.Sprintf("Led %04d", l.made)}
		a, err := l.Domain.RecordInquiry(ctx, l.Command(rig.Member{}), in)
		if err != nil {
			return err
		}
		if _, err := l.Domain.Take(ctx, l.Command(agent), a.Customer); err != nil {
			return err
		}
		due := time.Now().Add(time.Duration(l.random.IntN(2500)) * time.Millisecond)
		if _, err := l.Domain.Remind(ctx, l.Command(agent), a.Customer, due.Add(200*time.Millisecond), "Call"); err != nil {
			return err
		}
		l.made++
	}
	return nil
}

func (l *led) judge(ctx context.Context) error {
	err := rig.Await(ctx, "every reminder to ring", ledSettles, func(ctx context.Context) (bool, error) {
		n, err := l.Count(ctx, `SELECT count(DISTINCT reminder_id) FROM notifications WHERE kind = $1 AND state = 'sent'`, crm.NotifyReminder)
		return n >= l.made, err
	})
	if err != nil {
		return err
	}
	l.twice, err = l.Count(ctx, `SELECT count(*) FROM (SELECT FROM notifications WHERE reminder_id IS NOT NULL
		GROUP BY reminder_id, ring HAVING count(*) > 1) t`)
	if err != nil {
		return err
	}
	l.repeated = l.cameTwice()
	if l.twice > 0 || l.repeated > l.inFlight {
		return fmt.Errorf("%d reminders rang twice, %d messages came twice with %d that may have been under way", l.twice, l.repeated, l.inFlight)
	}
	return nil
}

// cameTwice counts the reminders that stand in a chat more than once.
func (l *led) cameTwice() (n int) {
	for i := range l.made {
		rings := 0
		for _, m := range l.Agents[i%len(l.Agents)].Person.Messages() {
			if m.FromBot() && m.Shows(fmt.Sprintf("Led %04d", i), "Reminder") {
				rings++
			}
		}
		n += max(0, rings-1)
	}
	return n
}

func (l *led) close() error {
	var errs []error
	for _, i := range l.instances {
		errs = append(errs, i.Signal(syscall.SIGCONT), i.Kill())
		i.database.Stop()
	}
	return errors.Join(errs...)
}
