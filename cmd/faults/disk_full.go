package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"cartable/internal/embedded"
	"cartable/internal/rig"
	"cartable/internal/tgsim"
)

// diskFull fills the disk that the data directory with the private servers is on.
func diskFull() experiment {
	return experiment{
		number: 18, fault: "the data directory's disk is full, until PostgreSQL gives up",
		holds: fmt.Sprintf("503 and the reason in the log meanwhile; with room again it works by itself within %s, and nothing is lost or doubled", recovers),
		run: func(ctx context.Context, b *breaker) (string, error) {
			f := &fullDisk{breaker: b, mount: filepath.Join(b.Dir, "small-disk")}
			err := f.run(ctx)
			return f.figures(), err
		},
	}
}

const (
	// recovers is how long the program may take once there is room: the private PostgreSQL is
	// started again after pauses that double, up to half a minute.
	recovers = 45 * time.Second
	diskSize = "192m" // a fresh cluster, its log, and some room
)

type fullDisk struct {
	*breaker

	mount   string
	office  *rig.Office
	program *rig.Program
	poster  *rig.Poster

	sent               int // inquiries, each with a key of its own
	accepted           map[int]bool
	refused            int // with 503
	died               bool
	back               time.Duration
	customers, updates int
}

func (f *fullDisk) figures() string {
	return fmt.Sprintf("%d inquiries: %d accepted, then %d times 503; PostgreSQL died: %t; accepted again %s after there was room; %d customers, %d update handled",
		f.sent, len(f.accepted), f.refused, f.died, f.back.Round(10*time.Millisecond), f.customers, f.updates)
}

func (f *fullDisk) run(ctx context.Context) (err error) {
	if os.Geteuid() != 0 {
		return fmt.Errorf("%w: only root can mount a small disk", errNotHere)
	}
	if err := os.Mkdir(f.mount, 0o711); err != nil { //nolint:gosec // the servers' user passes
		return fmt.Errorf("make a place for the disk: %w", err)
	}
	defer os.Remove(f.mount) // for another try
	if out, err := exec.CommandContext(ctx, "mount", "-t", "tmpfs", "-o", "mode=0711,size="+diskSize, "tmpfs", f.mount).CombinedOutput(); err != nil {
		return fmt.Errorf("%w: mount a small disk: %w: %s", errNotHere, err, out)
	}
	defer func() { err = errors.Join(err, syscall.Unmount(f.mount, syscall.MNT_DETACH)) }()
	// What the servers logged is kept for whoever searches the logs.
	defer func() { err = errors.Join(err, f.keepLogs()) }()
	if err := f.open(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.close()) }()
	return f.course(ctx)
}

func (f *fullDisk) data() string { return filepath.Join(f.mount, "data") }

// open makes the business on the small disk, and leaves its servers to the program.
func (f *fullDisk) open(ctx context.Context) (err error) {
	err = f.onServers(ctx, func(on *rig.Servers) (err error) {
		f.office, err = on.NewOffice(ctx, "smalldisk", 1, tgsim.Options{})
		return err
	})
	if err != nil {
		return err
	}
	f.program, err = f.office.NewProgram(rig.Settings{"DATABASE_URL": "", "REDIS_URL": "", "DATA_DIR": f.data()})
	if err != nil {
		return err
	}
	f.poster, f.accepted = rig.NewPoster(f.program, f.office.Source.Key, 4), map[int]bool{}
	return f.program.Run(ctx, nil)
}

