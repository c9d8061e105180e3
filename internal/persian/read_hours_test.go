package persian_test

import (
	"slices"
	"testing"

	"cartable/internal/persian"
)

func TestReadHours(t *testing.T) {
	h := func(from, to int) persian.Hours { return persian.Hours{From: from, To: to} }
	for text, want := range map[string][]persian.Hours{
		"۹ تا ۱۷":                 {h(540, 1020)},
		"از ساعت ۹ تا ساعت ۱۷":    {h(540, 1020)},
		"9-17":                    {h(540, 1020)},
		"9:30 to 13, 14 to 18:15": {h(570, 780), h(840, 1095)},
		"۹ صبح تا ۵ عصر":          {h(540, 1020)},
		"۹ تا ۵":                  {h(540, 1020)},
		"۵ تا ۹":                  {h(1020, 1260)},
		"۸ تا ۱۳ و ۱۵ تا ۱۹":      {h(480, 780), h(900, 1140)},
		"۹ و نیم تا ۱۳ و ۱۴ و نیم تا ۱۸": {h(570, 780), h(870, 1080)},
		"۲۲ تا ۶":        {h(1320, 360)},
		"۱۰ شب تا ۶ صبح": {h(1320, 360)},
		"۱۶ تا ۲۴":       {h(960, 1440)},
		"00:00-24:00":    {h(0, 1440)},
		"شبانه‌روز":      {h(0, 1440)},
		"تعطیل":          nil,
		"Off":            nil,
	} {
		if got, err := persian.ReadHours(text); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "سلام", "۹", "۹ تا", "تا ۱۷", "۹ تا ۱۷ تا ۲۰", "۲۵ تا ۳۰", "9 - x", "۹ تا ۱۷ و ۲۰", "،"} {
		if got, err := persian.ReadHours(text); err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}

func FuzzReadHours(f *testing.F) {
	for _, s := range []string{"۹ تا ۱۷", "9-13, 14-18", "۲۲ تا ۶", "تعطیل", "9--", "24 تا 24"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		hours, _ := persian.ReadHours(s)
		for _, h := range hours {
			if h.From < 0 || h.From >= 1440 || h.To <= 0 || h.To > 1440 {
				t.Errorf("%q: %v", s, h)
			}
		}
	})
}
