package bot_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"cartable/internal/crm"
	"cartable/internal/tgsim"
)

// routineAt moves the clock to a time of Tehran on a day of November 2026, and tells of what
// is due of the routine.
func (o *office) routineAt(day, hour, minute int) {
	o.t.Helper()
	zone, err := time.LoadLocation("Asia/Tehran")
	must(o.t, err)
	o.clock.mu.Lock()
	o.clock.now = time.Date(2026, 11, day, hour, minute, 0, 0, zone)
	o.clock.mu.Unlock()
	for range 2 { // the first call ever only begins
		_, err = o.crm.RoutineDue(o.t.Context())
		must(o.t, err)
	}
	o.quiet()
}

// taken is a customer whom somebody has taken.
func (o *office) taken(p *tgsim.Person, phone, name string) crm.CustomerID {
	o.t.Helper()
	id := o.lead(phone, name)
	_, err := o.crm.Take(o.t.Context(), o.by(p), id)
	must(o.t, err)
	return id
}

// set gives a customer a status; one with a meeting is on a date at a time, and stays with whoever sets it.
func (o *office) set(p *tgsim.Person, id crm.CustomerID, title, date, clock string) {
	o.t.Helper()
	dir, err := o.crm.Directory(o.t.Context())
	must(o.t, err)
	i := slices.IndexFunc(dir.Statuses, func(s crm.Status) bool { return s.Title.English == title })
	s, answers := dir.Statuses[i], crm.Values{}
	change := crm.StatusChange{Customer: id, Status: s.ID, Answers: answers}
	for _, f := range s.Fields {
		switch {
		case f.ID == s.AppointmentDate:
			answers[f.ID] = crm.Value(date)
		case f.ID == s.AppointmentTime:
			answers[f.ID] = crm.Value(clock)
		case f.Required && f.Type == crm.Text:
			answers[f.ID] = "x"
		}
	}
	if s.Reminder == crm.ReminderYes {
		at := o.clock.Now().Add(10 * 24 * time.Hour)
		change.Remind = &at
	}
	if s.Cartable == crm.CartableNext {
		change.Next = o.staff(p).ID
	}
	_, err = o.crm.SetStatus(o.t.Context(), o.by(p), change)
	must(o.t, err)
}

// saw is how many messages of the bot somebody has that show a text.
func saw(p *tgsim.Person, text string) (n int) {
	for _, m := range p.Messages() {
		if m.FromBot() && strings.Contains(m.Plain(), text) {
			n++
		}
	}
	return n
}

// At the beginning of the day each person gets their meetings by hour, what is overdue and
// what is new; who has nothing to do gets nothing.
func TestMorningDigest(t *testing.T) {
	o := newOffice(t, "en", "en")
	sara, omid := o.agents[0], o.agents[1]
	o.routineAt(23, 10, 0)
	o.set(sara, o.taken(sara, "09120000001", "Second Meeting"), "In-person meeting", "2026-11-24", "16:00")
	first := o.taken(sara, "09120000002", "First Meeting")
	o.set(sara, first, "Online meeting", "2026-11-24", "11:30")
	o.set(sara, o.taken(sara, "09120000003", "Other Day"), "Online meeting", "2026-11-25", "11:30")
	o.taken(sara, "09120000004", "Fresh One")
	o.remind(sara, o.taken(sara, "09120000005", "Overdue One"), time.Hour)
	o.routineAt(24, 7, 59)
	sara.NoMore(t, o.say(sara, "digest.morning"))
	o.routineAt(24, 8, 0)
	m := sara.See(t, o.say(sara, "digest.morning"), o.say(sara, "digest.overdue", "Count", 1), "Overdue One",
		o.say(sara, "digest.fresh", "Count", 1), o.say(sara, "digest.today", "Count", 2))
	text := m.Plain()
	a, b := strings.Index(text, "11:30 — "), strings.Index(text, "16:00 — ")
	if a < 0 || b < a || !strings.Contains(text[a:b], "First Meeting") || !strings.Contains(text[b:], "Second Meeting") ||
		strings.Contains(text, "Other Day") || strings.Contains(text, "Late") {
		t.Errorf("the digest says:\n%s", text)
	}
	must(t, sara.TapOn(m.ID, "🕒 First Meeting"))
	sara.See(t, "09120000002")
	must(t, sara.TapOn(m.ID, o.say(sara, "menu.cartable")))
	sara.See(t, o.say(sara, "cartable.section_overdue"))
	if n := saw(sara, o.say(sara, "digest.morning")); n != 1 {
		t.Errorf("%d digests in the chat", n)
	}
	o.routineAt(24, 9, 0)
	omid.NoMore(t, o.say(omid, "digest.morning"))
	if n := saw(sara, o.say(sara, "digest.morning")); n != 1 {
		t.Errorf("%d digests in the chat", n)
	}
}

