package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"cartable/internal/pgtest"
	"cartable/internal/postgres"
	"cartable/internal/redistest"
	"cartable/internal/tgsim"
)

// beTheProgram makes the test's binary the program itself, so that a test can
// kill it without a chance to end in order.
const beTheProgram = "CARTABLE_TEST_BE_THE_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(beTheProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// process is the program in a process of its own, which is killed and started again.
type process struct {
	t       *testing.T
	sim     *tgsim.Server
	pool    *pgxpool.Pool
	people  []*tgsim.Person
	source  addedSource
	command *exec.Cmd
	out     *output
}

// startProcess runs serve against a Telegram in this process, with an owner and
// an agent, and a source.
func startProcess(t *testing.T, more map[string]string) *process {
	t.Helper()
	p := &process{t: t, sim: simulated(t), out: &output{}}
	database := pgtest.URL(t)
	address := freeAddress(t)
	settings := map[string]string{"DATABASE_URL": database, "REDIS_URL": redistest.URL(t), "TELEGRAM_TOKEN": p.sim.Token(),
		"TELEGRAM_API": p.sim.URL(), "LISTEN": address, "PUBLIC_URL": "http://" + address, "LOG": "json"}
	for name, value := range more {
		settings[name] = value
	}
	for name, value := range settings {
		t.Setenv("CARTABLE_"+name, value)
	}
	t.Setenv(beTheProgram, "")
	p.start()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Log(p.out.String())
		}
	})
	link := regexp.MustCompile(`https://t\.me/\w+\?start=(\S+)`)
	await(t, "the set-up link", func() bool { return link.MatchString(p.out.String()) })
	p.people = hire(t, p.sim, database, link.FindStringSubmatch(p.out.String())[1])
	out, _, err := cartable(t, "source", "add", "--title", "Site", "--kind", "api", "--json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(out), &p.source); err != nil {
		t.Fatal(err)
	}
	if p.pool, err = postgres.Open(t.Context(), database, "public"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.pool.Close)
	return p
}

func (p *process) start() {
	p.t.Helper()
	p.command = exec.Command(os.Args[0], "serve")
	p.command.Env = append(os.Environ(), beTheProgram+"=1")
	p.command.Stdout, p.command.Stderr = p.out, p.out
	if err := p.command.Start(); err != nil {
		p.t.Fatal(err)
	}
}

// kill ends the program without warning.
func (p *process) kill() {
	if p.command.Process != nil && p.command.ProcessState == nil {
		_ = p.command.Process.Signal(syscall.SIGKILL)
		_ = p.command.Wait()
	}
}

// count answers a question about the database.
func (p *process) count(sql string, args ...any) (n int) {
	p.t.Helper()
	if err := p.pool.QueryRow(p.t.Context(), sql, args...).Scan(&n); err != nil {
		p.t.Fatal(err)
	}
	return n
}

// Killed in a burst of 100 leads: every one that was acknowledged is there, once,
// and told; after the restart the callers' repetitions find them.
func TestKilledInABurst(t *testing.T) {
	p := startProcess(t, nil)
	acknowledged := map[string]bool{}
	for i := range 100 {
		phone := fmt.Sprintf("0912555%04d", i)
		body := fmt.Sprintf(`{"phone": %q, "name": "Lead %d"}`, phone, i)
		if i == 40 || i == 80 {
			killed := make(chan struct{})
			go func() { p.kill(); close(killed) }()
			acknowledged[phone] = p.try(body) == http.StatusCreated
			<-killed
			p.start()
		}
		await(t, "the lead is taken", func() bool {
			code := p.try(body)
			return code == http.StatusCreated
		})
		acknowledged[phone] = true
	}
	if n := p.count(`SELECT count(*) FROM customers WHERE NOT hidden`); n != 100 || len(acknowledged) != 100 {
		t.Errorf("%d customers of %d acknowledged", n, len(acknowledged))
	}
	if n := p.count(`SELECT count(*) FROM customers c WHERE NOT EXISTS (SELECT FROM notifications n WHERE n.customer_id = c.id)`); n != 0 {
		t.Errorf("%d customers that nobody is to be told of", n)
	}
	await(t, "everything is told", func() bool {
		return p.count(`SELECT count(*) FROM notifications WHERE state = 'pending'`) == 0
	})
}

// try posts a lead; 0 while the program is away.
func (p *process) try(body string) int {
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, p.source.URL, jsonBody(body))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+p.source.Key)
	req.Header.Set("Content-Type", "application/json")
	res, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		return 0
	}
	defer res.Body.Close()
	return res.StatusCode
}

// Killed in the middle of a form and of a hand-off: the form goes on where it was,
// and the hand-off happens once.
func TestKilledInAForm(t *testing.T) {
	p := startProcess(t, nil)
	owner, agent := p.people[0], p.people[1]
	if code := post(t, p.source, `{"phone": "09125550001", "name": "Ali"}`); code != http.StatusCreated {
		t.Fatal(code)
	}
	agent.See(t, "Ali", "Take")
	agent.Press(t, "Take")
	agent.Press(t, "Status")
	agent.Press(t, "In-person meeting")
	agent.Press(t, "Tomorrow")
	agent.See(t, "10:30", "Step 2 of 4") // and not the time of day
	p.kill()
	agent.Press(t, "10:30") // Telegram keeps the tap
	p.start()
	agent.Press(t, "Mina")
	agent.Press(t, "1 hour")
	agent.Press(t, "Save")
	p.kill() // at whatever point it has reached
	p.start()
	owner.See(t, "Ali", "In-person meeting", "10:30")
	await(t, "the hand-off is done", func() bool {
		return p.count(`SELECT count(*) FROM customers c JOIN staff s ON s.id = c.holder_id WHERE s.role = 'owner'`) == 1
	})
	await(t, "all is settled", func() bool { return p.count(`SELECT count(*) FROM updates WHERE state = 'new'`) == 0 })
	if n := p.count(`SELECT count(*) FROM events WHERE kind = 'status'`); n != 1 {
		t.Errorf("the status was set %d times", n)
	}
	if n := p.count(`SELECT count(*) FROM forms`); n != 0 {
		t.Errorf("%d forms are open", n)
	}
	p.sim.CheckClean(t)
}

// The same program by webhook, from a Telegram in another process.
func TestWebhook(t *testing.T) {
	p := startProcess(t, map[string]string{"WEBHOOK": "true"})
	agent := p.people[1]
	if code := post(t, p.source, `{"phone": "09125550002", "name": "Zahra"}`); code != http.StatusCreated {
		t.Fatal(code)
	}
	agent.See(t, "Zahra", "Take")
	agent.Press(t, "Take")
	agent.See(t, "Zahra", "Status")
	p.people[0].See(t, "Zahra", "Omid")
	p.sim.CheckClean(t)
}

func jsonBody(s string) io.Reader { return strings.NewReader(s) }
