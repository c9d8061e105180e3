package session

import "context"

// NoteInput notes for a day that an input, by its key, has ended a form.
func (s *Store) NoteInput(ctx context.Context, key string) error {
	return s.call(ctx, "note input", func(ctx context.Context) error {
		return s.client.Set(ctx, s.inputKey(key), 1, inputTTL).Err()
	})
}

// KnowsInput says whether NoteInput noted this input.
func (s *Store) KnowsInput(ctx context.Context, key string) (known bool, err error) {
	err = s.call(ctx, "look for input", func(ctx context.Context) error {
		n, err := s.client.Exists(ctx, s.inputKey(key)).Result()
		known = n > 0
		return err
	})
	return known, err
}

func (s *Store) inputKey(key string) string { return s.prefix + ":input:" + key }
