package crm_test

import (
	"reflect"
	"testing"
	"time"

	"cartable/internal/crm"
)

func TestInvites(t *testing.T) {
	o := newOffice(t, 1)
	ctx := t.Context()
	sara := o.agents[0]
	join := func(token string, telegram int64) (crm.Staff, error) {
		return o.Join(ctx, o.key(), token, crm.Newcomer{TelegramID: telegram, Name: " علي ", Language: crm.Persian})
	}
	invite := func(r crm.Role) string {
		return must[crm.NewInvite](t)(o.NewInvite(ctx, o.by(o.owner), r, crm.InviteLife)).Token
	}

	t.Run("works once", func(t *testing.T) {
		token := invite(crm.Manager)
		won := 0
		for _, err := range together(5, func(i int) error { _, err := join(token, int64(500+i)); return err }) {
			if err == nil {
				won++
			} else if !crm.IsKey(err, crm.KeyBadInvite) {
				t.Error(err)
			}
		}
		if won != 1 {
			t.Errorf("%d joined by one link", won)
		}
	})
	t.Run("expires", func(t *testing.T) {
		late, inTime := invite(crm.Agent), invite(crm.Agent)
		o.clock.forward(crm.InviteLife - time.Second)
		if st := must[crm.Staff](t)(join(inTime, 600)); st.Role != crm.Agent || st.Name != "علی" || !st.Active() {
			t.Errorf("%+v", st)
		}
		o.clock.forward(time.Second)
		o.refused(t, crm.NotFound, crm.KeyBadInvite, func() error { _, err := join(late, 601); return err })
		o.refused(t, crm.NotFound, crm.KeyBadInvite, func() error { _, err := join("guess", 601); return err })
	})
	t.Run("the token is nowhere in the database", func(t *testing.T) {
		token := invite(crm.Agent)
		if n := column[int](o, `SELECT count(*) FROM invites x WHERE x::text LIKE '%' || $1 || '%'`, token)[0]; n != 0 {
			t.Error("it is")
		}
		cmd := o.by(o.owner)
		first := must[crm.NewInvite](t)(o.NewInvite(ctx, cmd, crm.Agent, crm.InviteLife))
		if again, err := o.NewInvite(ctx, cmd, crm.Agent, crm.InviteLife); !crm.IsKey(err, crm.KeyBadInvite) || again.Token != "" || again.ID != first.ID {
			t.Errorf("a repetition gives a token that does not work, or another invite: %+v %v", again, err)
		}
	})
	t.Run("chosen lives", func(t *testing.T) {
		for i, life := range crm.InviteLives() {
			inv := must[crm.NewInvite](t)(o.NewInvite(ctx, o.by(o.owner), crm.Agent, life))
			if want := o.clock.Now().Add(life); !inv.ExpiresAt.Equal(want) {
				t.Errorf("until %s, want %s", inv.ExpiresAt, want)
			}
			o.clock.forward(life)
			o.refused(t, crm.NotFound, crm.KeyBadInvite, func() error { _, err := join(inv.Token, int64(700+i)); return err })
		}
		o.refused(t, crm.Invalid, crm.KeyBadValue, func() error {
			_, err := o.NewInvite(ctx, o.by(o.owner), crm.Agent, 400*24*time.Hour)
			return err
		})
	})
	t.Run("a life is changed, the link stays", func(t *testing.T) {
		token := invite(crm.Agent)
		life := crm.InviteLives()[2]
		inv := must[crm.Invite](t)(o.SetInviteLife(ctx, o.by(o.owner), token, life))
		found := must[crm.Invite](t)(o.FindInvite(ctx, o.owner, token))
		if found != inv || !found.ExpiresAt.Equal(o.clock.Now().Add(life)) || found.Role != crm.Agent || found.By != o.owner.ID {
			t.Errorf("%+v, found %+v", inv, found)
		}
		o.refused(t, crm.Invalid, crm.KeyBadValue, func() error {
			_, err := o.SetInviteLife(ctx, o.by(o.owner), token, time.Second)
			return err
		})
		o.clock.forward(life - time.Second)
		must[crm.Staff](t)(join(token, 710))
		o.over(t, token)
	})
	t.Run("revoked", func(t *testing.T) {
		token := invite(crm.Manager)
		inv := must[crm.Invite](t)(o.FindInvite(ctx, o.owner, token))
		if open := must[[]crm.Invite](t)(o.OpenInvites(ctx, o.owner)); len(open) != 1 || open[0] != inv {
			t.Fatalf("open: %+v", open)
		}
		if err := o.RevokeInvite(ctx, o.by(o.owner), inv.ID); err != nil {
			t.Fatal(err)
		}
		o.refused(t, crm.NotFound, crm.KeyBadInvite, func() error { _, err := join(token, 720); return err })
		o.refused(t, crm.NotFound, crm.KeyInviteOver, func() error { return o.RevokeInvite(ctx, o.by(o.owner), inv.ID) })
		o.over(t, token)
		if open := must[[]crm.Invite](t)(o.OpenInvites(ctx, o.owner)); len(open) != 0 {
			t.Errorf("open: %+v", open)
		}
	})
	t.Run("who is removed does not come back by a link of their own", func(t *testing.T) {
		boss := o.join(crm.Manager, o.by(o.owner), 730)
		own := must[crm.NewInvite](t)(o.NewInvite(ctx, o.by(boss), crm.Manager, crm.InviteLife))
		if err := o.ChangeStaff(ctx, o.by(o.owner), boss.ID, crm.Removed); err != nil {
			t.Fatal(err)
		}
		o.refused(t, crm.NotFound, crm.KeyBadInvite, func() error { _, err := join(own.Token, boss.TelegramID); return err })
	})
	t.Run("who joins again", func(t *testing.T) {
		if st := must[crm.Staff](t)(join(invite(crm.Manager), sara.TelegramID)); st.ID != sara.ID || st.Role != crm.Manager {
			t.Errorf("promoted: %+v", st)
		}
		if st := must[crm.Staff](t)(join(invite(crm.Agent), sara.TelegramID)); st.Role != crm.Manager {
			t.Errorf("an agent's link demotes a manager: %+v", st)
		}
		if st := must[crm.Staff](t)(join(invite(crm.Agent), o.owner.TelegramID)); st.Role != crm.Owner {
			t.Errorf("an agent's link demotes the owner: %+v", st)
		}
		if err := o.ChangeStaff(ctx, o.by(o.owner), sara.ID, crm.Removed); err != nil {
			t.Fatal(err)
		}
		if st := must[crm.Staff](t)(join(invite(crm.Agent), sara.TelegramID)); st.ID != sara.ID || st.Role != crm.Agent || !st.Active() {
			t.Errorf("invited again: %+v", st)
		}
	})
	t.Run("who was suspended", func(t *testing.T) {
		if err := o.ChangeStaff(ctx, o.by(o.owner), sara.ID, crm.Suspended); err != nil {
			t.Fatal(err)
		}
		token := invite(crm.Manager)
		o.refused(t, crm.Forbidden, crm.KeyNotActive, func() error { _, err := join(token, sara.TelegramID); return err })
		if err := o.ChangeStaff(ctx, o.by(o.owner), sara.ID, crm.Active); err != nil {
			t.Fatal(err)
		}
		if st := must[crm.Staff](t)(join(token, sara.TelegramID)); st.Role != crm.Manager {
			t.Errorf("the refused link was used up: %+v", st)
		}
	})
	t.Run("of a maker who may not invite any more", func(t *testing.T) {
		boss := o.join(crm.Manager, o.by(o.owner), 700)
		for i, take := range []string{`state = 'suspended'`, `state = 'removed'`, `role = 'agent'`} {
			token := must[crm.NewInvite](t)(o.NewInvite(ctx, o.by(boss), crm.Manager, crm.InviteLife)).Token
			o.exec(`UPDATE staff SET `+take+` WHERE id = $1`, boss.ID)
			for _, who := range []int64{boss.TelegramID, 701} { // themselves, or a friend
				o.refused(t, crm.NotFound, crm.KeyBadInvite, func() error { _, err := join(token, who); return err })
			}
			o.exec(`UPDATE staff SET state = 'active', role = 'manager' WHERE id = $1`, boss.ID)
			must[crm.Staff](t)(join(token, int64(710+i)))
		}
	})
	t.Run("owners", func(t *testing.T) {
		o.refused(t, crm.Forbidden, crm.KeyManagers, func() error { _, err := o.NewInvite(ctx, o.by(o.owner), crm.Owner, crm.InviteLife); return err })
		o.refused(t, crm.Conflict, crm.KeyLastOwner, func() error { _, err := o.NewInvite(ctx, o.key(), crm.Owner, crm.InviteLife); return err })
		o.refused(t, crm.Forbidden, crm.KeyManagers, func() error { _, err := o.NewInvite(ctx, o.key(), crm.Manager, crm.InviteLife); return err })
		o.refused(t, crm.Forbidden, crm.KeyManagers, func() error { _, err := o.NewInvite(ctx, o.by(o.owner), "king", crm.InviteLife); return err })
	})
}

