package bot_test

import (
	"testing"
	"time"

	"cartable/internal/crm"
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
