// Command faults breaks what the program stands on while it works, and judges by what
// the database and the Telegram server recorded whether anything was lost, doubled,
// late or out of order. It prints one table. A row in which something was only late is
// tried once more; when it is late again, and the machine explains that both times, the
// row says "late", which is no failure.
//
//	go run ./cmd/faults            everything
//	go run ./cmd/faults --quick    the same faults, less often
//	go run ./cmd/faults --only 1,6 some of them
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	"golang.org/x/sync/errgroup"

	"cartable/internal/rig"
)

// experiment is one row of the table.
type experiment struct {
	number int
	fault  string // what goes wrong
	holds  string // what must be true all the same
	// counted is a row that is judged by counts, and not by how soon something comes: it may
	// share the machine with others.
	counted bool
	// run makes it go wrong and returns what was counted. An error is a row that does not hold,
	// whether the program failed or the experiment; a rig.Late tells that time alone was missed.
	run func(ctx context.Context, b *breaker) (figures string, err error)
}

// breaker is what an experiment works with.
type breaker struct {
	*rig.Servers
	quick bool
	log   *slog.Logger
}

// times is how often something is done: all, or in the quick form fewer.
func (b *breaker) times(all, quick int) int {
	if b.quick {
		return quick
	}
	return all
}

// experiments are the rows of the table, the counted ones first.
func experiments() []experiment {
	return slices.Concat(
		killedIntake(),
		killedUpdates(),
		sameUpdate(),
		stoppedUnderLoad(),
		[]experiment{
			takeRace(),
			randomCourses(),
			lostCommits(),
			daysAway(),
			restartedIDs(),
			badTelegram(),
			reminderFlood(),
			telegramAway(),
			killedPostgres(),
			wipedRedis(),
			hangs(),
			leaders(),
			diskFull(),
			clockBack(),
			forgedTaps(),
			hostileNames(),
			leaks(), // searches what the others left
		},
	)
}

// options are the command line.
type options struct {
	Quick bool  `help:"Less of everything, for each change of the program."`
	Only  []int `help:"The numbers of the rows to run." placeholder:"N,…"`
	Keep  bool  `help:"Leave the logs of the program behind, and say where."`
}

func main() {
	var o options
	kong.Parse(&o, kong.Name("faults"), kong.Description("Breaks what the program stands on, and tells what came of it."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "faults:", err)
		os.Exit(1)
	}
}

var (
	errBroken = errors.New("not everything holds")
	// errNotHere says that a machine cannot be broken in a way: that shows nothing of the program.
	errNotHere = errors.New("this cannot be tried here")
)

func run(ctx context.Context, o options) (err error) {
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	servers, err := rig.Start(ctx, "faults", log)
	if err != nil {
		return err
	}
	servers.Numbers = filepath.Join(servers.Dir, "numbers.txt")
	if o.Keep {
		fmt.Fprintln(os.Stderr, "logs are in", servers.Dir)
		servers.Keep = true
	}
	defer func() { err = errors.Join(err, servers.Close()) }()
	b := &breaker{Servers: servers, quick: o.Quick, log: log}
	rows := slices.DeleteFunc(experiments(), func(e experiment) bool {
		return len(o.Only) > 0 && !slices.Contains(o.Only, e.number)
	})
	broken := false
	for len(rows) > 0 {
		n := 1
		for b.quick && rows[0].counted && n < len(rows) && rows[n].counted {
			n++
		}
		results := b.all(ctx, rows[:n])
		if ctx.Err() != nil {
			return ctx.Err()
		}
		for _, r := range results {
			r.print()
			broken = broken || r.verdict() == broke
		}
		rows = rows[n:]
	}
	if broken {
		return errBroken
	}
	return nil
}

// all runs experiments, some at once.
func (b *breaker) all(ctx context.Context, rows []experiment) []result {
	const atOnce = 4
	results := make([]result, len(rows))
	var g errgroup.Group
	g.SetLimit(atOnce)
	for i, e := range rows {
		g.Go(func() error { results[i] = b.try(ctx, e); return nil })
	}
	_ = g.Wait() // what went wrong is in the results
	return results
}

// result is what came of an experiment.
type result struct {
	experiment
	figures string
	took    time.Duration
	err     error
	late    []string // what was late in each try, and how the machine kept up meanwhile
	excused bool     // the machine explains what was late, in each try
}

// try runs an experiment, and once more when things were only late: what is wrong, lost or
// doubled is no machine's fault, but that may be.
func (b *breaker) try(ctx context.Context, e experiment) result {
	r := result{experiment: e, excused: true}
	began := time.Now()
	for range 2 {
		pace := rig.WatchPace(b.Dir)
		r.figures, r.err = e.run(ctx, b)
		machine := pace.Stop()
		by, late := rig.OnlyLate(r.err)
		if !late {
			break
		}
		r.excused = r.excused && machine.Explains(by)
		r.late = append(r.late, fmt.Sprintf("late: %v; %s meanwhile", r.err, machine))
	}
	r.took = time.Since(began)
	return r
}

const broke = "BROKEN"

func (r result) verdict() string {
	_, late := rig.OnlyLate(r.err)
	switch {
	case r.err == nil:
		return "holds"
	case errors.Is(r.err, errNotHere):
		return "not run"
	case late && r.excused:
		return "late"
	default:
		return broke
	}
}

func (r result) print() {
	if errors.Is(r.err, errNotHere) {
		r.figures = "-"
	}
	fmt.Printf("%2d  %-7s  %s\n            must hold: %s\n            %s  (%s)\n", r.number, r.verdict(), r.fault, r.holds, r.figures, r.took.Round(100*time.Millisecond))
	for _, late := range r.late {
		fmt.Printf("            %s\n", late)
	}
	if _, late := rig.OnlyLate(r.err); r.err != nil && !late {
		fmt.Printf("            %v\n", r.err)
	}
}
