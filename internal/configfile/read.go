package configfile

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"cartable/internal/crm"
)

// reader reads one file.
type reader struct {
	live     crm.Config
	dir      crm.Directory
	out      crm.Config
	mistakes []Mistake

	places    map[place]*yaml.Node // of what crm.Problem may be about
	fieldIDs  map[int64]*yaml.Node // of the file, to see one that stands twice
	newFields crm.FieldID          // the last that was given to a new field
	keys      []string             // of fields, those in force and those of the file
}

// place is a part of an object of the configuration.
type place struct {
	kind crm.ObjectKind
	id   int64
	part string
}

// sections are the parts of a file, in order.
var sections = []string{"format", "business", "hours", "days_off", "holidays", "routine", "statuses", "fields", "sources"}

// Read reads a file as the configuration that dir would have with it. With mistakes,
// what is read besides is not to be applied.
func Read(data []byte, dir crm.Directory) (crm.Config, []Mistake) {
	r := &reader{live: dir.Config(), dir: dir, places: map[place]*yaml.Node{}, fieldIDs: map[int64]*yaml.Node{}}
	r.out = r.live
	for _, f := range r.live.Fields {
		r.keys = append(r.keys, f.Key)
	}
	for _, s := range r.live.Statuses {
		for _, f := range slices.Concat(s.Fields, s.RetiredFields) {
			r.keys = append(r.keys, f.Key)
		}
	}
	if root := r.parse(data); root != nil {
		r.unaliased(root)
		r.file(r.mapping(root, sections...))
		r.problems()
	}
	slices.SortStableFunc(r.mistakes, func(a, b Mistake) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return r.out, r.mistakes
}

// parse is the tree of a file; nil where it is no YAML.
func (r *reader) parse(data []byte) *yaml.Node {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	switch {
	case len(data) > MaxSize:
		r.add(nil, "mistake.too_big", "Limit", strconv.Itoa(MaxSize>>10))
		return nil
	case !utf8.Valid(data):
		r.add(nil, "mistake.encoding")
		return nil
	case r.tabs(data):
		return nil
	}
	var doc, more yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	err := decoder.Decode(&doc)
	if errors.Is(err, io.EOF) || err == nil && null(doc.Content[0]) {
		r.add(nil, "mistake.nothing", "Want", strings.Join(sections, ", "))
		return nil
	}
	if err != nil {
		r.syntax(data, err)
		return nil
	}
	// What is indented less than the first line is no part of the first document.
	switch err := decoder.Decode(&more); {
	case err == nil:
		r.add(&more, "mistake.documents")
	case !errors.Is(err, io.EOF):
		r.syntax(data, err)
		return nil
	}
	return doc.Content[0]
}

// tabs notes lines that are indented by tabs, which YAML does not take.
func (r *reader) tabs(data []byte) bool {
	found := false
	n := 0
	for line := range strings.SplitSeq(string(data), "\n") {
		n++
		if rest := strings.TrimLeft(line, " "); strings.HasPrefix(rest, "\t") && strings.TrimSpace(rest) != "" {
			r.add(&yaml.Node{Line: n, Column: len(line) - len(rest) + 1}, "mistake.tab")
			found = true
		}
	}
	return found
}

// syntax notes why a file is no YAML. The parser often names the line on which it
// began what it could not end; the line is looked for by what can be read before it.
func (r *reader) syntax(data []byte, err error) {
	lines := bytes.SplitAfter(data, []byte("\n"))
	n := sort.Search(len(lines), func(n int) bool {
		decoder := yaml.NewDecoder(bytes.NewReader(bytes.Join(lines[:n], nil)))
		var err error
		for err == nil {
			var doc yaml.Node
			err = decoder.Decode(&doc)
		}
		return !errors.Is(err, io.EOF)
	})
	what := errorPlace.ReplaceAllString(err.Error(), "")
	r.add(&yaml.Node{Line: max(n, 1), Column: 1}, "mistake.syntax", "Value", what)
}

var errorPlace = regexp.MustCompile(`^yaml: (line \d+: )?`)

func (r *reader) file(m mapping) {
	if v, ok := m.scalar("format"); ok && v != format {
		r.add(m.parts["format"], "mistake.format", "Value", v, "Want", format)
	}
	if m.keys["business"] != nil {
		r.business(m.parts["business"])
	}
	if n := m.parts["hours"]; n != nil {
		r.hours(n)
	}
	if m.parts["days_off"] != nil {
		r.daysOff(m)
	}
	if m.parts["routine"] != nil {
		r.windows(m)
	}
	if m.parts["holidays"] != nil {
		r.holidays(m)
	}
	if m.parts["statuses"] != nil {
		r.mark(crm.ObjectSettings, 0, m.keys, "statuses")
		r.statuses(m.list("statuses"))
	}
	if m.parts["fields"] != nil {
		r.mark(crm.ObjectSettings, 0, m.keys, "fields")
		r.out.Fields = r.fields(m.list("fields"), r.live.Fields, 0)
	}
	if m.parts["sources"] != nil {
		r.mark(crm.ObjectSettings, 0, m.keys, "sources")
		r.sources(m.list("sources"))
	}
}

// mark notes where parts of an object are, for the problems that the whole may have.
func (r *reader) mark(kind crm.ObjectKind, id int64, at map[string]*yaml.Node, parts ...string) {
	for _, part := range parts {
		if n := at[part]; n != nil {
			r.places[place{kind, id, part}] = n
		}
	}
}

// problems notes what keeps the whole from being in force. What a mistake was told of
// already is not told again.
func (r *reader) problems() {
	for _, p := range crm.TargetProblems(r.live, r.out, r.dir) {
		at := r.locate(p.Path)
		args := []string{"Title", cmp.Or(p.Args["Title"], p.Path.Part)}
		for _, name := range []string{"Other", "Limit"} {
			args = append(args, name, p.Args[name])
		}
		args = append(args, "Name", p.Args["Name"])
		told := slices.ContainsFunc(r.mistakes, func(m Mistake) bool { return at != nil && m.Line == at.Line && m.Column == at.Column })
		if !told {
			r.add(at, "problem."+p.Key, args...)
		}
	}
}

// locate is where in the file a part of the configuration is: the part, what it is a
// part of, or the object.
func (r *reader) locate(p crm.Path) *yaml.Node {
	part := p.Part
	for {
		if n := r.places[place{p.Kind, p.ID, part}]; n != nil {
			return n
		}
		i := strings.LastIndex(part, "/")
		if i < 0 {
			return r.places[place{p.Kind, p.ID, ""}]
		}
		part = part[:i]
	}
}
