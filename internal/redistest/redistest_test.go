package redistest_test

import (
	"errors"
	"testing"

	"cartable/internal/redistest"

	"github.com/redis/go-redis/v9"
)

func client(t *testing.T, url string) *redis.Client {
	t.Helper()
	opts, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	c := redis.NewClient(opts)
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func set(t *testing.T, c *redis.Client, value string) {
	t.Helper()
	if err := c.Set(t.Context(), "key", value, 0).Err(); err != nil {
		t.Fatal(err)
	}
}

func expect(t *testing.T, c *redis.Client, want string) {
	t.Helper()
	got, err := c.Get(t.Context(), "key").Result()
	if want == "" && errors.Is(err, redis.Nil) {
		return
	}
	if err != nil || got != want {
		t.Errorf("key = %q, %v; want %q", got, err, want)
	}
}

func TestDatabasesAreApart(t *testing.T) {
	a, b := client(t, redistest.URL(t)), client(t, redistest.URL(t))
	set(t, a, "a")
	expect(t, b, "")
	if err := b.FlushDB(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	expect(t, a, "a")
}

// TestDatabaseIsEmpty takes every database once, each after a test that wrote to it.
func TestDatabaseIsEmpty(t *testing.T) {
	const more = 600 // than the server has
	for range more {
		t.Run("", func(t *testing.T) {
			opts, err := redis.ParseURL(redistest.URL(t))
			if err != nil {
				t.Fatal(err)
			}
			c := redis.NewClient(opts)
			defer c.Close()
			expect(t, c, "")
			set(t, c, "left behind")
		})
	}
}

func TestServer(t *testing.T) {
	s := redistest.NewServer(t)
	c := client(t, s.URL())
	set(t, c, "kept")

	s.Kill()
	expect(t, c, "kept")

	s.Stop()
	if err := c.Ping(t.Context()).Err(); err == nil {
		t.Error("a stopped server answers")
	}
	s.Start()
	expect(t, c, "kept")

	s.Wipe()
	expect(t, c, "")
}
