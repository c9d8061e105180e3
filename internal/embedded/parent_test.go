package embedded

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	parentDirEnv = "EMBEDDED_TEST_PARENT_DIR"
	killSignal   = syscall.SIGKILL
)

// beParent is the program that gets killed: it starts both servers, says so, and waits for its end.
func beParent(dir string) {
	ctx := context.Background()
	_, err := StartPostgres(ctx, Options{Dir: dir})
	if err == nil {
		_, err = StartRedis(ctx, Options{Dir: dir})
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("ready")
	select {}
}

func TestKilledParentLeavesNoOrphan(t *testing.T) {
	dir := reachableDir(t)
	pg := startPG(t, Options{Dir: dir})
	execSQL(t, pg.URL(), `CREATE TABLE note AS SELECT 'kept' AS body`)
	pgURL := pg.URL()
	stop(t, pg)

	kill := startParent(t, dir)
	execSQL(t, pgURL, `INSERT INTO note VALUES ('late')`)
	redisURL := "unix://" + filepath.Join(dir, "run", "redis.sock")
	must(t, redisClient(t, redisURL).Set(t.Context(), "note", "kept", 0).Err())
	pids := serverPIDs(t, dir)
	kill()

	began := time.Now()
	for name, pid := range pids {
		eventually(t, name+" ends", func() bool { return !runsIn(pid, filepath.Join(dir, name)) })
	}
	took := time.Since(began)
	t.Logf("both servers ended %v after their parent", took)
	if took > 2*time.Second {
		t.Errorf("the servers lived on for %v", took)
	}
	checkKept(t, dir)
}

func TestStartAtOnceAfterKilledParent(t *testing.T) {
	dir := reachableDir(t)
	kill := startParent(t, dir)
	url := "postgres:///cartable?user=cartable&host=" + filepath.Join(dir, "run")
	execSQL(t, url, `CREATE TABLE note AS SELECT 'kept' AS body UNION ALL SELECT 'late'`)
	must(t, redisClient(t, "unix://"+filepath.Join(dir, "run", "redis.sock")).Set(t.Context(), "note", "kept", 0).Err())
	kill()
	checkKept(t, dir)
}

// TestServersLeftRunning is the case of a system without a signal of the parent's death: the servers run on
// without a parent that knows them.
func TestServersLeftRunning(t *testing.T) {
	dir := reachableDir(t)
	pg := startPG(t, Options{Dir: dir})
	execSQL(t, pg.URL(), `CREATE TABLE note AS SELECT 'kept' AS body UNION ALL SELECT 'late'`)
	r := startR(t, Options{Dir: dir})
	must(t, redisClient(t, r.URL()).Set(t.Context(), "note", "kept", 0).Err())
	for _, p := range []*process{pg.process, r.process} {
		p.mu.Lock()
		p.keepAlive = false
		p.mu.Unlock()
	}
	must(t, pg.place.lock.release())
	must(t, r.place.lock.release())
	checkKept(t, dir)
	<-pg.process.ended
	<-r.process.ended
}

func TestStalePIDOfAStranger(t *testing.T) {
	dir := reachableDir(t)
	pg := startPG(t, Options{Dir: dir})
	stop(t, pg)
	stranger := exec.CommandContext(t.Context(), "sleep", "60")
	must(t, stranger.Start())
	pidFile := fmt.Sprintf("%d\n%s/postgres\n", stranger.Process.Pid, dir)
	must(t, os.WriteFile(filepath.Join(dir, "postgres", "postmaster.pid"), []byte(pidFile), 0o600))

	stop(t, startPG(t, Options{Dir: dir}))
	if err := stranger.Process.Signal(syscall.Signal(0)); err != nil {
		t.Errorf("the process that has the server's former PID was ended: %v", err)
	}
	must(t, stranger.Process.Kill())
	_ = stranger.Wait() // "signal: killed"
}

// startParent starts this test program as the parent of both servers, and returns what kills it.
func startParent(t *testing.T, dir string) (kill func()) {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), parentDirEnv+"="+dir)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() && lines.Text() != "ready" {
		t.Fatalf("parent: %s", lines.Text())
	}
	return func() {
		must(t, cmd.Process.Kill())
		_ = cmd.Wait() // "signal: killed"
	}
}

// serverPIDs by the names of their directories.
func serverPIDs(t *testing.T, dir string) map[string]int {
	t.Helper()
	pids := map[string]int{}
	for name, file := range map[string]string{"postgres": "postmaster.pid", "redis": "redis.pid"} {
		content, err := os.ReadFile(filepath.Join(dir, name, file))
		must(t, err)
		var pid int
		_, err = fmt.Sscan(strings.SplitN(string(content), "\n", 2)[0], &pid)
		must(t, err)
		if !runsIn(pid, filepath.Join(dir, name)) {
			t.Fatalf("process %d does not run in %s/%s", pid, dir, name)
		}
		pids[name] = pid
	}
	return pids
}

// checkKept starts the servers in this process and looks for what was written before.
func checkKept(t *testing.T, dir string) {
	t.Helper()
	pg := startPG(t, Options{Dir: dir})
	defer stop(t, pg)
	r := startR(t, Options{Dir: dir})
	defer stop(t, r)
	if got := query(t, pg.URL(), `SELECT string_agg(body, ' ' ORDER BY body) FROM note`); got != "kept late" {
		t.Errorf("PostgreSQL kept %q", got)
	}
	if got := redisClient(t, r.URL()).Get(t.Context(), "note").Val(); got != "kept" {
		t.Errorf("Redis kept %q", got)
	}
}
