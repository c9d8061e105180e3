package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"cartable/internal/crm"
)

const inviteColumns = `id, role, made_by, expires_at`

func scanInvite(row pgx.CollectableRow) (inv crm.Invite, err error) {
	var by *int64
	err = row.Scan(&inv.ID, &inv.Role, &by, &inv.ExpiresAt)
	inv.By = id[crm.StaffID](by)
	return inv, err
}

func (r reader) oneInvite(ctx context.Context, missing, sql string, args ...any) (crm.Invite, error) {
	rows, err := r.q.Query(ctx, sql, args...)
	if err != nil {
		return crm.Invite{}, wrap(err, "read invite")
	}
	inv, err := pgx.CollectExactlyOneRow(rows, scanInvite)
	return inv, found(err, "read invite", missing)
}

// InsertInvite implements crm.Tx.
func (t tx) InsertInvite(ctx context.Context, hash []byte, inv crm.Invite, at time.Time) (id crm.InviteID, err error) {
	err = t.q.QueryRow(ctx, `INSERT INTO invites (hash, role, made_by, made_at, expires_at) VALUES ($1, $2, $3, $4, $5)
		RETURNING id`, hash, inv.Role, null(inv.By), at, inv.ExpiresAt).Scan(&id)
	return id, wrap(err, "save invite")
}

// UseInvite implements crm.Tx.
func (t tx) UseInvite(ctx context.Context, hash []byte, telegramID int64, at time.Time) (crm.Invite, error) {
	return t.oneInvite(ctx, crm.KeyBadInvite, `UPDATE invites SET used_by = $2, used_at = $3
		WHERE hash = $1 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $3 AND (made_by IS NULL OR EXISTS (
			SELECT FROM staff m WHERE m.id = made_by AND m.state = 'active' AND m.role IN ('owner', 'manager')))
		RETURNING `+inviteColumns,
		hash, telegramID, at)
}

// openTo holds for invites that somebody can open at $1, and that are the managers'.
const openTo = `used_at IS NULL AND revoked_at IS NULL AND expires_at > $1 AND role <> 'owner'`

// SaveInviteLife implements crm.Tx.
func (t tx) SaveInviteLife(ctx context.Context, hash []byte, until, at time.Time) (crm.Invite, error) {
	return t.oneInvite(ctx, crm.KeyInviteOver, `UPDATE invites SET expires_at = $3 WHERE hash = $2 AND `+openTo+
		` RETURNING `+inviteColumns, at, hash, until)
}

// RevokeInvite implements crm.Tx.
func (t tx) RevokeInvite(ctx context.Context, id crm.InviteID, at time.Time) error {
	_, err := t.oneInvite(ctx, crm.KeyInviteOver, `UPDATE invites SET revoked_at = $1 WHERE id = $2 AND `+openTo+
		` RETURNING `+inviteColumns, at, id)
	return err
}

// RevokeInvitesOf implements crm.Tx.
func (t tx) RevokeInvitesOf(ctx context.Context, by crm.StaffID, at time.Time) error {
	_, err := t.q.Exec(ctx, `UPDATE invites SET revoked_at = $1 WHERE made_by = $2 AND `+openTo, at, by)
	return wrap(err, "revoke invites")
}

// OpenInvite implements crm.Reader.
func (r reader) OpenInvite(ctx context.Context, hash []byte, now time.Time) (crm.Invite, error) {
	return r.oneInvite(ctx, crm.KeyInviteOver, `SELECT `+inviteColumns+` FROM invites WHERE hash = $2 AND `+openTo, now, hash)
}

// OpenInvites implements crm.Reader.
func (r reader) OpenInvites(ctx context.Context, now time.Time, limit int) ([]crm.Invite, error) {
	rows, err := r.q.Query(ctx, `SELECT `+inviteColumns+` FROM invites WHERE `+openTo+` ORDER BY id DESC LIMIT $2`, now, limit)
	if err != nil {
		return nil, wrap(err, "list invites")
	}
	is, err := pgx.CollectRows(rows, scanInvite)
	return is, wrap(err, "list invites")
}
