// Package redistest gives each test a Redis database of its own.
//
// The databases are on the server that CARTABLE_TEST_REDIS_URL names; `make test` starts one for all packages.
// Without it, the first test of a package that asks starts a private server, which ends with the test process.
package redistest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"cartable/internal/embedded"

	"github.com/redis/go-redis/v9"
)

// URLVariable is the environment variable that names a server to use. It wants many databases: as many as
// tests run at the same time, and one.
const URLVariable = "CARTABLE_TEST_REDIS_URL"

const (
	setUpTimeout = time.Minute
	claimTTL     = 30 * time.Minute // of a test that was killed; longer than any test runs
)

// URL returns the address, for redis.ParseURL, of an empty database that no other test has. It is emptied when
// the test ends.
func URL(t testing.TB) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), setUpTimeout)
	defer cancel()
	server, err := serverURL()
	if err != nil {
		t.Fatalf("test Redis: %v", err)
	}
	opts, err := redis.ParseURL(server)
	if err != nil {
		t.Fatalf("test Redis: %v", err)
	}
	n, err := claim(ctx, opts)
	if err != nil {
		t.Fatalf("test Redis: %v", err)
	}
	if err := flush(ctx, opts, n); err != nil {
		t.Fatalf("test Redis: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), setUpTimeout)
		defer cancel()
		if err := giveBack(ctx, opts, n); err != nil {
			t.Errorf("test Redis: %v", err)
		}
	})
	return withDatabase(opts, n)
}

// serverURL starts the server at the first call.
var serverURL = sync.OnceValues(func() (string, error) {
	if given := os.Getenv(URLVariable); given != "" {
		return given, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), setUpTimeout)
	defer cancel()
	server, err := embedded.StartThrowawayRedis(ctx)
	if err != nil {
		return "", err
	}
	return server.URL(), nil
})

// claim takes a database for a test among those of all processes. Database 0 has the claims.
func claim(ctx context.Context, opts *redis.Options) (int, error) {
	client := redis.NewClient(opts)
	defer client.Close()
	config, err := client.ConfigGet(ctx, "databases").Result()
	if err != nil {
		return 0, fmt.Errorf("count databases: %w", err)
	}
	count, err := strconv.Atoi(config["databases"])
	if err != nil {
		return 0, fmt.Errorf("count databases: %w", err)
	}
	for range count {
		turn, err := client.Incr(ctx, "test:turn").Result()
		if err != nil {
			return 0, fmt.Errorf("claim database: %w", err)
		}
		n := 1 + int(turn%int64(count-1))
		free, err := client.SetNX(ctx, claimKey(n), os.Getpid(), claimTTL).Result()
		if err != nil {
			return 0, fmt.Errorf("claim database: %w", err)
		}
		if free {
			return n, nil
		}
	}
	return 0, fmt.Errorf("claim database: all %d are taken", count)
}

func claimKey(n int) string { return "test:claim:" + strconv.Itoa(n) }

func flush(ctx context.Context, opts *redis.Options, n int) error {
	ofTest := *opts
	ofTest.DB = n
	client := redis.NewClient(&ofTest)
	defer client.Close()
	if err := client.FlushDB(ctx).Err(); err != nil {
		return fmt.Errorf("empty database: %w", err)
	}
	return nil
}

func giveBack(ctx context.Context, opts *redis.Options, n int) error {
	if err := flush(ctx, opts, n); err != nil {
		return err
	}
	client := redis.NewClient(opts)
	defer client.Close()
	if err := client.Del(ctx, claimKey(n)).Err(); err != nil {
		return fmt.Errorf("give database back: %w", err)
	}
	return nil
}

func withDatabase(opts *redis.Options, n int) string {
	u := url.URL{Scheme: "redis", Host: opts.Addr}
	if opts.Network == "unix" {
		u = url.URL{Scheme: "unix", Path: opts.Addr}
	}
	if opts.Username != "" || opts.Password != "" {
		u.User = url.UserPassword(opts.Username, opts.Password)
	}
	u.RawQuery = url.Values{"db": {strconv.Itoa(n)}}.Encode()
	return u.String()
}
