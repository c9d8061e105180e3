package bot

import (
	"context"
	"slices"
	"strconv"
	"time"

	"cartable/bot/callback"
	"cartable/bot/form"
	"cartable/bot/screen"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// actOnSource shows sources, and carries out what acts at once: keys and tests.
func (r *request) actOnSource(ctx context.Context, ref callback.Ref) (string, error) {
	id := crm.SourceID(ref.Record)
	switch ref.Question {
	case screen.ShapeSources:
		return "", r.showSources(ctx, ref.Value == "retired")
	case screen.ShapeSourceIn:
		return "", r.begin(ctx, beginning{kind: formSourceIn, message: r.up.Message})
	case screen.ShapeRotate:
		src, err := r.Domain.RotateKey(ctx, r.command(), id, time.Duration(ref.Arg)*time.Hour)
		if err != nil {
			return "", err
		}
		return "", r.inPlace(ctx, r.reader().KeyShown(src, r.sourceURL(src.Source)))
	case screen.ShapeEndKeys:
		if err := r.Domain.EndOldKeys(ctx, r.command(), id); err != nil {
			return "", err
		}
		return r.p.T("source.toast_ended"), r.showSource(ctx, id)
	case screen.ShapeTestLead:
		return "", r.testLead(ctx, id)
	case screen.ShapeKeys:
		return "", r.withSource(ctx, id, screen.Shaper.Keys)
	default:
		return "", r.showSource(ctx, id)
	}
}

func (r *request) testLead(ctx context.Context, id crm.SourceID) error {
	name := r.p.T("source.test_name", "Name", view.Clip(r.staff.Name, 60))
	a, err := r.Domain.TestLead(ctx, r.command(), id, name)
	if err != nil {
		return err
	}
	return r.inPlace(ctx, r.reader().TestSent(r.dir.Sources[id], a.Customer))
}

// showSources shows the list in place of the tapped message, or below a typed one.
func (r *request) showSources(ctx context.Context, retired bool) error {
	m, err := r.sourcesScreen(ctx, retired)
	if err != nil {
		return err
	}
	return r.answer(ctx, m)
}

func (r *request) sourcesScreen(ctx context.Context, retired bool) (view.Message, error) {
	counts, err := r.Domain.InquiriesBySource(ctx, screen.CountedDays)
	if err != nil {
		return view.Message{}, err
	}
	return r.shaped(ctx, func(s screen.Shaper) view.Message { return s.Sources(retired, screen.SourceFacts{Counts: counts}) })
}

func (r *request) showSource(ctx context.Context, id crm.SourceID) error {
	return r.withSource(ctx, id, screen.Shaper.Source)
}

// withSource shows a screen of a source with what is known of it beside the
// configuration; of one that is gone, the list.
func (r *request) withSource(ctx context.Context, id crm.SourceID, show func(screen.Shaper, crm.Source, screen.SourceFacts) view.Message) error {
	facts, err := r.sourceFacts(ctx, id)
	if err != nil {
		return err
	}
	return r.shapeScreen(ctx, func(s screen.Shaper) view.Message {
		if src, ok := s.Draft.Target.Source(id); ok {
			return show(s, src, facts)
		}
		return s.Sources(false, facts)
	})
}

func (r *request) sourceFacts(ctx context.Context, id crm.SourceID) (facts screen.SourceFacts, err error) {
	if facts.Counts, err = r.Domain.InquiriesBySource(ctx, screen.CountedDays); err != nil {
		return facts, err
	}
	src := r.dir.Sources[id]
	facts.URL = r.sourceURL(src)
	if src.Kind.Keyed() {
		facts.Keys, err = r.Domain.SourceKeys(ctx, r.staff, id)
	}
	return facts, err
}

// sourceURL is where a source is sent to; "" where the outside does not reach it, or
// where staff are the source.
func (r *request) sourceURL(src crm.Source) string {
	switch {
	case r.PublicURL == "":
		return ""
	case src.Kind == crm.SourceForm:
		return r.FormLink(src.Slug)
	case src.Kind.Keyed():
		return r.PublicURL + "/api/v1/inquiries"
	}
	return ""
}

// shapeRouting changes who gets the leads of a source, or asks.
func (r *request) shapeRouting(ctx context.Context, ref callback.Ref) (string, error) {
	id, next := crm.SourceID(ref.Record), ref.Question
	if ref.Value != "" {
		next = screen.ShapeRouting
		err := r.editConfig(ctx, func(c *crm.Config) error { return setRouting(c, id, ref.Question, ref.Value, ref.Arg) })
		if err != nil {
			return "", err
		}
	}
	return "", r.shapeScreen(ctx, func(s screen.Shaper) view.Message { return routingScreen(s, id, next) })
}

func routingScreen(s screen.Shaper, id crm.SourceID, op string) view.Message {
	src, ok := s.Draft.Target.Source(id)
	switch {
	case !ok:
		return s.Sources(false, screen.SourceFacts{})
	case op == screen.ShapeRouting:
		return s.Routing(src)
	default:
		return s.RouteWait(src, op)
	}
}

// setRouting sets one part of a routing: the way, with arg the person or the group, or
// minutes as a number.
func setRouting(c *crm.Config, id crm.SourceID, op, value string, arg int64) error {
	src, ok := c.Source(id)
	if !ok {
		return &crm.Error{Code: crm.NotFound, Key: crm.KeyNoSource}
	}
	to := src.Routing
	n, err := strconv.Atoi(value)
	switch {
	case op == screen.ShapeRouting && value == screen.RouteInGroup:
		to.Mode, to.Person, to.Group = crm.RouteOffer, 0, crm.GroupID(arg)
	case op == screen.ShapeRouting:
		to.Mode, to.Person, to.Group = crm.RoutingMode(value), crm.StaffID(arg), 0
	case err != nil:
		return &crm.Error{Code: crm.Invalid, Key: crm.KeyBadValue, Field: "minutes"}
	case op == screen.ShapeAgain:
		to.AgainAfter = n
	default: // ShapeTell
		to.TellAfter = n
	}
	return c.SetRouting(id, to)
}

// defineSource asks for a new source.
func (r *request) defineSource() form.Definition {
	kind := form.Question{ID: "kind", Title: r.p.T("source.q_kind"), Label: r.p.T("field.kind"), Type: crm.Choice, Required: true}
	for _, k := range crm.SourceKinds() {
		kind.Choices = append(kind.Choices, form.Option{Value: crm.Value(strconv.Itoa(slices.Index(crm.SourceKinds(), k))), Label: view.Capital(r.p.T("source_kind." + string(k)))})
	}
	title := form.Question{ID: "title", Title: r.p.T("source.q_new"), Label: r.p.T("field.name"), Type: crm.Text, Required: true}
	return form.Definition{Title: r.p.T("form_bot.source_in"), Questions: []form.Question{kind, title}}
}

// saveSource makes the source at once, and shows its address, or its key for the only
// time.
func (r *request) saveSource(ctx context.Context, cmd crm.Command, d form.Draft) (view.Message, error) {
	kinds, n := crm.SourceKinds(), number(string(d.Answers["kind"]))
	if n < 0 || n >= len(kinds) {
		return view.Message{}, &crm.Error{Code: crm.Invalid, Key: crm.KeyBadValue, Field: "kind"}
	}
	src, err := r.Domain.AddSource(ctx, cmd, string(d.Answers["title"]), kinds[n])
	if err != nil {
		return view.Message{}, err
	}
	if src.Kind == crm.SourceForm {
		return r.reader().NewForm(src.Title.In(r.p.Lang()), r.FormLink(src.Slug)), nil
	}
	return r.reader().KeyShown(src, r.sourceURL(src.Source)), nil
}
