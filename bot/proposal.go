package bot

import (
	"context"

	"cartable/bot/callback"
	"cartable/bot/screen"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// proposalPage is how many proposals a page of a list has.
const proposalPage = 8

// actOnProposal carries out what everybody may about proposals: make them, and see and
// withdraw their own.
func (r *request) actOnProposal(ctx context.Context, ref callback.Ref) (string, error) {
	id := crm.ProposalID(ref.Record)
	switch ref.Question {
	case screen.ProposalMenu:
		return "", r.propose(ctx, r.up.Message)
	case screen.ProposalNew:
		return "", r.begin(ctx, beginning{kind: formPropose, message: r.up.Message, args: map[string]string{argPart: ref.Value}})
	case screen.ProposalList:
		return "", r.proposals(ctx, r.up.Message, id)
	case screen.ProposalWithdraw:
		err := r.Domain.WithdrawProposal(ctx, r.command(), id)
		return r.settled(ctx, ref, "proposal.toast_withdrawn", err)
	default: // ProposalShow
		return "", r.showProposal(ctx, ref)
	}
}

// decideProposal carries out what managers make of a proposal.
func (r *request) decideProposal(ctx context.Context, ref callback.Ref) (string, error) {
	switch ref.Question {
	case screen.ProposalApprove:
		_, err := r.Domain.ApproveProposal(ctx, r.command(), crm.ProposalID(ref.Record))
		return r.settled(ctx, ref, "proposal.toast_approved", err)
	case screen.ProposalDecline:
		return r.askReason(ctx, ref)
	default: // ProposalShape
		return r.shapeProposal(ctx, ref)
	}
}

// propose lets an agent choose what to propose, in place of a message, or below for
// message 0. Managers are led to the editors.
func (r *request) propose(ctx context.Context, message int) error {
	m := r.reader().Propose()
	if r.staff.Manages() {
		open, err := r.Domain.CountProposals(ctx)
		if err != nil {
			return err
		}
		m = r.reader().ProposeDirectly(open)
	}
	_, err := r.show(ctx, message, m)
	return err
}

// proposals lists the open ones to a manager, and to others their own, before one of
// them.
func (r *request) proposals(ctx context.Context, message int, before crm.ProposalID) error {
	read := r.Domain.OwnProposals
	if r.staff.Manages() {
		read = r.Domain.OpenProposals
	}
	ps, err := read(ctx, r.staff, before, proposalPage+1)
	if err != nil {
		return err
	}
	more := len(ps) > proposalPage
	if more {
		ps = ps[:proposalPage]
	}
	_, err = r.show(ctx, message, r.reader().Proposals(ps, more, before == 0))
	return err
}

// showProposal shows a proposal in place of the tapped message, as it stands now.
func (r *request) showProposal(ctx context.Context, ref callback.Ref) error {
	p, err := r.Domain.Proposal(ctx, r.staff, crm.ProposalID(ref.Record))
	if err != nil {
		return err
	}
	if r.dir, err = r.Domain.Directory(ctx); err != nil {
		return err
	}
	return r.inPlace(ctx, r.reader().Proposal(p, ref.Arg != 0))
}

// settled is the outcome of a decision: a toast, and the proposal as it stands now, also
// where somebody else was there first.
func (r *request) settled(ctx context.Context, ref callback.Ref, toast string, err error) (string, error) {
	if _, known := r.words(err); err != nil && !known {
		return "", err
	}
	if shown := r.showProposal(ctx, ref); shown != nil && err == nil {
		return "", shown
	}
	return r.p.T(toast), err
}

// askReason asks why a proposal is declined, below it, unless it is settled by now.
func (r *request) askReason(ctx context.Context, ref callback.Ref) (string, error) {
	p, err := r.Domain.Proposal(ctx, r.staff, crm.ProposalID(ref.Record))
	if err != nil {
		return "", err
	}
	if p.State != crm.ProposalOpen {
		return r.p.T("proposal.over"), r.showProposal(ctx, ref)
	}
	return "", r.begin(ctx, beginning{kind: formDecline, subject: ref.Record})
}

// shapeProposal puts a proposal into the manager's draft and opens its editor below,
// since the proposal's own message goes on to say where it stands.
func (r *request) shapeProposal(ctx context.Context, ref callback.Ref) (string, error) {
	id := crm.ProposalID(ref.Record)
	made, err := r.Domain.ShapeProposal(ctx, r.command(), id)
	if err != nil {
		return r.settled(ctx, ref, "proposal.toast_shaped", err)
	}
	p, err := r.Domain.Proposal(ctx, r.staff, id)
	if err != nil {
		return "", err
	}
	if err := r.showProposal(ctx, ref); err != nil {
		return "", err
	}
	m, err := r.shaped(ctx, func(s screen.Shaper) view.Message { return editorOf(s, p.What, made) })
	if err != nil {
		return "", err
	}
	_, err = r.send(ctx, m)
	return r.p.T("proposal.toast_shaped"), err
}

// editorOf is the editor of what a proposal has put into a draft.
func editorOf(s screen.Shaper, what crm.Proposed, made int64) view.Message {
	switch what.Kind {
	case crm.ProposeStatus:
		return statusScreen(s, crm.StatusID(made))
	case crm.ProposeChoice:
		f, _ := s.Draft.Target.Field(what.Field)
		if o, ok := f.Option(crm.ChoiceID(made)); ok {
			return s.Choice(f, o)
		}
		return fieldScreen(s, what.Field)
	default:
		return fieldScreen(s, crm.FieldID(made))
	}
}

// wordProposal words what is about a proposal. Whoever may not see it any more keeps
// the message that they have.
func (b *Bot) wordProposal(ctx context.Context, rd screen.Reader, n screen.Notice, sent bool) (Worded, error) {
	p, err := b.Domain.Proposal(ctx, rd.Staff, n.Proposal)
	switch {
	case crm.IsKey(err, crm.KeyNoProposal):
		return Worded{Skip: true}, nil
	case err != nil:
		return Worded{}, err
	case n.Kind == crm.NotifyProposalDecided:
		return Worded{Message: rd.ProposalDecided(p)}, nil
	default:
		return Worded{Message: rd.Proposal(p, false), Skip: !sent && p.State != crm.ProposalOpen}, nil
	}
}
