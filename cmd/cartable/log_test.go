package main

import (
	"errors"
	"strings"
	"testing"
)

func TestLogHoldsNoSecretAndNoNumber(t *testing.T) {
	for _, format := range []string{"json", "text"} {
		var out output
		c := Config{Log: format, LogLevel: "debug", TelegramToken: "123456:token-of-the-bot", DatabaseURL: "postgres://u:pass%40word@db/x"}
		c.logger(&out).Error("failed", "error", errors.New("123456:token-of-the-bot at postgres://u:pass%40word@db/x"),
			"text", "+989121234567 and 09351234567", "password", "pass@word", "kept", 42)
		for _, hidden := range []string{"token-of", "pass@word", "pass%40word", "912123", "935123"} {
			if strings.Contains(out.String(), hidden) {
				t.Errorf("%s: the line holds %q: %s", format, hidden, out.String())
			}
		}
		if !strings.Contains(out.String(), "failed") || !strings.Contains(out.String(), "42") {
			t.Errorf("%s: the line lost what it says: %s", format, out.String())
		}
	}
}
