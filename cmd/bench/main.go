// Command bench measures the program against what stands beside it: the same statements
// by pgbench, a bare loop on the same Telegram library, plain SQL on the same rows. The two
// sides of a row take turns in the same run, and the medians are compared. It prints one
// table, and the same as JSON.
//
//	go run ./cmd/bench               everything
//	go run ./cmd/bench --only 1,4    some rows
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"

	"github.com/alecthomas/kong"

	"cartable/internal/rig"
)

// figure is one line of the table.
type figure struct {
	Row     int     `json:"row"`
	What    string  `json:"what"`
	Ours    string  `json:"ours"`
	Against string  `json:"against,omitempty"` // what the other side did, or the ideal
	Ratio   float64 `json:"ratio,omitempty"`   // ours to theirs; 0 where there is no other side
	Goal    string  `json:"goal"`
	Met     bool    `json:"met"`
}

// measurement is one row of the benchmarks, which can have several figures.
type measurement struct {
	number int
	what   string
	run    func(ctx context.Context, s *setting) ([]figure, error)
}

// setting is what a measurement works with.
type setting struct {
	*rig.Servers
	options

	log *slog.Logger
}

// measurements are the rows by number.
func measurements() []measurement {
	return []measurement{
		intakeRow(),
		taps(),
		pushes(),
		lists(),
		floods(),
		footprintRow(),
		questions(),
	}
}

type options struct {
	Only      []int  `help:"The numbers of the rows to run." placeholder:"N,…"`
	JSON      string `name:"json" help:"File for the figures as JSON." default:"bin/bench.json"`
	Customers int    `help:"The largest number of customers that lists are measured with." default:"1000000"`
	Rounds    int    `help:"How often each side of a row takes its turn." default:"3"`
}

func main() {
	var c struct {
		options

		Measure     struct{}    `cmd:"" default:"1" help:"Measure."`
		BareLoop    bareLoop    `cmd:"" hidden:"" help:"Be the bare loop that taps are measured against."`
		BareHandler bareHandler `cmd:"" hidden:"" help:"Be the bare handler that stands beside the intake."`
	}
	parsed := kong.Parse(&c, kong.Name("bench"), kong.Description("Measures the program against what stands beside it."))
	switch parsed.Command() {
	case bareLoopWord:
		parsed.FatalIfErrorf(c.BareLoop.Run())
		return
	case bareHandlerWord:
		parsed.FatalIfErrorf(c.BareHandler.Run())
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, c.options); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

var errMissed = errors.New("not every goal is met")

func run(ctx context.Context, o options) (err error) {
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	servers, err := rig.Start(ctx, "", log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, servers.Close()) }()
	s := &setting{Servers: servers, options: o, log: log}
	var all []figure
	for _, m := range measurements() {
		if len(o.Only) > 0 && !slices.Contains(o.Only, m.number) {
			continue
		}
		fmt.Fprintf(os.Stderr, "measuring %d: %s\n", m.number, m.what)
		figures, err := m.run(ctx, s)
		if err != nil {
			return fmt.Errorf("row %d: %w", m.number, err)
		}
		all = append(all, figures...)
	}
	return report(all, o.JSON)
}

// report prints the table, writes the JSON, and fails where a goal is missed.
func report(all []figure, file string) error {
	machine := machine()
	fmt.Println(machine)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "#\twhat\tours\tagainst\tratio\tgoal\t")
	missed := false
	for _, f := range all {
		verdict, ratio := "met", "-"
		if !f.Met {
			verdict, missed = "MISSED", true
		}
		if f.Ratio != 0 {
			ratio = fmt.Sprintf("%.2f", f.Ratio)
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\n", f.Row, f.What, f.Ours, f.Against, ratio, f.Goal, verdict)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	b, err := json.MarshalIndent(struct {
		Machine string   `json:"machine"`
		Figures []figure `json:"figures"`
	}{machine, all}, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, append(b, '\n'), 0o600); err != nil {
		return fmt.Errorf("write the figures: %w", err)
	}
	if missed {
		return errMissed
	}
	return nil
}

// machine names what the figures were measured on.
func machine() string {
	cpu := "unknown processor"
	if content, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(content)) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				cpu = strings.TrimSpace(value)
				break
			}
		}
	}
	kernel, _ := exec.Command("uname", "-sr").Output() // without it the line is shorter
	return fmt.Sprintf("%d × %s, %s, %s", runtime.NumCPU(), cpu, bytes.TrimSpace(kernel), runtime.Version())
}
