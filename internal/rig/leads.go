package rig

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Poster sends inquiries to an instance as a business's own site does. It is safe for
// concurrent use.
type Poster struct {
	base, key string
	client    *http.Client
	refusals  string // the file that keeps the answers to what was refused
}

// NewPoster returns one that keeps up to callers connections open.
func NewPoster(p *Program, key string, callers int) *Poster {
	return &Poster{base: p.Base, key: key, refusals: p.Log + ".refusals", client: &http.Client{
		Timeout:   15 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: callers, MaxConnsPerHost: callers},
	}}
}

// Answer is what became of an inquiry. Code 0: nobody knows; sending it again with the same
// key is safe.
type Answer struct {
	Code     int
	Customer int64 `json:"customer_id"`
	Inquiry  int64 `json:"inquiry_id"`
	Known    bool  `json:"known"`
	Took     time.Duration
	Refusal  string // what was answered instead
}

// Accepted says whether the inquiry is stored.
func (a Answer) Accepted() bool { return a.Code == http.StatusCreated || a.Code == http.StatusOK }

// Post sends one inquiry. key may be empty.
func (p *Poster) Post(ctx context.Context, key, phone, name string) Answer {
	return p.PostBody(ctx, key, fmt.Sprintf(`{"phone": %q, "name": %q, "message": "Please call me", "utm": {"source": "rig"}}`, phone, name))
}

// PostBody sends a body of one's own.
func (p *Poster) PostBody(ctx context.Context, key, body string) Answer {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.base+"/api/v1/inquiries", strings.NewReader(body))
	if err != nil {
		return Answer{}
	}
	req.Header.Set("Authorization", "Bearer "+p.key)
	req.Header.Set("Content-Type", "application/json")
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	began := time.Now()
	res, err := p.client.Do(req)
	if err != nil {
		return Answer{}
	}
	defer res.Body.Close()
	if res.StatusCode >= 400 {
		return p.refused(res, time.Since(began))
	}
	var out Answer
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
		return Answer{}
	}
	_, _ = io.Copy(io.Discard, res.Body) // what is left, so that the connection can be used again
	out.Code, out.Took = res.StatusCode, time.Since(began)
	return out
}

// refused keeps the answer, since it must not repeat what was sent.
func (p *Poster) refused(res *http.Response, took time.Duration) Answer {
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return Answer{}
	}
	_ = appendTo(p.refusals, bytes.NewReader(append(body, '\n'))) // the answer counts, the record is for its search
	return Answer{Code: res.StatusCode, Took: took, Refusal: string(body)}
}

// Insist sends the inquiry again, with the same key, until it is accepted or ctx ends.
func (p *Poster) Insist(ctx context.Context, key, phone, name string) (Answer, error) {
	const pause = 20 * time.Millisecond
	for {
		a := p.Post(ctx, key, phone, name)
		if a.Accepted() {
			return a, nil
		}
		if a.Code >= 400 && a.Code < 500 && a.Code != http.StatusTooManyRequests {
			return a, fmt.Errorf("the inquiry was refused with %d", a.Code)
		}
		select {
		case <-ctx.Done():
			return a, fmt.Errorf("send an inquiry: %w", ctx.Err())
		case <-time.After(pause):
		}
	}
}

// Close gives up the connections.
func (p *Poster) Close() { p.client.CloseIdleConnections() }

// Phone is the number of the nth invented customer, as it would be typed.
func Phone(n int) string { return fmt.Sprintf("0912%07d", n) }
