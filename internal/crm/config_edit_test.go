package crm_test

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"cartable/internal/crm"

	"github.com/google/go-cmp/cmp"
)

// sample is a small configuration: two statuses, two customer fields, two sources.
func sample() crm.Config {
	return crm.Config{
		Settings: crm.Settings{Zone: "Asia/Tehran", Language: crm.Persian, AgentsSeeAll: true},
		Statuses: []crm.Status{
			{ID: 1, Version: 3, Title: text("جلسه"), Emoji: "🏢", Cartable: crm.CartableNext, Next: crm.NextRule{Mode: crm.NextAnyone},
				Reminder: crm.ReminderYes, Position: 1, AppointmentDate: 12, AppointmentTime: 13, Fields: []crm.Field{
					{ID: 11, Status: 1, Key: "day", Title: text("روز"), Type: crm.Weekday, Derived: 12, Position: 1},
					{ID: 12, Status: 1, Key: "date", Title: text("تاریخ"), Type: crm.Date, Required: true, Position: 2},
					{ID: 13, Status: 1, Key: "time", Title: text("ساعت"), Type: crm.Time, Required: true, Position: 3},
				}},
			{ID: 2, Version: 1, Title: text("انصراف"), Cartable: crm.CartableNone, Next: crm.NextRule{Mode: crm.NextAnyone},
				Reminder: crm.ReminderNo, Ends: crm.Lost, Position: 2, Fields: []crm.Field{
					{ID: 21, Status: 2, Key: "why", Title: text("علت"), Type: crm.Choice, Position: 1, Choices: []crm.ChoiceOption{
						{ID: 1, Title: text("گران")}, {ID: 2, Title: text("دیر")}, {ID: 3, Title: text("نامعلوم")}}},
				}},
		},
		Fields: []crm.Field{
			{ID: 31, Key: "level", Title: text("مقطع"), Type: crm.Text, Position: 1},
			{ID: 32, Key: "major", Title: text("رشته"), Type: crm.Text, Position: 2},
		},
		Sources: []crm.Source{
			{ID: 1, Kind: crm.SourceManual, Title: text("دستی"), Slug: "manual", Routing: crm.Routing{Mode: crm.RouteOffer}},
			{ID: 2, Kind: crm.SourceForm, Title: text("سایت"), Slug: "x1", Routing: crm.Routing{Mode: crm.RouteOffer}},
		},
	}
}

func text(s string) crm.Title { return crm.Title{Text: s} }

// staffed is a directory of three active people and one who left, and of two groups,
// one of which the bot left.
func staffed() crm.Directory {
	d := crm.Directory{Staff: map[crm.StaffID]crm.Staff{}, Groups: map[crm.GroupID]crm.Group{1: {ID: 1}, 2: {ID: 2, Left: true}}}
	for id, role := range map[crm.StaffID]crm.Role{1: crm.Owner, 2: crm.Manager, 3: crm.Agent, 4: crm.Agent} {
		d.Staff[id] = crm.Staff{ID: id, Role: role, State: crm.Active, Name: string(role)}
	}
	d.Staff[4] = crm.Staff{ID: 4, Role: crm.Agent, State: crm.Removed, Name: "رضا"}
	return d
}

