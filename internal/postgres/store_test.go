package postgres_test

import (
	"errors"
	"testing"
	"time"

	"cartable/bot"
	"cartable/internal/crm"
	"cartable/internal/pgtest"
	"cartable/internal/postgres"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgconn"
)

// A transaction that fails or panics leaves nothing; one that lost a race is
// tried again.
func TestInTx(t *testing.T) {
	b := newBase(t)
	ctx := t.Context()
	claim := func(key string) (done bool) {
		err := b.InTx(ctx, func(tx crm.Tx) (err error) { _, done, err = tx.Once(ctx, key); return err })
		if err != nil {
			t.Fatal(err)
		}
		return done
	}
	failed := errors.New("failed")
	err := b.InTx(ctx, func(tx crm.Tx) error {
		if _, _, err := tx.Once(ctx, "a"); err != nil {
			return err
		}
		return failed
	})
	if !errors.Is(err, failed) || claim("a") {
		t.Errorf("%v; or the key is claimed", err)
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_ = b.InTx(ctx, func(tx crm.Tx) error {
			if _, _, err := tx.Once(ctx, "b"); err != nil {
				return err
			}
			panic("in the middle")
		})
	}()
	if claim("b") || !claim("b") {
		t.Error("a panic left something, or a claim nothing")
	}
	for code, want := range map[string]int{"40001": 5, "40P01": 5, "23505": 1} {
		tries := 0
		err := b.InTx(ctx, func(crm.Tx) error { tries++; return &pgconn.PgError{Code: code} })
		if err == nil || tries != want {
			t.Errorf("%s: %d tries, %v", code, tries, err)
		}
	}
}

