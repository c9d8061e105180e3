package intake

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"time"
)

// problem is an error document. Source: RFC 9457, section 3; field, reason and
// errors are extension members (section 3.2).
type problem struct {
	Type   string  `json:"type"`  // "about:blank": the status says what kind it is
	Title  string  `json:"title"` // the status in words
	Status int     `json:"status"`
	Detail string  `json:"detail"`
	Field  string  `json:"field,omitempty"`  // what it is about: "phone", "fields.level", "body"
	Reason reason  `json:"reason,omitempty"` // why, as a code that programs can tell apart
	Errors []issue `json:"errors,omitempty"` // all of them, when there are several
}

func writeProblem(w http.ResponseWriter, p problem) {
	p.Type, p.Title = "about:blank", http.StatusText(p.Status)
	writeJSON(w, p.Status, "application/problem+json", p)
}

func writeJSON(w http.ResponseWriter, status int, kind string, v any) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	// A failed write means that the client is gone: there is nobody to tell.
	_ = json.NewEncoder(w).Encode(v)
}

// retryAfter sets the header in whole seconds, at least one. Source: RFC 9110,
// section 10.2.3.
func retryAfter(w http.ResponseWriter, wait time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(max(1, int(math.Ceil(wait.Seconds())))))
}
