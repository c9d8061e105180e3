package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	pollEvery    = 5 * time.Millisecond   // for a server's readiness or end
	restartAfter = 200 * time.Millisecond // after a server died by itself; doubled while it dies again
	restartLimit = 30 * time.Second       // of that doubling
	stableAfter  = time.Minute            // of life, the doubling begins anew
	startTimeout = time.Minute            // a start after a crash replays the log
	killTimeout  = 10 * time.Second       // from the hard signal to SIGKILL
	maxLog       = 8 << 20                // bytes; a longer log is set aside at the next start
)

// program says how to run a server.
type program struct {
	name       string // for the log
	path       string
	args       []string
	dir        string // the server's working directory, which also tells it from other processes
	account    account
	stopSignal syscall.Signal // orderly; also sent by the kernel when this process dies
	hardSignal syscall.Signal // when the orderly one took too long
	logPath    string
	log        *slog.Logger
	lock       *lock // of the directory, held as long as the server may run
}

// command makes the child's environment from nothing: variables such as PGPORT would change the server.
func (p program) command(output *os.File) *exec.Cmd {
	cmd := &exec.Cmd{
		Path:        p.path,
		Args:        append([]string{p.path}, p.args...),
		Dir:         p.dir,
		Env:         serverEnv(),
		Stdout:      output,
		Stderr:      output,
		SysProcAttr: childAttributes(p.stopSignal, p.account),
	}
	return cmd
}

func serverEnv() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
}

// process keeps one server running.
type process struct {
	program
	output   *os.File
	logStart int64         // where this run's part of the log begins
	asked    chan struct{} // closed when the process is to end
	ended    chan struct{} // closed when it has, for good

	mu        sync.Mutex
	cmd       *exec.Cmd // of the current run
	keepAlive bool      // restart when it dies
	stopping  bool
	crashed   bool         // the current run was ended by crash
	lose      func() error // what the crash is to lose
}

// startProcess forks the server and returns at once; whoever calls waits for readiness, then calls
// keepRunning. A process that ends before that is not started again.
func startProcess(prog program) (*process, error) {
	output, err := openLog(prog.logPath)
	if err != nil {
		return nil, err
	}
	start, err := output.Seek(0, io.SeekEnd)
	if err != nil {
		output.Close()
		return nil, fmt.Errorf("find end of log: %w", err)
	}
	p := &process{program: prog, output: output, logStart: start, asked: make(chan struct{}), ended: make(chan struct{})}
	forked := make(chan error)
	go p.run(forked)
	if err := <-forked; err != nil {
		return nil, err
	}
	return p, nil
}

// run forks the server, waits for it, and forks it again when it died by itself. It stays on one thread
// throughout: the kernel sends the signal of a parent's death when the thread that forked ends.
func (p *process) run(forked chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(p.ended)
	defer p.output.Close()
	// Whoever keeps only the server's address drops the last other reference; a
	// collected lock would be open to the next comer, who would end the server.
	defer runtime.KeepAlive(p.lock)

	cmd, err := p.fork()
	forked <- err
	wait := restartAfter
	for err == nil {
		stable := time.NewTimer(stableAfter)
		exit := cmd.Wait()
		if !p.restartWanted() {
			return
		}
		if p.died(exit) {
			wait = restartAfter // whoever crashes it again and again wants it back each time
		}
		select {
		case <-stable.C:
			wait = restartAfter
		default:
		}
		if p.stopsWithin(wait) {
			return
		}
		wait = min(2*wait, restartLimit)
		cmd, err = p.fork()
	}
	if !errors.Is(err, errStopping) {
		p.log.Error("private server cannot be started", "server", p.name, "error", err)
	}
}

// crash ends the server as a power cut does and has it started again. What it is to lose
// is lost while it is down; nil for nothing.
func (p *process) crash(lose func() error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd.Process.Signal(syscall.SIGKILL) == nil { // else it is down already
		p.crashed, p.lose = true, lose
	}
}

// died logs the end of a run, and tells whether it was by crash.
func (p *process) died(exit error) (crashed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	crashed, lose := p.crashed, p.lose
	p.crashed, p.lose = false, nil
	if !crashed {
		p.log.Error("private server died, starting it again", "server", p.name, "reason", exit)
		return false
	}
	p.log.Info("private server was crashed, starting it again", "server", p.name)
	if lose == nil {
		return true
	}
	if err := lose(); err != nil {
		p.log.Error("a crash could not lose what it was to", "server", p.name, "error", err)
	}
	return true
}

// stopsWithin waits, and tells whether the process was asked to end meanwhile.
func (p *process) stopsWithin(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return false
	case <-p.asked:
		return true
	}
}

var errStopping = errors.New("server is being stopped")

func (p *process) fork() (*exec.Cmd, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopping {
		return nil, errStopping
	}
	cmd := p.command(p.output)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", p.name, err)
	}
	p.cmd = cmd
	return cmd, nil
}

func (p *process) restartWanted() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.keepAlive && !p.stopping
}

func (p *process) keepRunning() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keepAlive = true
}

func (p *process) pid() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cmd.Process.Pid
}

// stop ends the server in order, and when ctx is done before it has ended, the hard way. The server has
// ended when stop returns, unless not even SIGKILL ended it.
func (p *process) stop(ctx context.Context) error {
	p.mu.Lock()
	if !p.stopping {
		p.stopping = true
		close(p.asked)
	}
	p.mu.Unlock()

	p.signal(p.stopSignal)
	select {
	case <-p.ended:
		return nil
	case <-ctx.Done():
	}
	p.log.Warn("private server does not stop, ending it the hard way", "server", p.name)
	for _, hard := range []syscall.Signal{p.hardSignal, syscall.SIGKILL} {
		p.signal(hard)
		timer := time.NewTimer(killTimeout)
		select {
		case <-p.ended:
			timer.Stop()
			return fmt.Errorf("stop %s in order: %w", p.name, ctx.Err())
		case <-timer.C:
		}
	}
	return fmt.Errorf("stop %s: it ignores SIGKILL: %w", p.name, ctx.Err())
}

// signal's only failure is that the process is gone already, which is what the signals are for.
func (p *process) signal(s syscall.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.log.Error("signal private server", "server", p.name, "error", err)
	}
}

// waitReady polls ready until it returns nil. It fails when the server ended, with what it printed.
func (p *process) waitReady(ctx context.Context, ready func() error) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	for {
		err := ready()
		if err == nil {
			return nil
		}
		select {
		case <-ticker.C:
		case <-p.ended:
			return &startError{server: p.name, output: p.printed()}
		case <-ctx.Done():
			return fmt.Errorf("wait for %s (%w): %w", p.name, ctx.Err(), err)
		}
	}
}

// startError says that a server ended instead of becoming ready.
type startError struct{ server, output string }

func (e *startError) Error() string {
	return fmt.Sprintf("%s did not start: %s", e.server, e.output)
}

// printed is the end of what this run of the server wrote to its log.
func (p *process) printed() string {
	content, err := os.ReadFile(p.logPath)
	if err != nil || int64(len(content)) < p.logStart {
		return "see " + p.logPath
	}
	const enough = 2000
	text := strings.TrimSpace(string(content[p.logStart:]))
	if len(text) > enough {
		text = "… " + text[len(text)-enough:]
	}
	return text
}

func openLog(path string) (*os.File, error) {
	if info, err := os.Stat(path); err == nil && info.Size() > maxLog {
		if err := os.Rename(path, path+".old"); err != nil {
			return nil, fmt.Errorf("set log aside: %w", err)
		}
	}
	file, err := os.OpenFile(filepath.Clean(path), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	return file, nil
}
