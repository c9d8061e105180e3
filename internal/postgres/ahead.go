package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"cartable/internal/crm"
	"cartable/internal/failpoint"
	"cartable/internal/persian"
	"cartable/internal/pgplan"
)

// InTxAhead implements crm.Store. A group of inquiries of new customers takes two round trips:
// one begins, locks and reads, the other writes and commits. A command on a customer who was
// foreseen takes one.
func (s *Store) InTxAhead(ctx context.Context, ahead crm.Ahead, fn func(crm.Tx) error) (tells bool, err error) {
	on, foreseen := s.basis(ctx, ahead)
	foresightOf(ctx).end()
	if foreseen {
		var done bool
		if done, tells = s.onceSeen(ctx, ahead, on, fn); done {
			return tells, nil
		}
	}
	for range attempts {
		var cut, told bool
		cut, told, err = s.onceAhead(ctx, ahead, fn)
		tells = tells || told // of a try whose commit was not answered too
		// A key is claimed when its outcome is written. Whoever finds that another transaction was
		// faster is run again, and then finds the outcome.
		// IDs that were taken just before a power cut can be given out once more.
		again := cut || lostRace(err) || violates(err, "commands_pkey") || violates(err, "events_pkey") || violates(err, "reminders_pkey")
		if !again || ctx.Err() != nil {
			return tells, err
		}
	}
	return tells, err
}

// onceAhead runs fn in one transaction; cut is as of once.
func (s *Store) onceAhead(ctx context.Context, ahead crm.Ahead, fn func(crm.Tx) error) (cut, tells bool, err error) {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return false, false, wrap(err, "connect")
	}
	defer conn.Release() // closes one that is still in a transaction, such as after a panic
	l := &late{conn: conn}
	t := newAheadTx(reader{q: l, last: s.last}, l)
	if err = t.begin(ctx, ahead); err == nil {
		failpoint.Reach(failpoint.CommandBegun)
		err = fn(t)
		failpoint.Reach(failpoint.CommandDone)
	}
	if err == nil {
		err = l.commit(ctx)
	}
	if err == nil {
		failpoint.Reach(failpoint.CommandCommitted)
		return false, l.tells, nil
	}
	l.rollback(ctx)
	return conn.Conn().IsClosed(), true, err
}

// aheadTx is a tx that has locked and read what was asked for ahead, and answers from that;
// what it is to write it writes late. Everything else goes to the database as in any other
// transaction: the writes before it, and what was read ahead is forgotten.
type aheadTx struct {
	tx
	late *late

	keys     map[string]bool            // claimed ahead
	outcomes map[string]json.RawMessage // of the commands that were carried out, here or before
	actor    crm.Staff
	sources  map[string]keyedSource // by the hash of the key
	owners   map[persian.Phone]crm.CustomerID
	ids      freeIDs

	read      bool // the two below are as the database has them
	customers map[crm.CustomerID]crm.Customer
	dir       crm.Directory
}

// keyedSource is a source with a key that works until it expires; zero: for ever.
type keyedSource struct {
	source  crm.SourceID
	expires time.Time
}

func newAheadTx(r reader, l *late) *aheadTx {
	t := &aheadTx{tx: tx{r}, late: l, keys: map[string]bool{}, outcomes: map[string]json.RawMessage{},
		sources: map[string]keyedSource{}, owners: map[persian.Phone]crm.CustomerID{}}
	l.passing = func() { t.read, t.customers = false, map[crm.CustomerID]crm.Customer{} }
	l.passing()
	return t
}

const (
	// Locks are taken in one order by all.
	lockPhones = `SELECT pg_advisory_xact_lock(h) FROM (
		SELECT DISTINCT hashtextextended(current_schema() || ':phone:' || p, 0) AS h FROM unnest($1::text[]) p ORDER BY 1) locks`
	lockOwners = `SELECT FROM customers WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE`
	readAhead  = `SELECT (` + directoryMark + `), ARRAY (SELECT customer_id FROM phones WHERE phone = ANY ($1)),
		EXISTS (SELECT FROM commands WHERE key = ANY ($2)), ARRAY (SELECT nextval('customers_id_seq') FROM generate_series(1, $3)),
		ARRAY (SELECT nextval('inquiries_id_seq') FROM generate_series(1, $3)), ARRAY (SELECT nextval('events_id_seq') FROM generate_series(1, $3))`
	readKeys   = `SELECT hash, source_id, expires_at FROM source_keys WHERE hash = ANY ($1)`
	readOwners = `SELECT p.phone, ` + customerColumns + ` FROM customers c JOIN phones p ON p.customer_id = c.id
		WHERE c.id = ANY ($1) AND p.phone = ANY ($2)`
	readOutcomes = `SELECT key, outcome FROM commands WHERE key = ANY ($1)`
	readAbout    = `SELECT (` + directoryMark + `), ARRAY (SELECT nextval('events_id_seq') FROM generate_series(1, $1)),
		ARRAY (SELECT nextval('reminders_id_seq') FROM generate_series(1, $1))`
	moreEvents = `SELECT ARRAY (SELECT nextval('events_id_seq') FROM generate_series(1, $1))`
)

