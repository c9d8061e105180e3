package crm

import (
	"slices"
	"strconv"
)

func (p *problems) statuses() {
	var before []Title
	for _, s := range p.c.Statuses {
		at := Path{Kind: ObjectStatus, ID: int64(s.ID)}
		p.values(at, s)
		if s.Retired {
			continue
		}
		p.title(at, "", s.Title, before)
		before = append(before, s.Title)
		p.status(at, s)
	}
	switch {
	case len(before) == 0:
		p.add(Path{Kind: ObjectSettings, Part: "statuses"}, ProblemNoStatuses)
	case len(before) > MaxStatuses:
		p.add(Path{Kind: ObjectSettings, Part: "statuses"}, ProblemTooMany, "Limit", strconv.Itoa(MaxStatuses))
	}
	p.order()
}

// values looks at what could not even be stored.
func (p *problems) values(at Path, s Status) {
	add := func(part, key string, args ...string) {
		at.Part = part
		p.add(at, key, append([]string{"Title", s.Title.Text}, args...)...)
	}
	if !slices.Contains([]CartableRule{CartableNone, CartableNext, CartableStay}, s.Cartable) {
		add("cartable", ProblemValue)
	}
	if !slices.Contains([]ReminderRule{ReminderNo, ReminderYes, ReminderOptional}, s.Reminder) {
		add("reminder", ProblemValue)
	}
	if !slices.Contains([]Ending{Open, Won, Lost, Blocked}, s.Ends) {
		add("ends", ProblemValue)
	}
	if len([]rune(s.Emoji)) > MaxEmoji {
		add("emoji", ProblemLong, "Limit", strconv.Itoa(MaxEmoji))
	}
	if !s.Next.valid() {
		add("next", ProblemValue)
	}
	if !s.appointmentFits() {
		add("appointment_date", ProblemAppointment)
	}
	for _, f := range s.Fields {
		if !s.weekdayFits(f) {
			p.add(Path{Kind: ObjectField, ID: int64(f.ID), Status: s.ID, Part: "derived"}, ProblemWeekday, "Title", f.Title.Text)
		}
	}
}

func (p *problems) status(at Path, s Status) {
	if s.Cartable == CartableNext {
		at.Part = "next"
		p.people(at, s.Title.Text, s.Next.People)
	}
	p.offers(at, s)
	at.Part = "fields"
	p.fields(at, s.Title.Text, s.Fields, s.ID)
}

func (p *problems) offers(at Path, s Status) {
	at.Part = "offers"
	if len(s.Offers) > MaxOffers {
		p.add(at, ProblemTooMany, "Title", s.Title.Text, "Limit", strconv.Itoa(MaxOffers))
	}
	for _, o := range s.Offers {
		switch {
		case !o.valid():
			p.add(at, ProblemValue, "Title", s.Title.Text)
		case o.Relative() && s.Reminder != ReminderNo && !s.Dates(o.Kind):
			p.add(at, ProblemOffer, "Title", s.Title.Text)
		}
	}
}

// order looks for statuses that no order leads to. Who has no status yet is where
// every order begins.
func (p *problems) order() {
	reached := map[StatusID]bool{0: true}
	opens := func(s Status) bool {
		return len(s.After) == 0 || slices.ContainsFunc(s.After, func(id StatusID) bool { return reached[id] })
	}
	for grew := true; grew; {
		grew = false
		for _, s := range p.c.Statuses {
			if !s.Retired && !reached[s.ID] && opens(s) {
				reached[s.ID], grew = true, true
			}
		}
	}
	for _, s := range p.c.Statuses {
		at := Path{Kind: ObjectStatus, ID: int64(s.ID), Part: "after"}
		if s.Retired {
			continue
		}
		for _, id := range s.After {
			if id != 0 && p.c.status(id) == nil {
				p.add(at, ProblemUnknown, "Title", s.Title.Text)
			}
		}
		if !reached[s.ID] {
			p.add(at, ProblemUnreachable, "Title", s.Title.Text)
		}
	}
}

func (p *problems) sources() {
	inUse := 0
	for _, s := range p.c.Sources {
		at := func(part string) Path { return Path{Kind: ObjectSource, ID: int64(s.ID), Part: part} }
		if !slices.Contains(append(SourceKinds(), SourceManual), s.Kind) {
			p.add(at("kind"), ProblemValue, "Title", s.Title.Text)
		}
		if s.Retired {
			if s.Kind == SourceManual {
				p.add(at("retired"), ProblemBuiltIn, "Title", s.Title.Text)
			}
			continue
		}
		p.title(at(""), "", s.Title, nil)
		inUse++
		switch r := s.Routing; {
		case r.Mode == RoutePerson && r.Person == 0:
			p.add(at("routing"), ProblemNoRecipient, "Title", s.Title.Text)
		case r.check() != nil:
			p.add(at("routing"), ProblemValue, "Title", s.Title.Text)
		case r.Mode == RoutePerson:
			p.people(at("routing"), s.Title.Text, []StaffID{r.Person})
		default:
			p.group(at("routing"), s.Title.Text, r.Place())
		}
		p.form(s)
	}
	if inUse > MaxSources {
		p.add(Path{Kind: ObjectSettings, Part: "sources"}, ProblemTooMany, "Limit", strconv.Itoa(MaxSources))
	}
}

// form looks at what the hosted form of a source says and asks.
func (p *problems) form(s Source) {
	at := Path{Kind: ObjectSource, ID: int64(s.ID), Part: "form"}
	long := func(t Title, limit int) {
		if longer(t, limit) {
			p.add(at, ProblemLong, "Title", s.Title.Text, "Limit", strconv.Itoa(limit))
		}
	}
	long(s.Form.Title, MaxTitle)
	long(s.Form.Lead, MaxHelp)
	long(s.Form.Success, MaxHelp)
	if len(s.Form.Questions) > MaxFormQuestions {
		p.add(at, ProblemTooMany, "Title", s.Title.Text, "Limit", strconv.Itoa(MaxFormQuestions))
	}
	asked := map[string]bool{}
	for _, q := range s.Form.Questions {
		long(q.Label, MaxTitle)
		known := slices.Contains(FormKeys(), q.Key) || slices.ContainsFunc(p.c.Fields, func(f Field) bool {
			return f.Key == q.Key // a retired one is not asked until it is back
		})
		if !known || asked[q.Key] {
			p.add(at, ProblemQuestion, "Title", s.Title.Text, "Other", q.Key)
		}
		asked[q.Key] = true
	}
}
