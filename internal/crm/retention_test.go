package crm_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"cartable/internal/crm"
	"cartable/internal/crmtest"
	"cartable/internal/persian"
	"cartable/internal/postgres"
)

// shop is a business that keeps customers for 30 days, on some store.
type shop struct {
	*crm.Service
	t     testing.TB
	clock *clock
	dir   func() crm.Directory
	// put is a customer to whom something happened last at last; form, that somebody fills one in about them.
	put func(c crm.Customer, last time.Time, form bool) crm.CustomerID
	get func(crm.CustomerID) crm.Customer
}

func memoryShop(t *testing.T) shop {
	c := sample()
	c.Settings.Retention = 30
	c.Statuses = append(c.Statuses, crm.Status{ID: 3, Title: text("خرید"), Ends: crm.Won}, crm.Status{ID: 4, Title: text("مسدود"), Ends: crm.Blocked})
	store, clock := crmtest.NewStore(c, staffed().Staff), &clock{now: at(0, 10, 0)}
	var n crm.CustomerID
	return shop{
		Service: crm.NewService(store, clock, nil), t: t, clock: clock,
		dir: func() crm.Directory { return must[crm.Directory](t)(store.Directory(t.Context())) },
		get: func(id crm.CustomerID) crm.Customer { return must[crm.Customer](t)(store.Customer(t.Context(), id)) },
		put: func(c crm.Customer, last time.Time, form bool) crm.CustomerID {
			n++
			c.ID = n
			store.PutCustomer(c)
			must[crm.EventID](t)(store.AppendEvent(t.Context(), crm.Event{Customer: n, Kind: crm.EventNote, At: last}))
			if form {
				store.OpenForm(n)
			}
			return n
		},
	}
}

func (o *office) shop() shop {
	o.shape(func(c *crm.Config) error { return c.SetRetention(30) })
	return shop{Service: o.Service, t: o.t, clock: o.clock, dir: o.dir, get: o.customer, put: o.put}
}

