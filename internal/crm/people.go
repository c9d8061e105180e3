package crm

import (
	"context"
	"slices"
)

// Newcomer is somebody who opens an invite link: what Telegram says of them.
type Newcomer struct {
	TelegramID int64
	Name       string
	Language   Language
}

// Join redeems an invite. Somebody who was removed and is invited again is active
// again, in the new role; an active member keeps the higher of the two roles. A
// suspended one is refused with KeyNotActive: only a manager resumes them. A link
// that cannot be redeemed (any more) is KeyBadInvite; a refused one stays unused.
func (s *Service) Join(ctx context.Context, cmd Command, token string, who Newcomer) (Staff, error) {
	out, _, err := run(ctx, s, cmd, func(w *work) (Staff, error) {
		inv, err := w.UseInvite(ctx, hashToken(token), who.TelegramID, w.now)
		if err != nil {
			return Staff{}, err
		}
		if _, ok := w.owner(); ok && inv.Role == Owner {
			return Staff{}, fail(NotFound, KeyBadInvite)
		}
		st, err := w.admit(ctx, inv, who)
		if IsKey(err, KeyLastOwner) { // another link made an owner at the same moment
			err = fail(NotFound, KeyBadInvite)
		}
		return st, err
	})
	return out, err
}

// admit makes whoever opened an invite a member.
func (w *work) admit(ctx context.Context, inv Invite, who Newcomer) (Staff, error) {
	name, err := line("name", who.Name, MaxName)
	if err != nil || name == "" {
		name = "—"
	}
	st, err := w.StaffByTelegram(ctx, who.TelegramID)
	if err != nil && !IsKey(err, KeyNotActive) {
		return Staff{}, err
	}
	if err != nil {
		st = Staff{TelegramID: who.TelegramID, Name: name, Role: inv.Role, State: Active,
			Language: who.Language, JoinedAt: w.now}
		if st.ID, err = w.InsertStaff(ctx, st); err != nil {
			return Staff{}, err
		}
		return st, w.wakeRoutes(ctx, false)
	}
	if st.State == Suspended {
		return Staff{}, &Error{Code: Forbidden, Key: KeyNotActive, Staff: st.ID}
	}
	if !st.Active() || inv.Role == Owner || st.Role == Agent {
		st.Role = inv.Role
	}
	st.State, st.Unreachable = Active, false
	return st, w.saveBack(ctx, st)
}

// saveBack saves somebody whom messages may reach again: their cards were left as
// they were meanwhile.
func (w *work) saveBack(ctx context.Context, st Staff) error {
	if err := w.saveStaff(ctx, st); err != nil {
		return err
	}
	return w.RefreshCardsOf(ctx, st.ID, w.now.Add(-CardLife))
}

// owner is the active one; ok is false while there is none.
func (w *work) owner() (owner Staff, ok bool) {
	for _, st := range w.dir.ActiveStaff() {
		if st.Role == Owner {
			return st, true
		}
	}
	return Staff{}, false
}

// SetLanguage chooses the language that the actor reads.
func (s *Service) SetLanguage(ctx context.Context, cmd Command, lang Language) error {
	_, _, err := run(ctx, s, cmd, func(w *work) (struct{}, error) {
		if lang != Persian && lang != English {
			return struct{}{}, &Error{Code: Invalid, Key: KeyBadValue, Field: "language"}
		}
		w.actor.Language = lang
		return struct{}{}, w.SaveStaff(ctx, w.actor)
	})
	return err
}

// NameBusiness gives the business its name.
func (s *Service) NameBusiness(ctx context.Context, cmd Command, name string) error {
	return s.amend(ctx, cmd, func(_ *work, c *Config) error { return c.SetBusinessName(name) })
}

// ShowAgentsAll says whether agents see all customers.
func (s *Service) ShowAgentsAll(ctx context.Context, cmd Command, all bool) error {
	return s.amend(ctx, cmd, func(_ *work, c *Config) error { return c.SetAgentsSeeAll(all) })
}

// Reachable notes whether somebody's chat takes messages. When it stops to, the
// managers are told once.
func (s *Service) Reachable(ctx context.Context, cmd Command, id StaffID, reachable bool) error {
	_, _, err := run(ctx, s, cmd, func(w *work) (struct{}, error) {
		st, err := w.LockStaff(ctx, id)
		if err != nil || st.Unreachable == !reachable {
			return struct{}{}, err
		}
		st.Unreachable = !reachable
		if reachable {
			return struct{}{}, w.saveBack(ctx, st)
		}
		if err := w.saveStaff(ctx, st); err != nil || !st.Active() {
			return struct{}{}, err // who left is not missed
		}
		if st.State == Removed { // the farewell did not arrive: of no use to anybody
			return struct{}{}, nil
		}
		others := slices.DeleteFunc(w.reachableManagers(), func(m Staff) bool { return m.ID == id })
		return struct{}{}, w.notify(ctx, Event{}, to(others, Notification{Kind: NotifySilent, About: id}))
	})
	return err
}
