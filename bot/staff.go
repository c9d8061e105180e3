package bot

import (
	"context"

	"cartable/bot/callback"
	"cartable/bot/chat"
	"cartable/bot/screen"
	"cartable/internal/crm"
)

// actOnStaff carries out what managers do about their colleagues and the first day.
func (r *request) actOnStaff(ctx context.Context, ref callback.Ref) (string, error) {
	id := crm.StaffID(ref.Record)
	switch ref.Action {
	case callback.Setup:
		return "", r.setup(ctx, ref.Value)
	case callback.Staff:
		return "", r.team(ctx, r.up.Message)
	case callback.StaffChange:
		return "", r.changeAccess(ctx, id, ref.Value)
	default: // StaffMember
		return "", r.member(ctx, id)
	}
}

// changeAccess suspends or readmits somebody.
func (r *request) changeAccess(ctx context.Context, id crm.StaffID, to string) error {
	states := map[string]crm.StaffState{"suspend": crm.Suspended, "resume": crm.Active}
	state, ok := states[to]
	if !ok {
		return &crm.Error{Code: crm.Invalid, Key: crm.KeyBadValue}
	}
	if err := r.Domain.ChangeStaff(ctx, r.command(), id, state); err != nil {
		return err
	}
	return r.altered(ctx, id, true)
}

// altered shows a colleague after a change, and gives their chat the commands of what
// they are now where that may have changed.
func (r *request) altered(ctx context.Context, id crm.StaffID, commands bool) error {
	if err := r.reread(ctx); err != nil {
		return err
	}
	if commands {
		if err := r.commandsOf(ctx, id); err != nil {
			return err
		}
	}
	return r.member(ctx, id)
}

// reread reads the directory after a change, the actor too.
func (r *request) reread(ctx context.Context) (err error) {
	if r.dir, err = r.Domain.Directory(ctx); err != nil {
		return err
	}
	r.staff = r.dir.Staff[r.staff.ID]
	return nil
}

// commandsOf gives somebody's chat the commands of their role; none to whoever has no
// access. Their private chat's ID is their own.
func (r *request) commandsOf(ctx context.Context, id crm.StaffID) error {
	st := r.dir.Staff[id]
	var commands []chat.Command
	if st.Active() {
		commands = r.readerOf(r.dir, st).Commands()
	}
	err := r.Messenger.SetCommands(ctx, st.TelegramID, "", commands)
	if err != nil && chat.ClassOf(err) != chat.Unavailable {
		r.Log.Warn("set the commands of a colleague", "staff", id, "error", err)
		return nil // their chat is closed to the bot: there is nothing to set
	}
	return err
}

// member shows a colleague in place of the tapped message.
func (r *request) member(ctx context.Context, id crm.StaffID) error {
	st, err := r.colleague(id)
	if err != nil {
		return err
	}
	loads, err := r.Domain.Workloads(ctx, r.dir, r.staff)
	if err != nil {
		return err
	}
	return r.inPlace(ctx, r.reader().Member(st, loads[id]))
}

func (r *request) colleague(id crm.StaffID) (crm.Staff, error) {
	st, ok := r.dir.Staff[id]
	if !ok {
		return st, &crm.Error{Code: crm.NotFound, Key: crm.KeyNoColleague}
	}
	return st, nil
}

// me shows how it stands with the person themselves.
func (r *request) me(ctx context.Context, message int) error {
	loads, err := r.Domain.Workloads(ctx, r.dir, r.staff)
	if err != nil {
		return err
	}
	_, err = r.show(ctx, message, r.reader().Me(loads[r.staff.ID]))
	return err
}

// heirs goes a step on the way of handing somebody's cartable over, with or without
// removing them.
func (r *request) heirs(ctx context.Context, id crm.StaffID, step string, remove bool, value string) (string, error) {
	st, err := r.colleague(id)
	if err != nil {
		return "", err
	}
	held, err := r.Domain.HeldCount(ctx, id)
	if err != nil {
		return "", err
	}
	l := screen.Leaving{Staff: st, Held: held, Remove: remove}
	rd := r.reader()
	switch step {
	case screen.HeirsHow:
		if held == 0 && remove {
			return "", r.inPlace(ctx, rd.ConfirmHeirs(l, screen.HeirsLater))
		}
		return "", r.inPlace(ctx, rd.HeirsHow(l))
	case screen.HeirsOne:
		return "", r.inPlace(ctx, rd.HeirsOne(l))
	case screen.HeirsAmong:
		if value == "" {
			value = string(r.inLine(id))
		}
		return "", r.inPlace(ctx, rd.HeirsAmong(l, screen.Chosen(value)))
	case screen.HeirsSure:
		return "", r.inPlace(ctx, rd.ConfirmHeirs(l, value))
	default:
		return "", r.handAll(ctx, l, value)
	}
}

// inLine are those who are ticked to begin with: the agents whom messages reach.
func (r *request) inLine(but crm.StaffID) (c screen.Chosen) {
	for _, s := range r.dir.ActiveStaff() {
		if s.Role == crm.Agent && s.Reached() && s.ID != but {
			c = c.Toggle(s.ID)
		}
	}
	return c
}

// handAll hands over what somebody holds, and removes them where that was asked.
func (r *request) handAll(ctx context.Context, l screen.Leaving, value string) (err error) {
	heirs := crm.Heirs{Pool: value == screen.HeirsPool}
	if value != screen.HeirsPool && value != screen.HeirsLater {
		if heirs.Among = screen.Chosen(value).IDs(); len(heirs.Among) == 0 {
			return &crm.Error{Code: crm.Invalid, Key: crm.KeyNoColleague}
		}
	}
	var shares crm.Shares
	switch {
	case l.Remove:
		shares, err = r.Domain.Remove(ctx, r.command(), l.Staff.ID, heirs)
	case heirs.Pool:
		n, failed := r.Domain.GiveAll(ctx, r.command(), l.Staff.ID, 0)
		shares, err = crm.Shares{Per: map[crm.StaffID]int{0: n}}, failed
	default:
		shares, err = r.Domain.SpreadAll(ctx, r.command(), l.Staff.ID, heirs.Among)
	}
	if err != nil {
		return err
	}
	if err := r.reread(ctx); err != nil {
		return err
	}
	if l.Remove {
		if err := r.commandsOf(ctx, l.Staff.ID); err != nil {
			return err
		}
	}
	return r.inPlace(ctx, r.reader().HandedAll(l, shares))
}
