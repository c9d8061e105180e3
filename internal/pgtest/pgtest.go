// Package pgtest gives each test a PostgreSQL database of its own.
//
// The databases are on the server that CARTABLE_TEST_DATABASE_URL names, whose user must be allowed to create
// databases; `make test` starts one for all packages. Without it, the first test of a package that asks starts
// a private server, which ends with the test process.
//
// The migrations run once: their result is a template, named by a hash of the migrations, of which each test's
// database is a copy.
package pgtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"cartable/internal/embedded"

	"github.com/jackc/pgx/v5/pgxpool"
)

// URLVariable is the environment variable that names a server to use.
const URLVariable = "CARTABLE_TEST_DATABASE_URL"

const (
	setUpTimeout = 2 * time.Minute // the first test may wait for a cluster and the migrations
	dropTimeout  = 30 * time.Second
)

// New returns a pool on a fresh, migrated database, closed when the test ends.
func New(t testing.TB) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), URL(t))
	if err != nil {
		t.Fatalf("open pool: %v", err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// URL returns the address of a fresh, migrated database (schema public), dropped when the test ends.
func URL(t testing.TB) string {
	t.Helper()
	return create(t, template)
}

// EmptyURL returns the address of a fresh database without tables, dropped when the test ends.
func EmptyURL(t testing.TB) string {
	t.Helper()
	return create(t, func(context.Context, *server) (string, error) { return "template1", nil })
}

func create(t testing.TB, from func(ctx context.Context, s *server) (string, error)) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), setUpTimeout)
	defer cancel()
	s, err := connect()
	if err != nil {
		t.Fatalf("test database: %v", err)
	}
	source, err := from(ctx, s)
	if err != nil {
		t.Fatalf("test database: %v", err)
	}
	name := "test_" + strings.ToLower(rand.Text())
	if err := s.exec(ctx, "CREATE DATABASE "+name+" TEMPLATE "+source+s.copying); err != nil {
		t.Fatalf("test database: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), dropTimeout)
		defer cancel()
		if err := s.exec(ctx, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("test database: %v", err)
		}
	})
	return withDatabase(s.url, name)
}

// server makes databases and drops them. Its connections serve all tests of the process, since to open one
// costs PostgreSQL more than most statements of a test.
type server struct {
	url     string // of the database from which others are made
	pool    *pgxpool.Pool
	copying string // what makes CREATE DATABASE copy the files
}

// connect starts the server at the first call. The pool is never closed: it ends with the process.
var connect = sync.OnceValues(func() (*server, error) {
	ctx, cancel := context.WithTimeout(context.Background(), setUpTimeout)
	defer cancel()
	address, err := serverURL(ctx)
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.New(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	s := &server{url: address, pool: pool}
	var version int
	if err := pool.QueryRow(ctx, `SELECT current_setting('server_version_num')::int`).Scan(&version); err != nil {
		return nil, fmt.Errorf("ask for version: %w", err)
	}
	if version >= 150000 { // before, it was the only way
		s.copying = " STRATEGY file_copy"
	}
	return s, nil
})

func serverURL(ctx context.Context) (string, error) {
	if given := os.Getenv(URLVariable); given != "" {
		return given, nil
	}
	server, err := embedded.StartThrowawayPostgres(ctx)
	if err != nil {
		return "", err
	}
	return server.URL(), nil
}

func (s *server) exec(ctx context.Context, sql string) error {
	if _, err := s.pool.Exec(ctx, sql); err != nil {
		return fmt.Errorf("%s: %w", sql, err)
	}
	return nil
}

// withDatabase expects a URL, not a keyword/value string.
func withDatabase(address, name string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address // pgx has parsed it before: it connected to create the database
	}
	u.Path = "/" + name
	return u.String()
}
