package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"cartable/internal/crm"
	"cartable/internal/persian"
)

// conditions collects the parts of a WHERE clause and the arguments of a statement.
type conditions struct {
	parts []string
	args  []any
}

// add appends a condition; each ? in it becomes the placeholder of an argument.
func (w *conditions) add(sql string, args ...any) {
	for _, a := range args {
		sql = strings.Replace(sql, "?", w.arg(a), 1)
	}
	w.parts = append(w.parts, sql)
}

// arg adds an argument and returns its placeholder.
func (w *conditions) arg(a any) string {
	w.args = append(w.args, a)
	return fmt.Sprintf("$%d", len(w.args))
}

// and returns the conditions, and others, as one; true for none.
func (w *conditions) and(others ...string) string {
	if all := slices.Concat(w.parts, others); len(all) > 0 {
		return strings.Join(all, " AND ")
	}
	return "true"
}

// filter narrows rows c of customers, but for the text and by who may see them.
func (w *conditions) filter(f crm.Filter) {
	if f.Status != 0 {
		w.add("c.status_id = ?", f.Status)
	}
	if f.NoStatus {
		w.add("c.status_id IS NULL")
	}
	if f.Source != 0 {
		w.add("c.source_id = ?", f.Source)
	}
	if f.Holder != 0 {
		w.add("c.holder_id = ?", f.Holder)
	}
	if f.Pool {
		w.add("c.holder_id IS NULL")
	}
	if !f.Since.IsZero() {
		w.add("c.last_inquiry_at >= ?", f.Since)
	}
	if !f.Until.IsZero() {
		w.add("c.last_inquiry_at < ?", f.Until)
	}
}

// List implements crm.Reader.
func (r reader) List(ctx context.Context, f crm.Filter, after crm.Cursor, limit int) ([]crm.Customer, error) {
	if f.Text != "" {
		return r.search(ctx, f, after, limit)
	}
	w := &conditions{}
	w.filter(f)
	if !after.At.IsZero() {
		w.add("(c.last_inquiry_at, c.id) < (?, ?)", after.At, after.ID)
	}
	return r.customers(ctx, latest(w, f.Visible, limit), w.args)
}

// latest selects id and last_inquiry_at of the first customers, newest first, whom w lets
// through and who may be seen: by everybody for visible 0. An agent sees three lists, of
// which each has its index; no customer is in two of them.
func latest(w *conditions, visible crm.StaffID, limit int) string {
	n := w.arg(limit)
	list := func(conditions ...string) string {
		return `SELECT c.id, c.last_inquiry_at FROM customers c WHERE ` + w.and(append(conditions, "NOT c.hidden")...) +
			` ORDER BY c.last_inquiry_at DESC, c.id DESC LIMIT ` + n
	}
	if visible == 0 {
		return list()
	}
	v := w.arg(int64(visible))
	return `SELECT id, last_inquiry_at FROM ((` + list("c.holder_id = "+v) +
		`) UNION ALL (` + list("c.created_by = "+v, "c.holder_id IS DISTINCT FROM "+v) +
		`) UNION ALL (` + list("c.waiting", "c.created_by IS DISTINCT FROM "+v) +
		`)) seen ORDER BY last_inquiry_at DESC, id DESC LIMIT ` + n
}

// customers reads those whose id and last_inquiry_at a statement selects.
func (r reader) customers(ctx context.Context, ids string, args []any) ([]crm.Customer, error) {
	rows, err := r.q.Query(ctx, `SELECT `+customerColumns+` FROM (`+ids+`) page JOIN customers c ON c.id = page.id
		ORDER BY page.last_inquiry_at DESC, page.id DESC`, args...)
	if err != nil {
		return nil, wrap(err, "list customers")
	}
	cs, err := pgx.CollectRows(rows, scanCustomer)
	return cs, wrap(err, "list customers")
}

