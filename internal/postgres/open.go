// Package postgres keeps the domain's records in PostgreSQL. SQL stands beside
// the function that scans it; PostgreSQL's errors are translated in one place.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// schemaName is what a schema may be called, so that it can stand in SQL unquoted.
var schemaName = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,40}$`)

const (
	connectTimeout   = 10 * time.Second
	keepAlive        = 10 * time.Second
	statementTimeout = "15s"
	maxConnections   = 12 // five round trips a transaction lose throughput beyond 16 clients
)

// Open connects to the schema of a business. It fails at once when the database
// cannot be reached or could not search Persian text.
func Open(ctx context.Context, url, schema string) (*pgxpool.Pool, error) {
	return open(ctx, url, schema, func(*pgxpool.Config) {})
}

func open(ctx context.Context, url, schema string, adjust func(*pgxpool.Config)) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("database URL cannot be read: expected postgres://user:password@host:port/database")
	}
	if err := configure(cfg.ConnConfig, schema); err != nil {
		return nil, err
	}
	if cfg.MaxConns > maxConnections || cfg.MaxConns < 4 {
		cfg.MaxConns = maxConnections
	}
	adjust(cfg)
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("connect to database: %w", err)
	}
	if err := checkEncoding(ctx, pool); err != nil {
		pool.Close()
		return nil, err
	}
	return pool, nil
}

// configure makes every connection of the program speak to its schema, in UTC,
// with bounds on how long a lost server or a runaway statement is waited for.
func configure(cfg *pgx.ConnConfig, schema string) error {
	if !schemaName.MatchString(schema) {
		return fmt.Errorf("schema %q: a name of small letters, digits and _ is needed", schema)
	}
	path := schema
	if schema != "public" {
		path += ",public"
	}
	cfg.RuntimeParams["search_path"] = path
	cfg.RuntimeParams["timezone"] = "UTC"
	cfg.RuntimeParams["application_name"] = "cartable " + schema // whose session it is, for who looks at the server
	cfg.RuntimeParams["statement_timeout"] = statementTimeout
	cfg.ConnectTimeout = connectTimeout
	dialer := &net.Dialer{KeepAlive: keepAlive, Timeout: connectTimeout}
	cfg.DialFunc = dialer.DialContext
	return nil
}

// checkEncoding refuses a database whose trigrams would be blind to Persian.
func checkEncoding(ctx context.Context, pool *pgxpool.Pool) error {
	var encoding, ctype string
	err := pool.QueryRow(ctx, `SELECT pg_encoding_to_char(encoding), datctype FROM pg_database
		WHERE datname = current_database()`).Scan(&encoding, &ctype)
	if err != nil {
		return fmt.Errorf("connect to database: %w", err)
	}
	if encoding != "UTF8" || ctype == "C" || ctype == "POSIX" {
		return fmt.Errorf("database has encoding %s and ctype %s: create it with ENCODING 'UTF8' LC_CTYPE 'C.UTF-8', "+
			"otherwise Persian names cannot be searched", encoding, ctype)
	}
	return nil
}
