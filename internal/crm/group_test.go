package crm_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"cartable/internal/crm"
	"cartable/internal/persian"
)

const salesroom = -100

// sales adds a form whose leads are offered in a group.
func (o *office) sales() (crm.SourceID, crm.Group) {
	o.t.Helper()
	ctx := o.t.Context()
	form := must[crm.NewSource](o.t)(o.AddSource(ctx, o.by(o.owner), "فرم سایت", crm.SourceForm)).ID
	g := must[crm.Group](o.t)(o.AddGroup(ctx, o.by(o.owner), salesroom, "فروش"))
	if err := o.OfferInGroup(ctx, o.by(o.owner), form, g.ID); err != nil {
		o.t.Fatal(err)
	}
	return form, g
}

func parsed(n int) persian.Phone { return persian.Phone("+98" + phone(n)[1:]) }

func (o *office) fill(form crm.SourceID, n int) crm.Arrival {
	o.t.Helper()
	return must[crm.Arrival](o.t)(o.RecordInquiry(o.t.Context(), o.key(), crm.Inquiry{Source: form, Phone: parsed(n)}))
}

func TestGroupOffers(t *testing.T) {
	o := newOffice(t, 2)
	ctx := t.Context()
	sara := o.agents[0]
	form, g := o.sales()

	o.refused(t, crm.Forbidden, crm.KeyManagers, func() error { return o.OfferInGroup(ctx, o.by(sara), form, 0) })
	o.refused(t, crm.Forbidden, crm.KeyManagers, func() error { _, err := o.AddGroup(ctx, o.by(sara), -200, "x"); return err })
	// Somebody who is not staff has ID 0, which is the program's: it adds no groups.
	o.refused(t, crm.Forbidden, crm.KeyManagers, func() error { _, err := o.AddGroup(ctx, o.key(), -200, "x"); return err })
	o.refused(t, crm.NotFound, crm.KeyNoSource, func() error { return o.OfferInGroup(ctx, o.by(o.owner), 99, g.ID) })
	o.refused(t, crm.NotFound, crm.KeyNoGroup, func() error { return o.OfferInGroup(ctx, o.by(o.owner), form, 99) })

	first := o.fill(form, 1)
	o.wantTold(t, "lead>-100")
	if c := o.customer(first.Customer); c.Holder != 0 || !c.Waiting() {
		t.Errorf("%+v", c)
	}
	o.fill(1, 2) // by another source
	o.wantTold(t, "lead>100", "lead>101", "lead>102")
	must[crm.Outcome](t)(o.Take(ctx, o.by(sara), first.Customer))
	o.fill(form, 1) // again, and held
	o.wantTold(t, "inquiry>101")

	waits := o.fill(form, 3)
	o.wantTold(t, "lead>-100")
	for range 2 { // the second time it is known
		if err := o.LeaveGroup(ctx, o.key(), salesroom); err != nil {
			t.Fatal(err)
		}
	}
	if err := o.LeaveGroup(ctx, o.key(), -999); err != nil {
		t.Fatal(err)
	}
	o.wantTold(t, "group_left>100")
	o.look()
	o.wantTold(t, "lead>100", "lead>101", "lead>102")
	if about := column[crm.GroupID](o, `SELECT about_group FROM notifications WHERE kind = 'group_left' AND count = 1`); len(about) != 1 || about[0] != g.ID {
		t.Errorf("told about %v", about)
	}
	if again := column[crm.CustomerID](o, `SELECT DISTINCT customer_id FROM notifications WHERE kind = 'lead' AND id > (SELECT max(id) FROM notifications WHERE group_chat IS NOT NULL) AND staff_id IS NOT NULL`); len(again) != 1 || again[0] != waits.Customer {
		t.Errorf("offered again: %v", again)
	}
	o.fill(form, 4)
	o.wantTold(t, "lead>100", "lead>101", "lead>102")
	o.refused(t, crm.Gone, crm.KeyNoGroup, func() error { return o.OfferInGroup(ctx, o.by(o.owner), form, g.ID) })

	back := must[crm.Group](t)(o.AddGroup(ctx, o.by(o.owner), salesroom, strings.Repeat("x", 300)))
	if back.ID != g.ID || back.Left || len(back.Title) != crm.MaxName || o.dir().Sources[form].Routing.Group != 0 {
		t.Errorf("%+v %+v", back, o.dir().Sources)
	}
}

