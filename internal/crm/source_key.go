package crm

import (
	"context"
	"time"
)

// SourceKey is a key of a source as it can be told of: only its hash is kept.
type SourceKey struct {
	MadeAt    time.Time
	ExpiresAt time.Time // zero for the one that works until it is rotated
}

// MaxKeyGrace is how long a rotated key can go on working.
const MaxKeyGrace = 30 * 24 * time.Hour

// KeyGraces are how long a rotated key goes on working, as they are offered; the
// first is the usual one.
func KeyGraces() []time.Duration { return []time.Duration{24 * time.Hour, 7 * 24 * time.Hour, 0} }

// RotateKey gives a source a new key, which is shown once, and lets those before it
// work for grace more. A repetition answers without the key: it was shown then.
func (s *Service) RotateKey(ctx context.Context, cmd Command, id SourceID, grace time.Duration) (NewSource, error) {
	key, hash := newToken()
	src, repeated, err := run(ctx, s, cmd, func(w *work) (Source, error) {
		src, err := w.keyedSource(ctx, id)
		if err != nil {
			return Source{}, err
		}
		if grace < 0 || grace > MaxKeyGrace {
			return Source{}, &Error{Code: Invalid, Key: KeyBadValue, Field: "kind"}
		}
		if err := w.EndSourceKeys(ctx, id, w.now.Add(grace)); err != nil {
			return Source{}, err
		}
		return src, w.InsertSourceKey(ctx, id, hash, w.now)
	})
	if err != nil {
		return NewSource{}, err
	}
	if repeated {
		key = ""
	}
	return NewSource{Source: src, Key: key}, nil
}

// EndOldKeys ends every key of a source but the newest at once.
func (s *Service) EndOldKeys(ctx context.Context, cmd Command, id SourceID) error {
	_, _, err := run(ctx, s, cmd, func(w *work) (struct{}, error) {
		if _, err := w.keyedSource(ctx, id); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, w.EndOlderKeys(ctx, id, w.now)
	})
	return err
}

// keyedSource is a source whose keys the actor may change. Rotations wait for one
// another, so that one key alone has no end.
func (w *work) keyedSource(ctx context.Context, id SourceID) (src Source, err error) {
	if err := mustManage(w); err != nil {
		return Source{}, err
	}
	if err := w.LockConfig(ctx); err != nil {
		return Source{}, err
	}
	if w.dir, err = w.Directory(ctx); err != nil {
		return Source{}, err
	}
	src, ok := w.dir.Sources[id]
	if !ok || src.Retired || !src.Kind.Keyed() {
		return Source{}, fail(NotFound, KeyNoSource)
	}
	return src, nil
}

// SourceKeys reads which keys of a source work now, the newest first. Only for
// managers.
func (s *Service) SourceKeys(ctx context.Context, actor Staff, id SourceID) ([]SourceKey, error) {
	if !actor.Manages() {
		return nil, fail(Forbidden, KeyManagers)
	}
	return s.store.SourceKeys(ctx, id, s.now())
}

// InquiriesBySource counts what came by each source in the days before now.
func (s *Service) InquiriesBySource(ctx context.Context, days int) (map[SourceID]int, error) {
	return s.store.InquiriesBySource(ctx, s.now().AddDate(0, 0, -days))
}
