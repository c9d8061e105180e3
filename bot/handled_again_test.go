package bot_test

import (
	"testing"
	"time"

	"cartable/internal/crm"
	"cartable/internal/tgsim"
)

// A note whose form could not be closed at first, as when the program dies there: it is there once, and
// nobody is told that it was lost.
func TestFormThatCouldNotBeClosedIsSavedOnce(t *testing.T) {
	o := newOffice(t, "en")
	sara := o.agents[0]
	id := o.lead("09121234567", "Ali")
	o.exec(`CREATE SEQUENCE closings`)
	o.exec(`CREATE FUNCTION refuse_once() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN IF nextval('closings') = 1 THEN RAISE EXCEPTION 'not now'; END IF; RETURN OLD; END $$`)
	o.exec(`CREATE TRIGGER refuse_once BEFORE DELETE ON forms FOR EACH ROW EXECUTE FUNCTION refuse_once()`)
	sara.Press(t, o.say(sara, "button.note"))
	sara.See(t, o.say(sara, "form_bot.q_note"))
	sara.Type("Wants a discount")
	await(t, o, `SELECT EXISTS (SELECT FROM updates WHERE retry_at IS NOT NULL)`)
	o.forward(time.Minute)
	await(t, o, `SELECT NOT EXISTS (SELECT FROM updates WHERE state = 'new')`)
	o.quiet()
	sara.See(t, "Saved", "Wants a discount")
	sara.NoMore(t, o.say(sara, "form_bot.lost"))
	o.once(int64(id))
}

// A typed answer that ended its form and is handled again, as after the program died before it could
// note that it was done, is not taken for something to search.
func TestTypedAnswerHandledAgainIsNotSearched(t *testing.T) {
	o := newOffice(t, "en")
	sara := o.agents[0]
	o.lead("09121234567", "Ali")
	o.exec(`CREATE TABLE kept AS SELECT seq, payload FROM updates WHERE false`)
	o.exec(`CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN INSERT INTO kept VALUES (NEW.seq, NEW.payload); RETURN NEW; END $$`)
	o.exec(`CREATE TRIGGER keep AFTER INSERT ON updates FOR EACH ROW EXECUTE FUNCTION keep()`)
	for _, answer := range []string{"Wants a discount", "Ask his friends:\n09121112233 Reza\n09121112244 Mina\nand then again"} {
		sara.Press(t, o.say(sara, "button.note"))
		sara.SeeLast(t, o.say(sara, "form_bot.q_note"))
		sara.Type(answer)
		o.quiet()
		before := shown(sara)
		o.exec(`UPDATE updates u SET state = 'new', payload = k.payload, attempts = 0 FROM kept k
			WHERE k.seq = u.seq AND u.seq = (SELECT max(seq) FROM updates)`)
		await(t, o, `SELECT NOT EXISTS (SELECT FROM updates WHERE state = 'new')`)
		o.quiet()
		if after := shown(sara); after != before {
			t.Errorf("%d messages became %d\n%s", before, after, o.sim.Transcript(sara.ID()))
		}
	}
}

// The first question of the status that was chosen could not be shown, as when the program dies there:
// the choice is not over before it is.
func TestStatusIsChosenUntilItsQuestionIsShown(t *testing.T) {
	o := newOffice(t, "en")
	sara := o.agents[0]
	o.lead("09121234567", "Ali")
	sara.Press(t, o.say(sara, "button.take"))
	sara.Press(t, o.say(sara, "button.status"))
	sara.See(t, "In-person meeting")
	works := o.sim.Fault(tgsim.Fault{Method: "editMessageText", ChatID: sara.ID(), Times: -1, Kind: tgsim.BadGateway})
	sara.Press(t, "In-person meeting")
	await(t, o, `SELECT EXISTS (SELECT FROM updates WHERE retry_at IS NOT NULL)`)
	works()
	o.forward(time.Minute)
	await(t, o, `SELECT NOT EXISTS (SELECT FROM updates WHERE state = 'new')`)
	sara.SeeLast(t, "In-person meeting", o.say(sara, "common.cancel"), "1")
	sara.NoMore(t, o.say(sara, "form_bot.q_status"))
	o.quiet()
	sara.NoMore(t, o.say(sara, "form_bot.lost"))
}

