package inbox

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"cartable/internal/failpoint"
	"cartable/internal/lease"
	"cartable/internal/pgplan"
)

// rows is the table updates.
type rows struct {
	pool      *pgxpool.Pool
	alongside func(*pgx.Batch, []any) func(context.Context) context.Context // see Options; never nil
}

// nothingAlongside is for handlers that want nothing.
func nothingAlongside(*pgx.Batch, []any) func(context.Context) context.Context {
	return func(ctx context.Context) context.Context { return ctx }
}

// update is a claimed row.
type update struct {
	Raw

	seq        int64
	receivedAt time.Time
	attempts   int                                   // this one included; the token of its lease
	give       func(context.Context) context.Context // what was read alongside
}

// errTaken is that of a row whose lease somebody else has by now.
var errTaken = errors.New("somebody else took it up meanwhile")

func (r rows) insert(ctx context.Context, batch []Raw, now time.Time) error {
	b := &pgx.Batch{}
	queueInserts(b, batch, now)
	if err := r.pool.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	return r.flush(ctx) // what was known already may not be on disk either
}

func queueInserts(b *pgx.Batch, batch []Raw, now time.Time) {
	ids := make([]int64, len(batch))
	chats := make([]int64, len(batch))
	payloads := make([]string, len(batch))
	for i, u := range batch {
		ids[i], chats[i] = u.UpdateID, u.ChatID
		// One update that is not UTF-8 would have the database refuse the whole batch, again and again.
		payloads[i] = string(bytes.ToValidUTF8(u.JSON, []byte("\ufffd")))
	}
	b.Queue(`INSERT INTO updates (update_id, chat_id, payload, received_at)
		SELECT update_id, chat_id, payload::json, $4
		FROM unnest($1::bigint[], $2::bigint[], $3::text[]) WITH ORDINALITY AS u (update_id, chat_id, payload, place)
		ORDER BY place
		ON CONFLICT (update_id) DO NOTHING`, ids, chats, payloads, now)
}

// turnQuickly is about a turn's transaction. It does not wait for the disk: a power cut takes only
// what is done again, in the same order, and what was stored is not confirmed before flush.
const turnQuickly = pgplan.ByIndex + `, set_config('synchronous_commit', 'off', true)`

// turn settles what is finished, stores a batch, and claims up to limit updates of some chats,
// in one transaction. It returns the sequence numbers of what it settled: of the others somebody
// else has the lease by now. decoded is for what reads alongside.
func (r rows) turn(ctx context.Context, now time.Time, over []finished, batch []Raw, chats []int64, limit int, decoded ...any) (
	settled map[int64]bool, us []update, err error) {
	var give func(context.Context) context.Context
	settled = make(map[int64]bool, len(over))
	b := &pgx.Batch{}
	b.Queue(turnQuickly)
	queueSettling(b, over, func(seq int64) { settled[seq] = true })
	if len(batch) > 0 {
		queueInserts(b, batch, now)
	}
	if len(chats) > 0 && limit > 0 {
		b.Queue(claimUpdates, now, now.Add(longestAsked), chats, limit, lease.For.Seconds(), "new").Query(func(found pgx.Rows) (err error) {
			us, err = pgx.CollectRows(found, scanUpdate)
			return err
		})
		give = r.alongside(b, decoded)
	}
	err = r.pool.SendBatch(ctx, b).Close()
	for i := range us {
		us[i].give = give
	}
	if err == nil {
		failpoint.Reach(failpoint.InboxSettled)
	}
	return settled, us, err
}

// flush waits until everything that was committed before it is on disk, by a commit of its own that
// waits: the log is written in order. A message in the log is the least that such a commit can hold.
func (r rows) flush(ctx context.Context) error {
	_, err := r.pool.Exec(ctx, `SELECT pg_logical_emit_message(true, 'cartable', '')`)
	return err
}

// queueSettling queues what writes the outcomes down. What is done forgets its content, and
// may be written down again: the answer to the first COMMIT may have got lost.
func queueSettling(b *pgx.Batch, over []finished, settled func(seq int64)) {
	note := func(rows pgx.Rows) error {
		var seq int64
		_, err := pgx.ForEachRow(rows, []any{&seq}, func() error { settled(seq); return nil })
		return err
	}
	var seqs []int64
	var tokens []int
	const one = ` WHERE seq = $1 AND attempts = $2 AND state = 'new' RETURNING seq`
	for _, f := range over {
		switch f.outcome {
		case Done:
			seqs, tokens = append(seqs, f.seq), append(tokens, f.attempts)
		case Retried:
			b.Queue(`UPDATE updates SET leased_until = NULL, retry_at = $3, error = $4, attempts = attempts - $5::boolean::int`+one,
				f.seq, f.attempts, f.retryAt, storable(f.cause), f.uncounted).Query(note)
		case Failed:
			b.Queue(`UPDATE updates SET state = 'failed', leased_until = NULL, retry_at = NULL, error = $3`+one,
				f.seq, f.attempts, storable(f.cause)).Query(note)
		case Left: // as if it had not been taken up
			b.Queue(`UPDATE updates SET leased_until = NULL, attempts = attempts - 1`+one, f.seq, f.attempts).Query(note)
		}
	}
	if len(seqs) > 0 {
		b.Queue(`UPDATE updates SET state = 'done', payload = 'null', leased_until = NULL, retry_at = NULL, error = ''
			WHERE seq = ANY ($1) AND (seq, attempts) IN (SELECT * FROM unnest($1::bigint[], $2::int[])) AND state IN ('new', 'done')
			RETURNING seq`, seqs, tokens).Query(note)
	}
}

