package pgtest_test

import (
	"context"
	"testing"

	"cartable/internal/pgtest"

	"github.com/jackc/pgx/v5"
)

func value[T any](t *testing.T, url, sql string) T {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	rows, err := conn.Query(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	v, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[T])
	if err != nil {
		t.Fatal(err)
	}
	return v
}

const countTables = `SELECT count(*) FROM pg_tables WHERE schemaname = 'public'`

func TestURLIsMigrated(t *testing.T) {
	if n := value[int](t, pgtest.URL(t), countTables); n < 2 {
		t.Errorf("%d tables, want those of the migrations", n)
	}
}

func TestEmptyURLIsEmpty(t *testing.T) {
	if n := value[int](t, pgtest.EmptyURL(t), countTables); n != 0 {
		t.Errorf("%d tables, want none", n)
	}
}

func TestNewIsApart(t *testing.T) {
	a, b := pgtest.New(t), pgtest.New(t)
	if _, err := a.Exec(t.Context(), `CREATE TABLE only_here ()`); err != nil {
		t.Fatal(err)
	}
	var seen bool
	if err := b.QueryRow(t.Context(), `SELECT to_regclass('only_here') IS NOT NULL`).Scan(&seen); err != nil {
		t.Fatal(err)
	}
	if seen {
		t.Error("a table made in one database is in the other")
	}
}

func TestDatabasesAreDropped(t *testing.T) {
	var name string
	t.Run("inner", func(t *testing.T) {
		name = value[string](t, pgtest.URL(t), `SELECT current_database()`)
	})
	if value[bool](t, pgtest.EmptyURL(t), `SELECT EXISTS (SELECT FROM pg_database WHERE datname = '`+name+`')`) {
		t.Errorf("%s is still there after its test", name)
	}
}

func TestManyAtOnce(t *testing.T) {
	for range 8 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			value[int](t, pgtest.URL(t), countTables)
		})
	}
}

func BenchmarkURL(b *testing.B) {
	for b.Loop() {
		pgtest.URL(b)
	}
}
