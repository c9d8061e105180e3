package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"cartable/bot/callback"
	"cartable/internal/crm"
	"cartable/internal/persian"
	"cartable/internal/rig"
	"cartable/internal/tgsim"
)

const (
	tappers      = 32 // people who tap at the same time
	tapsEach     = 60 // of a person, in a burst
	pacedTaps    = 400
	pacedEvery   = 25 * time.Millisecond // 40 taps a second, as of a large team
	tapsTimeout  = time.Minute
	clockTicks   = 100      // of /proc, a second: USER_HZ on Linux
	noQuestions  = "Called" // the title of a status without questions
	bareLoopWord = "bare-loop"
)

// taps are the rows on how soon a tap is answered.
func taps() measurement {
	return measurement{2, "from a tap's arrival to its answer and the edited card", measureTaps}
}

// tapSide is one of the two: the program, or the bare loop.
type tapSide struct {
	sim    *tgsim.Server
	people []*tgsim.Person
	pid    func() int
	data   func(person, n int) string // of the nth tap of somebody
	on     []int                      // the message that each of them taps on
}

// tapTimes are what one turn of a side took.
type tapTimes struct {
	paced []time.Duration // each tap's, at an even pace
	rate  float64         // taps seen to a second, in a burst
	cpu   time.Duration   // of the process, for each tap of the burst
}

func measureTaps(ctx context.Context, s *setting) (_ []figure, err error) {
	bare, stop, err := bareSide(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, stop()) }()
	office, ours, stopOurs, err := programSide(ctx, s, "taps", addNoQuestions)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, stopOurs()) }()
	var opened, saved, plain []tapTimes
	for range s.Rounds {
		for _, turn := range []struct {
			side *tapSide
			of   *[]tapTimes
		}{{bare, &plain}, {ours, &opened}} {
			t, err := turn.side.measure(ctx)
			if err != nil {
				return nil, err
			}
			*turn.of = append(*turn.of, t)
		}
		t, err := measureSaves(ctx, office, ours)
		if err != nil {
			return nil, err
		}
		saved = append(saved, t)
	}
	return tapFigures(plain, opened, saved), nil
}

func tapFigures(plain, opened, saved []tapTimes) []figure {
	quantile := func(of []tapTimes, q float64) time.Duration {
		var rounds [][]time.Duration
		for _, t := range of {
			rounds = append(rounds, t.paced)
		}
		return medianQuantile(rounds, q)
	}
	rate := func(of []tapTimes) float64 {
		var each []float64
		for _, t := range of {
			each = append(each, t.rate)
		}
		return rig.Median(each)
	}
	cpu := func(of []tapTimes) time.Duration {
		var each []float64
		for _, t := range of {
			each = append(each, float64(t.cpu))
		}
		return time.Duration(rig.Median(each)).Round(time.Microsecond)
	}
	var out []figure
	for _, side := range []struct {
		what  string
		of    []tapTimes
		ratio float64
	}{{"a card opened", opened, 0.5}, {"a status saved", saved, 0.3}} {
		for _, q := range []struct {
			name  string
			q     float64
			limit time.Duration
		}{{"p50", 0.5, 3 * time.Millisecond}, {"p99", 0.99, 15 * time.Millisecond}} {
			a, b := quantile(side.of, q.q), quantile(plain, q.q)
			out = append(out, figure{Row: 2, What: side.what + ", " + q.name, Ours: short(a), Against: "bare loop " + short(b),
				Ratio: float64(a) / float64(b), Goal: "added ≤ " + q.limit.String(), Met: a-b <= q.limit})
		}
		a, b := rate(side.of), rate(plain)
		out = append(out, figure{Row: 2, What: side.what + ", updates a second", Ours: fmt.Sprintf("%.0f/s", a),
			Against: fmt.Sprintf("bare loop %.0f/s", b), Ratio: a / b, Goal: fmt.Sprintf("≥ %.1f", side.ratio), Met: a/b >= side.ratio})
	}
	a, b := cpu(opened), cpu(plain)
	return append(out, figure{Row: 2, What: "a card opened, CPU of the program", Ours: a.String(), Against: "bare loop " + b.String(),
		Ratio: float64(a) / float64(b), Goal: "≤ 400µs", Met: a <= 400*time.Microsecond})
}

// medianQuantile is the median of the rounds' quantiles.
func medianQuantile(rounds [][]time.Duration, q float64) time.Duration {
	var each []float64
	for _, times := range rounds {
		each = append(each, float64(rig.Quantile(times, q)))
	}
	return time.Duration(rig.Median(each))
}

func short(d time.Duration) string { return d.Round(10 * time.Microsecond).String() }

