package crm

import (
	"context"
	"slices"
)

// Published is a version that is in force now.
type Published struct {
	Version int64          `json:"version"`
	Changes []ConfigChange `json:"changes"` // with the IDs that new things got
}

// PublishDraft puts the actor's draft in force, together with what others
// published since it was begun. Where both changed the same thing it refuses with
// KeyConfigConflict, where the whole is not in order with KeyConfigProblems, and
// nothing changes.
func (s *Service) PublishDraft(ctx context.Context, cmd Command) (Published, error) {
	return s.configure(ctx, cmd, func(w *work) (Published, error) {
		d, ok, err := w.StoredDraft(ctx, w.actor.ID)
		if err != nil {
			return Published{}, err
		}
		if !ok {
			return Published{}, fail(Invalid, KeyConfigNothing)
		}
		begun := d.Base
		_, clashes, err := rebase(ctx, w, &d, w.dir)
		if err != nil {
			return Published{}, err
		}
		if len(clashes) > 0 {
			return Published{}, clashed(ctx, w, begun, clashes[0])
		}
		out, err := w.enact(ctx, d.Target, 0)
		if err != nil {
			return Published{}, err
		}
		if err := w.approveShaped(ctx, &d.Target, out.Version); err != nil {
			return Published{}, err
		}
		return out, w.DeleteDraft(ctx, w.actor.ID)
	})
}

// ApplyConfig puts a whole configuration in force, such as one from a file.
// Objects are matched by their ID; those that are not in force yet are made, and
// those that target lacks are retired. Actor 0 is the program's command line.
func (s *Service) ApplyConfig(ctx context.Context, cmd Command, target Config) (Published, error) {
	return s.configure(ctx, cmd, func(w *work) (Published, error) {
		return w.enact(ctx, target, 0)
	})
}

// UndoConfig takes the newest version back: the configuration is as it was before
// it, and what the version had made is retired. Only whoever published it and the
// owner may, and the program.
func (s *Service) UndoConfig(ctx context.Context, cmd Command, version int64) (Published, error) {
	return s.configure(ctx, cmd, func(w *work) (Published, error) {
		newest, err := w.ConfigLog(ctx, 0, 1)
		if err != nil {
			return Published{}, err
		}
		if len(newest) == 0 || newest[0].Version != version {
			return Published{}, fail(Gone, KeyConfigUndo)
		}
		if cmd.Actor != 0 && newest[0].Actor != cmd.Actor && w.actor.Role != Owner {
			return Published{}, &Error{Code: Forbidden, Key: KeyConfigUndo, Staff: newest[0].Actor}
		}
		before, err := w.ConfigAt(ctx, version-1)
		if err != nil {
			return Published{}, err
		}
		out, err := w.enact(ctx, before, version)
		if err != nil {
			return Published{}, err
		}
		return out, w.turnProposals(ctx, version, out.Version)
	})
}

// ConfigLog reads who changed what of the configuration, newest first, before a
// version (0: from the newest). Only for managers.
func (s *Service) ConfigLog(ctx context.Context, actor Staff, before int64, limit int) ([]ConfigVersion, error) {
	if !actor.Manages() {
		return nil, fail(Forbidden, KeyManagers)
	}
	return s.store.ConfigLog(ctx, before, limit)
}

// configure is run for what changes the configuration: one at a time, each seeing
// what the one before has left.
func (s *Service) configure(ctx context.Context, cmd Command, fn func(w *work) (Published, error)) (Published, error) {
	out, _, err := run(ctx, s, cmd, func(w *work) (Published, error) {
		if cmd.Actor != 0 {
			if err := mustManage(w); err != nil {
				return Published{}, err
			}
		}
		// Drafts before the configuration, as everywhere.
		if err := w.LockDraft(ctx, w.actor.ID); err != nil {
			return Published{}, err
		}
		if err := w.baseline(ctx); err != nil {
			return Published{}, err
		}
		return fn(w)
	})
	return out, err
}

// amend changes the configuration at once, without a draft.
func (s *Service) amend(ctx context.Context, cmd Command, edit func(*work, *Config) error) error {
	_, err := s.configure(ctx, cmd, func(w *work) (Published, error) {
		target := w.dir.Config()
		if err := edit(w, &target); err != nil {
			return Published{}, err
		}
		out, err := w.enact(ctx, target, 0)
		if IsKey(err, KeyConfigNothing) {
			return Published{Version: w.dir.Version}, nil
		}
		return out, err
	})
	return err
}

// baseline locks the configuration, reads it again as it is then, and sees to it
// that what was there before the first change is a version too.
func (w *work) baseline(ctx context.Context) (err error) {
	if err := w.LockConfig(ctx); err != nil {
		return err
	}
	if w.dir, err = w.Directory(ctx); err != nil || w.dir.Version != 0 {
		return err
	}
	w.dir.Version, err = w.AppendVersion(ctx, ConfigVersion{At: w.now}, w.dir.Config())
	return err
}

