package screen

import (
	"time"

	"cartable/bot/callback"
	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

const day = 24 * time.Hour

// openInvites are the lines and buttons of the invites that nobody has used yet.
func (r Reader) openInvites(open []crm.Invite) (html view.HTML, rows [][]view.Button) {
	if len(open) == 0 {
		return "", nil
	}
	lines := []view.HTML{r.P.H("team.open_invites")}
	for _, inv := range open {
		role := r.P.T("role." + string(inv.Role))
		lines = append(lines, r.P.H("team.open_invite", "Role", role, "Who", words(r.StaffName(inv.By)), "Until", r.When(inv.ExpiresAt)))
		b := r.button("team.revoke", callback.Ref{Action: callback.InviteRevoke, Record: int64(inv.ID)})
		until := persian.FormatShort(inv.ExpiresAt.In(r.Now.Location()), r.Now, r.lang())
		b.Label = r.P.T("team.revoke", "Role", role, "Until", until)
		rows = append(rows, []view.Button{b})
	}
	return view.Lines(lines...), rows
}

// Invited shows a new invite's link, once, and lets its maker choose how long it works.
func (r Reader) Invited(inv crm.NewInvite, link string) view.Message {
	now := int64((inv.ExpiresAt.Sub(r.Now) + day/2) / day)
	var row []view.Button
	for _, life := range crm.InviteLives() {
		if days := int64(life / day); days != now {
			b := r.button("team.life", callback.Ref{Action: callback.InviteLife, Arg: days, Value: inv.Token})
			b.Label = r.P.N("team.life", int(days))
			row = append(row, b)
		}
	}
	row = append(row, r.button("team.qr", callback.Ref{Action: callback.InviteQR, Value: inv.Token}))
	return view.Message{
		HTML: view.Paragraphs(
			r.P.H("team.invited", "Role", r.P.T("role."+string(inv.Role))),
			view.Code(link),
			view.Italic(r.P.H("team.invited_note", "Until", r.Moment(inv.ExpiresAt)))),
		Inline: r.keyboard(r.copyLink(link), row),
	}
}

// InvitedPicture is an invite as a picture that the colleague's camera reads.
func (r Reader) InvitedPicture(inv crm.Invite, link string, picture *view.File) view.Message {
	return view.Message{
		Photo: picture,
		HTML: view.Paragraphs(
			r.P.H("team.invited_picture", "Role", r.P.T("role."+string(inv.Role))),
			view.Code(link),
			view.Italic(r.P.H("team.picture_note", "Until", r.Moment(inv.ExpiresAt)))),
		Inline: r.keyboard(r.copyLink(link)),
	}
}

func (r Reader) copyLink(link string) []view.Button {
	return []view.Button{{Label: r.P.T("team.copy_link"), Copy: link}}
}
