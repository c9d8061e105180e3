package bot_test

import (
	"fmt"
	"strings"
	"testing"

	"cartable/bot/callback"
	"cartable/internal/crm"
	"cartable/internal/tgsim"

	"github.com/jackc/pgx/v5"
)

// A manager erases a customer whom colleagues know from announcements, cards, a form
// that is open and a reminder: nothing of the person is left in the database, in
// Redis or in what the bot announced, and old buttons say so kindly.
func TestErase(t *testing.T) {
	for _, lang := range []string{"fa", "en"} {
		t.Run(lang, func(t *testing.T) { erase(t, newOffice(t, lang, lang)) })
	}
}

func erase(t *testing.T, o *office) {
	sara, omid, boss := o.agents[0], o.agents[1], o.owner
	id := o.lead("09121112233", "Xenia Zoroaster")
	o.quiet()
	lead := omid.See(t, "Xenia Zoroaster")
	sara.Press(t, o.say(sara, "button.take"))
	o.press(sara, "button.note")
	o.types(sara, "noteword")
	o.types(omid, "09121112233")
	card := omid.SeeLast(t, "Xenia Zoroaster", "noteword")
	o.types(boss, "09121112233")
	o.press(boss, "button.hand_over")
	boss.Press(t, o.staff(omid).Name)
	o.types(boss, "handoverword")
	given := omid.SeeLast(t, "Xenia Zoroaster", "handoverword")
	o.press(omid, "button.remind")
	o.types(omid, map[crm.Language]string{crm.Persian: "فردا ساعت ۱۰", crm.English: "tomorrow at 10"}[o.staff(omid).Language])
	o.types(omid, "reminderword")
	o.press(omid, "button.edit")
	omid.NoMore(t, o.say(omid, "erase.button"))
	o.press(omid, "field.city")
	form := omid.See(t, o.say(omid, "form_bot.edit"), "Xenia Zoroaster")

	// An agent's forged button is refused.
	for _, value := range []string{"", "yes"} {
		n := len(omid.Toasts())
		must(t, omid.TapData(card.ID, callback.MustEncode(callback.Ref{Action: callback.Erase, Record: int64(id), Value: value})))
		waitToasts(t, omid, n+1)
	}
	omid.SeeToast(t, o.say(omid, "error.managers"))
	if o.customer(id).Name == "" {
		t.Fatal("erased by an agent")
	}

	words := []string{"9121112233", "Xenia", "Zoroaster", "noteword", "handoverword", "reminderword"}
	if o.kept(words) == "" {
		t.Fatal("nothing is found that is to go")
	}
	o.types(boss, "09121112233")
	own := boss.SeeLast(t, "Xenia Zoroaster", "noteword")
	o.press(boss, "button.edit")
	o.press(boss, "erase.button")
	boss.See(t, "Xenia Zoroaster", o.say(boss, "erase.yes"))
	o.press(boss, "common.cancel")
	if o.customer(id).Name == "" {
		t.Fatal("erased although cancelled")
	}
	boss.PressOn(t, own.ID, o.say(boss, "button.edit"))
	o.press(boss, "erase.button")
	o.press(boss, "erase.yes")
	boss.See(t, o.say(boss, "erase.done"))

	for _, m := range []tgsim.Message{lead, given} {
		shows(t, omid, m.ID, o.say(omid, "erase.line"))
	}
	shows(t, omid, form.ID, o.say(omid, "error.erased"))
	shows(t, boss, own.ID, o.say(boss, "erase.line"))
	// The card that a colleague opened goes with the first tap on it.
	omid.PressOn(t, card.ID, o.say(omid, "button.timeline"))
	omid.SeeToast(t, o.say(omid, "error.erased"))
	shows(t, omid, card.ID, o.say(omid, "erase.line"))
	o.quiet()

	if left := o.kept(words); left != "" {
		t.Errorf("left: %s", left)
	}
	o.types(boss, "09121112233")
	boss.SeeLast(t, o.say(boss, "unknown.add"))
	for _, who := range []*tgsim.Person{omid, boss} {
		o.types(who, "Xenia")
		who.SeeLast(t, o.cat.Printer(o.staff(who).Language).T("find.none", "Text", "\u2068Xenia\u2069"))
	}
	o.sim.CheckClean(t)
}

// shows fails the test unless a message comes to show a text.
func shows(t *testing.T, p *tgsim.Person, message int, text string) {
	t.Helper()
	p.SeeThat(t, fmt.Sprintf("%q in message %d", text, message), func(v *tgsim.View) bool {
		for _, m := range v.Messages {
			if m.ID == message {
				return m.Shows(text)
			}
		}
		return false
	})
}

// kept is where one of the words stands in the database or in Redis; "" for nowhere.
func (o *office) kept(words []string) string {
	o.t.Helper()
	ctx := o.t.Context()
	rows, err := o.pool.Query(ctx, `SELECT table_name FROM information_schema.tables
		WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'`)
	must(o.t, err)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(o.t, err)
	stored := map[string]string{}
	for _, table := range tables {
		var all string
		must(o.t, o.pool.QueryRow(ctx, `SELECT coalesce(string_agg(x::text, ' '), '') FROM `+pgx.Identifier{table}.Sanitize()+` x`).Scan(&all))
		stored[table] = all
	}
	keys, err := o.redis.Keys(ctx, "*").Result()
	must(o.t, err)
	for _, key := range keys {
		dump, err := o.redis.Dump(ctx, key).Result()
		must(o.t, err)
		stored[key] = dump
	}
	for place, all := range stored {
		for _, w := range words {
			if strings.Contains(all, w) {
				return w + " in " + place
			}
		}
	}
	return ""
}
