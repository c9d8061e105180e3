package screen

import (
	"strings"

	"cartable/bot/callback"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// The steps by which somebody's cartable is handed over; each is a Question of Member,
// and one that removes them as well.
const (
	HeirsHow   = "give"  // choose how
	HeirsOne   = "one"   // choose a colleague
	HeirsAmong = "among" // tick several; Value: those ticked
	HeirsSure  = "sure"  // ask; Value: among whom
	HeirsDo    = "do"    // carry it out
)

// Values of HeirsSure and HeirsDo beside a Chosen.
const (
	HeirsPool  = "-" // back to the pool
	HeirsLater = "+" // the managers decide later
)

// removing marks the steps that remove somebody as well.
const removing = "r_"

func heirsOp(step string, remove bool) string {
	if remove {
		return removing + step
	}
	return step
}

// HeirsQuestions are the Questions of Member that lead to a hand-over.
func HeirsQuestions() []string {
	var out []string
	for _, step := range []string{HeirsHow, HeirsOne, HeirsAmong, HeirsSure, HeirsDo} {
		out = append(out, heirsOp(step, false), heirsOp(step, true))
	}
	return out
}

// HeirsStep reads one of them: the step, and whether it removes the colleague as well.
func HeirsStep(question string) (step string, remove bool) {
	step, remove = strings.CutPrefix(question, removing)
	return step, remove
}

// Leaving is somebody whose cartable is handed over.
type Leaving struct {
	Staff  crm.Staff
	Held   int
	Remove bool // and who is removed with it
}

func (r Reader) heirs(l Leaving, key, step, value string) view.Button {
	return r.member(key, heirsOp(step, l.Remove), l.Staff.ID, value)
}

// leaving is what is about to happen, above each step.
func (r Reader) leaving(l Leaving) view.HTML {
	name := words(r.clip(l.Staff.Name, 60))
	if l.Remove {
		return view.Lines(r.P.H("heirs.removing", "Name", name), r.P.HN("team.holds", l.Held))
	}
	return r.P.HN("team.give_to", l.Held, "Name", name)
}

// mayInherit are those among whom a cartable can be handed over.
func (r Reader) mayInherit(l Leaving) []crm.Staff {
	var out []crm.Staff
	for _, s := range r.Dir.ActiveStaff() {
		if s.ID != l.Staff.ID {
			out = append(out, s)
		}
	}
	return out
}

// HeirsHow asks how a cartable is handed over.
func (r Reader) HeirsHow(l Leaving) view.Message {
	rows := [][]view.Button{
		{r.heirs(l, "heirs.one", HeirsOne, ""), r.heirs(l, "heirs.spread", HeirsAmong, "")},
		{r.heirs(l, "team.to_pool", HeirsSure, HeirsPool)},
	}
	if l.Remove {
		rows = append(rows, []view.Button{r.heirs(l, "heirs.later", HeirsSure, HeirsLater)})
	}
	return view.Message{HTML: view.Paragraphs(r.leaving(l), r.P.H("heirs.how")), Inline: r.keyboard(append(rows, r.backToMember(l.Staff.ID))...)}
}

// HeirsOne asks which colleague receives a cartable.
func (r Reader) HeirsOne(l Leaving) view.Message {
	var buttons []view.Button
	for _, s := range r.mayInherit(l) {
		b := r.heirs(l, "heirs.one", HeirsSure, string(Chosen("").Toggle(s.ID)))
		b.Label = view.Clip(r.StaffLabel(s.ID), 40)
		buttons = append(buttons, b)
	}
	rows := append(pairs(buttons), []view.Button{r.heirs(l, "common.back", HeirsHow, "")})
	html := r.leaving(l)
	if l.Remove {
		html = view.Paragraphs(html, r.P.H("heirs.how"))
	}
	return view.Message{HTML: html, Inline: r.keyboard(rows...)}
}

// HeirsAmong asks among whom a cartable is spread evenly.
func (r Reader) HeirsAmong(l Leaving, chosen Chosen) view.Message {
	var buttons []view.Button
	n := 0
	for _, s := range r.mayInherit(l) {
		mark := "▫️ "
		if chosen.Has(s.ID) {
			mark = "✅ "
			n++
		}
		b := r.heirs(l, "heirs.one", HeirsAmong, string(chosen.Toggle(s.ID)))
		b.Label = mark + view.Clip(r.StaffLabel(s.ID), 30)
		buttons = append(buttons, b)
	}
	rows := pairs(buttons)
	text := view.Paragraphs(r.leaving(l), r.P.H("heirs.among"))
	if n > 0 {
		text = view.Lines(text, r.P.H("list.each", "From", l.Held/n, "To", (l.Held+n-1)/n))
		rows = append(rows, []view.Button{r.heirs(l, "heirs.go_on", HeirsSure, string(chosen))})
	}
	rows = append(rows, []view.Button{r.heirs(l, "common.back", HeirsHow, "")})
	return view.Message{HTML: text, Inline: r.keyboard(rows...)}
}

// ConfirmHeirs asks before a cartable is handed over, and before somebody is removed.
func (r Reader) ConfirmHeirs(l Leaving, value string) view.Message {
	key := "heirs.yes"
	sure := view.HTML("")
	if l.Remove {
		key, sure = "team.remove_yes", r.P.H("team.remove_sure", "Name", words(r.clip(l.Staff.Name, 60)))
	}
	lines := []view.HTML{r.P.HN("team.holds", l.Held)}
	if l.Held > 0 {
		lines = append(lines, r.inheritance(value)...)
	}
	yes := r.heirs(l, key, HeirsDo, value)
	yes.Style = view.Danger
	return view.Message{HTML: view.Paragraphs(sure, view.Lines(lines...)), Inline: r.keyboard([]view.Button{yes}, r.backToMember(l.Staff.ID))}
}

// inheritance says who receives a cartable.
func (r Reader) inheritance(value string) []view.HTML {
	switch value {
	case HeirsPool:
		return []view.HTML{r.P.H("heirs.sure_pool")}
	case HeirsLater:
		return []view.HTML{r.P.H("heirs.sure_later")}
	}
	lines := []view.HTML{r.P.H("heirs.sure")}
	for _, id := range Chosen(value).IDs() {
		lines = append(lines, "• "+words(r.StaffName(id)))
	}
	return lines
}

// HandedAll says who received how many of a cartable.
func (r Reader) HandedAll(l Leaving, s crm.Shares) view.Message {
	var lines []view.HTML
	if l.Remove {
		lines = append(lines, r.P.H("heirs.removed", "Name", words(r.clip(l.Staff.Name, 60))))
	}
	moved := 0
	for _, n := range s.Per {
		moved += n
	}
	if moved > 0 {
		lines = append(lines, r.P.HN("team.given", moved))
	}
	for _, st := range r.everyone() {
		if n := s.Per[st.ID]; n > 0 {
			lines = append(lines, "• "+words(r.StaffName(st.ID))+": "+view.Text(r.P.Num(n)))
		}
	}
	var rows [][]view.Button
	if left := l.Held - moved; left > 0 {
		lines = append(lines, r.P.HN("heirs.left", left))
		rows = append(rows, []view.Button{r.member("team.give_all", heirsOp(HeirsHow, false), l.Staff.ID, "")})
	}
	if len(lines) == 0 {
		lines = append(lines, r.P.H("heirs.nothing"))
	}
	rows = append(rows, []view.Button{r.button("menu.staff", callback.Ref{Action: callback.Staff})})
	return view.Message{HTML: view.Lines(lines...), Inline: r.keyboard(rows...)}
}
