package crm

import (
	"encoding/json"
	"maps"
	"slices"
)

// clash is what two managers changed at once: the object, or with ID 0 the order
// of a list or a part of the settings (Part).
type clash struct {
	Kind  ObjectKind
	ID    int64
	Part  string
	Title Title
}

// merge carries what mine changed of base over to theirs: object by object, a
// status with all its fields as one, the settings part by part. Where both changed
// the same, and differently, the clashes say what.
//
// All three are canonical, and neither mine nor theirs lacks an object of base.
func merge(base, mine, theirs Config) (Config, []clash) {
	m := &merger{}
	mine = mine.rekeyed(theirs)
	out := Config{Settings: m.settings(base.Settings, mine.Settings, theirs.Settings)}
	out.Statuses = mergeLists(m, ObjectStatus, base.Statuses, mine.Statuses, theirs.Statuses, part[Status]{
		id: func(s Status) int64 { return int64(s.ID) }, title: func(s Status) Title { return s.Title },
		plain: func(s Status) any { return s.plain() }})
	out.Fields = mergeLists(m, ObjectField, base.Fields, mine.Fields, theirs.Fields, part[Field]{
		id: func(f Field) int64 { return int64(f.ID) }, title: func(f Field) Title { return f.Title },
		plain: func(f Field) any { return f.plain() }})
	out.Sources = mergeLists(m, ObjectSource, base.Sources, mine.Sources, theirs.Sources, part[Source]{
		id: func(s Source) int64 { return int64(s.ID) }, title: func(s Source) Title { return s.Title },
		plain: func(s Source) any { return s }})
	return out.canonical(), m.clashes
}

// merger notes the clashes.
type merger struct{ clashes []clash }

func (m *merger) note(c clash) { m.clashes = append(m.clashes, c) }

func (m *merger) settings(base, mine, theirs Settings) Settings {
	b, x, y := parts(base), parts(mine), parts(theirs)
	for _, name := range slices.Sorted(maps.Keys(y)) {
		switch {
		case string(x[name]) == string(b[name]) || string(x[name]) == string(y[name]):
		case string(y[name]) == string(b[name]):
			y[name] = x[name]
		default:
			m.note(clash{Kind: ObjectSettings, Part: name})
		}
	}
	return assembled(y, theirs)
}

// assembled is the settings of these parts; or else, where they are none.
func assembled(parts map[string]json.RawMessage, or Settings) (out Settings) {
	raw, err := json.Marshal(parts)
	if err != nil || json.Unmarshal(raw, &out) != nil {
		return or
	}
	return out
}

// with is s with one part as in other.
func (s Settings) with(part string, other Settings) Settings {
	mine := parts(s)
	mine[part] = parts(other)[part]
	return assembled(mine, s)
}

// part is how the merger looks at an object of a list.
type part[T any] struct {
	id    func(T) int64
	title func(T) Title
	plain func(T) any // what counts as a change
}

func mergeLists[T any](m *merger, kind ObjectKind, base, mine, theirs []T, of part[T]) []T {
	find := func(list []T, id int64) (x T, ok bool) {
		for _, x := range list {
			if of.id(x) == id {
				return x, true
			}
		}
		return x, false
	}
	merged := map[int64]T{}
	for _, y := range theirs {
		id := of.id(y)
		merged[id] = y
		x, have := find(mine, id)
		b, had := find(base, id)
		switch {
		case !have || same(of.plain(x), of.plain(y)) || had && same(of.plain(x), of.plain(b)):
		case had && same(of.plain(y), of.plain(b)):
			merged[id] = x
		default:
			m.note(clash{Kind: kind, ID: id, Title: of.title(y)})
		}
	}
	for _, x := range mine {
		if _, known := merged[of.id(x)]; !known {
			merged[of.id(x)] = x
		}
	}
	out := make([]T, 0, len(merged))
	for _, id := range m.order(kind, ids(base, of.id), ids(mine, of.id), ids(theirs, of.id)) {
		out = append(out, merged[id])
	}
	return out
}