// enact puts target in force as one version; undoes is the version that it takes
// back, which was in order when it was published.
func (w *work) enact(ctx context.Context, target Config, undoes int64) (Published, error) {
	live := w.dir.Config()
	target = target.completed(live)
	if ps := newProblems(live, target, w.dir); len(ps) > 0 && undoes == 0 {
		return Published{}, &Error{Code: Invalid, Key: KeyConfigProblems, Problems: ps}
	}
	if live.Same(target) {
		return Published{}, fail(Invalid, KeyConfigNothing)
	}
	target, err := w.identified(ctx, live, target)
	if err != nil {
		return Published{}, err
	}
	target = target.versioned(live)
	out := Published{Changes: DiffConfig(live, target)}
	if slices.ContainsFunc(out.Changes, ConfigChange.routes) {
		// Before anything is written: a lead on its way locks its route first.
		if err := w.wakeRoutes(ctx, true); err != nil {
			return Published{}, err
		}
	}
	if err := w.saveConfig(ctx, live, target); err != nil {
		return Published{}, err
	}
	out.Version, err = w.AppendVersion(ctx, ConfigVersion{At: w.now, Actor: w.actor.ID, Changes: out.Changes, Undoes: undoes}, target)
	return out, err
}

// versioned is target with the versions of its statuses: one more than in live
// exactly where something of the status or its fields changed.
func (c Config) versioned(live Config) Config {
	c = c.canonical()
	for i, s := range c.Statuses {
		old, known := live.Status(s.ID)
		switch {
		case !known:
			c.Statuses[i].Version = 1
		case same(old.plain(), s.plain()):
			c.Statuses[i].Version = old.Version
		default:
			c.Statuses[i].Version = old.Version + 1
		}
	}
	return c
}

// identified makes what of target is not in live, and is target with the IDs that
// it got.
func (w *work) identified(ctx context.Context, live, target Config) (Config, error) {
	statuses, fields, sources := map[StatusID]StatusID{}, map[FieldID]FieldID{}, map[SourceID]SourceID{}
	for _, s := range target.Statuses {
		if _, known := live.Status(s.ID); known {
			continue
		}
		id, err := w.InsertStatus(ctx)
		if err != nil {
			return Config{}, err
		}
		statuses[s.ID] = id
	}
	for _, list := range target.fieldLists() {
		for _, f := range list {
			if _, known := live.Field(f.ID); known {
				continue
			}
			made := f
			if id, ok := statuses[f.Status]; ok {
				made.Status = id
			}
			id, err := w.InsertField(ctx, made)
			if err != nil {
				return Config{}, err
			}
			fields[f.ID] = id
		}
	}
	for i, s := range target.Sources {
		if _, known := live.Source(s.ID); known {
			continue
		}
		slug, _ := newToken()
		_, hash := newToken() // its key is made when it is asked for
		target.Sources[i].Slug = slugOf(slug)
		id, err := w.InsertSource(ctx, target.Sources[i], hash, w.now)
		if err != nil {
			return Config{}, err
		}
		sources[s.ID] = id
	}
	return target.renumbered(statuses, fields, sources), nil
}

// renumbered is c with other IDs, wherever they are named.
func (c Config) renumbered(statuses map[StatusID]StatusID, fields map[FieldID]FieldID, sources map[SourceID]SourceID) Config {
	c = c.canonical()
	for i := range c.Statuses {
		s := &c.Statuses[i]
		renumber(&s.ID, statuses)
		renumber(&s.AppointmentDate, fields)
		renumber(&s.AppointmentTime, fields)
		for j := range s.After {
			renumber(&s.After[j], statuses)
		}
		s.After = sortedIDs(s.After)
	}
	for _, list := range c.fieldLists() {
		for i := range list {
			renumber(&list[i].ID, fields)
			renumber(&list[i].Derived, fields)
		}
	}
	for i := range c.Sources {
		renumber(&c.Sources[i].ID, sources)
	}
	return c.canonical()
}

func renumber[T comparable](id *T, by map[T]T) {
	if to, ok := by[*id]; ok {
		*id = to
	}
}

// saveConfig writes what differs. target has the IDs that are stored.
func (w *work) saveConfig(ctx context.Context, live, target Config) error {
	if !same(live.Settings, target.Settings) {
		if err := w.SaveSettings(ctx, target.Settings); err != nil {
			return err
		}
	}
	for _, s := range target.Statuses {
		if old, _ := live.Status(s.ID); !same(old, s) {
			if err := w.SaveStatus(ctx, s, w.now); err != nil {
				return err
			}
		}
	}
	for _, list := range target.fieldLists() {
		for _, f := range list {
			if old, _ := live.Field(f.ID); !same(old, f) {
				if err := w.SaveField(ctx, f, w.now); err != nil {
					return err
				}
			}
		}
	}
	for _, s := range target.Sources {
		if old, _ := live.Source(s.ID); !same(old, s) {
			if err := w.SaveSource(ctx, s, w.now); err != nil {
				return err
			}
		}
	}
	return nil
}
