package embedded

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/redis/go-redis/v9"
)

const (
	redisDatabases          = 16
	redisThrowawayDatabases = 512 // one for each test
)

// Redis is a private Redis server.
type Redis struct {
	place   place
	process *process
}

// StartRedis starts a Redis on its append-only file and returns when it answers. Ctx bounds the start, not
// the server's life. A write has reached the operating system before it is answered and the disk within a
// second or two, so a killed server loses nothing and a power cut the last moment.
//
// It returns *MissingError or *HeldError where these apply.
func StartRedis(ctx context.Context, opts Options) (*Redis, error) {
	p, err := preparePlace(ctx, opts, "Redis")
	if err != nil {
		return nil, fmt.Errorf("private Redis: %w", err)
	}
	process, err := startRedis(ctx, p)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("private Redis: %w", err), p.release())
	}
	p.Log.Info("private Redis is ready", "dir", p.data, "pid", process.pid())
	return &Redis{place: p, process: process}, nil
}

func startRedis(ctx context.Context, p place) (*process, error) {
	path, err := findRedis(ctx, p.Options)
	if err != nil {
		return nil, err
	}
	pidFile := filepath.Join(p.data, "redis.pid")
	if err := stopOrphan(ctx, pidFile, p.data, syscall.SIGTERM); err != nil {
		return nil, err
	}
	process, err := startProcess(program{
		name: "Redis", path: path, args: redisArgs(p, pidFile), dir: p.data, account: p.account,
		stopSignal: syscall.SIGTERM, hardSignal: syscall.SIGKILL,
		logPath: filepath.Join(p.Dir, "redis.log"), log: p.Log, lock: p.lock,
	})
	if err != nil {
		return nil, err
	}
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: p.redisSocket(), MaxRetries: -1, PoolSize: 1})
	defer client.Close()
	// While it loads its file it answers with an error.
	if err := process.waitReady(ctx, func() error { return redisReady(ctx, client) }); err != nil {
		return nil, errors.Join(err, process.stop(ctx))
	}
	process.keepRunning()
	return process, nil
}

func redisReady(ctx context.Context, client *redis.Client) error {
	if err := client.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("ping: %w", err)
	}
	return nil
}

func redisArgs(p place, pidFile string) []string {
	databases, appendOnly := redisDatabases, "yes"
	if p.Throwaway {
		databases, appendOnly = redisThrowawayDatabases, "no"
	}
	return []string{
		"--port", "0", "--unixsocket", p.redisSocket(), "--unixsocketperm", "700",
		"--daemonize", "no", "--pidfile", pidFile, "--dir", p.data, "--loglevel", "warning",
		"--databases", strconv.Itoa(databases), "--maxmemory-policy", "noeviction",
		"--save", "", "--appendonly", appendOnly, "--appendfsync", "everysec",
	}
}

func (p place) redisSocket() string { return filepath.Join(p.sockets, "redis.sock") }

// URL is for redis.ParseURL.
func (r *Redis) URL() string {
	return (&url.URL{Scheme: "unix", Path: r.place.redisSocket()}).String()
}

// Kill ends the server as a crash does. It is started again by itself.
func (r *Redis) Kill() { r.process.crash(nil) }

// KillAndWipe is Kill with a disk that forgot everything.
func (r *Redis) KillAndWipe() {
	r.process.crash(func() error {
		return errors.Join(os.RemoveAll(filepath.Join(r.place.data, "appendonlydir")), // Redis 7
			os.RemoveAll(filepath.Join(r.place.data, "appendonly.aof"))) // Redis 6
	})
}

// Stop ends the server after it wrote everything; when ctx is done first, at once.
func (r *Redis) Stop(ctx context.Context) error {
	if err := errors.Join(r.process.stop(ctx), r.place.release()); err != nil {
		return fmt.Errorf("private Redis: %w", err)
	}
	return nil
}
