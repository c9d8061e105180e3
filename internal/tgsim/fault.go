package tgsim

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
)

// FaultKind is what goes wrong with a request.
type FaultKind int

// Faults. All but DropAnswer happen instead of what the request asks for.
const (
	BadGateway    FaultKind = iota + 1 // 502 with a page in HTML
	InternalError                      // 500 with the Bot API's JSON
	Hang                               // no answer until the client gives up or the server closes
	Reset                              // the connection is reset
	DropAnswer                         // it is done, but the connection ends without an answer
	TooMany                            // 429 with RetryAfter
	Forbidden                          // 403 bot was blocked by the user
	Migrate                            // the group becomes a supergroup before the request
)

// Fault scripts a failure for the next requests that fit.
type Fault struct {
	Method     string // empty: any but getUpdates
	ChatID     int64  // 0: any
	Times      int    // 0: once; negative: until removed
	Kind       FaultKind
	RetryAfter time.Duration // of TooMany; default 1 s
}

// Fault adds a failure after those that were added before, and returns what removes it.
func (s *Server) Fault(f Fault) (remove func()) {
	if f.Times == 0 {
		f.Times = 1
	}
	added := &f
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, added)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.faults = slices.DeleteFunc(s.faults, func(f *Fault) bool { return f == added })
		s.changed.fire()
	}
}

// FaultsDone waits until every scripted failure has happened as often as it should.
func (s *Server) FaultsDone(ctx context.Context) error {
	for {
		s.mu.Lock()
		left, changed := len(s.faults), s.changed.wait()
		s.mu.Unlock()
		if left == 0 {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for %d scripted failures: %w", left, ctx.Err())
		}
	}
}

// nextFault takes the first failure that fits a request.
func (s *Server) nextFault(c *call) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.faults {
		if f.Method == "" && strings.EqualFold(c.method, "getUpdates") || f.Method != "" && !strings.EqualFold(f.Method, c.method) {
			continue
		}
		if f.ChatID != 0 && f.ChatID != c.integer("chat_id", 0) {
			continue
		}
		taken := *f
		if f.Times > 0 {
			if f.Times--; f.Times == 0 {
				s.faults = slices.Delete(s.faults, i, i+1)
				s.changed.fire()
			}
		}
		return taken, true
	}
	return Fault{}, false
}

// interfere lets a scripted failure happen, and reports whether the request is thereby answered.
func (s *Server) interfere(w http.ResponseWriter, r *http.Request, c *call) bool {
	f, ok := s.nextFault(c)
	if !ok {
		return false
	}
	if f.Kind == Migrate {
		s.migrateByFault(c.integer("chat_id", 0))
		return false
	}
	if f.Kind == DropAnswer {
		_, _ = s.perform(r, c) // whatever came of it, nobody hears
		panic(http.ErrAbortHandler)
	}
	s.recordFault(c, f)
	switch f.Kind {
	case BadGateway:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = w.Write([]byte("<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n" +
			"<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.18.0</center>\r\n</body>\r\n</html>\r\n"))
	case InternalError:
		answer(w, nil, &apiError{code: 500, text: "Internal Server Error"})
	case TooMany:
		answer(w, nil, tooMany(max(f.RetryAfter, time.Second)))
	case Forbidden:
		answer(w, nil, forbidden("bot was blocked by the user"))
	case Hang:
		select {
		case <-r.Context().Done():
		case <-s.ctx.Done():
		}
		panic(http.ErrAbortHandler)
	case Reset:
		reset(w)
	}
	return true
}

// reset ends a connection by a TCP reset, where there is one.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // without it the reset is an ordinary end
	}
	_ = conn.Close()
}

func (s *Server) recordFault(c *call, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.spec.sends {
		codes := map[FaultKind]int{BadGateway: 502, InternalError: 500, TooMany: 429, Forbidden: 403}
		s.sends = append(s.sends, Send{At: s.opts.Wall(), Method: c.method, ChatID: c.integer("chat_id", 0), Code: codes[f.Kind]})
	}
}