// bareSide starts the bare loop on a Telegram of its own.
func bareSide(ctx context.Context) (_ *tapSide, stop func() error, err error) {
	sim := tgsim.New(tgsim.Options{Clock: machineClock{}, Wall: time.Now, Limits: tgsim.Limits{Off: true}})
	if err := sim.Start("127.0.0.1:0"); err != nil {
		return nil, nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("find this program: %w", err), sim.Close())
	}
	cmd := exec.Command(self, bareLoopWord, "--api", sim.URL(), "--token", sim.Token())
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("start the bare loop: %w", err), sim.Close())
	}
	side := &tapSide{sim: sim, pid: func() int { return cmd.Process.Pid }, data: func(_, n int) string { return "1co." + strconv.Itoa(n) }}
	stop = func() error {
		_ = cmd.Process.Kill() // it has no other end
		_ = cmd.Wait()
		return sim.Close()
	}
	for i := range tappers {
		p := sim.Person(tgsim.Profile{FirstName: fmt.Sprintf("Agent %d", i+1)})
		side.people = append(side.people, p)
		if err := p.Start(""); err != nil {
			return nil, nil, errors.Join(err, stop())
		}
	}
	return side, stop, side.gather(ctx)
}

// programSide starts the program for an office whose agents hold two customers each, and
// whose configuration shape has changed.
func programSide(ctx context.Context, s *setting, schema string, shape func(*crm.Config) error) (_ *rig.Office, _ *tapSide, stop func() error, err error) {
	office, err := s.NewOffice(ctx, schema, tappers, tgsim.Options{Clock: machineClock{}, Wall: time.Now, Limits: tgsim.Limits{Off: true}})
	if err != nil {
		return nil, nil, nil, err
	}
	program, err := office.NewProgram(rig.Settings{"SEND_RATE": "0"})
	if err != nil {
		return nil, nil, nil, errors.Join(err, office.Close())
	}
	stop = func() error { return errors.Join(program.Kill(), office.Close()) }
	held, err := holdCustomers(ctx, office)
	if err == nil {
		err = configure(ctx, office, shape)
	}
	if err == nil {
		err = program.Run(ctx, nil)
	}
	if err != nil {
		return nil, nil, nil, errors.Join(err, stop())
	}
	side := &tapSide{sim: office.Sim, pid: program.PID, data: func(person, n int) string {
		return callback.MustEncode(callback.Ref{Action: callback.Open, Record: int64(held[person][n%2]), Value: "b"})
	}}
	for _, a := range office.Agents {
		side.people = append(side.people, a.Person)
		a.Person.Type("/menu")
	}
	err = side.gather(ctx)
	if err == nil {
		err = side.openCards(ctx, held)
	}
	if err != nil {
		return nil, nil, nil, errors.Join(err, stop())
	}
	return office, side, stop, nil
}

// openCards has everybody open a card, to tap on: the menu's message cannot be edited. It is not the
// one that the first tap opens, which would change nothing.
func (s *tapSide) openCards(ctx context.Context, held [][2]crm.CustomerID) error {
	ctx, cancel := context.WithTimeout(ctx, tapsTimeout)
	defer cancel()
	for who, p := range s.people {
		menu := s.on[who]
		if err := p.TapData(menu, callback.MustEncode(callback.Ref{Action: callback.Open, Record: int64(held[who][1])})); err != nil {
			return err
		}
		err := p.Wait(ctx, func(v *tgsim.View) bool {
			s.on[who] = v.Last().ID
			return v.Last().ID != menu && v.Input.Seen()
		})
		if err != nil {
			return fmt.Errorf("the card of %d: %w", who, err)
		}
	}
	return nil
}

// holdCustomers gives each agent two customers with a short history.
func holdCustomers(ctx context.Context, o *rig.Office) (held [][2]crm.CustomerID, err error) {
	for i, agent := range o.Agents {
		var two [2]crm.CustomerID
		for k := range two {
			n := 2*i + k
			phone, err := persian.ParsePhone(rig.Phone(n))
			if err != nil {
				return nil, err
			}
			in := crm.Inquiry{Source: o.Source.ID, Phone: phone, Name: fmt.Sprintf("Customer %d", n), City: "Tehran", Message: "Please call me"}
			a, err := o.Domain.RecordInquiry(ctx, o.Command(rig.Member{}), in)
			if err != nil {
				return nil, fmt.Errorf("record an inquiry: %w", err)
			}
			if _, err := o.Domain.Take(ctx, o.Command(agent), a.Customer); err != nil {
				return nil, fmt.Errorf("take: %w", err)
			}
			if _, err := o.Domain.AddNote(ctx, o.Command(agent), a.Customer, "Wants a quote by Thursday"); err != nil {
				return nil, fmt.Errorf("note: %w", err)
			}
			two[k] = a.Customer
		}
		held = append(held, two)
	}
	return held, nil
}

