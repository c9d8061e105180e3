package pgtest

import "go.uber.org/goleak"

// IgnorePool are the goroutines of a pool that is open: one looks after its idle connections, and one
// may read from a connection on which a write took long, until the server next sends something.
func IgnorePool() []goleak.Option {
	return []goleak.Option{
		goleak.IgnoreAnyFunction("github.com/jackc/pgx/v5/pgxpool.(*Pool).backgroundHealthCheck"),
		goleak.IgnoreAnyFunction("github.com/jackc/pgx/v5/pgconn/internal/bgreader.(*BGReader).bgRead"),
	}
}
