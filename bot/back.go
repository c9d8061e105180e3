package bot

import (
	"context"
	"errors"

	"cartable/bot/form"
	"cartable/bot/screen"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// backFrom is the screen in whose place a form was begun: giving the form up returns
// there. ok is false for a form that stands by itself, and for one that is not known
// well enough.
func (r *request) backFrom(ctx context.Context, d form.Draft) (m view.Message, ok bool, err error) {
	kind := formKind(d.Kind)
	if d.Args == nil && kind != formBusiness && kind != formSourceIn || !r.staff.Manages() && kind != formPropose {
		return view.Message{}, false, nil
	}
	switch kind {
	case formPart:
		m, err = r.shaped(ctx, func(s screen.Shaper) view.Message { return partScreen(s, d) })
	case formAdd:
		m, err = r.shaped(ctx, func(s screen.Shaper) view.Message { return listScreen(s, d) })
	case formText:
		m, err = r.textScreen(ctx, d)
	case formSourceIn:
		m, err = r.sourcesScreen(ctx, false)
	case formMember:
		m, err = r.memberScreen(ctx, d)
	case formBusiness:
		m, err = r.stepsLeft(ctx)
	case formPropose:
		m = r.reader().Propose()
	default:
		return view.Message{}, false, nil
	}
	var gone *crm.Error // what the screen is of
	if errors.As(err, &gone) {
		return view.Message{}, false, nil
	}
	return m, err == nil, err
}

// partScreen is the editor of what a formPart asks a text of.
func partScreen(s screen.Shaper, d form.Draft) view.Message {
	switch d.Args[argPart] {
	case "title", "english", "emoji":
		return statusScreen(s, crm.StatusID(d.Subject))
	case "ctitle", "cenglish":
		f, _ := s.Draft.Target.Field(crm.FieldID(d.Subject))
		if o, ok := f.Option(crm.ChoiceID(number(d.Args[argChoice]))); ok {
			return s.Choice(f, o)
		}
	}
	return fieldScreen(s, crm.FieldID(d.Subject))
}

// listScreen is the list that a formAdd adds to.
func listScreen(s screen.Shaper, d form.Draft) view.Message {
	switch {
	case d.Args[argPart] == "status":
		return s.Statuses(false)
	case d.Args[argPart] == "choice":
		return fieldScreen(s, crm.FieldID(d.Subject))
	case d.Subject != 0:
		return statusScreen(s, crm.StatusID(d.Subject))
	default:
		return s.Fields()
	}
}
