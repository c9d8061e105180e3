package crm_test

import (
	"fmt"
	"testing"
	"time"

	"cartable/internal/crm"
)

// orphaned counts what a colleague who is not there any more has left behind without
// anybody to see to it. All are 0 in a team that is whole.
const orphaned = `SELECT
	(SELECT count(*) FROM customers c JOIN staff s ON s.id = c.holder_id WHERE NOT c.hidden AND s.state = 'removed')
	+ (SELECT count(*) FROM reminders r JOIN customers c ON c.id = r.customer_id
		LEFT JOIN staff s ON s.id = coalesce(c.holder_id, r.for_id)
		WHERE r.closed_at IS NULL AND (r.next_ring IS NULL OR c.holder_id IS NOT NULL AND s.state <> 'active'))
	+ (SELECT count(*) FROM forms f JOIN staff s ON s.id = f.staff_id WHERE s.state = 'removed')
	+ (SELECT count(*) FROM config_drafts d JOIN staff s ON s.id = d.staff_id WHERE s.state = 'removed')
	+ (SELECT count(*) FROM notifications n JOIN staff s ON s.id = n.staff_id
		WHERE s.state = 'removed' AND n.state = 'pending' AND n.kind <> 'access')`

// form notes a form that somebody has open.
func (o *office) form(of crm.Staff, id string) {
	o.t.Helper()
	o.exec(`INSERT INTO forms (id, staff_id, chat_id, kind, opened_at, touched_at) VALUES ($1, $2, $3, 'note', $4, $4)`,
		id, of.ID, of.TelegramID, o.clock.Now())
}

// Somebody who holds 50 customers, in mid-form, with open reminders, some of which
// have rung, is removed: nothing is left without anybody.
func TestRemove(t *testing.T) {
	for name, heirs := range map[string]func(o *office) crm.Heirs{
		"spread": func(o *office) crm.Heirs {
			return crm.Heirs{Among: []crm.StaffID{o.agents[1].ID, o.agents[2].ID, o.owner.ID}}
		},
		"to one":  func(o *office) crm.Heirs { return crm.Heirs{Among: []crm.StaffID{o.agents[1].ID, o.agents[1].ID}} },
		"decided": nil,
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, 3)
			ctx := t.Context()
			sara := o.agents[0]
			o.do(o.ChangeRole(ctx, o.by(o.owner), sara.ID, crm.Manager))
			var held []crm.CustomerID
			for i := range 50 {
				id := o.held(phone(i), sara)
				o.remind(sara, id, time.Duration(i+1)*time.Hour)
				held = append(held, id)
			}
			o.clock.forward(5 * time.Hour)
			o.ring()
			o.form(sara, "DRAFT")
			must[int64](t)(o.EditConfig(ctx, o.by(sara), func(c *crm.Config) (int64, error) { return 0, c.SetBusinessName("x") }))
			o.told()

			var shares crm.Shares
			if heirs != nil {
				shares = must[crm.Shares](t)(o.Remove(ctx, o.by(o.owner), sara.ID, heirs(o)))
			} else {
				o.do(o.ChangeStaff(ctx, o.by(o.owner), sara.ID, crm.Removed))
				o.wantTold(t, "access>101", "left>100")
				shares = must[crm.Shares](t)(o.SpreadAll(ctx, o.by(o.owner), sara.ID, []crm.StaffID{o.agents[1].ID, o.agents[2].ID}))
			}
			if n := column[int](o, orphaned)[0]; n != 0 {
				t.Errorf("%d orphans", n)
			}
			least, most, total := 50, 0, 0
			for _, n := range shares.Per {
				least, most, total = min(least, n), max(most, n), total+n
			}
			if total != 50 || most-least > 1 {
				t.Errorf("%+v", shares)
			}
			for _, id := range held {
				c, e := o.customer(id), o.last(id)
				if c.Holder == sara.ID || c.Holder == 0 || len(c.Reminders) != 1 || e.Kind != crm.EventLeft || e.Detail.To != c.Holder {
					t.Fatalf("%+v %+v", c, e)
				}
			}
			o.mustReplay()
			told := map[string]int{}
			for _, s := range o.told() {
				told[s]++
			}
			for id, n := range shares.Per {
				who := fmt.Sprint("shared>", o.dir().Staff[id].TelegramID)
				if want := 1; id != o.owner.ID && told[who] != want || n == 0 {
					t.Errorf("%s told %d times of %d", who, told[who], n)
				}
			}
			// What had rung for her rings for who has it now.
			o.ring()
			rung := column[int](o, `SELECT count(*) FROM notifications n JOIN customers c ON c.id = n.customer_id
				WHERE n.kind = 'reminder' AND n.state = 'pending' AND n.staff_id = c.holder_id`)[0]
			if rung != 5 {
				t.Errorf("%d reminders rang for the new holders", rung)
			}
		})
	}
}

