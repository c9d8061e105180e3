package persian

import (
	"regexp"
	"strings"
)

// MinutesOfDay is the length of a day by the clock.
const MinutesOfDay = 24 * 60

// Hours are a part of a day, in minutes since midnight. To is over 0, at most
// MinutesOfDay, and not over From where the hours go on into the next day.
type Hours struct{ From, To int }

var (
	hoursApart = regexp.MustCompile(`\s*[,،;؛\n+]\s*|\s+(?:و|and|&)\s+`)
	hoursUntil = regexp.MustCompile(`\s*[-–—−]\s*|\s+(?:تا|الی|to|till|until)\s+`)
	hoursFrom  = regexp.MustCompile(`^(?:از|ساعت|from)\s+`)
)

var (
	closedWords = words("تعطیل|تعطیله|تعطیل است|بسته|بسته است|هیچ|closed|off|none")
	allDayWords = words("همیشه|شبانه روز|شبانه روزی|تمام روز|کل روز|۲۴ ساعت|۲۴ ساعته|always|all day|24 hours|24/7")
)

func words(spellings string) map[string]bool {
	known := map[string]bool{}
	for s := range strings.SplitSeq(spellings, "|") {
		known[CompactKey(s)] = true
	}
	return known
}

// ReadHours reads when somewhere is open on a day: "۹ تا ۱۷", "8:30-12 و 14-18",
// "شبانه‌روزی"; none for "تعطیل". Times are read as ReadTime does, so that "۸ تا ۵"
// ends at 17:00; an end at 0 or 24 is midnight. Overlaps are the caller's to refuse.
func ReadHours(text string) ([]Hours, error) {
	text = strings.ToLower(ASCIIDigits(CleanText(text)))
	switch key := CompactKey(text); {
	case closedWords[key]:
		return nil, nil
	case allDayWords[key]:
		return []Hours{{0, MinutesOfDay}}, nil
	}
	var out []Hours
	for _, part := range hoursApart.Split(text, -1) {
		ends := hoursUntil.Split(hoursFrom.ReplaceAllString(strings.TrimSpace(part), ""), -1)
		if len(ends) != 2 {
			return nil, fail(NotUnderstood)
		}
		from, err := ReadTime(ends[0])
		if err != nil {
			return nil, err
		}
		to, err := readEnd(ends[1])
		if err != nil {
			return nil, err
		}
		out = append(out, Hours{from.Minutes(), to})
	}
	return out, nil
}

// readEnd reads an end, for which midnight is the last minute and not the first.
func readEnd(text string) (int, error) {
	switch strings.TrimSpace(text) {
	case "24", "24:00", "0", "00:00":
		return MinutesOfDay, nil
	}
	k, err := ReadTime(text)
	if err == nil && k.Minutes() == 0 {
		return MinutesOfDay, nil
	}
	return k.Minutes(), err
}
