package crm

import (
	"context"
	"maps"
)

// ChangeStaff suspends, readmits or removes somebody. From that moment on they
// can do nothing, whatever keyboards stand in their chat, and the invites that they
// made work for nobody. They are told. What a removed colleague held is offered to
// the managers for hand-over; see Remove.
func (s *Service) ChangeStaff(ctx context.Context, cmd Command, id StaffID, state StaffState) error {
	if state == Removed {
		_, err := s.Remove(ctx, cmd, id, Heirs{})
		return err
	}
	_, _, err := run(ctx, s, cmd, func(w *work) (struct{}, error) {
		st, err := w.lockOther(ctx, id)
		if err != nil || st.State == state {
			return struct{}{}, err
		}
		return struct{}{}, w.changeAccess(ctx, st, state)
	})
	return err
}

// Heirs are who receives what a colleague leaves behind. The zero Heirs leave it for
// the managers to decide.
type Heirs struct {
	Among []StaffID // evenly, as by SpreadAll
	Pool  bool      // nobody: whoever takes them first
}

// Remove takes somebody out of the team and hands over what they held, in one step:
// whatever happens, no customer is left with somebody who is not there. Forms that
// they had not finished end, and so does what was to be told to them. Customers that
// are left for the managers to decide about are told to them.
func (s *Service) Remove(ctx context.Context, cmd Command, id StaffID, heirs Heirs) (Shares, error) {
	out, _, err := run(ctx, s, cmd, func(w *work) (Shares, error) {
		st, err := w.lockOther(ctx, id)
		if err != nil {
			return Shares{}, err
		}
		if st.State != Removed {
			if err := w.changeAccess(ctx, st, Removed); err != nil {
				return Shares{}, err
			}
		}
		held, err := w.LockHeldBy(ctx, id)
		if err != nil || len(held) == 0 {
			return Shares{}, err
		}
		if len(heirs.Among) == 0 && !heirs.Pool {
			ns := to(w.managers(), Notification{Kind: NotifyLeft, About: id, Count: len(held)})
			return Shares{}, w.notify(ctx, Event{}, ns)
		}
		return w.spread(ctx, held, heirs.Among)
	})
	return out, err
}

// lockOther holds a colleague whom the actor may suspend, readmit and remove: neither
// the owner nor themselves.
func (w *work) lockOther(ctx context.Context, id StaffID) (Staff, error) {
	if err := mustManage(w); err != nil {
		return Staff{}, err
	}
	st, err := w.LockStaff(ctx, id)
	if err != nil {
		return Staff{}, err
	}
	if st.Role == Owner || st.ID == w.actor.ID {
		return Staff{}, &Error{Code: Forbidden, Key: KeyLastOwner, Staff: id}
	}
	return st, nil
}

// changeAccess puts a colleague in another state and has them told.
func (w *work) changeAccess(ctx context.Context, st Staff, state StaffState) error {
	st.State = state
	save := w.saveStaff
	if state == Active {
		save = w.saveBack
	}
	if err := save(ctx, st); err != nil {
		return err
	}
	w.dir.Staff = maps.Clone(w.dir.Staff)
	w.dir.Staff[st.ID] = st // who is to be told goes by it
	if state != Active {
		if err := w.RevokeInvitesOf(ctx, st.ID, w.now); err != nil {
			return err
		}
	}
	kind := NotifyAccess
	if state == Removed {
		if err := w.DropWork(ctx, st.ID); err != nil {
			return err
		}
		kind = "" // nothing else either
	}
	if err := w.CancelNotificationsTo(ctx, st.ID, kind); err != nil {
		return err
	}
	// By the store itself: notify leaves out whoever is not active.
	return w.Notify(ctx, []Notification{{To: st.ID, Kind: NotifyAccess, CreatedAt: w.now}})
}
