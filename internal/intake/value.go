package intake

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"cartable/internal/crm"
	"cartable/internal/persian"
)

// readValue reads what was sent for a customer field into its canonical form; ""
// for an empty one. People's words are understood as they are in the bot: a
// choice by its title, "فردا", "۱۴۰۵/۹/۲". A several-choices field takes an
// array, or titles with commas between them.
func readValue(f crm.Field, v any, dir crm.Directory, now time.Time) (crm.Value, reason) {
	if list, ok := v.([]any); ok {
		if f.Type != crm.Choices {
			return "", wrongType
		}
		return readChoices(f, list)
	}
	var s string
	switch v := v.(type) {
	case nil:
		return "", ""
	case string:
		s = v
	case json.Number:
		if f.Type != crm.Number && f.Type != crm.Money {
			return "", wrongType
		}
		s = v.String()
	case bool:
		if f.Type != crm.YesNo {
			return "", wrongType
		}
		s = strconv.FormatBool(v)
	default:
		return "", wrongType
	}
	if persian.Clean(s) == "" {
		return "", ""
	}
	if f.Type == crm.Choices {
		if id, ok := findChoice(f, s); ok { // its title may have a comma
			return crm.ChoiceValue(id), ""
		}
		return readChoices(f, splitTitles(s))
	}
	value, ok := understand(f, s, dir, now)
	if !ok {
		return "", badValue
	}
	return value, ""
}

// understand reads text that is not empty as the field's type.
func understand(f crm.Field, s string, dir crm.Directory, now time.Time) (crm.Value, bool) {
	switch f.Type {
	case crm.LongText:
		return crm.Value(persian.CleanText(s)), true
	case crm.Number:
		n, err := persian.ReadNumber(s)
		return crm.Value(n), err == nil
	case crm.Money:
		n, err := persian.ReadMoney(s)
		return crm.Value(strconv.FormatInt(n, 10)), err == nil
	case crm.YesNo:
		yes, err := persian.ReadYesNo(s)
		if yes {
			return "yes", err == nil
		}
		return "no", err == nil
	case crm.Choice:
		id, ok := findChoice(f, s)
		return crm.ChoiceValue(id), ok
	case crm.Date, crm.Time, crm.DateTime, crm.Weekday:
		return understandTime(f, s, now)
	case crm.Phone:
		p, err := persian.ParsePhone(s)
		return crm.Value(p), err == nil
	case crm.Email:
		return crm.Value(strings.ReplaceAll(persian.Clean(s), " ", "")), true
	case crm.Link:
		return understandLink(s), true
	case crm.Staffer:
		return findStaff(dir, s)
	case crm.File:
		return "", false // a file is a message in the bot's chat
	default:
		return crm.Value(persian.Clean(s)), true
	}
}

func understandTime(f crm.Field, s string, now time.Time) (crm.Value, bool) {
	switch f.Type {
	case crm.Date:
		d, err := persian.ReadDate(s, now)
		return crm.Value(d.String()), err == nil
	case crm.Time:
		t, err := persian.ReadTime(s)
		return crm.Value(t.String()), err == nil
	case crm.Weekday:
		d, err := persian.ReadWeekday(s)
		return crm.Value(strconv.Itoa(int(d))), err == nil
	default:
		t, err := time.Parse(time.RFC3339, strings.TrimSpace(s))
		if err != nil {
			t, err = persian.ReadDateTime(s, now)
		}
		return crm.Value(t.UTC().Truncate(time.Second).Format(time.RFC3339)), err == nil
	}
}

// understandLink gives an address without a scheme the usual one.
func understandLink(s string) crm.Value {
	s = persian.Clean(s)
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	return crm.Value(s)
}

// findChoice finds the option with this title, in either language.
func findChoice(f crm.Field, title string) (crm.ChoiceID, bool) {
	key := persian.CompactKey(title)
	i := slices.IndexFunc(f.Choices, func(o crm.ChoiceOption) bool {
		return !o.Retired && key != "" &&
			(persian.CompactKey(o.Title.Text) == key || persian.CompactKey(o.Title.English) == key)
	})
	if i < 0 {
		return 0, false
	}
	return f.Choices[i].ID, true
}

// readChoices gives the options in the order of the definition.
func readChoices(f crm.Field, titles []any) (crm.Value, reason) {
	chosen := map[crm.ChoiceID]bool{}
	for _, t := range titles {
		s, ok := t.(string)
		if !ok {
			return "", wrongType
		}
		id, ok := findChoice(f, s)
		if !ok {
			return "", badValue
		}
		chosen[id] = true
	}
	ids := make([]crm.ChoiceID, 0, len(chosen))
	for _, o := range f.Choices {
		if chosen[o.ID] {
			ids = append(ids, o.ID)
		}
	}
	return crm.ChoiceValue(ids...), ""
}

func splitTitles(s string) []any {
	var titles []any
	for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return strings.ContainsRune(",،;؛\n", r) }) {
		if persian.Clean(part) != "" {
			titles = append(titles, part)
		}
	}
	return titles
}

// findStaff finds the one active colleague of this name.
func findStaff(dir crm.Directory, name string) (crm.Value, bool) {
	var found []crm.StaffID
	for _, s := range dir.ActiveStaff() {
		if persian.CompactKey(s.Name) == persian.CompactKey(name) {
			found = append(found, s.ID)
		}
	}
	if len(found) != 1 {
		return "", false
	}
	return crm.Value(strconv.FormatInt(int64(found[0]), 10)), true
}
