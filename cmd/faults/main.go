// Command faults breaks what the program stands on while it works, and judges by what
// the database and the Telegram server recorded whether anything was lost, doubled,
// late or out of order. It prints one table.
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

	"cartable/internal/rig"
)

// experiment is one row of the table.
type experiment struct {
	number int
	fault  string // what goes wrong
	holds  string // what must be true all the same
	// run makes it go wrong and returns what was counted. An error is a row that does not hold,
	// whether the program failed or the experiment.
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

// experiments are the rows of the table, by number.
func experiments() []experiment {
	return slices.Concat(
		killedIntake(),
		killedUpdates(),
		sameUpdate(),
		stoppedUnderLoad(),
		[]experiment{
			restartedIDs(),
			takeRace(),
			randomCourses(),
			badTelegram(),
			reminderFlood(),
			telegramAway(),
			killedPostgres(),
			lostCommits(),
			wipedRedis(),
			hangs(),
			daysAway(),
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
	broken := false
	for _, e := range experiments() {
		if len(o.Only) > 0 && !slices.Contains(o.Only, e.number) {
			continue
		}
		began := time.Now()
		figures, err := e.run(ctx, b)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		broken = broken || err != nil && !errors.Is(err, errNotHere)
		printRow(e, figures, time.Since(began), err)
	}
	if broken {
		return errBroken
	}
	return nil
}

func printRow(e experiment, figures string, took time.Duration, err error) {
	verdict := "holds"
	switch {
	case errors.Is(err, errNotHere):
		verdict, figures = "not run", "-"
	case err != nil:
		verdict = "BROKEN"
	}
	fmt.Printf("%2d  %-7s  %s\n            must hold: %s\n            %s  (%s)\n", e.number, verdict, e.fault, e.holds, figures, took.Round(100*time.Millisecond))
	if err != nil {
		fmt.Printf("            %v\n", err)
	}
}
