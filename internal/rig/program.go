package rig

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	readyTimeout = 30 * time.Second
	killTimeout  = 10 * time.Second
	// metricsTimeout is short: what does not answer is stopped all the same.
	metricsTimeout = 2 * time.Second
	// StopTimeout is how long the program may take to end in order.
	StopTimeout = 20 * time.Second
)

// Settings are environment variables of the program, by their names without CARTABLE_.
// They replace what the office sets: DATABASE_URL, REDIS_URL, SCHEMA, TELEGRAM_TOKEN,
// TELEGRAM_API, LISTEN, PUBLIC_URL, LOG.
type Settings map[string]string

// Program is one instance of the bot.
type Program struct {
	Base string // of its HTTP side, such as http://127.0.0.1:43210
	Log  string // the file that its standard output and error go to

	env  []string
	bin  string
	mu   sync.Mutex
	cmd  *exec.Cmd
	done chan struct{} // closed when the process has ended
	exit error
}

// NewProgram prepares an instance for the office; Run starts it. Its address and its log stay
// the same from one start to the next.
func (o *Office) NewProgram(more Settings) (*Program, error) {
	addr, err := freeAddress()
	if err != nil {
		return nil, err
	}
	settings := Settings{
		"DATABASE_URL": o.Postgres.URL(), "REDIS_URL": o.Redis.URL(), "SCHEMA": o.Schema,
		"TELEGRAM_TOKEN": o.Sim.Token(), "TELEGRAM_API": o.Sim.URL(), "LISTEN": addr,
		"PUBLIC_URL": "http://" + addr, "LOG": "json", "LANGUAGE": "en", "DATA_DIR": filepath.Join(o.Dir, "data-"+o.Schema),
	}
	for name, value := range more {
		settings[name] = value
	}
	p := &Program{Base: "http://" + settings["LISTEN"], bin: o.Binary}
	p.Log = filepath.Join(o.Dir, fmt.Sprintf("%s-%s.log", o.Schema, strings.ReplaceAll(settings["LISTEN"], ":", "-")))
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "CARTABLE_") {
			p.env = append(p.env, v)
		}
	}
	for name, value := range settings {
		p.env = append(p.env, "CARTABLE_"+name+"="+value)
	}
	return p, nil
}

// Run starts the instance and waits until it is ready.
func (p *Program) Run(ctx context.Context, more Settings) error {
	if err := p.Start(more); err != nil {
		return err
	}
	return p.Ready(ctx)
}

// Start starts the instance, with these settings for this time, and returns at once.
func (p *Program) Start(more Settings) error {
	out, err := os.OpenFile(p.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open the program's log: %w", err)
	}
	defer out.Close() // the child has its own
	cmd := exec.Command(p.bin, "serve")
	cmd.Env = append([]string{}, p.env...)
	for name, value := range more {
		cmd.Env = append(cmd.Env, "CARTABLE_"+name+"="+value)
	}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start the program: %w", err)
	}
	done := make(chan struct{})
	p.mu.Lock()
	p.cmd, p.done, p.exit = cmd, done, nil
	p.mu.Unlock()
	go func() {
		err := cmd.Wait()
		p.mu.Lock()
		p.exit = err
		p.mu.Unlock()
		close(done)
	}()
	return nil
}

// Readiness is what /readyz answers.
type Readiness struct {
	Status   string `json:"status"`
	Database string `json:"database"`
	Redis    string `json:"redis"`
	Telegram string `json:"telegram"`
	Leading  bool   `json:"leading"`
}

// Readiness asks /readyz.
func (p *Program) Readiness(ctx context.Context) (out Readiness, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.Base+"/readyz", http.NoBody)
	if err != nil {
		return out, fmt.Errorf("ask for readiness: %w", err)
	}
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return out, fmt.Errorf("ask for readiness: %w", err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
		return out, fmt.Errorf("read readiness: %w", err)
	}
	return out, nil
}

// Call makes one request, with the key of a source, and returns the status and the body of
// the answer.
func (p *Program) Call(ctx context.Context, method, path, key, body string) (code int, answer string, err error) {
	req, err := http.NewRequestWithContext(ctx, method, p.Base+path, strings.NewReader(body))
	if err != nil {
		return 0, "", fmt.Errorf("%s %s: %w", method, path, err)
	}
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Content-Type", "application/json")
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return 0, "", fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, "", fmt.Errorf("%s %s: %w", method, path, err)
	}
	return res.StatusCode, string(text), nil
}

// Ready waits until the instance is ready and leads.
func (p *Program) Ready(ctx context.Context) error {
	return Await(ctx, "the program to be ready", readyTimeout, func(ctx context.Context) (bool, error) {
		if p.Ended() {
			return false, errors.New("the program has ended: " + p.Tail())
		}
		r, err := p.Readiness(ctx)
		return r.Status == "ready" && r.Leading, err
	})
}

// Signal sends a signal, such as SIGSTOP or SIGCONT.
func (p *Program) Signal(s syscall.Signal) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return nil
	}
	if err := p.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("signal the program: %w", err)
	}
	return nil
}

// Ended says whether the process is gone.
func (p *Program) Ended() bool {
	select {
	case <-p.Done():
		return true
	default:
		return false
	}
}

// Done is closed when the process has ended, such as by a failpoint; at once when it was
// never started.
func (p *Program) Done() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done == nil {
		none := make(chan struct{})
		close(none)
		return none
	}
	return p.done
}

// Kill ends the process without warning and waits for its end.
func (p *Program) Kill() error {
	if err := p.Signal(syscall.SIGKILL); err != nil {
		return err
	}
	select {
	case <-p.Done():
		return nil
	case <-time.After(killTimeout):
		return errors.New("the program does not die")
	}
}

// noteMetrics keeps what the instance tells at /metrics beside its log, for who looks
// for what must not be there.
func (p *Program) noteMetrics() error {
	ctx, cancel := context.WithTimeout(context.Background(), metricsTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.Base+"/metrics", http.NoBody)
	if err != nil {
		return fmt.Errorf("ask for metrics: %w", err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("ask for metrics: %w", err)
	}
	defer res.Body.Close()
	return appendTo(p.Log+".metrics", res.Body)
}

func appendTo(file string, content io.Reader) error {
	out, err := os.OpenFile(file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open a record: %w", err)
	}
	_, err = io.Copy(out, content)
	if err := errors.Join(err, out.Close()); err != nil {
		return fmt.Errorf("write a record: %w", err)
	}
	return nil
}

// Stop asks the process to end and returns how long that took. An exit code other than 0 and a
// process that has to be killed are errors.
func (p *Program) Stop() (time.Duration, error) {
	if !p.Ended() {
		_ = p.noteMetrics() // one that does not answer any more shows at its end
	}
	began := time.Now()
	if err := p.Signal(syscall.SIGTERM); err != nil {
		return 0, err
	}
	select {
	case <-p.Done():
	case <-time.After(StopTimeout + 5*time.Second):
		return 0, errors.Join(fmt.Errorf("the program does not end within %s", StopTimeout), p.Kill())
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.exit != nil {
		return 0, fmt.Errorf("the program ended with %w: %s", p.exit, p.Tail())
	}
	return time.Since(began), nil
}

// PID is of the latest process.
func (p *Program) PID() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cmd.Process.Pid
}

// Tail is the end of the log.
func (p *Program) Tail() string {
	const enough = 2000
	content, err := os.ReadFile(p.Log)
	if err != nil {
		return err.Error()
	}
	if len(content) > enough {
		content = content[len(content)-enough:]
	}
	return string(content)
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	addr := l.Addr().String()
	return addr, l.Close()
}
