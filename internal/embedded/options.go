package embedded

import (
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// Options of a private server.
type Options struct {
	// Dir holds everything of the private servers; made when absent. PostgreSQL and Redis may share it.
	Dir string

	// Log hears of starts, stops and restarts. Nil is silent.
	Log *slog.Logger

	// Path, when set, is searched for the servers' programs instead of the usual places: directories
	// separated as in $PATH.
	Path string

	// Throwaway gives up durability for speed, and allows many connections and Redis databases. Only for
	// tests: after a power cut such data is lost.
	Throwaway bool
}

func (o Options) withDefaults() (Options, error) {
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return o, fmt.Errorf("resolve data directory: %w", err)
	}
	o.Dir = dir
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o, nil
}

// MissingError says that a server is not installed, and what installs it.
type MissingError struct {
	Program string // "PostgreSQL 14 or later", "Redis 6.2 or later"
	Command string // the command that installs both servers; empty where none is known
}

func (e *MissingError) Error() string {
	if e.Command == "" {
		return e.Program + " is not installed: install PostgreSQL and Redis"
	}
	return fmt.Sprintf("%s is not installed: run %s", e.Program, e.Command)
}

func newMissingError(program string) *MissingError {
	return &MissingError{Program: program, Command: installCommand(exec.LookPath, os.Geteuid() == 0)}
}

// installCommand picks the first package manager that lookPath finds.
func installCommand(lookPath func(string) (string, error), root bool) string {
	managers := []struct {
		program, command string
		needsRoot        bool
	}{
		{"apt-get", "apt-get install postgresql redis-server", true},
		{"dnf", "dnf install postgresql-server postgresql-contrib redis", true},
		{"apk", "apk add postgresql postgresql-contrib redis", true},
		{"pacman", "pacman -S postgresql redis", true},
		{"zypper", "zypper install postgresql-server postgresql-contrib redis", true},
		{"brew", "brew install postgresql redis", false},
	}
	for _, m := range managers {
		if _, err := lookPath(m.program); err != nil {
			continue
		}
		if m.needsRoot && !root {
			return "sudo " + m.command
		}
		return m.command
	}
	return ""
}

// HeldError says that another process runs the private server of this directory.
type HeldError struct {
	Dir    string
	Server string    // "PostgreSQL" or "Redis"
	PID    int       // of the process that started it; 0 when it is just starting
	Since  time.Time // when it was started
}

func (e *HeldError) Error() string {
	return fmt.Sprintf("the private %s in %s is in use by process %d since %s",
		e.Server, e.Dir, e.PID, e.Since.Format(time.DateTime))
}

// VersionError says that a cluster was made by a major version of PostgreSQL that is not installed.
type VersionError struct {
	Dir       string
	Cluster   int
	Installed []int
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("the data in %s was made by PostgreSQL %d, installed is %v: "+
		"install PostgreSQL %d beside it, or move the data with pg_upgrade", e.Dir, e.Cluster, e.Installed, e.Cluster)
}

// LocaleError says that the machine has no locale under which PostgreSQL knows letters beyond ASCII.
type LocaleError struct {
	Tried  []string
	Output string // what initdb said to the last one
}

func (e *LocaleError) Error() string {
	return fmt.Sprintf("no usable locale for PostgreSQL (tried %v): %s", e.Tried, e.Output)
}