// edits are ways of changing the sample, with the changes that they are worded as.
var edits = []struct {
	name string
	edit func(c *crm.Config) error
	want []string // object, ID, what, from, to
}{
	{"add a status", func(c *crm.Config) error { _, err := c.AddStatus(text(" جلسه آنلاين "), "💻"); return err },
		[]string{"status -1 added  جلسه آنلاین"}},
	{"rename a status", func(c *crm.Config) error { return c.RenameStatus(1, crm.Title{Text: "قرار", English: "Meeting"}) },
		[]string{"status 1 renamed جلسه قرار", "status 1 english  Meeting"}},
	{"emoji", func(c *crm.Config) error { return c.SetEmoji(1, "👨‍👩‍👧") }, []string{"status 1 emoji 🏢 👨‍👩‍👧"}},
	{"cartable", func(c *crm.Config) error { return c.SetCartable(1, crm.CartableStay) }, []string{"status 1 cartable next stay"}},
	{"next", func(c *crm.Config) error {
		return c.SetNext(1, crm.NextRule{Mode: crm.NextPeople, People: []crm.StaffID{3, 1, 3}})
	}, []string{"status 1 next anyone people:1,3"}},
	{"next role", func(c *crm.Config) error { return c.SetNext(1, crm.NextRule{Mode: crm.NextRole, Role: crm.Manager}) },
		[]string{"status 1 next anyone role:manager"}},
	{"reminder", func(c *crm.Config) error { return c.SetReminder(1, crm.ReminderOptional) }, []string{"status 1 reminder yes optional"}},
	{"offers", func(c *crm.Config) error {
		return c.SetOffers(1, []crm.Offer{{Kind: crm.OfferBefore, Minutes: 60}, {Kind: crm.OfferEvening}, {Kind: crm.OfferDays, Days: 2, At: "10:00"}})
	}, []string{"status 1 offers  before:60,evening_before,days:2@10:00"}},
	{"ends", func(c *crm.Config) error { return c.SetEnds(2, crm.Blocked) }, []string{"status 2 ends lost blocked"}},
	{"after", func(c *crm.Config) error { return c.SetAfter(2, []crm.StatusID{1, 0, 2}) }, []string{"status 2 after  0,1"}},
	{"move a status", func(c *crm.Config) error { return c.MoveStatus(2, crm.Up) }, []string{"status 0 reordered  "}},
	{"retire a status", func(c *crm.Config) error { return c.RetireStatus(2) }, []string{"status 2 retired  "}},
	{"retire and restore", func(c *crm.Config) error { return errors.Join(c.RetireStatus(2), c.RestoreStatus(2)) }, nil},
	{"a status that never was", func(c *crm.Config) error {
		id, err := c.AddStatus(text("نو"), "")
		return errors.Join(err, c.RetireStatus(id))
	}, nil},
	{"add a field", func(c *crm.Config) error { _, err := c.AddField(2, text("شرح"), crm.LongText); return err },
		[]string{"field -1 added  شرح"}},
	{"rename a field", func(c *crm.Config) error { return c.RenameField(13, text("چه ساعتی")) }, []string{"field 13 renamed ساعت چه ساعتی"}},
	{"help", func(c *crm.Config) error { return c.SetHelp(13, text("مثلاً ۱۰:۳۰")) }, []string{"field 13 help  مثلاً ۱۰:۳۰"}},
	{"required", func(c *crm.Config) error { return c.SetRequired(13, false) }, []string{"field 13 required yes no"}},
	{"choices", func(c *crm.Config) error {
		id, err := c.AddChoice(21, text("رقیب"))
		if id != 4 {
			return errors.New("the new choice has another's ID")
		}
		return errors.Join(err, c.RenameChoice(21, 1, text("قیمت")), c.RetireChoice(21, 2), c.MoveChoice(21, 3, crm.Up))
	}, []string{"field 21 choice_renamed گران قیمت", "field 21 choice_retired دیر ", "field 21 choice_added  رقیب", "field 21 choices_reordered  "}},
	{"a choice back", func(c *crm.Config) error { return errors.Join(c.RetireChoice(21, 2), c.RestoreChoice(21, 2)) }, nil},
	{"move a field", func(c *crm.Config) error { return c.MoveField(11, crm.Down) }, []string{"field 0 reordered  "}},
	{"move past the end", func(c *crm.Config) error { return errors.Join(c.MoveField(13, crm.Down), c.MoveStatus(1, crm.Up)) }, nil},
	{"on the card", func(c *crm.Config) error { return errors.Join(c.SetFront(31, true), c.SetHidden(32, true)) },
		[]string{"field 31 front no yes", "field 32 hidden no yes"}},
	{"retire a field", func(c *crm.Config) error { return c.RetireField(21) }, []string{"field 21 retired  "}},
	{"retire the date of the appointment", func(c *crm.Config) error { return c.RetireField(12) },
		[]string{"field 11 weekday 12 ", "field 12 retired  ", "status 1 appointment 12,13 "}},
	{"a field back", func(c *crm.Config) error {
		return errors.Join(c.RetireField(13), c.RestoreField(13), c.SetAppointment(1, 12, 13))
	}, nil},
	{"no appointment", func(c *crm.Config) error { return c.SetAppointment(1, 0, 0) }, []string{"status 1 appointment 12,13 "}},
	{"ask the weekday", func(c *crm.Config) error { return c.LinkWeekday(11, 0) }, []string{"field 11 weekday 12 "}},
	{"source", func(c *crm.Config) error { return errors.Join(c.RenameSource(2, text("وب")), c.RetireSource(2)) },
		[]string{"source 2 retired  ", "source 2 renamed سایت وب"}},
	{"routing", func(c *crm.Config) error {
		return c.SetRouting(2, crm.Routing{Mode: crm.RoutePerson, Person: 3, Group: -100, AgainAfter: 5})
	}, []string{"source 2 routing offer person:3 group:-100 again:5"}},
	{"routing to a group", func(c *crm.Config) error { return c.SetRouting(2, crm.Routing{Group: 1, TellAfter: 30}) },
		[]string{"source 2 routing offer offer group:1 tell:30"}},
	{"form", func(c *crm.Config) error {
		return c.SetForm(2, crm.HostedForm{Title: text("مشاوره"), Questions: []crm.FormQuestion{{Key: "name", Required: true}, {Key: "level"}}})
	}, []string{"source 2 form  name!,level"}},
	{"settings", func(c *crm.Config) error {
		return errors.Join(c.SetBusinessName("حساب‌گستر"), c.SetZone("Asia/Dubai"), c.SetLanguage(crm.English), c.SetAgentsSeeAll(false),
			c.SetRetention(365), c.SetDigests([]crm.StaffID{2, 1}))
	}, []string{"settings 0 agents_see_all yes no", "settings 0 business  حساب‌گستر", "settings 0 digests  1,2", "settings 0 language fa en",
		"settings 0 retention 0 365", "settings 0 zone Asia/Tehran Asia/Dubai"}},
	{"hours of a day", func(c *crm.Config) error { return c.SetDay(5, nil) },
		[]string{"settings 0 days_off  5", `settings 0 hours  [[{"from":0,"to":1440}],[{"from":0,"to":1440}],[{"from":0,"to":1440}],` +
			`[{"from":0,"to":1440}],[{"from":0,"to":1440}],null,[{"from":0,"to":1440}]]`}},
	{"hours and back", func(c *crm.Config) error {
		return errors.Join(c.SetDay(6, []crm.Span{{From: 540, To: 1020}}), c.SetHours(crm.Week{}, nil))
	}, nil},
	{"holidays", func(c *crm.Config) error {
		h := crm.Holiday{Date: "2027-03-21", Title: text("نوروز")}
		return errors.Join(c.AddHolidays(h, h), c.AddHolidays(h, crm.Holiday{Date: "2027-03-30", Title: text("عید")}),
			c.MoveHolidays("2027-03-30", 1), c.RemoveHolidays("2027-03-21"))
	}, []string{`settings 0 holidays  [{"date":"2027-03-31","title":{"text":"عید"}}]`}},
	{"windows", func(c *crm.Config) error {
		return c.SetWindows([]crm.Window{{Kind: crm.WindowCalling, From: 600, To: 840}, {Kind: crm.WindowEntry, From: 480, To: 600}})
	}, []string{`settings 0 windows  [{"kind":"entry","from":480,"to":600},{"kind":"calling","from":600,"to":840}]`}},
	{"digests", func(c *crm.Config) error { return c.SetDigestAt(crm.DigestTimes{Morning: "08:30"}) },
		[]string{`settings 0 digest_at {"morning":"","evening":""} {"morning":"08:30","evening":""}`}},
}