// inbox is the cartable of $1: of each customer the section on the day that is now at $2
// and ends at $3, and the place in it. The index customers_inbox has all of it.
const inbox = `SELECT c.id, c.due_at,
	CASE WHEN c.due_at < $2 THEN 0 WHEN c.due_at < $3 THEN 1 WHEN c.status_id IS NULL AND c.due_at IS NULL THEN 2 ELSE 3 END AS section,
	coalesce(extract(epoch FROM coalesce(c.due_at, CASE WHEN c.status_id IS NULL THEN c.held_since END)) * 1000000, 9e18)::bigint AS place
	FROM customers c WHERE c.holder_id = $1 AND NOT c.hidden`

// Inbox implements crm.Reader.
func (r reader) Inbox(ctx context.Context, holder crm.StaffID, day crm.Day, after crm.InboxCursor, limit int) (
	es []crm.InboxEntry, n crm.Counts, err error) {
	b := &pgx.Batch{}
	b.Queue(`SELECT count(*) FILTER (WHERE section = 0), count(*) FILTER (WHERE section = 1), count(*) FILTER (WHERE section = 2),
		count(*) FILTER (WHERE section = 3) FROM (`+inbox+`) held`, holder, day.Now, day.Ends).QueryRow(func(row pgx.Row) error {
		return row.Scan(&n.Overdue, &n.Today, &n.Fresh, &n.Rest)
	})
	b.Queue(`SELECT `+customerColumns+`, page.due_at, page.section, page.place FROM (SELECT * FROM (`+inbox+`) held
			WHERE $6::bigint = 0 OR (section, place, id) > ($4::int, $5::bigint, $6::bigint)
			ORDER BY section, place, id LIMIT $7) page
		JOIN customers c ON c.id = page.id ORDER BY page.section, page.place, page.id`,
		holder, day.Now, day.Ends, int(after.Section), after.Order, int64(after.ID), limit).Query(func(rows pgx.Rows) (err error) {
		es, err = pgx.CollectRows(rows, scanInboxEntry)
		return err
	})
	return es, n, wrap(r.q.SendBatch(ctx, b).Close(), "read cartable")
}

func scanInboxEntry(row pgx.CollectableRow) (e crm.InboxEntry, err error) {
	var due *time.Time
	e.Customer, err = scanCustomer(withMore{row, []any{&due, &e.Section, &e.Order}})
	e.Due = orZero(due)
	return e, err
}

// withMore is a row of customerColumns followed by other columns.
type withMore struct {
	pgx.CollectableRow
	more []any
}

func (w withMore) Scan(dest ...any) error { return w.CollectableRow.Scan(append(dest, w.more...)...) }

// HeldCount implements crm.Reader.
func (r reader) HeldCount(ctx context.Context, holder crm.StaffID) (n int, err error) {
	err = r.q.QueryRow(ctx, `SELECT count(*) FROM customers WHERE holder_id = $1 AND NOT hidden`, holder).Scan(&n)
	return n, wrap(err, "count cartable")
}

// Workloads implements crm.Reader.
func (r reader) Workloads(ctx context.Context, day persian.Civil) (map[crm.StaffID]crm.Workload, error) {
	rows, err := r.q.Query(ctx, `SELECT s.id, (SELECT count(*) FROM customers WHERE holder_id = s.id AND NOT hidden),
		coalesce(t.received, 0) FROM staff s LEFT JOIN turns t ON t.staff_id = s.id AND t.day = $1::date`, day.String())
	if err != nil {
		return nil, wrap(err, "count workloads")
	}
	out := map[crm.StaffID]crm.Workload{}
	var id crm.StaffID
	var w crm.Workload
	_, err = pgx.ForEachRow(rows, []any{&id, &w.Held, &w.Received}, func() error {
		out[id] = w
		return nil
	})
	return out, wrap(err, "count workloads")
}

// WaitingLeads implements crm.Reader.
func (r reader) WaitingLeads(ctx context.Context) (n int, err error) {
	err = r.q.QueryRow(ctx, `SELECT count(*) FROM customers c WHERE `+toTake).Scan(&n)
	return n, wrap(err, "count leads")
}
