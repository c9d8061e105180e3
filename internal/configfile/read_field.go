package configfile

import (
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"

	"cartable/internal/crm"
)

// fields reads a list of fields: those of a status, or the customer's with of 0. live
// are those that it has in force.
func (r *reader) fields(nodes []*yaml.Node, live []crm.Field, of crm.StatusID) []crm.Field {
	var objects []mapping
	var file, known []thing
	var out []crm.Field
	for _, n := range nodes {
		m := r.mapping(n, "id", "title", "key", "type", "retired", "required", "help", "follows", "front", "hidden", "choices")
		objects = append(objects, m)
		file = append(file, thing{id: m.id(r.fieldIDs), title: m.title("title"), retired: m.yes("retired", false), kind: string(m.fieldType())})
	}
	for _, f := range live {
		known = append(known, thing{id: int64(f.ID), title: f.Title, retired: f.Retired, kind: string(f.Type)})
	}
	for i, at := range match(file, known) {
		var old crm.Field
		if at >= 0 {
			old = live[at]
		} else {
			r.newFields--
			old.ID = r.newFields
		}
		out = append(out, r.field(objects[i], file[i], old, of))
	}
	all := make([]named, len(out))
	for i, f := range out {
		all[i] = named{file[i].id, int64(f.ID), f.Title, f.Retired}
	}
	for i, m := range objects {
		if n := m.parts["follows"]; !null(n) {
			if id, ok := r.refer(n, "follows", "mistake.unknown_field", all); ok {
				out[i].Derived = crm.FieldID(id)
			}
		}
	}
	return out
}

// fieldType is the kind of answer; a text where it is missing or unknown.
func (m mapping) fieldType() crm.FieldType {
	var types []string
	for _, t := range crm.FieldTypes() {
		types = append(types, string(t))
	}
	m.needed("type", types...)
	return crm.FieldType(m.one("type", string(crm.Text), types...))
}

func (r *reader) field(m mapping, is thing, old crm.Field, of crm.StatusID) crm.Field {
	id := int64(old.ID)
	m.needed("title")
	f := crm.Field{ID: old.ID, Status: of, Key: old.Key, Title: is.title, Type: crm.FieldType(is.kind), Retired: is.retired,
		Required: m.yes("required", false), Help: m.title("help")}
	switch written, ok := m.scalar("key"); {
	case !ok && f.Key == "":
		f.Key = crm.FieldKey(f.Title, r.keys)
	case ok && f.Key == "":
		f.Key = written
	case ok && f.Key != written:
		r.add(m.parts["key"], "mistake.fixed_key", "Title", f.Title.Text, "Want", f.Key)
	}
	r.keys = append(r.keys, f.Key)
	if of == 0 {
		f.Front, f.Hidden = m.yes("front", false), m.yes("hidden", false)
	} else if m.has("front") || m.has("hidden") {
		r.add(m.node, "mistake.not_on_card", "Title", f.Title.Text)
	}
	if of == 0 && m.has("follows") {
		r.places[place{crm.ObjectField, id, "derived"}] = m.parts["follows"]
	}
	takes := f.Type == crm.Choice || f.Type == crm.Choices
	if t, _ := m.scalar("type"); takes || t == string(f.Type) { // of an unknown type they are not looked at
		f.Choices = r.choices(m, old)
	}
	r.places[place{crm.ObjectField, id, ""}] = m.node
	r.mark(crm.ObjectField, id, m.parts, "title", "key", "type", "help", "choices", "id")
	if n := m.parts["follows"]; n != nil {
		r.places[place{crm.ObjectField, id, "derived"}] = n
	}
	return f
}

// choices reads the possible answers of a field, each a title or an object.
func (r *reader) choices(m mapping, old crm.Field) []crm.ChoiceOption {
	var objects []mapping
	var file, live []thing
	seen := map[int64]*yaml.Node{}
	var highest crm.ChoiceID
	for _, n := range m.list("choices") {
		if both := r.languages(n); n.Kind == yaml.ScalarNode || both {
			objects = append(objects, mapping{r: r, node: n})
			file = append(file, thing{title: r.title(n, "choices")})
			continue
		}
		c := r.mapping(n, "id", "title", "retired")
		c.needed("title")
		objects = append(objects, c)
		file = append(file, thing{id: c.id(seen), title: c.title("title"), retired: c.yes("retired", false)})
		highest = max(highest, crm.ChoiceID(file[len(file)-1].id))
	}
	for _, o := range old.Choices {
		live = append(live, thing{id: int64(o.ID), title: o.Title, retired: o.Retired})
		highest = max(highest, o.ID)
	}
	var out []crm.ChoiceOption
	for i, at := range match(file, live) {
		o := crm.ChoiceOption{ID: crm.ChoiceID(file[i].id), Title: file[i].title, Retired: file[i].retired}
		switch {
		case at >= 0:
			o.ID = old.Choices[at].ID
		case o.ID == 0 || slices.ContainsFunc(live, func(l thing) bool { return l.id == int64(o.ID) }):
			highest++
			o.ID = highest
		}
		r.places[place{crm.ObjectField, int64(old.ID), "choices/" + strconv.FormatInt(int64(o.ID), 10)}] = objects[i].node
		out = append(out, o)
	}
	return out
}

// languages says whether an object is a title in two languages.
func (r *reader) languages(n *yaml.Node) bool {
	return n.Kind == yaml.MappingNode && len(n.Content) > 0 && (n.Content[0].Value == "fa" || n.Content[0].Value == "en")
}

// fieldNames are the fields as references name them.
func (r *reader) fieldNames(fields []crm.Field) []named {
	byID := map[int64]int64{} // of the configuration: of the file
	for id, n := range r.fieldIDs {
		for _, f := range fields {
			if r.places[place{crm.ObjectField, int64(f.ID), "id"}] == n {
				byID[int64(f.ID)] = id
			}
		}
	}
	out := make([]named, len(fields))
	for i, f := range fields {
		out[i] = named{byID[int64(f.ID)], int64(f.ID), f.Title, f.Retired}
	}
	return out
}
