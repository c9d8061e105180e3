package tgsim

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

const (
	maxButtons     = 100
	maxMarkupBytes = 10 << 10
	maxDataBytes   = 64
	maxCopyUnits   = 256
)

// InlineKeyboard is the buttons below a message.
type InlineKeyboard struct {
	Rows [][]InlineButton `json:"inline_keyboard"`
}

// InlineButton does exactly one thing: opens URL, sends Data, or copies CopyText.
type InlineButton struct {
	Text     string    `json:"text"`
	URL      string    `json:"url,omitempty"`
	Data     string    `json:"callback_data,omitempty"`
	CopyText *CopyText `json:"copy_text,omitempty"`
	Style    string    `json:"style,omitempty"`
	IconID   string    `json:"icon_custom_emoji_id,omitempty"`
}

// CopyText is what a button puts into the clipboard.
type CopyText struct {
	Text string `json:"text"`
}

// ReplyKeyboard is the keys in place of the person's own keyboard.
type ReplyKeyboard struct {
	Rows        [][]ReplyButton `json:"keyboard"`
	Persistent  bool            `json:"is_persistent,omitempty"`
	Resize      bool            `json:"resize_keyboard,omitempty"`
	OneTime     bool            `json:"one_time_keyboard,omitempty"`
	Placeholder string          `json:"input_field_placeholder,omitempty"`
	Selective   bool            `json:"selective,omitempty"`
}

// ReplyButton types its label, or shares the person's contact.
type ReplyButton struct {
	Text           string `json:"text"`
	RequestContact bool   `json:"request_contact,omitempty"`
	Style          string `json:"style,omitempty"`
	IconID         string `json:"icon_custom_emoji_id,omitempty"`
}

// UnmarshalJSON takes a string for a button with that label, as the Bot API does.
func (b *ReplyButton) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		return json.Unmarshal(data, &b.Text)
	}
	type plain ReplyButton
	return unmarshalStrict(data, (*plain)(b))
}

// Labels lists the keys' labels, row by row.
func (k *ReplyKeyboard) Labels() []string {
	var labels []string
	if k == nil {
		return labels
	}
	for _, row := range k.Rows {
		for _, b := range row {
			labels = append(labels, b.Text)
		}
	}
	return labels
}

// markup is what reply_markup can hold; at most one of the fields is set.
type markup struct {
	inline *InlineKeyboard
	keys   *ReplyKeyboard
	remove bool
	force  *forceReply
}

type forceReply struct {
	ForceReply  bool   `json:"force_reply"`
	Placeholder string `json:"input_field_placeholder,omitempty"`
	Selective   bool   `json:"selective,omitempty"`
}

// parseMarkup reads and checks reply_markup; empty text is no markup.
func parseMarkup(text string) (markup, *apiError) {
	if text == "" {
		return markup{}, nil
	}
	if len(text) > maxMarkupBytes {
		return markup{}, badRequest("reply markup is too long")
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &keys); err != nil {
		var kind *json.UnmarshalTypeError
		if errors.As(err, &kind) {
			return markup{}, badRequest("Object expected as reply markup")
		}
		return markup{}, badRequest("Can't parse reply keyboard markup JSON object")
	}
	if len(keys) == 0 {
		return markup{}, nil
	}
	var m markup
	var target any
	switch {
	case keys["inline_keyboard"] != nil:
		m.inline = &InlineKeyboard{}
		target = m.inline
	case keys["keyboard"] != nil:
		m.keys = &ReplyKeyboard{}
		target = m.keys
	case keys["remove_keyboard"] != nil:
		m.remove = true
		target = &struct {
			Remove    bool `json:"remove_keyboard"`
			Selective bool `json:"selective"`
		}{}
	case keys["force_reply"] != nil:
		m.force = &forceReply{}
		target = m.force
	default:
		return markup{}, badRequest("Can't parse reply keyboard markup: none of inline_keyboard, keyboard, remove_keyboard, force_reply")
	}
	if err := unmarshalStrict([]byte(text), target); err != nil {
		return markup{}, badRequest("Can't parse reply keyboard markup: %v", err)
	}
	return m, m.check()
}

func (m *markup) check() *apiError {
	if m.keys != nil {
		return m.keys.check()
	}
	if m.inline == nil {
		return nil
	}
	count := 0
	rows := m.inline.Rows[:0:0]
	for _, row := range m.inline.Rows {
		for _, b := range row {
			if err := b.check(); err != nil {
				return err
			}
			count++
		}
		if len(row) > 0 {
			rows = append(rows, row)
		}
	}
	if count > maxButtons {
		return badRequest("reply markup is too long")
	}
	if m.inline.Rows = rows; count == 0 {
		m.inline = nil
	}
	return nil
}

func (k *ReplyKeyboard) check() *apiError {
	count := 0
	for _, row := range k.Rows {
		for _, b := range row {
			if count++; b.Text == "" {
				return badRequest("keyboard button text must be non-empty")
			}
			if err := checkStyle(b.Style); err != nil {
				return err
			}
		}
	}
	if count == 0 || count > 3*maxButtons {
		return badRequest("REPLY_MARKUP_INVALID")
	}
	if n := textLen(k.Placeholder); n > 64 {
		return badRequest("input field placeholder is too long")
	}
	return nil
}

func (b InlineButton) check() *apiError {
	if b.Text == "" {
		return badRequest("Inline keyboard button text must be non-empty")
	}
	if err := checkStyle(b.Style); err != nil {
		return err
	}
	actions := 0
	if b.URL != "" {
		actions++
		if _, problem := checkURL(b.URL); problem != "" {
			return badRequest("Inline keyboard button URL '%s' is invalid: %s", b.URL, problem)
		}
	}
	if b.Data != "" {
		actions++
		if len(b.Data) > maxDataBytes {
			return badRequest("BUTTON_DATA_INVALID")
		}
	}
	if b.CopyText != nil {
		actions++
		if n := textLen(b.CopyText.Text); n == 0 || n > maxCopyUnits {
			return badRequest("BUTTON_COPY_TEXT_INVALID")
		}
	}
	if actions == 0 {
		return badRequest("Text buttons are unallowed in the inline keyboard")
	}
	if actions > 1 {
		return badRequest("inline keyboard button %q must have exactly one action", b.Text)
	}
	return nil
}

func checkStyle(style string) *apiError {
	switch style {
	case "", "default", "primary", "success", "danger":
		return nil
	}
	return badRequest("Invalid button style specified")
}

// checkURL gives an address as Telegram writes it, or the real server's words for why it does not open it: http,
// https, tg and ton only.
func checkURL(address string) (checked, problem string) {
	address = strings.TrimSpace(address)
	if !strings.Contains(address, ":") {
		if !strings.Contains(address, ".") {
			return "", "Wrong HTTP URL"
		}
		address = "http://" + address
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", "Wrong HTTP URL"
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
		if u.Hostname() == "" {
			return "", "URL host is empty"
		}
		if host := u.Hostname(); !strings.Contains(host, ".") && host != "localhost" && !strings.Contains(host, ":") {
			return "", "Wrong HTTP URL"
		}
		return u.String(), ""
	case "tg", "ton":
		return u.String(), ""
	}
	return "", "Unsupported URL protocol"
}

// unmarshalStrict refuses fields that the target does not know: a misspelt one would be lost silently.
func unmarshalStrict(data []byte, target any) error {
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.DisallowUnknownFields()
	if err := d.Decode(target); err != nil {
		return fmt.Errorf("read JSON: %w", err)
	}
	return nil
}
