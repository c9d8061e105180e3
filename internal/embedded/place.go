package embedded

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// longestSocket is the room for a socket's path in sockaddr_un on the meanest system (macOS: 104 bytes
// with the final NUL, Linux 108), and the longest name that is put into the directory.
const (
	longestSocket = 103
	longestName   = len("/.s.PGSQL.5432.lock")
)

// place is where one server lives. Its holder has the lock.
type place struct {
	Options
	data    string // the server's own directory
	sockets string
	account account
	lock    *lock
}

// preparePlace makes the directories of a server ("PostgreSQL" or "Redis") and takes its lock.
func preparePlace(ctx context.Context, opts Options, server string) (place, error) {
	opts, err := opts.withDefaults()
	if err != nil {
		return place{}, err
	}
	if err := ctx.Err(); err != nil {
		return place{}, err
	}
	if err := prepareRoot(opts.Dir); err != nil {
		return place{}, err
	}
	// The kernel tells the servers' working directories by their true names.
	if opts.Dir, err = filepath.EvalSymlinks(opts.Dir); err != nil {
		return place{}, fmt.Errorf("resolve data directory: %w", err)
	}
	p := place{Options: opts}
	if p.lock, err = acquireLock(opts.Dir, server); err != nil {
		return place{}, err
	}
	if err := p.makeDirs(server); err != nil {
		return place{}, errors.Join(err, p.lock.release())
	}
	return p, nil
}

func (p *place) makeDirs(server string) error {
	var err error
	if p.account, err = chooseAccount(p.Dir); err != nil {
		return err
	}
	if err := p.account.canReach(p.Dir); err != nil {
		return err
	}
	p.data = filepath.Join(p.Dir, dataName(server))
	if err := p.account.makeDir(p.data); err != nil {
		return err
	}
	p.sockets = filepath.Join(p.Dir, "run")
	if len(p.sockets)+longestName > longestSocket {
		p.sockets = filepath.Join(os.TempDir(), fmt.Sprintf("cartable-%x", sha256.Sum256([]byte(p.Dir)))[:24])
	}
	return p.account.makeDir(p.sockets)
}

func dataName(server string) string {
	if server == "PostgreSQL" {
		return "postgres"
	}
	return strings.ToLower(server)
}

// release gives the lock back, and takes the directory of the sockets away if no other server uses it.
func (p place) release() error {
	if err := os.Remove(p.sockets); err != nil && !errors.Is(err, os.ErrNotExist) && !errors.Is(err, syscall.ENOTEMPTY) {
		return errors.Join(fmt.Errorf("remove directory of sockets: %w", err), p.lock.release())
	}
	return p.lock.release()
}
