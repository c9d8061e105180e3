package screen

import (
	"slices"
	"time"

	"cartable/bot/callback"
	"cartable/bot/view"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

// TimelinePage is how many entries a page of a timeline has.
const TimelinePage = 8

// Timeline is a page of what happened to a customer, newest first. more says that
// there are older entries; first, that this is the newest page.
func (r Reader) Timeline(c crm.Card, more, first bool) view.Message {
	html := r.fit(func(r Reader) view.HTML {
		lines := []view.HTML{r.P.H("timeline.title", "Name", words(r.clip(r.Name(c.Customer), 100)))}
		for _, e := range c.Events {
			lines = append(lines, r.EventLine(e, 350))
		}
		return view.Paragraphs(lines...)
	})
	id := int64(c.Customer.ID)
	var paging []view.Button
	if !first {
		paging = append(paging, r.button("timeline.newest", callback.Ref{Action: callback.Timeline, Record: id}))
	}
	if more {
		last := c.Events[len(c.Events)-1].ID
		paging = append(paging, r.button("timeline.older", callback.Ref{Action: callback.Timeline, Record: id, Arg: int64(last)}))
	}
	back := r.button("common.back", callback.Ref{Action: callback.Open, Record: id, Value: "b"})
	return view.Message{HTML: html, Inline: r.keyboard(paging, []view.Button{back})}
}

// EventLine tells one event: when, who, what; texts clipped to limit.
func (r Reader) EventLine(e crm.Event, limit int) view.HTML {
	what := r.eventWords(e, limit)
	if e.UndoneBy != 0 {
		what = view.Strike(what) + " " + view.Text(r.P.T("event.undone_mark"))
	}
	return "• " + r.When(e.At) + " — " + what
}

func (r Reader) eventWords(e crm.Event, limit int) view.HTML {
	who := words(r.StaffName(e.Actor))
	said := view.HTML("")
	if e.Detail.Text != "" {
		said = ": " + words(r.clip(e.Detail.Text, limit))
	}
	switch e.Kind {
	case crm.EventInquiry:
		return r.inquiryWords(e, limit)
	case crm.EventStatus:
		out := r.statusWords(e, who)
		if said != "" {
			out += "\n   💬 " + words(r.clip(e.Detail.Text, limit))
		}
		return out
	case crm.EventHandOver, crm.EventReturned, crm.EventShared:
		return r.P.H("event."+string(e.Kind), "Who", who, "To", words(r.StaffName(e.Detail.To))) + said
	case crm.EventLeft:
		if e.Detail.To == 0 {
			return r.P.H("event.to_pool", "Who", who)
		}
		return r.P.H("event.shared", "Who", who, "To", words(r.StaffName(e.Detail.To)))
	case crm.EventAsked:
		return r.P.H("event.asked", "Who", who, "To", words(r.StaffName(e.Detail.To)))
	case crm.EventNoAnswer:
		what := r.P.H("event.no_answer", "Who", who, "Attempt", e.Detail.Attempt)
		if e.Detail.Next != nil {
			what += " " + r.P.H("event.next_try", "When", r.When(*e.Detail.Next))
		}
		return what
	case crm.EventWrongNumber:
		return r.P.H("event.wrong_number", "Who", who, "Phone", phone(persian.Phone(e.Detail.Phone)))
	case crm.EventRemind, crm.EventLater:
		return r.P.H("event."+string(e.Kind), "Who", who, "When", r.When(moment(e))) + said
	case crm.EventEdit:
		return r.editWords(e, who)
	case crm.EventErased:
		if e.Actor == 0 {
			return r.P.H("event.erased_by_age")
		}
		return r.P.H("event.erased", "Who", who)
	default: // taken, accepted, note, done, undone
		return r.P.H("event."+string(e.Kind), "Who", who) + said
	}
}

func (r Reader) inquiryWords(e crm.Event, limit int) view.HTML {
	key := "event.inquiry"
	if e.Detail.Returning {
		key = "event.inquiry_again"
	}
	out := r.P.H(key, "Source", words(r.SourceTitle(e.Detail.Source)))
	if e.Actor != 0 {
		out += " (" + words(r.StaffName(e.Actor)) + ")"
	}
	if e.Detail.Message != "" {
		out += ": " + words(r.clip(e.Detail.Message, limit))
	}
	for _, d := range e.Detail.Differs {
		out += "\n   " + r.differs(d)
	}
	return out
}

// differs is what an inquiry says other than the record.
func (r Reader) differs(d crm.Differs) view.HTML {
	value := words(r.clip(d.Value, 80))
	for _, f := range r.Dir.Fields {
		if f.Key == d.Field {
			value = r.Value(f, crm.Value(d.Value))
		}
	}
	if d.Field == "phone" {
		value = phone(persian.Phone(d.Value))
	}
	return r.P.H("event.differs", "Field", r.fieldTitle(d.Field), "Value", value)
}

func (r Reader) statusWords(e crm.Event, who view.HTML) view.HTML {
	if e.Delta.Status == nil {
		return r.P.H("event.status", "Who", who, "Status", r.P.T("status.none"))
	}
	st := e.Delta.Status.To
	key := "event.status"
	if e.Detail.Reschedule {
		key = "event.reschedule"
	}
	out := r.P.H(key, "Who", who, "Status", r.StatusTitle(st.Status))
	for _, a := range r.Answers(st) {
		out += "\n   " + a
	}
	if e.Delta.Holder != nil && e.Delta.Holder.To != 0 {
		out += "\n   " + r.line("card.cartable", words(r.StaffName(e.Delta.Holder.To)))
	}
	for _, rem := range e.Delta.Opened {
		out += "\n   " + r.line("card.reminder", r.When(rem.Due))
	}
	return out
}

func (r Reader) editWords(e crm.Event, who view.HTML) view.HTML {
	out := r.P.H("event.edit", "Who", who)
	change := func(title string, from, to view.HTML) {
		if from == "" {
			from = "—"
		}
		if to == "" {
			to = "—"
		}
		out += "\n   " + r.P.H("event.change", "Field", title, "From", from, "To", to)
	}
	for _, name := range []string{"name", "city", "email"} {
		if ch, ok := e.Delta.Record[name]; ok {
			change(r.fieldTitle(name), words(r.clip(ch.From, 80)), words(r.clip(ch.To, 80)))
		}
	}
	ids := make([]crm.FieldID, 0, len(e.Delta.Values))
	for id := range e.Delta.Values {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		if f, ok := r.Dir.Field(id); ok {
			ch := e.Delta.Values[id]
			change(view.Label(f.Title.In(r.P.Lang())), r.valueOrNone(f, ch.From), r.valueOrNone(f, ch.To))
		}
	}
	if e.Detail.Phone != "" {
		out += "\n   " + r.line("card.phone", phone(persian.Phone(e.Detail.Phone)))
	}
	return out
}

func (r Reader) valueOrNone(f crm.Field, v crm.Value) view.HTML {
	if v == "" {
		return ""
	}
	return r.Value(f, v)
}

// fieldTitle is the title of a built-in column or of a customer field by its key.
func (r Reader) fieldTitle(key string) string {
	switch key {
	case "name", "city", "email", "phone":
		return r.P.T("field." + key)
	}
	for _, f := range r.Dir.Fields {
		if f.Key == key {
			return f.Title.In(r.P.Lang())
		}
	}
	return key
}

// moment is the moment that an event sets; its own where it sets none.
func moment(e crm.Event) time.Time {
	if e.Detail.Next != nil {
		return *e.Detail.Next
	}
	return e.At
}
