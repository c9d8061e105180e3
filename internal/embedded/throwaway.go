package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"
)

// throwawayServers is how many processes of one user can run tests on servers of their own at once.
const throwawayServers = 64

// keptTemplates is how many template databases a throwaway server keeps from one start to the next.
const keptTemplates = 5

// throwawayRoot has the directories of throwaway servers. Their tests make and drop hundreds of databases of hundreds
// of files each, which costs far less in memory than on a disk.
func throwawayRoot() string {
	root := memoryDir()
	if root == "" {
		root = os.TempDir()
	}
	return filepath.Join(root, fmt.Sprintf("cartable-tests-%d", os.Geteuid()))
}

// StartThrowawayPostgres starts a PostgreSQL for the tests of one process, in the first directory of a fixed
// set in memory, or else in the temporary directory, that no other process holds. What former tests left in it is still there,
// so that a cluster and its template databases (template_…) are made once; but databases of tests (test_…)
// are dropped: their tests were killed.
func StartThrowawayPostgres(ctx context.Context) (*Postgres, error) {
	pg, err := startThrowaway(ctx, StartPostgres)
	if err != nil {
		return nil, err
	}
	if err := dropLeftovers(ctx, pg.URL()); err != nil {
		return nil, errors.Join(err, pg.Stop(ctx))
	}
	return pg, nil
}

// dropLeftovers drops the databases of killed tests, and all templates when they have become many: each
// version of the migrations has one.
func dropLeftovers(ctx context.Context, address string) error {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, `
		SELECT datname FROM pg_database
		WHERE datname LIKE 'test\_%' OR datname LIKE 'template\_%'
			AND (SELECT count(*) FROM pg_database WHERE datname LIKE 'template\_%') > $1`, keptTemplates)
	if err != nil {
		return fmt.Errorf("look for leftovers of tests: %w", err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("look for leftovers of tests: %w", err)
	}
	for _, name := range names {
		if _, err := conn.Exec(ctx, "DROP DATABASE "+pgx.Identifier{name}.Sanitize()); err != nil {
			return fmt.Errorf("drop leftover of tests: %w", err)
		}
	}
	return nil
}

// StartThrowawayRedis starts a Redis likewise; it starts empty.
func StartThrowawayRedis(ctx context.Context) (*Redis, error) {
	return startThrowaway(ctx, StartRedis)
}

func startThrowaway[T any](ctx context.Context, start func(context.Context, Options) (T, error)) (T, error) {
	var none T
	base := throwawayRoot()
	for n := range throwawayServers {
		opts := Options{Dir: filepath.Join(base, fmt.Sprint(n)), Throwaway: true}
		server, err := start(ctx, opts)
		var held *HeldError
		var refused *startError
		switch {
		case errors.As(err, &held):
			continue
		case errors.As(err, &refused):
			// Without fsync a power cut can have ruined it.
			if err := os.RemoveAll(opts.Dir); err != nil {
				return none, fmt.Errorf("clear throwaway server: %w", err)
			}
			return start(ctx, opts)
		}
		return server, err
	}
	return none, fmt.Errorf("all %d throwaway servers in %s are in use", throwawayServers, base)
}
