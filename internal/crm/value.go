package crm

import (
	"net/mail"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"cartable/internal/persian"
)

// decimal is the canonical form of a Number.
var decimal = regexp.MustCompile(`^-?\d{1,15}(\.\d{1,6})?$`)

// Check says whether v is a value of the field in canonical form; nil for "".
// The error is an *Error with KeyBadValue, KeyTooLong or KeyNoColleague.
func (f Field) Check(v Value, dir Directory) error {
	if v == "" {
		return nil
	}
	bad := &Error{Code: Invalid, Key: KeyBadValue, FieldID: f.ID, Field: f.Key}
	if len(v) > 4*MaxLong || f.Type != LongText && len([]rune(string(v))) > MaxLine {
		return &Error{Code: Invalid, Key: KeyTooLong, FieldID: f.ID, Field: f.Key}
	}
	if f.Type == Staffer {
		if s, ok := dir.Staff[v.StaffID()]; !ok || !s.Active() {
			return &Error{Code: Invalid, Key: KeyNoColleague, FieldID: f.ID, Staff: v.StaffID()}
		}
		return nil
	}
	// The database stores neither.
	if !utf8.ValidString(string(v)) || strings.ContainsRune(string(v), 0) {
		return bad
	}
	if !f.canonical(string(v)) {
		return bad
	}
	return nil
}

func (f Field) canonical(s string) bool {
	parses := func(layout string) bool { _, err := time.Parse(layout, s); return err == nil }
	switch f.Type {
	case Number:
		return decimal.MatchString(s)
	case Money:
		n, err := strconv.ParseInt(s, 10, 64)
		return err == nil && n >= 0 && strconv.FormatInt(n, 10) == s
	case YesNo:
		return s == "yes" || s == "no"
	case Choice, Choices:
		return f.hasChoices(Value(s))
	case Date:
		return parses("2006-01-02")
	case Time:
		return parses("15:04")
	case DateTime:
		return parses(time.RFC3339) && strings.HasSuffix(s, "Z")
	case Weekday:
		return len(s) == 1 && s[0] >= '0' && s[0] <= '6'
	case Phone:
		p, err := persian.ParsePhone(s)
		return err == nil && string(p) == s
	case Email:
		return ValidEmail(s)
	case Link:
		u, err := url.Parse(s)
		return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
	default:
		return true
	}
}

func (f Field) hasChoices(v Value) bool {
	ids := v.ChoiceIDs()
	if len(ids) == 0 || f.Type == Choice && len(ids) != 1 {
		return false
	}
	seen := map[ChoiceID]bool{}
	for _, id := range ids {
		o, ok := f.Option(id)
		if !ok || o.Retired || seen[id] {
			return false
		}
		seen[id] = true
	}
	return ChoiceValue(ids...) == v
}

// ValidEmail says whether s is a plain address, such as "a@b.ir".
func ValidEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && strings.Contains(s[strings.LastIndexByte(s, '@'):], ".")
}

// checkAnswers checks answers to a status: every required field answered, every
// answer of its field's kind, none to a field that the status does not have.
func (s Status) checkAnswers(answers Values, dir Directory) error {
	for id := range answers {
		if _, ok := s.Field(id); !ok {
			return &Error{Code: Conflict, Key: KeyBadValue, FieldID: id}
		}
	}
	for _, f := range s.Fields {
		if f.Required && f.Derived == 0 && answers[f.ID] == "" {
			return &Error{Code: Invalid, Key: KeyRequired, FieldID: f.ID}
		}
		if err := f.Check(answers[f.ID], dir); err != nil {
			return err
		}
	}
	return nil
}