// onServers runs fn while this process runs the servers of the small disk.
func (f *fullDisk) onServers(ctx context.Context, fn func(*rig.Servers) error) error {
	pg, err := embedded.StartPostgres(ctx, embedded.Options{Dir: f.data(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	err = fn(&rig.Servers{Dir: f.Dir, Binary: f.Binary, Postgres: pg, Redis: f.Redis, Numbers: f.Numbers})
	return errors.Join(err, pg.Stop(ctx))
}

func (f *fullDisk) close() error {
	f.poster.Close()
	_, err := f.program.Stop()
	ctx, cancel := context.WithTimeout(context.Background(), rig.StopTimeout)
	defer cancel()
	f.office.Pool.Reset() // its connections are to servers that are gone
	return errors.Join(err, f.onServers(ctx, func(*rig.Servers) error { return f.office.Close() }))
}

func (f *fullDisk) keepLogs() error {
	logs, err := filepath.Glob(filepath.Join(f.data(), "*.log"))
	if err != nil {
		return err
	}
	var errs []error
	for _, path := range logs {
		content, err := os.ReadFile(path)
		errs = append(errs, err, os.WriteFile(filepath.Join(f.Dir, "full-"+filepath.Base(path)), content, 0o600))
	}
	return errors.Join(errs...)
}

func (f *fullDisk) course(ctx context.Context) error {
	for range 20 {
		if code := f.post(ctx); code != http.StatusCreated {
			return fmt.Errorf("with room: answered with %d", code)
		}
	}
	filler, err := f.fill()
	if err != nil {
		return err
	}
	f.office.Agents[0].Person.Type("/help")
	if err := f.refuse(ctx, f.refused+f.times(60, 10)); err != nil {
		return err
	}
	if err := f.exhaustLog(ctx); err != nil {
		return err
	}
	if err := f.refuse(ctx, f.refused+f.times(60, 10)); err != nil {
		return err
	}
	if !strings.Contains(f.log(), "No space left on device") {
		return errors.New("the log does not say that the disk is full")
	}
	if err := os.Remove(filler); err != nil {
		return fmt.Errorf("make room: %w", err)
	}
	return f.recover(ctx)
}

// post sends the next inquiry, large enough to need room of its own.
func (f *fullDisk) post(ctx context.Context) int {
	const large = 30 << 10
	n := f.sent
	f.sent++
	a := f.poster.PostBody(ctx, fmt.Sprintf("full-%d", n), f.body(n, strings.Repeat("x", large)))
	if a.Accepted() {
		f.accepted[n] = true
	}
	return a.Code
}

func (f *fullDisk) body(n int, rest string) string {
	return fmt.Sprintf(`{"phone": %q, "name": "Lead %d", "rest": %q}`, rig.Phone(n), n, rest)
}

// fill leaves no room on the disk.
func (f *fullDisk) fill() (string, error) {
	path := filepath.Join(f.mount, "filler")
	out, err := os.Create(path)
	if err != nil {
		return "", fmt.Errorf("fill the disk: %w", err)
	}
	block := make([]byte, 1<<20)
	for len(block) > 0 {
		n, err := out.Write(block)
		switch {
		case errors.Is(err, syscall.ENOSPC):
			block = block[:min(n, len(block)/2)]
			if n == 0 {
				block = nil
			}
		case err != nil:
			return "", errors.Join(fmt.Errorf("fill the disk: %w", err), out.Close())
		}
	}
	return path, out.Close()
}

// refuse posts until so many inquiries were refused. Each must be answered, with 201 while
// PostgreSQL still finds room in its files, or 503.
func (f *fullDisk) refuse(ctx context.Context, until int) error {
	const most = 3000
	for range most {
		switch code := f.post(ctx); code {
		case http.StatusCreated:
		case http.StatusServiceUnavailable:
			f.refused++
		default:
			return fmt.Errorf("without room: answered with %d", code)
		}
		if f.refused >= until {
			return nil
		}
	}
	return fmt.Errorf("the disk is full, and %d inquiries are taken", most)
}

// exhaustLog uses up the files of PostgreSQL's log that are ready, until the server has nowhere
// to write the next one, and ends.
func (f *fullDisk) exhaustLog(ctx context.Context) error {
	return rig.Await(ctx, "PostgreSQL to give up", recovers, func(ctx context.Context) (bool, error) {
		f.died = strings.Contains(f.log(), "private server died")
		if f.died {
			return true, nil
		}
		_, err := f.office.Pool.Exec(ctx, `SELECT pg_logical_emit_message(true, 'rig', 'x'), pg_switch_wal()`)
		return false, err
	})
}

func (f *fullDisk) log() string {
	content, err := os.ReadFile(f.program.Log)
	if err != nil {
		return ""
	}
	return string(content)
}

// recover waits until inquiries are taken again, sends all again with their keys, and
// counts what there is.
func (f *fullDisk) recover(ctx context.Context) error {
	began := time.Now()
	waiting, cancel := context.WithTimeout(ctx, rig.Patience(recovers))
	defer cancel()
	for n := range f.sent {
		a, err := f.insist(waiting, n)
		if err != nil {
			return fmt.Errorf("inquiry %d, with room again: %w", n, err)
		}
		if n == 0 {
			f.back = time.Since(began)
		}
		if f.accepted[n] && a.Code != http.StatusOK {
			return fmt.Errorf("inquiry %d was accepted and is not known: %d", n, a.Code)
		}
	}
	if err := f.program.Ready(ctx); err != nil {
		return err
	}
	help := f.office.Agents[0].Person
	if err := rig.Await(ctx, "the answer to what was written meanwhile", recovers, sees(help, helpTitle)); err != nil {
		return err
	}
	return errors.Join(f.judge(ctx), rig.Within("inquiries accepted with room again", f.back, recovers))
}

func (f *fullDisk) insist(ctx context.Context, n int) (rig.Answer, error) {
	for {
		a := f.poster.PostBody(ctx, fmt.Sprintf("full-%d", n), f.body(n, ""))
		if a.Accepted() {
			return a, nil
		}
		if a.Code != http.StatusServiceUnavailable && a.Code != 0 {
			return a, fmt.Errorf("refused with %d: %s", a.Code, a.Refusal)
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return a, fmt.Errorf("still %d: %w", a.Code, ctx.Err())
		}
	}
}

func (f *fullDisk) judge(ctx context.Context) (err error) {
	if f.customers, err = f.office.Replay(ctx); err != nil {
		return err
	}
	inquiries, err := f.office.Count(ctx, `SELECT count(*) FROM inquiries`)
	if err != nil {
		return err
	}
	if f.updates, err = f.office.Count(ctx, `SELECT count(*) FROM updates WHERE state = 'done'`); err != nil {
		return err
	}
	if f.customers != f.sent || inquiries != f.sent || f.updates != 1 {
		return fmt.Errorf("%d inquiries sent, %d stored of %d customers; %d updates handled of 1", f.sent, inquiries, f.customers, f.updates)
	}
	return nil
}
