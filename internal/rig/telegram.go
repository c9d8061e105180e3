package rig

import (
	"context"
	"fmt"
	"net/url"
	"time"
)

// TelegramProxy returns a new proxy to the office's Telegram.
func (o *Office) TelegramProxy() (*Proxy, error) {
	u, err := url.Parse(o.Sim.URL())
	if err != nil {
		return nil, fmt.Errorf("address of the simulated Telegram: %w", err)
	}
	p, err := startProxy("telegram", u.Host)
	if err != nil {
		return nil, err
	}
	p.URL = "http://" + p.Listen
	return p, nil
}

// Distance makes everything take this long there and back, half of it each way.
func (p *Proxy) Distance(ctx context.Context, roundTrip time.Duration) (release func(), err error) {
	return p.spoil(ctx, "latency", fmt.Sprintf(`{"latency": %d}`, roundTrip.Milliseconds()/2), "upstream", "downstream")
}
