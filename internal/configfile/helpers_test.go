package configfile_test

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"cartable/internal/configfile"
	"cartable/internal/crm"
)

// words are comments without a catalogue.
type words struct{ lang crm.Language }

func (words) T(key string, _ ...any) string { return "«" + key + "»\n: [not YAML {" }
func (w words) Lang() crm.Language          { return w.lang }

func text(s string) crm.Title { return crm.Title{Text: s} }

// sample is a small business in force.
func sample() crm.Config {
	return crm.Config{
		Settings: crm.Settings{Business: "حساب‌گستر", Zone: "Asia/Tehran", Language: crm.Persian, AgentsSeeAll: true},
		Statuses: []crm.Status{
			{ID: 1, Version: 3, Title: crm.Title{Text: "جلسه", English: "Meeting"}, Emoji: "🏢", Cartable: crm.CartableNext, Next: crm.NextRule{Mode: crm.NextAnyone},
				Reminder: crm.ReminderYes, AppointmentDate: 12, AppointmentTime: 13, Offers: []crm.Offer{{Kind: crm.OfferBefore, Minutes: 60}, {Kind: crm.OfferDays, Days: 2, At: "10:00"}}, Fields: []crm.Field{
					{ID: 11, Status: 1, Key: "day", Title: text("روز"), Type: crm.Weekday, Derived: 12},
					{ID: 12, Status: 1, Key: "date", Title: text("تاریخ"), Type: crm.Date, Required: true},
					{ID: 13, Status: 1, Key: "time", Title: text("ساعت"), Type: crm.Time, Required: true},
				}},
			{ID: 2, Version: 1, Title: text("انصراف"), Cartable: crm.CartableNone, Next: crm.NextRule{Mode: crm.NextAnyone},
				Reminder: crm.ReminderNo, Ends: crm.Lost, After: []crm.StatusID{0, 1}, Fields: []crm.Field{
					{ID: 21, Status: 2, Key: "why", Title: text("علت"), Type: crm.Choice, Choices: []crm.ChoiceOption{
						{ID: 1, Title: text("گران")}, {ID: 2, Title: text("دیر"), Retired: true}, {ID: 3, Title: text("نامعلوم")}}},
				}},
		},
		Fields: []crm.Field{
			{ID: 31, Key: "level", Title: text("مقطع"), Type: crm.Text},
			{ID: 32, Key: "major", Title: text("رشته"), Type: crm.Text, Retired: true},
		},
		Sources: []crm.Source{
			{ID: 1, Kind: crm.SourceManual, Title: text("دستی"), Slug: "manual"},
			{ID: 2, Kind: crm.SourceForm, Title: text("سایت"), Slug: "x1", Form: crm.HostedForm{Questions: []crm.FormQuestion{{Key: "name", Required: true}, {Key: "level"}}}},
		},
	}
}

// staffed is a directory of a configuration, of three active people and one who left.
func staffed(c crm.Config) crm.Directory {
	d := crm.Directory{Settings: c.Settings, Statuses: c.Statuses, Fields: c.Fields, Staff: map[crm.StaffID]crm.Staff{}, Sources: map[crm.SourceID]crm.Source{}}
	for id, name := range map[crm.StaffID]string{1: "مریم", 2: "امید", 3: "سارا: \"ص\""} {
		d.Staff[id] = crm.Staff{ID: id, Role: crm.Agent, State: crm.Active, Name: name}
	}
	d.Staff[4] = crm.Staff{ID: 4, Role: crm.Agent, State: crm.Removed, Name: "رضا"}
	for _, s := range c.Sources {
		d.Sources[s.ID] = s
	}
	return d
}

// renumbered is a configuration without what another installation gives it: IDs count
// from 1 in their order, and addresses and versions are none.
func renumbered(c crm.Config) crm.Config {
	c.Sources = slices.Clone(c.Sources)
	for i, s := range c.Sources {
		if s.ID < 0 { // made after what is there
			c.Sources[i].ID += 1 << 20
		}
	}
	d := staffed(c)
	c = d.Config() // a copy, clean and in order
	statuses, fields := map[crm.StatusID]crm.StatusID{0: 0}, map[crm.FieldID]crm.FieldID{0: 0}
	for i, s := range c.Statuses {
		statuses[s.ID] = crm.StatusID(i + 1)
		for _, f := range slices.Concat(s.Fields, s.RetiredFields) {
			fields[f.ID] = crm.FieldID(len(fields))
		}
	}
	for _, f := range c.Fields {
		fields[f.ID] = crm.FieldID(len(fields))
	}
	number := func(list []crm.Field, of crm.StatusID) {
		for i, f := range list {
			list[i].ID, list[i].Derived, list[i].Status = fields[f.ID], fields[f.Derived], of
		}
	}
	for i := range c.Statuses {
		s := &c.Statuses[i]
		s.ID, s.AppointmentDate, s.AppointmentTime = statuses[s.ID], fields[s.AppointmentDate], fields[s.AppointmentTime]
		for j, id := range s.After {
			s.After[j] = statuses[id]
		}
		slices.Sort(s.After)
		number(s.Fields, s.ID)
		number(s.RetiredFields, s.ID)
	}
	number(c.Fields, 0)
	for i := range c.Sources {
		c.Sources[i].ID, c.Sources[i].Slug = crm.SourceID(i+1), ""
	}
	return c
}

