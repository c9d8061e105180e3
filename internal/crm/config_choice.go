package crm

import "slices"

func (c *Config) editChoices(id FieldID, edit func(*Field) error) error {
	return c.editField(id, func(f *Field) error {
		if f.Type != Choice && f.Type != Choices {
			return &Error{Code: Invalid, Key: KeyBadValue, FieldID: id}
		}
		return edit(f)
	})
}

// AddChoice adds a choice at the end. Its ID is never another choice's again.
func (c *Config) AddChoice(id FieldID, title Title) (made ChoiceID, err error) {
	err = c.editChoices(id, func(f *Field) error {
		t, err := c.newTitle(title, choiceTitles(f.Choices, 0))
		if err != nil {
			return err
		}
		if len(choiceTitles(f.Choices, 0)) >= MaxChoices {
			return fail(Invalid, KeyTooMany)
		}
		for _, o := range f.Choices {
			made = max(made, o.ID)
		}
		made++
		f.Choices = append(f.Choices, ChoiceOption{ID: made, Title: t})
		return nil
	})
	return made, err
}

func (c *Config) editChoice(id FieldID, choice ChoiceID, edit func(*Field, *ChoiceOption) error) error {
	return c.editChoices(id, func(f *Field) error {
		i := slices.IndexFunc(f.Choices, func(o ChoiceOption) bool { return o.ID == choice })
		if i < 0 {
			return &Error{Code: NotFound, Key: KeyNoField, FieldID: id}
		}
		return edit(f, &f.Choices[i])
	})
}

// RenameChoice renames what history shows of a choice, not what it means.
func (c *Config) RenameChoice(id FieldID, choice ChoiceID, title Title) error {
	return c.editChoice(id, choice, func(f *Field, o *ChoiceOption) error {
		t, err := c.newTitle(title, choiceTitles(f.Choices, choice))
		if err == nil {
			o.Title = t
		}
		return err
	})
}

// RetireChoice has a choice offered no more; history keeps it.
func (c *Config) RetireChoice(id FieldID, choice ChoiceID) error {
	return c.editChoice(id, choice, func(_ *Field, o *ChoiceOption) error {
		o.Retired = true
		return nil
	})
}

// RestoreChoice has a retired choice offered again.
func (c *Config) RestoreChoice(id FieldID, choice ChoiceID) error {
	return c.editChoice(id, choice, func(f *Field, o *ChoiceOption) error {
		others := choiceTitles(f.Choices, choice)
		if err := free(o.Title, others); err != nil {
			return err
		}
		if len(others) >= MaxChoices {
			return fail(Invalid, KeyTooMany)
		}
		o.Retired = false
		return nil
	})
}

// MoveChoice moves a choice past the next one that is offered.
func (c *Config) MoveChoice(id FieldID, choice ChoiceID, to Direction) error {
	return c.editChoice(id, choice, func(f *Field, o *ChoiceOption) error {
		i := slices.IndexFunc(f.Choices, func(other ChoiceOption) bool { return other.ID == o.ID })
		move(f.Choices, i, to, func(o ChoiceOption) bool { return o.Retired })
		return nil
	})
}

// choiceTitles are the titles that another choice than id has.
func choiceTitles(choices []ChoiceOption, but ChoiceID) []Title {
	var out []Title
	for _, o := range choices {
		if o.ID != but && !o.Retired {
			out = append(out, o.Title)
		}
	}
	return out
}
