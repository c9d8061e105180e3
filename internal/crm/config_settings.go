package crm

import (
	"slices"
	"time"
)

// SetBusinessName gives the business its name.
func (c *Config) SetBusinessName(name string) error {
	v, err := line("name", name, MaxTitle)
	if err != nil {
		return err
	}
	if v == "" {
		return &Error{Code: Invalid, Key: KeyEmpty, Field: "name"}
	}
	c.Settings.Business = v
	return nil
}

// SetZone chooses the time zone by its IANA name.
func (c *Config) SetZone(name string) error {
	if !validZone(name) {
		return &Error{Code: Invalid, Key: KeyBadValue, Field: "zone"}
	}
	c.Settings.Zone = name
	return nil
}

// validZone refuses "Local" and "", which mean another zone on every machine.
func validZone(name string) bool {
	_, err := time.LoadLocation(name)
	return err == nil && name != "" && name != "Local"
}

// SetLanguage chooses the language of the business: of its forms, and of who has
// chosen none.
func (c *Config) SetLanguage(lang Language) error {
	if lang != Persian && lang != English {
		return &Error{Code: Invalid, Key: KeyBadValue, Field: "language"}
	}
	c.Settings.Language = lang
	return nil
}

// SetAgentsSeeAll says whether agents see all customers.
func (c *Config) SetAgentsSeeAll(all bool) error {
	c.Settings.AgentsSeeAll = all
	return nil
}

// SetRetention says for how many days customers are kept whose follow-up has
// ended; 0 for ever.
func (c *Config) SetRetention(days int) error {
	if days < 0 || days > MaxRetention {
		return &Error{Code: Invalid, Key: KeyBadValue, Field: "retention"}
	}
	c.Settings.Retention = days
	return nil
}

// SetDigests says who gets the day's digests; nobody named means all managers.
func (c *Config) SetDigests(people []StaffID) error {
	c.Settings.Digests = sortedIDs(people)
	return nil
}

// SetDigestAt says when the day's digests come.
func (c *Config) SetDigestAt(at DigestTimes) error {
	for _, clock := range []string{at.Morning, at.Evening} {
		if clock != "" && !(Field{Type: Time}).canonical(clock) {
			return &Error{Code: Invalid, Key: KeyBadValue, Field: "digest_at"}
		}
	}
	c.Settings.DigestAt = at
	return nil
}

// sortedIDs are the IDs in order, each once.
func sortedIDs[T ~int64](ids []T) []T {
	out := slices.Clone(ids)
	slices.Sort(out)
	return list(slices.Compact(out))
}
