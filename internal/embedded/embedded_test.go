package embedded

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(parentDirEnv); dir != "" {
		beParent(dir)
	}
	goleak.VerifyTestMain(m)
}

// reachableDir is like t.TempDir, but can be entered by the user that servers run as for root.
func reachableDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "cartable-embedded-")
	must(t, err)
	t.Cleanup(func() { must(t, os.RemoveAll(dir)) })
	if os.Geteuid() == 0 {
		must(t, os.Chmod(dir, 0o711))
	}
	return dir
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func startPG(t *testing.T, opts Options) *Postgres {
	t.Helper()
	pg, err := StartPostgres(t.Context(), opts)
	must(t, err)
	return pg
}

func startR(t *testing.T, opts Options) *Redis {
	t.Helper()
	r, err := StartRedis(t.Context(), opts)
	must(t, err)
	return r
}

func stop(t *testing.T, server interface{ Stop(context.Context) error }) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	must(t, server.Stop(ctx))
}

// query runs SQL whose one result is text.
func query(t *testing.T, url, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	must(t, err)
	defer conn.Close(context.Background())
	var text string
	must(t, conn.QueryRow(t.Context(), sql).Scan(&text))
	return text
}

func execSQL(t *testing.T, url, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	must(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), sql)
	must(t, err)
}

func redisClient(t *testing.T, url string) *redis.Client {
	t.Helper()
	opts, err := redis.ParseURL(url)
	must(t, err)
	client := redis.NewClient(opts)
	t.Cleanup(func() { must(t, client.Close()) })
	return client
}

func TestPostgresKeepsDataOverRestart(t *testing.T) {
	dir := reachableDir(t)
	pg := startPG(t, Options{Dir: dir})
	execSQL(t, pg.URL(), `CREATE TABLE note (body text)`)
	execSQL(t, pg.URL(), `INSERT INTO note VALUES ('سلام')`)
	stop(t, pg)

	began := time.Now()
	pg = startPG(t, Options{Dir: dir})
	took := time.Since(began)
	defer stop(t, pg)
	t.Logf("started again in %v", took)
	if took > time.Second {
		t.Errorf("started again in %v, want under a second", took)
	}
	if got := query(t, pg.URL(), `SELECT body FROM note`); got != "سلام" {
		t.Errorf("body = %q", got)
	}
}

func TestPostgresSettings(t *testing.T) {
	pg := startPG(t, Options{Dir: reachableDir(t)})
	defer stop(t, pg)
	for setting, want := range map[string]string{
		"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "data_checksums": "on",
		"listen_addresses": "", "server_encoding": "UTF8", "TimeZone": "UTC", "lc_messages": "C",
	} {
		if got := query(t, pg.URL(), "SHOW "+setting); got != want {
			t.Errorf("%s = %q, want %q", setting, got, want)
		}
	}
	// Under plain "C" the letters of Persian would not be letters, and trigrams would be empty.
	if got := query(t, pg.URL(), `SELECT ('علی' ~ '^\w+$')::text`); got != "true" {
		t.Errorf("Persian letters are not letters to this cluster")
	}
}

func TestSocketsAreClosedToOthers(t *testing.T) {
	dir := reachableDir(t)
	pg := startPG(t, Options{Dir: dir})
	defer stop(t, pg)
	r := startR(t, Options{Dir: dir})
	defer stop(t, r)
	for _, name := range []string{"run", "postgres", "redis"} {
		info, err := os.Stat(filepath.Join(dir, name))
		must(t, err)
		if mode := info.Mode().Perm(); mode != 0o700 {
			t.Errorf("mode of %s = %o, want 700", name, mode)
		}
	}
}

func TestLongDirectory(t *testing.T) {
	dir := filepath.Join(reachableDir(t), strings.Repeat("long/", 25))
	pg := startPG(t, Options{Dir: dir})
	r := startR(t, Options{Dir: dir})
	if got := query(t, pg.URL(), `SELECT 'here'`); got != "here" {
		t.Errorf("query = %q", got)
	}
	must(t, redisClient(t, r.URL()).Ping(t.Context()).Err())
	sockets := pg.place.sockets
	stop(t, r)
	stop(t, pg)
	if _, err := os.Stat(sockets); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is still there after both servers stopped", sockets)
	}
}

