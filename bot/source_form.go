package bot

import (
	"context"
	"slices"

	"cartable/bot/callback"
	"cartable/bot/screen"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// shapeForm changes what a hosted form asks, or shows a part of its editor.
func (r *request) shapeForm(ctx context.Context, ref callback.Ref) (string, error) {
	id := crm.SourceID(ref.Record)
	next, key := ref.Question, ""
	edit := func(c *crm.Config) error {
		key = questionKey(c, ref)
		return editForm(c, id, key, ref.Question)
	}
	switch {
	case ref.Question == screen.ShapeFormAdd && (ref.Value != "" || ref.Arg != 0), ref.Question == screen.ShapeFormOut:
		next = screen.ShapeForm
	case ref.Question == screen.ShapeFormMust, ref.Question == screen.ShapeFormUp, ref.Question == screen.ShapeFormDown:
		next = screen.ShapeFormAsk
	default:
		edit = nil
	}
	if edit != nil {
		if err := r.editConfig(ctx, edit); err != nil {
			return "", err
		}
	}
	return "", r.shapeScreen(ctx, func(s screen.Shaper) view.Message {
		return formScreen(s, id, next, questionKey(&s.Draft.Target, ref))
	})
}

func formScreen(s screen.Shaper, id crm.SourceID, op, key string) view.Message {
	src, ok := s.Draft.Target.Source(id)
	if !ok || src.Kind != crm.SourceForm {
		return s.Sources(false, screen.SourceFacts{})
	}
	i := placeOfQuestion(src.Form, key)
	switch {
	case op == screen.ShapeFormAdd:
		return s.FormAdd(src)
	case op == screen.ShapeFormSeen:
		return s.FormSeen(src)
	case op == screen.ShapeFormAsk && i >= 0:
		return s.FormQuestion(src, src.Form.Questions[i])
	default:
		return s.Form(src)
	}
}

func placeOfQuestion(f crm.HostedForm, key string) int {
	return slices.IndexFunc(f.Questions, func(q crm.FormQuestion) bool { return q.Key == key })
}

// questionKey is the key of the question that a button names: the field Arg, or Value.
func questionKey(c *crm.Config, ref callback.Ref) string {
	if f, ok := c.Field(crm.FieldID(ref.Arg)); ok && ref.Arg != 0 {
		return f.Key
	}
	return ref.Value
}

// editForm does one thing to a question of a form.
func editForm(c *crm.Config, id crm.SourceID, key, op string) error {
	src, ok := c.Source(id)
	if !ok || src.Kind != crm.SourceForm {
		return &crm.Error{Code: crm.NotFound, Key: crm.KeyNoSource}
	}
	f := src.Form
	f.Questions = slices.Clone(f.Questions)
	i := placeOfQuestion(f, key)
	if op == screen.ShapeFormAdd {
		if i < 0 {
			f.Questions = append(f.Questions, crm.FormQuestion{Key: key})
		}
		return c.SetForm(id, f)
	}
	if i < 0 {
		return &crm.Error{Code: crm.NotFound, Key: crm.KeyNoField}
	}
	q := f.Questions
	switch op {
	case screen.ShapeFormMust:
		q[i].Required = !q[i].Required
	case screen.ShapeFormUp:
		if i > 0 {
			q[i-1], q[i] = q[i], q[i-1]
		}
	case screen.ShapeFormDown:
		if i+1 < len(q) {
			q[i+1], q[i] = q[i], q[i+1]
		}
	default: // ShapeFormOut
		f.Questions = slices.Delete(q, i, i+1)
	}
	return c.SetForm(id, f)
}
