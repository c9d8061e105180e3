package view

// Telegram's own bounds. Source: Bot API, sendMessage and InlineKeyboardButton.
const (
	MaxText         = 4096 // UTF-16 units after entities are parsed
	MaxCaption      = 1024
	MaxCallbackData = 64  // bytes
	MaxAnswer       = 200 // characters of an answer to a tap
	MaxStartPayload = 64  // characters of [A-Za-z0-9_-]
)

// Message is one message as its reader will see it.
type Message struct {
	HTML   HTML
	Inline Keyboard       // buttons below the message; nil for none
	Reply  *ReplyKeyboard // the keyboard in place of the reader's own; nil leaves it
	// Document or Photo turns the message into an upload with HTML as caption.
	Document *File
	Photo    *File
	Silent   bool // delivered without a sound
	ReplyTo  int  // the message that this one answers; 0 for none
}

// File is content to upload.
type File struct {
	Name string
	Data []byte
}

// Keyboard is rows of inline buttons in reading order: the first button of a row
// is the first that a reader of the language comes to. Use Mirror for languages
// written from the right.
type Keyboard [][]Button

// Style colours a button; older clients ignore it.
type Style string

// The styles that Telegram knows. Source: Bot API, InlineKeyboardButton.style.
const (
	Plainly Style = ""
	Success Style = "success"
	Danger  Style = "danger"
	Primary Style = "primary"
)

// Button is one inline button. Exactly one of Data, URL and Copy is set.
type Button struct {
	Label string
	Data  string // callback data, at most MaxCallbackData bytes
	URL   string // http(s) or tg link
	Copy  string // text that a tap copies
	Style Style
}

// ReplyKeyboard replaces the reader's keyboard by labels that type themselves.
// Remove takes it away instead.
type ReplyKeyboard struct {
	Rows        [][]ReplyButton
	Placeholder string // shown in the empty input, at most 64 characters
	Remove      bool
	Once        bool // disappears after one use
}

// ReplyButton types its label, or shares the reader's own phone number.
type ReplyButton struct {
	Label          string
	RequestContact bool
}

// Mirror reverses every row. Telegram lays rows out from the left whatever the
// language, so for Persian the first action has to be sent last.
func (k Keyboard) Mirror() Keyboard {
	out := make(Keyboard, len(k))
	for i, row := range k {
		out[i] = mirrored(row)
	}
	return out
}

// Mirror reverses every row, as Keyboard.Mirror does.
func (r ReplyKeyboard) Mirror() ReplyKeyboard {
	rows := make([][]ReplyButton, len(r.Rows))
	for i, row := range r.Rows {
		rows[i] = mirrored(row)
	}
	r.Rows = rows
	return r
}

func mirrored[T any](row []T) []T {
	out := make([]T, len(row))
	for i, b := range row {
		out[len(row)-1-i] = b
	}
	return out
}
