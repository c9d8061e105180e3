package postgres

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"cartable/internal/crm"
	"cartable/internal/persian"
)

// openReminders is a column: the open reminders of customers row c as JSON.
const openReminders = `(SELECT coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'kind', r.kind, 'due', r.due_at,
	'reason', r.reason, 'for', coalesce(r.for_id, 0)) ORDER BY r.due_at, r.id), '[]')
	FROM reminders r WHERE r.customer_id = c.id AND r.closed_at IS NULL)`

const customerColumns = `c.id, c.version, c.hidden, c.name, c.city, c.email, c.phones, c.field_values, c.status,
	c.holder_id, c.held_since, c.handed_by, c.attempts, c.source_id, c.created_by, c.created_at, c.first_inquiry_at,
	c.last_inquiry_at, c.erased_at, ` + openReminders

func scanCustomer(row pgx.CollectableRow) (c crm.Customer, err error) {
	var holder, by, maker *int64
	var held, erased *time.Time
	err = row.Scan(&c.ID, &c.Version, &c.Hidden, &c.Name, &c.City, &c.Email, &c.Phones, &c.Values, &c.Status,
		&holder, &held, &by, &c.Attempts, &c.Source, &maker, &c.CreatedAt, &c.FirstInquiryAt, &c.LastInquiryAt,
		&erased, &c.Reminders)
	c.Holder, c.HandedBy, c.CreatedBy = id[crm.StaffID](holder), id[crm.StaffID](by), id[crm.StaffID](maker)
	if held != nil {
		c.HeldSince = *held
	}
	if erased != nil {
		c.ErasedAt = *erased
	}
	return c, err
}

func (r reader) oneCustomer(ctx context.Context, id crm.CustomerID, lock string) (crm.Customer, error) {
	rows, err := r.q.Query(ctx, `SELECT `+customerColumns+` FROM customers c WHERE c.id = $1`+lock, id)
	if err != nil {
		return crm.Customer{}, wrap(err, "read customer")
	}
	c, err := pgx.CollectExactlyOneRow(rows, scanCustomer)
	return c, found(err, "read customer", crm.KeyNoCustomer)
}

// CustomerWithEvents implements crm.Reader in one round trip.
func (r reader) CustomerWithEvents(ctx context.Context, id crm.CustomerID, limit int) (c crm.Customer, es []crm.Event, err error) {
	if limit == 0 {
		c, err = r.Customer(ctx, id)
		return c, []crm.Event{}, err
	}
	b := &pgx.Batch{}
	b.Queue(`SELECT `+customerColumns+` FROM customers c WHERE c.id = $1`, id).Query(func(rows pgx.Rows) (err error) {
		c, err = pgx.CollectExactlyOneRow(rows, scanCustomer)
		return err
	})
	b.Queue(eventColumns+lastEvents, id, int64(0), limit).Query(func(rows pgx.Rows) (err error) {
		es, err = pgx.CollectRows(rows, scanEvent)
		return err
	})
	err = r.q.SendBatch(ctx, b).Close()
	return c, es, found(err, "read customer", crm.KeyNoCustomer)
}

// Customer implements crm.Reader.
func (r reader) Customer(ctx context.Context, id crm.CustomerID) (crm.Customer, error) {
	return r.oneCustomer(ctx, id, "")
}

// LockCustomer implements crm.Tx. The row is locked by a statement of its own:
// one that waited for a lock would show the row as it is now, but the reminders
// as they were when the statement began.
func (t tx) LockCustomer(ctx context.Context, id crm.CustomerID) (crm.Customer, error) {
	b := &pgx.Batch{}
	b.Queue(`SELECT id FROM customers WHERE id = $1 FOR NO KEY UPDATE`, id)
	var c crm.Customer
	b.Queue(`SELECT `+customerColumns+` FROM customers c WHERE c.id = $1`, id).Query(func(rows pgx.Rows) (err error) {
		c, err = pgx.CollectExactlyOneRow(rows, scanCustomer)
		return err
	})
	err := t.q.SendBatch(ctx, b).Close()
	return c, found(err, "lock customer", crm.KeyNoCustomer)
}

// LockHeldBy implements crm.Tx.
func (t tx) LockHeldBy(ctx context.Context, holder crm.StaffID) ([]crm.CustomerID, error) {
	return t.ids(ctx, `SELECT id FROM customers WHERE holder_id = $1 AND NOT hidden ORDER BY id FOR NO KEY UPDATE`, int64(holder))
}

func (t tx) ids(ctx context.Context, sql string, args ...any) ([]crm.CustomerID, error) {
	rows, err := t.q.Query(ctx, sql, args...)
	if err != nil {
		return nil, wrap(err, "lock customers")
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[crm.CustomerID])
	return ids, wrap(err, "lock customers")
}

// LockPhone implements crm.Tx. The lock is on the number, so that it serialises
// arrivals of a number that no row has yet.
func (t tx) LockPhone(ctx context.Context, p persian.Phone) (crm.CustomerID, error) {
	b := &pgx.Batch{}
	b.Queue(`SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ':phone:' || $1, 0))`, string(p))
	var ids []crm.CustomerID
	b.Queue(`SELECT customer_id FROM phones WHERE phone = $1`, string(p)).Query(func(rows pgx.Rows) (err error) {
		ids, err = pgx.CollectRows(rows, pgx.RowTo[crm.CustomerID])
		return err
	})
	if err := t.q.SendBatch(ctx, b).Close(); err != nil {
		return 0, wrap(err, "lock phone")
	}
	if len(ids) == 0 {
		return 0, nil
	}
	return ids[0], nil
}

