package crm

import "cartable/internal/persian"

// ProposalKind is what somebody proposes.
type ProposalKind string

// What can be proposed.
const (
	ProposeStatus   ProposalKind = "status"
	ProposeQuestion ProposalKind = "question" // of a status
	ProposeField    ProposalKind = "field"    // of the customer
	ProposeChoice   ProposalKind = "choice"   // of a field
)

// ProposalKinds lists every kind, in the order in which they are offered.
func ProposalKinds() []ProposalKind {
	return []ProposalKind{ProposeStatus, ProposeQuestion, ProposeField, ProposeChoice}
}

// Proposed is something new for the configuration: enough to be of use at once.
type Proposed struct {
	Kind     ProposalKind `json:"kind"`
	Title    string       `json:"title"`
	Emoji    string       `json:"emoji,omitempty"`    // of a status
	Cartable CartableRule `json:"cartable,omitempty"` // of a status
	Status   StatusID     `json:"status,omitempty"`   // of a question: the status that is to ask it
	Field    FieldID      `json:"field,omitempty"`    // of a choice: the field that is to offer it
	Type     FieldType    `json:"type,omitempty"`     // of a question or a field
	Choices  []string     `json:"choices,omitempty"`  // of a question or a field of choices
}

// AddTo adds what is proposed to c, which keeps it from nothing else, and returns the
// ID that it has there. Where that cannot be (any more) it refuses like the edits of
// Config: KeyDuplicate, KeyTooMany; KeyNoStatus, KeyNoField for what is retired.
func (p Proposed) AddTo(c *Config) (made int64, err error) {
	title := Title{Text: p.Title}
	switch p.Kind {
	case ProposeStatus:
		id, err := c.AddStatus(title, p.Emoji)
		if err != nil {
			return 0, err
		}
		return int64(id), c.SetCartable(id, p.Cartable)
	case ProposeQuestion:
		if s, ok := c.Status(p.Status); !ok || s.Retired {
			return 0, fail(NotFound, KeyNoStatus)
		}
		id, err := c.AddReadyField(p.Status, title, p.Type, p.Choices)
		return int64(id), err
	case ProposeField:
		id, err := c.AddReadyField(0, title, p.Type, p.Choices)
		return int64(id), err
	case ProposeChoice:
		if f, ok := c.Field(p.Field); !ok || !c.inUse(f) {
			return 0, noField(p.Field)
		}
		id, err := c.AddChoice(p.Field, title)
		return int64(id), err
	default:
		return 0, &Error{Code: Invalid, Key: KeyBadValue}
	}
}

// in finds what AddTo made in c: its title there; ok is false where it was taken out.
func (p Proposed) in(c *Config, made int64) (title Title, ok bool) {
	switch p.Kind {
	case ProposeStatus:
		s, ok := c.Status(StatusID(made))
		return s.Title, ok && !s.Retired
	case ProposeChoice:
		f, ok := c.Field(p.Field)
		o, offered := f.Option(ChoiceID(made))
		return o.Title, ok && offered && !o.Retired && c.inUse(f)
	default:
		f, ok := c.Field(FieldID(made))
		return f.Title, ok && c.inUse(f)
	}
}

// inUse says whether a field is asked: it is not retired, nor is its status.
func (c *Config) inUse(f Field) bool {
	s, ok := c.Status(f.Status)
	return !f.Retired && (f.Status == 0 || ok && !s.Retired)
}

func (p Proposed) clean() Proposed {
	p.Title, p.Emoji = persian.Clean(p.Title), persian.Clean(p.Emoji)
	p.Choices = list(p.Choices)
	for i, c := range p.Choices {
		p.Choices[i] = persian.Clean(c)
	}
	return p
}
