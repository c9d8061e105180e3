package screen

import (
	"strings"

	"cartable/bot/callback"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// Statuses is the list of statuses in their order, each opening its editor.
func (s Shaper) Statuses(retired bool) view.Message {
	if retired {
		return s.Retired("status", 0, 0)
	}
	var buttons []view.Button
	others := 0
	for _, st := range s.Draft.Target.Statuses {
		if st.Retired {
			others++
			continue
		}
		buttons = append(buttons, shapeButton(statusLabel(st, s.P.Lang()), callback.Ref{Question: ShapeStatus, Record: int64(st.ID)}))
	}
	add := s.op("shape.add_status", ShapeAdd, 0, "status")
	add.Style = view.Primary
	last := []view.Button{add}
	if others > 0 {
		last = append(last, s.op("shape.retired", ShapeRetired, 0, "status"))
	}
	return view.Message{HTML: view.Paragraphs(s.P.H("shape.statuses_title"), s.edited()),
		Inline: s.keyboard(append(append(pairs(buttons), last), s.foot(s.SettingsBack()[0])...)...)}
}

// Status is the editor of one status: what it does, what it asks, what to change.
func (s Shaper) Status(st crm.Status) view.Message {
	id := int64(st.ID)
	html := s.fit(func(r Reader) view.HTML {
		s := Shaper{r, s.Draft}
		return view.Paragraphs(view.Lines(view.Bold(words(statusLabel(st, s.P.Lang()))), s.english(st.Title)), s.rules(st), s.asked(st), s.edited())
	})
	back := s.op("common.back", ShapeStatuses, 0, "")
	if st.Retired {
		restore := s.op("shape.restore", ShapeRestore, id, "status")
		return view.Message{HTML: html, Inline: s.keyboard(append([][]view.Button{{restore}}, s.foot(back)...)...)}
	}
	rows := pairs([]view.Button{
		s.op("shape.title", ShapeAsk, id, "title"), s.op("shape.emoji", ShapeAsk, id, "emoji"),
		s.op("shape.cartable", ShapeCartable, id, ""), s.op("shape.reminder", ShapeRemind, id, ""),
		s.op("shape.ends", ShapeEnds, id, ""), s.op("shape.after", ShapeAfter, id, ""),
	})
	var fields []view.Button
	for _, f := range st.Fields {
		fields = append(fields, shapeButton("❓ "+f.Title.In(s.P.Lang()), callback.Ref{Question: ShapeField, Record: int64(f.ID)}))
	}
	rows = append(rows, pairs(fields)...)
	add := s.op("shape.add_question", ShapeAdd, id, "field")
	add.Style = view.Primary
	rows = append(rows, []view.Button{add})
	if appointmentPossible(st) {
		rows = append(rows, []view.Button{s.op("shape.meeting", ShapeMeeting, id, "")})
	}
	rows = append(rows, s.retiredRows("field", id)...)
	rows = append(rows, []view.Button{s.op("shape.up", ShapeMove, id, "up"), s.op("shape.down", ShapeMove, id, "down")},
		[]view.Button{s.op("shape.retire", ShapeRetire, id, "status"), s.op("shape.english", ShapeAsk, id, "english")})
	return view.Message{HTML: html, Inline: s.keyboard(append(rows, s.foot(back)...)...)}
}

func (s Shaper) english(t crm.Title) view.HTML {
	if t.English == "" || s.P.Lang() == crm.English {
		return ""
	}
	return view.Italic(words(s.clip(t.English, 100)))
}

// appointmentPossible says whether the status has fields that can make one.
func appointmentPossible(st crm.Status) bool {
	date, clock := false, false
	for _, f := range st.Fields {
		if f.Type == crm.DateTime {
			return true
		}
		date, clock = date || f.Type == crm.Date, clock || f.Type == crm.Time
	}
	return date && clock
}

// rules is what the status does, one fact a line.
func (s Shaper) rules(st crm.Status) view.HTML {
	cartable := s.P.H("shape.cartable_" + string(st.Cartable))
	if st.Cartable == crm.CartableNext {
		cartable += " (" + s.nextWords(st.Next.String()) + ")"
	}
	reminder := s.P.H("shape.reminder_" + string(st.Reminder))
	if len(st.Offers) > 0 && st.Reminder != crm.ReminderNo {
		reminder += " · " + s.offersWords(offerStrings(st.Offers))
	}
	lines := []view.HTML{s.line("shape.cartable", cartable), s.line("shape.reminder", reminder), s.line("shape.ends", s.ends(st.Ends))}
	if len(st.After) > 0 {
		var titles []view.HTML
		for _, id := range st.After {
			titles = append(titles, words(s.clip(s.beforeTitle(id), maxLabel)))
			if len(titles) == s.few && s.few > 0 {
				break
			}
		}
		lines = append(lines, s.line("shape.after", joinHTML(titles, view.Text(s.P.T("common.comma")))))
	}
	if date, ok := st.Field(st.AppointmentDate); ok {
		made := words(s.clip(date.Title.In(s.P.Lang()), 60))
		if clock, ok := st.Field(st.AppointmentTime); ok {
			made += view.Text(s.P.T("common.comma")) + words(s.clip(clock.Title.In(s.P.Lang()), 60))
		}
		lines = append(lines, s.line("shape.meeting", made))
	}
	return view.Lines(lines...)
}

func offerStrings(offers []crm.Offer) []string {
	out := make([]string, len(offers))
	for i, o := range offers {
		out[i] = o.String()
	}
	return out
}

func (s Shaper) ends(e crm.Ending) view.HTML {
	if e == crm.Open {
		return s.P.H("shape.ends_open")
	}
	return s.P.H("shape.ends_" + string(e))
}

// beforeTitle is a status that may come before, or none yet.
func (s Shaper) beforeTitle(id crm.StatusID) string {
	if id == 0 {
		return s.P.T("status.none")
	}
	st, _ := s.Draft.Target.Status(id)
	return statusLabel(st, s.P.Lang())
}

// asked is what a status asks, in order, as an agent meets it.
func (s Shaper) asked(st crm.Status) view.HTML {
	var lines []view.HTML
	add := func(what view.HTML) {
		lines = append(lines, view.Text(s.P.Num(len(lines)+1)+". ")+what)
	}
	for _, f := range st.Fields {
		add(s.fieldWords(f))
	}
	if st.Cartable == crm.CartableNext {
		add(s.P.H("form.next_colleague"))
	}
	if st.Reminder != crm.ReminderNo {
		add(s.P.H("form.reminder"))
	}
	if len(lines) == 0 {
		return s.P.H("shape.asks_nothing")
	}
	return view.Lines(s.P.H("shape.asks"), s.atMost(lines))
}

// Choose asks for one of a few values of a status's part.
func (s Shaper) Choose(st crm.Status, op string) view.Message {
	id := int64(st.ID)
	var rows [][]view.Button
	pick := func(key, value string, on bool) {
		rows = append(rows, []view.Button{ticked(s.op(key, op, id, value), on)})
	}
	switch op {
	case ShapeCartable:
		for _, r := range []crm.CartableRule{crm.CartableNext, crm.CartableStay, crm.CartableNone} {
			pick("shape.cartable_"+string(r), string(r), st.Cartable == r)
		}
	case ShapeNext:
		pick("shape.next_anyone", "anyone", st.Next.Mode == crm.NextAnyone)
		rows = append(rows, s.colleagues(st)...)
		pick("shape.next_managers", "role:manager", st.Next.Role == crm.Manager)
		pick("shape.next_agents", "role:agent", st.Next.Role == crm.Agent)
		pick("shape.next_last", "last", st.Next.Mode == crm.NextLast)
	case ShapeRemind:
		for _, r := range []crm.ReminderRule{crm.ReminderYes, crm.ReminderOptional, crm.ReminderNo} {
			pick("shape.reminder_"+string(r), string(r), st.Reminder == r)
		}
		if st.Reminder != crm.ReminderNo {
			rows = append(rows, s.offerButtons(st)...)
		}
	case ShapeEnds:
		for _, e := range []crm.Ending{crm.Open, crm.Won, crm.Lost, crm.Blocked} {
			name := string(e)
			if e == crm.Open {
				name = "open"
			}
			pick("shape.ends_"+name, name, st.Ends == e)
		}
	case ShapeAfter:
		rows = append(rows, s.afterButtons(st)...)
	default: // ShapeMeeting
		rows = append(rows, s.meetingButtons(st)...)
	}
	done := s.op("shape.done", ShapeStatus, id, "")
	return view.Message{HTML: view.Paragraphs(view.Bold(words(statusLabel(st, s.P.Lang()))), s.P.H("shape.ask_"+op)),
		Inline: s.keyboard(append(rows, []view.Button{done})...)}
}

// colleagues are those who may be next, each to be put in or taken out.
func (s Shaper) colleagues(st crm.Status) [][]view.Button {
	var buttons []view.Button
	for _, c := range s.Dir.ActiveStaff() {
		on := false
		for _, id := range st.Next.People {
			on = on || id == c.ID
		}
		buttons = append(buttons, ticked(shapeButton("👤 "+view.Clip(s.Colleague(c.ID), 30),
			callback.Ref{Question: ShapePerson, Record: int64(st.ID), Arg: int64(c.ID)}), on))
	}
	return pairs(buttons)
}

// OfferChoices are the offers that can be chosen by a tap; a button carries the String.
func OfferChoices() []crm.Offer {
	return []crm.Offer{
		{Kind: crm.OfferBefore, Minutes: 60}, {Kind: crm.OfferBefore, Minutes: 30}, {Kind: crm.OfferBefore, Minutes: 180},
		{Kind: crm.OfferBefore}, {Kind: crm.OfferEvening}, {Kind: crm.OfferMorning},
		{Kind: crm.OfferMinutes, Minutes: 60}, {Kind: crm.OfferDays, Days: 1, At: "10:00"}, {Kind: crm.OfferDays, Days: 2, At: "10:00"},
		{Kind: crm.OfferDays, Days: 3, At: "10:00"}, {Kind: crm.OfferDays, Days: 7, At: "10:00"},
	}
}

// offerButtons are the offers that the status may make: those relative to a date
// only where it asks for one.
func (s Shaper) offerButtons(st crm.Status) [][]view.Button {
	chosen := strings.Join(offerStrings(st.Offers), ",")
	var buttons []view.Button
	for _, o := range OfferChoices() {
		if o.Relative() && !st.Dates(o.Kind) {
			continue
		}
		on := strings.Contains(","+chosen+",", ","+o.String()+",")
		buttons = append(buttons, ticked(shapeButton(s.offerLabel(o.String()),
			callback.Ref{Question: ShapeOffer, Record: int64(st.ID), Value: o.String()}), on))
	}
	return pairs(buttons)
}

func (s Shaper) afterButtons(st crm.Status) [][]view.Button {
	id := int64(st.ID)
	rows := [][]view.Button{{ticked(s.op("shape.after_all", ShapeAfter, id, "all"), len(st.After) == 0)}}
	var buttons []view.Button
	for _, before := range append([]crm.Status{{}}, s.Draft.Target.Statuses...) {
		if before.ID == st.ID || before.Retired {
			continue
		}
		on := false
		for _, a := range st.After {
			on = on || a == before.ID
		}
		buttons = append(buttons, ticked(shapeButton(s.beforeTitle(before.ID),
			callback.Ref{Question: ShapeAfter, Record: id, Arg: int64(before.ID), Value: "one"}), on))
	}
	return append(rows, pairs(buttons)...)
}

// meetingButtons are the pairs of fields that can make the appointment.
func (s Shaper) meetingButtons(st crm.Status) [][]view.Button {
	id := int64(st.ID)
	rows := [][]view.Button{{ticked(s.op("shape.meeting_none", ShapeMeeting, id, "0"), st.AppointmentDate == 0)}}
	add := func(label string, date, clock crm.FieldID) {
		on := st.AppointmentDate == date && st.AppointmentTime == clock
		ref := callback.Ref{Question: ShapeMeeting, Record: id, Arg: int64(date), Value: base36(int64(clock))}
		rows = append(rows, []view.Button{ticked(shapeButton(label, ref), on)})
	}
	for _, d := range st.Fields {
		switch d.Type {
		case crm.DateTime:
			add(d.Title.In(s.P.Lang()), d.ID, 0)
		case crm.Date:
			for _, c := range st.Fields {
				if c.Type == crm.Time {
					add(d.Title.In(s.P.Lang())+s.P.T("common.comma")+c.Title.In(s.P.Lang()), d.ID, c.ID)
				}
			}
		}
	}
	return rows
}
