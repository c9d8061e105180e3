package tgsim

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"cartable/internal/tgsim/page"
)

const maxWebBody = 1 << 20

// routes serves the page and, under /sim/, what it reads and does. The page acts for every person, so only this
// machine may use it: names that another site pointed at loopback are refused, and so are other sites' forms.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /sim/state", s.webState)
	mux.HandleFunc("GET /sim/events", s.webEvents)
	mux.HandleFunc("GET /sim/chat/{id}", s.webChat)
	mux.HandleFunc("GET /sim/file/{file}", s.webFile)
	mux.HandleFunc("POST /sim/clock", act(s.webClock))
	mux.HandleFunc("POST /sim/person", act(s.webPerson))
	mux.HandleFunc("POST /sim/chat/{id}/text", s.inChat(webText))
	mux.HandleFunc("POST /sim/chat/{id}/tap", s.inChat(webTap))
	mux.HandleFunc("POST /sim/chat/{id}/contact", s.inChat(webContact))
	mux.HandleFunc("POST /sim/chat/{id}/file", s.inChat(webUpload))
	mux.HandleFunc("POST /sim/chat/{id}/start", s.inChat(webStart))
	mux.HandleFunc("POST /sim/chat/{id}/read", s.inChat(webRead))
	mux.HandleFunc("POST /sim/chat/{id}/block", s.inChat(webBlock))
	mux.Handle("GET /", page.Handler())
	return loopbackOnly(http.NewCrossOriginProtection().Handler(mux))
}

func loopbackOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		if !loopback(host) {
			http.Error(w, "the simulated Telegram answers on this machine only", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// webError is a refusal for the page.
type webError struct {
	status int
	text   string
}

func (e *webError) Error() string { return e.text }

// act makes a handler of something that reads a request and changes something: 204 when it is done.
func act(do func(r *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := do(r)
		var refusal *webError
		switch {
		case err == nil:
			w.WriteHeader(http.StatusNoContent)
		case errors.As(err, &refusal):
			http.Error(w, refusal.text, refusal.status)
		default:
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	}
}

func (s *Server) inChat(do func(*Person, *http.Request) error) http.HandlerFunc {
	return act(func(r *http.Request) error {
		p, err := s.webWho(r)
		if err != nil {
			return err
		}
		return do(p, r)
	})
}

func (s *Server) webWho(r *http.Request) (*Person, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return nil, &webError{http.StatusNotFound, "no such chat"}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.people[id]; p != nil {
		return p, nil
	}
	return nil, &webError{http.StatusNotFound, "no such chat"}
}

func readBody(r *http.Request, into any) error {
	err := json.NewDecoder(io.LimitReader(r.Body, maxWebBody)).Decode(into)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read request: %w", err)
	}
	return nil
}

func webText(p *Person, r *http.Request) error {
	var in struct{ Text string }
	if err := readBody(r, &in); err != nil {
		return err
	}
	p.Type(in.Text)
	return nil
}

// webTap taps the button of a message that has the given data, or stands at the given row and column.
func webTap(p *Person, r *http.Request) error {
	var in struct {
		Message  int
		Data     string
		Row, Col *int
	}
	if err := readBody(r, &in); err != nil {
		return err
	}
	if in.Row == nil || in.Col == nil {
		return p.TapData(in.Message, in.Data)
	}
	return p.tapAt(in.Message, *in.Row, *in.Col)
}

func webContact(p *Person, r *http.Request) error {
	var in struct{ Phone, Name string }
	if err := readBody(r, &in); err != nil {
		return err
	}
	if in.Phone == "" {
		p.ShareContact()
	} else {
		p.SendContact(in.Phone, in.Name)
	}
	return nil
}

func webUpload(p *Person, r *http.Request) error {
	r.Body = http.MaxBytesReader(nil, r.Body, maxBody)
	f, header, err := r.FormFile("file")
	if err != nil {
		return fmt.Errorf("read upload: %w", err)
	}
	defer f.Close()                   //nolint:errcheck // only read
	defer r.MultipartForm.RemoveAll() //nolint:errcheck // files of the operating system's temporary directory
	data, err := io.ReadAll(f)
	if err != nil {
		return fmt.Errorf("read upload: %w", err)
	}
	p.SendFile(header.Filename, data)
	return nil
}

func webStart(p *Person, r *http.Request) error {
	var in struct{ Payload string }
	if err := readBody(r, &in); err != nil {
		return err
	}
	return p.Start(in.Payload)
}

func webRead(p *Person, _ *http.Request) error {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	if p.chat.unread > 0 {
		p.chat.unread = 0
		p.server.touch(p.chat)
	}
	return nil
}

func webBlock(p *Person, r *http.Request) error {
	var in struct{ Blocked bool }
	if err := readBody(r, &in); err != nil {
		return err
	}
	if in.Blocked {
		p.Block()
	} else {
		p.Unblock()
	}
	return nil
}

func (s *Server) webClock(r *http.Request) error {
	if s.opts.Advance == nil {
		return &webError{http.StatusNotFound, "the clock cannot be moved"}
	}
	var in struct{ Forward, To string }
	if err := readBody(r, &in); err != nil {
		return err
	}
	step, err := time.ParseDuration(in.Forward)
	if in.To != "" {
		var to time.Time
		to, err = time.Parse(time.RFC3339, in.To)
		step = to.Sub(s.now())
	}
	if err != nil {
		return fmt.Errorf("read how far: %w", err)
	}
	if step < 0 {
		return errors.New("the clock goes forward only")
	}
	s.opts.Advance(step)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.touch(nil)
	return nil
}

func (s *Server) webPerson(r *http.Request) error {
	var in struct{ Name, Language string }
	if err := readBody(r, &in); err != nil {
		return err
	}
	if in.Name == "" || textLen(in.Name) > 64 {
		return errors.New("a name has 1 to 64 characters")
	}
	s.Person(Profile{FirstName: in.Name, LanguageCode: in.Language})
	return nil
}
