package crm

import (
	"slices"
	"strconv"
	"strings"

	"cartable/internal/persian"
)

// AddField adds a question to a status, or with 0 a column to the customer
// record, at the end. Its type never changes.
func (c *Config) AddField(of StatusID, title Title, kind FieldType) (FieldID, error) {
	if !slices.Contains(FieldTypes(), kind) {
		return 0, &Error{Code: Invalid, Key: KeyBadValue, Field: "type"}
	}
	list := &c.Fields
	if of != 0 {
		s := c.status(of)
		if s == nil {
			return 0, fail(NotFound, KeyNoStatus)
		}
		list = &s.Fields
	}
	t, err := c.newTitle(title, fieldTitles(*list, 0))
	if err != nil {
		return 0, err
	}
	if inUse(*list) >= MaxFields {
		return 0, fail(Invalid, KeyTooMany)
	}
	var taken []int64
	var keys []string
	for _, fields := range c.fieldLists() {
		for _, f := range fields {
			taken, keys = append(taken, int64(f.ID)), append(keys, f.Key)
		}
	}
	id := FieldID(c.newID(taken...))
	*list = append(*list, Field{ID: id, Status: of, Key: newKey(t, keys), Title: t, Type: kind, Position: len(*list) + 1})
	return id, nil
}

// newKey is a stable name for a field: its title in small Latin letters where it
// has some, with a number where that is taken.
func newKey(t Title, taken []string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(t.In(English)) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9' && b.Len() > 0:
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
	}
	const most = 30
	name := strings.Trim(b.String()[:min(b.Len(), most)], "_")
	if name == "" {
		name = "field"
	}
	// Inputs of forms and of the API have these names already.
	taken = append(taken, "name", "phone", "city", "email", "message", "level", "major", "campaign", "page", "utm", "fields", "field")
	key := name
	for n := 2; slices.Contains(taken, key); n++ {
		key = name + "_" + strconv.Itoa(n)
	}
	return key
}

func (c *Config) editField(id FieldID, edit func(*Field) error) error {
	f := c.field(id)
	if f == nil {
		return noField(id)
	}
	return edit(f)
}

func noField(id FieldID) error { return &Error{Code: NotFound, Key: KeyNoField, FieldID: id} }

// siblings are the fields among which the field stands.
func (c *Config) siblings(f Field) []Field {
	if f.Status == 0 {
		return c.Fields
	}
	return c.status(f.Status).Fields
}

// RenameField gives a field another title; history shows it by its new one.
func (c *Config) RenameField(id FieldID, title Title) error {
	return c.editField(id, func(f *Field) error {
		t, err := c.newTitle(title, fieldTitles(c.siblings(*f), id))
		if err == nil {
			f.Title = t
		}
		return err
	})
}

// SetHelp gives a question a line of help; the zero Title for none.
func (c *Config) SetHelp(id FieldID, help Title) error {
	return c.editField(id, func(f *Field) error {
		h := Title{Text: persian.CleanText(help.Text), English: persian.CleanText(help.English)}
		if longer(h, MaxHelp) {
			return &Error{Code: Invalid, Key: KeyTooLong, Field: "help"}
		}
		f.Help = h
		return nil
	})
}

// SetRequired says whether the question has to be answered.
func (c *Config) SetRequired(id FieldID, required bool) error {
	return c.editField(id, func(f *Field) error {
		f.Required = required
		return nil
	})
}

// MoveField moves a field past the next one that is in use; at the end of the
// list it stays.
func (c *Config) MoveField(id FieldID, to Direction) error {
	return c.editField(id, func(f *Field) error {
		list := c.siblings(*f)
		if i := indexField(list, id); i >= 0 {
			move(list, i, to, func(f Field) bool { return f.Retired })
		}
		return nil
	})
}

// SetHidden takes a customer field off the card, or puts it back.
func (c *Config) SetHidden(id FieldID, hidden bool) error {
	return c.onCard(id, func(f *Field) { f.Hidden, f.Front = hidden, f.Front && !hidden })
}

// SetFront moves a customer field to the card's first lines, or back.
func (c *Config) SetFront(id FieldID, front bool) error {
	return c.onCard(id, func(f *Field) { f.Front, f.Hidden = front, f.Hidden && !front })
}

func (c *Config) onCard(id FieldID, edit func(*Field)) error {
	return c.editField(id, func(f *Field) error {
		if f.Status != 0 {
			return &Error{Code: Invalid, Key: KeyBadValue, FieldID: id}
		}
		edit(f)
		return nil
	})
}

