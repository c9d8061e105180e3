package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"regexp"
	"strings"

	"github.com/lmittmann/tint"
)

// number is what a phone number may look like in a text. What is logged holds
// none; this is the net below.
var number = regexp.MustCompile(`(\+|\b00)98\d{8,10}\b|\b09\d{9}\b`)

// logger writes for people on a terminal, else for machines. Known secrets and
// what looks like a phone number are struck out of every value.
func (c Config) logger(w io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.LogLevel)) // one of four, as the command line has checked
	terminal := isTerminal(w)
	clean := scrub(c.secrets())
	if c.Log == "text" || c.Log == "" && terminal {
		return slog.New(tint.NewTextHandler(w, &tint.Options{Level: level, ReplaceAttr: clean, NoColor: !terminal, TimeFormat: "15:04:05.000"}))
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: clean}))
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func scrub(secrets []string) func([]string, slog.Attr) slog.Attr {
	var pairs []string
	for _, s := range secrets {
		if len(s) >= 4 {
			pairs = append(pairs, s, "***")
		}
	}
	strike := strings.NewReplacer(pairs...)
	return func(_ []string, a slog.Attr) slog.Attr {
		v := a.Value.Resolve()
		var s string
		switch v.Kind() {
		case slog.KindString:
			s = v.String()
		case slog.KindAny:
			if _, isLevel := v.Any().(slog.Level); isLevel {
				return a
			}
			if _, isSource := v.Any().(*slog.Source); isSource {
				return a
			}
			s = fmt.Sprint(v.Any())
		default:
			return a
		}
		if cleaned := number.ReplaceAllString(strike.Replace(s), "***"); cleaned != s {
			a.Value = slog.StringValue(cleaned)
		}
		return a
	}
}
