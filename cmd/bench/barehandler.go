package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"cartable/internal/rig"
)

// bareHandler stands beside both sides of the intake: it makes pgbench's inserts for whatever comes over
// HTTP, all with the COMMIT in one round trip. It looks nothing up and decides nothing, so
// that for one caller nothing that does can be expected to be quicker on the same machine.
type bareHandler struct {
	Database string `required:"" help:"URL of the database."`
	Schema   string `required:"" help:"Schema with the tables."`
}

const (
	bareHandlerWord = "bare-handler"
	bareConnections = 8
	bareHeaders     = 10 * time.Second // how long the headers of a request may take
	firstBarePerson = 10_000_000       // all of its customers are new
)

// Run accepts until the process is killed; the first line that it prints is its address.
func (b *bareHandler) Run() error {
	cfg, err := pgxpool.ParseConfig(b.Database)
	if err != nil {
		return err
	}
	cfg.ConnConfig.RuntimeParams["search_path"] = b.Schema + ",public"
	cfg.MaxConns = bareConnections
	pool, err := pgxpool.NewWithConfig(context.Background(), cfg)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println("http://" + l.Addr().String())
	server := &http.Server{ReadHeaderTimeout: bareHeaders, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, err := bareInsert(r, pool)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError) // the bench sees it
			return
		}
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, `{"customer_id": %d}`, id)
	})}
	return server.Serve(l)
}

func bareInsert(r *http.Request, pool *pgxpool.Pool) (id int64, err error) {
	var in struct {
		Phone, Name, Message string
		UTM                  json.RawMessage
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return 0, err
	}
	key, digits := "api:2:"+r.Header.Get("Idempotency-Key"), strings.TrimPrefix(in.Phone, "0")
	phone := "+98" + digits
	b := &pgx.Batch{}
	b.Queue(`BEGIN`)
	b.Queue(`INSERT INTO commands (key, at, outcome) VALUES ($1, now(), '{"customer": 1, "inquiry": 1, "event": 1, "known": false}')`, key)
	b.Queue(`INSERT INTO customers (hidden, name, phones, waiting, source_id, created_at, first_inquiry_at, last_inquiry_at)
		VALUES (false, $1, jsonb_build_array(jsonb_build_object('phone', $2::text)), true, 2, now(), now(), now()) RETURNING id`, in.Name, phone).
		QueryRow(func(row pgx.Row) error { return row.Scan(&id) })
	b.Queue(`INSERT INTO customer_search (customer_id, last_inquiry_at, words, numbers)
		VALUES (currval('customers_id_seq'), now(), $1, '0' || $2::text || ' 98' || $2::text)`, in.Name, digits)
	b.Queue(`INSERT INTO phones (phone, customer_id) VALUES ($1, currval('customers_id_seq'))`, phone)
	b.Queue(`INSERT INTO inquiries (customer_id, source_id, received_at, phone, name, message, utm)
		VALUES (currval('customers_id_seq'), 2, now(), $1, $2, $3, $4)`, phone, in.Name, in.Message, in.UTM)
	b.Queue(`INSERT INTO events (customer_id, kind, at, version, key, delta, detail)
		VALUES (currval('customers_id_seq'), 'inquiry', now(), 1, $1,
			jsonb_build_object('hidden', '{"from": true, "to": false}'::jsonb, 'inquired', '{"from": "0001-01-01T00:00:00Z", "to": "2026-11-25T02:16:55Z"}'::jsonb,
				'record', jsonb_build_object('name', jsonb_build_object('from', '', 'to', $2::text)),
				'phones', jsonb_build_object('from', null, 'to', jsonb_build_array(jsonb_build_object('phone', $3::text)))),
			jsonb_build_object('inquiry', currval('inquiries_id_seq'), 'source', 2, 'created', true, 'message', $4::text))`,
		key, in.Name, phone, in.Message)
	b.Queue(`INSERT INTO routes (customer_id, event_id, source_id, came_at, since, state, next_at)
		VALUES (currval('customers_id_seq'), currval('events_id_seq'), 2, now(), now(), 'offered', now() + interval '5 minutes')`)
	b.Queue(`INSERT INTO notifications (staff_id, kind, customer_id, event_id, created_at)
		VALUES (1, 'lead', currval('customers_id_seq'), currval('events_id_seq'), now())`)
	b.Queue(`COMMIT`)
	return id, pool.SendBatch(r.Context(), b).Close()
}

// startBareHandler starts it on the tables of an office of its own.
func startBareHandler(ctx context.Context, o *rig.Office) (_ *load, stop func() error, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, nil, fmt.Errorf("find this program: %w", err)
	}
	cmd := exec.CommandContext(ctx, self, bareHandlerWord, "--database", o.Postgres.URL(), "--schema", o.Schema)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, fmt.Errorf("start the bare handler: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, fmt.Errorf("start the bare handler: %w", err)
	}
	stop = func() error {
		_ = cmd.Process.Kill() // it has no other end
		_ = cmd.Wait()
		return nil
	}
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("the bare handler's address: %w", err), stop())
	}
	l := &load{address: strings.TrimSpace(address), key: "none", allNew: true}
	l.people.Store(firstBarePerson)
	return l, stop, nil
}
