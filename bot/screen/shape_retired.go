package screen

import (
	"cartable/bot/callback"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// How many retired things an editor shows among its buttons, and a page of them has.
// Nothing bounds what is retired over the years; a keyboard has room for 100 buttons.
const (
	retiredShown = 5
	retiredPage  = 20
)

// retiredThing is something retired: its ID, and the button that opens it or brings
// it back.
type retiredThing struct {
	id     int64
	button view.Button
}

// retiredOf are the retired statuses, the retired fields of status id (0: of the
// customer), or the retired choices of field id, in order.
func (s Shaper) retiredOf(what string, id int64) []retiredThing {
	var out []retiredThing
	switch what {
	case "status":
		for _, st := range s.Draft.Target.Statuses {
			if st.Retired {
				out = append(out, retiredThing{int64(st.ID), shapeButton(statusLabel(st, s.P.Lang()), callback.Ref{Question: ShapeStatus, Record: int64(st.ID)})})
			}
		}
	case "choice":
		f, _ := s.Draft.Target.Field(crm.FieldID(id))
		for _, o := range f.Choices {
			if o.Retired {
				out = append(out, retiredThing{int64(o.ID), shapeButton("🗄 "+o.Title.In(s.P.Lang()), callback.Ref{Question: ShapeChoice, Record: id, Arg: int64(o.ID)})})
			}
		}
	default: // field
		st, _ := s.Draft.Target.Status(crm.StatusID(id))
		fields := st.RetiredFields
		if id == 0 {
			fields = s.Draft.Target.Fields
		}
		for _, f := range fields {
			if f.Retired {
				title := s.P.T("shape.restore_one", "Title", f.Title.In(s.P.Lang()))
				out = append(out, retiredThing{int64(f.ID), shapeButton(title, callback.Ref{Question: ShapeRestore, Record: int64(f.ID), Value: "field"})})
			}
		}
	}
	return out
}

// retiredRows are what an editor shows of what is retired in it: few things each, or
// what leads to them.
func (s Shaper) retiredRows(what string, id int64) [][]view.Button {
	things := s.retiredOf(what, id)
	if len(things) > retiredShown {
		return [][]view.Button{{s.op("shape.retired", ShapeRetired, id, what)}}
	}
	return pairs(buttonsOf(things))
}

func buttonsOf(things []retiredThing) []view.Button {
	var out []view.Button
	for _, t := range things {
		out = append(out, t.button)
	}
	return out
}

// Retired is a page of what is retired, behind the thing after (0: from the first).
func (s Shaper) Retired(what string, id, after int64) view.Message {
	things := s.retiredOf(what, id)
	for i, t := range things {
		if t.id == after {
			things = things[i+1:]
			break
		}
	}
	more := len(things) > retiredPage
	if more {
		things = things[:retiredPage]
	}
	rows := pairs(buttonsOf(things))
	if more {
		rows = append(rows, []view.Button{shapeButton(s.P.T("shape.retired_more"), callback.Ref{Question: ShapeRetired,
			Record: id, Arg: things[len(things)-1].id, Value: what})})
	}
	back := s.op("common.back", ShapeStatuses, 0, "")
	switch {
	case what == "choice":
		back = s.op("common.back", ShapeField, id, "")
	case what == "field" && id == 0:
		back = s.op("common.back", ShapeFields, 0, "")
	case what == "field":
		back = s.op("common.back", ShapeStatus, id, "")
	}
	title := "shape.retired_field"
	if what == "status" || what == "choice" {
		title = "shape.retired_" + what
	}
	return view.Message{HTML: view.Paragraphs(s.P.H(title), s.edited()), Inline: s.keyboard(append(rows, s.foot(back)...)...)}
}
