package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"cartable/internal/rig"
)

const deliveries = 10 // of each update, at once

// sameUpdate is the row on updates that Telegram delivers more than once.
func sameUpdate() []experiment {
	return []experiment{{4, fmt.Sprintf("the same update delivered %d times at once by webhook, to two instances", deliveries),
		"one effect and one answer", true, repeatUpdates}}
}

func repeatUpdates(ctx context.Context, b *breaker) (_ string, err error) {
	courses := b.times(48, 12)
	w, err := newWork(ctx, b, "same_update", 12, courses)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, w.office.Close()) }()
	r, err := newRepeater()
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	for range 2 {
		program, err := w.office.NewProgram(rig.Settings{"SEND_RATE": "0", "WEBHOOK": "true", "PUBLIC_URL": r.url})
		if err != nil {
			return "", err
		}
		defer func() { err = errors.Join(err, program.Kill()) }()
		if err := program.Start(nil); err != nil {
			return "", err
		}
		r.instances = append(r.instances, program.Base)
		if len(r.instances) > 1 {
			continue // one leads
		}
		if err := program.Ready(ctx); err != nil {
			return "", err
		}
	}
	return w.repeated(ctx, r, courses)
}

// repeated has one course delivered once, to know how many answers it gets, and the others many times.
func (w *work) repeated(ctx context.Context, r *repeater, courses int) (string, error) {
	if err := w.office.Settled(ctx, settleLimit); err != nil {
		return "", err
	}
	first := &colleague{work: w, person: w.office.Owner.Person}
	before := w.messages()
	if err := first.course(ctx, customer(0)); err != nil {
		return "", err
	}
	if err := w.office.Settled(ctx, settleLimit); err != nil {
		return "", err
	}
	each := w.messages() - before
	r.times.Store(deliveries)
	g, working := errgroup.WithContext(ctx)
	w.begin(working, g, 1, courses)
	if err := g.Wait(); err != nil {
		return w.figures(), err
	}
	if err := w.office.Settled(ctx, settleLimit); err != nil {
		return w.figures(), err
	}
	effects, err := w.judge(ctx, courses)
	surplus := w.messages() - before - each*courses
	stored, countErr := w.office.Count(ctx, `SELECT count(*) FROM updates`)
	figures := fmt.Sprintf("%d updates delivered %d times (%d refused), %d stored; %s; %d answers too many",
		r.updates.Load(), r.calls.Load(), r.refused.Load(), stored, effects, surplus)
	if surplus > int(w.again.Load()) || stored != int(r.updates.Load()) || r.refused.Load() > 0 {
		err = errors.Join(err, errors.New("an update was stored or answered more than once"))
	}
	return figures, errors.Join(err, countErr)
}

// messages counts what the bot wrote to everybody.
func (w *work) messages() (n int) {
	for _, who := range w.office.Everybody() {
		n += len(messagesOf(who.Person))
	}
	return n
}

// repeater stands where Telegram's webhook leads to, and passes each update on several times at once,
// to the instances in turn.
type repeater struct {
	url       string
	instances []string
	times     atomic.Int64

	server  *http.Server
	serving sync.WaitGroup
	client  *http.Client

	updates, calls, refused atomic.Int64
}

func newRepeater() (*repeater, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the webhook: %w", err)
	}
	r := &repeater{url: "http://" + listener.Addr().String(), client: &http.Client{
		Timeout: 15 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 20 * deliveries},
	}}
	r.times.Store(1)
	r.server = &http.Server{Handler: r, ReadHeaderTimeout: 10 * time.Second}
	r.serving.Go(func() { _ = r.server.Serve(listener) }) // until it is closed
	return r, nil
}

// ServeHTTP answers as Telegram is answered when every delivery was taken.
func (r *repeater) ServeHTTP(w http.ResponseWriter, in *http.Request) {
	body, err := io.ReadAll(in.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	r.updates.Add(1)
	var all sync.WaitGroup
	var refused atomic.Int64
	now := make(chan struct{})
	for i := range int(r.times.Load()) {
		all.Go(func() {
			<-now
			r.calls.Add(1)
			if err := r.pass(in, r.instances[i%len(r.instances)], body); err != nil {
				refused.Add(1)
			}
		})
	}
	close(now)
	all.Wait()
	r.refused.Add(refused.Load())
	w.WriteHeader(http.StatusOK)
}

func (r *repeater) pass(in *http.Request, base string, body []byte) error {
	out, err := http.NewRequestWithContext(in.Context(), http.MethodPost, base+in.URL.Path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("pass an update on: %w", err)
	}
	out.Header = in.Header.Clone()
	answer, err := r.client.Do(out)
	if err != nil {
		return fmt.Errorf("pass an update on: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the webhook answered %d", answer.StatusCode)
	}
	return nil
}

func (r *repeater) close() error {
	err := r.server.Close()
	r.serving.Wait()
	r.client.CloseIdleConnections()
	return err
}
