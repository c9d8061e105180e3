package crm

import (
	"slices"
	"strings"

	"cartable/internal/persian"
)

// Direction is where something moves in its list.
type Direction int

// The directions.
const (
	Up   Direction = -1
	Down Direction = 1
)

// AddStatus adds a status at the end. It leaves the cartable as it is and asks
// for no reminder.
func (c *Config) AddStatus(title Title, emoji string) (StatusID, error) {
	t, err := c.newTitle(title, statusTitles(c.Statuses, 0))
	if err != nil {
		return 0, err
	}
	e, err := oneEmoji(emoji)
	if err != nil {
		return 0, err
	}
	if len(statusTitles(c.Statuses, 0)) >= MaxStatuses {
		return 0, fail(Invalid, KeyTooMany)
	}
	id := StatusID(c.newID(ids(c.Statuses, func(s Status) int64 { return int64(s.ID) })...))
	c.Statuses = append(c.Statuses, Status{ID: id, Title: t, Emoji: e, Cartable: CartableStay,
		Next: NextRule{Mode: NextAnyone}, Reminder: ReminderNo, Position: len(c.Statuses) + 1})
	return id, nil
}

func (c *Config) editStatus(id StatusID, edit func(*Status) error) error {
	s := c.status(id)
	if s == nil {
		return fail(NotFound, KeyNoStatus)
	}
	return edit(s)
}

// RenameStatus gives a status another title; history shows it by its new one.
func (c *Config) RenameStatus(id StatusID, title Title) error {
	return c.editStatus(id, func(s *Status) error {
		t, err := c.newTitle(title, statusTitles(c.Statuses, id))
		if err == nil {
			s.Title = t
		}
		return err
	})
}

// SetEmoji chooses the status's emoji; "" for none.
func (c *Config) SetEmoji(id StatusID, emoji string) error {
	return c.editStatus(id, func(s *Status) (err error) {
		e, err := oneEmoji(emoji)
		if err == nil {
			s.Emoji = e
		}
		return err
	})
}

// SetCartable chooses what the status does to the cartable.
func (c *Config) SetCartable(id StatusID, rule CartableRule) error {
	return c.editStatus(id, func(s *Status) error {
		return choose(&s.Cartable, rule, "cartable", CartableNone, CartableNext, CartableStay)
	})
}

// SetNext chooses who may be the next colleague.
func (c *Config) SetNext(id StatusID, rule NextRule) error {
	return c.editStatus(id, func(s *Status) error {
		rule.People = sortedIDs(rule.People)
		if !rule.valid() {
			return &Error{Code: Invalid, Key: KeyBadValue, Field: "next"}
		}
		s.Next = rule
		return nil
	})
}

func (r NextRule) valid() bool {
	switch r.Mode {
	case NextRole:
		return (r.Role == Agent || r.Role == Manager || r.Role == Owner) && len(r.People) == 0
	case NextPeople:
		return len(r.People) > 0 && r.Role == ""
	default:
		return (r.Mode == NextAnyone || r.Mode == NextLast) && len(r.People) == 0 && r.Role == ""
	}
}

// SetReminder chooses whether the status asks for a reminder.
func (c *Config) SetReminder(id StatusID, rule ReminderRule) error {
	return c.editStatus(id, func(s *Status) error {
		return choose(&s.Reminder, rule, "reminder", ReminderNo, ReminderYes, ReminderOptional)
	})
}

// SetOffers chooses the moments that the reminder proposes; none for the
// built-in ones.
func (c *Config) SetOffers(id StatusID, offers []Offer) error {
	return c.editStatus(id, func(s *Status) error {
		for _, o := range offers {
			if !o.valid() {
				return &Error{Code: Invalid, Key: KeyBadValue, Field: "reminder"}
			}
		}
		if len(offers) > MaxOffers {
			return fail(Invalid, KeyTooMany)
		}
		s.Offers = list(offers)
		return nil
	})
}

// SetEnds chooses how the status ends the follow-up; Open for not.
func (c *Config) SetEnds(id StatusID, ends Ending) error {
	return c.editStatus(id, func(s *Status) error {
		return choose(&s.Ends, ends, "ends", Open, Won, Lost, Blocked)
	})
}

