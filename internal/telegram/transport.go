package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// maxAnswer bounds an answer. The Bot API stops a batch of updates at 4 MiB.
const maxAnswer = 16 << 20

// newTransport is tuned for one host and many short calls beside one long poll.
// HTTP/1.1 on purpose: over a lossy proxy one stalled HTTP/2 connection would
// hold up every call at once. No environment: the proxy is for Telegram alone.
func newTransport(proxy *url.URL) *http.Transport {
	t := &http.Transport{
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 15 * time.Second}).DialContext,
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
		IdleConnTimeout:       90 * time.Second,
		MaxIdleConns:          64,
		MaxIdleConnsPerHost:   64,
	}
	if proxy != nil {
		t.Proxy = http.ProxyURL(proxy)
	}
	return t
}

// request is one call of a method. Files make it a multipart upload.
type request struct {
	method string
	params tgbotapi.Params
	files  []tgbotapi.RequestFile
	blind  bool // nobody looks at its result
}

// call carries out r within timeout and returns the result as it came.
// Failures are *chat.Error.
func (c *Client) call(ctx context.Context, timeout time.Duration, r request) (json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	x := &exchange{ctx: ctx, transport: c.transport, blind: r.blind}
	bot := &tgbotapi.BotAPI{Token: c.token, Client: x}
	bot.SetAPIEndpoint(c.endpoint)

	var resp *tgbotapi.APIResponse
	var err error
	if len(r.files) > 0 {
		resp, err = bot.UploadFiles(r.method, r.params, r.files)
	} else {
		resp, err = bot.MakeRequest(r.method, r.params)
	}
	if err != nil {
		return nil, c.failure(r.method, x, resp, err)
	}
	return resp.Result, nil
}

// exchange is the HTTP client of a single call: it binds the call's context,
// which the library cannot pass on, and remembers what came back.
type exchange struct {
	ctx       context.Context //nolint:containedctx // the library's client interface has no other way in
	transport http.RoundTripper
	blind     bool
	status    int // HTTP status; 0 before an answer
}

// done begins the answer to a call that succeeded.
const done = `{"ok":true`

// Do implements the library's HTTPClient. It goes to the transport directly:
// an http.Client would follow redirects with the token in the path, and put
// the address into its errors.
func (x *exchange) Do(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		// The library writes an upload from a goroutine, which stays for ever
		// when nobody reads to the end or closes.
		defer req.Body.Close()
	}
	if err := x.ctx.Err(); err != nil {
		return nil, err
	}
	resp, err := x.transport.RoundTrip(req.WithContext(x.ctx))
	if err != nil {
		if ended := x.ctx.Err(); ended != nil {
			return nil, ended
		}
		return nil, err
	}
	defer resp.Body.Close()
	x.status = resp.StatusCode
	// Read to the end, or the connection cannot be used again.
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	if len(body) > maxAnswer {
		return nil, fmt.Errorf("an answer of more than %d bytes", maxAnswer)
	}
	if trimmed := bytes.TrimLeft(body, " \t\r\n"); len(trimmed) == 0 || trimmed[0] != '{' {
		return nil, &foreignAnswer{status: resp.StatusCode, retryAfter: retryAfter(resp.Header)}
	}
	if x.blind && bytes.HasPrefix(body, []byte(done+",")) {
		body = []byte(done + "}") // an edited message comes back whole, and the library reads it twice
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// foreignAnswer is an answer that the Bot API did not give: the page of a
// gateway, a proxy or a filter in between.
type foreignAnswer struct {
	status     int
	retryAfter time.Duration
}

func (f *foreignAnswer) Error() string {
	return fmt.Sprintf("%d %s, not an answer of the Bot API", f.status, http.StatusText(f.status))
}

// retryAfter reads the header's form in seconds; the form with a date is not
// in use before bots.
func retryAfter(h http.Header) time.Duration {
	s, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || s < 0 {
		return 0
	}
	return time.Duration(s) * time.Second
}
