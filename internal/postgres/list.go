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

// conditions collects the parts of a WHERE clause and their arguments.
type conditions struct {
	parts []string
	args  []any
}

// add appends a condition; each ? in it becomes the placeholder of an argument.
func (w *conditions) add(sql string, args ...any) {
	for _, a := range args {
		w.args = append(w.args, a)
		sql = strings.Replace(sql, "?", fmt.Sprintf("$%d", len(w.args)), 1)
	}
	w.parts = append(w.parts, sql)
}

// List implements crm.Reader.
func (r reader) List(ctx context.Context, f crm.Filter, after crm.Cursor, limit int) ([]crm.Customer, error) {
	w := &conditions{}
	w.add("NOT c.hidden")
	w.filter(f)
	if !after.At.IsZero() {
		w.add("(c.last_inquiry_at, c.id) < (?, ?)", after.At, after.ID)
	}
	w.args = append(w.args, limit)
	rows, err := r.q.Query(ctx, `SELECT `+customerColumns+` FROM customers c WHERE `+strings.Join(w.parts, " AND ")+
		fmt.Sprintf(` ORDER BY c.last_inquiry_at DESC, c.id DESC LIMIT $%d`, len(w.args)), w.args...)
	if err != nil {
		return nil, wrap(err, "list customers")
	}
	cs, err := pgx.CollectRows(rows, scanCustomer)
	return cs, wrap(err, "list customers")
}

func (w *conditions) filter(f crm.Filter) {
	if f.Text != "" {
		w.search(f.Text)
	}
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
	if f.Visible != 0 {
		w.add("(c.holder_id = ? OR c.created_by = ? OR c.waiting)", f.Visible, f.Visible)
	}
}

// search looks for a part of a number where mostly digits were typed, else for
// the words in names, cities and addresses.
func (w *conditions) search(typed string) {
	if digits := strings.TrimPrefix(digitsOf(typed), "00"); len(digits) >= 3 {
		w.add("c.phone_search LIKE ?", "%"+digits+"%")
		return
	}
	// As it was typed: an address keeps its signs, which the keys of words drop.
	forms := []string{strings.ToLower(strings.TrimSpace(typed))}
	if key := persian.SearchKey(typed); key != "" {
		forms = append(forms, key, persian.CompactKey(typed))
	}
	slices.Sort(forms)
	var patterns []any
	for _, f := range slices.Compact(forms) {
		patterns = append(patterns, like(f))
	}
	w.add("("+strings.Repeat("c.search LIKE ? OR ", len(patterns)-1)+"c.search LIKE ?)", patterns...)
}

var likeEscape = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

func like(key string) string { return "%" + likeEscape.Replace(key) + "%" }

// digitsOf returns the digits of what looks like a part of a number, "" for what
// does not.
func digitsOf(typed string) string {
	var b strings.Builder
	for _, r := range persian.ASCIIDigits(persian.Clean(typed)) {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case strings.ContainsRune(" +-().•*", r):
		default:
			return ""
		}
	}
	return b.String()
}

// section is the part of a cartable that customers row c is in, at $2, on the
// day that ends at $3; order is its place there.
const (
	section = `CASE WHEN c.due_at < $2 THEN 0 WHEN c.due_at < $3 THEN 1
		WHEN c.status_id IS NULL AND c.due_at IS NULL THEN 2 ELSE 3 END`
	order = `coalesce(extract(epoch FROM coalesce(c.due_at,
		CASE WHEN c.status_id IS NULL THEN c.held_since END)) * 1000000, 9e18)::bigint`
	inbox = ` FROM customers c WHERE c.holder_id = $1 AND NOT c.hidden`
)

// Inbox implements crm.Reader.
func (r reader) Inbox(ctx context.Context, holder crm.StaffID, day crm.Day, after crm.InboxCursor, limit int) ([]crm.InboxEntry, error) {
	rows, err := r.q.Query(ctx, `SELECT `+customerColumns+`, c.due_at, `+section+`, `+order+inbox+
		` AND ($6::bigint = 0 OR (`+section+`, `+order+`, c.id) > ($4::int, $5::bigint, $6::bigint))
		ORDER BY `+section+`, `+order+`, c.id LIMIT $7`,
		holder, day.Now, day.Ends, int(after.Section), after.Order, int64(after.ID), limit)
	if err != nil {
		return nil, wrap(err, "read cartable")
	}
	es, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e crm.InboxEntry, err error) {
		var due *time.Time
		e.Customer, err = scanCustomer(withMore{row, []any{&due, &e.Section, &e.Order}})
		if due != nil {
			e.Due = *due
		}
		return e, err
	})
	return es, wrap(err, "read cartable")
}

// withMore is a row of customerColumns followed by other columns.
type withMore struct {
	pgx.CollectableRow
	more []any
}

func (w withMore) Scan(dest ...any) error { return w.CollectableRow.Scan(append(dest, w.more...)...) }

// InboxCounts implements crm.Reader.
func (r reader) InboxCounts(ctx context.Context, holder crm.StaffID, day crm.Day) (n crm.Counts, err error) {
	err = r.q.QueryRow(ctx, `SELECT count(*) FILTER (WHERE s = 0), count(*) FILTER (WHERE s = 1), count(*) FILTER (WHERE s = 2),
		count(*) FILTER (WHERE s = 3) FROM (SELECT `+section+` s`+inbox+`) x`, holder, day.Now, day.Ends).
		Scan(&n.Overdue, &n.Today, &n.Fresh, &n.Rest)
	return n, wrap(err, "count cartable")
}

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
