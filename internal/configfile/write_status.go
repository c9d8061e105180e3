package configfile

import (
	"fmt"
	"slices"
	"strconv"

	"cartable/internal/crm"
)

func (w *writer) statuses() []string {
	var entries [][]string
	for _, s := range w.c.Statuses {
		entries = append(entries, w.status(s))
	}
	return append(w.note("config_note.statuses"), listed("statuses", entries)...)
}

func (w *writer) status(s crm.Status) []string {
	var o object
	o.id(int64(s.ID))
	o.put("title", title(s.Title))
	if s.Emoji != "" {
		o.put("emoji", quote(s.Emoji))
	}
	o.yes("retired", s.Retired)
	o.put("cartable", string(s.Cartable))
	o = append(o, w.next(s.Next)...)
	o.put("reminder", string(s.Reminder))
	var offers [][]string
	for _, offer := range s.Offers {
		offers = append(offers, []string{offerText(offer)})
	}
	if len(offers) > 0 {
		o = append(o, listed("offers", offers)...)
	}
	if s.Ends != crm.Open {
		o.put("ends", string(s.Ends))
	}
	var after []string
	for _, id := range s.After {
		after = append(after, w.statusRef(id))
	}
	o.flow("after", after)
	fields := slices.Concat(s.Fields, s.RetiredFields)
	var appointment []string
	for _, id := range []crm.FieldID{s.AppointmentDate, s.AppointmentTime} {
		if id != 0 {
			appointment = append(appointment, fieldRef(fields, id))
		}
	}
	o.flow("appointment", appointment)
	if len(fields) > 0 {
		o = append(o, listed("fields", w.fields(fields))...)
	}
	return o
}

func (w *writer) next(r crm.NextRule) []string {
	switch r.Mode {
	case crm.NextRole:
		return []string{"next: {role: " + string(r.Role) + "}"}
	case crm.NextPeople:
		return append([]string{"next:"}, indented(listed("people", w.people(r.People)))...)
	case crm.NextLast:
		return []string{"next: last"}
	default:
		return nil
	}
}

// offerText is an offer as people say it.
func offerText(o crm.Offer) string {
	switch o.Kind {
	case crm.OfferBefore:
		return strconv.Itoa(o.Minutes) + " minutes before"
	case crm.OfferMinutes:
		return fmt.Sprintf("in %d minutes", o.Minutes)
	case crm.OfferDays:
		return fmt.Sprintf("in %d days at %s", o.Days, o.At)
	case crm.OfferEvening:
		return "evening before"
	default:
		return "morning of"
	}
}

// statusRef names a status by its title, where only it is called so; 0 is no status.
func (w *writer) statusRef(id crm.StatusID) string {
	s, _ := w.c.Status(id)
	alike := 0
	for _, other := range w.c.Statuses {
		if key(other.Title) == key(s.Title) {
			alike++
		}
	}
	if alike != 1 {
		return strconv.FormatInt(int64(id), 10)
	}
	return quote(s.Title.Text)
}

// fieldRef names a field of a status likewise.
func fieldRef(among []crm.Field, id crm.FieldID) string {
	var name string
	alike := 0
	for _, f := range among {
		if f.ID == id {
			name = f.Title.Text
		}
	}
	for _, f := range among {
		if key(f.Title) == key(crm.Title{Text: name}) {
			alike++
		}
	}
	if alike != 1 {
		return strconv.FormatInt(int64(id), 10)
	}
	return quote(name)
}

func (w *writer) customer() []string {
	return append(w.note("config_note.fields"), listed("fields", w.fields(w.c.Fields))...)
}

func (w *writer) fields(fields []crm.Field) [][]string {
	var entries [][]string
	for _, f := range fields {
		var o object
		o.id(int64(f.ID))
		o.put("title", title(f.Title))
		o.put("key", quote(f.Key))
		o.put("type", string(f.Type))
		o.yes("retired", f.Retired)
		o.yes("required", f.Required)
		o.title("help", f.Help)
		if f.Derived != 0 {
			o.put("follows", fieldRef(fields, f.Derived))
		}
		o.yes("front", f.Front)
		o.yes("hidden", f.Hidden)
		var choices [][]string
		for _, c := range f.Choices {
			choice := "{id: " + strconv.FormatInt(int64(c.ID), 10) + ", title: " + title(c.Title)
			if c.Retired {
				choice += ", retired: true"
			}
			choices = append(choices, []string{choice + "}"})
		}
		if len(choices) > 0 {
			o = append(o, listed("choices", choices)...)
		}
		entries = append(entries, o)
	}
	return entries
}