// randomConfig is sample after random edits, published: with IDs of its own.
func randomConfig(t *rapid.T) crm.Config {
	c := sample()
	titles := rapid.SampledFrom([]string{"الف", "ب: پ", "۳ روز", "3", "yes", "- خط", "نیم‌فاصله", "👨‍👩‍👧 خانواده", "it's", `"q" \ {x}`, "a # b", "Kind of", "null", "why?", "a, b", "جلسه"})
	id := int64(100)
	rename := func(t *rapid.T) crm.Title {
		out := text(titles.Draw(t, "title"))
		if rapid.Bool().Draw(t, "english") {
			out.English = titles.Draw(t, "en")
		}
		return out
	}
	field := func(of crm.StatusID) crm.Field {
		id++
		f := crm.Field{ID: crm.FieldID(id), Status: of, Key: crm.FieldKey(crm.Title{Text: "f"}, nil) + string(rune('a'+id%26)) + string(rune('a'+id/26)), Title: rename(t),
			Type: rapid.SampledFrom(crm.FieldTypes()).Draw(t, "type"), Required: rapid.Bool().Draw(t, "required"), Retired: rapid.IntRange(0, 4).Draw(t, "retired") == 0}
		if rapid.Bool().Draw(t, "help") {
			f.Help = crm.Title{Text: "خط اول\nخط دوم: \"#\""}
		}
		if f.Type == crm.Choice || f.Type == crm.Choices {
			for n := range rapid.IntRange(1, 3).Draw(t, "choices") {
				f.Choices = append(f.Choices, crm.ChoiceOption{ID: crm.ChoiceID(2*n + 1), Title: rename(t), Retired: n == 2})
			}
		}
		if of == 0 {
			f.Front = rapid.Bool().Draw(t, "front")
			f.Hidden = !f.Front && rapid.Bool().Draw(t, "hidden")
		}
		return f
	}
	for range rapid.IntRange(0, 4).Draw(t, "statuses") {
		id++
		s := crm.Status{ID: crm.StatusID(id), Version: 1, Title: rename(t), Emoji: rapid.SampledFrom([]string{"", "🏢", "👨‍👩‍👧", "!"}).Draw(t, "emoji"),
			Cartable: crm.CartableStay, Next: rapid.SampledFrom([]crm.NextRule{{Mode: crm.NextAnyone}, {Mode: crm.NextLast}, {Mode: crm.NextRole, Role: crm.Manager},
				{Mode: crm.NextPeople, People: []crm.StaffID{1, 3}}}).Draw(t, "next"), Reminder: rapid.SampledFrom([]crm.ReminderRule{crm.ReminderNo, crm.ReminderYes, crm.ReminderOptional}).Draw(t, "reminder"),
			Ends: rapid.SampledFrom([]crm.Ending{crm.Open, crm.Won, crm.Blocked}).Draw(t, "ends"), Retired: rapid.IntRange(0, 3).Draw(t, "out") == 0,
			After:  rapid.SampledFrom([][]crm.StatusID{nil, {0}, {0, 1}, {2}}).Draw(t, "after"),
			Offers: rapid.SampledFrom([][]crm.Offer{nil, {{Kind: crm.OfferMinutes, Minutes: 90}}, {{Kind: crm.OfferDays, Days: 1, At: "08:05"}}}).Draw(t, "offers")}
		for range rapid.IntRange(0, 4).Draw(t, "fields") {
			if f := field(s.ID); f.Retired {
				s.RetiredFields = append(s.RetiredFields, f)
			} else {
				s.Fields = append(s.Fields, f)
			}
		}
		for i, f := range s.Fields {
			if f.Type == crm.DateTime {
				s.AppointmentDate = f.ID
			}
			for _, d := range s.Fields {
				if f.Type == crm.Weekday && d.Type == crm.Date {
					s.Fields[i].Derived = d.ID
				}
			}
		}
		c.Statuses = slices.Insert(c.Statuses, rapid.IntRange(0, len(c.Statuses)).Draw(t, "at"), s)
	}
	for range rapid.IntRange(0, 3).Draw(t, "columns") {
		c.Fields = append(c.Fields, field(0))
	}
	for range rapid.IntRange(0, 3).Draw(t, "sources") {
		id++
		c.Sources = append(c.Sources, crm.Source{ID: crm.SourceID(id), Kind: rapid.SampledFrom(crm.SourceKinds()).Draw(t, "kind"), Title: rename(t), Retired: rapid.Bool().Draw(t, "gone"),
			Form:    crm.HostedForm{Success: rename(t), Questions: []crm.FormQuestion{{Key: "name"}, {Key: "level", Required: true, Label: rename(t)}}},
			Routing: rapid.SampledFrom([]crm.Routing{{Mode: crm.RouteOffer}, {Mode: crm.RouteTurn, Group: -100123, AgainAfter: 15, TellAfter: crm.Never}, {Mode: crm.RoutePerson, Person: 2}}).Draw(t, "routing")})
	}
	c.Settings.Digests = rapid.SampledFrom([][]crm.StaffID{nil, {2, 3}}).Draw(t, "digests")
	c.Settings.Windows = rapid.SampledFrom([][]crm.Window{nil, crm.UsualWindows()}).Draw(t, "routine")
	c.Settings.DigestAt = rapid.SampledFrom([]crm.DigestTimes{{}, {Morning: "08:30", Evening: "19:00"}}).Draw(t, "digest at")
	if rapid.Bool().Draw(t, "hours") {
		c.Settings.Hours[time.Saturday] = []crm.Span{{From: 480, To: 780}, {From: 840, To: 1440}}
		c.Settings.Hours[time.Monday] = []crm.Span{{From: 1320, To: 120}}
		c.Settings.DaysOff = []time.Weekday{time.Thursday, time.Friday}
		c.Settings.Holidays = []crm.Holiday{{Date: "2026-03-21", Title: rename(t)}, {Date: "2027-03-20", Title: rename(t)}}
	}
	return staffed(c).Config() // in clean form
}

func read(data string, c crm.Config) (crm.Config, []configfile.Mistake) {
	return configfile.Read([]byte(data), staffed(c))
}
