package main

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"testing"

	"cartable/internal/tgsim"
)

// A search that finds nothing must be one that could find something.
func TestSearchFindsEveryForm(t *testing.T) {
	dir := t.TempDir()
	numbers := filepath.Join(dir, "numbers.txt")
	if err := os.WriteFile(numbers, []byte("+989120000017\n+989350000001\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := newSearch(numbers, tgsim.DefaultToken, canaryPassword)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		`{"msg":"+989120000017"}`, "phone=09120000017 stored", "9120000017", "00989120000017", "0912 000 0017", "0912-0000017", "+98 (912) 000 0017",
		"۰۹۱۲۰۰۰۰۰۱۷", "٠٩٣٥٠٠٠٠٠٠١", "id=12309350000001", `Post "http://api/bot` + tgsim.DefaultToken + `/getMe": EOF`,
		"AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw", "postgres://cartable:" + canaryPassword + "@localhost", "110201543%3AAAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw",
		base64.StdEncoding.EncodeToString([]byte(tgsim.DefaultToken)),
	} {
		if s.in(line) == 0 {
			t.Errorf("not found in %q", line)
		}
	}
	for _, line := range []string{
		"", "2026-11-25 02:58:43.654 UTC [12679] LOG", `"update":900000017,"took":912000001`, "bot 110201543", "+98***", "0912", "db_seconds_sum 0.0269120384711", "took 9.120000017e-05",
	} {
		if n := s.in(line); n != 0 {
			t.Errorf("found %d times in %q", n, line)
		}
	}
}

// What the servers and programs leave is searched, their data is not.
func TestSearchReadsLogs(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"numbers.txt": "+989120000017", "a.log": "x\n09120000017\n", "a.log.metrics": "09120000017", "a.log.refusals": "0912 0000017",
		"servers/postgres.log": "+989120000017", "servers/postgres/base/1.log": "+989120000017", "clock": "09120000017",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, err := newSearch(filepath.Join(dir, "numbers.txt"), "1:t", "p")
	if err != nil {
		t.Fatal(err)
	}
	s.secrets = nil
	if err := s.all(dir); err != nil {
		t.Fatal(err)
	}
	if s.files != 4 || s.found != 4 || s.lines != 5 {
		t.Errorf("found %d times in %d files, %d lines: %v", s.found, s.files, s.lines, s.places)
	}
}
