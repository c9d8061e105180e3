package bot_test

import (
	"testing"
	"time"

	"cartable/internal/persian"
)

// Giving a question of an editor up leads back to where it was asked, with nothing
// changed and nobody left without a button.
func TestGivingUpReturns(t *testing.T) {
	o := newOffice(t, "fa")
	boss, sara := o.owner, o.agents[0]
	say := func(key string) string { return o.say(boss, key) }
	thursday := persian.WeekdayName(time.Thursday, "fa")
	for name, c := range map[string]struct {
		command string
		taps    []string
		back    []string
	}{
		"title of a status":     {"/statuses", []string{"💻 جلسه آنلاین", say("shape.title")}, []string{"💻 جلسه آنلاین", say("shape.emoji")}},
		"new status":            {"/statuses", []string{say("shape.add_status")}, []string{"💻 جلسه آنلاین", say("shape.add_status")}},
		"new question":          {"/statuses", []string{"💻 جلسه آنلاین", say("shape.add_question")}, []string{"💻 جلسه آنلاین", say("shape.emoji")}},
		"new choice":            {"/statuses", []string{"🚫", "❓ علت", say("shape.add_choice")}, []string{"علت انصراف", say("shape.help")}},
		"title of a choice":     {"/statuses", []string{"🚫", "❓ علت", "🔘", say("shape.title")}, []string{"علت انصراف", say("shape.retire_choice")}},
		"new field":             {"/fields", []string{say("shape.add_field")}, []string{"رشته", say("shape.add_field")}},
		"new source":            {"/sources", []string{say("source.add")}, []string{say("source.add")}},
		"title of a source":     {"/sources", []string{"✍️", say("shape.title")}, []string{say("source.routing")}},
		"hours of a day":        {"/business", []string{say("business.hours"), "🗓 " + thursday, say("business.day_typed")}, []string{thursday, say("business.day_closed")}},
		"holiday":               {"/business", []string{say("business.holidays"), say("business.holiday_add")}, []string{say("business.holiday_add")}},
		"limit of a colleague":  {"/staff", []string{"سارا", say("member.limit"), say("member.type")}, []string{"سارا", say("member.to_leave")}},
		"hours of a colleague":  {"/staff", []string{"سارا", say("member.hours"), thursday, say("member.type")}, []string{thursday, say("member.day_off")}},
		"name on the first day": {"/start", []string{say("setup.name")}, []string{say("setup.name"), say("setup.form")}},
	} {
		t.Run(name, func(t *testing.T) {
			o.types(boss, c.command)
			for _, label := range c.taps {
				boss.Press(t, label)
				o.quiet()
			}
			question := boss.Last()
			boss.PressOn(t, question.ID, say("common.cancel"))
			o.quiet()
			boss.See(t, c.back...)
			if last := boss.Last(); last.ID != question.ID || !last.Shows(c.back...) {
				t.Errorf("%s", last.Plain())
			}
		})
	}
	dir, err := o.crm.Directory(t.Context())
	must(t, err)
	if draft, err := o.crm.ConfigDraft(t.Context(), o.staff(boss).ID); err != nil || len(draft.Changes) > 0 || dir.Settings.Business != "" {
		t.Errorf("%+v, %v", draft.Changes, err)
	}
	o.types(sara, "/propose")
	o.press(sara, "proposal.new_status")
	o.press(sara, "common.cancel")
	sara.SeeLast(t, o.say(sara, "proposal.new_field"))
	// A form that was parked for it is offered as before.
	o.types(sara, "09121112233")
	o.press(sara, "unknown.add")
	o.types(sara, "/propose")
	o.press(sara, "proposal.new_status")
	o.press(sara, "common.cancel")
	sara.SeeLast(t, o.say(sara, "form_bot.continue"))
	// /cancel is answered below, by what it did.
	o.types(boss, "/statuses")
	o.press(boss, "shape.add_status")
	o.types(boss, "/cancel")
	boss.SeeLast(t, o.say(boss, "form_bot.cancelled"))
	o.sim.CheckClean(t)
}