// To the pool: nobody holds them, and their reminders are told to the managers.
func TestRemoveToThePool(t *testing.T) {
	o := newOffice(t, 1)
	ctx := t.Context()
	sara := o.agents[0]
	id := o.held(phone(1), sara)
	o.remind(sara, id, time.Hour)
	if s := must[crm.Shares](t)(o.Remove(ctx, o.by(o.owner), sara.ID, crm.Heirs{Pool: true})); s.Per[0] != 1 {
		t.Errorf("%+v", s)
	}
	if n := column[int](o, orphaned)[0]; n != 0 || o.customer(id).Holder != 0 {
		t.Errorf("%d orphans", n)
	}
	o.wantTold(t, "access>101")
	o.clock.forward(time.Hour)
	o.ring()
	o.wantTold(t, "escalated>100")
}

// Whoever cannot hold anything inherits nothing, and then nobody is removed.
func TestRefusedHeirs(t *testing.T) {
	o := newOffice(t, 3)
	ctx := t.Context()
	sara, omid, nilu := o.agents[0], o.agents[1], o.agents[2]
	o.held(phone(1), sara)
	o.do(o.ChangeStaff(ctx, o.by(o.owner), nilu.ID, crm.Suspended))
	o.told()
	for _, heir := range []crm.StaffID{sara.ID, nilu.ID, 999} {
		o.refused(t, crm.Invalid, crm.KeyNoColleague, func() error {
			_, err := o.Remove(ctx, o.by(o.owner), sara.ID, crm.Heirs{Among: []crm.StaffID{omid.ID, heir}})
			return err
		})
		o.refused(t, crm.Invalid, crm.KeyNoColleague, func() error {
			_, err := o.SpreadAll(ctx, o.by(o.owner), sara.ID, []crm.StaffID{omid.ID, heir})
			return err
		})
	}
	o.refused(t, crm.Invalid, crm.KeyNoColleague, func() error { _, err := o.SpreadAll(ctx, o.by(o.owner), sara.ID, nil); return err })
	for name, do := range map[string]func(crm.Command) error{
		"remove": func(c crm.Command) error { _, err := o.Remove(ctx, c, sara.ID, crm.Heirs{Pool: true}); return err },
		"spread": func(c crm.Command) error {
			_, err := o.SpreadAll(ctx, c, sara.ID, []crm.StaffID{omid.ID})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			o.refused(t, crm.Forbidden, crm.KeyManagers, func() error { return do(o.by(omid)) })
		})
	}
	o.refused(t, crm.Forbidden, crm.KeyLastOwner, func() error {
		_, err := o.Remove(ctx, o.by(o.owner), o.owner.ID, crm.Heirs{})
		return err
	})
}

// Everybody is told of what they are now, once, whatever it was in between.
func TestToldOfRoleAndAccess(t *testing.T) {
	o := newOffice(t, 2)
	ctx := t.Context()
	sara, omid := o.agents[0], o.agents[1]
	pending := func() []string {
		return column[string](o, `SELECT kind FROM notifications WHERE staff_id = $1 AND state = 'pending' ORDER BY id`, sara.ID)
	}
	role := func(r crm.Role) { o.do(o.ChangeRole(ctx, o.by(o.owner), sara.ID, r)) }
	role(crm.Agent) // she is
	o.wantTold(t)
	role(crm.Manager)
	role(crm.Agent)
	role(crm.Manager)
	if got := pending(); len(got) != 1 || got[0] != "role" {
		t.Errorf("%v", got)
	}
	o.told()
	for _, s := range []crm.StaffState{crm.Suspended, crm.Suspended, crm.Active} {
		o.do(o.ChangeStaff(ctx, o.by(o.owner), sara.ID, s))
	}
	o.wantTold(t, "access>101", "access>101")
	if got := pending(); len(got) != 2 || got[1] != "access" {
		t.Errorf("%v", got)
	}
	o.do(o.PassOwnership(ctx, o.by(o.owner), sara.ID))
	o.wantTold(t, "role>101")
	// The farewell that does not arrive is nobody's concern.
	o.do(o.ChangeStaff(ctx, o.by(sara), omid.ID, crm.Removed))
	o.do(o.Reachable(ctx, o.key(), omid.ID, false))
	o.wantTold(t, "access>102")
}

func TestWorkloads(t *testing.T) {
	o := newOffice(t, 2)
	sara, omid := o.agents[0], o.agents[1]
	o.held(phone(1), sara)
	o.held(phone(2), sara)
	o.exec(`INSERT INTO turns (staff_id, day, received, last_at) VALUES ($1, '2026-11-23', 3, $2), ($1, '2026-11-22', 9, $2)`, omid.ID, o.clock.Now())
	all := must[map[crm.StaffID]crm.Workload](t)(o.Workloads(t.Context(), o.dir(), o.owner))
	if all[sara.ID] != (crm.Workload{Held: 2}) || all[omid.ID] != (crm.Workload{Received: 3}) {
		t.Errorf("%+v", all)
	}
	if own := must[map[crm.StaffID]crm.Workload](t)(o.Workloads(t.Context(), o.dir(), omid)); len(own) != 1 || own[omid.ID].Received != 3 {
		t.Errorf("%+v", own)
	}
}
