package telegram

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

func TestWebhookHandler(t *testing.T) {
	const secret, update = "the-secret", `{"update_id":7,"message":{}}`
	for name, tt := range map[string]struct {
		method, secret, body string
		storeErr             error
		status, stored       int
	}{
		"stored":         {"POST", secret, update, nil, 200, 1},
		"not stored":     {"POST", secret, update, errors.New("no database"), 503, 1},
		"wrong secret":   {"POST", "the-secreT", update, nil, 401, 0},
		"longer secret":  {"POST", secret + "x", update, nil, 401, 0},
		"no secret":      {"POST", "", update, nil, 401, 0},
		"not a post":     {"GET", secret, "", nil, 405, 0},
		"not an update":  {"POST", secret, `{"message":{}}`, nil, 400, 0},
		"not even JSON":  {"POST", secret, `hello`, nil, 400, 0},
		"more than fits": {"POST", secret, strings.Repeat(" ", maxUpdate) + update, nil, 413, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var stored []Raw
			log, text := captured()
			handler := WebhookHandler(secret, func(_ context.Context, batch []Raw) error {
				stored = append(stored, batch...)
				return tt.storeErr
			}, log)
			r := httptest.NewRequest(tt.method, "/telegram/x", strings.NewReader(tt.body))
			if tt.secret != "" {
				r.Header.Set("X-Telegram-Bot-Api-Secret-Token", tt.secret)
			}
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			if w.Code != tt.status || len(stored) != tt.stored {
				t.Fatalf("status %d, stored %v", w.Code, stored)
			}
			if tt.stored > 0 && (stored[0].UpdateID != 7 || string(stored[0].JSON) != update) {
				t.Errorf("stored %d %s", stored[0].UpdateID, stored[0].JSON)
			}
			if tt.storeErr != nil && !strings.Contains(text.String(), "no database") {
				t.Errorf("the failure is not logged: %q", text)
			}
		})
	}
}

func TestWebhookWithoutASecretIsClosed(t *testing.T) {
	log, _ := captured()
	w := httptest.NewRecorder()
	WebhookHandler("", nil, log).ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"update_id":1}`)))
	if w.Code != http.StatusUnauthorized {
		t.Errorf("status %d", w.Code)
	}
}

func TestWebhookSecret(t *testing.T) {
	path, secret := WebhookSecret(testToken)
	if p, s := WebhookSecret(testToken); p != path || s != secret {
		t.Error("two instances do not agree")
	}
	if p, s := WebhookSecret(testToken + "x"); p == path || s == secret {
		t.Error("another token has the same secret")
	}
	// Source: Bot API, setWebhook.secret_token.
	if form := regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`); !form.MatchString(secret) || !form.MatchString(path) {
		t.Errorf("not in the form that Telegram takes: %q %q", path, secret)
	}
	if strings.Contains(secret, path) {
		t.Error("the path, which stands in logs, gives the secret away")
	}
}
