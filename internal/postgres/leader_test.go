package postgres_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"cartable/internal/pgtest"
	"cartable/internal/postgres"
)

const (
	patience = 20 * time.Second
	takeOver = 10 * time.Second // what the design promises
)

// instance is a candidate within this process.
type instance struct {
	leads chan struct{} // one value each time it begins to lead
	lost  chan error    // the cause each time its work was ended
	end   func()
}

func stand(t *testing.T, url, schema string) *instance {
	ctx, cancel := context.WithCancel(t.Context())
	i := &instance{leads: make(chan struct{}, 10), lost: make(chan error, 10)}
	ended := make(chan error, 1)
	cfg := postgres.LeaderConfig{URL: url, Schema: schema, Log: slog.New(slog.DiscardHandler), RetryEvery: 50 * time.Millisecond}
	go func() {
		ended <- postgres.Lead(ctx, cfg, func(ctx context.Context) error {
			i.leads <- struct{}{}
			<-ctx.Done()
			i.lost <- context.Cause(ctx)
			return nil
		})
	}()
	i.end = func() {
		cancel()
		if err := await(t, ended); err != nil {
			t.Errorf("Lead: %v", err)
		}
	}
	return i
}

func await[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(patience):
		t.Fatal("nothing happened")
		panic("unreachable")
	}
}

func execute(t *testing.T, url, sql string, args ...any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

func TestOneLeads(t *testing.T) {
	url := pgtest.EmptyURL(t)
	before := goleak.IgnoreCurrent()
	a := stand(t, url, "public")
	await(t, a.leads)
	b := stand(t, url, "public")
	other := stand(t, url, "another") // another business does not compete
	await(t, other.leads)
	select {
	case <-b.leads:
		t.Fatal("two lead")
	case <-time.After(500 * time.Millisecond): // ten attempts
	}
	a.end()
	await(t, b.leads)
	b.end()
	other.end()
	goleak.VerifyNone(t, before)
}

func TestLostSessionEndsTheWork(t *testing.T) {
	url := pgtest.EmptyURL(t)
	a := stand(t, url, "public")
	defer a.end()
	await(t, a.leads)
	execute(t, url, `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'
		AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
	if cause := await(t, a.lost); !errors.Is(cause, postgres.ErrLeadershipLost) {
		t.Errorf("cause %v, want ErrLeadershipLost", cause)
	}
	await(t, a.leads) // it stands again
}

func TestLeadReturnsWhatWorkReturned(t *testing.T) {
	broken := errors.New("broken")
	cfg := postgres.LeaderConfig{URL: pgtest.EmptyURL(t), Schema: "public", Log: slog.New(slog.DiscardHandler)}
	if err := postgres.Lead(t.Context(), cfg, func(context.Context) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("Lead: %v", err)
	}
}

func TestLockIsHeldUntilWorkHasReturned(t *testing.T) {
	url := pgtest.EmptyURL(t)
	ctx, cancel := context.WithCancel(t.Context())
	leads, finish, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	cfg := postgres.LeaderConfig{URL: url, Schema: "public", Log: slog.New(slog.DiscardHandler)}
	go func() {
		ended <- postgres.Lead(ctx, cfg, func(context.Context) error { close(leads); <-finish; return nil })
	}()
	await(t, leads)
	b := stand(t, url, "public")
	defer b.end()
	cancel()
	select {
	case <-b.leads:
		t.Error("the next one leads while the work goes on")
	case <-time.After(500 * time.Millisecond):
	}
	close(finish)
	if err := await(t, ended); err != nil {
		t.Errorf("Lead: %v", err)
	}
	await(t, b.leads)
}

func TestUnreachableDatabaseIsWaitedFor(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	cfg := postgres.LeaderConfig{URL: "postgres://u:secret@127.0.0.1:1/none", Schema: "public",
		Log: slog.New(slog.DiscardHandler), RetryEvery: 10 * time.Millisecond}
	err := postgres.Lead(ctx, cfg, func(context.Context) error { t.Error("leads"); return nil })
	if err != nil {
		t.Errorf("Lead: %v", err)
	}
}

// leaderURL makes the test binary an instance of its own: see TestLeaderProcess.
const leaderURL = "CARTABLE_TEST_LEADER_URL"

// TestLeaderProcess is the other process of the tests below. In it, leadership and
// its loss are told on standard output.
func TestLeaderProcess(t *testing.T) {
	url := os.Getenv(leaderURL)
	if url == "" {
		return
	}
	cfg := postgres.LeaderConfig{URL: url, Schema: "public", Log: slog.New(slog.NewTextHandler(os.Stderr, nil))}
	err := postgres.Lead(context.Background(), cfg, func(ctx context.Context) error {
		fmt.Println("leads")
		<-ctx.Done()
		fmt.Println("lost")
		return nil
	})
	t.Fatal(err)
}

// process starts another instance and waits until it leads.
func process(t *testing.T, url string) (cmd *exec.Cmd, says <-chan string) {
	t.Helper()
	cmd = exec.Command(os.Args[0], "-test.run=^TestLeaderProcess$")
	cmd.Env = append(os.Environ(), leaderURL+"="+url)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := make(chan string, 10)
	go read(out, lines)
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // says that it was killed
	})
	if line := await(t, lines); line != "leads" {
		t.Fatalf("the other process says %q", line)
	}
	return cmd, lines
}

func read(from io.Reader, lines chan<- string) {
	for s := bufio.NewScanner(from); s.Scan(); {
		lines <- s.Text()
	}
}

func TestTakeOverFromAKilledLeader(t *testing.T) {
	url := pgtest.EmptyURL(t)
	leader, _ := process(t, url)
	next := stand(t, url, "public")
	defer next.end()
	start := time.Now()
	if err := leader.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	await(t, next.leads)
	within(t, start)
}

func TestTakeOverFromASuspendedLeader(t *testing.T) {
	url := pgtest.EmptyURL(t)
	leader, says := process(t, url)
	next := stand(t, url, "public")
	defer next.end()
	start := time.Now()
	if err := leader.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	await(t, next.leads)
	within(t, start)
	if err := leader.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if line := await(t, says); line != "lost" {
		t.Errorf("the old leader says %q", line)
	}
}

func within(t *testing.T, start time.Time) {
	t.Helper()
	took := time.Since(start)
	t.Logf("taken over after %v", took)
	if took > takeOver {
		t.Errorf("taken over after %v, promised %v", took, takeOver)
	}
}
