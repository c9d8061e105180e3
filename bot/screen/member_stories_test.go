package screen_test

import (
	"time"

	"cartable/bot/screen"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// loads are what everybody has to do.
func (w world) loads() map[crm.StaffID]crm.Workload {
	return map[crm.StaffID]crm.Workload{sara: {}, omid: {Held: 12, Received: 3}, lena: {Held: 1}}
}

// shift is somebody's own week: mornings and afternoons, a short Thursday, and a night.
func shift() (w crm.Week) {
	for _, d := range []time.Weekday{time.Saturday, time.Sunday, time.Monday, time.Tuesday} {
		w[d] = []crm.Span{{From: 540, To: 780}, {From: 870, To: 1140}}
	}
	w[time.Wednesday] = []crm.Span{{From: 1320, To: 360}}
	w[time.Thursday] = []crm.Span{{From: 0, To: crm.MinutesOfDay}}
	return w
}

// open is a reader of a business that has hours.
func open(r screen.Reader) screen.Reader {
	for d := range r.Dir.Settings.Hours {
		r.Dir.Settings.Hours[d] = []crm.Span{{From: 480, To: 1020}}
	}
	r.Dir.Settings.DaysOff = []time.Weekday{time.Friday}
	return r
}

func (w world) members() []story {
	busy := w.dir.Staff[omid]
	busy.Unreachable, busy.Shift, busy.Limit, busy.Role = false, shift(), 20, crm.Manager
	away := busy
	away.LeaveUntil, away.Role = *w.in(72 * time.Hour), crm.Agent
	off := w.dir.Staff[omid]
	off.Duty, off.DutyUntil = crm.DutyOff, *w.in(12 * time.Hour)
	leaving := screen.Leaving{Staff: busy, Held: 12}
	removed := screen.Leaving{Staff: busy, Held: 12, Remove: true}
	idle := screen.Leaving{Staff: busy, Remove: true}
	some := screen.Chosen("").Toggle(sara).Toggle(lena)
	as := func(r screen.Reader, alter func(*crm.Staff)) screen.Reader { alter(&r.Staff); return r }
	loads := w.loads()
	return []story{
		{"Member", sara, func(r screen.Reader) view.Message { return r.Member(w.dir.Staff[omid], loads[omid]) }},
		{"Member_a_manager_with_hours", sara, func(r screen.Reader) view.Message { return r.Member(busy, loads[omid]) }},
		{"Member_of_a_business_with_hours", sara, func(r screen.Reader) view.Message { return open(r).Member(w.dir.Staff[omid], crm.Workload{}) }},
		{"Member_on_leave", sara, func(r screen.Reader) view.Message { return r.Member(away, loads[omid]) }},
		{"Member_who_is_off", sara, func(r screen.Reader) view.Message { return r.Member(off, loads[omid]) }},
		{"Member_suspended", sara, func(r screen.Reader) view.Message { return r.Member(w.dir.Staff[lena], loads[lena]) }},
		{"Member_the_reader", sara, func(r screen.Reader) view.Message { return r.Member(r.Staff, crm.Workload{}) }},
		{"ConfirmRole", sara, func(r screen.Reader) view.Message { return r.ConfirmRole(busy) }},
		{"ConfirmOwner", sara, func(r screen.Reader) view.Message { return r.ConfirmOwner(busy) }},
		{"OwnerPassed", sara, func(r screen.Reader) view.Message { return r.OwnerPassed(busy) }},
		{"LimitChoices", sara, func(r screen.Reader) view.Message { return r.LimitChoices(busy) }},
		{"LeaveChoices", sara, func(r screen.Reader) view.Message { return r.LeaveChoices(busy) }},
		{"LeaveChoices_on_leave", sara, func(r screen.Reader) view.Message { return r.LeaveChoices(away) }},
		{"ShiftWeek", sara, func(r screen.Reader) view.Message { return r.ShiftWeek(busy) }},
		{"ShiftWeek_of_the_business", sara, func(r screen.Reader) view.Message { return open(r).ShiftWeek(w.dir.Staff[omid]) }},
		{"ShiftWeek_without_any_hours", sara, func(r screen.Reader) view.Message { return r.ShiftWeek(w.dir.Staff[omid]) }},
		{"ShiftDay", sara, func(r screen.Reader) view.Message { return r.ShiftDay(busy, time.Saturday) }},
		{"ShiftDay_off", sara, func(r screen.Reader) view.Message { return open(r).ShiftDay(w.dir.Staff[omid], time.Friday) }},
		{"HeirsHow", sara, func(r screen.Reader) view.Message { return r.HeirsHow(leaving) }},
		{"HeirsHow_of_a_removal", sara, func(r screen.Reader) view.Message { return r.HeirsHow(removed) }},
		{"HeirsOne", sara, func(r screen.Reader) view.Message { return r.HeirsOne(leaving) }},
		{"HeirsAmong", sara, func(r screen.Reader) view.Message { return r.HeirsAmong(removed, screen.Chosen("").Toggle(sara)) }},
		{"HeirsAmong_nobody", sara, func(r screen.Reader) view.Message { return r.HeirsAmong(leaving, "") }},
		{"ConfirmHeirs", sara, func(r screen.Reader) view.Message { return r.ConfirmHeirs(leaving, string(some)) }},
		{"ConfirmHeirs_of_a_removal", sara, func(r screen.Reader) view.Message { return r.ConfirmHeirs(removed, screen.HeirsPool) }},
		{"ConfirmHeirs_later", sara, func(r screen.Reader) view.Message { return r.ConfirmHeirs(removed, screen.HeirsLater) }},
		{"ConfirmHeirs_of_nothing", sara, func(r screen.Reader) view.Message { return r.ConfirmHeirs(idle, screen.HeirsLater) }},
		{"HandedAll", sara, func(r screen.Reader) view.Message {
			return r.HandedAll(removed, crm.Shares{Per: map[crm.StaffID]int{sara: 6, lena: 6}})
		}},
		{"HandedAll_later", sara, func(r screen.Reader) view.Message { return r.HandedAll(removed, crm.Shares{}) }},
		{"HandedAll_nothing", sara, func(r screen.Reader) view.Message {
			return r.HandedAll(screen.Leaving{Staff: busy}, crm.Shares{})
		}},
		{"Me", omid, func(r screen.Reader) view.Message { return open(r).Me(loads[omid]) }},
		{"Me_on_leave", omid, func(r screen.Reader) view.Message {
			return as(r, func(s *crm.Staff) { s.LeaveUntil, s.Limit = *w.in(72 * time.Hour), 20 }).Me(loads[omid])
		}},
		{"Me_off_today", omid, func(r screen.Reader) view.Message {
			return as(r, func(s *crm.Staff) { s.Duty, s.DutyUntil, s.Shift = off.Duty, off.DutyUntil, shift() }).Me(crm.Workload{})
		}},
		{"NewRole_manager", omid, func(r screen.Reader) view.Message {
			return as(r, func(s *crm.Staff) { s.Role = crm.Manager }).NewRole()
		}},
		{"NewRole_agent", omid, func(r screen.Reader) view.Message { return r.NewRole() }},
		{"NewRole_owner", sara, func(r screen.Reader) view.Message { return r.NewRole() }},
		{"Access_open", omid, func(r screen.Reader) view.Message { return r.Access() }},
		{"Access_suspended", lena, func(r screen.Reader) view.Message { return r.Access() }},
		{"Access_removed", omid, func(r screen.Reader) view.Message {
			return as(r, func(s *crm.Staff) { s.State = crm.Removed }).Access()
		}},
	}
}
