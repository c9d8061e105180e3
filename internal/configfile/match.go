package configfile

import (
	"strconv"

	"go.yaml.in/yaml/v3"

	"cartable/internal/crm"
)

// thing is an object of a list, of the file or in force, as far as it is matched.
type thing struct {
	id      int64
	title   crm.Title
	kind    string // what never changes of it: a type
	retired bool
}

// match finds for each object of the file the one in force that it is, by place in
// live; -1 for a new one. An ID counts where its object is of the same kind or called
// the same: a file of another installation may have the ID of something else. Then
// titles count, first of what is in use.
func match(file, live []thing) []int {
	out := make([]int, len(file))
	taken := make([]bool, len(live))
	for i, f := range file {
		out[i] = -1
		for j, l := range live {
			if f.id != 0 && f.id == l.id && !taken[j] && (f.kind == l.kind || key(f.title) == key(l.title)) {
				out[i], taken[j] = j, true
			}
		}
	}
	for _, pass := range []struct{ file, live bool }{{false, false}, {false, true}, {true, true}, {true, false}} {
		for i, f := range file {
			if out[i] >= 0 || f.retired != pass.file {
				continue
			}
			for j, l := range live {
				if !taken[j] && l.retired == pass.live && f.kind == l.kind && key(f.title) == key(l.title) && key(f.title) != "" {
					out[i], taken[j] = j, true
					break
				}
			}
		}
	}
	return out
}

// id is the ID of an object in the file; 0 for none, or one that stood before in seen.
func (m mapping) id(seen map[int64]*yaml.Node) int64 {
	id := m.number("id", 0, 1, 1<<53)
	if id == 0 {
		return 0
	}
	if before := seen[id]; before != nil {
		m.r.add(m.parts["id"], "mistake.id_twice", "Value", strconv.FormatInt(id, 10), "Other", strconv.Itoa(before.Line))
		return 0
	}
	seen[id] = m.parts["id"]
	return id
}
