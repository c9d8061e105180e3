package bot

import (
	"context"
	"errors"
	"io"
	"path"
	"slices"
	"strings"

	"cartable/bot/callback"
	"cartable/bot/chat"
	"cartable/bot/screen"
	"cartable/bot/view"
	"cartable/internal/configfile"
	"cartable/internal/crm"
	"cartable/internal/persian"
)

// actOnFile carries out what is about the configuration as a file.
func (r *request) actOnFile(ctx context.Context, ref callback.Ref) (string, error) {
	switch {
	case ref.Question == screen.ShapeFile:
		return "", r.configFile(ctx)
	case ref.Question == screen.ShapeDrop:
		return "", r.inPlace(ctx, view.Message{HTML: r.p.H("config.cancelled")})
	case ref.Question == screen.ShapeApply:
		return r.applyFile(ctx, ref)
	case ref.Value == "":
		return "", r.readyConfigs(ctx)
	default:
		return "", r.difference(ctx, ref.Value, r.up.Message)
	}
}

// configFile sends the whole configuration as a file.
func (r *request) configFile(ctx context.Context) error {
	name := "cartable-config-" + persian.CivilOf(r.now).String() + ".yaml"
	data := configfile.Write(r.dir.Config(), r.dir, r.p)
	_, err := r.send(ctx, r.reader().ConfigFile(view.File{Name: name, Data: data}))
	return err
}

// readyConfigs offers the presets, below whatever led there.
func (r *request) readyConfigs(ctx context.Context) error {
	_, err := r.send(ctx, r.reader().ReadyConfigs())
	return err
}

// isConfig says whether an uploaded file is a configuration by its name.
func (r *request) isConfig() bool {
	return r.up.File != nil && slices.Contains([]string{".yaml", ".yml"}, strings.ToLower(path.Ext(r.up.File.Name)))
}

// receiveConfig checks a configuration that was sent and shows what it would change.
// The very bytes wait in Redis for the answer.
func (r *request) receiveConfig(ctx context.Context) error {
	if !r.staff.Manages() {
		return &crm.Error{Code: crm.Forbidden, Key: crm.KeyManagers}
	}
	data, err := r.download(ctx)
	if class := chat.ClassOf(err); class == chat.Rejected || class == chat.Gone {
		_, err = r.send(ctx, view.Message{HTML: r.p.H("config.unreachable")})
		return err
	}
	if err != nil {
		return err
	}
	if _, mistakes := configfile.Read(data, r.dir); len(mistakes) > 0 {
		return r.mistaken(ctx, 0, mistakes)
	}
	id := r.draftID()
	if err := r.Drafts.SaveList(ctx, id, []string{string(data)}); err != nil {
		return err
	}
	return r.difference(ctx, id, 0)
}

// download is the uploaded file; of one that is too big, just enough to see that.
func (r *request) download(ctx context.Context) ([]byte, error) {
	if r.up.File.Size > configfile.MaxSize {
		return make([]byte, configfile.MaxSize+1), nil
	}
	file, _, err := r.Messenger.OpenFile(ctx, r.up.File.ID)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, configfile.MaxSize+1))
}

// mistaken tells what is wrong with a file, in place of a message or below.
func (r *request) mistaken(ctx context.Context, message int, mistakes []configfile.Mistake) error {
	if _, err := r.show(ctx, message, r.reader().ConfigMistakes(mistakes)); err != nil {
		return err
	}
	all, more := r.reader().ConfigMistakesFile(mistakes)
	if !more {
		return nil
	}
	_, err := r.send(ctx, all)
	return err
}

// target is the configuration that a preset, or the file that waits under a name,
// makes of what is in force. ErrDraftGone where the file does not wait any more.
func (r *request) target(ctx context.Context, what string) (crm.Config, []configfile.Mistake, error) {
	if c, mistakes, ok := configfile.Preset(what).Config(r.dir); ok {
		return c, mistakes, nil
	}
	kept, err := r.Drafts.LoadList(ctx, what)
	if err == nil && len(kept) != 1 {
		err = ErrDraftGone
	}
	if err != nil {
		return crm.Config{}, nil, err
	}
	c, mistakes := configfile.Read([]byte(kept[0]), r.dir)
	return c, mistakes, nil
}

// difference shows what a preset or a file would change, in place of a message or below.
func (r *request) difference(ctx context.Context, what string, message int) error {
	c, mistakes, err := r.target(ctx, what)
	switch {
	case errors.Is(err, ErrDraftGone):
		_, err = r.show(ctx, message, view.Message{HTML: r.p.H("config.lost")})
		return err
	case err != nil:
		return err
	case len(mistakes) > 0:
		return r.mistaken(ctx, message, mistakes)
	}
	d, err := r.Domain.CompareConfig(ctx, r.dir, r.staff.ID, c)
	if err != nil {
		return err
	}
	_, err = r.show(ctx, message, screen.Shaper{Reader: r.reader(), Draft: d}.Difference(what))
	return err
}

// applyFile puts in force what the actor has seen. Where the configuration was changed
// since, it shows what would change now instead.
func (r *request) applyFile(ctx context.Context, ref callback.Ref) (string, error) {
	c, mistakes, err := r.target(ctx, ref.Value)
	if err != nil || len(mistakes) > 0 {
		return "", r.difference(ctx, ref.Value, r.up.Message)
	}
	// What was put in force by this very tap is so already: the command says it again.
	out, err := r.Domain.ReplaceConfig(ctx, r.command(), ref.Arg, c)
	if crm.IsKey(err, crm.KeyConfigMoved) {
		if r.dir, err = r.Domain.Directory(ctx); err != nil {
			return "", err
		}
		return r.p.T("config.moved"), r.difference(ctx, ref.Value, r.up.Message)
	}
	if err != nil {
		return "", err
	}
	return r.p.T("shape.toast_published"), r.inForce(ctx, out, false)
}
