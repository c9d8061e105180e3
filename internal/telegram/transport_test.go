package telegram

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"cartable/bot/chat"
	"cartable/bot/view"
)

func TestNewChecksItsConfigurationWithoutShowingSecrets(t *testing.T) {
	secret := "SECRETsecretSECRETsecret"
	for name, cfg := range map[string]Config{
		"token with a line break": {Token: "12345:" + secret + "\n"},
		"token in a URL":          {Token: "https://api.telegram.org/bot12345:" + secret},
		"token without number":    {Token: secret},
		"API without scheme":      {Token: testToken, API: "api.telegram.org"},
		"API with user":           {Token: testToken, API: "http://me:" + secret + "@localhost"},
		"API unparsable":          {Token: testToken, API: "http://local host:" + secret},
		"proxy scheme":            {Token: testToken, Proxy: "ftp://me:" + secret + "@localhost"},
		"proxy unparsable":        {Token: testToken, Proxy: "socks5://me:" + secret + "%zz@localhost"},
		"proxy without host":      {Token: testToken, Proxy: "socks5://"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg.Clock = systemClock{}
			_, err := New(cfg)
			if err == nil {
				t.Fatal("accepted")
			}
			if strings.Contains(err.Error(), secret) {
				t.Errorf("the error shows the secret: %v", err)
			}
		})
	}
	if _, err := New(Config{Token: testToken}); err == nil {
		t.Error("accepted without a clock")
	}
}

func TestMe(t *testing.T) {
	c, _ := newServer(t, func(call) (int, string) {
		return ok(`{"id":7,"is_bot":true,"first_name":"Car","last_name":"Table","username":"car_bot"}`)
	})
	me, err := c.Me(background(t))
	if want := (chat.Person{ID: 7, Name: "Car Table", Username: "car_bot", Bot: true}); err != nil || me != want {
		t.Fatalf("got %+v, %v", me, err)
	}
}

// secretForms are the ways in which a token could appear in a text.
func secretForms() []string {
	_, half, _ := strings.Cut(testToken, ":")
	return []string{
		testToken, half, url.QueryEscape(testToken),
		base64.StdEncoding.EncodeToString([]byte(testToken)), base64.RawURLEncoding.EncodeToString([]byte(testToken)),
	}
}

