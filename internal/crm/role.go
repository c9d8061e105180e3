package crm

import "context"

// ChangeRole makes an agent a manager, or a manager an agent. The owner's role is
// changed by PassOwnership alone.
func (s *Service) ChangeRole(ctx context.Context, cmd Command, id StaffID, role Role) error {
	return s.alterStaff(ctx, cmd, id, mustManage, func(w *work, st *Staff) error {
		if role != Agent && role != Manager {
			return &Error{Code: Invalid, Key: KeyOwnersRole, Staff: id}
		}
		if st.Role == Owner {
			return &Error{Code: Forbidden, Key: KeyOwnersRole, Staff: id}
		}
		if st.Role == role {
			return nil
		}
		st.Role = role
		return w.tellRole(ctx, st.ID)
	})
}

// PassOwnership makes an active colleague the owner and the owner a manager. There is
// exactly one owner at any time. The new one is told.
func (s *Service) PassOwnership(ctx context.Context, cmd Command, to StaffID) error {
	return s.alterStaff(ctx, cmd, to, mustOwn, func(w *work, st *Staff) error {
		if !st.Active() || st.ID == w.actor.ID {
			return &Error{Code: Invalid, Key: KeyNoColleague, Staff: to}
		}
		st.Role = Owner
		w.actor.Role = Manager
		if err := w.SaveStaff(ctx, w.actor); err != nil { // first: the database takes one owner only
			return err
		}
		return w.tellRole(ctx, to)
	})
}

// tellRole has somebody told of the role that they are in from now on. What was to be
// told of one before it is over.
func (w *work) tellRole(ctx context.Context, id StaffID) error {
	if err := w.CancelNotificationsTo(ctx, id, NotifyRole); err != nil {
		return err
	}
	return w.notify(ctx, Event{}, []Notification{{To: id, Kind: NotifyRole}})
}

func mustOwn(w *work) error {
	if w.actor.Role != Owner {
		return fail(Forbidden, KeyOwnerOnly)
	}
	return nil
}
