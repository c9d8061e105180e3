package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// stopOrphan ends the server that a former life of this program left running in dir, if any. Its PID is the
// first line of pidFile. The caller holds the directory's lock, so nobody needs that server.
func stopOrphan(ctx context.Context, pidFile, dir string, stop syscall.Signal) error {
	content, err := os.ReadFile(pidFile)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for a server left running: %w", err)
	}
	line, _, _ := strings.Cut(string(content), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil || pid <= 1 || !runsIn(pid, dir) {
		// Nobody, or a stranger who was given the number: what the file says is of the past.
		return removeIfPresent(pidFile)
	}
	if err := syscall.Kill(pid, stop); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("stop server %d left running: %w", pid, err)
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	for runsIn(pid, dir) {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return fmt.Errorf("wait for the end of server %d left running: %w", pid, ctx.Err())
		}
	}
	return nil
}

func removeIfPresent(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove stale file: %w", err)
	}
	return nil
}
