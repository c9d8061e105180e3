package postgres_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"cartable/internal/crm"
	"cartable/internal/persian"
)

// Every list and every step of a search goes by the index that is made for it, and reads
// no large table as a whole, on a table where that would cost.
func TestListsUseIndexes(t *testing.T) {
	b := newBase(t)
	b.fill(t, 20_000)
	ctx := t.Context()
	b.exec(t, `INSERT INTO events (customer_id, kind, at, version, key, delta, detail)
		SELECT 1 + g % 1000, 'note', now(), 1, g, '{}', '{}' FROM generate_series(1, 10000) g`)
	b.exec(t, `INSERT INTO batches (made_at, key) SELECT now(), g FROM generate_series(1, 100) g`)
	b.exec(t, `INSERT INTO batch_customers SELECT 1 + g % 100, g FROM generate_series(1, 10000) g`)
	b.exec(t, `INSERT INTO reminders (customer_id, kind, due_at, made_at) SELECT g, 'manual', now(), now() FROM generate_series(1, 5000) g`)
	b.exec(t, `VACUUM ANALYZE`)
	day := crm.Day{Now: b.clock.Now(), Ends: b.clock.Now().Add(12 * time.Hour)}
	page := crm.Cursor{At: b.clock.Now().Add(15_000 * time.Minute), ID: 15_000}
	list := func(f crm.Filter) func() error {
		return func() error { _, err := b.List(ctx, f, page, 10); return err }
	}
	first := func(f crm.Filter) func() error {
		return func() error { _, err := b.List(ctx, f, crm.Cursor{}, 10); return err }
	}
	for name, c := range map[string]struct {
		do   func() error
		uses [][]string // the indexes of each statement
	}{
		"all":        {list(crm.Filter{}), [][]string{{"customers_latest"}}},
		"first page": {first(crm.Filter{}), [][]string{{"customers_latest"}}},
		"status":     {list(crm.Filter{Status: 2}), [][]string{{"customers_by_status"}}},
		"no status":  {list(crm.Filter{NoStatus: true}), [][]string{{"customers_no_status"}}},
		"source":     {list(crm.Filter{Source: 1}), [][]string{{"customers_"}}}, // there is one source
		"holder":     {list(crm.Filter{Holder: 2}), [][]string{{"customers_by_holder"}}},
		"pool":       {list(crm.Filter{Pool: true}), [][]string{{"customers_pool"}}},
		"period":     {list(crm.Filter{Since: b.clock.Now().Add(time.Hour), Until: b.clock.Now().Add(2 * time.Hour)}), [][]string{{"customers_latest"}}},
		"visible": {list(crm.Filter{Visible: 2}), [][]string{{"Index Only Scan using customers_by_holder",
			"Index Only Scan using customers_by_maker", "Index Only Scan Backward using customers_waiting"}}},
		"common":        {first(crm.Filter{Text: "name"}), [][]string{{"customer_search_latest"}}},
		"common 2":      {list(crm.Filter{Text: "name"}), [][]string{{"customer_search_latest"}}},
		"name":          {first(crm.Filter{Text: "c4ca4238a0"}), [][]string{{"customer_search_latest", "customer_search_text"}}},
		"common after":  {list(crm.Filter{Text: "9"}), [][]string{{"customer_search_latest"}}},
		"pair":          {list(crm.Filter{Text: "xy"}), [][]string{{"customer_search_latest", "customer_search_text"}}},
		"number":        {first(crm.Filter{Text: "0912 000 1234"}), [][]string{{"customer_search_text"}}},
		"number's part": {first(crm.Filter{Text: "99934"}), [][]string{{"customer_search_text"}}},
		"visible name": {first(crm.Filter{Text: "c4ca4238a0b9", Visible: 2}), [][]string{
			{"customers_by_holder", "customers_by_maker", "customers_waiting", "customer_search_pkey"},
			{"customers_by_holder", "customers_by_maker", "customers_waiting"},
			{"customer_search_text", "Index Only Scan using customers_by_maker", "Index Only Scan using customers_waiting"}}},
		"inbox": {func() error { _, _, err := b.Inbox(ctx, 2, day, crm.InboxCursor{}, 10); return err },
			[][]string{{"Index Only Scan using customers_inbox"}, {"Index Only Scan using customers_inbox", "customers_pkey"}}},
		"inbox 2": {func() error { _, _, err := b.Inbox(ctx, 2, day, crm.InboxCursor{Order: 5, ID: 9}, 10); return err },
			[][]string{{"Index Only Scan using customers_inbox"}, {"Index Only Scan using customers_inbox", "customers_pkey"}}},
		"held":      {func() error { _, err := b.HeldCount(ctx, 2); return err }, [][]string{{"Index Only Scan"}}},
		"workloads": {func() error { _, err := b.Workloads(ctx, persian.CivilOf(b.clock.Now())); return err }, [][]string{{"Index Only Scan"}}},
		"waiting":   {func() error { _, err := b.WaitingLeads(ctx); return err }, [][]string{{"customers_waiting"}}},
		"timeline":  {func() error { _, err := b.Events(ctx, 7, 100, 10); return err }, [][]string{{"events_"}}},
		"batch":     {func() error { _, err := b.BatchWaiting(ctx, 7); return err }, [][]string{{"batch_customers_pkey"}}},
		"phone":     {func() error { _, err := b.CustomerByPhone(ctx, "+989120000001"); return err }, [][]string{{"phones_pkey", "customers_pkey"}}},
	} {
		small := regexp.MustCompile(`on (statuses|staff|turns)\b`)
		t.Run(name, func(t *testing.T) {
			plans := b.explain(t, c.do)
			if len(plans) != len(c.uses) {
				t.Fatalf("%d statements, want %d:\n%s", len(plans), len(c.uses), strings.Join(plans, "\n\n"))
			}
			for i, plan := range plans {
				for line := range strings.Lines(plan) {
					if strings.Contains(line, "Seq Scan") && !small.MatchString(line) {
						t.Errorf("reads a whole table:\n%s", plan)
					}
				}
				for _, index := range c.uses[i] {
					if !strings.Contains(plan, index) {
						t.Errorf("statement %d does not use %s:\n%s", i+1, index, plan)
					}
				}
			}
		})
	}
}