// begin begins the transaction, locks, and reads. Each statement sees what is committed when
// it begins, so that one after a lock sees what the lock was waited for.
func (t *aheadTx) begin(ctx context.Context, ahead crm.Ahead) error {
	for _, key := range ahead.Keys {
		t.keys[key] = true
	}
	var mark int64
	var err error
	if len(ahead.Customers) > 0 {
		mark, err = t.beginAbout(ctx, ahead)
	} else {
		mark, err = t.beginArrivals(ctx, ahead)
	}
	if err != nil {
		return err
	}
	t.dir, err = reader{q: t.late.conn, last: t.last}.directoryOf(ctx, mark)
	t.read = err == nil
	return err
}

// beginAbout begins for commands on customers that there are.
func (t *aheadTx) beginAbout(ctx context.Context, ahead crm.Ahead) (mark int64, err error) {
	b := &pgx.Batch{}
	b.Queue(`BEGIN`)
	b.Queue(pgplan.ByIndex)
	if ahead.Actor != 0 {
		b.Queue(staffColumns+sharedStaff, int64(ahead.Actor)).Query(func(rows pgx.Rows) error {
			_, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s crm.Staff, err error) {
				t.actor, err = scanStaff(row)
				return t.actor, err
			})
			return err
		})
	}
	b.Queue(lockOwners, ahead.Customers)
	b.Queue(`SELECT `+customerColumns+` FROM customers c WHERE c.id = ANY ($1)`, ahead.Customers).Query(func(rows pgx.Rows) error {
		cs, err := pgx.CollectRows(rows, scanCustomer)
		for _, c := range cs {
			t.customers[c.ID] = c
		}
		return err
	})
	b.Queue(readOutcomes, ahead.Keys).Query(t.scanOutcomes)
	b.Queue(readAbout, len(ahead.Keys)).QueryRow(func(row pgx.Row) error {
		return row.Scan(&mark, &t.ids.events, &t.ids.reminders)
	})
	return mark, wrap(t.late.conn.SendBatch(ctx, b).Close(), "begin")
}

// beginArrivals begins for inquiries.
func (t *aheadTx) beginArrivals(ctx context.Context, ahead crm.Ahead) (mark int64, err error) {
	phones := column(ahead.Phones, func(p persian.Phone) string { return string(p) })
	var owners []crm.CustomerID
	var repeats bool
	b := &pgx.Batch{}
	b.Queue(`BEGIN`)
	b.Queue(pgplan.ByIndex)
	b.Queue(lockPhones, phones)
	b.Queue(readAhead, phones, ahead.Keys, len(phones)).QueryRow(func(row pgx.Row) error {
		return row.Scan(&mark, &owners, &repeats, &t.ids.customers, &t.ids.inquiries, &t.ids.events)
	})
	if len(ahead.SourceKeys) > 0 {
		b.Queue(readKeys, ahead.SourceKeys).Query(t.scanKeys)
	}
	if err := t.late.conn.SendBatch(ctx, b).Close(); err != nil {
		return 0, wrap(err, "begin")
	}
	for _, p := range ahead.Phones {
		t.owners[p] = 0
	}
	if len(owners) > 0 || repeats {
		err = t.beginKnown(ctx, phones, owners, ahead.Keys)
	}
	return mark, err
}

// beginKnown locks and reads those who have the numbers, and the outcomes that there are. Who was
// erased while their lock was waited for has given theirs up. IDs of events come after the locks:
// those of a customer ascend in time.
func (t *aheadTx) beginKnown(ctx context.Context, phones []string, owners []crm.CustomerID, keys []string) error {
	b := &pgx.Batch{}
	b.Queue(lockOwners, owners)
	b.Queue(readOwners, owners, phones).Query(func(rows pgx.Rows) error {
		var phone string
		_, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c crm.Customer, err error) {
			if c, err = scanCustomerAfter(row, &phone); err == nil {
				t.owners[persian.Phone(phone)], t.customers[c.ID] = c.ID, c
			}
			return c, err
		})
		return err
	})
	b.Queue(readOutcomes, keys).Query(t.scanOutcomes)
	b.Queue(moreEvents, len(phones)).QueryRow(func(row pgx.Row) error { return row.Scan(&t.ids.events) })
	return wrap(t.late.conn.SendBatch(ctx, b).Close(), "lock customers")
}

