package embedded

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// lock holds a directory's server for this process until release or the end of the process. Its file
// stays: removing it would let two processes each hold a lock on a file of that name.
type lock struct{ file *os.File }

// acquireLock returns a *HeldError when somebody else, be it in this process, has the lock.
func acquireLock(dir, server string) (*lock, error) {
	path := filepath.Join(dir, dataName(server)+".lock")
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open lock: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer file.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, heldBy(file, dir, server)
		}
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	if err := writePID(file); err != nil {
		file.Close()
		return nil, fmt.Errorf("write lock %s: %w", path, err)
	}
	return &lock{file: file}, nil
}

func writePID(file *os.File) error {
	if err := file.Truncate(0); err != nil {
		return err
	}
	_, err := file.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

// heldBy reads who holds the lock. The file was last written when the lock was taken.
func heldBy(file *os.File, dir, server string) *HeldError {
	held := &HeldError{Dir: dir, Server: server}
	if info, err := file.Stat(); err == nil {
		held.Since = info.ModTime()
	}
	content := make([]byte, 32)
	n, _ := file.ReadAt(content, 0)
	held.PID, _ = strconv.Atoi(strings.TrimSpace(string(content[:n])))
	return held
}

// release may be called again.
func (l *lock) release() error {
	if err := l.file.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return fmt.Errorf("release lock: %w", err)
	}
	return nil
}
