package telegram

import (
	"encoding/json"

	"cartable/bot/view"
)

// The JSON of Bot API 10.1. The library's types lack copy_text, style and
// is_persistent.

type inlineKeyboard struct {
	Rows [][]inlineButton `json:"inline_keyboard"`
}

type inlineButton struct {
	Text     string    `json:"text"`
	Data     string    `json:"callback_data,omitempty"`
	URL      string    `json:"url,omitempty"`
	CopyText *copyText `json:"copy_text,omitempty"`
	Style    string    `json:"style,omitempty"`
}

type copyText struct {
	Text string `json:"text"`
}

type replyKeyboard struct {
	Rows        [][]replyButton `json:"keyboard"`
	Resize      bool            `json:"resize_keyboard"`
	Persistent  bool            `json:"is_persistent"`
	Once        bool            `json:"one_time_keyboard,omitempty"`
	Placeholder string          `json:"input_field_placeholder,omitempty"`
}

type replyButton struct {
	Text           string `json:"text"`
	RequestContact bool   `json:"request_contact,omitempty"`
}

type removeKeyboard struct {
	Remove bool `json:"remove_keyboard"`
}

func inlineOf(k view.Keyboard) inlineKeyboard {
	rows := make([][]inlineButton, 0, len(k))
	for _, row := range k {
		buttons := make([]inlineButton, 0, len(row))
		for _, b := range row {
			button := inlineButton{Text: b.Label, Data: b.Data, URL: b.URL, Style: string(b.Style)}
			if b.Copy != "" {
				button.CopyText = &copyText{Text: b.Copy}
			}
			buttons = append(buttons, button)
		}
		rows = append(rows, buttons)
	}
	return inlineKeyboard{Rows: rows}
}

// replyOf makes a keyboard that stays, unless it is for one use.
func replyOf(r view.ReplyKeyboard) any {
	if r.Remove {
		return removeKeyboard{Remove: true}
	}
	rows := make([][]replyButton, 0, len(r.Rows))
	for _, row := range r.Rows {
		buttons := make([]replyButton, 0, len(row))
		for _, b := range row {
			buttons = append(buttons, replyButton{Text: b.Label, RequestContact: b.RequestContact})
		}
		rows = append(rows, buttons)
	}
	return replyKeyboard{Rows: rows, Resize: true, Persistent: !r.Once, Once: r.Once, Placeholder: r.Placeholder}
}

// encode is for values that always have a JSON form: structs of strings,
// numbers and booleans.
func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("telegram: encode " + err.Error())
	}
	return string(b)
}