func TestErrorsNeverHoldTheToken(t *testing.T) {
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	moved := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://"+r.Host+"/elsewhere"+r.URL.Path, http.StatusTemporaryRedirect)
	}))
	defer moved.Close()
	repeats := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"ok":false,"error_code":400,"description":%q}`, "no good: "+strings.Join(secretForms(), " "))
	}))
	defer repeats.Close()
	for name, cfg := range map[string]Config{
		"no server":               {API: closed.URL},
		"TLS where there is none": {API: strings.Replace(moved.URL, "http:", "https:", 1)},
		"redirect":                {API: moved.URL},
		"server repeats it":       {API: repeats.URL},
		"no proxy":                {API: moved.URL, Proxy: "socks5://me:hunter2hunter2@" + closed.Listener.Addr().String()},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, cfg)
			defer c.Close()
			_, err := c.Me(background(t))
			var e *chat.Error
			if !errors.As(err, &e) {
				t.Fatalf("got %v, want a *chat.Error", err)
			}
			for ; err != nil; err = errors.Unwrap(err) {
				for _, s := range append(secretForms(), "hunter2hunter2") {
					if text := fmt.Sprintf("%v %+v", err, err); strings.Contains(text, s) {
						t.Errorf("%q shows a secret", text)
					}
				}
			}
		})
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	var followed atomic.Bool
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Store(true) }))
	defer other.Close()
	moved := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL+r.URL.Path, http.StatusFound)
	}))
	defer moved.Close()
	c := newClient(t, Config{API: moved.URL})
	defer c.Close()
	_, err := c.Me(background(t))
	if chat.ClassOf(err) != chat.Unavailable || followed.Load() {
		t.Fatalf("err %v, followed %v", err, followed.Load())
	}
}

func TestACallEndsWithItsContext(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then the server notices that the client left
		<-r.Context().Done()
	}))
	defer server.Close()
	c := newClient(t, Config{API: server.URL})
	defer c.Close()
	for name, m := range map[string]view.Message{
		"text":   {HTML: "hello"},
		"upload": {Document: &view.File{Name: "a.txt", Data: []byte("hello")}},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			_, err := c.Send(ctx, Reply, 1, m)
			if !errors.Is(err, context.DeadlineExceeded) || chat.ClassOf(err) != chat.Unavailable {
				t.Fatalf("got %v", err)
			}
		})
	}
}

func TestAnUploadThatIsNotMadeLeavesNoGoroutine(t *testing.T) {
	c := newClient(t, Config{API: "http://localhost:1"})
	defer c.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r, err := sendRequest(1, view.Message{Document: &view.File{Name: "a", Data: make([]byte, 1<<20)}})
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if _, err := c.call(ctx, time.Second, r); !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v", err)
		}
	}
	goleak.VerifyNone(t)
}

func TestWhatTheBotAPIDidNotSay(t *testing.T) {
	for name, tt := range map[string]struct {
		status int
		body   string
		header string
		class  chat.ErrorClass
	}{
		"gateway page":          {502, "<html>502 Bad Gateway</html>", "", chat.Unavailable},
		"page of a filter":      {403, "<html>M1-6</html>", "", chat.Unavailable},
		"gateway in JSON":       {403, `{"message":"forbidden"}`, "", chat.Unavailable},
		"empty":                 {200, "", "", chat.Unavailable},
		"page with status 200":  {200, "<html>sign in to the wireless network</html>", "", chat.Unavailable},
		"cut off":               {200, `{"ok":true,"result":{"id":`, "", chat.Unavailable},
		"result without fields": {200, `{"ok":true,"result":{}}`, "", chat.Unavailable},
		"gateway's own limit":   {429, "slow down", "7", chat.TooMany},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if tt.header != "" {
					w.Header().Set("Retry-After", tt.header)
				}
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.body)
			}))
			defer server.Close()
			c := newClient(t, Config{API: server.URL})
			defer c.Close()
			_, err := c.Me(background(t))
			var e *chat.Error
			if !errors.As(err, &e) || e.Class != tt.class || e.Code != tt.status {
				t.Fatalf("got %v, want %s (%d)", err, tt.class, tt.status)
			}
			if tt.class == chat.TooMany && e.RetryAfter != 7*time.Second {
				t.Errorf("retry after %v", e.RetryAfter)
			}
			if strings.Contains(e.Text, "invalid character") {
				t.Errorf("speaks of JSON where the server spoke HTML: %q", e.Text)
			}
		})
	}
}

func TestConnectionsAreReused(t *testing.T) {
	var opened atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		// In chunks, with white space after the object: what a decoder leaves unread.
		_, _ = io.WriteString(w, `{"ok":true,"result":{"id":1,"message_id":1}}`)
		_ = http.NewResponseController(w).Flush()
		_, _ = io.WriteString(w, strings.Repeat("\n", 5000))
	}))
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			opened.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	c := newClient(t, Config{API: server.URL})
	defer c.Close()
	const callers, calls = 20, 25
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for range calls {
				if _, err := c.Me(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := opened.Load(); n > 2*callers {
		t.Errorf("%d connections for %d calls of %d callers", n, callers*calls, callers)
	}
}

func TestABaseAddressWithPercentSigns(t *testing.T) {
	handler := &api{answer: func(call) (int, string) { return ok(`{"id":1}`) }}
	server := httptest.NewServer(handler)
	defer server.Close()
	c := newClient(t, Config{API: server.URL + "/a%20b/"})
	defer c.Close()
	if _, err := c.Me(background(t)); err != nil {
		t.Fatal(err)
	}
}

func TestProxies(t *testing.T) {
	c, handler := newServer(t, func(call) (int, string) { return ok(`{"id":1}`) })
	target, err := url.Parse(c.api)
	if err != nil {
		t.Fatal(err)
	}
	for scheme, start := range map[string]func(*testing.T) (address string, used *atomic.Int32){
		"http": httpProxy, "socks5": socksProxy,
	} {
		t.Run(scheme, func(t *testing.T) {
			address, used := start(t)
			// The name does not resolve here: the proxy has to do it.
			viaProxy := newClient(t, Config{API: "http://bot-api.invalid:" + target.Port(), Proxy: scheme + "://" + address})
			defer viaProxy.Close()
			before := len(handler.calls)
			if _, err := viaProxy.Me(background(t)); err != nil {
				t.Fatal(err)
			}
			if used.Load() == 0 || len(handler.calls) != before+1 {
				t.Errorf("proxy used %d times, server called %d times", used.Load(), len(handler.calls)-before)
			}
		})
	}
}

// TestTheEnvironmentsProxyIsNotUsed: HTTP_PROXY is for the rest of the machine.
func TestTheEnvironmentsProxyIsNotUsed(t *testing.T) {
	if newTransport(nil).Proxy != nil {
		t.Error("the transport asks for a proxy where none is configured")
	}
}

// httpProxy forwards plain requests to the local port that they name.
func httpProxy(t *testing.T) (string, *atomic.Int32) {
	t.Helper()
	var used atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		used.Add(1)
		out, err := http.NewRequestWithContext(r.Context(), r.Method, "http://127.0.0.1:"+r.URL.Port()+r.URL.Path, r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		out.Header = r.Header
		out.Close = true
		resp, err := http.DefaultTransport.RoundTrip(out)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer resp.Body.Close()
		w.WriteHeader(resp.StatusCode)
		_, _ = io.Copy(w, resp.Body)
	}))
	t.Cleanup(server.Close)
	return server.Listener.Addr().String(), &used
}

// socksProxy speaks as much of RFC 1928 as one CONNECT by name needs.
func socksProxy(t *testing.T) (string, *atomic.Int32) {
	t.Helper()
	var used atomic.Int32
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	t.Cleanup(func() { listener.Close(); wg.Wait() })
	wg.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			used.Add(1)
			wg.Go(func() {
				if err := serveSOCKS(conn); err != nil {
					t.Errorf("SOCKS: %v", err)
				}
			})
		}
	})
	return listener.Addr().String(), &used
}

func serveSOCKS(conn net.Conn) error {
	defer conn.Close()
	head := make([]byte, 2)
	if _, err := io.ReadFull(conn, head); err != nil {
		return err
	}
	if _, err := io.ReadFull(conn, make([]byte, head[1])); err != nil { // methods
		return err
	}
	if _, err := conn.Write([]byte{5, 0}); err != nil {
		return err
	}
	request := make([]byte, 5) // version, command, reserved, type 3 (a name), its length
	if _, err := io.ReadFull(conn, request); err != nil {
		return err
	}
	if request[3] != 3 {
		return fmt.Errorf("address type %d, want a name", request[3])
	}
	rest := make([]byte, int(request[4])+2)
	if _, err := io.ReadFull(conn, rest); err != nil {
		return err
	}
	port := binary.BigEndian.Uint16(rest[len(rest)-2:])
	up, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return err
	}
	defer up.Close()
	if _, err := conn.Write([]byte{5, 0, 0, 1, 127, 0, 0, 1, 0, 0}); err != nil {
		return err
	}
	go func() {
		_, _ = io.Copy(up, conn)
		up.Close()
	}()
	_, _ = io.Copy(conn, up)
	return nil
}
