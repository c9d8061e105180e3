package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"cartable/internal/crm"
	"cartable/internal/persian"
	"cartable/internal/rig"
	"cartable/internal/tgsim"
)

const (
	listStaff      = 50
	listPage       = 11   // entries of a page, and one that tells whether there is another
	probesEach     = 200  // questions of a kind, in a round
	leadsAtTheEnd  = 1000 // leads that come one by one when all customers are there
	smallestBook   = 10_000
	goalOfPlain    = 1.3
	goalOfGrowth   = 1.5
	goalOfNames    = 10 * time.Millisecond
	goalOfOneStall = 50 * time.Millisecond
)

// lists are the rows on how soon pages of customers are there.
func lists() measurement {
	return measurement{4, "pages of customers, as there are more of them", measureLists}
}

// probe is a question, as the bot asks it and as plain SQL does. Both return the IDs of the
// page, in its order.
type probe struct {
	about string
	ours  func(context.Context) ([]crm.CustomerID, error)
	plain func(context.Context) ([]crm.CustomerID, error)
}

// kind is one sort of page.
type kind struct {
	what   string
	probes func(ctx context.Context, b *book, r *rand.Rand) ([]probe, error)
	grows  bool          // whether it may grow little with all customers
	p99    time.Duration // the goal with all of them; 0 for none
}

func kinds() []kind {
	return []kind{
		{what: "my cartable", probes: cartablePages, grows: true},
		{what: "find by number", probes: wholeNumbers, grows: true},
		{what: "find by part of a number", probes: partsOfNumbers},
		{what: "find by part of a name", probes: partsOfNames, p99: goalOfNames},
	}
}

// asked is how long the questions of a kind took, with one number of customers.
type asked struct {
	ours, plain   []time.Duration // all
	mine, theirs  []float64       // each round's mean, in seconds
	slowest       string
	slowestAtMost time.Duration
}

func (a asked) ratio() float64 { return rig.Median(a.mine) / rig.Median(a.theirs) }

func measureLists(ctx context.Context, s *setting) (_ []figure, err error) {
	office, err := s.NewOffice(ctx, "lists", listStaff, tgsim.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, office.Close()) }()
	b := newBook(office, s.Customers)
	var out []figure
	first := map[string]asked{}
	for size := min(smallestBook, s.Customers); ; size = min(size*10, s.Customers) {
		fmt.Fprintf(os.Stderr, "loading %s customers\n", thousands(size))
		if err := b.grow(ctx, size); err != nil {
			return nil, err
		}
		for _, k := range kinds() {
			a, err := k.measure(ctx, b, s.Rounds)
			if err != nil {
				return nil, fmt.Errorf("%s, %d customers: %w", k.what, size, err)
			}
			if size <= smallestBook {
				first[k.what] = a
			}
			out = append(out, k.figures(a, first[k.what], size, size == s.Customers)...)
		}
		if size == s.Customers {
			break
		}
	}
	stall, err := slowestLead(ctx, b)
	return append(out, stall), err
}

// measure asks the questions of a kind, each of both sides in turn.
func (k kind) measure(ctx context.Context, b *book, rounds int) (a asked, err error) {
	for round := range rounds + 1 {
		probes, err := k.probes(ctx, b, rand.New(rand.NewPCG(uint64(b.size), uint64(round))))
		if err != nil {
			return a, err
		}
		var mine, theirs time.Duration
		for i, p := range probes {
			ours, plain, err := p.ask(ctx, i%2 == 0)
			if err != nil {
				return a, fmt.Errorf("%s: %w", p.about, err)
			}
			if round == 0 {
				continue // statements are prepared, plans settle
			}
			a.ours, a.plain = append(a.ours, ours), append(a.plain, plain)
			mine, theirs = mine+ours, theirs+plain
			if ours > a.slowestAtMost {
				a.slowest, a.slowestAtMost = p.about, ours
			}
		}
		if round > 0 {
			a.mine = append(a.mine, mine.Seconds()/float64(len(probes)))
			a.theirs = append(a.theirs, theirs.Seconds()/float64(len(probes)))
		}
	}
	return a, nil
}