// The group moves, and the messenger told of the new chat before.
func TestGroupMoves(t *testing.T) {
	o := newOffice(t, 1)
	ctx := t.Context()
	form, g := o.sales()
	other := must[crm.NewSource](t)(o.AddSource(ctx, o.by(o.owner), "دیگر", crm.SourceForm)).ID
	o.fill(form, 1)
	o.exec(`UPDATE notifications SET state = 'sent', message_id = 7`)
	o.fill(form, 2) // not sent yet
	o.told()
	twin := must[crm.Group](t)(o.AddGroup(ctx, o.by(o.owner), -1000, "فروش"))
	if err := o.OfferInGroup(ctx, o.by(o.owner), other, twin.ID); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := o.MoveGroup(ctx, salesroom, -1000); err != nil {
			t.Fatal(err)
		}
	}
	o.wantTold(t, "lead>-1000")
	dir := o.dir()
	if len(dir.Groups) != 1 || dir.Groups[g.ID].Chat != -1000 || dir.Sources[form].Routing.Group != g.ID || dir.Sources[other].Routing.Group != g.ID {
		t.Errorf("%+v %+v", dir.Groups, dir.Sources)
	}
	if n := column[int](o, `SELECT count(*) FROM notifications WHERE message_id IS NOT NULL`)[0]; n != 0 {
		t.Error("the card in the old chat would be edited in the new one")
	}
}

