package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"cartable/migrations"
)

// Migrate brings a schema up to date, making it when it is missing. Of several
// instances that start at once one migrates and the others wait.
func Migrate(ctx context.Context, url, schema string) error {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return errors.New("database URL cannot be read: expected postgres://user:password@host:port/database")
	}
	if err := configure(cfg, schema); err != nil {
		return err
	}
	delete(cfg.RuntimeParams, "statement_timeout") // an index on a large table takes its time
	db := stdlib.OpenDB(*cfg)
	defer db.Close()
	if schema != "public" {
		if _, err := db.ExecContext(ctx, "CREATE SCHEMA IF NOT EXISTS "+schema); err != nil {
			return fmt.Errorf("create schema %s: %w", schema, err)
		}
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return fmt.Errorf("migration lock: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, migrations.FS, goose.WithSessionLocker(locker))
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate schema %s: %w", schema, err)
	}
	return nil
}
