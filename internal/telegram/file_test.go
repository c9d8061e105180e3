package telegram

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"cartable/bot/chat"
)

// fileServer answers getFile with result and serves content at path.
func fileServer(t *testing.T, result, path string, content func(http.ResponseWriter)) *Client {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/base/bot"+testToken+"/getFile", func(w http.ResponseWriter, _ *http.Request) {
		_, body := ok(result)
		_, _ = io.WriteString(w, body)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/base/file/bot"+testToken+"/"+path {
			http.NotFound(w, r)
			return
		}
		content(w)
	})
	server := httptest.NewServer(mux)
	c := newClient(t, Config{API: server.URL + "/base"})
	t.Cleanup(func() { c.Close(); server.Close() })
	return c
}

func TestOpenFile(t *testing.T) {
	c := fileServer(t, `{"file_id":"f","file_size":5,"file_path":"documents/file 1?.csv"}`, "documents/file 1?.csv",
		func(w http.ResponseWriter) { _, _ = io.WriteString(w, "a,b,c") })
	r, size, err := c.OpenFile(background(t), "f")
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(r)
	if err != nil || string(content) != "a,b,c" || size != 5 {
		t.Errorf("got %q of %d bytes, %v", content, size, err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

func TestFilesThatCannotBeHad(t *testing.T) {
	tooLarge := strconv.Itoa(MaxDownload + 1)
	for name, tt := range map[string]struct {
		result string
		status int
		class  chat.ErrorClass
	}{
		"too large":            {`{"file_size":` + tooLarge + `,"file_path":"a"}`, 200, chat.Rejected},
		"on the server's disk": {`{"file_path":"/var/lib/bot/a"}`, 200, chat.Rejected},
		"above the base":       {`{"file_path":"../a"}`, 200, chat.Rejected},
		"without a path":       {`{}`, 200, chat.Rejected},
		"expired":              {`{"file_path":"a"}`, 404, chat.Rejected},
		"out of order":         {`{"file_path":"a"}`, 502, chat.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			c := fileServer(t, tt.result, "a", func(w http.ResponseWriter) { w.WriteHeader(tt.status) })
			r, _, err := c.OpenFile(background(t), "f")
			if err == nil {
				r.Close()
			}
			if chat.ClassOf(err) != tt.class {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAFileLargerThanItsServerSaid(t *testing.T) {
	c := fileServer(t, `{"file_path":"a"}`, "a", func(w http.ResponseWriter) {
		for range MaxDownload>>10 + 2 {
			_, _ = io.WriteString(w, strings.Repeat("x", 1<<10))
		}
	})
	r, _, err := c.OpenFile(background(t), "f")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	n, err := io.Copy(io.Discard, r)
	if chat.ClassOf(err) != chat.Rejected || n > MaxDownload+1 {
		t.Errorf("read %d bytes, %v", n, err)
	}
}

func TestABrokenDownloadHidesTheToken(t *testing.T) {
	c := fileServer(t, `{"file_path":"a"}`, "a", func(w http.ResponseWriter) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "x")
	})
	r, _, err := c.OpenFile(background(t), "f")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	_, err = io.ReadAll(r)
	if chat.ClassOf(err) != chat.Unavailable || !errors.Is(err, io.ErrUnexpectedEOF) || strings.Contains(err.Error(), testToken) {
		t.Errorf("got %v", err)
	}
}
