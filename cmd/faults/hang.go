package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"cartable/internal/rig"
	"cartable/internal/tgsim"
)

const (
	hangLimit     = 2 * time.Second       // for whoever is to be told
	slowerLimit   = 50 * time.Millisecond // of intake's p99
	recoverLimit  = 10 * time.Second
	readyPatience = 30 * time.Second
	// takeOverLimit is what a follower needs, and the pause after Telegram has told it once
	// that somebody else polls.
	takeOverLimit = 17 * time.Second
)

// hangs is the row on servers that take what is sent to them and say nothing.
func hangs() experiment {
	return experiment{14, "Redis hangs; then PostgreSQL hangs, longer than a leader may be silent",
		"intake's p99 at most 50 ms worse without Redis; everybody who asks, taps or writes is told what is wrong within 2 s, and /readyz says which; no tap is lost",
		false, hangBoth}
}

// hang is the row's state.
type hang struct {
	office          *rig.Office
	program         *rig.Program
	poster          *rig.Poster
	postgres, redis *rig.Proxy
	posted          int
	slowest         map[string]time.Duration // until somebody was told, by who it was
}

func hangBoth(ctx context.Context, b *breaker) (figures string, err error) {
	office, err := b.NewOffice(ctx, "hang", 3, tgsim.Options{Limits: tgsim.Limits{Off: true}})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, office.Close()) }()
	h := &hang{office: office, slowest: map[string]time.Duration{}}
	if h.postgres, err = b.PostgresProxy(); err != nil {
		return "", err
	}
	defer h.postgres.Stop()
	if h.redis, err = b.RedisProxy(); err != nil {
		return "", err
	}
	defer h.redis.Stop()
	h.program, err = office.NewProgram(rig.Settings{"DATABASE_URL": h.postgres.URL, "REDIS_URL": h.redis.URL, "SEND_RATE": "0"})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, h.program.Kill()) }()
	if err := h.program.Run(ctx, nil); err != nil {
		return "", err
	}
	h.poster = rig.NewPoster(h.program, office.Source.Key, 2)
	defer h.poster.Close()
	slower, err := h.withoutRedis(ctx, b.times(400, 100))
	if err != nil {
		return h.figures(slower, 0), err
	}
	seconds := []int{0, 1, 3, 6, 9, 12}
	if b.quick {
		seconds = []int{0, 5}
	}
	back, err := h.withoutPostgres(ctx, seconds)
	if err != nil {
		return h.figures(slower, back), err
	}
	if !b.quick {
		if err := h.anotherLeads(ctx); err != nil {
			return h.figures(slower, back), fmt.Errorf("with another instance: %w", err)
		}
	}
	if _, err := h.program.Stop(); err != nil {
		return h.figures(slower, back), err
	}
	return h.figures(slower, back), rig.Within("intake's p99 without Redis is higher", slower, slowerLimit)
}

func (h *hang) figures(slower, back time.Duration) string {
	ms := func(what string) string { return fmt.Sprint(h.slowest[what].Round(time.Millisecond)) }
	out := fmt.Sprintf("Redis: intake's p99 %+.1f ms, /readyz %s, tap %s, text %s; PostgreSQL: 503 %s, /readyz %s, tap %s, text %s, at work %s after",
		float64(slower)/float64(time.Millisecond), ms("Redis ready"), ms("Redis tap"), ms("Redis text"), ms("PostgreSQL 503"), ms("PostgreSQL ready"),
		ms("PostgreSQL tap"), ms("PostgreSQL text"), back.Round(10*time.Millisecond))
	if d, ok := h.slowest["another"]; ok {
		out += fmt.Sprintf("; where one instance alone lost it, another answered after %s", d.Round(10*time.Millisecond))
	}
	return out
}

// took notes how long somebody was not told, and fails when that was too long.
func (h *hang) took(what string, d time.Duration, err error) error {
	h.slowest[what] = max(h.slowest[what], d)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return rig.Within(what+": told", d, hangLimit)
}

// p99 posts n inquiries one after the other.
func (h *hang) p99(ctx context.Context, n int) (time.Duration, error) {
	var all []time.Duration
	for range n {
		h.posted++
		a := h.poster.Post(ctx, fmt.Sprintf("lead-%d", h.posted), rig.Phone(h.posted), "Lead")
		if a.Code != http.StatusCreated {
			return 0, fmt.Errorf("an inquiry was answered with %d", a.Code)
		}
		all = append(all, a.Took)
	}
	return rig.Quantile(all, 0.99), nil
}