// SetAfter chooses the statuses that may come before this one, 0 for no status
// yet; none for all. A status may follow itself without being named.
func (c *Config) SetAfter(id StatusID, before []StatusID) error {
	return c.editStatus(id, func(s *Status) error {
		ids := slices.DeleteFunc(sortedIDs(before), func(b StatusID) bool { return b == id })
		if len(before) > 0 && len(ids) == 0 {
			return &Error{Code: Invalid, Key: KeyBadValue, Field: "after"}
		}
		for _, b := range ids {
			if b != 0 && c.status(b) == nil {
				return fail(NotFound, KeyNoStatus)
			}
		}
		s.After = list(ids)
		return nil
	})
}

// MoveStatus moves a status past the next one that is in use; at the end of the
// list it stays.
func (c *Config) MoveStatus(id StatusID, to Direction) error {
	i := slices.IndexFunc(c.Statuses, func(s Status) bool { return s.ID == id })
	if i < 0 {
		return fail(NotFound, KeyNoStatus)
	}
	move(c.Statuses, i, to, func(s Status) bool { return s.Retired })
	return nil
}

// move carries list[i] past the next in a direction that is not to be skipped.
func move[T any](list []T, i int, to Direction, skip func(T) bool) {
	if to != Up && to != Down {
		return
	}
	j := i + int(to)
	for j >= 0 && j < len(list) && skip(list[j]) {
		j += int(to)
	}
	if j < 0 || j >= len(list) {
		return
	}
	for ; i != j; i += int(to) {
		list[i], list[i+int(to)] = list[i+int(to)], list[i]
	}
}

// RetireStatus takes a status out of use: it is offered no more, and history
// keeps it. One that was never published goes; what might come after it alone is left
// to come after itself, which no order leads to: a problem that its manager is shown.
func (c *Config) RetireStatus(id StatusID) error {
	return c.editStatus(id, func(s *Status) error {
		if id > 0 {
			s.Retired = true
			return nil
		}
		c.Statuses = slices.DeleteFunc(c.Statuses, func(s Status) bool { return s.ID == id })
		for i := range c.Statuses {
			s := &c.Statuses[i]
			before := len(s.After)
			s.After = slices.DeleteFunc(s.After, func(b StatusID) bool { return b == id })
			if before > 0 && len(s.After) == 0 {
				s.After = []StatusID{s.ID} // none would mean all
			}
		}
		return nil
	})
}

// RestoreStatus brings a retired status back, with its fields.
func (c *Config) RestoreStatus(id StatusID) error {
	return c.editStatus(id, func(s *Status) error {
		if err := free(s.Title, statusTitles(c.Statuses, id)); err != nil {
			return err
		}
		s.Retired = false
		return nil
	})
}

func choose[T comparable](part *T, v T, name string, among ...T) error {
	if !slices.Contains(among, v) {
		return &Error{Code: Invalid, Key: KeyBadValue, Field: name}
	}
	*part = v
	return nil
}

// newTitle cleans a title that is given, bounds it and refuses one of taken.
func (c *Config) newTitle(t Title, taken []Title) (Title, error) {
	text, err := line("title", t.Text, MaxTitle)
	if err != nil {
		return Title{}, err
	}
	english, err := line("title", t.English, MaxTitle)
	if err != nil {
		return Title{}, err
	}
	if text == "" {
		return Title{}, &Error{Code: Invalid, Key: KeyEmpty, Field: "title"}
	}
	t = Title{Text: text, English: english}
	return t, free(t, taken)
}

// free refuses a title that reads like one of taken.
func free(t Title, taken []Title) error {
	for _, other := range taken {
		if titleKey(other) == titleKey(t) {
			return &Error{Code: Conflict, Key: KeyDuplicate, Title: other}
		}
	}
	return nil
}

func titleKey(t Title) string {
	if key := persian.CompactKey(t.Text); key != "" {
		return key
	}
	return strings.TrimSpace(t.Text) // of signs alone
}

func oneEmoji(s string) (string, error) { return line("emoji", s, MaxEmoji) }

// statusTitles are the titles that another status than id has.
func statusTitles(statuses []Status, but StatusID) []Title {
	var out []Title
	for _, s := range statuses {
		if s.ID != but && !s.Retired {
			out = append(out, s.Title)
		}
	}
	return out
}
