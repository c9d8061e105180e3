package session

import (
	"context"
	"encoding/json"
	"fmt"
)

// SaveList keeps the lines of a pasted list for a day, in place of those that
// were there.
func (s *Store) SaveList(ctx context.Context, id string, lines []string) error {
	data, err := json.Marshal(stored{Schema: schema, List: lines})
	if err != nil {
		return fmt.Errorf("save list: %w", err)
	}
	return s.call(ctx, "save list", func(ctx context.Context) error {
		return s.client.Set(ctx, s.listKey(id), data, listTTL).Err()
	})
}

// LoadList returns the lines kept under this ID, or ErrGone.
func (s *Store) LoadList(ctx context.Context, id string) ([]string, error) {
	var data []byte
	err := s.call(ctx, "load list", func(ctx context.Context) (err error) {
		data, err = s.client.Get(ctx, s.listKey(id)).Bytes()
		return err
	})
	if err != nil {
		return nil, err
	}
	got, err := unpack(data)
	if err != nil {
		return nil, fmt.Errorf("load list: %w", err)
	}
	return got.List, nil
}

// DeleteList forgets a list; one that is not there is no error.
func (s *Store) DeleteList(ctx context.Context, id string) error {
	return s.call(ctx, "delete list", func(ctx context.Context) error {
		return s.client.Del(ctx, s.listKey(id)).Err()
	})
}

func (s *Store) listKey(id string) string { return s.prefix + ":list:" + id }
