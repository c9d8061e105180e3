package telegram

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net/http"
)

// maxUpdate bounds the body of a webhook call; an update is some kilobytes.
const maxUpdate = 1 << 20

// secretHeader carries the secret given to setWebhook.
const secretHeader = "X-Telegram-Bot-Api-Secret-Token" //nolint:gosec // the name of a header

// WebhookSecret derives the path segment and the header secret of the webhook
// from the bot's token, so that all instances agree on them without storing
// anything and a new token changes both. Neither leads back to the token.
func WebhookSecret(token string) (path, secret string) {
	derive := func(purpose string) string {
		mac := hmac.New(sha256.New, []byte(token))
		mac.Write([]byte("cartable webhook " + purpose))
		return hex.EncodeToString(mac.Sum(nil))
	}
	return derive("path")[:32], derive("secret")
}

// WebhookHandler takes the updates that Telegram posts. It answers 200 once
// store has returned nil, and 503 when it could not be stored, so that Telegram
// brings the update again; 401 without the right secret.
func WebhookHandler(secret string, store func(context.Context, []Raw) error, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		if secret == "" || !sameSecret(r.Header.Get(secretHeader), secret) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxUpdate))
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		raw, err := parseRaw(body)
		if err != nil {
			log.WarnContext(r.Context(), "webhook: a call with the right secret is no update", "error", err)
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if err := store(r.Context(), []Raw{raw}); err != nil {
			log.ErrorContext(r.Context(), "webhook: store update", "update", raw.UpdateID, "error", err)
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusOK)
	})
}

// sameSecret compares in constant time. Hashing first hides the length too.
func sameSecret(got, want string) bool {
	g, w := sha256.Sum256([]byte(got)), sha256.Sum256([]byte(want))
	return subtle.ConstantTimeCompare(g[:], w[:]) == 1
}
