package configfile

import (
	"strconv"
	"strings"
	"time"

	"cartable/internal/crm"
	"cartable/internal/persian"
)

// Write is the configuration as a file, with comments in the language of words. dir
// is for the names of the staff.
func Write(c crm.Config, dir crm.Directory, words Words) []byte {
	w := &writer{c: c, dir: dir, words: words}
	lines := w.note("config_note.top")
	lines = append(lines, "format: "+format, "")
	for _, section := range [][]string{w.business(), w.hours(), w.daysOff(), w.holidays(), w.windows(), w.statuses(), w.customer(), w.sources()} {
		lines = append(append(lines, section...), "")
	}
	return []byte(strings.Join(lines[:len(lines)-1], "\n") + "\n")
}

// writer makes the lines of the parts of a file.
type writer struct {
	c     crm.Config
	dir   crm.Directory
	words Words
}

// note is a comment of the catalogue.
func (w *writer) note(key string) []string {
	var out []string
	for line := range strings.SplitSeq(w.words.T(key), "\n") {
		out = append(out, strings.TrimRight("# "+line, " "))
	}
	return out
}

// indented are lines of something inside.
func indented(lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = "  " + l
	}
	return out
}

// entry are the lines of an object as an entry of a list.
func entry(lines []string) []string {
	out := indented(lines)
	if len(out) > 0 {
		out[0] = "- " + lines[0]
	}
	return out
}

// listed is a list with a name; "[]" behind it where it is empty.
func listed(name string, entries [][]string) []string {
	if len(entries) == 0 {
		return []string{name + ": []"}
	}
	out := []string{name + ":"}
	for _, e := range entries {
		out = append(out, indented(entry(e))...)
	}
	return out
}

// object collects the lines of an object, leaving out what is usual.
type object []string

func (o *object) put(name, value string) { *o = append(*o, name+": "+value) }

func (o *object) id(id int64) {
	if id > 0 {
		o.put("id", strconv.FormatInt(id, 10))
	}
}

func (o *object) yes(name string, v bool) {
	if v {
		o.put(name, "true")
	}
}

func (o *object) title(name string, t crm.Title) {
	if t != (crm.Title{}) {
		o.put(name, title(t))
	}
}

func (o *object) flow(name string, parts []string) {
	if len(parts) > 0 {
		o.put(name, "["+strings.Join(parts, ", ")+"]")
	}
}

func (w *writer) business() []string {
	s := w.c.Settings
	var o object
	o.put("name", quote(s.Business))
	o.put("zone", quote(s.Zone))
	o.put("language", string(s.Language))
	o.put("agents_see_all", strconv.FormatBool(s.AgentsSeeAll))
	o.put("retention_days", strconv.Itoa(s.Retention))
	o = append(o, listed("digests", w.people(s.Digests))...)
	o.put("digest_morning", quote(s.DigestAt.Morning))
	o.put("digest_evening", quote(s.DigestAt.Evening))
	return append(append(w.note("config_note.business"), "business:"), indented(o)...)
}

// people are colleagues by name and ID, as entries of a list.
func (w *writer) people(ids []crm.StaffID) [][]string {
	var out [][]string
	for _, id := range ids {
		out = append(out, []string{w.person(id)})
	}
	return out
}

func (w *writer) person(id crm.StaffID) string {
	who := "{"
	if s, ok := w.dir.Staff[id]; ok && s.Name != "" {
		who += "name: " + quote(s.Name) + ", "
	}
	return who + "id: " + strconv.FormatInt(int64(id), 10) + "}"
}

// week are the days as the file calls them, in the order of the Persian week.
var week = []time.Weekday{time.Saturday, time.Sunday, time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}

func dayName(d time.Weekday) string { return strings.ToLower(d.String()) }

func (w *writer) hours() []string {
	lines := w.note("config_note.hours")
	if w.c.Settings.Hours.Empty() {
		return append(lines, "hours: {}")
	}
	lines = append(lines, "hours:")
	for _, d := range week {
		var spans []string
		for _, s := range w.c.Settings.Hours[d] {
			spans = append(spans, clock(s.From)+"-"+clock(s.To))
		}
		if len(spans) > 0 {
			lines = append(lines, "  "+dayName(d)+": ["+strings.Join(spans, ", ")+"]")
		}
	}
	return lines
}

func (w *writer) daysOff() []string {
	var days []string
	for _, d := range w.c.Settings.DaysOff {
		days = append(days, dayName(d))
	}
	return append(w.note("config_note.days_off"), "days_off: ["+strings.Join(days, ", ")+"]")
}

func (w *writer) holidays() []string {
	var entries [][]string
	for _, h := range w.c.Settings.Holidays {
		on := quote(h.Date)
		if day, err := persian.ParseCivil(h.Date); err == nil {
			on = date(day, w.words.Lang())
		}
		entries = append(entries, []string{"{date: " + on + ", title: " + title(h.Title) + "}"})
	}
	return append(w.note("config_note.holidays"), listed("holidays", entries)...)
}

func (w *writer) windows() []string {
	var entries [][]string
	for _, win := range w.c.Settings.Windows {
		entries = append(entries, []string{"{kind: " + string(win.Kind) + ", hours: " + quote(clock(win.From)+"-"+clock(win.To)) + "}"})
	}
	return append(w.note("config_note.routine"), listed("routine", entries)...)
}

func (w *writer) sources() []string {
	var entries [][]string
	for _, s := range w.c.Sources {
		var o object
		o.id(int64(s.ID))
		o.put("kind", string(s.Kind))
		o.put("title", title(s.Title))
		o.yes("retired", s.Retired)
		o = append(o, w.routing(s.Routing)...)
		o = append(o, w.form(s.Form)...)
		entries = append(entries, o)
	}
	return append(w.note("config_note.sources"), listed("sources", entries)...)
}

func (w *writer) routing(r crm.Routing) []string {
	var o object
	o.put("mode", string(r.Way()))
	if r.Person != 0 {
		o.put("person", w.person(r.Person))
	}
	if r.Group != 0 {
		o.put("group", strconv.FormatInt(int64(r.Group), 10))
	}
	for _, wait := range []struct {
		name string
		n    int
	}{{"again_after", r.AgainAfter}, {"tell_after", r.TellAfter}} {
		switch wait.n {
		case 0:
		case crm.Never:
			o.put(wait.name, "never")
		default:
			o.put(wait.name, strconv.Itoa(wait.n))
		}
	}
	if len(o) == 1 {
		return []string{"routing: " + string(r.Way())}
	}
	return append([]string{"routing:"}, indented(o)...)
}

func (w *writer) form(h crm.HostedForm) []string {
	var o object
	o.title("title", h.Title)
	o.title("lead", h.Lead)
	o.title("success", h.Success)
	var questions [][]string
	for _, q := range h.Questions {
		var e object
		e.put("key", quote(q.Key))
		e.yes("required", q.Required)
		e.title("label", q.Label)
		questions = append(questions, e)
	}
	if len(questions) > 0 {
		o = append(o, listed("questions", questions)...)
	}
	if len(o) == 0 {
		return nil
	}
	return append([]string{"form:"}, indented(o)...)
}