// RetireField takes a field out of use: it is asked no more, and its values and
// history stay. A day of the week that followed it is asked from then on, and an
// appointment that it made is one no longer. A field that was never published goes.
func (c *Config) RetireField(id FieldID) error {
	return c.editField(id, func(f *Field) error {
		if f.Retired {
			return nil
		}
		retired := *f
		retired.Retired = true
		if f.Status == 0 {
			if id < 0 {
				c.Fields = slices.DeleteFunc(c.Fields, func(f Field) bool { return f.ID == id })
				c.dropQuestion(retired.Key)
				return nil
			}
			*f = retired
			return nil
		}
		s := c.status(f.Status)
		s.Fields = slices.DeleteFunc(s.Fields, func(f Field) bool { return f.ID == id })
		if id > 0 {
			s.RetiredFields = append(s.RetiredFields, retired)
		}
		for i := range s.Fields {
			if s.Fields[i].Derived == id {
				s.Fields[i].Derived = 0
			}
		}
		if s.AppointmentDate == id || s.AppointmentTime == id {
			s.AppointmentDate, s.AppointmentTime = 0, 0
		}
		return nil
	})
}

// dropQuestion takes a field that goes out of the forms that asked it.
func (c *Config) dropQuestion(key string) {
	for i := range c.Sources {
		form := &c.Sources[i].Form
		form.Questions = list(slices.DeleteFunc(form.Questions, func(q FormQuestion) bool { return q.Key == key }))
	}
}

// RestoreField brings a retired field back, with its values; one of a status at
// the end.
func (c *Config) RestoreField(id FieldID) error {
	return c.editField(id, func(f *Field) error {
		if !f.Retired {
			return nil
		}
		list := c.siblings(*f)
		if err := free(f.Title, fieldTitles(list, id)); err != nil {
			return err
		}
		if inUse(list) >= MaxFields {
			return fail(Invalid, KeyTooMany)
		}
		f.Retired = false
		if f.Status == 0 {
			return nil
		}
		restored, s := *f, c.status(f.Status)
		if i := indexField(s.Fields, restored.Derived); i < 0 {
			restored.Derived = 0 // the date that it followed is retired too
		}
		s.RetiredFields = slices.DeleteFunc(s.RetiredFields, func(f Field) bool { return f.ID == id })
		s.Fields = append(s.Fields, restored)
		return nil
	})
}

// SetAppointment says which fields of a status make its appointment: a date and a
// time field, or one of date and time with 0 behind it; 0 and 0 for none.
func (c *Config) SetAppointment(id StatusID, date, clock FieldID) error {
	return c.editStatus(id, func(s *Status) error {
		next := *s
		next.AppointmentDate, next.AppointmentTime = date, clock
		if !next.appointmentFits() {
			return &Error{Code: Invalid, Key: KeyBadValue, Field: "appointment"}
		}
		s.AppointmentDate, s.AppointmentTime = date, clock
		return nil
	})
}

// appointmentFits says whether the fields that make the appointment are there and
// of the types that it takes.
func (s Status) appointmentFits() bool {
	if s.AppointmentDate == 0 && s.AppointmentTime == 0 {
		return true
	}
	date, ok := s.Field(s.AppointmentDate)
	clock, timed := s.Field(s.AppointmentTime)
	switch {
	case !ok:
		return false
	case date.Type == DateTime:
		return s.AppointmentTime == 0
	default:
		return date.Type == Date && timed && clock.Type == Time
	}
}

// LinkWeekday has a day-of-week field of a status follow a date field of it: shown,
// never asked; 0 has it asked again.
func (c *Config) LinkWeekday(id, date FieldID) error {
	return c.editField(id, func(f *Field) error {
		next := *f
		next.Derived = date
		if f.Status == 0 || !c.status(f.Status).weekdayFits(next) {
			return &Error{Code: Invalid, Key: KeyBadValue, FieldID: id}
		}
		f.Derived = date
		return nil
	})
}

// weekdayFits says whether a derived field is a day of the week that follows a
// date which is asked.
func (s Status) weekdayFits(f Field) bool {
	if f.Derived == 0 {
		return true
	}
	date, ok := s.Field(f.Derived)
	return ok && f.Type == Weekday && date.Type == Date
}

func inUse(list []Field) int {
	n := 0
	for _, f := range list {
		if !f.Retired {
			n++
		}
	}
	return n
}

// fieldTitles are the titles that another field of the list than id has.
func fieldTitles(list []Field, but FieldID) []Title {
	var out []Title
	for _, f := range list {
		if f.ID != but && !f.Retired {
			out = append(out, f.Title)
		}
	}
	return out
}

func longer(t Title, limit int) bool {
	return len([]rune(t.Text)) > limit || len([]rune(t.English)) > limit
}