// over expects that an invite cannot be acted on any more.
func (o *office) over(t *testing.T, token string) {
	t.Helper()
	if _, err := o.FindInvite(t.Context(), o.owner, token); !crm.IsKey(err, crm.KeyInviteOver) {
		t.Error(err)
	}
	o.refused(t, crm.NotFound, crm.KeyInviteOver, func() error {
		_, err := o.SetInviteLife(t.Context(), o.by(o.owner), token, crm.InviteLife)
		return err
	})
}

// Two owner links, printed before anybody opened one: the first makes the owner.
func TestTwoOwnerLinks(t *testing.T) {
	o := newOffice(t, 0)
	o.exec(`UPDATE staff SET state = 'removed', role = 'agent'`)
	a := must[crm.NewInvite](t)(o.NewInvite(t.Context(), o.key(), crm.Owner, crm.InviteLife)).Token
	b := must[crm.NewInvite](t)(o.NewInvite(t.Context(), o.key(), crm.Owner, crm.InviteLife)).Token
	o.exec(`UPDATE staff SET state = 'active', role = 'manager'`)
	if open := must[[]crm.Invite](t)(o.OpenInvites(t.Context(), o.dir().Staff[o.owner.ID])); len(open) != 0 {
		t.Errorf("a manager sees the links of owners: %+v", open)
	}
	o.over(t, a)
	must[crm.Staff](t)(o.Join(t.Context(), o.key(), a, crm.Newcomer{TelegramID: 1, Language: crm.English}))
	for _, who := range []int64{1, 2} { // the owner themselves, too
		o.refused(t, crm.NotFound, crm.KeyBadInvite, func() error {
			_, err := o.Join(t.Context(), o.key(), b, crm.Newcomer{TelegramID: who, Name: "B", Language: crm.Persian})
			return err
		})
	}
	if st := must[crm.Staff](t)(o.StaffByTelegramID(t.Context(), 1)); st.Role != crm.Owner || st.Name == "" {
		t.Errorf("%+v", st)
	}
	if _, err := o.StaffByTelegramID(t.Context(), 2); !crm.IsKey(err, crm.KeyNotActive) {
		t.Error(err)
	}
}

