package crm

import (
	"context"
	"time"

	"cartable/internal/persian"
)

// Proposal is something new for the configuration that somebody asks the managers
// for.
type Proposal struct {
	ID     ProposalID
	By     StaffID
	What   Proposed
	Why    string
	MadeAt time.Time
	State  ProposalState

	// Shaper is the manager in whose draft it is while it is open, where it has the ID
	// Made; 0 for none. Of an approved one: who shaped it before they published it.
	Shaper StaffID
	Made   int64

	DecidedBy StaffID
	DecidedAt time.Time
	Reason    string // of a declined one
	Became    Title  // its title as the Shaper published it
	Version   int64  // which put it in force, or took it out of it
}

// ProposalState is what became of a proposal.
type ProposalState string

// The states.
const (
	ProposalOpen      ProposalState = "open"
	ProposalApproved  ProposalState = "approved"  // in force since Version
	ProposalDeclined  ProposalState = "declined"  // with a Reason
	ProposalWithdrawn ProposalState = "withdrawn" // by its maker
	ProposalUndone    ProposalState = "undone"    // approved, and taken back by Version
)

// MaxOpenProposals is how many proposals of one person can wait at once.
const MaxOpenProposals = 10

// Propose asks the managers for something new, and tells them. What could not be
// added to the configuration now is refused as Proposed.AddTo refuses it, and more
// than MaxOpenProposals with KeyProposalsFull.
func (s *Service) Propose(ctx context.Context, cmd Command, what Proposed, why string) (ProposalID, error) {
	out, _, err := run(ctx, s, cmd, func(w *work) (ProposalID, error) {
		if !w.actor.Active() {
			return 0, fail(Forbidden, KeyNotActive)
		}
		why, err := remark("why", why)
		if err != nil {
			return 0, err
		}
		now := w.dir.Config()
		if _, err := what.AddTo(&now); err != nil {
			return 0, err
		}
		open, err := w.OpenProposalsOf(ctx, w.actor.ID)
		if err != nil {
			return 0, err
		}
		if open >= MaxOpenProposals {
			return 0, fail(Invalid, KeyProposalsFull)
		}
		id, err := w.InsertProposal(ctx, Proposal{By: w.actor.ID, What: what.clean(), Why: why, MadeAt: w.now, State: ProposalOpen})
		if err != nil {
			return 0, err
		}
		return id, w.notify(ctx, Event{Actor: w.actor.ID}, to(w.managers(), Notification{Kind: NotifyProposal, Proposal: id}))
	})
	return out, err
}

// remark cleans what is said beside a proposal, in several lines, and bounds it.
func remark(field, s string) (string, error) {
	s = persian.CleanText(s)
	if len([]rune(s)) > MaxHelp {
		return "", &Error{Code: Invalid, Key: KeyTooLong, Field: field}
	}
	return s, nil
}

// WithdrawProposal takes a proposal back, for its maker alone and while it is open.
func (s *Service) WithdrawProposal(ctx context.Context, cmd Command, id ProposalID) error {
	_, _, err := run(ctx, s, cmd, func(w *work) (struct{}, error) {
		p, err := w.lockOpen(ctx, id)
		if err != nil {
			return struct{}{}, err
		}
		if p.By != w.actor.ID {
			return struct{}{}, fail(Forbidden, KeyNoProposal)
		}
		p.State, p.Shaper, p.Made = ProposalWithdrawn, 0, 0
		return struct{}{}, w.saveProposal(ctx, p)
	})
	return err
}

// lockOpen locks a proposal that the actor may see and nobody has settled.
func (w *work) lockOpen(ctx context.Context, id ProposalID) (Proposal, error) {
	p, err := w.LockProposal(ctx, id)
	switch {
	case err != nil:
		return Proposal{}, err
	case !p.visible(w.actor):
		return Proposal{}, fail(NotFound, KeyNoProposal)
	case p.State == ProposalWithdrawn:
		return Proposal{}, &Error{Code: Gone, Key: KeyProposalWithdrawn, Staff: p.By}
	case p.State != ProposalOpen:
		return Proposal{}, &Error{Code: Conflict, Key: KeyProposalDecided, Staff: p.DecidedBy}
	}
	return p, nil
}

// visible says whether somebody may see the proposal: the managers and its maker.
func (p Proposal) visible(to Staff) bool { return to.Manages() || to.Active() && to.ID == p.By }

// saveProposal writes what became of a proposal, and has everybody's message of it
// edited.
func (w *work) saveProposal(ctx context.Context, p Proposal) error {
	if err := w.SaveProposal(ctx, p); err != nil {
		return err
	}
	return w.RefreshProposal(ctx, p.ID, w.now.Add(-CardLife))
}

// Proposal reads a proposal; KeyNoProposal where there is none that the actor may see.
func (s *Service) Proposal(ctx context.Context, actor Staff, id ProposalID) (Proposal, error) {
	p, err := s.store.Proposal(ctx, id)
	if err == nil && !p.visible(actor) {
		err = fail(NotFound, KeyNoProposal)
	}
	if err != nil {
		return Proposal{}, err
	}
	return p, nil
}

// OpenProposals reads those that wait for the managers, newest first, before one of
// them (0: from the newest). Only for managers.
func (s *Service) OpenProposals(ctx context.Context, actor Staff, before ProposalID, limit int) ([]Proposal, error) {
	if !actor.Manages() {
		return nil, fail(Forbidden, KeyManagers)
	}
	return s.store.Proposals(ctx, 0, before, limit)
}

// OwnProposals reads those that the actor made, whatever became of them, newest first,
// before one of them (0: from the newest).
func (s *Service) OwnProposals(ctx context.Context, actor Staff, before ProposalID, limit int) ([]Proposal, error) {
	if !actor.Active() {
		return nil, fail(Forbidden, KeyNotActive)
	}
	return s.store.Proposals(ctx, actor.ID, before, limit)
}

// CountProposals counts those that wait for the managers.
func (s *Service) CountProposals(ctx context.Context) (int, error) {
	return s.store.CountProposals(ctx)
}
