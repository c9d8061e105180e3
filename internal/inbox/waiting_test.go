package inbox

import (
	"slices"
	"testing"
)

// TestWaitingKnowsWhatIsTaken has updates taken up in another order than they are known in, and one
// that nobody here knows: each is given as what it was decoded to, or as nothing.
func TestWaitingKnowsWhatIsTaken(t *testing.T) {
	w := newWaiting()
	for _, u := range []Raw{{ChatID: 1, UpdateID: 14, Decoded: "d"}, {ChatID: 2, UpdateID: 11, Decoded: "a"},
		{ChatID: 2, UpdateID: 12, Decoded: "b"}, {ChatID: 2, UpdateID: 13, Decoded: "c"}} {
		w.add(u.ChatID, 1, u)
	}
	if got := w.decoded(w.first(10, nil), 1); !slices.Equal(got, []any{"a"}) {
		t.Errorf("the oldest is %v, want a", got)
	}
	for _, step := range []struct {
		chat, update int64
		decoded      any
		next         []any
	}{
		{2, 12, "b", []any{"c", "d"}}, // 11 had been handled before
		{2, 9, nil, []any{"c", "d"}},
		{2, 13, "c", []any{"d"}},
		{1, 14, "d", nil},
	} {
		if got := w.took(step.chat, step.update); got != step.decoded {
			t.Errorf("update %d was decoded to %v, want %v", step.update, got, step.decoded)
		}
		if got := w.decoded(w.first(10, nil), 10); !slices.Equal(got, step.next) {
			t.Errorf("after %d: %v, want %v", step.update, got, step.next)
		}
	}
	for i := range 2 * maxKnown {
		w.add(3, 1, Raw{UpdateID: int64(i), Decoded: i})
	}
	if n := len(w.known[3]); n > maxKnown {
		t.Errorf("%d updates of a chat are kept", n)
	}
	for i := range 2 * maxKnown {
		if got := w.took(3, int64(i)); got != any(i) && (i < maxKnown || got != nil) {
			t.Errorf("update %d was decoded to %v", i, got)
		}
	}
	if len(w.known) > 0 || len(w.left) > 0 || len(w.order) > 0 {
		t.Errorf("left over: %v", w)
	}
}
