package screen_test

import (
	"testing"
	"time"

	"cartable/bot/screen"
	"cartable/bot/text"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

// world is the business that the stories play in. say is what people typed: it
// returns its argument, or in the tests of hostile input something worse.
type world struct {
	now time.Time
	dir crm.Directory
	cat *text.Catalogue
	say func(string) string
}

const (
	sara crm.StaffID = iota + 1 // the owner
	omid                        // an agent
	lena                        // an agent with a Latin name, suspended
)

const (
	meeting  crm.StatusID = iota + 1 // next cartable, with an appointment
	waiting                          // stays, with a reminder
	contract                         // won
)

const (
	meetingWeekday crm.FieldID = iota + 1
	meetingDate
	meetingTime
	product
	amount
	level
	newsletter
	remarks
)

const (
	manual crm.SourceID = iota + 1
	instagram
)

func newWorld(t *testing.T, say func(string) string) world {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Tehran")
	if err != nil {
		t.Fatal(err)
	}
	cat, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	w := world{cat: cat, now: time.Date(2026, 11, 24, 10, 5, 0, 0, zone), say: say}
	w.dir = crm.Directory{
		Settings: crm.Settings{Business: first(say("حساب‌گستر"), 100), Zone: "Asia/Tehran", Language: crm.Persian, AgentsSeeAll: true},
		Staff: map[crm.StaffID]crm.Staff{
			sara: {ID: sara, TelegramID: 101, Name: w.name("سارا احمدی"), Role: crm.Owner, State: crm.Active},
			omid: {ID: omid, TelegramID: 102, Name: w.name("امید رضایی"), Role: crm.Agent, State: crm.Active, Unreachable: true},
			lena: {ID: lena, TelegramID: 103, Name: w.name("Lena <Q&A>"), Role: crm.Agent, State: crm.Suspended},
		},
		Sources: map[crm.SourceID]crm.Source{
			manual:    {ID: manual, Kind: crm.SourceManual, Title: crm.Title{Text: "دستی", English: "By hand"}},
			instagram: {ID: instagram, Kind: crm.SourceForm, Title: w.title("آگهی اینستاگرام", "Instagram ad"), Slug: "x7Kd92"},
		},
	}
	w.dir.Groups = map[crm.GroupID]crm.Group{1: {ID: 1, Chat: -1001, Title: filled(first(say("فروش <تهران>"), crm.MaxName)), AddedBy: sara}}
	w.dir.Statuses = []crm.Status{
		{ID: meeting, Emoji: "🤝", Title: w.title("جلسه حضوری", "Meeting in person"), Cartable: crm.CartableNext, Reminder: crm.ReminderYes,
			AppointmentDate: meetingDate, AppointmentTime: meetingTime, Fields: []crm.Field{
				{ID: meetingWeekday, Title: w.title("روز جلسه", "Day"), Type: crm.Weekday, Derived: meetingDate},
				{ID: meetingDate, Title: w.title("تاریخ جلسه", "Date"), Type: crm.Date, Required: true},
				{ID: meetingTime, Title: w.title("ساعت جلسه", "Time"), Type: crm.Time, Required: true},
			}},
		{ID: waiting, Emoji: "⏳", Title: w.title("منتظر پیگیری", "Waiting for follow-up"), Cartable: crm.CartableStay, Reminder: crm.ReminderYes},
		{ID: contract, Emoji: "🏆", Title: w.title("منجر به خرید و قرارداد", "Bought"), Cartable: crm.CartableNone, Reminder: crm.ReminderNo, Ends: crm.Won, Fields: []crm.Field{
			{ID: product, Title: w.title("محصول یا خدمت", "Product or service"), Type: crm.Text},
			{ID: amount, Title: w.title("مبلغ", "Amount"), Type: crm.Money},
		}},
	}
	w.dir.Fields = []crm.Field{
		{ID: level, Key: "level", Title: w.title("مقطع", "Level"), Type: crm.Choice, Choices: []crm.ChoiceOption{
			{ID: 1, Title: w.title("کارشناسی", "Bachelor")}, {ID: 2, Title: w.title("کارشناسی ارشد", "Master")}}},
		{ID: newsletter, Key: "newsletter", Title: w.title("عضو خبرنامه", "Newsletter"), Type: crm.YesNo},
		{ID: remarks, Key: "remarks", Title: w.title("توضیح", "Remarks"), Type: crm.LongText},
	}
	return w
}

// title is a title as the domain lets a manager give it: not empty, and bounded.
func (w world) title(fa, en string) crm.Title {
	return crm.Title{Text: filled(first(w.say(fa), 100)), English: first(w.say(en), 100)}
}

// name is a colleague's name, which is never empty.
func (w world) name(s string) string { return filled(first(w.say(s), crm.MaxName)) }

func filled(s string) string {
	if s == "" {
		return "—"
	}
	return s
}

// first is s cut to what the domain lets in.
func first(s string, n int) string {
	r := []rune(s)
	return string(r[:min(n, len(r))])
}

func (w world) reader(id crm.StaffID, lang crm.Language) screen.Reader {
	return screen.Reader{Staff: w.dir.Staff[id], Dir: w.dir, P: w.cat.Printer(lang), Now: w.now}
}

func (w world) ago(d time.Duration) time.Time { return w.now.Add(-d) }

func (w world) in(d time.Duration) *time.Time {
	at := w.now.Add(d)
	return &at
}

// fresh is a customer who waits to be taken.
func (w world) fresh() crm.Customer {
	return crm.Customer{
		ID: 41, Version: 3, Name: first(w.say("مریم کریمی"), crm.MaxName), Phones: []crm.PhoneNumber{{Phone: "+989121234567"}},
		Source: instagram, LastInquiryAt: w.ago(4 * time.Minute), FirstInquiryAt: w.ago(4 * time.Minute),
	}
}

// met is a customer of Omid's with everything that a card can show.
func (w world) met() crm.Customer {
	c := w.fresh()
	c.City, c.Email = first(w.say("شیراز"), crm.MaxName), first(w.say("maryam@example.com"), crm.MaxName)
	c.Phones = []crm.PhoneNumber{{Phone: "+989121234567", Wrong: true}, {Phone: "+982188776655"}, {Phone: "+989351112233"}}
	c.Values = crm.Values{level: "2", newsletter: "yes", remarks: crm.Value(first(w.say("تماس بعدازظهرها"), crm.MaxLong))}
	c.Holder, c.HandedBy, c.HeldSince = omid, sara, w.ago(time.Hour)
	c.Status = crm.StatusState{Status: meeting, Answers: w.answers(), Appointment: w.in(48 * time.Hour), By: sara, At: w.ago(time.Hour)}
	c.Attempts = 2
	c.Reminders = []crm.Reminder{
		{ID: 8, Due: w.ago(30 * time.Minute), Reason: first(w.say("تأیید جلسه"), crm.MaxLine), For: omid},
		{ID: 9, Due: *w.in(47 * time.Hour), For: omid},
	}
	return c
}

func (w world) answers() crm.Values {
	return crm.Values{meetingWeekday: "4", meetingDate: "2026-11-26", meetingTime: "10:05"}
}

// nameless is a customer of whom only the number is known.
func (w world) nameless() crm.Customer {
	return crm.Customer{ID: 42, Version: 1, Phones: []crm.PhoneNumber{{Phone: "+989359876543"}}, Source: manual, LastInquiryAt: w.ago(26 * time.Hour)}
}

// events are one of every kind, newest first.
func (w world) events() []crm.Event {
	long := first(w.say("گفت هفتهٔ بعد دوباره تماس بگیریم."), crm.MaxLong)
	status := crm.Delta{
		Status: &crm.Change[crm.StatusState]{To: crm.StatusState{Status: meeting, Answers: w.answers(), Appointment: w.in(48 * time.Hour)}},
		Holder: &crm.Change[crm.StaffID]{From: sara, To: omid},
		Opened: []crm.Reminder{{ID: 9, Due: *w.in(47 * time.Hour)}},
	}
	moved := crm.Delta{Status: &crm.Change[crm.StatusState]{
		From: crm.StatusState{Status: meeting, Answers: w.answers(), Appointment: w.in(24 * time.Hour)},
		To:   crm.StatusState{Status: meeting, Answers: w.answers(), Appointment: w.in(48 * time.Hour)}}}
	edit := crm.Delta{
		Record: map[string]crm.Change[string]{"name": {To: first(w.say("مریم کریمی"), crm.MaxName)}, "city": {From: first(w.say("تهران"), crm.MaxName), To: first(w.say("شیراز"), crm.MaxName)}},
		Values: map[crm.FieldID]crm.Change[crm.Value]{level: {From: "1", To: "2"}},
	}
	all := []crm.Event{
		{Kind: crm.EventUndone, Actor: omid},
		{Kind: crm.EventNote, Actor: omid, Detail: crm.Detail{Text: long}},
		{Kind: crm.EventStatus, Actor: sara, Delta: status, Detail: crm.Detail{Text: long, To: omid}},
		{Kind: crm.EventStatus, Actor: sara, Delta: moved, Detail: crm.Detail{Reschedule: true}},
		{Kind: crm.EventNoAnswer, Actor: omid, Detail: crm.Detail{Attempt: 2, Next: w.in(24 * time.Hour)}},
		{Kind: crm.EventNoAnswer, Actor: omid, Detail: crm.Detail{Attempt: 5}},
		{Kind: crm.EventWrongNumber, Actor: omid, Detail: crm.Detail{Phone: "+989121234567"}},
		{Kind: crm.EventEdit, Actor: lena, Delta: edit},
		{Kind: crm.EventEdit, Actor: omid, Detail: crm.Detail{Phone: "+989351112233"}},
		{Kind: crm.EventHandOver, Actor: sara, Detail: crm.Detail{To: omid, Text: long}},
		{Kind: crm.EventAccepted, Actor: omid},
		{Kind: crm.EventReturned, Actor: omid, Detail: crm.Detail{To: sara, Text: long}},
		{Kind: crm.EventShared, Actor: sara, Detail: crm.Detail{To: omid}},
		{Kind: crm.EventAsked, Actor: omid, Detail: crm.Detail{To: sara}},
		{Kind: crm.EventLeft, Actor: sara, Detail: crm.Detail{To: omid}},
		{Kind: crm.EventLeft, Actor: sara},
		{Kind: crm.EventRemind, Actor: omid, Detail: crm.Detail{Next: w.in(3 * time.Hour), Text: first(w.say("تأیید جلسه"), crm.MaxLine)}},
		{Kind: crm.EventLater, Actor: omid, Detail: crm.Detail{Next: w.in(time.Hour)}},
		{Kind: crm.EventDone, Actor: omid},
		{Kind: crm.EventTaken, Actor: omid, UndoneBy: 100},
		w.inquiry(true),
		w.inquiry(false),
		{Kind: crm.EventErased, Actor: sara},
	}
	for i := range all {
		all[i].ID, all[i].Customer, all[i].At = crm.EventID(100-i), 41, w.ago(time.Duration(i+2)*time.Hour)
	}
	return all
}

func (w world) inquiry(again bool) crm.Event {
	e := crm.Event{ID: 77, Kind: crm.EventInquiry, At: w.ago(4 * time.Minute), Detail: crm.Detail{Source: instagram,
		Returning: again, Message: first(w.say("سلام، دربارهٔ دورهٔ حسابداری راهنمایی می‌خواهم."), crm.MaxLong)}}
	if again {
		e.Detail.Differs = []crm.Differs{{Field: "city", Value: first(w.say("یزد"), crm.MaxName)}, {Field: "level", Value: "1"}}
	}
	return e
}

// entries are one of every section of a cartable.
func (w world) entries() []crm.InboxEntry {
	fresh, met, nameless := w.fresh(), w.met(), w.nameless()
	return []crm.InboxEntry{
		{Customer: met, Section: crm.Overdue, Due: w.ago(30 * time.Minute)},
		{Customer: met, Section: crm.Today, Due: *w.in(2 * time.Hour)},
		{Customer: fresh, Section: crm.Fresh},
		{Customer: nameless, Section: crm.Rest},
	}
}

func (w world) list() screen.Pasted {
	p := screen.Pasted{Unreadable: []string{w.say("علی بی‌شماره"), w.say("???")}, Repeated: 1}
	for i := range 7 {
		p.Entries = append(p.Entries, crm.ListEntry{Phone: persian.Phone("+98912000000" + string(rune('0'+i))), Name: first(w.say("نادر"), crm.MaxName)})
	}
	p.Entries[1].Name = ""
	return p
}
