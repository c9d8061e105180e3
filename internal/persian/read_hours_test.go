package persian

import (
	"errors"
	"slices"
	"testing"
)

func TestReadHours(t *testing.T) {
	for text, want := range map[string][]Hours{
		"۹ تا ۱۷":                 {{540, 1020}},
		"از ساعت ۸:۳۰ تا ۵":       {{510, 1020}},
		"9-17":                    {{540, 1020}},
		"8:30–12 و 14–18":         {{510, 720}, {840, 1080}},
		"۸ تا ۱۲، ۲ تا ۶ عصر":     {{480, 720}, {840, 1080}},
		"9am to 5pm":              {{540, 1020}},
		"From 9 until 12 and 1-6": {{540, 720}, {780, 1080}},
		"۲۲ تا ۲۴":                {{1320, 1440}},
		"۱۶ تا ۱۲ شب":             {{960, 1440}},
		"۲۲ تا ۶ صبح":             {{1320, 360}},
		"تعطیل":                   nil,
		"Closed":                  nil,
		"شبانه‌روزی":              {{0, 1440}},
	} {
		if got, err := ReadHours(text); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "۹", "۹ تا", "۹ تا ۲۵", "صبح زود تا هر وقت شد", "۹ تا ۱۰ تا ۱۱"} {
		var e *ReadError
		if got, err := ReadHours(text); !errors.As(err, &e) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}
