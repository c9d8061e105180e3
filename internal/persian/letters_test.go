package persian

import "testing"

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"  علي   كريمي ":                  "علی کریمی",
		"\u202eعلی\u202c\u200f":           "علی",
		"عـــلی":                          "علی",
		"می\u200c\u200cروم":               "می\u200cروم",
		"\u200cعلی \u200c رضا\u200c":      "علی رضا",
		"خانۀ ما":                         "خانه ما",
		"خانه\u0654 ما":                   "خانه ما",
		"a\x00b\tc\r\nd":                  "ab c d",
		"👨\u200d👩\u200d👧 خانواده":         "👨\u200d👩\u200d👧 خانواده",
		"❤️\u200d🔥":                       "❤️\u200d🔥",
		"🏴\U000e0067\U000e0062\U000e007f": "🏴\U000e0067\U000e0062\U000e007f",
		"a\u200db":                        "ab",
		"e\u0301":                         "é",
		"\u3164\u2800":                    "",
		"ﻋﻠﻰ":                             "علی",
		"أحمد":                            "أحمد",
		"نیم¬فاصله":                       "نیم\u200cفاصله",
		"\xff\xfeعلی":                     "علی",
		"۱۲ 34":                           "۱۲ 34",
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%+q) = %+q, want %+q", in, got, want)
		}
	}
}

func TestCleanText(t *testing.T) {
	got := CleanText("\n\n  سلام  \r\nكجا\n\n\n \u200f\nخداحافظ\u2028بعد\n\n")
	if want := "سلام\nکجا\n\nخداحافظ\nبعد"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSearchKey(t *testing.T) {
	for in, want := range map[string]string{
		"علي‌رضا":        "علیرضا",
		"علی-رضا":        "علی رضا",
		"مُحَمَّد":       "محمد",
		"آذر أحمد إيران": "اذر احمد ایران",
		"مؤسسة":          "موسسه",
		"علاء":           "علا",
		"José ÇELİK":     "jose celik",
		"۰۹۱۲ ٣":         "0912 3",
		"50%_off":        "50 off",
		"🌹 گل":           "🌹 گل",
		"ﻋﻠﻰ":            "علی",
	} {
		if got := SearchKey(in); got != want {
			t.Errorf("SearchKey(%q) = %q, want %q", in, got, want)
		}
	}
	for _, spelling := range []string{"علی رضا", "علی‌رضا", "علیرضا", "علي رضا"} {
		if got := CompactKey(spelling); got != "علیرضا" {
			t.Errorf("CompactKey(%q) = %q", spelling, got)
		}
	}
}
