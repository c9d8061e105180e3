package crm

func (c *Config) editSource(id SourceID, edit func(*Source) error) error {
	s := c.source(id)
	if s == nil {
		return fail(NotFound, KeyNoSource)
	}
	return edit(s)
}

// RenameSource gives a source another title. Sources are added by
// Service.AddSource, since their key is shown once. They may share a title: a site's
// form and its API are told apart by their kind.
func (c *Config) RenameSource(id SourceID, title Title) error {
	return c.editSource(id, func(s *Source) error {
		t, err := c.newTitle(title, nil)
		if err == nil {
			s.Title = t
		}
		return err
	})
}

// RetireSource ends a source: its form and its key take nothing any more. What
// came by it keeps its name. The manual source stays.
func (c *Config) RetireSource(id SourceID) error {
	return c.editSource(id, func(s *Source) error {
		if s.Kind == SourceManual {
			return &Error{Code: Forbidden, Key: KeyBuiltIn, Title: s.Title}
		}
		s.Retired = true
		return nil
	})
}

// RestoreSource brings a retired source back, with its address and its key.
func (c *Config) RestoreSource(id SourceID) error {
	return c.editSource(id, func(s *Source) error {
		s.Retired = false
		return nil
	})
}

// SetForm shapes the hosted form of a source. The zero form is the one that every
// business has at first.
func (c *Config) SetForm(id SourceID, form HostedForm) error {
	return c.editSource(id, func(s *Source) error {
		next := *s
		next.Form = form.canonical()
		ps := &problems{c: c}
		ps.form(next)
		if err := ps.first(s.Title); err != nil {
			return err
		}
		s.Form = next.Form
		return nil
	})
}

// SetRouting says who gets the new leads of a source.
func (c *Config) SetRouting(id SourceID, r Routing) error {
	return c.editSource(id, func(s *Source) error {
		r.Mode = r.Way()
		if r.Mode != RoutePerson {
			r.Person = 0
		}
		if err := r.check(); err != nil {
			return err
		}
		s.Routing = r
		return nil
	})
}
