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

// Every list query has an index for its order or its condition.
func TestListsUseIndexes(t *testing.T) {
	b := newBase(t)
	b.fill(t, 4000)
	ctx := t.Context()
	day := crm.Day{Now: b.clock.Now(), Ends: b.clock.Now().Add(12 * time.Hour)}
	page := crm.Cursor{At: b.clock.Now().Add(1000 * time.Minute), ID: 1000}
	list := func(f crm.Filter) func() error {
		return func() error { _, err := b.List(ctx, f, page, 10); return err }
	}
	for name, do := range map[string]func() error{
		"all":        list(crm.Filter{}),
		"first page": func() error { _, err := b.List(ctx, crm.Filter{}, crm.Cursor{}, 10); return err },
		"status":     list(crm.Filter{Status: 2}),
		"no status":  list(crm.Filter{NoStatus: true}),
		"source":     list(crm.Filter{Source: 1}),
		"holder":     list(crm.Filter{Holder: 2}),
		"pool":       list(crm.Filter{Pool: true}),
		"period":     list(crm.Filter{Since: b.clock.Now().Add(time.Hour), Until: b.clock.Now().Add(2 * time.Hour)}),
		"visible":    list(crm.Filter{Visible: 2}),
		"name":       func() error { _, err := b.List(ctx, crm.Filter{Text: "c4ca4238a0b9"}, crm.Cursor{}, 10); return err },
		"number":     func() error { _, err := b.List(ctx, crm.Filter{Text: "0912 000 1234"}, crm.Cursor{}, 10); return err },
		"inbox":      func() error { _, err := b.Inbox(ctx, 2, day, crm.InboxCursor{}, 10); return err },
		"inbox 2":    func() error { _, err := b.Inbox(ctx, 2, day, crm.InboxCursor{Order: 5, ID: 9}, 10); return err },
		"counts":     func() error { _, err := b.InboxCounts(ctx, 2, day); return err },
		"held":       func() error { _, err := b.HeldCount(ctx, 2); return err },
		"workloads":  func() error { _, err := b.Workloads(ctx, persian.CivilOf(b.clock.Now())); return err },
		"waiting":    func() error { _, err := b.WaitingLeads(ctx); return err },
		"timeline":   func() error { _, err := b.Events(ctx, 7, 100, 10); return err },
		"batch":      func() error { _, err := b.BatchWaiting(ctx, 7); return err },
		"phone": func() error {
			_, err := b.CustomerByPhone(ctx, "+989120000001")
			if crm.IsKey(err, crm.KeyNoCustomer) {
				err = nil
			}
			return err
		},
	} {
		small := regexp.MustCompile(`on (statuses|staff|turns)\b`)
		t.Run(name, func(t *testing.T) {
			if err := do(); err != nil {
				t.Fatal(err)
			}
			plan := b.explain(t)
			for line := range strings.Lines(plan) {
				if strings.Contains(line, "Seq Scan") && !small.MatchString(line) {
					t.Errorf("reads a whole table:\n%s", plan)
				}
			}
			if !strings.Contains(plan, "Index") {
				t.Errorf("uses no index:\n%s", plan)
			}
			want := map[string]string{"name": "customers_search", "number": "customers_phone_search", "inbox": "customers_", "phone": "phones_pkey"}[name]
			if !strings.Contains(plan, want) {
				t.Errorf("does not use %s:\n%s", want, plan)
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
		"number":     {crm.Filter{Text: "۰۹۱۲۰۰۰۰۱"}, "phone_search LIKE '091200001%'"},
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
		"۱۲۳۴": "[1]", "٠٩١٢": "[1 4]", "0912 123": "[1]", "+98 912": "[1 4]", "0098 912 123 4567": "[1]", "۹۱۲۱۲۳۴۵۶۷": "[1]", "415 555": "[3]",
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
