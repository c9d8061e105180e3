// Command testservers runs a command, usually "go test", with one PostgreSQL and one Redis for all of it:
//
//	go run ./cmd/testservers -- go test -race ./...
//
// The command finds them by CARTABLE_TEST_DATABASE_URL and CARTABLE_TEST_REDIS_URL; a variable that is set
// already is left alone, and no server is started for it. The exit code is the command's.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"cartable/internal/embedded"
)

const (
	startTimeout = 2 * time.Minute
	stopTimeout  = 30 * time.Second
	grace        = 10 * time.Second // for the command to end after Ctrl-C
)

func main() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	err := run(ctx, os.Args[1:])
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() > 0 {
		os.Exit(exit.ExitCode())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "testservers:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) (err error) {
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		return errors.New("usage: testservers -- command [argument …]")
	}
	env := os.Environ()
	postgres := func(ctx context.Context) (server, error) { return embedded.StartThrowawayPostgres(ctx) }
	redis := func(ctx context.Context) (server, error) { return embedded.StartThrowawayRedis(ctx) }
	for _, s := range []struct {
		variable string
		start    func(context.Context) (server, error)
	}{{"CARTABLE_TEST_DATABASE_URL", postgres}, {"CARTABLE_TEST_REDIS_URL", redis}} {
		if os.Getenv(s.variable) != "" {
			continue
		}
		started, err := start(ctx, s.start)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, stop(started)) }()
		env = append(env, s.variable+"="+started.URL())
	}
	return runCommand(ctx, env, args)
}

type server interface {
	URL() string
	Stop(ctx context.Context) error
}

func start(ctx context.Context, start func(context.Context) (server, error)) (server, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	return start(ctx)
}

func stop(s server) error {
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	return s.Stop(ctx)
}

// runCommand lets the command end by itself after a signal, so that its tests clean up.
func runCommand(ctx context.Context, env, args []string) error {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = env
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = grace
	return cmd.Run()
}
