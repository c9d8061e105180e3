package crm

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"cartable/internal/persian"
)

// Config is everything that managers shape, as one value: what they edit in a
// draft, publish as a version and keep as a file. It knows nothing of staff but
// their IDs. What is new in it has an ID below 0 until it is published.
type Config struct {
	Settings Settings `json:"settings"`
	Statuses []Status `json:"statuses"` // in order, also the retired ones
	Fields   []Field  `json:"fields"`   // of the customer, in order, also the retired ones
	Sources  []Source `json:"sources"`  // by ID, also the retired ones

	made int64 // the lowest ID that was ever given to what is new: see newID
}

// newID is an ID for something new that is below all of ids, and was never another's
// in the drafts of the same manager: a button of an old editor finds nothing.
func (c *Config) newID(ids ...int64) int64 {
	for _, id := range ids {
		c.made = min(c.made, id)
	}
	c.made--
	return c.made
}

// ObjectKind is what a part of a configuration is.
type ObjectKind string

// The kinds of object.
const (
	ObjectSettings ObjectKind = "settings"
	ObjectStatus   ObjectKind = "status"
	ObjectField    ObjectKind = "field" // of a status or of the customer
	ObjectSource   ObjectKind = "source"
)

// Bounds of a configuration. Retired things do not count.
const (
	MaxTitle         = 100 // runes
	MaxHelp          = 500 // runes
	MaxEmoji         = 8   // runes: a flag or a family is several
	MaxStatuses      = 40
	MaxFields        = 30 // of one status, and of the customer
	MaxChoices       = 50
	MaxSources       = 100
	MaxRetention     = 100 * 365 // days
	MaxFormQuestions = 20        // questions of a hosted form
	MaxWindows       = 12        // of the daily routine
)

// Config is the configuration that the directory was read with.
func (d Directory) Config() Config {
	c := Config{Settings: d.Settings, Statuses: d.Statuses, Fields: d.Fields}
	for _, s := range d.Sources {
		c.Sources = append(c.Sources, s)
	}
	return c.canonical()
}

// Status returns the status with this ID.
func (c *Config) Status(id StatusID) (Status, bool) {
	if s := c.status(id); s != nil {
		return *s, true
	}
	return Status{}, false
}

// Field returns the field with this ID, of a status or of the customer, also a
// retired one.
func (c *Config) Field(id FieldID) (Field, bool) {
	if f := c.field(id); f != nil {
		return *f, true
	}
	return Field{}, false
}

// Source returns the source with this ID.
func (c *Config) Source(id SourceID) (Source, bool) {
	if s := c.source(id); s != nil {
		return *s, true
	}
	return Source{}, false
}

func (c *Config) status(id StatusID) *Status {
	i := slices.IndexFunc(c.Statuses, func(s Status) bool { return s.ID == id })
	if i < 0 {
		return nil
	}
	return &c.Statuses[i]
}

func (c *Config) field(id FieldID) *Field {
	for _, list := range c.fieldLists() {
		if i := indexField(list, id); i >= 0 {
			return &list[i]
		}
	}
	return nil
}

// fieldLists are the customer's fields, then each status's.
func (c *Config) fieldLists() [][]Field {
	lists := [][]Field{c.Fields}
	for _, s := range c.Statuses {
		lists = append(lists, s.Fields, s.RetiredFields)
	}
	return lists
}

func (c *Config) source(id SourceID) *Source {
	i := slices.IndexFunc(c.Sources, func(s Source) bool { return s.ID == id })
	if i < 0 {
		return nil
	}
	return &c.Sources[i]
}

func indexField(list []Field, id FieldID) int {
	return slices.IndexFunc(list, func(f Field) bool { return f.ID == id })
}

