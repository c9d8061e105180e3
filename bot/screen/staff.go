package screen

import (
	"cartable/bot/callback"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// Team lists the colleagues and the open invites, and lets a manager invite more.
func (r Reader) Team(open []crm.Invite) view.Message {
	lines := []view.HTML{r.P.H("team.title")}
	var rows [][]view.Button
	for _, s := range r.everyone() {
		lines = append(lines, r.memberLine(s))
		if s.ID != r.Staff.ID && s.Role != crm.Owner {
			b := r.button("button.open", callback.Ref{Action: callback.StaffMember, Record: int64(s.ID)})
			b.Label = view.Clip(s.Name, 40)
			rows = append(rows, []view.Button{b})
		}
	}
	invites, revoke := r.openInvites(open)
	rows = append(append(rows, revoke...), []view.Button{
		r.button("team.invite_agent", callback.Ref{Action: callback.InviteRole, Value: string(crm.Agent)}),
		r.button("team.invite_manager", callback.Ref{Action: callback.InviteRole, Value: string(crm.Manager)}),
	}, []view.Button{r.button("team.add_form", callback.Ref{Action: callback.Setup, Value: "form"})}, r.SettingsBack())
	return view.Message{HTML: view.Paragraphs(view.Lines(lines...), invites), Inline: r.keyboard(rows...)}
}

// everyone is all staff but the removed, by the order in which they joined.
func (r Reader) everyone() []crm.Staff {
	var out []crm.Staff
	for id := crm.StaffID(1); len(r.Dir.Staff) > 0 && id <= maxStaff(r.Dir); id++ {
		if s, ok := r.Dir.Staff[id]; ok && s.State != crm.Removed {
			out = append(out, s)
		}
	}
	return out
}

func maxStaff(d crm.Directory) crm.StaffID {
	var n crm.StaffID
	for id := range d.Staff {
		n = max(n, id)
	}
	return n
}

func (r Reader) memberLine(s crm.Staff) view.HTML {
	line := "• " + words(r.clip(s.Name, 60)) + " — " + view.Text(r.P.T("role."+string(s.Role)))
	if s.State == crm.Suspended {
		line += " · " + view.Text(r.P.T("team.suspended"))
	}
	if s.Unreachable {
		line += " · " + view.Text(r.P.T("team.unreachable"))
	}
	return line
}

// Member is one colleague and what a manager can do about them.
func (r Reader) Member(s crm.Staff, held int) view.Message {
	id := int64(s.ID)
	change := func(key, to string) view.Button {
		return r.button(key, callback.Ref{Action: callback.StaffChange, Record: id, Value: to})
	}
	var rows [][]view.Button
	switch s.State {
	case crm.Active:
		rows = append(rows, []view.Button{change("team.suspend", "suspend"), change("team.remove", "remove")})
	case crm.Suspended:
		rows = append(rows, []view.Button{change("team.resume", "resume"), change("team.remove", "remove")})
	}
	if held > 0 {
		rows = append(rows, []view.Button{r.button("team.give_all", callback.Ref{Action: callback.StaffChange, Record: id, Value: "give"})})
	}
	rows = append(rows, []view.Button{r.button("common.back", callback.Ref{Action: callback.Staff})})
	return view.Message{HTML: view.Lines(r.memberLine(s), r.P.HN("team.holds", held)), Inline: r.keyboard(rows...)}
}

// ConfirmRemove asks before somebody is removed.
func (r Reader) ConfirmRemove(s crm.Staff, held int) view.Message {
	yes := r.button("team.remove_yes", callback.Ref{Action: callback.StaffChange, Record: int64(s.ID), Value: "removed"})
	yes.Style = view.Danger
	back := r.button("common.back", callback.Ref{Action: callback.StaffMember, Record: int64(s.ID)})
	return view.Message{HTML: view.Lines(r.P.H("team.remove_sure", "Name", words(s.Name)), r.P.HN("team.holds", held)),
		Inline: r.keyboard([]view.Button{yes, back})}
}

// GiveAll asks who receives everything that somebody holds.
func (r Reader) GiveAll(s crm.Staff, held int) view.Message {
	var rows [][]view.Button
	for _, to := range r.Dir.ActiveStaff() {
		if to.ID == s.ID {
			continue
		}
		rows = append(rows, []view.Button{{Label: view.Clip(r.StaffName(to.ID), 40), Data: callback.MustEncode(callback.Ref{
			Action: callback.GiveAll, Record: int64(s.ID), Arg: int64(to.ID)})}})
	}
	rows = append(rows, []view.Button{r.button("team.to_pool", callback.Ref{Action: callback.GiveAll, Record: int64(s.ID)})})
	return view.Message{HTML: r.P.HN("team.give_to", held, "Name", words(s.Name)), Inline: r.keyboard(rows...)}
}

// FirstSteps leads the owner through the first day: what is done, what is next. ready
// says whether to offer a ready-made configuration too, which is no step of its own.
func (r Reader) FirstSteps(named, invited, form, ready bool) view.Message {
	mark := func(done bool, key string) view.HTML {
		if done {
			return "✅ " + view.Strike(view.Text(r.P.T(key)))
		}
		return "▫️ " + view.Text(r.P.T(key))
	}
	step := func(key, value string) []view.Button {
		return []view.Button{r.button(key, callback.Ref{Action: callback.Setup, Value: value})}
	}
	var rows [][]view.Button
	if !named {
		rows = append(rows, step("setup.name", "name"))
	}
	if !invited {
		rows = append(rows, step("setup.invite", "invite"))
	}
	if !form {
		rows = append(rows, step("setup.form", "form"))
	}
	title := "setup.title"
	if named && invited && form {
		title = "setup.done"
	}
	var extra view.HTML
	if ready {
		extra = "🎁 " + r.P.H("setup.step_ready")
		rows = append(rows, step("setup.ready", "ready"))
	}
	return view.Message{HTML: view.Paragraphs(r.P.H(title),
		view.Lines(mark(named, "setup.step_name"), mark(invited, "setup.step_invite"), mark(form, "setup.step_form")), extra),
		Inline: r.keyboard(rows...)}
}

// NewForm shows the address of a hosted form that was just made; url is "" where
// the outside does not reach the program.
func (r Reader) NewForm(title, url string) view.Message {
	if url == "" {
		return view.Message{HTML: view.Paragraphs(r.P.H("setup.form_ready", "Title", words(title)), r.P.H("setup.form_no_address"))}
	}
	return view.Message{HTML: view.Paragraphs(r.P.H("setup.form_ready", "Title", words(title)), view.Isolate(view.Text(url)),
		view.Italic(r.P.H("setup.form_note"))),
		Inline: r.keyboard(r.copyLink(url))}
}
