package configfile

import (
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"cartable/internal/crm"
	"cartable/internal/persian"
)

// add notes a mistake at a place of the file; args are names and values in turn.
func (r *reader) add(n *yaml.Node, key string, args ...string) {
	m := Mistake{Key: key, Args: map[string]string{}}
	if n != nil {
		m.Line, m.Column = n.Line, n.Column
	}
	for i := 0; i+1 < len(args); i += 2 {
		m.Args[args[i]] = args[i+1]
	}
	r.mistakes = append(r.mistakes, m)
}

// unaliased notes anchors and aliases, and takes the aliases out.
func (r *reader) unaliased(n *yaml.Node) {
	if n.Anchor != "" || n.Kind == yaml.AliasNode {
		r.add(n, "mistake.alias", "Value", n.Value)
	}
	if n.Kind == yaml.AliasNode {
		*n = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Line: n.Line, Column: n.Column}
	}
	for _, part := range n.Content {
		r.unaliased(part)
	}
}

func null(n *yaml.Node) bool {
	return n == nil || n.Kind == yaml.ScalarNode && n.Tag == "!!null"
}

// mapping is an object of the file by its keys.
type mapping struct {
	r     *reader
	node  *yaml.Node
	keys  map[string]*yaml.Node
	parts map[string]*yaml.Node
}

// mapping reads an object that may have these keys. What is no object reads as an
// empty one.
func (r *reader) mapping(n *yaml.Node, known ...string) mapping {
	m := mapping{r: r, node: n, keys: map[string]*yaml.Node{}, parts: map[string]*yaml.Node{}}
	if null(n) {
		return m
	}
	if n.Kind != yaml.MappingNode {
		r.add(n, "mistake.want_object", "Value", shortValue(n), "Want", strings.Join(known, ", "))
		return m
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, part := n.Content[i], n.Content[i+1]
		switch before := m.keys[name.Value]; {
		case name.Kind != yaml.ScalarNode || !slices.Contains(known, name.Value):
			r.add(name, "mistake.unknown_key", "Name", shortValue(name), "Want", strings.Join(known, ", "), "Near", near(name.Value, known))
		case before != nil:
			r.add(name, "mistake.key_twice", "Name", name.Value, "Other", strconv.Itoa(before.Line))
		default:
			m.keys[name.Value], m.parts[name.Value] = name, part
		}
	}
	return m
}

// shortValue is what a part of the file says, as far as a message shows it.
func shortValue(n *yaml.Node) string {
	const most = 40
	switch n.Kind {
	case yaml.MappingNode:
		return "{…}"
	case yaml.SequenceNode:
		return "[…]"
	}
	if s := []rune(n.Value); len(s) > most {
		return string(s[:most-1]) + "…"
	}
	return n.Value
}

// has says whether the object has a part that is not empty.
func (m mapping) has(name string) bool { return !null(m.parts[name]) }

// at is where a part is: its value, or the object where it has none.
func (m mapping) at(name string) *yaml.Node {
	if n := m.parts[name]; n != nil {
		return n
	}
	return m.node
}

// scalar is the text of a part; ok is false where it is missing or no text.
func (m mapping) scalar(name string) (s string, ok bool) {
	n := m.parts[name]
	if null(n) {
		return "", false
	}
	return m.r.scalar(n, name)
}

func (r *reader) scalar(n *yaml.Node, name string) (s string, ok bool) {
	if n.Kind != yaml.ScalarNode {
		r.add(n, "mistake.want_text", "Name", name, "Value", shortValue(n))
		return "", false
	}
	return strings.TrimSpace(n.Value), true
}

// one is one of a few words; usual where it is missing or another.
func (m mapping) one(name, usual string, among ...string) string {
	s, ok := m.scalar(name)
	if !ok {
		return usual
	}
	if word := strings.ToLower(s); slices.Contains(among, word) {
		return word
	}
	m.r.add(m.parts[name], "mistake.value", "Name", name, "Value", shortValue(m.parts[name]), "Want", strings.Join(among, ", "), "Near", near(s, among))
	return usual
}

func (m mapping) yes(name string, usual bool) bool {
	s, ok := m.scalar(name)
	if !ok {
		return usual
	}
	v, err := persian.ReadYesNo(s)
	if err != nil {
		m.r.add(m.parts[name], "mistake.want_yes_no", "Name", name, "Value", shortValue(m.parts[name]))
		return usual
	}
	return v
}

// number is a whole number from least to most.
func (m mapping) number(name string, usual, least, most int64) int64 {
	s, ok := m.scalar(name)
	if !ok {
		return usual
	}
	n, err := strconv.ParseInt(persian.ASCIIDigits(s), 10, 64)
	if err != nil || n < least || n > most {
		m.r.add(m.parts[name], "mistake.want_number", "Name", name, "Value", shortValue(m.parts[name]),
			"Want", strconv.FormatInt(least, 10), "Limit", strconv.FormatInt(most, 10))
		return usual
	}
	return n
}

// list are the entries of a list; none where it is missing.
func (m mapping) list(name string) []*yaml.Node {
	n := m.parts[name]
	if null(n) {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		m.r.add(n, "mistake.want_list", "Name", name, "Value", shortValue(n))
		return nil
	}
	return n.Content
}

// oneOrMore is list, of one entry where no list is written.
func (m mapping) oneOrMore(name string) []*yaml.Node {
	if n := m.parts[name]; !null(n) && n.Kind == yaml.ScalarNode {
		return []*yaml.Node{n}
	}
	return m.list(name)
}

// title is a text, or one for each language.
func (m mapping) title(name string) crm.Title {
	n := m.parts[name]
	if null(n) {
		return crm.Title{}
	}
	return m.r.title(n, name)
}

func (r *reader) title(n *yaml.Node, name string) crm.Title {
	if n.Kind == yaml.MappingNode {
		both := r.mapping(n, "fa", "en")
		fa, _ := both.scalar("fa")
		en, _ := both.scalar("en")
		return crm.Title{Text: fa, English: en}
	}
	s, _ := r.scalar(n, name)
	return crm.Title{Text: s}
}

// needed notes a part that is missing.
func (m mapping) needed(name string, want ...string) {
	if !m.has(name) && m.node.Kind == yaml.MappingNode {
		m.r.add(m.at(name), "mistake.missing", "Name", name, "Want", strings.Join(want, ", "))
	}
}

// near is the one of the words that was probably meant; "" for none.
func near(s string, among []string) string {
	best, found := len([]rune(s))/2+1, ""
	for _, word := range among {
		if d := distance([]rune(strings.ToLower(s)), []rune(strings.ToLower(word))); d < best {
			best, found = d, word
		}
	}
	return found
}

// distance is how many characters have to be put in, left out or changed to make b of a.
func distance(a, b []rune) int {
	const most = 60 // of either: longer ones are not compared
	if len(a) > most || len(b) > most {
		return most
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j := range b {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
