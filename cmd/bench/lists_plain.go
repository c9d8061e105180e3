package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"cartable/internal/crm"
	"cartable/internal/persian"
)

// What plain SQL asks on the same tables, for the same columns and in the same order: the
// statement that somebody would write who needs this page alone. Values that are
// JSON stay as they come.

const plainColumns = `c.id, c.version, c.hidden, c.name, c.city, c.email, c.phones, c.field_values, c.status,
	c.holder_id, c.held_since, c.handed_by, c.attempts, c.source_id, c.created_by, c.created_at, c.first_inquiry_at,
	c.last_inquiry_at, c.erased_at, (SELECT coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'kind', r.kind, 'due', r.due_at,
	'reason', r.reason, 'for', coalesce(r.for_id, 0)) ORDER BY r.due_at, r.id), '[]')
	FROM reminders r WHERE r.customer_id = c.id AND r.closed_at IS NULL)`

const plainCartable = `SELECT ` + plainColumns + `, page.due_at, page.section, page.overdue, page.today, page.fresh, page.rest FROM (
		SELECT *, count(*) FILTER (WHERE section = 0) OVER () AS overdue, count(*) FILTER (WHERE section = 1) OVER () AS today,
			count(*) FILTER (WHERE section = 2) OVER () AS fresh, count(*) FILTER (WHERE section = 3) OVER () AS rest
		FROM (SELECT id, due_at, CASE WHEN due_at < $2 THEN 0 WHEN due_at < $3 THEN 1 WHEN status_id IS NULL AND due_at IS NULL THEN 2
				ELSE 3 END AS section, coalesce(due_at, CASE WHEN status_id IS NULL THEN held_since END) AS place
			FROM customers WHERE holder_id = $1 AND NOT hidden) held
		ORDER BY section, place, id LIMIT $4) page
	JOIN customers c ON c.id = page.id ORDER BY page.section, page.place, page.id`

const plainNumber = `SELECT ` + plainColumns + ` FROM phones p JOIN customers c ON c.id = p.customer_id WHERE p.phone = $1`

// plainSearch is a search by whoever knows how many it finds: many are met soon on the way
// through the list, few are gathered by the index.
func plainSearch(column, condition string, many bool) string {
	if many {
		return `SELECT ` + plainColumns + ` FROM (SELECT * FROM customer_search ORDER BY last_inquiry_at DESC, customer_id DESC OFFSET 0) s
			JOIN customers c ON c.id = s.customer_id WHERE s.` + column + ` LIKE $1 ORDER BY s.last_inquiry_at DESC, s.customer_id DESC LIMIT $2`
	}
	return `WITH found AS MATERIALIZED (SELECT customer_id, last_inquiry_at FROM customer_search s WHERE ` + condition + `)
		SELECT ` + plainColumns + ` FROM (SELECT * FROM found ORDER BY last_inquiry_at DESC, customer_id DESC LIMIT $2) s
		JOIN customers c ON c.id = s.customer_id ORDER BY s.last_inquiry_at DESC, s.customer_id DESC`
}

// plainRow is a row as it comes.
type plainRow struct {
	id, version, source                            int64
	hidden                                         bool
	name, city, email                              string
	phones, values, status, reminders              json.RawMessage
	holder, handedBy, maker                        *int64
	attempts                                       int
	held, erased                                   *time.Time
	created, firstInquiry, lastInquiry             time.Time
	due                                            *time.Time
	section, overdue, today, fresh, restOfCartable int
}

// plain runs a statement and returns the IDs of its rows.
func (b *book) plain(ctx context.Context, cartable bool, sql string, args ...any) ([]crm.CustomerID, error) {
	rows, err := b.office.Pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("plain SQL: %w", err)
	}
	var p plainRow
	into := []any{&p.id, &p.version, &p.hidden, &p.name, &p.city, &p.email, &p.phones, &p.values, &p.status, &p.holder, &p.held, &p.handedBy,
		&p.attempts, &p.source, &p.maker, &p.created, &p.firstInquiry, &p.lastInquiry, &p.erased, &p.reminders}
	if cartable {
		into = append(into, &p.due, &p.section, &p.overdue, &p.today, &p.fresh, &p.restOfCartable)
	}
	var ids []crm.CustomerID
	_, err = pgx.ForEachRow(rows, into, func() error {
		ids = append(ids, crm.CustomerID(p.id))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("plain SQL: %w", err)
	}
	return ids, nil
}

func ids(cs []crm.Customer) []crm.CustomerID {
	var out []crm.CustomerID
	for _, c := range cs {
		out = append(out, c.ID)
	}
	return out
}

