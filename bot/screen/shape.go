package screen

import (
	"slices"

	"cartable/bot/callback"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// What Shape does is named by its Question: the operation; Record is what it is done
// to, Arg a second thing, Value what to make of it. Objects that are not published
// yet have IDs below 0.
const (
	ShapeStatuses  = "statuses"  // the list; Value "retired": of the retired ones
	ShapeStatus    = "status"    // the editor of status Record
	ShapeFields    = "fields"    // the columns of the customer record
	ShapeRetired   = "retired"   // what is retired of Value (status, field of status Record, choice of field Record), after ID Arg
	ShapeField     = "field"     // the editor of field Record
	ShapeChoice    = "choice"    // the editor of choice Arg of field Record
	ShapePreview   = "preview"   // what the draft changes
	ShapePublish   = "publish"   // put it in force as DraftStamp Arg
	ShapeDiscard   = "discard"   // ask whether to forget it; Value DiscardYes: forget it
	ShapeTheirs    = "theirs"    // leave what others published of object Record, of kind Value, as it is; with 0 the order
	ShapeTheirPart = "theirpart" // likewise part Value of the settings
	ShapeTry       = "try"       // fill status Record in, as an agent would, without saving
	ShapeLog       = "log"       // who changed what, before version Arg
	ShapeUndo      = "undo"      // take version Arg back
	ShapeAsk       = "ask"       // ask for Value (a text) of Record
	ShapeAdd       = "add"       // ask for a new Value (status, field, choice) of Record
	ShapeMove      = "move"      // status, field or choice (Arg) Record: Value up, down
	ShapeRetire    = "retire"    // status, field: Record; choice: Arg of Record
	ShapeRestore   = "restore"   //
	ShapeCartable  = "cartable"  // status Record: choose, or Value
	ShapeNext      = "next"      // who may be next: choose, or Value
	ShapePerson    = "person"    // colleague Arg in or out of those who may be next
	ShapeRemind    = "remind"    // the reminder: choose, or Value
	ShapeOffer     = "offer"     // offer Value in or out
	ShapeEnds      = "ends"      // how it ends the follow-up: choose, or Value
	ShapeAfter     = "after"     // which may come before: choose; status Arg in or out, Value "all"
	ShapeRequired  = "required"  // field Record: Value yes, no
	ShapeCard      = "card"      // customer field Record: Value front, plain, hidden
	ShapeMeeting   = "meeting"   // the fields that make the appointment: choose, or date Arg and time Value, in base 36; 0 for none
	ShapeWeekday   = "weekday"   // day-of-week field Record follows date field Arg; 0 for none
)

// Shaper is a reader who shapes the business, with the draft that they shape.
type Shaper struct {
	Reader
	Draft crm.Draft
}

func (s Shaper) op(key, op string, id int64, value string) view.Button {
	return s.button(key, callback.Ref{Action: callback.Shape, Record: id, Question: op, Value: value})
}

func shapeButton(label string, ref callback.Ref) view.Button {
	ref.Action = callback.Shape
	return view.Button{Label: view.Clip(label, 45), Data: callback.MustEncode(ref)}
}

// ticked marks a button that is on.
func ticked(b view.Button, on bool) view.Button {
	if on {
		b.Label = "✅ " + b.Label
	}
	return b
}

// foot is the last rows of every screen of the draft: what waits to be published,
// and the way back.
func (s Shaper) foot(back view.Button) [][]view.Button {
	rows := [][]view.Button{}
	if n := len(s.Draft.Changes); n > 0 {
		preview := s.op("shape.preview", ShapePreview, 0, "")
		preview.Label = s.P.N("shape.to_preview", n)
		preview.Style = view.Success
		rows = append(rows, []view.Button{preview})
	}
	return append(rows, []view.Button{back})
}

// edited is the line that tells of a draft, where there is one.
func (s Shaper) edited() view.HTML {
	if len(s.Draft.Changes) == 0 {
		return ""
	}
	return view.Italic(s.P.H("shape.draft"))
}

// Preview is what publishing the draft would do: what changes, whom it touches, what
// is wrong, and what agents will see.
func (s Shaper) Preview() view.Message {
	d := s.Draft
	if len(d.Changes) == 0 {
		return view.Message{HTML: s.P.H("shape.nothing"), Inline: s.keyboard(s.SettingsBack())}
	}
	html := s.fit(func(r Reader) view.HTML {
		s := Shaper{r, d}
		head := view.Paragraphs(s.P.H("shape.preview_title"), s.changes(d.Changes, d.Target), s.impact())
		if len(d.Problems) > 0 { // first things first, and where the eye is: at the buttons
			return view.Paragraphs(head, s.problems())
		}
		return view.Paragraphs(head, s.asAgents(), s.erases())
	})
	rows := s.theirs()
	for _, st := range s.changedStatuses() {
		b := s.op("shape.try", ShapeTry, int64(st.ID), "")
		b.Label = s.P.T("shape.try", "Title", view.Clip(st.Title.In(s.P.Lang()), 30))
		rows = append(rows, []view.Button{b})
	}
	if len(d.Problems) == 0 {
		rows = append(rows, []view.Button{s.enact("shape.publish", callback.Ref{Question: ShapePublish, Arg: DraftStamp(d)})})
	}
	discard := s.op("shape.discard", ShapeDiscard, 0, "")
	discard.Style = view.Danger
	rows = append(rows, []view.Button{discard}, s.SettingsBack())
	return view.Message{HTML: html, Inline: s.keyboard(rows...)}
}

// enact is the button that puts the draft in force, which says so where it has people erased.
func (s Shaper) enact(key string, ref callback.Ref) view.Button {
	b := shapeButton(s.P.T(key), ref)
	b.Style = view.Success
	if n := s.erased(); n > 0 {
		b.Label, b.Style = s.P.N("shape.erase_yes", n), view.Danger
	}
	return b
}

// erased is how many customers the draft has erased in the next night.
func (s Shaper) erased() (n int) {
	for _, i := range s.Draft.Impact {
		n += i.Erased
	}
	return n
}

// erases warns of that.
func (s Shaper) erases() view.HTML {
	switch n := s.erased(); n {
	case 0:
		return ""
	case crm.RetentionCounted:
		return s.P.HN("shape.erases_many", n)
	default:
		return s.P.HN("shape.erases", n)
	}
}

// DraftStamp tells a draft that was edited since from the one that a preview showed.
func DraftStamp(d crm.Draft) int64 { return d.TouchedAt.UnixMicro() }

// DiscardYes is the Value of a button that discards without asking again.
const DiscardYes = "yes"

// ConfirmDiscard asks whether everything that was edited is to be forgotten.
func (s Shaper) ConfirmDiscard() view.Message {
	yes := s.op("shape.discard_yes", ShapeDiscard, 0, DiscardYes)
	yes.Style = view.Danger
	html := s.P.HN("shape.discard_sure", len(s.Draft.Changes))
	return view.Message{HTML: html, Inline: s.keyboard([]view.Button{yes}, []view.Button{s.op("common.back", ShapePreview, 0, "")})}
}

// changedStatuses are the statuses in use that the draft changes, as it leaves them.
func (s Shaper) changedStatuses() []crm.Status {
	touched := map[crm.StatusID]bool{}
	for _, c := range s.Draft.Changes {
		switch {
		case c.Object == crm.ObjectStatus && c.ID != 0:
			touched[crm.StatusID(c.ID)] = true
		case c.Status != 0:
			touched[c.Status] = true
		}
	}
	var out []crm.Status
	for _, st := range s.Draft.Target.Statuses {
		if touched[st.ID] && !st.Retired && len(out) < maxTried {
			out = append(out, st)
		}
	}
	return out
}

// maxTried is how many changed statuses a preview offers to try.
const maxTried = 5

func (s Shaper) impact() view.HTML {
	var lines []view.HTML
	for _, i := range s.Draft.Impact {
		if i.Customers == 0 && i.Forms == 0 {
			continue
		}
		st, _ := s.Draft.Target.Status(i.Status)
		line := view.Text("• ") + words(s.clip(statusLabel(st, s.P.Lang()), maxLabel)) + ": " + s.P.HN("shape.customers", i.Customers)
		if i.Forms > 0 {
			line += view.Text(s.P.T("common.comma")) + s.P.HN("shape.forms", i.Forms)
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		return ""
	}
	return view.Lines(s.P.H("shape.touches"), s.atMost(lines))
}

func (s Shaper) problems() view.HTML {
	if len(s.Draft.Problems) == 0 {
		return ""
	}
	var lines []view.HTML
	for i, p := range s.Draft.Problems {
		if i == 10 {
			lines = append(lines, "…")
			break
		}
		lines = append(lines, "• "+s.Problem(p))
	}
	return view.Lines(s.P.H("shape.problems"), s.atMost(lines))
}

// Problem words why a configuration cannot be in force.
func (r Reader) Problem(p crm.Problem) view.HTML {
	arg := func(name string) view.HTML { return words(r.clip(p.Args[name], 60)) }
	title := arg("Title")
	if title == "" {
		title = words(r.place(p.Path))
	}
	if p.Key == crm.ProblemConflict {
		title = words(r.clip(r.clashing(p), 60))
	}
	return r.P.H("problem."+p.Key, "Title", title, "Other", arg("Other"), "Name", arg("Name"), "Limit", r.digits(p.Args["Limit"]))
}

// place names the list, or the part of the settings, in which something without a
// title is.
func (r Reader) place(at crm.Path) string {
	if at.Kind != crm.ObjectSettings {
		return r.P.T("shape.list_" + string(at.Kind))
	}
	lists := map[string]crm.ObjectKind{"statuses": crm.ObjectStatus, "fields": crm.ObjectField, "sources": crm.ObjectSource}
	if of, ok := lists[at.Part]; ok {
		return r.P.T("shape.list_" + string(of))
	}
	return r.P.T("change_settings." + at.Part)
}

// asAgents is the keyboard of statuses and the questions of those that change, as an
// agent will see them.
func (s Shaper) asAgents() view.HTML {
	if !slices.ContainsFunc(s.Draft.Changes, func(c crm.ConfigChange) bool { return c.Object == crm.ObjectStatus || c.Status != 0 }) {
		return ""
	}
	var lines []view.HTML
	for _, st := range s.Draft.Target.Statuses {
		if !st.Retired {
			lines = append(lines, "["+words(s.clip(statusLabel(st, s.P.Lang()), maxLabel))+"]")
		}
	}
	parts := []view.HTML{view.Lines(s.P.H("shape.as_agents"), s.atMost(lines))}
	for _, st := range s.changedStatuses() {
		parts = append(parts, view.Lines(view.Bold(words(s.clip(statusLabel(st, s.P.Lang()), maxLabel))), s.asked(st)))
	}
	return view.Paragraphs(parts...)
}

// maxLabel is how much of a status's label is shown: all of it where there is room.
const maxLabel = crm.MaxTitle + crm.MaxEmoji + 1

func statusLabel(st crm.Status, lang crm.Language) string {
	if st.Emoji == "" {
		return st.Title.In(lang)
	}
	return st.Emoji + " " + st.Title.In(lang)
}

// Published says what is in force now, with undo; undone that this is an undo itself.
func (r Reader) Published(p crm.Published, now crm.Config, undone bool) view.Message {
	title, undo := "shape.published", "shape.undo"
	if undone {
		title, undo = "shape.taken_back", "shape.redo"
	}
	html := r.fit(func(r Reader) view.HTML {
		return view.Paragraphs(r.P.H(title), Shaper{Reader: r}.changes(p.Changes, now))
	})
	back := shapeButton(r.P.T(undo), callback.Ref{Question: ShapeUndo, Arg: p.Version})
	return view.Message{HTML: html, Inline: r.keyboard([]view.Button{back}, r.SettingsBack())}
}

// ConfigLog is who changed what, newest first.
func (r Reader) ConfigLog(versions []crm.ConfigVersion, now crm.Config, more, first bool) view.Message {
	if len(versions) == 0 {
		return view.Message{HTML: view.Paragraphs(r.P.H("shape.log_title"), r.P.H("shape.log_empty")), Inline: r.keyboard(r.SettingsBack())}
	}
	// What could not be read well beside newer ones is on the next page.
	tight := r
	tight.tight = 50
	length := view.Length(r.P.H("shape.log_title"))
	for i, v := range versions {
		if length += len("\n\n") + view.Length(tight.version(v, now)); length > view.MaxText && i > 0 {
			versions, more = versions[:i], true
			break
		}
	}
	html := r.fit(func(r Reader) view.HTML {
		parts := []view.HTML{r.P.H("shape.log_title")}
		for _, v := range versions {
			parts = append(parts, r.version(v, now))
		}
		return view.Paragraphs(parts...)
	})
	var rows [][]view.Button
	if first {
		rows = append(rows, []view.Button{shapeButton(r.P.T("shape.undo_newest"), callback.Ref{Question: ShapeUndo, Arg: versions[0].Version})})
	}
	if more {
		rows = append(rows, []view.Button{shapeButton(r.P.T("timeline.older"), callback.Ref{Question: ShapeLog, Arg: versions[len(versions)-1].Version})})
	}
	return view.Message{HTML: html, Inline: r.keyboard(append(rows, r.SettingsBack())...)}
}

// version is who made a version, when, and what it changed.
func (r Reader) version(v crm.ConfigVersion, now crm.Config) view.HTML {
	head := "• " + r.When(v.At) + " — " + words(r.StaffName(v.Actor))
	if v.Undoes != 0 {
		head += " " + view.Text(r.P.T("shape.log_undo"))
	}
	return view.Lines(head, Shaper{Reader: r}.changes(v.Changes, now))
}
