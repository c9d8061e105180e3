package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"cartable/internal/crm"
	"cartable/internal/persian"
	"cartable/internal/rig"
)

// book is the customers of an office that has been at work for years: their inquiries,
// numbers, events and reminders, written straight into the tables, since the program
// would take days. It grows in place: the first ones stay as they are.
type book struct {
	office *rig.Office
	size   int       // customers so far
	begins time.Time // when the first of them came
	ends   time.Time // when the last of them will have come
}

const (
	betweenCustomers = 95 * time.Second // a million in three years
	eventsEach       = 10
	waitingEver      = 300 // customers at the end of the list who wait to be taken
)

// newBook returns an empty one whose last customer of most will have come just now.
func newBook(o *rig.Office, most int) *book {
	now := time.Now().UTC().Truncate(time.Second)
	return &book{office: o, begins: now.Add(-time.Duration(most+1) * betweenCustomers), ends: now}
}

// grow brings the book to size customers.
func (b *book) grow(ctx context.Context, size int) error {
	conn, err := b.office.Pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("load customers: %w", err)
	}
	defer conn.Release()
	// Foreign keys hold by construction. Indexes are quicker built than grown.
	if err := execute(ctx, conn.Conn(), `SET statement_timeout = 0`, `SET session_replication_role = replica`,
		`SET synchronous_commit = off`, `SET maintenance_work_mem = '512MB'`); err != nil {
		return err
	}
	indexes, err := dropIndexes(ctx, conn.Conn())
	if err != nil {
		return err
	}
	if err := b.copyCustomers(ctx, conn.Conn(), size); err != nil {
		return err
	}
	if err := execute(ctx, conn.Conn(), b.rest(size)...); err != nil {
		return err
	}
	if err := execute(ctx, conn.Conn(), indexes...); err != nil {
		return err
	}
	if err := execute(ctx, conn.Conn(), append(b.cartables(), `VACUUM (ANALYZE)`, `CHECKPOINT`, `RESET ALL`)...); err != nil {
		return err
	}
	b.size = size
	// The connection has a search path and time-out of its own: let the pool make another.
	return conn.Conn().Close(ctx)
}

func execute(ctx context.Context, conn *pgx.Conn, statements ...string) error {
	for _, sql := range statements {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("load customers: %w: %.80s", err, sql)
		}
	}
	return nil
}

// dropIndexes drops the indexes of the large tables that are no constraints, and returns
// what makes them again.
func dropIndexes(ctx context.Context, conn *pgx.Conn) ([]string, error) {
	rows, err := conn.Query(ctx, `SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
		WHERE i.indrelid = ANY (ARRAY['customers', 'customer_search', 'phones', 'inquiries', 'events', 'reminders']::regclass[])
		AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)`)
	if err != nil {
		return nil, fmt.Errorf("list indexes: %w", err)
	}
	var name, definition string
	var names, definitions []string
	if _, err := pgx.ForEachRow(rows, []any{&name, &definition}, func() error {
		names, definitions = append(names, name), append(definitions, definition)
		return nil
	}); err != nil {
		return nil, fmt.Errorf("list indexes: %w", err)
	}
	if len(names) == 0 {
		return nil, nil
	}
	return definitions, execute(ctx, conn, `DROP INDEX `+strings.Join(names, ", "))
}