// toTake holds for customers row c where it waits to be taken. A blocked one that
// came again waits for nobody.
const toTake = `waiting AND NOT EXISTS (SELECT FROM statuses s WHERE s.id = c.status_id AND s.ends = 'blocked')`

// LockNextLead implements crm.Tx.
func (t tx) LockNextLead(ctx context.Context) (crm.CustomerID, error) {
	ids, err := t.ids(ctx, `SELECT id FROM customers c WHERE `+toTake+`
		ORDER BY last_inquiry_at, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED`)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	return ids[0], nil
}

// CustomerByPhone implements crm.Reader.
func (r reader) CustomerByPhone(ctx context.Context, p persian.Phone) (id crm.CustomerID, err error) {
	err = r.q.QueryRow(ctx, `SELECT customer_id FROM phones WHERE phone = $1`, string(p)).Scan(&id)
	return id, found(err, "find phone", crm.KeyNoCustomer)
}

// InsertCustomer implements crm.Tx: the row alone; SaveCustomer writes the rest.
func (t tx) InsertCustomer(ctx context.Context, c crm.Customer) (id crm.CustomerID, err error) {
	err = t.q.QueryRow(ctx, `INSERT INTO customers (hidden, source_id, created_by, created_at, first_inquiry_at, last_inquiry_at)
		VALUES (true, $1, $2, $3, $4, $5) RETURNING id`,
		c.Source, null(c.CreatedBy), c.CreatedAt, c.FirstInquiryAt, c.LastInquiryAt).Scan(&id)
	return id, wrap(err, "insert customer")
}

// SaveCustomer implements crm.Tx.
func (t tx) SaveCustomer(ctx context.Context, c crm.Customer) error {
	numbers := make([]string, len(c.Phones))
	for i, p := range c.Phones {
		numbers[i] = string(p.Phone)
	}
	var due, held *time.Time
	if d := c.Due(); !d.IsZero() {
		due = &d
	}
	if c.Holder != 0 && !c.HeldSince.IsZero() {
		held = &c.HeldSince
	}
	b := &pgx.Batch{}
	b.Queue(`UPDATE customers SET version = $2, hidden = $3, name = $4, city = $5, email = $6, search = $7, phones = $8,
		phone_search = $9, field_values = $10, status_id = $11, status = $12, holder_id = $13, held_since = $14,
		handed_by = $15, attempts = $16, due_at = $17, last_inquiry_at = $18, waiting = $19,
		erased_at = $20 WHERE id = $1`,
		c.ID, c.Version, c.Hidden, c.Name, c.City, c.Email, c.SearchText(), notNil(c.Phones), phoneSearch(c.Phones),
		c.Values, null(c.Status.Status), c.Status, null(c.Holder), held, null(c.HandedBy), c.Attempts, due, c.LastInquiryAt, c.Waiting(),
		nullTime(c.ErasedAt))
	// A hidden customer keeps the number by which an inquiry finds it again, until
	// somebody else needs it.
	b.Queue(`DELETE FROM phones WHERE customer_id = $1 AND phone <> ALL ($2) AND NOT $3`, c.ID, numbers,
		c.Hidden && c.ErasedAt.IsZero())
	b.Queue(`INSERT INTO phones (phone, customer_id) SELECT unnest($2::text[]), $1 ON CONFLICT (phone)
		DO UPDATE SET customer_id = $1 WHERE phones.customer_id <> $1
		AND (SELECT hidden FROM customers WHERE id = phones.customer_id)`, c.ID, numbers)
	return wrap(t.q.SendBatch(ctx, b).Close(), "save customer")
}

// phoneSearch is every form in which a part of a number may be typed.
func phoneSearch(ps []crm.PhoneNumber) string {
	var forms []string
	for _, p := range ps {
		forms = append(forms, p.Phone.Local(), strings.TrimPrefix(string(p.Phone), "+"))
	}
	return strings.Join(forms, " ")
}

func notNil[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// InsertInquiry implements crm.Tx.
func (t tx) InsertInquiry(ctx context.Context, i crm.Inquiry) (id crm.InquiryID, err error) {
	extra := i.Extra
	if len(extra) == 0 {
		extra = []byte("{}")
	}
	utm, values := i.UTM, i.Values
	if utm == nil {
		utm = map[string]string{}
	}
	if values == nil {
		values = crm.Values{}
	}
	err = t.q.QueryRow(ctx, `INSERT INTO inquiries (customer_id, source_id, received_at, phone, name, email, city, message,
		campaign, page, utm, field_values, extra, made_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING id`,
		i.Customer, i.Source, i.ReceivedAt, string(i.Phone), i.Name, i.Email, i.City, i.Message, i.Campaign, i.Page, utm,
		values, extra, null(i.By)).Scan(&id)
	return id, wrap(err, "insert inquiry")
}

// Inquiry implements crm.Reader.
func (r reader) Inquiry(ctx context.Context, want crm.InquiryID) (i crm.Inquiry, err error) {
	var by *int64
	var phone string
	err = r.q.QueryRow(ctx, `SELECT id, customer_id, source_id, received_at, phone, name, email, city, message, campaign,
		page, utm, field_values, extra, made_by FROM inquiries WHERE id = $1`, want).Scan(&i.ID, &i.Customer, &i.Source,
		&i.ReceivedAt, &phone, &i.Name, &i.Email, &i.City, &i.Message, &i.Campaign, &i.Page, &i.UTM, &i.Values, &i.Extra, &by)
	i.Phone, i.By = persian.Phone(phone), id[crm.StaffID](by)
	return i, found(err, fmt.Sprintf("read inquiry %d", want), crm.KeyNoCustomer)
}
