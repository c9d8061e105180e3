// Package callback is the only codec of button data: a typed reference to what
// the button does and to which record, in at most 64 bytes.
//
// A button carries identity, never a position or a label: the record's ID and
// the version that its reader saw. So a card pushed last month still works after
// a deployment or a loss of Redis; one that shows an older version refreshes.
// What arrives is the client's word and may be forged: decoding proves nothing
// but form, rights are checked by the domain.
package callback

import (
	"errors"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// codec version, the first byte of all data; raise it when the layout changes
// and keep reading the older one, since old cards stay in chats for months.
const codec = "1"

const separator = "."

// MaxBytes is Telegram's bound. Source: Bot API, InlineKeyboardButton.callback_data.
const MaxBytes = 64

// ErrMalformed says that data is not of this codec.
var ErrMalformed = errors.New("malformed button data")

// ErrTooLong says that a reference does not fit MaxBytes.
var ErrTooLong = errors.New("button data too long")

// Ref is what a button does, and to what. Which fields an action uses is
// declared in Actions.
type Ref struct {
	Action   Action
	Record   int64  // the record that it acts on: a customer, a reminder, an event …
	Version  int64  // the version of the record that its reader saw; or a page's cursor
	Arg      int64  // a second record: a status, a colleague …
	Draft    string // the form that it belongs to, at most MaxDraft bytes
	Question string // the question that it answers, at most MaxQuestion bytes
	Value    string // the answer in canonical form, at most MaxValue bytes
}

// Bounds of the textual parts, such that every action fits MaxBytes.
const (
	MaxDraft    = 10
	MaxQuestion = 12
	MaxValue    = 30
)

// Encode returns the button data of r.
func Encode(r Ref) (string, error) {
	if _, ok := Actions[r.Action]; !ok {
		return "", errors.New("unregistered action " + string(r.Action))
	}
	if strings.Contains(r.Draft, separator) || strings.Contains(r.Question, separator) {
		return "", ErrMalformed
	}
	if !plain(r.Draft) || !plain(r.Question) || !plain(r.Value) {
		return "", ErrMalformed
	}
	parts := []string{number(r.Record), number(r.Version), number(r.Arg), r.Draft, r.Question, r.Value}
	n := len(parts)
	for n > 0 && parts[n-1] == "" {
		n--
	}
	data := codec + string(r.Action)
	if n > 0 {
		data += separator + strings.Join(parts[:n], separator)
	}
	if len(data) > MaxBytes {
		return "", ErrTooLong
	}
	return data, nil
}

// MustEncode is Encode for references whose bounds are known to hold: those
// built of IDs. It panics otherwise, which the registry's test excludes.
func MustEncode(r Ref) string {
	data, err := Encode(r)
	if err != nil {
		panic("callback: " + err.Error() + ": " + string(r.Action))
	}
	return data
}

// Decode reads button data. Unknown actions and malformed data give ErrMalformed.
func Decode(data string) (Ref, error) {
	if len(data) > MaxBytes || len(data) < 3 || data[:1] != codec {
		return Ref{}, ErrMalformed
	}
	head, rest, _ := strings.Cut(data[1:], separator)
	r := Ref{Action: Action(head)}
	if _, ok := Actions[r.Action]; !ok {
		return Ref{}, ErrMalformed
	}
	parts := strings.SplitN(rest, separator, 6)
	texts := []*string{&r.Draft, &r.Question, &r.Value}
	for i, p := range parts {
		if i >= 3 {
			*texts[i-3] = p
			continue
		}
		n, err := parse(p)
		if err != nil {
			return Ref{}, ErrMalformed
		}
		*[]*int64{&r.Record, &r.Version, &r.Arg}[i] = n
	}
	if again, err := Encode(r); err != nil || again != data {
		return Ref{}, ErrMalformed // only the canonical form: no two data mean the same
	}
	return r, nil
}

// plain says whether s is text that any store takes: a NUL or broken UTF-8 in forged data
// would have the database fail where a refusal is due.
func plain(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

func number(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 36)
}

func parse(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	return strconv.ParseInt(s, 36, 64)
}