// put stores a customer past the domain.
func (o *office) put(c crm.Customer, last time.Time, form bool) crm.CustomerID {
	o.t.Helper()
	ctx := o.t.Context()
	c.Source, c.CreatedAt, c.FirstInquiryAt = 1, c.LastInquiryAt, c.LastInquiryAt
	err := o.store.InTx(ctx, func(tx crm.Tx) (err error) {
		if c.ID, err = tx.InsertCustomer(ctx, c); err != nil {
			return err
		}
		for i, r := range c.Reminders {
			if c.Reminders[i].ID, err = tx.InsertReminder(ctx, c.ID, r, c.LastInquiryAt); err != nil {
				return err
			}
		}
		if err := tx.SaveCustomer(ctx, c); err != nil {
			return err
		}
		_, err = tx.AppendEvent(ctx, crm.Event{Customer: c.ID, Kind: crm.EventNote, At: last, Version: c.Version, Key: o.key().Key,
			Delta: crm.Diff(crm.Customer{Hidden: true}, c)})
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	if form {
		o.exec(`INSERT INTO forms (id, staff_id, chat_id, kind, customer_id, parked, opened_at, touched_at)
			VALUES ($1, $2, 1, 'note', $3, true, $4, $4)`, o.key().Key, o.owner.ID, c.ID, o.clock.Now())
	}
	return c.ID
}

// ended is a customer whose follow-up a status has ended at a moment.
func (s shop) ended(how crm.Ending, at time.Time) crm.Customer {
	s.t.Helper()
	i := slices.IndexFunc(s.dir().Statuses, func(st crm.Status) bool { return st.Ends == how })
	if i < 0 {
		s.t.Fatalf("no status ends %q", how)
	}
	return crm.Customer{Version: 1, Name: "Xenia", Values: crm.Values{}, LastInquiryAt: at.Add(-time.Hour),
		Status: crm.StatusState{Status: s.dir().Statuses[i].ID, At: at, By: 1}}
}

// retire erases all that is due at a moment.
func (s shop) retire(when time.Time) (erased int) {
	s.t.Helper()
	s.clock.set(when)
	for {
		n := must[int](s.t)(s.RetentionDue(s.t.Context(), 3))
		if erased += n; n == 0 {
			return erased
		}
	}
}

// begin has the first night go by, which erases nobody.
func (s shop) begin() {
	s.t.Helper()
	if n := s.retire(at(0, 10, 0)); n != 0 {
		s.t.Fatalf("%d erased in the first night", n)
	}
}

// Who ended before the day 30 days ago goes, unless anything of them is open.
func TestRetention(t *testing.T) {
	old, young := at(-30, 23, 59), at(-29, 0, 0) // it is the night to day 1
	for name, open := range map[string]func(t *testing.T) shop{
		"in memory":     memoryShop,
		"in PostgreSQL": func(t *testing.T) shop { return newOffice(t, 0).shop() },
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			s.begin()
			lost := s.ended(crm.Lost, old)
			with := func(change func(c *crm.Customer)) crm.Customer {
				c := lost
				change(&c)
				return c
			}
			erased := map[string]crm.CustomerID{
				"lost":            s.put(lost, old, false),
				"won":             s.put(s.ended(crm.Won, old), old, false),
				"the meeting was": s.put(with(func(c *crm.Customer) { c.Status.Appointment = &old }), old, false),
				"a fraction":      s.put(with(func(c *crm.Customer) { c.Status.At = young.Add(-time.Microsecond) }), old, false),
			}
			kept := map[string]crm.CustomerID{
				"younger":           s.put(s.ended(crm.Lost, young), young, false),
				"a moment younger":  s.put(s.ended(crm.Lost, young.Add(time.Microsecond)), old, false),
				"blocked":           s.put(s.ended(crm.Blocked, old), old, false),
				"not ended":         s.put(s.ended(crm.Open, old), old, false),
				"without a status":  s.put(with(func(c *crm.Customer) { c.Status = crm.StatusState{} }), old, false),
				"held":              s.put(with(func(c *crm.Customer) { c.Holder = 1 }), old, false),
				"came again":        s.put(with(func(c *crm.Customer) { c.LastInquiryAt = c.Status.At.Add(time.Second) }), old, false),
				"a reminder":        s.put(with(func(c *crm.Customer) { c.Reminders = []crm.Reminder{{ID: 1, Kind: crm.ReminderByHand, Due: old}} }), old, false),
				"a meeting to come": s.put(with(func(c *crm.Customer) { c.Status.Appointment = &young }), old, false),
				"a later note":      s.put(lost, young, false),
				"a form":            s.put(lost, old, true),
				"undone":            s.put(with(func(c *crm.Customer) { c.Hidden = true }), old, false),
			}
			if n := s.retire(at(1, 1, 59)); n != 0 {
				t.Errorf("%d erased before the night", n)
			}
			if n := s.retire(at(1, 2, 0)); n != len(erased) {
				t.Errorf("%d erased, want %d", n, len(erased))
			}
			for name, id := range erased {
				if c := s.get(id); c.ErasedAt.IsZero() || c.Name != "" {
					t.Errorf("%s is kept", name)
				}
			}
			for name, id := range kept {
				if c := s.get(id); !c.ErasedAt.IsZero() || c.Name != "Xenia" {
					t.Errorf("%s is erased", name)
				}
			}
			if n := s.retire(at(1, 23, 0)); n != 0 {
				t.Errorf("%d erased again", n)
			}
		})
	}
}