// customer makes up the nth customer, always the same.
func (b *book) customer(n int) crm.Customer {
	r := rand.New(rand.NewPCG(1405, uint64(n)))
	came := b.begins.Add(time.Duration(n) * betweenCustomers)
	c := crm.Customer{
		ID: crm.CustomerID(n), Version: int64(1 + r.IntN(6)), Hidden: r.IntN(200) == 0, Name: persian.Clean(invent(r)),
		Source: crm.SourceID(1 + r.IntN(2)), CreatedAt: came, FirstInquiryAt: came, LastInquiryAt: came,
	}
	if r.IntN(5) > 0 {
		c.City = persian.Clean(cities[citySkew.draw(r)])
	}
	if r.IntN(10) < 3 {
		c.Email = fmt.Sprintf("%s%d@%s", mailNames[r.IntN(len(mailNames))], r.IntN(10000), mailHosts[r.IntN(len(mailHosts))])
	}
	// One in ten came again within half a year, as far as that has passed.
	if again := came.Add(time.Duration(r.Int64N(int64(180 * 24 * time.Hour)))); r.IntN(10) == 0 {
		if again.After(b.ends) {
			again = b.ends
		}
		c.LastInquiryAt = again.Truncate(time.Microsecond)
	}
	if r.IntN(3) == 0 {
		c.CreatedBy = b.office.Agents[r.IntN(len(b.office.Agents))].ID
	}
	ended := []crm.StatusID{1, 7, 7, 7, 7, 8, 9, 9}
	status := ended[r.IntN(len(ended))]
	c.Status = crm.StatusState{Status: status, Definition: 1, By: 2, At: c.LastInquiryAt.Add(time.Hour)}
	c.Values = crm.Values{1: "کارشناسی"}
	// The numbers go through all of a prefix's in a scattered order.
	prefixes := []string{"912", "912", "912", "935", "936", "919", "901", "938", "914", "916"}
	number := fmt.Sprintf("+98%s%07d", prefixes[n%len(prefixes)], (n/len(prefixes)*7_368_787+n)%10_000_000)
	c.Phones = []crm.PhoneNumber{{Phone: persian.Phone(number)}}
	return c
}

func (b *book) copyCustomers(ctx context.Context, conn *pgx.Conn, size int) error {
	columns := []string{"id", "version", "hidden", "name", "city", "email", "phones", "field_values", "status_id",
		"status", "source_id", "created_by", "created_at", "first_inquiry_at", "last_inquiry_at"}
	err := b.copyInto(ctx, conn, "customers", columns, size, func(c crm.Customer) []any {
		var maker *int64
		if id := int64(c.CreatedBy); id != 0 {
			maker = &id
		}
		return []any{c.ID, c.Version, c.Hidden, c.Name, c.City, c.Email, c.Phones, c.Values, int64(c.Status.Status),
			c.Status, c.Source, maker, c.CreatedAt, c.FirstInquiryAt, c.LastInquiryAt}
	})
	if err != nil {
		return err
	}
	columns = []string{"customer_id", "last_inquiry_at", "words", "numbers"}
	return b.copyInto(ctx, conn, "customer_search", columns, size, func(c crm.Customer) []any {
		if c.Hidden {
			return nil
		}
		p := c.Phone()
		return []any{c.ID, c.LastInquiryAt, c.SearchText(), p.Local() + " " + strings.TrimPrefix(string(p), "+")}
	})
}

// copyInto writes a row of the new customers, where they have one.
func (b *book) copyInto(ctx context.Context, conn *pgx.Conn, table string, columns []string, size int, row func(crm.Customer) []any) error {
	n := b.size
	_, err := conn.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromFunc(func() ([]any, error) {
		for n < size {
			n++
			if r := row(b.customer(n)); r != nil {
				return r, nil
			}
		}
		return nil, nil // the end of the copy
	}))
	if err != nil {
		return fmt.Errorf("load %s: %w", table, err)
	}
	return nil
}

