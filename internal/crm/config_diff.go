package crm

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// ConfigChange is one difference between two configurations, as it can be worded.
type ConfigChange struct {
	Object ObjectKind `json:"object"`
	ID     int64      `json:"id,omitempty"`     // of the object; 0 for settings, and for the order of a list
	Status StatusID   `json:"status,omitempty"` // of a field: its status; 0 for the customer's
	Title  Title      `json:"title,omitzero"`   // of the object as it is called now
	What   string     `json:"what"`             // one of the What… constants; for settings the part's name in JSON
	// From and To are texts of managers, or values in canonical form: "yes", "no",
	// a CartableRule …, the String of a NextRule, Offers, Routing; IDs with commas.
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
}

// What of an object changed.
const (
	WhatAdded          = "added"
	WhatRetired        = "retired"
	WhatRestored       = "restored"
	WhatRenamed        = "renamed" // From, To: the titles
	WhatEnglish        = "english" // the English titles
	WhatReordered      = "reordered"
	WhatEmoji          = "emoji"
	WhatCartable       = "cartable"
	WhatNext           = "next"
	WhatReminder       = "reminder"
	WhatOffers         = "offers"
	WhatEnds           = "ends"
	WhatAfter          = "after"       // From, To: IDs of statuses
	WhatAppointment    = "appointment" // From, To: IDs of fields
	WhatHelp           = "help"
	WhatRequired       = "required"
	WhatHidden         = "hidden"
	WhatFront          = "front"
	WhatWeekday        = "weekday"      // From, To: the field that the day follows
	WhatChoiceAdded    = "choice_added" // To: the choice
	WhatChoiceRenamed  = "choice_renamed"
	WhatChoiceRetired  = "choice_retired" // From: the choice
	WhatChoiceRestored = "choice_restored"
	WhatChoicesMoved   = "choices_reordered"
	WhatForm           = "form"
	WhatRouting        = "routing"
)

// routes says whether the change may send leads that wait another way.
func (c ConfigChange) routes() bool {
	return c.Object == ObjectSettings || c.Object == ObjectSource
}

// erases says whether the change may have other customers erased: see Service.RetentionDue.
func (c ConfigChange) erases() bool {
	return c.Object == ObjectSettings && c.What == "retention" || c.Object == ObjectStatus && c.What == WhatEnds
}

// DiffConfig is what leads from a to b, in the order of b.
func DiffConfig(a, b Config) []ConfigChange {
	a, b = a.canonical(), b.canonical()
	d := &differ{}
	d.settings(a.Settings, b.Settings)
	for _, s := range b.Statuses {
		old, known := a.Status(s.ID)
		d.status(old, s, known)
	}
	if moved(a.Statuses, b.Statuses, func(s Status) int64 { return int64(s.ID) }) {
		d.out = append(d.out, ConfigChange{Object: ObjectStatus, What: WhatReordered})
	}
	d.fields(a.Fields, b.Fields, 0)
	for _, s := range b.Sources {
		old, known := a.Source(s.ID)
		d.source(old, s, known)
	}
	return d.out
}

// differ collects changes; at is the object that they are of.
type differ struct {
	at  ConfigChange
	out []ConfigChange
}

func (d *differ) add(what, from, to string) {
	c := d.at
	c.What, c.From, c.To = what, from, to
	d.out = append(d.out, c)
}

// changed adds a change where the values differ.
func (d *differ) changed(what, from, to string) {
	if from != to {
		d.add(what, from, to)
	}
}

// life adds what happened to an object as a whole. compare says whether its parts
// are worth looking at.
func (d *differ) life(known, was, is bool) (compare bool) {
	if !known {
		d.add(WhatAdded, "", d.at.Title.Text)
	}
	switch {
	case !was && is:
		d.add(WhatRetired, "", "")
	case was && !is:
		d.add(WhatRestored, "", "")
	}
	return known
}

func (d *differ) titles(a, b Title) {
	d.changed(WhatRenamed, a.Text, b.Text)
	d.changed(WhatEnglish, a.English, b.English)
}

