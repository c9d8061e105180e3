package crm

import (
	"context"
	"time"
)

// ProposalReader is what screens ask about proposals.
type ProposalReader interface {
	Proposal(ctx context.Context, id ProposalID) (Proposal, error)
	// Proposals returns those of somebody, or with 0 those that are open, before one of
	// them (0: from the newest), newest first.
	Proposals(ctx context.Context, of StaffID, before ProposalID, limit int) ([]Proposal, error)
	CountProposals(ctx context.Context) (int, error) // the open ones
}

// ProposalTx is what commands on proposals ask of a transaction.
type ProposalTx interface {
	InsertProposal(ctx context.Context, p Proposal) (ProposalID, error)
	// OpenProposalsOf counts the open ones of somebody, who is locked.
	OpenProposalsOf(ctx context.Context, by StaffID) (int, error)
	LockProposal(ctx context.Context, id ProposalID) (Proposal, error)
	// LockShapedBy returns the open ones that are in somebody's draft, ascending.
	LockShapedBy(ctx context.Context, shaper StaffID) ([]Proposal, error)
	// LockProposalsOf returns those that a version put in force or took out, ascending.
	LockProposalsOf(ctx context.Context, version int64) ([]Proposal, error)
	// SaveProposal writes what became of a proposal.
	SaveProposal(ctx context.Context, p Proposal) error
	// RefreshProposal has the messages about a proposal edited: those sent after since,
	// and those whose sending is under way.
	RefreshProposal(ctx context.Context, id ProposalID, since time.Time) error
}
