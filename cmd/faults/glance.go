package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"cartable/internal/crm"
	"cartable/internal/persian"
	"cartable/internal/rig"
	"cartable/internal/tgsim"
)

// glance is somebody's chat from some moment on: what the bot has said since.
type glance struct {
	person   *tgsim.Person
	from     time.Time
	messages map[int]tgsim.Message
	toasts   int
}

// glanceAt looks at a chat before something is done there.
func glanceAt(p *tgsim.Person) glance {
	v := p.View()
	g := glance{person: p, from: time.Now(), messages: map[int]tgsim.Message{}, toasts: len(v.Toasts)}
	for _, m := range v.Messages {
		g.messages[m.ID] = m
	}
	return g
}

// sees waits until a message that is new, or was changed, shows all these texts, and
// returns it and how long after the glance that was.
func (g glance) sees(ctx context.Context, limit time.Duration, texts ...string) (out tgsim.Message, after time.Duration, err error) {
	err = g.wait(ctx, limit, "to see "+strings.Join(texts, ", "), func(v *tgsim.View) bool {
		for _, m := range v.Messages {
			before, known := g.messages[m.ID]
			if m.FromBot() && m.Shows(texts...) && (!known || before.EditDate != m.EditDate || before.Plain() != m.Plain() || !before.Shows(texts...)) {
				out = m
				return true
			}
		}
		return false
	})
	return out, time.Since(g.from), err
}

// told waits until an answer to a tap, or a new message, says one of these things, and
// returns which.
func (g glance) told(ctx context.Context, limit time.Duration, texts ...string) (which string, after time.Duration, err error) {
	err = g.wait(ctx, limit, "to be told "+strings.Join(texts, " or "), func(v *tgsim.View) bool {
		for _, text := range texts {
			which = text
			for _, toast := range v.Toasts[g.toasts:] {
				if strings.Contains(toast.Text, text) {
					return true
				}
			}
			for _, m := range v.Messages {
				if _, known := g.messages[m.ID]; !known && m.FromBot() && m.Shows(text) {
					return true
				}
			}
		}
		return false
	})
	return which, time.Since(g.from), err
}

func (g glance) wait(ctx context.Context, limit time.Duration, what string, wanted func(*tgsim.View) bool) error {
	ctx, cancel := context.WithTimeout(ctx, rig.Patience(limit)-time.Since(g.from))
	defer cancel()
	if err := g.person.Wait(ctx, wanted); err != nil {
		return fmt.Errorf("%s waited %s %s; the last they saw is %q", g.person.Profile().FirstName, rig.Patience(limit), what, g.person.Last().Plain())
	}
	return rig.Within(g.person.Profile().FirstName+" waited "+what, time.Since(g.from), limit)
}

// does taps what bears the label, and waits until a message shows all these texts.
func does(ctx context.Context, p *tgsim.Person, label string, texts ...string) (tgsim.Message, error) {
	g := glanceAt(p)
	if err := p.Tap(label); err != nil {
		return tgsim.Message{}, fmt.Errorf("%w; the last they saw is %q %q", err, p.Last().Plain(), p.Last().Labels())
	}
	m, _, err := g.sees(ctx, stepLimit, texts...)
	return m, err
}

// says types a text, and waits until a message shows all these texts.
func says(ctx context.Context, p *tgsim.Person, text string, texts ...string) (tgsim.Message, error) {
	g := glanceAt(p)
	p.Type(text)
	m, _, err := g.sees(ctx, stepLimit, texts...)
	return m, err
}

// stepLimit is for what goes wrong only when the experiment does.
const stepLimit = 20 * time.Second

// holds gives a new customer to somebody: one who called, and whom they took.
func holds(ctx context.Context, o *rig.Office, by rig.Member, n int, name string) (crm.CustomerID, error) {
	in, err := inquiry(o, n, name)
	if err != nil {
		return 0, err
	}
	a, err := o.Domain.RecordInquiry(ctx, o.Command(rig.Member{}), in)
	if err != nil {
		return 0, fmt.Errorf("record an inquiry: %w", err)
	}
	if _, err := o.Domain.Take(ctx, o.Command(by), a.Customer); err != nil {
		return 0, fmt.Errorf("take a lead: %w", err)
	}
	return a.Customer, nil
}

// inquiry is of the nth invented customer.
func inquiry(o *rig.Office, n int, name string) (crm.Inquiry, error) {
	phone, err := persian.ParsePhone(rig.Phone(n))
	if err != nil {
		return crm.Inquiry{}, fmt.Errorf("an invented number: %w", err)
	}
	return crm.Inquiry{Source: o.Source.ID, Phone: phone, Name: name}, nil
}

// handled waits until everything that people did was handled to its end; other than with
// Settled, announcements may wait for an open form.
func handled(ctx context.Context, o *rig.Office) error {
	return rig.Await(ctx, "everything to be handled", stepLimit, func(ctx context.Context) (bool, error) {
		n, err := o.Count(ctx, `SELECT count(*) FROM updates WHERE state = 'new'`)
		return n == 0, err
	})
}