// ask asks both sides, and compares what they answer.
func (p probe) ask(ctx context.Context, oursFirst bool) (ours, plain time.Duration, err error) {
	time1 := func(f func(context.Context) ([]crm.CustomerID, error)) (ids []crm.CustomerID, took time.Duration, err error) {
		began := time.Now()
		ids, err = f(ctx)
		return ids, time.Since(began), err
	}
	var mine, theirs []crm.CustomerID
	var errMine, errTheirs error
	if oursFirst {
		mine, ours, errMine = time1(p.ours)
	}
	theirs, plain, errTheirs = time1(p.plain)
	if !oursFirst {
		mine, ours, errMine = time1(p.ours)
	}
	if err := errors.Join(errMine, errTheirs); err != nil {
		return 0, 0, err
	}
	if !slices.Equal(mine, theirs) {
		return 0, 0, fmt.Errorf("answers differ: %v and %v", mine, theirs)
	}
	return ours, plain, nil
}

func (k kind) figures(a, first asked, size int, last bool) []figure {
	at := fmt.Sprintf("%s, %s customers", k.what, thousands(size))
	out := []figure{{Row: 4, What: at, Ours: millis(a.mine), Against: "plain SQL " + millis(a.theirs), Ratio: a.ratio(),
		Goal: fmt.Sprintf("≤ %.1f", goalOfPlain), Met: a.ratio() <= goalOfPlain}}
	if !last {
		return out
	}
	if k.grows && size > smallestBook {
		growth := rig.Median(a.mine) / rig.Median(first.mine)
		out = append(out, figure{Row: 4, What: k.what + ", growth since " + thousands(smallestBook), Ours: millis(a.mine),
			Against: millis(first.mine), Ratio: growth, Goal: fmt.Sprintf("≤ %.1f", goalOfGrowth), Met: growth <= goalOfGrowth})
	}
	if k.p99 > 0 {
		p99 := rig.Quantile(a.ours, 0.99)
		out = append(out, figure{Row: 4, What: at + ", p99", Ours: round(p99), Against: "plain SQL " + round(rig.Quantile(a.plain, 0.99)),
			Goal: "≤ " + k.p99.String(), Met: p99 <= k.p99})
		fmt.Fprintf(os.Stderr, "the slowest: %s, %s\n", a.slowest, round(a.slowestAtMost))
	}
	return out
}

func millis(means []float64) string {
	return strconv.FormatFloat(rig.Median(means)*1000, 'f', 2, 64) + " ms"
}

func round(d time.Duration) string { return d.Round(10 * time.Microsecond).String() }

// thousands writes n with commas.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// slowestLead has new leads come one by one, and finds the slowest.
func slowestLead(ctx context.Context, b *book) (figure, error) {
	r := rand.New(rand.NewPCG(11, 7))
	var took []time.Duration
	for i := range leadsAtTheEnd {
		in := crm.Inquiry{Source: b.office.Source.ID, Name: invent(r), City: cities[citySkew.draw(r)],
			Phone: persian.Phone(fmt.Sprintf("+98990%07d", i*9973%10_000_000))}
		began := time.Now()
		if _, err := b.office.Domain.RecordInquiry(ctx, b.office.Command(rig.Member{}), in); err != nil {
			return figure{}, fmt.Errorf("lead %d: %w", i, err)
		}
		took = append(took, time.Since(began))
	}
	slowest := slices.Max(took)
	return figure{Row: 4, What: fmt.Sprintf("the slowest of %s leads, %s customers", thousands(leadsAtTheEnd), thousands(b.size)),
		Ours: round(slowest), Against: "median " + round(rig.Quantile(took, 0.5)), Goal: "≤ " + goalOfOneStall.String(),
		Met: slowest <= goalOfOneStall}, nil
}

// typedParts are what people search for beside parts of names of their customers: what
// very many have, two letters, what few have, and what nobody has.
var typedParts = strings.Fields(`محمد رضایی علی حسین زاده پور تهران مح ای را ان ژا رض ثر غز ظر خراسانی یدالله کیومرث بندرعباس
	gmail info مهرپور ژژ ثثث`)