// Two owner links at the same moment: one makes the owner, the other is a bad one.
func TestTwoOwnerLinksAtOnce(t *testing.T) {
	o := newOffice(t, 0)
	o.exec(`UPDATE staff SET state = 'removed', role = 'agent'`)
	var tokens []string
	for range 4 {
		tokens = append(tokens, must[crm.NewInvite](t)(o.NewInvite(t.Context(), o.key(), crm.Owner, crm.InviteLife)).Token)
	}
	won := 0
	for _, err := range together(len(tokens), func(i int) error {
		_, err := o.Join(t.Context(), o.key(), tokens[i], crm.Newcomer{TelegramID: int64(1 + i), Language: crm.Persian})
		return err
	}) {
		if err == nil {
			won++
		} else if !crm.IsKey(err, crm.KeyBadInvite) {
			t.Error(err)
		}
	}
	if won != 1 {
		t.Errorf("%d owners", won)
	}
}

func TestChangeStaff(t *testing.T) {
	o := newOffice(t, 3)
	ctx := t.Context()
	sara, omid := o.agents[0], o.agents[1]
	boss := o.join(crm.Manager, o.by(o.owner), 900)
	a, b := o.held(phone(1), sara), o.held(phone(2), sara)
	o.remind(sara, b, time.Hour)
	change := func(by crm.Staff, id crm.StaffID, s crm.StaffState) func() error {
		return func() error { return o.ChangeStaff(ctx, o.by(by), id, s) }
	}
	o.refused(t, crm.Forbidden, crm.KeyLastOwner, change(boss, o.owner.ID, crm.Removed))
	o.refused(t, crm.Forbidden, crm.KeyLastOwner, change(boss, boss.ID, crm.Suspended))
	o.refused(t, crm.NotFound, crm.KeyNotActive, change(boss, 999, crm.Removed))
	for _, step := range []struct {
		state crm.StaffState
		told  []string
	}{{crm.Suspended, []string{"access>101"}}, {crm.Active, []string{"access>101"}},
		{crm.Removed, []string{"access>101", "left>100", "left>900"}}} {
		if err := change(boss, sara.ID, step.state)(); err != nil {
			t.Fatal(err)
		}
		o.wantTold(t, step.told...)
	}
	if got := column[int](o, `SELECT count FROM notifications WHERE kind = 'left' AND about_id = $1`, sara.ID); got[0] != 2 {
		t.Errorf("told of %v customers", got)
	}
	o.refused(t, crm.Invalid, crm.KeyNoColleague, func() error { _, err := o.GiveAll(ctx, o.by(boss), sara.ID, 999); return err })
	if n := must[int](t)(o.GiveAll(ctx, o.by(boss), sara.ID, omid.ID)); n != 2 {
		t.Errorf("%d moved", n)
	}
	o.wantTold(t, "shared>102")
	for _, id := range []crm.CustomerID{a, b} {
		if c, e := o.customer(id), o.last(id); c.Holder != omid.ID || c.HandedBy != 0 || e.Kind != crm.EventLeft || e.Detail.To != omid.ID {
			t.Errorf("%+v %+v", c, e)
		}
	}
	if c := o.customer(b); len(c.Reminders) != 1 {
		t.Error("a reminder was lost on the way")
	}
	if n := must[int](t)(o.GiveAll(ctx, o.by(boss), omid.ID, 0)); n != 2 {
		t.Errorf("%d moved", n)
	}
	o.wantTold(t)
	if n := must[int](t)(o.WaitingLeads(ctx)); n != 2 {
		t.Errorf("%d wait", n)
	}
	if n := must[int](t)(o.GiveAll(ctx, o.by(boss), omid.ID, sara.ID+2)); n != 0 {
		t.Errorf("%d moved out of an empty cartable", n)
	}
}