func TestHeld(t *testing.T) {
	dir := reachableDir(t)
	pg := startPG(t, Options{Dir: dir})
	defer stop(t, pg)
	_, err := StartPostgres(t.Context(), Options{Dir: dir})
	var held *HeldError
	if !errors.As(err, &held) {
		t.Fatalf("second start: %v, want *HeldError", err)
	}
	if held.PID != os.Getpid() || time.Since(held.Since) > time.Minute || held.Since.After(time.Now()) {
		t.Errorf("held by %d since %v", held.PID, held.Since)
	}
	if got := query(t, pg.URL(), `SELECT 'alive'`); got != "alive" {
		t.Errorf("the first server does not answer after the second start")
	}
}

func TestMissingPrograms(t *testing.T) {
	opts := Options{Dir: reachableDir(t), Path: t.TempDir()}
	_, errPG := StartPostgres(t.Context(), opts)
	_, errRedis := StartRedis(t.Context(), opts)
	for _, err := range []error{errPG, errRedis} {
		var missing *MissingError
		if !errors.As(err, &missing) {
			t.Fatalf("start: %v, want *MissingError", err)
		}
	}
	// Nothing is held after a failed start.
	stop(t, startPG(t, Options{Dir: opts.Dir}))
}

func TestInstallCommand(t *testing.T) {
	only := func(name string) func(string) (string, error) {
		return func(asked string) (string, error) {
			if asked == name {
				return "/bin/" + name, nil
			}
			return "", os.ErrNotExist
		}
	}
	for _, c := range []struct {
		manager string
		root    bool
		want    string
	}{
		{"apt-get", true, "apt-get install postgresql redis-server"},
		{"apt-get", false, "sudo apt-get install postgresql redis-server"},
		{"brew", false, "brew install postgresql redis"},
		{"none", false, ""},
	} {
		if got := installCommand(only(c.manager), c.root); got != c.want {
			t.Errorf("with %s: %q, want %q", c.manager, got, c.want)
		}
	}
}

func TestClusterOfAnotherVersion(t *testing.T) {
	dir := reachableDir(t)
	stop(t, startPG(t, Options{Dir: dir}))
	must(t, os.WriteFile(filepath.Join(dir, "postgres", "PG_VERSION"), []byte("9\n"), 0o600))
	_, err := StartPostgres(t.Context(), Options{Dir: dir})
	var version *VersionError
	if !errors.As(err, &version) || version.Cluster != 9 || len(version.Installed) == 0 {
		t.Errorf("start: %v, want *VersionError", err)
	}
}

func TestUnfinishedClusterIsMadeAgain(t *testing.T) {
	dir := reachableDir(t)
	must(t, os.MkdirAll(filepath.Join(dir, "postgres.new", "base"), 0o700))
	stop(t, startPG(t, Options{Dir: dir}))
}

func TestUnreachableDirectory(t *testing.T) {
	if os.Geteuid() != 0 {
		return // only root runs the servers as somebody else
	}
	dir := reachableDir(t)
	must(t, os.Chmod(dir, 0o700))
	_, err := StartPostgres(t.Context(), Options{Dir: filepath.Join(dir, "data")})
	if err == nil || !strings.Contains(err.Error(), "cannot enter "+dir+":") {
		t.Errorf("start: %v, want it to name %s", err, dir)
	}
}

func TestDiesAndComesBack(t *testing.T) {
	dir := reachableDir(t)
	pg := startPG(t, Options{Dir: dir})
	defer stop(t, pg)
	r := startR(t, Options{Dir: dir})
	defer stop(t, r)
	client := redisClient(t, r.URL())
	execSQL(t, pg.URL(), `CREATE TABLE note AS SELECT 'kept' AS body`)
	must(t, client.Set(t.Context(), "note", "kept", 0).Err())

	pg.process.signal(killSignal)
	r.process.signal(killSignal)

	eventually(t, "PostgreSQL is back with its data", func() bool {
		conn, err := pgx.Connect(t.Context(), pg.URL())
		if err != nil {
			return false
		}
		defer conn.Close(context.Background())
		var body string
		return conn.QueryRow(t.Context(), `SELECT body FROM note`).Scan(&body) == nil && body == "kept"
	})
	eventually(t, "Redis is back with its data", func() bool {
		return client.Get(t.Context(), "note").Val() == "kept"
	})
}

