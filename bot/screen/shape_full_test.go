package screen_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"cartable/bot/callback"
	"cartable/bot/screen"
	"cartable/bot/view"
	"cartable/internal/crm"
)

// full is a draft that fills every list to its bound, with long titles, and far more
// retired things than a keyboard has room for.
func (w world) full() crm.Draft {
	id, base := int64(1000), w.dir.Config()
	title := func() crm.Title {
		id++
		return crm.Title{Text: first(fmt.Sprint(id, strings.Repeat(" بلند", 40)), crm.MaxTitle)}
	}
	fields := func(of crm.StatusID, n int, retired bool) (out []crm.Field) {
		for range n {
			f := crm.Field{Title: title(), Type: crm.Choice, Status: of, Required: true, Front: of == 0, Retired: retired}
			f.ID = crm.FieldID(id)
			out = append(out, f)
		}
		return out
	}
	target := crm.Config{Settings: base.Settings, Fields: append(fields(0, crm.MaxFields, false), fields(0, 90, true)...)}
	for n := range crm.MaxChoices + 90 {
		target.Fields[0].Choices = append(target.Fields[0].Choices, crm.ChoiceOption{ID: crm.ChoiceID(n + 1), Title: title(), Retired: n >= crm.MaxChoices})
	}
	for n := range crm.MaxStatuses + 90 {
		s := crm.Status{Emoji: "👨‍👩‍👧‍👦", Title: title(), Cartable: crm.CartableNext, Next: crm.NextRule{Mode: crm.NextAnyone}, Reminder: crm.ReminderYes, Retired: n >= crm.MaxStatuses}
		s.ID = crm.StatusID(id)
		s.Fields, s.RetiredFields = fields(s.ID, crm.MaxFields, false), fields(s.ID, 90, true)
		target.Statuses = append(target.Statuses, s)
	}
	d := crm.Draft{Target: target, TouchedAt: w.now}
	for i := range crm.MaxStatuses {
		for _, s := range target.Statuses[:crm.MaxStatuses] {
			target.Statuses[i].After = append(target.Statuses[i].After, s.ID)
		}
		d.Impact = append(d.Impact, crm.Impact{Status: target.Statuses[i].ID, Customers: 1000, Forms: 10})
		d.Problems = append(d.Problems, crm.Problem{Key: crm.ProblemDuplicate, Args: map[string]string{"Title": title().Text, "Other": title().Text}})
	}
	d.Changes = crm.DiffConfig(base, target)
	for _, s := range target.Statuses[:crm.MaxStatuses] {
		all := strings.Trim(strings.ReplaceAll(fmt.Sprint(s.After), " ", ","), "[]")
		d.Changes = slices.Insert(d.Changes, 0, crm.ConfigChange{Object: crm.ObjectStatus, ID: int64(s.ID), Title: s.Title, What: crm.WhatAfter, From: all, To: all})
	}
	return d
}

// Whatever managers fill their lists with, the screens that show them fit.
func TestFullScreensFit(t *testing.T) {
	w := newWorld(t, func(s string) string { return s })
	d := w.full()
	for _, lang := range languages {
		s := screen.Shaper{Reader: w.reader(sara, lang), Draft: d}
		st, f := d.Target.Statuses[0], d.Target.Fields[0]
		for name, m := range map[string]view.Message{
			"preview": s.Preview(), "statuses": s.Statuses(false), "retired statuses": s.Statuses(true), "status": s.Status(st),
			"after": s.Choose(st, screen.ShapeAfter), "fields": s.Fields(), "field": s.Field(f),
			"published": s.Published(crm.Published{Version: 4, Changes: d.Changes}, d.Target, false),
		} {
			t.Run(string(lang)+"/"+name, func(t *testing.T) {
				check(t, m)
				n := 0
				for _, row := range m.Inline {
					n += len(row)
				}
				if n > 100 {
					t.Errorf("%d buttons", n)
				}
			})
		}
	}
}

// follow turns pages by the button that asks for more, and returns them all.
func follow(t *testing.T, m view.Message, more func(callback.Ref) bool, turn func(callback.Ref) view.Message) []view.Message {
	t.Helper()
	pages := []view.Message{m}
	for len(pages) < 100 {
		next := -1
		var to callback.Ref
		for i, row := range m.Inline {
			for _, b := range row {
				if ref, err := callback.Decode(b.Data); err == nil && more(ref) {
					next, to = i, ref
				}
			}
		}
		if next < 0 {
			return pages
		}
		m = turn(to)
		check(t, m)
		pages = append(pages, m)
	}
	t.Fatal("there is no last page")
	return nil
}

// Every retired thing and every version is on one of the pages.
func TestFullPagesLeaveNothingOut(t *testing.T) {
	w := newWorld(t, func(s string) string { return s })
	d := w.full()
	s := screen.Shaper{Reader: w.reader(sara, crm.English), Draft: d}
	for what, id := range map[string]int64{"status": 0, "field": int64(d.Target.Statuses[0].ID), "choice": int64(d.Target.Fields[0].ID)} {
		n := 0
		for _, page := range follow(t, s.Retired(what, id, 0), func(r callback.Ref) bool { return r.Question == screen.ShapeRetired },
			func(r callback.Ref) view.Message { return s.Retired(r.Value, r.Record, r.Arg) }) {
			for _, row := range page.Inline {
				for _, b := range row {
					if r, err := callback.Decode(b.Data); err == nil && (r.Question == screen.ShapeRestore || r.Question == screen.ShapeChoice ||
						what == "status" && r.Question == screen.ShapeStatus) {
						n++
					}
				}
			}
		}
		if n != 90 {
			t.Errorf("%d retired things of kind %s", n, what)
		}
	}
	var versions []crm.ConfigVersion
	for v := int64(30); v > 0; v-- {
		versions = append(versions, crm.ConfigVersion{Version: v, At: w.ago(0), Actor: sara, Changes: d.Changes[v%3 : v]})
	}
	page := func(before int64) view.Message {
		rest := versions
		if before != 0 {
			rest = versions[31-before:]
		}
		return s.ConfigLog(rest[:min(8, len(rest))], d.Target, len(rest) > 8, before == 0)
	}
	told := 0
	for _, m := range follow(t, page(0), func(r callback.Ref) bool { return r.Question == screen.ShapeLog }, func(r callback.Ref) view.Message { return page(r.Arg) }) {
		check(t, m)
		told += strings.Count(string(m.HTML), "• ")
	}
	if told != 30 {
		t.Errorf("the log tells of %d versions", told)
	}
}