// A night goes by what the setting said when it began, unless it says to keep for longer now.
func TestRetentionNights(t *testing.T) {
	keep := func(o *office, days int) {
		o.shape(func(c *crm.Config) error { return c.SetRetention(days) })
	}
	for name, c := range map[string]struct {
		course func(o *office, s shop)
		want   []int // in the steps below
	}{
		"as it is":                    {func(*office, shop) {}, []int{1, 1}},
		"shorter from the next night": {func(o *office, _ shop) { keep(o, 10) }, []int{1, 2}},
		"longer at once":              {func(o *office, _ shop) { keep(o, 90) }, []int{0, 0}},
		"for ever at once":            {func(o *office, _ shop) { keep(o, 0) }, []int{0, 0}},
		"shorter, taken back in time": {func(o *office, _ shop) { keep(o, 10); keep(o, 30) }, []int{1, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, 0)
			s := o.shop()
			s.begin()
			o.clock.set(at(1, 2, 0)) // the night is settled, and nobody is there yet
			must[int](t)(s.RetentionDue(t.Context(), 3))
			for _, days := range []int{-40, -20} {
				s.put(s.ended(crm.Lost, at(days, 12, 0)), at(days, 12, 0), false)
			}
			c.course(o, s)
			got := []int{s.retire(at(1, 9, 0)), 0}
			got[1] = got[0] + s.retire(at(2, 2, 0))
			if !slices.Equal(got, c.want) {
				t.Errorf("erased %v, want %v", got, c.want)
			}
		})
	}
	t.Run("by day where the machine was off at night", func(t *testing.T) {
		s := newOffice(t, 0).shop()
		s.begin()
		s.put(s.ended(crm.Lost, at(-31, 12, 0)), at(-31, 12, 0), false)
		if n := s.retire(at(3, 8, 30)); n != 1 {
			t.Errorf("%d erased", n)
		}
	})
	t.Run("in the business's own zone", func(t *testing.T) {
		o := newOffice(t, 0)
		s := o.shop()
		o.shape(func(c *crm.Config) error { return c.SetZone("America/Toronto") })
		s.begin()
		s.put(s.ended(crm.Lost, at(-30, 12, 0)), at(-30, 12, 0), false)
		if n := s.retire(at(1, 10, 29)); n != 0 { // 8½ hours behind
			t.Errorf("%d erased before the night", n)
		}
		if n := s.retire(at(1, 10, 30)); n != 1 {
			t.Errorf("%d erased", n)
		}
	})
}

// Retention leaves no word of anybody, says who did it, and the report of the day counts it.
func TestRetentionForgets(t *testing.T) {
	o := newOffice(t, 2)
	s := o.shop()
	id := o.known(o.agents[0], o.agents[1])
	declined := o.status("Declined")
	must[crm.Outcome](t)(o.SetStatus(t.Context(), o.by(o.owner), crm.StatusChange{Customer: id, Status: declined.ID}))
	for _, r := range o.customer(id).Reminders {
		must[crm.Outcome](t)(o.Done(t.Context(), o.by(o.owner), r.ID))
	}
	s.begin()
	if n := s.retire(at(40, 2, 0)); n != 1 {
		t.Fatalf("%d erased", n)
	}
	if left := o.heldWords(person); !slices.Equal(left, []string{"commands.key: callerskeyword"}) {
		t.Errorf("left: %v", left)
	}
	if e := o.last(id); e.Kind != crm.EventErased || e.Actor != 0 || e.Key != "retention:1" {
		t.Errorf("%+v", e)
	}
	day := persian.CivilOf(at(40, 12, 0))
	if r := must[crm.DayReport](t)(o.Report(t.Context(), o.dir(), day, day)); r.Erased != 1 || r.Empty() {
		t.Errorf("%+v", r)
	}
	again := must[crm.Arrival](t)(o.RecordInquiry(t.Context(), o.key(), crm.Inquiry{Source: 1, Phone: "+989121112233"}))
	if again.Known || again.Customer == id {
		t.Errorf("%+v", again)
	}
}

// meanwhile is a store on which something happens between finding and erasing.
type meanwhile struct {
	*postgres.Store
	happens func()
}

func (m *meanwhile) Ended(ctx context.Context, by []crm.StatusID, before time.Time, limit int) ([]crm.CustomerID, error) {
	ids, err := m.Store.Ended(ctx, by, before, limit)
	m.happens()
	return ids, err
}

