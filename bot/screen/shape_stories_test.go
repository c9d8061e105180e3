package screen_test

import (
	"slices"
	"strings"

	"cartable/bot/screen"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// draft is what the owner has shaped and not published: something of everything.
func (w world) draft() crm.Draft {
	live := w.dir.Config()
	target := w.dir.Config()
	st := &target.Statuses[0]
	st.Title, st.Emoji = w.title("جلسه آنلاین", "Online meeting"), "💻"
	st.Next = crm.NextRule{Mode: crm.NextPeople, People: []crm.StaffID{sara, omid}}
	st.Offers = []crm.Offer{{Kind: crm.OfferBefore, Minutes: 60}, {Kind: crm.OfferEvening}, {Kind: crm.OfferDays, Days: 2, At: "10:00"}, {Kind: crm.OfferMinutes, Minutes: 90}}
	st.After = []crm.StatusID{0, waiting}
	st.RetiredFields = append(st.RetiredFields, crm.Field{ID: 90, Status: meeting, Title: w.title("لینک", "Link"), Type: crm.Link, Retired: true})
	target.Statuses[1].Reminder, target.Statuses[1].Ends = crm.ReminderOptional, crm.Lost
	target.Statuses[2].Retired = true
	target.Fields[0].Front, target.Fields[1].Hidden, target.Fields[2].Retired = true, true, true
	target.Fields[0].Choices[1].Retired = true
	target.Fields[0].Help = crm.Title{Text: first(w.say("آخرین مدرک"), crm.MaxHelp)}
	target.Settings.AgentsSeeAll, target.Settings.Retention = false, 365
	return crm.Draft{Base: 3, Target: target, Changes: crm.DiffConfig(live, target), TouchedAt: w.ago(0),
		Impact: []crm.Impact{{Status: meeting, Customers: 41, Forms: 3}, {Status: waiting, Customers: 1}}}
}

// shorter is a draft that has customers erased.
func (w world) shorter(erased int) crm.Draft {
	target := w.dir.Config()
	target.Settings.Retention = 365
	return crm.Draft{Base: 3, Target: target, Changes: crm.DiffConfig(w.dir.Config(), target), TouchedAt: w.ago(0),
		Impact: []crm.Impact{{Erased: erased}}}
}

func (w world) shaping() []story {
	shaped := func(show func(screen.Shaper) view.Message) func(screen.Reader) view.Message {
		return func(r screen.Reader) view.Message { return show(screen.Shaper{Reader: r, Draft: w.draft()}) }
	}
	status := func(op string) func(screen.Reader) view.Message {
		return shaped(func(s screen.Shaper) view.Message {
			st, _ := s.Draft.Target.Status(meeting)
			return s.Choose(st, op)
		})
	}
	field := func(id crm.FieldID) func(screen.Reader) view.Message {
		return shaped(func(s screen.Shaper) view.Message {
			f, _ := s.Draft.Target.Field(id)
			return s.Field(f)
		})
	}
	choice := func(n int) func(screen.Reader) view.Message {
		return shaped(func(s screen.Shaper) view.Message {
			f, _ := s.Draft.Target.Field(level)
			return s.Choice(f, f.Choices[n])
		})
	}
	versions := []crm.ConfigVersion{
		{Version: 3, At: w.ago(3e9), Actor: sara, Changes: w.draft().Changes[:3], Undoes: 2},
		{Version: 2, At: w.ago(9e12), Actor: sara, Changes: w.draft().Changes[3:6]},
	}
	return []story{
		{"Statuses", sara, shaped(func(s screen.Shaper) view.Message { return s.Statuses(false) })},
		{"Statuses_retired", sara, shaped(func(s screen.Shaper) view.Message { return s.Statuses(true) })},
		{"Retired_choices", sara, shaped(func(s screen.Shaper) view.Message {
			f := &s.Draft.Target.Fields[0]
			for id := crm.ChoiceID(3); id < 30; id++ {
				f.Choices = append(f.Choices, crm.ChoiceOption{ID: id, Title: crm.Title{Text: s.P.Num(int(id))}, Retired: true})
			}
			return s.Retired("choice", int64(f.ID), 2)
		})},
		{"Retired_questions", sara, shaped(func(s screen.Shaper) view.Message { return s.Retired("field", int64(meeting), 0) })},
		{"Status", sara, shaped(func(s screen.Shaper) view.Message { return s.Status(s.Draft.Target.Statuses[0]) })},
		{"Status_plain", sara, shaped(func(s screen.Shaper) view.Message { return s.Status(s.Draft.Target.Statuses[1]) })},
		{"Status_retired", sara, shaped(func(s screen.Shaper) view.Message { return s.Status(s.Draft.Target.Statuses[2]) })},
		{"Choose_cartable", sara, status(screen.ShapeCartable)},
		{"Choose_next", sara, status(screen.ShapeNext)},
		{"Choose_remind", sara, status(screen.ShapeRemind)},
		{"Choose_ends", sara, status(screen.ShapeEnds)},
		{"Choose_after", sara, status(screen.ShapeAfter)},
		{"Choose_meeting", sara, status(screen.ShapeMeeting)},
		{"Fields", sara, shaped(screen.Shaper.Fields)},
		{"Field_of_a_status", sara, field(meetingDate)},
		{"Field_weekday", sara, field(meetingWeekday)},
		{"Field_of_the_customer", sara, field(level)},
		{"Choice", sara, choice(0)},
		{"Choice_retired", sara, choice(1)},
		{"Preview", sara, shaped(screen.Shaper.Preview)},
		{"Preview_erases", sara, func(r screen.Reader) view.Message { return screen.Shaper{Reader: r, Draft: w.shorter(1204)}.Preview() }},
		{"Preview_erases_many", sara, func(r screen.Reader) view.Message {
			return screen.Shaper{Reader: r, Draft: w.shorter(crm.RetentionCounted)}.Preview()
		}},
		{"Preview_with_problems", sara, shaped(func(s screen.Shaper) view.Message {
			for _, key := range []string{crm.ProblemEmpty, crm.ProblemLong, crm.ProblemDuplicate, crm.ProblemColleague, crm.ProblemOffer} {
				s.Draft.Problems = append(s.Draft.Problems, crm.Problem{Key: key, Args: map[string]string{
					"Title": w.title("جلسه", "Meeting").Text, "Other": w.title("ملاقات", "Visit").Text, "Name": w.name("امید"), "Limit": "100"}})
			}
			return s.Preview()
		})},
		{"Preview_with_problems_of_settings", sara, shaped(func(s screen.Shaper) view.Message {
			for key, at := range map[string]crm.Path{crm.ProblemValue: {Kind: crm.ObjectSettings, Part: "hours"}, crm.ProblemTooMany: {Kind: crm.ObjectSettings, Part: "statuses"},
				crm.ProblemColleague: {Kind: crm.ObjectSettings, Part: "digests"}, crm.ProblemEmpty: {Kind: crm.ObjectStatus, ID: int64(meeting), Part: "title"}} {
				s.Draft.Problems = append(s.Draft.Problems, crm.Problem{Path: at, Key: key, Args: map[string]string{"Limit": "40"}})
			}
			slices.SortFunc(s.Draft.Problems, func(a, b crm.Problem) int { return strings.Compare(a.Key, b.Key) })
			return s.Preview()
		})},
		{"Preview_with_clashes", sara, shaped(func(s screen.Shaper) view.Message {
			for _, at := range []crm.Path{{Kind: crm.ObjectStatus, ID: int64(meeting)}, {Kind: crm.ObjectField, Part: "order"}, {Kind: crm.ObjectSettings, Part: "agents_see_all"}} {
				p := crm.Problem{Path: at, Key: crm.ProblemConflict, Args: map[string]string{"Name": w.name("امید")}}
				if at.ID != 0 {
					p.Args["Title"] = w.title("جلسه", "Meeting").Text
				}
				s.Draft.Problems = append(s.Draft.Problems, p)
			}
			return s.Preview()
		})},
		{"ConfirmDiscard", sara, shaped(screen.Shaper.ConfirmDiscard)},
		{"Preview_of_nothing", sara, func(r screen.Reader) view.Message { return screen.Shaper{Reader: r}.Preview() }},
		{"Published", sara, func(r screen.Reader) view.Message {
			return r.Published(crm.Published{Version: 4, Changes: w.draft().Changes}, w.draft().Target, false)
		}},
		{"Published_undone", sara, func(r screen.Reader) view.Message {
			return r.Published(crm.Published{Version: 4, Changes: w.draft().Changes}, w.draft().Target, true)
		}},
		{"ConfigLog", sara, func(r screen.Reader) view.Message { return r.ConfigLog(versions, w.draft().Target, true, true) }},
		{"ConfigLog_empty", sara, func(r screen.Reader) view.Message { return r.ConfigLog(nil, w.draft().Target, false, true) }},
	}
}
