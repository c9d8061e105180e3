package bot_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"cartable/bot/callback"
	"cartable/bot/screen"
	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
	"cartable/internal/tgsim"
)

// colleague opens the screen of somebody, by /staff and their name.
func (o *office) colleague(by, who *tgsim.Person) {
	o.t.Helper()
	o.types(by, "/staff")
	by.Press(o.t, who.Profile().FirstName)
	o.quiet()
}

// speaks makes a person read in a language.
func (o *office) speaks(p *tgsim.Person, lang crm.Language) {
	o.t.Helper()
	must(o.t, o.crm.SetLanguage(o.t.Context(), o.by(p), lang))
}

// A manager sets a colleague's hours, limit and leave, by taps and by typing.
func TestManagerSetsWorkingTime(t *testing.T) {
	for _, lang := range []crm.Language{crm.Persian, crm.English} {
		o := newOffice(t, "fa")
		boss, sara := o.owner, o.agents[0]
		o.speaks(boss, lang)
		tap := func(label string) { t.Helper(); boss.Press(t, label); o.quiet() }
		pick := func(fa, en string) string {
			if lang == crm.Persian {
				return fa
			}
			return en
		}
		day := func(d time.Weekday) string { return persian.WeekdayName(d, string(lang)) }
		o.colleague(boss, sara)
		o.press(boss, "member.hours")
		tap(pick("۹ تا ۱۷", "9 to 17"))
		if w := o.staff(sara).Shift; len(w[time.Friday]) != 0 || !slices.Equal(w[time.Monday], []crm.Span{{From: 540, To: 1020}}) {
			t.Fatalf("%+v", w)
		}
		tap(day(time.Thursday))
		o.press(boss, "member.type")
		o.types(boss, pick("چه می‌دانم", "no idea"))
		boss.SeeLast(t, o.say(boss, "error.bad_hours"))
		o.types(boss, pick("۹ تا ۱۳ و ۱۵ تا ۱۹", "9-13, 15-19"))
		both := []crm.Span{{From: 540, To: 780}, {From: 900, To: 1140}}
		if w := o.staff(sara).Shift; !slices.Equal(w[time.Thursday], both) || len(w[time.Monday]) != 1 {
			t.Fatalf("%+v", w)
		}
		o.press(boss, "member.to_all")
		if w := o.staff(sara).Shift; !slices.Equal(w[time.Friday], both) || !slices.Equal(w[time.Monday], both) {
			t.Fatalf("%+v", w)
		}
		tap(day(time.Friday))
		o.press(boss, "member.day_off")
		o.press(boss, "common.back")
		boss.SeeLast(t, day(time.Friday)+": "+o.say(boss, "member.day_off"))
		o.press(boss, "common.back")

		o.press(boss, "member.limit")
		tap(pick("۲۰", "20"))
		if o.staff(sara).Limit != 20 {
			t.Fatal(o.staff(sara).Limit)
		}
		o.press(boss, "member.limit")
		o.press(boss, "member.type")
		o.types(boss, pick("۱۵", "15"))
		if o.staff(sara).Limit != 15 {
			t.Fatal(o.staff(sara).Limit)
		}
		o.press(boss, "member.to_leave")
		o.press(boss, "member.leave_three")
		if want := time.Date(2026, 11, 26, 0, 0, 0, 0, tehran(t)); !o.staff(sara).LeaveUntil.Equal(want) {
			t.Fatal(o.staff(sara).LeaveUntil)
		}
		boss.SeeLast(t, persian.FormatDate(persian.Civil{Year: 2026, Month: 11, Day: 26}, string(lang)))
		o.press(boss, "member.to_leave")
		o.press(boss, "member.leave_date")
		o.types(boss, pick("۱۵ آذر", "6 December"))
		if want := time.Date(2026, 12, 6, 0, 0, 0, 0, tehran(t)); !o.staff(sara).LeaveUntil.Equal(want) {
			t.Fatal(o.staff(sara).LeaveUntil)
		}
		o.press(boss, "member.to_leave")
		o.press(boss, "member.leave_end")
		o.press(boss, "member.say_off")
		if st := o.staff(sara); !st.LeaveUntil.IsZero() || st.Duty != crm.DutyOff {
			t.Fatalf("%+v", st)
		}
		o.press(boss, "member.by_shift")
		o.press(boss, "member.hours")
		o.press(boss, "member.as_business")
		if st := o.staff(sara); !st.Shift.Empty() || st.Duty != crm.DutyByShift {
			t.Fatalf("%+v", st)
		}
		o.sim.CheckClean(t)
	}
}

