package rig_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"cartable/internal/rig"
)

// taken are stretches of a machine that stalls now and then, on one side or the other; the
// other side takes longer by so much.
func taken(random *rand.Rand, pairs int, longer time.Duration) []rig.Pair {
	side := func(longer time.Duration) (ds []time.Duration) {
		stalls := 0
		if random.IntN(10) == 0 {
			stalls = 4
		}
		for i := range 40 {
			d := longer + time.Duration((4+random.ExpFloat64())*float64(time.Millisecond))
			if i < stalls {
				d += 15 * time.Millisecond
			}
			ds = append(ds, d)
		}
		return ds
	}
	out := make([]rig.Pair, pairs)
	for i := range out {
		out[i] = rig.Pair{Base: side(0), Other: side(longer)}
	}
	return out
}

// Of sides that are alike a delay of a fifth of the p99 is hardly ever sure, and nearly always
// where every duration is delayed by three tenths of it.
func TestDelays(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	const times = 200
	const p99 = 19 * time.Millisecond // of a side, with its stalls
	sure := func(longer time.Duration) (n int) {
		for range times {
			if slices.ContainsFunc(rig.Delays(taken(random, 20, longer), 0.5, 0.9, 0.99), func(d rig.Delay) bool { return d.Low > 0.2 }) {
				n++
			}
		}
		return n
	}
	if n := sure(0); n > times/40 {
		t.Errorf("of sides that are alike %d of %d are called late", n, times)
	}
	if n := sure(p99 * 3 / 10); n < times*95/100 {
		t.Errorf("of sides of which one is late %d of %d are called so", n, times)
	}
}

// Calm leaves out whichever side something took long on.
func TestCalm(t *testing.T) {
	pair := func(base, other time.Duration) rig.Pair {
		return rig.Pair{Base: []time.Duration{1, base}, Other: []time.Duration{other, 1}}
	}
	pairs := []rig.Pair{pair(9, 2), pair(3, 4), pair(2, 8), pair(4, 3), pair(5, 5)}
	longest := time.Duration(0)
	calm := rig.Calm(pairs, 0.21)
	for _, p := range calm {
		longest = max(longest, rig.Quantile(p.Base, 1), rig.Quantile(p.Other, 1))
	}
	if len(calm) != 3 || longest != 5 || len(pairs) != 5 || pairs[0].Base[1] != 9 {
		t.Errorf("%+v of %+v", calm, pairs)
	}
}

// The quantiles are those of all durations, and the bounds enclose the estimate.
func TestDelaysOfQuantiles(t *testing.T) {
	pairs := taken(rand.New(rand.NewPCG(5, 6)), 5, time.Millisecond)
	var base, other []time.Duration
	for _, p := range pairs {
		base, other = append(base, p.Base...), append(other, p.Other...)
	}
	for _, d := range rig.Delays(pairs, 0, 0.01, 0.5, 0.95, 0.99, 1) {
		if d.Base != rig.Quantile(base, d.Quantile) || d.Other != rig.Quantile(other, d.Quantile) || d.Low > d.Share || d.Share > d.High {
			t.Errorf("%+v, want %s and %s", d, rig.Quantile(base, d.Quantile), rig.Quantile(other, d.Quantile))
		}
	}
	if d := rig.Delays([]rig.Pair{{}}, 0.99)[0]; d.Share != 0 {
		t.Errorf("%+v of nothing", d)
	}
}