// storable is an error as PostgreSQL takes it.
func storable(cause error) string {
	return strings.ToValidUTF8(strings.ReplaceAll(cause.Error(), "\x00", ""), "\ufffd")
}

// mayClaim holds for the first new update of a chat that nobody handles and that need not wait
// for its next attempt. One that is further off than any pause, $2, was noted before the clock was
// set back, and does not have to be waited for.
const mayClaim = `(retry_at IS NULL OR retry_at <= $1 OR retry_at > $2) AND (leased_until IS NULL OR leased_until < clock_timestamp())`

// ready finds the chats that have an update to claim, those that have waited longest first. A chat
// whose first update is leased or waits for its next attempt has none. The chats are found one by
// one in the index, so a long queue of one chat costs nothing.
func (r rows) ready(ctx context.Context, now time.Time) ([]int64, error) {
	found, err := r.pool.Query(ctx, `
		WITH RECURSIVE first AS (
			(SELECT seq, chat_id, retry_at, leased_until FROM updates WHERE state = 'new' ORDER BY chat_id, seq LIMIT 1)
			UNION ALL
			SELECT u.seq, u.chat_id, u.retry_at, u.leased_until FROM first f CROSS JOIN LATERAL (
				SELECT seq, chat_id, retry_at, leased_until FROM updates
				WHERE state = 'new' AND chat_id > f.chat_id ORDER BY chat_id, seq LIMIT 1) u
		)
		SELECT chat_id FROM first WHERE `+mayClaim+` ORDER BY seq`, now, now.Add(longestAsked))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(found, pgx.RowTo[int64])
}

// claimUpdates leases the first updates of at most $4 of the chats $3, those that have waited longest.
// The state that they have, new, is given as $6: where it stood here, they could be looked for among
// all that are new; and as an array they cannot be looked for but by index.
const claimUpdates = `
	WITH first AS (
		SELECT u.* FROM unnest($3::bigint[]) AS c (id) CROSS JOIN LATERAL (
			SELECT seq, retry_at, leased_until FROM updates WHERE state = 'new' AND chat_id = c.id ORDER BY seq LIMIT 1) u
	), ready AS (
		SELECT seq FROM first WHERE ` + mayClaim + ` ORDER BY seq LIMIT $4
	)
	UPDATE updates u SET leased_until = clock_timestamp() + make_interval(secs => $5), attempts = attempts + 1
	WHERE u.seq = ANY (ARRAY (SELECT seq FROM ready)) AND u.state = $6 AND (u.leased_until IS NULL OR u.leased_until < clock_timestamp())
	RETURNING u.seq, u.update_id, u.chat_id, u.payload, u.received_at, u.attempts`

func scanUpdate(row pgx.CollectableRow) (u update, err error) {
	err = row.Scan(&u.seq, &u.UpdateID, &u.ChatID, (*[]byte)(&u.JSON), &u.receivedAt, &u.attempts)
	return u, err
}

// renew implements lease.Renew.
func (r rows) renew(ctx context.Context, held []lease.Claim) ([]int64, error) {
	ids, tokens := make([]int64, len(held)), make([]int, len(held))
	for i, c := range held {
		ids[i], tokens[i] = c.ID, c.Token
	}
	found, err := r.pool.Query(ctx, `
		UPDATE updates u SET leased_until = clock_timestamp() + make_interval(secs => $3)
		FROM unnest($1::bigint[], $2::int[]) AS held (seq, token)
		WHERE u.seq = held.seq AND u.attempts = held.token AND u.leased_until IS NOT NULL
		RETURNING u.seq`, ids, tokens, lease.For.Seconds())
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(found, pgx.RowTo[int64])
}

func (r rows) purge(ctx context.Context, before time.Time) (int64, error) {
	tag, err := r.pool.Exec(ctx, `DELETE FROM updates WHERE state <> 'new' AND received_at < $1`, before)
	return tag.RowsAffected(), err
}

// depth returns the zero time when nothing waits.
func (r rows) depth(ctx context.Context) (n int, since time.Time, err error) {
	var oldest *time.Time
	err = r.pool.QueryRow(ctx, `SELECT count(*), min(received_at) FROM updates WHERE state = 'new'`).Scan(&n, &oldest)
	if err != nil || oldest == nil {
		return 0, time.Time{}, err
	}
	return n, *oldest, nil
}
