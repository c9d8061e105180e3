package postgres

import (
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"cartable/internal/crm"
)

// queueNewSearch writes what customers are found by of whom nothing is written yet.
func queueNewSearch(b *pgx.Batch, cs []crm.Customer) {
	if shown, _ := searchable(cs); len(shown) > 0 {
		insertSearch.queue(b, searchColumns(shown))
	}
}

// queueSearch writes what customers are found by, where that has changed: most commands
// leave it as it is, and its index is not written then.
func queueSearch(b *pgx.Batch, cs []crm.Customer) {
	shown, hidden := searchable(cs)
	if len(hidden) > 0 {
		b.Queue(`DELETE FROM customer_search WHERE customer_id = ANY ($1)`, hidden)
	}
	if len(shown) > 0 {
		saveSearch.queue(b, searchColumns(shown))
	}
}

// searchable are those who can be found, and the IDs of the others.
func searchable(cs []crm.Customer) (shown []crm.Customer, hidden []int64) {
	for _, c := range cs {
		if c.Hidden {
			hidden = append(hidden, int64(c.ID))
		} else {
			shown = append(shown, c)
		}
	}
	return shown, hidden
}

const insertingSearch = `INSERT INTO customer_search (customer_id, last_inquiry_at, words, numbers)
	SELECT u.* FROM %s u (id, at, words, numbers)`

var (
	searchTypes  = []string{"bigint", "timestamptz", "text", "text"}
	insertSearch = givenRows(insertingSearch, searchTypes...)
	saveSearch   = givenRows(insertingSearch+`
		WHERE NOT EXISTS (SELECT FROM customer_search s WHERE s.customer_id = u.id AND s.last_inquiry_at = u.at
			AND s.words = u.words AND s.numbers = u.numbers)
		ON CONFLICT (customer_id) DO UPDATE SET last_inquiry_at = excluded.last_inquiry_at, words = excluded.words,
			numbers = excluded.numbers`, searchTypes...)
)

// searchColumns are those of searchTypes.
func searchColumns(cs []crm.Customer) []any {
	return []any{
		column(cs, func(c crm.Customer) int64 { return int64(c.ID) }),
		column(cs, func(c crm.Customer) time.Time { return c.LastInquiryAt }),
		column(cs, crm.Customer.SearchText),
		column(cs, func(c crm.Customer) string { return numbersText(c.Phones) }),
	}
}

// numbersText is every form in which a part of a number may be typed.
func numbersText(ps []crm.PhoneNumber) string {
	var forms []string
	for _, p := range ps {
		forms = append(forms, p.Phone.Local(), strings.TrimPrefix(string(p.Phone), "+"))
	}
	return strings.Join(forms, " ")
}
