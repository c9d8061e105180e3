package postgres_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"cartable/internal/crm"
	"cartable/internal/persian"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"
)

// syllables are what names are made of, the first ones far oftener than the last.
var syllables = strings.Fields("محمد علی رضا حسین زاده پور نیا کیان مهر شاد گل ژاله ثری قد غز ظر joe ann")

// listed is a customer of the reference that searches are compared with.
type listed struct {
	crm.Customer
	waiting bool
}

// people are customers whose names are made of a few syllables, so that parts of them are
// in most, in some and in one, over four months.
func (b base) people(t *testing.T, n int) []listed {
	t.Helper()
	b.fill(t, 0)
	r := rand.New(rand.NewPCG(1, 2))
	word := func() string {
		w := ""
		for range 1 + r.IntN(3) {
			w += syllables[min(r.IntN(len(syllables)), r.IntN(len(syllables)), r.IntN(len(syllables)))]
		}
		return w
	}
	all := make([]listed, n)
	for i := range all {
		c := listed{Customer: crm.Customer{ID: crm.CustomerID(i + 1), Name: word() + []string{" ", "‌", ""}[r.IntN(3)] + word(), Hidden: r.IntN(40) == 0}}
		c.Phones = []crm.PhoneNumber{{Phone: persian.Phone(fmt.Sprintf("+98912%07d", i*7919%10_000_000))}}
		c.LastInquiryAt = b.clock.Now().Add(-time.Duration(r.IntN(120*24*60/5)) * 5 * time.Minute) // some at once
		if r.IntN(3) == 0 {
			c.City = word()
		}
		if r.IntN(4) == 0 {
			c.Email = fmt.Sprintf("%s.%d_%s@Example.ir", "Joe", r.IntN(300), "x")
		}
		switch r.IntN(12) {
		case 0:
			c.Holder = crm.StaffID(1 + r.IntN(3))
		case 1:
			c.waiting = !c.Hidden
		}
		if r.IntN(2) == 0 {
			c.CreatedBy = crm.StaffID(1 + r.IntN(3))
		}
		c.Status.Status = crm.StatusID(1 + r.IntN(3))
		all[i] = c
	}
	b.withoutIndex(t, "customer_search_text", func() { b.write(t, all) })
	b.exec(t, `VACUUM ANALYZE`)
	slices.SortFunc(all, func(x, y listed) int {
		return cmp.Or(y.LastInquiryAt.Compare(x.LastInquiryAt), cmp.Compare(y.ID, x.ID))
	})
	return all
}

func (b base) write(t *testing.T, all []listed) {
	t.Helper()
	null := func(id int64) *int64 {
		if id == 0 {
			return nil
		}
		return &id
	}
	var records, texts [][]any
	for _, c := range all {
		records = append(records, []any{c.ID, c.Hidden, c.Name, c.City, c.Email, c.Phones, int64(c.Status.Status), c.Status, null(int64(c.Holder)),
			null(int64(c.CreatedBy)), c.waiting, 1, c.LastInquiryAt, c.LastInquiryAt, c.LastInquiryAt})
		if !c.Hidden {
			texts = append(texts, []any{c.ID, c.LastInquiryAt, c.SearchText(), c.Phone().Local() + " " + string(c.Phone()[1:])})
		}
	}
	for _, copied := range []struct {
		table, columns string
		rows           [][]any
	}{
		{"customers", "id hidden name city email phones status_id status holder_id created_by waiting source_id created_at first_inquiry_at last_inquiry_at", records},
		{"customer_search", "customer_id last_inquiry_at words numbers", texts},
	} {
		if _, err := b.pool.CopyFrom(t.Context(), pgx.Identifier{copied.table}, strings.Fields(copied.columns), pgx.CopyFromRows(copied.rows)); err != nil {
			t.Fatal(err)
		}
	}
}

// finds says whether a customer belongs to a list, without a database.
func finds(f crm.Filter, c listed) bool {
	switch {
	case c.Hidden, f.Status != 0 && c.Status.Status != f.Status, f.Holder != 0 && c.Holder != f.Holder, f.Pool && c.Holder != 0:
		return false
	case f.Visible != 0 && c.Holder != f.Visible && c.CreatedBy != f.Visible && !c.waiting:
		return false
	}
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, f.Text)
	if len(digits) >= 3 && strings.Trim(f.Text, "0123456789 ") == "" {
		country, abroad := strings.CutPrefix(digits, "00")
		return strings.Contains(c.Phone().Local(), digits) || strings.Contains(string(c.Phone()), digits) ||
			abroad && len(country) >= 3 && strings.HasPrefix(string(c.Phone()), "+"+country)
	}
	typed := strings.ToLower(strings.TrimSpace(f.Text))
	if strings.Contains(strings.ToLower(c.Email), typed) {
		return true
	}
	key := persian.CompactKey(typed)
	if key == "" {
		return false
	}
	return strings.Contains(persian.CompactKey(c.Name), key) || strings.Contains(persian.CompactKey(c.City), key) ||
		strings.Contains(strings.ToLower(c.Email), key)
}

