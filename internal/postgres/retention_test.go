package postgres_test

import (
	"strings"
	"testing"
	"time"

	"cartable/internal/crm"
	"cartable/internal/persian"
)

// Whom a night erases is found by indexes, on a table where reading it as a whole would cost;
// a night that finds nobody reads no more than what has ended.
func TestEndedUsesIndexes(t *testing.T) {
	b := newBase(t)
	b.fill(t, 20_000)
	ctx := t.Context()
	b.exec(t, `UPDATE customers SET waiting = false, holder_id = NULL, due_at = NULL,
		status = jsonb_build_object('status', status_id, 'at', to_char(last_inquiry_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
		WHERE status_id IS NOT NULL`)
	b.exec(t, `INSERT INTO events (customer_id, kind, at, version, key, delta, detail)
		SELECT id, 'note', last_inquiry_at, 1, id, '{}', '{}' FROM customers, generate_series(1, 2)`)
	b.exec(t, `INSERT INTO reminders (customer_id, kind, due_at, made_at, closed_at)
		SELECT id, 'manual', now(), now(), CASE WHEN id % 4 > 0 THEN now() END FROM customers`)
	b.exec(t, `VACUUM ANALYZE`)
	half := b.clock.Now().Add(10_000 * time.Minute)
	var ids []crm.CustomerID
	for _, before := range []time.Time{half, b.clock.Now()} {
		plan := b.explain(t, func() (err error) {
			ids, err = b.Ended(ctx, []crm.StatusID{7, 9}, before, 100)
			return err
		})[0]
		if want := before.Equal(half); (len(ids) == 100) != want {
			t.Errorf("%d found", len(ids))
		}
		for _, index := range []string{"customers_ended", "events_customer", "reminders_open"} {
			if !strings.Contains(plan, index) {
				t.Errorf("%s is not used:\n%s", index, plan)
			}
		}
		for _, table := range []string{"customers", "events", "reminders"} {
			if strings.Contains(plan, "Seq Scan on "+table) {
				t.Errorf("reads a whole table:\n%s", plan)
			}
		}
	}
}

// A night is settled once; what is long over is forgotten.
func TestRetentionNightIsSettledOnce(t *testing.T) {
	b := newBase(t)
	ctx := t.Context()
	today := persian.CivilOf(b.clock.Now())
	settle := func(n crm.RetentionNight) (got crm.RetentionNight) {
		t.Helper()
		err := b.InTx(ctx, func(tx crm.Tx) (err error) { got, err = tx.SettleRetentionNight(ctx, n, b.clock.Now()); return err })
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	first := crm.RetentionNight{Day: today, Keep: 30}
	settle(crm.RetentionNight{Day: today.AddDays(-1), Keep: 5})
	if settle(first) != first || settle(crm.RetentionNight{Day: today, Keep: 10}) != first {
		t.Error("a night is settled twice")
	}
	if err := b.PurgeRetention(ctx, b.clock.Now()); err != nil {
		t.Fatal(err)
	}
	var left int
	if err := b.pool.QueryRow(ctx, `SELECT count(*) FROM retention_nights`).Scan(&left); err != nil || left != 1 {
		t.Errorf("%d nights left, %v", left, err)
	}
}
