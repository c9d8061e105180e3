package postgres

import (
	"cmp"
	"context"
	"fmt"
	"slices"
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

func scanCustomer(row pgx.CollectableRow) (crm.Customer, error) { return scanCustomerAfter(row) }

// scanCustomerAfter scans a customer that stands behind other columns.
func scanCustomerAfter(row pgx.CollectableRow, others ...any) (c crm.Customer, err error) {
	var holder, by, maker *int64
	var held, erased *time.Time
	err = row.Scan(append(others, &c.ID, &c.Version, &c.Hidden, &c.Name, &c.City, &c.Email, &c.Phones, &c.Values, &c.Status,
		&holder, &held, &by, &c.Attempts, &c.Source, &maker, &c.CreatedAt, &c.FirstInquiryAt, &c.LastInquiryAt,
		&erased, &c.Reminders)...)
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
func (r reader) CustomerByPhone(ctx context.Context, p persian.Phone) (crm.Customer, error) {
	rows, err := r.q.Query(ctx, `SELECT `+customerColumns+` FROM phones p JOIN customers c ON c.id = p.customer_id
		WHERE p.phone = $1`, string(p))
	if err != nil {
		return crm.Customer{}, wrap(err, "find phone")
	}
	c, err := pgx.CollectExactlyOneRow(rows, scanCustomer)
	return c, found(err, "find phone", crm.KeyNoCustomer)
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
	b := &pgx.Batch{}
	queueChanged(b, []crm.Customer{c})
	queueSearch(b, []crm.Customer{c})
	queueNumbersOf(b, c)
	return wrap(t.q.SendBatch(ctx, b).Close(), "save customer")
}

const (
	customerState = `version, hidden, name, city, email, phones, field_values, status_id, status,
		holder_id, held_since, handed_by, attempts, due_at, last_inquiry_at, waiting, erased_at`
	givenState = `u.version, u.hidden, u.name, u.city, u.email, u.phones::jsonb, u.field_values::jsonb,
		u.status_id, u.status::jsonb, u.holder_id, u.held_since, u.handed_by, u.attempts, u.due_at, u.last_inquiry_at, u.waiting,
		u.erased_at`
)

// Statements on customers, in their order.
var (
	stateTypes = []string{"bigint", "bigint", "boolean", "text", "text", "text", "text", "text", "bigint", "text",
		"bigint", "timestamptz", "bigint", "int", "timestamptz", "timestamptz", "boolean", "timestamptz"}
	updateCustomers = givenRows(`UPDATE customers c SET (`+customerState+`) = ROW (`+givenState+`)
		FROM %s AS u (id, `+customerState+`) WHERE c.id = u.id`, stateTypes...)
	insertCustomers = givenRows(`INSERT INTO customers (id, `+customerState+`, source_id, created_by, created_at, first_inquiry_at)
		OVERRIDING SYSTEM VALUE
		SELECT u.id, `+givenState+`, u.source_id, u.created_by, u.created_at, u.first_inquiry_at
		FROM %s AS u (id, `+customerState+`, source_id, created_by, created_at, first_inquiry_at)`,
		append(slices.Clone(stateTypes), "bigint", "bigint", "timestamptz", "timestamptz")...)
)

// queueChanged writes customers that there are.
func queueChanged(b *pgx.Batch, cs []crm.Customer) {
	if len(cs) > 0 {
		updateCustomers.queue(b, stateColumns(cs))
	}
}

// queueNew writes customers that there were none of.
func queueNew(b *pgx.Batch, cs []crm.Customer) {
	if len(cs) > 0 {
		insertCustomers.queue(b, append(stateColumns(cs),
			column(cs, func(c crm.Customer) int64 { return int64(c.Source) }),
			column(cs, func(c crm.Customer) *int64 { return null(c.CreatedBy) }),
			column(cs, func(c crm.Customer) time.Time { return c.CreatedAt }),
			column(cs, func(c crm.Customer) time.Time { return c.FirstInquiryAt })))
	}
}

// stateColumns are those of stateTypes.
func stateColumns(cs []crm.Customer) []any {
	return []any{
		column(cs, func(c crm.Customer) int64 { return int64(c.ID) }),
		column(cs, func(c crm.Customer) int64 { return c.Version }),
		column(cs, func(c crm.Customer) bool { return c.Hidden }),
		column(cs, func(c crm.Customer) string { return c.Name }),
		column(cs, func(c crm.Customer) string { return c.City }),
		column(cs, func(c crm.Customer) string { return c.Email }),
		jsonColumn(cs, func(c crm.Customer) []crm.PhoneNumber { return notNil(c.Phones) }),
		jsonColumn(cs, func(c crm.Customer) crm.Values { return notNilValues(c.Values) }),
		column(cs, func(c crm.Customer) *int64 { return null(c.Status.Status) }),
		jsonColumn(cs, func(c crm.Customer) crm.StatusState { return c.Status }),
		column(cs, func(c crm.Customer) *int64 { return null(c.Holder) }),
		column(cs, heldSince),
		column(cs, func(c crm.Customer) *int64 { return null(c.HandedBy) }),
		column(cs, func(c crm.Customer) int { return c.Attempts }),
		column(cs, func(c crm.Customer) *time.Time { return nullTime(c.Due()) }),
		column(cs, func(c crm.Customer) time.Time { return c.LastInquiryAt }),
		column(cs, crm.Customer.Waiting),
		column(cs, func(c crm.Customer) *time.Time { return nullTime(c.ErasedAt) }),
	}
}

func heldSince(c crm.Customer) *time.Time {
	if c.Holder == 0 {
		return nil
	}
	return nullTime(c.HeldSince)
}

// ownNumbers gives numbers to customers; of a hidden customer's, to whoever needs it.
var ownNumbers = givenRows(`INSERT INTO phones (phone, customer_id) SELECT * FROM %s AS u ON CONFLICT (phone)
	DO UPDATE SET customer_id = excluded.customer_id WHERE phones.customer_id <> excluded.customer_id
	AND (SELECT hidden FROM customers WHERE id = phones.customer_id)`, "text", "bigint")

// queueNumbers writes the numbers of customers who had none.
func queueNumbers(b *pgx.Batch, cs []crm.Customer) {
	var phones []string
	var owners []int64
	for _, c := range cs {
		for _, p := range c.Phones {
			phones, owners = append(phones, string(p.Phone)), append(owners, int64(c.ID))
		}
	}
	if len(phones) > 0 {
		ownNumbers.queue(b, []any{phones, owners})
	}
}

// queueNumbersOf writes the numbers of a customer. A hidden customer keeps the number by which
// an inquiry finds it again, until somebody else needs it.
func queueNumbersOf(b *pgx.Batch, c crm.Customer) {
	numbers := column(c.Phones, func(p crm.PhoneNumber) string { return string(p.Phone) })
	b.Queue(`DELETE FROM phones WHERE customer_id = $1 AND phone <> ALL ($2) AND NOT $3`, c.ID, numbers,
		c.Hidden && c.ErasedAt.IsZero())
	queueNumbers(b, []crm.Customer{c})
}

func notNil[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// InsertInquiry implements crm.Tx.
func (t tx) InsertInquiry(ctx context.Context, i crm.Inquiry) (id crm.InquiryID, err error) {
	i.ID = 0
	sql, args := insertInquiries.of(inquiryColumns([]crm.Inquiry{i}))
	err = t.q.QueryRow(ctx, sql+` RETURNING id`, args...).Scan(&id)
	return id, wrap(err, "insert inquiry")
}

// insertInquiries writes inquiries. Those without an ID get one.
var insertInquiries = givenRows(`INSERT INTO inquiries (id, customer_id, source_id, received_at, phone, name, email, city, message,
		campaign, page, utm, field_values, extra, made_by) OVERRIDING SYSTEM VALUE
	SELECT coalesce(u.id, nextval('inquiries_id_seq')), u.customer_id, u.source_id, u.received_at, u.phone, u.name, u.email, u.city,
		u.message, u.campaign, u.page, u.utm::jsonb, u.field_values::jsonb, u.extra::jsonb, u.made_by
	FROM %s AS u (id, customer_id, source_id, received_at, phone, name, email, city, message, campaign, page, utm, field_values, extra, made_by)`,
	"bigint", "bigint", "bigint", "timestamptz", "text", "text", "text", "text", "text", "text", "text", "text", "text", "text", "bigint")

func inquiryColumns(is []crm.Inquiry) []any {
	return []any{
		column(is, func(i crm.Inquiry) *int64 { return null(i.ID) }),
		column(is, func(i crm.Inquiry) int64 { return int64(i.Customer) }),
		column(is, func(i crm.Inquiry) int64 { return int64(i.Source) }),
		column(is, func(i crm.Inquiry) time.Time { return i.ReceivedAt }),
		column(is, func(i crm.Inquiry) string { return string(i.Phone) }),
		column(is, func(i crm.Inquiry) string { return i.Name }),
		column(is, func(i crm.Inquiry) string { return i.Email }),
		column(is, func(i crm.Inquiry) string { return i.City }),
		column(is, func(i crm.Inquiry) string { return i.Message }),
		column(is, func(i crm.Inquiry) string { return i.Campaign }),
		column(is, func(i crm.Inquiry) string { return i.Page }),
		jsonColumn(is, func(i crm.Inquiry) map[string]string {
			if i.UTM == nil {
				return map[string]string{}
			}
			return i.UTM
		}),
		jsonColumn(is, func(i crm.Inquiry) crm.Values { return notNilValues(i.Values) }),
		column(is, func(i crm.Inquiry) string { return cmp.Or(string(i.Extra), "{}") }),
		column(is, func(i crm.Inquiry) *int64 { return null(i.By) }),
	}
}

func notNilValues(v crm.Values) crm.Values {
	if v == nil {
		return crm.Values{}
	}
	return v
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
