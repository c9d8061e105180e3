package intake

import (
	"encoding/json"
	"testing"

	"cartable/internal/crm"
)

func TestReadValue(t *testing.T) {
	choices := []crm.ChoiceOption{
		{ID: 1, Title: crm.Title{Text: "کارشناسی", English: "Bachelor"}},
		{ID: 2, Title: crm.Title{Text: "کارشناسی ارشد"}},
		{ID: 3, Title: crm.Title{Text: "قدیمی"}, Retired: true},
	}
	dir := crm.Directory{
		Settings: crm.Settings{Zone: "Asia/Tehran"},
		Staff:    map[crm.StaffID]crm.Staff{7: {ID: 7, Name: "مریم احمدی", State: crm.Active}, 8: {ID: 8, Name: "حسن", State: crm.Removed}},
	}
	now := noon.In(dir.Settings.Location())
	for _, c := range []struct {
		kind crm.FieldType
		sent any
		want crm.Value
		why  reason
	}{
		{crm.Text, " علي  رضا ", "علی رضا", ""},
		{crm.Text, json.Number("5"), "", wrongType},
		{crm.Text, nil, "", ""},
		{crm.Text, "  ", "", ""},
		{crm.Text, map[string]any{}, "", wrongType},
		{crm.LongText, "a\r\nb", "a\nb", ""},
		{crm.Number, "۱۲٫۵", "12.5", ""},
		{crm.Number, json.Number("-3"), "-3", ""},
		{crm.Number, "x", "", badValue},
		{crm.Money, "۲ میلیون", "2000000", ""},
		{crm.Money, json.Number("1200000"), "1200000", ""},
		{crm.YesNo, true, "yes", ""},
		{crm.YesNo, "خیر", "no", ""},
		{crm.YesNo, "شاید", "", badValue},
		{crm.Choice, "bachelor", "1", ""},
		{crm.Choice, "کارشناسي‌ارشد", "2", ""},
		{crm.Choice, "قدیمی", "", badValue},
		{crm.Choices, []any{"کارشناسی ارشد", "Bachelor"}, "1,2", ""},
		{crm.Choices, "کارشناسی ارشد، کارشناسی", "1,2", ""},
		{crm.Choices, []any{1}, "", wrongType},
		{crm.Choices, []any{"دکترا"}, "", badValue},
		{crm.Date, "۱۴۰۵/۰۹/۰۲", "2026-11-23", ""},
		{crm.Date, "2026-11-23", "2026-11-23", ""},
		{crm.Date, "فردا", "2026-11-22", ""},
		{crm.Time, "ساعت ۵ عصر", "17:00", ""},
		{crm.DateTime, "2026-11-23T10:00:00+03:30", "2026-11-23T06:30:00Z", ""},
		{crm.DateTime, "فردا ساعت ۱۰", "2026-11-22T06:30:00Z", ""},
		{crm.Weekday, "دوشنبه", "1", ""},
		{crm.Phone, "۰۹۱۲۱۲۳۴۵۶۷", "+989121234567", ""},
		{crm.Email, " a@b.ir ", "a@b.ir", ""},
		{crm.Link, "example.ir/x", "https://example.ir/x", ""},
		{crm.Staffer, "مریم احمدی", "7", ""},
		{crm.Staffer, "حسن", "", badValue},
		{crm.File, "x|y", "", badValue},
	} {
		f := crm.Field{ID: 1, Key: "f", Type: c.kind, Choices: choices}
		got, why := readValue(f, c.sent, dir, now)
		if got != c.want || why != c.why {
			t.Errorf("%s from %v: %q %q, want %q %q", c.kind, c.sent, got, why, c.want, c.why)
		}
		if err := f.Check(got, dir); err != nil {
			t.Errorf("%s from %v is not canonical: %v", c.kind, c.sent, err)
		}
	}
}
