package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"cartable/bot/chat"
)

// Raw is an update as it came: to be stored whether it is understood or not.
type Raw struct {
	UpdateID int64
	ChatID   int64           // whose updates are to be handled in order with it: see ChatID
	JSON     json.RawMessage // the whole update, its update_id included
	Update   chat.Update     // what Decode makes of it; zero where it is not understood
}

// AllowedUpdates are the kinds of update that Decode understands.
func AllowedUpdates() []string {
	return []string{"message", "edited_message", "callback_query", "my_chat_member"}
}

// MaxPollTimeout is the longest that a server holds a poll open.
// Source: tdlib/telegram-bot-api, LONG_POLL_MAX_TIMEOUT.
const MaxPollTimeout = 50 * time.Second

// GetUpdates returns at most limit updates (1 to 100) from offset on, waiting up
// to timeout for the first; offset 0 starts with the earliest unconfirmed one. It
// confirms every update with an ID below offset. A nil allowed means all that
// Telegram sends by default.
func (c *Client) GetUpdates(ctx context.Context, offset int64, limit int, timeout time.Duration, allowed []string) ([]Raw, error) {
	const method = "getUpdates"
	params := tgbotapi.Params{
		"limit":           strconv.Itoa(limit),
		"timeout":         strconv.Itoa(int(timeout / time.Second)),
		"allowed_updates": encodeAllowed(allowed),
	}
	params.AddNonZero64("offset", offset)
	result, err := c.call(ctx, timeout+pollGrace, request{method: method, params: params})
	if err != nil {
		return nil, err
	}
	raws, err := parseBatch(result)
	if err != nil {
		return nil, c.unreadable(method, err)
	}
	return raws, nil
}

// parseBatch reads a list of updates, each of which may be of up to a hundred kilobytes, with one look
// at each for where it ends and one for what it says.
func parseBatch(list json.RawMessage) (raws []Raw, err error) {
	d := json.NewDecoder(bytes.NewReader(list))
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		return nil, errors.Join(errors.New("not a list of updates"), err)
	}
	for d.More() {
		begin := d.InputOffset()
		var u update
		err := d.Decode(&u)
		var misfit *json.UnmarshalTypeError
		if err != nil && !errors.As(err, &misfit) {
			return nil, err
		}
		raw := json.RawMessage(bytes.TrimLeft(list[begin:d.InputOffset()], ", \t\r\n"))
		read, err := u.raw(raw, err)
		if err != nil {
			return nil, err
		}
		raws = append(raws, read)
	}
	_, err = d.Token()
	return raws, err
}

// Pending is how many updates wait to be fetched, or posted, and confirmed. Unlike
// GetUpdates it disturbs nobody who polls.
func (c *Client) Pending(ctx context.Context) (int, error) {
	const method = "getWebhookInfo"
	result, err := c.call(ctx, callTimeout, request{method: method})
	if err != nil {
		return 0, err
	}
	var info struct {
		Pending int `json:"pending_update_count"`
	}
	if err := json.Unmarshal(result, &info); err != nil {
		return 0, c.unreadable(method, err)
	}
	return info.Pending, nil
}

// SetWebhook makes Telegram post updates to url, with secret in the header that
// WebhookHandler checks. Updates that wait are kept.
func (c *Client) SetWebhook(ctx context.Context, url, secret string, allowed []string) error {
	params := tgbotapi.Params{"url": url, "secret_token": secret, "allowed_updates": encodeAllowed(allowed)}
	_, err := c.call(ctx, callTimeout, request{method: "setWebhook", params: params})
	return err
}

// DeleteWebhook switches back to polling. Updates that wait are kept.
func (c *Client) DeleteWebhook(ctx context.Context) error {
	_, err := c.call(ctx, callTimeout, request{method: "deleteWebhook"})
	return err
}

// encodeAllowed never yields "null", which leaves an earlier setting in force.
func encodeAllowed(allowed []string) string {
	if allowed == nil {
		allowed = []string{}
	}
	return encode(allowed)
}

func parseRaw(raw json.RawMessage) (Raw, error) {
	var u update
	err := json.Unmarshal(raw, &u)
	return u.raw(raw, err)
}

// raw is the update that u was decoded from, where that did not fail: as far as it is understood.
func (u update) raw(raw json.RawMessage, failed error) (Raw, error) {
	if failed == nil && u.ID != nil {
		if up, err := u.understood(raw); err == nil {
			return Raw{UpdateID: up.ID, ChatID: up.ChatID, JSON: raw, Update: up}, nil
		}
	}
	var head struct {
		ID *int64 `json:"update_id"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return Raw{}, err
	}
	if head.ID == nil {
		return Raw{}, errors.New("an update without update_id")
	}
	return Raw{UpdateID: *head.ID, ChatID: ChatID(raw), JSON: raw}, nil
}
