package crm_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cartable/internal/crm"
	"cartable/internal/persian"

	"github.com/google/go-cmp/cmp"
)

// ledger is everything that arrivals lead to, without the IDs that differ from one
// database to the other.
func (o *office) ledger() map[string][]string {
	o.t.Helper()
	out := map[string][]string{}
	for name, sql := range map[string]string{
		"customers": `SELECT concat_ws('|', phones, name, city, email, field_values, status_id, holder_id, waiting,
			hidden, version, source_id, created_at, first_inquiry_at, last_inquiry_at, held_since) FROM customers ORDER BY phones`,
		"search": `SELECT concat_ws('|', c.phones->0->>'phone', s.words, s.numbers, s.last_inquiry_at)
			FROM customer_search s JOIN customers c ON c.id = s.customer_id ORDER BY 1`,
		"phones": `SELECT p.phone || ' ' || (c.phones->0->>'phone') FROM phones p JOIN customers c ON c.id = p.customer_id ORDER BY 1`,
		"inquiries": `SELECT concat_ws('|', phone, source_id, received_at, name, city, message, utm, field_values, extra)
			FROM inquiries ORDER BY phone, id`,
		"events": `SELECT concat_ws('|', c.phones->0->>'phone', e.kind, e.actor_id, e.at, e.version, e.key, e.delta, e.detail - 'inquiry')
			FROM events e JOIN customers c ON c.id = e.customer_id ORDER BY c.phones->0->>'phone', e.id`,
		"notifications": `SELECT concat_ws('|', c.phones->0->>'phone', n.kind, n.staff_id, n.group_chat, n.ring, n.created_at, n.stale, e.key, e.kind)
			FROM notifications n JOIN customers c ON c.id = n.customer_id JOIN events e ON e.id = n.event_id
			ORDER BY c.phones->0->>'phone', n.id`,
		"routes": `SELECT concat_ws('|', c.phones->0->>'phone', e.key, r.source_id, r.came_at, r.since, r.worked, r.state, r.next_at)
			FROM routes r JOIN customers c ON c.id = r.customer_id JOIN events e ON e.id = r.event_id ORDER BY 1`,
		"turns":    `SELECT concat_ws('|', staff_id, day, received, last_at) FROM turns ORDER BY staff_id, day`,
		"commands": `SELECT concat_ws('|', key, actor_id, at, outcome->'known') FROM commands WHERE key LIKE 'r%' ORDER BY key`,
	} {
		out[name] = column[string](o, sql)
	}
	return out
}

// arrivals invents what a group may consist of: people who are new, known, held by somebody,
// blocked or in the group twice, by every kind of routing; keys used before or twice; and
// inquiries that are refused.
func arrivals(rnd *rand.Rand, round int, sources []crm.SourceID) []crm.Recording {
	out := make([]crm.Recording, 1+rnd.IntN(12))
	for i := range out {
		in := crm.Inquiry{
			Source: sources[rnd.IntN(len(sources))], Phone: persian.Phone(fmt.Sprintf("+98912%07d", rnd.IntN(25))),
			Name: []string{"", "سارا", "علی"}[rnd.IntN(3)], City: []string{"", "یزد"}[rnd.IntN(2)], Message: "تماس بگیرید",
			UTM: map[string]string{"source": "google"}, Extra: json.RawMessage(`{"budget": "12"}`),
		}
		switch rnd.IntN(12) {
		case 0:
			in.Name = strings.Repeat("x", crm.MaxName+1)
		case 1:
			in.Source = 999
		case 2:
			in.Phone = ""
		}
		out[i] = crm.Recording{Key: fmt.Sprintf("r%d-%d", round, i), Inquiry: in}
		if i > 0 && rnd.IntN(8) == 0 {
			out[i].Key = out[rnd.IntN(i)].Key
		}
		if round > 0 && rnd.IntN(10) == 0 {
			out[i].Key = fmt.Sprintf("r%d-0", rnd.IntN(round))
		}
	}
	return out
}

// answer is what a caller is told, without IDs.
func answer(r crm.Recorded) string {
	return fmt.Sprintf("known %t, repeated %t, customer %t, error %v", r.Known, r.Repeated, r.Customer != 0, r.Err)
}

