package outbox

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"cartable/internal/crm"
)

// errTaken is that of rows whose lease somebody else has by now.
var errTaken = errors.New("somebody else took it up meanwhile")

// shown settles a row whose message was sent or edited and shows the customer at
// the notice's version. The row is stale if it was marked since the claim, if it was
// cancelled or withdrawn while it was in hand, or if the customer is newer. A message
// that was given up meanwhile, since its group moved or a form took it over, stays so.
// The lock on the customer waits for a command that is about to commit; commands lock
// in the same order.
func (r rows) shown(ctx context.Context, s row, message int, n Notice, now time.Time) error {
	return pgx.BeginFunc(ctx, r.pool, func(tx pgx.Tx) error {
		current := n.Version
		if c := s.item.Notification.Customer; c != 0 && n.Version != 0 {
			err := tx.QueryRow(ctx, `SELECT version FROM customers WHERE id = $1 FOR SHARE`, c).Scan(&current)
			if err != nil {
				return err
			}
		}
		tag, err := tx.Exec(ctx, `
			UPDATE notifications
			SET state = 'sent', message_id = CASE WHEN state = 'sent' THEN message_id ELSE $3 END, shown_version = $4,
				sent_at = COALESCE(sent_at, $5), leased_until = NULL, retry_at = NULL, attempts = 0, error = '', final = $8, withdrawn = withdrawn OR state = 'cancelled',
				stale = stale OR $6 OR state = 'cancelled' OR (withdrawn AND NOT $7)
			WHERE id = $1 AND attempts = $2 AND state IN ('pending', 'cancelled', 'sent')`,
			s.id(), s.attempts, message, n.Version, now, current > n.Version, s.item.Withdrawn, n.Final)
		if err == nil && tag.RowsAffected() == 0 {
			return errTaken
		}
		return err
	})
}

// summarised settles rows that one message told of; the first keeps its ID.
func (r rows) summarised(ctx context.Context, rs []row, message int, now time.Time) error {
	return r.set(ctx, rs, `state = 'summarised', message_id = CASE WHEN n.id = $3 THEN $4::bigint END, sent_at = $5,
		leased_until = NULL, retry_at = NULL, stale = false, error = ''`, `n.state IN ('pending', 'cancelled')`,
		rs[0].id(), message, now)
}

// postpone gives rows back, not to be taken up before until.
func (r rows) postpone(ctx context.Context, rs []row, until time.Time, cause error) error {
	return r.set(ctx, rs, `leased_until = NULL, retry_at = $3, error = $4, stale = n.stale OR n.state = 'sent'`,
		`n.state IN ('pending', 'sent')`, until, cause.Error())
}

// resume has everything tried at once that was put off.
func (r rows) resume(ctx context.Context) error {
	_, err := r.pool.Exec(ctx, `UPDATE notifications SET retry_at = NULL WHERE state = 'pending' AND retry_at IS NOT NULL`)
	return err
}

// giveBack gives rows back as they were.
func (r rows) giveBack(ctx context.Context, rs []row) error {
	return r.set(ctx, rs, `leased_until = NULL, stale = n.stale OR n.state = 'sent'`, `n.state IN ('pending', 'sent')`)
}

func (r rows) cancel(ctx context.Context, rs []row) error {
	return r.set(ctx, rs, `state = 'cancelled', leased_until = NULL, retry_at = NULL, error = ''`,
		`n.state IN ('pending', 'cancelled')`)
}

func (r rows) fail(ctx context.Context, rs []row, cause error) error {
	return r.set(ctx, rs, `state = 'failed', leased_until = NULL, retry_at = NULL, error = $3`,
		`n.state IN ('pending', 'cancelled')`, cause.Error())
}

// uneditable leaves a message as it is.
func (r rows) uneditable(ctx context.Context, s row, cause error) error {
	return r.set(ctx, []row{s}, `leased_until = NULL, retry_at = NULL, attempts = 0, stale = false, error = $3`,
		`n.state = 'sent'`, cause.Error())
}

// set alters those of the rows n that still are in hand and in one of the states.
func (r rows) set(ctx context.Context, rs []row, assignments, states string, args ...any) error {
	ids, tokens := make([]crm.NotificationID, len(rs)), make([]int, len(rs))
	for i, s := range rs {
		ids[i], tokens[i] = s.id(), s.attempts
	}
	tag, err := r.pool.Exec(ctx, `UPDATE notifications n SET `+assignments+`
		FROM unnest($1::bigint[], $2::int[]) AS held (id, token)
		WHERE n.id = held.id AND n.attempts = held.token AND `+states,
		append([]any{ids, tokens}, args...)...)
	if err == nil && tag.RowsAffected() == 0 {
		return errTaken
	}
	return err
}
