package screen

import (
	"strconv"
	"strings"

	"cartable/bot/view"
	"cartable/internal/crm"
)

// maxChanges is how many changes are told one by one.
const maxChanges = 25

// maxNamed is how many names of a list a change tells.
const maxNamed = 10

// changes tells what a draft or a version changed, a line each. now names what the
// changes refer to.
func (s Shaper) changes(cs []crm.ConfigChange, now crm.Config) view.HTML {
	var lines []view.HTML
	for i, c := range cs {
		if i == maxChanges {
			lines = append(lines, s.P.HN("list.and_more", len(cs)-i))
			break
		}
		lines = append(lines, "▫️ "+s.change(c, now))
		if s.few > 0 && len(lines) == s.few && len(cs) > s.few {
			lines = append(lines, s.P.HN("list.and_more", len(cs)-s.few))
			break
		}
	}
	return view.Lines(lines...)
}

// change tells one difference: of what, which part, from what to what.
func (s Shaper) change(c crm.ConfigChange, now crm.Config) view.HTML {
	of := s.object(c, now)
	key := "change." + c.What
	if c.Object == crm.ObjectSettings {
		key = "change_settings." + c.What
	}
	what := s.P.H(key)
	from, to := s.changed(c, c.From, now), s.changed(c, c.To, now)
	out := what
	if of != "" {
		out = of + ": " + what
	}
	switch {
	case c.What == crm.WhatAdded:
		return out
	case c.What == "hours":
		return view.Lines(out, s.week(readWeek(c.To), now.Settings.DaysOff))
	case c.What == "holidays":
		return view.Lines(out, s.holidayChanges(c))
	case c.What == crm.WhatForm && c.From == c.To: // its texts alone
		return out
	case from != "" && to != "":
		return s.P.H("shape.from_to", "What", out, "From", from, "To", to)
	case to != "":
		return out + " · " + to
	case from != "":
		return out + " · " + view.Strike(from)
	}
	return out
}

// object is what a change is of: a status, a field with its status, a source.
func (s Shaper) object(c crm.ConfigChange, now crm.Config) view.HTML {
	title := words(s.clip(view.Label(c.Title.In(s.P.Lang())), 60))
	if c.Object == crm.ObjectField && c.Status != 0 {
		if st, ok := now.Status(c.Status); ok {
			of := words(s.clip(st.Title.In(s.P.Lang()), 60))
			if title == "" {
				return of
			}
			return of + " › " + title
		}
	}
	if title == "" && c.Object != crm.ObjectSettings {
		return s.P.H("shape.list_" + string(c.Object))
	}
	return title
}

// changed words a value of a change.
func (s Shaper) changed(c crm.ConfigChange, v string, now crm.Config) view.HTML {
	if v == "" && c.What != crm.WhatEnds {
		return ""
	}
	switch c.What {
	case crm.WhatCartable:
		return s.P.H("shape.cartable_" + v)
	case crm.WhatReminder:
		return s.P.H("shape.reminder_" + v)
	case crm.WhatEnds:
		return s.ends(crm.Ending(v))
	case crm.WhatRouting:
		return s.routingWords(v)
	case crm.WhatForm:
		return s.questionWords(v)
	case "days_off", "windows", "digest_at":
		return s.settingWords(c.What, v)
	case crm.WhatRequired, crm.WhatHidden, crm.WhatFront, "agents_see_all":
		return s.P.H("value." + v)
	case crm.WhatNext:
		return s.nextWords(v)
	case crm.WhatOffers:
		return s.offersWords(strings.Split(v, ","))
	case crm.WhatAfter:
		return s.titles(v, func(id int64) string {
			if id == 0 {
				return s.P.T("status.none")
			}
			st, _ := now.Status(crm.StatusID(id))
			return statusLabel(st, s.P.Lang())
		})
	case crm.WhatAppointment, crm.WhatWeekday:
		return s.titles(v, func(id int64) string {
			f, _ := now.Field(crm.FieldID(id))
			return f.Title.In(s.P.Lang())
		})
	case "digests":
		return s.titles(v, func(id int64) string { return s.Colleague(crm.StaffID(id)) })
	case "language":
		return s.P.H("language." + v)
	case "retention":
		n, _ := strconv.Atoi(v)
		return s.retention(n)
	}
	return words(s.clip(v, 60))
}

// titles words a list of IDs with commas.
func (s Shaper) titles(ids string, title func(int64) string) view.HTML {
	var out []view.HTML
	for _, id := range strings.Split(ids, ",") {
		n, err := strconv.ParseInt(id, 10, 64)
		if err == nil {
			out = append(out, words(s.clip(title(n), 40)))
		}
		if len(out) == maxNamed || s.few > 0 && len(out) == s.few {
			break
		}
	}
	if more := strings.Count(ids, ",") + 1 - len(out); more > 0 && len(out) > 0 {
		out = append(out, s.P.HN("list.and_more", more))
	}
	return joinHTML(out, view.Text(s.P.T("common.comma")))
}

func joinHTML(parts []view.HTML, sep view.HTML) view.HTML {
	var out view.HTML
	for i, p := range parts {
		if i > 0 {
			out += sep
		}
		out += p
	}
	return out
}

// nextWords words the String of a NextRule.
func (s Shaper) nextWords(v string) view.HTML {
	mode, rest, _ := strings.Cut(v, ":")
	switch crm.NextMode(mode) {
	case crm.NextRole:
		return s.P.H("shape.next_role", "Role", s.P.T("role."+rest))
	case crm.NextPeople:
		return s.titles(rest, func(id int64) string { return s.Colleague(crm.StaffID(id)) })
	default:
		return s.P.H("shape.next_" + mode)
	}
}

// offersWords words the Strings of offers.
func (s Shaper) offersWords(offers []string) view.HTML {
	var out []view.HTML
	for _, o := range offers {
		out = append(out, view.Text(s.offerLabel(o)))
	}
	return joinHTML(out, view.Text(s.P.T("common.comma")))
}

// offerLabel words the String of an Offer.
func (s Shaper) offerLabel(o string) string {
	kind, rest, _ := strings.Cut(o, ":")
	switch crm.OfferKind(kind) {
	case crm.OfferBefore:
		n, _ := strconv.Atoi(rest)
		if n == 0 {
			return s.P.T("form.offer_at_the_time")
		}
		if n%60 == 0 {
			return s.P.N("shape.offer_hours_before", n/60)
		}
		return s.P.N("shape.offer_minutes_before", n)
	case crm.OfferMinutes:
		n, _ := strconv.Atoi(rest)
		if n%60 == 0 {
			return s.P.N("shape.offer_in_hours", n/60)
		}
		return s.P.N("shape.offer_in_minutes", n)
	case crm.OfferDays:
		days, at, _ := strings.Cut(rest, "@")
		n, _ := strconv.Atoi(days)
		return s.P.N("shape.offer_in_days", n, "At", s.digits(at))
	case crm.OfferEvening:
		return s.P.T("form.offer_evening_before")
	default:
		return s.P.T("form.offer_that_morning")
	}
}
