package pgtest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"cartable/internal/postgres"
	"cartable/migrations"

	"github.com/jackc/pgx/v5"
)

// template returns the name of the database that has the migrations of this source tree, and makes it if it is
// not there. Several processes may want it at once: an advisory lock lets one make it. It appears under
// its name only when it is whole, and nobody ever connects to it, since PostgreSQL does not copy a
// database that is in use.
func template(ctx context.Context, s *server) (string, error) {
	sum, err := hash(migrations.FS)
	if err != nil {
		return "", err
	}
	name := fmt.Sprintf("template_%x", sum[:8])
	exists, err := s.hasDatabase(ctx, name)
	if err != nil || exists {
		return name, err
	}
	conn, err := pgx.Connect(ctx, s.url)
	if err != nil {
		return "", fmt.Errorf("connect: %w", err)
	}
	defer conn.Close(ctx) // and with it the lock
	lock := int64(binary.BigEndian.Uint64(sum[:8]))
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, lock); err != nil {
		return "", fmt.Errorf("lock template: %w", err)
	}
	exists, err = s.hasDatabase(ctx, name)
	if err != nil || exists {
		return name, err
	}
	return name, s.makeTemplate(ctx, name)
}

func (s *server) makeTemplate(ctx context.Context, name string) error {
	unfinished := "test_" + strings.ToLower(rand.Text())
	if err := s.exec(ctx, "CREATE DATABASE "+unfinished); err != nil {
		return err
	}
	if err := postgres.Migrate(ctx, withDatabase(s.url, unfinished), "public"); err != nil {
		dropErr := s.exec(ctx, "DROP DATABASE "+unfinished+" WITH (FORCE)")
		return errors.Join(fmt.Errorf("migrate template: %w", err), dropErr)
	}
	return s.exec(ctx, "ALTER DATABASE "+unfinished+" RENAME TO "+name)
}

func (s *server) hasDatabase(ctx context.Context, name string) (bool, error) {
	var exists bool
	const query = `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`
	if err := s.pool.QueryRow(ctx, query, name).Scan(&exists); err != nil {
		return false, fmt.Errorf("look for template: %w", err)
	}
	return exists, nil
}

// hash is over the names and contents of the migrations.
func hash(migrations fs.FS) ([]byte, error) {
	h := sha256.New()
	err := fs.WalkDir(migrations, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(migrations, path)
		if err != nil {
			return err
		}
		fmt.Fprintf(h, "%s %d\n%s", path, len(content), content)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("hash migrations: %w", err)
	}
	return h.Sum(nil), nil
}
