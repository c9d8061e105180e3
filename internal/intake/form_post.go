package intake

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"cartable/internal/crm"
	"cartable/internal/persian"
)

// The inputs of the page that are not about the customer. Their names begin with
// an underscore so that no business's own input is taken for them.
const (
	tokenInput = "_token"
	trapInput  = "_url" // hidden from people; programs fill it
)

// post is a form as it was sent.
type post struct {
	sub    submission
	issues []issue
	token  string
	trap   bool // the input that people do not see is filled
	typed  url.Values
	json   bool
}

// asksJSON says whether a program sent r rather than a page.
func asksJSON(r *http.Request) bool {
	accept := r.Header.Get("Accept")
	return sendsJSON(r) || strings.Contains(accept, "application/json") && !strings.Contains(accept, "text/html")
}

func sendsJSON(r *http.Request) bool {
	kind := mediaType(r)
	return kind == "application/json" || strings.HasSuffix(kind, "+json")
}

// mediaType is that of the body; "" when it is not said.
func mediaType(r *http.Request) string {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return kind
}

// readPost reads a form post: of the page, a plain one of another site, multipart
// or JSON. The error of a body over its bound is *http.MaxBytesError.
func readPost(w http.ResponseWriter, r *http.Request) (post, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if sendsJSON(r) {
		sub, issues, err := readJSON(r.Body)
		p := post{sub: sub, issues: issues, json: true}
		for name, own := range map[string]func(string){
			tokenInput: func(s string) { p.token = s },
			trapInput:  func(s string) { p.trap = s != "" },
		} {
			if s, ok := sub[name].(string); ok {
				own(s)
			}
			delete(sub, name)
		}
		return p, err
	}
	// ParseMultipartForm alone would hide the errors of a body that is not multipart.
	err := r.ParseForm()
	if err == nil && mediaType(r) == "multipart/form-data" {
		err = r.ParseMultipartForm(maxBody)
	}
	p := readValues(r.PostForm)
	p.json = asksJSON(r)
	if err == nil {
		addAttribution(p, r.URL.Query())
		return p, nil
	}
	var over *http.MaxBytesError
	if errors.As(err, &over) {
		return p, err
	}
	p.issues = append(p.issues, issue{bodyField, badForm})
	return p, nil
}

// readValues makes a submission of a form's inputs. fields[x] and utm[x], as PHP
// programs name them, and fields.x and utm_x are entries of fields and utm; utm
// itself may be a query string.
func readValues(values url.Values) post {
	p := post{sub: submission{}, typed: url.Values{}, token: values.Get(tokenInput), trap: values.Get(trapInput) != ""}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		list := slices.DeleteFunc(slices.Clone(values[name]), func(v string) bool { return v == "" })
		if name == tokenInput || name == trapInput || len(list) == 0 {
			continue
		}
		if !slices.ContainsFunc(append(list, name), func(v string) bool { return !cleanText(v) }) {
			p.typed[name] = list
			p.put(name, list)
			continue
		}
		// What cannot be stored cannot be shown again either, but what is left of it can.
		clean := strings.ReplaceAll(strings.ToValidUTF8(list[0], ""), "\x00", "")
		name = strings.ReplaceAll(strings.ToValidUTF8(name, ""), "\x00", "")
		p.typed.Set(name, clean)
		p.issues = append(p.issues, issue{name, badText})
	}
	return p
}

func (p post) put(name string, list []string) {
	if isAttribution(name) {
		p.putAttribution(name, list[0])
		return
	}
	group, key := groupOf(name)
	var v any = list[0]
	if len(list) > 1 && !slices.Contains(visibleInputs, name) {
		all := make([]any, len(list))
		for i := range list {
			all[i] = list[i]
		}
		v = all
	}
	if group != "" {
		p.entry(group, key, v)
		return
	}
	p.sub[name] = v
}

// putAttribution shortens what is too long, since nobody who fills the form
// could do anything about it.
func (p post) putAttribution(name, v string) {
	switch name {
	case "campaign":
		p.sub[name] = clip(v, crm.MaxLine)
	case "page":
		p.sub[name] = clip(v, 4*crm.MaxLine)
	case "utm":
		entries, err := url.ParseQuery(v)
		if err != nil {
			return
		}
		for _, k := range slices.Sorted(maps.Keys(entries)) {
			p.putUTM(k, entries.Get(k))
		}
	default:
		_, key := groupOf(name)
		p.putUTM(key, v)
	}
}

func (p post) putUTM(key, v string) {
	if entries, _ := p.sub["utm"].(map[string]any); len(entries) < maxUTM {
		p.entry("utm", clip(key, crm.MaxName), clip(v, crm.MaxLine))
	}
}

func clip(s string, limit int) string {
	if r := []rune(persian.Clean(s)); len(r) > limit {
		return string(r[:limit])
	}
	return persian.Clean(s)
}

func (p post) entry(group, key string, v any) {
	entries, ok := p.sub[group].(map[string]any)
	if !ok {
		entries = map[string]any{}
		p.sub[group] = entries
	}
	entries[key] = v
}

// groupOf splits fields[x], fields[x][], fields.x, utm[x], utm.x and utm_x.
func groupOf(name string) (group, key string) {
	for _, group := range []string{"fields", "utm"} {
		rest, ok := strings.CutPrefix(name, group)
		switch {
		case !ok || len(rest) < 2:
		case rest[0] == '[' && strings.Contains(rest, "]"):
			return group, rest[1:strings.IndexByte(rest, ']')]
		case rest[0] == '.', rest[0] == '_' && group == "utm":
			return group, rest[1:]
		}
	}
	return "", ""
}

// visibleInputs are the page's inputs that people fill.
var visibleInputs = []string{"phone", "name", "message", "city", "email", "level", "major"}

// isAttribution says whether an input tells where somebody came from.
func isAttribution(name string) bool {
	group, _ := groupOf(name)
	return name == "campaign" || name == "page" || name == "utm" || group == "utm"
}

// addAttribution adds what the address says of where somebody came from and the
// form itself does not.
func addAttribution(p post, query url.Values) {
	for name, list := range query {
		if _, given := p.typed[name]; given || !isAttribution(name) || len(list) == 0 || list[0] == "" {
			continue
		}
		if cleanText(name) && cleanText(list[0]) {
			p.typed[name] = list
			p.put(name, list[:1])
		}
	}
}

// key makes a repetition of the same post harmless: the same page sent twice, or
// without a page the same words within the same ten minutes.
func (p post) key(src crm.Source, g grade, now time.Time) string {
	const window = 10 * time.Minute
	h := sha256.New()
	if g == good {
		h.Write([]byte("page\x00" + p.token + "\x00"))
	} else {
		h.Write([]byte("bare\x00"))
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(now.Truncate(window).Unix())))
	}
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(src.ID)))
	_ = json.NewEncoder(h).Encode(p.sub) // neither fails: strings and JSON into a hash
	return "form:" + base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}
