package crm

import (
	"context"
	"time"
)

// Bounds of what managers set.
const (
	MaxLimit    = 100_000 // customers
	MaxHolidays = 500
)

// SetShift sets when somebody works; the empty week is the business's hours.
func (s *Service) SetShift(ctx context.Context, cmd Command, id StaffID, shift Week) error {
	return s.alterStaff(ctx, cmd, id, mustManage, func(_ *work, st *Staff) error {
		st.Shift = shift
		return shift.Check()
	})
}

// SetLeave sends somebody on leave until a moment; the zero time ends it. Who is sent
// on leave is not on duty any more, whatever they said before.
func (s *Service) SetLeave(ctx context.Context, cmd Command, id StaffID, until time.Time) error {
	return s.alterStaff(ctx, cmd, id, mustManage, func(w *work, st *Staff) error {
		if !until.IsZero() {
			if !until.After(w.now) {
				return &Error{Code: Invalid, Key: KeyPast, Field: "leave"}
			}
			until = *instant(until)
			if st.Duty == DutyOn {
				st.Duty, st.DutyUntil = DutyByShift, time.Time{}
			}
		}
		st.LeaveUntil = until
		return nil
	})
}

// SetDuty says that somebody is at work or is not, whatever their shift says: for
// today, or until told otherwise; DutyByShift takes it back. Who is on for today is on
// leave again afterwards; who is on until told otherwise is not on leave any more. Off
// for today is also off for the rest of a shift that goes on after midnight; said in
// that rest, it is off for no more than it. Everybody may for themselves, managers for
// anybody.
func (s *Service) SetDuty(ctx context.Context, cmd Command, id StaffID, duty Duty, today bool) error {
	right := func(w *work) error {
		if id == w.actor.ID {
			return nil
		}
		return mustManage(w)
	}
	return s.alterStaff(ctx, cmd, id, right, func(w *work, st *Staff) error {
		st.Duty, st.DutyUntil = duty, time.Time{}
		switch duty {
		case DutyByShift:
			return nil
		case DutyOn:
			if today {
				st.DutyUntil = w.today().AddDays(1).In(w.zone()).UTC()
			} else {
				st.LeaveUntil = time.Time{}
			}
		case DutyOff:
			if today {
				times := w.dir.WorkingTime().times(w.now)
				st.DutyUntil = times.dayEnds(*st, times.workday(*st, w.now)).UTC()
			}
		default:
			return &Error{Code: Invalid, Key: KeyBadValue, Field: "duty"}
		}
		return nil
	})
}

// SetLimit bounds how many customers somebody holds to whom routing brings more; 0
// for no bound. What they take themselves or are handed is not bounded.
func (s *Service) SetLimit(ctx context.Context, cmd Command, id StaffID, limit int) error {
	return s.alterStaff(ctx, cmd, id, mustManage, func(_ *work, st *Staff) error {
		if limit < 0 || limit > MaxLimit {
			return &Error{Code: Invalid, Key: KeyBadValue, Field: "limit"}
		}
		st.Limit = limit
		return nil
	})
}

// SetHours sets when the business is open, the empty week being always, and on which
// days of the week it is closed whatever the hours say.
func (s *Service) SetHours(ctx context.Context, cmd Command, hours Week, off []time.Weekday) error {
	return s.amend(ctx, cmd, func(_ *work, c *Config) error { return c.SetHours(hours, off) })
}

// SetHolidays sets all dates on which the business is closed.
func (s *Service) SetHolidays(ctx context.Context, cmd Command, holidays []Holiday) error {
	return s.amend(ctx, cmd, func(_ *work, c *Config) error { return c.SetHolidays(holidays) })
}

// SetRouting says who gets the new leads of a source. What waits goes by it from now
// on.
func (s *Service) SetRouting(ctx context.Context, cmd Command, id SourceID, r Routing) error {
	return s.amend(ctx, cmd, func(w *work, c *Config) error {
		if r.Person != 0 {
			if err := w.mustBeActive(ctx, r.Person); err != nil {
				return err
			}
		}
		if err := w.mustBeIn(r.Place()); err != nil {
			return err
		}
		return c.SetRouting(id, r)
	})
}

// alterStaff changes what is known of a colleague who has not been removed.
func (s *Service) alterStaff(ctx context.Context, cmd Command, id StaffID, right func(*work) error, alter func(*work, *Staff) error) error {
	_, _, err := run(ctx, s, cmd, func(w *work) (struct{}, error) {
		if err := right(w); err != nil {
			return struct{}{}, err
		}
		st, err := w.LockStaff(ctx, id)
		if IsKey(err, KeyNotActive) || err == nil && st.State == Removed {
			return struct{}{}, &Error{Code: NotFound, Key: KeyNoColleague, Staff: id}
		}
		if err != nil {
			return struct{}{}, err
		}
		if err := alter(w, &st); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, w.saveStaff(ctx, st)
	})
	return err
}

// saveStaff writes a colleague's row, and has what waits for people looked at anew.
// In this order: a lead on its way to them locks the route first.
func (w *work) saveStaff(ctx context.Context, st Staff) error {
	if err := w.wakeRoutes(ctx, false); err != nil {
		return err
	}
	return w.SaveStaff(ctx, st)
}
