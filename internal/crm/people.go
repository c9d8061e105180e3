package crm

import (
	"context"

	"cartable/internal/persian"
)

// Newcomer is somebody who opens an invite link: what Telegram says of them.
type Newcomer struct {
	TelegramID int64
	Name       string
	Language   Language
}

// Join redeems an invite. Somebody who was removed or suspended and is invited
// again is active again, in the new role; an active member keeps the higher of
// the two roles.
func (s *Service) Join(ctx context.Context, cmd Command, token string, who Newcomer) (Staff, error) {
	out, _, err := run(ctx, s, cmd, func(w *work) (Staff, error) {
		inv, err := w.UseInvite(ctx, hashToken(token), who.TelegramID, w.now)
		if err != nil {
			return Staff{}, err
		}
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
			st.ID, err = w.InsertStaff(ctx, st)
			return st, err
		}
		if !st.Active() || inv.Role == Owner || st.Role == Agent {
			st.Role = inv.Role
		}
		st.State, st.Unreachable = Active, false
		return st, w.SaveStaff(ctx, st)
	})
	return out, err
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
	_, _, err := run(ctx, s, cmd, func(w *work) (struct{}, error) {
		if err := mustManage(w); err != nil {
			return struct{}{}, err
		}
		v, err := line("name", name, 100)
		if err != nil {
			return struct{}{}, err
		}
		if v == "" {
			return struct{}{}, &Error{Code: Invalid, Key: KeyEmpty, Field: "name"}
		}
		w.dir.Settings.Business = v
		return struct{}{}, w.SaveSettings(ctx, w.dir.Settings)
	})
	return err
}

// ShowAgentsAll says whether agents see all customers.
func (s *Service) ShowAgentsAll(ctx context.Context, cmd Command, all bool) error {
	_, _, err := run(ctx, s, cmd, func(w *work) (struct{}, error) {
		if err := mustManage(w); err != nil {
			return struct{}{}, err
		}
		w.dir.Settings.AgentsSeeAll = all
		return struct{}{}, w.SaveSettings(ctx, w.dir.Settings)
	})
	return err
}

// ChangeStaff suspends, readmits or removes somebody. From that moment on they
// can do nothing, whatever keyboards stand in their chat, and the invites that they
// made work for nobody. What a removed colleague held is offered to the managers
// for hand-over.
func (s *Service) ChangeStaff(ctx context.Context, cmd Command, id StaffID, state StaffState) error {
	_, _, err := run(ctx, s, cmd, func(w *work) (struct{}, error) {
		if err := mustManage(w); err != nil {
			return struct{}{}, err
		}
		st, err := w.LockStaff(ctx, id)
		if err != nil {
			return struct{}{}, err
		}
		if st.Role == Owner || st.ID == w.actor.ID {
			return struct{}{}, &Error{Code: Forbidden, Key: KeyLastOwner, Staff: id}
		}
		st.State = state
		if err := w.SaveStaff(ctx, st); err != nil || state == Active {
			return struct{}{}, err
		}
		// Or they would come back by a link of their own.
		if err := w.RevokeInvitesOf(ctx, id, w.now); err != nil || state != Removed {
			return struct{}{}, err
		}
		held, err := w.LockHeldBy(ctx, id)
		if err != nil || len(held) == 0 {
			return struct{}{}, err
		}
		ns := to(w.managers(), Notification{Kind: NotifyLeft, About: id, Count: len(held)})
		return struct{}{}, w.notify(ctx, Event{}, ns)
	})
	return err
}

// GiveAll hands everything that somebody holds to a colleague, or with to 0 back
// to the pool. It returns how many customers moved.
func (s *Service) GiveAll(ctx context.Context, cmd Command, from, to StaffID) (int, error) {
	out, _, err := run(ctx, s, cmd, func(w *work) (int, error) {
		if err := mustManage(w); err != nil {
			return 0, err
		}
		if to != 0 {
			if err := w.mustBeActive(ctx, to); err != nil {
				return 0, err
			}
		}
		held, err := w.LockHeldBy(ctx, from)
		if err != nil {
			return 0, err
		}
		var last EventID
		for _, id := range held {
			before, err := w.LockCustomer(ctx, id)
			if err != nil {
				return 0, err
			}
			o, err := w.apply(ctx, before, change{kind: EventLeft, alter: func(_ *work, c *Customer, e *Event) error {
				e.Detail.To = to
				c.giveTo(to, 0)
				c.HandedBy = 0
				return nil
			}})
			if err != nil {
				return 0, err
			}
			last = o.Event
		}
		if to == 0 || len(held) == 0 {
			return len(held), nil
		}
		n := Notification{To: to, Kind: NotifyShared, Count: len(held)}
		return len(held), w.notify(ctx, Event{ID: last, Actor: w.actor.ID}, []Notification{n})
	})
	return out, err
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
		if err := w.SaveStaff(ctx, st); err != nil || reachable {
			return struct{}{}, err
		}
		var ns []Notification
		for _, m := range w.managers() {
			if m.ID != id && !m.Unreachable {
				ns = append(ns, Notification{To: m.ID, Kind: NotifySilent, About: id})
			}
		}
		return struct{}{}, w.notify(ctx, Event{}, ns)
	})
	return err
}

// NewSource is a source as its maker is shown it once: only the hash of Key stays.
type NewSource struct {
	Source
	Key string // "" where the command is a repetition: it was shown then
}

// AddSource makes a source. Actor 0 is the program's command line.
func (s *Service) AddSource(ctx context.Context, cmd Command, title string, kind SourceKind) (NewSource, error) {
	key, hash := newToken()
	slug, _ := newToken()
	out, repeated, err := run(ctx, s, cmd, func(w *work) (Source, error) {
		if cmd.Actor != 0 {
			if err := mustManage(w); err != nil {
				return Source{}, err
			}
		}
		v, err := line("title", title, 100)
		if err != nil {
			return Source{}, err
		}
		if v == "" {
			return Source{}, &Error{Code: Invalid, Key: KeyEmpty, Field: "title"}
		}
		src := Source{Kind: kind, Title: Title{Text: v}, Slug: slugOf(slug)}
		src.ID, err = w.InsertSource(ctx, src, hash, w.now)
		return src, err
	})
	if err != nil {
		return NewSource{}, err
	}
	if repeated {
		key = "" // the first call's key is gone with its answer
	}
	return NewSource{Source: out, Key: key}, nil
}

// slugOf shortens a random token to what stands well in a URL.
func slugOf(token string) string {
	out := make([]byte, 0, 8)
	for i := 0; i < len(token) && len(out) < 8; i++ {
		if c := token[i]; c != '-' && c != '_' {
			out = append(out, c)
		}
	}
	return string(out)
}

// SourceByKey finds the source whose key a caller shows.
func (s *Service) SourceByKey(ctx context.Context, key string) (Source, error) {
	return s.store.SourceByKey(ctx, hashToken(key))
}

// SourceBySlug finds the source of a hosted form.
func (s *Service) SourceBySlug(ctx context.Context, slug string) (Source, error) {
	return s.store.SourceBySlug(ctx, persian.Clean(slug))
}
