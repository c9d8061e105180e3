package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"cartable/bot/chat"
)

// DefaultAPI is Telegram's own Bot API server.
const DefaultAPI = "https://api.telegram.org"

// Time limits of single calls, waiting for a slot of the pacer excluded.
const (
	callTimeout     = 15 * time.Second // a chat whose messages hang waits for no longer
	transferTimeout = 3 * time.Minute  // uploads and downloads over a slow proxy
	pollGrace       = 15 * time.Second
)

// Clock tells the time. It must never step back: the pacer counts by it.
type Clock interface{ Now() time.Time }

// Config says how to reach the Bot API and as which bot.
type Config struct {
	Token  string // "<bot ID>:<secret>"
	API    string // base URL; DefaultAPI when empty
	Proxy  string // http, https or socks5 URL for this client alone; none when empty, whatever the environment says
	Clock  Clock
	Limits Limits       // DefaultLimits where zero
	Log    *slog.Logger // discarded when nil
}

// Client calls the Bot API. It is safe for concurrent use. Close it when done.
type Client struct {
	token     string
	api       string // base URL without a slash at its end
	endpoint  string // the library's format of a method's address
	transport http.RoundTripper
	pace      *pacer
	scrub     *strings.Replacer
	log       *slog.Logger
}

// A token is the bot's number and a secret. Checking the form up front keeps a
// pasted address, or a token with a line break, from ending up in a URL error.
var tokenForm = regexp.MustCompile(`^[0-9]{1,20}:[A-Za-z0-9_-]{16,256}$`)

// New checks the configuration and returns a client. It does not use the
// network: call Me to see whether the token is accepted.
func New(cfg Config) (*Client, error) {
	if !tokenForm.MatchString(cfg.Token) {
		return nil, errors.New("telegram token: not of the form <number>:<letters, digits, _ and ->")
	}
	if cfg.Clock == nil {
		return nil, errors.New("telegram: no clock")
	}
	api, err := parseAPI(cfg.API)
	if err != nil {
		return nil, err
	}
	proxy, err := parseProxy(cfg.Proxy)
	if err != nil {
		return nil, err
	}
	log := cfg.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Client{
		token: cfg.Token,
		api:   api,
		// The library builds addresses with Sprintf, so a % of the base must be doubled.
		endpoint:  strings.ReplaceAll(api, "%", "%%") + "/bot%s/%s",
		transport: newTransport(proxy),
		pace:      newPacer(cfg.Clock, cfg.Limits, log),
		scrub:     scrubber(cfg.Token, proxy),
		log:       log,
	}, nil
}

func parseAPI(raw string) (string, error) {
	if raw == "" {
		raw = DefaultAPI
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return "", errors.New("telegram API: not a URL")
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return "", errors.New("telegram API: want http:// or https:// and a host")
	case u.User != nil, u.RawQuery != "", u.Fragment != "":
		return "", errors.New("telegram API: want a base URL without user, query or fragment")
	}
	return strings.TrimRight(u.String(), "/"), nil
}

// parseProxy returns nil for no proxy. Its errors never quote the URL, which
// may hold a password.
func parseProxy(raw string) (*url.URL, error) {
	if raw == "" {
		return nil, nil //nolint:nilnil // no proxy is not a failure, and *url.URL nil is what http.ProxyURL takes
	}
	u, err := url.Parse(raw)
	if err != nil {
		return nil, errors.New("telegram proxy: not a URL")
	}
	switch u.Scheme {
	case "http", "https", "socks5", "socks5h":
	default:
		return nil, fmt.Errorf("telegram proxy: scheme %q, want http, https or socks5", u.Scheme)
	}
	if u.Hostname() == "" {
		return nil, errors.New("telegram proxy: no host")
	}
	return u, nil
}

// Close drops idle connections. Calls under way end with their own contexts.
func (c *Client) Close() {
	if t, ok := c.transport.(*http.Transport); ok {
		t.CloseIdleConnections()
	}
}

// Ready returns when the next message to the chat may go: now, or the end of
// what the chat's limits or an earlier 429 demand. It does not count calls that
// already wait. A worker that asks first never has to block.
func (c *Client) Ready(chatID int64) time.Time { return c.pace.Ready(chatID) }

// Me returns the bot itself. Unauthorized when the token is not accepted.
func (c *Client) Me(ctx context.Context) (chat.Person, error) {
	result, err := c.call(ctx, callTimeout, request{method: "getMe"})
	if err != nil {
		return chat.Person{}, err
	}
	var me user
	if err := json.Unmarshal(result, &me); err != nil || me.ID == 0 {
		return chat.Person{}, c.unreadable("getMe", err)
	}
	return me.person(), nil
}