func TestReachable(t *testing.T) {
	o := newOffice(t, 1)
	boss := o.join(crm.Manager, o.by(o.owner), 900)
	set := func(id crm.StaffID, r bool, want ...string) {
		t.Helper()
		if err := o.Reachable(t.Context(), o.key(), id, r); err != nil {
			t.Fatal(err)
		}
		o.wantTold(t, want...)
	}
	set(o.agents[0].ID, false, "silent>100", "silent>900")
	set(o.agents[0].ID, false)
	set(o.agents[0].ID, true)
	set(boss.ID, false, "silent>100")
	set(o.agents[0].ID, false, "silent>100") // who cannot be reached is not told
}

func TestSettings(t *testing.T) {
	o := newOffice(t, 1)
	ctx := t.Context()
	if err := o.NameBusiness(ctx, o.by(o.owner), " شركت  نمونه "); err != nil {
		t.Fatal(err)
	}
	o.refused(t, crm.Invalid, crm.KeyEmpty, func() error { return o.NameBusiness(ctx, o.by(o.owner), " ") })
	if s := o.dir().Settings; s.Business != "شرکت نمونه" || !s.AgentsSeeAll || s.Zone != "Asia/Tehran" {
		t.Errorf("%+v", s)
	}
	if err := o.SetLanguage(ctx, o.by(o.agents[0]), crm.English); err != nil {
		t.Fatal(err)
	}
	o.refused(t, crm.Invalid, crm.KeyBadValue, func() error { return o.SetLanguage(ctx, o.by(o.agents[0]), "de") })
	if st := o.dir().Staff[o.agents[0].ID]; st.Language != crm.English || st.Role != crm.Agent {
		t.Errorf("%+v", st)
	}
	if z := (crm.Settings{Zone: "Nowhere/Nothing"}).Location(); z != time.UTC {
		t.Errorf("zone %v", z)
	}
}

func TestSources(t *testing.T) {
	o := newOffice(t, 1)
	ctx := t.Context()
	cmd := o.key()
	src := must[crm.NewSource](t)(o.AddSource(ctx, cmd, "سایت", crm.SourceAPI))
	again := must[crm.NewSource](t)(o.AddSource(ctx, cmd, "سایت", crm.SourceAPI))
	if again.ID != src.ID || again.Slug != src.Slug || again.Key != "" {
		t.Errorf("%+v, first %+v", again, src)
	}
	if got := must[crm.Source](t)(o.SourceByKey(ctx, src.Key)); !reflect.DeepEqual(got, src.Source) {
		t.Errorf("%+v", got)
	}
	if got := must[crm.Source](t)(o.SourceBySlug(ctx, src.Slug)); !reflect.DeepEqual(got, src.Source) {
		t.Errorf("%+v", got)
	}
	o.exec(`UPDATE sources SET retired_at = now() WHERE id = $1`, src.ID)
	for _, find := range []func() (crm.Source, error){
		func() (crm.Source, error) { return o.SourceByKey(ctx, src.Key) },
		func() (crm.Source, error) { return o.SourceBySlug(ctx, src.Slug) },
		func() (crm.Source, error) { return o.SourceByKey(ctx, "") },
	} {
		if _, err := find(); !crm.IsKey(err, crm.KeyNoSource) {
			t.Error(err)
		}
	}
	o.refused(t, crm.Invalid, crm.KeyEmpty, func() error { _, err := o.AddSource(ctx, o.by(o.owner), " ", crm.SourceForm); return err })
	for _, k := range crm.SourceKinds() {
		must[crm.NewSource](t)(o.AddSource(ctx, o.by(o.owner), string(k), k))
	}
}