func TestCrashesThatAreAskedForAreRepairedAtOnce(t *testing.T) {
	dir := reachableDir(t)
	pg := startPG(t, Options{Dir: dir})
	defer stop(t, pg)
	r := startR(t, Options{Dir: dir})
	defer stop(t, r)
	client := redisClient(t, r.URL())
	execSQL(t, pg.URL(), `CREATE TABLE note AS SELECT 'kept' AS body`)
	const crashes = 6 // a server that died so often by itself would be waited for 6 s
	began := time.Now()
	for range crashes {
		must(t, client.Set(t.Context(), "note", "lost", 0).Err())
		before := r.process.pid()
		r.KillAndWipe()
		eventually(t, "Redis is back, empty", func() bool {
			return r.process.pid() != before && errors.Is(client.Get(t.Context(), "note").Err(), redis.Nil)
		})
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("%d crashes of Redis took %s", crashes, took)
	}
	before := pg.process.pid()
	pg.Kill()
	eventually(t, "PostgreSQL is back with its data", func() bool {
		if pg.process.pid() == before {
			return false
		}
		conn, err := pgx.Connect(t.Context(), pg.URL())
		if err != nil {
			return false
		}
		defer conn.Close(context.Background())
		var body string
		return conn.QueryRow(t.Context(), `SELECT body FROM note`).Scan(&body) == nil && body == "kept"
	})
}

func TestThrowawayDropsLeftoversAndKeepsTemplates(t *testing.T) {
	pg, err := StartThrowawayPostgres(t.Context())
	must(t, err)
	execSQL(t, pg.URL(), `CREATE DATABASE test_left_behind`)
	// Many templates are all dropped at the next start; this one is to be alone.
	made := query(t, pg.URL(), `SELECT coalesce(string_agg(datname, ' '), '') FROM pg_database WHERE datname LIKE 'template\_%'`)
	for _, name := range strings.Fields(made) {
		execSQL(t, pg.URL(), `DROP DATABASE `+name)
	}
	execSQL(t, pg.URL(), `CREATE DATABASE template_kept`)
	dir := pg.place.Dir
	stop(t, pg)

	pg, err = StartThrowawayPostgres(t.Context())
	must(t, err)
	defer stop(t, pg)
	if pg.place.Dir != dir {
		return // another package's tests took the directory in between
	}
	const names = `SELECT coalesce(string_agg(datname, ' ' ORDER BY datname), '') FROM pg_database
		WHERE datname IN ('test_left_behind', 'template_kept')`
	if got := query(t, pg.URL(), names); got != "template_kept" {
		t.Errorf("left from before: %q", got)
	}
}

func TestThrowawayServersAreApart(t *testing.T) {
	a, err := StartThrowawayRedis(t.Context())
	must(t, err)
	defer stop(t, a)
	b, err := StartThrowawayRedis(t.Context())
	must(t, err)
	defer stop(t, b)
	must(t, redisClient(t, a.URL()).Set(t.Context(), "of", "a", 0).Err())
	if got := redisClient(t, b.URL()).Get(t.Context(), "of").Val(); got != "" {
		t.Errorf("the second server knows %q of the first", got)
	}
}

func TestMiniredisAges(t *testing.T) {
	m, err := StartMiniredis()
	must(t, err)
	defer stop(t, m)
	client := redisClient(t, m.URL())
	must(t, client.Set(t.Context(), "draft", "x", 150*time.Millisecond).Err())
	eventually(t, "the key is gone", func() bool { return client.Exists(t.Context(), "draft").Val() == 0 })
}

// eventually polls for something that another process does.
func eventually(t *testing.T, what string, happened func() bool) {
	t.Helper()
	deadline := time.NewTimer(15 * time.Second)
	defer deadline.Stop()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for !happened() {
		select {
		case <-ticker.C:
		case <-deadline.C:
			t.Fatalf("waited in vain: %s", what)
		}
	}
}
