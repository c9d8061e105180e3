package tgsim

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"time"
)

const (
	hookTimeout   = 60 * time.Second
	maxHookPause  = time.Minute
	defaultHookUp = 40
)

// webhook is where updates are posted. One chat's updates go one after the other, chats go side by side.
type webhook struct {
	url     string
	secret  string
	most    int
	busy    map[*chat]bool
	slots   chan struct{}
	stop    context.CancelFunc
	ctx     context.Context // ends with this setting of the webhook
	errText string
	errDate int64
}

func (s *Server) setWebhook(c *call) (any, *apiError) {
	address, secret := c.args["url"], c.args["secret_token"]
	if address == "" {
		return s.deleteWebhook(c)
	}
	if refusal := checkWebhook(address, secret); refusal != nil {
		return nil, refusal
	}
	if refusal := s.setAllowed(c); refusal != nil {
		return nil, refusal
	}
	s.dropWebhook(c.boolean("drop_pending_updates"))
	most := min(max(1, int(c.integer("max_connections", defaultHookUp))), 100)
	ctx, stop := context.WithCancel(s.ctx)
	s.hook = webhook{url: address, secret: secret, most: most, busy: map[*chat]bool{}, slots: make(chan struct{}, most), ctx: ctx, stop: stop}
	if s.updates.poll != nil {
		close(s.updates.poll)
		s.updates.poll = nil
	}
	for _, p := range s.updates.pending {
		s.deliver(p.chat)
	}
	return true, nil
}

// checkWebhook wants what the real server wants, but for loopback, where plain HTTP and any port will do.
func checkWebhook(address, secret string) *apiError {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return badRequest("invalid webhook URL specified")
	}
	if !loopback(u.Hostname()) {
		if u.Scheme != "https" {
			return badRequest("bad webhook: An HTTPS URL must be provided for webhook")
		}
		if !slices.Contains([]string{"", "80", "88", "443", "8443"}, u.Port()) {
			return badRequest("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
		}
	}
	if len(secret) > 256 {
		return badRequest("secret token is too long")
	}
	if !regexp.MustCompile(`^[A-Za-z0-9_-]*$`).MatchString(secret) {
		return badRequest("secret token contains unallowed characters")
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (s *Server) deleteWebhook(c *call) (any, *apiError) {
	s.dropWebhook(c.boolean("drop_pending_updates"))
	return true, nil
}

func (s *Server) dropWebhook(pending bool) {
	if s.hook.stop != nil {
		s.hook.stop()
	}
	s.hook = webhook{}
	if pending {
		s.updates.pending = nil
		s.changed.fire()
	}
}

type webhookInfo struct {
	URL            string   `json:"url"`
	HasCertificate bool     `json:"has_custom_certificate"`
	Pending        int      `json:"pending_update_count"`
	LastErrorDate  int64    `json:"last_error_date,omitempty"`
	LastError      string   `json:"last_error_message,omitempty"`
	MaxConnections int      `json:"max_connections,omitempty"`
	Allowed        []string `json:"allowed_updates,omitempty"`
}

func (s *Server) getWebhookInfo(*call) (any, *apiError) {
	s.expire()
	return webhookInfo{
		URL: s.hook.url, Pending: len(s.updates.pending), MaxConnections: s.hook.most, Allowed: s.updates.allowed,
		LastErrorDate: s.hook.errDate, LastError: s.hook.errText,
	}, nil
}

// deliver sees to it that a chat's updates are being posted, if there is a webhook.
func (s *Server) deliver(c *chat) {
	if s.hook.url == "" || s.hook.busy[c] || s.ctx.Err() != nil {
		return
	}
	s.hook.busy[c] = true
	hook := s.hook
	s.tasks.Go(func() { s.post(hook, c) })
}

// post sends a chat's updates in order until none is left. The mutex is not held while it waits.
func (s *Server) post(hook webhook, c *chat) {
	for {
		u, ok := s.nextFor(hook, c)
		if !ok {
			return
		}
		for try := 0; ; try++ {
			err := s.postOnce(hook, u)
			if err == nil {
				break
			}
			if hook.ctx.Err() != nil || !s.hookFailed(hook, u, err) {
				break
			}
			if !pause(hook.ctx, s.hookPause(try)) {
				break
			}
		}
	}
}

// hookPause: the first retry comes at once, then they come further and further apart.
func (s *Server) hookPause(try int) time.Duration {
	if try == 0 {
		return 0
	}
	return min(s.opts.WebhookRetry<<min(try-1, 10), maxHookPause)
}

func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (s *Server) nextFor(hook webhook, c *chat) (Update, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	if hook.ctx.Err() == nil {
		for _, p := range s.updates.pending {
			if p.chat == c {
				return p.update, true
			}
		}
	}
	delete(hook.busy, c)
	return Update{}, false
}

// hookFailed notes an error and reports whether the update is still to be delivered.
func (s *Server) hookFailed(hook webhook, u Update, err error) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hook.ctx == hook.ctx {
		s.hook.errText, s.hook.errDate = err.Error(), s.now().Unix()
	}
	s.expire()
	return slices.ContainsFunc(s.updates.pending, func(p pendingUpdate) bool { return p.update.ID == u.ID })
}

func (s *Server) postOnce(hook webhook, u Update) error {
	select {
	case hook.slots <- struct{}{}:
		defer func() { <-hook.slots }()
	case <-hook.ctx.Done():
		return fmt.Errorf("post update: %w", hook.ctx.Err())
	}
	ctx, cancel := context.WithTimeout(hook.ctx, hookTimeout)
	defer cancel()
	body, err := json.Marshal(u)
	if err != nil {
		return fmt.Errorf("encode update: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, hook.url, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("make webhook request: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	if hook.secret != "" {
		r.Header.Set("X-Telegram-Bot-Api-Secret-Token", hook.secret)
	}
	answer, err := s.client.Do(r)
	if err != nil {
		return fmt.Errorf("post update: %w", err)
	}
	defer answer.Body.Close() //nolint:errcheck // only read
	if _, err := io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<20)); err != nil {
		return fmt.Errorf("read the webhook's answer: %w", err)
	}
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return hookError(answer.Status)
	}
	s.hookTook(u)
	return nil
}

// hookError is the status of an answer that was no success.
type hookError string

// Error uses the real server's words, which getWebhookInfo shows.
func (e hookError) Error() string { return "Wrong response from the webhook: " + string(e) }

func (s *Server) hookTook(u Update) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.updates.pending = slices.DeleteFunc(s.updates.pending, func(p pendingUpdate) bool { return p.update.ID == u.ID })
	s.changed.fire()
}