// withoutRedis measures intake with and without Redis, and has an agent in a form meanwhile.
func (h *hang) withoutRedis(ctx context.Context, n int) (slower time.Duration, err error) {
	agent := h.office.Agents[0]
	if _, err := holds(ctx, h.office, agent, 8_000_000, "Held"); err != nil {
		return 0, err
	}
	card, err := says(ctx, agent.Person, rig.Phone(8_000_000), "Held", "Note")
	if err != nil {
		return 0, err
	}
	before, err := h.p99(ctx, n)
	if err != nil {
		return 0, err
	}
	g := glanceAt(agent.Person)
	if err := agent.Person.TapOn(card.ID, "Note"); err != nil {
		return 0, err
	}
	if _, _, err := g.sees(ctx, stepLimit, "What shall be noted?"); err != nil {
		return 0, err
	}
	if err := handled(ctx, h.office); err != nil {
		return 0, err // until then the question is shown, and not saved
	}
	release, err := h.redis.Hang(ctx)
	if err != nil {
		return 0, err
	}
	defer release()
	const away = "Forms are not available right now"
	for range 2 {
		g = glanceAt(agent.Person)
		agent.Person.Type("They call back")
		_, took, err := g.sees(ctx, stepLimit, away)
		if err := h.took("Redis text", took, err); err != nil {
			return 0, err
		}
		g = glanceAt(agent.Person)
		if err := agent.Person.TapOn(card.ID, "Reminder"); err != nil {
			return 0, err
		}
		_, took, err = g.told(ctx, stepLimit, away)
		if err := h.took("Redis tap", took, err); err != nil {
			return 0, err
		}
		if err := h.ready(ctx, "Redis ready", http.StatusOK, `"redis":"down"`, `"database":"up"`); err != nil {
			return 0, err
		}
	}
	without, err := h.p99(ctx, n)
	if err != nil {
		return 0, err
	}
	release()
	g = glanceAt(agent.Person)
	agent.Person.Type("They call back")
	if _, _, err = g.sees(ctx, stepLimit, "Saved", "They call back"); err != nil {
		return 0, fmt.Errorf("after Redis came back: %w", err)
	}
	return without - before, nil
}

// ready asks /readyz, and wants this answer.
func (h *hang) ready(ctx context.Context, what string, code int, parts ...string) error {
	began := time.Now()
	got, body, err := h.get(ctx, http.MethodGet, "/readyz", "")
	for _, part := range parts {
		if err == nil && (got != code || !strings.Contains(strings.ReplaceAll(body, " ", ""), part)) {
			err = fmt.Errorf("answered %d %s, want %d %s", got, body, code, part)
		}
	}
	return h.took(what, time.Since(began), err)
}

// refused sends an inquiry, which cannot be stored.
func (h *hang) refused(ctx context.Context) error {
	began := time.Now()
	code, body, err := h.get(ctx, http.MethodPost, "/api/v1/inquiries", fmt.Sprintf(`{"phone": %q}`, rig.Phone(7_000_000)))
	var problem struct {
		Status int    `json:"status"`
		Detail string `json:"detail"`
	}
	if err == nil {
		err = json.Unmarshal([]byte(body), &problem)
	}
	if err == nil && (code != http.StatusServiceUnavailable || problem.Status != code || problem.Detail == "") {
		err = fmt.Errorf("answered %d %s", code, body)
	}
	return h.took("PostgreSQL 503", time.Since(began), err)
}

func (h *hang) get(ctx context.Context, method, path, body string) (int, string, error) {
	return h.program.Call(ctx, method, path, h.office.Source.Key, body)
}

// withoutPostgres has everybody ask, tap and write at these seconds of an outage, and
// measures how long after it everything is at work again.
func (h *hang) withoutPostgres(ctx context.Context, seconds []int) (back time.Duration, err error) {
	tapper, writer := h.office.Agents[1], h.office.Agents[2]
	cards := map[int]int{}
	for i := range seconds {
		if _, err := holds(ctx, h.office, tapper, 8_100_000+i, h.tapped(i)); err != nil {
			return 0, err
		}
		card, err := says(ctx, tapper.Person, rig.Phone(8_100_000+i), h.tapped(i), "No answer")
		if err != nil {
			return 0, err
		}
		cards[i] = card.ID
	}
	if err := h.office.Settled(ctx, stepLimit); err != nil {
		return 0, err
	}
	release, err := h.postgres.Hang(ctx)
	if err != nil {
		return 0, err
	}
	defer release()
	began := time.Now()
	for i, second := range seconds {
		if err := await(ctx, time.Until(began.Add(time.Duration(second)*time.Second))); err != nil {
			return 0, err
		}
		if err := h.ask(ctx, tapper, writer, cards[i], i == 0); err != nil {
			return 0, fmt.Errorf("%s after PostgreSQL began to hang: %w", time.Since(began).Round(time.Millisecond), err)
		}
	}
	release()
	return h.backAtWork(ctx, cards)
}

