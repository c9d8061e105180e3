package postgres_test

import (
	"strings"
	"testing"
	"time"

	"cartable/internal/crm"
)

// What a change touches is counted by indexes, however many customers there are.
func TestStatusUse(t *testing.T) {
	b := newBase(t)
	b.fill(t, 2000)
	b.exec(t, `INSERT INTO forms (id, staff_id, chat_id, kind, subject, opened_at, touched_at)
		SELECT 'f' || g, 1 + g % 5, g, CASE WHEN g % 2 = 0 THEN 'status' ELSE 'later' END, 1 + g % 4, now(), now() FROM generate_series(1, 400) g`)
	b.exec(t, `UPDATE forms SET parked = chat_id = 2, touched_at = touched_at - make_interval(hours => (chat_id = 6)::int)`) // both for status 3
	b.exec(t, `ANALYZE`)
	const indexes = `enable_seqscan = off` // the tables are small
	var use []crm.Impact
	plan := b.explain(t, func() (err error) {
		use, err = b.StatusUse(t.Context(), []crm.StatusID{3, 1, 99}, time.Now().Add(-time.Hour/2))
		return err
	}, indexes)[0]
	if len(use) != 3 || use[0].Status != 3 || use[0].Forms != 98 || use[0].Customers == 0 || use[2] != (crm.Impact{Status: 99}) {
		t.Fatalf("%+v", use)
	}
	for _, index := range []string{"customers_by_status", "forms_status"} {
		if !strings.Contains(plan, index) {
			t.Errorf("%s is not used:\n%s", index, plan)
		}
	}
	last := func() error { _, err := b.LastHolder(t.Context(), 5, 1); return err }
	if plan := b.explain(t, last, indexes)[0]; !strings.Contains(plan, "events_customer") {
		t.Errorf("\n%s", plan)
	}
}

// The directory is of one version: no status is read without the fields that were
// published with it.
func TestDirectoryIsOfOneVersion(t *testing.T) {
	b := newBase(t)
	ctx := t.Context()
	done := make(chan error, 1)
	go func() {
		var err error
		for range 60 {
			err = b.InTx(ctx, func(tx crm.Tx) error {
				if err := tx.LockConfig(ctx); err != nil {
					return err
				}
				d, err := tx.Directory(ctx)
				if err != nil {
					return err
				}
				s := d.Statuses[0]
				s.Version++
				if err := tx.SaveStatus(ctx, s, b.clock.Now()); err != nil {
					return err
				}
				f := s.Fields[0]
				f.Position = s.Version
				if err := tx.SaveField(ctx, f, b.clock.Now()); err != nil {
					return err
				}
				_, err = tx.AppendVersion(ctx, crm.ConfigVersion{At: b.clock.Now()}, d.Config())
				return err
			})
			if err != nil {
				break
			}
		}
		done <- err
	}()
	for {
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			return
		default:
			d := b.directory(t)
			if s := d.Statuses[0]; s.Version != 1 && s.Version != s.Fields[0].Position {
				t.Fatalf("version %d with the fields of version %d", s.Version, s.Fields[0].Position)
			}
		}
	}
}
