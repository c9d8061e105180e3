package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"cartable/internal/rig"
)

// pgbench makes the inserts of an inquiry, without the program: one statement each, in one
// transaction. It looks nothing up and decides nothing.
type pgbench struct {
	office  *rig.Office
	program string
	dir     string
	turn    int
}

// The scripts. What is a variable of the program's is one here.
const (
	pgbenchBegin = `\set n random(1, 9000000000)
\set f random(1, 12)
\set l random(1, 13)
BEGIN;
INSERT INTO commands (key, at, outcome) VALUES ('api:2:' || :client_id::text || '-' || :n::text, now(),
	'{"customer": 1, "inquiry": 1, "event": 1, "known": false}');
`
	pgbenchNew = pgbenchBegin + `INSERT INTO customers (hidden, name, phones, waiting, source_id, created_at, first_inquiry_at, last_inquiry_at)
	VALUES (false, (ARRAY[FIRST])[:f::int] || ' ' || (ARRAY[LAST])[:l::int],
		jsonb_build_array(jsonb_build_object('phone', '+98' || :n::text)), true, 2, now(), now(), now())
	RETURNING id AS customer \gset
INSERT INTO customer_search (customer_id, last_inquiry_at, words, numbers)
	VALUES (:customer, now(), (ARRAY[FIRST])[:f::int] || (ARRAY[LAST])[:l::int], '0' || :n::text || ' 98' || :n::text);
INSERT INTO phones (phone, customer_id) VALUES ('+98' || :n::text, :customer);
INSERT INTO inquiries (customer_id, source_id, received_at, phone, name, message, utm)
	VALUES (:customer, 2, now(), '+98' || :n::text, (ARRAY[FIRST])[:f::int] || ' ' || (ARRAY[LAST])[:l::int], 'لطفاً عصر تماس بگیرید', '{"source": "google"}')
	RETURNING id AS inquiry \gset
INSERT INTO events (customer_id, kind, at, version, key, delta, detail)
	VALUES (:customer, 'inquiry', now(), 1, 'api:2:' || :client_id::text || '-' || :n::text,
		jsonb_build_object('hidden', '{"from": true, "to": false}'::jsonb, 'inquired', '{"from": "0001-01-01T00:00:00Z", "to": "2026-11-25T02:16:55Z"}'::jsonb,
			'record', jsonb_build_object('name', jsonb_build_object('from', '', 'to', (ARRAY[FIRST])[:f::int])),
			'phones', jsonb_build_object('from', null, 'to', jsonb_build_array(jsonb_build_object('phone', '+98' || :n::text)))),
		jsonb_build_object('inquiry', :inquiry::bigint, 'source', 2, 'created', true, 'message', 'لطفاً عصر تماس بگیرید'))
	RETURNING id AS event \gset
` + pgbenchEnd
	pgbenchKnown = `\set customer random(1, PEOPLE)
` + pgbenchBegin + `UPDATE customers SET last_inquiry_at = now() WHERE id = :customer;
UPDATE customer_search SET last_inquiry_at = now() WHERE customer_id = :customer;
INSERT INTO inquiries (customer_id, source_id, received_at, phone, name, message, utm)
	VALUES (:customer, 2, now(), '+98' || :n::text, (ARRAY[FIRST])[:f::int] || ' ' || (ARRAY[LAST])[:l::int], 'لطفاً عصر تماس بگیرید', '{"source": "google"}')
	RETURNING id AS inquiry \gset
INSERT INTO events (customer_id, kind, at, version, key, delta, detail)
	VALUES (:customer, 'inquiry', now(), 1, 'api:2:' || :client_id::text || '-' || :n::text,
		'{"inquired": {"from": "2026-11-25T02:16:55Z", "to": "2026-11-25T02:17:55Z"}}',
		jsonb_build_object('inquiry', :inquiry::bigint, 'source', 2, 'returning', true, 'message', 'لطفاً عصر تماس بگیرید'))
	RETURNING id AS event \gset
` + pgbenchEnd
	pgbenchEnd = `INSERT INTO routes (customer_id, event_id, source_id, came_at, since, state, next_at)
	VALUES (:customer, :event, 2, now(), now(), 'offered', now() + interval '5 minutes')
	ON CONFLICT (customer_id) DO UPDATE SET event_id = excluded.event_id, came_at = excluded.came_at, since = excluded.since,
		state = excluded.state, next_at = excluded.next_at;
INSERT INTO notifications (staff_id, kind, customer_id, event_id, created_at) VALUES (1, 'lead', :customer, :event, now());
COMMIT;
`
)

