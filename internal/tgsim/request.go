package tgsim

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const (
	maxUpload   = 50 << 20 // what a bot may upload
	maxBody     = maxUpload + 1<<20
	maxInMemory = 8 << 20
)

// call is one request to a method: its parameters as text (objects and arrays as JSON) and its uploads.
type call struct {
	method string
	spec   method
	args   map[string]string
	typed  map[string]any // what a JSON body held, to check types
	files  map[string]upload
}

type upload struct {
	name string
	mime string
	data []byte
}

var errTooLarge = errors.New("request entity too large")

// readCall takes parameters from the query and from a JSON, urlencoded or multipart body, as the real server does.
func readCall(r *http.Request) (*call, error) {
	c := &call{args: map[string]string{}, typed: map[string]any{}, files: map[string]upload{}}
	c.addValues(r.URL.Query())
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		kind = ""
	}
	switch kind {
	case "application/json":
		return c, c.addJSON(r.Body)
	case "application/x-www-form-urlencoded":
		body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
		if err != nil {
			return nil, fmt.Errorf("read body: %w", err)
		}
		values, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, fmt.Errorf("parse body: %w", err)
		}
		c.addValues(values)
		return c, nil
	case "multipart/form-data":
		return c, c.addMultipart(r)
	}
	if _, err := io.Copy(io.Discard, io.LimitReader(r.Body, maxBody)); err != nil {
		return nil, fmt.Errorf("read body: %w", err)
	}
	return c, nil
}

func (c *call) addValues(values url.Values) {
	for name, v := range values {
		c.args[name] = v[len(v)-1]
	}
}

func (c *call) addJSON(body io.Reader) error {
	raw := map[string]json.RawMessage{}
	if err := json.NewDecoder(io.LimitReader(body, maxBody)).Decode(&raw); err != nil {
		return fmt.Errorf("parse JSON body: %w", err)
	}
	for name, text := range raw {
		var value any
		if err := json.Unmarshal(text, &value); err != nil {
			return fmt.Errorf("parse JSON body: %w", err)
		}
		if value == nil {
			continue
		}
		c.typed[name] = value
		if s, ok := value.(string); ok {
			c.args[name] = s
		} else {
			c.args[name] = string(text)
		}
	}
	return nil
}

func (c *call) addMultipart(r *http.Request) error {
	r.Body = http.MaxBytesReader(nil, r.Body, maxBody)
	if err := r.ParseMultipartForm(maxInMemory); err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return errTooLarge
		}
		return fmt.Errorf("parse multipart body: %w", err)
	}
	defer r.MultipartForm.RemoveAll() //nolint:errcheck // files of the operating system's temporary directory
	c.addValues(r.MultipartForm.Value)
	for name, headers := range r.MultipartForm.File {
		u, err := readUpload(headers[0])
		if err != nil {
			return err
		}
		c.files[name] = u
	}
	return nil
}

func readUpload(h *multipart.FileHeader) (upload, error) {
	f, err := h.Open()
	if err != nil {
		return upload{}, fmt.Errorf("open upload: %w", err)
	}
	defer f.Close() //nolint:errcheck // only read
	data, err := io.ReadAll(f)
	if err != nil {
		return upload{}, fmt.Errorf("read upload: %w", err)
	}
	if len(data) > maxUpload {
		return upload{}, errTooLarge
	}
	return upload{name: h.Filename, mime: h.Header.Get("Content-Type"), data: data}, nil
}

// faults lists what is wrong with the parameters themselves: unknown names, missing ones, wrong types.
func (c *call) paramFaults() []string {
	var faults []string
	for _, name := range slices.Sorted(maps.Keys(c.args)) {
		p, ok := c.spec.params[name]
		if !ok {
			faults = append(faults, fmt.Sprintf("unknown parameter %q", name))
		} else if problem := c.checkType(name, p.kind); problem != "" {
			faults = append(faults, problem)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.spec.params)) {
		if _, uploaded := c.files[name]; c.spec.params[name].required && c.args[name] == "" && !uploaded {
			faults = append(faults, fmt.Sprintf("parameter %q is missing", name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.files)) {
		if p := c.spec.params[name]; p.kind != "file" && !c.attached(name) {
			faults = append(faults, fmt.Sprintf("upload %q belongs to no parameter", name))
		}
	}
	return faults
}

func (c *call) attached(name string) bool {
	for _, v := range c.args {
		if strings.Contains(v, "attach://"+name) {
			return true
		}
	}
	return false
}

func (c *call) checkType(name, kind string) string {
	text, value := c.args[name], c.typed[name]
	ok := true
	switch kind {
	case "int":
		_, err := strconv.ParseInt(text, 10, 64)
		ok = err == nil
	case "id":
		_, err := strconv.ParseInt(text, 10, 64)
		ok = err == nil || strings.HasPrefix(text, "@")
	case "bool":
		ok = slices.Contains([]string{"true", "false", "1", "0"}, strings.ToLower(text))
	case "json":
		ok = json.Valid([]byte(text)) && (text[0] == '{' || text[0] == '[' || text == "null")
	case "string", "file":
		if value != nil {
			_, ok = value.(string)
		}
	}
	if ok || text == "" {
		return ""
	}
	return fmt.Sprintf("parameter %q must be of type %s", name, kind)
}

// integer is the parameter as a number, or fallback where it is absent or no number.
func (c *call) integer(name string, fallback int64) int64 {
	n, err := strconv.ParseInt(c.args[name], 10, 64)
	if err != nil {
		return fallback
	}
	return n
}

func (c *call) boolean(name string) bool {
	switch strings.ToLower(c.args[name]) {
	case "true", "1", "yes", "t", "y":
		return true
	}
	return false
}

// value reads a parameter that is a JSON value into target; absent and null leave it alone.
func (c *call) value(name string, target any) error {
	text := c.args[name]
	if text == "" || text == "null" {
		return nil
	}
	return unmarshalStrict([]byte(text), target)
}

func (c *call) has(name string) bool {
	text := c.args[name]
	return text != "" && text != "null"
}
