package main

import (
	"io"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/jonboulle/clockwork"

	"cartable/internal/pgtest"
	"cartable/internal/redistest"
	"cartable/internal/tgsim"
)

// wired is the program's parts on servers of the test's own, with a member of staff;
// nothing runs.
func wired(t *testing.T) *app {
	t.Helper()
	cfg := Config{TelegramToken: tgsim.DefaultToken, TelegramAPI: "http://127.0.0.1:1", DatabaseURL: pgtest.URL(t), RedisURL: redistest.URL(t),
		Schema: "public", Timezone: "Asia/Tehran", Language: "fa"}
	a, err := newApp(t.Context(), cfg, clockwork.NewRealClock(), slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.close)
	a.must(t, `INSERT INTO staff (telegram_id, name, role, state, language, joined_at) VALUES (1, 'S', 'owner', 'active', 'fa', now())`)
	return a
}

func (a *app) must(t *testing.T, sql string) {
	t.Helper()
	if _, err := a.pool.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

func (a *app) count(t *testing.T, sql string) (n int) {
	t.Helper()
	if err := a.pool.QueryRow(t.Context(), sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestPurge counts the forms that nobody went on with as abandoned, and forgets what
// was told long ago.
func TestPurge(t *testing.T) {
	a := wired(t)
	a.must(t, `INSERT INTO forms (id, staff_id, chat_id, kind, parked, opened_at, touched_at)
		SELECT d::text, s.id, 1, 'note', true, now(), now() - d * interval '1 day' FROM staff s, unnest(ARRAY[1, 8, 9]) d`)
	a.must(t, `INSERT INTO notifications (staff_id, kind, state, created_at)
		SELECT s.id, 'lead', 'sent', now() - d * interval '1 day' FROM staff s, unnest(ARRAY[59, 61]) d`)
	if err := a.purge(t.Context()); err != nil {
		t.Fatal(err)
	}
	if f, n := a.count(t, `SELECT count(*) FROM forms`), a.count(t, `SELECT count(*) FROM notifications`); f != 1 || n != 1 {
		t.Errorf("%d forms and %d notifications are left", f, n)
	}
	page := httptest.NewRecorder()
	a.metrics.Handler().ServeHTTP(page, httptest.NewRequest("GET", "/metrics", nil))
	if line := `cartable_forms_total{ended="expired"} 2`; !strings.Contains(page.Body.String(), line) {
		t.Errorf("the metrics lack %s", line)
	}
}
