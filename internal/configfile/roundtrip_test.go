package configfile_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"cartable/internal/configfile"
	"cartable/internal/crm"
)

// What is written reads as what it was, in either language; in an empty installation,
// as the same but for the IDs.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := randomConfig(t)
		lang := rapid.SampledFrom([]crm.Language{crm.Persian, crm.English}).Draw(t, "language")
		file := configfile.Write(c, staffed(c), words{lang})
		back, mistakes := configfile.Read(file, staffed(c))
		if len(mistakes) > 0 || !back.Same(c) {
			t.Fatalf("%+v\n%+v\n%s", mistakes, crm.DiffConfig(c, back), file)
		}
		wiped := staffed(sample())
		back, _ = configfile.Read(file, wiped)
		if a, b := renumbered(c), renumbered(back); !a.Same(b) {
			t.Fatalf("after a wipe: %+v\n%s", crm.DiffConfig(a, b), file)
		}
	})
}

// A file that was written is written the same again, and holds no address of a form.
func TestWriteIsStable(t *testing.T) {
	c := sample()
	first := configfile.Write(c, staffed(c), words{crm.Persian})
	back, _ := configfile.Read(first, staffed(c))
	if second := configfile.Write(back, staffed(c), words{crm.Persian}); string(second) != string(first) {
		t.Errorf("%s\n%s", first, second)
	}
	if strings.Contains(string(first), "x1") {
		t.Error("the file holds the address of a form")
	}
	t.Logf("%s", first)
}

// An object without ID is found by its title; with its ID, under another title.
func TestMatching(t *testing.T) {
	c := sample()
	got, mistakes := read("statuses:\n- title: انصراف\n- {id: 1, title: ملاقات}\n- title: تازه\n", c)
	if len(mistakes) > 0 || len(got.Statuses) != 3 || got.Statuses[0].ID != 2 || got.Statuses[1].ID != 1 || got.Statuses[1].Title.Text != "ملاقات" || got.Statuses[2].ID >= 0 {
		t.Errorf("%+v %+v", mistakes, got.Statuses)
	}
	if got.Settings.Business != c.Settings.Business || len(got.Fields) != 2 || len(got.Sources) != 2 {
		t.Error("a section that is left out has changed")
	}
	// 12 is the date of the meeting: here it is something else's, of another installation.
	got, mistakes = read("statuses:\n- title: انصراف\n  fields: [{id: 12, title: مبلغ, type: money}]\n", c)
	if len(mistakes) > 0 || got.Statuses[0].Fields[0].ID >= 0 {
		t.Errorf("%+v %+v", mistakes, got.Statuses)
	}
	// A choice by its title, and one more.
	got, mistakes = read("statuses:\n- title: انصراف\n  fields:\n  - {title: علت, type: choice, choices: [نامعلوم, {fa: رقیب, en: Rival}]}\n", c)
	if f := got.Statuses[0].Fields[0]; len(mistakes) > 0 || f.ID != 21 || f.Choices[0].ID != 3 || f.Choices[1].ID != 4 || f.Choices[1].Title.English != "Rival" {
		t.Errorf("%+v %+v", mistakes, got.Statuses)
	}
}

// Persian digits, Persian names of days and Jalali dates read as they are meant.
func TestReadsAsPeopleWrite(t *testing.T) {
	got, mistakes := read("hours:\n  شنبه: ۸:۰۰ - ۱۳:۰۰، ۱۴:۰۰-۱۷:۰۰\n  سه‌شنبه: [09:00-24:00]\ndays_off: جمعه\n"+
		"holidays: [{date: ۱۴۰۵/۱/۱, title: نوروز}]\nbusiness: {retention_days: ۳۶۵, agents_see_all: خیر, digests: مریم}\n", sample())
	s := got.Settings
	if len(mistakes) > 0 || len(s.Hours[6]) != 2 || s.Hours[2][0].To != 1440 || len(s.DaysOff) != 1 || s.Holidays[0].Date != "2026-03-21" ||
		s.Retention != 365 || s.AgentsSeeAll || len(s.Digests) != 1 {
		t.Errorf("%+v %+v", mistakes, s)
	}
}
