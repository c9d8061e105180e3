package screen

import (
	"cartable/bot/callback"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// Me is how it stands with the reader themselves: at work or not, their hours, what
// they have to do, and their language.
func (r Reader) Me(load crm.Workload) view.Message {
	s := r.Staff
	means := "me.means_off"
	if r.Dir.WorkingTime().OnShift(s, r.Now) {
		means = "me.means_on"
	}
	said := view.HTML("")
	if s.Duty != crm.DutyByShift && s.DutyUntil.After(r.Now) {
		said = r.P.H("me.today")
	}
	head := view.Bold(words(r.clip(s.Name, 60))) + " — " + view.Text(r.P.T("role."+string(s.Role)))
	return view.Message{
		HTML: view.Paragraphs("👤 "+head, view.Lines(r.presence(s), r.P.H(means), said), r.hours(s),
			view.Lines(r.workload(s, load)...)),
		Inline: r.keyboard(append([][]view.Button{r.dutyButtons(s, MemberMyDuty)}, pairs(r.myButtons())...)...),
	}
}

// myButtons lead to what else is one's own; managers find theirs in the settings.
func (r Reader) myButtons() []view.Button {
	language := r.button("menu.language", callback.Ref{Action: callback.Language})
	if r.Staff.Manages() {
		return []view.Button{language}
	}
	return []view.Button{r.button("menu.propose", callback.Ref{Action: callback.Proposals, Question: ProposalMenu}), language}
}