func (t *aheadTx) scanOutcomes(rows pgx.Rows) error {
	var key string
	var out []byte
	_, err := pgx.ForEachRow(rows, []any{&key, &out}, func() error {
		t.outcomes[key] = slices.Clone(out)
		return nil
	})
	return err
}

func (t *aheadTx) scanKeys(rows pgx.Rows) error {
	var hash []byte
	var source int64
	var expires *time.Time
	_, err := pgx.ForEachRow(rows, []any{&hash, &source, &expires}, func() error {
		t.sources[string(hash)] = keyedSource{crm.SourceID(source), orZero(expires)}
		return nil
	})
	return err
}

// freeIDs are IDs of rows that are to be written.
type freeIDs struct{ customers, inquiries, events, reminders []int64 }

// next takes an ID off the list, or one from the sequence where none is left.
func (t *aheadTx) next(ctx context.Context, from *[]int64, sequence string) (id int64, err error) {
	if len(*from) > 0 {
		id, *from = (*from)[0], (*from)[1:]
		return id, nil
	}
	if err := t.late.mayAsk(); err != nil {
		return 0, err
	}
	err = t.late.conn.QueryRow(ctx, `SELECT nextval($1::regclass)`, sequence).Scan(&id)
	return id, wrap(err, fmt.Sprintf("take an ID from %s", sequence))
}

// Once implements crm.Tx.
func (t *aheadTx) Once(ctx context.Context, key string) (json.RawMessage, bool, error) {
	if out, done := t.outcomes[key]; done || t.keys[key] {
		return out, done, nil
	}
	return t.tx.Once(ctx, key)
}

// Settle implements crm.Tx.
func (t *aheadTx) Settle(ctx context.Context, key string, actor crm.StaffID, at time.Time, out json.RawMessage) error {
	if !t.keys[key] {
		return t.tx.Settle(ctx, key, actor, at, out)
	}
	t.outcomes[key] = out
	t.late.rows.outcomes = append(t.late.rows.outcomes, outcome{key, actor, at, out})
	return nil
}

// Directory implements crm.Tx.
func (t *aheadTx) Directory(ctx context.Context) (crm.Directory, error) {
	if t.read {
		return t.dir, nil
	}
	return t.tx.Directory(ctx)
}

// SourceByKey implements crm.Tx.
func (t *aheadTx) SourceByKey(ctx context.Context, hash []byte, now time.Time) (crm.Source, error) {
	k, ok := t.sources[string(hash)]
	if !ok || !t.read {
		return t.tx.SourceByKey(ctx, hash, now)
	}
	src, ok := t.dir.Sources[k.source]
	if !ok || src.Retired || !k.expires.IsZero() && !k.expires.After(now) {
		return crm.Source{}, &crm.Error{Code: crm.NotFound, Key: crm.KeyNoSource}
	}
	return src, nil
}

// LockPhone implements crm.Tx.
func (t *aheadTx) LockPhone(ctx context.Context, p persian.Phone) (crm.CustomerID, error) {
	if owner, asked := t.owners[p]; asked {
		return owner, nil
	}
	return t.tx.LockPhone(ctx, p)
}

// LockCustomer implements crm.Tx.
func (t *aheadTx) LockCustomer(ctx context.Context, id crm.CustomerID) (crm.Customer, error) {
	if c, ok := t.customers[id]; ok {
		return c, nil
	}
	return t.tx.LockCustomer(ctx, id)
}

// LockStaff implements crm.Tx.
func (t *aheadTx) LockStaff(ctx context.Context, id crm.StaffID) (crm.Staff, error) {
	if t.read && id == t.actor.ID {
		return t.actor, nil
	}
	return t.tx.LockStaff(ctx, id)
}

// InsertCustomer implements crm.Tx.
func (t *aheadTx) InsertCustomer(ctx context.Context, c crm.Customer) (crm.CustomerID, error) {
	id, err := t.next(ctx, &t.ids.customers, "customers_id_seq")
	if err != nil {
		return 0, err
	}
	c.ID, c.Version, c.Hidden = crm.CustomerID(id), 1, true
	t.late.rows.newCustomers.put(c.ID, c)
	t.customers[c.ID] = c
	return c.ID, nil
}

