package session

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/redis/go-redis/v9"

	"cartable/bot/form"
	"cartable/internal/failpoint"
)

// A draft is a hash: its revision beside its JSON, so that the script compares
// without parsing.
const draftField = "draft"

// compareAndSet saves a draft of revision ARGV[1] as revision ARGV[2] for ARGV[4]
// milliseconds. It answers 1 when saved (also when the very same was saved
// before: the first answer may have been lost), 0 when the revision is another
// one, -1 when there is none although there should be.
var compareAndSet = redis.NewScript(`
local revision = redis.call('HGET', KEYS[1], 'revision')
if revision == ARGV[2] and redis.call('HGET', KEYS[1], 'draft') == ARGV[3] then
  return 1
end
if not revision and ARGV[1] ~= '0' then return -1 end
if (revision or '0') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'revision', ARGV[2], 'draft', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
`)

// Load returns the draft with this ID, or ErrGone. Its Revision is what Save
// expects next.
func (s *Store) Load(ctx context.Context, id string) (form.Draft, error) {
	if d := foreseenIn(ctx, id); d != nil {
		select {
		case <-d.loaded:
			if d.err == nil {
				return d.draft, nil
			}
			// What had failed, or was not there yet, may be better now.
		case <-ctx.Done():
			return form.Draft{}, fmt.Errorf("load draft: %w", ctx.Err())
		}
	}
	return s.load(ctx, id)
}

func (s *Store) load(ctx context.Context, id string) (form.Draft, error) {
	var data []byte
	err := s.call(ctx, "load draft", func(ctx context.Context) (err error) {
		data, err = s.client.HGet(ctx, s.draftKey(id), draftField).Bytes()
		return err
	})
	if err != nil {
		return form.Draft{}, err
	}
	got, err := unpack(data)
	if err != nil || got.Draft == nil {
		return form.Draft{}, fmt.Errorf("load draft: %w", ErrGone)
	}
	return *got.Draft, nil
}

// Save stores d as the revision after expected, if expected is the one stored; 0
// for a draft that is new. It renews the draft's life. ErrConflict: another
// revision is stored. ErrGone: none is, and expected is not 0.
func (s *Store) Save(ctx context.Context, d form.Draft, expected int64) error {
	d.Revision = expected + 1
	data, err := json.Marshal(stored{Schema: schema, Draft: &d})
	if err != nil {
		return fmt.Errorf("save draft: %w", err)
	}
	var answer int
	err = s.call(ctx, "save draft", func(ctx context.Context) (err error) {
		answer, err = compareAndSet.Run(ctx, s.client, []string{s.draftKey(d.ID)},
			expected, d.Revision, data, s.ttl.Milliseconds()).Int()
		return err
	})
	switch {
	case err != nil:
		return err
	case answer < 0:
		return fmt.Errorf("save draft: %w", ErrGone)
	case answer == 0:
		return fmt.Errorf("save draft: %w", ErrConflict)
	}
	failpoint.Reach(failpoint.DraftSaved)
	return nil
}

// Delete forgets a draft; one that is not there is no error.
func (s *Store) Delete(ctx context.Context, id string) error {
	return s.call(ctx, "delete draft", func(ctx context.Context) error {
		return s.client.Del(ctx, s.draftKey(id)).Err()
	})
}

func (s *Store) draftKey(id string) string { return s.prefix + ":draft:" + id }
