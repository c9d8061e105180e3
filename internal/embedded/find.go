package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const (
	oldestPostgres = 14
	redisProgram   = "Redis 6.2 or later"
)

var errNoPostgres = errors.New("no PostgreSQL found")

// postgresPrograms is one installation of PostgreSQL.
type postgresPrograms struct {
	dir   string
	major int
}

func (p postgresPrograms) path(program string) string { return filepath.Join(p.dir, program) }

// findPostgres picks the installation for a cluster of the given major version, or with 0 the newest.
// It returns *MissingError when there is none, *VersionError when there are only others.
func findPostgres(ctx context.Context, opts Options, cluster int) (postgresPrograms, error) {
	var best postgresPrograms
	var majors []int
	for _, dir := range postgresDirs(ctx, opts.Path) {
		found, err := inspectPostgres(ctx, dir)
		if err != nil || found.major < oldestPostgres {
			continue
		}
		if found.major == cluster {
			return found, nil
		}
		if found.major > best.major {
			best = found
		}
		if !slices.Contains(majors, found.major) {
			majors = append(majors, found.major)
		}
	}
	if best.major == 0 {
		return best, newMissingError(fmt.Sprintf("PostgreSQL %d or later", oldestPostgres))
	}
	if cluster != 0 {
		return best, &VersionError{Dir: opts.Dir, Cluster: cluster, Installed: majors}
	}
	return best, nil
}

// postgresDirs lists where the server's programs may be. Distributions keep them out of $PATH, since
// several major versions can be installed side by side.
func postgresDirs(ctx context.Context, path string) []string {
	if path != "" {
		return filepath.SplitList(path)
	}
	dirs := filepath.SplitList(os.Getenv("PATH"))
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin",                          // Debian, Ubuntu
		"/usr/pgsql-*/bin",                                   // Fedora and RHEL, packages of the PostgreSQL project
		"/usr/libexec/postgresql*",                           // Alpine
		"/usr/lib/postgresql*/bin",                           // openSUSE
		"/usr/local/pgsql/bin",                               // built from source
		"/opt/homebrew/opt/postgresql*/bin",                  // Homebrew, Apple silicon
		"/usr/local/opt/postgresql*/bin",                     // Homebrew, Intel
		"/Applications/Postgres.app/Contents/Versions/*/bin", // Postgres.app
	} {
		found, err := filepath.Glob(pattern)
		if err == nil { // the only error is a malformed pattern
			dirs = append(dirs, found...)
		}
	}
	if out, err := exec.CommandContext(ctx, "pg_config", "--bindir").Output(); err == nil {
		dirs = append(dirs, strings.TrimSpace(string(out)))
	}
	return dirs
}

var postgresVersion = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

func inspectPostgres(ctx context.Context, dir string) (postgresPrograms, error) {
	p := postgresPrograms{dir: dir}
	if _, err := exec.LookPath(p.path("initdb")); err != nil {
		return p, errNoPostgres
	}
	out, err := exec.CommandContext(ctx, p.path("postgres"), "--version").Output()
	if err != nil {
		return p, fmt.Errorf("ask PostgreSQL for its version: %w", err)
	}
	match := postgresVersion.FindSubmatch(out)
	if match == nil {
		return p, errNoPostgres
	}
	p.major, err = strconv.Atoi(string(match[1]))
	return p, err
}

var redisVersion = regexp.MustCompile(`v=(\d+)\.(\d+)`)

// findRedis returns the path of a Redis server, or of Valkey, which is the same for our purposes.
func findRedis(ctx context.Context, opts Options) (string, error) {
	path := opts.Path
	if path == "" {
		path = strings.Join([]string{os.Getenv("PATH"), "/usr/bin", "/usr/sbin", "/usr/local/bin", "/opt/homebrew/bin"},
			string(filepath.ListSeparator))
	}
	for _, dir := range filepath.SplitList(path) {
		for _, name := range []string{"redis-server", "valkey-server"} {
			program := filepath.Join(dir, name)
			out, err := exec.CommandContext(ctx, program, "--version").Output()
			if err != nil {
				continue
			}
			if recentRedis(out) {
				return program, nil
			}
		}
	}
	return "", newMissingError(redisProgram)
}

// recentRedis reads "Redis server v=7.0.15 sha=…".
func recentRedis(version []byte) bool {
	match := redisVersion.FindSubmatch(version)
	if match == nil {
		return false
	}
	major, errMajor := strconv.Atoi(string(match[1]))
	minor, errMinor := strconv.Atoi(string(match[2]))
	return errMajor == nil && errMinor == nil && (major > 6 || major == 6 && minor >= 2)
}