// The pages of a list have every customer once, newest first, while others arrive.
func TestPagesOfTheList(t *testing.T) {
	b := newBase(t)
	b.fill(t, 500)
	ctx := t.Context()
	dir := b.directory(t)
	for name, f := range map[string]struct {
		filter crm.Filter
		where  string
	}{
		"all":        {crm.Filter{}, "true"},
		"status":     {crm.Filter{Status: 2}, "status_id = 2"},
		"no status":  {crm.Filter{NoStatus: true}, "status_id IS NULL"},
		"source":     {crm.Filter{Source: 1}, "true"},
		"holder":     {crm.Filter{Holder: 2}, "holder_id = 2"},
		"pool":       {crm.Filter{Pool: true}, "holder_id IS NULL"},
		"visible":    {crm.Filter{Visible: 2}, "(holder_id = 2 OR created_by = 2 OR waiting)"},
		"number":     {crm.Filter{Text: "۰۹۱۲۰۰۰۰۱"}, "id BETWEEN 100 AND 199"},
		"since":      {crm.Filter{Since: b.clock.Now().Add(400 * time.Minute)}, "last_inquiry_at >= '2026-11-23 13:10Z'"},
		"until":      {crm.Filter{Until: b.clock.Now().Add(100 * time.Minute)}, "last_inquiry_at < '2026-11-23 08:10Z'"},
		"two at one": {crm.Filter{Status: 2, Holder: 2}, "status_id = 2 AND holder_id = 2"},
	} {
		t.Run(name, func(t *testing.T) {
			rows, err := b.pool.Query(ctx, `SELECT id FROM customers WHERE NOT hidden AND `+f.where+` ORDER BY last_inquiry_at DESC, id DESC`)
			if err != nil {
				t.Fatal(err)
			}
			var want, got []crm.CustomerID
			for rows.Next() {
				var id crm.CustomerID
				if err := rows.Scan(&id); err != nil {
					t.Fatal(err)
				}
				want = append(want, id)
			}
			if rows.Err() != nil || len(want) < 8 {
				t.Fatal(rows.Err(), want)
			}
			var after crm.Cursor
			for n := 0; ; n++ {
				page, err := b.List(ctx, f.filter, after, 7)
				if err != nil {
					t.Fatal(err)
				}
				for _, c := range page {
					got = append(got, c.ID)
					after = crm.Cursor{At: c.LastInquiryAt, ID: c.ID}
				}
				if len(page) < 7 {
					break
				}
				b.exec(t, `INSERT INTO customers (hidden, holder_id, status_id, source_id, created_at, first_inquiry_at, last_inquiry_at)
					VALUES (false, 2, 2, 1, now(), now(), $1)`, b.clock.Now().Add(48*time.Hour))
			}
			if !slices.Equal(got, want) {
				t.Errorf("%d customers, want %d", len(got), len(want))
			}
			b.exec(t, `DELETE FROM customers WHERE name = ''`)
		})
	}
	if _, err := b.crm.Customers(ctx, dir, crm.Staff{ID: 2, Role: crm.Agent, State: crm.Active}, crm.Filter{}, crm.Cursor{}, 3); err != nil {
		t.Error(err)
	}
}

