package crm

import "context"

// ApproveProposal puts what is proposed in force at once, as one version of the actor,
// and tells its maker. Where it cannot be added any more it is refused as
// Proposed.AddTo refuses it and stays open. One that is in the actor's own draft is
// published there: KeyProposalShaped.
func (s *Service) ApproveProposal(ctx context.Context, cmd Command, id ProposalID) (Published, error) {
	return s.configure(ctx, cmd, func(w *work) (Published, error) {
		p, err := w.lockToDecide(ctx, id)
		if err != nil {
			return Published{}, err
		}
		target := w.dir.Config()
		if _, err := p.What.AddTo(&target); err != nil {
			return Published{}, err
		}
		out, err := w.enact(ctx, target, 0)
		if err != nil {
			return Published{}, err
		}
		p.Shaper, p.Made = 0, 0
		return out, w.approve(ctx, p, out.Version)
	})
}

// DeclineProposal settles a proposal with the reason that its maker is told. One that is
// in the actor's own draft is taken out there first: KeyProposalShaped.
func (s *Service) DeclineProposal(ctx context.Context, cmd Command, id ProposalID, reason string) error {
	_, _, err := run(ctx, s, cmd, func(w *work) (struct{}, error) {
		p, err := w.lockToDecide(ctx, id)
		if err != nil {
			return struct{}{}, err
		}
		reason, err := remark("reason", reason)
		if err != nil {
			return struct{}{}, err
		}
		if reason == "" {
			return struct{}{}, &Error{Code: Invalid, Key: KeyEmpty, Field: "reason"}
		}
		p.State, p.Reason, p.Shaper, p.Made = ProposalDeclined, reason, 0, 0
		return struct{}{}, w.decide(ctx, p)
	})
	return err
}

// ShapeProposal puts what is proposed into the actor's draft, and returns the ID that it
// has there. It stays open until that draft is published, which approves it, or until
// it is taken out of the draft. Others may decide on it meanwhile, but only one at a
// time shapes it: KeyProposalShaped names them.
func (s *Service) ShapeProposal(ctx context.Context, cmd Command, id ProposalID) (made int64, err error) {
	made, _, err = run(ctx, s, cmd, func(w *work) (int64, error) {
		if err := mustManage(w); err != nil {
			return 0, err
		}
		return w.editDraft(ctx, func(c *Config) (int64, error) {
			p, err := w.lockOpen(ctx, id)
			switch {
			case err != nil:
				return 0, err
			case p.Shaper == w.actor.ID:
				return p.Made, nil
			case w.dir.Staff[p.Shaper].Manages():
				return 0, &Error{Code: Conflict, Key: KeyProposalShaped, Staff: p.Shaper}
			}
			if p.Made, err = p.What.AddTo(c); err != nil {
				return 0, err
			}
			p.Shaper = w.actor.ID
			return p.Made, w.saveProposal(ctx, p)
		})
	})
	return made, err
}

func (w *work) lockToDecide(ctx context.Context, id ProposalID) (Proposal, error) {
	if err := mustManage(w); err != nil {
		return Proposal{}, err
	}
	p, err := w.lockOpen(ctx, id)
	if err == nil && p.Shaper == w.actor.ID {
		err = &Error{Code: Conflict, Key: KeyProposalShaped, Staff: p.Shaper}
	}
	return p, err
}

func (w *work) approve(ctx context.Context, p Proposal, version int64) error {
	p.State, p.Version = ProposalApproved, version
	return w.decide(ctx, p)
}

// decide writes the actor's decision and tells the maker of the proposal.
func (w *work) decide(ctx context.Context, p Proposal) error {
	p.DecidedBy, p.DecidedAt = w.actor.ID, w.now
	if err := w.saveProposal(ctx, p); err != nil {
		return err
	}
	return w.notify(ctx, Event{Actor: w.actor.ID}, []Notification{{To: p.By, Kind: NotifyProposalDecided, Proposal: p.ID}})
}

// letGo frees the proposals that the actor has taken out of their draft, as it is now.
// It runs at every edit, before the ID of one that is gone can be given again.
func (w *work) letGo(ctx context.Context, draft *Config) error {
	ps, err := w.LockShapedBy(ctx, w.actor.ID)
	if err != nil {
		return err
	}
	for _, p := range ps {
		if _, ok := p.What.in(draft, p.Made); ok {
			continue
		}
		p.Shaper, p.Made = 0, 0
		if err := w.saveProposal(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// approveShaped approves the proposals that the actor has shaped in a draft which is
// in force now.
func (w *work) approveShaped(ctx context.Context, draft *Config, version int64) error {
	if err := w.letGo(ctx, draft); err != nil {
		return err
	}
	ps, err := w.LockShapedBy(ctx, w.actor.ID)
	if err != nil {
		return err
	}
	for _, p := range ps {
		p.Became, _ = p.What.in(draft, p.Made)
		p.Made = 0
		if err := w.approve(ctx, p, version); err != nil {
			return err
		}
	}
	return nil
}

// turnProposals follows an undo: what the version that is undone put in force is out of
// it, and what that had taken out is in force again.
func (w *work) turnProposals(ctx context.Context, undone, by int64) error {
	ps, err := w.LockProposalsOf(ctx, undone)
	if err != nil {
		return err
	}
	for _, p := range ps {
		if p.State == ProposalApproved {
			p.State = ProposalUndone
		} else {
			p.State = ProposalApproved
		}
		p.Version = by
		if err := w.saveProposal(ctx, p); err != nil {
			return err
		}
	}
	return nil
}
