package crm

import (
	"slices"
	"strconv"
	"strings"
)

// Path is where in a configuration something is: an object and a part of it.
type Path struct {
	Kind   ObjectKind `json:"kind"`
	ID     int64      `json:"id,omitempty"`     // of the object; 0 for settings
	Status StatusID   `json:"status,omitempty"` // of a field: its status; 0 for the customer's
	Part   string     `json:"part"`             // named as in JSON: "title", "choices/3"
}

// String is the path in one line, for logs and files: "status/3/next".
func (p Path) String() string {
	parts := []string{string(p.Kind)}
	if p.Status != 0 {
		parts = append([]string{string(ObjectStatus), strconv.FormatInt(int64(p.Status), 10)}, parts...)
	}
	if p.ID != 0 {
		parts = append(parts, strconv.FormatInt(p.ID, 10))
	}
	return strings.Join(append(parts, p.Part), "/")
}

// Problem is why a configuration cannot be in force.
type Problem struct {
	Path Path   `json:"path"`
	Key  string `json:"key"`
	// Args are for its wording: "Title" of the object, "Other" title, "Name" of a
	// colleague, "Limit".
	Args map[string]string `json:"args,omitempty"`
}

// The keys of problems.
const (
	ProblemEmpty       = "empty"        // a title is missing
	ProblemLong        = "long"         // a text is over Limit
	ProblemDuplicate   = "duplicate"    // Other has the same title in the same list
	ProblemTooMany     = "too_many"     // more than Limit in a list
	ProblemValue       = "value"        // not one of the values that there are, or out of bounds
	ProblemNoChoices   = "no_choices"   // a choice field without choices
	ProblemAppointment = "appointment"  // its fields are missing or of the wrong type
	ProblemWeekday     = "weekday"      // a derived day without the date that it follows
	ProblemOffer       = "offer"        // relative to an appointment that there is none of
	ProblemColleague   = "colleague"    // Name is not active
	ProblemUnreachable = "unreachable"  // no order of statuses leads to it
	ProblemUnknown     = "unknown"      // names something that is not there
	ProblemFixed       = "fixed"        // a type, a kind or a place that never changes
	ProblemBuiltIn     = "built_in"     // cannot be retired
	ProblemTwice       = "twice"        // one ID or key for two things
	ProblemQuestion    = "question"     // a form asks for a field that is not there, or twice
	ProblemNoStatuses  = "no_statuses"  // none is in use
	ProblemConflict    = "conflict"     // Name published another change of the same thing, or of the order (Part "order")
	ProblemNoRecipient = "no_recipient" // a lead is to go to one person, and nobody is named
	ProblemGroup       = "group"        // leads are to be offered in a group that the bot is not in
)

// problems collects what is wrong with c.
type problems struct {
	c    *Config
	dir  Directory
	list []Problem
}

func (p *problems) add(at Path, key string, args ...string) {
	problem := Problem{Path: at, Key: key}
	for i := 0; i+1 < len(args); i += 2 {
		if problem.Args == nil {
			problem.Args = map[string]string{}
		}
		problem.Args[args[i]] = args[i+1]
	}
	p.list = append(p.list, problem)
}

// first is the first problem as an error about something with this title.
func (p *problems) first(title Title) error {
	if len(p.list) == 0 {
		return nil
	}
	return &Error{Code: Invalid, Key: KeyConfigProblems, Title: title, Problems: p.list}
}

// Problems is why c cannot be in force, in its order; none when it can. What is
// retired is not looked at. dir is for the staff and the groups alone.
func (c Config) Problems(dir Directory) []Problem {
	c = c.canonical()
	p := &problems{c: &c, dir: dir}
	p.settings()
	p.identities()
	p.statuses()
	p.fields(Path{Kind: ObjectSettings, Part: "fields"}, "", c.Fields, 0)
	p.sources()
	return p.list
}

func (p *problems) settings() {
	s := p.c.Settings
	at := func(part string) Path { return Path{Kind: ObjectSettings, Part: part} }
	if len([]rune(s.Business)) > MaxTitle {
		p.add(at("business"), ProblemLong, "Limit", strconv.Itoa(MaxTitle))
	}
	if !validZone(s.Zone) {
		p.add(at("zone"), ProblemValue)
	}
	if s.Language != Persian && s.Language != English {
		p.add(at("language"), ProblemValue)
	}
	if s.Retention < 0 || s.Retention > MaxRetention {
		p.add(at("retention"), ProblemValue)
	}
	p.people(at("digests"), "", s.Digests)
	probe := Config{}
	if probe.SetHours(s.Hours, s.DaysOff) != nil {
		p.add(at("hours"), ProblemValue)
	}
	if probe.SetHolidays(s.Holidays) != nil {
		p.add(at("holidays"), ProblemValue)
	}
	if probe.SetWindows(s.Windows) != nil {
		p.add(at("windows"), ProblemValue)
	}
	if probe.SetDigestAt(s.DigestAt) != nil {
		p.add(at("digest_at"), ProblemValue)
	}
}

