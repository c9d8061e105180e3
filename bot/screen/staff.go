package screen

import (
	"cartable/bot/callback"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// Team lists the colleagues, with what each has to do, and the open invites, and lets a
// manager invite more.
func (r Reader) Team(open []crm.Invite, loads map[crm.StaffID]crm.Workload) view.Message {
	var members []view.Button
	for _, s := range r.everyone() {
		b := r.button("button.open", callback.Ref{Action: callback.StaffMember, Record: int64(s.ID)})
		b.Label = view.Clip(s.Name, 40)
		members = append(members, b)
	}
	rows := pairs(members)
	invites, revoke := r.openInvites(open)
	rows = append(append(rows, revoke...), []view.Button{
		r.button("team.invite_agent", callback.Ref{Action: callback.InviteRole, Value: string(crm.Agent)}),
		r.button("team.invite_manager", callback.Ref{Action: callback.InviteRole, Value: string(crm.Manager)}),
	}, r.SettingsBack())
	html := r.fit(func(r Reader) view.HTML {
		lines := []view.HTML{r.P.H("team.title")}
		for _, s := range r.everyone() {
			lines = append(lines, r.memberLine(s, loads[s.ID]))
		}
		return view.Paragraphs(view.Lines(lines...), invites)
	})
	return view.Message{HTML: html, Inline: r.keyboard(rows...)}
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
