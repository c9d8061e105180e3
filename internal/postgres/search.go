package postgres

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"cartable/internal/crm"
	"cartable/internal/persian"
	"cartable/internal/pgplan"
)

// How many customers a search looks at one by one: a glance at first, which is hardly noticed. A
// walk, a millisecond long, fills a page with what one in three hundred has; it is worth its while
// where a glance shows so many as promise that. An agent who sees only some customers is not helped by the index, which
// knows nothing of who sees whom.
const (
	glance    = 200
	promising = 2
	walk      = 3000
	walkSeen  = 2000
)

// few is how many are gathered by the index before it is known how many there are.
const few = 400

// search is List for a filter with text.
//
// A part of a word can be in every name or in none, and the planner's estimates do not tell
// which: a plan that is right for the one takes seconds for the other. So a search goes
// on, from where there is least to read, only until the page is full:
//
//  1. among the first customers after the cursor, one by one: at a glance together with
//     the next step, which is only carried out where the glance promises nothing, and then
//     in a walk;
//  2. by the index, among all, as long as there are few;
//  3. by the index, in the period of the cursor and the one before: what one in a few
//     thousand has fills the page there, and of the index only two periods are read;
//  4. by the index, among all, however many.
//
// Each step finds everything that is newer than where it stops, so a page that it
// fills is the right one. Steps that cannot be expected to fill it are left out.
func (r reader) search(ctx context.Context, f crm.Filter, after crm.Cursor, limit int) ([]crm.Customer, error) {
	q := search{Filter: f, terms: termsOf(f.Text), after: after, limit: limit}
	if f.Visible != 0 {
		return r.searchSeen(ctx, q)
	}
	if q.seldom() {
		return r.first(ctx, q, q.few(), q.near(walk), q.indexed(true), q.indexed(false))
	}
	got, err := r.take(ctx, q, q.glanceOrFew())
	switch {
	case err != nil || got.done:
		return got.found, err
	case got.gathered > 0:
		return r.first(ctx, q, q.near(walk), q.indexed(true), q.indexed(false))
	default:
		return r.first(ctx, q, q.near(walk), q.few(), q.indexed(true), q.indexed(false))
	}
}

// searchSeen searches for somebody who sees only some customers. Whoever sees few sees them all in one
// walk, however many others there are.
func (r reader) searchSeen(ctx context.Context, q search) ([]crm.Customer, error) {
	got, err := r.take(ctx, q, q.near(walkSeen))
	if err != nil || got.done {
		return got.found, err
	}
	var sees int
	sql, args := q.seen()
	if err := r.q.QueryRow(ctx, sql, args...).Scan(&sees); err != nil || sees < walkSeen {
		return got.found, wrap(err, "count customers to see")
	}
	return r.first(ctx, q, q.indexed(false))
}

// step is a statement of a search. Its rows are IDs of customers, the time of their latest inquiry, and
// how many were gathered to find them; zero where that says nothing.
type step struct {
	sql  string
	args []any
	sure bool // that there are none where it finds none
}

// first takes steps until one of them has the page, the last one in any case.
func (r reader) first(ctx context.Context, q search, steps ...step) ([]crm.Customer, error) {
	var got taken
	var err error
	for ; len(steps) > 0 && !got.done && err == nil; steps = steps[1:] {
		got, err = r.take(ctx, q, steps[0])
	}
	return got.found, err
}

// taken is what a step found; done says whether that is the page.
type taken struct {
	found    []crm.Customer
	gathered int
	done     bool
}

// take takes a step. Its plan does not depend on what is looked for, and to make it anew takes longer
// than most of them.
func (r reader) take(ctx context.Context, q search, s step) (got taken, err error) {
	b := &pgx.Batch{}
	b.Queue(pgplan.Once)
	b.Queue(`SELECT `+customerColumns+`, page.gathered FROM (`+s.sql+`) page JOIN customers c ON c.id = page.id
		ORDER BY page.last_inquiry_at DESC, page.id DESC`, s.args...).Query(func(rows pgx.Rows) (err error) {
		got.found, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (crm.Customer, error) {
			return scanCustomer(withMore{row, []any{&got.gathered}})
		})
		return err
	})
	err = r.q.SendBatch(ctx, b).Close()
	switch {
	case len(got.found) == 0:
		got.done = s.sure
	case got.gathered == 0:
		got.done = len(got.found) == q.limit
	default: // of more than few there may be newer ones
		got.done = got.gathered <= few
	}
	return got, wrap(err, "search")
}

