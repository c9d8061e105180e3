package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

const slowTest = time.Second

// desks is a gatherer whose groups wait to be let go.
type desks struct {
	gatherer[int, string]

	mu     sync.Mutex
	begun  [][]int
	letGo  chan struct{}
	refuse map[int]bool // it panics at the first of these
}

func newDesks(most int) *desks {
	d := &desks{letGo: make(chan struct{}), refuse: map[int]bool{}}
	d.gatherer = gatherer[int, string]{most: most, slow: slowTest, atOnce: 3, carryOut: func(ctx context.Context, group []int) []string {
		d.mu.Lock()
		d.begun = append(d.begun, slices.Clone(group))
		d.mu.Unlock()
		select {
		case <-d.letGo:
		case <-ctx.Done():
		}
		out := make([]string, len(group))
		for i, n := range group {
			if d.refuse[n] {
				panic("broken")
			}
			out[i] = fmt.Sprint("done ", n)
		}
		return out
	}}
	return d
}

// groups are those begun so far.
func (d *desks) groupsBegun() [][]int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.begun)
}

// call has n arrive, and returns a function that waits for its answer.
func (d *desks) call(ctx context.Context, n int) (wait func() (string, error)) {
	var out string
	var err error
	done := make(chan struct{})
	go func() { out, err = d.do(ctx, n); close(done) }()
	synctest.Wait() // it has arrived
	return func() (string, error) { <-done; return out, err }
}

func wantGroups(t *testing.T, d *desks, want ...[]int) {
	t.Helper()
	synctest.Wait()
	if got := d.groupsBegun(); !slices.EqualFunc(got, want, slices.Equal[[]int]) {
		t.Errorf("groups %v, want %v", got, want)
	}
}

func wantAnswer(t *testing.T, n int, wait func() (string, error)) {
	t.Helper()
	if got, err := wait(); got != fmt.Sprint("done ", n) || err != nil {
		t.Errorf("%d is answered %q, %v", n, got, err)
	}
}

// A lone one begins at once; those who come meanwhile are the next group, in their order and
// up to the bound; everybody gets their own answer, and nothing runs on.
func TestGatherer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesks(3)
		began := time.Now()
		waits := []func() (string, error){d.call(t.Context(), 0)}
		wantGroups(t, d, []int{0})
		for n := 1; n <= 5; n++ {
			waits = append(waits, d.call(t.Context(), n))
		}
		wantGroups(t, d, []int{0})
		d.letGo <- struct{}{}
		wantGroups(t, d, []int{0}, []int{1, 2, 3})
		d.letGo <- struct{}{}
		wantGroups(t, d, []int{0}, []int{1, 2, 3}, []int{4, 5})
		d.letGo <- struct{}{}
		for n, wait := range waits {
			wantAnswer(t, n, wait)
		}
		if waited := time.Since(began); waited != 0 {
			t.Errorf("%s were waited for nothing", waited)
		}
		// Idle again: the next one is alone and at once again.
		wait := d.call(t.Context(), 6)
		wantGroups(t, d, []int{0}, []int{1, 2, 3}, []int{4, 5}, []int{6})
		d.letGo <- struct{}{}
		wantAnswer(t, 6, wait)
		synctest.Wait()
		if d.running != 0 || len(d.waiting) != 0 {
			t.Errorf("%d groups, %d waiting at the end", d.running, len(d.waiting))
		}
	})
}

// Few are carried out beside each other, each at once; those who come while more are under way
// wait, and begin as soon as all of them fit beside what is left.
func TestGathererBesides(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesks(20)
		d.beside = 3
		var waits []func() (string, error)
		come := func(n int) { waits = append(waits, d.call(t.Context(), n)) }
		for n := range 5 {
			come(n)
		}
		wantGroups(t, d, []int{0}, []int{1}, []int{2})
		d.letGo <- struct{}{} // two wait, for one there is room
		wantGroups(t, d, []int{0}, []int{1}, []int{2})
		d.letGo <- struct{}{}
		wantGroups(t, d, []int{0}, []int{1}, []int{2}, []int{3, 4})
		come(5)
		d.letGo <- struct{}{}
		wantGroups(t, d, []int{0}, []int{1}, []int{2}, []int{3, 4}, []int{5})
		time.Sleep(slowTest) // what is held up takes nobody's room
		for n := 6; n < 9; n++ {
			come(n)
		}
		wantGroups(t, d, []int{0}, []int{1}, []int{2}, []int{3, 4}, []int{5}, []int{6})
		close(d.letGo)
		for n, wait := range waits {
			wantAnswer(t, n, wait)
		}
		synctest.Wait()
		if d.running != 0 || d.heldUp != 0 || d.under != 0 || len(d.waiting) != 0 {
			t.Errorf("%d groups, %d held up, %d under way, %d waiting at the end", d.running, d.heldUp, d.under, len(d.waiting))
		}
	})
}

