package rig

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// Proxy stands between the program and a server.
type Proxy struct {
	*toxiproxy.Proxy

	URL string // of the server, through the proxy
}

// PostgresProxy returns a new proxy to the private PostgreSQL.
func (s *Servers) PostgresProxy() (*Proxy, error) {
	socket, err := postgresSocket(s.Postgres.URL())
	if err != nil {
		return nil, err
	}
	p, err := s.proxyTo("postgres", socket)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(s.Postgres.URL())
	if err != nil {
		return nil, fmt.Errorf("address of the private PostgreSQL: %w", err)
	}
	q := u.Query()
	user := q.Get("user")
	p.URL = fmt.Sprintf("postgres://%s@%s%s?sslmode=disable", user, p.Listen, u.Path)
	return p, nil
}

// RedisProxy returns a new proxy to the private Redis.
func (s *Servers) RedisProxy() (*Proxy, error) {
	socket, err := redisSocket(s.Redis.URL())
	if err != nil {
		return nil, err
	}
	p, err := s.proxyTo("redis", socket)
	if err != nil {
		return nil, err
	}
	p.URL = "redis://" + p.Listen
	return p, nil
}

func (s *Servers) proxyTo(name, socket string) (*Proxy, error) {
	upstream, err := s.relayTo(socket)
	if err != nil {
		return nil, err
	}
	return startProxy(name, upstream)
}

func startProxy(name, upstream string) (*Proxy, error) {
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	p := toxiproxy.NewProxy(server, name, "127.0.0.1:0", upstream)
	if err := p.Start(); err != nil {
		return nil, fmt.Errorf("start the proxy of %s: %w", name, err)
	}
	return &Proxy{Proxy: p}, nil
}

// Hang lets nothing through any more in either direction, without ending a connection,
// until the returned function is called.
func (p *Proxy) Hang(ctx context.Context) (release func(), err error) {
	return p.spoil(ctx, "timeout", `{"timeout": 0}`, "upstream", "downstream")
}

// spoil adds a toxic of this type on these ways.
func (p *Proxy) spoil(ctx context.Context, kind, attributes string, streams ...string) (release func(), err error) {
	var names []string
	for _, stream := range streams {
		name := kind + "-" + stream
		body := fmt.Sprintf(`{"name": %q, "type": %q, "stream": %q, "toxicity": 1, "attributes": %s}`, name, kind, stream, attributes)
		if _, err := p.Toxics.AddToxicJson(strings.NewReader(body)); err != nil {
			return nil, fmt.Errorf("make the connection bad: %w", err)
		}
		names = append(names, name)
	}
	return func() {
		for _, name := range names {
			_ = p.Toxics.RemoveToxic(ctx, name) // gone already is as good
		}
	}, nil
}
