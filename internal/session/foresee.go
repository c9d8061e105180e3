package session

import (
	"context"
	"sync"

	"cartable/bot/form"
)

// Foresee begins to load the drafts that handlers of updates are going to load first, while their
// updates are claimed. The contexts that give makes carry them: the first Load of each gets it. One
// that was changed since it was loaded cannot be saved, as always.
func (s *Store) Foresee(ids []string) (give func(context.Context) context.Context) {
	f := &foresight{drafts: make(map[string]*foreseen, len(ids))}
	for _, id := range ids {
		d := &foreseen{loaded: make(chan struct{})}
		f.drafts[id] = d
		go func() {
			defer close(d.loaded)
			d.draft, d.err = s.load(context.Background(), id)
		}()
	}
	return func(ctx context.Context) context.Context { return context.WithValue(ctx, foresightKey{}, f) }
}

type foresightKey struct{}

// foresight is what was foreseen for several handlers. The nil one knows nothing.
type foresight struct {
	mu     sync.Mutex
	drafts map[string]*foreseen
}

type foreseen struct {
	loaded chan struct{} // closed when the two below are there
	draft  form.Draft
	err    error
}

// foreseenIn takes a draft that a context carries; nil where it carries none.
func foreseenIn(ctx context.Context, id string) *foreseen {
	f, _ := ctx.Value(foresightKey{}).(*foresight)
	if f == nil {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	d := f.drafts[id]
	delete(f.drafts, id)
	return d
}
