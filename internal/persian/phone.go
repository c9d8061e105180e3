package persian

import (
	"errors"
	"regexp"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// A Phone is a telephone number in E.164: +989121234567.
type Phone string

// What is wrong with a text that should have held one phone number.
var (
	ErrNoPhone    = errors.New("no phone number")
	ErrBadPhone   = errors.New("no such phone number")
	ErrManyPhones = errors.New("more than one phone number")
)

const (
	homeRegion = "IR"
	homePrefix = "+98"
)

// ParsePhone reads the one phone number in s, however it is written: in Persian, Arabic
// or ASCII digits, with spaces, dashes, dots, parentheses or direction marks, as 0912…,
// 912…, +98912…, 0098912…, 98912…, 098912…, with an extension (داخلی, ext.), which is left
// out, or with words around it. Numbers of other countries need + or 00.
//
// ErrNoPhone: nothing looks like a number. ErrBadPhone: something does, and no network
// has it. ErrManyPhones: use FindPhones.
func ParsePhone(s string) (Phone, error) {
	found := FindPhones(s)
	distinct := ""
	for _, f := range found {
		if distinct != "" && distinct != string(f.Phone) {
			return "", ErrManyPhones
		}
		distinct = string(f.Phone)
	}
	if distinct != "" {
		return Phone(distinct), nil
	}
	digits := phoneDigits(ASCIIDigits(visible(s)))
	if p, ok := toE164(digits, true); ok {
		return p, nil
	}
	if len(digits) < 4 {
		return "", ErrNoPhone
	}
	return "", ErrBadPhone
}

// extension matches an inner line after a number, and what introduces it.
var extension = regexp.MustCompile(`^[\s\p{Cf},،.;()\-]*(?i:داخلی|داخلي|ext(?:ension|en)?|x|#)[\s\p{Cf}:.]*[0-9۰-۹٠-٩]{1,6}\)?`)

// phoneDigits keeps the ASCII digits of s, and a plus in front of them.
func phoneDigits(s string) string {
	var b strings.Builder
	for _, r := range s {
		if (r >= '0' && r <= '9') || (r == '+' && b.Len() == 0) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// toE164 reads a number given as digits with an optional plus in front. A landline
// without its leading zero is only taken when loose: among other words ten digits are
// more often a national identity number.
func toE164(digits string, loose bool) (Phone, bool) {
	number := international(digits)
	if number == "" || (!loose && len(digits) == 10 && digits[0] >= '1' && digits[0] <= '8') {
		return "", false
	}
	parsed, err := phonenumbers.Parse(number, homeRegion)
	if err != nil || !phonenumbers.IsValidNumber(parsed) {
		return "", false
	}
	return Phone(phonenumbers.Format(parsed, phonenumbers.E164)), true
}

// international puts + and the country code in front of digits; "" when their number
// fits no way of writing.
func international(digits string) string {
	if rest, ok := strings.CutPrefix(digits, "00"); ok {
		digits = "+" + rest
	}
	for _, prefix := range []string{homePrefix, "098", "98"} {
		if rest, ok := strings.CutPrefix(digits, prefix); ok {
			rest = strings.TrimPrefix(rest, "0")
			if len(rest) == 10 {
				return homePrefix + rest
			}
		}
	}
	switch {
	case strings.HasPrefix(digits, "+") && len(digits) >= 8 && len(digits) <= 16:
		return digits
	case len(digits) == 11 && digits[0] == '0':
		return homePrefix + digits[1:]
	case len(digits) == 10 && digits[0] != '0':
		return homePrefix + digits
	}
	return ""
}

// Local is the number as it is dialled in Iran, 09121234567; one of another country
// stays in E.164.
func (p Phone) Local() string {
	if rest, ok := strings.CutPrefix(string(p), homePrefix); ok {
		return "0" + rest
	}
	return string(p)
}

// Masked is Local with its middle hidden: 0912•••4567. In a right-to-left text it needs
// an isolate (U+2066 … U+2069) around it, or its two halves change places.
func (p Phone) Masked() string {
	const shown = 4
	local := p.Local()
	if len(local) <= 2*shown {
		return "•••" + local[max(0, len(local)-2):]
	}
	return local[:shown] + "•••" + local[len(local)-shown:]
}

// Mobile reports whether p is, or can be, a mobile number.
func (p Phone) Mobile() bool {
	parsed, err := phonenumbers.Parse(string(p), homeRegion)
	if err != nil {
		return false
	}
	kind := phonenumbers.GetNumberType(parsed)
	return kind == phonenumbers.MOBILE || kind == phonenumbers.FIXED_LINE_OR_MOBILE
}
