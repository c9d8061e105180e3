package tgsim

import (
	"fmt"
	"time"
	"unicode"
	"unicode/utf8"
)

// apiError is a refusal with the text of the real server.
type apiError struct {
	code       int
	text       string // with its prefix, such as "Bad Request: "
	retryAfter int    // seconds; 429 only
	migrateTo  int64  // chat ID; 400 only
}

func (e *apiError) Error() string { return e.text }

// badRequest makes a 400. Like the real server it lowers the first letter of the reason, unless it is a code
// such as BUTTON_DATA_INVALID.
func badRequest(format string, args ...any) *apiError {
	reason := fmt.Sprintf(format, args...)
	first, n := utf8.DecodeRuneInString(reason)
	second, _ := utf8.DecodeRuneInString(reason[n:])
	if second != '_' && !unicode.IsUpper(second) {
		reason = string(unicode.ToLower(first)) + reason[n:]
	}
	return &apiError{code: 400, text: "Bad Request: " + reason}
}

func forbidden(reason string) *apiError { return &apiError{code: 403, text: "Forbidden: " + reason} }

func conflict(reason string) *apiError { return &apiError{code: 409, text: "Conflict: " + reason} }

func tooMany(wait time.Duration) *apiError {
	seconds := max(1, int((wait+time.Second-1)/time.Second))
	return &apiError{code: 429, text: fmt.Sprintf("Too Many Requests: retry after %d", seconds), retryAfter: seconds}
}

func migrated(to int64) *apiError {
	return &apiError{code: 400, text: "Bad Request: group chat was upgraded to a supergroup chat", migrateTo: to}
}

func notFound() *apiError { return &apiError{code: 404, text: "Not Found"} }
