package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"cartable/internal/rig"
	"cartable/internal/tgsim"
)

const (
	commitCallers = 4
	// lostShare is high: the program tries five times, and of these few may all be lost too.
	lostShare = 0.5
)

// lostCommits is the row on answers to COMMIT that never come.
func lostCommits() experiment {
	return experiment{12, "the answer to COMMIT is lost, every second one, while inquiries come and agents tap",
		"a caller's retry makes no second lead; a tap has one effect", true, loseCommits}
}

// commits is what a run of lostCommits counted.
type commits struct {
	office *rig.Office
	poster *rig.Poster

	keyed, keyless int
	unknown        atomic.Int64 // answers other than 200 and 201
	refused        atomic.Int64 // those of them to callers without a key
	differing      atomic.Int64 // retries that were told of another inquiry
	lost           int64
}

func loseCommits(ctx context.Context, b *breaker) (figures string, err error) {
	office, err := b.NewOffice(ctx, "lost_commit", 1, tgsim.Options{Limits: tgsim.Limits{Off: true}})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, office.Close()) }()
	database, err := b.PostgresProxy()
	if err != nil {
		return "", err
	}
	defer database.Stop()
	program, err := office.NewProgram(rig.Settings{"DATABASE_URL": database.URL, "SEND_RATE": "0"})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, program.Kill()) }()
	if err := program.Run(ctx, nil); err != nil {
		return "", err
	}
	c := &commits{office: office, poster: rig.NewPoster(program, office.Source.Key, commitCallers),
		keyed: b.times(600, 60), keyless: b.times(200, 20)}
	defer c.poster.Close()
	taps := b.times(100, 12)
	cards, err := c.deal(ctx, taps)
	if err != nil {
		return "", err
	}
	lost, release, err := database.LoseCommits(ctx, lostShare)
	if err != nil {
		return "", err
	}
	var all errgroup.Group
	all.Go(func() error { return c.post(ctx) })
	all.Go(func() error { return c.tap(cards) })
	err = all.Wait()
	if err == nil {
		err = office.Settled(ctx, stepLimit*3)
	}
	c.lost = lost()
	release()
	if err != nil {
		return c.figures(taps), err
	}
	return c.judge(ctx, taps)
}

func tapLead(i int) string { return fmt.Sprintf("Tapped %04d", i) }

// deal shows the agent cards that they hold, and returns their messages.
func (c *commits) deal(ctx context.Context, n int) ([]int, error) {
	agent := c.office.Agents[0]
	var cards []int
	for i := range n {
		if _, err := holds(ctx, c.office, agent, 9_000_000+i, tapLead(i)); err != nil {
			return nil, err
		}
		card, err := says(ctx, agent.Person, rig.Phone(9_000_000+i), tapLead(i), "No answer")
		if err != nil {
			return nil, err
		}
		cards = append(cards, card.ID)
	}
	return cards, nil
}

// tap says of everybody that they did not answer. Where the program loses its answer for
// good, the update is handled again: that is a tap's retry.
func (c *commits) tap(cards []int) error {
	for _, card := range cards {
		if err := c.office.Agents[0].Person.TapOn(card, "No answer"); err != nil {
			return err
		}
	}
	return nil
}

// post sends inquiries with a key until they are accepted and once more, and others once
// and without a key.
func (c *commits) post(ctx context.Context) error {
	var next atomic.Int64
	var callers errgroup.Group
	for range commitCallers {
		callers.Go(func() error {
			for i := int(next.Add(1)) - 1; i < c.keyed+c.keyless; i = int(next.Add(1)) - 1 {
				if err := c.inquire(ctx, i); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return callers.Wait()
}

func (c *commits) inquire(ctx context.Context, i int) error {
	if i >= c.keyed {
		if a := c.poster.Post(ctx, "", rig.Phone(i), "Lead"); !a.Accepted() {
			c.unknown.Add(1)
			c.refused.Add(1)
		}
		return nil
	}
	key := fmt.Sprintf("lead-%d", i)
	first := c.poster.Post(ctx, key, rig.Phone(i), "Lead")
	if !first.Accepted() {
		c.unknown.Add(1)
		var err error
		if first, err = c.poster.Insist(ctx, key, rig.Phone(i), "Lead"); err != nil {
			return err
		}
	}
	again, err := c.poster.Insist(ctx, key, rig.Phone(i), "Lead")
	if err == nil && (again.Code != http.StatusOK || again.Inquiry != first.Inquiry || again.Customer != first.Customer) {
		c.differing.Add(1)
	}
	return err
}

func (c *commits) figures(taps int) string {
	return fmt.Sprintf("%d answers to COMMIT lost; %d inquiries with a key, each sent twice at least, %d without, %d taps; %d answers said nothing, %d of them to callers without a key",
		c.lost, c.keyed, c.keyless, taps, c.unknown.Load(), c.refused.Load())
}

// judge counts what the database holds. An inquiry without a key whose caller got no
// answer may be stored: nobody can ask for it.
func (c *commits) judge(ctx context.Context, taps int) (string, error) {
	var errs []error
	count := func(sql string, args ...any) int {
		n, err := c.office.Count(ctx, sql, args...)
		errs = append(errs, err)
		return n
	}
	sent := c.keyed + c.keyless
	missing := sent - count(`SELECT count(*) FROM customers WHERE name = 'Lead'`)
	doubled := count(`SELECT count(*) FROM inquiries WHERE name = 'Lead'`) - (sent - missing)
	once := count(`SELECT count(*) FROM (SELECT customer_id FROM events WHERE kind = 'no_answer' GROUP BY 1 HAVING count(*) = 1) t`)
	more := count(`SELECT count(*) FROM events WHERE kind = 'no_answer'`) - once
	figures := fmt.Sprintf("%s; %d leads missing, %d doubled, %d retries told of another inquiry, %d of %d taps with one effect, %d with more",
		c.figures(taps), missing, doubled, c.differing.Load(), once, taps, more)
	if c.lost == 0 {
		errs = append(errs, errors.New("no answer was lost"))
	}
	if missing < 0 || missing > int(c.refused.Load()) || doubled != 0 || c.differing.Load() != 0 || once != taps || more != 0 {
		errs = append(errs, errors.New("something happened twice or not at all"))
	}
	return figures, errors.Join(errs...)
}
