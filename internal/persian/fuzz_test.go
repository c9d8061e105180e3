package persian

import (
	"testing"
	"time"
	"unicode/utf8"
)

func addCaseInputs(f *testing.F) {
	for _, text := range []string{
		"", "فردا ساعت ۱۰", "علی‌رضا", "خانۀ", "e\u0301", "👨\u200d👩", "09121234567 ext 1", "۱۴۰۳/۰۷/۰۸ ۱۴:۳۰", "ﷺ", "1.5m",
		"آ\u200c\u0653", "\u0647\u0654", "İ", "ẛ\u0323", "صد میلیون و نیم", "2h30m", "ربع به ده", "شنبه دو هفته دیگه", "\xff", "a\u00ac\u0301",
	} {
		f.Add(text)
	}
}

func FuzzNormalisers(f *testing.F) {
	addCaseInputs(f)
	f.Fuzz(func(t *testing.T, s string) {
		for name, normalise := range map[string]func(string) string{
			"Clean": Clean, "CleanText": CleanText, "SearchKey": SearchKey, "CompactKey": CompactKey,
			"Digits": Digits, "ASCIIDigits": ASCIIDigits,
		} {
			once := normalise(s)
			if twice := normalise(once); twice != once {
				t.Errorf("%s(%+q) = %+q, and again %+q", name, s, once, twice)
			}
		}
		if cleaned := Clean(s); !utf8.ValidString(cleaned) || SearchKey(cleaned) != SearchKey(s) {
			t.Errorf("%+q cleaned to %+q is found as %+q, not %+q", s, cleaned, SearchKey(cleaned), SearchKey(s))
		}
	})
}

func FuzzPhone(f *testing.F) {
	addCaseInputs(f)
	f.Fuzz(func(t *testing.T, s string) {
		end := 0
		for _, found := range FindPhones(s) {
			if found.Start < end || found.End <= found.Start || found.End > len(s) {
				t.Fatalf("%q: found at %d-%d, after %d", s, found.Start, found.End, end)
			}
			end = found.End
		}
		phone, err := ParsePhone(s)
		if err != nil {
			return
		}
		for _, form := range []string{string(phone), phone.Local()} {
			if again, err := ParsePhone(form); err != nil || again != phone {
				t.Errorf("%q is %s; %s is %s, %v", s, phone, form, again, err)
			}
		}
	})
}

func FuzzReaders(f *testing.F) {
	addCaseInputs(f)
	f.Fuzz(func(t *testing.T, s string) {
		now := time.Date(2024, 9, 29, 8, 30, 0, 0, tehran)
		if day, err := ReadDate(s, now); err == nil && !day.Valid() {
			t.Errorf("%q is %v", s, day)
		}
		if at, err := ReadDateTime(s, now); err == nil && at.IsZero() {
			t.Errorf("%q is no time", s)
		}
		if k, err := ReadTime(s); err == nil && (k.Minutes() < 0 || k.Minutes() >= 24*60) {
			t.Errorf("%q is %v", s, k)
		}
		if d, err := ReadDuration(s); err == nil && (d.Months < 0 || d.Days < 0 || d.Time < 0) {
			t.Errorf("%q is %v", s, d)
		}
		if n, err := ReadNumber(s); err == nil {
			if again, err := ReadNumber(n); err != nil || again != n {
				t.Errorf("%q is %s, which is %s, %v", s, n, again, err)
			}
		}
		if toman, err := ReadMoney(s); err == nil {
			if again, err := ReadMoney(FormatMoney(toman, "fa")); err != nil || again != toman {
				t.Errorf("%q is %d, which is read as %d, %v", s, toman, again, err)
			}
		}
	})
}

func FuzzFormattedDatesAreRead(f *testing.F) {
	f.Add(int64(0), int64(1727586000))
	f.Add(int64(1742500000), int64(1727586000))
	f.Fuzz(func(t *testing.T, unix, nowUnix int64) {
		const century = 100 * 365 * 24 * 3600
		at := time.Unix(unix%century, 0).In(tehran).Truncate(time.Minute)
		now := time.Unix(nowUnix%century, 0).In(tehran)
		for _, lang := range []string{"fa", "en"} {
			text := FormatDate(CivilOf(at), lang)
			if day, err := ReadDate(text, now); err != nil || day != CivilOf(at) {
				t.Errorf("%s is read as %s, %v", text, day, err)
			}
			text = FormatDateTime(at, lang)
			if got, err := ReadDateTime(text, now); err != nil || !got.Equal(at) {
				t.Errorf("%s is read as %s, %v", text, got, err)
			}
		}
	})
}