// configure puts in force what shape makes of the configuration.
func configure(ctx context.Context, o *rig.Office, shape func(*crm.Config) error) error {
	dir, err := o.Domain.Directory(ctx)
	if err != nil {
		return err
	}
	target := dir.Config()
	if err := shape(&target); err != nil {
		return fmt.Errorf("shape the configuration: %w", err)
	}
	if _, err := o.Domain.ApplyConfig(ctx, o.Command(o.Owner), target); err != nil {
		return fmt.Errorf("configure: %w", err)
	}
	return nil
}

func addNoQuestions(c *crm.Config) error {
	_, err := c.AddStatus(crm.Title{Text: noQuestions}, "📞")
	return err
}

// gather waits until everybody has a message of the bot to tap on.
func (s *tapSide) gather(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, tapsTimeout)
	defer cancel()
	for _, p := range s.people {
		if err := p.Wait(ctx, func(v *tgsim.View) bool { return v.Last().ID != 0 }); err != nil {
			return err
		}
		s.on = append(s.on, p.Last().ID)
	}
	return nil
}

// measure taps at an even pace, and then in a burst.
func (s *tapSide) measure(ctx context.Context) (t tapTimes, err error) {
	from := len(s.sim.Inputs())
	tick := time.NewTicker(pacedEvery)
	defer tick.Stop()
	for n := range pacedTaps {
		<-tick.C
		who := n % len(s.people)
		if err := s.people[who].TapData(s.on[who], s.data(who, n/len(s.people))); err != nil {
			return t, err
		}
	}
	if t.paced, err = s.took(ctx, from, pacedTaps); err != nil {
		return t, err
	}
	for who, p := range s.people {
		if last := p.Last().ID; last != s.on[who] {
			return t, fmt.Errorf("a tap on message %d was answered by message %d, not by an edit", s.on[who], last)
		}
	}
	err = s.burst(ctx, &t, len(s.people)*tapsEach, func() error {
		for n := range tapsEach {
			for who, p := range s.people {
				if err := p.TapData(s.on[who], s.data(who, n)); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return t, err
}

// burst has everybody tap, so many taps in all, and notes how soon what they lead to is seen.
func (s *tapSide) burst(ctx context.Context, t *tapTimes, taps int, tap func() error) error {
	from := len(s.sim.Inputs())
	before, err := cpuOf(s.pid())
	if err != nil {
		return err
	}
	began := time.Now()
	if err := tap(); err != nil {
		return err
	}
	seen, err := s.inputs(ctx, from, taps)
	if err != nil {
		return err
	}
	end := func(in tgsim.Input) time.Time { return in.At.Add(in.Saw()) }
	last := slices.MaxFunc(seen, func(a, b tgsim.Input) int { return end(a).Compare(end(b)) })
	after, err := cpuOf(s.pid())
	if err != nil {
		return err
	}
	t.rate = float64(taps) / end(last).Sub(began).Seconds()
	t.cpu = (after - before) / time.Duration(taps)
	return nil
}

// inputs waits until n of them, after the first from ones, are answered and what they lead to is shown.
func (s *tapSide) inputs(ctx context.Context, from, n int) ([]tgsim.Input, error) {
	ctx, cancel := context.WithTimeout(ctx, tapsTimeout)
	defer cancel()
	return s.sim.WaitSeen(ctx, from, n)
}

// took is how long each of n inputs waited for both, its answer and the change.
func (s *tapSide) took(ctx context.Context, from, n int) (out []time.Duration, err error) {
	inputs, err := s.inputs(ctx, from, n)
	for _, in := range inputs {
		out = append(out, in.Saw())
	}
	return out, err
}

// cpuOf is the processor time that a process has used. Source: proc(5), /proc/pid/stat, fields 14 and 15.
func cpuOf(pid int) (time.Duration, error) {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, fmt.Errorf("read the processor time: %w", err)
	}
	_, rest, _ := strings.Cut(string(content), ") ")
	fields := strings.Fields(rest)
	var ticks int64
	for _, i := range []int{11, 12} {
		n, err := strconv.ParseInt(fields[i], 10, 64)
		if err != nil {
			return 0, fmt.Errorf("read the processor time: %w", err)
		}
		ticks += n
	}
	return time.Duration(ticks) * time.Second / clockTicks, nil
}

type machineClock struct{}

func (machineClock) Now() time.Time { return time.Now() }
