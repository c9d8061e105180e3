package crm

import (
	"context"
	"slices"
	"time"
)

// Config reads the configuration in force and its version.
func (s *Service) Config(ctx context.Context) (Config, int64, error) {
	dir, err := s.store.Directory(ctx)
	if err != nil {
		return Config{}, 0, err
	}
	return dir.Config(), dir.Version, nil
}

// Draft is what a manager is shaping and nobody else sees yet.
type Draft struct {
	Base     int64 // the version that it changes
	Target   Config
	Changes  []ConfigChange // what the manager changed
	Problems []Problem      // why it cannot be published; those of before do not count
	Impact   []Impact       // for a preview: see Service.ConfigImpact
	// TouchedAt is when it was edited last; zero for one that was not begun, which
	// is the configuration in force.
	TouchedAt time.Time
}

// ConfigDraft reads a manager's draft. What others published since it was begun is
// in it already, unless they changed the same things: those are problems of
// ProblemConflict, until TakeTheirs settles them.
func (s *Service) ConfigDraft(ctx context.Context, actor StaffID) (Draft, error) {
	dir, err := s.store.Directory(ctx)
	if err != nil {
		return Draft{}, err
	}
	if !dir.Staff[actor].Manages() {
		return Draft{}, fail(Forbidden, KeyManagers)
	}
	stored, ok, err := s.store.StoredDraft(ctx, actor)
	if err != nil {
		return Draft{}, err
	}
	live := dir.Config()
	if !ok {
		return Draft{Base: dir.Version, Target: live}, nil
	}
	begun := stored.Base
	base, clashes, err := rebase(ctx, s.store, &stored, dir)
	if err != nil {
		return Draft{}, err
	}
	conflicts, err := conflicts(ctx, s.store, dir, begun, clashes)
	if err != nil {
		return Draft{}, err
	}
	d := Draft{Base: stored.Base, Target: stored.Target, TouchedAt: stored.TouchedAt,
		Changes: DiffConfig(base, stored.Target), Problems: append(conflicts, newProblems(live, stored.Target, dir)...)}
	return d, nil
}

// formInUse is for how long after its last answer a form counts as being filled in.
const formInUse = time.Hour

// ConfigImpact counts whom a draft touches: those who have the changed statuses that
// are in force, in the order of the changes; then whom the next night erases, where that
// changes. It is dear, and for the preview alone.
func (s *Service) ConfigImpact(ctx context.Context, d Draft) ([]Impact, error) {
	is, err := s.store.StatusUse(ctx, touched(d.Changes), s.now().Add(-formInUse))
	if err != nil || !slices.ContainsFunc(d.Changes, ConfigChange.erases) {
		return is, err
	}
	n, err := s.wouldErase(ctx, d.Target)
	if n > 0 {
		is = append(is, Impact{Erased: n})
	}
	return is, err
}

// rebase brings a draft to the configuration in force, where what others published
// since does not clash with it, and returns the configuration that it changes. Where
// it clashes, the draft stays as it is.
func rebase(ctx context.Context, read ConfigReader, d *StoredDraft, dir Directory) (base Config, _ []clash, err error) {
	live := dir.Config()
	if d.Base == dir.Version {
		d.Target = d.Target.completed(live)
		return live, nil, nil
	}
	base, err = read.ConfigAt(ctx, d.Base)
	if err != nil {
		return Config{}, nil, err
	}
	base = base.canonical()
	d.Target = d.Target.completed(base)
	merged, clashes := merge(base, d.Target, live)
	if len(clashes) > 0 {
		return base, clashes, nil
	}
	d.Base, d.Target = dir.Version, merged
	return live, nil, nil
}

// touched are the statuses in force that changes are about.
func touched(changes []ConfigChange) []StatusID {
	var out []StatusID
	for _, c := range changes {
		id := c.Status
		if c.Object == ObjectStatus {
			id = StatusID(c.ID)
		}
		if id > 0 && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// newProblems are those of target that live has not: what went wrong by itself (a
// colleague left) keeps nobody from publishing something else.
func newProblems(live, target Config, dir Directory) []Problem {
	before := live.Problems(dir)
	return slices.DeleteFunc(slices.Concat(target.Problems(dir), target.fixed(live)), func(p Problem) bool {
		return slices.ContainsFunc(before, func(old Problem) bool { return old.Path == p.Path && old.Key == p.Key })
	})
}

// EditConfig applies an edit to the actor's draft, which it begins where there is
// none; nothing is in force before PublishDraft. made is the ID of what the edit
// added, as the edit returns it; a repetition of the command returns the same and
// does not edit again. The draft can be read by ConfigDraft.
func (s *Service) EditConfig(ctx context.Context, cmd Command, edit func(*Config) (made int64, err error)) (made int64, err error) {
	made, _, err = run(ctx, s, cmd, func(w *work) (int64, error) {
		if err := mustManage(w); err != nil {
			return 0, err
		}
		return w.editDraft(ctx, edit)
	})
	return made, err
}

// editDraft is EditConfig inside a command of a manager.
func (w *work) editDraft(ctx context.Context, edit func(*Config) (made int64, err error)) (made int64, err error) {
	if err := w.LockDraft(ctx, w.actor.ID); err != nil {
		return 0, err
	}
	d, ok, err := w.StoredDraft(ctx, w.actor.ID)
	if err != nil {
		return 0, err
	}
	if !ok {
		// What the draft is compared with has to be there when it is published.
		if err := w.baseline(ctx); err != nil {
			return 0, err
		}
		d.Base, d.Target = w.dir.Version, w.dir.Config()
	} else if _, _, err := rebase(ctx, w, &d, w.dir); err != nil {
		return 0, err
	}
	d.Target.made = d.Made
	if made, err = edit(&d.Target); err != nil {
		return 0, err
	}
	d.Made = min(d.Made, d.Target.made)
	d.Target, d.TouchedAt = d.Target.canonical(), w.now
	if err := w.letGo(ctx, &d.Target); err != nil {
		return 0, err
	}
	return made, w.SaveDraft(ctx, w.actor.ID, d)
}

// DiscardDraft forgets what the actor has edited.
func (s *Service) DiscardDraft(ctx context.Context, cmd Command) error {
	_, _, err := run(ctx, s, cmd, func(w *work) (struct{}, error) {
		if err := mustManage(w); err != nil {
			return struct{}{}, err
		}
		if err := w.LockDraft(ctx, w.actor.ID); err != nil {
			return struct{}{}, err
		}
		if err := w.letGo(ctx, &Config{}); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, w.DeleteDraft(ctx, w.actor.ID)
	})
	return err
}