// newPgbench finds the program and writes its scripts.
func newPgbench(ctx context.Context, office *rig.Office) (*pgbench, error) {
	b := &pgbench{office: office, dir: filepath.Join(office.Dir, "pgbench")}
	var err error
	if b.program, err = findPgbench(); err != nil {
		return nil, err
	}
	if err := os.Mkdir(b.dir, 0o700); err != nil {
		return nil, fmt.Errorf("make pgbench's directory: %w", err)
	}
	source := int64(office.Source.ID)
	n, err := office.Count(ctx, `SELECT (SELECT count(*) FROM customers WHERE id <= $1 AND source_id = $2) + (SELECT count(*) FROM staff WHERE id = 1)`, knownPeople, source)
	if err != nil || n != knownPeople+1 || source != 2 {
		return nil, errors.Join(errors.New("the office is not as pgbench's scripts take it to be"), err)
	}
	fill := strings.NewReplacer("PEOPLE", strconv.Itoa(knownPeople), "FIRST", quoted(firstNames), "LAST", quoted(lastNames))
	for name, script := range map[string]string{"new.sql": pgbenchNew, "known.sql": pgbenchKnown} {
		if err := os.WriteFile(filepath.Join(b.dir, name), []byte(fill.Replace(script)), 0o600); err != nil {
			return nil, fmt.Errorf("write pgbench's script: %w", err)
		}
	}
	return b, nil
}

func quoted(words []string) string { return "'" + strings.Join(words, "', '") + "'" }

// findPgbench looks where distributions put PostgreSQL's programs. The one in $PATH can be a
// wrapper that wants a configured cluster.
func findPgbench() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/pgbench")
	if err == nil && len(found) > 0 {
		return found[len(found)-1], nil
	}
	path, err := exec.LookPath("pgbench")
	if err != nil {
		return "", errors.New("pgbench is not installed: it comes with PostgreSQL's server or contrib package")
	}
	return path, nil
}

// run has n clients work for this long.
func (b *pgbench) run(ctx context.Context, n int, d time.Duration) (side, error) {
	b.turn++
	log := filepath.Join(b.dir, fmt.Sprintf("turn-%d", b.turn))
	address, err := url.Parse(b.office.Postgres.URL())
	if err != nil {
		return side{}, fmt.Errorf("address of the private PostgreSQL: %w", err)
	}
	q := address.Query()
	cmd := exec.CommandContext(ctx, b.program, "--no-vacuum", "--protocol=prepared",
		"--client="+strconv.Itoa(n), "--time="+strconv.Itoa(int(d.Seconds())), "--log", "--log-prefix="+log,
		"--file="+filepath.Join(b.dir, "new.sql")+"@"+strconv.Itoa(knownEvery-1), "--file="+filepath.Join(b.dir, "known.sql")+"@1",
		"--host="+q.Get("host"), "--port="+q.Get("port"), "--username="+q.Get("user"), strings.TrimPrefix(address.Path, "/"))
	cmd.Env = append(os.Environ(), "PGOPTIONS=-c search_path="+b.office.Schema+",public")
	began := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return side{}, fmt.Errorf("pgbench: %w: %s", err, out)
	}
	got, err := readLog(log)
	got.perSecond = float64(len(got.took)) / min(time.Since(began), d+d/10).Seconds()
	return got, err
}

// readLog reads what each transaction took: the third column is in microseconds. Source: the
// manual of pgbench, "Per-Transaction Logging".
func readLog(prefix string) (side, error) {
	files, err := filepath.Glob(prefix + ".*")
	if err != nil || len(files) == 0 {
		return side{}, errors.Join(errors.New("pgbench left no log"), err)
	}
	var out side
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return side{}, fmt.Errorf("read pgbench's log: %w", err)
		}
		defer f.Close()
		lines := bufio.NewScanner(f)
		for lines.Scan() {
			columns := strings.Fields(lines.Text())
			if len(columns) < 3 {
				return side{}, fmt.Errorf("pgbench's log: line %q", lines.Text())
			}
			us, err := strconv.ParseInt(columns[2], 10, 64)
			if err != nil {
				return side{}, fmt.Errorf("pgbench's log: line %q", lines.Text())
			}
			out.took = append(out.took, time.Duration(us)*time.Microsecond)
		}
		if err := lines.Err(); err != nil {
			return side{}, fmt.Errorf("read pgbench's log: %w", err)
		}
	}
	return out, nil
}
