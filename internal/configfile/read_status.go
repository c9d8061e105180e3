package configfile

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"cartable/internal/crm"
	"cartable/internal/persian"
)

// named is an object of the file that others may refer to.
type named struct {
	file    int64 // its ID in the file
	id      int64 // its ID in the configuration
	title   crm.Title
	retired bool
}

func (r *reader) statuses(nodes []*yaml.Node) {
	var objects []mapping
	var file, live []thing
	seen := map[int64]*yaml.Node{}
	for _, n := range nodes {
		m := r.mapping(n, "id", "title", "emoji", "retired", "cartable", "next", "reminder", "offers", "ends", "after", "appointment", "fields")
		objects = append(objects, m)
		file = append(file, thing{id: m.id(seen), title: m.title("title"), retired: m.yes("retired", false)})
	}
	for _, s := range r.live.Statuses {
		live = append(live, thing{id: int64(s.ID), title: s.Title, retired: s.Retired})
	}
	r.out.Statuses = nil
	var all []named
	for i, at := range match(file, live) {
		old := crm.Status{ID: crm.StatusID(-1 - i)}
		if at >= 0 {
			old = r.live.Statuses[at]
		}
		s := r.status(objects[i], file[i], old)
		r.out.Statuses = append(r.out.Statuses, s)
		all = append(all, named{file[i].id, int64(s.ID), s.Title, s.Retired})
	}
	for i, m := range objects {
		for _, n := range m.oneOrMore("after") {
			if n.Kind == yaml.ScalarNode && n.Tag == "!!int" && n.Value == "0" {
				r.out.Statuses[i].After = append(r.out.Statuses[i].After, 0)
			} else if id, ok := r.refer(n, "after", "mistake.unknown_status", all); ok {
				r.out.Statuses[i].After = append(r.out.Statuses[i].After, crm.StatusID(id))
			}
		}
		after := r.out.Statuses[i].After
		slices.Sort(after)
		r.out.Statuses[i].After = slices.Compact(after)
	}
}

// refer finds what a title or an ID of the file refers to: what is in use first.
func (r *reader) refer(n *yaml.Node, name, mistake string, all []named) (int64, bool) {
	s, ok := r.scalar(n, name)
	if !ok {
		return 0, false
	}
	var titles []string
	for _, retired := range []bool{false, true} {
		for _, x := range all {
			if x.retired != retired {
				continue
			}
			titles = append(titles, x.title.Text)
			if n.Tag == "!!int" && x.file != 0 && n.Value == strconv.FormatInt(x.file, 10) ||
				n.Tag != "!!int" && key(x.title) == key(crm.Title{Text: s}) {
				return x.id, true
			}
		}
	}
	const most = 8 // titles that a message names
	r.add(n, mistake, "Value", shortValue(n), "Want", strings.Join(titles[:min(most, len(titles))], ", "), "Near", near(s, titles))
	return 0, false
}

// status reads a status that is old, or new with the ID of old.
func (r *reader) status(m mapping, is thing, old crm.Status) crm.Status {
	id := int64(old.ID)
	r.places[place{crm.ObjectStatus, id, ""}] = m.node
	m.needed("title")
	s := crm.Status{ID: old.ID, Version: old.Version, Title: is.title, Retired: is.retired}
	s.Emoji, _ = m.scalar("emoji")
	s.Cartable = crm.CartableRule(m.one("cartable", string(crm.CartableStay), "none", "next", "stay"))
	s.Next = r.next(m)
	s.Reminder = crm.ReminderRule(m.reminder())
	s.Ends = crm.Ending(m.one("ends", "open", "open", "won", "lost", "blocked"))
	if s.Ends == "open" {
		s.Ends = crm.Open
	}
	for _, n := range m.oneOrMore("offers") {
		if o, ok := r.offer(n); ok {
			s.Offers = append(s.Offers, o)
		}
	}
	all := r.fields(m.list("fields"), slices.Concat(old.Fields, old.RetiredFields), old.ID)
	for _, f := range all {
		if f.Retired {
			s.RetiredFields = append(s.RetiredFields, f)
		} else {
			s.Fields = append(s.Fields, f)
		}
	}
	r.appointment(m, &s)
	r.mark(crm.ObjectStatus, id, m.parts, "title", "emoji", "cartable", "next", "reminder", "offers", "ends", "after", "fields")
	if n := m.parts["appointment"]; n != nil {
		r.places[place{crm.ObjectStatus, id, "appointment_date"}] = n
	}
	return s
}