// SaveCustomer implements crm.Tx.
func (t *aheadTx) SaveCustomer(_ context.Context, c crm.Customer) error {
	if first, isNew := t.late.rows.newCustomers.get(c.ID); isNew {
		c.Source, c.CreatedBy, c.CreatedAt, c.FirstInquiryAt = first.Source, first.CreatedBy, first.CreatedAt, first.FirstInquiryAt
		t.late.rows.newCustomers.put(c.ID, c)
	} else {
		before, ok := t.customers[c.ID]
		anew := !ok || before.Hidden || c.Hidden || !slices.Equal(before.Phones, c.Phones)
		if anew {
			t.late.rows.renumbered = append(t.late.rows.renumbered, c.ID)
		}
		if anew || before.SearchText() != c.SearchText() || !before.LastInquiryAt.Equal(c.LastInquiryAt) {
			t.late.rows.sought = append(t.late.rows.sought, c.ID)
		}
		t.late.rows.customers.put(c.ID, c)
	}
	t.customers[c.ID] = c
	for phone, owner := range t.owners {
		has := slices.ContainsFunc(c.Phones, func(p crm.PhoneNumber) bool { return p.Phone == phone })
		switch {
		case has && owner == 0:
			t.owners[phone] = c.ID
		case has != (owner == c.ID):
			delete(t.owners, phone) // the database knows
		}
	}
	return nil
}

// InsertInquiry implements crm.Tx.
func (t *aheadTx) InsertInquiry(ctx context.Context, i crm.Inquiry) (crm.InquiryID, error) {
	id, err := t.next(ctx, &t.ids.inquiries, "inquiries_id_seq")
	i.ID = crm.InquiryID(id)
	t.late.rows.inquiries = append(t.late.rows.inquiries, i)
	return i.ID, err
}

// AppendEvent implements crm.Tx. One that undoes another can fail, and does so at once.
func (t *aheadTx) AppendEvent(ctx context.Context, e crm.Event) (crm.EventID, error) {
	if e.Undoes != 0 {
		t.ids.events = nil // they are lower than its own
		return t.tx.AppendEvent(ctx, e)
	}
	id, err := t.next(ctx, &t.ids.events, "events_id_seq")
	e.ID = crm.EventID(id)
	t.late.rows.events = append(t.late.rows.events, e)
	return e.ID, err
}

// InsertReminder implements crm.Tx.
func (t *aheadTx) InsertReminder(ctx context.Context, c crm.CustomerID, r crm.Reminder, at time.Time) (crm.ReminderID, error) {
	id, err := t.next(ctx, &t.ids.reminders, "reminders_id_seq")
	r.ID = crm.ReminderID(id)
	t.change(func(b *pgx.Batch) { b.Queue(insertReminder, reminderValues(c, r, at)...) })
	return r.ID, err
}

// ApplyReminders implements crm.Tx.
func (t *aheadTx) ApplyReminders(_ context.Context, c crm.CustomerID, d crm.Delta, at time.Time) error {
	t.change(func(b *pgx.Batch) { queueReminders(b, c, d, at) })
	t.late.tells = t.late.tells || len(d.Closed) > 0 // a message that rang may have to be brought up to date
	return nil
}

// RefreshCards implements crm.Tx.
func (t *aheadTx) RefreshCards(_ context.Context, c crm.CustomerID, since time.Time, undone bool) error {
	t.change(func(b *pgx.Batch) {
		b.Queue(refreshCards, c, since, undone).Exec(func(cards pgconn.CommandTag) error {
			t.late.tells = t.late.tells || cards.RowsAffected() > 0
			return nil
		})
	})
	return nil
}

// change has other tables changed late.
func (t *aheadTx) change(queue func(*pgx.Batch)) {
	t.late.rows.changes = append(t.late.rows.changes, queue)
}

// Notify implements crm.Tx.
func (t *aheadTx) Notify(_ context.Context, ns []crm.Notification) error {
	t.late.rows.notifications = append(t.late.rows.notifications, ns...)
	t.late.tells = t.late.tells || len(ns) > 0
	return nil
}

// SaveRoute implements crm.Tx.
func (t *aheadTx) SaveRoute(_ context.Context, r crm.Route) error {
	t.late.rows.routes.put(r.Customer, r)
	return nil
}