func (d *differ) settings(a, b Settings) {
	from, to := parts(a), parts(b)
	d.at = ConfigChange{Object: ObjectSettings}
	for _, name := range slices.Sorted(maps.Keys(to)) {
		d.changed(name, scalar(from[name]), scalar(to[name]))
	}
}

// parts are the parts of the settings by name. What is added to the type later is
// merged and compared like the rest.
func parts(s Settings) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	b, err := json.Marshal(s)
	if err != nil || json.Unmarshal(b, &out) != nil {
		return nil
	}
	return out
}

// scalar is a value of JSON without quotes, and a list of IDs with commas. The empty
// week is nothing.
func scalar(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var ids []int64
	var week Week
	switch {
	case json.Unmarshal(raw, &week) == nil && week.Empty():
		return ""
	case json.Unmarshal(raw, &ids) == nil:
		return joined(ids)
	}
	switch s = string(raw); s {
	case "true":
		return "yes"
	case "false":
		return "no"
	}
	return s
}

func (d *differ) status(a, b Status, known bool) {
	at := ConfigChange{Object: ObjectStatus, ID: int64(b.ID), Title: b.Title}
	d.at = at
	if d.life(known, a.Retired, b.Retired) {
		d.titles(a.Title, b.Title)
		d.changed(WhatEmoji, a.Emoji, b.Emoji)
		d.changed(WhatCartable, string(a.Cartable), string(b.Cartable))
		d.changed(WhatNext, a.Next.String(), b.Next.String())
		d.changed(WhatReminder, string(a.Reminder), string(b.Reminder))
		d.changed(WhatOffers, offerWords(a.Offers), offerWords(b.Offers))
		d.changed(WhatEnds, string(a.Ends), string(b.Ends))
		d.changed(WhatAfter, joined(a.After), joined(b.After))
	}
	d.fields(slices.Concat(a.Fields, a.RetiredFields), slices.Concat(b.Fields, b.RetiredFields), b.ID)
	d.at = at
	if known {
		appointment := func(s Status) string {
			return joined(slices.DeleteFunc([]FieldID{s.AppointmentDate, s.AppointmentTime}, func(id FieldID) bool { return id == 0 }))
		}
		d.changed(WhatAppointment, appointment(a), appointment(b))
	}
}

func (d *differ) fields(a, b []Field, of StatusID) {
	for _, f := range b {
		i := indexField(a, f.ID)
		var old Field
		if i >= 0 {
			old = a[i]
		}
		d.at = ConfigChange{Object: ObjectField, ID: int64(f.ID), Status: of, Title: f.Title}
		if d.life(i >= 0, old.Retired, f.Retired) {
			d.field(old, f)
		}
	}
	// What is retired stands behind in a status, and keeps its place in the record.
	asked := func(list []Field) []Field {
		return slices.DeleteFunc(slices.Clone(list), func(f Field) bool { return of != 0 && f.Retired })
	}
	if moved(asked(a), asked(b), func(f Field) int64 { return int64(f.ID) }) {
		d.out = append(d.out, ConfigChange{Object: ObjectField, Status: of, What: WhatReordered})
	}
}

func (d *differ) field(a, b Field) {
	d.titles(a.Title, b.Title)
	d.changed(WhatHelp, a.Help.Text, b.Help.Text)
	if a.Help.Text == b.Help.Text {
		d.changed(WhatHelp, a.Help.English, b.Help.English)
	}
	d.changed(WhatRequired, yesNo(a.Required), yesNo(b.Required))
	d.changed(WhatHidden, yesNo(a.Hidden), yesNo(b.Hidden))
	d.changed(WhatFront, yesNo(a.Front), yesNo(b.Front))
	d.changed(WhatWeekday, idText(a.Derived), idText(b.Derived))
	for _, o := range b.Choices {
		old, known := a.Option(o.ID)
		switch {
		case !known && !o.Retired:
			d.add(WhatChoiceAdded, "", o.Title.Text)
		case known && !old.Retired && o.Retired:
			d.add(WhatChoiceRetired, o.Title.Text, "")
		case known && old.Retired && !o.Retired:
			d.add(WhatChoiceRestored, "", o.Title.Text)
		}
		if known && old.Title != o.Title {
			from, to := old.Title.Text, o.Title.Text
			if from == to {
				from, to = old.Title.English, o.Title.English
			}
			d.add(WhatChoiceRenamed, from, to)
		}
	}
	if moved(a.Choices, b.Choices, func(o ChoiceOption) int64 { return int64(o.ID) }) {
		d.add(WhatChoicesMoved, "", "")
	}
}