func TestPurgeNotifications(t *testing.T) {
	b := newBase(t)
	ctx := t.Context()
	now := b.clock.Now()
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := b.pool.Exec(ctx, sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec(`INSERT INTO staff (telegram_id, name, role, state, language, joined_at) VALUES (1, 'S', 'owner', 'active', 'fa', $1)`, now)
	// More than one batch of each state, of before and after; and one that is being edited.
	exec(`INSERT INTO notifications (staff_id, kind, created_at, state) SELECT s.id, 'lead', $1::timestamptz - age * interval '1 day', states.state
		FROM staff s, generate_series(1, 700), unnest(ARRAY[59, 61]) age, unnest(ARRAY['pending', 'sent', 'summarised', 'cancelled', 'failed']) states (state)`, now)
	exec(`UPDATE notifications SET leased_until = clock_timestamp() + interval '1 hour' WHERE id =
		(SELECT min(id) FROM notifications WHERE state = 'sent' AND created_at < $1)`, now.AddDate(0, 0, -60))
	n, err := b.PurgeNotifications(ctx, now.AddDate(0, 0, -60))
	if err != nil || n != 4*700-1 {
		t.Errorf("%d purged, %v", n, err)
	}
	var left, old int
	err = b.pool.QueryRow(ctx, `SELECT count(*), count(*) FILTER (WHERE created_at < $1) FROM notifications`, now.AddDate(0, 0, -60)).Scan(&left, &old)
	if err != nil || left != 6*700+1 || old != 700+1 {
		t.Errorf("%d are left, of them %d old, %v", left, old, err)
	}
}

func TestPurgeCommands(t *testing.T) {
	b := newBase(t)
	ctx := t.Context()
	for _, key := range []string{"old", "new"} {
		if _, err := b.crm.RecordInquiry(ctx, crm.Command{Key: key}, crm.Inquiry{Source: 1, Phone: "+989121234567"}); err != nil {
			t.Fatal(err)
		}
		b.clock.forward(time.Hour)
	}
	if err := b.PurgeCommands(ctx, b.clock.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	var left string
	if err := b.pool.QueryRow(ctx, `SELECT string_agg(key, ',') FROM commands`).Scan(&left); err != nil || left != "new" {
		t.Errorf("%q left, %v", left, err)
	}
}

func TestFirstSettings(t *testing.T) {
	b := newBase(t)
	ctx := t.Context()
	first, err := b.Secret(ctx)
	if err != nil || len(first) != 32 {
		t.Errorf("%x %v", first, err)
	}
	if other, err := newBase(t).Secret(ctx); err != nil || len(other) != 32 {
		t.Errorf("%x %v", other, err)
	}
	for _, step := range []struct{ zone, want string }{{"Europe/Berlin", "Europe/Berlin"}, {"Asia/Tokyo", "Europe/Berlin"}} {
		if err := b.FirstSettings(ctx, step.zone, crm.English); err != nil {
			t.Fatal(err)
		}
		if s := b.directory(t).Settings; s.Zone != step.want || s.Language != crm.English {
			t.Errorf("%+v", s)
		}
		b.exec(t, `INSERT INTO staff (telegram_id, name, role, state, language, joined_at) VALUES (1, 'N', 'owner', 'active', 'fa', now())
			ON CONFLICT DO NOTHING`)
	}
}

// What a new installation has is what product says: nine statuses, whose fields
// hang together.
func TestDefaults(t *testing.T) {
	d := newBase(t).directory(t)
	if len(d.Statuses) != 9 || len(d.Fields) != 2 || len(d.Sources) != 1 {
		t.Fatalf("%d statuses, %d fields, %d sources", len(d.Statuses), len(d.Fields), len(d.Sources))
	}
	for _, s := range d.Statuses {
		for _, f := range s.Fields {
			if _, ok := s.Field(f.Derived); f.Derived != 0 && !ok {
				t.Errorf("%s: field %s is derived from a field of another status", s.Title.English, f.Key)
			}
		}
		for _, id := range []crm.FieldID{s.AppointmentDate, s.AppointmentTime} {
			if _, ok := s.Field(id); id != 0 && !ok {
				t.Errorf("%s: the appointment is made of field %d, which it does not have", s.Title.English, id)
			}
		}
		if s.Ends != crm.Open && s.Cartable != crm.CartableNone {
			t.Errorf("%s ends the follow-up and stays in a cartable", s.Title.English)
		}
	}
}

func TestOpenForms(t *testing.T) {
	b := newBase(t)
	ctx := t.Context()
	b.fill(t, 1)
	fs := postgres.NewForms(b.pool)
	now := b.clock.Now()
	form := func(id string, at time.Time) bot.OpenForm {
		return bot.OpenForm{ID: id, Staff: 1, ChatID: 1, Kind: "status", Customer: 1, Subject: 5, Message: 9, TouchedAt: at}
	}
	read := func(what string, f bot.OpenForm, ok bool, err error) string {
		t.Helper()
		if err != nil || ok != (f.ID != "") {
			t.Fatalf("%s: %+v %v %v", what, f, ok, err)
		}
		return f.ID
	}
	want := func(current, parked string) {
		t.Helper()
		f, ok, err := fs.Current(ctx, 1, 1)
		if got := read("current", f, ok, err); got != current {
			t.Errorf("current %q, want %q", got, current)
		}
		f, ok, err = fs.Parked(ctx, 1, 1)
		if got := read("parked", f, ok, err); got != parked {
			t.Errorf("parked %q, want %q", got, parked)
		}
	}
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	want("", "")
	do(fs.Open(ctx, form("a", now)))
	want("a", "")
	do(fs.Open(ctx, form("b", now.Add(time.Minute))))
	want("b", "a")
	do(fs.Open(ctx, form("c", now.Add(2*time.Minute))))
	want("c", "b")
	do(fs.Open(ctx, form("a", now.Add(3*time.Minute)))) // taken up again
	want("a", "c")
	if _, err := b.pool.Exec(ctx, `UPDATE staff SET state = 'removed' WHERE id = 1`); err != nil {
		t.Fatal(err)
	}
	do(fs.Open(ctx, form("d", now.Add(4*time.Minute)))) // removed meanwhile
	want("a", "c")
	f, ok, err := fs.Find(ctx, "a")
	wantForm := form("a", now.Add(3*time.Minute))
	if d := cmp.Diff(wantForm, f); d != "" || !ok || err != nil {
		t.Errorf("%s %v %v", d, ok, err)
	}
	do(fs.Close(ctx, "a"))
	want("", "c")
	if n, err := fs.Purge(ctx, now.Add(2*time.Minute)); n != 1 || err != nil {
		t.Errorf("%d purged, %v", n, err)
	}
	want("", "c")
	f, ok, err = fs.Find(ctx, "b")
	if read("b", f, ok, err) != "" {
		t.Error("b is still there")
	}
}

// One business's tables are not another's, on one server.
func TestSchemas(t *testing.T) {
	url := pgtest.EmptyURL(t)
	for _, schema := range []string{"first_office", "second_office"} {
		if err := postgres.Migrate(t.Context(), url, schema); err != nil {
			t.Fatal(err)
		}
	}
	count := func(schema string) (n int) {
		pool, err := postgres.Open(t.Context(), url, schema)
		if err != nil {
			t.Fatal(err)
		}
		defer pool.Close()
		if schema == "first_office" {
			s := crm.NewService(postgres.NewStore(pool), &clock{now: time.Unix(0, 0)}, nil)
			if _, err := s.RecordInquiry(t.Context(), crm.Command{Key: "k"}, crm.Inquiry{Source: 1, Phone: "+989121234567"}); err != nil {
				t.Fatal(err)
			}
		}
		if n, err = postgres.NewStore(pool).WaitingLeads(t.Context()); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if a, b := count("first_office"), count("second_office"); a != 1 || b != 0 {
		t.Errorf("%d and %d leads, want 1 and 0", a, b)
	}
	for _, bad := range []string{"Bad Name", "x;drop", ""} {
		if _, err := postgres.Open(t.Context(), url, bad); err == nil {
			t.Errorf("schema %q is taken", bad)
		}
	}
	if _, err := postgres.Open(t.Context(), "host=::not a url", "public"); err == nil {
		t.Error("an address that is none is taken")
	}
}