// reminder is "yes", "no" or "optional", however yes and no are written.
func (m mapping) reminder() string {
	s, ok := m.scalar("reminder")
	if v, err := persian.ReadYesNo(s); ok && err == nil {
		if v {
			return string(crm.ReminderYes)
		}
		return string(crm.ReminderNo)
	}
	return m.one("reminder", string(crm.ReminderNo), "yes", "no", "optional")
}

// next is who may be next: a word, a role, or people.
func (r *reader) next(m mapping) crm.NextRule {
	anyone := crm.NextRule{Mode: crm.NextAnyone}
	n := m.parts["next"]
	if null(n) {
		return anyone
	}
	if n.Kind == yaml.ScalarNode {
		return crm.NextRule{Mode: crm.NextMode(m.one("next", "anyone", "anyone", "last"))}
	}
	rule := r.mapping(n, "role", "people")
	if rule.has("role") == rule.has("people") {
		r.add(n, "mistake.next")
		return anyone
	}
	if rule.has("role") {
		role := rule.one("role", "", string(crm.Agent), string(crm.Manager), string(crm.Owner))
		if role == "" {
			return anyone
		}
		return crm.NextRule{Mode: crm.NextRole, Role: crm.Role(role)}
	}
	people := r.people(rule.oneOrMoreObjects("people"))
	if len(people) == 0 {
		return anyone
	}
	return crm.NextRule{Mode: crm.NextPeople, People: people}
}

var offerForms = []struct {
	kind crm.OfferKind
	form *regexp.Regexp
}{
	{crm.OfferBefore, regexp.MustCompile(`^(\d{1,6}) minutes? before$`)},
	{crm.OfferMinutes, regexp.MustCompile(`^in (\d{1,6}) minutes?$`)},
	{crm.OfferDays, regexp.MustCompile(`^in (\d{1,6}) days? at (\d{1,2}:\d{2})$`)},
	{crm.OfferEvening, regexp.MustCompile(`^evening before$`)},
	{crm.OfferMorning, regexp.MustCompile(`^morning of$`)},
}

// offer reads a moment that a reminder proposes.
func (r *reader) offer(n *yaml.Node) (crm.Offer, bool) {
	s, ok := r.scalar(n, "offers")
	if !ok {
		return crm.Offer{}, false
	}
	said := strings.Join(strings.Fields(strings.ToLower(persian.ASCIIDigits(s))), " ")
	for _, f := range offerForms {
		m := f.form.FindStringSubmatch(said)
		if m == nil {
			continue
		}
		o := crm.Offer{Kind: f.kind}
		switch f.kind {
		case crm.OfferBefore, crm.OfferMinutes:
			o.Minutes, _ = strconv.Atoi(m[1])
		case crm.OfferDays:
			o.Days, _ = strconv.Atoi(m[1])
			at, ok := minute(m[2])
			if o.At = clock(at); !ok || at == crm.MinutesOfDay {
				continue
			}
		}
		var probe crm.Config
		probe.Statuses = []crm.Status{{ID: 1}}
		if probe.SetOffers(1, []crm.Offer{o}) == nil {
			return o, true
		}
	}
	r.add(n, "mistake.offer", "Value", shortValue(n))
	return crm.Offer{}, false
}

// appointment reads which fields of the status make its appointment.
func (r *reader) appointment(m mapping, s *crm.Status) {
	nodes := m.oneOrMore("appointment")
	if len(nodes) > 2 {
		r.add(m.parts["appointment"], "problem.appointment", "Title", s.Title.Text)
		return
	}
	var ids []crm.FieldID
	for _, n := range nodes {
		id, ok := r.refer(n, "appointment", "mistake.unknown_field", r.fieldNames(slices.Concat(s.Fields, s.RetiredFields)))
		if !ok {
			return
		}
		ids = append(ids, crm.FieldID(id))
	}
	if len(ids) > 0 {
		s.AppointmentDate = ids[0]
	}
	if len(ids) > 1 {
		s.AppointmentTime = ids[1]
	}
}