// canonical is a copy that shares nothing with c, in which equal configurations
// are equal values: texts are clean, what is retired stands where it belongs,
// positions count from 1, and empty lists are nil.
func (c Config) canonical() Config {
	c.Settings.Digests, c.Settings.DaysOff, c.Settings.Holidays = list(c.Settings.Digests), list(c.Settings.DaysOff), list(c.Settings.Holidays)
	for i, day := range c.Settings.Hours {
		c.Settings.Hours[i] = list(day)
	}
	c.Settings.Windows = list(c.Settings.Windows)
	c.Settings.Business = persian.Clean(c.Settings.Business)
	c.Statuses = list(c.Statuses)
	for i := range c.Statuses {
		c.Statuses[i] = c.Statuses[i].canonical(i + 1)
	}
	c.Fields = list(c.Fields)
	for i, f := range c.Fields {
		c.Fields[i] = f.placed(0, i+1)
	}
	c.Sources = list(c.Sources)
	for i, s := range c.Sources {
		s.Title = s.Title.clean()
		s.Form = s.Form.canonical()
		if s.Routing.Mode == "" {
			s.Routing.Mode = RouteOffer
		}
		c.Sources[i] = s
	}
	slices.SortStableFunc(c.Sources, func(a, b Source) int { return int(a.ID - b.ID) })
	return c
}

func (s Status) canonical(position int) Status {
	s.Title, s.Emoji, s.Position = s.Title.clean(), strings.TrimSpace(s.Emoji), position
	if s.Next.Mode == "" {
		s.Next.Mode = NextAnyone
	}
	s.Next.People, s.Offers, s.After = list(s.Next.People), list(s.Offers), list(s.After)
	all := slices.Concat(s.Fields, s.RetiredFields)
	s.Fields, s.RetiredFields = nil, nil
	for _, f := range all {
		if !f.Retired {
			s.Fields = append(s.Fields, f.placed(s.ID, len(s.Fields)+1))
		}
	}
	for _, f := range all {
		if f.Retired {
			if indexField(all, f.Derived) < 0 {
				f.Derived = 0 // it followed one that was never published
			}
			s.RetiredFields = append(s.RetiredFields, f.placed(s.ID, len(s.Fields)+len(s.RetiredFields)+1))
		}
	}
	return s
}

func (f Field) placed(of StatusID, position int) Field {
	f.Title, f.Status, f.Position = f.Title.clean(), of, position
	f.Help = Title{Text: persian.CleanText(f.Help.Text), English: persian.CleanText(f.Help.English)}
	f.Choices = list(f.Choices)
	for i, o := range f.Choices {
		f.Choices[i].Title = o.Title.clean()
	}
	return f
}

func (h HostedForm) canonical() HostedForm {
	h.Title, h.Success = h.Title.clean(), h.Success.clean()
	h.Lead = Title{Text: persian.CleanText(h.Lead.Text), English: persian.CleanText(h.Lead.English)}
	h.Questions = list(h.Questions)
	for i, q := range h.Questions {
		h.Questions[i].Label = q.Label.clean()
	}
	return h
}

func (t Title) clean() Title {
	return Title{Text: persian.Clean(t.Text), English: persian.Clean(t.English)}
}

// list is a copy of l; nil when it is empty.
func list[T any](l []T) []T {
	if len(l) == 0 {
		return nil
	}
	return slices.Clone(l)
}

// Same says whether two configurations are equal but for the versions of their
// statuses.
func (c Config) Same(other Config) bool { return same(c.plain(), other.plain()) }

// plain is a canonical copy without versions.
func (c Config) plain() Config {
	c = c.canonical()
	for i := range c.Statuses {
		c.Statuses[i] = c.Statuses[i].plain()
	}
	return c
}

// plain is the status without what is no part of its definition: where it stands
// in the list, and how often it was changed.
func (s Status) plain() Status {
	s.Version, s.Position = 0, 0
	return s
}

func (f Field) plain() Field {
	f.Position = 0
	return f
}

// same compares by the JSON that is stored: a part that is added to a type later
// counts too.
func same(a, b any) bool {
	x, err := json.Marshal(a)
	if err != nil {
		return false
	}
	y, err := json.Marshal(b)
	return err == nil && bytes.Equal(x, y)
}
