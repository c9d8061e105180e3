package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sync/errgroup"

	"cartable/internal/crm"
	"cartable/internal/persian"
	"cartable/internal/rig"
	"cartable/internal/tgsim"
)

// newWork makes an office with colleagues and customers who wait, one for each course.
func newWork(ctx context.Context, b *breaker, schema string, colleagues, courses int) (*work, error) {
	office, err := b.NewOffice(ctx, schema, colleagues, tgsim.Options{Limits: tgsim.Limits{Off: true}})
	if err != nil {
		return nil, err
	}
	for i := range courses {
		phone, err := persian.ParsePhone(rig.Phone(i))
		if err != nil {
			return nil, errors.Join(fmt.Errorf("number of a customer: %w", err), office.Close())
		}
		inquiry := crm.Inquiry{Source: office.Source.ID, Phone: phone, Name: customer(i).name()}
		if _, err := office.Domain.RecordInquiry(ctx, office.Command(rig.Member{}), inquiry); err != nil {
			return nil, errors.Join(fmt.Errorf("make a customer: %w", err), office.Close())
		}
	}
	return &work{office: office}, nil
}

// begin has the colleagues go through the courses from a number on, each with customers of their own.
func (w *work) begin(ctx context.Context, g *errgroup.Group, from, courses int) {
	for i, member := range w.office.Agents {
		g.Go(func() error {
			who := &colleague{work: w, person: member.Person}
			for c := from + i; c < courses; c += len(w.office.Agents) {
				if err := who.course(ctx, customer(c)); err != nil {
					return fmt.Errorf("%s: %w", member.Name, err)
				}
			}
			return nil
		})
	}
}

func (w *work) figures() string {
	return fmt.Sprintf("%d courses, %d updates (%d taps again), %d kills", w.courses.Load(), w.did.Load(), w.again.Load(), w.kills.Load())
}

// effects are the events of one course by kind, and what is typed in each.
const effects = `WITH done AS (
	SELECT c.name, e.kind, count(*) AS n FROM customers c JOIN events e ON e.customer_id = c.id
	WHERE c.name < 'Lead 9' GROUP BY c.name, e.kind
), wanted AS (
	SELECT c.name, k.kind, k.n FROM customers c CROSS JOIN (VALUES
		('inquiry', 1), ('taken', 1), ('note', 1), ('status', 2), ('remind', 1)) AS k (kind, n)
	WHERE c.name < 'Lead 9'
)`

// judge says which effects are missing and which are there more than once.
func (w *work) judge(ctx context.Context, courses int) (string, error) {
	var sum struct{ right, missing, repeated, unfinished, failed int }
	for _, question := range []struct {
		answer *int
		sql    string
	}{
		{&sum.right, effects + `SELECT COALESCE(sum(d.n), 0) FROM done d JOIN wanted w USING (name, kind, n)`},
		{&sum.missing, effects + `SELECT COALESCE(sum(w.n - COALESCE(d.n, 0)), 0) FROM wanted w LEFT JOIN done d USING (name, kind)
			WHERE COALESCE(d.n, 0) < w.n`},
		{&sum.repeated, effects + `SELECT COALESCE(sum(d.n - COALESCE(w.n, 0)), 0) FROM done d LEFT JOIN wanted w USING (name, kind)
			WHERE d.n > COALESCE(w.n, 0)`},
		{&sum.failed, `SELECT count(*) FROM updates WHERE state = 'failed'`},
	} {
		n, err := w.office.Count(ctx, question.sql)
		if err != nil {
			return "", err
		}
		*question.answer = n
	}
	for i := range courses {
		n, err := w.ended(ctx, customer(i))
		if err != nil {
			return "", err
		}
		sum.unfinished += 1 - n
	}
	lost, strange := w.seen("The answers of this form were lost"), w.seen("No customer found", "Something went wrong")
	figures := fmt.Sprintf("%d effects right, %d missing, %d repeated; %d customers not as agreed; %d forms lost, %d strange answers; %d updates put aside",
		sum.right, sum.missing, sum.repeated, sum.unfinished, lost, strange, sum.failed)
	if sum.right != 6*courses || sum.missing+sum.repeated+sum.unfinished+lost+strange+sum.failed > 0 {
		return figures, errors.New("not everything that people did had its effect once")
	}
	return figures, nil
}

// ended counts the customers whose course has left exactly what was typed and tapped.
func (w *work) ended(ctx context.Context, c customer) (int, error) {
	typed := func(kind, text string) string {
		return fmt.Sprintf(`(SELECT count(*) FROM events e WHERE e.customer_id = c.id AND e.kind = '%s' AND e.detail::text || e.delta::text LIKE '%%%s%%') = 1`, kind, text)
	}
	return w.office.Count(ctx, `SELECT count(*) FROM customers c JOIN statuses s ON s.id = c.status_id
		WHERE c.name = $1 AND s.title->>'en' = 'Led to a contract' AND c.status::text LIKE '%' || $2 || '%' AND c.status::text LIKE '%5000000%'
		AND `+strings.Join([]string{typed("note", c.note()), typed("remind", c.reason()), typed("status", c.product())}, " AND "),
		c.name(), c.product())
}

// seen counts the messages in people's chats that show one of the texts.
func (w *work) seen(texts ...string) (n int) {
	for _, who := range w.office.Everybody() {
		for _, m := range messagesOf(who.Person) {
			for _, text := range texts {
				if m.Shows(text) {
					n++
				}
			}
		}
	}
	return n
}
