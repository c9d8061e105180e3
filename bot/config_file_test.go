package bot_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"cartable/internal/configfile"
	"cartable/internal/crm"
	"cartable/internal/tgsim"
)

// file is the configuration in force as its owner would get it.
func (o *office) file() string {
	o.t.Helper()
	dir, err := o.crm.Directory(o.t.Context())
	must(o.t, err)
	return string(configfile.Write(dir.Config(), dir, o.cat.Printer(crm.Persian)))
}

// sends has somebody send a file.
func (o *office) sends(p *tgsim.Person, name, data string) {
	o.t.Helper()
	p.SendFile(name, []byte(data))
	o.quiet()
}

func (o *office) version() int64 {
	o.t.Helper()
	_, version, err := o.crm.Config(context.WithoutCancel(o.t.Context()))
	must(o.t, err)
	return version
}

// The file goes out, comes back changed, is shown as a difference, applied and undone,
// in both languages.
func TestConfigurationAsAFile(t *testing.T) {
	for _, lang := range []string{"fa", "en"} {
		t.Run(lang, func(t *testing.T) {
			o := newOffice(t, "fa")
			boss := o.owner
			if lang == "en" {
				o.types(boss, "/language")
				boss.Press(t, "English")
				o.quiet()
			}
			o.held(o.agents[0], "09121234567", "علی رضایی")
			o.types(boss, "/config")
			if sent := boss.Last(); sent.Document == nil || sent.Document.FileName != "cartable-config-2026-11-23.yaml" {
				t.Fatalf("%+v", sent.Document)
			}
			o.types(boss, "/settings")
			o.press(boss, "settings.file")
			if boss.Last().Document == nil {
				t.Fatal("the settings send no file")
			}
			o.sends(boss, "Config.YAML", o.file())
			boss.SeeLast(t, o.say(boss, "config.same"))
			o.sends(boss, "config.yml", strings.Replace(o.file(), "منتظر پیگیری", "پیگیری کنیم", 1))
			boss.SeeLast(t, "پیگیری کنیم", o.say(boss, "config.apply"))
			o.press(boss, "config.cancel")
			boss.SeeLast(t, o.say(boss, "config.cancelled"))
			o.sends(boss, "config.yml", strings.Replace(o.file(), "منتظر پیگیری", "پیگیری کنیم", 1))
			o.press(boss, "config.apply")
			boss.SeeLast(t, o.say(boss, "shape.undo"))
			o.status("پیگیری کنیم")
			o.press(boss, "shape.undo")
			o.status("منتظر پیگیری")
			o.sim.CheckClean(t)
		})
	}
}

// A file with mistakes is answered with all of them, and changes nothing.
func TestMistakenFile(t *testing.T) {
	o := newOffice(t)
	before := o.version()
	o.sends(o.owner, "config.yaml", "statuss: []\nbusiness: {zone: Mars}\n")
	o.owner.SeeLast(t, "statuss", "statuses", "Mars", "Asia/Tehran")
	o.sends(o.owner, "config.yaml", "holidays:\n"+strings.Repeat("  - {date: some day, title: x}\n", 30))
	o.owner.SeeLast(t, o.say(o.owner, "config.all_mistakes"))
	if last := o.owner.Last(); last.Document == nil || last.Document.FileName != "mistakes.txt" {
		t.Errorf("%+v", last.Document)
	}
	o.sends(o.owner, "config.yaml", strings.Repeat("# long\n", configfile.MaxSize/6))
	o.owner.SeeLast(t, "۲۵۶")
	o.sends(o.owner, "config.yaml", "business: {name: \xff}")
	o.owner.SeeLast(t, o.say(o.owner, "mistake.encoding"))
	if o.version() != before {
		t.Error("something has changed")
	}
	o.sim.CheckClean(t)
}

// What somebody else changed between the check and the tap is shown before anything is
// applied.
func TestFileMeetsAnotherChange(t *testing.T) {
	o := newOffice(t)
	o.sends(o.owner, "config.yaml", strings.Replace(o.file(), "منتظر پیگیری", "پیگیری کنیم", 1))
	o.publish(func(c *crm.Config) error { return c.SetRetention(99) })
	before := o.version()
	o.press(o.owner, "config.apply")
	o.owner.SeeToast(t, o.say(o.owner, "config.moved"))
	o.owner.SeeLast(t, "پیگیری کنیم", "۹۹", o.say(o.owner, "config.apply"))
	if o.version() != before {
		t.Fatal("applied without being seen")
	}
	o.press(o.owner, "config.apply")
	o.status("پیگیری کنیم")
	must(t, o.redis.FlushAll(t.Context()).Err())
	o.sends(o.owner, "config.yaml", strings.Replace(o.file(), "پیگیری کنیم", "سوم", 1))
	must(t, o.redis.FlushAll(t.Context()).Err())
	o.press(o.owner, "config.apply")
	o.owner.SeeLast(t, o.say(o.owner, "config.lost"))
	o.sim.CheckClean(t)
}

