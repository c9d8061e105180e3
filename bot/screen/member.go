package screen

import (
	"strconv"

	"cartable/bot/callback"
	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

// What Member does is named by its Question; Record is the colleague, Value what to
// make of them. Questions that lead to a hand-over are in heirs.go.
const (
	MemberRole     = "role"      // Value manager: make them one; agent: ask first
	MemberRoleYes  = "role_yes"  // make them what Value says
	MemberOwner    = "owner"     // ask whether to pass ownership on
	MemberOwnerYes = "owner_yes" // pass it on
	MemberLimit    = "limit"     // choose, or Value: a number, "ask"
	MemberShift    = "shift"     // the week; Value "hours": the business's; or hours of all working days
	MemberDay      = "day"       // Value is a weekday, and after a colon hours, "ask" or "all"
	MemberLeave    = "leave"     // choose, or Value: days, "ask", "end"
	MemberDuty     = "duty"      // Value on, off or shift
	MemberMe       = "me"        // how it stands with the reader
	MemberMyDuty   = "my_duty"   // MemberDuty of the reader
)

// Ask and the like are Values that stand for no value of their own.
const (
	MemberAsk      = "ask"
	MemberEnd      = "end"
	MemberAll      = "all"
	MemberBusiness = "hours"
	MemberByShift  = "shift"
)

func (r Reader) member(key, op string, id crm.StaffID, value string) view.Button {
	return r.button(key, callback.Ref{Action: callback.Member, Record: int64(id), Question: op, Value: value})
}

func (r Reader) backToMember(id crm.StaffID) []view.Button {
	return []view.Button{r.button("common.back", callback.Ref{Action: callback.StaffMember, Record: int64(id)})}
}

// presence is whether somebody is at work now, and if not until when.
func (r Reader) presence(s crm.Staff) view.HTML {
	said := s.Duty != crm.DutyByShift && (s.DutyUntil.IsZero() || s.DutyUntil.After(r.Now))
	switch {
	case s.State == crm.Suspended:
		return r.P.H("team.suspended")
	case s.State == crm.Removed:
		return r.P.H("member.removed")
	case r.Dir.WorkingTime().OnShift(s, r.Now): // also in a leave, by their own word
		return r.P.H("member.on")
	case s.LeaveUntil.After(r.Now):
		return r.P.H("member.leave", "Date", r.day(s))
	case said:
		return r.P.H("member.off")
	default:
		return r.P.H("member.off_hours")
	}
}

// day is the day on which somebody is back from leave.
func (r Reader) day(s crm.Staff) string {
	return persian.FormatDate(persian.CivilOf(s.LeaveUntil.In(r.Now.Location())), r.lang())
}

// memberLine is one colleague in the list of all.
func (r Reader) memberLine(s crm.Staff, load crm.Workload) view.HTML {
	line := "• " + words(r.clip(s.Name, 60)) + " — " + view.Text(r.P.T("role."+string(s.Role))) + " · " + r.presence(s)
	if s.Unreachable {
		line += " · " + view.Text(r.P.T("team.unreachable"))
	}
	return line + " · 🗂 " + view.Text(r.P.Num(load.Held))
}

// Member is one colleague, and what a manager can do about them.
func (r Reader) Member(s crm.Staff, load crm.Workload) view.Message {
	head := view.Bold(words(r.clip(s.Name, 60))) + " — " + view.Text(r.P.T("role."+string(s.Role))) + " · " + r.presence(s)
	if s.Unreachable {
		head += " · " + view.Text(r.P.T("team.unreachable"))
	}
	return view.Message{
		HTML:   view.Paragraphs(head, view.Lines(r.workload(s, load)...), r.hours(s)),
		Inline: r.keyboard(r.memberButtons(s, load)...),
	}
}

func (r Reader) workload(s crm.Staff, load crm.Workload) []view.HTML {
	limit := r.P.H("member.limit_none")
	if s.Limit > 0 {
		limit = r.P.HN("member.limit_is", s.Limit)
	}
	return []view.HTML{r.P.HN("team.holds", load.Held), r.P.HN("member.received", load.Received), limit}
}

func (r Reader) memberButtons(s crm.Staff, load crm.Workload) [][]view.Button {
	rows := [][]view.Button{}
	other := s.ID != r.Staff.ID && s.Role != crm.Owner
	if s.Active() {
		rows = append(rows, r.dutyButtons(s, MemberDuty),
			[]view.Button{r.member("member.hours", MemberShift, s.ID, ""), r.member("member.to_leave", MemberLeave, s.ID, "")})
	}
	second := []view.Button{}
	if s.Active() {
		second = append(second, r.member("member.limit", MemberLimit, s.ID, ""))
	}
	if load.Held > 0 {
		second = append(second, r.button("member.customers", callback.Ref{Action: callback.Customers,
			Value: string(Filters("").Set('h', strconv.FormatInt(int64(s.ID), 36)))}))
		rows = append(rows, second, []view.Button{r.member("team.give_all", heirsOp(HeirsHow, false), s.ID, "")})
	} else {
		rows = append(rows, second)
	}
	if other && s.Active() {
		role := r.member("member.make_manager", MemberRole, s.ID, string(crm.Manager))
		if s.Role == crm.Manager {
			role = r.member("member.make_agent", MemberRole, s.ID, string(crm.Agent))
		}
		rows = append(rows, []view.Button{role})
	}
	if other && s.Active() && r.Staff.Role == crm.Owner {
		rows = append(rows, []view.Button{r.member("member.pass", MemberOwner, s.ID, "")})
	}
	if other {
		rows = append(rows, r.accessButtons(s))
	}
	return append(rows, []view.Button{r.button("common.back", callback.Ref{Action: callback.Staff})})
}

// accessButtons suspend, readmit and remove.
func (r Reader) accessButtons(s crm.Staff) []view.Button {
	change := func(key, to string) view.Button {
		return r.button(key, callback.Ref{Action: callback.StaffChange, Record: int64(s.ID), Value: to})
	}
	remove := r.member("team.remove", heirsOp(HeirsHow, true), s.ID, "")
	switch s.State {
	case crm.Active:
		return []view.Button{change("team.suspend", "suspend"), remove}
	case crm.Suspended:
		return []view.Button{change("team.resume", "resume"), remove}
	default:
		return nil
	}
}

// dutyButtons say that somebody is at work today or is not, by one tap.
func (r Reader) dutyButtons(s crm.Staff, op string) []view.Button {
	on, off, by := "member.say_on", "member.say_off", "member.by_shift"
	if s.ID == r.Staff.ID {
		on, off, by = "me.say_on", "me.say_off", "me.by_shift"
	}
	b := r.member(on, op, s.ID, string(crm.DutyOn))
	if r.Dir.WorkingTime().OnShift(s, r.Now) {
		b = r.member(off, op, s.ID, string(crm.DutyOff))
	}
	row := []view.Button{b}
	if s.Duty != crm.DutyByShift && (s.DutyUntil.IsZero() || s.DutyUntil.After(r.Now)) {
		row = append(row, r.member(by, op, s.ID, MemberByShift))
	}
	return row
}

// ConfirmRole asks before a manager is made an agent.
func (r Reader) ConfirmRole(s crm.Staff) view.Message {
	yes := r.member("member.make_agent_yes", MemberRoleYes, s.ID, string(crm.Agent))
	yes.Style = view.Danger
	return view.Message{HTML: r.P.H("member.make_agent_sure", "Name", words(r.clip(s.Name, 60))),
		Inline: r.keyboard([]view.Button{yes}, r.backToMember(s.ID))}
}

// ConfirmOwner asks before ownership is passed on.
func (r Reader) ConfirmOwner(s crm.Staff) view.Message {
	name := r.clip(s.Name, 60)
	yes := r.member("member.pass_yes", MemberOwnerYes, s.ID, "")
	yes.Label = r.P.T("member.pass_yes", "Name", view.Clip(s.Name, 30))
	yes.Style = view.Danger
	return view.Message{HTML: r.P.H("member.pass_sure", "Name", words(name)),
		Inline: r.keyboard([]view.Button{yes}, r.backToMember(s.ID))}
}

// OwnerPassed tells the one who was the owner that they are a manager now.
func (r Reader) OwnerPassed(s crm.Staff) view.Message {
	return view.Message{HTML: r.P.H("member.passed", "Name", words(r.clip(s.Name, 60))), Reply: r.Menu()}
}

// limits are the bounds that one tap sets.
var limits = []int{10, 20, 30, 50}

// LimitChoices asks up to how many customers routing brings somebody more.
func (r Reader) LimitChoices(s crm.Staff) view.Message {
	none := ticked(r.member("member.limit_off", MemberLimit, s.ID, "0"), s.Limit == 0)
	var row []view.Button
	for _, n := range limits {
		b := r.member("member.limit", MemberLimit, s.ID, strconv.Itoa(n))
		b.Label = r.P.Num(n)
		row = append(row, ticked(b, s.Limit == n))
	}
	return view.Message{HTML: r.P.H("member.limit_ask", "Name", words(r.clip(s.Name, 60))),
		Inline: r.keyboard(row, []view.Button{none, r.member("member.type", MemberLimit, s.ID, MemberAsk)}, r.backToMember(s.ID))}
}

// leaves are the leaves that one tap gives, in days until somebody is back.
var leaves = []struct {
	key  string
	days int
}{{"member.leave_tomorrow", 1}, {"member.leave_three", 3}, {"member.leave_week", 7}}

// LeaveChoices asks when somebody is back.
func (r Reader) LeaveChoices(s crm.Staff) view.Message {
	var row []view.Button
	for _, l := range leaves {
		row = append(row, r.member(l.key, MemberLeave, s.ID, strconv.Itoa(l.days)))
	}
	rows := [][]view.Button{row, {r.member("member.leave_date", MemberLeave, s.ID, MemberAsk)}}
	html := r.P.H("member.leave_ask", "Name", words(r.clip(s.Name, 60)))
	if s.LeaveUntil.After(r.Now) {
		html = view.Paragraphs(r.presence(s), html)
		rows = append(rows, []view.Button{r.member("member.leave_end", MemberLeave, s.ID, MemberEnd)})
	}
	return view.Message{HTML: html, Inline: r.keyboard(append(rows, r.backToMember(s.ID))...)}
}
