package bot_test

import (
	"testing"
)

// Redis is emptied under an open form: old cards still work, the form says so
// kindly and starts again.
func TestRedisEmptied(t *testing.T) {
	o := newOffice(t, "fa")
	sara := o.agents[0]
	id := o.lead("09121234567", "علی رضایی")
	sara.Press(t, "برمی‌دارم")
	card := sara.See(t, "علی رضایی", o.say(sara, "button.status"))
	sara.Press(t, o.say(sara, "button.status"))
	sara.Press(t, "جلسه حضوری")
	sara.Press(t, "فردا")
	sara.See(t, "۱۰:۳۰")
	o.quiet()
	must(t, o.redis.FlushDB(t.Context()).Err())
	sara.Press(t, "۱۰:۳۰")
	sara.See(t, o.say(sara, "form_bot.again"))
	sara.Press(t, o.say(sara, "form_bot.again"))
	sara.Press(t, "فردا")
	o.quiet()
	must(t, o.redis.FlushDB(t.Context()).Err())
	sara.Type("ساعت ۱۱")
	sara.See(t, o.say(sara, "form_bot.again"))
	must(t, sara.TapOn(card.ID, o.say(sara, "button.no_answer")))
	o.quiet()
	if c := o.customer(id); c.Attempts != 1 {
		t.Fatalf("%+v", c)
	}
}

// A pasted list whose lines expired is said to be lost; it is no fault.
func TestPastedListIsLost(t *testing.T) {
	o := newOffice(t, "fa")
	o.types(o.owner, "09121234567 علی رضایی\n09351234567 زهرا")
	o.quiet()
	must(t, o.redis.FlushDB(t.Context()).Err())
	o.press(o.owner, "list.take_in")
	o.owner.SeeLast(t, o.say(o.owner, "list.lost"))
}
