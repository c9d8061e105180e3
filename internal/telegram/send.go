package telegram

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"cartable/bot/view"
)

// attachment is the form field of an upload that a media description refers to.
const attachment = "file"

// Send delivers m to the chat and returns the ID of the new message. It waits
// for a slot of the pacer, at most until ctx ends; where an earlier 429 still
// holds for longer than a worker should wait, it returns TooMany at once. After
// Unavailable the message may have been delivered all the same: Telegram has no
// idempotency key.
func (c *Client) Send(ctx context.Context, lane Lane, chatID int64, m view.Message) (int, error) {
	return c.Deliver(ctx, lane, chatID, m, func() {})
}

// Deliver is Send that calls left when the pacer has let the message go.
func (c *Client) Deliver(ctx context.Context, lane Lane, chatID int64, m view.Message, left func()) (int, error) {
	r, err := sendRequest(chatID, m)
	if err != nil {
		return 0, err
	}
	slot, err := c.pace.wait(ctx, lane, chatID, r.method)
	if err != nil {
		return 0, err
	}
	left()
	result, err := c.call(ctx, r.timeout(), r)
	c.pace.settle(slot, err)
	if err != nil {
		return 0, err
	}
	// Only the ID: the library's Send decodes the whole message a second time.
	var sent struct {
		ID int `json:"message_id"`
	}
	if err := json.Unmarshal(result, &sent); err != nil || sent.ID == 0 {
		return 0, c.unreadable(r.method, err)
	}
	return sent.ID, nil
}

// Edit replaces text, attachment and inline keyboard of a message; a message
// without Inline loses its buttons. It returns nil when nothing differed, and
// Gone when the message cannot be edited any more: send anew.
func (c *Client) Edit(ctx context.Context, chatID int64, messageID int, m view.Message) error {
	r, err := editRequest(chatID, messageID, m)
	if err != nil {
		return err
	}
	return c.change(ctx, chatID, r, notModified)
}

// EditKeyboard replaces the inline keyboard alone, or removes it when k is
// empty. Errors as Edit.
func (c *Client) EditKeyboard(ctx context.Context, chatID int64, messageID int, k view.Keyboard) error {
	params := addressed(chatID, messageID)
	params["reply_markup"] = encode(inlineOf(k))
	return c.change(ctx, chatID, request{method: "editMessageReplyMarkup", params: params}, notModified)
}

// alreadyDeleted is what Telegram says of a message that no longer exists.
var alreadyDeleted = []string{"message to delete not found", "MESSAGE_ID_INVALID"}

// Delete removes a message of the bot. It returns nil when the message is gone
// already, and Rejected when Telegram no longer allows it (after 48 hours).
func (c *Client) Delete(ctx context.Context, chatID int64, messageID int) error {
	r := request{method: "deleteMessage", params: addressed(chatID, messageID)}
	return c.change(ctx, chatID, r, alreadyDeleted)
}

// change carries out a call that Telegram does not count against the limits.
// It only obeys a 429. A refusal that names one of fine is success.
func (c *Client) change(ctx context.Context, chatID int64, r request, fine []string) error {
	if err := c.pace.obey(ctx, chatID, r.method); err != nil {
		return err
	}
	r.blind = true
	_, err := c.call(ctx, r.timeout(), r)
	c.pace.note(chatID, err)
	if refusedAs(err, fine) {
		return nil
	}
	return err
}

func (r request) timeout() time.Duration {
	if len(r.files) > 0 {
		return transferTimeout
	}
	return callTimeout
}

func addressed(chatID int64, messageID int) tgbotapi.Params {
	return tgbotapi.Params{
		"chat_id":    strconv.FormatInt(chatID, 10),
		"message_id": strconv.Itoa(messageID),
	}
}

func sendRequest(chatID int64, m view.Message) (request, error) {
	r := request{method: "sendMessage", params: tgbotapi.Params{
		"chat_id":    strconv.FormatInt(chatID, 10),
		"parse_mode": tgbotapi.ModeHTML,
	}}
	switch {
	case m.Photo != nil && m.Document != nil:
		return request{}, local(r.method, "a message takes a photo or a document, not both")
	case len(m.Inline) > 0 && m.Reply != nil:
		return request{}, local(r.method, "a message takes one keyboard")
	case m.Photo != nil:
		r.method = "sendPhoto"
		r.files = upload("photo", m.Photo)
	case m.Document != nil:
		r.method = "sendDocument"
		r.files = upload("document", m.Document)
	}
	if len(r.files) > 0 {
		r.params.AddNonEmpty("caption", string(m.HTML))
	} else {
		r.params["text"] = string(m.HTML)
		r.params["link_preview_options"] = `{"is_disabled":true}`
	}
	r.params.AddBool("disable_notification", m.Silent)
	if m.ReplyTo != 0 {
		// The message answered may be deleted meanwhile; the answer still is wanted.
		r.params["reply_parameters"] = encode(struct {
			ID    int  `json:"message_id"`
			Allow bool `json:"allow_sending_without_reply"`
		}{m.ReplyTo, true})
	}
	switch {
	case len(m.Inline) > 0:
		r.params["reply_markup"] = encode(inlineOf(m.Inline))
	case m.Reply != nil:
		r.params["reply_markup"] = encode(replyOf(*m.Reply))
	}
	return r, nil
}

func editRequest(chatID int64, messageID int, m view.Message) (request, error) {
	r := request{method: "editMessageText", params: addressed(chatID, messageID)}
	switch {
	case m.Photo != nil && m.Document != nil:
		return request{}, local(r.method, "a message takes a photo or a document, not both")
	case m.Reply != nil:
		return request{}, local(r.method, "an edited message takes inline buttons only")
	case m.Photo != nil:
		r.media("photo", m.Photo, m.HTML)
	case m.Document != nil:
		r.media("document", m.Document, m.HTML)
	default:
		r.params["text"] = string(m.HTML)
		r.params["parse_mode"] = tgbotapi.ModeHTML
		r.params["link_preview_options"] = `{"is_disabled":true}`
	}
	if len(m.Inline) > 0 {
		r.params["reply_markup"] = encode(inlineOf(m.Inline))
	}
	return r, nil
}

// media makes r replace the attachment of a message.
func (r *request) media(kind string, f *view.File, caption view.HTML) {
	r.method = "editMessageMedia"
	r.files = upload(attachment, f)
	r.params["media"] = encode(struct {
		Type      string    `json:"type"`
		Media     string    `json:"media"`
		Caption   view.HTML `json:"caption,omitempty"`
		ParseMode string    `json:"parse_mode"`
	}{kind, "attach://" + attachment, caption, tgbotapi.ModeHTML})
}

func upload(field string, f *view.File) []tgbotapi.RequestFile {
	return []tgbotapi.RequestFile{{Name: field, Data: tgbotapi.FileBytes{Name: f.Name, Bytes: f.Data}}}
}
