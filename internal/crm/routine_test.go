package crm_test

import (
	"fmt"
	"testing"
	"time"

	"cartable/internal/crm"
	"cartable/internal/persian"
)

// at is a moment of the week of the tests by the clocks of Tehran; their day 0 is Monday, the 23rd
// of November 2026.
func at(day, hour, minute int) time.Time {
	return time.Date(2026, 11, 23+day, hour, minute, 0, 0, time.UTC).Add(-3*time.Hour - 30*time.Minute)
}

// routine tells of all that is due at a moment.
func (o *office) routine(t testing.TB, when time.Time, want ...string) {
	t.Helper()
	o.clock.set(when)
	for range 3 { // the first call ever only begins, and another finds nothing more to do
		if _, err := o.RoutineDue(o.t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	o.wantTold(t, want...)
}

// newRoutineOffice is open from 9 to 17 but on Fridays, without windows, and has run for a moment.
func newRoutineOffice(t *testing.T, agents int) *office {
	o := newOffice(t, agents)
	var hours crm.Week
	for d := range hours {
		hours[d] = []crm.Span{{From: 9 * 60, To: 17 * 60}}
	}
	if err := o.SetHours(t.Context(), o.by(o.owner), hours, []time.Weekday{time.Friday}); err != nil {
		t.Fatal(err)
	}
	o.shape(func(c *crm.Config) error { return c.SetWindows(nil) })
	o.routine(t, o.clock.Now())
	return o
}

// shape changes the configuration past nobody.
func (o *office) shape(edit func(*crm.Config) error) {
	o.t.Helper()
	ctx := o.t.Context()
	if _, err := o.EditConfig(ctx, o.by(o.owner), func(c *crm.Config) (int64, error) { return 0, edit(c) }); err != nil {
		o.t.Fatal(err)
	}
	if _, err := o.PublishDraft(ctx, o.by(o.owner)); err != nil {
		o.t.Fatal(err)
	}
	o.told()
}

// digests returns all digests as "kind>who day since".
func (o *office) digests() []string {
	return column[string](o, `SELECT n.kind || '>' || s.telegram_id || ' ' || to_char(n.day, 'DD') || coalesce(' since ' || to_char(n.since, 'DD'), '')
		FROM notifications n JOIN staff s ON s.id = n.staff_id WHERE n.day IS NOT NULL ORDER BY n.id`)
}

func TestMorningDigest(t *testing.T) {
	t.Run("at the beginning of the working day, once, and not on days off", func(t *testing.T) {
		o := newRoutineOffice(t, 1)
		o.routine(t, at(1, 8, 59), "evening>100")
		o.routine(t, at(1, 9, 0), "morning>100", "morning>101")
		o.routine(t, at(1, 12, 0))
		o.routine(t, at(2, 9, 0), "evening>100", "morning>100", "morning>101")
		o.routine(t, at(3, 10, 0), "evening>100", "morning>100", "morning>101")
		o.routine(t, at(4, 12, 0), "evening>100") // a Friday
		o.routine(t, at(5, 8, 59))
		o.routine(t, at(5, 9, 0), "morning>100", "morning>101")
	})
	t.Run("at the time that is set", func(t *testing.T) {
		o := newRoutineOffice(t, 1)
		o.shape(func(c *crm.Config) error { return c.SetDigestAt(crm.DigestTimes{Morning: "08:15", Evening: "21:00"}) })
		o.routine(t, at(0, 20, 59))
		o.routine(t, at(0, 21, 0), "evening>100")
		o.routine(t, at(1, 8, 14))
		o.routine(t, at(1, 8, 15), "morning>100", "morning>101")
	})
	t.Run("in one's own hours, and on leave not", func(t *testing.T) {
		o := newRoutineOffice(t, 3)
		ctx := t.Context()
		var friday crm.Week
		friday[time.Friday] = []crm.Span{{From: 22 * 60, To: 6 * 60}}
		for _, err := range []error{
			o.SetShift(ctx, o.by(o.owner), o.agents[0].ID, friday),
			o.SetLeave(ctx, o.by(o.owner), o.agents[1].ID, at(3, 11, 0)),
			o.SetHolidays(ctx, o.by(o.owner), []crm.Holiday{{Date: "2026-11-25", Title: crm.Title{Text: "عید"}}}),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		o.told()
		o.routine(t, at(1, 9, 0), "evening>100", "morning>100", "morning>103")
		o.routine(t, at(2, 9, 0), "evening>100") // a holiday
		o.routine(t, at(3, 9, 0), "morning>100", "morning>103")
		o.routine(t, at(3, 10, 59))
		o.routine(t, at(3, 11, 0), "morning>102") // back from leave
		if due := column[time.Time](o, `SELECT max(due_at) FROM notifications WHERE kind = 'morning'`)[0]; !due.Equal(at(3, 11, 0)) {
			t.Errorf("was to come at %v", due)
		}
		o.routine(t, at(4, 21, 59), "evening>100")
		o.routine(t, at(5, 3, 0), "morning>101") // a night shift, late
		if got := o.digests(); got[len(got)-1] != "morning>101 27" {
			t.Errorf("of which day: %v", got)
		}
	})
	t.Run("to nobody who joined later in the day", func(t *testing.T) {
		o := newRoutineOffice(t, 0)
		o.routine(t, at(0, 18, 0), "evening>100")
		o.join(crm.Manager, o.by(o.owner), 150)
		o.told()
		o.routine(t, at(0, 18, 1))
		o.routine(t, at(1, 9, 0), "morning>100", "morning>150")
	})
	t.Run("to nobody who cannot be told, and what they missed is no loss", func(t *testing.T) {
		o := newRoutineOffice(t, 1)
		ctx, id := t.Context(), o.agents[0].ID
		if err := o.ChangeStaff(ctx, o.by(o.owner), id, crm.Suspended); err != nil {
			t.Fatal(err)
		}
		o.told()
		for day := 1; day <= 2; day++ {
			o.routine(t, at(day, 9, 0), "evening>100", "morning>100")
			o.routine(t, at(day, 16, 59))
		}
		o.routine(t, at(2, 17, 0), "evening>100")
		if err := o.ChangeStaff(ctx, o.by(o.owner), id, crm.Active); err != nil {
			t.Fatal(err)
		}
		o.told()
		o.routine(t, at(3, 9, 0), "morning>100", "morning>101")
		if got := o.digests(); got[len(got)-1] != "morning>101 26" {
			t.Errorf("%v", got)
		}
	})
	t.Run("where nothing is set, with the routine and not on Fridays", func(t *testing.T) {
		o := newOffice(t, 0)
		o.routine(t, o.clock.Now(), "calling>100")
		o.routine(t, at(1, 7, 59), "evening>100")
		o.routine(t, at(1, 8, 0), "entering>100", "morning>100")
		o.routine(t, at(1, 17, 0), "evening>100")
		o.routine(t, at(4, 12, 0), "evening>100")
	})
}

func TestReportGoesToWhoIsNamed(t *testing.T) {
	o := newRoutineOffice(t, 2)
	o.routine(t, at(0, 16, 59))
	o.routine(t, at(0, 17, 0), "evening>100")
	o.shape(func(c *crm.Config) error { return c.SetDigests([]crm.StaffID{o.agents[1].ID}) })
	o.routine(t, at(1, 12, 0), "morning>100", "morning>101", "morning>102")
	o.routine(t, at(1, 17, 0), "evening>102")
	if err := o.ChangeStaff(t.Context(), o.by(o.owner), o.agents[1].ID, crm.Suspended); err != nil {
		t.Fatal(err)
	}
	o.told()
	o.routine(t, at(2, 17, 0), "evening>100")
}

// After three days without power each digest is told once: of today in a message, of the days
// before in the words of it. Four instances do no more than one.
func TestDigestsAfterThreeDays(t *testing.T) {
	o := newRoutineOffice(t, 3)
	o.clock.set(at(3, 12, 0))
	for _, err := range together(4, func(int) error {
		_, err := crm.NewService(o.store, o.clock, nil).RoutineDue(t.Context())
		return err
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	o.routine(t, o.clock.Now(), "evening>100", "morning>100", "morning>101", "morning>102", "morning>103")
	want := fmt.Sprint([]string{"morning>100 26 since 24", "evening>100 25 since 23", "morning>101 26 since 24", "morning>102 26 since 24", "morning>103 26 since 24"})
	if got := fmt.Sprint(o.digests()); got != want {
		t.Errorf("%v, want %v", got, want)
	}
	if n := column[int](o, `SELECT count(*) FROM routine_days WHERE kind = 'morning' AND day > '2026-11-22'`)[0]; n != 16 {
		t.Errorf("%d mornings are settled, want 16", n)
	}
}

// A digest that was missed is named by the next one, which is days later: what is over is not
// told as if it were to come.
func TestMissedDigestsWaitForTheNext(t *testing.T) {
	o := newRoutineOffice(t, 1)
	o.routine(t, at(3, 20, 0), "evening>100") // Thursday evening: nobody is at work
	o.routine(t, at(4, 10, 0))
	o.routine(t, at(5, 9, 0), "morning>100", "morning>101")
	got := o.digests()
	if want := "[evening>100 26 since 23 morning>100 28 since 24 morning>101 28 since 24]"; fmt.Sprint(got) != want {
		t.Errorf("%v, want %v", got, want)
	}
}

// A clock that is set back, or was ahead, repeats nothing and leaves nothing out.
func TestRoutineWhenTheClockIsSetBack(t *testing.T) {
	o := newRoutineOffice(t, 0)
	o.shape(func(c *crm.Config) error {
		return c.SetWindows([]crm.Window{{Kind: crm.WindowCalling, From: 600, To: 660}})
	})
	o.routine(t, at(1, 9, 0), "evening>100", "morning>100")
	o.routine(t, at(1, 10, 5), "calling>100")
	o.routine(t, at(1, 8, 30))
	o.routine(t, at(1, 10, 10))
	o.routine(t, at(0, 23, 0))
	o.routine(t, at(400, 9, 0), "morning>100")
	o.routine(t, at(1, 17, 0), "evening>100")
	o.routine(t, at(2, 9, 0), "morning>100")
}

func TestNudges(t *testing.T) {
	o := newRoutineOffice(t, 3)
	ctx := t.Context()
	o.shape(func(c *crm.Config) error {
		return c.SetWindows([]crm.Window{{Kind: crm.WindowEntry, From: 540, To: 600}, {Kind: crm.WindowCalling, From: 600, To: 900}})
	})
	var late, friday crm.Week
	for d := range late {
		late[d] = []crm.Span{{From: 12 * 60, To: 20 * 60}}
	}
	friday[time.Friday] = []crm.Span{{From: 9 * 60, To: 17 * 60}}
	for _, err := range []error{
		o.SetShift(ctx, o.by(o.owner), o.agents[0].ID, late),
		o.SetShift(ctx, o.by(o.owner), o.agents[1].ID, friday),
		o.Reachable(ctx, o.key(), o.agents[2].ID, false),
		o.SetHolidays(ctx, o.by(o.owner), []crm.Holiday{{Date: "2026-11-25", Title: crm.Title{Text: "عید"}}}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	o.told()
	o.routine(t, at(1, 9, 0), "entering>100", "evening>100", "morning>100")
	o.routine(t, at(1, 9, 59))
	o.routine(t, at(1, 10, 30), "calling>100")
	o.routine(t, at(2, 10, 0), "evening>100") // a holiday
	o.routine(t, at(3, 9, 31), "morning>100")
	o.routine(t, at(4, 10, 0), "evening>100", "morning>102") // a Friday: somebody works, and nobody is nudged
}

// Whoever else ticks at the same moment, before a change of leader is known, each is told once.
func TestRoutineOfTwoInstances(t *testing.T) {
	const days = 12
	o := newRoutineOffice(t, 3)
	o.told()
	var want []string
	for day := 1; day <= days; day++ {
		o.clock.set(at(day, 9, 0))
		for _, err := range together(4, func(int) error {
			_, err := crm.NewService(o.store, o.clock, nil).RoutineDue(t.Context())
			return err
		}) {
			if err != nil {
				t.Error(err)
			}
		}
		if at(day, 9, 0).Weekday() == time.Friday {
			want = append(want, "evening>100")
			continue
		}
		if at(day-1, 9, 0).Weekday() != time.Friday {
			want = append(want, "evening>100")
		}
		want = append(want, "morning>100", "morning>101", "morning>102", "morning>103")
	}
	o.wantTold(t, want...)
}

// What is done after a report was due, or on a day off, is in the next one, and in no other.
func TestReportsHaveEverythingOnce(t *testing.T) {
	o := newRoutineOffice(t, 0)
	n := 0
	for _, when := range []time.Time{at(2, 16, 59), at(2, 17, 0), at(3, 23, 0), at(4, 12, 0), at(5, 16, 59), at(5, 17, 0)} {
		n++
		o.clock.set(when)
		o.lead(phone(n), "")
	}
	day := persian.CivilOf(at(0, 12, 0))
	report := func(from, through int) int {
		t.Helper()
		return must[crm.DayReport](t)(o.Report(t.Context(), o.dir(), day.AddDays(from), day.AddDays(through))).New
	}
	for _, c := range []struct{ from, through, want int }{
		{2, 2, 1}, {3, 3, 1}, {5, 5, 3}, {6, 6, 1}, // day 4 is a Friday, and has no report
		{2, 5, 5}, {3, 6, 5},
	} {
		if got := report(c.from, c.through); got != c.want {
			t.Errorf("%d customers in the report of days %d to %d, want %d", got, c.from, c.through, c.want)
		}
	}
	o.shape(func(c *crm.Config) error { return c.SetDigestAt(crm.DigestTimes{Evening: "23:30"}) })
	if before, got := report(2, 2), report(3, 3); before != 2 || got != 1 {
		t.Errorf("%d and %d customers in the reports at 23:30", before, got)
	}
}
