package bot_test

import (
	"testing"
	"time"

	"cartable/internal/crm"
	"cartable/internal/tgsim"
)

// A text that is asked of something new, which was published meanwhile under another
// ID, ends its form; an old editor's button finds nothing and changes nothing.
func TestShapingWhatIsPublished(t *testing.T) {
	o := newOffice(t, "fa")
	boss := o.owner
	o.types(boss, "/statuses")
	o.press(boss, "shape.add_status")
	o.types(boss, "💻 جلسه با مدیر")
	editor := boss.SeeLast(t, "جلسه با مدیر")
	o.press(boss, "shape.english")
	_, err := o.crm.PublishDraft(t.Context(), o.by(boss))
	must(t, err)
	o.types(boss, "Meeting")
	boss.SeeLast(t, o.say(boss, "error.no_status"))
	var forms int
	must(t, o.pool.QueryRow(t.Context(), `SELECT count(*) FROM forms`).Scan(&forms))
	if forms != 0 {
		t.Errorf("%d forms are left", forms)
	}
	o.types(boss, "/statuses")
	o.press(boss, "shape.add_status")
	o.types(boss, "🎓 آزمون پایانی")
	must(t, boss.TapData(editor.ID, "1sx.-1....ends.won"))
	boss.SeeToast(t, o.say(boss, "error.no_status"))
	o.sim.CheckClean(t)
}

// An old preview does not publish what was edited since.
func TestPublishIsTiedToItsPreview(t *testing.T) {
	o := newOffice(t, "fa")
	boss := o.owner
	edit := func(title string) {
		t.Helper()
		_, err := o.crm.EditConfig(t.Context(), o.by(boss), func(c *crm.Config) (int64, error) {
			id, err := c.AddStatus(crm.Title{Text: title}, "")
			return int64(id), err
		})
		must(t, err)
	}
	edit("یک")
	o.types(boss, "/statuses")
	o.press(boss, "shape.preview")
	boss.SeeLast(t, "یک", o.say(boss, "shape.publish"))
	o.forward(time.Second)
	edit("دو")
	o.press(boss, "shape.publish")
	boss.SeeToast(t, o.say(boss, "shape.edited_since"))
	boss.SeeLast(t, "دو", o.say(boss, "shape.publish"))
	o.press(boss, "shape.publish")
	boss.SeeLast(t, o.say(boss, "shape.undo"))
	o.status("دو")
	o.sim.CheckClean(t)
}

// Two managers change one status: whoever comes second sees so in the preview, takes
// the other's change for it, and publishes the rest.
func TestClashIsSettledInThePreview(t *testing.T) {
	o := newOffice(t, "fa")
	boss := o.owner
	other := o.sim.Person(tgsim.Profile{FirstName: "پری", LanguageCode: "fa"})
	o.join(other, crm.Manager)
	s := o.status(contract)
	draft := func(who *tgsim.Person, emoji string) {
		t.Helper()
		_, err := o.crm.EditConfig(t.Context(), o.by(who), func(c *crm.Config) (int64, error) {
			if who == boss {
				must(t, c.SetRetention(90))
			}
			return 0, c.SetEmoji(s.ID, emoji)
		})
		must(t, err)
	}
	draft(boss, "🎁")
	draft(other, "📦")
	_, err := o.crm.PublishDraft(t.Context(), o.by(other))
	must(t, err)
	o.types(boss, "/statuses")
	o.press(boss, "shape.preview")
	if m := boss.SeeLast(t, "پری", contract); labelled(m, o.say(boss, "shape.publish")) {
		t.Error("a draft that clashes can be published")
	}
	boss.Press(t, "نسخهٔ همکار برای")
	boss.SeeLast(t, o.say(boss, "shape.publish"))
	o.press(boss, "shape.publish")
	boss.SeeLast(t, o.say(boss, "shape.undo"))
	dir, err := o.crm.Directory(t.Context())
	must(t, err)
	if dir.Settings.Retention != 90 || o.status(contract).Emoji != "📦" {
		t.Errorf("%+v, %+v", dir.Settings, o.status(contract))
	}
	o.sim.CheckClean(t)
}
