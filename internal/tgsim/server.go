package tgsim

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// DefaultToken has the form of a real token and belongs to nobody (it is the example of Telegram's documentation).
const DefaultToken = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"

const (
	// tapLife and updateLife: how long the server keeps what the bot does not fetch (tdlib/telegram-bot-api, Client.cpp).
	tapLife    = 150 * time.Second
	updateLife = 24 * time.Hour

	headerTimeout   = 10 * time.Second
	shutdownTimeout = 5 * time.Second
)

// Options sets a Server up. Only Clock is required; what else is left out makes a strict server with the real limits.
type Options struct {
	Token    string // default DefaultToken
	Username string // default CartableBot
	Name     string // default Cartable

	// Clock gives the dates of messages and ends the lives of taps and updates.
	Clock interface{ Now() time.Time }
	// Wall is for rate limits and the marks of sends; default Clock.Now. With a clock that stands still, give the
	// machine's here or switch the limits off: they would never free again.
	Wall func() time.Time

	Limits Limits
	// Lenient ignores parameters that a method does not have, as the real server does. They are recorded either way.
	Lenient bool
	// ReadAllGroupMessages turns privacy mode off: the bot sees every message of a group.
	ReadAllGroupMessages bool
	// FirstUpdateID numbers the first update; default 1000.
	FirstUpdateID int64
	// WebhookRetry is the pause before the second retry of a failed webhook call; it doubles, up to a minute.
	// Default 1 s.
	WebhookRetry time.Duration

	// Zone, Links and Advance are for the page: the business's zone, what else there is to open, and what moves
	// the clock (nil: it cannot be moved).
	Zone    *time.Location
	Links   []Link
	Advance func(time.Duration)
}

// Link is an address that the page offers to open.
type Link struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

func (o Options) withDefaults() Options {
	if o.Token == "" {
		o.Token = DefaultToken
	}
	if o.Username == "" {
		o.Username = "CartableBot"
	}
	if o.Name == "" {
		o.Name = "Cartable"
	}
	if o.Clock == nil {
		panic("tgsim: Options.Clock is required")
	}
	if o.Wall == nil {
		o.Wall = o.Clock.Now
	}
	if o.FirstUpdateID == 0 {
		o.FirstUpdateID = 1000
	}
	if o.WebhookRetry == 0 {
		o.WebhookRetry = time.Second
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	return o
}

// Server is the simulated Telegram. It is safe for concurrent use; Close ends all that it started.
type Server struct {
	opts    Options
	bot     User
	methods map[string]method
	handler http.Handler

	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	tasks  sync.WaitGroup
	http   *http.Server
	client *http.Client // calls the webhook
	base   string

	mu           sync.Mutex
	seq          int64  // counts changes, for the page
	allSeq       int64  // the last change that concerned all chats
	changed      signal // anything
	chats        map[int64]*chat
	people       map[int64]*Person
	lastPerson   int64
	lastGroup    int64
	lastMessage  int // private chats and basic groups share one count, as on the real server
	migrations   map[int64]int64
	updates      updateQueue
	hook         webhook
	taps         map[string]*tap
	lastTap      int64
	files        map[string]*file
	lastFile     int
	commands     map[commandKey][]Command
	descriptions map[string]string
	limiter      limiter
	faults       []*Fault
	sends        []Send
	inputs       []*Input
	polls        []*Poll
	connections  int
	violations   []Violation
}

// signal is renewed at every change; see the package documentation.
type signal struct{ c chan struct{} }

func (s *signal) wait() <-chan struct{} {
	if s.c == nil {
		s.c = make(chan struct{})
	}
	return s.c
}

func (s *signal) fire() {
	if s.c != nil {
		close(s.c)
		s.c = nil
	}
}

// New makes a server that does not listen yet; it can also be used as an http.Handler.
func New(opts Options) *Server {
	opts = opts.withDefaults()
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{
		opts:         opts,
		bot:          User{ID: botID(opts.Token), IsBot: true, FirstName: opts.Name, Username: opts.Username},
		methods:      methods(),
		ctx:          ctx,
		cancel:       cancel,
		client:       &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: defaultHookUp}},
		lastPerson:   100,
		lastGroup:    -1000,
		chats:        map[int64]*chat{},
		people:       map[int64]*Person{},
		migrations:   map[int64]int64{},
		taps:         map[string]*tap{},
		files:        map[string]*file{},
		commands:     map[commandKey][]Command{},
		descriptions: map[string]string{},
		limiter:      newLimiter(opts.Limits),
		updates:      updateQueue{next: opts.FirstUpdateID},
	}
	s.handler = s.routes()
	return s
}

