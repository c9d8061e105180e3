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

	"github.com/jackc/pgx/v5"
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
	return create(t, func(context.Context, string) (string, error) { return "template1", nil })
}

func create(t testing.TB, from func(ctx context.Context, admin string) (string, error)) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), setUpTimeout)
	defer cancel()
	admin, err := serverURL()
	if err != nil {
		t.Fatalf("test database: %v", err)
	}
	source, err := from(ctx, admin)
	if err != nil {
		t.Fatalf("test database: %v", err)
	}
	name := "test_" + strings.ToLower(rand.Text())
	if err := run(ctx, admin, "CREATE DATABASE "+name+" TEMPLATE "+source); err != nil {
		t.Fatalf("test database: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), dropTimeout)
		defer cancel()
		if err := run(ctx, admin, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("test database: %v", err)
		}
	})
	return withDatabase(admin, name)
}

// serverURL is of the database from which others are made. It starts the server at the first call.
var serverURL = sync.OnceValues(func() (string, error) {
	if given := os.Getenv(URLVariable); given != "" {
		return given, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), setUpTimeout)
	defer cancel()
	server, err := embedded.StartThrowawayPostgres(ctx)
	if err != nil {
		return "", err
	}
	return server.URL(), nil
})

func run(ctx context.Context, admin, sql string) error {
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, sql); err != nil {
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
