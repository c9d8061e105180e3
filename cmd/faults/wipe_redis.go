package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"cartable/internal/crm"
	"cartable/internal/rig"
	"cartable/internal/tgsim"
)

const (
	wipedLimit  = 3 * time.Second // for the person in the form to be told
	whatIsItFor = "What is it about?"
	formsAway   = "Forms are not available right now"
	formsLost   = "The answers of this form were lost"
)

// wipedRedis is the row on a Redis that dies and forgets everything.
func wipedRedis() experiment {
	return experiment{13, "Redis is killed and wiped while somebody is in the middle of a form",
		"cards work; the person is told within 3 s, begins again with one tap and loses only what was not saved", false, wipeRedis}
}

// wipe is the row's state.
type wipe struct {
	office *rig.Office
	agent  rig.Member
	redis  *rig.Proxy
	server *redis.Client // straight to the server
	rings  map[int]int   // messages in which a reminder rang, by round

	slowest time.Duration // until the person was told
	again   int           // times that they were told to try again although Redis was back
}

func wipeRedis(ctx context.Context, b *breaker) (figures string, err error) {
	rounds := b.times(100, 6)
	office, err := b.NewOffice(ctx, "wipe_redis", 1, tgsim.Options{Limits: tgsim.Limits{Off: true}})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, office.Close()) }()
	w := &wipe{office: office, agent: office.Agents[0], rings: map[int]int{}}
	if w.redis, err = b.RedisProxy(); err != nil {
		return "", err
	}
	defer w.redis.Stop()
	opts, err := redis.ParseURL(b.Redis.URL())
	if err != nil {
		return "", fmt.Errorf("address of the private Redis: %w", err)
	}
	w.server = redis.NewClient(opts)
	defer w.server.Close()
	program, err := office.NewProgram(rig.Settings{"REDIS_URL": w.redis.URL, "SEND_RATE": "0"})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, program.Kill()) }()
	if err := program.Run(ctx, nil); err != nil {
		return "", err
	}
	if err := w.remind(ctx, rounds); err != nil {
		return "", err
	}
	for i := range rounds {
		if err := w.round(ctx, b, i); err != nil {
			return w.figures(i), fmt.Errorf("round %d: %w", i, err)
		}
	}
	if err := office.Settled(ctx, stepLimit); err != nil {
		return w.figures(rounds), err
	}
	return w.judge(ctx, rounds)
}

func (w *wipe) figures(rounds int) string {
	return fmt.Sprintf("%d rounds; told after %s at most, %d times to try again although Redis was back", rounds, w.slowest.Round(time.Millisecond), w.again)
}

// The customers of a round: one in whose form the person is, one to be taken, and one of
// whom they were reminded.
func asked(i int) string    { return fmt.Sprintf("Asked %03d", i) }
func waiting(i int) string  { return fmt.Sprintf("Waiting %03d", i) }
func reminded(i int) string { return fmt.Sprintf("Reminded %03d", i) }

const (
	askedNumbers    = 6_000_000
	waitingNumbers  = 6_100_000
	remindedNumbers = 6_200_000
)