// An agent says that they are off: no lead comes to them; that they are on: leads do.
func TestDutyOfOneself(t *testing.T) {
	for _, lang := range []string{"fa", "en"} {
		o := newOffice(t, lang, "fa")
		sara := o.agents[0]
		o.types(sara, o.say(sara, "menu.me"))
		o.press(sara, "me.say_off")
		sara.SeeToast(t, o.say(sara, "me.toast_off"))
		sara.SeeLast(t, o.say(sara, "me.means_off"), o.say(sara, "me.today"))
		o.lead("09120000001", "نفر اول")
		o.agents[1].See(t, "نفر اول")
		o.quiet()
		sara.NoMore(t, "نفر اول")
		o.types(sara, "/duty")
		o.press(sara, "me.say_on")
		sara.SeeLast(t, o.say(sara, "me.means_on"))
		o.lead("09120000002", "نفر دوم")
		sara.See(t, "نفر دوم")
		o.types(sara, "/duty")
		o.press(sara, "me.by_shift")
		if st := o.staff(sara); st.Duty != crm.DutyByShift {
			t.Errorf("%+v", st)
		}
		o.sim.CheckClean(t)
	}
}

// managesByMenu says whether a person's commands menu is that of managers.
func managesByMenu(p *tgsim.Person) bool {
	return slices.ContainsFunc(p.Commands(), func(c tgsim.Command) bool { return c.Command == "settings" })
}

// Roles change, and with them what people can reach, without a word of their own.
func TestRolesChange(t *testing.T) {
	o := newOffice(t, "fa", "en")
	boss, sara, omid := o.owner, o.agents[0], o.agents[1]
	o.colleague(boss, sara)
	o.press(boss, "member.make_manager")
	sara.See(t, o.say(sara, "standing.manager"))
	if o.staff(sara).Role != crm.Manager || !managesByMenu(sara) {
		t.Fatalf("%+v %v", o.staff(sara), sara.Commands())
	}
	o.types(sara, o.say(sara, "menu.settings"))
	sara.SeeLast(t, o.say(sara, "settings.statuses"))
	o.press(boss, "member.make_agent")
	if o.staff(sara).Role != crm.Manager {
		t.Fatal("not asked")
	}
	o.press(boss, "member.make_agent_yes")
	sara.See(t, o.say(sara, "standing.agent"))
	if managesByMenu(sara) || sara.ReplyKeyboard() == nil {
		t.Fatalf("%v", sara.Commands())
	}

	o.colleague(boss, omid)
	o.press(boss, "team.suspend")
	omid.See(t, o.say(omid, "standing.suspended", "Name", view.Isolate("Omid")))
	if omid.ReplyKeyboard() != nil || len(omid.Commands()) != 0 {
		t.Error("the suspended have a menu")
	}
	o.press(boss, "team.resume")
	omid.See(t, o.say(omid, "standing.active"))
	if omid.ReplyKeyboard() == nil || len(omid.Commands()) == 0 {
		t.Error("the readmitted have no menu")
	}

	o.press(boss, "member.pass")
	boss.Press(t, o.say(boss, "member.pass_yes", "Name", "Omid"))
	o.quiet()
	omid.See(t, o.say(omid, "standing.owner"))
	boss.See(t, o.say(boss, "member.passed", "Name", view.Isolate("Omid")))
	if o.staff(omid).Role != crm.Owner || o.staff(boss).Role != crm.Manager || !managesByMenu(omid) {
		t.Fatalf("%+v", o.staff(omid))
	}
	o.sim.CheckClean(t)
}