func botID(token string) int64 {
	var id int64
	head, _, _ := strings.Cut(token, ":")
	if _, err := fmt.Sscan(head, &id); err != nil {
		return 1
	}
	return id
}

// Start listens on an address such as "127.0.0.1:0".
func (s *Server) Start(addr string) error {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("listen for the simulated Telegram: %w", err)
	}
	s.base = "http://" + listener.Addr().String()
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: headerTimeout, ConnState: s.count}
	s.tasks.Go(func() {
		if err := s.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.violate("server", "serve: %v", err)
		}
	})
	return nil
}

func (s *Server) count(_ net.Conn, state http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch state {
	case http.StateNew:
		s.connections++
	case http.StateClosed, http.StateHijacked:
		s.connections--
	default:
		return
	}
	s.changed.fire()
}

// Disconnected waits until nobody is connected. Whatever a program that has died had sent before
// has had its effect then.
func (s *Server) Disconnected(ctx context.Context) error {
	if err := s.acceptAll(ctx); err != nil {
		return err
	}
	for {
		s.mu.Lock()
		left, changed := s.connections, s.changed.wait()
		s.mu.Unlock()
		if left == 0 {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for %d connections to end: %w", left, ctx.Err())
		}
	}
}

// acceptAll makes a connection, which is accepted after all that were made before.
func (s *Server) acceptAll(ctx context.Context) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodHead, s.base, http.NoBody)
	if err != nil {
		return fmt.Errorf("make a request: %w", err)
	}
	r.Close = true
	answer, err := s.client.Do(r)
	if err != nil {
		return fmt.Errorf("connect to the simulated Telegram: %w", err)
	}
	return answer.Body.Close()
}

// URL is the base URL after Start, without a slash at the end: requests go to {URL}/bot{token}/{method}.
func (s *Server) URL() string { return s.base }

// Token is the bot's token.
func (s *Server) Token() string { return s.opts.Token }

// Bot is the bot as its people see it.
func (s *Server) Bot() User { return s.bot }

// Close ends all requests, polls and webhook calls, and waits for them.
func (s *Server) Close() error {
	s.cancel()
	var err error
	if s.http != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), shutdownTimeout)
		defer cancel()
		if err = s.http.Shutdown(ctx); err != nil {
			err = errors.Join(err, s.http.Close())
		}
	}
	s.tasks.Wait()
	s.client.CloseIdleConnections()
	if err != nil {
		return fmt.Errorf("close the simulated Telegram: %w", err)
	}
	return nil
}

// ServeHTTP serves the Bot API, its files, the page and the page's JSON.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if rest, ok := strings.CutPrefix(r.URL.Path, "/bot"); ok {
		s.serveMethod(w, r, rest)
		return
	}
	if rest, ok := strings.CutPrefix(r.URL.Path, "/file/bot"); ok {
		s.serveFile(w, r, rest)
		return
	}
	s.handler.ServeHTTP(w, r)
}

func (s *Server) now() time.Time { return s.opts.Clock.Now() }

// touch tells all who wait that a chat changed; nil is what concerns all chats.
func (s *Server) touch(c *chat) {
	s.seq++
	if c != nil {
		c.seq = s.seq
		c.changed.fire()
	} else {
		s.allSeq = s.seq
		for _, c := range s.chats {
			c.changed.fire()
		}
	}
	s.changed.fire()
}
