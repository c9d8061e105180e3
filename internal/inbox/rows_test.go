package inbox

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"cartable/internal/pgtest"
)

// Turns look for what they touch by index, even if they are planned while the table is
// small: what is done stays in it for days, and plans stay.
func TestTurnsGoByIndex(t *testing.T) {
	pool, rec := pgtest.Recorded(t)
	r, now := rows{pool, nothingAlongside}, time.Date(2026, 3, 21, 8, 30, 0, 0, time.UTC)
	_, us, err := r.turn(t.Context(), now, nil, []Raw{{UpdateID: 1, ChatID: 1, JSON: []byte(`{}`)}}, []int64{1}, 1)
	if err != nil || len(us) != 1 {
		t.Fatalf("claimed %v, %v", us, err)
	}
	if _, _, err := r.turn(t.Context(), now, []finished{{update: us[0], outcome: Done}}, nil, []int64{1}, 1); err != nil {
		t.Fatal(err)
	}
	turns := rec.Take()
	if _, err := pool.Exec(t.Context(), `VACUUM ANALYZE updates`); err != nil { // it is known to have one row
		t.Fatal(err)
	}
	scan := regexp.MustCompile(`(Seq Scan|Index Scan using \w+|Bitmap Heap Scan) on updates[^\n]*(\n[^\n]*){2}`)
	plans := pgtest.Plans(t, pool, turns)
	for _, plan := range plans {
		for _, found := range scan.FindAllString(plan, -1) {
			if !strings.Contains(found, "Cond:") {
				t.Errorf("reads all of it:\n%s", plan)
			}
		}
	}
	if len(plans) != 4 {
		t.Errorf("%d plans: %v", len(plans), turns)
	}
}

// TestSettledAgain settles an update twice, as after a COMMIT whose answer got lost: it is
// not taken for one that somebody else has the lease of.
func TestSettledAgain(t *testing.T) {
	r, now := rows{pgtest.New(t), nothingAlongside}, time.Date(2026, 3, 21, 8, 30, 0, 0, time.UTC)
	if err := r.insert(t.Context(), []Raw{{UpdateID: 1, ChatID: 1, JSON: []byte(`{}`)}}, now); err != nil {
		t.Fatal(err)
	}
	_, us, err := r.turn(t.Context(), now, nil, nil, []int64{1}, 1)
	if err != nil || len(us) != 1 {
		t.Fatalf("claimed %v, %v", us, err)
	}
	for range 2 {
		settled, _, err := r.turn(t.Context(), now, []finished{{update: us[0], outcome: Done}}, nil, nil, 0)
		if err != nil || !settled[us[0].seq] {
			t.Errorf("settled %v, %v", settled, err)
		}
	}
	us[0].attempts++
	settled, _, err := r.turn(t.Context(), now, []finished{{update: us[0], outcome: Done}}, nil, nil, 0)
	if err != nil || settled[us[0].seq] {
		t.Errorf("settled by another lease: %v, %v", settled, err)
	}
}
