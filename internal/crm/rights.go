package crm

// Sees says whether somebody may see a customer: managers see everything; an
// agent too, unless managers turned that off, and then what they hold, what they
// created and what waits to be taken.
func Sees(s Staff, settings Settings, c Customer) bool {
	if c.Hidden {
		return false
	}
	if s.Manages() || settings.AgentsSeeAll {
		return s.Active()
	}
	return s.Active() && (c.Holder == s.ID || c.CreatedBy == s.ID || c.Waiting())
}

// visible is nil where somebody may see a customer, else why not. That somebody was
// erased is told to all staff alike, since it says nothing of who it was.
func visible(s Staff, settings Settings, c Customer) error {
	switch {
	case !c.ErasedAt.IsZero() && s.Active():
		return &Error{Code: Gone, Key: KeyErased, Customer: c.ID}
	case !Sees(s, settings, c):
		return fail(NotFound, KeyNoCustomer)
	}
	return nil
}

// Changes says whether somebody may change a customer's status, fields and
// holder: its holder and the managers.
func Changes(s Staff, c Customer) bool {
	return s.Active() && (s.Role.Manages() || c.Holder == s.ID)
}

// Settles says whether somebody may settle a reminder of a customer, or put it off:
// the holder, the managers, and where nobody holds the customer whoever it rings for.
func Settles(s Staff, c Customer, id ReminderID) bool {
	r, open := c.Reminder(id)
	return Changes(s, c) || s.Active() && open && c.Holder == 0 && r.For == s.ID
}

func mustChange(w *work, c Customer) error {
	if !Changes(w.actor, c) {
		return &Error{Code: Forbidden, Key: KeyNotYours, Staff: c.Holder, Customer: c.ID}
	}
	return nil
}

func mustManage(w *work) error {
	if !w.actor.Manages() {
		return fail(Forbidden, KeyManagers)
	}
	return nil
}
