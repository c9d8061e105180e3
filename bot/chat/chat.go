// Package chat is the messenger as the conversation sees it: what arrives, what
// can be asked of it, and how it fails. Adapters (internal/telegram) produce
// these; the conversation, the inbox and the outbox consume them.
package chat

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what an update is.
type Kind string

// The updates that the conversation reacts to; everything else is Other and
// settled without an answer.
const (
	Text     Kind = "text"     // a typed message, or a label of the reply keyboard
	Contact  Kind = "contact"  // a contact card, shared or forwarded
	Document Kind = "document" // a file, photo, voice …
	Tap      Kind = "tap"      // an inline button
	Blocked  Kind = "blocked"  // the person blocked the bot
	Returned Kind = "returned" // the person unblocked the bot
	Added    Kind = "added"    // the bot was added to a group
	Removed  Kind = "removed"  // the bot was taken out of a group
	Other    Kind = "other"
)

// Update is one thing that a person did.
type Update struct {
	ID       int64 // Telegram's update ID: unique among the last days, not ever increasing
	Kind     Kind
	ChatID   int64
	Private  bool   // a chat with one person, not a group
	Title    string // of a group
	From     Person
	At       time.Time // when the person did it, by Telegram's clock
	Message  int       // the message typed, or the one whose button was tapped
	Text     string    // typed text, or a document's caption
	Command  string    // "start" for "/start abc" and "/start@bot abc"; "" when it is no command
	Args     string    // "abc"
	Card     *ContactCard
	File     *FileRef
	Query    string // callback query ID, to be answered
	Data     string // callback data: the client's word, may be forged
	Edited   bool   // a message that the person changed afterwards
	Migrated int64  // the supergroup that this group became
}

// Person is whoever wrote or tapped. ID is Telegram's word and can be trusted;
// names are the person's own.
type Person struct {
	ID       int64
	Name     string
	Username string
	Language string // IETF tag of the person's client, such as "fa"; may be empty
	Bot      bool
}

// ContactCard is a shared contact. Own says that it is the sender's own number.
type ContactCard struct {
	Phone string
	Name  string
	Own   bool
}

// FileRef names an uploaded file; fetch it through the adapter.
type FileRef struct {
	ID   string
	Name string
	Size int64
}

// Command is an entry of the commands menu.
type Command struct {
	Name        string // without the slash
	Description string
}

// ErrorClass says what to do about a failed call.
type ErrorClass string

// The classes of failure, by remedy.
const (
	Unavailable  ErrorClass = "unavailable"  // network, 5xx, time-out: try again; the call may have been carried out
	TooMany      ErrorClass = "too many"     // 429: not before RetryAfter
	Unreachable  ErrorClass = "unreachable"  // 403 or chat not found: blocked, kicked, never started
	Gone         ErrorClass = "gone"         // the message to edit is gone: send anew
	Migrated     ErrorClass = "migrated"     // the group is now the chat MigratedTo
	Rejected     ErrorClass = "rejected"     // 400: this request will never work
	Conflict     ErrorClass = "conflict"     // 409: somebody else polls, or a webhook is set
	Unauthorized ErrorClass = "unauthorized" // 401, 404 on the token
)

// Error is a failed call to the messenger. Its text never holds the token.
type Error struct {
	Method     string
	Class      ErrorClass
	Code       int // HTTP status or Telegram's error_code; 0 when there was no answer
	Text       string
	RetryAfter time.Duration // TooMany only
	MigratedTo int64         // Migrated only
	Err        error         // the cause, free of secrets; may be nil
}

func (e *Error) Error() string {
	return fmt.Sprintf("telegram %s: %s (%d): %s", e.Method, e.Class, e.Code, e.Text)
}

func (e *Error) Unwrap() error { return e.Err }

// RetryIn is after how long the chat may be written to again; 0 where nobody said.
func (e *Error) RetryIn() time.Duration { return e.RetryAfter }

// ClassOf returns the class of err, or "" when err is no failed call.
func ClassOf(err error) ErrorClass {
	var e *Error
	if errors.As(err, &e) {
		return e.Class
	}
	return ""
}