// Whatever arrives together has led to the same as if it had arrived one by one.
func TestTogetherAsOneByOne(t *testing.T) {
	ctx := t.Context()
	together, single := newOffice(t, 3), newOffice(t, 3)
	both := func(fn func(o *office)) { fn(together); fn(single) }
	var sources []crm.SourceID
	both(func(o *office) {
		sources = []crm.SourceID{1}
		for i, r := range []crm.Routing{{Mode: crm.RouteTurn}, {Mode: crm.RoutePerson, Person: o.agents[0].ID}, {Mode: crm.RoutePool}, {Mode: crm.RouteOffer}} {
			src := must[crm.NewSource](t)(o.AddSource(ctx, o.by(o.owner), fmt.Sprintf("form %d", i), crm.SourceForm))
			o.do(o.SetRouting(ctx, o.by(o.owner), src.ID, r))
			sources = append(sources, src.ID)
		}
		g := must[crm.Group](t)(o.AddGroup(ctx, o.by(o.owner), -100, "فروش"))
		o.do(o.OfferInGroup(ctx, o.by(o.owner), sources[4], g.ID))
		o.do(o.SetLimit(ctx, o.by(o.owner), o.agents[1].ID, 2))
	})
	rnd := rand.New(rand.NewPCG(7, 7))
	for round := range 25 {
		group := arrivals(rnd, round, sources)
		got := together.RecordInquiries(ctx, group)
		for i, r := range group {
			want := single.RecordInquiries(ctx, []crm.Recording{r})[0]
			if answer(got[i]) != answer(want) {
				t.Errorf("round %d, arrival %d of %d: %s; by itself: %s", round, i, len(group), answer(got[i]), answer(want))
			}
		}
		phone := persian.Phone(fmt.Sprintf("+98912%07d", rnd.IntN(25)))
		act, agent, blocked := rnd.IntN(3), rnd.IntN(3), rnd.IntN(4) == 0
		both(func(o *office) {
			o.clock.forward(time.Minute)
			o.look()
			if c, err := o.store.CustomerByPhone(ctx, phone); err == nil && act == 0 {
				_, err := o.Take(ctx, o.by(o.agents[agent]), c.ID)
				if err == nil && blocked {
					_, err = o.SetStatus(ctx, o.by(o.agents[agent]), crm.StatusChange{Customer: c.ID, Status: o.status("Block list").ID})
				}
				if err != nil && !crm.IsKey(err, crm.KeyTaken) && !crm.IsKey(err, crm.KeyYours) {
					t.Fatal(err)
				}
			}
		})
		if d := cmp.Diff(single.ledger(), together.ledger()); d != "" {
			t.Fatalf("after round %d (-one by one +together):\n%s", round, d)
		}
	}
}

// One that the database refuses is answered with its error, and the others are stored.
func TestOneOfAGroupFails(t *testing.T) {
	o := newOffice(t, 1)
	rs := make([]crm.Recording, 5)
	for i := range rs {
		rs[i] = crm.Recording{Key: fmt.Sprint("r", i), Inquiry: crm.Inquiry{Source: 1, Phone: persian.Phone(fmt.Sprintf("+98912000000%d", i))}}
	}
	rs[2].Inquiry.Extra = json.RawMessage(`{"x": "\u0000"}`) // jsonb takes no NUL
	for i, r := range o.RecordInquiries(t.Context(), rs) {
		if (r.Err != nil) != (i == 2) {
			t.Errorf("arrival %d: %v", i, r.Err)
		}
	}
	if n := column[int](o, `SELECT count(*) FROM customers`)[0]; n != 4 {
		t.Errorf("%d customers", n)
	}
	o.wantTold(t, append(slices.Repeat([]string{"lead>100"}, 4), slices.Repeat([]string{"lead>101"}, 4)...)...)
}

