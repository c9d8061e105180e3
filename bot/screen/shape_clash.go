package screen

import (
	"cartable/bot/callback"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// maxTheirs is how many clashes a preview offers to settle at a time.
const maxTheirs = 5

// theirs are the buttons that settle what clashes with others' changes, by giving up
// one's own.
func (s Shaper) theirs() [][]view.Button {
	var rows [][]view.Button
	for _, p := range s.Draft.Problems {
		if p.Key != crm.ProblemConflict || len(rows) == maxTheirs {
			continue
		}
		ref := callback.Ref{Question: ShapeTheirs, Record: p.Path.ID, Value: string(p.Path.Kind)}
		if p.Path.Kind == crm.ObjectSettings {
			ref = callback.Ref{Question: ShapeTheirPart, Value: p.Path.Part}
		}
		rows = append(rows, []view.Button{shapeButton(s.P.T("shape.take_theirs", "Title", view.Clip(s.clashing(p), 25)), ref)})
	}
	return rows
}

// TheirsAt is the path that a button of a clash names.
func TheirsAt(ref callback.Ref) crm.Path {
	switch {
	case ref.Question == ShapeTheirPart:
		return crm.Path{Kind: crm.ObjectSettings, Part: ref.Value}
	case ref.Record == 0:
		return crm.Path{Kind: crm.ObjectKind(ref.Value), Part: "order"}
	default:
		return crm.Path{Kind: crm.ObjectKind(ref.Value), ID: ref.Record}
	}
}

// clashing names what clashes: an object, a part of the settings, or the order of a
// list.
func (r Reader) clashing(p crm.Problem) string {
	switch {
	case p.Path.Part == "order":
		return r.P.T("shape.order_of", "List", r.place(p.Path))
	case p.Args["Title"] != "":
		return p.Args["Title"]
	default:
		return r.place(p.Path)
	}
}
