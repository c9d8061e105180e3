package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"cartable/bot"
	"cartable/internal/crm"
)

// Forms remembers who has which form open about whom: what is left of a form
// when Redis lost its answers. It implements bot.Forms.
type Forms struct{ pool *pgxpool.Pool }

// NewForms returns the table of open forms.
func NewForms(pool *pgxpool.Pool) *Forms { return &Forms{pool} }

const formColumns = `f.id, f.staff_id, f.chat_id, f.kind, f.customer_id, f.subject, f.message_id, f.parked, f.touched_at,
	EXISTS (SELECT FROM commands c WHERE c.key = '` + bot.FormKey + `' || f.id)`

func scanForm(row pgx.CollectableRow) (f bot.OpenForm, err error) {
	err = row.Scan(&f.ID, &f.Staff, &f.ChatID, &f.Kind, &f.Customer, &f.Subject, &f.Message, &f.Parked, &f.TouchedAt, &f.Saved)
	return f, err
}

// Open notes a form as the one that typed text answers. The one that was open
// before is parked. Somebody who was removed meanwhile opens none.
//
// Like the answers themselves, in Redis, it is not waited for until it is on the disk: what a
// power cut can take is the last moment of a form, and the person is asked again.
func (s *Forms) Open(ctx context.Context, f bot.OpenForm) error {
	foresightOf(ctx).end()
	b := &pgx.Batch{}
	b.Queue(noWait)
	// First, as whoever removes somebody does: their forms are ended after it.
	b.Queue(`SELECT FROM staff WHERE id = $1 FOR SHARE`, f.Staff)
	b.Queue(`UPDATE forms SET parked = true WHERE staff_id = $1 AND chat_id = $2 AND NOT parked AND id <> $3
		AND EXISTS (SELECT FROM staff WHERE id = $1 AND state <> 'removed')`, f.Staff, f.ChatID, f.ID)
	b.Queue(`INSERT INTO forms (id, staff_id, chat_id, kind, customer_id, subject, message_id, opened_at, touched_at)
		SELECT $1, $2, $3, $4, $5, $6, $7, $8, $8 FROM staff WHERE id = $2 AND state <> 'removed'
		ON CONFLICT (id) DO UPDATE SET parked = false, message_id = $7, touched_at = $8`,
		f.ID, f.Staff, f.ChatID, f.Kind, f.Customer, f.Subject, f.Message, f.TouchedAt)
	return wrap(s.pool.SendBatch(ctx, b).Close(), "open form")
}

// noWait has the transaction that it is the first statement of answered before it is on the disk.
const noWait = `SELECT set_config('synchronous_commit', 'off', true)`

// Current returns the form that typed text answers; ok is false when none is open.
func (s *Forms) Current(ctx context.Context, staff crm.StaffID, chatID int64) (f bot.OpenForm, ok bool, err error) {
	if f, ok, known := foresightOf(ctx).form(staff, chatID, func(f bot.OpenForm) bool { return !f.Parked }); known {
		return f, ok, nil
	}
	return s.one(ctx, ` WHERE staff_id = $1 AND chat_id = $2 AND NOT parked`, staff, chatID)
}

// Parked returns the form that was parked last; ok is false when there is none.
func (s *Forms) Parked(ctx context.Context, staff crm.StaffID, chatID int64) (f bot.OpenForm, ok bool, err error) {
	if f, ok, known := foresightOf(ctx).form(staff, chatID, func(f bot.OpenForm) bool { return f.Parked }); known {
		return f, ok, nil
	}
	return s.one(ctx, ` WHERE staff_id = $1 AND chat_id = $2 AND parked ORDER BY touched_at DESC LIMIT 1`, staff, chatID)
}

// Find returns a form by its draft.
func (s *Forms) Find(ctx context.Context, id string) (f bot.OpenForm, ok bool, err error) {
	if f, known := foresightOf(ctx).formOf(id); known {
		return f, true, nil
	}
	return s.one(ctx, ` WHERE id = $1`, id)
}

// About returns the forms about a customer, whoever has them open or parked.
func (s *Forms) About(ctx context.Context, id crm.CustomerID) ([]bot.OpenForm, error) {
	return s.all(ctx, ` WHERE customer_id = $1 AND customer_id > 0 ORDER BY id`, id)
}

func (s *Forms) one(ctx context.Context, where string, args ...any) (bot.OpenForm, bool, error) {
	fs, err := s.all(ctx, where, args...)
	if err != nil || len(fs) == 0 {
		return bot.OpenForm{}, false, err
	}
	return fs[0], true, nil
}

func (s *Forms) all(ctx context.Context, where string, args ...any) ([]bot.OpenForm, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+formColumns+` FROM forms f`+where, args...)
	if err != nil {
		return nil, wrap(err, "read forms")
	}
	fs, err := pgx.CollectRows(rows, scanForm)
	return fs, wrap(err, "read forms")
}

// How long Hush waits, in all and between looks. What is sent takes a round trip
// to Telegram; a chat that is paced is not waited for.
const (
	hushFor   = 400 * time.Millisecond
	hushEvery = 10 * time.Millisecond
)

// Hush waits until what is being sent to somebody has arrived, for hushFor at most.
func (s *Forms) Hush(ctx context.Context, staff crm.StaffID) error {
	for range int(hushFor / hushEvery) {
		var busy bool
		err := s.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM notifications
			WHERE reader = $1 AND state = 'pending' AND leased_until > now())`, staff).Scan(&busy)
		if err != nil || !busy {
			return wrap(err, "look for messages on their way")
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(hushEvery):
		}
	}
	return nil
}

// TakeOver has an announcement that stands in a message left alone from now on,
// since the conversation goes on in that message. What erases its customer knows the
// message still.
func (s *Forms) TakeOver(ctx context.Context, staff crm.StaffID, message int) error {
	foresightOf(ctx).end()
	_, err := s.pool.Exec(ctx, `UPDATE notifications SET message_id = NULL, taken_over = message_id, final = true, stale = false
		WHERE staff_id = $1 AND message_id = $2 AND state = 'sent'`, staff, message)
	return wrap(err, "take a message over")
}

// Close forgets a form, as Open notes it.
func (s *Forms) Close(ctx context.Context, id string) error {
	foresightOf(ctx).end()
	b := &pgx.Batch{}
	b.Queue(noWait)
	b.Queue(`DELETE FROM forms WHERE id = $1`, id)
	return wrap(s.pool.SendBatch(ctx, b).Close(), "close form")
}

// Purge forgets the forms that nobody touched since before, and returns how many.
func (s *Forms) Purge(ctx context.Context, before time.Time) (int64, error) {
	tag, err := s.pool.Exec(ctx, `DELETE FROM forms WHERE touched_at < $1`, before)
	return tag.RowsAffected(), wrap(err, "purge forms")
}
