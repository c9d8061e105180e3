package bot

import (
	"context"
	"time"

	"cartable/bot/callback"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// team shows the colleagues and the open invites, in place of a message or below.
func (r *request) team(ctx context.Context, message int) error {
	open, err := r.Domain.OpenInvites(ctx, r.staff)
	if err != nil {
		return err
	}
	loads, err := r.Domain.Workloads(ctx, r.dir, r.staff)
	if err != nil {
		return err
	}
	_, err = r.show(ctx, message, r.reader().Team(open, loads))
	return err
}

// actOnInvite carries out a button about invites. The token travels in the buttons of
// the message that shows the link, since it is stored nowhere.
func (r *request) actOnInvite(ctx context.Context, ref callback.Ref) (string, error) {
	switch ref.Action {
	case callback.InviteLife:
		life := time.Duration(ref.Arg) * 24 * time.Hour
		inv, err := r.Domain.SetInviteLife(ctx, r.command(), ref.Value, life)
		if err != nil {
			return "", err
		}
		return "", r.inPlace(ctx, r.reader().Invited(crm.NewInvite{Invite: inv, Token: ref.Value}, r.StartLink(ref.Value)))
	case callback.InviteQR:
		return "", r.invitePicture(ctx, ref.Value)
	case callback.InviteRevoke:
		err := r.Domain.RevokeInvite(ctx, r.command(), crm.InviteID(ref.Record))
		if err != nil && !crm.IsKey(err, crm.KeyInviteOver) {
			return "", err
		}
		if shown := r.team(ctx, r.up.Message); shown != nil {
			return "", shown
		}
		return r.p.T("toast.revoked"), err
	default: // InviteRole
		return "", r.invite(ctx, crm.Role(ref.Value))
	}
}

// invite makes a link and shows it, once.
func (r *request) invite(ctx context.Context, role crm.Role) error {
	cmd := r.command()
	inv, err := r.Domain.NewInvite(ctx, cmd, role, crm.InviteLife)
	if crm.IsKey(err, crm.KeyBadInvite) {
		// This tap was handled before and its answer lost: the token with it, so that
		// nobody can use that invite. Another one takes its place.
		cmd.Key += ":lost"
		if err := r.Domain.RevokeInvite(ctx, cmd, inv.ID); err != nil && !crm.IsKey(err, crm.KeyInviteOver) {
			return err
		}
		cmd.Key += ":again"
		inv, err = r.Domain.NewInvite(ctx, cmd, role, crm.InviteLife)
	}
	if err != nil {
		return err
	}
	_, err = r.send(ctx, r.reader().Invited(inv, r.StartLink(inv.Token)))
	return err
}

// invitePicture shows an open invite as a QR code, below; the message with the link
// leads there, so that only one place says until when it works.
func (r *request) invitePicture(ctx context.Context, token string) error {
	inv, err := r.Domain.FindInvite(ctx, r.staff, token)
	if err != nil {
		return err
	}
	link := r.StartLink(token)
	picture, err := view.QR("invite.png", link)
	if err != nil {
		return err
	}
	if _, err := r.send(ctx, r.reader().InvitedPicture(inv, link, picture)); err != nil {
		return err
	}
	return r.inPlace(ctx, view.Message{HTML: r.p.H("team.qr_below")})
}
