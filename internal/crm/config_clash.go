package crm

import (
	"context"
	"slices"
)

// path is where what clashes is: as in a Problem, and as TakeTheirs takes it.
func (c clash) path() Path {
	switch {
	case c.Kind == ObjectSettings:
		return Path{Kind: ObjectSettings, Part: c.Part}
	case c.ID == 0:
		return Path{Kind: c.Kind, Part: "order"}
	default:
		return Path{Kind: c.Kind, ID: c.ID}
	}
}

// conflicts are the clashes of a draft that began at a version, as problems.
func conflicts(ctx context.Context, read ConfigReader, dir Directory, base int64, clashes []clash) ([]Problem, error) {
	if len(clashes) == 0 {
		return nil, nil //nolint:nilnil // no clashes are no problems
	}
	log, err := recent(ctx, read)
	if err != nil {
		return nil, err
	}
	var out []Problem
	for _, c := range clashes {
		name := dir.Staff[c.publisher(log, base)].Name
		out = append(out, Problem{Path: c.path(), Key: ProblemConflict, Args: map[string]string{"Title": c.Title.Text, "Name": name}})
	}
	return out, nil
}

// clashed is the refusal of a draft that began at a version and clashes.
func clashed(ctx context.Context, read ConfigReader, base int64, c clash) error {
	log, err := recent(ctx, read)
	if err != nil {
		return err
	}
	e := &Error{Code: Conflict, Key: KeyConfigConflict, Title: c.Title, Staff: c.publisher(log, base)}
	switch {
	case c.Kind == ObjectSettings:
		e.Field = "settings"
	case c.ID == 0:
		e.Field = "order"
	}
	return e
}

// recent are the versions among which is looked for whoever published what clashes.
func recent(ctx context.Context, read ConfigReader) ([]ConfigVersion, error) {
	const most = 200
	return read.ConfigLog(ctx, 0, most)
}

// publisher is who published what clashes with a draft that began at a version; 0
// for the program.
func (c clash) publisher(log []ConfigVersion, base int64) StaffID {
	for _, v := range log {
		if v.Version > base && slices.ContainsFunc(v.Changes, c.isOf) {
			return v.Actor
		}
	}
	return 0
}

// isOf says whether a change is one of those that clash.
func (c clash) isOf(change ConfigChange) bool {
	switch {
	case c.Kind == ObjectSettings:
		return change.Object == ObjectSettings && change.What == c.Part
	case c.ID == 0:
		return change.Object == c.Kind && change.Status == 0 && change.What == WhatReordered
	case c.Kind == ObjectStatus && change.Object == ObjectField:
		return int64(change.Status) == c.ID
	default:
		return change.Object == c.Kind && change.ID == c.ID
	}
}

// TakeTheirs gives up what the actor's draft changed of the thing at a path that
// clashes with what others published: that becomes as they left it, and the rest of
// the draft stays. Where nothing clashes there any more it does nothing.
func (s *Service) TakeTheirs(ctx context.Context, cmd Command, at Path) error {
	_, _, err := run(ctx, s, cmd, func(w *work) (struct{}, error) {
		if err := mustManage(w); err != nil {
			return struct{}{}, err
		}
		if err := w.LockDraft(ctx, w.actor.ID); err != nil {
			return struct{}{}, err
		}
		d, ok, err := w.StoredDraft(ctx, w.actor.ID)
		if err != nil || !ok {
			return struct{}{}, err
		}
		base, clashes, err := rebase(ctx, w, &d, w.dir)
		if err != nil {
			return struct{}{}, err
		}
		if !slices.ContainsFunc(clashes, func(c clash) bool { return c.path() == at }) {
			return struct{}{}, nil
		}
		d.Target, d.TouchedAt = d.Target.reverted(base, at), w.now
		if err := w.letGo(ctx, &d.Target); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, w.SaveDraft(ctx, w.actor.ID, d)
	})
	return err
}

// reverted is c with the thing at a path as it is in base, which has it: what a merge
// takes from the other side.
func (c Config) reverted(base Config, at Path) Config {
	c = c.canonical()
	switch id := at.ID; {
	case at.Kind == ObjectSettings:
		c.Settings = c.Settings.with(at.Part, base.Settings)
	case at.Part == "order" && at.Kind == ObjectStatus:
		ordered(c.Statuses, base.Statuses, func(s Status) StatusID { return s.ID })
	case at.Part == "order":
		ordered(c.Fields, base.Fields, func(f Field) FieldID { return f.ID })
	case at.Kind == ObjectStatus:
		replaced(c.Statuses, base.Statuses, func(s Status) bool { return int64(s.ID) == id })
	case at.Kind == ObjectField:
		replaced(c.Fields, base.Fields, func(f Field) bool { return int64(f.ID) == id })
	default:
		replaced(c.Sources, base.Sources, func(s Source) bool { return int64(s.ID) == id })
	}
	return c.canonical()
}

// replaced puts what is of base in place of what is in list.
func replaced[T any](list, base []T, is func(T) bool) {
	i, j := slices.IndexFunc(list, is), slices.IndexFunc(base, is)
	if i >= 0 && j >= 0 {
		list[i] = base[j]
	}
}

// ordered puts what list and base both have into the order of base, in the places
// that they have in list.
func ordered[T any, ID comparable](list, base []T, id func(T) ID) {
	var places []int
	byID := map[ID]T{}
	for i, x := range list {
		if slices.ContainsFunc(base, func(y T) bool { return id(y) == id(x) }) {
			places, byID[id(x)] = append(places, i), x
		}
	}
	for _, y := range base {
		if x, ok := byID[id(y)]; ok {
			list[places[0]], places = x, places[1:]
		}
	}
}