func (d *differ) source(a, b Source, known bool) {
	d.at = ConfigChange{Object: ObjectSource, ID: int64(b.ID), Title: b.Title}
	if !d.life(known, a.Retired, b.Retired) {
		return
	}
	d.titles(a.Title, b.Title)
	if !same(a.Form, b.Form) {
		d.add(WhatForm, formWords(a.Form), formWords(b.Form))
	}
	d.changed(WhatRouting, a.Routing.String(), b.Routing.String())
}

// moved says whether what both lists have is in another order.
func moved[T any](a, b []T, id func(T) int64) bool {
	return !slices.Equal(common(a, b, id), common(b, a, id))
}

// common are the IDs of a that b has too, in the order of a.
func common[T any](a, b []T, id func(T) int64) []int64 {
	var out []int64
	for _, x := range a {
		if slices.ContainsFunc(b, func(y T) bool { return id(y) == id(x) }) {
			out = append(out, id(x))
		}
	}
	return out
}

// String is the rule in one word: "anyone", "last", "role:agent", "people:3,5".
func (r NextRule) String() string {
	switch r.Mode {
	case NextRole:
		return "role:" + string(r.Role)
	case NextPeople:
		return "people:" + joined(r.People)
	default:
		return string(cmp.Or(r.Mode, NextAnyone))
	}
}

// String is the offer in one word: "before:60", "evening_before", "days:2@10:00".
func (o Offer) String() string {
	switch o.Kind {
	case OfferBefore, OfferMinutes:
		return string(o.Kind) + ":" + strconv.Itoa(o.Minutes)
	case OfferDays:
		return string(o.Kind) + ":" + strconv.Itoa(o.Days) + "@" + o.At
	default:
		return string(o.Kind)
	}
}

func offerWords(offers []Offer) string {
	words := make([]string, len(offers))
	for i, o := range offers {
		words[i] = o.String()
	}
	return strings.Join(words, ",")
}

// String is the routing in words: "offer", "person:3", with what else is set
// behind: "offer group:2 again:15 tell:30".
func (r Routing) String() string {
	words := []string{string(cmp.Or(r.Mode, RouteOffer))}
	if r.Mode == RoutePerson {
		words[0] += ":" + idText(r.Person)
	}
	for _, part := range []struct {
		name string
		n    int64
	}{{"group", int64(r.Group)}, {"again", int64(r.AgainAfter)}, {"tell", int64(r.TellAfter)}} {
		if part.n != 0 {
			words = append(words, part.name+":"+strconv.FormatInt(part.n, 10))
		}
	}
	return strings.Join(words, " ")
}

// ParseRouting reads the String of a Routing, with which changes are told.
func ParseRouting(s string) Routing {
	var r Routing
	for i, word := range strings.Fields(s) {
		name, value, _ := strings.Cut(word, ":")
		n, err := strconv.ParseInt(value, 10, 64)
		switch {
		case i == 0:
			r.Mode = RoutingMode(name)
			if err == nil {
				r.Person = StaffID(n)
			}
		case name == "group":
			r.Group = GroupID(n)
		case name == "again":
			r.AgainAfter = int(n)
		case name == "tell":
			r.TellAfter = int(n)
		}
	}
	return r
}

// formWords are the keys of what a form asks, the required ones marked.
func formWords(h HostedForm) string {
	words := make([]string, len(h.Questions))
	for i, q := range h.Questions {
		words[i] = q.Key
		if q.Required {
			words[i] += "!"
		}
	}
	return strings.Join(words, ",")
}

func joined[T ~int64](ids []T) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = strconv.FormatInt(int64(id), 10)
	}
	return strings.Join(words, ",")
}

func idText[T ~int64](id T) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(int64(id), 10)
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
