package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"cartable/bot/chat"
)

// MaxDownload is the largest file, in bytes, that a bot can fetch.
// Source: Bot API, getFile.
const MaxDownload = 20 << 20

var errTooLarge = errors.New("file is larger than a bot can fetch")

// OpenFile starts the download of a file that somebody sent and returns its
// content and its size in bytes, -1 when the server does not tell. The caller
// closes the reader. Rejected when the file is too large or cannot be had.
func (c *Client) OpenFile(ctx context.Context, fileID string) (io.ReadCloser, int64, error) {
	if err := c.pace.obey(ctx, noChat, "getFile"); err != nil {
		return nil, 0, err
	}
	result, err := c.call(ctx, callTimeout, request{method: "getFile", params: tgbotapi.Params{"file_id": fileID}})
	c.pace.note(noChat, err)
	if err != nil {
		return nil, 0, err
	}
	var file struct {
		Size int64  `json:"file_size"`
		Path string `json:"file_path"`
	}
	if err := json.Unmarshal(result, &file); err != nil {
		return nil, 0, c.unreadable("getFile", err)
	}
	if file.Size > MaxDownload {
		return nil, 0, local("getFile", errTooLarge.Error())
	}
	path, err := escapePath(file.Path)
	if err != nil {
		return nil, 0, local("getFile", err.Error())
	}
	return c.download(ctx, c.api+"/file/bot"+c.token+"/"+path)
}

func (c *Client) download(ctx context.Context, address string) (io.ReadCloser, int64, error) {
	const method = "download"
	ctx, cancel := context.WithTimeout(ctx, transferTimeout)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		cancel()
		return nil, 0, c.unanswered(method, 0, err)
	}
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		cancel()
		return nil, 0, c.unanswered(method, 0, err)
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		cancel()
		e := c.unanswered(method, resp.StatusCode, &foreignAnswer{resp.StatusCode, retryAfter(resp.Header)})
		if resp.StatusCode == http.StatusNotFound {
			e.Class = chat.Rejected // the link has expired, or the file is gone
		}
		return nil, 0, e
	}
	body := &fileBody{
		client: c, body: resp.Body, cancel: cancel,
		limited: io.LimitedReader{R: resp.Body, N: MaxDownload + 1},
	}
	return body, resp.ContentLength, nil
}

// escapePath makes the server's path part of an address. A server in local mode
// answers with an absolute path of its own disk, which HTTP does not serve.
func escapePath(path string) (string, error) {
	if path == "" || strings.HasPrefix(path, "/") {
		return "", errors.New("the server offers no download of this file")
	}
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if part == "." || part == ".." {
			return "", errors.New("the server named an unusable file path")
		}
		parts[i] = url.PathEscape(part)
	}
	return strings.Join(parts, "/"), nil
}

// fileBody is a download under way: bounded, and with scrubbed errors.
type fileBody struct {
	client  *Client
	body    io.Closer
	limited io.LimitedReader
	cancel  context.CancelFunc
}

func (f *fileBody) Read(p []byte) (int, error) {
	n, err := f.limited.Read(p)
	switch {
	case f.limited.N <= 0:
		return n, local("download", errTooLarge.Error())
	case err != nil && !errors.Is(err, io.EOF):
		return n, f.client.unanswered("download", http.StatusOK, fmt.Errorf("read the file: %w", err))
	}
	return n, err
}

func (f *fileBody) Close() error {
	f.cancel()
	return f.body.Close()
}
