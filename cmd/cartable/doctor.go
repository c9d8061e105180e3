package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jonboulle/clockwork"
	"github.com/redis/go-redis/v9"

	"cartable/bot/chat"
	"cartable/internal/postgres"
	"cartable/internal/session"
	"cartable/internal/telegram"
	"cartable/migrations"
)

const (
	checkTimeout = 15 * time.Second
	maxSkew      = 5 * time.Second // between two clocks: beyond it reminders ring visibly wrong
)

type doctorCmd struct{}

// report prints one line a check.
type report struct {
	out    io.Writer
	failed bool
}

func (r *report) ok(what, format string, args ...any) {
	fmt.Fprintf(r.out, "✓ %-13s %s\n", what, fmt.Sprintf(format, args...))
}

func (r *report) bad(what, problem, remedy string) {
	r.failed = true
	fmt.Fprintf(r.out, "✗ %-13s %s\n  %-13s → %s\n", what, problem, "", remedy)
}

// Run checks everything, and fails when something is wrong.
func (doctorCmd) Run(c *command) error {
	r := &report{out: c.stdout}
	c.checkConfiguration(r)
	c.checkDatabase(r)
	c.checkRedis(r)
	c.checkTelegram(r)
	if r.failed {
		return errReported
	}
	return nil
}