// search is what a search looks for. Its methods make the steps.
type search struct {
	crm.Filter
	terms []term
	after crm.Cursor
	limit int
}

// seldom says whether so few have it that nobody is looked at one by one. How many have a part of a
// name cannot be told from it. A part of a number is the rarer the longer it is: of a million, a few
// hundred have four digits of it, a few have six. What numbers begin with very many have: the
// country does not count, nor the 9 of a mobile.
func (q search) seldom() bool {
	t := q.terms[0]
	if t.column != "numbers" {
		return false
	}
	rest := strings.TrimPrefix(t.text, "00")
	if home, ok := strings.CutPrefix(rest, "98"); ok {
		rest = home
	}
	return len(strings.TrimPrefix(strings.TrimPrefix(rest, "0"), "9")) >= 4
}

// glanceOrFew is near at a glance and, where that finds less than is promising, few instead: the conditions
// on the count decide which of the two is carried out.
func (q search) glanceOrFew() step {
	w := &conditions{}
	near := q.nearIn(w, glance)
	few := q.fewIn(w)
	enough := `(SELECT count(*) FROM near) >= ` + w.arg(promising)
	return step{sql: `WITH near AS MATERIALIZED (` + near + `) SELECT * FROM near WHERE ` + enough +
		` UNION ALL SELECT * FROM (` + few.sql + `) few WHERE NOT ` + enough, args: w.args, sure: few.sure}
}

// near finds among the first customers after the cursor.
func (q search) near(among int) step {
	w := &conditions{}
	sql := q.nearIn(w, among)
	return step{sql: sql, args: w.args}
}

func (q search) nearIn(w *conditions, among int) string {
	var first string
	if q.Visible == 0 {
		first = `SELECT s.customer_id AS id, s.last_inquiry_at, s.words, s.numbers FROM customer_search s
			WHERE ` + q.beyond(w, "s.customer_id") + ` ORDER BY s.last_inquiry_at DESC, s.customer_id DESC LIMIT ` + w.arg(among)
	} else {
		// OFFSET 0 keeps the text outside: no plan begins with everybody who has it.
		first = `SELECT s.id, s.last_inquiry_at, t.words, t.numbers FROM (` + q.latest(w) + `) s, LATERAL (SELECT t.words, t.numbers
			FROM customer_search t WHERE t.customer_id = s.id OFFSET 0) t`
	}
	text := q.text(w, term.contained)
	return `SELECT s.id, s.last_inquiry_at, 0 AS gathered FROM (` + first + `) s` + q.narrowed(w) + ` WHERE ` + text +
		` ORDER BY s.last_inquiry_at DESC, s.id DESC LIMIT ` + w.arg(q.limit)
}

// seen counts the customers after the cursor whom the agent sees, up to walkSeen.
func (q search) seen() (string, []any) {
	w := &conditions{}
	return `SELECT count(*) FROM (` + q.latest(w) + `) s`, w.args
}

// few finds by the index among all, where these are no more than few. Of more nobody may be who the
// filter asks for.
func (q search) few() step { return q.fewIn(&conditions{}) }

func (q search) fewIn(w *conditions) step {
	where := q.beyond(w, "s.customer_id") + ` AND ` + q.text(w, term.indexed)
	most := w.arg(few + 1)
	narrowed := q.narrowed(w)
	return step{sql: `WITH found AS MATERIALIZED (SELECT s.customer_id AS id, s.last_inquiry_at FROM customer_search s WHERE ` + where + ` LIMIT ` + most + `)
		SELECT s.id, s.last_inquiry_at, (SELECT count(*) FROM found)::int AS gathered FROM found s` + narrowed +
		` ORDER BY s.last_inquiry_at DESC, s.id DESC LIMIT ` + w.arg(q.limit), args: w.args, sure: narrowed == ""}
}

// indexed finds by the index: recent ones in the period of the first customer after the
// cursor and the one before. They are gathered before they are put in order, so that no
// plan goes along the whole list for the order's sake.
func (q search) indexed(recent bool) step {
	w := &conditions{}
	where := q.beyond(w, "s.customer_id")
	if recent {
		where += ` AND ARRAY[s.period] && (SELECT ARRAY[s.period, s.period - 1] FROM customer_search s WHERE ` + where +
			` ORDER BY s.last_inquiry_at DESC, s.customer_id DESC LIMIT 1)`
	}
	where += ` AND ` + q.text(w, term.indexed)
	return step{sql: `WITH found AS MATERIALIZED (SELECT s.customer_id AS id, s.last_inquiry_at FROM customer_search s WHERE ` + where + `)
		SELECT s.id, s.last_inquiry_at, 0 AS gathered FROM found s` + q.narrowed(w) + ` WHERE ` + q.visible(w) +
		` ORDER BY s.last_inquiry_at DESC, s.id DESC LIMIT ` + w.arg(q.limit), args: w.args}
}