// Leads arrive while the group is left: each is offered somewhere where people are.
func TestLeadsArriveWhileTheGroupIsLeft(t *testing.T) {
	o := newOffice(t, 1)
	form, _ := o.sales()
	var all sync.WaitGroup
	for i := range 20 {
		cmd := o.key()
		all.Go(func() {
			if _, err := o.RecordInquiry(t.Context(), cmd, crm.Inquiry{Source: form, Phone: parsed(i + 1)}); err != nil {
				t.Error(err)
			}
		})
		if i == 10 {
			leave := o.key()
			all.Go(func() {
				if err := o.LeaveGroup(t.Context(), leave, salesroom); err != nil {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	o.look()
	if lost := column[int](o, `SELECT count(*) FROM customers c WHERE NOT EXISTS (
		SELECT FROM notifications n WHERE n.customer_id = c.id AND n.staff_id IS NOT NULL)`)[0]; lost != 0 {
		t.Errorf("%d leads are offered to nobody", lost)
	}
}

// What a group sees of a lead tells no way to reach them.
func TestOffered(t *testing.T) {
	o := newOffice(t, 0)
	ctx := t.Context()
	in := crm.Inquiry{Source: 1, Phone: "+989120000001", Name: "علی ۰۹۱۲۰۰۰۰۰۰۱", City: "شیراز", Email: "a@x.ir"}
	must[crm.Arrival](t)(o.RecordInquiry(ctx, o.key(), in))
	in.Name, in.City, in.Email = "علی", "یزد 02188776655", "b@x.ir"
	in.Message = "تماس: 0912 000 0002، 88776655 یا a.b@x.co.ir؛ ۰ ۹ ۱ ۲ ۳ ۴ ۵ ۶؛ بودجه ۵۰۰ تومان تا ۱۴۰۵/۰۹/۱۲"
	a := must[crm.Arrival](t)(o.RecordInquiry(ctx, o.key(), in))
	c, e, err := o.Offered(ctx, o.dir(), a.Customer, a.Event)
	if err != nil {
		t.Fatal(err)
	}
	if c.Name != "علی •••" || c.City != "شیراز" || len(c.Phones) != 0 || c.Email != "" || len(c.Values) != 0 {
		t.Errorf("%+v", c)
	}
	if want := "تماس: •••، ••• یا ••• ••• بودجه ۵۰۰ تومان تا ۱۴۰۵/۰۹/۱۲"; strings.ReplaceAll(e.Detail.Message, "؛", "") != want {
		t.Errorf("%q", e.Detail.Message)
	}
	for _, d := range e.Detail.Differs {
		if d.Field == "email" || strings.Contains(d.Value, "8877") {
			t.Errorf("%+v", d)
		}
	}
	if len(e.Detail.Differs) != 2 || !e.Detail.Returning || e.Delta.Holder != nil || e.Delta.Record != nil {
		t.Errorf("%+v", e)
	}
}

// A group is offered to as people are: while somebody of the crew is on shift, again,
// and then it is the managers'.
func TestGroupKeepsToTheRouting(t *testing.T) {
	o := newOffice(t, 1)
	form, _ := o.sales()
	o.do(o.SetHours(t.Context(), o.by(o.owner), every(8, 17, daily...), nil))
	o.clock.set(tehran(t, 24, "21:00"))
	o.fill(form, 1)
	o.wantTold(t)
	o.wantUntil(tehran(t, 25, "12:00"), "08:00 lead>-100", "08:10 lead>-100", "08:20 untaken>100")
	if got := column[int](o, `SELECT ring FROM notifications WHERE group_chat IS NOT NULL ORDER BY id`); !slices.Equal(got, []int{0, 2}) {
		t.Errorf("rings %v", got)
	}
}

// Whoever leads go to otherwise, no group hears of them; offered again by a manager's
// word, they are offered where their source's are.
func TestGroupAndTheOtherWays(t *testing.T) {
	o := newOffice(t, 1)
	ctx := t.Context()
	sara := o.agents[0]
	form, g := o.sales()
	for _, way := range []struct {
		routing crm.Routing
		told    []string
	}{
		{crm.Routing{Mode: crm.RouteTurn}, []string{"routed>101"}},
		{crm.Routing{Mode: crm.RoutePerson, Person: sara.ID}, []string{"routed>101"}},
		{crm.Routing{Mode: crm.RoutePool}, nil},
		{crm.Routing{}, []string{"lead>-100"}},
	} {
		way.routing.Group = g.ID
		o.do(o.SetRouting(ctx, o.by(o.owner), form, way.routing))
		list := []crm.ListEntry{{Phone: parsed(int(o.dir().Version))}}
		o.fill(form, 1000+int(o.dir().Version))
		o.wantTold(t, way.told...)
		res := must[crm.ListResult](t)(o.ImportList(ctx, o.by(o.owner), form, list))
		must[int](t)(o.Offer(ctx, o.by(o.owner), res.Batch))
		if want := "lead>-100"; way.routing.Mode == "" {
			o.wantTold(t, want)
		} else {
			o.wantTold(t, "lead>100", "lead>101")
		}
	}
	// With nobody to take a turn, people are asked, as without a group.
	o.do(o.SetRouting(ctx, o.by(o.owner), form, crm.Routing{Mode: crm.RouteTurn, Group: g.ID}))
	o.do(o.SetLeave(ctx, o.by(o.owner), sara.ID, o.clock.Now().AddDate(1, 0, 0)))
	o.fill(form, 2000)
	o.clock.forward(crm.WaitForPerson)
	o.look()
	for _, told := range o.told() {
		if told == "lead>-100" {
			t.Error("a group heard of a lead in turn")
		}
	}
}

// The group belongs to the configuration: each change of it is one version, the bot's
// leaving too.
func TestGroupIsConfiguration(t *testing.T) {
	o := newOffice(t, 1)
	ctx := t.Context()
	form, g := o.sales()
	other := must[crm.NewSource](t)(o.AddSource(ctx, o.by(o.owner), "API", crm.SourceAPI)).ID
	o.publish(o.owner, func(c *crm.Config) error { return c.SetRouting(other, crm.Routing{Group: g.ID, TellAfter: 60}) })
	o.do(o.edit(o.owner, func(c *crm.Config) error { return c.SetRouting(other, crm.Routing{Group: g.ID, TellAfter: 90}) }))
	before := o.dir().Version
	o.do(o.LeaveGroup(ctx, o.key(), salesroom))
	log := must[[]crm.ConfigVersion](t)(o.ConfigLog(ctx, o.owner, 0, 10))
	if v := log[0]; v.Version != before+1 || v.Actor != 0 || len(v.Changes) != 2 || v.Changes[0].From != "offer group:1" || v.Changes[0].To != "offer" ||
		v.Changes[1].To != "offer tell:60" {
		t.Errorf("%+v", v)
	}
	if v := log[len(log)-2]; v.Actor != o.owner.ID || len(v.Changes) != 1 || v.Changes[0].To != "offer group:1" { // after the source was made
		t.Errorf("%+v", v)
	}
	if n := column[int](o, `SELECT count FROM notifications WHERE kind = 'group_left'`)[0]; n != 2 {
		t.Errorf("%d sources", n)
	}
	o.refused(t, crm.Conflict, crm.KeyConfigConflict, func() error { _, err := o.PublishDraft(ctx, o.by(o.owner)); return err })
	o.do(o.DiscardDraft(ctx, o.by(o.owner)))
	for id, code := range map[crm.GroupID]crm.Code{g.ID: crm.Gone, 99: crm.NotFound} {
		o.refused(t, code, crm.KeyNoGroup, func() error { return o.SetRouting(ctx, o.by(o.owner), form, crm.Routing{Group: id}) })
		o.do(o.edit(o.owner, func(c *crm.Config) error { return c.SetRouting(form, crm.Routing{Group: id}) }))
		if d := must[crm.Draft](t)(o.ConfigDraft(ctx, o.owner.ID)); len(d.Problems) != 1 || d.Problems[0].Key != crm.ProblemGroup {
			t.Errorf("%+v", d.Problems)
		}
		o.refused(t, crm.Invalid, crm.KeyConfigProblems, func() error { _, err := o.PublishDraft(ctx, o.by(o.owner)); return err })
	}
	// An undo brings the group back that the bot is not in: people get the leads.
	must[crm.Published](t)(o.UndoConfig(ctx, o.by(o.owner), log[0].Version))
	if o.dir().Sources[form].Routing.Group != g.ID {
		t.Error("not undone")
	}
	o.told()
	o.fill(form, 1)
	o.wantTold(t, "lead>100", "lead>101")
}

// What was taken while the bot was away is said to be when it is back.
func TestGroupCardsAfterTheBotIsBack(t *testing.T) {
	o := newOffice(t, 1)
	ctx := t.Context()
	form, _ := o.sales()
	taken, waits := o.fill(form, 1), o.fill(form, 2)
	o.exec(`UPDATE notifications n SET state = 'sent', message_id = n.id, sent_at = n.created_at, shown_version = c.version
		FROM customers c WHERE c.id = n.customer_id`)
	o.do(o.LeaveGroup(ctx, o.key(), salesroom))
	must[crm.Outcome](t)(o.Take(ctx, o.by(o.agents[0]), taken.Customer))
	stale := func() []crm.CustomerID {
		return column[crm.CustomerID](o, `SELECT customer_id FROM notifications WHERE stale AND group_chat IS NOT NULL`)
	}
	if got := stale(); len(got) != 0 {
		t.Errorf("cards of %v are to be edited where the bot is not", got)
	}
	must[crm.Group](t)(o.AddGroup(ctx, o.by(o.owner), salesroom, "فروش"))
	if got := stale(); !slices.Equal(got, []crm.CustomerID{taken.Customer}) {
		t.Errorf("cards of %v, not of %d alone (%d waits)", got, taken.Customer, waits.Customer)
	}
}

// Taken in a group that was left since, and given back: people are asked.
func TestGroupLeadComesBackAfterTheGroup(t *testing.T) {
	o := newOffice(t, 1)
	ctx := t.Context()
	form, _ := o.sales()
	a := o.fill(form, 1)
	out := must[crm.Outcome](t)(o.Take(ctx, o.by(o.agents[0]), a.Customer))
	o.do(o.LeaveGroup(ctx, o.key(), salesroom))
	o.look()
	o.wantTold(t, "group_left>100", "lead>-100")
	must[crm.Outcome](t)(o.Undo(ctx, o.by(o.agents[0]), out.Event))
	o.look()
	o.wantTold(t, "lead>100", "lead>101")
}
