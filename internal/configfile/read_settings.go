package configfile

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"cartable/internal/crm"
	"cartable/internal/persian"
)

func (r *reader) business(n *yaml.Node) {
	s := &r.out.Settings
	m := r.mapping(n, "name", "zone", "language", "agents_see_all", "retention_days", "digests",
		"digest_morning", "digest_evening")
	if name, ok := m.scalar("name"); ok {
		if len([]rune(name)) > crm.MaxTitle {
			r.add(m.parts["name"], "mistake.long", "Name", "name", "Limit", strconv.Itoa(crm.MaxTitle))
		} else {
			s.Business = name
		}
	}
	if zone, ok := m.scalar("zone"); ok {
		probe := crm.Config{}
		if probe.SetZone(zone) != nil {
			r.add(m.parts["zone"], "mistake.zone", "Value", shortValue(m.parts["zone"]))
		} else {
			s.Zone = zone
		}
	}
	s.Language = crm.Language(m.one("language", string(s.Language), string(crm.Persian), string(crm.English)))
	s.AgentsSeeAll = m.yes("agents_see_all", s.AgentsSeeAll)
	s.Retention = int(m.number("retention_days", int64(s.Retention), 0, crm.MaxRetention))
	if m.keys["digests"] != nil {
		s.Digests = r.people(m.oneOrMoreObjects("digests"))
		r.mark(crm.ObjectSettings, 0, m.keys, "digests")
	}
	s.DigestAt.Morning = r.clock(m, "digest_morning", s.DigestAt.Morning)
	s.DigestAt.Evening = r.clock(m, "digest_evening", s.DigestAt.Evening)
}

// clock reads a time of the day; "" is written as a text without anything.
func (r *reader) clock(m mapping, name, usual string) string {
	n := m.parts[name]
	if n == nil {
		return usual
	}
	if null(n) || n.Value == "" {
		return ""
	}
	s, ok := m.scalar(name)
	if !ok {
		return usual
	}
	at, known := minute(s)
	if !known || at == crm.MinutesOfDay {
		r.add(n, "mistake.clock", "Value", shortValue(n))
		return usual
	}
	return clock(at)
}

// oneOrMoreObjects is list, of one entry where no list is written.
func (m mapping) oneOrMoreObjects(name string) []*yaml.Node {
	if n := m.parts[name]; !null(n) && n.Kind != yaml.SequenceNode {
		return []*yaml.Node{n}
	}
	return m.list(name)
}

// day reads the name of a day of the week, in either language.
func day(s string) (time.Weekday, bool) {
	d, err := persian.ReadWeekday(s)
	return d, err == nil
}

func dayNames() []string {
	var out []string
	for _, d := range week {
		out = append(out, dayName(d))
	}
	return out
}

func (r *reader) hours(n *yaml.Node) {
	r.out.Settings.Hours = crm.Week{}
	if null(n) {
		return
	}
	if n.Kind != yaml.MappingNode {
		r.add(n, "mistake.want_object", "Value", shortValue(n), "Want", strings.Join(dayNames(), ", "))
		return
	}
	seen := map[time.Weekday]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, spans := n.Content[i], n.Content[i+1]
		d, ok := day(name.Value)
		switch {
		case !ok:
			r.add(name, "mistake.day", "Value", shortValue(name), "Want", strings.Join(dayNames(), ", "))
		case seen[d] != 0:
			r.add(name, "mistake.key_twice", "Name", name.Value, "Other", strconv.Itoa(seen[d]))
		default:
			seen[d] = name.Line
			r.out.Settings.Hours[d] = r.spans(name, spans)
		}
	}
}

// spans reads "08:00-13:00, 14:00-17:00", as a text or as a list.
func (r *reader) spans(name, n *yaml.Node) []crm.Span {
	parts := []*yaml.Node{n}
	switch {
	case null(n):
		return nil
	case n.Kind == yaml.SequenceNode:
		parts = n.Content
	}
	var out []crm.Span
	for _, part := range parts {
		text, ok := r.scalar(part, name.Value)
		if !ok {
			continue
		}
		for _, s := range strings.FieldsFunc(text, func(c rune) bool { return c == ',' || c == '،' }) {
			from, to, _ := strings.Cut(strings.NewReplacer("–", "-", " ", "").Replace(s), "-")
			a, ok := minute(from)
			b, also := minute(to)
			if !ok || !also || !(crm.Span{From: a, To: b}).Valid() {
				r.add(part, "mistake.span", "Value", shortValue(part))
				continue
			}
			out = append(out, crm.Span{From: a, To: b})
		}
	}
	if (crm.Week{out}).Check() != nil {
		r.add(name, "mistake.overlap", "Name", name.Value)
		return nil
	}
	return out
}

var clockForm = regexp.MustCompile(`^(\d{1,2}):(\d{2})$`)

// minute reads a time of the day; 24:00 is its end.
func minute(s string) (int, bool) {
	m := clockForm.FindStringSubmatch(persian.ASCIIDigits(strings.TrimSpace(s)))
	if m == nil {
		return 0, false
	}
	h, _ := strconv.Atoi(m[1])
	minutes, _ := strconv.Atoi(m[2])
	return h*60 + minutes, minutes < 60 && h*60+minutes <= crm.MinutesOfDay
}

