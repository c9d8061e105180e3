package bot_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"cartable/bot/chat"
	"cartable/internal/tgsim"
)

// failing has some commands of Redis fail.
type failing struct{ commands string }

func (failing) DialHook(next redis.DialHook) redis.DialHook { return next }

func (f failing) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if strings.Contains(f.commands, cmd.Name()) {
			err := errors.New("away")
			cmd.SetErr(err)
			return err
		}
		return next(ctx, cmd)
	}
}

func (failing) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

// Whatever is not a form works without Redis, and what is saved is said to be saved.
func TestRedisAway(t *testing.T) {
	o := newOffice(t, "fa")
	sara := o.agents[0]
	id := o.lead("09121234567", "زهرا")
	sara.Press(t, "برمی‌دارم")
	for i := range 12 {
		o.lead(fmt.Sprintf("0912000%04d", i), fmt.Sprintf("علی شماره %d", i))
	}
	must(t, o.forms(sara, 0))
	o.press(sara, "button.note")
	must(t, o.forms(sara, 1))
	o.redis.AddHook(failing{"del"}) // it goes when the answer has just been saved
	o.types(sara, "عصرها زنگ بزنید")
	if _, told := sara.View().Find(o.say(sara, "error.forms_away")); told {
		t.Error("a note that was saved is said to have failed")
	}
	must(t, o.forms(sara, 0))
	o.press(sara, "button.note")
	o.redis.AddHook(failing{"hget evalsha eval set get del exists"})
	sara.Type("یادداشت دوم")
	sara.SeeLast(t, o.say(sara, "error.forms_away"))
	o.types(sara, "/cancel")
	must(t, o.forms(sara, 0))
	o.types(sara, "علی")
	sara.SeeLast(t, "علی شماره 11", o.say(sara, "customers.next"))
	o.press(sara, "customers.next")
	if c := o.customer(id); c.Holder == 0 {
		t.Error("nobody has the lead that was taken")
	}
}

// A form whose answers Redis has just given is saved, though Redis takes nothing more.
func TestSavedAsRedisGoes(t *testing.T) {
	o := newOffice(t, "fa")
	sara := o.agents[0]
	id := o.lead("09121234567", "زهرا")
	sara.Press(t, "برمی‌دارم")
	o.press(sara, "button.note")
	o.redis.AddHook(failing{"evalsha eval"})
	o.types(sara, "عصرها زنگ بزنید")
	if _, told := sara.View().Find(o.say(sara, "error.forms_away")); told {
		t.Error("a note that was saved is said to have failed")
	}
	must(t, o.forms(sara, 0))
	if es := o.notes(id); len(es) != 1 || es[0].Detail.Text != "عصرها زنگ بزنید" {
		t.Errorf("%+v, want the note", es)
	}
}

// forms checks how many forms somebody has open.
func (o *office) forms(p *tgsim.Person, want int) error {
	o.quiet()
	var n int
	err := o.pool.QueryRow(o.t.Context(), `SELECT count(*) FROM forms WHERE staff_id = $1`, o.staff(p).ID).Scan(&n)
	if err == nil && n != want {
		return fmt.Errorf("%d forms are open, want %d", n, want)
	}
	return err
}

// Without the database people are told in their language that what they did is kept.
func TestDatabaseAway(t *testing.T) {
	o := newOffice(t, "fa", "en")
	sara, omid := o.agents[0], o.agents[1]
	o.types(sara, "/menu")
	away, omidAway := o.say(sara, "error.database_away"), o.say(omid, "error.database_away")
	o.pool.Close()
	for _, who := range []chat.Person{{ID: sara.ID()}, {ID: omid.ID(), Language: "fa"}} {
		must(t, o.talk.TellAway(t.Context(), chat.Update{Kind: chat.Text, ChatID: who.ID, Private: true, From: who, At: time.Now()}))
	}
	sara.SeeLast(t, away)
	omid.SeeLast(t, omidAway)
}