func (c *command) checkConfiguration(r *report) {
	switch {
	case c.TelegramToken == "":
		r.bad("configuration", "CARTABLE_TELEGRAM_TOKEN is not set", "get a token from @BotFather")
	case c.PublicURL == "":
		r.ok("configuration", "complete; without CARTABLE_PUBLIC_URL forms have no link in the chat")
	default:
		r.ok("configuration", "complete")
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err == nil {
		_ = listener.Close() // it was free, that is all
		r.ok("address", "%s is free", c.Listen)
		return
	}
	if alive := (healthcheckCmd{}).Run(c); alive == nil {
		r.ok("address", "Cartable answers on %s", c.Listen)
		return
	}
	r.bad("address", c.Listen+" cannot be listened on: "+rootCause(err), "set CARTABLE_LISTEN to a free address")
}

func (c *command) checkDatabase(r *report) {
	ctx, cancel := context.WithTimeout(c.ctx, checkTimeout+serverStartTimeout)
	defer cancel()
	dbURL, done, err := c.database()
	if err != nil {
		r.bad("database", err.Error(), "install PostgreSQL, or set CARTABLE_DATABASE_URL")
		return
	}
	defer func() { _ = done() }() // the check is over
	pool, err := postgres.Open(ctx, dbURL, c.Schema)
	if err != nil {
		r.bad("database", rootCause(err), "check CARTABLE_DATABASE_URL, and that PostgreSQL runs and lets this machine in")
		return
	}
	defer pool.Close()
	var major int
	var encoding, ctype string
	before := time.Now()
	var now time.Time
	err = pool.QueryRow(ctx, `SELECT current_setting('server_version_num')::int / 10000, pg_encoding_to_char(encoding), datctype, clock_timestamp()
		FROM pg_database WHERE datname = current_database()`).Scan(&major, &encoding, &ctype, &now)
	took := time.Since(before)
	switch {
	case err != nil:
		r.bad("database", rootCause(err), "check the server's log")
		return
	case major < 14:
		r.bad("database", fmt.Sprintf("PostgreSQL %d", major), "use PostgreSQL 14 or later")
	default:
		r.ok("database", "PostgreSQL %d, %s, %s", major, encoding, ctype)
	}
	checkSchema(ctx, r, pool, c.Schema)
	checkSkew(r, "the database's", now.Sub(before.Add(took/2)), took)
}

// checkSchema compares the migrations that ran with those of the program.
func checkSchema(ctx context.Context, r *report, pool *pgxpool.Pool, schema string) {
	const remedy = "run: cartable migrate"
	files, err := migrations.FS.ReadDir(".")
	if err != nil {
		r.bad("schema", err.Error(), "build the program anew")
		return
	}
	want := 0
	for _, f := range files {
		if strings.HasSuffix(f.Name(), ".sql") {
			want++
		}
	}
	var have int
	table := pgx.Identifier{schema, "goose_db_version"}.Sanitize()
	err = pool.QueryRow(ctx, `SELECT count(*) FROM `+table+` WHERE is_applied AND version_id > 0`).Scan(&have)
	switch {
	case err != nil:
		r.bad("schema", fmt.Sprintf("%s has no tables", schema), remedy)
	case have < want:
		r.bad("schema", fmt.Sprintf("%s lacks %d of %d migrations", schema, want-have, want), remedy)
	case have > want:
		r.bad("schema", fmt.Sprintf("%s was migrated by a later version of the program", schema), "install that version")
	default:
		r.ok("schema", "%s is up to date", schema)
	}
}

func (c *command) checkRedis(r *report) {
	ctx, cancel := context.WithTimeout(c.ctx, checkTimeout)
	defer cancel()
	if c.RedisURL == "" {
		s := &servers{log: c.discard(), dir: c.DataDir}
		if _, err := s.startRedis(ctx); err != nil && !isHeld(err) {
			r.bad("Redis", err.Error(), "install Redis, or set CARTABLE_REDIS_URL")
		} else {
			r.ok("Redis", "a private one, with an append-only file")
		}
		_ = s.close() // the check is over
		return
	}
	opts, err := session.Options(c.RedisURL)
	if err != nil {
		r.bad("Redis", err.Error(), "correct CARTABLE_REDIS_URL")
		return
	}
	client := redis.NewClient(opts)
	defer client.Close()
	if err := client.Ping(ctx).Err(); err != nil {
		r.bad("Redis", rootCause(err), "check CARTABLE_REDIS_URL, and that Redis runs and lets this machine in")
		return
	}
	got, err := client.ConfigGet(ctx, "appendonly").Result()
	switch {
	case err != nil:
		r.ok("Redis", "answers; whether it keeps an append-only file it does not tell")
	case got["appendonly"] != "yes":
		r.bad("Redis", "keeps no append-only file: a restart loses unfinished forms", "set appendonly yes in redis.conf")
	default:
		r.ok("Redis", "answers, with an append-only file")
	}
}

func (c *command) checkTelegram(r *report) {
	if c.TelegramToken == "" {
		return // said above
	}
	client, err := telegram.New(telegram.Config{
		Token: c.TelegramToken, API: c.TelegramAPI, Proxy: c.Proxy, Clock: clockwork.NewRealClock(),
	})
	if err != nil {
		r.bad("Telegram", err.Error(), "correct CARTABLE_TELEGRAM_TOKEN, CARTABLE_TELEGRAM_API or CARTABLE_PROXY")
		return
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(c.ctx, checkTimeout)
	defer cancel()
	me, err := client.Me(ctx)
	switch {
	case err == nil:
		r.ok("Telegram", "answers, the bot is @%s", me.Username)
		c.checkTelegramClock(ctx, r)
	case chat.ClassOf(err) == chat.Unauthorized:
		r.bad("Telegram", "does not accept the token", "copy CARTABLE_TELEGRAM_TOKEN anew from @BotFather")
	case c.Proxy == "":
		r.bad("Telegram", err.Error(), "where Telegram is filtered, set CARTABLE_PROXY")
	default:
		r.bad("Telegram", err.Error(), "check that the proxy of CARTABLE_PROXY runs and reaches Telegram")
	}
}

// checkTelegramClock compares this machine's clock with the Date of Telegram's
// answers, which counts whole seconds.
func (c *command) checkTelegramClock(ctx context.Context, r *report) {
	transport := &http.Transport{DisableKeepAlives: true}
	if c.Proxy != "" {
		if proxy, err := url.Parse(c.Proxy); err == nil {
			transport.Proxy = http.ProxyURL(proxy)
		}
	}
	api := c.TelegramAPI
	if api == "" {
		api = telegram.DefaultAPI
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, api, http.NoBody) // without the token
	if err != nil {
		return // the address was used a moment ago
	}
	before := time.Now()
	// Telegram sends the curious on to its documentation; its first answer has the date too.
	res, err := transport.RoundTrip(req)
	took := time.Since(before)
	if err != nil {
		r.bad("clock", "Telegram's time was not told: "+rootCause(err), "try again")
		return
	}
	defer res.Body.Close()
	now, err := http.ParseTime(res.Header.Get("Date"))
	if err != nil {
		r.bad("clock", "Telegram's answers have no date", "check what stands between this machine and Telegram")
		return
	}
	checkSkew(r, "Telegram's", now.Add(time.Second/2).Sub(before.Add(took/2)), took+time.Second)
}

// checkSkew judges a difference that is known to within blur.
func checkSkew(r *report, whose string, skew, blur time.Duration) {
	if skew.Abs() > maxSkew+blur {
		r.bad("clock", fmt.Sprintf("%s clock differs by %s", whose, skew.Round(time.Second)), "have the time set over the network: timedatectl set-ntp true")
		return
	}
	r.ok("clock", "agrees with %s", whose)
}

// rootCause is the innermost error: the outer ones may repeat an address with its password.
func rootCause(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}
