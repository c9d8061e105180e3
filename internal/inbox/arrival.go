package inbox

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
)

// arrival is a batch that waits for Run to store it.
type arrival struct {
	batch  []Raw
	answer chan error // has room for the one that comes
}

// store has Run store a batch, or does so itself where Run does not run.
func (b *Inbox) store(ctx context.Context, batch []Raw) error {
	a := &arrival{batch: batch, answer: make(chan error, 1)}
	if !b.hand(a) {
		return b.rows.insert(ctx, batch, b.opt.Clock.Now())
	}
	signal(b.arrival)
	select {
	case err := <-a.answer:
		return err
	case <-ctx.Done():
		return context.Cause(ctx) // it may be stored all the same
	}
}

// hand leaves a batch to Run; false where it does not run.
func (b *Inbox) hand(a *arrival) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.running {
		b.arrivals = append(b.arrivals, a)
	}
	return b.running
}

// open has what arrives stored by Run.
func (b *Inbox) open() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.running = true
}

// shut has what arrives stored without Run, and stores what Run was to.
func (b *Inbox) shut() {
	b.mu.Lock()
	b.running = false
	b.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), settleTimeout)
	defer cancel()
	b.insertEach(ctx, b.arrived(), nil)
}

// arrived takes what is to be stored.
func (b *Inbox) arrived() []*arrival {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := b.arrivals
	b.arrivals = nil
	return out
}

// keep waits for the disk to have what was stored, and says so. Meanwhile it is handled, and the end
// of Run is no reason to have it come again.
func (b *Inbox) keep(ctx context.Context, arrivals []*arrival) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	answer(arrivals, b.rows.flush(ctx))
}

func answer(arrivals []*arrival, err error) {
	for _, a := range arrivals {
		a.answer <- err
	}
}

// insertEach stores what could not be stored together, or with other things, because of err.
// Where the database refused something, it is not to refuse the rest with it.
func (b *Inbox) insertEach(ctx context.Context, arrivals []*arrival, err error) {
	var refused *pgconn.PgError
	if err != nil && !errors.As(err, &refused) {
		answer(arrivals, err)
		return
	}
	for _, a := range arrivals {
		a.answer <- b.rows.insert(ctx, a.batch, b.opt.Clock.Now())
	}
	if len(arrivals) > 0 {
		b.Wake()
	}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // one is enough
	}
}
