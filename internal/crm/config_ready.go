package crm

// AddReadyField adds a field as most businesses want it, ready for use: with its
// choices; of a status, required where a tap answers it and not where it has to be
// typed, and a date with a time makes the appointment of a status that has none.
func (c *Config) AddReadyField(of StatusID, title Title, kind FieldType, choices []string) (FieldID, error) {
	id, err := c.AddField(of, title, kind)
	if err != nil {
		return 0, err
	}
	if len(choices) > 0 {
		if err := c.AddChoices(id, choices); err != nil {
			return 0, err
		}
	}
	if of == 0 {
		return id, nil
	}
	switch kind {
	case Text, LongText, Link, Email, File:
		return id, nil
	}
	if err := c.SetRequired(id, true); err != nil {
		return 0, err
	}
	return id, c.readyAppointment(of)
}

// readyAppointment has the first fields that can make the appointment of a status
// make it, where there is none.
func (c *Config) readyAppointment(of StatusID) error {
	st, _ := c.Status(of)
	if st.AppointmentDate != 0 {
		return nil
	}
	var date, clock, both FieldID
	for _, f := range st.Fields {
		switch {
		case f.Type == Date && date == 0:
			date = f.ID
		case f.Type == Time && clock == 0:
			clock = f.ID
		case f.Type == DateTime && both == 0:
			both = f.ID
		}
	}
	switch {
	case both != 0:
		return c.SetAppointment(of, both, 0)
	case date != 0 && clock != 0:
		return c.SetAppointment(of, date, clock)
	}
	return nil
}

// AddChoices adds choices at the end, in their order.
func (c *Config) AddChoices(id FieldID, titles []string) error {
	for _, t := range titles {
		if _, err := c.AddChoice(id, Title{Text: t}); err != nil {
			return err
		}
	}
	return nil
}