// A form was saved and that could not be shown, as when the program dies there. Whatever managers change
// meanwhile, and whatever time it is by then, it is shown as saved, and nothing is asked again.
func TestSavedFormIsShownAsSaved(t *testing.T) {
	for what, meanwhile := range map[string]func(c *crm.Config, s crm.Status) error{
		"as it was": func(*crm.Config, crm.Status) error { return nil },
		"with a question more": func(c *crm.Config, s crm.Status) error {
			number, err := c.AddField(s.ID, crm.Title{Text: "شماره قرارداد"}, crm.Text)
			must(t, err)
			return c.SetRequired(number, true)
		},
		"after another status": func(c *crm.Config, s crm.Status) error { return c.SetAfter(s.ID, []crm.StatusID{2}) },
		"retired":              func(c *crm.Config, s crm.Status) error { return c.RetireStatus(s.ID) },
	} {
		t.Run(what, func(t *testing.T) {
			o, sara, id, s := contracting(t)
			sara.Type("دوره")
			sara.Press(t, o.say(sara, "form.skip"))
			sara.See(t, "ذخیره")
			works := o.sim.Fault(tgsim.Fault{Method: "editMessageText", ChatID: sara.ID(), Times: -1, Kind: tgsim.BadGateway})
			sara.Press(t, "ذخیره")
			await(t, o, `SELECT EXISTS (SELECT FROM updates WHERE retry_at IS NOT NULL)`)
			if what != "as it was" {
				o.publish(func(c *crm.Config) error { return meanwhile(c, s) })
			}
			works()
			o.forward(time.Minute)
			await(t, o, `SELECT NOT EXISTS (SELECT FROM updates WHERE state = 'new')`)
			sara.See(t, o.say(sara, "button.undo"))
			sara.NoMore(t, o.say(sara, "form_bot.changed"))
			o.forward(time.Minute) // for the card, if its edit failed as well
			o.wantAnswers(id, map[string]string{"محصول یا خدمت": "دوره"})
			must(t, o.forms(sara, 0))
			if es := o.events(id, crm.EventStatus); len(es) != 1 {
				t.Errorf("%d times saved", len(es))
			}
		})
	}
}

// A reminder that was saved for a time which has passed when that is shown at last.
func TestSavedReminderIsShownAsSaved(t *testing.T) {
	o := newOffice(t, "en")
	sara := o.agents[0]
	id := o.lead("09121234567", "Ali")
	sara.Press(t, o.say(sara, "button.take"))
	sara.Press(t, o.say(sara, "button.remind"))
	sara.See(t, "In an hour")
	sara.Press(t, "In an hour")
	sara.See(t, o.say(sara, "form.skip"))
	works := o.sim.Fault(tgsim.Fault{Method: "editMessageText", ChatID: sara.ID(), Times: -1, Kind: tgsim.BadGateway})
	sara.Press(t, o.say(sara, "form.skip"))
	await(t, o, `SELECT EXISTS (SELECT FROM updates WHERE retry_at IS NOT NULL)`)
	works()
	o.forward(2 * time.Hour)
	await(t, o, `SELECT NOT EXISTS (SELECT FROM updates WHERE state = 'new')`)
	sara.See(t, o.say(sara, "button.undo"))
	o.forward(time.Minute)
	must(t, o.forms(sara, 0))
	if es := o.events(id, crm.EventRemind); len(es) != 1 {
		t.Errorf("%d times saved", len(es))
	}
}

func shown(p *tgsim.Person) int { return len(p.Messages()) }

// once fails the test unless the customer has one note.
func (o *office) once(id int64) {
	o.t.Helper()
	var notes, forms int
	must(o.t, o.pool.QueryRow(o.t.Context(), `SELECT (SELECT count(*) FROM events WHERE customer_id = $1 AND kind = 'note'),
		(SELECT count(*) FROM forms)`, id).Scan(&notes, &forms))
	if notes != 1 || forms != 0 {
		o.t.Errorf("%d notes, %d open forms", notes, forms)
	}
}

func (o *office) exec(sql string) {
	o.t.Helper()
	_, err := o.pool.Exec(o.t.Context(), sql)
	must(o.t, err)
}
