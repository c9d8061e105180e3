package rig

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// Pair is how long the same took on two sides in one short stretch of time, so that what the
// machine does meanwhile falls on both.
type Pair struct{ Base, Other []time.Duration }

// Calm leaves out the share of the pairs in which one of the durations is longest, whichever
// side it is of: those in which the machine stalled, as any does now and then.
func Calm(pairs []Pair, share float64) []Pair {
	longest := func(p Pair) time.Duration { return max(Quantile(p.Base, 1), Quantile(p.Other, 1)) }
	sorted := slices.SortedFunc(slices.Values(pairs), func(a, b Pair) int { return int(longest(a) - longest(b)) })
	return sorted[:len(sorted)-int(math.Ceil(share*float64(len(sorted))))]
}

// Delay is by how much a quantile of the other side is later than that of the base, over all
// pairs, as a share of the lower of the two sides' p99.
type Delay struct {
	Quantile    float64
	Base, Other time.Duration
	Share       float64 // of the p99 of the base, less 1, where Quantile is 0.99 and the other side is slower
	Low, High   float64 // Share is above, and below, with 99 % confidence each
}

// draws is how often the pairs are drawn anew for the confidence: the 1 % at either end are 10.
const draws = 1000

// Delays compares quantiles. The confidence is a bootstrap's over whole pairs, since what
// happens in a stretch happens to many of its durations at once.
//
// Of few durations a p99 is decided by what the machine did to one in a hundred. Lower quantiles
// are surer by far: what delays every duration by a share of the p99 shows there.
func Delays(pairs []Pair, quantiles ...float64) []Delay {
	base := newDrawn(pairs, func(p Pair) []time.Duration { return p.Base })
	other := newDrawn(pairs, func(p Pair) []time.Duration { return p.Other })
	times := make([]int, len(pairs)) // how often each pair is drawn
	share := func(q float64) float64 {
		p99 := min(base.quantile(times, 0.99), other.quantile(times, 0.99))
		return float64(other.quantile(times, q)-base.quantile(times, q)) / float64(max(p99, 1))
	}
	for i := range times {
		times[i] = 1
	}
	out := make([]Delay, len(quantiles))
	shares := make([][]float64, len(quantiles))
	for i, q := range quantiles {
		out[i] = Delay{Quantile: q, Base: base.quantile(times, q), Other: other.quantile(times, q), Share: share(q)}
	}
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same draws each time, which guard nothing
	for range draws {
		clear(times)
		for range pairs {
			times[random.IntN(len(pairs))]++
		}
		for i, q := range quantiles {
			shares[i] = append(shares[i], share(q))
		}
	}
	for i, of := range shares {
		slices.Sort(of)
		out[i].Low, out[i].High = of[draws/100], of[draws-draws/100-1]
	}
	return out
}

// drawn is one side of all pairs, the longest first, each with its pair: of pairs that are
// drawn again and again it is sorted once.
type drawn struct {
	durations []time.Duration
	pairs     []int
	sizes     []int // of the pairs
}

func newDrawn(pairs []Pair, side func(Pair) []time.Duration) drawn {
	type one struct {
		took time.Duration
		pair int
	}
	var all []one
	d := drawn{sizes: make([]int, len(pairs))}
	for i, p := range pairs {
		for _, took := range side(p) {
			all = append(all, one{took, i})
		}
		d.sizes[i] = len(side(p))
	}
	slices.SortFunc(all, func(a, b one) int { return int(b.took - a.took) })
	for _, o := range all {
		d.durations, d.pairs = append(d.durations, o.took), append(d.pairs, o.pair)
	}
	return d
}

// quantile is that of Quantile where each pair is there so many times.
func (d drawn) quantile(times []int, q float64) time.Duration {
	all := 0
	for i, n := range times {
		all += n * d.sizes[i]
	}
	rank := min(max(int(math.Ceil(q*float64(all)-1e-6)), 1), all)
	longer := all - rank // how many are left out at the top
	for i, took := range d.durations {
		if longer -= times[d.pairs[i]]; longer < 0 {
			return took
		}
	}
	return 0
}
