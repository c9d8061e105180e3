package main

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"cartable/internal/crm"
	"cartable/internal/pgtest"
	"cartable/internal/postgres"
	"cartable/internal/redistest"
	"cartable/internal/tgsim"

	"github.com/jonboulle/clockwork"
)

const (
	patience  = 30 * time.Second
	stopLimit = 20 * time.Second
	canary    = "09127654321"
)

func simulated(t *testing.T) *tgsim.Server {
	t.Helper()
	sim := tgsim.New(tgsim.Options{Clock: clockwork.NewRealClock()})
	if err := sim.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	return sim
}

// freeAddress is one that nobody listens on now.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// await asks until yes, since what happens in the program gives no signal here.
func await(t *testing.T, what string, yes func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for !yes() {
		if !sleep(ctx, 20*time.Millisecond) {
			t.Fatalf("%s: not within %s", what, patience)
		}
	}
}

// TestServe follows a lead from the API to the chats of two people, and the program
// to its end.
func TestServe(t *testing.T) {
	sim := simulated(t)
	database, redis := pgtest.URL(t), redistest.URL(t)
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	address := freeAddress(t)
	for name, value := range map[string]string{"DATABASE_URL": database, "REDIS_URL": redis, "TELEGRAM_TOKEN": sim.Token(),
		"TELEGRAM_API": sim.URL(), "LISTEN": address, "LOG": "json", "LOG_LEVEL": "debug"} {
		t.Setenv("CARTABLE_"+name, value)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var stdout, stderr output
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{"serve"}, &stdout, &stderr) }()

	link := regexp.MustCompile(`https://t\.me/\w+\?start=(\S+)`)
	await(t, "the set-up link", func() bool { return link.MatchString(stdout.String()) })
	people := hire(t, sim, database, link.FindStringSubmatch(stdout.String())[1])

	out, _, err := cartable(t, "source", "add", "--title", "Site", "--kind", "api", "--json")
	if err != nil {
		t.Fatal(err)
	}
	var src addedSource
	if err := json.Unmarshal([]byte(out), &src); err != nil {
		t.Fatal(err)
	}
	if code := post(t, src, `{"phone": "`+canary+`", "name": "Canary"}`); code != http.StatusCreated {
		t.Fatalf("the API answers %d", code)
	}
	for _, p := range people {
		p.See(t, canary, "Canary")
	}
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/metrics": 200, "/nothing": 404} {
		if code, err := get(t.Context(), "http://"+address+path); err != nil || code != want {
			t.Errorf("GET %s: %d, %v", path, code, err)
		}
	}
	if _, _, err := cartable(t, "healthcheck"); err != nil {
		t.Error(err)
	}

	began := time.Now()
	stop()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("serve: %v", err)
		}
	case <-time.After(stopLimit):
		t.Fatalf("serve goes on after %s", stopLimit)
	}
	t.Logf("ended after %s", time.Since(began))
	logs := stderr.String()
	if !strings.Contains(logs, `"msg":"stopped"`) {
		t.Errorf("the log lacks the end:\n%s", logs)
	}
	_, secret, _ := strings.Cut(sim.Token(), ":")
	for _, hidden := range []string{secret, canary[1:], link.FindStringSubmatch(stdout.String())[1]} {
		if strings.Contains(logs, hidden) {
			t.Errorf("the log holds a secret or a number:\n%s", logs)
		}
	}
	sim.CheckClean(t)
}

// hire has an owner and an agent join.
func hire(t *testing.T, sim *tgsim.Server, database, token string) []*tgsim.Person {
	t.Helper()
	owner := sim.Person(tgsim.Profile{FirstName: "Mina", LanguageCode: "en"})
	agent := sim.Person(tgsim.Profile{FirstName: "Omid", LanguageCode: "en"})
	if err := owner.Start(token); err != nil {
		t.Fatal(err)
	}
	owner.See(t, "Mina")
	pool, err := postgres.Open(t.Context(), database, "public")
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	service := crm.NewService(postgres.NewStore(pool), clockwork.NewRealClock(), nil)
	st, err := service.StaffByTelegramID(t.Context(), owner.ID())
	if err != nil || st.Role != crm.Owner {
		t.Fatalf("who opened the link is %+v, %v", st, err)
	}
	invite, err := service.NewInvite(t.Context(), crm.Command{Actor: st.ID, Key: "test"}, crm.Agent, crm.InviteLife)
	if err != nil {
		t.Fatal(err)
	}
	if err := agent.Start(invite.Token); err != nil {
		t.Fatal(err)
	}
	agent.See(t, "Omid")
	return []*tgsim.Person{owner, agent}
}

func post(t *testing.T, src addedSource, body string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, src.URL, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+src.Key)
	req.Header.Set("Content-Type", "application/json")
	res, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode
}
