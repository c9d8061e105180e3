package intake

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

// gatherer has what arrives at the same time carried out together. What arrives while
// little is under way begins at once, alone; what arrives while more is under way waits,
// and the next group is all that waits, in the order of arrival, up to a bound. So nobody
// waits for others to come, and the busier it is the larger groups become. Many are two
// groups beside each other: while one waits for the disk, the other uses the processor. A group that takes
// longer than its time does not hold up the others: the next one begins beside it. Nothing
// runs while there is nothing to do, and no end is needed: whoever waits for all callers has
// waited for all groups.
type gatherer[In, Out any] struct {
	// carryOut returns one answer for each of a group, in its order.
	carryOut func(ctx context.Context, group []In) []Out
	most     int           // in one group
	slow     time.Duration // a group is after this
	atOnce   int           // how many groups may be under way, slow ones included
	beside   int           // up to so many are carried out beside each other before any waits

	mu      sync.Mutex
	waiting []*arrival[In, Out]
	running int // groups under way …
	heldUp  int // … and how many of them are slow
	under   int // how many are in the others
	size    int // of the last group that began
}

// worthwhile is how many a group must have for two to be better than one of both.
const worthwhile = 4

// arrival is one call of do.
type arrival[In, Out any] struct {
	in     In
	answer chan answered[Out] // has room for the one that comes
}

type answered[Out any] struct {
	out Out
	err error
}

// do has in carried out and returns the answer, or the end of ctx. What nobody has begun by
// then is not carried out; what is under way is, with the others of its group. A group of one
// its caller carries out, and waits for whatever ctx does.
func (g *gatherer[In, Out]) do(ctx context.Context, in In) (out Out, err error) {
	a := &arrival[In, Out]{in: in, answer: make(chan answered[Out], 1)}
	g.mu.Lock()
	g.waiting = append(g.waiting, a)
	group := g.next()
	g.mu.Unlock()
	if len(group) == 1 && group[0] == a {
		g.begin(g.carry(group)) // here and now: to wake somebody else for it takes longer than many a statement
		got := <-a.answer
		return got.out, got.err
	}
	g.begin(group)
	select {
	case got := <-a.answer:
		return got.out, got.err
	case <-ctx.Done():
		g.withdraw(a)
		return out, context.Cause(ctx)
	}
}

// next is the group that is to begin, where there is something to do and nobody at it.
func (g *gatherer[In, Out]) next() []*arrival[In, Out] {
	if g.running >= g.atOnce {
		return nil
	}
	group := g.take()
	if len(group) > 0 {
		g.running++
	}
	return group
}

// begin has a group carried out, and what waits then.
func (g *gatherer[In, Out]) begin(group []*arrival[In, Out]) {
	if len(group) > 0 {
		go func() {
			for len(group) > 0 {
				group = g.carry(group)
			}
		}()
	}
}

func (g *gatherer[In, Out]) withdraw(a *arrival[In, Out]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, w := range g.waiting {
		if w == a {
			g.waiting = append(g.waiting[:i], g.waiting[i+1:]...)
			return
		}
	}
}

// carry carries out one group. It returns the next, unless nobody waits or somebody else is at it.
func (g *gatherer[In, Out]) carry(group []*arrival[In, Out]) (next []*arrival[In, Out]) {
	late, done := false, false
	timer := time.AfterFunc(g.slow, func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		if !done {
			late = true
			g.heldUp++
			g.under -= len(group)
			g.begin(g.next())
		}
	})
	g.answer(group)
	g.mu.Lock()
	defer g.mu.Unlock()
	timer.Stop()
	if done = true; late {
		g.heldUp--
	} else {
		g.under -= len(group)
	}
	g.running--
	if next = g.take(); len(next) > 0 {
		g.running++
	}
	g.begin(g.next()) // another beside it, where so many wait
	return next
}

// take takes the next group off those that wait; none where they are to wait for those under way.
func (g *gatherer[In, Out]) take() []*arrival[In, Out] {
	n := min(len(g.waiting), g.most)
	switch groups := g.running - g.heldUp; {
	case n <= g.beside-g.under: // together they would have to wait for each other
	case groups == 0:
		if n >= 2*worthwhile {
			n /= 2
		}
	case groups > 1 || n < max(worthwhile, g.size):
		n = 0
	}
	if n == 0 {
		return nil
	}
	g.size, g.under = n, g.under+n
	group := g.waiting[:n:n]
	g.waiting = g.waiting[n:]
	if len(g.waiting) == 0 {
		g.waiting = nil // not to keep what is answered
	}
	return group
}

// answer carries out a group. It belongs to none of its callers: no end of theirs ends it.
func (g *gatherer[In, Out]) answer(group []*arrival[In, Out]) {
	ctx, cancel := context.WithTimeout(context.Background(), storeTimeout)
	defer cancel()
	ins := make([]In, len(group))
	for i, a := range group {
		ins[i] = a.in
	}
	outs, err := g.guarded(ctx, ins)
	for i, a := range group {
		if err != nil {
			a.answer <- answered[Out]{err: err}
			continue
		}
		a.answer <- answered[Out]{out: outs[i]}
	}
}

// guarded makes an error of a panic, which would end the program here, and not one request.
func (g *gatherer[In, Out]) guarded(ctx context.Context, ins []In) (outs []Out, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	outs = g.carryOut(ctx, ins)
	if len(outs) != len(ins) {
		return nil, fmt.Errorf("%d answers to %d arrivals", len(outs), len(ins))
	}
	return outs, nil
}