func TestEdits(t *testing.T) {
	if ps := sample().Problems(staffed()); len(ps) > 0 {
		t.Fatalf("the sample is not in order: %v", ps)
	}
	for _, e := range edits {
		t.Run(e.name, func(t *testing.T) {
			before := sample()
			c := sample()
			if err := e.edit(&c); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, ch := range crm.DiffConfig(before, c) {
				got = append(got, strings.Join([]string{string(ch.Object), itoa(ch.ID), ch.What, ch.From, ch.To}, " "))
			}
			if d := cmp.Diff(e.want, got); d != "" {
				t.Error(d)
			}
			if same := before.Same(c); same != (e.want == nil) {
				t.Errorf("same: %v", same)
			}
			if ps := c.Problems(staffed()); len(ps) > 0 {
				t.Errorf("problems: %v", ps)
			}
		})
	}
}

func TestRefusedEdits(t *testing.T) {
	long := text(strings.Repeat("ب", crm.MaxTitle+1))
	tests := []struct {
		name string
		key  string
		edit func(c *crm.Config) error
	}{
		{"an empty title", crm.KeyEmpty, func(c *crm.Config) error { _, err := c.AddStatus(text(" \u200c "), ""); return err }},
		{"a long title", crm.KeyTooLong, func(c *crm.Config) error { return c.RenameStatus(1, long) }},
		{"a title that is taken", crm.KeyDuplicate, func(c *crm.Config) error { return c.RenameStatus(1, text("انصـراف")) }},
		{"a field's that is taken", crm.KeyDuplicate, func(c *crm.Config) error { _, err := c.AddField(1, text("ساعت"), crm.Time); return err }},
		{"a choice's that is taken", crm.KeyDuplicate, func(c *crm.Config) error { _, err := c.AddChoice(21, text("گران")); return err }},
		{"a status that is not there", crm.KeyNoStatus, func(c *crm.Config) error { return c.SetEnds(9, crm.Won) }},
		{"a field that is not there", crm.KeyNoField, func(c *crm.Config) error { return c.SetRequired(99, true) }},
		{"a source that is not there", crm.KeyNoSource, func(c *crm.Config) error { return c.RetireSource(9) }},
		{"a choice that is not there", crm.KeyNoField, func(c *crm.Config) error { return c.RetireChoice(21, 9) }},
		{"choices of a text", crm.KeyBadValue, func(c *crm.Config) error { _, err := c.AddChoice(31, text("یک")); return err }},
		{"a rule that is none", crm.KeyBadValue, func(c *crm.Config) error { return c.SetCartable(1, "away") }},
		{"nobody next", crm.KeyBadValue, func(c *crm.Config) error { return c.SetNext(1, crm.NextRule{Mode: crm.NextPeople}) }},
		{"an offer without its day", crm.KeyBadValue, func(c *crm.Config) error { return c.SetOffers(1, []crm.Offer{{Kind: crm.OfferDays, At: "25:00"}}) }},
		{"after itself alone", crm.KeyBadValue, func(c *crm.Config) error { return c.SetAfter(1, []crm.StatusID{1}) }},
		{"after what is not there", crm.KeyNoStatus, func(c *crm.Config) error { return c.SetAfter(1, []crm.StatusID{9}) }},
		{"an appointment of a choice", crm.KeyBadValue, func(c *crm.Config) error { return c.SetAppointment(2, 21, 0) }},
		{"an appointment without a time", crm.KeyBadValue, func(c *crm.Config) error { return c.SetAppointment(1, 12, 0) }},
		{"a weekday of a time", crm.KeyBadValue, func(c *crm.Config) error { return c.LinkWeekday(11, 13) }},
		{"a status field off the card", crm.KeyBadValue, func(c *crm.Config) error { return c.SetHidden(11, true) }},
		{"the manual source", crm.KeyBuiltIn, func(c *crm.Config) error { return c.RetireSource(1) }},
		{"a form that asks twice", crm.KeyConfigProblems, func(c *crm.Config) error {
			return c.SetForm(2, crm.HostedForm{Questions: []crm.FormQuestion{{Key: "city"}, {Key: "city"}}})
		}},
		{"a form that asks what is not there", crm.KeyConfigProblems, func(c *crm.Config) error {
			return c.SetForm(2, crm.HostedForm{Questions: []crm.FormQuestion{{Key: "shoe_size"}}})
		}},
		{"routing to nobody", crm.KeyRequired, func(c *crm.Config) error { return c.SetRouting(2, crm.Routing{Mode: crm.RoutePerson}) }},
		{"windows that overlap", crm.KeyBadHours, func(c *crm.Config) error {
			return c.SetWindows([]crm.Window{{Kind: crm.WindowEntry, From: 480, To: 601}, {Kind: crm.WindowCalling, From: 600, To: 840}})
		}},
		{"a window over midnight", crm.KeyBadHours, func(c *crm.Config) error {
			return c.SetWindows([]crm.Window{{Kind: crm.WindowCalling, From: 1400, To: 60}})
		}},
		{"a window for nothing", crm.KeyBadHours, func(c *crm.Config) error { return c.SetWindows([]crm.Window{{Kind: "nap", From: 1, To: 2}}) }},
		{"a digest at no time", crm.KeyBadValue, func(c *crm.Config) error { return c.SetDigestAt(crm.DigestTimes{Evening: "25:00"}) }},
		{"a zone that is none", crm.KeyBadValue, func(c *crm.Config) error { return c.SetZone("Tehran") }},
		{"too many fields", crm.KeyTooMany, func(c *crm.Config) error {
			var err error
			for i := 0; err == nil; i++ {
				_, err = c.AddField(2, text("فیلد "+itoa(int64(i))), crm.Text)
			}
			return err
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := sample()
			if err := tt.edit(&c); !crm.IsKey(err, tt.key) {
				t.Errorf("%v, want %s", err, tt.key)
			}
			if tt.key != crm.KeyTooMany && !c.Same(sample()) {
				t.Errorf("refused and changed: %v", crm.DiffConfig(sample(), c))
			}
		})
	}
}