// rest are the statements that give the new customers, those above b.size, what belongs
// to them.
func (b *book) rest(size int) []string {
	of := fmt.Sprintf(` FROM customers c WHERE c.id > %d`, b.size)
	return []string{
		fmt.Sprintf(`SELECT setval(pg_get_serial_sequence('customers', 'id'), %d)`, size),
		`INSERT INTO phones (phone, customer_id) SELECT c.phones->0->>'phone', c.id` + of,
		`INSERT INTO inquiries (customer_id, source_id, received_at, phone, name, email, city, message)
			SELECT c.id, c.source_id, c.first_inquiry_at, c.phones->0->>'phone', c.name, c.email, c.city, 'لطفا تماس بگیرید'` + of,
		fmt.Sprintf(`INSERT INTO events (customer_id, kind, actor_id, at, version, key, delta, detail)
			SELECT c.id, k.kind, CASE WHEN k.n > 0 THEN 2 + (c.id + k.n) %% 40 END, c.first_inquiry_at + k.n * interval '3 hours', 1 + k.n / 2,
				'load:' || c.id || ':' || k.n, k.delta::jsonb, k.detail::jsonb
			FROM customers c, (VALUES (0, 'inquiry', '{"hidden": {"from": true, "to": false}}', '{"source": 2, "created": true, "inquiry": 1}'),
				(1, 'taken', '{"holder": {"from": 0, "to": 3}}', '{}'),
				(2, 'no_answer', '{"attempts": {"from": 0, "to": 1}}', '{"attempt": 1}'),
				(3, 'no_answer', '{"attempts": {"from": 1, "to": 2}}', '{"attempt": 2}'),
				(4, 'note', '{}', '{"text": "بعد از ظهرها پاسخ می‌دهد"}'),
				(5, 'status', '{"status": {"from": {}, "to": {"status": 5, "definition": 1}}}', '{}'),
				(6, 'remind', '{}', '{"text": "قول داد تصمیم بگیرد"}'), (7, 'done', '{}', '{}'),
				(8, 'hand_over', '{"holder": {"from": 3, "to": 4}}', '{"to": 4}'),
				(9, 'status', '{"status": {"from": {"status": 5}, "to": {"status": 7, "definition": 1}}}', '{}')) k (n, kind, delta, detail)
			WHERE c.id > %d AND k.n < %d`, b.size, eventsEach),
		`INSERT INTO reminders (customer_id, kind, due_at, reason, made_at, closed_at)
			SELECT c.id, 'manual', c.first_inquiry_at, '', c.first_inquiry_at, c.first_inquiry_at` + of + ` AND c.id % 2 = 0`,
	}
}

// cartables are the statements that spread what the staff holds over all customers, the
// late ones most: 50 to 500 each, whatever the number of all.
func (b *book) cartables() []string {
	return []string{
		`UPDATE reminders SET closed_at = made_at WHERE closed_at IS NULL`,
		`UPDATE customers SET holder_id = NULL, held_since = NULL, due_at = NULL, waiting = false, status_id = 7,
			status = '{"status": 7, "definition": 1}' WHERE holder_id IS NOT NULL OR waiting`,
		fmt.Sprintf(`UPDATE customers SET waiting = true, status_id = NULL, status = '{}' WHERE id IN
			(SELECT id FROM customers WHERE NOT hidden ORDER BY last_inquiry_at DESC, id DESC LIMIT %d)`, waitingEver),
		`CREATE TEMP TABLE held AS
			WITH sizes AS (SELECT id, 50 + (450 * power((row_number() OVER (ORDER BY id) - 1) / (count(*) OVER () - 1)::float, 3))::int AS size
				FROM staff WHERE role = 'agent'),
			seats AS (SELECT id AS holder, row_number() OVER (ORDER BY hashint8(id * 1000 + seat)) AS seat, seat % 20 AS kind
				FROM sizes, generate_series(1, size) seat),
			chosen AS (SELECT id, row_number() OVER () AS seat FROM (SELECT id FROM customers, (SELECT max(id) AS last FROM customers) x
				WHERE NOT hidden AND NOT waiting ORDER BY random() * (last - id + last / 20) LIMIT (SELECT count(*) FROM seats)) y)
			SELECT chosen.id, holder, kind FROM chosen JOIN seats USING (seat)`,
		`UPDATE customers c SET holder_id = h.holder, held_since = now() - h.kind * interval '1 day',
			status_id = s.status, status = CASE WHEN s.status IS NULL THEN '{}' ELSE jsonb_build_object('status', s.status, 'definition', 1) END,
			due_at = CASE WHEN h.kind BETWEEN 4 AND 6 THEN now() - h.kind * interval '5 hours' WHEN h.kind BETWEEN 7 AND 9 THEN now() + h.kind * interval '1 minute'
				WHEN h.kind BETWEEN 10 AND 15 THEN now() + h.kind * interval '1 day' END + (c.id % 60) * interval '1 second'
			FROM held h, LATERAL (SELECT CASE WHEN h.kind < 4 THEN NULL ELSE 2 + h.kind % 5 END AS status) s WHERE c.id = h.id`,
		`INSERT INTO reminders (customer_id, kind, due_at, reason, made_at, next_ring)
			SELECT c.id, 'status', c.due_at, 'تماس دوباره', now(), c.due_at FROM customers c JOIN held USING (id) WHERE c.due_at IS NOT NULL`,
		`DROP TABLE held`,
	}
}