// Agents get and give no configuration, by command, file or forged button.
func TestAgentsHaveNoFile(t *testing.T) {
	o := newOffice(t, "fa")
	sara := o.agents[0]
	before := o.version()
	o.types(sara, "/config")
	sara.SeeLast(t, o.say(sara, "error.managers"))
	o.sends(sara, "config.yaml", o.file())
	sara.SeeLast(t, o.say(sara, "error.managers"))
	o.types(sara, "/menu")
	o.types(sara, "/help")
	o.types(sara, "/cartable")
	card := sara.Last()
	for _, data := range []string{"1sx.....file", "1sx.....ready", "1sx.....ready.institute", "1sx.....apply.institute", "1su......ready"} {
		if err := sara.TapData(card.ID, data); err == nil {
			o.quiet()
			sara.SeeToast(t, o.say(sara, "error.managers"))
		}
	}
	for _, m := range sara.Messages() {
		if m.Document != nil && !bytes.Equal([]byte(m.Document.FileName), []byte("config.yaml")) {
			t.Errorf("the agent was sent %s", m.Document.FileName)
		}
	}
	if o.version() != before {
		t.Error("something has changed")
	}
}

// An open form keeps what it asks for, and only that.
func TestFormsGoBeforeTheFile(t *testing.T) {
	o := newOffice(t)
	o.publish(func(c *crm.Config) error {
		_, err := c.AddField(c.Statuses[4].ID, crm.Title{Text: "رزومه"}, crm.File)
		return err
	})
	o.held(o.owner, "09121234567", "علی رضایی")
	o.types(o.owner, "09121234567")
	o.press(o.owner, "button.status")
	o.owner.Press(t, "منتظر پیگیری")
	o.quiet()
	o.sends(o.owner, "cv.yaml", o.file())
	o.owner.SeeLast(t, "cv.yaml", o.say(o.owner, "form.reminder")[:8])
	o.sends(o.owner, "config.yaml", o.file()) // a reminder is asked for now
	o.owner.SeeLast(t, o.say(o.owner, "config.same"))
	o.sends(o.owner, "notes.txt", "x")
	o.owner.SeeLast(t, o.say(o.owner, "form.no_file_here"))
}

// A new owner begins with a preset, and a status of it is recorded at once; customers
// of what it retires keep it.
func TestReadyConfigs(t *testing.T) {
	for preset, c := range map[configfile.Preset]struct {
		status, shown string // shown: to its owner, who reads English in one of the two
		fill          func(o *office, p *tgsim.Person)
	}{
		configfile.Accounting: {"رزومه تکمیل شد", "رزومه تکمیل شد", func(o *office, p *tgsim.Person) {
			o.press(p, "form.skip")
			o.press(p, "form.skip")
			p.Press(o.t, "مریم")
			o.quiet()
		}},
		configfile.Institute: {"تعیین سطح شد", "Placed", func(o *office, p *tgsim.Person) {
			p.Press(o.t, "متوسط")
			o.quiet()
			o.press(p, "form.skip")
		}},
	} {
		t.Run(string(preset), func(t *testing.T) {
			o := newOffice(t, "fa")
			sara := o.agents[0]
			if c.shown != c.status {
				o.types(o.owner, "/language")
				o.owner.Press(t, "English")
				o.quiet()
				o.types(o.owner, "/menu")
			}
			o.owner.See(t, o.say(o.owner, "setup.ready"))
			id := o.held(sara, "09121234567", "علی رضایی")
			gone, other := o.status("انصراف از مشاوره"), o.held(sara, "09127654321", "زهرا کریمی")
			_, err := o.crm.SetStatus(t.Context(), o.by(sara), crm.StatusChange{Customer: other, Version: o.customer(other).Version, Status: gone.ID,
				Definition: gone.Version, Answers: crm.Values{}})
			must(t, err)
			o.quiet()
			o.press(o.owner, "setup.ready")
			o.press(o.owner, "config.name_"+string(preset))
			o.owner.SeeLast(t, c.shown)
			o.press(o.owner, "config.apply")
			dir, err := o.crm.Directory(t.Context())
			must(t, err)
			if ps := dir.Config().Problems(dir); len(ps) > 0 {
				t.Fatalf("%+v", ps)
			}
			o.types(sara, "09121234567")
			o.press(sara, "button.status")
			sara.Press(t, c.status)
			o.quiet()
			c.fill(o, sara)
			o.press(sara, "form.save")
			if got := o.customer(id).Status.Status; got != o.status(c.status).ID {
				t.Errorf("status %d", got)
			}
			if got := o.customer(other).Status.Status; got != gone.ID {
				t.Errorf("a customer's status became %d", got)
			}
			o.owner.See(t, o.say(o.owner, "shape.undo"))
			o.sim.CheckClean(t)
		})
	}
}
