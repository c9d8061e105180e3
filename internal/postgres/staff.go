package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"cartable/internal/crm"
)

const staffColumns = `SELECT id, telegram_id, name, role, state, language, unreachable, joined_at, shift, leave_until, duty,
	duty_until, held_limit FROM staff`

func scanStaff(row pgx.CollectableRow) (s crm.Staff, err error) {
	var leave, duty *time.Time
	err = row.Scan(&s.ID, &s.TelegramID, &s.Name, &s.Role, &s.State, &s.Language, &s.Unreachable, &s.JoinedAt, &s.Shift,
		&leave, &s.Duty, &duty, &s.Limit)
	s.LeaveUntil, s.DutyUntil = orZero(leave), orZero(duty)
	return s, err
}

func (r reader) oneStaff(ctx context.Context, where string, arg any) (crm.Staff, error) {
	rows, err := r.q.Query(ctx, staffColumns+where, arg)
	if err != nil {
		return crm.Staff{}, wrap(err, "read staff")
	}
	s, err := pgx.CollectExactlyOneRow(rows, scanStaff)
	return s, found(err, "read staff", crm.KeyNotActive)
}

// StaffByTelegramID implements crm.Reader.
func (r reader) StaffByTelegramID(ctx context.Context, telegramID int64) (crm.Staff, error) {
	return r.oneStaff(ctx, ` WHERE telegram_id = $1`, telegramID)
}

// StaffByTelegram implements crm.Tx.
func (t tx) StaffByTelegram(ctx context.Context, telegramID int64) (crm.Staff, error) {
	return t.oneStaff(ctx, ` WHERE telegram_id = $1 FOR UPDATE`, telegramID)
}

// LockStaff implements crm.Tx. The lock is shared: many commands of one person
// may run, but their role does not change under them.
func (t tx) LockStaff(ctx context.Context, id crm.StaffID) (crm.Staff, error) {
	return t.oneStaff(ctx, sharedStaff, int64(id))
}

const sharedStaff = ` WHERE id = $1 FOR SHARE`

// InsertStaff implements crm.Tx.
func (t tx) InsertStaff(ctx context.Context, s crm.Staff) (id crm.StaffID, err error) {
	err = t.q.QueryRow(ctx, `INSERT INTO staff (telegram_id, name, role, state, language, unreachable, joined_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
		s.TelegramID, s.Name, s.Role, s.State, s.Language, s.Unreachable, s.JoinedAt).Scan(&id)
	return id, staffError(err)
}

// SaveStaff implements crm.Tx.
func (t tx) SaveStaff(ctx context.Context, s crm.Staff) error {
	_, err := t.q.Exec(ctx, `UPDATE staff SET name = $2, role = $3, state = $4, language = $5, unreachable = $6,
		shift = $7, leave_until = $8, duty = $9, duty_until = $10, held_limit = $11 WHERE id = $1`,
		s.ID, s.Name, s.Role, s.State, s.Language, s.Unreachable, s.Shift, nullTime(s.LeaveUntil), s.Duty,
		nullTime(s.DutyUntil), s.Limit)
	return staffError(err)
}

// DropWork implements crm.Tx.
func (t tx) DropWork(ctx context.Context, id crm.StaffID) error {
	b := &pgx.Batch{}
	b.Queue(`DELETE FROM forms WHERE staff_id = $1`, id)
	b.Queue(`DELETE FROM config_drafts WHERE staff_id = $1`, id)
	return wrap(t.q.SendBatch(ctx, b).Close(), "drop unfinished work")
}

func staffError(err error) error {
	if violates(err, "staff_one_owner") {
		return &crm.Error{Code: crm.Conflict, Key: crm.KeyLastOwner}
	}
	return wrap(err, "save staff")
}