// latest selects the first customers after the cursor whom the agent sees.
func (q search) latest(w *conditions) string {
	w.add(q.beyond(w, "c.id"))
	sql := latest(w, q.Visible, walkSeen)
	w.parts = nil
	return sql
}

// beyond is the condition of being after the cursor, for the table whose id this is.
func (q search) beyond(w *conditions, id string) string {
	if q.after.At.IsZero() {
		return "true"
	}
	table, _, _ := strings.Cut(id, ".")
	return "(" + table + ".last_inquiry_at, " + id + ") < (" + w.arg(q.after.At) + ", " + w.arg(q.after.ID) + ")"
}

// narrowed joins the customers of rows s where the filter asks for more than text.
func (q search) narrowed(w *conditions) string {
	c := conditions{args: w.args}
	c.filter(q.Filter)
	w.args = c.args
	if len(c.parts) == 0 {
		return ""
	}
	return ` JOIN customers c ON c.id = s.id AND ` + c.and()
}

// visible is the condition that the agent sees customers s, by their lists' indexes alone:
// what is found is kept out of the customers' table until it is a page.
func (q search) visible(w *conditions) string {
	if q.Visible == 0 {
		return "true"
	}
	v := w.arg(int64(q.Visible))
	return `s.id IN (SELECT id FROM customers WHERE holder_id = ` + v + ` AND NOT hidden
		UNION ALL SELECT id FROM customers WHERE created_by = ` + v + ` AND NOT hidden
		UNION ALL SELECT id FROM customers WHERE waiting)`
}

// text is the condition that one of the terms is found.
func (q search) text(w *conditions, how func(term, *conditions) string) string {
	parts := make([]string, len(q.terms))
	for i, t := range q.terms {
		parts[i] = how(t, w)
	}
	return "(" + strings.Join(parts, " OR ") + ")"
}

// term is a piece of text, and the column of customer_search that it is looked for in.
type term struct{ column, text string }

// termsOf reads what was typed: a part of a number where it is mostly digits, else a part
// of a name, a city or an e-mail.
func termsOf(typed string) []term {
	if digits := digitsOf(typed); len(digits) >= 3 {
		terms := []term{{"numbers", digits}}
		// 0098… is +98…: what begins a number as numbersText has it.
		if country, ok := strings.CutPrefix(digits, "00"); ok && len(country) >= 3 {
			terms = append(terms, term{"numbers", " " + country})
		}
		return terms
	}
	key, asTyped := persian.CompactKey(typed), strings.ToLower(strings.TrimSpace(typed))
	if key == "" {
		return []term{{"words", asTyped}}
	}
	terms := []term{{"words", key}}
	// An e-mail keeps its signs, which the keys of words drop.
	if asTyped != key && strings.ContainsFunc(asTyped, isSign) {
		terms = append(terms, term{"words", asTyped})
	}
	return terms
}

// isSign says whether an e-mail may have r, and no key has it.
func isSign(r rune) bool {
	return r > ' ' && r < utf8.RuneSelf && !unicode.IsLetter(r) && !unicode.IsDigit(r)
}

var likeEscape = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// contained is the condition that rows s contain the term.
func (t term) contained(w *conditions) string {
	return "s." + t.column + " LIKE " + w.arg("%"+likeEscape.Replace(t.text)+"%")
}

// indexed is the same as the index answers it: by trigrams where the term has any, else by
// pairs. A single letter is neither.
func (t term) indexed(w *conditions) string {
	pairs := pairsOf(t.text)
	if len(pairs) == 0 || hasTrigram(t.text) {
		return t.contained(w)
	}
	byPairs := "search_pairs(s." + t.column + ") @> " + w.arg(pairs) + "::text[]"
	if len(pairs) == 1 {
		return byPairs
	}
	return "(" + byPairs + " AND " + t.contained(w) + ")"
}

func pairsOf(s string) []string {
	var out []string
	runes := []rune(s)
	for i := range len(runes) - 1 {
		out = append(out, string(runes[i:i+2]))
	}
	return out
}

// hasTrigram says whether s has three letters or digits side by side.
func hasTrigram(s string) bool {
	n := 0
	for _, r := range s {
		if n++; !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			n = 0
		}
		if n == 3 {
			return true
		}
	}
	return false
}

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
