package persian

import (
	"slices"
	"testing"
)

func TestFixedHolidays(t *testing.T) {
	for year, want := range map[int][]string{
		1405: {"2026-03-21", "2026-03-22", "2026-03-23", "2026-03-24", "2026-04-01", "2026-04-02", "2026-06-04", "2026-06-05",
			"2027-02-11", "2027-03-20"},
		1403: {"2024-03-20", "2024-03-21", "2024-03-22", "2024-03-23", "2024-03-31", "2024-04-01", "2024-06-03", "2024-06-04",
			"2025-02-10", "2025-03-19"}, // a leap year: 30 Esfand is not a day off
	} {
		var got []string
		for _, h := range Holidays(year) {
			if !h.Uncertain {
				got = append(got, h.Date.String())
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d: %v, want %v", year, got, want)
		}
	}
}

// What the country's calendar says of 1403 to 1405; the moon may differ by a day.
func TestLunarHolidays(t *testing.T) {
	all := map[string][]Civil{}
	for year := 1402; year <= 1406; year++ {
		for _, h := range Holidays(year) {
			if h.Uncertain {
				all[h.English] = append(all[h.English], h.Date)
			}
		}
	}
	for _, c := range []struct {
		title string
		on    Date
	}{
		{"Martyrdom of Imam Ali", Date{1403, 1, 13}},
		{"Eid al-Fitr", Date{1403, 1, 22}},
		{"Martyrdom of Imam Sadiq", Date{1403, 2, 15}},
		{"Eid al-Adha", Date{1403, 3, 28}},
		{"Eid al-Ghadir", Date{1403, 4, 5}},
		{"Tasua", Date{1403, 4, 25}},
		{"Ashura", Date{1403, 4, 26}},
		{"Arbain", Date{1403, 6, 4}},
		{"Death of the Prophet, martyrdom of Imam Hasan", Date{1403, 6, 12}},
		{"Birth of Imam Ali", Date{1403, 10, 25}},
		{"Martyrdom of Imam Reza", Date{1404, 6, 2}},
		{"Birth of Imam Ali", Date{1404, 10, 13}},
		{"Eid al-Fitr", Date{1405, 1, 1}},
		{"Eid al-Fitr, second day", Date{1405, 1, 2}},
		{"Eid al-Adha", Date{1405, 3, 6}},
		{"Eid al-Ghadir", Date{1405, 3, 14}},
		{"Tasua", Date{1405, 4, 3}},
		{"Ashura", Date{1405, 4, 4}},
	} {
		if !slices.ContainsFunc(all[c.title], func(on Civil) bool { d := c.on.Gregorian().DaysUntil(on); return -1 <= d && d <= 1 }) {
			t.Errorf("%s is not within a day of %s: %v", c.title, c.on, all[c.title])
		}
	}
}

// Every year has each of them, in order and inside of the year; and the lunar year
// passes by without a gap.
func TestHolidaysOfAnyYear(t *testing.T) {
	for year := 1300; year <= 1500; year++ {
		hs := Holidays(year)
		first, next := Date{year, 1, 1}.Gregorian(), Date{year + 1, 1, 1}.Gregorian()
		seen := map[string]int{}
		for i, h := range hs {
			if h.Date.Before(first) || !h.Date.Before(next) || i > 0 && h.Date.Before(hs[i-1].Date) || h.Title("fa") == "" || h.Title("en") == "" {
				t.Fatalf("%d: %+v", year, h)
			}
			seen[h.English]++
		}
		for _, h := range lunarHolidays {
			if n := seen[h.english]; n > 2 {
				t.Errorf("%d: %s comes %d times", year, h.english, n)
			}
		}
		if len(hs) < len(solarHolidays)+len(lunarHolidays)-1 {
			t.Errorf("%d has %d holidays", year, len(hs))
		}
	}
	for year := 1; year < 1600; year++ {
		if got, want := lunarDate(year, 12, lunarDaysIn(year, 12)).AddDays(1), lunarDate(year+1, 1, 1); got != want {
			t.Fatalf("%d ends before %s, %d begins on %s", year, got, year+1, want)
		}
		if got := lunarYear(lunarDate(year, 12, 29)); got != year {
			t.Fatalf("the end of %d is in %d", year, got)
		}
	}
	if Holidays(0) != nil || Holidays(3000) != nil {
		t.Error("a year that cannot be computed has holidays")
	}
}