func (r *reader) windows(m mapping) {
	entries := m.list("routine")
	if len(entries) > crm.MaxWindows {
		r.add(m.keys["routine"], "problem.too_many", "Title", "routine", "Limit", strconv.Itoa(crm.MaxWindows))
		return
	}
	var all []crm.Window
	for _, n := range entries {
		w := r.mapping(n, "kind", "hours")
		w.needed("kind", string(crm.WindowEntry), string(crm.WindowCalling))
		w.needed("hours")
		kind := crm.WindowKind(w.one("kind", "", string(crm.WindowEntry), string(crm.WindowCalling)))
		if !w.has("hours") || kind == "" {
			continue
		}
		var probe crm.Config
		for _, span := range r.spans(w.keys["hours"], w.parts["hours"]) {
			one := crm.Window{Kind: kind, From: span.From, To: span.To}
			if probe.SetWindows([]crm.Window{one}) != nil {
				r.add(w.parts["hours"], "mistake.span", "Value", shortValue(w.parts["hours"]))
				continue
			}
			all = append(all, one)
		}
	}
	var probe crm.Config
	if err := probe.SetWindows(all); err != nil {
		r.add(m.keys["routine"], "mistake.overlap", "Name", "routine")
		return
	}
	r.out.Settings.Windows = probe.Settings.Windows
}

func (r *reader) daysOff(m mapping) {
	var off []time.Weekday
	for _, n := range m.oneOrMore("days_off") {
		s, ok := r.scalar(n, "days_off")
		if !ok {
			continue
		}
		d, known := day(s)
		if !known {
			r.add(n, "mistake.day", "Value", shortValue(n), "Want", strings.Join(dayNames(), ", "))
			continue
		}
		off = append(off, d)
	}
	slices.Sort(off)
	r.out.Settings.DaysOff = slices.Compact(off)
}

func (r *reader) holidays(m mapping) {
	entries := m.list("holidays")
	if len(entries) > crm.MaxHolidays {
		r.add(m.keys["holidays"], "problem.too_many", "Title", "holidays", "Limit", strconv.Itoa(crm.MaxHolidays))
		return
	}
	var probe crm.Config
	var all []crm.Holiday
	for _, n := range entries {
		h := r.mapping(n, "date", "title")
		h.needed("date")
		h.needed("title")
		on, ok := h.scalar("date")
		t := h.title("title")
		day, known := civil(on)
		switch {
		case ok && !known:
			r.add(h.parts["date"], "mistake.date", "Value", shortValue(h.parts["date"]))
		case ok && h.has("title"):
			one := crm.Holiday{Date: day.String(), Title: t}
			if probe.SetHolidays([]crm.Holiday{one}) != nil {
				r.add(h.parts["title"], "mistake.long", "Name", "title", "Limit", strconv.Itoa(crm.MaxTitle))
				continue
			}
			all = append(all, one)
		}
	}
	if probe.SetHolidays(all) == nil {
		r.out.Settings.Holidays = probe.Settings.Holidays
	}
}

var dateForm = regexp.MustCompile(`^(\d{4})[-/](\d{1,2})[-/](\d{1,2})$`)

// civil reads a date of either calendar, which their years tell apart.
func civil(s string) (persian.Civil, bool) {
	m := dateForm.FindStringSubmatch(persian.ASCIIDigits(s))
	if m == nil {
		return persian.Civil{}, false
	}
	year, _ := strconv.Atoi(m[1])
	month, _ := strconv.Atoi(m[2])
	of, _ := strconv.Atoi(m[3])
	const lastJalali = 1700
	if year < lastJalali {
		d := persian.Date{Year: year, Month: month, Day: of}
		if !d.Valid() {
			return persian.Civil{}, false
		}
		return d.Gregorian(), true
	}
	c := persian.Civil{Year: year, Month: time.Month(month), Day: of}
	return c, c.Valid()
}

// people reads colleagues, each by name, ID or both.
func (r *reader) people(nodes []*yaml.Node) []crm.StaffID {
	var out []crm.StaffID
	for _, n := range nodes {
		if id := r.person(n); id != 0 {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// person is a colleague; 0 where it is not clear who. An ID and a name that are of two
// people are a mistake, unless the name is one's alone: then the file comes from
// another installation.
func (r *reader) person(n *yaml.Node) crm.StaffID {
	var name string
	var id crm.StaffID
	switch {
	case n.Kind == yaml.MappingNode:
		m := r.mapping(n, "name", "id")
		name, _ = m.scalar("name")
		id = crm.StaffID(m.number("id", 0, 1, 1<<53))
	case n.Kind == yaml.ScalarNode && n.Tag == "!!int":
		v, _ := strconv.ParseInt(n.Value, 10, 64)
		id = crm.StaffID(v)
	default:
		name, _ = r.scalar(n, "name")
	}
	who, known := r.dir.Staff[id]
	if known && (name == "" || alike(who.Name, name)) {
		return id
	}
	var called []crm.StaffID
	var names []string
	for _, s := range r.dir.ActiveStaff() {
		names = append(names, s.Name)
		if name != "" && alike(s.Name, name) {
			called = append(called, s.ID)
		}
	}
	switch {
	case len(called) == 1:
		return called[0]
	case len(called) > 1:
		r.add(n, "mistake.namesakes", "Value", name)
	case known:
		r.add(n, "mistake.other_person", "Value", name, "Other", who.Name)
	default:
		value := name
		if value == "" {
			value = strconv.FormatInt(int64(id), 10)
		}
		r.add(n, "mistake.unknown_person", "Value", value, "Want", strings.Join(names, ", "), "Near", near(name, names))
	}
	return 0
}

func alike(a, b string) bool {
	return strings.TrimSpace(a) == strings.TrimSpace(b) ||
		persian.CompactKey(a) != "" && persian.CompactKey(a) == persian.CompactKey(b)
}
