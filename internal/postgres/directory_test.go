package postgres_test

import (
	"context"
	"errors"
	"testing"

	"cartable/internal/crm"
	"cartable/internal/postgres"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
)

// What a store read before never hides a change: neither one by another process, nor one of
// a transaction's own, nor one that was rolled back.
func TestDirectoryIsNeverStale(t *testing.T) {
	b := newBase(t)
	b.fill(t, 3)
	check := func(what string) {
		t.Helper()
		got, err := b.Directory(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		want, err := postgres.NewStore(b.pool).Directory(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("after %s (-fresh +kept):\n%s", what, d)
		}
	}
	check("the first reading")
	rolledBack := errors.New("rolled back")
	for _, change := range []string{
		`UPDATE staff SET state = 'suspended' WHERE telegram_id = 1`,
		`UPDATE staff SET state = 'active' WHERE telegram_id = 1`,
		`INSERT INTO staff (telegram_id, name, role, state, language, joined_at) VALUES (99, 'new', 'agent', 'active', 'fa', now())`,
		`DELETE FROM staff WHERE telegram_id = 99`,
		`UPDATE sources SET title = '{"text": "other"}'`,
		`INSERT INTO groups (chat_id, title, added_by, added_at) SELECT -5, 'group', id, now() FROM staff WHERE telegram_id = 1`,
		`UPDATE groups SET left_at = now()`,
		`UPDATE fields SET required = NOT required WHERE id = (SELECT min(id) FROM fields)`,
		`UPDATE statuses SET emoji = '🍋' WHERE id = (SELECT min(id) FROM statuses)`,
		`UPDATE settings SET business = 'another name'`,
		`INSERT INTO config_versions (at, changes, config) VALUES (now(), '[]', '{}')`,
	} {
		// Seen by the transaction alone, and then gone.
		err := b.InTx(t.Context(), func(tx crm.Tx) error {
			if _, err := tx.Directory(t.Context()); err != nil {
				return err
			}
			b.exec(t, change) // by another connection, in the middle
			mine, err := tx.Directory(t.Context())
			if err != nil {
				return err
			}
			want, err := postgres.NewStore(b.pool).Directory(t.Context())
			if err != nil {
				return err
			}
			if d := cmp.Diff(want, mine); d != "" {
				t.Errorf("a transaction after %s (-fresh +kept):\n%s", change, d)
			}
			return rolledBack
		})
		if !errors.Is(err, rolledBack) {
			t.Fatal(err)
		}
		check(change)
	}
}

// What a transaction saw of its own changes is forgotten when it is rolled back.
func TestDirectoryOfATransaction(t *testing.T) {
	b := newBase(t)
	b.fill(t, 3)
	rolledBack := errors.New("rolled back")
	err := b.InTx(t.Context(), func(tx crm.Tx) error {
		d, err := tx.Directory(t.Context())
		if err != nil {
			return err
		}
		s := d.Settings
		s.Business = "in the transaction"
		if err := tx.SaveSettings(t.Context(), s); err != nil {
			return err
		}
		if d, err = tx.Directory(t.Context()); err != nil || d.Settings.Business != s.Business {
			t.Errorf("the transaction reads %q, %v", d.Settings.Business, err)
		}
		return rolledBack
	})
	if !errors.Is(err, rolledBack) {
		t.Fatal(err)
	}
	d, err := b.Directory(t.Context())
	if err != nil || d.Settings.Business == "in the transaction" {
		t.Errorf("%q, %v", d.Settings.Business, err)
	}
}

// TestMarkOfAContext asks for the directory with a mark that was read before a change: what
// the mark is good for is one question.
func TestMarkOfAContext(t *testing.T) {
	base := newBase(t)
	pool, s := base.pool, base.Store
	b := &pgx.Batch{}
	give := s.Foresee(b, nil)
	if err := pool.SendBatch(t.Context(), b).Close(); err != nil {
		t.Fatal(err)
	}
	ctx := give(t.Context())
	business := func(ctx context.Context) string {
		t.Helper()
		d, err := s.Directory(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return d.Settings.Business
	}
	before := business(t.Context())
	if _, err := pool.Exec(t.Context(), `UPDATE settings SET business = 'Renamed'`); err != nil {
		t.Fatal(err)
	}
	if got := business(ctx); got != before {
		t.Errorf("with the mark: %q, want what was in force when it was read, %q", got, before)
	}
	if got := business(ctx); got != "Renamed" {
		t.Errorf("asked again: %q, want what is in force", got)
	}
	// Whoever has the mark of another time than the last reader gets what is in force.
	if got := business(give(t.Context())); got != "Renamed" {
		t.Errorf("with an old mark: %q, want what is in force", got)
	}
}
