package postgres

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"cartable/internal/crm"
	"cartable/internal/persian"
)

// How many customers a search looks at one by one. What one in a hundred has fills a page
// within a walk, in half a millisecond. An agent who sees only some customers is worth a
// longer one, since the periods say nothing of these.
const (
	walk     = 1000
	walkSeen = 2000
)

// search is List for a filter with text.
//
// A part of a word can be in every name or in none, and the planner's estimates do not tell
// which: a plan that is right for the one takes seconds for the other. So a search goes
// on, from where there is least to read, only until the page is full:
//
//  1. among the first customers after the cursor, one by one;
//  2. by the index, in the period of the cursor and the one before: what one in a few
//     thousand has fills the page there, and of the index only two periods are read;
//  3. by the index, among all: only what is rare comes here.
//
// Each step finds everything that is newer than where it stops, so a page that it
// fills is the right one. Steps that cannot be expected to fill it are left out.
func (r reader) search(ctx context.Context, f crm.Filter, after crm.Cursor, limit int) ([]crm.Customer, error) {
	q := search{Filter: f, terms: termsOf(f.Text), after: after, limit: limit}
	begin := q.begin()
	if begin == amongFirst {
		sql, args := q.near()
		found, err := r.customers(ctx, sql, args)
		if err != nil || len(found) == limit {
			return found, err
		}
		if f.Visible != 0 {
			// Whoever sees few sees them all in one walk, however many others there are.
			var sees int
			sql, args = q.seen()
			if err := r.q.QueryRow(ctx, sql, args...).Scan(&sees); err != nil || sees < walkSeen {
				return found, wrap(err, "count customers to see")
			}
			begin = everywhere
		}
		if len(found) == 0 && q.rare() {
			begin = everywhere
		}
	}
	if begin <= inPeriod {
		sql, args := q.indexed(true)
		found, err := r.customers(ctx, sql, args)
		if err != nil || len(found) == limit {
			return found, err
		}
	}
	sql, args := q.indexed(false)
	return r.customers(ctx, sql, args)
}

// step is one of those of a search.
type step int

const (
	amongFirst step = iota
	inPeriod
	everywhere
)

// search is what a search looks for. Its methods return statements for reader.customers.
type search struct {
	crm.Filter
	terms []term
	after crm.Cursor
	limit int
}

// begin is the first step worth its while. How many have a part of a name cannot be told
// from it. A part of a number is the rarer the longer it is: of a million, a few hundred
// have four digits of it, a few have six. What numbers begin with very many have: the
// country does not count, nor the 9 of a mobile.
func (q search) begin() step {
	t := q.terms[0]
	if t.column != "numbers" || q.Visible != 0 {
		return amongFirst
	}
	rest := strings.TrimPrefix(t.text, "00")
	if home, ok := strings.CutPrefix(rest, "98"); ok {
		rest = home
	}
	rest = strings.TrimPrefix(strings.TrimPrefix(rest, "0"), "9")
	switch {
	case len(rest) < 4:
		return amongFirst
	case len(rest) < 6:
		return inPeriod
	default:
		return everywhere
	}
}

// rare says whether it is of no use to look in a period for what nobody among the first
// has: so long a part of a name is one that few have.
func (q search) rare() bool {
	const long = 12
	return utf8.RuneCountInString(q.terms[0].text) >= long
}

// near finds among the first customers after the cursor.
func (q search) near() (string, []any) {
	w := &conditions{}
	var first string
	if q.Visible == 0 {
		first = `SELECT s.customer_id AS id, s.last_inquiry_at, s.words, s.numbers FROM customer_search s
			WHERE ` + q.beyond(w, "s.customer_id") + ` ORDER BY s.last_inquiry_at DESC, s.customer_id DESC LIMIT ` + w.arg(walk)
	} else {
		// OFFSET 0 keeps the text outside: no plan begins with everybody who has it.
		first = `SELECT s.id, s.last_inquiry_at, t.words, t.numbers FROM (` + q.latest(w) + `) s, LATERAL (SELECT t.words, t.numbers
			FROM customer_search t WHERE t.customer_id = s.id OFFSET 0) t`
	}
	text := q.text(w, term.contained)
	return `SELECT s.id, s.last_inquiry_at FROM (` + first + `) s` + q.narrowed(w) + ` WHERE ` + text +
		` ORDER BY s.last_inquiry_at DESC, s.id DESC LIMIT ` + w.arg(q.limit), w.args
}

// seen counts the customers after the cursor whom the agent sees, up to walkSeen.
func (q search) seen() (string, []any) {
	w := &conditions{}
	return `SELECT count(*) FROM (` + q.latest(w) + `) s`, w.args
}

// indexed finds by the index: recent ones in the period of the first customer after the
// cursor and the one before. They are gathered before they are put in order, so that no
// plan goes along the whole list for the order's sake.
func (q search) indexed(recent bool) (string, []any) {
	w := &conditions{}
	where := q.beyond(w, "s.customer_id")
	if recent {
		where += ` AND ARRAY[s.period] && (SELECT ARRAY[s.period, s.period - 1] FROM customer_search s WHERE ` + where +
			` ORDER BY s.last_inquiry_at DESC, s.customer_id DESC LIMIT 1)`
	}
	where += ` AND ` + q.text(w, term.indexed)
	return `WITH found AS MATERIALIZED (SELECT s.customer_id AS id, s.last_inquiry_at FROM customer_search s WHERE ` + where + `)
		SELECT s.id, s.last_inquiry_at FROM found s` + q.narrowed(w) + ` WHERE ` + q.visible(w) +
		` ORDER BY s.last_inquiry_at DESC, s.id DESC LIMIT ` + w.arg(q.limit), w.args
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