// Whatever is searched for, the pages have exactly who has it, in the order of the list:
// when a glance at the first customers is enough for a page, and when a walk among them is, few that are
// gathered, a period, and none of these.
func TestSearchFindsAll(t *testing.T) {
	b := newBase(t)
	all := b.people(t, 9000)
	ctx := t.Context()
	ways := map[int]bool{} // how many statements a page took
	// search compares four pages with what all says, from after the start-th customer on.
	search := func(t rapid.TB, f crm.Filter, limit, start int) {
		var after crm.Cursor
		if start >= 0 {
			after = crm.Cursor{At: all[start].LastInquiryAt, ID: all[start].ID}
		}
		var want, got []crm.CustomerID
		for _, c := range all[start+1:] {
			if finds(f, c) {
				want = append(want, c.ID)
			}
		}
		for range 4 {
			b.rec.Take()
			page, err := b.List(ctx, f, after, limit)
			if err != nil {
				t.Fatal(err)
			}
			if n := len(b.rec.Take()); f.Visible == 0 {
				ways[n] = true
			}
			for _, c := range page {
				got = append(got, c.ID)
				after = crm.Cursor{At: c.LastInquiryAt, ID: c.ID}
			}
			if len(page) < limit {
				break
			}
		}
		if want = want[:min(len(want), 4*limit)]; !slices.Equal(got, want) {
			t.Fatalf("%q finds %v, want %v", f.Text, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(all).Draw(t, "whose")
		of := rapid.SampledFrom([]string{c.Name, c.Name, c.City, c.Email, c.Phone().Local(), string(c.Phone()[1:]), "هیچ‌کس", "ثژ"}).Draw(t, "of")
		runes := []rune(of)
		from := rapid.IntRange(0, max(0, len(runes)-1)).Draw(t, "from")
		to := rapid.IntRange(from, len(runes)).Draw(t, "to")
		f := crm.Filter{
			Text:    string(runes[from:to]),
			Visible: rapid.SampledFrom([]crm.StaffID{0, 0, 1, 2}).Draw(t, "visible"),
			Status:  rapid.SampledFrom([]crm.StatusID{0, 0, 0, 2}).Draw(t, "status"),
			Holder:  rapid.SampledFrom([]crm.StaffID{0, 0, 0, 0, 3}).Draw(t, "holder"),
		}
		if strings.TrimSpace(f.Text) == "" {
			return
		}
		start := rapid.SampledFrom([]int{-1, 0, len(all) / 2, len(all) - 100}).Draw(t, "start")
		search(t, f, rapid.IntRange(1, 11).Draw(t, "limit"), start)
	})
	// What very many have, and few of whom the filter asks for.
	for _, text := range syllables {
		for limit := range 11 {
			search(t, crm.Filter{Text: text, Holder: 3}, limit+1, -1)
		}
	}
	for _, statements := range []int{1, 2, 3, 4, 5} {
		if !ways[2*statements] { // each is planned by the one before it
			t.Errorf("pages took %v statements: not every way was gone", ways)
		}
	}
}

// What a customer is found by follows the record, and is written only when it changes.
func TestSearchFollowsTheRecord(t *testing.T) {
	b := newBase(t)
	ctx := t.Context()
	b.exec(t, `INSERT INTO staff (telegram_id, name, role, state, language, joined_at) VALUES (1, 'Owner', 'owner', 'active', 'fa', now())`)
	n := 0
	cmd := func() crm.Command { n++; return crm.Command{Actor: 1, Key: fmt.Sprint(n)} }
	found := func(typed string) int {
		t.Helper()
		cs, err := b.List(ctx, crm.Filter{Text: typed}, crm.Cursor{}, 10)
		if err != nil {
			t.Fatal(err)
		}
		return len(cs)
	}
	written := func() (row string) {
		t.Helper()
		if err := b.pool.QueryRow(ctx, `SELECT coalesce(max(ctid::text || xmin || xmax), '') FROM customer_search`).Scan(&row); err != nil {
			t.Fatal(err)
		}
		return row
	}
	a, err := b.crm.RecordInquiry(ctx, cmd(), crm.Inquiry{Source: 1, Phone: "+989121234567", Name: "مریم کریمی"})
	if err != nil {
		t.Fatal(err)
	}
	if found("مریمک") != 1 || found("3456") != 1 {
		t.Error("the new customer is not found")
	}
	before := written()
	if _, err := b.crm.Take(ctx, cmd(), a.Customer); err != nil {
		t.Fatal(err)
	}
	if _, err := b.crm.NoAnswer(ctx, cmd(), a.Customer, 0); err != nil {
		t.Fatal(err)
	}
	if written() != before {
		t.Error("commands that change nothing of it write what a customer is found by")
	}
	name := "زهرا نادری"
	if _, err := b.crm.Edit(ctx, cmd(), a.Customer, crm.Patch{Name: &name}); err != nil {
		t.Fatal(err)
	}
	if found("مریم") != 0 || found("نادری") != 1 {
		t.Error("the old name is found, or the new one is not")
	}
	b.clock.forward(time.Hour)
	if _, err := b.crm.RecordInquiry(ctx, cmd(), crm.Inquiry{Source: 1, Phone: "+989121234567"}); err != nil {
		t.Fatal(err)
	}
	var late bool
	if err := b.pool.QueryRow(ctx, `SELECT s.last_inquiry_at = c.last_inquiry_at FROM customer_search s JOIN customers c ON c.id = s.customer_id`).Scan(&late); err != nil || !late {
		t.Error("a returning customer keeps the old place", err)
	}
	if _, err := b.crm.Erase(ctx, cmd(), a.Customer); err != nil {
		t.Fatal(err)
	}
	if written() != "" {
		t.Error("what an erased customer was found by is still there")
	}
}