// New things have IDs of their own, and keys that programs can type.
func TestNewFields(t *testing.T) {
	c := sample()
	status, _ := c.AddStatus(text("نو"), "")
	first, _ := c.AddField(status, text("یک"), crm.Text)
	second, _ := c.AddField(0, crm.Title{Text: "معرف", English: "Referred by"}, crm.Staffer)
	third, _ := c.AddField(0, text("سن"), crm.Number)
	var keys []string
	for _, id := range []crm.FieldID{first, second, third} {
		f, _ := c.Field(id)
		keys = append(keys, f.Key)
	}
	if want := []string{"field_2", "referred_by", "field_3"}; status != -1 || !slices.Equal([]crm.FieldID{first, second, third}, []crm.FieldID{-2, -3, -4}) ||
		!slices.Equal(keys, want) {
		t.Errorf("status %d, fields %d %d %d, keys %v", status, first, second, third, keys)
	}
	if f, _ := c.Field(first); f.Status != status {
		t.Errorf("%+v", f)
	}
}

func TestProblems(t *testing.T) {
	tests := []struct {
		at, key string
		spoil   func(c *crm.Config)
	}{
		{"status/1/title", crm.ProblemEmpty, func(c *crm.Config) { c.Statuses[0].Title = text("") }},
		{"status/2/title", crm.ProblemDuplicate, func(c *crm.Config) { c.Statuses[1].Title = text("جلســه") }},
		{"status/1/title", crm.ProblemLong, func(c *crm.Config) { c.Statuses[0].Title = text(strings.Repeat("ب", 101)) }},
		{"status/1/cartable", crm.ProblemValue, func(c *crm.Config) { c.Statuses[0].Cartable = "" }},
		{"status/1/next", crm.ProblemColleague, func(c *crm.Config) {
			c.Statuses[0].Next = crm.NextRule{Mode: crm.NextPeople, People: []crm.StaffID{3, 4}}
		}},
		{"status/1/offers", crm.ProblemOffer, func(c *crm.Config) {
			c.Statuses[0].AppointmentDate, c.Statuses[0].AppointmentTime = 0, 0
			c.Statuses[0].Offers = []crm.Offer{{Kind: crm.OfferBefore, Minutes: 60}}
		}},
		{"status/1/appointment_date", crm.ProblemAppointment, func(c *crm.Config) { c.Statuses[0].AppointmentTime = 11 }},
		{"status/1/field/11/derived", crm.ProblemWeekday, func(c *crm.Config) { c.Statuses[0].Fields[0].Derived = 13 }},
		{"status/2/field/21/choices", crm.ProblemNoChoices, func(c *crm.Config) { c.Statuses[1].Fields[0].Choices = nil }},
		{"status/2/field/21/choices/2", crm.ProblemDuplicate, func(c *crm.Config) { c.Statuses[1].Fields[0].Choices[1].Title = text("گران") }},
		{"status/2/field/21/choices/1", crm.ProblemTwice, func(c *crm.Config) { c.Statuses[1].Fields[0].Choices[1].ID = 1 }},
		{"field/31/type", crm.ProblemValue, func(c *crm.Config) { c.Fields[0].Type = "mood" }},
		{"field/32/key", crm.ProblemTwice, func(c *crm.Config) { c.Fields[1].Key = "level" }},
		{"status/2/id", crm.ProblemTwice, func(c *crm.Config) {
			c.Statuses = append(c.Statuses, c.Statuses[1])
			c.Statuses[2].Title, c.Statuses[2].Fields = text("نو"), nil
		}},
		{"status/1/after", crm.ProblemUnreachable, func(c *crm.Config) {
			c.Statuses[0].After, c.Statuses[1].After = []crm.StatusID{2}, []crm.StatusID{1}
		}},
		{"status/2/after", crm.ProblemUnknown, func(c *crm.Config) { c.Statuses[1].After = []crm.StatusID{0, 9} }},
		{"settings/statuses", crm.ProblemNoStatuses, func(c *crm.Config) { c.Statuses[0].Retired, c.Statuses[1].Retired = true, true }},
		{"settings/statuses", crm.ProblemTooMany, func(c *crm.Config) {
			for i := range int64(40) {
				c.Statuses = append(c.Statuses, crm.Status{ID: crm.StatusID(100 + i), Title: text("و" + itoa(i)),
					Cartable: crm.CartableStay, Reminder: crm.ReminderNo})
			}
		}},
		{"settings/zone", crm.ProblemValue, func(c *crm.Config) { c.Settings.Zone = "Nowhere" }},
		{"settings/digests", crm.ProblemColleague, func(c *crm.Config) { c.Settings.Digests = []crm.StaffID{77} }},
		{"source/1/retired", crm.ProblemBuiltIn, func(c *crm.Config) { c.Sources[0].Retired = true }},
		{"source/2/routing", crm.ProblemNoRecipient, func(c *crm.Config) { c.Sources[1].Routing = crm.Routing{Mode: crm.RoutePerson} }},
		{"source/2/routing", crm.ProblemGroup, func(c *crm.Config) { c.Sources[1].Routing.Group = 2 }},
		{"source/2/routing", crm.ProblemGroup, func(c *crm.Config) { c.Sources[1].Routing.Group = 3 }},
		{"source/2/form", crm.ProblemQuestion, func(c *crm.Config) { c.Sources[1].Form.Questions = []crm.FormQuestion{{Key: "x"}} }},
	}
	for _, tt := range tests {
		t.Run(tt.at+" "+tt.key, func(t *testing.T) {
			c := sample()
			tt.spoil(&c)
			ps := c.Problems(staffed())
			if !slices.ContainsFunc(ps, func(p crm.Problem) bool { return p.Path.String() == tt.at && p.Key == tt.key }) {
				t.Errorf("%v", ps)
			}
		})
	}
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
