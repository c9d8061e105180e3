package embedded

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// database names both the database and its owner, who may create others.
const database = "cartable"

// Postgres is a private PostgreSQL server.
type Postgres struct {
	place   place
	process *process
}

// StartPostgres makes the cluster if there is none, starts its server and returns when it takes
// connections. Ctx bounds the start, not the server's life.
//
// It returns *MissingError, *HeldError, *VersionError or *LocaleError where these apply.
func StartPostgres(ctx context.Context, opts Options) (*Postgres, error) {
	p, err := preparePlace(ctx, opts, "PostgreSQL")
	if err != nil {
		return nil, fmt.Errorf("private PostgreSQL: %w", err)
	}
	process, err := startPostgres(ctx, p)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("private PostgreSQL: %w", err), p.release())
	}
	p.Log.Info("private PostgreSQL is ready", "dir", p.data, "pid", process.pid())
	return &Postgres{place: p, process: process}, nil
}

func startPostgres(ctx context.Context, p place) (*process, error) {
	major, err := clusterVersion(p.data)
	if err != nil {
		return nil, err
	}
	programs, err := findPostgres(ctx, p.Options, major)
	if err != nil {
		return nil, err
	}
	pidFile := filepath.Join(p.data, "postmaster.pid")
	if err := stopOrphan(ctx, pidFile, p.data, syscall.SIGINT); err != nil {
		return nil, err
	}
	if major == 0 {
		if err := makeCluster(ctx, p, programs); err != nil {
			return nil, err
		}
	}
	if err := admitSelf(p); err != nil {
		return nil, err
	}
	process, err := startPostmaster(ctx, p, programs)
	if err != nil {
		return nil, err
	}
	if err := ensureDatabase(ctx, p.postgresURL("postgres")); err != nil {
		return nil, errors.Join(err, process.stop(ctx))
	}
	process.keepRunning()
	return process, nil
}

// URL is of the database, for pgx. Its user may create further databases.
func (pg *Postgres) URL() string { return pg.place.postgresURL(database) }

// Kill ends the server as a crash does. It is started again by itself, and replays its log.
func (pg *Postgres) Kill() { pg.process.crash(nil) }

// Stop ends the server in order: connections are cut, and everything is written. When ctx is done first,
// the server is ended at once, and its next start replays its log.
func (pg *Postgres) Stop(ctx context.Context) error {
	if err := errors.Join(pg.process.stop(ctx), pg.place.release()); err != nil {
		return fmt.Errorf("private PostgreSQL: %w", err)
	}
	return nil
}

// clusterVersion is the major version that made the cluster, 0 when there is none.
func clusterVersion(dir string) (int, error) {
	content, err := os.ReadFile(filepath.Join(dir, "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read version of cluster: %w", err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(content)))
	if err != nil {
		return 0, fmt.Errorf("read version of cluster: %w", err)
	}
	return major, nil
}

// locales under which PostgreSQL takes Persian letters for letters, which trigrams depend on; under plain
// "C" it does not.
var locales = [...]string{"C.UTF-8", "C.utf8", "en_US.UTF-8"}

// makeCluster makes it beside its place, so that one whose making was cut short is not taken for whole.
func makeCluster(ctx context.Context, p place, programs postgresPrograms) error {
	p.Log.Info("making a private PostgreSQL cluster", "dir", p.data, "version", programs.major)
	fresh := p.data + ".new"
	var output string
	for _, locale := range locales {
		if err := os.RemoveAll(fresh); err != nil {
			return fmt.Errorf("clear unfinished cluster: %w", err)
		}
		if err := p.account.makeDir(fresh); err != nil {
			return err
		}
		out, err := runInitdb(ctx, p, programs, fresh, locale)
		if err == nil {
			// It is empty, or this fails: nothing that may be data is overwritten.
			if err := removeIfPresent(p.data); err != nil {
				return err
			}
			if err := os.Rename(fresh, p.data); err != nil {
				return fmt.Errorf("put cluster in its place: %w", err)
			}
			return nil
		}
		output = strings.TrimSpace(string(out))
		if !strings.Contains(output, "invalid locale") {
			return fmt.Errorf("make cluster: %w: %s", err, output)
		}
	}
	return &LocaleError{Tried: locales[:], Output: output}
}

func runInitdb(ctx context.Context, p place, programs postgresPrograms, dir, locale string) ([]byte, error) {
	args := []string{
		"--pgdata=" + dir, "--username=" + database, "--encoding=UTF8", "--locale=" + locale,
		"--lc-messages=C", "--auth=reject", "--no-instructions",
	}
	if p.Throwaway {
		args = append(args, "--no-sync")
	} else {
		args = append(args, "--data-checksums")
	}
	runtime.LockOSThread() // see process.run
	defer runtime.UnlockOSThread()
	cmd := exec.CommandContext(ctx, programs.path("initdb"), args...)
	cmd.Dir = dir
	cmd.Env = serverEnv()
	cmd.SysProcAttr = childAttributes(syscall.SIGKILL, p.account)
	return cmd.CombinedOutput()
}