// order is theirs, or mine where I alone moved something, with what the other list
// has besides put behind its neighbour there.
func (m *merger) order(kind ObjectKind, base, mine, theirs []int64) []int64 {
	id := func(id int64) int64 { return id }
	known := func(list []int64) []int64 {
		return slices.DeleteFunc(slices.Clone(list), func(id int64) bool {
			return !slices.Contains(base, id) || !slices.Contains(mine, id) || !slices.Contains(theirs, id)
		})
	}
	iMoved := moved(known(base), known(mine), id)
	theyMoved := moved(known(base), known(theirs), id)
	if iMoved && theyMoved && moved(known(mine), known(theirs), id) && kind != ObjectSource {
		m.note(clash{Kind: kind})
	}
	out, other := slices.Clone(theirs), mine
	if iMoved {
		out, other = slices.Clone(mine), theirs
	}
	for i, id := range other {
		if slices.Contains(out, id) {
			continue
		}
		at := 0
		if i > 0 {
			at = slices.Index(out, other[i-1]) + 1
			// Behind everything else that came there, oldest first.
			for at < len(out) && !slices.Contains(other, out[at]) {
				at++
			}
		}
		out = slices.Insert(out, at, id)
	}
	return out
}

func ids[T any](list []T, id func(T) int64) []int64 {
	out := make([]int64, len(list))
	for i, x := range list {
		out[i] = id(x)
	}
	return out
}

// rekeyed gives the customer fields that are new in c other keys where they have
// those of theirs, and has c's forms ask by the new ones.
func (c Config) rekeyed(theirs Config) Config {
	c = c.canonical()
	taken := map[string]bool{}
	var keys []string
	for _, f := range slices.Concat(theirs.Fields, c.Fields) {
		keys = append(keys, f.Key)
	}
	for _, f := range theirs.Fields {
		taken[f.Key] = true
	}
	for i, f := range c.Fields {
		if indexField(theirs.Fields, f.ID) >= 0 || !taken[f.Key] {
			continue
		}
		key := newKey(Title{Text: f.Key}, keys)
		keys = append(keys, key)
		c.Fields[i].Key = key
		for j := range c.Sources {
			for k, q := range c.Sources[j].Form.Questions {
				if q.Key == f.Key {
					c.Sources[j].Form.Questions[k].Key = key
				}
			}
		}
	}
	return c
}

// completed is c with everything that theirs has and c does not, retired: nothing
// is ever deleted, since history names it. What never changes is as in theirs.
func (c Config) completed(theirs Config) Config {
	c = c.canonical()
	for _, old := range theirs.Statuses {
		s := c.status(old.ID)
		if s == nil {
			old.Retired = true
			c.Statuses = append(c.Statuses, old)
			continue
		}
		for _, f := range slices.Concat(old.Fields, old.RetiredFields) {
			if c.field(f.ID) == nil {
				f.Retired = true
				s.RetiredFields = append(s.RetiredFields, f)
			}
		}
	}
	for _, f := range theirs.Fields {
		if c.field(f.ID) == nil {
			f.Retired = true
			c.Fields = append(c.Fields, f)
		}
	}
	for _, list := range theirs.fieldLists() {
		for _, old := range list {
			if f := c.field(old.ID); f != nil && f.Status == old.Status {
				f.Key, f.Choices = old.Key, completeChoices(f.Choices, old.Choices)
			}
		}
	}
	for _, old := range theirs.Sources {
		s := c.source(old.ID)
		if s == nil {
			old.Retired = old.Kind != SourceManual
			c.Sources = append(c.Sources, old)
			continue
		}
		s.Slug = old.Slug
	}
	return c.canonical()
}

func completeChoices(choices, old []ChoiceOption) []ChoiceOption {
	for _, o := range old {
		if !slices.ContainsFunc(choices, func(c ChoiceOption) bool { return c.ID == o.ID }) {
			o.Retired = true
			choices = append(choices, o)
		}
	}
	return choices
}

// fixed are the problems of c where something is other than in theirs that never
// changes: the type of a field and where it belongs, the kind of a source.
func (c Config) fixed(theirs Config) []Problem {
	p := &problems{c: &c}
	for _, list := range c.fieldLists() {
		for _, f := range list {
			old, known := theirs.Field(f.ID)
			if known && (old.Type != f.Type || old.Status != f.Status) {
				p.add(Path{Kind: ObjectField, ID: int64(f.ID), Status: f.Status, Part: "type"}, ProblemFixed, "Title", f.Title.Text)
			}
		}
	}
	for _, s := range c.Sources {
		if old, known := theirs.Source(s.ID); known && old.Kind != s.Kind {
			p.add(Path{Kind: ObjectSource, ID: int64(s.ID), Part: "kind"}, ProblemFixed, "Title", s.Title.Text)
		}
	}
	return p.list
}
