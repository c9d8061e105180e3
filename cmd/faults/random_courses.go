package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"

	"golang.org/x/sync/errgroup"
)

// randomCourses gives random commands, legal and illegal, to the domain on a database. It is
// the domain's own property test, more often than a test run has time for.
func randomCourses() experiment {
	return experiment{
		number: 7, fault: "10,000 random sequences of legal and illegal commands",
		holds: "no illegal state, what is refused changes nothing, the timelines replay to the state", counted: true,
		run: func(ctx context.Context, b *breaker) (string, error) {
			c, err := b.courses(ctx, b.times(10_000, 60))
			return fmt.Sprintf("%d sequences on PostgreSQL, %d commands, of them %d refused", c.sequences, c.commands, c.refused), err
		},
	}
}

type courses struct{ sequences, commands, refused int }

var (
	passedCourses = regexp.MustCompile(`\[rapid\] OK, passed (\d+) tests`)
	givenCommands = regexp.MustCompile(`(\d+) commands, of them (\d+) refused`)
)

// courses runs the test in as many processes as there are cores to keep busy; each has a
// throwaway PostgreSQL of its own and draws from a seed of its own.
func (b *breaker) courses(ctx context.Context, sequences int) (all courses, err error) {
	const processes = 2
	test := filepath.Join(b.Dir, "crm.test")
	build := exec.CommandContext(ctx, "go", "test", "-c", "-o", test, "cartable/internal/crm")
	if out, err := build.CombinedOutput(); err != nil {
		return all, fmt.Errorf("build the test: %w: %s", err, out)
	}
	parts := make([]courses, processes)
	g, ctx := errgroup.WithContext(ctx)
	for i := range parts {
		g.Go(func() (err error) {
			parts[i], err = b.course(ctx, test, sequences/processes)
			return err
		})
	}
	err = g.Wait()
	for _, p := range parts {
		all.sequences += p.sequences
		all.commands += p.commands
		all.refused += p.refused
	}
	if err == nil && (all.sequences < sequences || all.refused == 0 || all.refused == all.commands) {
		err = errors.New("fewer sequences than were asked for, or not of both kinds")
	}
	return all, err
}

func (b *breaker) course(ctx context.Context, test string, sequences int) (c courses, err error) {
	cmd := exec.CommandContext(ctx, test, "-test.run=^TestRandomCourses$", "-test.v", "-test.timeout=0",
		"-rapid.checks="+strconv.Itoa(sequences), "-rapid.nofailfile")
	cmd.Dir = b.Dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		const enough = 4000 // of the shortest sequence that fails, and its seed
		return c, fmt.Errorf("a sequence does not hold: %w: %s", err, out[max(0, len(out)-enough):])
	}
	return courses{number(passedCourses, out, 1), number(givenCommands, out, 1), number(givenCommands, out, 2)}, nil
}

// number is what a group of the expression finds in the text; 0 for nothing.
func number(in *regexp.Regexp, text []byte, group int) int {
	found := in.FindSubmatch(text)
	if found == nil {
		return 0
	}
	n, _ := strconv.Atoi(string(bytes.TrimSpace(found[group]))) // it matched digits
	return n
}
