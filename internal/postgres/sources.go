package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"cartable/internal/crm"
)

const sourceColumns = `SELECT id, kind, title, slug, form, routing, retired_at FROM sources`

func scanSource(row pgx.CollectableRow) (s crm.Source, err error) {
	var retired *time.Time
	err = row.Scan(&s.ID, &s.Kind, &s.Title, &s.Slug, &s.Form, &s.Routing, &retired)
	s.Retired = retired != nil
	return s, err
}

func (r reader) oneSource(ctx context.Context, where string, args ...any) (crm.Source, error) {
	rows, err := r.q.Query(ctx, sourceColumns+where, args...)
	if err != nil {
		return crm.Source{}, wrap(err, "read source")
	}
	s, err := pgx.CollectExactlyOneRow(rows, scanSource)
	return s, found(err, "read source", crm.KeyNoSource)
}

// SourceBySlug implements crm.Reader.
func (r reader) SourceBySlug(ctx context.Context, slug string) (crm.Source, error) {
	return r.oneSource(ctx, ` WHERE slug = $1 AND retired_at IS NULL`, slug)
}

// SourceByKey implements crm.Reader.
func (r reader) SourceByKey(ctx context.Context, keyHash []byte, now time.Time) (crm.Source, error) {
	return r.oneSource(ctx, ` WHERE retired_at IS NULL AND id = (SELECT source_id FROM source_keys
		WHERE hash = $1 AND (expires_at IS NULL OR expires_at > $2))`, keyHash, now)
}

// SourceKeys implements crm.Reader.
func (r reader) SourceKeys(ctx context.Context, id crm.SourceID, now time.Time) ([]crm.SourceKey, error) {
	rows, err := r.q.Query(ctx, `SELECT made_at, expires_at FROM source_keys
		WHERE source_id = $1 AND (expires_at IS NULL OR expires_at > $2) ORDER BY expires_at DESC NULLS FIRST, made_at DESC`, int64(id), now)
	if err != nil {
		return nil, wrap(err, "read keys of a source")
	}
	keys, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (k crm.SourceKey, err error) {
		var expires *time.Time
		err = row.Scan(&k.MadeAt, &expires)
		k.MadeAt, k.ExpiresAt = k.MadeAt.UTC(), orZero(expires).UTC()
		return k, err
	})
	return keys, wrap(err, "read keys of a source")
}

// InquiriesBySource implements crm.Reader.
func (r reader) InquiriesBySource(ctx context.Context, since time.Time) (map[crm.SourceID]int, error) {
	rows, err := r.q.Query(ctx, `SELECT source_id, count(*) FROM inquiries WHERE received_at >= $1 GROUP BY source_id`, since)
	if err != nil {
		return nil, wrap(err, "count inquiries by source")
	}
	counts := map[crm.SourceID]int{}
	var id crm.SourceID
	var n int
	_, err = pgx.ForEachRow(rows, []any{&id, &n}, func() error {
		counts[id] = n
		return nil
	})
	return counts, wrap(err, "count inquiries by source")
}

// InsertSource implements crm.ConfigTx.
func (t tx) InsertSource(ctx context.Context, s crm.Source, keyHash []byte, at time.Time) (id crm.SourceID, err error) {
	err = t.q.QueryRow(ctx, `INSERT INTO sources (kind, title, slug, made_at) VALUES ($1, $2, $3, $4) RETURNING id`,
		s.Kind, s.Title, s.Slug, at).Scan(&id)
	if err != nil {
		return 0, wrap(err, "save source")
	}
	return id, t.InsertSourceKey(ctx, id, keyHash, at)
}

// InsertSourceKey implements crm.ConfigTx.
func (t tx) InsertSourceKey(ctx context.Context, id crm.SourceID, hash []byte, at time.Time) error {
	_, err := t.q.Exec(ctx, `INSERT INTO source_keys (hash, source_id, made_at) VALUES ($1, $2, $3)`, hash, int64(id), at)
	return wrap(err, "save key of a source")
}

// EndSourceKeys implements crm.ConfigTx: what ends earlier goes on doing so.
func (t tx) EndSourceKeys(ctx context.Context, id crm.SourceID, until time.Time) error {
	_, err := t.q.Exec(ctx, `UPDATE source_keys SET expires_at = $2
		WHERE source_id = $1 AND (expires_at IS NULL OR expires_at > $2)`, int64(id), until)
	return wrap(err, "end keys of a source")
}

// EndOlderKeys implements crm.ConfigTx: the newest is the one that has no end.
func (t tx) EndOlderKeys(ctx context.Context, id crm.SourceID, at time.Time) error {
	_, err := t.q.Exec(ctx, `UPDATE source_keys SET expires_at = $2 WHERE source_id = $1 AND expires_at > $2`, int64(id), at)
	return wrap(err, "end older keys of a source")
}

// SaveSource implements crm.ConfigTx.
func (t tx) SaveSource(ctx context.Context, s crm.Source, at time.Time) error {
	_, err := t.q.Exec(ctx, `UPDATE sources SET title = $2, form = $3, routing = $4,
			retired_at = CASE WHEN $5 THEN coalesce(retired_at, $6) END
		WHERE id = $1`, s.ID, s.Title, s.Form, s.Routing, s.Retired, at)
	return wrap(err, "save source")
}