// remind has a reminder ring for each round.
func (w *wipe) remind(ctx context.Context, rounds int) error {
	soon := time.Now().Add(time.Second)
	for i := range rounds {
		id, err := holds(ctx, w.office, w.agent, remindedNumbers+i, reminded(i))
		if err != nil {
			return err
		}
		if at := time.Now().Add(time.Second); at.After(soon) {
			soon = at
		}
		if _, err := w.office.Domain.Remind(ctx, w.office.Command(w.agent), id, soon, "call back"); err != nil {
			return fmt.Errorf("remind: %w", err)
		}
		if _, err := holds(ctx, w.office, w.agent, askedNumbers+i, asked(i)); err != nil {
			return err
		}
	}
	for i := range rounds {
		err := rig.Await(ctx, "reminders to ring", stepLimit, func(context.Context) (bool, error) {
			m, ok := w.agent.Person.View().Find(reminded(i), "Done")
			w.rings[i] = m.ID
			return ok, nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// round has the person in the middle of a form when Redis dies. In even rounds they go on
// while it is down; in odd ones when it is back, empty.
func (w *wipe) round(ctx context.Context, b *breaker, i int) error {
	person := w.agent.Person
	lead := glanceAt(person)
	if _, err := w.offer(ctx, i); err != nil {
		return err
	}
	offered, _, err := lead.sees(ctx, stepLimit, waiting(i), "Take")
	if err != nil {
		return err
	}
	card, err := says(ctx, person, rig.Phone(askedNumbers+i), asked(i), "Reminder")
	if err != nil {
		return err
	}
	if err := w.begin(ctx, func() error { return person.TapOn(card.ID, "Reminder") }); err != nil {
		return err
	}
	if err := w.wiped(ctx, b); err != nil {
		return err
	}
	if i%2 == 0 {
		if _, err := w.goesOn(ctx, i, formsAway); err != nil {
			return err
		}
	}
	if err := w.cards(ctx, i, offered.ID, card.ID); err != nil {
		return fmt.Errorf("cards without Redis: %w", err)
	}
	if err := w.back(ctx); err != nil {
		return err
	}
	if err := w.learns(ctx, i); err != nil {
		return err
	}
	if err := w.begin(ctx, func() error { return person.Tap("Begin again") }); err != nil {
		return fmt.Errorf("begin again: %w", err)
	}
	if _, err := says(ctx, person, "about "+asked(i), "Saved", asked(i)); err != nil {
		return err
	}
	return handled(ctx, w.office)
}

func (w *wipe) offer(ctx context.Context, i int) (crm.Arrival, error) {
	in, err := inquiry(w.office, waitingNumbers+i, waiting(i))
	if err != nil {
		return crm.Arrival{}, err
	}
	return w.office.Domain.RecordInquiry(ctx, w.office.Command(rig.Member{}), in)
}

// begin opens the form and answers its first question.
func (w *wipe) begin(ctx context.Context, open func() error) error {
	g := glanceAt(w.agent.Person)
	if err := open(); err != nil {
		return err
	}
	if _, _, err := g.sees(ctx, stepLimit, "Tomorrow morning"); err != nil {
		return err
	}
	if _, err := does(ctx, w.agent.Person, "Tomorrow morning", whatIsItFor); err != nil {
		return err
	}
	return handled(ctx, w.office)
}

// wiped kills Redis, and has it back empty, but out of the program's reach.
func (w *wipe) wiped(ctx context.Context, b *breaker) error {
	before, err := w.runID(ctx)
	if err != nil {
		return err
	}
	w.redis.Stop()
	b.Redis.KillAndWipe()
	return rig.Await(ctx, "Redis to be back, empty", stepLimit, func(ctx context.Context) (bool, error) {
		now, err := w.runID(ctx)
		if err != nil || now == before {
			return false, err
		}
		n, err := w.server.DBSize(ctx).Result()
		if err == nil && n != 0 {
			err = fmt.Errorf("it has kept %d keys", n)
		}
		return err == nil, err
	})
}

func (w *wipe) runID(ctx context.Context) (string, error) {
	info, err := w.server.InfoMap(ctx, "server").Result()
	if err != nil {
		return "", fmt.Errorf("ask Redis: %w", err)
	}
	return info["Server"]["run_id"], nil
}

// back lets the program reach Redis again.
func (w *wipe) back(ctx context.Context) error {
	if err := w.redis.Start(); err != nil {
		return fmt.Errorf("open the proxy of Redis again: %w", err)
	}
	return ctx.Err()
}

// goesOn has the person answer the question that they see, by a text or by a tap in turn,
// and be told what is wrong: one of these things.
func (w *wipe) goesOn(ctx context.Context, i int, words ...string) (which string, err error) {
	g := glanceAt(w.agent.Person)
	if i%4 < 2 {
		w.agent.Person.Type("about " + asked(i))
	} else if err := w.agent.Person.Tap("Skip"); err != nil {
		return "", err
	}
	which, took, err := g.told(ctx, wipedLimit, words...)
	w.slowest = max(w.slowest, took)
	return which, err
}

// learns has the person try until they know that Redis is back and their answers are lost.
func (w *wipe) learns(ctx context.Context, i int) error {
	began := time.Now()
	for {
		which, err := w.goesOn(ctx, i, formsLost, formsAway)
		if err != nil {
			return err
		}
		if which == formsLost {
			return rig.Within("knowing that Redis is back", time.Since(began), wipedLimit)
		}
		if time.Since(began) > rig.Patience(wipedLimit) {
			return errors.New("the program does not know that Redis is back")
		}
		w.again++
		if err := await(ctx, 200*time.Millisecond); err != nil {
			return err
		}
	}
}

// cards are used while Redis is away: one is taken, one opened, a call noted, a reminder
// done.
func (w *wipe) cards(ctx context.Context, i, offered, card int) error {
	person := w.agent.Person
	steps := []struct {
		message int
		label   string
		shows   []string
	}{
		{offered, "Take", []string{waiting(i), "No answer"}},
		{card, "History", []string{asked(i), "History"}},
		{offered, "No answer", []string{waiting(i), "did not answer"}},
		{w.rings[i], "Done", []string{reminded(i), "Nothing more"}},
		{w.rings[i], "Nothing more", []string{"reminder is done"}},
	}
	for _, s := range steps {
		g := glanceAt(person)
		if err := person.TapOn(s.message, s.label); err != nil {
			return err
		}
		if _, _, err := g.sees(ctx, wipedLimit, s.shows...); err != nil {
			return fmt.Errorf("%s: %w", s.label, err)
		}
	}
	return nil
}

func (w *wipe) judge(ctx context.Context, rounds int) (string, error) {
	var errs []error
	count := func(sql string, args ...any) int {
		n, err := w.office.Count(ctx, sql, args...)
		errs = append(errs, err)
		return n
	}
	saved := count(`SELECT count(*) FROM (SELECT customer_id FROM reminders WHERE reason LIKE 'about %' AND closed_at IS NULL
		GROUP BY 1 HAVING count(*) = 1) t`)
	more := count(`SELECT count(*) FROM reminders WHERE reason LIKE 'about %'`) - saved
	taken := count(`SELECT count(*) FROM customers WHERE name LIKE 'Waiting%' AND holder_id = $1`, w.agent.ID)
	called := count(`SELECT count(*) FROM customers WHERE name LIKE 'Waiting%' AND attempts = 1`)
	done := count(`SELECT count(*) FROM reminders WHERE reason = 'call back' AND closed_at IS NOT NULL`)
	open := count(`SELECT count(*) FROM forms`)
	figures := fmt.Sprintf("%s; saved in the end %d, more than once %d; without Redis %d taken, %d calls noted, %d reminders done; %d forms left open",
		w.figures(rounds), saved, more, taken, called, done, open)
	if saved != rounds || more != 0 || taken != rounds || called != rounds || done != rounds || open != 0 {
		errs = append(errs, errors.New("something was lost that was saved, or did not work"))
	}
	return figures, errors.Join(errs...)
}
