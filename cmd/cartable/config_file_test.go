package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cartable/internal/pgtest"
)

func TestConfigFile(t *testing.T) {
	t.Setenv("CARTABLE_DATABASE_URL", pgtest.EmptyURL(t))
	name := filepath.Join(t.TempDir(), "config.yaml")
	if out, _, err := cartable(t, "config", "export", "--language=en", "--file", name); err != nil || out != "" {
		t.Fatalf("export: %q, %v", out, err)
	}
	out, _, err := cartable(t, "config", "export", "--language=en")
	if err != nil || !strings.Contains(out, "# Statuses, in the order") || !strings.Contains(out, "title: {fa: جلسه آنلاین, en: Online meeting}") {
		t.Fatalf("export: %v\n%s", err, out)
	}
	write := func(from, to string) {
		t.Helper()
		data, err := os.ReadFile(name)
		if err != nil || !strings.Contains(string(data), from) {
			t.Fatalf("%q is not in the file: %v", from, err)
		}
		if err := os.WriteFile(name, []byte(strings.Replace(string(data), from, to, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	check := func(verb, want string) {
		t.Helper()
		if out, stderr, err := cartable(t, "config", verb, "--file", name, "--language=en"); err != nil || !strings.Contains(out, want) {
			t.Fatalf("%s: %q %q, %v; want %q", verb, out, stderr, err, want)
		}
	}
	check("check", "nothing changes")
	write("en: Online meeting", "en: Video call")
	check("check", "Video call")
	check("check", "Video call") // nothing was changed by looking
	check("apply", "version ")
	check("apply", "nothing changes")
	write("cartable: next", "cartable: nxt")
	write("agents_see_all: true", "agents_see_all: maybe")
	for _, verb := range []string{"check", "apply"} {
		_, stderr, err := cartable(t, "config", verb, "--file", name, "--language=en")
		if !errors.Is(err, errReported) || strings.Count(stderr, "Line ") != 2 || !strings.Contains(stderr, "Did you mean next?") {
			t.Errorf("%s: %q, %v", verb, stderr, err)
		}
	}
	if _, stderr, _ := cartable(t, "config", "check", "--file", name); !strings.Contains(stderr, "منظورتان next نیست؟") {
		t.Errorf("in Persian: %q", stderr)
	}
	if _, _, err := cartable(t, "config", "check", "--file", name+".none"); err == nil {
		t.Error("a file that is not there is read")
	}
	if _, _, err := cartable(t, "config", "apply"); err == nil {
		t.Error("no file is applied")
	}
}
