package bot

import (
	"context"

	"cartable/bot/callback"
	"cartable/bot/screen"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// shapeField changes a part of a field, or shows its editor, or that of a choice.
func (r *request) shapeField(ctx context.Context, ref callback.Ref) (string, error) {
	id := crm.FieldID(ref.Record)
	var edit func(*crm.Config) error
	switch ref.Question {
	case screen.ShapeRequired:
		edit = func(c *crm.Config) error { return c.SetRequired(id, ref.Value == "yes") }
	case screen.ShapeCard:
		edit = func(c *crm.Config) error { return setOnCard(c, id, ref.Value) }
	case screen.ShapeWeekday:
		edit = func(c *crm.Config) error { return c.LinkWeekday(id, crm.FieldID(ref.Arg)) }
	case screen.ShapeChoice:
		return "", r.showChoice(ctx, id, crm.ChoiceID(ref.Arg))
	}
	if edit != nil {
		if err := r.editConfig(ctx, edit); err != nil {
			return "", err
		}
	}
	return "", r.showField(ctx, id)
}

func setOnCard(c *crm.Config, id crm.FieldID, where string) error {
	switch where {
	case "front":
		return c.SetFront(id, true)
	case "hidden":
		return c.SetHidden(id, true)
	}
	if err := c.SetFront(id, false); err != nil {
		return err
	}
	return c.SetHidden(id, false)
}

// showField shows a field's editor; where it is gone, or retired, what it belonged to.
func (r *request) showField(ctx context.Context, id crm.FieldID) error {
	return r.shapeScreen(ctx, func(s screen.Shaper) view.Message { return fieldScreen(s, id) })
}

func fieldScreen(s screen.Shaper, id crm.FieldID) view.Message {
	f, ok := s.Draft.Target.Field(id)
	st, of := s.Draft.Target.Status(f.Status)
	switch {
	case ok && !f.Retired:
		return s.Field(f)
	case of:
		return s.Status(st)
	default:
		return s.Fields()
	}
}

func (r *request) showChoice(ctx context.Context, id crm.FieldID, choice crm.ChoiceID) error {
	return r.shapeScreen(ctx, func(s screen.Shaper) view.Message {
		f, _ := s.Draft.Target.Field(id)
		if o, ok := f.Option(choice); ok {
			return s.Choice(f, o)
		}
		return fieldScreen(s, id)
	})
}

// shapePlace moves, retires and restores statuses, fields and choices.
func (r *request) shapePlace(ctx context.Context, ref callback.Ref) (string, error) {
	status, field, choice := crm.StatusID(ref.Record), crm.FieldID(ref.Record), crm.ChoiceID(ref.Arg)
	var back crm.StatusID // of a field that goes
	err := r.editConfig(ctx, func(c *crm.Config) error {
		f, _ := c.Field(field)
		back = f.Status
		switch ref.Question + " " + ref.Value {
		case "move up":
			return c.MoveStatus(status, crm.Up)
		case "move down":
			return c.MoveStatus(status, crm.Down)
		case "move fup":
			return c.MoveField(field, crm.Up)
		case "move fdown":
			return c.MoveField(field, crm.Down)
		case "move cup":
			return c.MoveChoice(field, choice, crm.Up)
		case "move cdown":
			return c.MoveChoice(field, choice, crm.Down)
		case "retire status":
			return c.RetireStatus(status)
		case "retire field":
			return c.RetireField(field)
		case "retire source":
			return c.RetireSource(crm.SourceID(ref.Record))
		case "restore source":
			return c.RestoreSource(crm.SourceID(ref.Record))
		case "retire choice":
			return c.RetireChoice(field, choice)
		case "restore status":
			return c.RestoreStatus(status)
		case "restore field":
			return c.RestoreField(field)
		case "restore choice":
			return c.RestoreChoice(field, choice)
		}
		return &crm.Error{Code: crm.Invalid, Key: crm.KeyBadValue}
	})
	if err != nil {
		return "", err
	}
	switch {
	case ref.Value == "source" && ref.Question == screen.ShapeRetire:
		return "", r.showSources(ctx, false)
	case ref.Value == "source":
		return "", r.showSource(ctx, crm.SourceID(ref.Record))
	case choice != 0:
		return "", r.showChoice(ctx, field, choice)
	case ref.Value == "status" && ref.Question == screen.ShapeRetire:
		return "", r.shapeScreen(ctx, func(s screen.Shaper) view.Message { return s.Statuses(false) })
	case ref.Value == "status" || ref.Value == "up" || ref.Value == "down":
		return "", r.showStatus(ctx, status, screen.ShapeStatus)
	case ref.Question == screen.ShapeRetire && back != 0:
		return "", r.showStatus(ctx, back, screen.ShapeStatus)
	default:
		return "", r.showField(ctx, field)
	}
}