// Many are two groups beside each other; few wait for the one under way, to be one group.
func TestGathererTwoBeside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesks(20)
		var waits []func() (string, error)
		come := func(from, to int) (all []int) {
			for n := from; n <= to; n++ {
				waits, all = append(waits, d.call(t.Context(), n)), append(all, n)
			}
			return all
		}
		want := [][]int{come(0, 0)}
		come(1, worthwhile-1)
		wantGroups(t, d, want...)
		come(worthwhile, worthwhile)
		want = append(want, []int{1, 2, 3, 4})
		wantGroups(t, d, want...)
		fifth := come(5, 13) // two are enough
		wantGroups(t, d, want...)
		d.letGo <- struct{}{}
		want = append(want, fifth)
		wantGroups(t, d, want...)
		d.letGo <- struct{}{}
		come(14, 21) // fewer than the one under way
		wantGroups(t, d, want...)
		d.letGo <- struct{}{}
		wantGroups(t, d, append(want, []int{14, 15, 16, 17}, []int{18, 19, 20, 21})...)
		d.letGo <- struct{}{}
		d.letGo <- struct{}{}
		for n, wait := range waits {
			wantAnswer(t, n, wait)
		}
		synctest.Wait()
		if d.running != 0 || len(d.waiting) != 0 {
			t.Errorf("%d groups, %d waiting at the end", d.running, len(d.waiting))
		}
	})
}

// A group that is held up holds up nobody: another begins beside it, as soon as it is slow, and
// no more of them than may be. When it has ended there is one again.
func TestGathererHeldUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesks(10)
		waits := []func() (string, error){d.call(t.Context(), 0), d.call(t.Context(), 1), d.call(t.Context(), 2)}
		time.Sleep(slowTest - time.Nanosecond)
		wantGroups(t, d, []int{0})
		time.Sleep(time.Nanosecond)
		wantGroups(t, d, []int{0}, []int{1, 2})
		waits = append(waits, d.call(t.Context(), 3))
		wantGroups(t, d, []int{0}, []int{1, 2})
		time.Sleep(slowTest)
		wantGroups(t, d, []int{0}, []int{1, 2}, []int{3})
		time.Sleep(slowTest)
		waits = append(waits, d.call(t.Context(), 4), d.call(t.Context(), 5))
		wantGroups(t, d, []int{0}, []int{1, 2}, []int{3})
		d.letGo <- struct{}{} // one of the three ends, and goes on with what waits
		wantGroups(t, d, []int{0}, []int{1, 2}, []int{3}, []int{4, 5})
		close(d.letGo)
		for n, wait := range waits {
			wantAnswer(t, n, wait)
		}
		synctest.Wait()
		if d.running != 0 || d.heldUp != 0 {
			t.Errorf("%d groups, %d held up at the end", d.running, d.heldUp)
		}
	})
}

// Who gives up while waiting is not carried out; who gives up later ends nobody's group.
func TestGathererIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesks(10)
		ctx, leave := context.WithCancel(t.Context())
		gone := errors.New("gone")
		waiting, leaveQueue := context.WithCancelCause(t.Context())
		first := d.call(ctx, 1)
		second, third := d.call(waiting, 2), d.call(t.Context(), 3)
		leaveQueue(gone)
		if _, err := second(); !errors.Is(err, gone) {
			t.Errorf("who left is told %v", err)
		}
		fourth := d.call(ctx, 4)
		d.letGo <- struct{}{}
		wantAnswer(t, 1, first)
		wantGroups(t, d, []int{1}, []int{3, 4})
		leave()
		if _, err := fourth(); !errors.Is(err, context.Canceled) {
			t.Errorf("who left is told %v", err)
		}
		d.letGo <- struct{}{}
		wantAnswer(t, 3, third)
		wantGroups(t, d, []int{1}, []int{3, 4})
	})
}

// A panic is an error of its group; a group that hangs ends after its time. The next ones go on.
func TestGathererSurvives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesks(10)
		d.refuse[2] = true
		first, second, third := d.call(t.Context(), 1), d.call(t.Context(), 2), d.call(t.Context(), 3)
		d.letGo <- struct{}{}
		wantAnswer(t, 1, first)
		synctest.Wait()
		fourth := d.call(t.Context(), 4)
		d.letGo <- struct{}{}
		for _, wait := range []func() (string, error){second, third} {
			if _, err := wait(); err == nil || !strings.Contains(err.Error(), "broken") {
				t.Errorf("after a panic: %v", err)
			}
		}
		began := time.Now()
		wantAnswer(t, 4, fourth) // nobody lets it go: its context ends
		if waited := time.Since(began); waited != storeTimeout {
			t.Errorf("ended after %s", waited)
		}
	})
}

// Everybody who arrives is answered, whatever the interleaving.
func TestGathererAnswersEverybody(t *testing.T) {
	const callers, each = 40, 50
	var largest int
	g := gatherer[int, int]{most: 8, slow: time.Microsecond, atOnce: 3, beside: 2}
	var mu sync.Mutex
	g.carryOut = func(_ context.Context, group []int) []int {
		mu.Lock()
		largest = max(largest, len(group))
		mu.Unlock()
		return slices.Clone(group)
	}
	var wg sync.WaitGroup
	for c := range callers {
		wg.Go(func() {
			for i := range each {
				if got, err := g.do(t.Context(), c*each+i); err != nil || got != c*each+i {
					t.Errorf("%d is answered %d, %v", c*each+i, got, err)
				}
			}
		})
	}
	wg.Wait()
	g.mu.Lock()
	defer g.mu.Unlock()
	if largest > 8 || len(g.waiting) != 0 || g.under != 0 {
		t.Errorf("a group of %d; %d waiting, %d under way at the end", largest, len(g.waiting), g.under)
	}
}
