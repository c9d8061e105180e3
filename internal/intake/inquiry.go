package intake

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"cartable/internal/crm"
	"cartable/internal/persian"
)

// ownFields are the names that belong to customer fields without standing under
// "fields".
var ownFields = []string{"level", "major"}

const maxUTM = 20 // entries

// reader reads a submission into an inquiry and gathers what is wrong with it.
type reader struct {
	sub    submission
	dir    crm.Directory
	now    time.Time // in the business's zone
	in     crm.Inquiry
	issues []issue
}

// readInquiry reads a submission as the API's description says. Names that mean
// nothing to the business are kept on the inquiry. The directory may be empty
// when the submission has no values of customer fields (see hasValues).
func readInquiry(sub submission, src crm.Source, dir crm.Directory, now time.Time) (crm.Inquiry, []issue) {
	r := &reader{sub: maps.Clone(sub), dir: dir, now: now.In(dir.Settings.Location())}
	r.in.Source = src.ID
	r.readPhone()
	for _, p := range []struct {
		name string
		to   *string
	}{{"name", &r.in.Name}, {"email", &r.in.Email}, {"city", &r.in.City}, {"message", &r.in.Message},
		{"campaign", &r.in.Campaign}, {"page", &r.in.Page}} {
		*p.to = r.text(p.name)
	}
	r.in.Email = strings.ReplaceAll(persian.Clean(r.in.Email), " ", "")
	if r.in.Email != "" && !crm.ValidEmail(r.in.Email) {
		r.wrong("email", badEmail)
	}
	r.readUTM()
	r.in.Campaign = cmp.Or(r.in.Campaign, r.in.UTM["campaign"])
	r.readValues()
	r.keepRest()
	return r.in, r.issues
}

// hasValues says whether a submission has values of customer fields, so that
// reading it needs the directory.
func hasValues(sub submission) bool {
	return slices.ContainsFunc(append([]string{"fields"}, ownFields...), func(name string) bool {
		_, ok := sub[name]
		return ok
	})
}

func (r *reader) wrong(field string, why reason) {
	r.issues = append(r.issues, issue{Field: field, Reason: why})
}

// text takes a string out of the submission; "" when it is not there.
func (r *reader) text(name string) string {
	v := r.sub[name]
	delete(r.sub, name)
	s, ok := v.(string)
	if v != nil && !ok {
		r.wrong(name, wrongType)
	}
	return s
}

func (r *reader) readPhone() {
	before := len(r.issues)
	typed := r.text("phone")
	if len(r.issues) > before {
		return
	}
	if strings.TrimSpace(typed) == "" {
		r.wrong("phone", noPhone)
		return
	}
	phone, err := persian.ParsePhone(typed)
	switch {
	case errors.Is(err, persian.ErrManyPhones):
		r.wrong("phone", manyPhones)
	case err != nil:
		r.wrong("phone", badPhone)
	}
	r.in.Phone = phone
}

// readUTM keeps the entries without their prefix, so that utm_source and source
// count as one in reports.
func (r *reader) readUTM() {
	v := r.sub["utm"]
	delete(r.sub, "utm")
	if v == nil {
		return
	}
	entries, ok := v.(map[string]any)
	if !ok {
		r.wrong("utm", wrongType)
		return
	}
	if len(entries) > maxUTM {
		r.wrong("utm", tooLong)
		return
	}
	r.in.UTM = make(map[string]string, len(entries))
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		s, ok := entries[name].(string)
		if !ok && entries[name] != nil {
			r.wrong("utm."+name, wrongType)
			continue
		}
		key, value := strings.TrimPrefix(persian.Clean(name), "utm_"), persian.Clean(s)
		if len([]rune(key)) > crm.MaxName || len([]rune(value)) > crm.MaxLine {
			r.wrong("utm."+name, tooLong)
			continue
		}
		if key != "" && value != "" {
			r.in.UTM[key] = value
		}
	}
}

// readValues takes the values of customer fields. What names no field in use
// stays and is kept with the rest.
func (r *reader) readValues() {
	r.in.Values = crm.Values{}
	for _, name := range ownFields {
		if v, ok := r.sub[name]; ok && r.take(name, name, v) {
			delete(r.sub, name)
		}
	}
	v := r.sub["fields"]
	entries, ok := v.(map[string]any)
	if v != nil && !ok {
		r.wrong("fields", wrongType)
	}
	rest := map[string]any{}
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		if !r.take("fields."+key, key, entries[key]) {
			rest[key] = entries[key]
		}
	}
	delete(r.sub, "fields")
	if len(rest) > 0 {
		r.sub["fields"] = rest
	}
}

// take reads the value of the customer field with this key, which was sent under
// name; false when there is no such field in use.
func (r *reader) take(name, key string, v any) bool {
	f, ok := fieldOf(r.dir, key)
	if !ok {
		return false
	}
	value, why := readValue(f, v, r.dir, r.now)
	if why == "" {
		if err := f.Check(value, r.dir); crm.IsKey(err, crm.KeyTooLong) {
			why = tooLong
		} else if err != nil {
			why = badValue
		}
	}
	switch {
	case why != "":
		r.wrong(name, why)
	case value != "":
		r.in.Values[f.ID] = value
	}
	return true
}

// keepRest keeps what is left, as it came.
func (r *reader) keepRest() {
	maps.DeleteFunc(r.sub, func(_ string, v any) bool { return v == nil })
	if len(r.sub) == 0 {
		return
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // it is data, and readers of the database want to read it
	if err := enc.Encode(map[string]any(r.sub)); err != nil {
		// Everything in a submission came out of JSON or is a string.
		panic(fmt.Sprintf("encode what was sent: %v", err))
	}
	r.in.Extra = bytes.TrimSpace(b.Bytes())
}

// issueOf says what the domain found wrong with an inquiry; false for any other
// error.
func issueOf(err error, sub submission) (issue, bool) {
	var e *crm.Error
	if !errors.As(err, &e) || e.Code != crm.Invalid || e.Field == "" {
		return issue{}, false
	}
	field, why := e.Field, badValue
	if e.Key == crm.KeyTooLong {
		why = tooLong
	}
	if _, top := sub[field]; e.FieldID != 0 && !top {
		field = "fields." + field
	}
	return issue{field, why}, true
}
