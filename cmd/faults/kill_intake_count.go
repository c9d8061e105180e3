package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"cartable/internal/rig"
	"cartable/internal/tgsim"
)

// leadCount judges by the database what became of inquiries.
type leadCount struct {
	acknowledged, kills            int
	lost, twice, unheard, unproven int
	told                           int
}

func (c *leadCount) add(o leadCount) {
	c.acknowledged += o.acknowledged
	c.kills += o.kills
	c.lost += o.lost
	c.twice += o.twice
	c.unheard += o.unheard
	c.unproven += o.unproven
	c.told += o.told
}

// count compares what was acknowledged with what is stored, and what is noted as told with
// what Telegram shows.
func (c *leadCount) count(ctx context.Context, office *rig.Office, answers []rig.Answer) error {
	for i, a := range answers {
		if !a.Accepted() {
			continue
		}
		c.acknowledged++
		n, err := office.Count(ctx, `SELECT count(*) FROM inquiries i JOIN customers c ON c.id = i.customer_id
			WHERE i.id = $1 AND c.id = $2 AND c.name = $3 AND NOT c.hidden`, a.Inquiry, a.Customer, leadName(i))
		if err != nil {
			return err
		}
		c.lost += 1 - n
	}
	var err error
	if c.twice, err = office.Count(ctx, `SELECT (SELECT count(*) - count(DISTINCT name) FROM customers) +
		(SELECT count(*) - count(DISTINCT phone) FROM inquiries)`); err != nil {
		return err
	}
	if c.unheard, err = office.Count(ctx, `SELECT count(*) FROM customers c CROSS JOIN staff s WHERE NOT EXISTS (
		SELECT FROM notifications n WHERE n.customer_id = c.id AND n.staff_id = s.id AND n.state IN ('sent', 'summarised'))`); err != nil {
		return err
	}
	if c.told, err = office.Count(ctx, `SELECT count(*) FROM notifications WHERE state IN ('sent', 'summarised')`); err != nil {
		return err
	}
	c.unproven, err = unproven(ctx, office)
	return err
}

// unproven counts the notifications that count as sent and whose message Telegram does not have, or
// has about somebody else.
func unproven(ctx context.Context, office *rig.Office) (n int, err error) {
	shown := map[int64]map[int]tgsim.Message{}
	for _, m := range office.Everybody() {
		shown[m.Person.ID()] = messagesOf(m.Person)
	}
	rows, err := office.Pool.Query(ctx, `SELECT s.telegram_id, n.message_id, CASE WHEN n.state = 'sent' THEN c.name ELSE '' END
		FROM notifications n JOIN staff s ON s.id = n.staff_id JOIN customers c ON c.id = n.customer_id
		WHERE n.message_id IS NOT NULL`)
	if err != nil {
		return 0, fmt.Errorf("ask for notifications: %w", err)
	}
	var chat int64
	var message int
	var name string
	_, err = pgx.ForEachRow(rows, []any{&chat, &message, &name}, func() error {
		if m, ok := shown[chat][message]; !ok || !m.Shows(name) {
			n++
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("read notifications: %w", err)
	}
	return n, nil
}

// messagesOf are those that the bot wrote to somebody, by their IDs.
func messagesOf(p *tgsim.Person) map[int]tgsim.Message {
	out := map[int]tgsim.Message{}
	for _, m := range p.Messages() {
		if m.FromBot() {
			out[m.ID] = m
		}
	}
	return out
}

func (c *leadCount) verdict() (string, error) {
	figures := fmt.Sprintf("%d inquiries acknowledged, %d kills: %d lost, %d twice; %d notifications told, %d not, %d without their message",
		c.acknowledged, c.kills, c.lost, c.twice, c.told, c.unheard, c.unproven)
	if c.lost+c.twice+c.unheard+c.unproven > 0 {
		return figures, errors.New("a lead was lost, doubled or not told of")
	}
	return figures, nil
}

// sendCount counts what Telegram was sent beside what the program knows of. Each notification knows
// one message, so every message that none knows is one too many.
type sendCount struct {
	messages, inFlight    int
	excused               map[spare]bool // in flight at a kill
	atPeace               int            // duplicates before the first kill
	duplicates, unexcused int
}

func (c *sendCount) add(o sendCount) {
	c.messages += o.messages
	c.inFlight += len(o.excused)
	c.atPeace += o.atPeace
	c.duplicates += o.duplicates
	c.unexcused += o.unexcused
}

// spare is a message that no notification knows.
type spare struct {
	chat    int64
	message int
}

// spares finds them, and says which of them is its chat's last message.
func (c *sendCount) spares(ctx context.Context, office *rig.Office) (last, earlier []spare, err error) {
	rows, err := office.Pool.Query(ctx, `SELECT s.telegram_id, n.message_id FROM notifications n JOIN staff s ON s.id = n.staff_id
		WHERE n.message_id IS NOT NULL`)
	if err != nil {
		return nil, nil, fmt.Errorf("ask for notifications: %w", err)
	}
	known := map[spare]bool{}
	var k spare
	if _, err = pgx.ForEachRow(rows, []any{&k.chat, &k.message}, func() error { known[k] = true; return nil }); err != nil {
		return nil, nil, fmt.Errorf("read notifications: %w", err)
	}
	c.messages = 0
	for _, who := range office.Everybody() {
		final := who.Person.Last().ID
		for id := range messagesOf(who.Person) {
			c.messages++
			switch s := (spare{who.Person.ID(), id}); {
			case known[s]:
			case id == final:
				last = append(last, s)
			default:
				earlier = append(earlier, s)
			}
		}
	}
	return last, earlier, nil
}

// calm counts after a time without faults.
func (c *sendCount) calm(ctx context.Context, office *rig.Office) error {
	last, earlier, err := c.spares(ctx, office)
	c.atPeace = len(last) + len(earlier)
	return err
}

// killed notes what was in flight when the program died. One reader is sent one message after
// the other, so it can only be the last of a chat.
func (c *sendCount) killed(ctx context.Context, office *rig.Office) error {
	if err := office.AtRest(ctx); err != nil {
		return err
	}
	last, _, err := c.spares(ctx, office)
	if c.excused == nil {
		c.excused = map[spare]bool{}
	}
	for _, s := range last {
		c.excused[s] = true
	}
	return err
}

// finish counts at the end.
func (c *sendCount) finish(ctx context.Context, office *rig.Office) error {
	last, earlier, err := c.spares(ctx, office)
	for _, s := range append(last, earlier...) {
		c.duplicates++
		if !c.excused[s] {
			c.unexcused++
		}
	}
	return err
}

func (c *sendCount) verdict() (string, error) {
	figures := fmt.Sprintf("%d messages, %d in flight at a kill: %d duplicates, %d of them not in flight; %d without a kill",
		c.messages, c.inFlight, c.duplicates, c.unexcused, c.atPeace)
	if c.duplicates > c.inFlight || c.unexcused+c.atPeace > 0 {
		return figures, errors.New("more was sent twice than was in flight at a kill")
	}
	return figures, nil
}