// identities looks for IDs and keys that name two things.
func (p *problems) identities() {
	ids := map[Path]bool{}
	once := func(at Path) {
		if ids[at] {
			p.add(at, ProblemTwice)
		}
		ids[at] = true
	}
	keys := map[string]bool{}
	for _, s := range p.c.Statuses {
		once(Path{Kind: ObjectStatus, ID: int64(s.ID), Part: "id"})
	}
	for _, list := range p.c.fieldLists() {
		for _, f := range list {
			once(Path{Kind: ObjectField, ID: int64(f.ID), Part: "id"})
			if f.Status == 0 && (keys[f.Key] || f.Key == "") {
				p.add(Path{Kind: ObjectField, ID: int64(f.ID), Part: "key"}, ProblemTwice, "Title", f.Title.Text)
			}
			keys[f.Key] = keys[f.Key] || f.Status == 0
			if !slices.Contains(FieldTypes(), f.Type) {
				p.add(Path{Kind: ObjectField, ID: int64(f.ID), Status: f.Status, Part: "type"}, ProblemValue, "Title", f.Title.Text)
			}
			if f.Status == 0 && f.Derived != 0 {
				p.add(Path{Kind: ObjectField, ID: int64(f.ID), Part: "derived"}, ProblemWeekday, "Title", f.Title.Text)
			}
		}
	}
	for _, s := range p.c.Sources {
		once(Path{Kind: ObjectSource, ID: int64(s.ID), Part: "id"})
	}
}

// title looks at a title among those of its list.
func (p *problems) title(at Path, of string, t Title, before []Title) {
	at.Part = "title"
	p.named(at, of, t, before)
}

// named looks at a title of something in the list of what is called of; "" for one
// of the configuration itself.
func (p *problems) named(at Path, of string, t Title, before []Title) {
	switch {
	case t.Text == "":
		p.add(at, ProblemEmpty, "Title", of)
	case longer(t, MaxTitle):
		p.add(at, ProblemLong, "Title", t.Text, "Limit", strconv.Itoa(MaxTitle))
	}
	for _, other := range before {
		if t.Text != "" && titleKey(other) == titleKey(t) {
			p.add(at, ProblemDuplicate, "Title", t.Text, "Other", other.Text)
			return
		}
	}
}

// people looks for colleagues who are not active.
func (p *problems) people(at Path, title string, ids []StaffID) {
	for _, id := range ids {
		if s, ok := p.dir.Staff[id]; !ok || !s.Active() {
			p.add(at, ProblemColleague, "Title", title, "Name", s.Name)
		}
	}
}

// group looks for a group that the bot is not in.
func (p *problems) group(at Path, title string, id GroupID) {
	if g, ok := p.dir.Groups[id]; id != 0 && (!ok || g.Left) {
		p.add(at, ProblemGroup, "Title", title, "Name", g.Title)
	}
}

// fields looks at a list of fields: that of a status with this title, or the
// customer's.
func (p *problems) fields(all Path, title string, list []Field, of StatusID) {
	var before []Title
	for _, f := range list {
		if f.Retired {
			continue
		}
		part := func(name string) Path { return Path{Kind: ObjectField, ID: int64(f.ID), Status: of, Part: name} }
		p.title(part("title"), title, f.Title, before)
		before = append(before, f.Title)
		if longer(f.Help, MaxHelp) {
			p.add(part("help"), ProblemLong, "Title", f.Title.Text, "Limit", strconv.Itoa(MaxHelp))
		}
		p.choices(part, f)
	}
	if len(before) > MaxFields {
		p.add(all, ProblemTooMany, "Title", title, "Limit", strconv.Itoa(MaxFields))
	}
}

func (p *problems) choices(part func(string) Path, f Field) {
	if f.Type != Choice && f.Type != Choices {
		if len(f.Choices) > 0 {
			p.add(part("choices"), ProblemValue, "Title", f.Title.Text)
		}
		return
	}
	var before []Title
	ids := map[ChoiceID]bool{}
	for _, o := range f.Choices {
		at := part("choices/" + strconv.FormatInt(int64(o.ID), 10))
		if o.ID <= 0 || ids[o.ID] {
			p.add(at, ProblemTwice, "Title", o.Title.Text)
		}
		ids[o.ID] = true
		if o.Retired {
			continue
		}
		p.named(at, f.Title.Text, o.Title, before)
		before = append(before, o.Title)
	}
	switch {
	case len(before) == 0:
		p.add(part("choices"), ProblemNoChoices, "Title", f.Title.Text)
	case len(before) > MaxChoices:
		p.add(part("choices"), ProblemTooMany, "Title", f.Title.Text, "Limit", strconv.Itoa(MaxChoices))
	}
}