// The pages of a cartable have every customer once, what is due first.
func TestPagesOfACartable(t *testing.T) {
	b := newBase(t)
	b.fill(t, 600)
	ctx := t.Context()
	dir := b.directory(t)
	me := dir.Staff[2]
	var all []crm.InboxEntry
	var after crm.InboxCursor
	var counts crm.Counts
	for {
		in, err := b.crm.Cartable(ctx, dir, me, after, 10)
		if err != nil {
			t.Fatal(err)
		}
		all, counts = append(all, in.Entries...), in.Counts
		if after = in.Next; after == (crm.InboxCursor{}) {
			break
		}
		b.exec(t, `INSERT INTO customers (hidden, holder_id, source_id, due_at, created_at, first_inquiry_at, last_inquiry_at)
			VALUES (false, 2, 1, $1, now(), now(), now())`, b.clock.Now().Add(-1000*time.Hour))
	}
	var held int
	if err := b.pool.QueryRow(ctx, `SELECT count(*) FROM customers WHERE holder_id = 2 AND NOT hidden AND name <> ''`).Scan(&held); err != nil {
		t.Fatal(err)
	}
	seen, sections := map[crm.CustomerID]bool{}, map[crm.Section]int{}
	for i, e := range all {
		if seen[e.Customer.ID] {
			t.Fatalf("customer %d twice", e.Customer.ID)
		}
		seen[e.Customer.ID] = true
		sections[e.Section]++
		if i > 0 && (all[i-1].Section > e.Section || all[i-1].Section == e.Section && all[i-1].Due.After(e.Due) && !e.Due.IsZero()) {
			t.Errorf("%v %v stands before %v %v", all[i-1].Section, all[i-1].Due, e.Section, e.Due)
		}
	}
	if len(all) != held || len(sections) != 4 {
		t.Errorf("%d entries in sections %v, holds %d", len(all), sections, held)
	}
	inserted := counts.Total() - held
	if (counts != crm.Counts{Overdue: sections[crm.Overdue] + inserted, Today: sections[crm.Today], Fresh: sections[crm.Fresh], Rest: sections[crm.Rest]}) {
		t.Errorf("counts %+v, sections %v", counts, sections)
	}
}

func TestSearch(t *testing.T) {
	b := newBase(t)
	ctx := t.Context()
	for i, c := range []struct{ name, phone, city, email string }{
		{"علی‌رضا كريمي", "09121234567", "تهران", "Ali.Reza_k@Example.ir"},
		{"علیرضا موسوی", "09351112233", "اصفهان", ""},
		{"عليرضا نوری", "+14155552671", "بندر عباس", ""},
		{"100% Joe_Doe", "09121119999", "قم", "joe@x.ir"},
		{"مریم", "09190000000", "تهران", "aliXrezaXk@example.ir"},
	} {
		p, err := persian.ParsePhone(c.phone)
		if err != nil {
			t.Fatal(err)
		}
		b.clock.forward(-time.Minute) // the list is in the order of the names
		cmd := crm.Command{Key: fmt.Sprint(i)}
		if _, err := b.crm.RecordInquiry(ctx, cmd, crm.Inquiry{Source: 1, Name: c.name, Phone: p, City: c.city, Email: c.email}); err != nil {
			t.Fatal(err)
		}
	}
	for typed, want := range map[string]string{
		"علی رضا": "[1 2 3]", "علی‌رضا": "[1 2 3]", "عليرضا": "[1 2 3]", "علیرضا": "[1 2 3]", "كريمی": "[1]", "رضا ک": "[1]",
		"تهران": "[1 5]", "بندرعباس": "[3]", "بندر": "[3]", "joe": "[4]", "JOE_doe": "[4]",
		"۱۲۳۴": "[1]", "٠٩١٢": "[1 4]", "0912 123": "[1]", "+98 912": "[1 4]", "0098 912 123 4567": "[1]", "۹۱۲۱۲۳۴۵۶۷": "[1]", "415 555": "[3]", "0000": "[5]", "00000": "[5]", "001415": "[3]", "0098919": "[5]",
		"ali.reza_k@": "[1]", "ALI.REZA_K": "[1]", "@x.ir": "[4]", "example.ir": "[1 5]",
		"%": "[]", "_": "[1]", "100%": "[4]", `\`: "[]", "هیچ": "[]", "a%k": "[]", "'; --": "[]", "  ": "[1 2 3 4 5]",
	} {
		cs, err := b.List(ctx, crm.Filter{Text: typed}, crm.Cursor{}, 10)
		if err != nil {
			t.Errorf("%q: %v", typed, err)
			continue
		}
		got := make([]crm.CustomerID, len(cs))
		for i, c := range cs {
			got[i] = c.ID
		}
		if slices.Sort(got); fmt.Sprint(got) != want {
			t.Errorf("%q finds %v, want %s", typed, got, want)
		}
	}
}
