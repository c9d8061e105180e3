package inbox

import (
	"testing"
	"time"

	"cartable/internal/pgtest"
)

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
