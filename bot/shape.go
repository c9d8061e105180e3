package bot

import (
	"context"

	"cartable/bot/callback"
	"cartable/bot/screen"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// logPage is how many versions a page of the log has.
const logPage = 8

// actOnConfig carries out what is about a draft as a whole, about versions, and trials.
func (r *request) actOnConfig(ctx context.Context, ref callback.Ref) (string, error) {
	switch ref.Question {
	case screen.ShapePublish:
		return r.publish(ctx, ref.Arg)
	case screen.ShapeDiscard:
		return r.discard(ctx, ref.Value == screen.DiscardYes)
	case screen.ShapeUndo:
		return r.undoConfig(ctx, ref.Arg)
	case screen.ShapeLog:
		return "", r.configLog(ctx, r.up.Message, ref.Arg)
	case screen.ShapeTheirs, screen.ShapeTheirPart:
		return "", r.takeTheirs(ctx, screen.TheirsAt(ref))
	case screen.ShapeTry:
		return "", r.begin(ctx, beginning{kind: formTrial, subject: ref.Record})
	default: // ShapePreview
		return "", r.preview(ctx)
	}
}

// listConfig shows lists of what is shaped.
func (r *request) listConfig(ctx context.Context, ref callback.Ref) (string, error) {
	switch ref.Question {
	case screen.ShapeStatuses:
		return "", r.shapeScreen(ctx, func(s screen.Shaper) view.Message { return s.Statuses(ref.Value == "retired") })
	case screen.ShapeRetired:
		return "", r.shapeScreen(ctx, func(s screen.Shaper) view.Message { return s.Retired(ref.Value, ref.Record, ref.Arg) })
	default: // ShapeFields
		return "", r.shapeScreen(ctx, screen.Shaper.Fields)
	}
}

// shapeScreen shows a screen of the actor's draft in place of the tapped message, or
// below a typed one.
func (r *request) shapeScreen(ctx context.Context, show func(screen.Shaper) view.Message) error {
	m, err := r.shaped(ctx, show)
	if err != nil {
		return err
	}
	return r.answer(ctx, m)
}

// answer shows m in place of the tapped message, or below a typed one.
func (r *request) answer(ctx context.Context, m view.Message) error {
	message := 0
	if r.up.Query != "" {
		message = r.up.Message
	}
	_, err := r.show(ctx, message, m)
	return err
}

func (r *request) shaped(ctx context.Context, show func(screen.Shaper) view.Message) (view.Message, error) {
	draft, err := r.Domain.ConfigDraft(ctx, r.staff.ID)
	if err != nil {
		return view.Message{}, err
	}
	return show(screen.Shaper{Reader: r.reader(), Draft: draft}), nil
}

// editConfig applies an edit to the actor's draft, once for this update.
func (r *request) editConfig(ctx context.Context, edit func(*crm.Config) error) error {
	_, err := r.Domain.EditConfig(ctx, r.command(), func(c *crm.Config) (int64, error) { return 0, edit(c) })
	return err
}

// preview shows what publishing the draft would do, and whom it touches.
func (r *request) preview(ctx context.Context) error {
	draft, err := r.Domain.ConfigDraft(ctx, r.staff.ID)
	if err != nil {
		return err
	}
	if draft.Impact, err = r.Domain.ConfigImpact(ctx, draft); err != nil {
		return err
	}
	return r.inPlace(ctx, screen.Shaper{Reader: r.reader(), Draft: draft}.Preview())
}

// takeTheirs gives up what clashes with others' changes at a path.
func (r *request) takeTheirs(ctx context.Context, at crm.Path) error {
	if err := r.Domain.TakeTheirs(ctx, r.command(), at); err != nil {
		return err
	}
	return r.preview(ctx)
}

// discard forgets the draft where its manager is sure.
func (r *request) discard(ctx context.Context, sure bool) (string, error) {
	if !sure {
		return "", r.shapeScreen(ctx, screen.Shaper.ConfirmDiscard)
	}
	if err := r.Domain.DiscardDraft(ctx, r.command()); err != nil {
		return "", err
	}
	return r.p.T("shape.discarded"), r.shapeScreen(ctx, screen.Shaper.Preview)
}

// publish puts the draft in force, as the preview of this stamp showed it; one that
// was edited since is shown again. What keeps it from being in force is shown where
// it can be put right.
func (r *request) publish(ctx context.Context, stamp int64) (string, error) {
	draft, err := r.Domain.ConfigDraft(ctx, r.staff.ID)
	if err != nil {
		return "", err
	}
	// One that is not there was published by this very tap, or is refused below.
	if !draft.TouchedAt.IsZero() && screen.DraftStamp(draft) != stamp {
		return r.p.T("shape.edited_since"), r.preview(ctx)
	}
	out, err := r.Domain.PublishDraft(ctx, r.command())
	if crm.IsKey(err, crm.KeyConfigProblems) || crm.IsKey(err, crm.KeyConfigConflict) {
		words, _ := r.words(err)
		return words, r.preview(ctx)
	}
	if err != nil {
		return "", err
	}
	return r.p.T("shape.toast_published"), r.inForce(ctx, out, false)
}

// inForce says what a version changed, with undo; undone that it is one itself.
func (r *request) inForce(ctx context.Context, out crm.Published, undone bool) (err error) {
	if r.dir, err = r.Domain.Directory(ctx); err != nil {
		return err
	}
	return r.inPlace(ctx, r.reader().Published(out, r.dir.Config(), undone))
}

func (r *request) undoConfig(ctx context.Context, version int64) (string, error) {
	out, err := r.Domain.UndoConfig(ctx, r.command(), version)
	if err != nil {
		return "", err
	}
	return r.p.T("toast.undone"), r.inForce(ctx, out, true)
}

func (r *request) configLog(ctx context.Context, message int, before int64) error {
	versions, err := r.Domain.ConfigLog(ctx, r.staff, before, logPage+1)
	if err != nil {
		return err
	}
	more := len(versions) > logPage
	if more {
		versions = versions[:logPage]
	}
	_, err = r.show(ctx, message, r.reader().ConfigLog(versions, r.dir.Config(), more, before == 0))
	return err
}
