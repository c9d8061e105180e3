package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jonboulle/clockwork"
)

// demoClock is the machine's clock with an offset, which the chat page moves
// forward and the data directory remembers: what was due in the demo stays due.
type demoClock struct {
	clockwork.Clock
	file   string
	log    *slog.Logger
	offset atomic.Int64
}

func newDemoClock(dir string, log *slog.Logger) (*demoClock, error) {
	c := &demoClock{Clock: clockwork.NewRealClock(), file: filepath.Join(dir, "clock-offset"), log: log}
	content, err := os.ReadFile(c.file)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the demo's clock: %w", err)
	}
	offset, err := time.ParseDuration(strings.TrimSpace(string(content)))
	if err != nil {
		return nil, fmt.Errorf("read the demo's clock from %s: %w", c.file, err)
	}
	c.offset.Store(int64(offset))
	return c, nil
}

func (c *demoClock) Now() time.Time { return time.Now().Add(time.Duration(c.offset.Load())) }

func (c *demoClock) Since(t time.Time) time.Duration { return c.Now().Sub(t) }

func (c *demoClock) Until(t time.Time) time.Duration { return t.Sub(c.Now()) }

// advance moves the clock forward.
func (c *demoClock) advance(d time.Duration) {
	offset := time.Duration(c.offset.Add(int64(d)))
	if err := os.WriteFile(c.file, []byte(offset.String()+"\n"), 0o600); err != nil {
		c.log.Warn("the demo's clock is not remembered", "error", err)
	}
}