// admitSelf writes who may connect: whoever runs this process and the user of the server, as told by the
// kernel. It is written at each start, since another user may start it next time.
func admitSelf(p place) error {
	idents := ""
	for _, name := range []string{userName(os.Geteuid()), p.account.name} {
		idents += fmt.Sprintf("%s %q %s\n", database, name, database)
	}
	for name, content := range map[string]string{
		"pg_hba.conf":   "local all all peer map=" + database + "\n",
		"pg_ident.conf": idents,
	} {
		path := filepath.Join(p.data, name)
		if err := removeIfPresent(path); err != nil {
			return err
		}
		// Readable, since root writes it for another user; the directory lets nobody else in.
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			return fmt.Errorf("write access rules: %w", err)
		}
	}
	return nil
}

// startPostmaster starts the server and waits until it is ready. After a crash, processes of the former
// server can live on for a moment; PostgreSQL refuses to start beside them, so it is tried again.
func startPostmaster(ctx context.Context, p place, programs postgresPrograms) (*process, error) {
	prog := program{
		name: "PostgreSQL", path: programs.path("postgres"), args: postmasterArgs(p), dir: p.data, account: p.account,
		stopSignal: syscall.SIGINT,  // "fast": cut the connections, write a checkpoint
		hardSignal: syscall.SIGQUIT, // "immediate": recover at the next start
		logPath:    filepath.Join(p.Dir, "postgres.log"), log: p.Log, lock: p.lock,
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for {
		process, err := startProcess(prog)
		if err != nil {
			return nil, err
		}
		err = process.waitReady(ctx, func() error { return postmasterReady(p.data, process.pid()) })
		if err == nil {
			return process, nil
		}
		stopErr := process.stop(ctx)
		var refused *startError
		if !errors.As(err, &refused) || !strings.Contains(refused.output, "is still in use") || ctx.Err() != nil {
			return nil, errors.Join(err, stopErr)
		}
		if err := sleep(ctx, restartAfter); err != nil {
			return nil, errors.Join(refused, err)
		}
	}
}

func postmasterArgs(p place) []string {
	settings := []string{
		"listen_addresses=", "port=5432", // the port is part of the socket's name
		"unix_socket_directories=" + p.sockets, "unix_socket_permissions=0700",
		"timezone=UTC", "log_timezone=UTC",
		// No statement and no value gets into the log: they hold people's phone numbers.
		"log_min_messages=warning", "log_min_error_statement=panic", "log_error_verbosity=terse",
		"log_destination=stderr", "logging_collector=off",
		"jit=off", "max_parallel_workers_per_gather=0", // a small machine, short queries
	}
	if p.Throwaway {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off",
			"wal_level=minimal", "max_wal_senders=0", "max_connections=300", "shared_buffers=128MB",
			"max_wal_size=256MB")
	} else {
		settings = append(settings, "max_connections=60", "shared_buffers=64MB", "maintenance_work_mem=32MB",
			"max_wal_size=256MB")
	}
	args := []string{"-D", p.data}
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	return args
}

var errNotReady = errors.New("not ready")

// postmasterReady reads the server's own statement in postmaster.pid: its PID in the first line, its
// status in the eighth (src/include/utils/pidfile.h). Connecting too early would only fill the log.
func postmasterReady(dir string, pid int) error {
	content, err := os.ReadFile(filepath.Join(dir, "postmaster.pid"))
	if err != nil {
		return errNotReady
	}
	lines := strings.Split(string(content), "\n")
	if len(lines) < 8 || lines[0] != strconv.Itoa(pid) || strings.TrimSpace(lines[7]) != "ready" {
		return errNotReady
	}
	return nil
}

func ensureDatabase(ctx context.Context, adminURL string) error {
	conn, err := pgx.Connect(ctx, adminURL)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer conn.Close(ctx)
	var exists bool
	const query = `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`
	if err := conn.QueryRow(ctx, query, database).Scan(&exists); err != nil {
		return fmt.Errorf("look for database: %w", err)
	}
	if exists {
		return nil
	}
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+database); err != nil {
		return fmt.Errorf("create database: %w", err)
	}
	return nil
}

func (p place) postgresURL(name string) string {
	query := url.Values{"host": {p.sockets}, "port": {"5432"}, "user": {database}, "sslmode": {"disable"}}
	return (&url.URL{Scheme: "postgres", Host: "", Path: "/" + name, RawQuery: query.Encode()}).String()
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
