package screen

import (
	"encoding/json"
	"slices"
	"time"

	"cartable/bot/view"
	"cartable/internal/crm"
)

// settingWords words a part of the settings as changes tell it: JSON, or for days off
// numbers with commas.
func (s Shaper) settingWords(what, v string) view.HTML {
	switch what {
	case "days_off":
		return s.titles(v, func(id int64) string { return s.weekdayName(time.Weekday(id % 7)) })
	case "windows":
		var list []crm.Window
		if json.Unmarshal([]byte(v), &list) == nil {
			return s.windows(list)
		}
	default: // digest_at
		var at crm.DigestTimes
		if json.Unmarshal([]byte(v), &at) == nil {
			return s.digestTimes(at)
		}
	}
	return words(s.clip(v, 60))
}

// readWeek reads hours as changes tell them; "" and what is none is the empty week.
func readWeek(v string) (week crm.Week) {
	if json.Unmarshal([]byte(v), &week) != nil {
		return crm.Week{}
	}
	return week
}

// holidayChanges are the holidays that came and went, a line each.
func (s Shaper) holidayChanges(c crm.ConfigChange) view.HTML {
	read := func(v string) (list []crm.Holiday) {
		if v == "" || json.Unmarshal([]byte(v), &list) != nil {
			return nil
		}
		return list
	}
	from, to := read(c.From), read(c.To)
	var lines []view.HTML
	add := func(mark view.HTML, list, other []crm.Holiday, word func(view.HTML) view.HTML) {
		for _, h := range list {
			if !slices.Contains(other, h) {
				lines = append(lines, mark+word(s.holiday(h)))
			}
		}
	}
	add("➕ ", to, from, func(h view.HTML) view.HTML { return h })
	add("➖ ", from, to, view.Strike)
	if over := len(lines) - maxHolidayChanges; over > 0 {
		lines = append(lines[:maxHolidayChanges], s.P.HN("list.and_more", over))
	}
	return view.Lines(lines...)
}

// maxHolidayChanges is how many holidays a change tells one by one.
const maxHolidayChanges = 15
