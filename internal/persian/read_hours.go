package persian

import (
	"regexp"
	"strings"
	"time"
)

// Hours are a part of a day, in minutes since midnight. To is at most 1440; one that is
// not after From is of the next day.
type Hours struct{ From, To int }

// fullDay is the length of a day in minutes.
const fullDay = 24 * 60

var (
	rangeWords = regexp.MustCompile(`(?i)\s+(?:تا|الی|to|till|until)\s+|\s*[-–—]\s*`)
	hoursApart = regexp.MustCompile(`(?i)[,،;؛+\n]|\s+(?:و|and)\s+`)
	hoursStart = regexp.MustCompile(`(?i)^(?:از|from)\s+`)
	// fraction is what goes on from a time: ۹ و نیم.
	fraction = regexp.MustCompile(`(?i)^(?:نیم|ربع|half|quarter|بیست|سی|چهل|پنجاه|ده|پنج)`)
)

// hoursWords are days in a word, by their CompactKey.
var hoursWords = buildHoursWords()

func buildHoursWords() map[string][]Hours {
	known := make(map[string][]Hours)
	for s := range strings.SplitSeq("تعطیل|تعطیله|تعطیل است|بسته|آف|هیچ|نیست|off|closed|none|no|free|0", "|") {
		known[CompactKey(s)] = nil
	}
	for s := range strings.SplitSeq("شبانه روز|شبانه روزی|۲۴ ساعت|۲۴ ساعته|تمام روز|همیشه|24 hours|24h|all day|always|24/7", "|") {
		known[CompactKey(s)] = []Hours{{0, fullDay}}
	}
	return known
}

// ReadHours reads when somebody works on a day: ۹ تا ۱۷, ۹:۳۰ تا ۱۳ و ۱۵ تا ۱۹, 9-13, 14-18,
// شبانه‌روز, تعطیل (none). Hours are as ReadTime's; an end that is not after its beginning
// is in the afternoon where that helps (۹ تا ۵, ۵ تا ۹), otherwise of the next day (۲۲ تا ۶).
func ReadHours(text string) ([]Hours, error) {
	text = Clean(strings.ReplaceAll(lineBreaks.Replace(text), "\n", ","))
	if all, ok := hoursWords[CompactKey(text)]; ok {
		return all, nil
	}
	var out []Hours
	for _, part := range hoursParts(text) {
		h, err := readHours(part)
		if err != nil {
			return nil, err
		}
		out = append(out, h)
	}
	if len(out) == 0 {
		return nil, fail(NotUnderstood)
	}
	return out, nil
}

// hoursParts splits what was typed into its ranges: not at the و of ۹ و نیم.
func hoursParts(text string) []string {
	var parts []string
	from := 0
	cut := func(to int) {
		if s := strings.TrimSpace(text[from:to]); s != "" {
			parts = append(parts, s)
		}
	}
	for _, at := range hoursApart.FindAllStringIndex(text, -1) {
		if fraction.MatchString(strings.TrimSpace(text[at[1]:])) {
			continue
		}
		cut(at[0])
		from = at[1]
	}
	cut(len(text))
	return parts
}

func readHours(text string) (Hours, error) {
	sides := rangeWords.Split(hoursStart.ReplaceAllString(text, ""), -1)
	if len(sides) != 2 {
		return Hours{}, fail(NotUnderstood)
	}
	from, _, err := readMinute(sides[0])
	if err != nil {
		return Hours{}, err
	}
	to, exact, err := readMinute(sides[1])
	if err != nil {
		return Hours{}, err
	}
	if to == 0 {
		to = fullDay
	}
	const noon = fullDay / 2
	switch {
	case to > from || exact:
	case to < noon && to+noon > from:
		to += noon
	case to >= noon: // read as of the afternoon: ۲۲ تا ۶
		to -= noon
	}
	if to == 0 {
		to = fullDay
	}
	return Hours{from % fullDay, to}, nil
}

// readMinute reads a time of day in minutes; exact is true where which half of the day
// was said.
func readMinute(text string) (minute int, exact bool, err error) {
	k, err := ReadTime(text)
	if err != nil {
		return 0, false, err
	}
	g := parse(text, time.Unix(0, 0).UTC(), wantTime).clock
	exact = g.literal || g.part != noPart || g.meridiem != noPart || g.hour > 12
	return k.Hour*60 + k.Min, exact, nil
}
