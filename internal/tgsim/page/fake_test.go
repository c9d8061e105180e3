package page

import (
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

const patience = 15 * time.Second

// The API's shapes, as package tgsim documents them.
type (
	state struct {
		Now     time.Time         `json:"now"`
		Zone    string            `json:"zone"`
		Bot     map[string]string `json:"bot"`
		Links   []link            `json:"links"`
		Movable bool              `json:"movable"`
		Chats   []*chat           `json:"chats"`
	}
	link struct {
		Title string `json:"title"`
		URL   string `json:"url"`
	}
	chat struct {
		ID         int64      `json:"id"`
		Name       string     `json:"name"`
		Language   string     `json:"language"`
		Blocked    bool       `json:"blocked"`
		Unread     int        `json:"unread"`
		Menu       []command  `json:"menu"`
		Keyboard   *keyboard  `json:"keyboard"`
		ForceReply bool       `json:"force_reply"`
		Toast      *toast     `json:"toast"`
		Messages   []*message `json:"messages"`
		Waiting    *int       `json:"waiting,omitempty"` // taps not yet answered
	}
	command struct {
		Command     string `json:"command"`
		Description string `json:"description"`
	}
	keyboard struct {
		Rows        [][]key `json:"rows"`
		Placeholder string  `json:"placeholder"`
	}
	key struct {
		Text           string `json:"text"`
		RequestContact bool   `json:"request_contact,omitempty"`
	}
	toast struct {
		Seq   int    `json:"seq"`
		Text  string `json:"text"`
		Alert bool   `json:"alert"`
	}
	message struct {
		ID       int        `json:"id"`
		From     string     `json:"from"`
		Date     time.Time  `json:"date"`
		Edited   bool       `json:"edited"`
		HTML     string     `json:"html"`
		Photo    *photo     `json:"photo"`
		Document *document  `json:"document"`
		Contact  *contact   `json:"contact"`
		Inline   [][]button `json:"inline"`
		Deleted  bool       `json:"deleted"`
	}
	photo struct {
		URL string `json:"url"`
	}
	document struct {
		Name string `json:"name"`
		Size int    `json:"size"`
		URL  string `json:"url"`
	}
	contact struct {
		Phone string `json:"phone"`
		Name  string `json:"name"`
	}
	button struct {
		Text  string `json:"text"`
		Data  string `json:"data,omitempty"`
		URL   string `json:"url,omitempty"`
		Copy  string `json:"copy,omitempty"`
		Style string `json:"style,omitempty"`
	}
)

// post is one request that the page made.
type post struct {
	path string
	body string
}

// fake is the simulator's API in memory. It reacts to nothing by itself: what
// the page posts is kept, and a test says what changes.
type fake struct {
	*httptest.Server
	posts chan post

	mu        sync.Mutex
	state     state
	seq       int
	listeners map[chan string]bool
}

func newFake(t *testing.T, chats ...*chat) *fake {
	t.Helper()
	f := &fake{
		posts:     make(chan post, 100),
		listeners: map[chan string]bool{},
		state: state{
			Now:     fixtureNow(),
			Zone:    "Asia/Tehran",
			Bot:     map[string]string{"username": "cartable_bot", "name": "کارتابل"},
			Links:   []link{{Title: "فرم سایت", URL: "https://example.com/f/site"}},
			Movable: true,
			Chats:   chats,
		},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /sim/state", f.serveState)
	mux.HandleFunc("GET /sim/chat/{id}", f.serveChat)
	mux.HandleFunc("GET /sim/events", f.serveEvents)
	mux.HandleFunc("GET /sim/chart.png", serveChart)
	mux.HandleFunc("POST /sim/", f.record)
	mux.Handle("/", Handler())
	f.Server = httptest.NewServer(mux)
	t.Cleanup(func() {
		f.CloseClientConnections()
		f.Close()
	})
	return f
}

func (f *fake) serveState(w http.ResponseWriter, _ *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	writeJSON(w, f.state)
}

func (f *fake) serveChat(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if c := f.chat(id); c != nil {
		writeJSON(w, c)
		return
	}
	http.NotFound(w, r)
}

// chat must be called with the lock held.
func (f *fake) chat(id int64) *chat {
	for _, c := range f.state.Chats {
		if c.ID == id {
			return c
		}
	}
	return nil
}

func (f *fake) serveEvents(w http.ResponseWriter, r *http.Request) {
	events := make(chan string, 100)
	f.mu.Lock()
	f.listeners[events] = true
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		delete(f.listeners, events)
		f.mu.Unlock()
	}()
	w.Header().Set("Content-Type", "text/event-stream")
	w.WriteHeader(http.StatusOK)
	controller := http.NewResponseController(w)
	for {
		if err := controller.Flush(); err != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case data := <-events:
			fmt.Fprintf(w, "event: change\ndata: %s\n\n", data)
		}
	}
}

func (f *fake) record(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	f.posts <- post{path: r.URL.Path, body: strings.TrimSpace(string(body))}
	w.WriteHeader(http.StatusNoContent)
}

// change alters one chat and tells the page, as the simulator would.
func (f *fake) change(id int64, alter func(*chat)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	alter(f.chat(id))
	f.seq++
	for events := range f.listeners {
		events <- fmt.Sprintf(`{"seq":%d,"chat":%d}`, f.seq, id)
	}
}

// expect waits for the page to post to path, and compares the JSON body.
// Earlier posts to other paths are passed over.
func (f *fake) expect(t *testing.T, path, want string) {
	t.Helper()
	got := f.await(t, path)
	if got.body != want {
		t.Errorf("POST %s: body %s, want %s", path, got.body, want)
	}
}

func (f *fake) await(t *testing.T, path string) post {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		select {
		case got := <-f.posts:
			if got.path == path {
				return got
			}
		case <-ctx.Done():
			t.Fatalf("no POST to %s within %s", path, patience)
		}
	}
}

func writeJSON(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(value); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

// serveChart draws a plain bar chart, so that a picture has something to show.
func serveChart(w http.ResponseWriter, _ *http.Request) {
	const width, height = 640, 400
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	for x := range width {
		for y := range height {
			picture.Set(x, y, color.RGBA{R: 246, G: 249, B: 252, A: 255})
		}
	}
	for bar, level := range []int{120, 210, 170, 290, 250, 330, 190} {
		for x := range 50 {
			for y := range level {
				picture.Set(45+bar*82+x, height-30-y, color.RGBA{R: uint8(60 + y/4), G: 140, B: 235, A: 255})
			}
		}
	}
	w.Header().Set("Content-Type", "image/png")
	if err := png.Encode(w, picture); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}