// Somebody who holds 50 customers, in mid-form, with open reminders, is removed; two
// colleagues receive the cartable. Nothing is orphaned, and they hear nothing after.
func TestRemovingSomebody(t *testing.T) {
	o := newOffice(t, "fa", "fa", "en")
	ctx := t.Context()
	boss, sara, omid, nilu := o.owner, o.agents[0], o.agents[1], o.agents[2]
	sources := []crm.CustomerID{}
	for i := range 50 {
		id := o.lead(fmt.Sprintf("0912000%04d", i), fmt.Sprintf("مشتری %d", i))
		_, err := o.crm.Take(ctx, o.by(sara), id)
		must(t, err)
		o.remind(sara, id, time.Duration(i+1)*time.Hour)
		sources = append(sources, id)
	}
	o.quiet()
	o.types(sara, "09120000007")
	o.press(sara, "button.note")
	o.lead("09129999999", "در راه") // waits while she answers
	o.colleague(boss, sara)
	o.press(boss, "team.remove")
	o.press(boss, "heirs.spread")
	boss.See(t, o.say(boss, "list.each", "From", 25, "To", 25))
	o.press(boss, "heirs.go_on")
	o.press(boss, "team.remove_yes")
	boss.See(t, o.say(boss, "heirs.removed", "Name", view.Isolate("سارا")))
	farewell := sara.See(t, o.cat.Printer(crm.Persian).T("standing.removed", "Name", view.Isolate("سارا")))
	if sara.ReplyKeyboard() != nil || len(sara.Commands()) != 0 {
		t.Error("the removed have a menu")
	}
	omid.See(t, o.cat.Printer(crm.Persian).N("notice.shared", 25))
	nilu.See(t, o.cat.Printer(crm.English).N("notice.shared", 25))
	var orphans int
	must(t, o.pool.QueryRow(ctx, `SELECT
		(SELECT count(*) FROM customers c JOIN staff s ON s.id = c.holder_id WHERE NOT c.hidden AND s.state <> 'active')
		+ (SELECT count(*) FROM reminders r JOIN customers c ON c.id = r.customer_id LEFT JOIN staff s ON s.id = c.holder_id
			WHERE r.closed_at IS NULL AND (s.state IS DISTINCT FROM 'active' OR r.next_ring IS NULL))
		+ (SELECT count(*) FROM forms f JOIN staff s ON s.id = f.staff_id WHERE s.state <> 'active')
		+ (SELECT count(*) FROM notifications n JOIN staff s ON s.id = n.staff_id WHERE s.state <> 'active' AND n.state = 'pending')`).Scan(&orphans))
	if orphans != 0 {
		t.Errorf("%d orphans", orphans)
	}
	o.forward(3 * time.Hour)
	o.quiet()
	rung := 0
	for _, p := range []*tgsim.Person{omid, nilu} {
		for _, m := range p.Messages() {
			if m.Shows(o.say(p, "later.15m")) {
				rung++
			}
		}
	}
	if rung != 3 {
		t.Errorf("%d reminders rang for the new holders", rung)
	}
	if last := sara.Last(); last.ID != farewell.ID {
		t.Errorf("told after the farewell: %s", last.Plain())
	}
	for _, id := range sources {
		if c := o.customer(id); c.Holder == 0 || c.Holder == o.staff(sara).ID || len(c.Reminders) != 1 {
			t.Fatalf("%+v", c)
		}
	}
	o.types(sara, "یادداشت") // into the form that was open
	sara.See(t, o.cat.Printer(crm.Persian).T("stranger.hello"))
	o.sim.CheckClean(t)
}

// The cartable of somebody who stays goes to one colleague; the owner says of themselves
// that they are off.
func TestHandingACartableOver(t *testing.T) {
	o := newOffice(t, "fa", "en")
	boss, sara, omid := o.owner, o.agents[0], o.agents[1]
	o.speaks(boss, crm.English)
	id := o.held(sara, "09121234567", "علی رضایی")
	o.colleague(boss, sara)
	o.press(boss, "member.customers")
	boss.See(t, "علی رضایی")
	o.colleague(boss, sara)
	o.press(boss, "team.give_all")
	o.press(boss, "heirs.one")
	boss.Press(t, "Omid")
	o.quiet()
	boss.SeeLast(t, o.say(boss, "heirs.sure"), "Omid")
	o.press(boss, "heirs.yes")
	omid.See(t, o.cat.Printer(crm.English).N("notice.shared", 1))
	if c := o.customer(id); c.Holder != o.staff(omid).ID || !o.staff(sara).Active() {
		t.Fatalf("%+v", c)
	}
	o.types(boss, "/settings")
	o.press(boss, "menu.me")
	o.press(boss, "me.say_off")
	boss.SeeLast(t, o.say(boss, "me.means_off"))
	o.types(boss, "/staff")
	boss.SeeLast(t, o.say(boss, "member.off"))
	o.sim.CheckClean(t)
}

// An agent's own duty is theirs, whatever the button names.
func TestDutyIsOnesOwn(t *testing.T) {
	o := newOffice(t, "fa", "fa")
	sara, omid := o.agents[0], o.agents[1]
	must(t, sara.TapData(sara.Last().ID, callback.MustEncode(callback.Ref{Action: callback.Member, Record: int64(o.staff(omid).ID),
		Question: screen.MemberMyDuty, Value: "off"})))
	sara.SeeToast(t, o.say(sara, "me.toast_off"))
	if o.staff(sara).Duty != crm.DutyOff || o.staff(omid).Duty != crm.DutyByShift {
		t.Errorf("%+v %+v", o.staff(sara), o.staff(omid))
	}
}
