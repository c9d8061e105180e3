package inbox

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"cartable/internal/pgtest"
)

// TestRefusedBatchAlone has three batches stored by one transaction, one of which the database
// refuses: that one alone is answered with an error, and the others are handled.
func TestRefusedBatchAlone(t *testing.T) {
	handled := make(chan string, 2)
	b := New(pgtest.New(t), Options{Clock: clockwork.NewFakeClock(), Log: slog.New(slog.DiscardHandler),
		Handle: func(_ context.Context, update Raw) error { handled <- string(update.JSON); return nil }})
	b.open()
	var arrivals []*arrival
	for i, content := range []string{`{"n":0}`, `{"cut off`, `{"n":2}`} {
		a := &arrival{batch: []Raw{{UpdateID: int64(i), ChatID: 7, JSON: json.RawMessage(content)}}, answer: make(chan error, 1)}
		if !b.hand(a) {
			t.Fatal("not taken")
		}
		arrivals = append(arrivals, a)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	for i, a := range arrivals {
		if err := <-a.answer; (err != nil) != (i == 1) {
			t.Errorf("batch %d: %v", i, err)
		}
	}
	for _, want := range []string{`{"n":0}`, `{"n":2}`} {
		select {
		case got := <-handled:
			if got != want {
				t.Errorf("handled %s, want %s", got, want)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("%s is not handled", want)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
