package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"cartable/internal/crm"
)

const proposalColumns = `id, by_id, what, why, made_at, state, shaper_id, made, decided_by, decided_at, reason, became, version_id`

func scanProposal(row pgx.CollectableRow) (p crm.Proposal, err error) {
	var shaper, decider, version *int64
	var decided *time.Time
	err = row.Scan(&p.ID, &p.By, &p.What, &p.Why, &p.MadeAt, &p.State, &shaper, &p.Made, &decider, &decided, &p.Reason, &p.Became, &version)
	p.MadeAt, p.DecidedAt = p.MadeAt.UTC(), orZero(decided).UTC()
	p.Shaper, p.DecidedBy, p.Version = id[crm.StaffID](shaper), id[crm.StaffID](decider), id[int64](version)
	return p, err
}

func (r reader) oneProposal(ctx context.Context, sql string, args ...any) (crm.Proposal, error) {
	rows, err := r.q.Query(ctx, sql, args...)
	if err != nil {
		return crm.Proposal{}, wrap(err, "read proposal")
	}
	p, err := pgx.CollectExactlyOneRow(rows, scanProposal)
	return p, found(err, "read proposal", crm.KeyNoProposal)
}

func (r reader) manyProposals(ctx context.Context, sql string, args ...any) ([]crm.Proposal, error) {
	rows, err := r.q.Query(ctx, sql, args...)
	if err != nil {
		return nil, wrap(err, "read proposals")
	}
	ps, err := pgx.CollectRows(rows, scanProposal)
	return ps, wrap(err, "read proposals")
}

// Proposal implements crm.ProposalReader.
func (r reader) Proposal(ctx context.Context, id crm.ProposalID) (crm.Proposal, error) {
	return r.oneProposal(ctx, `SELECT `+proposalColumns+` FROM proposals WHERE id = $1`, id)
}

// Proposals implements crm.ProposalReader.
func (r reader) Proposals(ctx context.Context, of crm.StaffID, before crm.ProposalID, limit int) ([]crm.Proposal, error) {
	if of == 0 {
		return r.manyProposals(ctx, `SELECT `+proposalColumns+` FROM proposals
			WHERE state = 'open' AND ($1::bigint = 0 OR id < $1) ORDER BY id DESC LIMIT $2`, before, limit)
	}
	return r.manyProposals(ctx, `SELECT `+proposalColumns+` FROM proposals
		WHERE by_id = $3 AND ($1::bigint = 0 OR id < $1) ORDER BY id DESC LIMIT $2`, before, limit, of)
}

// CountProposals implements crm.ProposalReader.
func (r reader) CountProposals(ctx context.Context) (n int, err error) {
	err = r.q.QueryRow(ctx, `SELECT count(*) FROM proposals WHERE state = 'open'`).Scan(&n)
	return n, wrap(err, "count proposals")
}

// InsertProposal implements crm.ProposalTx.
func (t tx) InsertProposal(ctx context.Context, p crm.Proposal) (id crm.ProposalID, err error) {
	err = t.q.QueryRow(ctx, `INSERT INTO proposals (by_id, what, why, made_at, state) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
		p.By, p.What, p.Why, p.MadeAt, p.State).Scan(&id)
	return id, wrap(err, "save proposal")
}

// OpenProposalsOf implements crm.ProposalTx.
func (t tx) OpenProposalsOf(ctx context.Context, by crm.StaffID) (n int, err error) {
	err = t.q.QueryRow(ctx, `SELECT count(*) FROM proposals WHERE by_id = $1 AND state = 'open'`, by).Scan(&n)
	return n, wrap(err, "count somebody's proposals")
}

// LockProposal implements crm.ProposalTx.
func (t tx) LockProposal(ctx context.Context, id crm.ProposalID) (crm.Proposal, error) {
	return t.oneProposal(ctx, `SELECT `+proposalColumns+` FROM proposals WHERE id = $1 FOR UPDATE`, id)
}

// LockShapedBy implements crm.ProposalTx.
func (t tx) LockShapedBy(ctx context.Context, shaper crm.StaffID) ([]crm.Proposal, error) {
	return t.manyProposals(ctx, `SELECT `+proposalColumns+` FROM proposals
		WHERE shaper_id = $1 AND state = 'open' ORDER BY id FOR UPDATE`, shaper)
}

// LockProposalsOf implements crm.ProposalTx.
func (t tx) LockProposalsOf(ctx context.Context, version int64) ([]crm.Proposal, error) {
	return t.manyProposals(ctx, `SELECT `+proposalColumns+` FROM proposals WHERE version_id = $1 ORDER BY id FOR UPDATE`, version)
}

// SaveProposal implements crm.ProposalTx.
func (t tx) SaveProposal(ctx context.Context, p crm.Proposal) error {
	_, err := t.q.Exec(ctx, `UPDATE proposals SET state = $2, shaper_id = $3, made = $4, decided_by = $5, decided_at = $6, reason = $7,
		became = $8, version_id = $9 WHERE id = $1`,
		p.ID, p.State, null(p.Shaper), p.Made, null(p.DecidedBy), nullTime(p.DecidedAt), p.Reason, p.Became, null(p.Version))
	return wrap(err, "save proposal")
}

// RefreshProposal implements crm.ProposalTx. Those that wait are marked too: they may
// be in hand.
func (t tx) RefreshProposal(ctx context.Context, id crm.ProposalID, since time.Time) error {
	_, err := t.q.Exec(ctx, `UPDATE notifications n SET stale = true FROM readers r
		WHERE n.proposal_id = $1 AND r.reader = n.reader AND (n.state = 'pending' OR `+refreshed+`)`, id, since, false)
	return wrap(err, "refresh messages about a proposal")
}