// A digest that comes hours later says so, and which days before were missed.
func TestMorningDigestThatIsLate(t *testing.T) {
	o := newOffice(t, "fa")
	sara := o.agents[0]
	o.routineAt(23, 10, 0)
	o.taken(sara, "09120000001", "علی رضایی")
	o.routineAt(26, 12, 0)
	late, _, _ := strings.Cut(o.say(sara, "notice.late", "When", "|"), "|")
	sara.See(t, o.say(sara, "digest.morning"), "پنجشنبه ۵ آذر ۱۴۰۵", late, o.say(sara, "digest.morning_missed", "From", "سه‌شنبه ۳ آذر ۱۴۰۵"))
	if n := saw(sara, o.say(sara, "digest.morning")); n != 1 {
		t.Errorf("%d digests in the chat", n)
	}
}

// At the end of the day managers get what was done and what was not, and what was undone does not count.
func TestEveningReport(t *testing.T) {
	o := newOffice(t, "en", "en")
	sara, omid := o.agents[0], o.agents[1]
	o.routineAt(23, 10, 0)
	o.set(sara, o.taken(sara, "09120000001", "Buyer"), "Led to a contract", "", "")
	out, err := o.crm.NoAnswer(t.Context(), o.by(omid), o.taken(omid, "09120000002", "Silent"), 0)
	must(t, err)
	_, err = o.crm.Undo(t.Context(), o.by(omid), out.Event)
	must(t, err)
	_, err = o.crm.NoAnswer(t.Context(), o.by(omid), out.Customer, 0)
	must(t, err)
	o.remind(omid, o.taken(omid, "09120000003", "Overdue"), time.Hour)
	o.lead("09120000004", "Waiting")
	o.routineAt(23, 16, 59)
	o.owner.NoMore(t, o.say(o.owner, "digest.evening"))
	o.routineAt(23, 17, 0)
	n := func(key string, count int) string {
		return o.cat.Printer(o.staff(o.owner).Language).N(key, count)
	}
	m := o.owner.See(t, o.say(o.owner, "digest.evening"), n("digest.new", 4), n("digest.won", 1), n("digest.waiting", 1),
		o.say(o.owner, "digest.overdue_of", "Count", 2))
	for name, did := range map[string][]string{o.staff(sara).Name: {n("digest.statuses", 1), n("digest.taken", 1), n("digest.won", 1)},
		o.staff(omid).Name: {n("digest.no_answers", 1), n("digest.taken", 2)}} {
		if want := strings.Join(did, " · "); !slices.ContainsFunc(strings.Split(m.Plain(), "\n"), func(line string) bool {
			return strings.Contains(line, name) && strings.HasSuffix(line, want)
		}) {
			t.Errorf("no line of %s with %q in:\n%s", name, want, m.Plain())
		}
	}
	must(t, o.owner.TapOn(m.ID, o.say(o.owner, "menu.customers")))
	o.owner.See(t, "Waiting", "Buyer")
	o.routineAt(23, 23, 0)
	sara.NoMore(t, o.say(sara, "digest.evening"))
	if got := saw(o.owner, o.say(o.owner, "digest.evening")); got != 1 {
		t.Errorf("%d reports in the chat", got)
	}
}

// At the beginning of a window those on shift are told, with the button that begins its work;
// what would arrive more than half an hour late is not told.
func TestNudgesOfTheRoutine(t *testing.T) {
	o := newOffice(t, "fa", "fa")
	sara, omid := o.agents[0], o.agents[1]
	must(t, o.crm.SetDuty(t.Context(), o.by(omid), o.staff(omid).ID, crm.DutyOff, false))
	o.taken(sara, "09120000001", "علی رضایی")
	o.routineAt(24, 8, 0)
	first, _, _ := strings.Cut(o.say(sara, "nudge.entering"), "\n")
	must(t, sara.TapOn(sara.See(t, first).ID, o.say(sara, "menu.new")))
	sara.See(t, o.say(sara, "form.hint_phone"))
	sara.Type("/cancel")
	o.quiet()
	o.routineAt(24, 10, 0)
	second, _, _ := strings.Cut(o.say(sara, "nudge.calling"), "\n")
	must(t, sara.TapOn(sara.See(t, second).ID, o.say(sara, "menu.cartable")))
	sara.See(t, o.say(sara, "cartable.section_fresh"))
	omid.NoMore(t, first)
	omid.NoMore(t, second)

	// What waits while she answers a question, for too long, is dropped.
	o.routineAt(24, 13, 59)
	sara.Type("/new")
	sara.See(t, o.say(sara, "form.hint_phone"))
	o.routineAt(24, 14, 0)
	o.forward(31 * time.Minute)
	await(t, o, fmt.Sprintf(`SELECT EXISTS (SELECT FROM notifications WHERE kind = 'entering' AND state = 'cancelled' AND staff_id = %d)`, o.staff(sara).ID))
	if n := saw(sara, first); n != 1 {
		t.Errorf("%d nudges in the chat", n)
	}
}
