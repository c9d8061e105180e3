package bot_test

import (
	"testing"

	"cartable/internal/crm"
)

// Who may be next can be the agents alone; a Persian help leaves the English one; an
// appointment and offers are chosen by what they are, also of questions that are not
// published; and a customer field that is required cannot be emptied.
func TestEverythingOfAStatusIsReached(t *testing.T) {
	o := newOffice(t, "fa")
	boss := o.owner
	say := func(keys ...string) {
		t.Helper()
		for _, key := range keys {
			o.press(boss, key)
		}
	}
	o.publish(func(c *crm.Config) error {
		s := c.Statuses[1]
		return c.SetHelp(s.Fields[1].ID, crm.Title{Text: "روز", English: "The day"})
	})
	o.types(boss, "/statuses")
	boss.Press(t, "جلسه حضوری")
	say("shape.cartable", "shape.cartable_next", "shape.next_agents", "shape.meeting", "shape.meeting_none", "shape.meeting")
	boss.Press(t, "تاریخ جلسه")
	say("shape.reminder")
	boss.Press(t, "۳۰ دقیقه قبل")
	say("form.offer_evening_before", "shape.done")
	boss.Press(t, "❓ تاریخ جلسه")
	say("shape.help")
	o.types(boss, "روز دیدار")
	say("shape.preview", "shape.publish")
	s := o.status("جلسه حضوری")
	if s.Next.Role != crm.Agent || s.AppointmentDate != s.Fields[1].ID || s.AppointmentTime != s.Fields[2].ID || len(s.Offers) != 2 ||
		s.Fields[1].Help != (crm.Title{Text: "روز دیدار", English: "The day"}) {
		t.Errorf("%+v", s)
	}

	o.types(boss, "/fields")
	boss.Press(t, "رشته")
	say("shape.make_required", "shape.preview", "shape.publish")
	id := o.held(boss, "09121234567", "علی رضایی")
	major := func() crm.FieldID {
		dir, err := o.crm.Directory(t.Context())
		must(t, err)
		return dir.Fields[1].ID
	}()
	_, err := o.crm.Edit(t.Context(), o.by(boss), id, crm.Patch{Values: crm.Values{major: "حسابداری"}})
	must(t, err)
	o.types(boss, "09121234567")
	say("button.edit")
	boss.Press(t, "رشته")
	if m := boss.SeeLast(t, "حسابداری"); labelled(m, o.say(boss, "form.clear")) {
		t.Error("a required field can be emptied")
	}
	o.sim.CheckClean(t)
}