// cartablePages are everybody's, in turn.
func cartablePages(ctx context.Context, b *book, _ *rand.Rand) ([]probe, error) {
	dir, err := b.office.Domain.Directory(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]probe, probesEach)
	for i := range out {
		who := b.office.Agents[i%len(b.office.Agents)].Staff
		out[i] = probe{
			about: who.Name,
			ours: func(ctx context.Context) ([]crm.CustomerID, error) {
				in, err := b.office.Domain.Cartable(ctx, dir, who, crm.InboxCursor{}, listPage-1)
				var out []crm.CustomerID
				for _, e := range in.Entries {
					out = append(out, e.Customer.ID)
				}
				return out, err
			},
			plain: func(ctx context.Context) ([]crm.CustomerID, error) {
				day := b.office.Domain.Today(dir)
				got, err := b.plain(ctx, true, plainCartable, who.ID, day.Now, day.Ends, listPage)
				return got[:min(len(got), listPage-1)], err
			},
		}
	}
	return out, nil
}

// wholeNumbers are of customers anywhere in the list, as they are typed.
func wholeNumbers(ctx context.Context, b *book, r *rand.Rand) ([]probe, error) {
	dir, err := b.office.Domain.Directory(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]probe, 0, probesEach)
	for len(out) < probesEach {
		c := b.customer(1 + r.IntN(b.size))
		if c.Hidden {
			continue
		}
		phone, err := persian.ParsePhone(c.Phone().Local())
		if err != nil {
			return nil, err
		}
		out = append(out, probe{
			about: phone.Local(),
			ours: func(ctx context.Context) ([]crm.CustomerID, error) {
				c, err := b.office.Domain.FindPhone(ctx, dir, b.office.Agents[0].Staff, phone)
				return []crm.CustomerID{c.ID}, err
			},
			plain: func(ctx context.Context) ([]crm.CustomerID, error) {
				return b.plain(ctx, false, plainNumber, string(phone))
			},
		})
	}
	return out, nil
}

// partsOfNumbers are the last digits, the first ones, and some in the middle.
func partsOfNumbers(ctx context.Context, b *book, r *rand.Rand) ([]probe, error) {
	return b.searches(ctx, "numbers", func() string {
		number := b.customer(1 + r.IntN(b.size)).Phone().Local()
		n := 4 + r.IntN(4)
		switch r.IntN(3) {
		case 0:
			return number[:n]
		case 1:
			return number[len(number)-n:]
		default:
			return number[3 : 3+n]
		}
	}, func(typed string) string { return typed })
}

// partsOfNames are names of customers, parts of them, and what is typed often.
func partsOfNames(ctx context.Context, b *book, r *rand.Rand) ([]probe, error) {
	return b.searches(ctx, "words", func() string {
		name := []rune(b.customer(1 + r.IntN(b.size)).Name)
		kind := r.IntN(4)
		if kind == 0 || len(name) < 2 {
			return typedParts[r.IntN(len(typedParts))]
		}
		switch first, _, _ := strings.Cut(string(name), " "); kind {
		case 1:
			return string(name)
		case 2:
			return first
		default:
			from := r.IntN(len(name) - 1)
			return string(name[from : from+2+r.IntN(len(name)-from-1)])
		}
	}, persian.CompactKey)
}

// searches are probes of a text in a column of customer_search.
func (b *book) searches(ctx context.Context, column string, draw func() string, key func(string) string) ([]probe, error) {
	dir, err := b.office.Domain.Directory(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]probe, 0, probesEach)
	for len(out) < probesEach {
		typed := draw()
		text := key(typed)
		if len([]rune(text)) < 2 || strings.HasPrefix(text, "00") {
			continue // too short for the bot, or the beginning of 0098…
		}
		condition, arg := "s."+column+" LIKE $1", any("%"+text+"%")
		if len([]rune(text)) == 2 {
			condition, arg = "search_pairs(s."+column+") @> $1", any([]string{text})
		}
		var found int
		if err := b.office.Pool.QueryRow(ctx, `SELECT count(*) FROM customer_search s WHERE `+condition, arg).Scan(&found); err != nil {
			return nil, fmt.Errorf("count what is found: %w", err)
		}
		many := float64(found)*float64(found) > gatherCost*float64(b.size)
		if many {
			arg = "%" + text + "%"
		}
		out = append(out, probe{
			about: fmt.Sprintf("%s (%d)", typed, found),
			ours: func(ctx context.Context) ([]crm.CustomerID, error) {
				cs, err := b.office.Domain.Customers(ctx, dir, b.office.Agents[0].Staff, crm.Filter{Text: typed}, crm.Cursor{}, listPage)
				return ids(cs), err
			},
			plain: func(ctx context.Context) ([]crm.CustomerID, error) {
				return b.plain(ctx, false, plainSearch(column, condition, many), arg, listPage)
			},
		})
	}
	return out, nil
}

// gatherCost is the square of how many are found, for each customer of all, above which
// going through the list is quicker than gathering: a page's entries are met among
// listPage times all by found, each of which costs a quarter of what a gathered one does.
const gatherCost = listPage / 4.0