// Groups that share numbers and keys, in any order, do not wait for one another in a circle:
// each number is one customer's and each key has one effect, whoever asks.
func TestGroupsAtOnce(t *testing.T) {
	const groups, each, people = 6, 12, 8
	ctx := t.Context()
	o := newOffice(t, 2)
	src := o.source(crm.Routing{Mode: crm.RouteTurn})
	rnd := rand.New(rand.NewPCG(3, 1))
	all := make([][]crm.Recording, groups)
	for g := range all {
		for _, n := range rnd.Perm(each) {
			all[g] = append(all[g], crm.Recording{Key: fmt.Sprint("r", n), Inquiry: crm.Inquiry{Source: []crm.SourceID{1, src}[n%2],
				Phone: persian.Phone(fmt.Sprintf("+98912000000%d", n%people))}})
		}
	}
	var wg sync.WaitGroup
	answers := make([][]crm.Recorded, groups)
	for g := range all {
		wg.Go(func() { answers[g] = o.RecordInquiries(ctx, all[g]) })
	}
	wg.Wait()
	customers, firsts := map[persian.Phone]crm.CustomerID{}, map[string]int{}
	for g := range answers {
		for i, r := range answers[g] {
			if r.Err != nil {
				t.Fatal(r.Err)
			}
			in := all[g][i]
			if id, seen := customers[in.Inquiry.Phone]; seen && id != r.Customer {
				t.Errorf("%s is of %d and of %d", in.Inquiry.Phone, id, r.Customer)
			}
			customers[in.Inquiry.Phone] = r.Customer
			if !r.Repeated {
				firsts[in.Key]++
			}
		}
	}
	if len(customers) != people || len(firsts) != each {
		t.Errorf("%d customers, %d keys", len(customers), len(firsts))
	}
	if got := column[int](o, `SELECT count(*) FROM inquiries`)[0]; got != each {
		t.Errorf("%d inquiries of %d keys", got, each)
	}
	if got := column[int](o, `SELECT count(*) FROM events e WHERE EXISTS (SELECT FROM events l WHERE l.customer_id = e.customer_id
		AND l.id > e.id AND l.at < e.at)`)[0]; got != 0 {
		t.Errorf("%d events have a higher ID than later ones", got)
	}
}

// A source's key is looked at by the transaction that stores: also for a repetition, whose
// outcome is for nobody else.
func TestSourceKeyIsLookedAtWhenStoring(t *testing.T) {
	ctx := t.Context()
	o := newOffice(t, 1)
	api := must[crm.NewSource](t)(o.AddSource(ctx, o.by(o.owner), "API", crm.SourceAPI))
	other := must[crm.NewSource](t)(o.AddSource(ctx, o.by(o.owner), "other", crm.SourceAPI))
	send := func(key, sourceKey string) crm.Recorded {
		return o.RecordInquiries(ctx, []crm.Recording{{Key: key, SourceKey: sourceKey,
			Inquiry: crm.Inquiry{Source: api.ID, Phone: "+989120000001"}}})[0]
	}
	if r := send("r1", api.Key); r.Err != nil {
		t.Fatal(r.Err)
	}
	if r := send("r1", api.Key); r.Err != nil || !r.Repeated {
		t.Errorf("the repetition: %+v", r)
	}
	rotated := must[crm.NewSource](t)(o.RotateKey(ctx, o.by(o.owner), api.ID, time.Hour))
	for name, key := range map[string]string{"old, in its grace": api.Key, "new": rotated.Key} {
		if r := send("r "+name, key); r.Err != nil {
			t.Errorf("%s: %v", name, r.Err)
		}
	}
	o.clock.forward(2 * time.Hour)
	for name, key := range map[string]string{"ended": api.Key, "of another source": other.Key, "nobody's": "x"} {
		for _, command := range []string{"r1", "r " + name} {
			if r := send(command, key); !crm.IsKey(r.Err, crm.KeyNoSource) || r.Customer != 0 {
				t.Errorf("%s, %s: %+v", name, command, r)
			}
		}
	}
	o.exec(`UPDATE sources SET retired_at = now() WHERE id = $1`, api.ID)
	if r := send("r9", rotated.Key); !crm.IsKey(r.Err, crm.KeyNoSource) {
		t.Errorf("of a retired source: %+v", r)
	}
}

// When the time is over nobody is tried again one by one, and everybody is told.
func TestGroupWithoutTime(t *testing.T) {
	o := newOffice(t, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	rs := o.RecordInquiries(ctx, []crm.Recording{{Key: "r1", Inquiry: crm.Inquiry{Source: 1, Phone: "+989120000001"}},
		{Key: "r2", Inquiry: crm.Inquiry{Source: 1, Phone: "+989120000002"}}})
	for _, r := range rs {
		if r.Err == nil || r.Customer != 0 {
			t.Errorf("%+v", r)
		}
	}
}
