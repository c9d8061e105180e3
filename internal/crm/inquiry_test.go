package crm_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"cartable/internal/crm"

	"github.com/google/go-cmp/cmp"
)

func TestInquiry(t *testing.T) {
	o := newOffice(t, 3)
	ctx := t.Context()
	sara, omid := o.agents[0], o.agents[1]
	level := o.dir().Fields[0]
	arrive := func(in crm.Inquiry) crm.Arrival {
		o.clock.forward(time.Second)
		in.Source = 1
		return must[crm.Arrival](t)(o.RecordInquiry(ctx, o.key(), in))
	}
	if err := o.Reachable(ctx, o.key(), o.agents[2].ID, false); err != nil {
		t.Fatal(err)
	}
	o.told()

	t.Run("of somebody new", func(t *testing.T) {
		in := crm.Inquiry{Phone: "+989120000001", Name: "علي رضايي", City: "تهران", Email: "a@x.ir", Message: "سلام\n\n\nقیمت؟",
			Campaign: "پاییز", Page: "/p", UTM: map[string]string{"utm_source": "insta"}, Values: crm.Values{level.ID: "کارشناسی"},
			Extra: json.RawMessage(`{"x": [1, 2]}`)}
		a := arrive(in)
		if a.Known || a.Repeated || a.Event == 0 {
			t.Errorf("%+v", a)
		}
		c := o.customer(a.Customer)
		if c.Name != "علی رضایی" || c.City != "تهران" || c.Values[level.ID] != "کارشناسی" || c.Phone() != in.Phone || !c.Waiting() || c.Version != 1 {
			t.Errorf("%+v", c)
		}
		// Who cannot be reached is left out; the owner is not.
		o.wantTold(t, "lead>100", "lead>101", "lead>102")
		got := must[crm.Inquiry](t)(o.Inquiry(ctx, a.Inquiry))
		in.ID, in.Customer, in.Source, in.ReceivedAt, in.Name, in.Message = a.Inquiry, a.Customer, 1, o.clock.Now(), c.Name, "سلام\n\nقیمت؟"
		if d := cmp.Diff(in, got); d != "" {
			t.Error(d)
		}
	})
	t.Run("of somebody in a cartable", func(t *testing.T) {
		id := o.held(phone(2), sara)
		a := arrive(crm.Inquiry{Phone: "+989120000002", Name: "مریم", City: "قم", Values: crm.Values{level.ID: "دکتری"}})
		c, e := o.customer(id), o.last(id)
		if !a.Known || a.Customer != id || c.Name != "مریم احمدی" || c.City != "قم" || c.Holder != sara.ID {
			t.Errorf("%+v %+v", a, c)
		}
		if d := cmp.Diff([]crm.Differs{{Field: "name", Value: "مریم"}}, e.Detail.Differs); d != "" || !e.Detail.Returning {
			t.Errorf("%s %+v", d, e.Detail)
		}
		o.wantTold(t, "inquiry>101")
		arrive(crm.Inquiry{Phone: "+989120000002", Name: "مريم   احمدى", Values: crm.Values{level.ID: "ارشد"}})
		if d := cmp.Diff([]crm.Differs{{Field: "level", Value: "ارشد"}}, o.last(id).Detail.Differs); d != "" {
			t.Errorf("the same name in other letters differs, or another level does not: %s", d)
		}
		if c := o.customer(id); c.Values[level.ID] != "دکتری" || !c.LastInquiryAt.Equal(o.clock.Now()) || c.FirstInquiryAt.Equal(c.LastInquiryAt) {
			t.Errorf("%+v", c)
		}
		o.told()
	})
	t.Run("of somebody whose holder gets no messages", func(t *testing.T) {
		boss, lost := o.join(crm.Manager, o.by(o.owner), 900), o.join(crm.Manager, o.by(o.owner), 901)
		id := o.held(phone(6), sara)
		again := func(want ...string) {
			t.Helper()
			arrive(crm.Inquiry{Phone: "+989120000006"})
			o.wantTold(t, want...)
		}
		if err := o.Reachable(ctx, o.key(), lost.ID, false); err != nil {
			t.Fatal(err)
		}
		o.told()
		for _, state := range []crm.StaffState{crm.Suspended, crm.Removed} {
			if err := o.ChangeStaff(ctx, o.by(boss), sara.ID, state); err != nil {
				t.Fatal(err)
			}
			o.told()
			again("inquiry>100", "inquiry>900")
		}
		o.exec(`UPDATE staff SET state = 'active', unreachable = true WHERE id = $1`, sara.ID)
		again("inquiry>100", "inquiry>900")
		o.exec(`UPDATE staff SET unreachable = true WHERE role <> 'agent'`)
		again("inquiry>101") // it waits for whoever is back first
		o.exec(`UPDATE staff SET unreachable = false WHERE telegram_id <> 103`)
		again("inquiry>101")
		for _, m := range []crm.Staff{boss, lost} {
			if err := o.ChangeStaff(ctx, o.by(o.owner), m.ID, crm.Removed); err != nil {
				t.Fatal(err)
			}
		}
		if c := o.customer(id); c.Holder != sara.ID {
			t.Errorf("%+v", c)
		}
		o.told()
	})
	t.Run("of somebody whom nobody holds any more", func(t *testing.T) {
		id := o.held(phone(3), sara)
		must[crm.Outcome](t)(o.SetStatus(ctx, o.by(sara), crm.StatusChange{Customer: id, Status: o.status("Declined").ID}))
		a := arrive(crm.Inquiry{Phone: "+989120000003"})
		if !a.Known || !o.last(id).Detail.Returning || !o.customer(id).Waiting() {
			t.Errorf("%+v", a)
		}
		o.wantTold(t, "lead>100", "lead>101", "lead>102")
	})
	t.Run("of somebody blocked", func(t *testing.T) {
		waiting := must[int](t)(o.WaitingLeads(ctx))
		id := o.held(phone(4), sara)
		must[crm.Outcome](t)(o.SetStatus(ctx, o.by(sara), crm.StatusChange{Customer: id, Status: o.status("Block list").ID}))
		arrive(crm.Inquiry{Phone: "+989120000004"})
		o.wantTold(t)
		if n := len(o.timeline(id)); n != 4 {
			t.Errorf("%d events: not recorded", n)
		}
		if n := must[int](t)(o.WaitingLeads(ctx)); n != waiting {
			t.Errorf("%d wait, want %d", n, waiting)
		}
		for range waiting {
			if out := must[crm.Outcome](t)(o.TakeNext(ctx, o.by(omid))); out.Customer == id {
				t.Error("served to an agent")
			}
		}
	})
	t.Run("by hand is not told to whoever typed it", func(t *testing.T) {
		o.told()
		a := must[crm.Arrival](t)(o.RecordInquiry(ctx, o.by(omid), crm.Inquiry{Source: 1, Phone: "+989120000005", By: omid.ID}))
		o.wantTold(t, "lead>100", "lead>101")
		if c := o.customer(a.Customer); c.CreatedBy != omid.ID {
			t.Errorf("created by %d", c.CreatedBy)
		}
	})
	t.Run("refused", func(t *testing.T) {
		good := crm.Inquiry{Source: 1, Phone: "+989120000009"}
		retired := must[crm.NewSource](t)(o.AddSource(ctx, o.by(o.owner), "قدیمی", crm.SourceForm))
		o.exec(`UPDATE sources SET retired_at = now() WHERE id = $1`, retired.ID)
		for name, c := range map[string]struct {
			spoil func(*crm.Inquiry)
			code  crm.Code
			key   string
			field string
		}{
			"no number":      {func(i *crm.Inquiry) { i.Phone = "" }, crm.Invalid, crm.KeyNoPhone, "phone"},
			"no source":      {func(i *crm.Inquiry) { i.Source = 999 }, crm.NotFound, crm.KeyNoSource, ""},
			"retired source": {func(i *crm.Inquiry) { i.Source = retired.ID }, crm.NotFound, crm.KeyNoSource, ""},
			"long name":      {func(i *crm.Inquiry) { i.Name = strings.Repeat("ب", crm.MaxName+1) }, crm.Invalid, crm.KeyTooLong, "name"},
			"long message":   {func(i *crm.Inquiry) { i.Message = strings.Repeat("ب", crm.MaxLong+1) }, crm.Invalid, crm.KeyTooLong, "message"},
			"bad e-mail":     {func(i *crm.Inquiry) { i.Email = "nobody" }, crm.Invalid, crm.KeyBadValue, "email"},
			"long value":     {func(i *crm.Inquiry) { i.Values = crm.Values{level.ID: crm.Value(strings.Repeat("ب", 501))} }, crm.Invalid, crm.KeyTooLong, "level"},
		} {
			in := good
			c.spoil(&in)
			e := o.refused(t, c.code, c.key, func() error { _, err := o.RecordInquiry(ctx, o.key(), in); return err })
			if e.Field != c.field {
				t.Errorf("%s: names field %q", name, e.Field)
			}
		}
		good.Values = crm.Values{999: "x", level.ID: "y"} // a field that was removed since the form was opened
		a := must[crm.Arrival](t)(o.RecordInquiry(ctx, o.key(), good))
		if d := cmp.Diff(crm.Values{level.ID: "y"}, o.customer(a.Customer).Values); d != "" || len(good.Values) != 2 {
			t.Errorf("%s; the caller's values: %v", d, good.Values)
		}
	})
	t.Run("the same key again", func(t *testing.T) {
		cmd := o.key()
		in := crm.Inquiry{Source: 1, Phone: "+989120000010"}
		first := must[crm.Arrival](t)(o.RecordInquiry(ctx, cmd, in))
		o.told()
		again := must[crm.Arrival](t)(o.RecordInquiry(ctx, cmd, in))
		if !again.Repeated || again.Inquiry != first.Inquiry || again.Known {
			t.Errorf("%+v, first %+v", again, first)
		}
		o.wantTold(t)
	})
	t.Run("a ninth number", func(t *testing.T) {
		id := o.held(phone(20), sara)
		for i := range crm.MaxPhone - 1 {
			must[crm.Outcome](t)(o.AddPhone(ctx, o.by(sara), id, phone(21+i)))
		}
		if a := arrive(crm.Inquiry{Phone: "+989120000027"}); a.Customer != id {
			t.Errorf("the last number is of customer %d", a.Customer)
		}
	})
}

