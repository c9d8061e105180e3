package intake

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// submission is what was sent, by name: strings, numbers (json.Number), bools,
// nil, []any and map[string]any. It holds no NUL, no invalid UTF-8 and no number
// that PostgreSQL's jsonb would refuse.
type submission map[string]any

// reason is why something was refused, as programs are told it. The catalogue
// words it for people ("intake.reason." + reason).
type reason string

// The reasons.
const (
	noPhone    reason = "no_phone"    // the number is missing
	noValue    reason = "no_value"    // a question that has to be answered is not
	badPhone   reason = "bad_phone"   // no such number
	manyPhones reason = "many_phones" // more than one number
	badEmail   reason = "bad_email"   // not an address
	badValue   reason = "bad_value"   // not of the field's kind, or not one of its choices
	wrongType  reason = "wrong_type"  // JSON of another type than the name takes
	badText    reason = "bad_text"    // not UTF-8, or with a NUL in it
	badJSON    reason = "bad_json"    // not a JSON object, or nested too deep
	badForm    reason = "bad_form"    // not a form post that can be read
	badKey     reason = "bad_key"     // an Idempotency-Key that cannot be one
	tooLong    reason = "too_long"    // over its bound
)

// issue is one thing that is wrong with a submission.
type issue struct {
	Field  string `json:"field"`
	Reason reason `json:"reason"`
}

const (
	bodyField = "body" // the field of issues with the whole
	maxDepth  = 16     // of nesting in what is kept
)

// readJSON reads a JSON object. The error of a body over its bound is
// *http.MaxBytesError; what is wrong otherwise is an issue.
func readJSON(body io.Reader) (submission, []issue, error) {
	raw, err := io.ReadAll(body)
	if err != nil {
		return nil, nil, err
	}
	raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(raw, &parts); err != nil || parts == nil {
		return nil, []issue{{bodyField, badJSON}}, nil
	}
	sub := make(submission, len(parts))
	var issues []issue
	for name, part := range parts {
		v, why := decodePart(part)
		switch {
		case !cleanText(name) || strings.ContainsRune(name, utf8.RuneError):
			issues = append(issues, issue{bodyField, badText})
		case why != "":
			issues = append(issues, issue{name, why})
		default:
			sub[name] = v
		}
	}
	slices.SortFunc(issues, func(a, b issue) int { return strings.Compare(a.Field, b.Field) })
	return sub, issues, nil
}

func decodePart(part json.RawMessage) (any, reason) {
	if !utf8.Valid(part) {
		return nil, badText
	}
	dec := json.NewDecoder(bytes.NewReader(part))
	dec.UseNumber() // a number of twenty digits stays what it was
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, badJSON
	}
	return storable(v, maxDepth)
}

// storable returns v as PostgreSQL can keep it. Source: PostgreSQL manual, 8.14
// "JSON Types": jsonb takes neither \u0000 nor numbers beyond numeric's range.
func storable(v any, depth int) (any, reason) {
	if depth == 0 {
		return nil, badJSON
	}
	switch v := v.(type) {
	case string:
		if !cleanText(v) {
			return nil, badText
		}
	case json.Number:
		const exactDigits = 30
		if s := v.String(); len(s) > exactDigits || strings.ContainsAny(s, "eE") {
			return s, ""
		}
	case []any:
		for i := range v {
			part, why := storable(v[i], depth-1)
			if why != "" {
				return nil, why
			}
			v[i] = part
		}
	case map[string]any:
		for name := range v {
			part, why := storable(v[name], depth-1)
			if why == "" && !cleanText(name) {
				why = badText
			}
			if why != "" {
				return nil, why
			}
			v[name] = part
		}
	}
	return v, ""
}

// cleanText says whether s can be stored: UTF-8 without NUL.
func cleanText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }
