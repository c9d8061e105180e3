package screen_test

import (
	"time"

	"cartable/bot/screen"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// doing is a draft in which everything of the business was shaped.
func (w world) doing() crm.Draft {
	live, target := w.dir.Config(), w.dir.Config()
	live.Settings.Holidays = []crm.Holiday{{Date: "2026-12-31", Title: w.title("سالگرد", "Anniversary")}}
	set := &target.Settings
	set.Zone, set.Language, set.AgentsSeeAll, set.Retention = "Asia/Dubai", crm.English, false, 3*365
	set.Hours, set.DaysOff, _ = screen.Preset("office")
	set.Hours[time.Sunday] = []crm.Span{{From: 8*60 + 30, To: 12 * 60}, {From: 16 * 60, To: 20 * 60}}
	set.Holidays = append(screen.OfCalendar("2027-03-21"), crm.Holiday{Date: "2027-01-12", Title: w.title("افتتاح شعبه", "Opening of a branch")})
	set.Windows = crm.UsualWindows()
	set.Digests, set.DigestAt = []crm.StaffID{sara, omid}, crm.DigestTimes{Morning: "08:30"}
	return crm.Draft{Base: 3, Target: target, Changes: crm.DiffConfig(live, target), TouchedAt: w.ago(0)}
}

func (w world) business() []story {
	shaped := func(show func(screen.Shaper) view.Message) func(screen.Reader) view.Message {
		return func(r screen.Reader) view.Message { return show(screen.Shaper{Reader: r, Draft: w.doing()}) }
	}
	fresh := func(show func(screen.Shaper) view.Message) func(screen.Reader) view.Message {
		return func(r screen.Reader) view.Message {
			return show(screen.Shaper{Reader: r, Draft: crm.Draft{Target: w.dir.Config()}})
		}
	}
	part := func(op string) func(screen.Shaper) view.Message {
		return func(s screen.Shaper) view.Message { return s.BusinessPart(op) }
	}
	return []story{
		{"Business", sara, shaped(screen.Shaper.Business)},
		{"Business_at_first", sara, fresh(screen.Shaper.Business)},
		{"BusinessPart_zone", sara, shaped(part(screen.ShapeZone))},
		{"BusinessPart_language", sara, shaped(part(screen.ShapeLanguage))},
		{"BusinessPart_retention", sara, shaped(part(screen.ShapeRetention))},
		{"Hours", sara, shaped(screen.Shaper.Hours)},
		{"Hours_at_first", sara, fresh(screen.Shaper.Hours)},
		{"Day", sara, shaped(func(s screen.Shaper) view.Message { return s.Day(time.Sunday) })},
		{"Day_closed", sara, shaped(func(s screen.Shaper) view.Message { return s.Day(time.Friday) })},
		{"Holidays", sara, shaped(func(s screen.Shaper) view.Message { return s.Holidays(1405) })},
		{"Holidays_next_year", sara, shaped(func(s screen.Shaper) view.Message { return s.Holidays(1406) })},
		{"Holidays_at_first", sara, fresh(func(s screen.Shaper) view.Message { return s.Holidays(1405) })},
		{"Holiday", sara, shaped(func(s screen.Shaper) view.Message { return s.Holiday("2027-01-12") })},
		{"Windows", sara, shaped(screen.Shaper.Windows)},
		{"Windows_none", sara, fresh(screen.Shaper.Windows)},
		{"Digests", sara, shaped(screen.Shaper.Digests)},
		{"Digests_at_first", sara, fresh(screen.Shaper.Digests)},
		{"Preview_of_the_business", sara, shaped(screen.Shaper.Preview)},
	}
}