// Inquiries that wait for somebody when messages cease to reach them are told to
// others, once, whatever happened to them or to the customers.
func TestPassOn(t *testing.T) {
	o := newOffice(t, 2)
	ctx := t.Context()
	sara, omid := o.agents[0], o.agents[1]
	for name, c := range map[string]struct {
		lose  string // how Sara is lost
		after func(id crm.CustomerID)
		want  []string
	}{
		"suspended":   {`state = 'suspended'`, nil, []string{"inquiry>100"}},
		"removed":     {`state = 'removed'`, nil, []string{"inquiry>100"}},
		"unreachable": {`unreachable = true`, nil, []string{"inquiry>100"}},
		"given to somebody": {`unreachable = true`, func(crm.CustomerID) {
			must[int](t)(o.GiveAll(ctx, o.by(o.owner), sara.ID, omid.ID))
		}, []string{"inquiry>102"}},
		"given to nobody": {`unreachable = true`, func(crm.CustomerID) {
			must[int](t)(o.GiveAll(ctx, o.by(o.owner), sara.ID, 0))
		}, []string{"lead>100", "lead>102"}},
		"blocked": {`unreachable = true`, func(id crm.CustomerID) {
			must[crm.Outcome](t)(o.SetStatus(ctx, o.by(o.owner), crm.StatusChange{Customer: id, Status: o.status("Block list").ID}))
		}, nil},
		"is there": {`unreachable = false`, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			defer o.exec(`UPDATE staff SET state = 'active', unreachable = false WHERE id = $1`, sara.ID)
			number := phone(int(o.keys.Load()))
			id := o.held(number, sara)
			must[crm.Arrival](t)(o.RecordInquiry(ctx, o.key(), crm.Inquiry{Source: 1, Phone: o.customer(id).Phone()}))
			o.wantTold(t, "inquiry>101")
			o.exec(`UPDATE staff SET `+c.lose+` WHERE id = $1`, sara.ID)
			if c.after != nil {
				c.after(id)
			}
			o.told()
			o.exec(`UPDATE staff SET unreachable = true WHERE role = 'owner'`)
			if n := must[int](t)(o.PassOn(ctx, 10)); n != 0 {
				t.Errorf("%d passed on to nobody", n)
			}
			o.exec(`UPDATE staff SET unreachable = false WHERE role = 'owner'`)
			for range 2 {
				must[int](t)(o.PassOn(ctx, 10))
			}
			o.wantTold(t, c.want...)
			left := column[int](o, `SELECT count(*) FROM notifications WHERE state = 'pending' AND kind = 'inquiry' AND staff_id = $1`, sara.ID)[0]
			if left != 0 && name != "is there" {
				t.Errorf("%d wait on", left)
			}
			o.exec(`UPDATE notifications SET state = 'cancelled' WHERE state = 'pending'`)
		})
	}
}

// One number, many arrivals at once: one customer, nothing lost.
func TestSameNumberAtOnce(t *testing.T) {
	const n = 20
	o := newOffice(t, 1)
	known := make([]bool, n)
	for _, err := range together(n, func(i int) error {
		a, err := o.RecordInquiry(t.Context(), o.key(), crm.Inquiry{Source: 1, Phone: "+989121112233", Name: "علی"})
		known[i] = a.Known
		return err
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	first := 0
	for _, k := range known {
		if !k {
			first++
		}
	}
	counts := column[int](o, `SELECT count(*) FROM customers UNION ALL SELECT count(*) FROM inquiries UNION ALL SELECT count(*) FROM events`)
	if d := cmp.Diff([]int{1, n, n}, counts); d != "" || first != 1 {
		t.Errorf("customers, inquiries, events: %s; %d were first", d, first)
	}
}
