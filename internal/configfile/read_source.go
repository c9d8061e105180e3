package configfile

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"cartable/internal/crm"
)

func (r *reader) sources(nodes []*yaml.Node) {
	kinds := []string{string(crm.SourceManual)}
	for _, k := range crm.SourceKinds() {
		kinds = append(kinds, string(k))
	}
	var objects []mapping
	var file, live []thing
	seen := map[int64]*yaml.Node{}
	for _, n := range nodes {
		m := r.mapping(n, "id", "kind", "title", "retired", "routing", "form", "key", "slug")
		for _, secret := range []string{"key", "slug"} {
			if m.keys[secret] != nil {
				r.add(m.keys[secret], "mistake.secret", "Name", secret)
			}
		}
		m.needed("kind", kinds...)
		m.needed("title")
		kind := m.one("kind", string(crm.SourceAPI), kinds...)
		objects = append(objects, m)
		file = append(file, thing{id: m.id(seen), title: m.title("title"), kind: kind, retired: m.yes("retired", false)})
	}
	for _, s := range r.live.Sources {
		live = append(live, thing{id: int64(s.ID), title: s.Title, kind: string(s.Kind), retired: s.Retired})
	}
	r.out.Sources = nil
	manual := slices.ContainsFunc(r.live.Sources, func(s crm.Source) bool { return s.Kind == crm.SourceManual })
	for i, at := range match(file, live) {
		// Sources are made in the order of their IDs: that of the file.
		old := crm.Source{ID: crm.SourceID(i - len(file))}
		if at >= 0 {
			old = r.live.Sources[at]
		}
		if at < 0 && manual && file[i].kind == string(crm.SourceManual) {
			if old = r.manual(); old.ID == 0 { // the one that there is stands in the file already
				r.add(objects[i].at("kind"), "mistake.second_manual", "Title", file[i].title.Text)
				continue
			}
		}
		r.out.Sources = append(r.out.Sources, r.source(objects[i], file[i], old))
	}
}

// manual is the source of what staff enter, where the file has not had it yet.
func (r *reader) manual() crm.Source {
	for _, s := range r.live.Sources {
		used := slices.ContainsFunc(r.out.Sources, func(o crm.Source) bool { return o.ID == s.ID })
		if s.Kind == crm.SourceManual && !used {
			return s
		}
	}
	return crm.Source{}
}

func (r *reader) source(m mapping, is thing, old crm.Source) crm.Source {
	id := int64(old.ID)
	s := crm.Source{ID: old.ID, Slug: old.Slug, Kind: crm.SourceKind(is.kind), Title: is.title, Retired: is.retired,
		Routing: r.routing(m), Form: r.form(m)}
	r.places[place{crm.ObjectSource, id, ""}] = m.node
	r.mark(crm.ObjectSource, id, m.parts, "kind", "title", "retired", "routing", "form")
	return s
}

// routing is who gets the new leads: a word, or an object.
func (r *reader) routing(m mapping) crm.Routing {
	var modes []string
	for _, mode := range crm.RoutingModes() {
		modes = append(modes, string(mode))
	}
	n := m.parts["routing"]
	if null(n) || n.Kind == yaml.ScalarNode {
		return crm.Routing{Mode: crm.RoutingMode(m.one("routing", string(crm.RouteOffer), modes...))}
	}
	o := r.mapping(n, "mode", "person", "group", "again_after", "tell_after")
	out := crm.Routing{Mode: crm.RoutingMode(o.one("mode", string(crm.RouteOffer), modes...)),
		Group: crm.GroupID(o.number("group", 0, -1<<53, 1<<53)), AgainAfter: o.wait("again_after"), TellAfter: o.wait("tell_after")}
	if who := o.parts["person"]; !null(who) {
		if out.Person = r.person(who); out.Person == 0 && out.Mode == crm.RoutePerson {
			out.Mode = crm.RouteOffer // who is not known was told of
		}
	}
	return out
}

// wait is a number of minutes, or never.
func (m mapping) wait(name string) int {
	if s, _ := m.scalar(name); strings.EqualFold(s, "never") {
		return crm.Never
	}
	return int(m.number(name, 0, 0, crm.MaxRouteWait))
}

func (r *reader) form(m mapping) crm.HostedForm {
	o := r.mapping(m.parts["form"], "title", "lead", "success", "questions")
	f := crm.HostedForm{Title: o.title("title"), Lead: o.title("lead"), Success: o.title("success")}
	for _, n := range o.list("questions") {
		if n.Kind == yaml.ScalarNode {
			f.Questions = append(f.Questions, crm.FormQuestion{Key: strings.TrimSpace(n.Value)})
			continue
		}
		q := r.mapping(n, "key", "required", "label")
		q.needed("key", crm.FormKeys()...)
		if key, ok := q.scalar("key"); ok {
			f.Questions = append(f.Questions, crm.FormQuestion{Key: key, Required: q.yes("required", false), Label: q.title("label")})
		}
	}
	return f
}