func (h *hang) tapped(i int) string { return fmt.Sprintf("Tapped %d", i) }

// ask has everybody do something at once. A chat is told of an outage once.
func (h *hang) ask(ctx context.Context, tapper, writer rig.Member, card int, first bool) error {
	const away = "The database does not answer"
	ends := make(chan error, 4)
	tap, text := glanceAt(tapper.Person), glanceAt(writer.Person)
	if err := tapper.Person.TapOn(card, "No answer"); err != nil {
		return err
	}
	writer.Person.Type("/cartable")
	go func() { ends <- h.refused(ctx) }()
	go func() {
		ends <- h.ready(ctx, "PostgreSQL ready", http.StatusServiceUnavailable, `"database":"down"`, `"redis":"up"`)
	}()
	for range 2 {
		if err := <-ends; err != nil {
			return err
		}
	}
	_, took, err := tap.told(ctx, stepLimit, away)
	if err := h.took("PostgreSQL tap", took, err); err != nil || !first {
		return err
	}
	_, took, err = text.sees(ctx, stepLimit, away)
	return h.took("PostgreSQL text", took, err)
}

// backAtWork waits for everything that was asked for during the outage, and for what it
// is to be asked next.
func (h *hang) backAtWork(ctx context.Context, cards map[int]int) (time.Duration, error) {
	began := time.Now()
	text := glanceAt(h.office.Agents[2].Person)
	if _, err := h.poster.Insist(ctx, "afterwards", rig.Phone(7_000_001), "Lead"); err != nil {
		return 0, err
	}
	if err := h.program.Ready(ctx); err != nil {
		return 0, err
	}
	if _, _, err := text.sees(ctx, readyPatience, "Your cartable"); err != nil {
		return 0, err
	}
	err := rig.Await(ctx, "every tap of the outage to have its effect", readyPatience, func(ctx context.Context) (bool, error) {
		n, err := h.office.Count(ctx, `SELECT count(*) FROM customers WHERE name LIKE 'Tapped%' AND attempts = 1`)
		return n == len(cards), err
	})
	back := time.Since(began)
	if err != nil {
		return back, err
	}
	if n, err := h.office.Count(ctx, `SELECT count(*) FROM events WHERE kind = 'no_answer'`); err != nil || n != len(cards) {
		return back, errors.Join(fmt.Errorf("%d taps had %d effects", len(cards), n), err)
	}
	return back, rig.Within("at work after PostgreSQL answered again", back, recoverLimit)
}

// anotherLeads has the leader alone lose the database, and waits until another instance,
// which has it, answers: the former leader, which goes on listening, must not be in its way.
func (h *hang) anotherLeads(ctx context.Context) (err error) {
	other, err := h.office.NewProgram(rig.Settings{"SEND_RATE": "0"})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, other.Kill()) }()
	if err := other.Start(nil); err != nil {
		return err
	}
	err = rig.Await(ctx, "the other instance to be up", readyPatience, func(ctx context.Context) (bool, error) {
		r, err := other.Readiness(ctx)
		return r.Status == "ready" && !r.Leading, err
	})
	if err != nil {
		return err
	}
	release, err := h.postgres.Hang(ctx)
	if err != nil {
		return err
	}
	defer release()
	writer := h.office.Agents[2].Person
	g := glanceAt(writer)
	writer.Type("/cartable") // which the former leader is given first
	_, took, err := g.sees(ctx, readyPatience, "Your cartable")
	h.slowest["another"] = took
	if err != nil {
		return err
	}
	for range 5 { // from here on nobody is in its way
		g = glanceAt(writer)
		writer.Type("/cartable")
		if _, _, err := g.sees(ctx, hangLimit, "Your cartable"); err != nil {
			return err
		}
	}
	return rig.Within("it answered", took, takeOverLimit)
}

// await waits.
func await(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
