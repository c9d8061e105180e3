package telegram

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"cartable/bot/chat"
)

// failure turns what the library returned into a classified error that holds
// no secret.
func (c *Client) failure(method string, x *exchange, resp *tgbotapi.APIResponse, err error) *chat.Error {
	var refused *tgbotapi.Error
	if !errors.As(err, &refused) {
		return c.unanswered(method, x.status, err)
	}
	if resp.ErrorCode == 0 && refused.Message == "" {
		// An object, but without what every refusal of the Bot API has.
		return c.unanswered(method, x.status, &foreignAnswer{status: x.status})
	}
	// The library drops the error code of a refused upload; the envelope has it.
	code := resp.ErrorCode
	if code == 0 {
		code = x.status
	}
	e := &chat.Error{
		Method:     method,
		Class:      classify(code, refused.Message, refused.ResponseParameters),
		Code:       code,
		Text:       c.scrub.Replace(refused.Message),
		MigratedTo: refused.MigrateToChatID,
	}
	if e.Class == chat.TooMany {
		e.RetryAfter = max(time.Duration(refused.RetryAfter)*time.Second, time.Second)
	}
	return e
}

// unanswered is a call of which nobody knows whether it was carried out:
// nothing came back, or nothing that the Bot API says.
func (c *Client) unanswered(method string, status int, err error) *chat.Error {
	e := &chat.Error{Method: method, Class: chat.Unavailable, Code: status, Text: c.scrub.Replace(err.Error())}
	var foreign *foreignAnswer
	if errors.As(err, &foreign) && foreign.status == http.StatusTooManyRequests {
		e.Class = chat.TooMany
		e.RetryAfter = max(foreign.retryAfter, time.Second)
	}
	switch {
	case errors.Is(err, context.Canceled):
		e.Err = context.Canceled
	case errors.Is(err, context.DeadlineExceeded):
		e.Err = context.DeadlineExceeded
	case e.Text == err.Error():
		e.Err = err
	default:
		e.Err = errors.New(e.Text)
	}
	return e
}

// unreadable is an "ok" whose result is not what the method returns. The call
// was probably carried out.
func (c *Client) unreadable(method string, err error) *chat.Error {
	if err == nil {
		err = errors.New("fields are missing")
	}
	return c.unanswered(method, http.StatusOK, errors.Join(errors.New("unreadable result"), err))
}

// local is a request that is refused before it is sent.
func local(method, text string) *chat.Error {
	return &chat.Error{Method: method, Class: chat.Rejected, Text: text}
}

// Descriptions of code 400 that call for something else than giving up.
// Source: tdlib/telegram-bot-api, Client.cpp, fail_query_with_error and
// check_message; the upper-case ones come from Telegram's servers unchanged.
var (
	notModified = []string{"message is not modified", "MESSAGE_NOT_MODIFIED"}
	gone        = []string{
		"message to edit not found", "message can't be edited", "MESSAGE_ID_INVALID", "MESSAGE_EDIT_TIME_EXPIRED",
		"there is no text in the message to edit", "there is no caption in the message to edit",
		"there is no media in the message to edit", "message to delete not found", "message not found",
	}
	unreachable = []string{
		"chat not found", "PEER_ID_INVALID", "CHAT_WRITE_FORBIDDEN",
		"not enough rights to send", "have no rights to send", "need administrator rights",
	}
	queryTooOld = []string{"query is too old", "query ID is invalid", "QUERY_ID_INVALID"}
)

func classify(code int, description string, p tgbotapi.ResponseParameters) chat.ErrorClass {
	switch {
	case p.MigrateToChatID != 0:
		return chat.Migrated
	case code == http.StatusTooManyRequests || p.RetryAfter > 0:
		return chat.TooMany
	case code == http.StatusUnauthorized || code == http.StatusNotFound:
		return chat.Unauthorized
	case code == http.StatusForbidden:
		return chat.Unreachable
	case code == http.StatusConflict:
		return chat.Conflict
	case code < 400 || code >= 500:
		return chat.Unavailable
	case mentions(description, gone):
		return chat.Gone
	case mentions(description, unreachable):
		return chat.Unreachable
	}
	return chat.Rejected
}

func mentions(s string, any []string) bool {
	s = strings.ToLower(s)
	for _, a := range any {
		if strings.Contains(s, strings.ToLower(a)) {
			return true
		}
	}
	return false
}

// refusedAs says whether err is a refusal with one of the descriptions.
func refusedAs(err error, any []string) bool {
	var e *chat.Error
	return errors.As(err, &e) && e.Code == http.StatusBadRequest && mentions(e.Text, any)
}

// scrubber removes the token, its secret half and the proxy's password, plain
// and in the encodings in which an error or a library may repeat them.
func scrubber(token string, proxy *url.URL) *strings.Replacer {
	var pairs []string
	hide := func(secret, name string) {
		escaped := url.QueryEscape(secret)
		for _, form := range []string{
			secret, escaped, strings.ReplaceAll(escaped, "%3A", "%3a"), url.PathEscape(secret),
			base64.RawStdEncoding.EncodeToString([]byte(secret)), base64.RawURLEncoding.EncodeToString([]byte(secret)),
		} {
			pairs = append(pairs, form, name)
		}
	}
	hide(token, "[token]")
	_, secret, _ := strings.Cut(token, ":")
	hide(secret, "[token]")
	if proxy != nil {
		if password, _ := proxy.User.Password(); password != "" {
			hide(password, "[password]")
		}
	}
	return strings.NewReplacer(pairs...)
}
