package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"cartable/internal/crm"
)

const staffColumns = `SELECT id, telegram_id, name, role, state, language, unreachable, joined_at FROM staff`

func scanStaff(row pgx.CollectableRow) (s crm.Staff, err error) {
	err = row.Scan(&s.ID, &s.TelegramID, &s.Name, &s.Role, &s.State, &s.Language, &s.Unreachable, &s.JoinedAt)
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
	return t.oneStaff(ctx, ` WHERE id = $1 FOR SHARE`, int64(id))
}

// InsertStaff implements crm.Tx.
func (t tx) InsertStaff(ctx context.Context, s crm.Staff) (id crm.StaffID, err error) {
	err = t.q.QueryRow(ctx, `INSERT INTO staff (telegram_id, name, role, state, language, unreachable, joined_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
		s.TelegramID, s.Name, s.Role, s.State, s.Language, s.Unreachable, s.JoinedAt).Scan(&id)
	return id, staffError(err)
}

// SaveStaff implements crm.Tx.
func (t tx) SaveStaff(ctx context.Context, s crm.Staff) error {
	_, err := t.q.Exec(ctx, `UPDATE staff SET name = $2, role = $3, state = $4, language = $5, unreachable = $6 WHERE id = $1`,
		s.ID, s.Name, s.Role, s.State, s.Language, s.Unreachable)
	return staffError(err)
}

func staffError(err error) error {
	if violates(err, "staff_one_owner") {
		return &crm.Error{Code: crm.Conflict, Key: crm.KeyLastOwner}
	}
	return wrap(err, "save staff")
}

// InsertInvite implements crm.Tx.
func (t tx) InsertInvite(ctx context.Context, hash []byte, inv crm.Invite, at time.Time) error {
	_, err := t.q.Exec(ctx, `INSERT INTO invites (hash, role, made_by, made_at, expires_at) VALUES ($1, $2, $3, $4, $5)`,
		hash, inv.Role, null(inv.By), at, inv.ExpiresAt)
	return wrap(err, "save invite")
}

// UseInvite implements crm.Tx.
func (t tx) UseInvite(ctx context.Context, hash []byte, telegramID int64, at time.Time) (inv crm.Invite, err error) {
	var by *int64
	err = t.q.QueryRow(ctx, `UPDATE invites SET used_by = $2, used_at = $3
		WHERE hash = $1 AND used_at IS NULL AND expires_at > $3 RETURNING role, made_by, expires_at`,
		hash, telegramID, at).Scan(&inv.Role, &by, &inv.ExpiresAt)
	inv.By = id[crm.StaffID](by)
	return inv, found(err, "use invite", crm.KeyBadInvite)
}

const sourceColumns = `SELECT id, kind, title, slug, group_chat, retired_at FROM sources`

func scanSource(row pgx.CollectableRow) (s crm.Source, err error) {
	var group *int64
	var retired *time.Time
	err = row.Scan(&s.ID, &s.Kind, &s.Title, &s.Slug, &group, &retired)
	s.Group, s.Retired = id[crm.GroupID](group), retired != nil
	return s, err
}

func (r reader) oneSource(ctx context.Context, where string, arg any) (crm.Source, error) {
	rows, err := r.q.Query(ctx, sourceColumns+where, arg)
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
func (r reader) SourceByKey(ctx context.Context, keyHash []byte) (crm.Source, error) {
	return r.oneSource(ctx, ` WHERE key_hash = $1 AND retired_at IS NULL`, keyHash)
}

// InsertSource implements crm.Tx.
func (t tx) InsertSource(ctx context.Context, s crm.Source, keyHash []byte, at time.Time) (id crm.SourceID, err error) {
	err = t.q.QueryRow(ctx, `INSERT INTO sources (kind, title, slug, key_hash, made_at) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
		s.Kind, s.Title, s.Slug, keyHash, at).Scan(&id)
	return id, wrap(err, "save source")
}