// Whoever something happens to after they were found is kept, and is erased when it is over.
func TestRetentionAgainstComingBack(t *testing.T) {
	o := newOffice(t, 1)
	ctx := t.Context()
	s := o.shop()
	s.begin()
	old := at(-40, 12, 0)
	for name, happens := range map[string]func(id crm.CustomerID, p persian.Phone){
		"comes again": func(_ crm.CustomerID, p persian.Phone) {
			must[crm.Arrival](t)(o.RecordInquiry(ctx, o.key(), crm.Inquiry{Source: 1, Phone: p}))
		},
		"a note": func(id crm.CustomerID, _ persian.Phone) {
			must[crm.Outcome](t)(o.AddNote(ctx, o.by(o.owner), id, "word"))
		},
		"a form": func(id crm.CustomerID, _ persian.Phone) {
			o.exec(`INSERT INTO forms (id, staff_id, chat_id, kind, customer_id, opened_at, touched_at) VALUES ('F', $1, 1, 'note', $2, $3, $3)`,
				o.owner.ID, id, o.clock.Now())
		},
		"kept for longer": func(crm.CustomerID, persian.Phone) {
			o.shape(func(c *crm.Config) error { return c.SetRetention(90) })
		},
		"erased": func(id crm.CustomerID, _ persian.Phone) { must[crm.Outcome](t)(o.Erase(ctx, o.by(o.owner), id)) },
	} {
		t.Run(name, func(t *testing.T) {
			o.clock.set(at(1, 2, 0))
			c, number := s.ended(crm.Lost, old), persian.Phone("+989121230000")
			c.Phones = []crm.PhoneNumber{{Phone: number}}
			id := s.put(c, old, false)
			m := &meanwhile{o.store, func() { happens(id, number) }}
			if n := must[int](t)(crm.NewService(m, o.clock, nil).RetentionDue(ctx, 3)); n != 0 {
				t.Fatalf("%d erased", n)
			}
			if got := o.customer(id); (got.Name == "") != (name == "erased") {
				t.Errorf("%+v", got)
			}
			// Erased for the next case, which takes the number over; what kept them is over.
			o.exec(`DELETE FROM forms`)
			if name != "erased" {
				must[crm.Outcome](t)(o.Erase(ctx, o.by(o.owner), id))
			}
			if name == "kept for longer" {
				o.shape(func(c *crm.Config) error { return c.SetRetention(30) })
			}
		})
	}
}

// Instances that tick together erase everybody once; whoever cannot be erased holds up nobody.
func TestRetentionTogether(t *testing.T) {
	o := newOffice(t, 0)
	s := o.shop()
	s.begin()
	const all = 12
	var ids []crm.CustomerID
	for range all {
		ids = append(ids, s.put(s.ended(crm.Lost, at(-40, 12, 0)), at(-40, 12, 0), false))
	}
	o.exec(`CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END'`)
	o.exec(`CREATE TRIGGER fails BEFORE UPDATE ON customers FOR EACH ROW WHEN (NEW.id = 3) EXECUTE FUNCTION fails()`)
	o.clock.set(at(1, 2, 0))
	for i, err := range together(4, func(int) error { _, err := o.RetentionDue(t.Context(), all); return err }) {
		if err == nil {
			t.Errorf("instance %d does not tell of the one that fails", i)
		}
	}
	for _, id := range ids {
		es := o.timeline(id)
		if got, want := len(es), 2; (got != want) != (id == 3) {
			t.Errorf("customer %d has %d events", id, got)
		}
	}
}

// A draft says whom its retention erases in the next night, before it is published.
func TestRetentionImpact(t *testing.T) {
	o := newOffice(t, 0)
	ctx := t.Context()
	s := o.shop()
	for days := range 40 {
		s.put(s.ended(crm.Lost, at(-days, 12, 0)), at(-days, 12, 0), false)
	}
	for _, c := range []struct {
		edit func(c *crm.Config) error
		want int
	}{
		{func(c *crm.Config) error { return c.SetRetention(37) }, 3}, // from day 1 back: what was 37 days ago and before
		{func(c *crm.Config) error { return c.SetRetention(10) }, 30},
		{func(c *crm.Config) error { return c.SetRetention(0) }, 0},
		{func(c *crm.Config) error { return c.SetRetention(90) }, 0},
		{func(c *crm.Config) error { return c.SetBusinessName("X") }, 0},
		{func(c *crm.Config) error { return c.SetEnds(o.status("Declined").ID, crm.Blocked) }, 0},
	} {
		if err := o.edit(o.owner, c.edit); err != nil {
			t.Fatal(err)
		}
		got := 0
		for _, i := range must[[]crm.Impact](t)(o.ConfigImpact(ctx, must[crm.Draft](t)(o.ConfigDraft(ctx, o.owner.ID)))) {
			got += i.Erased
		}
		if got != c.want {
			t.Errorf("%d are erased, want %d", got, c.want)
		}
		if err := o.DiscardDraft(ctx, o.by(o.owner)); err != nil {
			t.Fatal(err)
		}
	}
}
